"""The last level, solved directly."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from electrode_homog.homogenization.graph import Graph

DENSE_SIZE = 1000  # unknowns whose inverse is kept as a matrix


class Coarsest:
    """Inverse of a graph's operator, in the order of `position`; call it with a right-hand side and where x goes.

    Parts without a tie to potential 0 are singular. They are inverted on the vectors that sum to 0 over the part:
    what rounding has left there is taken out, so that no constant grows. Nothing here calls a threaded library,
    whose threads wait for each other on a busy machine.
    """

    def __init__(self, graph: "Graph", position: np.ndarray, kind: type):
        from scipy import sparse
        from scipy.sparse import csgraph, linalg

        n = graph.size
        rows = np.repeat(position, np.diff(graph.row_start))
        entries = (graph.values.astype(float), (rows, position[graph.indices]))
        off = sparse.csr_matrix(entries, shape=(n, n))
        ties = np.empty(n)
        ties[position] = graph.ties
        count, part = csgraph.connected_components(off, directed=False)
        afloat = np.bincount(part, ties, count) == 0
        diagonal = np.asarray(off.sum(axis=1)).ravel() + ties
        _, first = np.unique(part, return_index=True)
        ground = np.zeros(n)
        ground[first[afloat]] = np.where(diagonal[first[afloat]] > 0, diagonal[first[afloat]], 1.0)
        self._solve = linalg.splu((sparse.diags(diagonal + ground) - off).tocsc()).solve
        self._part, self._afloat, self._sizes = part, afloat, np.bincount(part, minlength=count)
        self._inverse = None
        if n <= DENSE_SIZE:
            inverse = self._centred(self._solve(self._centred(np.eye(n))))
            self._inverse = ((inverse + inverse.T) / 2).astype(kind)

    def __call__(self, b: np.ndarray, x: np.ndarray) -> None:
        from electrode_homog.homogenization.graph_kernels import multiply

        if self._inverse is not None:
            multiply(0, len(x), self._inverse, b, x)
        else:
            x[:] = self._centred(self._solve(self._centred(b.astype(float))))

    def _centred(self, values: np.ndarray) -> np.ndarray:
        """Values (n,) or (n, m) less their mean over each part that is not tied."""
        if not self._afloat.any():
            return values
        sums = np.zeros((len(self._sizes), *values.shape[1:]))
        np.add.at(sums, self._part, values)
        mean = np.where(self._afloat, 1 / self._sizes, 0.0)
        return values - (sums.T * mean).T[self._part]
