"""Graded electrodes in the P2D model: profiles from the collector, a mesh that fits them, the current across jumps."""

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.p2d import CCCV, ConstantCurrent, DriveCycle, Mesh, Rest, pybamm_model, simulate, to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.layered_mesh import layer_points
from electrode_homog.p2d.names import TORTUOSITY_FACTOR_OPTION
from electrode_homog.parameters import CellParameters, Layers, load_parameter_set
from electrode_homog.particles import DarkenDiffusivity, JumpDiffusivity, LatticeGas, SphereSizes, Vacancy

pybamm = import_pybamm()
COARSE = Mesh(12, 5, 10)
FARADAY = 96485.33212331002
SIDES = ("negative", "positive")

THREE = Layers((0.2, 0.3, 0.5), (0.2, 0.3, 0.35), (0.7, 0.62, 0.6), (0.03, 0.12, 0.2), (0.05, 0.4, 0.2))
"""Everything differs between layers of different thickness, and the solid is not effective already."""

TWO = Layers((0.6, 0.4), (0.25, 0.4), (0.7, 0.55), (0.05, 0.3), (0.75, 2.0))
"""Its solid is effective already: the harmonic mean of its B is 1."""

GRADED = {"negative": THREE, "positive": TWO}


def graded(side, layers) -> CellParameters:
    return load_parameter_set("chen2020").with_layers(side, layers)


def graded_cell() -> CellParameters:
    return graded("negative", THREE).with_layers("positive", TWO)


def two(low: float, high: float, *, which="positive") -> CellParameters:
    """Two layers that differ in B alone, `low` at the collector."""
    electrode = getattr(load_parameter_set("chen2020"), which)
    fractions = (electrode.porosity,) * 2, (electrode.active_fraction,) * 2
    return graded(which, Layers((0.5, 0.5), *fractions, (low, high), (1.0, 1.0)))


def solved(model, values, *, points=12, submeshes=None, seconds=1.0, c_rate=0.5):
    values["Current function [A]"] = c_rate * values["Nominal cell capacity [A.h]"]
    var_pts = {"x_n": points, "x_s": 5, "x_p": points, "r_n": 10, "r_p": 10, "R_n": 1, "R_p": 1}
    simulation = pybamm.Simulation(
        model,
        parameter_values=values,
        var_pts=var_pts,
        submesh_types=submeshes,
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10),
    )
    return simulation.solve([0, seconds])


def stock():
    return pybamm.lithium_ion.DFN(TORTUOSITY_FACTOR_OPTION)


def profiles(solution, side) -> dict[str, np.ndarray]:
    names = {
        "porosity": f"{side.capitalize()} electrode porosity",
        "active_fraction": f"{side.capitalize()} electrode active material volume fraction",
        "electrolyte_efficiency": f"{side.capitalize()} electrolyte transport efficiency",
        "solid_efficiency": f"{side.capitalize()} electrode transport efficiency",
    }
    return {key: solution[name].entries[:, 0] for key, name in names.items()}


def expected(layers: Layers, name: str, depths: np.ndarray) -> np.ndarray:
    return np.array(getattr(layers, name))[np.searchsorted(layers.boundaries, depths) - 1]


def depths_of(solution, side) -> np.ndarray:
    """Of the nodes, from the collector, in the order of x."""
    x = solution[f"x_{side[0]} [m]"].entries[:, 0]
    ends = solution[f"x_{side[0]} [m]"].mesh.edges[[0, -1]]
    return (x - ends[0]) / np.ptp(ends) if side == "negative" else (ends[1] - x) / np.ptp(ends)


def check_profiles(solution):
    for side, layers in GRADED.items():
        depths = depths_of(solution, side)
        for name, profile in profiles(solution, side).items():
            np.testing.assert_allclose(profile, expected(layers, name, depths), rtol=1e-12, atol=0, err_msg=name)


