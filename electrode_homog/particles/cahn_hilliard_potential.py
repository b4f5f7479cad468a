"""The open-circuit potential as a function that has a value everywhere, for solvers that look beyond 0 and 1.

Formulas such as log(x/(1 - x)) are singular at empty and full, and tables end. From CLIP inside those places on, the
potential goes on as its tangent: continuous with its slope, and falling with x, so that it drives x back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.particles.equations import CLIP
from electrode_homog.particles.laws.derivative import derivative
from electrode_homog.table import Interpolate, Table, interpolated, slope_table

ALIKE = 1e-6
"""Tangents that differ by less than this share count as equal."""


@dataclass(frozen=True)
class HomogeneousPotential:
    """U(x) [V] between `low` and `high`, tangents outside; `value(x, interpolate)` is U itself."""

    value: Callable[[Any, Interpolate], Any]
    low: float
    high: float
    slope_low_V: float
    slope_high_V: float

    def __call__(self, x: Any, interpolate: Interpolate = interpolated) -> Any:
        """At a number, an array, or a symbol."""
        inside = self.clipped(x)
        outside = x - inside  # negative below `low`, positive above `high`
        mean, half = (self.slope_high_V + self.slope_low_V) / 2, (self.slope_high_V - self.slope_low_V) / 2
        value = self.value(inside, interpolate) + mean * outside
        if abs(half) < ALIKE * abs(mean):  # symmetric formulas: spares the P2D model an operation
            return value
        return value + half * np.abs(outside)

    def clipped(self, x: Any) -> Any:
        """x, or the nearer end of the range where U is known."""
        return np.minimum(np.maximum(x, self.low), self.high)


def homogeneous_potential(open_circuit_potential_V: Expression | Table) -> HomogeneousPotential:
    """Raises OutOfRangeError where U has no finite value, or rises with x at either end of its range."""
    match open_circuit_potential_V:
        case Table() as table:
            low, high = max(CLIP, table.x[0]), min(1 - CLIP, table.x[-1])
            potential = HomogeneousPotential(
                lambda x, interpolate: interpolate(table, x), low, high, *slope_table(table)(np.array([low, high]))
            )
        case expression:
            slopes = derivative(expression)(x=np.array([CLIP, 1 - CLIP]), T=1.0)
            potential = HomogeneousPotential(lambda x, interpolate: _of_formula(expression, x), CLIP, 1 - CLIP, *slopes)
    _check(potential)
    return potential


def _of_formula(expression: Expression, x: Any) -> Any:
    if expression.variables:
        return expression(x=x)
    return expression() + 0.0 * x


def _check(potential: HomogeneousPotential) -> None:
    x = np.linspace(potential.low, potential.high, 1001)
    if not (finite := np.isfinite(potential(x))).all():
        raise OutOfRangeError(f"open_circuit_potential_V has no finite value at x = {x[np.argmin(finite)]:.4g}")
    for end, slope in ((potential.low, potential.slope_low_V), (potential.high, potential.slope_high_V)):
        if not slope <= 0:
            raise OutOfRangeError(
                f"open_circuit_potential_V rises by {slope:.3g} V per unit of x at x = {end:g}, the end of its range, "
                "where CahnHilliard needs a stable phase: it must fall there, as every potential does towards empty "
                "and full; extend the table or change the formula"
            )
