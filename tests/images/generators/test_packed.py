"""Dense packings: the fraction asked for, little overlap; aligned ellipsoids are spheres in a stretched space."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators import packed_ellipsoids, packed_spheres

UNIT_BOX = (1.0, 1.0, 1.0)


def _overlaps(centres, radii, box):
    apart = centres[:, None] - centres
    apart -= box * np.round(apart / box)
    overlap = radii[:, None] + radii - np.linalg.norm(apart, axis=-1)
    np.fill_diagonal(overlap, 0)
    return overlap.clip(0)


@pytest.mark.parametrize(("fraction", "spread", "bar"), [(0.55, 0.0, 0.02), (0.55, 0.3, 0.02), (0.62, 0.0, 0.07)])
def test_spheres_fill_the_box_and_hardly_overlap(fraction, spread, bar):
    """A periodic box has the fraction; per sphere the overlaps add up to the stated share of the mean radius."""
    spheres = packed_spheres(
        seed=0, box_m=UNIT_BOX, volume_fraction=fraction, mean_radius_m=0.06, radius_spread=spread, periodic=True
    )
    assert spheres.volume_per_box == pytest.approx(fraction, rel=5e-3)
    overlap = _overlaps(spheres.centres_m, spheres.radii_m, np.ones(3)).sum() / 2 / spheres.radii_m.size
    assert overlap < bar * 0.06


def test_a_window_has_the_fraction_up_to_its_faces():
    """Over six windows, and in their outermost planes, the solid has the fraction asked for, less the overlaps."""
    solid = np.array([
        packed_spheres(seed=seed, box_m=UNIT_BOX, volume_fraction=0.5, mean_radius_m=0.1, radius_spread=0.2)
        .voxelised((32, 32, 32)).labels
        for seed in range(6)
    ])  # fmt: skip
    assert solid.mean() == pytest.approx(0.5, abs=0.015)
    outer = [solid.take(end, axis).mean() for axis in (1, 2, 3) for end in (0, -1)]
    assert np.mean(outer) == pytest.approx(0.5, abs=0.02)


def test_flakes_are_flat_spheres():
    """Divided by the ratios of the semi-axes they are spheres that hardly overlap; their volumes fill the fraction."""
    flakes = packed_ellipsoids(
        seed=2, box_m=UNIT_BOX, volume_fraction=0.55, mean_radius_m=0.05, semi_axis_ratios=(1, 4, 3), periodic=True
    )
    ratios = np.array([1, 4, 3]) / 12 ** (1 / 3)
    radii = (flakes.semi_axes_m / ratios)[:, 0]
    np.testing.assert_allclose(flakes.semi_axes_m / ratios, radii[:, None] * np.ones(3))
    assert _overlaps(flakes.centres_m / ratios, radii, 1 / ratios).sum() / 2 / radii.size < 0.02 * 0.05
    assert 4 / 3 * np.pi * np.prod(flakes.semi_axes_m, axis=1).sum() == pytest.approx(0.55, rel=5e-3)
    image = flakes.voxelised((288, 72, 72)).labels
    assert image.mean() == pytest.approx(0.55, abs=0.012)
    changes_x, changes_y = (np.mean(np.diff(image.view(np.int8), axis=axis) != 0) for axis in (0, 1))
    assert changes_x * 288 / (changes_y * 72) == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"volume_fraction": 0.7}, OutOfRangeError, "volume_fraction = 0.7"),
        ({"volume_fraction": 0}, OutOfRangeError, "volume_fraction = 0"),
        ({"mean_radius_m": 0.6, "periodic": True}, OutOfRangeError, "choose a larger box"),
        ({"mean_radius_m": 1e-4}, OutOfRangeError, "more than 100000 particles"),
        ({"mean_radius_m": "1"}, InputError, "mean_radius_m = '1'"),
        ({"radius_spread": -1}, OutOfRangeError, "radius_spread = -1"),
        ({"seed": True}, InputError, "seed = True"),
    ],
)
def test_what_cannot_be_made_is_refused(change, error, problem):
    """The argument and its value are named."""
    with pytest.raises(error, match=problem):
        packed_spheres(**({"seed": 0, "box_m": UNIT_BOX, "volume_fraction": 0.5, "mean_radius_m": 0.1} | change))
