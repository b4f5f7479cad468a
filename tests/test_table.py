"""Tables interpolate without inventing shape, and their derivative is that of what they interpolate."""

from itertools import pairwise

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.table import Table, interpolated, slope_table

RNG = np.random.default_rng(0)
PLACES = np.sort(np.concatenate([[0.001, 0.999], RNG.uniform(0.001, 0.999, 60)]))
FALLING = Table(tuple(PLACES), tuple(1.0 - PLACES + np.exp(-30 * PLACES)))


def test_passes_through_its_points_and_is_not_extended():
    """At the points the values, outside NaN; numbers give floats, arrays their shape."""
    np.testing.assert_allclose(FALLING(PLACES), FALLING.values, rtol=1e-15)
    assert np.isnan(FALLING(np.array([0.0, 1.0]))).all()
    assert isinstance(FALLING(0.5), float)
    assert FALLING(np.full((2, 3), 0.5)).shape == (2, 3)
    assert interpolated(FALLING, 0.5) == FALLING(np.float64(0.5))


def test_slope_is_that_of_the_table():
    """The derivative is exact at the points and within 2e-3 of its range in each interval elsewhere."""
    rough = Table(tuple(PLACES), tuple(RNG.normal(size=PLACES.size)))
    for table in (FALLING, rough):
        exact, found = table._pchip.derivative(), slope_table(table)
        np.testing.assert_allclose(found(PLACES), exact(PLACES), rtol=1e-9, atol=1e-9)
        for low, high in pairwise(PLACES):
            x = np.linspace(low, high, 1000)
            assert np.abs(found(x) - exact(x)).max() <= 2e-3 * np.ptp(exact(x)) + 1e-12
    assert (found.x[0], found.x[-1]) == (rough.x[0], rough.x[-1])


def test_slope_of_a_monotonic_table_keeps_its_sign():
    """The derivative of falling values is nowhere positive, of a plateau exactly zero."""
    steps = np.minimum.accumulate(RNG.normal(size=50).cumsum())
    slope = slope_table(Table(tuple(range(50)), tuple(3.4 + 1e-3 * steps)))
    assert slope(np.linspace(0, 49, 20001)).max() <= 0
    assert slope_table(Table((0.0, 1.0, 2.0, 3.0), (3.4, 3.4, 3.4, 3.4)))(1.7) == 0


def test_symbols_are_refused_with_the_way_out():
    """A symbol of another library, text, a list and a complex number are refused; the message names Interpolate."""
    import casadi

    for wrong in (casadi.SX.sym("x"), "0.5", [0.5], None, True, 1j, np.array(["a"]), np.array([1j])):
        with pytest.raises(InputError, match="Interpolate"):
            FALLING(wrong)


@pytest.mark.parametrize(
    ("x", "values"),
    [
        ((0.0, 0.5, 1.0), (1.0, 2.0, 3.0)),
        ((0.0, 0.5, 0.5, 1.0), (1.0, 2.0, 2.0, 3.0)),
        ((0.0, 1.0, 0.5, 2.0), (1.0, 2.0, 2.0, 3.0)),
        ((0.0, 0.3, 0.5, 1.0), (1.0, float("nan"), 2.0, 3.0)),
        ((0.0, 0.3, 0.5, 1.0), (1.0, 2.0, 3.0)),
    ],
)
def test_what_is_no_table_is_refused(x, values):
    """Too few points, x that does not increase, values that are not finite, unequal lengths."""
    with pytest.raises(InputError):
        Table(x, values)
