"""Binder added to the pores of an image, as films or as bridges, to an exact fraction.

A microscope with X-rays does not see binder between graphite particles; where it goes decides how much it hinders.
Ranking every pore voxel by how early binder would reach it, and taking the first ones, gives the fraction.
"""

import math
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators.arguments import (
    check_between,
    check_memory,
    check_periodic,
    check_seed,
    is_whole,
)
from electrode_homog.images.generators.particle_fields import Grid, smooth_noise
from electrode_homog.images.generators.ranks import smallest
from electrode_homog.images.voxel_image import VoxelImage

Labels = int | tuple[int, ...]
_BYTES_PER_VOXEL = 100  # a distance transform keeps three indices and three squares of each voxel, and of a margin
_TIE_BREAKER = 1e-3  # of a voxel: distances on a grid are often equal, and memory order would prefer one side
_TIE_LENGTH = 2.0  # voxels; among equals, patches are filled
_SAMPLE = 96  # voxels along an edge of the block in which the size of menisci is sought
_BISECTIONS = 7
_NOTCH = 0.75  # voxels by which a ball may miss a voxel beside a smooth surface, so that its steps are not bridged


@dataclass(frozen=True)
class BinderFilm:
    """A coat of one thickness on the solid: the pore voxels nearest to it."""


@dataclass(frozen=True)
class BinderBridges:
    """Menisci in the narrowest places, as the last solvent leaves them: what no ball of one radius in the pores covers.

    The radius is that of the fraction asked for, within about a voxel; the rest is made up by the thickness.
    """


Binder = BinderFilm | BinderBridges


def with_binder(
    image: VoxelImage,
    form: Binder,
    *,
    fraction: float,
    pore: int,
    solid: Labels,
    binder: int,
    seed: int,
    periodic: bool = False,
) -> VoxelImage:
    """The image with `fraction` of all voxels, exactly, turned from label `pore` into label `binder`.

    `solid` names the labels that binder clings to; other labels stay as they are and hold none. `seed` decides among
    voxels equally near. `periodic`: solid beyond a face is what lies at the opposite one.
    Raises InputError for labels that are not there or named twice, OutOfRangeError for more binder than pore.
    """
    if not isinstance(form, BinderFilm | BinderBridges):
        raise InputError(f"form = {form!r} is neither BinderFilm() nor BinderBridges()")
    check_seed(seed)
    check_periodic(periodic)
    check_between("fraction", fraction, 0, 1)
    is_pore, is_solid = _masks(image, pore, solid, binder)
    check_memory(image.shape, _BYTES_PER_VOXEL)
    count, room = round(fraction * image.labels.size), np.count_nonzero(is_pore)
    if count > room:
        raise OutOfRangeError(f"fraction = {fraction:g} of binder is more than the pores, {room / is_pore.size:.6g}")
    labels = image.labels.astype(np.promote_types(image.labels.dtype, np.min_scalar_type(binder)))
    if count:
        delay = _delays(form, is_solid, count / room, image.voxel_size_m, periodic)
        grid = Grid(image.shape, (1.0, 1.0, 1.0), periodic)
        delay += _TIE_BREAKER * min(image.voxel_size_m) * smooth_noise(grid, _TIE_LENGTH, np.random.default_rng(seed))
        delay[~is_pore] = np.inf
        labels[smallest(delay, count)[0]] = binder
    source = f"{image.source}, with {fraction:g} of {form} (seed {seed}, periodic {periodic})"
    return VoxelImage(labels, image.voxel_size_m, source)


def _masks(image: VoxelImage, pore: int, solid: Labels, binder: int) -> tuple[np.ndarray, np.ndarray]:
    """Where pore and solid are, after a look at the labels."""
    labels = solid if isinstance(solid, tuple | list) else (solid,)
    named = [pore, binder, *labels]
    if not labels or not all(is_whole(label) and label >= 0 for label in named):
        raise InputError(f"pore = {pore!r}, binder = {binder!r}, solid = {solid!r} are not labels (whole numbers >= 0)")
    if len(set(named)) < len(named):
        raise InputError(f"pore = {pore}, binder = {binder}, solid = {solid} name a label twice")
    is_pore, is_solid = image.labels == pore, np.isin(image.labels, labels)
    for name, value, mask in (("pore", pore, is_pore), ("solid", solid, is_solid)):
        if not mask.any():
            raise InputError(f"{name} = {value} is not in {image.source!r}")
    return is_pore, is_solid


