"""What all seeded generators promise: a seed fixes the image, and a periodic image has no seam."""

import numpy as np
import pytest

from electrode_homog.images.generators import (
    ExponentialCovariance,
    GaussianCovariance,
    SpectralPeak,
    Tilted,
    gaussian_field_image,
    generate_electrode,
    overlapping_ellipsoids,
    overlapping_spheres,
    packed_ellipsoids,
    packed_spheres,
    random_spheres,
)

SHAPE = (42, 36, 39)
BOX = {"box_m": (1.0, 36 / 42, 39 / 42)}
GRID = {"shape": SHAPE, "voxel_size_m": 1 / 42}


def _field(covariance):
    return lambda **given: gaussian_field_image(fractions=(0.45, 0.55), covariance=covariance, **GRID, **given)


GENERATORS = {
    "overlapping spheres": lambda **given: overlapping_spheres(
        porosity=0.5, mean_radius_m=0.07, radius_spread=0.2, **BOX, **given
    ).voxelised(SHAPE),
    "overlapping ellipsoids": lambda **given: overlapping_ellipsoids(
        porosity=0.5, mean_radius_m=0.07, semi_axis_ratios=(1, 2, 2), orientation=Tilted(0.3), **BOX, **given
    ).voxelised(SHAPE),
    "random spheres": lambda **given: random_spheres(
        volume_fraction=0.3, mean_radius_m=0.07, radius_spread=0.2, **BOX, **given
    ).voxelised(SHAPE),
    "packed spheres": lambda **given: packed_spheres(
        volume_fraction=0.5, mean_radius_m=0.07, radius_spread=0.2, **BOX, **given
    ).voxelised(SHAPE),
    "packed ellipsoids": lambda **given: packed_ellipsoids(
        volume_fraction=0.5, mean_radius_m=0.07, semi_axis_ratios=(1, 2, 2), **BOX, **given
    ).voxelised(SHAPE),
    "gaussian": _field(GaussianCovariance(0.1)),
    "exponential": _field(ExponentialCovariance(0.06)),
    "spectral peak": _field(SpectralPeak(0.15, 0.3)),
    "electrode": lambda **given: generate_electrode(mean_radius_m=0.08, **GRID, **given),
}


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("periodic", [False, True])
def test_a_seed_fixes_the_image(name, periodic):
    """The same seed gives the same labels and source, another seed others; the source names the seed."""
    make = GENERATORS[name]
    first, again, other = (make(seed=seed, periodic=periodic) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first.labels, again.labels)
    assert np.mean(first.labels != other.labels) > 0.15
    assert first.source == again.source != other.source
    assert "seed 7" in first.source
    assert first.shape == SHAPE
    np.testing.assert_allclose(first.voxel_size_m, 1 / 42)


@pytest.mark.parametrize("name", GENERATORS)
def test_periodic_images_have_no_seam_and_cut_outs_have_one(name):
    """Across the wrap as many voxels change phase as between planes inside; in a cut-out many more."""
    for periodic in (True, False):
        labels = GENERATORS[name](seed=5, periodic=periodic).labels
        for axis in range(3):
            per_plane = (labels != np.roll(labels, -1, axis)).mean(axis=tuple(k for k in range(3) if k != axis))
            inside = per_plane[:-1]
            if periodic:
                assert abs(per_plane[-1] - inside.mean()) < 4 * inside.std()
            else:
                assert per_plane[-1] > 1.4 * inside.mean()


@pytest.mark.parametrize("name", GENERATORS)
def test_images_are_bytes_and_have_a_pore_called_0(name):
    """Labels are uint8; 0 is there, the pore or the matrix."""
    labels = GENERATORS[name](seed=1, periodic=True).labels
    assert labels.dtype == np.uint8
    assert 0.2 < np.mean(labels == 0) < 0.8
