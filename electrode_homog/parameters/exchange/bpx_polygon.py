"""Tables of BPX: straight lines between points, as PyBaMM reads them.

Here a table is shape-preserving and smooth, and a formula is smooth too. Both follow the straight lines exactly but
for the corners, which are rounded within 1e-5 of the neighbouring intervals: at a change of slope s the curve is off
by at most s/4 of that width. A smooth curve through the points themselves would be another one, by 6 mV for 101 points
of graphite's and NMC's potentials; this one gives PyBaMM's voltage within 3e-8 V.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression
from electrode_homog.table import Table

ROUNDED = 1e-5
"""Half width of a rounded corner, of the smaller interval beside it."""

MOST_CORNERS = 36
"""Of a polygon as a formula of at most 4000 characters."""

MOST_POINTS = 20_000
"""Of a table."""

COLLINEAR = 1e-12
"""Of the range of the values: points so close to the line between their neighbours are no corners."""


@dataclass(frozen=True)
class Polygon:
    """Points (n >= 2), x strictly increasing, and the slopes (n - 1,) between. Raises InputError for others."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    slopes: np.ndarray = field(init=False, repr=False, compare=False)
    _points: tuple[np.ndarray, np.ndarray] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        x, y = np.asarray(self.x, float), np.asarray(self.y, float)
        if x.ndim != 1 or x.shape != y.shape or x.size < 2 or not np.all(np.diff(x) > 0):
            raise InputError("a polygon needs two lists of equal length >= 2, x increasing")
        object.__setattr__(self, "x", tuple(x.tolist()))
        object.__setattr__(self, "y", tuple(y.tolist()))
        object.__setattr__(self, "slopes", np.diff(y) / np.diff(x))
        object.__setattr__(self, "_points", (x, y))

    def __call__(self, x: Any) -> Any:
        """Straight on beyond the ends, as PyBaMM's linear interpolant."""
        X, Y = self._points
        if isinstance(x, float):
            k = min(max(bisect_left(self.x, x) - 1, 0), len(self.x) - 2)
            return self.y[k] + (x - self.x[k]) * float(self.slopes[k])
        i = np.clip(np.searchsorted(X, x) - 1, 0, X.size - 2)
        return Y[i] + (np.asarray(x) - X[i]) * self.slopes[i]

    @property
    def corner_widths(self) -> np.ndarray:
        """(n - 2,): how far a corner is rounded to either side."""
        gaps = np.diff(self.x)
        return ROUNDED * np.minimum(gaps[:-1], gaps[1:])

    def cut(self, low: float, high: float) -> "Polygon":
        """Without what lies outside `low` to `high`."""
        if self.x[0] >= low and self.x[-1] <= high:
            return self
        inner = [x for x in self.x if low < x < high]
        ends = [max(low, self.x[0]), min(high, self.x[-1])]
        x = np.array(sorted({*inner, *ends}))
        return Polygon(tuple(x), tuple(self(x)))

    def extended(self, x: float) -> "Polygon":
        """With its nearer end moved along its line, out to x."""
        first, last = (x, self.x[-1]) if x < self.x[0] else (self.x[0], x)
        return Polygon((first, *self.x[1:-1], last), (self(first), *self.y[1:-1], self(last)))

    def table(self) -> Table:
        """The polygon with rounded corners."""
        X, Y, widths, slopes = np.array(self.x), np.array(self.y), self.corner_widths, self.slopes
        inner, values = X[1:-1], Y[1:-1]
        x = np.concatenate([X, inner - widths, inner + widths])
        y = np.concatenate([Y, values - widths * slopes[:-1], values + widths * slopes[1:]])
        if X.size == 2:  # a table has four points at least
            thirds = X[0] + np.diff(X)[0] * np.array([1 / 3, 2 / 3])
            x, y = np.append(x, thirds), np.append(y, self(thirds))
        order = np.argsort(x, kind="stable")
        return Table(tuple(x[order]), tuple(y[order]))

    def formula(self, variable: str) -> str:
        """The polygon with rounded corners as an Expression's text: |u| = sqrt(u**2 + width**2).

        Raises InputError where that is too long.
        """
        steps = np.diff(self.slopes) / 2
        corners, widths = np.array(self.x[1:-1]), self.corner_widths
        slope = float(self.slopes[0] + steps.sum())
        start = float(self.y[0] - self.slopes[0] * self.x[0] - steps @ corners)
        terms = [f"{start!r} + {slope!r}*{variable}"] + [
            f"{step!r}*sqrt(({variable} - {corner!r})**2 + {width!r})"
            for step, corner, width in zip(steps.tolist(), corners.tolist(), (widths**2).tolist(), strict=True)
            if step != 0
        ]
        return Expression(" + ".join(terms), (variable,)).text

    def simplified(self, most_corners: int) -> "Polygon":
        """The same ends and at most so many corners, those that matter most."""
        x, y = np.array(self.x), np.array(self.y)
        kept = [0, x.size - 1]
        while len(kept) < min(x.size, most_corners + 2):
            error = np.abs(np.interp(x, x[kept], y[kept]) - y)
            if error.max() <= COLLINEAR * np.ptp(y):
                break
            kept = sorted({*kept, int(np.argmax(error))})
        return Polygon(tuple(x[kept]), tuple(y[kept]))

    def short_formula(self, variable: str) -> tuple[str, float]:
        """A formula, and by what share of the value it is off at most, where the polygon has too many corners."""
        polygon = self
        if len(self.x) - 2 > MOST_CORNERS:
            polygon = self.simplified(MOST_CORNERS)
        x = np.array(self.x)
        size = np.abs(np.array(self.y))
        off = np.abs(polygon(x) - np.array(self.y)) / np.where(size > 0, size, 1)
        return polygon.formula(variable), float(off.max())


