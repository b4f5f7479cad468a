"""Bounds against closed forms."""

import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.homogenization import hashin_shtrikman_bounds, reuss_bound, voigt_bound


def test_published_two_phase_values():
    """k = 1, 10, f2 = 0.3: Reuss, HS-, HS+, Voigt of the reference table (A-HS), also in the plane."""
    f, k = [0.7, 0.3], [1, 10]
    assert reuss_bound(f, k) == pytest.approx(1.3698630137, rel=1e-9)
    assert hashin_shtrikman_bounds(f, k) == pytest.approx((1.87096774194, 3.07692307692), rel=1e-9)
    assert voigt_bound(f, k) == pytest.approx(3.7, rel=1e-12)
    assert hashin_shtrikman_bounds(f, k, dimension=2) == pytest.approx((1.65060241, 2.71676301), rel=1e-8)
    assert hashin_shtrikman_bounds([0.5, 0.5], [1, 100]) == pytest.approx((3.82857143, 40.7185629), rel=1e-8)


@pytest.mark.parametrize("porosity", [0.3, 0.5, 0.7])
def test_insulating_solid_gives_maxwell(porosity):
    """With an insulator HS+ is 2 eps / (3 - eps) and HS-, Reuss are 0."""
    f, k = [porosity, 1 - porosity], [1, 0]
    assert hashin_shtrikman_bounds(f, k) == pytest.approx((0, 2 * porosity / (3 - porosity)))
    assert reuss_bound(f, k) == 0


def test_absent_phase_changes_nothing():
    """A phase of fraction 0 does not move any bound, even if it insulates."""
    assert reuss_bound([0.7, 0.3, 0], [1, 10, 0]) == reuss_bound([0.7, 0.3], [1, 10])
    assert hashin_shtrikman_bounds([0.7, 0.3, 0], [1, 10, 0]) == hashin_shtrikman_bounds([0.7, 0.3], [1, 10])


@pytest.mark.parametrize(
    ("fractions", "conductivities", "error"),
    [
        ([0.5, 0.6], [1, 1], OutOfRangeError),
        ([-0.5, 1.5], [1, 1], OutOfRangeError),
        ([0.5, 0.5], [1, -1], OutOfRangeError),
        ([0.5, 0.5], [1, float("inf")], OutOfRangeError),
        ([0.5, 0.5], [1], InputError),
        ([], [], InputError),
    ],
)
def test_bad_input_is_refused(fractions, conductivities, error):
    """Fractions add up to 1, conductivities are finite and not negative."""
    with pytest.raises(error):
        voigt_bound(fractions, conductivities)
