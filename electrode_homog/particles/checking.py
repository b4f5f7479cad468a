"""How laws, and the steps of an experiment, check their numbers."""

import math
from numbers import Real
from typing import Any

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression, evaluate

CHECK_TEMPERATURE_K = 298.15
"""Where a law of x and T is looked at when it is made."""


def checked_number(name: str, value: Any, example: str) -> float:
    """A finite number as a float; raises InputError for anything else."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise InputError(f"{name} = {value!r} is not a finite number; give one, e.g. {example}")
    return float(value)


def checked_positive(name: str, value: Any, example: str) -> float:
    """A finite number above 0; raises InputError for what is no number, OutOfRangeError for 0 and below."""
    number = checked_number(name, value, example)
    if number <= 0:
        raise OutOfRangeError(f"{name} = {number:g} is not above 0; give e.g. {example}")
    return number


def checked_law(name: str, value: Any, example: str, *, variables: tuple[str, ...] = ("x", "T")) -> float | Expression:
    """A positive number, or an Expression of `variables` that is positive at 0 < x < 1 and 298.15 K."""
    if not isinstance(value, Expression):
        return checked_positive(name, value, example)
    if foreign := sorted(set(value.variables) - set(variables)):
        raise InputError(
            f"{name} = {value.text!r} depends on {', '.join(foreign)}; it may depend on {', '.join(variables)}"
        )
    x = np.linspace(0, 1, 201)[1:-1]
    curve = np.broadcast_to(evaluate(value, x=x, T=CHECK_TEMPERATURE_K), x.shape)
    if (wrong := ~(np.isfinite(curve) & (curve > 0))).any():
        first = int(np.argmax(wrong))
        raise OutOfRangeError(f"{name} = {value.text!r} is {curve[first]:g} at x = {x[first]:g}, not a positive number")
    return value


def set_number(step: Any, name: str) -> float:
    """Make a field of a frozen step a float; raises InputError where it is not a finite number."""
    value = getattr(step, name)
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise InputError(f"{type(step).__name__}: {name} = {value!r} is not a finite number")
    object.__setattr__(step, name, float(value))
    return float(value)


def set_positive(step: Any, *names: str, optional: bool = False) -> None:
    """The same for fields that must be positive; with `optional`, None stays."""
    for name in names:
        if optional and getattr(step, name) is None:
            continue
        if set_number(step, name) <= 0:
            raise InputError(f"{type(step).__name__}: {name} = {getattr(step, name):g} must be positive")
