"""A reacting surface that is not that of the particles: PyBaMM's area, without a loss of lithium, in any particle."""

import numpy as np
import pytest
from particle_cells import cases

from electrode_homog.expression import Expression
from electrode_homog.p2d import ConstantCurrent, Mesh, pybamm_model, simulate, to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.kinetic_radius import radius_scales
from electrode_homog.p2d.layer_profiles import of_x
from electrode_homog.p2d.names import TORTUOSITY_FACTOR_OPTION
from electrode_homog.p2d.particle_dfn import ParticleDFN
from electrode_homog.parameters import CellParameters, Layers, load_parameter_set
from electrode_homog.particles import DarkenDiffusivity, JumpDiffusivity, LatticeGas, SphereSizes, Vacancy

pybamm = import_pybamm()
FARADAY = 96485.33212331002
CASES = cases()
KINDS = ["sphere of PyBaMM", "sphere with thermodynamics", "ellipsoid", "sizes", "shrinking core", "solid solution"]


def with_area(cell: CellParameters, factor: float, side="positive") -> CellParameters:
    """The cell with `factor` times the surface of its particles in one electrode."""
    particles = getattr(cell, side).surface_area_per_m
    return cell.with_electrode(side, measured_surface_area_per_m=factor * particles)


def areas_per_layer(cell: CellParameters, *factors: float) -> CellParameters:
    """Equal layers that differ in area alone."""
    part, n = cell.positive, len(factors)
    same = [(value,) * n for value in (part.porosity, part.active_fraction, part.electrolyte_efficiency)]
    areas = tuple(factor * part.surface_area_per_m for factor in factors)
    return cell.with_layers("positive", Layers((1 / n,) * n, *same, (part.solid_efficiency,) * n, areas))


def solved(model, values, *, points=4, r_points=12, seconds=600.0, c_rate=0.5):
    values["Current function [A]"] = c_rate * values["Nominal cell capacity [A.h]"]
    var_pts = {"x_n": points, "x_s": 3, "x_p": points, "r_n": r_points, "r_p": r_points, "R_n": 1, "R_p": 1}
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    simulation = pybamm.Simulation(model, parameter_values=values, var_pts=var_pts, solver=solver)
    return simulation.solve([0, seconds], t_interp=np.linspace(0, seconds, 30))


def area_of(solution, side="Positive") -> np.ndarray:
    return solution[f"{side} electrode surface area to volume ratio [m-1]"].entries[:, 0]


def check_balance(solution):
    """Lithium of the cell to 1e-8, and the lithium that enters the positive electrode is the charge."""
    total = solution["Total lithium [mol]"].entries
    assert np.ptp(total) < 1e-8 * total[0]
    gained = np.ptp(solution["Total lithium in positive electrode [mol]"].entries)
    charge = solution["Discharge capacity [A.h]"].entries[-1] * 3600 / FARADAY
    assert gained == pytest.approx(charge, rel=1e-8)


@pytest.mark.parametrize(("kind", "factor"), list(zip(KINDS, (2.5, 0.4) * 3, strict=True)))
def test_area_is_the_measured_one_and_nothing_is_lost(kind, factor):
    """PyBaMM's area is the set's to 1e-12 with every kind of particle; lithium is kept, and charge is lithium."""
    cell = with_area(CASES[kind].cell, factor)
    solution = solved(pybamm_model(cell, mesh=Mesh(4, 3, 12)), to_pybamm(cell))
    np.testing.assert_allclose(area_of(solution), cell.positive.surface_area_per_m, rtol=1e-12, atol=0)
    check_balance(solution)


@pytest.mark.parametrize("kind", ["sphere of PyBaMM", "ellipsoid", "sizes"])
def test_area_per_layer(kind):
    """Each cell has the area of its layer, from the collector, to 1e-12; lithium is kept, and charge is lithium."""
    base = CASES[kind].cell
    cell = areas_per_layer(base, 2.5, 0.4)
    solution = solved(pybamm_model(cell, mesh=Mesh(4, 3, 12)), to_pybamm(cell))
    expected = np.array([0.4, 0.4, 2.5, 2.5]) * base.positive.surface_area_per_m
    np.testing.assert_allclose(area_of(solution), expected, rtol=1e-12, atol=0)
    check_balance(solution)


@pytest.mark.parametrize("kind", ["sphere of PyBaMM", "sizes"])
def test_area_of_the_particles_changes_nothing(kind):
    """The area that the particles have, given as measured, is the same cell to 1e-9 V."""
    cell = CASES[kind].cell
    ends = [
        solved(pybamm_model(c, mesh=Mesh(4, 3, 12)), to_pybamm(c))["Voltage [V]"].entries[-1]
        for c in (cell, with_area(cell, 1.0))
    ]
    assert ends[0] == pytest.approx(ends[1], abs=1e-9)


