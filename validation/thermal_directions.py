"""Heat meets the through-plane conductivity across the layers of a cell and the in-plane one along them.

PyBaMM has one name for both. The heat equations of its cells, built from our values, are solved alone under uniform
heating, where their steady states are known: layers in series across the cell (x-full), the parabola of layers side by
side along it (1+1D), and all that is generated leaves by faces, edges and tabs (2+1D). Laws of temperature are compared
with PyBaMM's own sets at 0 and 45 degrees.
"""

import os
import sys
import warnings
from pathlib import Path

import numpy as np
from outcome import Outcome, at_most, within

import electrode_homog as eh

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import heated_cells

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")
MESH = eh.Mesh(20, 10, 20)
HEAT_W_M3 = 1e4
TABS = {"negative_tab_coefficient_W_m2_K": 1e4, "positive_tab_coefficient_W_m2_K": 1e4}
TABS_AND_EDGES = {"edge_coefficient_W_m2_K": 10.0, "negative_tab_coefficient_W_m2_K": 500.0}
FACES = {"negative_face_coefficient_W_m2_K": 5.0, "positive_face_coefficient_W_m2_K": 2.0}
AVERAGE = ["X-averaged cell temperature [K]"]


def through_plane() -> tuple[float, float]:
    """Temperature drop as computed and by the series of layers [K]."""
    cell = heated_cells.heated_cell(positive_face_coefficient_W_m2_K=1000.0)
    names = ["Negative current collector temperature [K]", "Positive current collector temperature [K]"]
    points = {"x_n": 20, "x_s": 10, "x_p": 20}
    hot, cold = heated_cells.steady_temperatures_K(cell, {"thermal": "x-full"}, 1e6, points, names)
    return hot.item() - cold.item(), heated_cells.temperature_drop_K(cell, 1e6)


def in_plane() -> tuple[float, float]:
    """Temperature of the bottom above the top, as computed and by layers side by side [K]."""
    cell = heated_cells.heated_cell(**TABS)
    options = {**heated_cells.IN_PLANE, "dimensionality": 1}
    (T,) = heated_cells.steady_temperatures_K(cell, options, HEAT_W_M3, {"z": 40}, AVERAGE)
    z = (np.array([0, 39]) + 0.5) * heated_cells.HEIGHT_M / 40
    expected = HEAT_W_M3 * (z[1] ** 2 - z[0] ** 2) / (2 * heated_cells.in_plane_conductivity(cell))
    return T[0] - T[-1], expected


def heat_balance(cooling: dict[str, float]) -> float:
    """Heat that leaves a 2+1D cell over heat generated, less 1."""
    cell = heated_cells.heated_cell(**cooling)
    options = {**heated_cells.IN_PLANE, "dimensionality": 2}
    (T,) = heated_cells.steady_temperatures_K(cell, options, HEAT_W_M3, {"y": 31, "z": 21}, AVERAGE)
    generated = HEAT_W_M3 * heated_cells.thickness_m(cell) * heated_cells.HEIGHT_M * heated_cells.WIDTH_M
    return heated_cells.heat_that_leaves_W(cell, T) / generated - 1


def voltage_at(ours: str, theirs: str, temperature_K: float) -> float:
    """Largest difference between our set in `simulate` and PyBaMM's own [V], at the ends of four steps of 300 s at 1C.

    At 1500 s the cold cell of oregan2022 is almost empty, and the solver's tolerance in `simulate` is worth 0.09 mV.
    """
    import pybamm

    cell = eh.load_parameter_set(ours)
    values = pybamm.ParameterValues(theirs)
    values["Current function [A]"] = values["Nominal cell capacity [A.h]"]
    for which in ("initial", "ambient"):
        cell = cell.with_value(f"cell.{which}_temperature_K", temperature_K)
        values[f"{which.capitalize()} temperature [K]"] = temperature_K
    ends = 300.0 * np.arange(1, 5)
    run = eh.simulate(cell, [eh.ConstantCurrent(1.0, duration_s=300.0)] * 4, mesh=MESH)
    points = {"x_n": 20, "x_s": 10, "x_p": 20, "r_n": 20, "r_p": 20}
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    simulation = pybamm.Simulation(pybamm.lithium_ion.DFN(), parameter_values=values, var_pts=points, solver=solver)
    reference = simulation.solve([0, ends[-1]], t_interp=np.append(0, ends))["Voltage [V]"](ends)
    last = [run.voltage_V[np.argmin(np.abs(run.time_s - end))] for end in ends]
    return float(np.abs(last - reference).max())


def outcomes() -> list[Outcome]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyBaMM's mesh of the plane
        across, along = through_plane(), in_plane()
        balance = max(abs(heat_balance(cooling)) for cooling in (TABS, TABS_AND_EDGES, FACES))
        cells = [("chen2020", "Chen2020"), ("oregan2022", "ORegan2022")]
        voltages = max(voltage_at(*names, T) for names in cells for T in (273.15, 298.15, 318.15))
    series, parallel = "closed form, layers in series", "closed form, layers side by side"
    return [
        within("x-full: temperature drop across the layers [K]", series, *across, 1e-6),
        within("1+1D: bottom above top [K]", parallel, *along, 1e-8),
        at_most("2+1D: heat that leaves by faces, edges, tabs against generated", "balance", balance, 1e-9),
        at_most("chen2020, oregan2022 at 0, 25 and 45 degrees, 1C", "PyBaMM's own sets", voltages, 1e-4, "V"),
    ]
