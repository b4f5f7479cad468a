"""The electrolyte against what is known of liquids and polymers, and against itself.

Conductivity and diffusivity come from the same ions: with D = 2 D+ D- / (D+ + D-) and t+ = D+ / (D+ + D-) of a dilute
binary salt, D+ + D- = D / (2 t+ (1 - t+)), and the Nernst-Einstein conductivity is F^2 c (D+ + D-) / (R T). That of
real electrolytes is 0.3 to 1.2 times that.
"""

import numpy as np

from electrode_homog.expression import CONSTANTS, evaluate
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.checking import CM2_PER_SECOND, MOL_PER_LITRE, Slip
from electrode_homog.parameters.electrolyte import Electrolyte
from electrode_homog.parameters.plausibility.usual import Usual
from electrode_homog.parameters.problem import Problem, contradiction, oddity, within

USUAL = (
    Usual("initial_concentration_mol_m3", "mol/m3", 200.0, 6000.0, (MOL_PER_LITRE,)),
    Usual("transference_number", "1", 0.05, 0.85, (Slip("per cent", 1e-2),)),
    Usual("thermodynamic_factor", "1", 0.3, 20.0),
    Usual("diffusivity_m2_s", "m2/s", 1e-13, 5e-9, (CM2_PER_SECOND,)),
    Usual("conductivity_S_m", "S/m", 0.005, 4.0, (Slip("mS/cm", 0.1), Slip("S/cm", 100.0))),
)
LARGEST_CONDUCTIVITY_S_m, SMALLEST_CONCENTRATION_mol_m3 = 30.0, 10.0
"""No electrolyte of lithium conducts more, aqueous ones included; none has less salt."""

USUAL_RATIO, LARGEST_RATIO = (0.05, 5.0), (1e-3, 100.0)
"""Of the conductivity to that of Nernst and Einstein; the sets that are shipped have 0.3 to 1.5."""


def electrolyte_problems(cell: CellParameters) -> list[Problem]:
    """At the initial concentration and the reference temperature."""
    electrolyte = cell.electrolyte
    c = electrolyte.initial_concentration_mol_m3
    state = {"c_e": c, "T": cell.cell.reference_temperature_K}
    values = {usual.key: float(evaluate(getattr(electrolyte, usual.key), **state)) for usual in USUAL}
    problems = _impossible(values)
    if not problems:
        for usual in USUAL:
            if not (usual.key == "transference_number" and values[usual.key] == 1):  # of a single-ion conductor
                problems += usual.problems(values[usual.key], text=_place(electrolyte, usual.key, c))
        problems += _ratio_problems(electrolyte, values, state)
    return within("electrolyte", problems)


def _impossible(values: dict[str, float]) -> list[Problem]:
    problems = []
    c, conductivity = values["initial_concentration_mol_m3"], values["conductivity_S_m"]
    if c < SMALLEST_CONCENTRATION_mol_m3:
        text = f"initial_concentration_mol_m3 = {c:g} mol/m3 is no electrolyte"
        problems.append(contradiction("initial_concentration_mol_m3", text, c, "mol/m3", f"mol/L? write {1e3 * c:g}"))
    for key, value in values.items():
        if not np.isfinite(value):
            text = f"{key} has no value at the initial concentration and the reference temperature"
            problems.append(contradiction(key, text, value, "", "check its coefficients and their units"))
    if conductivity > LARGEST_CONDUCTIVITY_S_m:
        text = f"conductivity_S_m is {conductivity:.4g} S/m initially, more than any lithium electrolyte"
        remedy = "is it in mS/cm (then divide by 10), or its concentration in mol/L (then write c_e/1000)?"
        problems.append(contradiction("conductivity_S_m", text, conductivity, "S/m", remedy))
    return problems


def _place(electrolyte: Electrolyte, key: str, c: float) -> str:
    return key if isinstance(getattr(electrolyte, key), float) else f"{key} at {c:g} mol/m3"


def _ratio_problems(electrolyte: Electrolyte, values: dict[str, float], state: dict[str, float]) -> list[Problem]:
    c, t, D = values["initial_concentration_mol_m3"], values["transference_number"], values["diffusivity_m2_s"]
    if not 0.02 < t < 0.98:  # the formula is of a salt whose two ions both move
        return []
    F, R = CONSTANTS["F"], CONSTANTS["R"]
    expected = F**2 * c / (R * state["T"]) * D / (2 * t * (1 - t)) / values["thermodynamic_factor"]
    conductivity = values["conductivity_S_m"]
    ratio = conductivity / expected
    text = (
        f"conductivity_S_m is {conductivity:.4g} S/m and diffusivity_m2_s {D:.4g} m2/s at {c:g} mol/m3: {ratio:.2g} "
        f"times the conductivity that ions of that diffusivity have (Nernst and Einstein)"
    )
    remedy = "check the units of both: S/m, not mS/cm; m2/s, not cm2/s; c_e in mol/m3"
    key = "conductivity_S_m" if not 0.1 <= conductivity <= 2 else "diffusivity_m2_s"
    found = values[key]
    unit = "S/m" if key == "conductivity_S_m" else "m2/s"
    if not LARGEST_RATIO[0] <= ratio <= LARGEST_RATIO[1]:
        return [contradiction(key, text, found, unit, remedy)]
    if not USUAL_RATIO[0] <= ratio <= USUAL_RATIO[1]:
        return [oddity(key, text, found, unit, remedy)]
    return []
