"""From grey values to numbers: segment a scan, see how sure the phases are, and describe the electrode.

The scan is made here, of balls whose true numbers are known, blurred and noisy as a tomogram is. A scan of your own
comes in with `eh.read_grey_image("scan.tif", voxel_size_m=398e-9)` in place of `scan()`.
"""

import numpy as np

import electrode_homog as eh

# The truth: the packing that was drawn. What the scan gives is within TOLERANCE of it.
EXPECTED = {
    "active_fraction": 0.30,
    "area_per_m": 3 * 0.30 / 4e-6,
    "median_radius_m": 4e-6,
    "truth_in_interval": 1.0,
}
TOLERANCE = 0.05  # relative; blur and noise take their share


def scan() -> eh.GreyImage:
    """Balls of 4 um in a third of the volume: 60 and 170 of 255, blurred by 0.7 voxels, with noise of 12."""
    from scipy.ndimage import gaussian_filter

    balls = eh.random_spheres(
        seed=1, box_m=(48e-6, 48e-6, 48e-6), volume_fraction=0.30, mean_radius_m=4e-6, periodic=True
    )
    image = balls.voxelised((120, 120, 120))
    grey = gaussian_filter(60 + 110.0 * image.labels, 0.7, mode="wrap")
    grey += np.random.default_rng(0).normal(scale=12, size=grey.shape)
    return eh.GreyImage(np.clip(grey, 0, 255).astype(np.uint8), image.voxel_size_m, "made by examples/grey_to_numbers")


def main() -> dict[str, float]:
    """Return the fraction, area and median radius, and whether the true fraction is in the interval of the labels."""
    grey = eh.denoised(scan(), eh.Median(radius_voxels=1))
    found = eh.segmented(grey, eh.multi_otsu_thresholds(grey, classes=2), eh.ByThreshold())
    interval = found.fraction_intervals()

    electrode = eh.Microstructure(found.image, {"pore": 0, "active": 1})
    about = eh.describe(electrode)
    active = about.phases[1]
    assert active.sizes is not None
    assert active.sizes.particles is not None
    return {
        "active_fraction": electrode.fractions["active"],
        "area_per_m": about.survey.phases[1].area_per_m,
        "median_radius_m": active.sizes.particles.median_m,
        "truth_in_interval": float(interval.lowest[1] <= 0.30 <= interval.highest[1]),
    }


if __name__ == "__main__":
    print(main())