def test_every_cell_has_the_values_of_its_layer():
    """Fractions and B that PyBaMM evaluates are the set's in every cell, to 1e-12, counted from the collector."""
    cell = graded_cell()
    solution = solved(pybamm_model(cell), to_pybamm(cell))
    check_profiles(solution)
    for side, layers in GRADED.items():
        found = np.unique(np.searchsorted(layers.boundaries, depths_of(solution, side)))
        assert found.tolist() == list(range(1, layers.count + 1))


@pytest.mark.parametrize("options", [TORTUOSITY_FACTOR_OPTION, {}], ids=str)
def test_stock_model_has_the_same_values_by_both_options_and_through_json(options):
    """PyBaMM's own model on its even mesh takes the layer of each node, before and after JSON."""
    values = to_pybamm(graded_cell())
    for given in (values, pybamm.ParameterValues.from_json(values.to_json())):
        check_profiles(solved(pybamm.lithium_ion.DFN(options), given, points=9))


def test_faces_of_the_mesh_lie_on_the_boundaries():
    """Also with the points that the caller asks for; cells fill the electrodes, from end to end to the last bit."""
    cell = graded_cell()
    model, values = pybamm_model(cell), to_pybamm(cell)
    for points in (6, 17):
        solution = solved(model.new_copy(), values, points=points, submeshes=model.default_submesh_types)
        whole = [solution[f"x_{region} [m]"].mesh.edges for region in "nsp"]
        assert whole[0][-1] == whole[1][0]
        assert whole[1][-1] == whole[2][0]
        for side, edges in zip(SIDES, (whole[0], whole[2]), strict=True):
            depths = (edges - edges[0]) / np.ptp(edges)
            depths = depths if side == "negative" else 1 - depths
            assert edges.size == points + 1
            assert all(np.abs(depths - place).min() < 1e-12 for place in GRADED[side].boundaries)


def test_points_are_spread_over_the_layers():
    """All are given, no layer has less than two, and the weight per point is as even as whole numbers allow."""
    assert layer_points(np.array([1.0, 1.0]), 30).tolist() == [15, 15]
    assert layer_points(np.array([1e-9, 3.0, 1.0]), 14).tolist() == [2, 9, 3]
    rng = np.random.default_rng(3)
    for _ in range(50):
        weights = rng.uniform(0.01, 1, rng.integers(1, 12))
        points = int(rng.integers(2 * weights.size, 80))
        given = layer_points(weights, points)
        assert given.sum() == points
        assert given.min() >= 2
        free = given > 2
        assert np.all(weights[free] / (given[free] - 1) >= (weights / given).max() * (1 - 1e-12))


def test_too_few_points_are_refused_with_the_number_that_is_enough():
    """Ten layers on ten points: the error says 20, or to coarsen."""
    thin = Layers((0.1,) * 10, (0.3,) * 10, (0.6,) * 10, (0.1,) * 10, (1.0,) * 10)
    with pytest.raises(InputError, match=r"10 points .* 10 layers; it needs 20.*Layers\.resampled"):
        simulate(graded("positive", thin), Rest(1.0), mesh=Mesh(10, 4, 10))
    coarser = graded("positive", thin.resampled(np.linspace(0, 1, 4)))
    assert simulate(coarser, Rest(1.0), mesh=Mesh(10, 4, 10)).duration_s == 1.0


def test_efficiencies_of_a_run_are_the_harmonic_means():
    """What a run re-reads from the solved model is the B of the electrode, to 1e-12."""
    cell = graded_cell()
    run = simulate(cell, Rest(1.0), mesh=COARSE)
    for which in SIDES:
        electrode = getattr(cell, which)
        found = run.transport_efficiency[f"{which} electrolyte"], run.transport_efficiency[f"{which} solid"]
        assert found == pytest.approx((electrode.electrolyte_efficiency, electrode.solid_efficiency), rel=1e-12)