@pytest.mark.parametrize(("factor", "side"), [(2.5, "positive"), (0.4, "negative")])
def test_two_implementations_agree(factor, side):
    """PyBaMM's sphere of the kinetic radius, and ours of its own radius with another influx: 0.01 mV on fine meshes."""
    sphere = with_area(load_parameter_set("chen2020"), factor, side)
    one_size = SphereSizes((getattr(sphere, side).particle.radius_m,), (1.0,))
    ours = sphere.with_electrode(side, particle=one_size)
    runs = [
        solved(pybamm_model(cell, mesh=Mesh(4, 3, 400)), to_pybamm(cell), r_points=400, c_rate=1.0)
        for cell in (sphere, ours)
    ]
    first, second = (run["Voltage [V]"].entries for run in runs)
    assert np.abs(first - second)[1:].max() < 1e-5


def test_area_per_layer_is_that_of_spheres_of_other_radii():
    """PyBaMM's spheres of the kinetic radius of each layer, with a diffusivity that varies along x, give ours."""
    base = load_parameter_set("chen2020").with_electrode("positive", diffusivity_m2_s=4e-15)
    cell = areas_per_layer(base, 2.5, 0.4)
    part, layers = cell.positive, cell.positive.layers
    diffusivities = [4e-15 * scale**2 for scale in radius_scales(part)]
    along_x = of_x(layers, diffusivities, "positive")(pybamm.standard_spatial_vars.x_p)
    values = to_pybamm(cell)
    values["Positive particle diffusivity [m2.s-1]"] = lambda sto, T: (
        pybamm.PrimaryBroadcast(along_x, "positive particle") if sto.domain == ["positive particle"] else along_x
    )
    stock = solved(pybamm.lithium_ion.DFN(TORTUOSITY_FACTOR_OPTION), values, r_points=200, c_rate=1.0)
    equations = pybamm_model(cell, mesh=Mesh(4, 3, 200)).particle_equations
    model = ParticleDFN(equations, TORTUOSITY_FACTOR_OPTION, own_radii_m={"positive": part.particle.radius_m})
    ours = solved(model, to_pybamm(cell), r_points=200, c_rate=1.0)
    assert np.abs(stock["Voltage [V]"].entries - ours["Voltage [V]"].entries)[4:].max() < 1e-5  # after 80 s


def test_gradient_in_the_particles_is_that_of_their_own_size():
    """After a long discharge surface and mean differ by I R**2/(15 D F eps_s L A), whatever the area."""
    for factor in (0.3, 3.0):
        cell = with_area(CASES["sphere of PyBaMM"].cell, factor).with_electrode("positive", diffusivity_m2_s=1e-13)
        part = cell.positive
        solution = solved(pybamm_model(cell), to_pybamm(cell), r_points=80)
        current = 0.5 * cell.cell.nominal_capacity_Ah
        volume = part.active_fraction * part.thickness_m * cell.cell.electrode_area_m2
        expected = current * part.particle.radius_m**2 / (15 * 1e-13 * FARADAY * volume)
        surface = solution["X-averaged positive particle surface concentration [mol.m-3]"].entries[-1]
        mean = solution["Average positive particle concentration [mol.m-3]"].entries[-1]
        assert surface - mean == pytest.approx(expected, rel=1e-3)


def test_more_area_is_less_overpotential():
    """The voltage under load falls with the area."""
    cell = load_parameter_set("chen2020")
    step = ConstantCurrent(1.0, duration_s=10.0)
    ends = [simulate(with_area(cell, f), step, mesh=Mesh(4, 3, 12)).voltage_V[-1] for f in (0.4, 1.0, 2.5)]
    assert np.all(np.diff(ends) > 5e-3)


@pytest.mark.parametrize(
    "law",
    [Expression("4e-15*exp(x)", ("x", "T")), DarkenDiffusivity(JumpDiffusivity(4e-15), LatticeGas(), Vacancy())],
    ids=["expression", "Darken"],
)
def test_diffusivity_goes_with_the_kinetic_radius(law):
    """PyBaMM gets (R_k/R)**2 times the diffusivity, of any kind, and JSON keeps it."""
    cell = load_parameter_set("chen2020").with_electrode("positive", diffusivity_m2_s=law)
    at = {"sto": pybamm.Scalar(0.4), "T": pybamm.Scalar(300.0)}
    diffusivity = pybamm.FunctionParameter("Positive particle diffusivity [m2.s-1]", at)
    before, values = to_pybamm(cell).evaluate(diffusivity), to_pybamm(with_area(cell, 2.5))
    for given in (values, pybamm.ParameterValues.from_json(values.to_json())):
        assert given.evaluate(diffusivity) == pytest.approx(before / 2.5**2, rel=1e-12)
        radius = cell.positive.particle.radius_m / 2.5
        assert given["Positive particle radius [m]"] == pytest.approx(radius, rel=1e-15)


@pytest.mark.filterwarnings("ignore")
def test_values_of_a_cell_with_another_area_end_a_run_at_its_start():
    """Our equations keep lithium for the area of their own cell only."""
    cell = with_area(CASES["ellipsoid"].cell, 2.5)
    with pytest.raises(pybamm.SolverError, match=r"Positive particle radius.*not the one of the cell"):
        solved(pybamm_model(cell, mesh=Mesh(4, 3, 12)), to_pybamm(CASES["ellipsoid"].cell))
