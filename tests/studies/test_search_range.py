"""The map between a parameter and 0..1."""

import pytest

from electrode_homog.errors import InputError
from electrode_homog.studies.search_range import SearchRange


@pytest.mark.parametrize(
    ("low", "high", "middle"),
    [(1.0, 3.0, 2.0), (-1.0, 100.0, 49.5), (0.0, 1.0, 0.5), (1e-15, 1e-13, 1e-14), (1.0, 10.0, 5.5)],
)
def test_ends_and_middle(low, high, middle):
    """0 and 1 are the ends to the last bit; 0.5 is the mean, geometric over more than a decade."""
    bounds = SearchRange("x", low, high)
    assert (bounds.value(0), bounds.value(1)) == (low, high)
    assert bounds.value(0.5) == pytest.approx(middle)
    assert bounds.unit(bounds.value(0.3)) == pytest.approx(0.3)
    step = 1e-6
    assert bounds.slope(0.3) == pytest.approx((bounds.value(0.3 + step) - bounds.value(0.3)) / step, rel=1e-4)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (float("nan"), 1), (0, float("inf"))])
def test_empty_range_is_refused(low, high):
    """Equal, swapped and infinite ends are InputErrors."""
    with pytest.raises(InputError, match="low < high"):
        SearchRange("x", low, high)


def test_start_outside_is_refused():
    """The message names the path, its value and the range."""
    with pytest.raises(InputError, match=r"x starts at 5, outside vary = \(1, 3\)"):
        SearchRange("x", 1, 3).unit(5)
