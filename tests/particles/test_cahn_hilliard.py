"""Phase separation in a particle: interface, energy, growth of small waves, and what is refused."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.particles.cahn_hilliard import CahnHilliard, cahn_hilliard_equations, points_needed
from electrode_homog.particles.cahn_hilliard_interface import gradient_coefficient_of_width, phase_boundaries
from electrode_homog.particles.cahn_hilliard_potential import homogeneous_potential
from electrode_homog.particles.equations import ArrayAlgebra
from electrode_homog.particles.laws.activity import RegularSolution
from electrode_homog.particles.laws.darken import DarkenDiffusivity, JumpDiffusivity
from electrode_homog.particles.laws.mechanism import Vacancy
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import Geometry, radial_grid
from electrode_homog.table import Table

T = 298.15
FARADAY = CONSTANTS["F"]
VOLTS = CONSTANTS["R"] * T / FARADAY
C_MAX = 22806.0
RADIUS = 50e-9
D0 = 1e-16
DOUBLE_WELL = Expression("-2*x*(1-x)*(1-2*x)", ("x",))  # of the free energy x**2 (1 - x)**2
PLAIN, MANY = ArrayAlgebra(columns=False), ArrayAlgebra(columns=True)


def regular_solution(W: float, *, D: float = D0, form: str = "log(x/(1-x))") -> ActiveMaterial:
    """mu/RT = ln(x/(1 - x)) + W (1 - 2x), with site exclusion in the mobility."""
    U = Expression(f"3.42 - R*{T}/F*({form} + {W}*(1-2*x))", ("x",))
    return ActiveMaterial(C_MAX, DarkenDiffusivity(JumpDiffusivity(D), FromOpenCircuitPotential(), Vacancy()), U)


def double_well(mobility: float = 1e-12) -> ActiveMaterial:
    """f = x**2 (1 - x)**2 in volts, with the constant mobility F D_J x/(R T) [m2/(V s)]."""
    D = Expression(f"{mobility * VOLTS!r}/x", ("x",))
    return ActiveMaterial(C_MAX, DarkenDiffusivity(JumpDiffusivity(D), FromOpenCircuitPotential()), DOUBLE_WELL)


def particle(kappa_over_R2: float) -> CahnHilliard:
    """With kappa/(RT/F) in units of the radius squared."""
    return CahnHilliard(RADIUS, kappa_over_R2 * RADIUS**2 * VOLTS)


def energy_V(equations, U, kappa, radius, points, geometry=Geometry.SPHERE):
    """Energy per mole of sites and over F as a function of a state: U by quadrature, gradients by Green's identity."""
    grid = radial_grid(points, geometry, grading=1.0)
    at, weight = np.polynomial.legendre.leggauss(60)

    def of(state):
        x = 0.5 + (state[:, None] - 0.5) * (1 + at) / 2
        local = -np.sum(weight / 2 * U(x=x), axis=1) * (state - 0.5)
        curvature = grid.divergence @ grid.gradient @ state / radius**2
        return grid.volumes @ (local - kappa / 2 * state * curvature)

    return of


def relaxed(equations, state, duration_s):
    result = solve_ivp(
        lambda t, x: equations.drift(x, T, PLAIN), (0, duration_s), state, method="BDF", rtol=1e-8, atol=1e-10
    )
    assert result.success
    return result.y


def test_interface_of_a_regular_solution():
    """For W = 3 the binodal is 0.0707201816799 and the interface costs 0.288271868 sqrt(kappa RT c_max)."""
    kappa = 0.02 * RADIUS**2 * VOLTS
    (found,) = phase_boundaries(regular_solution(3.0), kappa)
    assert found.low == pytest.approx(0.0707201816799, abs=5e-4)
    assert found.high == pytest.approx(1 - 0.0707201816799, abs=5e-4)
    assert found.potential_V == pytest.approx(3.42, abs=1e-9)
    unit = FARADAY * C_MAX * math.sqrt(kappa * VOLTS)
    assert found.energy_J_m2 == pytest.approx(0.288271868 * unit, rel=1e-5)


