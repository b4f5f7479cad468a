"""The equations of a particle on PyBaMM's symbols: matrices over the points of each particle.

PyBaMM's particle domain holds the states of one particle; the electrode domain, or sizes at each of its points, hold
the particles. Imported late: this module loads PyBaMM.
"""

import hashlib
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse

from electrode_homog.errors import InputError
from electrode_homog.p2d.conversion import interpolant
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.table import Table

pybamm = import_pybamm()

LEVELS = ("primary", "secondary", "tertiary", "quaternary")
NOT_DISCRETISED = (pybamm.Variable, pybamm.Broadcast, pybamm.Parameter, pybamm.FunctionParameter)


class PerParticle(pybamm.UnaryOperator):
    """A (m, n) matrix times the n states of each particle; m is n, or 1 for a value per particle.

    PyBaMM takes two symbols for one if class, name, domains and children agree, so the name tells matrices apart.
    """

    __slots__ = ("matrix",)
    _id_excluded_fields = ("matrix",)

    def __init__(self, matrix: np.ndarray, child: Any):
        self.matrix = np.ascontiguousarray(matrix, dtype=float)
        domains = child.domains
        if self.matrix.shape[0] == 1:
            domains = {level: domains[above] for level, above in pairwise(LEVELS)}
        super().__init__(_name(self.matrix), child, domains=domains)

    def _unary_new_copy(self, child: Any, perform_simplifications: bool = True) -> Any:
        if child.has_symbol_of_classes(NOT_DISCRETISED):
            return PerParticle(self.matrix, child)
        states = self.matrix.shape[1]
        particles, rest = divmod(child.shape[0], states)
        if rest:
            raise InputError(
                f"the particle mesh has another number of points than the {states} states of the particle; use the "
                "default submesh types of the model"
            )
        blocks = scipy.sparse.kron(scipy.sparse.eye(particles), scipy.sparse.csr_matrix(self.matrix))
        return pybamm.Matrix(blocks.tocsr()) @ child

    def _evaluate_for_shape(self) -> Any:
        return pybamm.evaluate_for_shape_using_domain(self.domains)

    def _evaluates_on_edges(self, dimension: str) -> bool:
        return False

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "matrix": self.matrix.tolist()}

    @classmethod
    def _from_json(cls, snippet: dict[str, Any]) -> "PerParticle":
        return cls(np.array(snippet["matrix"]), snippet["children"][0])


class SymbolAlgebra:
    """The algebra of symbols that live where the state of the particles of one electrode lives."""

    def __init__(self, domains: Any):
        self._domains = domains

    def apply(self, matrix: np.ndarray, state: Any) -> Any:
        return PerParticle(matrix, state)

    def constant(self, values: np.ndarray) -> Any:
        return PerParticle(np.diag(values), pybamm.FullBroadcast(1.0, broadcast_domains=self._domains))

    def interpolate(self, table: Table, state: Any) -> Any:
        return interpolant(table, state)


def per_particle(row: np.ndarray, state: Any) -> Any:
    """row (n,) times the states: one value per particle, on the electrode domain."""
    return PerParticle(row[None, :], state)


def _name(matrix: np.ndarray) -> str:
    digest = hashlib.sha256(matrix.tobytes()).hexdigest()
    return f"per particle {matrix.shape[0]} x {matrix.shape[1]} {digest}"
