"""Single values of the cell scale: what is handed over, what is refused, what is conserved, what comes out.

References: exact values of the laws (B = porosity**b, tau = porosity / B, radius 3 active_fraction / area), what is
conserved, the steady profile of a binary electrolyte in a separator at constant current, i (1 - t_plus) L / (F D), and
the discharge of PyBaMM 26.10's own Chen2020 at 5 A with 60 points in every domain.
"""

import os
from dataclasses import replace
from typing import Any

import numpy as np
from outcome import Outcome, at_most, within

import electrode_homog as eh
from electrode_homog.expression import CONSTANTS

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

CHEN_EFFICIENCIES = {  # region: porosity**1.5, porosity**-0.5
    "negative electrolyte": (0.25, 0.125, 2.0),
    "separator electrolyte": (0.47, 0.322216, 1.458650),
    "positive electrolyte": (0.335, 0.193895, 1.727737),
}
CHEN_DISCHARGE_V = ((0.0, 4.037469), (1800.0, 3.512075), (3000.0, 3.225594))
CHEN_END_S = 3555.27

CURRENT_DENSITY_A_m2, SEPARATOR_M, TRANSFERENCE, EFFECTIVE_DIFFUSIVITY_M2_S = 10.0, 20e-6, 0.4, 1e-10
CONCENTRATION_DIFFERENCE_MOL_M3 = 12.437124


def handed_over() -> list[Outcome]:
    run = eh.simulate(eh.load_parameter_set("chen2020"), eh.ConstantCurrent(1.0, duration_s=60.0))
    rows = []
    for region, (porosity, B, tau) in CHEN_EFFICIENCIES.items():
        used = run.transport_efficiency[region]
        rows.append(within(f"B that PyBaMM uses, chen2020, {region}", "porosity**1.5", used, B, 3e-6))
        rows.append(within(f"tortuosity factor, chen2020, {region}", "porosity**-0.5", porosity / used, tau, 3e-6))
    return rows


def radius_for_area() -> Outcome:
    chen = eh.load_parameter_set("chen2020")
    cell = chen.with_electrode(
        "negative", active_fraction=0.6, porosity=0.3, inactive_fraction=0.1, measured_surface_area_per_m=3e5
    )
    radius = eh.to_pybamm(cell)["Negative particle radius [m]"]
    claim = "radius handed over, active fraction 0.6, measured area 3e5 1/m"
    return within(claim, "3 active_fraction / area", radius, 6e-6, 1e-12)


def guarded() -> Outcome:
    chen = eh.load_parameter_set("chen2020")
    bad = {
        "B above the porosity": lambda: chen.with_electrode("positive", electrolyte_law=eh.FixedEfficiency(0.34)),
        "B = 0": lambda: eh.FixedEfficiency(0.0),
        "B < 0": lambda: eh.FixedEfficiency(-0.1),
        "porosity 1 of an electrode": lambda: chen.with_electrode("positive", porosity=1.0, active_fraction=0.0),
    }
    accepted = []
    for name, make in bad.items():
        try:
            make()
        except (eh.InputError, eh.OutOfRangeError):
            continue
        accepted.append(name)
    claim = f"refused: {', '.join(bad)}"
    return Outcome(claim, "Voigt bound", "all", "all" if not accepted else f"not {accepted}", not accepted)


def simulated(cell: eh.CellParameters, current_A: float, duration_s: float, *, points: int) -> Any:
    import pybamm

    values = eh.to_pybamm(cell)
    values["Current function [A]"] = current_A
    var_pts = dict.fromkeys(("x_n", "x_s", "x_p", "r_n", "r_p"), points)
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    model = eh.pybamm_model(cell)
    return pybamm.Simulation(model, parameter_values=values, var_pts=var_pts, solver=solver).solve([0, duration_s])


def conserved() -> list[Outcome]:
    """Of a discharge at 1C for 50 minutes: the largest relative change of what must stay."""
    cell = eh.load_parameter_set("chen2020")
    solution = simulated(cell, 5.0, 3000.0, points=20)
    salt = solution["Total lithium in electrolyte [mol]"].entries
    solid = {side: solution[f"Total lithium in {side} electrode [mol]"].entries for side in ("negative", "positive")}
    everything = salt + solid["negative"] + solid["positive"]
    charge = 3600 * solution["Discharge capacity [A.h]"].entries / CONSTANTS["F"]
    rows = [("salt in the electrolyte", salt / salt[0] - 1), ("lithium", everything / everything[0] - 1)]
    for side, sign in (("negative", -1.0), ("positive", 1.0)):
        used = sign * (solid[side] - solid[side][0])
        rows.append((f"lithium that the {side} electrode exchanged against the charge", (used - charge) / charge[-1]))
    return [
        at_most(f"{what}, 1C, 3000 s: largest relative difference", "conservation", np.abs(change).max(), 1e-8)
        for what, change in rows
    ]


def steady_separator() -> Outcome:
    """A cell whose electrolyte has constants, at 10 A/m2 until its profile is steady, a line in the separator."""
    chen = eh.load_parameter_set("chen2020")
    bulk = 4 * EFFECTIVE_DIFFUSIVITY_M2_S
    cell = replace(
        chen,
        separator=replace(chen.separator, thickness_m=SEPARATOR_M, electrolyte_law=eh.FixedEfficiency(0.25)),
        electrolyte=replace(chen.electrolyte, diffusivity_m2_s=bulk, transference_number=TRANSFERENCE),
    )
    solution = simulated(cell, CURRENT_DENSITY_A_m2 * cell.cell.electrode_area_m2, 4000.0, points=20)
    x = np.linspace(0, SEPARATOR_M, 7)[1:-1] + cell.negative.thickness_m
    concentration = solution["Electrolyte concentration [mol.m-3]"](t=solution.t[-1], x=x)
    return within(
        "concentration difference across a separator, 10 A/m2 [mol/m3]",
        "i (1 - t_plus) L / (F D)",
        float(-np.polyfit(x, concentration, 1)[0] * SEPARATOR_M),
        CONCENTRATION_DIFFERENCE_MOL_M3,
        5e-3,
    )


def chen_discharge() -> list[Outcome]:
    run = eh.simulate(eh.load_parameter_set("chen2020"), eh.ConstantCurrent(current_A=5.0), mesh=eh.Mesh(60, 60, 60))
    worst = max(abs(np.interp(time, run.time_s, run.voltage_V) - volt) for time, volt in CHEN_DISCHARGE_V)
    late = abs(run.duration_s - CHEN_END_S)
    return [
        at_most("chen2020, 5 A, 60 points: voltage at 0, 1800, 3000 s", "PyBaMM 26.10", 1e3 * worst, 2.0, "mV"),
        at_most("chen2020, 5 A, 60 points: time at which 2.5 V are reached", "PyBaMM 26.10", late, 3.0, "s off"),
    ]


def outcomes() -> list[Outcome]:
    return [*handed_over(), radius_for_area(), guarded(), *conserved(), steady_separator(), *chen_discharge()]
