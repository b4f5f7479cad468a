"""Grey values with less noise: the median of a neighbourhood, or non-local means.

Neighbourhoods are counted in voxels, whatever their size in metres, because noise is per voxel. At the border of the
image values go on as in a mirror that lies on the outer faces. All cores share the planes; beside its result a median
needs little memory, non-local means one copy in float32.
"""

from dataclasses import dataclass
from typing import assert_never

import numpy as np

from electrode_homog.compiled import Team, slabs
from electrode_homog.errors import InputError
from electrode_homog.images.grey_image import GreyImage
from electrode_homog.images.segmentation.overlapping_slabs import filtered_by_slabs

_MOST_RADIUS = 10
_LEAST_STRENGTH = 0.01  # below it nothing is averaged
_SAMPLED_PLANES = 32  # for the noise level
_LEAST_NOISE = 1e-5  # of the range of the values; squares in units of less are lost in single precision
_MAD_TO_DEVIATION = 1.482602218505602  # 1 / quantile(0.75) of the standard normal distribution


@dataclass(frozen=True)
class Median:
    """The median of the cube of 2 r + 1 voxels around each voxel: keeps plane faces, rounds edges, drops thin films."""

    radius_voxels: int = 1

    def __post_init__(self):
        _check_radius("radius_voxels", self.radius_voxels)


@dataclass(frozen=True)
class NonLocalMeans:
    """The mean of the voxels nearby, each weighted by how alike its surroundings are.

    Buades, Coll and Morel (2005, doi 10.1109/CVPR.2005.38): weight exp(-max(d2 - 2 s2, 0) / h2), where d2 is the mean
    square difference of two cubes of 2 `patch_radius_voxels` + 1 voxels, s the standard deviation of the noise as
    `noise_level` estimates it, and h = `strength` s. Voxels within a cube of 2 `search_radius_voxels` + 1 take part;
    time grows with its volume. Where the noise is correlated between voxels, as after filtering, it is underestimated:
    choose a greater strength.
    """

    strength: float = 0.8
    patch_radius_voxels: int = 1
    search_radius_voxels: int = 2

    def __post_init__(self):
        if not _LEAST_STRENGTH <= self.strength <= 1 / _LEAST_STRENGTH:
            raise InputError(f"strength = {self.strength!r} is not from {_LEAST_STRENGTH} to 100; 0.8 is usual")
        _check_radius("patch_radius_voxels", self.patch_radius_voxels)
        _check_radius("search_radius_voxels", self.search_radius_voxels)


Denoising = Median | NonLocalMeans


def denoised(grey: GreyImage, method: Denoising) -> GreyImage:
    """The image with less noise; its source says how.

    A median keeps the type of the values. Non-local means gives float32, or float64 for types that need it; an image
    whose noise is below 1e-5 of its range has its values left as they are.
    """
    match method:
        case Median(radius_voxels=radius):
            values = _median(grey.values, radius)
            how = f"median of {2 * radius + 1}³ voxels"
        case NonLocalMeans(strength, patch, search):
            noise = noise_level(grey)
            least = _LEAST_NOISE * (float(grey.values.max()) - float(grey.values.min()))
            values = _non_local_means(grey.values, method, noise) if noise > least else grey.values
            how = (
                f"non-local means of {2 * search + 1}³ voxels, patches of {2 * patch + 1}³, "
                f"strength {strength:g}, noise level {noise:.4g}"
            )
        case _:
            assert_never(method)
    return GreyImage(values, grey.voxel_size_m, f"{grey.source}; {how}")


def noise_level(grey: GreyImage) -> float:
    """Standard deviation of noise that is independent from voxel to voxel, in grey values.

    The second difference (1, -2, 1) / sqrt(6) along all three axes in turn leaves such noise as it is and takes away
    whatever varies along fewer than three axes: plane faces and their edges along an axis. Of the rest the median
    absolute value counts, times 1.4826, so that corners do not (the estimator of Donoho and Johnstone 1994, doi
    10.1093/biomet/81.3.425, with this difference for a wavelet). 32 planes spread evenly are looked at. Axes of fewer
    than three voxels are left out.
    """
    depth = 3 if grey.shape[0] >= 3 else 1
    starts = np.unique(np.linspace(0, grey.shape[0] - depth, _SAMPLED_PLANES).round().astype(int))
    rests = np.concatenate([_second_differences(grey.values[start : start + depth]).ravel() for start in starts])
    return float(_MAD_TO_DEVIATION * np.median(np.abs(rests)))


def _second_differences(values: np.ndarray) -> np.ndarray:
    rest = values.astype(float)
    for axis, length in enumerate(values.shape):
        if length >= 3:
            rest = np.diff(rest, 2, axis=axis) / np.sqrt(6)
    return rest


def _median(values: np.ndarray, radius: int) -> np.ndarray:
    from scipy.ndimage import median_filter

    result = np.empty(values.shape, values.dtype)
    with Team() as team:
        filtered_by_slabs(
            lambda part: median_filter(part, 2 * radius + 1, mode="reflect"), values, radius, result, team
        )
    return result


def _non_local_means(values: np.ndarray, method: NonLocalMeans, noise: float) -> np.ndarray:
    """In units of the noise and from a common origin, so that the result goes with the scale of the values."""
    from electrode_homog.images.segmentation.non_local_means_kernels import average_alike

    patch, search = method.patch_radius_voxels, method.search_radius_voxels
    origin = float(values.flat[0])
    scaled = np.empty(values.shape, np.float32)
    for plane, of_values in zip(scaled, values, strict=True):
        plane[:] = (of_values.astype(float) - origin) / noise
    padded = np.pad(scaled, patch + search, mode="symmetric")
    nx, _, nz = values.shape
    scratch = np.empty((nx, 4, nz + 2 * patch), np.float32)
    scale = np.float32(1 / (64 * method.strength**2))
    with Team() as team:
        team.run(average_alike, slabs(nx, 8 * team.cores), padded, patch, search, scale, scaled, scratch)
    if np.result_type(values.dtype, np.float32) == np.float64:
        return scaled * noise + origin
    scaled *= np.float32(noise)
    scaled += np.float32(origin)
    return scaled


def _check_radius(name: str, radius: int) -> None:
    if isinstance(radius, bool) or not isinstance(radius, int) or not 1 <= radius <= _MOST_RADIUS:
        raise InputError(f"{name} = {radius!r} is not a whole number of voxels from 1 to {_MOST_RADIUS}")
