"""Spheres in a box: the ground truth behind a generated image.

The corner of the box is the origin. Without periodicity the box is a window into something larger: spheres whose
centres lie outside reach in, so that what is measured inside is not biased by a wall.
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
from electrode_homog.images.generators.particle_fields import Grid, two_nearest
from electrode_homog.images.voxel_image import VoxelImage

_BYTES_PER_VOXEL = 16  # two distances, the larger of two masks, and a margin


@dataclass(frozen=True, eq=False)
class Spheres:
    """`centres_m` (n, 3), `radii_m` (n,) > 0, in a box of edges `box_m`; `periodic` repeats the box, centres inside.

    Raises InputError for arrays of other shapes or with numbers that are not finite, and OutOfRangeError for a
    periodic sphere wider than the box.
    """

    centres_m: np.ndarray
    radii_m: np.ndarray
    box_m: Lengths
    periodic: bool
    source: str = "unknown"

    def __post_init__(self):
        centres, radii = np.array(self.centres_m, dtype=float), np.array(self.radii_m, dtype=float)
        if centres.ndim != 2 or centres.shape != (radii.size, 3) or radii.ndim != 1:
            raise InputError(f"centres_m {centres.shape} and radii_m {radii.shape} are not (n, 3) and (n,)")
        if not (np.isfinite(centres).all() and np.isfinite(radii).all() and (radii > 0).all()):
            raise InputError("centres_m and radii_m are not finite numbers, radii > 0")
        check_periodic(self.periodic)
        box = checked_lengths("box_m", self.box_m)
        if self.periodic and radii.size and 2 * radii.max() > min(box):
            raise OutOfRangeError(
                f"the largest radius, {radii.max():g} m, is above half the shortest edge of the box, {min(box):g} m; "
                "choose a larger box"
            )
        for name, value in (("centres_m", centres), ("radii_m", radii)):
            value.flags.writeable = False
            object.__setattr__(self, name, value)
        object.__setattr__(self, "box_m", box)

    def __repr__(self) -> str:
        edges = " x ".join(f"{edge:g}" for edge in self.box_m)
        return f"Spheres({self.radii_m.size} in {edges} m, periodic {self.periodic}, {self.source!r})"

    @property
    def volume_per_box(self) -> float:
        """Volumes of the spheres, overlaps counted twice, over that of the box.

        It is the volume fraction of a periodic box of spheres that do not overlap. InputError without periodicity.
        """
        if not self.periodic:
            raise InputError("spheres are not periodic: they reach out of the box; measure the image instead")
        return float(4 / 3 * np.pi * np.sum(self.radii_m**3) / np.prod(self.box_m))

    def voxelised(self, shape: Shape) -> VoxelImage:
        """The box as `shape` voxels: 1 where the centre of a voxel lies in a sphere, 0 elsewhere."""
        return self._painted(shape, np.ones(self.radii_m.size, np.uint8))

    def numbered(self, shape: Shape) -> VoxelImage:
        """As `voxelised`, with 1 + the number of the sphere, of the last one where spheres overlap."""
        return self._painted(shape, np.arange(1, self.radii_m.size + 1, dtype=np.uint32))

    def _painted(self, shape: Shape, ink: np.ndarray) -> VoxelImage:
        check_shape("shape", shape)
        check_memory(shape, _BYTES_PER_VOXEL)
        labels = np.zeros(shape, ink.dtype)
        metrics = np.eye(3) / self.radii_m[:, None, None] ** 2
        paint(labels, self.box_m, self.periodic, self.centres_m, metrics, ink)
        return VoxelImage(labels, voxel_sizes(self.box_m, shape), self.source)

    def distances_m(self, shape: Shape) -> np.ndarray:
        """Distance of each voxel's centre to the nearest surface, negative inside; a field for `graded`."""
        check_shape("shape", shape)
        check_memory(shape, _BYTES_PER_VOXEL)
        if self.radii_m.size == 0:
            raise InputError("there is no sphere, hence no distance to one; choose a larger box or fraction")
        grid = Grid(shape, voxel_sizes(self.box_m, shape), self.periodic)
        corner = np.array(grid.voxel_size) / 2
        tensors = np.broadcast_to(np.eye(3), (self.radii_m.size, 3, 3))
        reach = float(self.radii_m.mean())
        while True:
            nearest, _ = two_nearest(grid, self.centres_m - corner, self.radii_m, tensors, reach)
            if nearest.max() <= reach:  # all exact
                return nearest
            reach *= 2
