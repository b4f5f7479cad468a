"""Options of PyBaMM in a run of ours: what passes through is PyBaMM's, and what is missing or contradicts is named."""

import re

import numpy as np
import pytest
from heated_cells import IN_PLANE, heated_cell

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.p2d import ConstantCurrent, Mesh, Rest, pybamm_model, simulate, to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.parameters import Layers, load_parameter_set
from electrode_homog.particles import DarkenDiffusivity, FromOpenCircuitPotential, JumpDiffusivity, SphereSizes

COARSE = Mesh(5, 4, 8)
POINTS = {"x_n": 5, "x_s": 4, "x_p": 5, "r_n": 8, "r_p": 8}
STEP = ConstantCurrent(1.0, duration_s=600)
DARKEN = DarkenDiffusivity(JumpDiffusivity(1e-13), FromOpenCircuitPotential(), floor=0.05)
DOUBLE_LAYER = {f"{side} electrode double-layer capacity [F.m-2]": 0.2 for side in ("Negative", "Positive")}
SEI = {
    "Initial SEI thickness [m]": 5e-9,
    "Ratio of lithium moles to SEI moles": 2.0,
    "SEI growth activation energy [J.mol-1]": 0.0,
    "SEI open-circuit potential [V]": 0.4,
    "SEI partial molar volume [m3.mol-1]": 9.585e-5,
    "SEI reaction exchange current density [A.m-2]": 1.5e-3,  # 1e4 times as fast as in PyBaMM's sets
    "SEI resistivity [Ohm.m]": 2e5,
}
PLATING = {
    "Exchange-current density for plating [A.m-2]": lambda c_e, c_Li, T: import_pybamm().Parameter("My rate") * c_e,
    "Initial plated lithium concentration [mol.m-3]": 0.0,
    "Lithium metal partial molar volume [m3.mol-1]": 1.3e-5,
    "Lithium plating transfer coefficient": 0.65,
    "My rate": 1e-5,
    "Typical plated lithium concentration [mol.m-3]": 1000.0,
}
LOSS = {f"{side} electrode current-driven LAM rate": lambda i, T: -1e-6 * abs(i) for side in ("Negative", "Positive")}


@pytest.fixture(scope="module")
def chen2020():
    return load_parameter_set("chen2020")


PASSED_ON = [
    ({"surface form": "differential"}, DOUBLE_LAYER),
    ({"particle": "quadratic profile"}, {}),
    ({"calculate discharge energy": "true", "voltage as a state": "true"}, {}),
    ({"SEI": "reaction limited", "SEI film resistance": "distributed"}, SEI),
    ({"intercalation kinetics": "linear"}, {}),
    ({"loss of active material": "current-driven"}, LOSS),
]


@pytest.mark.filterwarnings("ignore")  # PyBaMM's own
@pytest.mark.parametrize(("options", "extra"), PASSED_ON, ids=lambda value: ", ".join(value)[:40])
def test_an_option_does_what_it_does_in_pybamm(chen2020, options, extra):
    """PyBaMM's own model and set with the option give the voltage of `simulate` after 600 s at 1C, to 1e-5 V."""
    pybamm = import_pybamm()
    values = pybamm.ParameterValues("Chen2020")
    values.update(extra, check_already_exists=False)
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    model = pybamm.lithium_ion.DFN(options)
    simulation = pybamm.Simulation(model, parameter_values=values, var_pts=POINTS, solver=solver)
    run = simulate(chen2020, STEP, mesh=COARSE, options=options, extra_values=extra)
    assert run.voltage_V[-1] == pytest.approx(simulation.solve([0, 600])["Voltage [V]"].entries[-1], abs=1e-5)
    assert all(name in run.options_text for name in (*options, *extra))


def test_lithium_that_side_reactions_and_losses_take_is_counted(chen2020):
    """SEI, plating and loss of active material hold what left particles and electrolyte: nothing is lost, 1e-7."""
    cell = chen2020.with_electrode("negative", initial_concentration_mol_m3=20000.0)
    cell = cell.with_electrode("positive", initial_concentration_mol_m3=25000.0)
    steps = ConstantCurrent(-0.5, duration_s=600)
    plain = simulate(cell, steps, mesh=COARSE)
    for options, extra in (
        ({"SEI": "reaction limited"}, SEI),
        ({"lithium plating": "irreversible"}, PLATING),
        ({"loss of active material": "current-driven"}, LOSS),
    ):
        run = simulate(cell, steps, mesh=COARSE, options=options, extra_values=extra)
        assert run.lithium_drift < 1e-7
        assert abs(run.voltage_V[-1] - plain.voltage_V[-1]) > 1e-5, options


PARTICLES = [{"diffusivity_m2_s": DARKEN}, {"particle": SphereSizes((4e-6, 6e-6), (0.5, 0.5))}]


