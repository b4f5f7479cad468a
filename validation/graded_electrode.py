"""Electrodes that are graded through their thickness by B(x) and porosity, at 2C and at rest.

The finely resolved reference is another discretisation: PyBaMM's own model on even meshes of 160 and 320 points per
electrode, whose arithmetic mean of B at a jump errs in the first order of the cell size, extrapolated to none
(Richardson). Both take 20 shells per particle, so that what is left is the error of layers and of the mesh along x.
Voltages are compared over the first 95 % of the discharge, every 5 s.

The resistance in the first moment, when all concentrations are even, is that of porous electrodes with linear kinetics
(Newman and Tobias 1962, doi 10.1149/1.2425269): eta'' = a g (1/kappa + 1/sigma) eta in each layer, with eta and the
current continuous between them. A profile of ten layers is also run with layers joined, to 5, 3 and 2 of them.
"""

import os
from dataclasses import dataclass, replace

import numpy as np
from outcome import Outcome, within

import electrode_homog as eh
from electrode_homog.expression import Expression
from electrode_homog.parameters import Layers

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

SHELLS = 20
STEP_S = 5.0
FINE_POINTS = 160
DEFAULT, FINER, FINEST = (eh.Mesh(3 * n, n, SHELLS) for n in (10, 20, 40))
ELECTRODE_M, SEPARATOR_M, SIGMA_S_M, REACTING_S_M3 = 100e-6, 20e-6, 10.0, 1e8
VOLTS_PER_KELVIN = 8.31446261815324 / 96485.33212331002


@dataclass(frozen=True)
class Grading:
    """B of two equal layers, from the collector; porosity and active fraction as well where they are given."""

    side: str
    B: tuple[float, float]
    porosity: tuple[float, float] | None = None
    active_fraction: tuple[float, float] | None = None

    @property
    def cell(self) -> eh.CellParameters:
        base = eh.load_parameter_set("chen2020")
        part = getattr(base, self.side)
        porosity = self.porosity or (part.porosity,) * 2
        active = self.active_fraction or (part.active_fraction,) * 2
        return base.with_layers(self.side, Layers((0.5, 0.5), porosity, active, self.B, (part.solid_efficiency,) * 2))


GRADINGS = (
    Grading("positive", (0.08, 0.32)),
    Grading("positive", (0.32, 0.08)),
    Grading("positive", (0.03, 0.3)),
    Grading("negative", (0.06, 0.24)),
    Grading("positive", (0.1, 0.3), (0.25, 0.42), (0.74, 0.57)),
    Grading("positive", (0.3, 0.1), (0.42, 0.25), (0.57, 0.74)),
)
STARVED = (
    Grading("negative", (0.024, 0.24)),
    Grading("negative", (0.24, 0.06)),
    Grading("positive", (0.3, 0.03)),
)
"""Salt runs out in parts of an electrode long before the end, behind a front that 30 points do not resolve."""


def reference(cell: eh.CellParameters) -> tuple[np.ndarray, np.ndarray]:
    """Times, which are those of the solutions, and voltages of the extrapolated discharge."""
    coarse, fine = (stock_discharge(cell, points) for points in (FINE_POINTS, 2 * FINE_POINTS))
    time = np.arange(STEP_S, 0.95 * min(coarse.t[-1], fine.t[-1]), STEP_S)
    return time, 2 * fine["Voltage [V]"](time) - coarse["Voltage [V]"](time)


