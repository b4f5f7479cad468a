"""Our particles inside PyBaMM's model: against PyBaMM's own, with its other options, in either electrode."""

import numpy as np
import pytest
from particle_cells import RADIUS_M, layered, separating

from electrode_homog.errors import InputError, NotConvergedError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.p2d import CCCV, ConstantCurrent, Mesh, simulate, to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.model import pybamm_model
from electrode_homog.parameters import load_parameter_set
from electrode_homog.particles import (
    Arrhenius,
    CahnHilliard,
    DarkenDiffusivity,
    JumpDiffusivity,
    LatticeGas,
    RegularSolution,
    Sphere,
    SphereSizes,
    Vacancy,
)
from electrode_homog.particles.sphere_sizes import log_normal_sizes
from electrode_homog.table import Table

pybamm = import_pybamm()
ENERGY_J_MOL = 30e3
FINE = Mesh(8, 4, 120)


def ideal(value_m2_s: float) -> DarkenDiffusivity:
    """Vacancies of a lattice gas: thermodynamics and blocked sites cancel, and D is constant but for Arrhenius."""
    return DarkenDiffusivity(JumpDiffusivity(value_m2_s), LatticeGas(), Vacancy(), Arrhenius(ENERGY_J_MOL))


def stock_and_ours():
    """The same cell with PyBaMM's particles and with ours in both electrodes."""
    text = f"exp({ENERGY_J_MOL}/R*(1/298.15 - 1/T))"
    stock = load_parameter_set("chen2020")
    ours = stock
    for side, value in (("negative", 3.3e-14), ("positive", 4e-15)):
        stock = stock.with_electrode(side, diffusivity_m2_s=Expression(f"{value}*{text}", ("x", "T")))
        ours = ours.with_electrode(side, diffusivity_m2_s=ideal(value))
    return stock, ours


def rms_difference_V(first, second) -> float:
    """Over the run, but for the last hundredth; in the first seconds the outermost shell of PyBaMM's is too coarse."""
    time = np.linspace(0, 0.99 * min(first.time_s[-1], second.time_s[-1]), 2000)
    voltages = [np.interp(time, run.time_s, run.voltage_V) for run in (first, second)]
    return float(np.sqrt(np.mean((voltages[0] - voltages[1]) ** 2)))


def test_ideal_particles_are_those_of_pybamm():
    """With constant diffusivity, ours in both electrodes give the voltage of PyBaMM's to 0.1 mV rms on fine meshes."""
    runs = [simulate(cell, ConstantCurrent(1.0), mesh=FINE) for cell in stock_and_ours()]
    assert rms_difference_V(*runs) < 1e-4
    assert runs[0].duration_s == pytest.approx(runs[1].duration_s, rel=1e-4)


OPTIONS = [
    {"thermal": "lumped"},
    {"thermal": "lumped", "surface form": "algebraic"},
    {"surface form": "differential"},
    {"contact resistance": "true", "thermal": "lumped"},
]


@pytest.mark.filterwarnings("ignore")  # PyBaMM's own
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_other_options_of_pybamm_work(options):
    """Heat, Arrhenius, double layer and contact do to ours what they do to PyBaMM's particle: 1 mV, 0.02 K at 1C."""
    found = []
    for cell in stock_and_ours():
        model = pybamm_model(cell, options=options)
        values = to_pybamm(cell)
        missing = {parameter.name for parameter in model.parameters} - set(values)
        more = {**pybamm.ParameterValues("Chen2020"), "Contact resistance [Ohm]": 0.01}
        values.update({name: more[name] for name in missing}, check_already_exists=False)
        values["Total heat transfer coefficient [W.m-2.K-1]"] = 2.0
        points = {**model.default_var_pts, "x_n": 6, "x_s": 4, "x_p": 6, "r_n": 40, "r_p": 40}
        solver = pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8)
        simulation = pybamm.Simulation(model, parameter_values=values, var_pts=points, solver=solver)
        solution = simulation.solve([0, 900], t_interp=np.linspace(0, 900, 50))
        names = ("Voltage [V]", "X-averaged cell temperature [K]", "Total lithium [mol]")
        found.append([solution[name].entries for name in names])
    voltage, temperature, lithium = (np.array(pair) for pair in zip(*found, strict=True))
    assert np.abs(voltage[0] - voltage[1])[2:].max() < 1e-3
    assert np.abs(temperature[0] - temperature[1]).max() < 0.02
    assert np.ptp(lithium[0] - lithium[1]) < 1e-7 * lithium[0, 0]  # PyBaMM's surface forms lose 1e-4 of it
    assert np.ptp(temperature[0]) > 0.5 or "thermal" not in options
    assert "Positive particle flux [mol.m-2.s-1]" not in model.variables  # ours have none: better no value than 0


