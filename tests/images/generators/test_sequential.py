"""Random sequential adsorption: no overlap, the fraction asked for, and a refusal where it jams."""

import numpy as np
import pytest
from scipy.spatial import KDTree

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators import random_spheres
from electrode_homog.images.generators.sequential import _accepted, _clearance

CUBE = {"box_m": (1.0, 1.2, 0.9), "mean_radius_m": 0.06}


def _smallest_gap(spheres):
    apart = spheres.centres_m[:, None] - spheres.centres_m
    if spheres.periodic:
        apart -= np.array(spheres.box_m) * np.round(apart / spheres.box_m)
    gap = np.linalg.norm(apart, axis=-1) - spheres.radii_m[:, None] - spheres.radii_m
    np.fill_diagonal(gap, np.inf)
    return gap.min()


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize(("fraction", "spread"), [(0.05, 0.0), (0.3, 0.0), (0.35, 0.3)])
def test_spheres_do_not_overlap(fraction, spread, periodic):
    """No two are closer than their radii, round the faces too; a periodic box has the fraction asked for."""
    spheres = random_spheres(seed=1, volume_fraction=fraction, radius_spread=spread, periodic=periodic, **CUBE)
    assert _smallest_gap(spheres) >= -1e-12
    if periodic:
        half_a_sphere = 4 / 3 * np.pi * spheres.radii_m.max() ** 3 / 1.08 / 2
        assert spheres.volume_per_box == pytest.approx(fraction, abs=half_a_sphere)
        assert (spheres.centres_m >= 0).all()
        assert (spheres.centres_m < spheres.box_m).all()


def test_a_window_has_the_fraction_on_average_and_no_wall():
    """Over ten windows the solid has the fraction asked for, in the outermost planes too."""
    images = [
        random_spheres(seed=seed, box_m=(1, 1, 1), volume_fraction=0.3, mean_radius_m=0.1).voxelised((30, 30, 30))
        for seed in range(10)
    ]
    solid = np.array([image.labels for image in images])
    assert solid.mean() == pytest.approx(0.3, abs=0.01)
    outer = [solid.take(end, axis).mean() for axis in (1, 2, 3) for end in (0, -1)]
    assert np.mean(outer) == pytest.approx(0.3, abs=0.015)


def test_radii_are_log_normal():
    """The radii placed have the mean and the spread of the logarithm asked for (its cut at three deviations aside)."""
    spheres = random_spheres(
        seed=0, box_m=(1, 1, 1), volume_fraction=0.3, mean_radius_m=0.025, radius_spread=0.3, periodic=True
    )
    assert spheres.radii_m.size > 2000
    assert spheres.radii_m.mean() == pytest.approx(0.025, rel=0.03)
    assert np.log(spheres.radii_m).std() == pytest.approx(0.3, rel=0.04)


def test_contact_value_is_that_of_dilute_spheres():
    """In a dilute box the number of neighbours closer than three radii is density times the shell's volume."""
    box = random_spheres(seed=0, box_m=(1, 1, 1), volume_fraction=0.01, mean_radius_m=0.01, periodic=True)
    near = 2 * len(KDTree(box.centres_m, boxsize=1).query_pairs(0.03)) / box.radii_m.size
    expected = box.radii_m.size * 4 / 3 * np.pi * (0.03**3 - 0.02**3)
    assert near == pytest.approx(expected, rel=0.12)


def test_a_batch_is_one_trial_after_the_other():
    """Trials made together place the same spheres as the same trials made one by one against all before."""
    random = np.random.default_rng(0)
    box, radii = np.array([1.0, 1.1, 1.2]), np.sort(random.uniform(0.05, 0.12, 40))[::-1]
    points = random.uniform(size=(600, 3)) * box
    expected = np.empty((0, 3))
    for point in points:
        apart = expected - point
        apart -= box * np.round(apart / box)
        placed = len(expected)
        if placed < 40 and (np.linalg.norm(apart, axis=1) >= radii[:placed] + radii[placed]).all():
            expected = np.vstack([expected, point])
    centres, done = np.empty((40, 3)), 0
    for batch in np.split(points, 3):
        if done < 40:
            done = _accepted(
                batch, _clearance(batch, centres[:done], radii[:done], radii[done], box), centres, radii, done, box
            )
    assert done == len(expected) > 25
    np.testing.assert_array_equal(centres[:done], expected)


def test_jamming_is_refused_at_once_and_after_bounded_work():
    """Equal spheres above 0.3828 before any is placed; others after too many trials. Both name the way out."""
    with pytest.raises(OutOfRangeError, match=r"jam at 0\.3828; take packed_spheres"):
        random_spheres(seed=0, volume_fraction=0.4, **CUBE)
    with pytest.raises(OutOfRangeError, match=r"came to 0\.\d+ in \d+ trials.*packed_spheres"):
        random_spheres(
            seed=0, box_m=(1, 1, 1), volume_fraction=0.5, mean_radius_m=0.1, radius_spread=0.05, periodic=True
        )


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"volume_fraction": 0}, OutOfRangeError, "volume_fraction = 0"),
        ({"volume_fraction": -0.2}, OutOfRangeError, "volume_fraction = -0.2"),
        ({"volume_fraction": float("nan")}, InputError, "volume_fraction = nan"),
        ({"mean_radius_m": 0.7, "periodic": True}, OutOfRangeError, "do not fit"),
        ({"mean_radius_m": 1e-5}, OutOfRangeError, "more than 1000000 spheres"),
        ({"box_m": (1, 1)}, InputError, "box_m"),
        ({"seed": 1.0}, InputError, "seed = 1.0"),
    ],
)
def test_what_cannot_be_made_is_refused(change, error, problem):
    """The argument and its value are named."""
    with pytest.raises(error, match=problem):
        random_spheres(**({"seed": 0, "volume_fraction": 0.2} | CUBE | change))
