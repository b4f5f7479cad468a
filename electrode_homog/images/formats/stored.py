"""What every format offers: an image as it lies in a file, judged by its header, of which any part can be read."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from electrode_homog.images.length import Calibration

Box = tuple[slice, slice, slice]


@dataclass(frozen=True, eq=False)
class StoredImage:
    """An image in a file that is open; everything in the axis order of the file.

    `shape` and `dtype` are known from the header, `calibration` is the voxel size that the file states, or None.
    `read(box)` returns the voxels inside three slices (start and stop given, step 1) as an array of `dtype`, and
    decodes little more than these; it may return a read-only view of the mapped file. It raises InputError,
    naming the file, for damage that only shows while decoding. `mapped` says that a view is returned, which takes no
    memory of its own.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype
    calibration: Calibration | None
    read: Callable[[Box], np.ndarray]
    mapped: bool = False


def mapped_image(array: np.ndarray, calibration: Calibration | None = None) -> StoredImage:
    """An array that lies in a mapped file, 3-D."""
    nx, ny, nz = array.shape
    return StoredImage((nx, ny, nz), array.dtype, calibration, array.__getitem__, mapped=True)
