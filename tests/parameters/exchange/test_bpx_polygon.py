"""Straight lines between points, smooth curves and formulas that follow them, and the way back."""

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression
from electrode_homog.parameters.exchange.bpx_polygon import ROUNDED, Polygon, polygon_of, sampled
from electrode_homog.table import Table

FINE = np.linspace(0, 1, 30_011)


def rough(count: int = 12) -> Polygon:
    rng = np.random.default_rng(3)
    x = np.sort(rng.uniform(0.01, 0.99, count - 2))
    return Polygon((0.0, *x, 1.0), tuple(rng.uniform(-1, 1, count)))


def test_a_polygon_is_linear_interpolation_and_goes_straight_on():
    polygon = rough()
    np.testing.assert_allclose(polygon(FINE), np.interp(FINE, polygon.x, polygon.y), atol=1e-14)
    assert polygon(1.5) == pytest.approx(polygon.y[-1] + 0.5 * polygon.slopes[-1])


def test_tables_and_formulas_are_off_by_a_quarter_of_a_corner_at_most():
    """The bound s/4 of the width, s the largest change of slope, holds for both; the formula needs twice of it."""
    polygon = rough()
    bound = float(np.max(np.abs(np.diff(polygon.slopes)) * polygon.corner_widths)) / 4
    near = np.concatenate([np.array(polygon.x[1:-1]) + k * polygon.corner_widths for k in np.linspace(-1, 1, 21)])
    for x in (FINE, near):
        assert np.max(np.abs(polygon.table()(x) - polygon(x))) <= bound
        formula = Expression(polygon.formula("x"), ("x",))
        assert np.max(np.abs(formula(x=x) - polygon(x))) <= 2 * bound + 1e-9
    assert bound < ROUNDED


@pytest.mark.parametrize("count", [2, 3, 4, 12, 300])
def test_points_come_back_from_the_table_that_they_became(count):
    """So that a file that was read is written with its own points."""
    polygon = rough(count) if count > 3 else Polygon((0.0, 0.4, 1.0)[-count:], (1.0, 0.7, -0.2)[-count:])
    back = polygon_of(polygon.table(), 1e-2)
    np.testing.assert_allclose(back.x, polygon.x, atol=1e-15)
    np.testing.assert_allclose(back.y, polygon.y, atol=1e-14)


def test_smooth_tables_become_points_within_the_tolerance():
    """Straight lines through them are nowhere further than that from the table."""
    x = np.linspace(0, 1, 15)
    table = Table(tuple(x), tuple(np.exp(-5 * x) + 0.1 * np.sin(9 * x)))
    polygon = polygon_of(table, 1e-6)
    assert np.max(np.abs(polygon(FINE) - table(FINE))) < 1.1e-6
    assert len(polygon.x) < 2000


def test_a_function_that_is_too_rough_is_refused():
    with pytest.raises(InputError, match="more than 20000 points"):
        sampled(lambda x: np.sin(1e6 * x), np.linspace(0, 1, 5), 1e-6)


def test_cutting_keeps_the_lines():
    """What lies outside a range is cut off where the lines cross its ends."""
    polygon = Polygon((-0.5, 0.25, 1.5), (2.0, 1.0, -1.0)).cut(0.0, 1.0)
    assert polygon.x == (0.0, 0.25, 1.0)
    assert polygon.y == pytest.approx((2 - 2 / 3, 1.0, -0.2))
    assert polygon.cut(0.0, 1.0) is polygon


def test_only_the_points_that_matter_are_kept():
    """A straight piece needs no points; the formula of what is left is as good."""
    x = np.linspace(0, 1, 200)
    polygon = Polygon(tuple(x), tuple(np.abs(x - x[60]) + 0.1))
    assert polygon.simplified(36).x == (0.0, float(x[60]), 1.0)
    formula, off = polygon.short_formula("x")
    assert off < 1e-12
    assert Expression(formula, ("x",))(x=0.9) == pytest.approx(0.9 - x[60] + 0.1)


@pytest.mark.parametrize(("x", "y"), [((0.0,), (1.0,)), ((0.0, 0.0), (1.0, 2.0)), ((0.0, 1.0), (1.0,))])
def test_points_that_make_no_polygon_are_refused(x, y):
    with pytest.raises(InputError, match="two lists of equal length"):
        Polygon(x, y)