def polygon_of(table: Table, tolerance: float) -> Polygon:
    """Of a table, to be read by straight lines: its own corners where it is a polygon, else points close enough."""
    x, y = np.array(table.x), np.array(table.values)
    kept = _without_collinear(x, y)
    corners = Polygon(tuple(x[kept]), tuple(y[kept]))
    again = corners.table()
    if len(again.x) == x.size and np.allclose(again.x, x, 0, 1e-14) and np.allclose(again.values, y, 1e-12, 0):
        return corners
    return sampled(table, x, tolerance)


def sampled(
    function: Callable[[np.ndarray], np.ndarray], start: np.ndarray, tolerance: float, relative: float = 0.0
) -> Polygon:
    """Points of a smooth function, halving the intervals of `start` until straight lines are close enough.

    That is `tolerance`, plus the share `relative` of the value. Raises InputError where it takes more than MOST_POINTS.
    """
    x = np.asarray(start, float)
    y = np.asarray(function(x))
    open_intervals = np.ones(x.size - 1, bool)
    while open_intervals.any():
        left, right = x[:-1][open_intervals], x[1:][open_intervals]
        inside = left[:, None] + (right - left)[:, None] * np.array([0.25, 0.5, 0.75])
        values = np.asarray(function(inside.ravel())).reshape(inside.shape)
        bad = np.any(np.abs(np.interp(inside, x, y) - values) > tolerance + relative * np.abs(values), axis=1)
        new_x, new_y = inside[bad, 1], values[bad, 1]
        before = set(x[:-1][open_intervals][bad].tolist()) | set(new_x.tolist())
        order = np.argsort(np.append(x, new_x), kind="stable")
        x, y = np.append(x, new_x)[order], np.append(y, new_y)[order]
        open_intervals = np.isin(x[:-1], list(before))
        if x.size > MOST_POINTS:
            raise InputError(f"a function needs more than {MOST_POINTS} points as straight lines")
    return Polygon(tuple(x), tuple(y))


def _without_collinear(x: np.ndarray, y: np.ndarray) -> list[int]:
    """The points that are not on the line between their neighbours."""
    scale = COLLINEAR * (y.max() - y.min())
    kept = [0]
    for i in range(1, x.size - 1):
        left, right = kept[-1], i + 1
        line = y[left] + (y[right] - y[left]) * (x[i] - x[left]) / (x[right] - x[left])
        if abs(line - y[i]) > scale:
            kept.append(i)
    return [*kept, x.size - 1]
