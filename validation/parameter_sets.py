"""Every shipped set gives PyBaMM's own voltage at 1C within 0.1 mV, isothermal and with the heat of the cell.

The same stock Doyle-Fuller-Newman model of PyBaMM 26.10, mesh and tolerance 1e-8 for both; only the values differ. The
figure is the largest difference over the whole run. mohtat2020 begins discharged and is charged; a second run
discharges it from the full cell. ecker2015 takes its nominal capacity for 1C in both.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from outcome import Outcome, at_most

import electrode_homog as eh

if TYPE_CHECKING:
    import pybamm

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

PYBAMM_NAMES = {
    "ai2020": "Ai2020",
    "chen2020": "Chen2020",
    "chen2020_composite": "Chen2020_composite",
    "ecker2015": "Ecker2015",
    "marquis2019": "Marquis2019",
    "mohtat2020": "Mohtat2020",
    "nca_kim2011": "NCA_Kim2011",
    "oregan2022": "ORegan2022",
    "prada2013": "Prada2013",
    "ramadass2004": "Ramadass2004",
}
LUMPED = {"thermal": "lumped"}
BLEND = {"particle phases": ("2", "1"), "surface form": "algebraic"}
DISCHARGED_AT_FIRST = "mohtat2020"
POINTS = {"x_n": 20, "x_s": 10, "x_p": 20, "r_n": 20, "r_p": 20, "r_n_prim": 20, "r_n_sec": 20}
BAR_V = 1e-4


def solved(values: "pybamm.ParameterValues", options: Mapping[str, Any], *, rate: float) -> "pybamm.Solution":
    import pybamm

    values = values.copy()
    values["Current function [A]"] = rate * values["Nominal cell capacity [A.h]"]
    model, solver = pybamm.lithium_ion.DFN(dict(options)), pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    return pybamm.Simulation(model, parameter_values=values, var_pts=POINTS, solver=solver).solve([0, 7200])


def difference_V(
    ours: "pybamm.ParameterValues",
    theirs: "pybamm.ParameterValues",
    options: Mapping[str, Any] | None = None,
    *,
    rate: float = 1.0,
) -> float:
    """The largest one until the first cell reaches its limit; infinite if that is within half an hour."""
    first, second = (solved(values, options or {}, rate=rate) for values in (ours, theirs))
    end = min(first.t[-1], second.t[-1])
    if end < 1800:
        return float("inf")
    time = np.linspace(0, end, 2000)
    return float(np.abs(first["Voltage [V]"](time) - second["Voltage [V]"](time)).max())


def of_full_cell(ours: "pybamm.ParameterValues", theirs: "pybamm.ParameterValues") -> float:
    """Difference in a discharge of the full cell, by PyBaMM's own balance of its set."""
    full, ours = theirs.copy(), ours.copy()
    full.set_initial_state(1.0)
    for side in ("negative", "positive"):
        start = f"Initial concentration in {side} electrode [mol.m-3]"
        ours[start] = full[start]
    return difference_V(ours, full)


def of_set(name: str) -> list[Outcome]:
    import pybamm

    cell, theirs = eh.load_parameter_set(name), pybamm.ParameterValues(PYBAMM_NAMES[name])
    ours = eh.to_pybamm(cell)
    rate, doing = (-1.0, "charge") if name == DISCHARGED_AT_FIRST else (1.0, "discharge")
    options = BLEND if cell.negative.secondary is not None else {}
    figures = {f"1C {doing}": difference_V(ours, theirs, options, rate=rate)}
    if name == DISCHARGED_AT_FIRST:
        figures["1C discharge of the full cell"] = of_full_cell(ours, theirs)
    if cell.thermal is not None:
        figures[f"1C {doing} with heat"] = difference_V(ours, theirs, LUMPED, rate=rate)
    reference = f"PyBaMM's {PYBAMM_NAMES[name]}"
    return [at_most(f"{name}, {what}", reference, error, BAR_V, "V") for what, error in figures.items()]


def outcomes() -> list[Outcome]:
    return [row for name in PYBAMM_NAMES for row in of_set(name)]
