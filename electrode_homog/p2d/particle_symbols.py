"""The equations of a particle on PyBaMM's symbols: matrices over the points of each particle.

PyBaMM's particle domain holds the states of one particle, the electrode domain the particles. Imported late: this
module loads PyBaMM.
"""

from typing import Any

import numpy as np
import scipy.sparse

from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.table import Table

pybamm = import_pybamm()

NOT_DISCRETISED = (pybamm.Variable, pybamm.Broadcast, pybamm.Parameter, pybamm.FunctionParameter)


class PerParticle(pybamm.UnaryOperator):
    """A (m, n) matrix times the n states of each particle; m is n, or 1 for a value per particle."""

    __slots__ = ("matrix",)

    def __init__(self, matrix: np.ndarray, child: Any):
        self.matrix = np.ascontiguousarray(matrix, dtype=float)
        domains = child.domains
        if matrix.shape[0] == 1:
            domains = {"primary": domains["secondary"], "secondary": domains["tertiary"]}
        super().__init__(f"per particle {hash(self.matrix.tobytes())}", child, domains=domains)

    def _unary_new_copy(self, child: Any, perform_simplifications: bool = True) -> Any:
        if child.has_symbol_of_classes(NOT_DISCRETISED):
            return PerParticle(self.matrix, child)
        particles = child.shape[0] // self.matrix.shape[1]
        blocks = scipy.sparse.kron(scipy.sparse.eye(particles), scipy.sparse.csr_matrix(self.matrix))
        return pybamm.Matrix(blocks.tocsr()) @ child

    def _evaluate_for_shape(self) -> Any:
        return pybamm.evaluate_for_shape_using_domain(self.domains)

    def _evaluates_on_edges(self, dimension: str) -> bool:
        return False


class SymbolAlgebra:
    """The algebra of symbols that live on the particle domain of one electrode."""

    def __init__(self, particle_domain: str, electrode_domain: str):
        self.particle_domain, self.electrode_domain = particle_domain, electrode_domain

    def apply(self, matrix: np.ndarray, state: Any) -> Any:
        return PerParticle(matrix, state)

    def constant(self, values: np.ndarray) -> Any:
        ones = pybamm.FullBroadcast(
            1.0, [self.particle_domain], {"secondary": self.electrode_domain, "tertiary": "current collector"}
        )
        return PerParticle(np.diag(values), ones)

    def interpolate(self, table: Table, state: Any) -> Any:
        return pybamm.Interpolant(np.array(table.x), np.array(table.values), state, interpolator="pchip")


def per_particle(row: np.ndarray, state: Any) -> Any:
    """row (n,) times the states: one value per particle, on the electrode domain."""
    return PerParticle(row[None, :], state)
