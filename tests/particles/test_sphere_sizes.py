"""Spheres of several sizes: whose share is whose, and what is refused."""

import math
import pickle

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.sphere_sizes import SphereSizes, log_normal_sizes
from electrode_homog.provenance import from_json, to_json


def test_surface_of_two_sizes_by_hand():
    """Equal volumes of 2 and 6 um: surface per volume (3/2 + 3/6)/2 = 1 /um, so 3 um on average, and 3 to 1 of it."""
    sizes = SphereSizes((2e-6, 6e-6), (0.5, 0.5))
    assert sizes.radius_m == pytest.approx(3e-6)
    assert sizes.area_fractions == pytest.approx((0.75, 0.25))


@pytest.mark.parametrize("deviation", [1.1, 1.5, 1.8])
def test_log_normal_has_its_closed_form_means(deviation):
    """Half of the volume is below the median, the mean of radius**k is median**k exp(k**2 s**2/2), Sauter's too."""
    sizes = log_normal_sizes(5e-6, deviation, sizes=9)
    radii, shares = np.array(sizes.radii_m) / 5e-6, np.array(sizes.volume_fractions)
    s = math.log(deviation)
    assert shares[:4].sum() + shares[4] / 2 == pytest.approx(0.5)
    for k in (-2, -1, 1, 2):
        assert shares @ radii**k == pytest.approx(math.exp(k * k * s * s / 2), rel=1e-6)
    assert sizes.radius_m == pytest.approx(5e-6 * math.exp(-s * s / 2), rel=1e-6)


def test_no_spread_is_one_size():
    """A deviation of 1 is a single sphere."""
    assert log_normal_sizes(5e-6, 1.0) == SphereSizes((5e-6,), (1.0,))


def test_values_are_kept_as_tuples_and_survive_json_and_pickle():
    """Arrays become tuples; equal sizes are equal and hash alike."""
    sizes = SphereSizes(np.array([2e-6, 6e-6]), [0.25, 0.75])
    assert sizes == SphereSizes((2e-6, 6e-6), (0.25, 0.75)) == from_json(to_json(sizes), SphereSizes)
    assert hash(pickle.loads(pickle.dumps(sizes))) == hash(sizes)


@pytest.mark.parametrize(
    ("radii", "shares", "error", "text"),
    [
        ((2e-6, 6e-6), (0.5,), InputError, "one fraction per radius"),
        ((), (), InputError, "one fraction per radius"),
        ("many", (1.0,), InputError, "not a list"),
        ((2e-6, math.nan), (0.5, 0.5), InputError, "not a list"),
        (5e-6, 1.0, InputError, "not a list"),
        ((5e-6,), (True,), InputError, "not a list"),
        (("5e-6",), (1.0,), InputError, "not a list"),
        ((6e-6, 2e-6), (0.5, 0.5), OutOfRangeError, "must increase"),
        ((2e-6, 2e-6), (0.5, 0.5), OutOfRangeError, "must increase"),
        ((2.0, 6.0), (0.5, 0.5), OutOfRangeError, "micrometres"),
        ((2e-6, 6e-6), (0.5, 0.6), OutOfRangeError, "add up to 1"),
        ((2e-6, 6e-6), (1.5, -0.5), OutOfRangeError, "positive"),
        (np.linspace(1e-6, 9e-6, 200), np.full(200, 1 / 200), OutOfRangeError, "at most 100"),
    ],
)
def test_nonsense_is_refused(radii, shares, error, text):
    """Lists that do not fit together, are not sorted, or are no shares."""
    with pytest.raises(error, match=text):
        SphereSizes(radii, shares)


@pytest.mark.parametrize(
    ("median", "deviation", "sizes"),
    [(5e-6, 0.5, 7), (5e-6, 5.0, 7), (5e-6, 1.5, 0), (5e-6, 1.5, 7.0), (5.0, 1.5, 7), (9e-5, 2.0, 9)],
)
def test_distribution_of_nonsense_is_refused(median, deviation, sizes):
    """Deviations below 1 or huge, no sizes, and radii that leave what particles have."""
    with pytest.raises(OutOfRangeError):
        log_normal_sizes(median, deviation, sizes=sizes)
