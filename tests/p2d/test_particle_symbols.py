"""Matrices over the states of each particle, as symbols of PyBaMM."""

import copy
import pickle

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.particle_symbols import PerParticle, SymbolAlgebra, per_particle
from electrode_homog.table import Table

pybamm = import_pybamm()
DOMAINS = {"primary": "negative particle", "secondary": "negative electrode", "tertiary": "current collector"}
MATRIX = np.array([[1.0, 2.0], [0.0, -1.0]])


def state():
    return pybamm.Variable("state", domains=DOMAINS)


def test_two_symbols_are_one_where_matrix_and_state_agree():
    """Equal for equal matrices, different for another number, sign, shape or state."""
    symbol = PerParticle(MATRIX, state())
    assert symbol == PerParticle(MATRIX.copy(), state())
    others = [MATRIX.T, -MATRIX, np.nextafter(MATRIX, 9), MATRIX.reshape(1, 4), MATRIX[:1]]
    for other in others:
        assert symbol != PerParticle(other, state())
    assert symbol != PerParticle(MATRIX, 2 * state())


def test_value_per_particle_lives_on_the_electrode():
    """A row takes the particle away from the domains, a square matrix does not."""
    assert PerParticle(MATRIX, state()).domain == ["negative particle"]
    value = per_particle(MATRIX[0], state())
    assert (value.domain, value.secondary_domain) == (["negative electrode"], ["current collector"])
    deep = pybamm.Variable(
        "deep", domains={**DOMAINS, "secondary": "sizes", "tertiary": "negative electrode", "quaternary": "cc"}
    )
    assert list(per_particle(MATRIX[0], deep).domains.values()) == [["sizes"], ["negative electrode"], ["cc"], []]


def test_copies_are_equal():
    """A copy, a pickle and JSON give an equal symbol with the same matrix; its shape can be tested."""
    symbol = PerParticle(MATRIX, state())
    restored = pybamm.expression_tree.operations.serialise_kernel
    copies = [symbol.create_copy(), copy.copy(symbol), pickle.loads(pickle.dumps(symbol))]
    for same in [*copies, restored.decode(restored.encode(symbol))]:
        assert same == symbol
        assert np.array_equal(same.matrix, MATRIX)
        same.test_shape()


def test_discretised_it_is_the_matrix_times_the_states_of_each_particle():
    """Three particles of two states: matrix times each; another number of states is refused."""
    values = np.arange(6.0)
    found = PerParticle(MATRIX, state()).create_copy([pybamm.StateVector(slice(0, 6))])
    expected = (MATRIX @ values.reshape(3, 2).T).T.ravel()
    assert found.evaluate(y=values[:, None]).ravel() == pytest.approx(expected)
    with pytest.raises(InputError, match="2 states"):
        PerParticle(MATRIX, state()).create_copy([pybamm.StateVector(slice(0, 7))])


def test_algebra_of_symbols():
    """Constants are those given, and a table has its own values, also beyond its ends a number."""
    algebra = SymbolAlgebra(state().domains)
    constant = algebra.constant(np.array([3.0, 5.0]))
    assert constant.domains == state().domains
    table = Table((0.0, 0.3, 0.6, 1.0), (1.0, 0.5, 0.4, -1.0))
    x = np.array([0.0, 0.45, 0.8, 1.0])
    found = algebra.interpolate(table, pybamm.StateVector(slice(0, 4))).evaluate(y=x[:, None])
    assert found.ravel() == pytest.approx(table(x), abs=1e-12)
    assert np.isfinite(algebra.interpolate(table, pybamm.Scalar(1.1)).evaluate())
