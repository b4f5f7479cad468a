"""Voxel images of the media whose effective conductivity is published: labels by testing voxel centres.

Unit cell of side 1, voxel centres at (i + 1/2) / n. Label 0 is the matrix, 1 the inclusion, so that `tensor`
takes their conductivities in this order. Plane media are one voxel thick in z.
"""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

import electrode_homog as eh

PERIODIC = eh.Boundary.PERIODIC
TOLERANCE = 1e-6  # far below every voxel error measured here


def tensor(labels, conductivity: Sequence[float], spacing=(1.0, 1.0, 1.0), boundary=PERIODIC, tolerance=TOLERANCE):
    """(3, 3) effective tensor of an image whose label i conducts `conductivity[i]`; 0 insulates."""
    phases = {f"p{label}": int(label) for label in np.unique(labels)}
    medium = eh.Microstructure(eh.VoxelImage(np.ascontiguousarray(labels), spacing), phases)
    values = {name: conductivity[label] for name, label in phases.items() if np.any(conductivity[label])}
    return eh.effective_tensor(medium, values, boundary=boundary, tolerance=tolerance).matrix


def centres(n: int) -> np.ndarray:
    return (np.arange(n) + 0.5) / n


def plane_grid(nx: int, ny: int | None = None) -> list[np.ndarray]:
    """x and y of the centres, each in (0, 1), as (nx, ny, 1)."""
    return list(np.meshgrid(centres(nx), centres(ny or nx), [0.5], indexing="ij"))[:2]


def square_array(n: int, radius: float) -> np.ndarray:
    x, y = plane_grid(n)
    return ((x - 0.5) ** 2 + (y - 0.5) ** 2 < radius**2).astype(np.uint8)


def hexagonal_array(n: int, fraction: float) -> tuple[np.ndarray, tuple[float, float, float]]:
    """Rectangle 1 x sqrt 3 with two disks at distance (1/2, sqrt 3 / 2), and its voxel size."""
    height = np.sqrt(3)
    ny = round(n * height)
    x, y = plane_grid(n, ny)
    y = height * y
    labels = np.zeros(x.shape, dtype=np.uint8)
    for cx, cy in ((0.25, height / 4), (0.75, 3 * height / 4)):
        dx = x - cx - np.round(x - cx)
        dy = y - cy - height * np.round((y - cy) / height)
        labels[dx**2 + dy**2 < fraction * height / (2 * np.pi)] = 1
    return labels, (1 / n, height / ny, 1 / n)


def simple_cubic_spheres(shape: tuple[int, int, int], fraction: float) -> np.ndarray:
    x, y, z = np.meshgrid(*map(centres, shape), indexing="ij")
    radius2 = (3 * fraction / (4 * np.pi)) ** (2 / 3)
    return ((x - 0.5) ** 2 + (y - 0.5) ** 2 + (z - 0.5) ** 2 < radius2).astype(np.uint8)


def checkerboard(n: int, dimension: int) -> np.ndarray:
    """2 x 2 squares in the plane, 2 x 2 x 2 cubes in space."""
    shape = (n, n, n if dimension == 3 else 1)
    return (sum(np.indices(shape) // (n // 2)) % 2).astype(np.uint8)


def quarter(n: int, thickness: int = 1) -> np.ndarray:
    """A square of side 1/2 in the corner of the cell, as a prism along z."""
    labels = np.zeros((n, n, thickness), dtype=np.uint8)
    labels[: n // 2, : n // 2] = 1
    return labels


def inclined_layers(n: int) -> np.ndarray:
    x, y = plane_grid(n)
    return ((x + y) % 1 >= 0.5).astype(np.uint8)


def centred_square(n: int, cells: int) -> np.ndarray:
    """`cells` x `cells` cells of n x n voxels, each with a square of side 1/2 in its middle."""
    cell = np.pad(np.ones((n // 2, n // 2), dtype=np.uint8), n // 4)
    return np.tile(cell, (cells, cells))[:, :, None]


def centred_cube(n: int) -> np.ndarray:
    """A cube of side 1/2 in the middle of the cell."""
    return np.pad(np.ones((n // 2,) * 3, np.uint8), n // 4)


def separable_cosines(n: int, cells: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Labels and conductivities of (2 + cos 2 pi x)(2 + cos 2 pi y) at the centres of `cells` x `cells` cells."""
    factor = np.round(2 + np.cos(2 * np.pi * centres(n)), 14)  # rounded: equal values become one phase
    values, number = np.unique(factor, return_inverse=True)
    number = np.tile(number, cells)
    labels = np.add.outer(len(values) * number, number)[:, :, None]
    return labels.astype(np.uint16), np.multiply.outer(values, values).ravel()


def separable_random() -> tuple[np.ndarray, np.ndarray]:
    """Labels and conductivities of f(x) g(y) h(z) of A-SEP, one phase per voxel."""
    r = np.random.default_rng(1)
    f, g, h = (np.exp(r.normal(size=n)) for n in (8, 6, 10))
    field = np.einsum("i,j,k->ijk", f, g, h)
    return np.arange(field.size, dtype=np.uint16).reshape(field.shape), field.ravel()


def plane_blobs(n: int, seed: int) -> np.ndarray:
    """A periodic random plane pattern without symmetry, half of it label 1, a few inclined features per cell."""
    noise = np.random.default_rng(seed).normal(size=(n, n))
    smooth = ndimage.gaussian_filter(noise, (n / 12, n / 16), mode="wrap")
    smooth = smooth + 0.5 * np.roll(smooth, (n // 10, n // 10), (0, 1))  # without it the axes would be principal
    return (smooth > np.median(smooth)).astype(np.uint8)[:, :, None]


def overlapping_spheres(n: int, seed: int, porosity: float, radius: float = 1 / 8) -> np.ndarray:
    """Spheres (label 1) about the points of a Poisson process on the periodic unit cube."""
    r = np.random.default_rng(seed)
    mean = -np.log(porosity) / (4 / 3 * np.pi * radius**3)
    labels = np.zeros((n, n, n), dtype=np.uint8)
    for point in r.random((r.poisson(mean), 3)):
        x, y, z = ((centres(n) - c - np.round(centres(n) - c)) ** 2 for c in point)
        labels[x[:, None, None] + y[:, None] + z < radius**2] = 1
    return labels


def staircase(n: int) -> np.ndarray:
    """A-SLANT: of (n, n + 1, n + 1) voxels [i, i:i+2, i:i+2] conduct."""
    labels = np.ones((n, n + 1, n + 1), dtype=np.uint8)
    for i in range(n):
        labels[i, i : i + 2, i : i + 2] = 0
    return labels


def channel(n: int) -> np.ndarray:
    """A straight pore along x, of a cross-section without symmetry, open to one side face."""
    labels = np.ones((n, n, n), dtype=np.uint8)
    labels[:, n // 4 : n // 2, n // 3 :] = 0
    labels[:, n // 2 : n // 2 + 2, n // 3 : n // 3 + 3] = 0
    return labels


def random_phases(seed: int, shape: tuple[int, int, int], phases: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, phases, shape).astype(np.uint8)