def stock_discharge(cell: eh.CellParameters, points: int):
    import pybamm

    values = eh.to_pybamm(cell)
    values["Current function [A]"] = 2 * values["Nominal cell capacity [A.h]"]
    model = pybamm.lithium_ion.DFN({"transport efficiency": "tortuosity factor"})
    solver = pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-9)
    var_pts = {"x_n": points, "x_s": points // 3, "x_p": points, "r_n": SHELLS, "r_p": SHELLS}
    simulation = pybamm.Simulation(model, parameter_values=values, var_pts=var_pts, solver=solver)
    return simulation.solve([0, 2000], t_interp=np.arange(0, 2000, STEP_S))


def differences_mV(cell: eh.CellParameters, known: tuple[np.ndarray, np.ndarray], mesh: eh.Mesh) -> tuple[float, float]:
    """Root mean square and largest."""
    run = eh.simulate(cell, eh.ConstantCurrent(2.0), mesh=mesh)
    time, voltage = known
    error = 1e3 * (np.interp(time, run.time_s, run.voltage_V) - voltage)
    return float(np.sqrt(np.mean(error**2))), float(np.abs(error).max())


def two_layers() -> list[Outcome]:
    rows = []
    for grading in (*GRADINGS, *STARVED):
        cell = grading.cell
        known = reference(cell)
        starved = grading in STARVED
        for mesh in (DEFAULT, FINEST) if starved else (DEFAULT,):
            rms, largest = differences_mV(cell, known, mesh)
            bar, passed = ("reported", True) if starved and mesh is DEFAULT else ("<= 1 mV rms", rms <= 1)
            B, graded = f"B {grading.B[0]:g} and {grading.B[1]:g}", ", porosity too" if grading.porosity else ""
            lasts = f", salt runs out, {known[0][-1] / 0.95:.0f} s" if starved else ""
            claim = f"{grading.side} in two layers, {B}{graded}, 2C{lasts}, {mesh.x_points} points"
            measured = f"{rms:.2f} mV rms, {largest:.2f} mV at most"
            rows.append(Outcome(claim, "PyBaMM, 160 and 320 points", bar, measured, passed))
    return rows


def coarse_grained() -> list[Outcome]:
    """What joining layers costs, on the mesh of 60 points."""
    depth = (np.arange(10) + 0.5) / 10
    part = eh.load_parameter_set("chen2020").positive
    B = 0.06 * 5**depth
    same = [(value,) * 10 for value in (part.porosity, part.active_fraction)]
    layers = Layers((0.1,) * 10, *same, tuple(B.tolist()), (part.solid_efficiency,) * 10)
    runs = {
        count: eh.simulate(
            eh.load_parameter_set("chen2020").with_layers("positive", layers.resampled(np.linspace(0, 1, count + 1))),
            eh.ConstantCurrent(2.0),
            mesh=FINER,
        )
        for count in (10, 5, 3, 2, 1)
    }
    rows, whole = [], runs.pop(10)
    time = np.arange(STEP_S, 0.95 * min(run.time_s[-1] for run in (whole, *runs.values())), STEP_S)
    for count, run in runs.items():
        difference = np.interp(time, run.time_s, run.voltage_V) - np.interp(time, whole.time_s, whole.voltage_V)
        text = f"{1e3 * np.sqrt(np.mean(difference**2)):.2f} mV rms, {1e3 * np.abs(difference).max():.2f} mV at most"
        claim = f"B from 0.06 to 0.3 in ten layers, 2C, joined to {count}"
        rows.append(Outcome(claim, "the ten layers", "reported", text, True))
    return rows


def resistance(thickness_m: float, shares, kappa_S_m, sigma_S_m, reacting_S_m3: float) -> float:
    """Of an electrode [Ohm m2], from its collector to the separator; lists are of layers, from the collector.

    eta = P cosh(k x) + Q sinh(k x) in each layer; of the current of 1 A/m2 none is in the electrolyte at the collector,
    and all of it at the separator.
    """
    lengths, kappa, sigma = (np.array(values, float) for values in (shares, kappa_S_m, sigma_S_m))
    lengths = lengths * thickness_m
    k = np.sqrt(reacting_S_m3 * (1 / kappa + 1 / sigma))
    n = lengths.size
    # eta and d eta/dx = -1/sigma + i (1/sigma + 1/kappa) where each layer begins, i the current in the electrolyte
    c, s = np.cosh(k * lengths), np.sinh(k * lengths)
    matrix, right = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
    matrix[0, 1], right[0] = 1.0, -1 / sigma[0]
    for m in range(n):
        slope = (k[m] * s[m], c[m])
        if m == n - 1:
            matrix[-1, 2 * m : 2 * m + 2], right[-1] = slope, 1 / kappa[m]
            continue
        both, after = 1 / sigma[m] + 1 / kappa[m], 1 / sigma[m + 1] + 1 / kappa[m + 1]
        matrix[2 * m + 1, 2 * m : 2 * m + 3] = c[m], s[m] / k[m], -1.0
        matrix[2 * m + 2, 2 * m : 2 * m + 2] = np.array(slope) / both
        matrix[2 * m + 2, 2 * m + 3] = -1 / after
        right[2 * m + 2] = (1 / sigma[m + 1]) / after - (1 / sigma[m]) / both
    start, rise = np.linalg.solve(matrix, right).reshape(n, 2).T
    # eta at the collector, and the drop of the electrolyte from there to the separator
    change = start * (c - 1) + rise * s / k
    drop = (change + lengths / sigma) / (1 + kappa / sigma)
    return float(start[0] + drop.sum())


def measured_resistance(cell: eh.CellParameters, points: int) -> float:
    """Of the whole cell [Ohm m2] in the first moment of 1 A/m2."""
    import pybamm

    voltages = []
    for sign in (1, -1):
        values = eh.to_pybamm(cell)
        current = sign * cell.cell.electrode_area_m2
        values["Current function [A]"] = current
        solver = pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-9, options={"dt_init": 1e-5})
        simulation = pybamm.Simulation(
            eh.pybamm_model(cell),
            parameter_values=values,
            var_pts={"x_n": points, "x_s": points, "x_p": points, "r_n": 10, "r_p": 10},
            solver=solver,
        )
        voltages.append(simulation.solve([0, 1.0])["Voltage [V]"].entries[0])
    return float(voltages[1] - voltages[0]) / 2


