"""Gaussian random fields: their covariance, the two-point law at one half, exact fractions, anisotropy."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators import (
    ExponentialCovariance,
    GaussianCovariance,
    SpectralPeak,
    covariance_at,
    gaussian_field,
    gaussian_field_image,
    two_point_at_half,
)
from electrode_homog.images.generators.covariances import reach_m

SHAPE = (48, 40, 56)
COVARIANCES = [
    GaussianCovariance(4.0),
    ExponentialCovariance(2.5),
    SpectralPeak(10.0, 0.3),
    SpectralPeak((6.0, 10.0, 14.0)),
]


def _lagged(values, lag):
    """Pairs of values `lag` voxels apart, within the array."""
    near = tuple(slice(0, n - k) for n, k in zip(values.shape, lag, strict=True))
    far = tuple(slice(k, None) for k in lag)
    return values[near], values[far]


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("covariance", COVARIANCES, ids=lambda c: type(c).__name__)
def test_fields_have_their_covariance(covariance, periodic):
    """Products of values a lag apart average to the covariance, within three standard errors over twelve fields."""
    lags = [(0, 0, 0), (1, 0, 0), (0, 3, 0), (0, 0, 6), (2, 3, 4)]
    sizes = (1.0, 0.9, 1.1)
    samples = []
    for seed in range(12):
        field = gaussian_field(seed=seed, shape=SHAPE, voxel_size_m=sizes, covariance=covariance, periodic=periodic)
        samples.append([np.mean(np.multiply(*_lagged(field, lag))) for lag in lags] + [field.mean()])
    error = np.std(samples, axis=0, ddof=1) / np.sqrt(len(samples))
    expected = [*covariance_at(covariance, np.array(lags) * sizes), 0]
    assert (error < 0.03).all()
    assert (np.abs(np.mean(samples, axis=0) - expected) < 3 * error + 1e-3).all()


@pytest.mark.parametrize("covariance", COVARIANCES, ids=lambda c: type(c).__name__)
def test_a_median_threshold_has_the_arcsine_law(covariance):
    """At fractions of one half S2 = 1/4 + arcsin(rho) / 2 pi: within three standard errors over ten images."""
    lags = [(1, 0, 0), (0, 3, 0), (0, 0, 6)]
    samples = []
    for seed in range(10):
        labels = gaussian_field_image(
            seed=seed, shape=SHAPE, voxel_size_m=1, fractions=(0.5, 0.5), covariance=covariance, periodic=True
        ).labels
        wrapped = [np.mean((labels == 1) & (np.roll(labels, lag, (0, 1, 2)) == 1)) for lag in lags]
        samples.append(wrapped)
    error = np.std(samples, axis=0, ddof=1) / np.sqrt(10)
    expected = two_point_at_half(covariance_at(covariance, np.array(lags, float)))
    # A threshold at the sample's own median is not quite the one at 0: hence the second term.
    assert (np.abs(np.mean(samples, axis=0) - expected) < 3 * error + 2e-3).all()


def test_slope_of_the_arcsine_law_is_the_area():
    """Gaussian covariance: -4 dS2/dr at 0 is the surface sqrt(8) / (pi length) per volume."""
    step = 1e-4
    probability = two_point_at_half(covariance_at(GaussianCovariance(2.0), np.array([step, 0, 0])))
    assert 4 * (0.5 - probability) / step == pytest.approx(np.sqrt(8) / (2 * np.pi), rel=1e-3)


@pytest.mark.parametrize("fractions", [(0.4, 0.5, 0.1), (0.3, 0.7), (1.0,), (0.0, 0.25, 0.0, 0.75), (0.1,) * 10])
def test_fractions_are_exact(fractions):
    """Every label has its share of the voxels, to the voxel, empty phases too."""
    image = gaussian_field_image(
        seed=0, shape=(21, 20, 19), voxel_size_m=1, fractions=fractions, covariance=GaussianCovariance(3.0)
    )
    counts = np.bincount(image.labels.ravel(), minlength=len(fractions))
    np.testing.assert_allclose(counts, np.array(fractions) * image.labels.size, atol=1)
    assert counts.sum() == image.labels.size


def test_labels_follow_the_field():
    """Label 0 is where the field is largest, the last label where it is smallest."""
    given = {"seed": 3, "shape": (30, 30, 30), "voxel_size_m": 1.0, "covariance": GaussianCovariance(3.0)}
    field = gaussian_field(**given)
    labels = gaussian_field_image(fractions=(0.2, 0.3, 0.5), **given).labels
    assert field[labels == 0].min() >= field[labels == 1].max() >= field[labels == 1].min() >= field[labels == 2].max()


def test_a_section_of_one_voxel_is_a_plane_of_the_same_field():
    """An axis of one voxel leaves the covariance in the plane as it is."""
    fields = [
        gaussian_field(seed=s, shape=(200, 200, 1), voxel_size_m=1, covariance=GaussianCovariance(4.0))
        for s in range(8)
    ]
    found = np.mean([np.mean(field[3:] * field[:-3]) for field in fields])
    assert found == pytest.approx(np.exp(-9 / 16), abs=0.05)


@pytest.mark.parametrize("covariance", COVARIANCES, ids=lambda c: type(c).__name__)
def test_reach_is_where_the_covariance_is_gone(covariance):
    """Beyond the reach of each axis it stays below 0.001."""
    for axis, reach in enumerate(reach_m(covariance)):
        lags = np.zeros((200, 3))
        lags[:, axis] = np.linspace(reach * 1.0001, 3 * reach, 200)
        assert np.abs(covariance_at(covariance, lags)).max() <= 1e-3


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"fractions": (0.5, 0.6)}, OutOfRangeError, "fractions"),
        ({"fractions": (-0.5, 1.5)}, OutOfRangeError, "fractions"),
        ({"fractions": ()}, InputError, "fractions"),
        ({"fractions": 0.5}, InputError, "fractions"),
        ({"fractions": (0.5, "half")}, InputError, "fractions"),
        ({"covariance": GaussianCovariance(0.5)}, OutOfRangeError, "0.5 m along x, which is not in 1 m"),
        ({"covariance": GaussianCovariance((4, 4, 11)), "periodic": True}, OutOfRangeError, "11 m along z"),
        ({"voxel_size_m": -1}, InputError, "voxel_size_m"),
        ({"shape": (20, 20)}, InputError, "shape"),
        ({"shape": (10**5,) * 3}, InputError, "GB are free"),
        ({"seed": -1}, InputError, "seed"),
        ({"periodic": 0}, InputError, "periodic"),
    ],
)
def test_what_cannot_be_made_is_refused(change, error, problem):
    """The argument and its value are named."""
    right = {
        "seed": 0, "shape": (20, 20, 20), "voxel_size_m": 1.0, "fractions": (0.5, 0.5),
        "covariance": GaussianCovariance(3.0),
    }  # fmt: skip
    with pytest.raises(error, match=problem):
        gaussian_field_image(**(right | change))


@pytest.mark.parametrize("make", [GaussianCovariance, ExponentialCovariance, SpectralPeak])
@pytest.mark.parametrize("length", [0, -1.0, float("nan"), (1, 2), (1, 0, 1), "1 um"])
def test_wrong_lengths_are_refused(make, length):
    """One or three lengths above 0."""
    with pytest.raises(InputError, match="_m = "):
        make(length)


def test_peaks_too_wide_or_too_narrow_are_refused():
    """A relative width from 0.02 to 1."""
    for width in (0.001, 2.0):
        with pytest.raises(OutOfRangeError, match="width"):
            SpectralPeak(1.0, width)