def test_interface_of_a_double_well():
    """f = A c**2 (1 - c)**2: width 4.39444915 l with l = sqrt(kappa/2A), energy sqrt(2 A kappa)/6."""
    (found,) = phase_boundaries(double_well(), 0.01e-12)
    assert found.width_m == pytest.approx(4.39444915 * 0.0707106781e-6, rel=1e-4)
    assert found.energy_J_m2 == pytest.approx(FARADAY * C_MAX * 0.0235702260396e-6, rel=1e-4)


def test_relaxed_profile_has_the_width_and_energy_of_the_exact_one():
    """C-CH1: with 8 nodes in the width, both are right to 0.5 %."""
    material, half_thickness = double_well(), 1e-6
    points = 1 + round(8 * half_thickness / (4.39444915 * 0.0707106781e-6))
    slab = CahnHilliard(half_thickness, 0.01e-12)
    equations = cahn_hilliard_equations(slab, material, points, geometry=Geometry.PLANE)
    z = equations.position
    x = relaxed(equations, np.where(z < 0.47, 0.02, 0.98), 40.0)[:, -1]
    smooth = CubicSpline(z, x)
    ten, ninety = (smooth.solve(level, extrapolate=False)[0] for level in (0.1, 0.9))
    assert ninety - ten == pytest.approx(4.39444915 * 0.0707106781, rel=5e-3)
    energy = energy_V(equations, DOUBLE_WELL, 0.01e-12, half_thickness, points, Geometry.PLANE)
    per_area = (energy(x) - energy(np.ones(points))) * half_thickness
    assert per_area == pytest.approx(0.0235702260396e-6, rel=5e-3)


@pytest.mark.parametrize(("k", "rate"), [(3.0, 8.19), (7.0710678, 25.0), (9.0, 15.39), (11.0, -25.41)])
def test_small_waves_grow_at_their_rate(k, rate):
    """C-CH3: on c = 1/2, f'' = -1, a wave of wavenumber k grows with k**2 (1 - 0.01 k**2): to 1 %."""
    slab = CahnHilliard(math.pi / k * 1e-6, 0.01e-12)  # half a wave
    equations = cahn_hilliard_equations(slab, double_well(), 60, geometry=Geometry.PLANE)
    shape = np.cos(math.pi * equations.position)
    growth = equations.drift(0.5 + 1e-6 * shape, T, PLAIN) * equations.mean @ shape
    assert growth / (1e-6 * equations.mean @ shape**2) == pytest.approx(rate, rel=1e-2)


@pytest.mark.parametrize("k", [4.493409458, 7.725251837])
def test_waves_in_the_sphere_grow_at_their_rate(k):
    """sin(kr)/r with tan k = k has no slope at r = 1 and grows on x = 1/2 with M k**2 ((2W - 4) - kappa k**2)."""
    W, kappa = 3.0, 0.02
    equations = cahn_hilliard_equations(particle(kappa), regular_solution(W), 120)
    shape = np.sinc(k * equations.position / math.pi)
    rate = equations.drift(0.5 + 1e-6 * shape, T, PLAIN) * equations.mean @ shape / (1e-6 * equations.mean @ shape**2)
    expected = D0 / RADIUS**2 * 0.25 * k**2 * (2 * W - 4 - kappa * k**2)
    assert rate == pytest.approx(expected, rel=1e-2)


@pytest.mark.parametrize("geometry", list(Geometry))
def test_the_potential_is_the_derivative_of_the_energy(geometry):
    """-phi times the cell's share of the volume is d(energy)/d(node value), in every geometry."""
    W, points, kappa = 3.0, 20, 0.02
    material = regular_solution(W)
    equations = cahn_hilliard_equations(particle(kappa), material, points, geometry=geometry)
    kappa_V = particle(kappa).gradient_coefficient_V_m2
    energy = energy_V(equations, material.open_circuit_potential_V, kappa_V, RADIUS, points, geometry)
    x = np.random.default_rng(1).uniform(0.2, 0.8, points)
    step = 1e-6 * np.eye(points)
    slopes = [(energy(x + move) - energy(x - move)) / 2e-6 for move in step]
    np.testing.assert_allclose(slopes, -equations.mean * equations.potential_V(x, T, PLAIN), atol=1e-8)


