"""Every kind of particle becomes equations that keep the contract of `ParticleEquations`."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.particles import (
    ActiveMaterial,
    CahnHilliard,
    DarkenDiffusivity,
    FromOpenCircuitPotential,
    JumpDiffusivity,
    ReducedParticle,
    Sphere,
    UniformFlux,
    Vacancy,
)
from electrode_homog.particles.discretised import particle_equations
from electrode_homog.particles.equations import ArrayAlgebra
from electrode_homog.particles.shrinking_core import ShrinkingCore

R = 2e-6
PLATEAU = ActiveMaterial(2e4, 1e-14, Expression("3.4 + 0.5*exp(-75*x) - 0.9*exp(-75*(1 - x))", ("x",)))
SEPARATING = ActiveMaterial(
    2e4,
    DarkenDiffusivity(JumpDiffusivity(1e-14), FromOpenCircuitPotential(), Vacancy()),
    Expression("3.4 - R*298.15/F*(log(x/(1 - x)) + 3*(1 - 2*x))", ("x",)),
)
BALL = ReducedParticle(
    "sphere", ((1, 0, 0), (0, 1, 0), (0, 0, 1)), UniformFlux(), 4 / 3 * np.pi * R**3, 4 * np.pi * R**2,
    (20.19 / R**2, 90.0 / R**2), (1.4, 2.0), ("centre", "surface"), ((-1.0, 0.5), (1.4, 2.0)), 1e-3, 1e-3,
)  # fmt: skip
CASES = {
    "Sphere": (Sphere(R), PLATEAU),
    "ReducedParticle": (BALL, PLATEAU),
    "CahnHilliard": (CahnHilliard(R, 1e-14), SEPARATING),
    "ShrinkingCore": (ShrinkingCore(R, 0.2, 0.8, 1.0), PLATEAU),
}


@pytest.mark.parametrize(("particle", "material"), CASES.values(), ids=CASES)
def test_contract(particle, material):
    """A uniform state has its mean and surface value and rests; influx arrives; nothing else changes the mean."""
    eq = particle_equations(particle, material, points=20)
    one = ArrayAlgebra(columns=False)
    states = np.random.default_rng(0).uniform(0.05, 0.95, (eq.states, 30))
    drift = eq.drift(states, 298.15, ArrayAlgebra(columns=True))
    assert np.abs(eq.mean @ drift).max() < 1e-12 * np.abs(drift).max()
    for x in (0.1, 0.9):
        state = x * eq.uniform
        assert eq.mean @ state == pytest.approx(x, abs=1e-12)
        assert eq.surface @ state == pytest.approx(x, abs=1e-12)
        np.testing.assert_allclose(eq.places @ state, x, atol=1e-12)
        np.testing.assert_allclose(eq.drift(state, 298.15, one), 0, atol=1e-12 * np.abs(drift).max())
    assert eq.mean @ eq.inlet == pytest.approx(3 / R, rel=1e-12)
    assert eq.places.shape == (eq.position.size, eq.states)


@pytest.mark.parametrize(("points", "error"), [(2, OutOfRangeError), (5000, OutOfRangeError), (9.5, InputError)])
@pytest.mark.parametrize("kind", ["Sphere", "CahnHilliard", "ShrinkingCore"])
def test_unusable_number_of_points_is_refused(kind, points, error):
    """Of every particle that has points."""
    with pytest.raises(error, match="points"):
        particle_equations(*CASES[kind], points=points)