def linear_cell(B: tuple[float, ...]) -> eh.CellParameters:
    """Two alike electrodes of 100 um in equal layers of kappa = B, sigma = 10 S/m, a g = 1e8 S/m3."""
    cell = eh.load_parameter_set("chen2020").with_value("separator.thickness_m", SEPARATOR_M)
    cell = replace(cell, electrolyte=replace(cell.electrolyte, conductivity_S_m=1.0))
    g_S_m2, n = 100.0, len(B)
    j0 = Expression(repr(g_S_m2 * VOLTS_PER_KELVIN * cell.cell.initial_temperature_K), ("c_e", "c_s", "c_max", "T"))
    layers = Layers((1 / n,) * n, (0.5,) * n, (0.45,) * n, B, (1.0,) * n)
    for side in ("negative", "positive"):
        changes = {"thickness_m": ELECTRODE_M, "conductivity_S_m": SIGMA_S_M, "exchange_current_density_A_m2": j0}
        cell = cell.with_layers(side, layers)
        cell = cell.with_electrode(side, measured_surface_area_per_m=REACTING_S_M3 / g_S_m2, **changes)
    return cell


def linear_kinetics() -> list[Outcome]:
    rows = []
    for B in ((0.2,), (0.1, 0.4), (0.4, 0.1), (0.04, 0.4), (0.4, 0.04)):
        cell, n = linear_cell(B), len(B)
        electrode = resistance(ELECTRODE_M, (1 / n,) * n, B, (SIGMA_S_M,) * n, REACTING_S_M3)
        expected = 2 * electrode + SEPARATOR_M / cell.separator.electrolyte_efficiency
        claim = f"first moment, linear kinetics, kappa of the layers {' and '.join(map(str, B))} S/m [Ohm m2]"
        rows.append(within(claim, "closed form", measured_resistance(cell, 100), expected, 2e-3))
    uniform = resistance(ELECTRODE_M, (1.0,), (0.2,), (SIGMA_S_M,), REACTING_S_M3)
    return [within("closed form of one layer [Ohm m2]", "published value", uniform, 2.33585804197e-4, 1e-11), *rows]


def outcomes() -> list[Outcome]:
    return two_layers() + coarse_grained() + linear_kinetics()
