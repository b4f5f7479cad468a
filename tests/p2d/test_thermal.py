"""Heat of a cell in PyBaMM: every name, the right conductivity in each direction, and temperatures that come back."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from heated_cells import (
    HEIGHT_M,
    IN_PLANE,
    heat_that_leaves_W,
    heated_cell,
    in_plane_conductivity,
    layers,
    steady_temperatures_K,
    temperature_drop_K,
    thickness_m,
)

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression, evaluate
from electrode_homog.p2d import CSV_COLUMNS, CellRun, ConstantCurrent, Mesh, Rest, pybamm_model, simulate, to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.parameters import load_parameter_set
from electrode_homog.provenance import from_json, to_json

COARSE = Mesh(5, 4, 8)
MODELS = [
    {"thermal": "lumped"},
    {"thermal": "x-full"},
    {"thermal": "x-lumped", "cell geometry": "pouch"},
    {**IN_PLANE, "dimensionality": 1},
    {**IN_PLANE, "dimensionality": 2},
    {"current collector": "potential pair", "dimensionality": 2},
]


@pytest.mark.parametrize("options", MODELS, ids=str)
def test_every_name_that_a_thermal_model_needs_is_given(options):
    """With all of the thermal section, no parameter of equations or geometry is missing."""
    cell = heated_cell(edge_coefficient_W_m2_K=3.0)
    model = pybamm_model(cell, options=options)
    pybamm = import_pybamm()
    ends = [end for places in model.default_geometry.values() for ends in places.values() for end in ends.values()]
    sizes = [place for end in ends for place in (end.values() if isinstance(end, dict) else [end])]
    nodes = (node for size in sizes for node in pybamm.convert_to_symbol(size).pre_order())
    places = {node.name for node in nodes if isinstance(node, pybamm.Parameter)}
    assert {parameter.name for parameter in model.parameters} | places <= set(to_pybamm(cell))


def test_a_cell_without_thermal_values_hands_over_none():
    """Nor does a coefficient that is not known become a number."""
    isothermal = load_parameter_set("chen2020").with_thermal(None)
    assert not any("hermal conductivity" in name or "heat" in name for name in to_pybamm(isothermal))
    cell = heated_cell().with_value("thermal.cooling.edge_coefficient_W_m2_K", 4.0)
    assert to_pybamm(cell)["Edge heat transfer coefficient [W.m-2.K-1]"] == 4.0
    assert "Edge heat transfer coefficient [W.m-2.K-1]" not in to_pybamm(load_parameter_set("chen2020"))


def test_through_the_layers_heat_meets_the_through_plane_conductivity():
    """Uniformly heated and cooled at the positive face, x-full has the temperature drop of layers in series: 1e-6."""
    cell = heated_cell(positive_face_coefficient_W_m2_K=1000.0)
    names = ["Negative current collector temperature [K]", "Positive current collector temperature [K]"]
    points = {"x_n": 8, "x_s": 4, "x_p": 8}
    hot, cold = steady_temperatures_K(cell, {"thermal": "x-full"}, 1e6, points, names)
    assert hot.item() - cold.item() == pytest.approx(temperature_drop_K(cell, 1e6), rel=1e-6)
    heat = 1e6 * thickness_m(cell)
    assert cold.item() - cell.cell.ambient_temperature_K == pytest.approx(heat / 1000.0, rel=1e-6)


def test_along_the_layers_heat_meets_the_in_plane_conductivity():
    """Uniformly heated and cooled at its top, the 1+1D cell has the parabola of layers side by side: 1e-8."""
    cell = heated_cell(negative_tab_coefficient_W_m2_K=1e4, positive_tab_coefficient_W_m2_K=1e4)
    names = ["X-averaged cell temperature [K]"]
    (temperature,) = steady_temperatures_K(cell, {**IN_PLANE, "dimensionality": 1}, 1e4, {"z": 20}, names)
    z = (np.arange(20) + 0.5) * HEIGHT_M / 20
    expected = 1e4 * (z[-1] ** 2 - z**2) / (2 * in_plane_conductivity(cell))
    assert temperature - temperature[-1] == pytest.approx(expected, abs=1e-8 * expected[0])


def conducting_as_the_temperature(cell):
    """Every thermal conductivity k becomes k T/300 K, so that (T**2)/600 K falls as T does where k is constant."""
    changes = {}
    for name in ("negative", "separator", "positive", "negative_collector", "positive_collector"):
        part = getattr(cell.thermal, name)
        laws = {
            field: Expression(f"{getattr(part, field)!r}*T/300", ("T",))
            for field in vars(part)
            if field.endswith("conductivity_W_m_K")
        }
        changes[name] = replace(part, **laws)
    return cell.with_thermal(replace(cell.thermal, **changes))


def test_heat_meets_conductivities_at_their_own_temperature():
    """With k proportional to T the closed forms hold for T**2 (Kirchhoff), through the layers and along them."""
    cell = heated_cell(positive_face_coefficient_W_m2_K=1000.0)
    names = ["Negative current collector temperature [K]", "Positive current collector temperature [K]"]
    points = {"x_n": 8, "x_s": 4, "x_p": 8}
    heated = conducting_as_the_temperature(cell)
    hot, cold = steady_temperatures_K(heated, {"thermal": "x-full"}, 1e6, points, names)
    drop = (hot.item() ** 2 - cold.item() ** 2) / 600
    assert drop == pytest.approx(temperature_drop_K(cell, 1e6), rel=1e-5)
    cell = heated_cell(negative_tab_coefficient_W_m2_K=1e4, positive_tab_coefficient_W_m2_K=1e4)
    options, heated = {**IN_PLANE, "dimensionality": 1}, conducting_as_the_temperature(cell)
    (T,) = steady_temperatures_K(heated, options, 1e4, {"z": 20}, ["X-averaged cell temperature [K]"])
    z = (np.arange(20) + 0.5) * HEIGHT_M / 20
    expected = 1e4 * (z[-1] ** 2 - z**2) / (2 * in_plane_conductivity(cell))
    assert (T**2 - T[-1] ** 2) / 600 == pytest.approx(expected, abs=1e-6 * expected[0])
    assert abs((T[0] - T[-1]) / expected[0] - 1) > 0.01


@pytest.mark.filterwarnings("ignore")  # PyBaMM's mesh of the plane
@pytest.mark.parametrize(
    "cooling",
    [
        {"negative_tab_coefficient_W_m2_K": 1e4, "positive_tab_coefficient_W_m2_K": 1e4},
        {"edge_coefficient_W_m2_K": 10.0, "negative_tab_coefficient_W_m2_K": 500.0},
        {"negative_face_coefficient_W_m2_K": 5.0, "positive_face_coefficient_W_m2_K": 2.0},
    ],
    ids=str,
)
def test_the_heat_of_a_2_1_D_cell_leaves_by_faces_edges_and_tabs(cooling):
    """In the steady state what leaves is what is generated, to 1e-9."""
    cell = heated_cell(**cooling)
    names = ["X-averaged cell temperature [K]"]
    (temperature,) = steady_temperatures_K(cell, {**IN_PLANE, "dimensionality": 2}, 1e4, {"y": 16, "z": 9}, names)
    generated = 1e4 * thickness_m(cell) * cell.cell.electrode_height_m * cell.cell.electrode_width_m
    assert heat_that_leaves_W(cell, temperature) == pytest.approx(generated, rel=1e-9)


def test_one_set_of_values_carries_both_directions():
    """The mean that PyBaMM's stock parameters make is through-plane; that of our in-plane model is another."""
    cell = heated_cell()
    values = to_pybamm(cell)
    T = import_pybamm().Scalar(300.0)
    model = pybamm_model(cell, options={**IN_PLANE, "dimensionality": 1})
    through = sum(L * across for L, across, _ in layers(cell)) / thickness_m(cell)
    assert values.evaluate(model.param.lambda_eff(T)) == pytest.approx(through, rel=1e-12)
    in_plane = values.evaluate(model.submodels["thermal"].param.lambda_eff(T))
    assert in_plane == pytest.approx(in_plane_conductivity(cell), rel=1e-12)
    assert in_plane / through > 1.05


