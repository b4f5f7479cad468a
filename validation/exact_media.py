"""The tensor is exact where an exact answer is known: uniform blocks, laminates, symmetries.

Source: theory of layers (arithmetic mean along, harmonic mean across); any voxel shape. Insulated and periodic faces
give both means. A linear potential also holds the faces that cut the layers, and gives only the mean along; a uniform
flux enters all layers alike there, and gives only the mean across.
"""

import itertools

import numpy as np
from outcome import Outcome, at_most

import electrode_homog as eh

BOUNDARIES = list(eh.Boundary)
LINEAR, FLUX = eh.Boundary.LINEAR_POTENTIAL, eh.Boundary.UNIFORM_FLUX
SPACINGS = [(1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (1.0, 3.0, 0.5), (1e-7, 3e-7, 2e-7)]


def microstructure(labels: np.ndarray, spacing=(1.0, 1.0, 1.0)) -> eh.Microstructure:
    names = {f"p{label}": int(label) for label in np.unique(labels)}
    return eh.Microstructure(eh.VoxelImage(labels, spacing), names)


def laminates() -> float:
    """Largest relative error over axes, orders of layers, voxel shapes, boundary conditions, contrasts."""
    worst = 0.0
    orders = [[0, 1], [0, 0, 1, 1, 1], [1, 0, 2, 2, 0, 1, 0], list(np.random.default_rng(0).integers(0, 3, 40))]
    for axis, order, spacing, boundary, k in itertools.product(
        range(3), orders, SPACINGS, BOUNDARIES, [(1.0, 10.0, 0.3), (1.0, 1e4, 1e-2)]
    ):
        shape = [5, 6, 7]
        shape[axis] = len(order)
        line = np.reshape(order, [-1 if a == axis else 1 for a in range(3)])
        medium = microstructure(np.broadcast_to(line, shape).copy(), spacing)
        values = np.array(k)[order]
        conductivity = {name: k[labels[0]] for name, labels in medium.phases.items()}
        tensor = eh.effective_tensor(medium, conductivity, boundary=boundary, tolerance=1e-12).matrix
        expected = np.full(3, values.mean())
        expected[axis] = 1 / np.mean(1 / values)
        holds = np.where(np.arange(3) == axis, boundary is not LINEAR, boundary is not FLUX)
        worst = max(worst, np.abs(np.diag(tensor) / expected - 1)[holds].max())
        worst = max(worst, np.abs(tensor - np.diag(np.diag(tensor))).max() / expected.max())
    return float(worst)


def uniform_blocks() -> float:
    """Largest error of a block of one phase, from one voxel to 40 x 30 x 20."""
    worst = 0.0
    for shape, spacing, boundary in itertools.product([(1, 1, 1), (1, 7, 3), (40, 30, 20)], SPACINGS, BOUNDARIES):
        block = microstructure(np.zeros(shape, dtype=np.uint8), spacing)
        tensor = eh.effective_tensor(block, {"p0": 1.0}, boundary=boundary, tolerance=1e-11).matrix
        worst = max(worst, float(np.abs(tensor - np.eye(3)).max()))
    return worst


def turned() -> float:
    """Largest change of the permuted tensor when a random image is turned, with its voxels."""
    r = np.random.default_rng(1)
    labels, spacing = (r.random((20, 17, 23)) < 0.45).astype(np.uint8), (1.0, 1.4, 0.7)
    worst = 0.0
    for boundary in BOUNDARIES:
        solve = {"boundary": boundary, "tolerance": 1e-11}
        k = {"p0": 1.0, "p1": 0.05 if boundary is FLUX else 0.0}  # no uniform flux enters an insulator
        tensor = eh.effective_tensor(microstructure(labels, spacing), k, **solve).matrix
        for order in itertools.permutations(range(3)):
            image = microstructure(labels.transpose(order).copy(), tuple(spacing[a] for a in order))
            matrix = eh.effective_tensor(image, k, **solve).matrix
            worst = max(worst, float(np.abs(matrix - tensor[np.ix_(order, order)]).max() / tensor.max()))
    return worst


def shifted() -> float:
    """Largest change of the tensor when a periodic electrode is shifted."""
    image = eh.generate_electrode(seed=4, shape=(32, 32, 32), mean_radius_m=2e-6, periodic=True)
    solve = {"boundary": eh.Boundary.PERIODIC, "tolerance": 1e-11}
    tensor = eh.effective_tensor(microstructure(image.labels), {"p0": 1.0}, **solve).matrix
    worst = 0.0
    for shift in [(1, 0, 0), (7, 19, 3), (16, 16, 16), (-5, 2, 30)]:
        moved = microstructure(np.roll(image.labels, shift, (0, 1, 2)))
        matrix = eh.effective_tensor(moved, {"p0": 1.0}, **solve).matrix
        worst = max(worst, float(np.abs(matrix - tensor).max() / tensor.max()))
    return worst


def outcomes() -> list[Outcome]:
    exact, symmetry = "exact solution", "symmetry of the problem"
    return [
        at_most(
            "laminates of any axis, order, voxel shape, contrast to 1e6: relative error", exact, laminates(), 1e-10
        ),
        at_most("uniform block conducts like its material: error", exact, uniform_blocks(), 1e-10),
        at_most("turning image and voxels permutes the tensor: change", symmetry, turned(), 1e-9),
        at_most("shifting a periodic electrode: change of the tensor", symmetry, shifted(), 1e-9),
    ]
