"""A reconstructed volume before segmentation: grey values, not labels."""

from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.voxel_image import three_lengths


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
