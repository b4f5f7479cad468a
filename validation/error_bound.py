"""The reported `relative_error` is at least the true error on random images, benign and adversarial.

Reference: the same image solved directly (one sparse factorisation, no levels, no early stop), to 1e-11. Images of
9^3 to 14^3 voxels, two or three phases, porosity 0.33 to 0.85, contrasts 0 to 1e8, voxels from cubes to 1 : 100
flakes, both boundary conditions, tolerances 0.1 to 1e-6. The factorisation of the coarsest level is kept small, so
that levels are used.
"""

import itertools

import numpy as np
from outcome import Outcome, at_most

import electrode_homog as eh
from electrode_homog.homogenization import graph

CONTRASTS = [0.0, 1e-6, 1e-3, 30.0, 1e3, 1e6, 1e8]
SPREADS = [1.5, 100.0]  # of the voxel's edges


def outcomes() -> list[Outcome]:
    usual = graph.DIRECT_SIZE
    dishonest, cases, iterations, worst = 0, 0, 0, 0.0
    for seed, contrast, spread, boundary in itertools.product(range(8), CONTRASTS, SPREADS, eh.Boundary):
        r = np.random.default_rng([seed, int(contrast * 1e6), int(spread)])
        shape = tuple(r.integers(9, 15, 3))
        share = r.uniform(0.33, 0.85)
        labels = r.choice(3, p=[share, 0.7 * (1 - share), 0.3 * (1 - share)], size=shape).astype(np.uint8)
        edges = tuple(np.exp(r.uniform(0, np.log(spread), 3)))
        medium = eh.Microstructure(eh.VoxelImage(labels, edges), {"a": 0, "b": 1, "c": 2})
        conductivity = {"a": 1.0, "b": contrast, "c": np.sqrt(contrast)}
        exact = eh.effective_tensor(medium, conductivity, boundary=boundary, tolerance=1e-11)
        for tolerance in (1e-1, 1e-2, 1e-3, 1e-6):
            graph.DIRECT_SIZE = 30
            try:
                tensor = eh.effective_tensor(medium, conductivity, boundary=boundary, tolerance=tolerance)
            finally:
                graph.DIRECT_SIZE = usual
            cases += 1
            iterations = max(iterations, tensor.iterations)
            for axis in np.flatnonzero(exact.percolates):
                true = abs(tensor.matrix[axis, axis] / exact.matrix[axis, axis] - 1)
                worst = max(worst, true / (tensor.relative_error + 1e-11))
                dishonest += int(true > tensor.relative_error + 1e-11)
    direct = "direct solution"
    return [
        at_most(f"of {cases} tensors, values whose true error exceeds the reported one", direct, dishonest, 0),
        at_most("largest true error over reported error", direct, worst, 1.0),
        at_most("most iterations among them", "-", iterations, 40),
    ]
