"""A sphere with any law of diffusivity: exact solutions, conservation, and laws at the ends of their range."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.particles import (
    ActiveMaterial,
    Arrhenius,
    DarkenDiffusivity,
    FromOpenCircuitPotential,
    JumpDiffusivity,
    LatticeGas,
    Sphere,
    Vacancy,
)
from electrode_homog.particles.diffusion import fickian_drift, sphere_equations
from electrode_homog.particles.equations import ArrayAlgebra, ParticleEquations
from electrode_homog.particles.experiments.diffusion_series import flux_surface, held_uptake
from electrode_homog.particles.radial import Geometry, radial_grid
from electrode_homog.table import Table

R, D, T = 5e-6, 1e-14, 298.15
ONE, MANY = ArrayAlgebra(columns=False), ArrayAlgebra(columns=True)
FALLING = Expression("4.2 - 0.5*x + 0.02*log((1 - x)/x)", ("x",))
X = np.linspace(0.02, 0.98, 60)
LAWS = {
    "number": D,
    "formula": Expression("1e-14*(1 + x)*exp(-3000/T)*exp(3000/298.15)", ("x", "T")),
    "number as formula": Expression("1e-14", ()),
    "singular": Expression("1e-15/(x*(1 - x))", ("x",)),
    "Darken": DarkenDiffusivity(JumpDiffusivity(D), FromOpenCircuitPotential(), arrhenius=Arrhenius(3e4), floor=0.05),
}


def equations(law: Any = D, points: Any = 20, potential: Any = FALLING) -> ParticleEquations:
    return sphere_equations(Sphere(R), ActiveMaterial(3e4, law, potential), points)


def solved(particle, end, times, *, influx=0.0, start=0.3):
    def slope(t, x):
        return particle.drift(x, T, ONE) + influx * particle.inlet

    start = start * particle.uniform
    return solve_ivp(slope, (0, end), start, method="BDF", rtol=1e-9, atol=1e-11, t_eval=times).y


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_lithium_is_conserved_by_any_profile(law):
    """mean . drift = 0 for random states, some outside 0 to 1; mean . inlet = 3/R; a uniform state stays."""
    particle = equations(law)
    states = np.random.default_rng(1).uniform(-0.2, 1.2, (20, 50))
    drift = particle.drift(states, T, MANY)
    assert np.isfinite(drift).all()
    np.testing.assert_array_less(np.abs(particle.mean @ drift), 1e-13 * np.abs(drift).max())
    assert particle.mean @ particle.inlet == pytest.approx(3 / R, rel=1e-14)
    np.testing.assert_allclose(particle.drift(0.4 * particle.uniform, T, ONE), 0, atol=1e-15)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_one_state_and_many_states_agree(law):
    """The second axis holds independent states."""
    particle = equations(law)
    states = np.random.default_rng(2).uniform(0.1, 0.9, (20, 3))
    for column, drift in zip(states.T, particle.drift(states, T, MANY).T, strict=True):
        np.testing.assert_allclose(particle.drift(column, T, ONE), drift, rtol=1e-12)


def test_constant_influx_follows_the_series():
    """Surface of a sphere under constant influx, Crank (1975), within 1e-3 with 20 points, and order 2."""
    tau, influx = np.array([0.003, 0.03, 0.3]), 0.1 * D / R
    errors = []
    for points in (20, 40):
        particle = equations(points=points)
        x = solved(particle, 0.3 * R**2 / D, tau * R**2 / D, influx=influx)
        errors.append(np.abs((particle.surface @ x - 0.3) / 0.1 - flux_surface(tau)))
    assert errors[0].max() < 1e-3
    assert np.log2(errors[0] / errors[1]).min() > 1.9


def test_constant_surface_follows_the_series():
    """Uptake of a sphere whose surface is held, Crank (1975), within 2e-3 with 20 points, and order 2."""
    tau, errors = np.array([0.003, 0.03, 0.3]), []
    for points in (20, 40):
        particle = equations(points=points)
        matrix = particle.drift(np.eye(points), T, MANY) * R**2 / D
        held = np.linalg.inv(matrix[:-1, :-1]) @ matrix[:-1, -1]
        rates, modes = np.linalg.eig(matrix[:-1, :-1])
        weights = np.linalg.solve(modes, -held)
        x = modes @ ((np.exp(np.multiply.outer(rates, tau)) - 1) * -weights[:, None])
        uptake = particle.mean[:-1] @ x.real + particle.mean[-1]
        errors.append(np.abs(uptake - held_uptake(tau)))
    assert errors[0].max() < 2e-3
    assert np.log2(errors[0] / errors[1]).min() > 1.9


@pytest.mark.parametrize("geometry", list(Geometry))
def test_steady_profile_of_a_cubic_diffusivity_is_exact(geometry):
    """With D = 1 + x + x**3 and uniform consumption, Kirchhoff's variable is a parabola at every node."""
    grid, d = radial_grid(9, geometry, grading=1.3), int(geometry)
    drift = fickian_drift(grid, 1.0, lambda x, T, algebra: 1 + x + x**3)
    kirchhoff = 0.6 - (1 - grid.nodes**2) / (2 * d)
    x = np.array([np.roots([0.25, 0, 0.5, 1, -value])[-1].real for value in kirchhoff])
    np.testing.assert_allclose(x + x**2 / 2 + x**4 / 4, kirchhoff, atol=1e-14)
    np.testing.assert_allclose(drift(x, T, ONE)[:-1], 1.0, rtol=1e-11)