@pytest.mark.parametrize("changes", PARTICLES, ids=["darken", "sizes"])
def test_options_reach_cells_with_particles_of_ours(changes):
    """Heat, double layers and SEI run with them, and change the voltage."""
    cell = heated_cell(negative_face_coefficient_W_m2_K=5.0).with_electrode("positive", **changes)
    step = ConstantCurrent(1.0, duration_s=120)
    plain = simulate(cell, step, mesh=COARSE)
    for options, extra in (
        ({"thermal": "x-full"} if "particle" not in changes else {"thermal": "lumped"}, {}),
        ({"surface form": "differential"}, DOUBLE_LAYER),
        ({"SEI": "reaction limited"}, SEI),
    ):
        run = simulate(cell, step, mesh=COARSE, options=options, extra_values=extra)
        assert run.ended_by == "duration"
        assert run.lithium_drift < (1e-3 if "surface form" in options else 1e-9)  # PyBaMM's surface form loses salt
        assert 1e-6 < abs(run.voltage_V[-1] - plain.voltage_V[-1]) < 0.05
        assert (np.ptp(run.temperature_K) > 0.1) == ("thermal" in options)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("changes", PARTICLES, ids=["darken", "sizes"])
def test_currents_in_the_collectors_by_pybamms_own_simulation(changes):
    """A 1+1D cell with heat in its plane runs on `pybamm_model` and `to_pybamm` alone, and keeps its lithium."""
    pybamm = import_pybamm()
    cell = heated_cell(edge_coefficient_W_m2_K=5.0).with_electrode("positive", **changes)
    model = pybamm_model(cell, options={**IN_PLANE, "dimensionality": 1})
    points = {**model.default_var_pts, **POINTS, "z": 5}
    solver = pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8)
    simulation = pybamm.Simulation(model, parameter_values=to_pybamm(cell), var_pts=points, solver=solver)
    solution = simulation.solve([0, 120])
    lithium, current = solution["Total lithium [mol]"].entries, solution["Current collector current density [A.m-2]"]
    assert np.ptp(lithium) < 1e-12 * lithium[0]
    assert np.ptp(current.entries[:, -1]) > 1e-3 * current.entries[0, -1]


def refused(cell, error: type[Exception] = InputError, *, options=None, extra_values=None) -> str:
    with pytest.raises(error) as raised:
        simulate(cell, STEP, mesh=COARSE, options=options, extra_values=extra_values)
    return str(raised.value)


def test_a_missing_thermal_section_or_coefficient_is_named(chen2020):
    """What the option asks for that the cell does not hold: the section, the coefficients, a tab."""
    isothermal = chen2020.with_thermal(None)
    for options in ({"thermal": "lumped"}, {"thermal": "x-full"}):
        assert "the section thermal, which chen2020 does not have" in refused(isothermal, options=options)
    text = refused(chen2020, options={"thermal": "x-full"})
    assert "thermal.cooling.edge_coefficient_W_m2_K" in text
    assert "thermal.negative_collector.tab_width_m" in text
    assert "heat_transfer_coefficient" not in text


CONTRADICTIONS = [
    ({"dimensionality": 1, "current collector": "potential pair"}, "'dimensionality' = 1.*pybamm_model"),
    ({"working electrode": "positive"}, "full cell"),
    ({"transport efficiency": "overlapping spheres"}, "the cell says how well it conducts"),
    ({"operating mode": "power"}, "the protocol says"),
    ({"particle size": "distribution"}, "SphereSizes"),
    ({"particle phases": ("2", "1")}, "secondary"),
    ({"thermal": "lumpd"}, "does not carry them out.*lumpd"),
    ({"thermla": "lumped"}, "does not carry them out.*thermla"),
    ({"electrolyte conductivity": "leading order"}, "not suitable"),
    ({"convection": "uniform transverse"}, "not implemented"),
    (["thermal"], "must be names and values"),
    ({1: "lumped"}, "must be names and values"),
    ("thermal", "must be names and values"),
    ({"thermal": ["lumped"]}, r"'thermal' = \['lumped'\]: a value is a text"),
    ({"SEI": ("none",)}, "a pair"),
]


@pytest.mark.parametrize(("options", "said"), CONTRADICTIONS, ids=lambda value: str(value)[:40])
def test_options_that_cannot_be_carried_out_are_refused(chen2020, options, said):
    """With the option and the reason, whether it is unknown to PyBaMM or says what the cell or the protocol says."""
    assert re.search(said, refused(chen2020, options=options))


def test_the_contact_resistance_of_a_cell_is_not_passed_over(chen2020):
    """PyBaMM without the option would leave 0.02 Ohm out in silence."""
    cell = chen2020.with_value("cell.contact_resistance_Ohm", 0.02)
    with pytest.raises(InputError, match=r"the cell has one of 0\.02 Ohm"):
        pybamm_model(cell, options={"contact resistance": "false"})


