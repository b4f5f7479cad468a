"""A measured or tabulated function of one variable, such as an open-circuit potential."""

from collections.abc import Callable
from dataclasses import dataclass, field
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
        result = self._pchip(x)
        return result if isinstance(x, np.ndarray) else float(result)


Interpolate = Callable[[Table, Any], Any]
"""Evaluates a table at a number, an array, or a symbol of another library."""


def interpolated(table: Table, x: Any) -> Any:
    """The `Interpolate` of numbers and arrays."""
    return table(x)