def test_kirchhoff_reference_value():
    """D = 1 + x, surface 0.5, consumption 1: the centre is -1 + sqrt(1 + 11/12), on four points."""
    grid = radial_grid(4)
    x = np.sqrt(1 + 2 * (0.625 - (1 - grid.nodes**2) / 6)) - 1
    drift = fickian_drift(grid, 1.0, lambda x, T, algebra: 1 + x)(x, T, ONE)
    np.testing.assert_allclose(drift[:-1], 1, rtol=1e-12)
    assert x[0] == pytest.approx(0.384437311, abs=1e-9)


def test_manufactured_solution_has_order_two():
    """x = 0.5 + 0.3 cos(3 r), D = exp(2 x): the drift weighted by volume converges to div(D grad x)."""
    errors = []
    for points in (40, 80):
        grid = radial_grid(points, grading=1.2)
        r = grid.nodes
        x, slope, bend = 0.5 + 0.3 * np.cos(3 * r), -0.9 * np.sin(3 * r), -2.7 * np.cos(3 * r)
        over_r = np.append(-2.7, slope[1:] / r[1:])
        exact = np.exp(2 * x) * (2 * slope**2 + bend + 2 * over_r)
        drift = fickian_drift(grid, 1.0, lambda x, T, algebra: np.exp(2 * x))(x, T, ONE)
        drift[-1] += grid.divergence[-1, -1] * np.exp(2 * x[-1]) * slope[-1]
        balance = grid.volumes * (drift - exact)
        errors.append(np.abs(np.cumsum(balance)).max())  # the flux that is missing at a face
    assert errors[1] < 2e-3  # of fluxes up to 3
    assert np.log2(errors[0] / errors[1]) > 1.9


def test_no_new_extremes():
    """A step between 0.2 and 0.9 relaxes without leaving that range, though D falls a hundredfold between."""
    particle = equations(Expression("1e-14*(0.01 + (1 - tanh(20*(x - 0.6)))/2)", ("x",)), points=12)
    start = np.where(particle.position < 0.6, 0.9, 0.2)
    x = solve_ivp(lambda t, x: particle.drift(x, T, ONE), (0, 3e4), start, method="BDF", rtol=1e-8, atol=1e-10).y
    assert x.min() > 0.2 - 1e-7
    assert x.max() < 0.9 + 1e-7


def test_lattice_gas_is_fick():
    """Vacancies and the lattice-gas factor cancel: the drift is that of constant D, whatever the state."""
    gas = DarkenDiffusivity(JumpDiffusivity(D), LatticeGas(), mechanism=Vacancy())
    states = np.random.default_rng(3).uniform(0.05, 0.95, (20, 10))
    expected = equations().drift(states, T, MANY)
    np.testing.assert_allclose(equations(gas).drift(states, T, MANY), expected, rtol=1e-9, atol=1e-16)


def test_factor_from_the_potential_matches_its_formula():
    """U = U0 - (RT/F) ln(x/(1 - x)) gives Gamma = 1/(1 - x), from the formula, and from a table of it within 1 %."""
    slope = CONSTANTS["R"] * T / CONSTANTS["F"]
    formula = Expression(f"4 - {slope!r}*log(x/(1 - x))", ("x",))
    table = Table(tuple(X), tuple(formula(x=X)))
    darken = DarkenDiffusivity(JumpDiffusivity(D), FromOpenCircuitPotential())
    states = np.random.default_rng(4).uniform(0.2, 0.8, (20, 10))
    expected = equations(Expression("1e-14/(1 - x)", ("x",))).drift(states, T, MANY)
    np.testing.assert_allclose(equations(darken, potential=formula).drift(states, T, MANY), expected, rtol=1e-7)
    tabulated = equations(darken, potential=table).drift(states, T, MANY)
    assert np.abs(tabulated - expected).max() < 0.01 * np.abs(expected).max()


def test_a_table_is_not_asked_beyond_its_range():
    """States outside the table of the potential still have a finite drift."""
    table = Table(tuple(X), tuple(FALLING(x=X)))
    darken = DarkenDiffusivity(JumpDiffusivity(D), FromOpenCircuitPotential())
    states = np.random.default_rng(5).uniform(-0.3, 1.3, (20, 10))
    assert np.isfinite(equations(darken, potential=table).drift(states, T, MANY)).all()


@pytest.mark.parametrize(("points", "error"), [(3, OutOfRangeError), (2001, OutOfRangeError), (8.0, InputError)])
def test_unusable_number_of_points_is_refused(points, error):
    """The message names the argument."""
    with pytest.raises(error, match="points"):
        equations(points=points)