@pytest.mark.parametrize("W", [0.0, 2.5, 4.0])
def test_energy_never_rises_and_lithium_stays(W):
    """C-CHE, for states of any roughness: without influx the energy falls, and the mean does not change at all."""
    equations = cahn_hilliard_equations(particle(0.05), regular_solution(W), 24)
    for state in np.random.default_rng(2).uniform(0.001, 0.999, (50, 24)):
        drift = equations.drift(state, T, PLAIN)
        power = -equations.mean @ (equations.potential_V(state, T, PLAIN) * drift)
        assert power < 0
        assert abs(equations.mean @ drift) < 1e-13 * np.abs(drift).max()


def test_energy_falls_along_a_separation():
    """C-CHE: from noise on 0.5 to a core and a shell, the energy falls at each step and the mean keeps to 1e-12."""
    W, points, kappa = 3.0, 24, 0.02
    material = regular_solution(W)
    equations = cahn_hilliard_equations(particle(kappa), material, points)
    noise = np.random.default_rng(3).uniform(-0.01, 0.01, points)
    states = relaxed(equations, 0.5 + noise, 3000.0)
    kappa_V = particle(kappa).gradient_coefficient_V_m2
    energy = energy_V(equations, material.open_circuit_potential_V, kappa_V, RADIUS, points)
    assert np.diff([energy(x) for x in states.T]).max() < 1e-10
    assert np.ptp(equations.mean @ states) < 1e-12
    assert states[:, -1].max() > 0.85
    assert states[:, -1].min() < 0.15


def test_without_separation_and_gradient_energy_it_is_fick():
    """U of the lattice gas and kappa = 0 give D_chem = D0: surface of C-SPHN at D t/R**2 = 0.1 is 0.486761686342."""
    points, tau, amplitude = 60, 0.1, 0.02
    equations = cahn_hilliard_equations(CahnHilliard(RADIUS, 0.0), regular_solution(0.0), points)
    influx = amplitude * D0 / RADIUS
    result = solve_ivp(
        lambda t, x: equations.drift(x, T, PLAIN) + influx * equations.inlet,
        (0, tau * RADIUS**2 / D0),
        0.4 * equations.uniform,
        method="BDF",
        rtol=1e-8,
        atol=1e-10,
    )
    y = (result.y[:, -1] - 0.4) / amplitude
    assert equations.surface @ y == pytest.approx(0.486761686342, rel=2e-3)
    assert equations.mean @ y == pytest.approx(3 * tau, rel=1e-7)


def test_a_table_gives_what_its_formula_gives():
    """The same potential as a fine table moves the lithium in the same way."""
    formula = regular_solution(3.0)
    x = np.linspace(0.005, 0.995, 2001)
    table = Table(tuple(x), tuple(formula.open_circuit_potential_V(x=x)))
    material = ActiveMaterial(C_MAX, formula.diffusivity_m2_s, table)
    state = 0.5 + 0.4 * np.tanh(8 * (np.linspace(0, 1, 24) - 0.6))
    drifts = [cahn_hilliard_equations(particle(0.02), one, 24).drift(state, T, PLAIN) for one in (formula, material)]
    np.testing.assert_allclose(drifts[1], drifts[0], atol=1e-4 * np.abs(drifts[0]).max())


def test_several_states_at_once():
    """Columns of states give the columns of drifts and potentials."""
    equations = cahn_hilliard_equations(particle(0.02), regular_solution(3.0), 20)
    states = np.random.default_rng(4).uniform(0.1, 0.9, (20, 3))
    drifts, potentials = equations.drift(states, T, MANY), equations.potential_V(states, T, MANY)
    for k in range(3):
        np.testing.assert_allclose(drifts[:, k], equations.drift(states[:, k], T, PLAIN), rtol=1e-9)
        np.testing.assert_allclose(potentials[:, k], equations.potential_V(states[:, k], T, PLAIN), rtol=1e-12)


@pytest.mark.parametrize("form", ["log(x/(1-x))", "1.3*log(x) - log(1-x)"])
def test_potential_goes_on_smoothly_outside(form):
    """At the ends of its range U has one value and one slope, and beyond 0 and 1 it drives x back."""
    potential = homogeneous_potential(regular_solution(3.0, form=form).open_circuit_potential_V)
    for end in (potential.low, potential.high):
        near = potential(end + 1e-9 * np.array([-1.0, 0.0, 1.0]))
        assert near[0] - near[1] == pytest.approx(near[1] - near[2], rel=2e-3)
    outside = potential(np.array([-1.0, -0.1, 0.0, 1.0, 1.1, 2.0]))
    assert np.all(np.isfinite(outside))
    assert np.all(np.diff(outside) < 0)