def _delays(
    form: Binder, is_solid: np.ndarray, share: float, sizes: tuple[float, float, float], periodic: bool
) -> np.ndarray:
    """float32 field, small where binder comes first; `share` is how much of the pores it fills."""
    match form:
        case BinderFilm():
            return distance_to(is_solid, sizes, periodic)
        case BinderBridges():
            clearance, margin = _clearance(is_solid, sizes, periodic)
            radius = _meniscus(clearance, margin, share, sizes)
            return -_distance_to_balls(clearance, margin, radius, sizes)
        case _:
            assert_never(form)


def _clearance(is_solid: np.ndarray, sizes: tuple[float, float, float], periodic: bool) -> tuple[np.ndarray, list[int]]:
    """Distance to the solid in the image and in a margin as wide as the largest distance, at most a quarter of an edge.

    Beyond a face that is not periodic everything goes straight on: there is room for balls, and no new corner.
    """
    clearance = distance_to(is_solid, sizes, periodic)
    margin = _margin(clearance, sizes, 4)
    around = [(m, m) for m in margin]
    if periodic:
        return np.pad(clearance, around, mode="wrap"), margin
    return distance_to(np.pad(is_solid, around, mode="edge"), sizes, False), margin


def _margin(distance: np.ndarray, sizes: tuple[float, float, float], most: int) -> list[int]:
    """The largest distance in voxels, or this part of an edge if that is less; refused if the whole does not fit."""
    margin = [
        min(math.ceil(n / most) if n > 1 else 0, math.ceil(float(distance.max()) / size))
        for n, size in zip(distance.shape, sizes, strict=True)
    ]
    nx, ny, nz = (n + 2 * m for n, m in zip(distance.shape, margin, strict=True))
    check_memory((nx, ny, nz), _BYTES_PER_VOXEL)
    return margin


def _meniscus(clearance: np.ndarray, margin: list[int], share: float, sizes: tuple[float, float, float]) -> float:
    """Radius of the balls that cover all but `share` of the pores in the middle of the image."""
    starts = [max(0, (n - 2 * m - _SAMPLE) // 2) for n, m in zip(clearance.shape, margin, strict=True)]
    block = clearance[tuple(slice(start, n - start) for n, start in zip(clearance.shape, starts, strict=True))]
    pore = _inner(block, margin) > 0
    low, high = 0.0, float(block.max())
    for _ in range(_BISECTIONS if pore.any() else 0):
        radius = (low + high) / 2
        far = _distance_to_balls(block, margin, radius, sizes)[pore] >= radius + _NOTCH * max(sizes)
        low, high = (radius, high) if np.count_nonzero(far) < share * far.size else (low, radius)
    return low if low > 0 else high


def _distance_to_balls(
    clearance: np.ndarray, margin: list[int], radius: float, sizes: tuple[float, float, float]
) -> np.ndarray:
    """Distance to the nearest centre of a ball of `radius` that the pores hold, without the margin."""
    return _inner(distance_to(clearance >= radius, sizes, False), margin).copy()


def _inner(values: np.ndarray, margin: list[int]) -> np.ndarray:
    return values[tuple(slice(m, n - m) for n, m in zip(values.shape, margin, strict=True))]


def distance_to(mask: np.ndarray, sizes: tuple[float, float, float], periodic: bool) -> np.ndarray:
    """float32 distance from each voxel's centre to the nearest one in the mask, 0 inside; round the faces if periodic.

    The mask must hold a voxel.
    """
    from scipy.ndimage import distance_transform_edt

    distance = np.asarray(distance_transform_edt(~mask, sampling=sizes), np.float32)
    if not periodic:
        return distance
    margin = _margin(distance, sizes, 2)  # no way round is longer than the longest inside, or than half an edge
    wide = distance_transform_edt(np.pad(~mask, [(m, m) for m in margin], mode="wrap"), sampling=sizes)
    return _inner(np.asarray(wide, np.float32), margin).copy()