@pytest.mark.parametrize(
    "options",
    [
        {"thermal": "lumped", "heat of mixing": "true"},
        {"particle mechanics": "swelling only"},
        {"particle": "uniform profile"},
        {"particle phases": ("1", "2")},
        {"diffusivity": "current sigmoid"},
    ],
    ids=str,
)
def test_options_that_our_particles_do_not_carry_out_are_refused(options):
    """Passed over in silence they would give the heat, the stress or the profile of another particle."""
    with pytest.raises(InputError, match=f"{list(options)[-1]!r}.*positive particles"):
        pybamm_model(layered(Sphere(RADIUS_M), diffusivity_m2_s=ideal(4e-15)), options=options)
    assert pybamm_model(layered(Sphere(RADIUS_M)), options=options)


def test_stress_in_the_electrode_that_has_particles_of_pybamm():
    cell = layered(Sphere(RADIUS_M), diffusivity_m2_s=ideal(4e-15))
    assert pybamm_model(cell, options={"particle mechanics": ("swelling only", "none")})


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("cell", [layered(SphereSizes((4e-6, 6e-6), (0.5, 0.5))), separating(1.5)], ids=repr)
def test_parameter_values_of_another_cell_end_a_run_at_its_start(cell):
    """A radius or a diffusivity that the equations do not follow would lose lithium, or be without effect."""
    changes = {"Positive particle radius [m]": 2e-6, "Positive particle diffusivity [m2.s-1]": 1e-15}
    if isinstance(cell.positive.particle, CahnHilliard):
        changes["Positive electrode OCP [V]"] = 3.4
    for name, value in changes.items():
        values = to_pybamm(cell)
        values[name] = value
        with pytest.raises(pybamm.SolverError, match=f"{name[:23]}.*not the one of the cell"):
            pybamm.Simulation(pybamm_model(cell), parameter_values=values).solve([0, 10])


@pytest.mark.filterwarnings("ignore")
def test_points_asked_for_have_no_say():
    """Default points, and wrong ones, give the same solution: the model brings the points of its particles."""
    cell = layered(SphereSizes((4e-6, 6e-6), (0.5, 0.5)))
    voltages = []
    for points in ({}, {"r_p": 5, "R_p": 99}):
        model = pybamm_model(cell)
        points = {**model.default_var_pts, "x_n": 4, "x_s": 3, "x_p": 4, **points}
        simulation = pybamm.Simulation(model, parameter_values=to_pybamm(cell), var_pts=points)
        voltages.append(simulation.solve([0, 100])["Voltage [V]"].entries[-1])
    assert voltages[0] == voltages[1]


def test_functions_for_pybamm_work_on_its_symbols_and_survive_json():
    """A Darken diffusivity at 310 K is the one by hand, before and after PyBaMM's JSON."""
    cell = layered(Sphere(RADIUS_M), diffusivity_m2_s=ideal(4e-15), as_table=True)
    values = to_pybamm(cell)
    expected = 4e-15 * np.exp(ENERGY_J_MOL / 8.31446261815324 * (1 / 298.15 - 1 / 310))
    x, T = pybamm.Scalar(0.4), pybamm.Scalar(310.0)
    diffusivity = pybamm.FunctionParameter("Positive particle diffusivity [m2.s-1]", {"sto": x, "T": T})
    potential = pybamm.FunctionParameter("Positive electrode OCP [V]", {"sto": x})
    for given in (values, pybamm.ParameterValues.from_json(values.to_json())):
        assert given.evaluate(diffusivity) == pytest.approx(expected, rel=1e-12)
        assert given.evaluate(potential) == pytest.approx(cell.positive.open_circuit_potential_V(0.4), abs=1e-12)


