"""Activity models and free energies agree with each other, with closed forms and with their phase diagrams."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, NotConvergedError, OutOfRangeError
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.particles.laws.activity import Ideal, LatticeGas, Margules, RedlichKister, RegularSolution
from electrode_homog.particles.laws.chemical_diffusivity import factor_of_potential
from electrode_homog.particles.laws.free_energy import FreeEnergy
from electrode_homog.particles.laws.phase_diagram import binodal, open_circuit_potential, spinodal
from electrode_homog.particles.laws.thermodynamics import ActivityModel

T = 298.15
MODELS: list[ActivityModel] = [
    Ideal(),
    LatticeGas(),
    RegularSolution(3.0),
    RegularSolution(-2.0, 320.0),
    RedlichKister((2.5, -0.4, 0.3, 0.8)),
    Margules(2.5, 1.5),
    FreeEnergy(Expression("x*log(x) + (1-x)*log(1-x) + 6000/(R*T)*x*(1-x)*(1 + 0.2*x)", ("x", "T"))),
    FreeEnergy(Expression("5*x**2*(1-x)**2", ("x",))),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_potential_and_factor_are_derivatives_of_the_energy(model):
    """mu = dg/dx and Gamma = x d2g/dx2, by central differences, at another temperature than the reference."""
    x, h = np.linspace(0.1, 0.9, 33), 1e-4
    g = [model.free_energy(x + step * h, 310.0) for step in (-1, 0, 1)]
    np.testing.assert_allclose(model.chemical_potential(x, 310.0), (g[2] - g[0]) / (2 * h), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(model.factor(x, 310.0), x * (g[2] - 2 * g[1] + g[0]) / h**2, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_factor_of_the_models_own_potential_is_its_factor(model):
    """The open-circuit potential as a formula, differentiated again, gives the thermodynamic factor back."""
    x = np.linspace(0.005, 0.995, 199)
    U = open_circuit_potential(model, 3.4, 320.0)
    expected = model.factor(x, 320.0)
    np.testing.assert_allclose(factor_of_potential(U, x, 320.0), expected, rtol=1e-11, atol=1e-11)
    volts = CONSTANTS["R"] * 320 / CONSTANTS["F"]
    np.testing.assert_allclose(U(x=x), 3.4 - volts * model.chemical_potential(x, 320.0), rtol=1e-14)


@pytest.mark.parametrize(
    ("W", "low", "phase", "potential"),  # reference values C-RS
    [(3.0, 0.211324865405, 0.0707201816799, 0.415092911), (4.0, 0.146446609407, 0.0212479879614, 1.06567995)],
)
def test_regular_solution_separates_where_it_must(W, low, phase, potential):
    """Spinodal, binodal and potential at the spinodal, from the model and from its free energy written as text."""
    energy = FreeEnergy(Expression(f"x*log(x) + (1-x)*log(1-x) + {W}*298.15/T*x*(1-x)", ("x", "T")))
    for model in (RegularSolution(W), RedlichKister((W,)), Margules(W, W), energy):
        np.testing.assert_allclose(spinodal(model, T), [(low, 1 - low)], rtol=1e-10)
        np.testing.assert_allclose(binodal(model, T), [(phase, 1 - phase)], rtol=1e-10)
        assert model.chemical_potential(spinodal(model, T)[0][0], T) == pytest.approx(potential, rel=1e-8)


def test_warming_closes_the_gap():
    """Above T W/2 a regular solution is stable, below it the gap is that of the smaller W/T."""
    model = RegularSolution(3.0, 300.0)
    assert spinodal(model, 451.0) == binodal(model, 451.0) == ()
    np.testing.assert_allclose(binodal(model, 225.0), binodal(RegularSolution(4.0, 300.0), 300.0), rtol=1e-12)
    assert spinodal(RegularSolution(2.0), T) == spinodal(RegularSolution(-8.0), T) == ()


def test_several_gaps_and_gaps_within_a_gap():
    """Two gaps are found as two; two unstable windows under one common tangent are one gap."""
    two = binodal(RedlichKister((0.0, 0.0, 9.0)), T)
    assert len(two) == len(spinodal(RedlichKister((0.0, 0.0, 9.0)), T)) == 2
    np.testing.assert_allclose(np.array(two[0]), 1 - np.array(two[1])[::-1], atol=1e-12)
    joined = RedlichKister((0.0, 0.0, 0.0, 0.0, -40.0))
    assert len(spinodal(joined, T)) == 2
    ((low, high),) = binodal(joined, T)
    g, mu = joined.free_energy(np.array([low, high]), T), joined.chemical_potential(np.array([low, high]), T)
    np.testing.assert_allclose([mu[1] - mu[0], g[1] - g[0] - mu[0] * (high - low)], 0, atol=1e-12)
    x = np.linspace(0.001, 0.999, 999)
    assert (joined.free_energy(x, T) >= g[0] + mu[0] * (x - low) - 1e-12).all()


def test_strong_separation_and_no_logarithm():
    """Phases are 4e-7 and less from empty and full at W = 15; a double well without entropy separates completely."""
    ((low, high),) = binodal(RegularSolution(15.0), T)
    assert np.log(low / (1 - low)) + 15 * (1 - 2 * low) == pytest.approx(0, abs=1e-12)
    assert high == pytest.approx(1 - low, abs=1e-15)
    well = FreeEnergy(Expression("5*x**2*(1-x)**2", ("x",)))
    np.testing.assert_allclose(binodal(well, T), [(0, 1)], atol=1e-12)
    np.testing.assert_allclose(spinodal(well, T), [(0.5 - 12**-0.5, 0.5 + 12**-0.5)], rtol=1e-10)


def test_unresolved_phases_are_said_to_be():
    """Where equal potentials cannot be computed the search says so instead of returning a guess."""
    with pytest.raises(NotConvergedError, match="not resolved"):
        binodal(RegularSolution(60.0), T)


def test_margules_limits():
    """The excess potential of lithium is `empty` in the empty host and -`full` in the full one."""
    model = Margules(2.5, 1.5)
    excess = [model.chemical_potential(x, T) - np.log(x / (1 - x)) for x in (1e-12, 1 - 1e-12)]
    np.testing.assert_allclose(excess, [2.5, -1.5], rtol=1e-9)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: RegularSolution("3"), InputError),  # type: ignore[arg-type]
        (lambda: RegularSolution(float("inf")), InputError),
        (lambda: RegularSolution(3.0, -1.0), OutOfRangeError),
        (lambda: RedlichKister(()), InputError),
        (lambda: RedlichKister((1.0, float("nan"))), InputError),
        (lambda: RedlichKister(3.0), InputError),  # type: ignore[arg-type]
        (lambda: FreeEnergy("x*log(x)"), InputError),  # type: ignore[arg-type]
        (lambda: FreeEnergy(Expression("T", ("T",))), InputError),
        (lambda: FreeEnergy(Expression("x*c", ("x", "c"))), InputError),
        (lambda: FreeEnergy(Expression("log(x - 0.5)", ("x",))), OutOfRangeError),
        (lambda: spinodal(Ideal(), 0.0), OutOfRangeError),
        (lambda: open_circuit_potential(Ideal(), float("nan"), 300.0), InputError),
    ],
)
def test_bad_input_is_refused(make, error):
    """What is not a number, not a temperature, or has no value between empty and full is refused."""
    with pytest.raises(error):
        make()