@pytest.mark.parametrize("option", ["ordered packing", "heterogeneous catalyst", ("tortuosity factor", "Bruggeman")])
def test_no_formula_takes_the_place_of_the_transport_efficiencies_of_a_cell(chen2020, option):
    """PyBaMM's other options give B above 1 for this cell; the two that hand its own B on are taken."""
    with pytest.raises(InputError, match=r"transport efficiency.*tortuosity factor, Bruggeman"):
        pybamm_model(chen2020, options={"transport efficiency": option})


def test_sei_grows_on_layers(chen2020):
    """Lithium is kept to 1e-7 where layers differ, and layers that hardly differ are none, to 1e-6 V."""
    part, options = chen2020.negative, {"SEI": "reaction limited"}
    active, area, B = part.active_fraction, part.surface_area_per_m, (part.electrolyte_efficiency,) * 2

    def run(spread, areas=None):
        fractions = (active - spread, active + spread)
        layers = Layers((0.5, 0.5), (part.porosity - spread,) * 2, fractions, B, (1.0, 1.0), areas)
        cell = chen2020.with_layers("negative", layers)
        return simulate(cell, STEP, mesh=Mesh(6, 4, 8), options=options, extra_values=SEI)

    runs = [run(0.0), run(1e-9), run(0.0, (area, 1.000001 * area)), run(0.1), run(0.0, (0.5 * area, 1.5 * area))]
    assert max(one.lithium_drift for one in runs) < 1e-7
    ends = np.array([one.voltage_V[-1] for one in runs])
    assert np.abs(ends[1] - ends[0]) < 1e-6
    assert np.abs(ends[2] - ends[0]) < 1e-4  # our particles, on other points than PyBaMM's
    assert np.all(np.abs(ends[3:] - ends[0]) > 1e-4)


def test_all_contradictions_are_told_at_once_and_a_contact_resistance_is_one(chen2020):
    """Three problems in one error; a cell with a contact resistance cannot run without."""
    cell = chen2020.with_value("cell.contact_resistance_Ohm", 0.01)
    options = {"contact resistance": "false", "dimensionality": 2, "operating mode": "voltage"}
    text = refused(cell, options=options)
    assert all(name in text for name in ("contact_resistance_Ohm", "'dimensionality'", "'operating mode'"))


EXTRA = [
    ({"Negative electrode porosity": 0.3}, "'Negative electrode porosity' is a value of the cell"),
    ({"Negative electrode double-layer capacity": 0.2}, "not needed.*did you mean 'Negative electrode double-layer"),
    ({"nonsense": 1.0}, "'nonsense' is not needed by these options$"),
    ({"Negative electrode double-layer capacity [F.m-2]": "0.2"}, "must be a number, or a function"),
    ({"Negative electrode double-layer capacity [F.m-2]": True}, "must be a number, or a function"),
    ({"Negative electrode double-layer capacity [F.m-2]": lambda: 0.2}, "no function of 1 argument for PyBaMM"),
    ({"Negative electrode double-layer capacity [F.m-2]": lambda T: "0.2"}, "no function of 1 argument"),
    ([0.2, 0.2], "must be names"),
    ({"Negative electrode double-layer capacity [F.m-2]": 0.2}, "need 'Positive electrode double-layer capacity"),
]


@pytest.mark.parametrize(("extra", "said"), EXTRA, ids=lambda value: str(value)[:40])
def test_extra_values_are_strict(chen2020, extra, said):
    """A value of the cell, a name that nobody asks for, what is no number, and one that is missing are all named."""
    text = refused(chen2020, options={"surface form": "differential"}, extra_values=extra)
    assert re.search(said, text)


def test_an_extra_value_must_be_finite_and_an_option_must_ask_for_it(chen2020):
    """NaN would be a solver's failure much later; without options nothing is needed."""
    broken = {**DOUBLE_LAYER, "Positive electrode double-layer capacity [F.m-2]": float("nan")}
    assert "not finite" in refused(
        chen2020, OutOfRangeError, options={"surface form": "differential"}, extra_values=broken
    )
    assert "not needed" in refused(chen2020, extra_values=DOUBLE_LAYER)


@pytest.mark.filterwarnings("ignore")  # PyBaMM's own
@pytest.mark.parametrize("kind", [int, np.int64, np.float32, np.float64])
def test_an_extra_value_may_be_a_number_of_numpy(chen2020, kind):
    """As it comes out of an array."""
    extra = {name: kind(1) for name in DOUBLE_LAYER}
    run = simulate(chen2020, Rest(1.0), mesh=COARSE, options={"surface form": "differential"}, extra_values=extra)
    assert run.ended_by == "duration"


def test_parameters_inside_a_function_are_asked_for_too(chen2020):
    """A function for plating that reads a parameter of its own: without it, the parameter is named."""
    extra = {name: value for name, value in PLATING.items() if name != "My rate"}
    assert "'My rate'" in refused(chen2020, options={"lithium plating": "irreversible"}, extra_values=extra)