def own_run(options, values, seconds: float):
    """PyBaMM's own model on the mesh of ours."""
    pybamm = import_pybamm()
    values["Current function [A]"] = values["Nominal cell capacity [A.h]"]
    points = {"x_n": 5, "x_s": 4, "x_p": 5, "r_n": 8, "r_p": 8}
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    model = pybamm.lithium_ion.DFN(options)
    solution = pybamm.Simulation(model, parameter_values=values, var_pts=points, solver=solver).solve([0, seconds])
    names = ("Voltage [V]", "Volume-averaged cell temperature [K]")
    return [solution[name].entries[-1] for name in names]


@pytest.mark.filterwarnings("ignore")  # PyBaMM's own
def test_a_lumped_cell_warms_as_in_pybamm():
    """The shipped set with its thermal section ends 1500 s at 1C where PyBaMM's own does, to 1e-5 V and 1e-3 K."""
    run = simulate(
        load_parameter_set("chen2020"),
        ConstantCurrent(1.0, duration_s=1500),
        mesh=COARSE,
        options={"thermal": "lumped"},
    )
    voltage, temperature = own_run({"thermal": "lumped"}, import_pybamm().ParameterValues("Chen2020"), 1500)
    assert run.voltage_V[-1] == pytest.approx(voltage, abs=1e-5)
    assert run.temperature_K[-1] == pytest.approx(temperature, abs=1e-3)
    assert np.ptp(run.temperature_K) > 5
    assert run.options_text == "thermal: lumped"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("ours", "theirs", "temperature_K"), [("oregan2022", "ORegan2022", 273.15), ("chen2020", "Chen2020", 318.15)]
)
def test_cold_and_warm_cells_are_those_of_pybamm(ours, theirs, temperature_K):
    """At 0 and 45 degrees Arrhenius laws and entropic terms give PyBaMM's voltage after 900 s at 1C, 1e-5 V."""
    cell = load_parameter_set(ours)
    values = import_pybamm().ParameterValues(theirs)
    for which in ("initial", "ambient"):
        cell = cell.with_value(f"cell.{which}_temperature_K", temperature_K)
        values[f"{which.capitalize()} temperature [K]"] = temperature_K
    run = simulate(cell, ConstantCurrent(1.0, duration_s=900), mesh=COARSE)
    assert run.voltage_V[-1] == pytest.approx(own_run({}, values, 900)[0], abs=1e-5)
    assert np.all(run.temperature_K == temperature_K)