def test_one_size_in_several_parts_is_a_sphere():
    """A single size, the same size cut in two, and no spread give the voltage of the sphere to 0.1 mV rms."""
    cell = load_parameter_set("chen2020")
    alike = [SphereSizes((RADIUS_M,), (1.0,)), SphereSizes((0.9999 * RADIUS_M, 1.0001 * RADIUS_M), (0.5, 0.5))]
    step = ConstantCurrent(1.0, duration_s=2000)
    sphere = simulate(cell, step, mesh=FINE)
    for particle in (*alike, log_normal_sizes(RADIUS_M, 1.0)):
        run = simulate(cell.with_electrode("positive", particle=particle), step, mesh=FINE)
        assert rms_difference_V(sphere, run) < 1e-4


def test_small_particles_run_ahead_of_large_ones():
    """On discharge the surface of small particles of a cathode is fuller, and their centre far fuller."""
    cell = load_parameter_set("chen2020").with_electrode("positive", particle=log_normal_sizes(RADIUS_M, 1.6, sizes=5))
    run = simulate(cell, ConstantCurrent(1.0, duration_s=1200), mesh=Mesh(5, 3, 16))
    last = run.particles["positive"].stoichiometry[-1, 1].reshape(5, 2)  # centre and surface of each size
    assert np.all(np.diff(last[:, 0]) < 0)
    assert run.particles["positive"].place_names[:2] == ("centre, radius 1.36 um", "surface, radius 1.36 um")


def test_full_particles_end_a_run_as_they_do_with_pybamm():
    """Held at 0.5 V with slow diffusion, either particle ends in a clear error after a limited number of steps."""
    for diffusivity in (2e-16, ideal(2e-16)):
        cell = load_parameter_set("chen2020").with_electrode("positive", diffusivity_m2_s=diffusivity)
        cell = cell.with_value("cell.lower_voltage_V", 0.5)
        with pytest.raises(NotConvergedError, match="lithium at the surface"):
            simulate(cell, ConstantCurrent(1.0), mesh=Mesh(5, 3, 16))


def test_material_that_cannot_be_a_particle_is_refused_before_the_solver():
    """An error of the particle's equations is not taken for one of the solver."""
    law = DarkenDiffusivity(JumpDiffusivity(4e-15), RegularSolution(3.0))
    with pytest.raises(OutOfRangeError, match="runs backwards"):
        simulate(layered(Sphere(RADIUS_M), diffusivity_m2_s=law), CCCV(0.5), mesh=Mesh(5, 3, 16))


@pytest.mark.parametrize("particle", [Sphere(RADIUS_M), SphereSizes((4e-6, 6e-6), (0.5, 0.5))], ids=repr)
def test_a_run_that_leaves_a_tabulated_potential_says_so(particle):
    """The table ends at x = 0.6: the run stops there, and holds what was solved; beyond nothing is extrapolated."""
    x = np.linspace(0.2, 0.6, 80)
    cell = layered(particle)
    potential = cell.positive.open_circuit_potential_V(x=x)
    cell = layered(particle, open_circuit_potential_V=Table(tuple(x.tolist()), tuple(potential.tolist())))
    with pytest.raises(
        NotConvergedError, match=r"positive open-circuit potential known from x = 0\.2 to 0\.6"
    ) as raised:
        simulate(cell, ConstantCurrent(1.0), mesh=Mesh(5, 3, 16))
    assert raised.value.best.particles["positive"].surface.max() == pytest.approx(0.6, abs=2e-3)
