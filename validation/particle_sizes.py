"""Sizes of the particles of a packing whose radii are known, from its voxels alone.

Log-normal spheres that do not overlap, in a window of something larger: particles that the border cuts are left out and
the rest weighted by 1 / (chance to be whole) (Miles, Lantuejoul). Medians and spreads (standard deviation of the log
of the radius) against those of the spheres whose centres lie in the window.
"""

import numpy as np
from outcome import Outcome

import electrode_homog as eh

MEDIAN, SPREAD = 0.03, 0.10


def outcomes() -> list[Outcome]:
    rows = []
    for name, make in (("random sequential", eh.random_spheres), ("dense, pushed apart", eh.packed_spheres)):
        fraction = 0.30 if name.startswith("random") else 0.55
        for spread in (0.0, 0.2, 0.35):
            rows += _packing(name, make, fraction, spread)
    return rows


def _packing(name: str, make, fraction: float, spread: float) -> list[Outcome]:
    edge = 256
    spheres = make(
        seed=6, box_m=(edge,) * 3, volume_fraction=fraction, mean_radius_m=9.0, radius_spread=spread, periodic=False
    )
    medium = eh.Microstructure(spheres.voxelised((edge,) * 3), {"rest": 0, "particles": 1})
    found = eh.size_distribution(eh.find_particles(medium, "particles"))
    inside = np.all((spheres.centres_m > 0) & (spheres.centres_m < edge), axis=1)
    radii = np.sort(spheres.radii_m[inside])
    volume = radii**3 / np.sum(radii**3)
    logs = np.log(radii)
    by_volume = np.sqrt(volume @ (logs - volume @ logs) ** 2)
    claim = f"{name} packing, {fraction:.0%}, spread {spread:g}, {radii.size} spheres"
    median, volume_median = np.median(radii), radii[np.searchsorted(np.cumsum(volume), 0.5)]
    rows = [
        _row(f"{claim}: median radius by number", found.median_m, median, MEDIAN),
        _row(f"{claim}: by volume", found.volume_median_m, volume_median, MEDIAN),
    ]
    if spread:
        rows.append(_row(f"{claim}: spread by volume", found.volume_spread, by_volume, SPREAD))
    else:
        text = f"{found.volume_spread:.4f}"
        rows.append(Outcome(f"{claim}: spread by volume", "0", "<= 0.03", text, bool(found.volume_spread <= 0.03)))
    return rows


def _row(claim: str, value: float, exact: float, bar: float) -> Outcome:
    error = value / exact - 1
    reference = "the spheres that were drawn"
    return Outcome(claim, reference, f"within {bar:.0%}", f"{value:.4g}, {error:+.2%}", bool(abs(error) <= bar))
