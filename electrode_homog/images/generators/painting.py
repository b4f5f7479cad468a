"""Particles painted into voxels: a voxel belongs to a particle if its centre lies inside.

Voxel (i, j, k) has its centre at (i + 1/2, j + 1/2, k + 1/2) times the voxel size.
"""

import numpy as np

from electrode_homog.images.generators.arguments import Lengths, Shape
from electrode_homog.images.generators.particle_fields import Grid, selection, window


def voxel_sizes(box_m: Lengths, shape: Shape) -> Lengths:
    """Edges of a voxel when the box is divided into `shape`."""
    dx, dy, dz = (length / n for length, n in zip(box_m, shape, strict=True))
    return dx, dy, dz


def paint(
    labels: np.ndarray, box_m: Lengths, periodic: bool, centres: np.ndarray, metrics: np.ndarray, ink: np.ndarray
):
    """Write ink[i] where (x - centres[i]) . metrics[i] . (x - centres[i]) < 1, in the order of i.

    `centres` (n, 3), `metrics` (n, 3, 3) positive definite, `ink` (n,). A periodic particle must fit the box: then
    a voxel sees no more than one of its images.
    """
    nx, ny, nz = labels.shape
    grid = Grid((nx, ny, nz), voxel_sizes(box_m, (nx, ny, nz)), periodic)
    corner = np.array(grid.voxel_size) / 2
    reach = np.sqrt(np.linalg.inv(metrics)[:, [0, 1, 2], [0, 1, 2]])
    for centre, metric, half, value in zip(centres - corner, metrics, reach, ink, strict=True):
        windows = [window(grid, axis, centre[axis], half[axis]) for axis in range(3)]
        if any(index.size == 0 for index, _ in windows):
            continue
        where = selection([index for index, _ in windows])
        block = labels[where]
        block[_square([offset for _, offset in windows], metric) < 1] = value
        labels[where] = block


def _square(offsets: list[np.ndarray], metric: np.ndarray) -> np.ndarray:
    """r . metric . r on the product of the offsets."""
    x, y, z = offsets[0][:, None, None], offsets[1][None, :, None], offsets[2][None, None, :]
    square = metric[0, 0] * x**2 + metric[1, 1] * y**2 + metric[2, 2] * z**2
    if np.any(metric[[0, 0, 1], [1, 2, 2]]):
        square += 2 * (metric[0, 1] * x * y + metric[0, 2] * x * z + metric[1, 2] * y * z)
    return square
