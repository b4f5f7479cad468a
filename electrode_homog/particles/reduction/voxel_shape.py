"""A particle cut from an image: the voxels that belong to it, within a smooth surface.

The staircase of the voxels has an area that is too large however fine they are, and hides the surface from what
happens on it. So the mask is smoothed, cut into tetrahedra along the level surface of one half, and the whole scaled
to the volume of the voxels. A plane of any inclination then is a plane; edges are rounded by about a voxel, and where a
shape is all edges and corners that is much: the corners of a cube of 14 voxels hold a quarter of its static gain,
which is lost with them. Balls of 10 voxels radius are 1 % right. Boxes, cylinders and meshes keep their edges.
"""

from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.checking import checked_positive
from electrode_homog.particles.reduction.smooth_cut import tetrahedra_inside
from electrode_homog.particles.reduction.tetrahedral_shape import TetrahedralShape

MOST_VOXELS = 12_000
"""A ball of 14 voxels radius, some ten seconds of work: beyond, a coarser image does."""
FEWEST_ACROSS = 4
"""Extent in voxels along each axis, below which a staircase says nothing of the shape."""
LARGEST_ASPECT = 20
"""Longest over shortest edge of a voxel."""
SMOOTHING = 1.0
"""Standard deviation of the Gauss filter, in longest edges of a voxel."""


@dataclass(frozen=True, eq=False)
class VoxelShape:
    """`mask` (nx, ny, nz) booleans, True in the particle, and the edges of a voxel; all of the outside reacts.

    The mask may touch the edge of its array. Raises InputError for arrays of another kind, an empty mask, one in
    several pieces (voxels hang together by faces) or with closed pores; OutOfRangeError for fewer than 4 voxels
    across, or more than 12 000. A part about a voxel thin is lost in smoothing, and
    refused where the particle then falls to pieces.
    """

    mask: np.ndarray
    voxel_size_m: tuple[float, float, float]

    def __post_init__(self):
        mask = np.asarray(self.mask)
        if mask.ndim != 3 or mask.dtype != bool:
            raise InputError(f"mask of shape {mask.shape} and type {mask.dtype} is not (nx, ny, nz) booleans")
        if not mask.any():
            raise InputError("mask is False everywhere: there is no particle in it")
        try:
            sizes = tuple(self.voxel_size_m)
        except TypeError:
            sizes = ()
        if len(sizes) != 3:
            raise InputError(f"voxel_size_m = {self.voxel_size_m!r:.100} is not three lengths in metres")
        a, b, c = (checked_positive(f"voxel_size_m[{i}]", value, "1e-7") for i, value in enumerate(sizes))
        if max(a, b, c) > LARGEST_ASPECT * min(a, b, c):
            raise OutOfRangeError(f"voxel_size_m = {sizes} differ by more than a factor of {LARGEST_ASPECT}; resample")
        mask = _cropped(mask)
        _check(mask)
        mask.flags.writeable = False
        object.__setattr__(self, "mask", mask)
        object.__setattr__(self, "voxel_size_m", (a, b, c))
        object.__setattr__(self, "_mesh", _meshed(mask, (a, b, c)))

    @property
    def volume_m3(self) -> float:
        return float(self.mask.sum() * np.prod(self.voxel_size_m))

    @property
    def surface_area_m2(self) -> float:
        return self.mesh.surface_area_m2

    @property
    def mesh(self) -> TetrahedralShape:
        """The tetrahedra within the smooth surface."""
        return self._mesh  # type: ignore[attr-defined]

    def coarsened(self) -> "VoxelShape":
        """Voxels of twice the edges, those that are at least half full."""
        padded = np.pad(self.mask, [(0, n % 2) for n in self.mask.shape])
        nx, ny, nz = (n // 2 for n in padded.shape)
        share = padded.reshape(nx, 2, ny, 2, nz, 2).mean(axis=(1, 3, 5))
        a, b, c = self.voxel_size_m
        return VoxelShape(share >= 0.5, (2 * a, 2 * b, 2 * c))


def _meshed(mask: np.ndarray, voxel_size_m: tuple[float, float, float]) -> TetrahedralShape:
    from scipy.ndimage import gaussian_filter

    h = np.array(voxel_size_m) / max(voxel_size_m)
    margin = [int(np.ceil(4 * SMOOTHING / step)) + 1 for step in h]
    smooth = gaussian_filter(np.pad(mask, [(m, m) for m in margin]).astype(float), SMOOTHING / h)
    points, tetrahedra = tetrahedra_inside(smooth - 0.5, (h[0], h[1], h[2]))
    if len(tetrahedra) == 0:
        raise InputError("the particle is everywhere too thin to be told from its staircase; take a finer image")
    try:
        rough = TetrahedralShape(points * max(voxel_size_m), tetrahedra)
    except InputError as error:
        raise InputError(
            f"smoothed by a voxel, the particle is no solid any more: {error}. Take a finer image"
        ) from None
    scale = float(np.cbrt(mask.sum() * np.prod(voxel_size_m) / rough.volume_m3))
    return TetrahedralShape(rough.points_m * scale, rough.tetrahedra)


def _cropped(mask: np.ndarray) -> np.ndarray:
    held = [np.flatnonzero(mask.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    return mask[tuple(slice(where[0], where[-1] + 1) for where in held)].copy()


def _check(mask: np.ndarray) -> None:
    from scipy.ndimage import binary_fill_holes, label

    if min(mask.shape) < FEWEST_ACROSS:
        raise OutOfRangeError(
            f"the particle is {mask.shape} voxels across; at least {FEWEST_ACROSS} each way are needed"
        )
    if mask.sum() > MOST_VOXELS:
        raise OutOfRangeError(
            f"the particle has {mask.sum()} voxels, at most {MOST_VOXELS} are solved: coarsen the image"
        )
    pieces = int(np.max(label(mask)[0]))  # type: ignore[index]
    if pieces > 1:
        raise InputError(f"mask holds {pieces} pieces that share no face; give one of them (scipy.ndimage.label)")
    closed = int(np.sum(binary_fill_holes(mask)) - np.sum(mask))  # type: ignore[arg-type]
    if closed:
        raise InputError(
            f"mask has closed pores of {closed} voxels, which no electrolyte reaches; fill them "
            "(scipy.ndimage.binary_fill_holes)"
        )
