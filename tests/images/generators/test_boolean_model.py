"""Overlapping particles: the closed forms, and images that agree with them within their own scatter."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators import (
    Aligned,
    BooleanModel,
    Isotropic,
    Tilted,
    overlapping_ellipsoids,
    overlapping_spheres,
)

UNIT_BOX = (1.0, 1.0, 1.0)
HALF = {"porosity": 0.5, "mean_radius_m": 0.1}


def test_closed_forms_are_those_published():
    """Radius 0.1, void 1/2: density, surface, two-point probability at one radius and its slope at 0."""
    model = BooleanModel(**HALF)
    assert model.density_per_m3 == pytest.approx(165.4767001)
    assert model.surface_area_per_m == pytest.approx(10.39720771)
    assert model.void_two_point(np.array([0.1])) == pytest.approx(0.310464453)
    slope = (model.void_two_point(np.array([1e-7])) - 0.5) / 1e-7
    assert slope == pytest.approx(-model.surface_area_per_m / 4, rel=1e-5)
    np.testing.assert_allclose(model.void_two_point(np.array([0, 0.2, 5.0])), [0.5, 0.25, 0.25])


def test_two_point_of_polydisperse_spheres_is_that_of_brute_force():
    """The mean volume of a sphere and its copy, over many radii drawn."""
    model = BooleanModel(0.4, 1.0, 0.35)
    radii = model.radii.drawn(200000, np.random.default_rng(0))
    for distance in (0.3, 1.0, 3.0):
        ratio = np.minimum(distance / radii, 2)
        union = np.mean(4 / 3 * np.pi * radii**3 * (1 + 3 / 4 * ratio - ratio**3 / 16))
        assert model.void_two_point(np.array([distance]))[0] == pytest.approx(
            np.exp(-model.density_per_m3 * union), rel=0.01
        )
    slope = (model.void_two_point(np.array([1e-6]))[0] - 0.4) / 1e-6
    assert slope == pytest.approx(-model.surface_area_per_m / 4, rel=1e-4)


def _void(seed, periodic, spread=0.0, radius=0.06, n=48):
    spheres = overlapping_spheres(
        seed=seed, box_m=UNIT_BOX, porosity=0.5, mean_radius_m=radius, radius_spread=spread, periodic=periodic
    )
    return spheres, spheres.voxelised((n, n, n)).labels == 0


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("spread", [0.0, 0.25])
def test_porosity_and_two_point_are_the_expected_ones(periodic, spread):
    """Averages over twelve images agree with the model within three standard errors of their scatter."""
    model = BooleanModel(0.5, 0.06, spread)
    lags = [0, 2, 5, 12]
    samples = []
    for seed in range(12):
        _, void = _void(seed, periodic, spread)
        samples.append([np.mean(void[: 48 - lag] & void[lag:]) for lag in lags])
    samples = np.array(samples)
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    expected = model.void_two_point(np.array(lags) / 48)
    assert (error < 0.015).all()
    assert (np.abs(samples.mean(axis=0) - expected) < 3 * error).all()


def test_surface_is_the_expected_one():
    """Points strewn over the spheres and not inside another one are the share exp(-density V), hence the area."""
    model = BooleanModel(**HALF)
    bare, area = [], []
    for seed in range(6):
        spheres = overlapping_spheres(seed=seed, box_m=(1.6, 1.6, 1.6), periodic=True, **HALF)
        random = np.random.default_rng(seed)
        owner = random.integers(0, spheres.radii_m.size, 2000)
        unit = random.standard_normal((2000, 3))
        points = spheres.centres_m[owner] + 0.1 * unit / np.linalg.norm(unit, axis=1)[:, None]
        apart = points[:, None] - spheres.centres_m
        apart -= 1.6 * np.round(apart / 1.6)
        distance = np.linalg.norm(apart, axis=-1)
        distance[np.arange(2000), owner] = np.inf
        bare.append(np.mean((distance > 0.1).all(axis=1)))
        area.append(bare[-1] * spheres.radii_m.size * 4 * np.pi * 0.01 / 1.6**3)
    assert np.mean(bare) == pytest.approx(0.5, abs=3 * np.std(bare) / 2)
    assert np.mean(area) == pytest.approx(model.surface_area_per_m, rel=0.05)


def test_number_of_spheres_is_poisson():
    """Over 300 periodic boxes its mean and its variance are density times volume; centres are uniform."""
    boxes = [overlapping_spheres(seed=seed, box_m=UNIT_BOX, periodic=True, **HALF) for seed in range(300)]
    numbers = np.array([box.radii_m.size for box in boxes])
    assert numbers.mean() == pytest.approx(165.477, abs=3 * np.sqrt(165.477 / 300))
    assert numbers.var() == pytest.approx(165.477, rel=0.3)
    places = np.concatenate([box.centres_m for box in boxes])
    np.testing.assert_allclose(places.mean(axis=0), 0.5, atol=0.005)
    np.testing.assert_allclose(places.var(axis=0), 1 / 12, rtol=0.02)


@pytest.mark.parametrize("orientation", [Aligned(), Tilted(0.3), Isotropic()])
@pytest.mark.parametrize("periodic", [False, True])
def test_ellipsoids_have_the_porosity_of_their_volume(orientation, periodic):
    """Whatever their shape and tilt, exp(-density V) is void: within three standard errors over ten images."""
    porosity = []
    for seed in range(10):
        flakes = overlapping_ellipsoids(
            seed=seed, box_m=UNIT_BOX, porosity=0.4, mean_radius_m=0.08, radius_spread=0.2,
            semi_axis_ratios=(1, 3, 2), orientation=orientation, periodic=periodic,
        )  # fmt: skip
        np.testing.assert_allclose(
            np.prod(flakes.semi_axes_m, axis=1) ** (1 / 3) / flakes.semi_axes_m[:, 0], 6 ** (1 / 3)
        )
        porosity.append(1 - flakes.voxelised((36, 36, 36)).labels.mean())
    assert np.mean(porosity) == pytest.approx(0.4, abs=3 * np.std(porosity, ddof=1) / np.sqrt(10))


def test_aligned_ellipsoids_are_stretched_spheres():
    """At a lag along an axis the two-point probability is that of the spheres at the lag over the axis' ratio."""
    model = BooleanModel(0.5, 0.06)
    ratios = np.array([1, 3, 3]) / 9 ** (1 / 3)
    samples = []
    for seed in range(10):
        void = (
            overlapping_ellipsoids(
                seed=seed, box_m=UNIT_BOX, porosity=0.5, mean_radius_m=0.06, semi_axis_ratios=(1, 3, 3),
                orientation=Aligned(),
            ).voxelised((48, 48, 48)).labels == 0
        )  # fmt: skip
        samples.append([np.mean(void[:-2] & void[2:]), np.mean(void[:, :-6] & void[:, 6:])])
    expected = model.void_two_point(np.array([2 / 48 / ratios[0], 6 / 48 / ratios[1]]))
    error = np.std(samples, axis=0, ddof=1) / np.sqrt(10)
    assert (np.abs(np.mean(samples, axis=0) - expected) < 3 * error).all()


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"porosity": 0}, OutOfRangeError, "porosity = 0"),
        ({"porosity": 1}, OutOfRangeError, "porosity = 1"),
        ({"porosity": None}, InputError, "porosity = None"),
        ({"mean_radius_m": -1}, OutOfRangeError, "mean_radius_m = -1"),
        ({"mean_radius_m": 1e-9}, OutOfRangeError, "particles; choose larger"),
        ({"radius_spread": 3}, OutOfRangeError, "radius_spread = 3"),
        ({"box_m": "1 mm"}, InputError, "box_m"),
        ({"box_m": (1, 1, -1)}, InputError, "box_m"),
        ({"seed": -3}, InputError, "seed = -3"),
        ({"periodic": "yes"}, InputError, "periodic = 'yes'"),
        ({"mean_radius_m": 0.6, "periodic": True}, OutOfRangeError, "choose a larger box"),
    ],
)
def test_what_cannot_be_made_is_refused(change, error, problem):
    """The argument and its value are named."""
    with pytest.raises(error, match=problem):
        overlapping_spheres(**({"seed": 0, "box_m": UNIT_BOX} | HALF | change))


@pytest.mark.parametrize(
    ("ratios", "error"), [((1, 1), InputError), ((1, 0, 1), OutOfRangeError), ((1, 200, 1), OutOfRangeError)]
)
def test_wrong_ratios_are_refused(ratios, error):
    """Three numbers above 0 and within a factor of 100."""
    with pytest.raises(error, match="semi_axis_ratios"):
        overlapping_ellipsoids(seed=0, box_m=UNIT_BOX, semi_axis_ratios=ratios, orientation=Aligned(), **HALF)