def test_equal_layers_are_no_layers():
    """PyBaMM's own model gives the voltage of the cell without layers to 1e-9 V."""
    cell = load_parameter_set("chen2020")
    part = cell.positive
    same = [(value,) * 4 for value in (part.porosity, part.active_fraction, part.electrolyte_efficiency, 1.0)]
    alike = graded("positive", Layers((0.1, 0.2, 0.3, 0.4), *same))
    ends = [solved(stock(), to_pybamm(c), seconds=1200.0)["Voltage [V]"].entries[-1] for c in (cell, alike)]
    assert ends[0] == pytest.approx(ends[1], abs=1e-9)


def test_a_state_of_charge_may_be_asked_for_where_the_active_fraction_is_the_same():
    """PyBaMM sets half the charge of a cell whose layers differ in porosity and B alone, as of the cell without."""
    cell = load_parameter_set("chen2020")
    active = (cell.positive.active_fraction,) * 2
    graded_pores = graded("positive", Layers((0.5, 0.5), (0.3, 0.33), active, (0.1, 0.2), (1.0, 1.0)))
    concentrations = []
    for values in (to_pybamm(cell), to_pybamm(graded_pores)):
        given = pybamm.ParameterValues(values)
        given.set_initial_state(0.5)
        concentrations.append(given["Initial concentration in positive electrode [mol.m-3]"])
    assert concentrations[0] == pytest.approx(concentrations[1], rel=1e-12)
    assert callable(to_pybamm(graded_pores)["Positive electrode porosity"])


def test_current_across_a_jump_is_of_second_order():
    """Halving the cells of a fourfold jump of B quarters the error at 2C; with PyBaMM's means at faces it does not."""
    cell = two(0.08, 0.32)
    ends = []
    for points in (12, 24, 48):
        solution = solved(pybamm_model(cell), to_pybamm(cell), points=points, seconds=600.0, c_rate=2.0)
        ends.append(solution["Voltage [V]"].entries[-1])
    first, second = np.diff(ends)
    assert np.log2(first / second) == pytest.approx(2.0, abs=0.4)


@pytest.mark.parametrize("side", SIDES)
def test_pores_open_to_the_separator_carry_more(side):
    """Of the same layers in two orders, more B at the separator leaves a higher voltage at 2C."""
    step = ConstantCurrent(2.0, duration_s=400)
    B = (0.08, 0.24)
    voltages = [simulate(two(*order, which=side), step, mesh=COARSE).voltage_V[-1] for order in (B, B[::-1])]
    assert voltages[0] > voltages[1] + 5e-3


def test_lithium_and_charge_are_kept():
    """Lithium of the cell to 1e-8, and the lithium that leaves the negative electrode is the charge."""
    cell = graded_cell()
    solution = solved(pybamm_model(cell), to_pybamm(cell), seconds=900.0)
    lithium = solution["Total lithium in negative electrode [mol]"].entries
    charge = solution["Discharge capacity [A.h]"].entries
    assert (lithium[0] - lithium[-1]) * FARADAY / 3600 == pytest.approx(charge[-1], rel=1e-8)
    total = solution["Total lithium [mol]"].entries
    assert np.ptp(total) < 1e-8 * total[0]
    for side in SIDES:
        capacity = solution[f"{side.capitalize()} electrode capacity [A.h]"].entries[0]
        assert capacity == pytest.approx(cell.theoretical_capacity_Ah(side), rel=1e-9)


def test_other_protocols_run():
    """A discharge, a drive cycle, a charge and a hold."""
    cycle = DriveCycle(np.arange(4.0), np.array([0.0, 2.0, -1.0, 0.0]))
    steps = [ConstantCurrent(0.5, duration_s=300), cycle, CCCV(0.5, cutoff_c_rate=0.1)]
    run = simulate(graded_cell(), steps, mesh=Mesh(8, 4, 10))
    assert run.lithium_drift < 1e-8
    assert run.steps_ended_by[:2] == ("duration", "duration")