def test_points_for_the_interface():
    """points_needed is enough, one less is refused with that number, and a chosen width comes out."""
    material = regular_solution(4.0)
    needed = points_needed(particle(0.02), material)
    assert needed == 25  # width 0.16717 radii, 4 steps in it
    assert cahn_hilliard_equations(particle(0.02), material, needed).states == needed
    with pytest.raises(OutOfRangeError, match="at least points = 25"):
        cahn_hilliard_equations(particle(0.02), material, needed - 1)
    kappa = gradient_coefficient_of_width(material, 5e-9)
    assert phase_boundaries(material, kappa)[0].width_m == pytest.approx(5e-9)


@pytest.mark.parametrize("W", [0.0, 1.0, 2.0])
def test_no_interface_where_the_potential_falls(W):
    """Up to W = 2 a regular solution is one phase: no interface, and any number of points will do."""
    material = regular_solution(W)
    assert phase_boundaries(material, 1e-18) == ()
    assert points_needed(CahnHilliard(RADIUS, 0.0), material) == 4
    with pytest.raises(OutOfRangeError, match="no interface"):
        gradient_coefficient_of_width(material, 5e-9)


def test_two_gaps_give_two_interfaces():
    """A potential with two rises has two gaps, and the narrower interface sets the number of points."""
    x = np.linspace(0.01, 0.99, 99)
    values = 0.3 - 0.1 * x - 0.05 * np.sin(4 * math.pi * x) - 0.026 * np.log(x / (1 - x))
    material = ActiveMaterial(C_MAX, regular_solution(0.0).diffusivity_m2_s, Table(tuple(x), tuple(values)))
    found = phase_boundaries(material, 1e-18)
    assert len(found) == 2
    assert found[0].high < found[1].low
    needed = points_needed(CahnHilliard(RADIUS, 1e-18), material)
    assert needed == 1 + math.ceil(4 * RADIUS / min(one.width_m for one in found))


def test_diffusivity_must_be_a_mobility():
    """A chemical diffusivity, a second thermodynamics, and a floor are refused with the remedy."""
    U = regular_solution(3.0).open_circuit_potential_V
    for law, match in [
        (1e-16, "jump diffusivity"),
        (DarkenDiffusivity(JumpDiffusivity(D0), RegularSolution(3.0)), "FromOpenCircuitPotential"),
        (DarkenDiffusivity(JumpDiffusivity(D0), FromOpenCircuitPotential(), floor=0.1), "floor"),
    ]:
        with pytest.raises(InputError, match=match):
            cahn_hilliard_equations(particle(0.02), ActiveMaterial(C_MAX, law, U), 30)


def test_bad_particles():
    """What is not a number, negative, or of the wrong unit is refused."""
    for kappa in ("1e-18", float("nan"), None, True):
        with pytest.raises(InputError, match="gradient_coefficient_V_m2"):
            CahnHilliard(RADIUS, kappa)
    with pytest.raises(OutOfRangeError, match="negative"):
        CahnHilliard(RADIUS, -1e-18)
    with pytest.raises(OutOfRangeError, match="nanometres"):
        CahnHilliard(500.0, 1e-18)


def test_a_particle_too_large_for_its_interface_is_told_the_remedy():
    """An interface of nanometres in a particle of micrometres needs the sharp-interface model; kappa = 0 as well."""
    for one in (CahnHilliard(20e-6, 1e-19), CahnHilliard(RADIUS, 0.0)):
        with pytest.raises(OutOfRangeError, match="ShrinkingCore"):
            cahn_hilliard_equations(one, regular_solution(3.0), 100)


@pytest.mark.parametrize(
    ("formula", "match"), [("3 + 0.1*x", "rises"), ("sqrt(x-0.5) - x", "no finite value"), ("3 + 0.2*x*(1-x)", "rises")]
)
def test_potentials_without_stable_ends_are_refused(formula, match):
    """U must have a value everywhere between 0 and 1, and fall at both ends."""
    material = ActiveMaterial(C_MAX, regular_solution(0.0).diffusivity_m2_s, Expression(formula, ("x",)))
    with pytest.raises(OutOfRangeError, match=match):
        cahn_hilliard_equations(particle(0.02), material, 30)