def test_a_cell_cut_into_two_in_parallel_warms_as_before():
    """Half as wide and twice, at one current; PyBaMM's lumped pouch would heat one of them for both, and is refused."""
    cell = load_parameter_set("chen2020")
    two = cell.with_value("cell.electrode_width_m", cell.cell.electrode_width_m / 2)
    two = two.with_value("cell.electrodes_in_parallel", 2)
    step = ConstantCurrent(1.0, duration_s=300)
    warm = [simulate(one, step, mesh=COARSE, options={"thermal": "lumped"}) for one in (cell, two)]
    assert warm[0].temperature_K[-1] == pytest.approx(warm[1].temperature_K[-1], abs=1e-6)
    pouch = {"thermal": "x-lumped", "cell geometry": "pouch"}
    assert simulate(cell, Rest(10), mesh=COARSE, options=pouch)
    with pytest.raises(InputError, match=r"one pair of electrodes.*all 2 in parallel"):
        pybamm_model(two, options=pouch)


def test_entropy_shifts_the_open_circuit_voltage():
    """At rest 20 K above the reference the voltage is U_p - U_n + 20 K (dU_p/dT - dU_n/dT)."""
    cell = load_parameter_set("chen2020")
    expected = 0.0
    sides: tuple[tuple[int, Literal["positive", "negative"]], ...] = ((1, "positive"), (-1, "negative"))
    for sign, side in sides:
        cell = cell.with_electrode(side, entropic_change_V_K=sign * 2e-4)
        electrode = getattr(cell, side)
        expected += sign * evaluate(electrode.open_circuit_potential_V, x=electrode.initial_stoichiometry) + 20 * 2e-4
    reference = cell.cell.reference_temperature_K
    for which in ("initial", "ambient"):
        cell = cell.with_value(f"cell.{which}_temperature_K", reference + 20)
    assert simulate(cell, Rest(10), mesh=COARSE).voltage_V[-1] == pytest.approx(expected, abs=1e-6)


def test_temperature_is_kept_with_the_run():
    """It is in the table and in the JSON; a run that was kept before it was has none."""
    run = simulate(load_parameter_set("chen2020"), ConstantCurrent(1.0, duration_s=60), mesh=COARSE)
    assert CSV_COLUMNS.endswith(",temperature_K")
    assert all(row.endswith(",298.15") for row in run.csv_rows())
    assert np.array_equal(from_json(to_json(run), CellRun).temperature_K, run.temperature_K)
    values = {name: value for name, value in vars(run).items() if name not in ("temperature_K", "options_text")}
    assert np.all(np.isnan(CellRun(**values).temperature_K))
    assert CellRun(**values).temperature_K.shape == run.time_s.shape
