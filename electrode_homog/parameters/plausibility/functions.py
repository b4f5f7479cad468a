"""Functions of state over what a cell meets: temperatures, stoichiometries between the cut-offs, slopes and signs."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from electrode_homog.expression import CONSTANTS, Expression, evaluate
from electrode_homog.parameters.active_phase import ActiveMaterialValues, at_stoichiometry
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.checking import TEMPERATURE_ALONE, Quantity, quantities
from electrode_homog.parameters.plausibility.balance import Balance
from electrode_homog.parameters.plausibility.host_curve import potential_curve
from electrode_homog.parameters.problem import Problem, contradiction, oddity, shown_value
from electrode_homog.particles import DarkenDiffusivity
from electrode_homog.table import Table

WEATHER_K = tuple(np.linspace(273.15, 323.15, 11).tolist())
"""Where a cell is used; a formula that fails there is a warning, at the cell's own temperatures an error."""

SMALLEST_ACTIVATION_J_mol, LARGEST_ACTIVATION_J_mol, IMPOSSIBLE_ACTIVATION_J_mol = 500.0, 150e3, 600e3
"""Published: 10 to 80 kJ/mol. Below the first, kJ/mol in the place of J/mol; above the last, the reverse."""

LEAST_OF_ELECTRONS_J_mol = 100.0
"""The same of a solid's conductivity: 3.5 kJ/mol are published, and that of graphite falls by 0.05 % per kelvin."""

THERMALLY_ACTIVATED = ("diffusivity_m2_s", "exchange_current_density_A_m2")
"""What becomes faster with temperature in every electrode and electrolyte."""

LARGEST_POTENTIAL_V, LARGEST_ENTROPIC_CHANGE_V_K = 10.0, 3e-3
LARGEST_RISE = 0.05
"""Share of the range of a potential that may rise with x: the noise of fits."""


def function_problems(cell: CellParameters, found: Balance) -> list[Problem]:
    """Of every function of the set."""
    problems = []
    for path, phase in _phases(cell).items():
        side = path.partition(".")[0]
        alone = getattr(cell, side).secondary is None  # the window is of both materials of a blend together
        window = found.window(side) if alone else (0.05, 0.95)
        problems += _sign_problems(path, phase) or _rise_problems(path, phase, window)
        problems += _entropy_problems(path, phase, window)
    if cell.negative.open_circuit_potential_V == cell.positive.open_circuit_potential_V:
        text = "both electrodes have the same open-circuit potential"
        key = "positive.open_circuit_potential_V"
        given = shown_value(cell.positive.open_circuit_potential_V)
        problems.append(contradiction(key, text, given, "V", "copied from the other electrode? give its own"))
    return problems + _temperature_problems(cell)


def _phases(cell: CellParameters) -> dict[str, ActiveMaterialValues]:
    return {path: part for path, part in cell.sections().items() if isinstance(part, ActiveMaterialValues)}


def _sign_problems(path: str, phase: ActiveMaterialValues) -> list[Problem]:
    _, U = potential_curve(phase)
    key = f"{path}.open_circuit_potential_V"
    if U.size < 2:
        return []
    typical = float(np.median(np.abs(U)))
    if typical > LARGEST_POTENTIAL_V:
        text = f"open_circuit_potential_V is typically {typical:.4g} V"
        return [contradiction(key, text, typical, "V", "millivolts? then divide by 1000")]
    share = U.size // 10 + 1
    fall = float(np.median(U[:share]) - np.median(U[-share:]))
    if fall < 0:
        text = f"open_circuit_potential_V rises by {-fall:.3g} V from empty to full; it falls as lithium goes in"
        remedy = "is x the state of charge or the extent of delithiation? the stoichiometry is lithium per site: 1 - x"
        return [contradiction(key, text, -fall, "V", remedy)]
    return []


def _rise_problems(path: str, phase: ActiveMaterialValues, window: tuple[float, float]) -> list[Problem]:
    x, U = potential_curve(phase)
    U = U[(x >= window[0]) & (x <= window[1])]
    if U.size < 2 or isinstance(phase.diffusivity_m2_s, DarkenDiffusivity):  # whose potential may separate phases
        return []
    rise = float(np.sum(np.maximum(np.diff(U), 0)))
    if rise > LARGEST_RISE * float(np.ptp(U)):
        text = f"open_circuit_potential_V rises with x in places, by {rise:.3g} V in all"
        remedy = "smooth the data, or use a particle that separates into phases"
        return [oddity(f"{path}.open_circuit_potential_V", text, rise, "V", remedy)]
    return []


