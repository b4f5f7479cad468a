"""A law gives the same numbers on PyBaMM's symbols as on arrays."""

import itertools

import numpy as np
import pytest

import electrode_homog as eh
from electrode_homog.expression import Expression
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.particle_symbols import SymbolAlgebra
from electrode_homog.particles.laws.activity import RedlichKister
from electrode_homog.particles.laws.arrhenius import Arrhenius
from electrode_homog.particles.laws.chemical_diffusivity import (
    chemical_diffusivity,
    equilibrium_potential,
    thermodynamic_factor,
)
from electrode_homog.particles.laws.darken import DarkenDiffusivity, JumpDiffusivity, TracerDiffusivity
from electrode_homog.particles.laws.free_energy import FreeEnergy
from electrode_homog.particles.laws.mechanism import SiteBlocking, Vacancy
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.table import Table

X, T = np.linspace(0.02, 0.98, 97), 310.0
PLACES = np.sort(np.concatenate([[0.001, 0.999], np.random.default_rng(0).uniform(0.001, 0.999, 80)]))
interpolate = SymbolAlgebra({"primary": ["negative particle"]}).interpolate


@pytest.fixture(scope="module")
def graphite() -> Expression:
    return eh.load_parameter_set("chen2020").negative.open_circuit_potential_V


def test_symbols_and_arrays_agree(graphite):
    """Chen2020's graphite, as a formula and as a table, with several laws: PyBaMM and CasADi agree to 1e-12."""
    import casadi

    pybamm = import_pybamm()
    state, temperature = pybamm.StateVector(slice(0, X.size)), pybamm.Scalar(T)
    potentials = (graphite, Table(tuple(PLACES), tuple(graphite(x=PLACES))))
    energy = FreeEnergy(Expression("x*log(x) + (1-x)*log(1-x) + 300/T*x*(1-x)", ("x", "T")))
    thermodynamics = (FromOpenCircuitPotential(), RedlichKister((1.0, 0.2)), energy)
    tracer = TracerDiffusivity(Expression("1e-14*(1 + x)*exp(-300/T)", ("x", "T")), Expression("0.7 - 0.1*x", ("x",)))
    mobilities = ((JumpDiffusivity(1e-14), Vacancy()), (tracer, SiteBlocking(1.5)))
    for potential, model, (diffusivity, mechanism) in itertools.product(potentials, thermodynamics, mobilities):
        law = DarkenDiffusivity(diffusivity, model, mechanism, Arrhenius(30e3), floor=0.05)
        material = ActiveMaterial(33e3, law, potential)
        expected = chemical_diffusivity(material, X, T)
        symbol = chemical_diffusivity(material, state, temperature, interpolate)
        np.testing.assert_allclose(symbol.evaluate(y=X[:, None])[:, 0], expected, rtol=1e-12)
        y = casadi.MX.sym("y", X.size)
        compiled = casadi.Function("D", [y], [symbol.to_casadi(y=y)])
        np.testing.assert_allclose(np.array(compiled(X)).ravel(), expected, rtol=1e-12)


def test_scalars_agree(graphite):
    """A pybamm.Scalar gives the number; the potential of symbols is that of arrays."""
    pybamm = import_pybamm()
    law = DarkenDiffusivity(JumpDiffusivity(1e-14), FromOpenCircuitPotential())
    material = ActiveMaterial(33e3, law, graphite)
    number = thermodynamic_factor(material, 0.3, T)
    symbol = thermodynamic_factor(material, pybamm.Scalar(0.3), pybamm.Scalar(T))
    assert symbol.evaluate() == pytest.approx(number, rel=1e-12)
    potential = equilibrium_potential(material, pybamm.StateVector(slice(0, X.size)))
    np.testing.assert_allclose(potential.evaluate(y=X[:, None])[:, 0], graphite(x=X), rtol=1e-13)
