"""A blended electrode is PyBaMM's, is the plain electrode where both materials are the same, and keeps its lithium.

Silicon and graphite of PyBaMM's set Chen2020_composite with its own option of two particle phases and one open-circuit
potential; halves of one material, in PyBaMM's particle and in ours, against the electrode that is not cut.
"""

import os
from dataclasses import fields
from typing import Literal

import numpy as np
from outcome import Outcome, at_most

import electrode_homog as eh
from electrode_homog.parameters import ActivePhase

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
MESH = eh.Mesh(10, 5, 10)
STEPS = [eh.ConstantCurrent(1.0, duration_s=300.0)] * 11
FAST = eh.DarkenDiffusivity(eh.JumpDiffusivity(1e-13), eh.FromOpenCircuitPotential(), floor=0.05)


def against_pybamm(rate: float) -> float:
    """Largest difference of voltage [V] over 0.9 h at 1C, or as much charge at another rate."""
    import pybamm

    cell = eh.load_parameter_set("chen2020_composite")
    theirs = pybamm.ParameterValues("Chen2020_composite")
    current = rate * theirs["Nominal cell capacity [A.h]"]
    points = {"x_n": 20, "x_s": 10, "x_p": 20, "r_n": 20, "r_p": 20, "r_n_prim": 20, "r_n_sec": 20}
    t = np.linspace(0, 3240 / rate, 400)
    voltages = []
    for model, values in (
        (pybamm.lithium_ion.DFN({"particle phases": ("2", "1")}), theirs),
        (eh.pybamm_model(cell, options={"surface form": "algebraic"}), eh.to_pybamm(cell)),
    ):
        values["Current function [A]"] = current
        solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
        simulation = pybamm.Simulation(model, parameter_values=values, var_pts=points, solver=solver)
        voltages.append(simulation.solve([0, t[-1]], t_interp=t)["Voltage [V]"](t))
    return float(np.abs(voltages[0] - voltages[1]).max())


def halves(cell: eh.CellParameters, side: Literal["negative", "positive"]) -> eh.CellParameters:
    """The same electrode as a blend of two equal halves."""
    electrode = getattr(cell, side)
    half = electrode.active_fraction / 2
    values = {f.name: getattr(electrode, f.name) for f in fields(ActivePhase)}
    return cell.with_electrode(side, active_fraction=half, secondary=ActivePhase(**{**values, "active_fraction": half}))


def step_ends(run: eh.CellRun) -> np.ndarray:
    return np.array([run.voltage_V[np.argmin(np.abs(run.time_s - end))] for end in 300.0 * np.arange(1, 12)])


def two_halves() -> float:
    """Largest difference of voltage [V] at the ends of eleven steps of 300 s at 1C."""
    chen = eh.load_parameter_set("chen2020")
    darken = chen.with_electrode("positive", diffusivity_m2_s=FAST)
    worst = 0.0
    for cell, side in ((chen, "negative"), (chen, "positive"), (darken, "positive")):
        whole, cut = (eh.simulate(one, STEPS, mesh=MESH) for one in (cell, halves(cell, side)))
        worst = max(worst, float(np.abs(step_ends(whole) - step_ends(cut)).max()))
    return worst


def lithium_drift() -> float:
    """Over discharge to the end, charge and rest; graphite and silicon."""
    cell = eh.load_parameter_set("chen2020_composite")
    steps = [eh.ConstantCurrent(1.0), eh.ConstantCurrent(-0.5, duration_s=3600.0), eh.Rest(3600.0)]
    return eh.simulate(cell, steps, mesh=MESH).lithium_drift


def outcomes() -> list[Outcome]:
    reference = "PyBaMM's Chen2020_composite, two phases"
    return [
        at_most("silicon and graphite at 1C: voltage", reference, against_pybamm(1.0), 1e-4, "V"),
        at_most("silicon and graphite at 0.2C: voltage", reference, against_pybamm(0.2), 1e-4, "V"),
        at_most("two equal halves, PyBaMM's particle and ours: voltage", "one electrode", two_halves(), 1e-5, "V"),
        at_most("silicon and graphite: lithium, discharge, charge, rest", "conserved", lithium_drift(), 1e-10),
    ]
