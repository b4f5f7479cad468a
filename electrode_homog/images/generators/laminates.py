"""Layers of any orientation, the medium whose effective tensor is known exactly.

Along the normal the conductivity of the layers is the harmonic mean, across it the arithmetic one. Layer k fills the
k-th interval of the phase (x . normal / period) mod 1, x the centre of a voxel measured from the corner of the image.
"""

from collections.abc import Sequence

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators.arguments import (
    Shape,
    check_between,
    check_memory,
    check_shape,
    checked_fractions,
    checked_numbers,
    is_whole,
)
from electrode_homog.images.voxel_image import VoxelImage, three_lengths

_BYTES_PER_VOXEL = 24
_DIGITS = 9  # of the phase: a centre on the border of two layers belongs to the second, whatever the rounding


def laminate(
    *,
    shape: Shape,
    voxel_size_m: float | tuple[float, float, float],
    normal: tuple[float, float, float],
    period_m: float,
    fractions: Sequence[float],
) -> VoxelImage:
    """Labels 0, 1, … of layers with these fractions (sum 1) of the period, one after the other along `normal`.

    It continues periodically only if the edges hold whole numbers of periods: see `periodic_laminate`. The image has
    the fractions up to the voxels that the borders cut. Raises InputError for a normal of length 0.
    """
    sizes = three_lengths(voxel_size_m)
    direction = checked_numbers("normal", normal, 3)
    check_between("period_m", period_m, 0, np.inf)
    if not np.linalg.norm(direction) > 0:
        raise InputError(f"normal = {normal!r} has no direction")
    per_voxel = direction / np.linalg.norm(direction) / period_m * sizes
    source = f"laminate: normal {direction.tolist()}, period {period_m:g} m, fractions {list(fractions)}"
    return VoxelImage(_layers(shape, per_voxel, fractions), sizes, source)


def periodic_laminate(
    *,
    shape: Shape,
    voxel_size_m: float | tuple[float, float, float],
    waves: tuple[int, int, int],
    fractions: Sequence[float],
) -> VoxelImage:
    """A laminate with `waves` periods along the edges of the image, so that opposite faces fit.

    Its normal is along waves / edges, its period 1 / |waves / edges|. Raises InputError for waves that are not three
    whole numbers, one of them not 0.
    """
    sizes = three_lengths(voxel_size_m)
    check_shape("shape", shape)
    if not (isinstance(waves, tuple | list) and len(waves) == 3 and all(map(is_whole, waves)) and any(waves)):
        raise InputError(f"waves = {waves!r} is not three whole numbers, one of them not 0")
    source = f"periodic_laminate: waves {tuple(waves)}, fractions {list(fractions)}"
    return VoxelImage(_layers(shape, np.array(waves) / np.array(shape), fractions), sizes, source)


def checkerboard(
    *,
    cells: Shape,
    voxels_per_cell: Shape,
    voxel_size_m: float | tuple[float, float, float],
) -> VoxelImage:
    """Boxes of `voxels_per_cell`, `cells` of them along each axis, label 0 and 1 by turns from the corner on.

    Even numbers of cells, or one, continue periodically; one cell along z is a plane checkerboard. In the plane, with
    square cells of conductivities a and b, the effective one is sqrt(a b) (Dykhne 1970).
    """
    sizes = three_lengths(voxel_size_m)
    check_shape("cells", cells)
    check_shape("voxels_per_cell", voxels_per_cell)
    nx, ny, nz = (n * m for n, m in zip(cells, voxels_per_cell, strict=True))
    check_memory((nx, ny, nz), _BYTES_PER_VOXEL)
    x, y, z = (np.arange(n) // m % 2 for n, m in zip((nx, ny, nz), voxels_per_cell, strict=True))
    labels = (x[:, None, None] ^ y[:, None] ^ z).astype(np.uint8)
    return VoxelImage(labels, sizes, f"checkerboard: {tuple(cells)} cells of {tuple(voxels_per_cell)} voxels")


def _layers(shape: Shape, per_voxel: np.ndarray, fractions: Sequence[float]) -> np.ndarray:
    """Labels of the layers whose phase grows by `per_voxel` (3,) from voxel to voxel."""
    check_shape("shape", shape)
    check_memory(shape, _BYTES_PER_VOXEL)
    wanted = checked_fractions("fractions", fractions)
    if wanted.size > 255:
        raise OutOfRangeError(f"fractions has {wanted.size} layers; 255 at most")
    x, y, z = (np.arange(n) * step + step / 2 for n, step in zip(shape, per_voxel, strict=True))
    phase = x[:, None, None] + y[:, None] + z
    phase -= np.floor(phase)
    np.round(phase, _DIGITS, out=phase)
    phase[phase >= 1] = 0
    return np.searchsorted(np.round(np.cumsum(wanted)[:-1], _DIGITS), phase, side="right").astype(np.uint8)
