"""A reconstructed volume before segmentation: grey values, not labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.axes import contiguous, three_axes
from electrode_homog.images.coarsening import coarsening_note, mean_values, three_factors
from electrode_homog.images.voxel_image import box_text, checked_box, coarse_voxel, three_lengths


@dataclass(frozen=True, eq=False)
class GreyImage:
    """A 3-D volume of grey values. Axis 0 is the through-thickness direction x.

    `values` (nx, ny, nz) are unsigned or signed integers or floats, kept as a read-only view; `voxel_size_m`
    is one number or three. Raises InputError for anything but finite numbers in three axes.
    """

    values: np.ndarray
    voxel_size_m: tuple[float, float, float]
    source: str = "unknown"

    def __post_init__(self):
        values = np.asarray(self.values)
        if values.ndim != 3 or values.size == 0 or values.dtype.kind not in "uif":
            raise InputError(
                f"values are {values.dtype} {values.shape} in {self.source!r}; numbers (nx, ny, nz) are needed"
            )
        if values.dtype.kind == "f" and not all(np.isfinite(plane).all() for plane in values):
            raise InputError(f"values of {self.source!r} are not all finite")
        view = values.view()
        view.flags.writeable = False
        object.__setattr__(self, "values", view)
        object.__setattr__(self, "voxel_size_m", three_lengths(self.voxel_size_m))

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.values.shape))
        return f"GreyImage({size} {self.values.dtype}, source {self.source!r})"

    @property
    def shape(self) -> tuple[int, int, int]:
        nx, ny, nz = self.values.shape
        return nx, ny, nz

    def cropped(self, x: slice, y: slice, z: slice) -> "GreyImage":
        """The box inside three slices of step 1, in voxels; shares memory. InputError for a step or an empty box."""
        box = checked_box((x, y, z), self.shape, self.source)
        return GreyImage(self.values[box], self.voxel_size_m, f"{self.source} {box_text(box)}")

    def reordered(self, order: tuple[int, int, int]) -> "GreyImage":
        """Axis k of the result is axis order[k] of this volume; a copy. InputError unless 0, 1, 2 occur once each."""
        order = three_axes(order)
        values = contiguous(self.values, order)
        x, y, z = (self.voxel_size_m[axis] for axis in order)
        return GreyImage(values, (x, y, z), f"{self.source} axes {order}")

    def coarsened(self, factor: int | Sequence[int]) -> "GreyImage":
        """Blocks of factor (one number, or three along x, y, z) voxels become one, with their mean, as floats.

        Voxels left over at the far ends are cut off, which `source` says. Raises InputError for a factor that is not
        whole, < 1 or larger than the volume.
        """
        factors = three_factors(factor)
        if factors == (1, 1, 1):
            return self
        size = coarse_voxel(self.voxel_size_m, factors)
        values = mean_values(self.values, factors)
        return GreyImage(values, size, f"{self.source} {coarsening_note(self.shape, factors)}")