def _entropy_problems(path: str, phase: ActiveMaterialValues, window: tuple[float, float]) -> list[Problem]:
    x = np.linspace(*window, 91)
    value = phase.entropic_change_V_K
    if isinstance(value, Table):
        x = x[(x >= value.x[0]) & (x <= value.x[-1])]
    if x.size == 0:
        return []
    largest = float(np.max(np.abs(at_stoichiometry(value, x))))
    if largest <= LARGEST_ENTROPIC_CHANGE_V_K:
        return []
    text = f"entropic_change_V_K reaches {largest:.3g} V/K; measured ones are below 0.001"
    return [oddity(f"{path}.entropic_change_V_K", text, largest, "V/K", "mV/K? then divide by 1000")]


@dataclass(frozen=True)
class _OfTemperature:
    """`values` at a temperature, on the range of the other variables; `least_J_mol` is the smallest activation energy
    that is meant where there is one.
    """

    key: str
    quantity: Quantity
    values: Callable[[float], np.ndarray]
    least_J_mol: float = 0.0


def _functions_of_temperature(cell: CellParameters) -> Iterator[_OfTemperature]:
    x = np.linspace(0.05, 0.95, 19)
    salt = cell.electrolyte.initial_concentration_mol_m3
    c_e = np.linspace(0.1, 1.5, 15) * salt
    for path, part in cell.sections().items():
        c_max = getattr(part, "maximum_concentration_mol_m3", math.nan)
        states = {"exchange_current_density_A_m2": {"c_e": salt, "c_s": x * c_max, "c_max": c_max}}
        for name, quantity in quantities(type(part)).items():
            value = getattr(part, name)
            if not isinstance(value, Expression) or "T" not in quantity.variables:
                continue
            state = states.get(name, {"x": x, "c_e": c_e})
            yield _OfTemperature(
                f"{path}.{name}",
                quantity,
                lambda T, value=value, state=state: np.asarray(evaluate(value, **state, T=T), float),
                _least_activation_J_mol(path, name, quantity),
            )


def _least_activation_J_mol(path: str, name: str, quantity: Quantity) -> float:
    if quantity.variables == TEMPERATURE_ALONE:
        return LEAST_OF_ELECTRONS_J_mol if name == "conductivity_S_m" else 0.0
    return 0.0 if path == "electrolyte" else SMALLEST_ACTIVATION_J_mol


def _temperature_problems(cell: CellParameters) -> list[Problem]:
    own = {cell.cell.initial_temperature_K, cell.cell.ambient_temperature_K, cell.cell.reference_temperature_K}
    problems = []
    for function in _functions_of_temperature(cell):
        activation = _activation_problems(function)
        if any(problem.is_error for problem in activation):
            problems += activation
            continue
        found = [(T, text, value) for T in sorted({*own, *WEATHER_K}) for text, value in _failures(function, T)]
        if not found:
            problems += activation
            continue
        T, text, value = next((failure for failure in found if failure[0] in own), found[0])
        say = contradiction if T in own else oddity
        problems.append(say(function.key, text, value, function.quantity.unit, "check its dependence on T, in K"))
    return problems


def _failures(function: _OfTemperature, T: float) -> Iterator[tuple[str, float]]:
    """What is said of the function at T, and the value in question; nothing where all is well."""
    values, name = function.values(T), function.key.rpartition(".")[2]
    smallest, largest = float(np.min(values)), float(np.max(values))  # NaN if any is
    if not (smallest > 0 and math.isfinite(largest)):
        yield f"{name} is not finite and positive at {T:g} K: smallest value {smallest:.3g}", smallest
    elif not function.quantity.contains(largest):
        text = f"the largest {name} at {T:g} K is {largest:.3g} {function.quantity.unit}"
        yield f"{text}, not {function.quantity.range_text}", largest


def _activation_problems(function: _OfTemperature) -> list[Problem]:
    """The slope in Arrhenius' diagram between 288.15 and 308.15 K, in the middle of the range."""
    cold, warm = 288.15, 308.15
    with np.errstate(all="ignore"):
        low, high = (float(np.median(function.values(T))) for T in (cold, warm))
        if not (0 < low < math.inf and 0 < high < math.inf):
            return []
        energy = CONSTANTS["R"] * math.log(high / low) / (1 / cold - 1 / warm)
    name = function.key.rpartition(".")[2]
    text = f"{name} depends on temperature with an activation energy of {energy / 1000:.3g} kJ/mol"
    about = (energy, "J/mol", "check the energy, in J/mol where R is in J/(mol K), and its sign")
    if abs(energy) > IMPOSSIBLE_ACTIVATION_J_mol:
        return [contradiction(function.key, text, *about)]
    slight = 1e-3 < abs(energy) < function.least_J_mol
    if slight or abs(energy) > LARGEST_ACTIVATION_J_mol or (energy < 0 and name in THERMALLY_ACTIVATED):
        return [oddity(function.key, text, *about)]
    return []
