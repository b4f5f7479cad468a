"""Functions of a parameter set as BPX holds them: at the reference temperature, times one Arrhenius factor.

A formula stays one where BPX's language has it. Everything else becomes points with straight lines between, as many as
keep it within a tolerance that a voltage does not show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.expression import CONSTANTS, Expression, evaluate
from electrode_homog.parameters.exchange.bpx_formula import bpx_formula
from electrode_homog.parameters.exchange.bpx_polygon import Polygon, polygon_of, sampled
from electrode_homog.parameters.exchange.bpx_section import BPXFunction, checked_formula
from electrode_homog.table import Table

BPXValue = float | str | dict[str, list[float]]

VOLTAGE_TOLERANCE_V, ENTROPIC_TOLERANCE_V_K, RELATIVE_TOLERANCE = 2e-7, 1e-9, 1e-6
SPAN_K = 30.0
"""Temperatures this far to either side of the reference show whether a dependence is Arrhenius's."""

ONE_FACTOR = 1e-6
"""Relative spread of an activation energy that still counts as one."""


@dataclass(frozen=True)
class Activation:
    """`spread_J_mol` is how far the energy varies with state and temperature; 0 for one Arrhenius factor."""

    energy_J_mol: float
    spread_J_mol: float


def read_back(value: BPXValue) -> BPXFunction:
    """What a reader makes of it."""
    match value:
        case str():
            return checked_formula(value)
        case dict():
            return Polygon(tuple(value["x"]), tuple(value["y"]))
        case _:
            return float(value)


def activation(function: Callable[[float], Any], reference_K: float) -> Activation:
    """The activation energy of `function` of temperature, an array over the state at each."""
    start = np.log(np.asarray(function(reference_K), float))
    energies = []
    for T in reference_K + SPAN_K * np.array([-1.0, -0.5, 0.5, 1.0]):
        change = np.log(np.asarray(function(T), float)) - start
        energies.append(CONSTANTS["R"] * change / (1 / reference_K - 1 / T))
    energies = np.array(energies)
    mean = float(energies.mean())
    spread = float(np.ptp(energies))
    if spread <= max(ONE_FACTOR * abs(mean), 1e-6):
        rounded = float(f"{mean:.10g}")
        return Activation(0.0 if abs(rounded) < 1e-6 else rounded, 0.0)
    return Activation(float(f"{mean:.6g}"), spread)


def of_stoichiometry(value: float | Expression | Table, tolerance: float) -> BPXValue:
    """An open-circuit potential or an entropic change. Raises InputError for a formula that has no form in BPX."""
    match value:
        case Table():
            return _points(polygon_of(value, tolerance))
        case Expression():
            try:
                return bpx_formula(value, "x", {})
            except InputError:
                return _points(_adaptive(lambda x: evaluate(value, x=x), 1e-6, 1 - 1e-6, tolerance))
        case _:
            return float(value)


def of_state(
    function: Callable[[np.ndarray], np.ndarray],
    expression: float | Expression | None,
    variable: str,
    reference_K: float,
    times: float,
    span: tuple[float, float],
) -> BPXValue:
    """A diffusivity or conductivity at the reference temperature; `function` serves where there is no formula."""
    match expression:
        case float():
            return times * expression
        case Expression():
            try:
                text = bpx_formula(expression, variable, {"T": reference_K}, times=times)
                return float(text) if _is_number(text) else text
            except InputError:
                pass
    return _points(_adaptive(lambda x: times * function(x), *span, 0.0, RELATIVE_TOLERANCE))


def _adaptive(
    function: Callable[[np.ndarray], np.ndarray], low: float, high: float, tolerance: float, relative: float = 0.0
) -> Polygon:
    """Coarser where that many points are not to be had."""
    for factor in (1.0, 10.0, 100.0, 1e3, 1e4):
        try:
            return sampled(function, np.linspace(low, high, 65), factor * tolerance, factor * relative)
        except InputError:
            continue
    raise InputError("a function is too rough to be written as points")


def _points(polygon: Polygon) -> dict[str, list[float]]:
    return {"x": list(polygon.x), "y": list(polygon.y)}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