@pytest.mark.parametrize("kind", ["sizes", "law"])
def test_particles_of_ours_work_in_layers(kind):
    """Sizes and a law of diffusion in a graded electrode: the same values per cell, lithium kept."""
    cell = graded("positive", TWO)
    changes = {
        "sizes": {"particle": SphereSizes((4e-6, 6e-6), (0.5, 0.5))},
        "law": {"diffusivity_m2_s": DarkenDiffusivity(JumpDiffusivity(4e-15), LatticeGas(), Vacancy())},
    }[kind]
    run = simulate(cell.with_electrode("positive", **changes), ConstantCurrent(0.5, duration_s=600), mesh=COARSE)
    assert run.lithium_drift < 1e-8
    assert run.transport_efficiency["positive solid"] == pytest.approx(cell.positive.solid_efficiency, rel=1e-12)


@pytest.mark.filterwarnings("ignore")  # PyBaMM's own
def test_double_layer_works_with_layers():
    """With PyBaMM's surface form the electrolyte is PyBaMM's, and every cell has its values."""
    cell = graded_cell()
    values = to_pybamm(cell)
    for side in ("Negative", "Positive"):
        values.update({f"{side} electrode double-layer capacity [F.m-2]": 0.2}, check_already_exists=False)
    check_profiles(solved(pybamm_model(cell, options={"surface form": "differential"}), values))


def test_layers_go_with_another_thickness():
    """Where PyBaMM's parameters get another thickness, mesh and profiles stretch with it."""
    cell = graded_cell()
    values = to_pybamm(cell)
    for name in ("Negative electrode thickness [m]", "Positive electrode thickness [m]"):
        values[name] = 1.3 * values[name]
    check_profiles(solved(pybamm_model(cell), values))


@pytest.mark.parametrize("side", SIDES)
def test_history_is_at_the_depths_that_it_names(side):
    """The middle of an electrode whose cells crowd on one side is the middle of its thickness, not of its cells."""
    thin = Layers((0.1, 0.9), (0.3, 0.3), (0.6, 0.6), (1e-5, 0.25), (1.0, 1.0))
    cell = graded(side, thin)
    run = simulate(cell, ConstantCurrent(0.2, duration_s=300), mesh=Mesh(9, 4, 10))
    solution = solved(pybamm_model(cell), to_pybamm(cell), points=9, seconds=300.0, c_rate=0.2)
    depths = depths_of(solution, side)
    mean = solution[f"R-averaged {side} particle stoichiometry"].entries[:, -1]
    nearest = [np.argmin(np.abs(depths - depth)) for depth in (0.0, 0.5, 1.0)]
    assert np.ptp(mean) > 1e-4
    np.testing.assert_allclose(run.particles[side].mean[-1], mean[nearest], atol=2e-5)


@pytest.mark.parametrize("layers", [two(0.1, 0.2).positive.layers, TWO], ids=["solid alike", "solid in layers"])
def test_bruggeman_coefficients_give_the_same_cell(layers):
    """PyBaMM's default option and the tortuosity factors: one voltage, also where the solid's exponent is 0 in all."""
    cell = graded("positive", layers)
    options = (TORTUOSITY_FACTOR_OPTION, {"transport efficiency": "Bruggeman"})
    for model in (pybamm.lithium_ion.DFN, lambda option: pybamm_model(cell, options=option)):
        voltages = [solved(model(option), to_pybamm(cell))["Voltage [V]"].entries[-1] for option in options]
        assert voltages[0] == pytest.approx(voltages[1], abs=1e-7)


def test_pybamms_model_with_electrolyte_alone_takes_layers_as_bruggeman_coefficients():
    """SPMe knows nothing else; the layer of low B moves its voltage."""
    uniform, low = (solved(pybamm.lithium_ion.SPMe(), to_pybamm(two(B, 0.2)), seconds=60) for B in (0.2, 0.05))
    assert low["Voltage [V]"].entries[-1] < uniform["Voltage [V]"].entries[-1] - 1e-3
