"""Gaussian random fields on a voxel grid, and images cut out of them at exact fractions.

A field with the covariance wanted is white noise whose spectrum is multiplied by the root of the covariance's own
(circulant embedding: Dietrich & Newsam 1997, doi 10.1137/S1064827592240555), which is exact at every lag as far as
the covariance has died away half a box further on.
"""

from collections.abc import Sequence

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.images.generators.arguments import (
    Shape,
    check_memory,
    check_periodic,
    check_seed,
    check_shape,
    checked_fractions,
)
from electrode_homog.images.generators.covariances import Covariance, covariance_of_ratio, lengths_m, reach_m
from electrode_homog.images.generators.ranks import labels_by_rank, voxel_counts
from electrode_homog.images.voxel_image import VoxelImage, three_lengths
from electrode_homog.machine import usable_cores

_BYTES_PER_VOXEL = 24  # two spectra, the noise, a copy
_FEWEST_VOXELS = 1.0  # per length: below, neighbouring voxels know nothing of each other
_FEWEST_LENGTHS = 2.0  # per periodic edge: below, the covariance is not that of its name


def gaussian_field(
    *,
    seed: int,
    shape: Shape,
    voxel_size_m: float | tuple[float, float, float],
    covariance: Covariance,
    periodic: bool = False,
) -> np.ndarray:
    """(nx, ny, nz) float32 field of mean 0, variance 1 and this covariance; `covariance_at` gives it at any lag.

    Mean and variance are those of the ensemble: a sample of few correlation lengths has others. Without `periodic` the
    field is cut from a larger one. An axis of one voxel makes a plane section. Raises OutOfRangeError for a length
    below one voxel or, periodic, above half the edge.
    """
    sizes = np.array(three_lengths(voxel_size_m))
    check_shape("shape", shape)
    check_seed(seed)
    check_periodic(periodic)
    _check_lengths(covariance, shape, sizes, periodic)
    torus = shape if periodic else _larger(shape, sizes, covariance)
    check_memory(torus, _BYTES_PER_VOXEL)
    field = _on_torus(torus, sizes, covariance, np.random.default_rng(seed))
    nx, ny, nz = shape
    return np.ascontiguousarray(field[:nx, :ny, :nz])


def gaussian_field_image(
    *,
    seed: int,
    shape: Shape,
    voxel_size_m: float | tuple[float, float, float],
    fractions: Sequence[float],
    covariance: Covariance,
    periodic: bool = False,
) -> VoxelImage:
    """Phases 0, 1, 2, … with exactly these `fractions` (sum 1), to the voxel: 0 where the field is largest, and so on.

    With more than two phases each touches only those before and after it. At fractions (1/2, 1/2) the two-point
    probability is `two_point_at_half(covariance_at(covariance, lag))`. Raises as `gaussian_field`.
    """
    wanted = checked_fractions("fractions", fractions)
    if wanted.size > 255:
        raise OutOfRangeError(f"fractions has {wanted.size} phases; 255 at most")
    field = gaussian_field(seed=seed, shape=shape, voxel_size_m=voxel_size_m, covariance=covariance, periodic=periodic)
    labels = labels_by_rank(field, voxel_counts(wanted, field.size))
    source = f"gaussian_field_image: seed {seed}, fractions {wanted.tolist()}, {covariance}, periodic {periodic}"
    return VoxelImage(labels, three_lengths(voxel_size_m), source)


def _on_torus(shape: Shape, sizes: np.ndarray, covariance: Covariance, random: np.random.Generator) -> np.ndarray:
    from scipy.fft import irfftn, rfftn

    cores = usable_cores()
    spectrum = np.real(np.asarray(rfftn(_covariance_on_torus(shape, sizes, covariance), workers=cores)))
    np.maximum(spectrum, 0, out=spectrum)  # wrapped round a small box a covariance may be slightly negative
    spectrum *= np.prod(shape) / _sum_of_all(spectrum, shape[2])  # the variance stays 1
    np.sqrt(spectrum, out=spectrum)
    noise = np.asarray(rfftn(random.standard_normal(shape, dtype=np.float32), workers=cores))
    noise *= spectrum
    return np.asarray(irfftn(noise, s=shape, workers=cores, overwrite_x=True))


def _covariance_on_torus(shape: Shape, sizes: np.ndarray, covariance: Covariance) -> np.ndarray:
    """float32 covariance between voxel (0, 0, 0) and each other, by the shortest way round."""
    steps = [np.minimum(np.arange(n), n - np.arange(n)) for n in shape]
    x, y, z = (step * size / length for step, size, length in zip(steps, sizes, lengths_m(covariance), strict=True))
    plane = (y**2)[:, None] + z**2
    result = np.empty(shape, np.float32)
    for i in range(shape[0]):  # by plane: the formula makes copies
        result[i] = covariance_of_ratio(covariance, np.sqrt(x[i] ** 2 + plane))
    return result


def _sum_of_all(half: np.ndarray, nz: int) -> float:
    """Sum over all waves of an array that holds half of them along z."""
    inner = half[..., 1 : (nz + 1) // 2].sum(dtype=float)
    return float(half.sum(dtype=float) + inner)


def _larger(shape: Shape, sizes: np.ndarray, covariance: Covariance) -> Shape:
    """The shape and as far as the field remembers, so that opposite faces are strangers; one voxel stays one."""
    from scipy.fft import next_fast_len

    margin = np.ceil(reach_m(covariance) / sizes).astype(int)
    wanted = [int(n + m) if n > 1 else 1 for n, m in zip(shape, margin, strict=True)]
    nx, ny, nz = (next_fast_len(n, real=True) or n for n in wanted)
    return nx, ny, nz


def _check_lengths(covariance: Covariance, shape: Shape, sizes: np.ndarray, periodic: bool) -> None:
    for axis, n, size, length in zip("xyz", shape, sizes, lengths_m(covariance), strict=True):
        high = n * size / _FEWEST_LENGTHS if periodic else np.inf
        if n > 1 and not _FEWEST_VOXELS * size * (1 - 1e-9) <= length <= high * (1 + 1e-9):
            raise OutOfRangeError(
                f"covariance has the length {length:g} m along {axis}, which is not in {size:g} m (one voxel) to "
                f"{high:g} m (half the periodic edge)"
            )
