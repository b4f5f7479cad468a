"""Expressions as functions of PyBaMM's symbols.

PyBaMM passes arguments by position and inspects their number, hence one plain function per signature.
"""

from collections.abc import Callable
from numbers import Real
from typing import Any

from electrode_homog.expression import Expression
from electrode_homog.p2d.importing import import_pybamm


def called(expression: Expression, **state: Any) -> Any:
    """A symbol, also where the expression is a constant: PyBaMM takes no number from a function."""
    value = expression(**{name: state[name] for name in expression.variables})
    return import_pybamm().Scalar(value) if isinstance(value, Real) else value


def of_temperature(value: float | Expression) -> float | Callable[[Any], Any]:
    """Of heat: f(T)."""
    if not isinstance(value, Expression):
        return value
    return lambda T: called(value, T=T)


def of_temperature_in_the_solid(value: float | Expression) -> float | Callable[[Any, Any], Any]:
    """The same for a property that PyBaMM has as f(sto, T)."""
    if not isinstance(value, Expression):
        return value
    return lambda sto, T: called(value, T=T)
