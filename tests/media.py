"""Microstructures whose effective tensor is known, and the direct solution they are compared with."""

import numpy as np

from electrode_homog.homogenization import Boundary
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure

UNIT = (1.0, 1.0, 1.0)


def electrode(labels: np.ndarray, spacing=UNIT, names="abcdefghijklmnopqrstuvwxyz") -> Microstructure:
    """Labels 0, 1, 2, … called a, b, c, …; labels that do not occur get no name."""
    phases = {names[label]: int(label) for label in np.unique(labels)}
    return Microstructure(VoxelImage(np.asarray(labels), spacing), phases)


def layers(sequence, axis: int, across=(3, 4), spacing=UNIT) -> Microstructure:
    """Layers normal to `axis`, one voxel each, with the labels of `sequence`."""
    shape = [*across]
    shape.insert(axis, len(sequence))
    line = np.reshape(sequence, [-1 if a == axis else 1 for a in range(3)])
    return electrode(np.broadcast_to(line, shape).copy(), spacing)


def dense_effective_tensor(microstructure, conductivity, boundary: Boundary) -> np.ndarray:
    """The same 7-point scheme written as slowly and plainly as possible, solved by dense least squares."""
    field = np.zeros((3, *microstructure.image.shape))
    for name, k in conductivity.items():
        values = np.diag(k) if np.ndim(k) == 2 else np.full(3, k)
        field[:, microstructure.mask(name)] = values[:, None]
    shape, h = microstructure.image.shape, microstructure.image.voxel_size_m
    size = int(np.prod(shape))
    tensor = np.zeros((3, 3))
    if boundary is Boundary.INSULATED_SIDES:
        for k in range(3):
            rows, drops = _faces(field, shape, h, (k,), insulated=k)
            chi = _least_squares(rows, drops[0], size)
            tensor[k, k] = _energy(rows, drops[0], chi, drops[0], chi) / size
        return tensor
    rows, drops = _faces(field, shape, h, (0, 1, 2), insulated=None)
    chis = [_least_squares(rows, drop, size) for drop in drops]
    for i in range(3):
        for j in range(3):
            tensor[i, j] = _energy(rows, drops[i], chis[i], drops[j], chis[j]) / size
    return tensor


def _faces(field, shape, h, axes, insulated):
    """Rows (g, i, j) with i or j None on a Dirichlet face, and the drop of the mean potential over each."""
    rows, drops = [], [[] for _ in axes]
    number = np.arange(np.prod(shape)).reshape(shape)
    for place in np.ndindex(*shape):
        for axis in range(3):
            there = list(place)
            there[axis] += 1
            here_k = field[(axis, *place)]
            full, half = [h[axis] * (axis == k) for k in axes], [h[axis] / 2 * (axis == k) for k in axes]
            if insulated == axis and place[axis] == 0 and here_k > 0:
                rows.append((2 * here_k / h[axis] ** 2, None, number[place]))
                [d.append(x) for d, x in zip(drops, half, strict=True)]
            if there[axis] == shape[axis]:
                if insulated is not None:
                    if insulated == axis and here_k > 0:
                        rows.append((2 * here_k / h[axis] ** 2, number[place], None))
                        [d.append(x) for d, x in zip(drops, half, strict=True)]
                    continue
                there[axis] = 0
            there_k = field[(axis, *there)]
            if here_k > 0 and there_k > 0:
                g = 2 * here_k * there_k / (here_k + there_k) / h[axis] ** 2
                rows.append((g, number[place], number[tuple(there)]))
                [d.append(x) for d, x in zip(drops, full, strict=True)]
    return rows, [np.array(d) for d in drops]


def _differences(rows, size):
    matrix = np.zeros((len(rows), size))
    for row, (_, i, j) in enumerate(rows):
        if j is not None:
            matrix[row, j] += 1
        if i is not None:
            matrix[row, i] -= 1
    return matrix


def _least_squares(rows, drop, size):
    if not rows:
        return np.zeros(size)
    root = np.sqrt([g for g, _, _ in rows])
    return np.linalg.lstsq(root[:, None] * _differences(rows, size), -root * drop, rcond=None)[0]


def _energy(rows, drop_a, chi_a, drop_b, chi_b):
    if not rows:
        return 0.0
    g, difference = np.array([g for g, _, _ in rows]), _differences(rows, len(chi_a))
    return float((g * (difference @ chi_a + drop_a)) @ (difference @ chi_b + drop_b))
