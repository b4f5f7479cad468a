"""Ellipsoids in a box, such as the flakes of graphite: the ground truth behind a generated image.

The corner of the box is the origin. Without periodicity the box is a window into something larger.
"""

from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators.arguments import (
    Lengths,
    Shape,
    check_memory,
    check_periodic,
    check_shape,
    checked_lengths,
)
from electrode_homog.images.generators.painting import paint, voxel_sizes
from electrode_homog.images.voxel_image import VoxelImage

_BYTES_PER_VOXEL = 8


@dataclass(frozen=True, eq=False)
class Ellipsoids:
    """Centres (n, 3), semi-axes (n, 3), and `directions` (n, 3, 3), whose row k is the unit vector of semi-axis k.

    Raises InputError for arrays of other shapes, for numbers that are not finite and for directions that are not
    orthonormal, and OutOfRangeError for a periodic ellipsoid wider than the box.
    """

    centres_m: np.ndarray
    semi_axes_m: np.ndarray
    directions: np.ndarray
    box_m: Lengths
    periodic: bool
    source: str = "unknown"

    def __post_init__(self):
        names = ("centres_m", "semi_axes_m", "directions")
        arrays = [np.array(getattr(self, name), dtype=float) for name in names]
        centres, semi_axes, directions = arrays
        n = centres.shape[0]
        if [array.shape for array in arrays] != [(n, 3), (n, 3), (n, 3, 3)]:
            raise InputError(f"{names} have shapes {[a.shape for a in arrays]}, not (n, 3), (n, 3), (n, 3, 3)")
        if not (all(np.isfinite(array).all() for array in arrays) and (semi_axes > 0).all()):
            raise InputError(f"{names} are not finite numbers, semi-axes > 0")
        if not np.allclose(directions @ directions.transpose(0, 2, 1), np.eye(3), atol=1e-9):
            raise InputError("directions are not orthonormal; row k is the unit vector of semi-axis k")
        check_periodic(self.periodic)
        for name, value in zip(names, arrays, strict=True):
            value.flags.writeable = False
            object.__setattr__(self, name, value)
        object.__setattr__(self, "box_m", checked_lengths("box_m", self.box_m))
        if self.periodic and n and (2 * self.reach_m.max(axis=0) > self.box_m).any():
            raise OutOfRangeError(
                f"the widest ellipsoid, {2 * self.reach_m.max(axis=0)} m, is wider than the box, {self.box_m} m; "
                "choose a larger box"
            )

    def __repr__(self) -> str:
        edges = " x ".join(f"{edge:g}" for edge in self.box_m)
        return f"Ellipsoids({len(self.centres_m)} in {edges} m, periodic {self.periodic}, {self.source!r})"

    @property
    def reach_m(self) -> np.ndarray:
        """(n, 3): how far each goes from its centre along x, y, z."""
        return np.sqrt(np.einsum("nk,nki->ni", self.semi_axes_m**2, self.directions**2))

    def voxelised(self, shape: Shape) -> VoxelImage:
        """The box as `shape` voxels: 1 where the centre of a voxel lies in an ellipsoid, 0 elsewhere."""
        return self._painted(shape, np.ones(len(self.centres_m), np.uint8))

    def numbered(self, shape: Shape) -> VoxelImage:
        """As `voxelised`, with 1 + the number of the ellipsoid, of the last one where they overlap."""
        return self._painted(shape, np.arange(1, len(self.centres_m) + 1, dtype=np.uint32))

    def _painted(self, shape: Shape, ink: np.ndarray) -> VoxelImage:
        check_shape("shape", shape)
        check_memory(shape, _BYTES_PER_VOXEL)
        labels = np.zeros(shape, ink.dtype)
        metrics = np.einsum("nki,nk,nkj->nij", self.directions, self.semi_axes_m**-2.0, self.directions)
        paint(labels, self.box_m, self.periodic, self.centres_m, metrics, ink)
        return VoxelImage(labels, voxel_sizes(self.box_m, shape), self.source)
