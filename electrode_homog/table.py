"""A measured or tabulated function of one variable, such as an open-circuit potential."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from numbers import Real
from typing import Any

import numpy as np

from electrode_homog.errors import InputError


@dataclass(frozen=True)
class Table:
    """Shape-preserving piecewise cubic (PCHIP, Fritsch and Carlson 1980) through (x, value), x strictly increasing.

    Held as tuples, so that tables compare and hash. Outside its range a table is NaN: it is never extrapolated.
    Raises InputError for fewer than four points, values that are not finite, and x that does not increase.
    """

    x: tuple[float, ...]
    values: tuple[float, ...]
    variable: str = "x"
    _pchip: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        from scipy.interpolate import PchipInterpolator

        x, values = np.asarray(self.x, dtype=float), np.asarray(self.values, dtype=float)
        if x.ndim != 1 or x.shape != values.shape or x.size < 4:
            raise InputError(f"a table needs two lists of equal length >= 4, not of {x.shape} and {values.shape}")
        if not (np.all(np.isfinite(x)) and np.all(np.isfinite(values))):
            raise InputError("a table has values that are not finite numbers; remove those rows")
        if not np.all(np.diff(x) > 0):
            raise InputError("x of a table must increase strictly; sort it and join equal values")
        object.__setattr__(self, "x", tuple(x.tolist()))
        object.__setattr__(self, "values", tuple(values.tolist()))
        object.__setattr__(self, "_pchip", PchipInterpolator(x, values, extrapolate=False))

    def __call__(self, x: Any) -> Any:
        """The values at a number or an array; raises InputError for anything else, such as a symbol."""
        if isinstance(x, bool) or not isinstance(x, Real | np.ndarray) or (np.asarray(x).dtype.kind not in "fiu"):
            raise InputError(
                f"a table is called with numbers or arrays of numbers, not with {type(x).__name__}; a symbol of "
                "another library goes through that library's own `Interpolate`"
            )
        result = self._pchip(x)
        return result if isinstance(x, np.ndarray) else float(result)


Interpolate = Callable[[Table, Any], Any]
"""Evaluates a table at a number, an array, or a symbol of another library."""


def interpolated(table: Table, x: Any) -> Any:
    """The `Interpolate` of numbers and arrays."""
    return table(x)


PARTS = (0.0, 0.002, *(k / 16 for k in range(1, 16)), 0.998)
"""Places of a `slope_table` in each interval of its table; close to the ends, where the slope has kinks."""


@lru_cache(maxsize=64)
def slope_table(table: Table) -> Table:
    """The derivative of a table by its variable, as a table.

    The derivative of a PCHIP is continuous, quadratic between the points, and of the sign of the rise between them. The
    answer is exact at PARTS of each interval and where the slope is extreme; elsewhere its error is below 2e-3 of the
    range of the slope in that interval.
    """
    x, values = np.asarray(table.x), np.asarray(table.values)
    slope, curvature = table._pchip.derivative(), table._pchip.derivative(2)
    gaps = np.diff(x)
    fine = x[:-1, None] + gaps[:, None] * np.array(PARTS)
    with np.errstate(all="ignore"):
        inside = -curvature.c[1] / curvature.c[0]  # where the curvature c[1] + c[0] (x - left) is zero
        extremes = (x[:-1] + inside)[(inside > 0.01 * gaps) & (inside < 0.99 * gaps)]
    places = np.union1d(np.append(fine, x[-1]), extremes)
    places = places[np.append(np.diff(places) > 1e-7 * gaps.min(), True)]
    rise = np.sign(np.diff(values))[np.clip(np.searchsorted(x, places, "right") - 1, 0, gaps.size - 1)]
    slopes = rise * np.maximum(rise * slope(places), 0)  # round-off may turn a slope of a plateau
    return Table(tuple(places), tuple(slopes), table.variable)
