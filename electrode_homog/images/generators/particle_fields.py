"""Smooth fields on a voxel grid: distances to the particles of a packing, and noise of a given length.

Voxel (i, j, k) is sampled at (i, j, k) * voxel size; distances are negative inside a particle.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Grid:
    """Voxels of a box; if `periodic`, a field goes on at the opposite face."""

    shape: tuple[int, int, int]
    voxel_size: tuple[float, float, float]
    periodic: bool

    @property
    def extent(self) -> np.ndarray:
        """(3,) edge lengths."""
        return np.array(self.shape) * np.array(self.voxel_size)


def smooth_noise(grid: Grid, length: float, random: np.random.Generator) -> np.ndarray:
    """Gaussian noise of zero mean and unit variance, smoothed by a Gaussian of standard deviation `length`."""
    from scipy.ndimage import gaussian_filter

    sigma = length / np.array(grid.voxel_size)
    margin = np.zeros(3, int) if grid.periodic else np.ceil(3 * sigma).astype(int)
    white = random.standard_normal(tuple(np.array(grid.shape) + 2 * margin), dtype=np.float32)
    smooth = gaussian_filter(white, sigma, mode="wrap", truncate=3)
    smooth = smooth[tuple(slice(m, m + n) for m, n in zip(margin, grid.shape, strict=True))]
    smooth = smooth - smooth.mean()
    return smooth / max(float(smooth.std()), 1e-6)


def two_nearest(
    grid: Grid, centres: np.ndarray, radii: np.ndarray, tensors: np.ndarray, reach: float
) -> tuple[np.ndarray, np.ndarray]:
    """Distances (nx, ny, nz) to the surfaces of the nearest and the second nearest particle, exact up to `reach`.

    Particle i at `centres[i]` (3,) holds the points with sqrt(r . tensors[i] . r) < radii[i], and its
    distance is the difference of the two sides, exact for a sphere. Beyond `reach` a distance may be too large.
    """
    nearest = np.full(grid.shape, 2 * grid.extent.sum(), np.float32)
    second = nearest.copy()
    widening = 1 / np.sqrt(np.linalg.eigvalsh(tensors)[:, 0])
    for centre, radius, tensor, wide in zip(centres, radii, tensors, widening, strict=True):
        windows = [window(grid, axis, centre[axis], wide * (radius + reach)) for axis in range(3)]
        if any(index.size == 0 for index, _ in windows):
            continue
        where = selection([index for index, _ in windows])
        distance = _distance([offset.astype(np.float32) for _, offset in windows], radius, tensor)
        first = nearest[where]
        second[where] = np.minimum(second[where], np.maximum(first, distance))
        nearest[where] = np.minimum(first, distance)
    return nearest, second


def window(grid: Grid, axis: int, centre: float, half: float) -> tuple[np.ndarray, np.ndarray]:
    """Voxel indices within `half` of `centre` along `axis`, each at most once, and their offsets from it."""
    n, size = grid.shape[axis], grid.voxel_size[axis]
    index = np.arange(np.ceil((centre - half) / size), np.floor((centre + half) / size) + 1, dtype=int)
    if not grid.periodic:
        index = index[(index >= 0) & (index < n)]
    elif index.size > n:
        start = int(np.ceil(centre / size - n / 2))
        index = np.arange(start, start + n)
    return index % n, index * size - centre


def selection(indices: list[np.ndarray]) -> tuple[slice | np.ndarray, ...]:
    """Slices where the window does not wrap round, which are faster; open-mesh indices otherwise."""
    if all(index[-1] - index[0] == index.size - 1 for index in indices):
        return tuple(slice(int(index[0]), int(index[-1]) + 1) for index in indices)
    return np.ix_(*indices)


def _distance(offsets: list[np.ndarray], radius: float, tensor: np.ndarray) -> np.ndarray:
    """sqrt(r . tensor . r) - radius on the product of the offsets, as one quadratic in the last axis."""
    m = tensor.astype(np.float32)
    x, y, z = offsets[0][:, None], offsets[1][None, :], offsets[2]
    constant = m[0, 0] * x * x + 2 * m[0, 1] * x * y + m[1, 1] * y * y
    linear = 2 * (m[0, 2] * x + m[1, 2] * y)
    square = linear[:, :, None] * z
    square += constant[:, :, None]
    square += m[2, 2] * z * z
    np.sqrt(np.maximum(square, 0, out=square), out=square)
    square -= np.float32(radius)
    return square
