"""Microstructures whose effective tensor is known, and the direct solution they are compared with."""

from typing import NamedTuple

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
    h = microstructure.image.voxel_size_m
    inner, wraps, outer = _faces(field, h)
    size = field[0].size
    match boundary:
        case Boundary.INSULATED_SIDES:
            alone = [inner + [face for face in outer if face.drop[axis]] for axis in range(3)]
            return np.diag([_mixed_energies(faces, size)[axis, axis] for axis, faces in enumerate(alone)])
        case Boundary.PERIODIC:
            return _mixed_energies(inner + wraps, size)
        case Boundary.LINEAR_POTENTIAL:
            return _mixed_energies(inner + outer, size)
        case Boundary.UNIFORM_FLUX:
            return _inverse_resistivity(inner, outer, field, h)


class _Face(NamedTuple):
    """Conductance g from voxel i to voxel j, None for an outer face, and the drop (3,) of x, y, z from i to j."""

    g: float
    i: int | None
    j: int | None
    drop: np.ndarray


def _faces(field, h):
    """Faces between voxels, those across the border of the periodic image, and the half faces to the border."""
    shape = field.shape[1:]
    number = np.arange(np.prod(shape)).reshape(shape)
    inner, wraps, outer = [], [], []
    for place in np.ndindex(*shape):
        for axis in range(3):
            there, drop = list(place), np.zeros(3)
            there[axis] = (there[axis] + 1) % shape[axis]
            drop[axis] = h[axis]
            here, last = number[place], place[axis] == shape[axis] - 1
            k, k_there = field[(axis, *place)], field[(axis, *there)]
            if k > 0 and k_there > 0:
                g = 2 * k * k_there / (k + k_there) / h[axis] ** 2
                (wraps if last else inner).append(_Face(g, here, number[tuple(there)], drop))
            if k > 0 and place[axis] == 0:
                outer.append(_Face(2 * k / h[axis] ** 2, None, here, drop / 2))
            if k > 0 and last:
                outer.append(_Face(2 * k / h[axis] ** 2, here, None, drop / 2))
    return inner, wraps, outer


def _differences(faces, size):
    """(m, size): the value at j minus the value at i, with 0 on outer faces."""
    matrix = np.zeros((len(faces), size))
    for row, face in enumerate(faces):
        if face.j is not None:
            matrix[row, face.j] += 1
        if face.i is not None:
            matrix[row, face.i] -= 1
    return matrix


def _mixed_energies(faces, size):
    """Dirichlet's principle: least squares for the potentials, tied to the mean potential on outer faces."""
    if not faces:
        return np.zeros((3, 3))
    difference, drops = _differences(faces, size), np.array([face.drop for face in faces])
    root = np.sqrt([face.g for face in faces])[:, None]
    chi = np.linalg.lstsq(root * difference, -root * drops, rcond=None)[0]
    fluxes = root * (difference @ chi + drops)
    return fluxes.T @ fluxes / size


def _inverse_resistivity(inner, outer, field, h):
    """Thomson's principle: the currents of least dissipation (minimum norm) that carry off a flux J through the
    border, for all J that can be carried off.

    With y = J / h, the current through each outer voxel face is y_k, and `into` (size, 3) sums them up per voxel.
    """
    size = field[0].size
    into, blocked = np.zeros((size, 3)), np.eye(3)
    for face in outer:
        if face.i is None:
            into[face.j] += face.drop > 0
        else:
            into[face.i] -= face.drop > 0
    for axis in range(3):
        border = np.take(field[axis], [0, -1], axis)
        blocked[axis, axis] = np.any(border == 0)
    root = np.sqrt([face.g for face in inner])
    leaving = -_differences(inner, size).T  # per unit current through each face
    rest = into - leaving @ np.linalg.lstsq(leaving, into, rcond=None)[0] if inner else into
    _, values, directions = np.linalg.svd(np.vstack([rest, blocked]))
    carried = directions[values < 1e-9].T  # y (3, m)
    if not carried.size:
        return np.zeros((3, 3))
    scaled = (
        np.linalg.lstsq(leaving * root, into @ carried, rcond=None)[0] if inner else np.zeros((0, carried.shape[1]))
    )
    halves = np.zeros((3, 3))
    for face in outer:
        halves += np.diag(face.drop > 0) / face.g
    loss = (scaled.T @ scaled + carried.T @ halves @ carried) / size
    flux = np.array(h)[:, None] * carried
    return flux @ np.linalg.inv(loss) @ flux.T


def centres(shape, spacing=(1.0, 1.0, 1.0)):
    """Coordinates of the centres of the voxels: x, y, z in the shape of the image."""
    return np.meshgrid(*[(np.arange(n) + 0.5) * h for n, h in zip(shape, spacing, strict=True)], indexing="ij")


def in_ball(points, centre, radius):
    """True where a point is in the ball."""
    return sum((x - c) ** 2 for x, c in zip(points, centre, strict=True)) <= radius**2


def random_labels(shape, phases=3, seed=0, smooth=1.0):
    """Blobs: at each voxel the label of the largest of several smoothed noises."""
    from scipy import ndimage

    noise = np.random.default_rng(seed).standard_normal((phases, *shape))
    return np.argmax([ndimage.gaussian_filter(one, smooth, mode="nearest") for one in noise], axis=0).astype(np.uint8)
