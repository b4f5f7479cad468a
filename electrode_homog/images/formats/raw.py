"""Raw volumes: voxels without a header, mapped. Shape and type come from whoever knows them.

Nothing in the file can contradict a wrong layout except its length, so that the length must fit to the byte.
"""

import enum
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import opened, parsing
from electrode_homog.images.formats.stored import StoredImage, mapped_image

_LARGEST_SIDE = 2**40  # far beyond any file; keeps products of shapes small
_OFFERED = "'uint8', '<u2' (little-endian 16 bit), '>u2', '<i4', '<f4' and the like"
_GUESSES = (np.dtype("u1"), np.dtype("<u2"), np.dtype("<u4"), np.dtype("<f8"))  # one for each common width


class VoxelOrder(enum.Enum):
    """Which axis runs fastest in the file: the last (C, as NumPy and ImageJ write) or the first (Fortran, MATLAB)."""

    LAST_AXIS_FASTEST = "C"
    FIRST_AXIS_FASTEST = "F"


@dataclass(frozen=True)
class RawLayout:
    """How the voxels of a raw file lie: `shape` (3,) in file axis order, `dtype` with byte order, header length.

    With the order LAST_AXIS_FASTEST an ImageJ volume of width w, height h and d slices has the shape (d, h, w).
    Raises InputError for anything but three whole numbers > 0, a type of numbers and an offset >= 0.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype | str
    offset_bytes: int = 0
    order: VoxelOrder = VoxelOrder.LAST_AXIS_FASTEST

    def __post_init__(self):
        if (
            not isinstance(self.shape, (tuple, list))
            or len(self.shape) != 3
            or not all(_is_whole(n) and 0 < n < _LARGEST_SIDE for n in self.shape)
        ):
            raise InputError(f"shape = {self.shape!r} of a raw layout is not three whole numbers > 0")
        if not _is_whole(self.offset_bytes) or not 0 <= self.offset_bytes < _LARGEST_SIDE:
            raise InputError(f"offset_bytes = {self.offset_bytes!r} is not a whole number of bytes >= 0")
        if not isinstance(self.order, VoxelOrder):
            raise InputError(f"order = {self.order!r} is not one of {', '.join(map(str, VoxelOrder))}")
        object.__setattr__(self, "shape", tuple(int(n) for n in self.shape))
        object.__setattr__(self, "dtype", _number_type(self.dtype))
        object.__setattr__(self, "offset_bytes", int(self.offset_bytes))

    @property
    def size_bytes(self) -> int:
        """Length that a file of this layout has."""
        return self.offset_bytes + math.prod(self.shape) * np.dtype(self.dtype).itemsize


@contextmanager
def opened_raw(path: Path, layout: RawLayout) -> Iterator[StoredImage]:
    """The voxels, mapped; InputError unless the file has exactly the length that the layout explains."""
    with opened(path) as file:
        size = path.stat().st_size
        if size != layout.size_bytes:
            which = "cut short" if size < layout.size_bytes else "longer than its layout says"
            raise InputError(
                f"{path}: {which}: {size} bytes, but {layout.size_bytes} for {layout.shape} of {layout.dtype} "
                f"after {layout.offset_bytes}. {_what_would_fit(size, layout)}"
            )
        order: Literal["C", "F"] = layout.order.value
        with parsing(path):
            array = np.memmap(file, layout.dtype, mode="r", offset=layout.offset_bytes, shape=layout.shape, order=order)
        yield mapped_image(np.asarray(array))


def _what_would_fit(size: int, layout: RawLayout) -> str:
    """A few layouts of `size` bytes near the one that was given."""
    voxels, width = math.prod(layout.shape), np.dtype(layout.dtype).itemsize
    found = [f"shape {layout.shape} of {dtype}" for dtype in _GUESSES if voxels * dtype.itemsize == size]
    if size > voxels * width:
        found.append(f"offset_bytes={size - voxels * width} (a header)")
    for axis, n in enumerate(layout.shape):
        plane = voxels // n * width
        if size % plane == 0 and size // plane != n:
            shape = (*layout.shape[:axis], size // plane, *layout.shape[axis + 1 :])
            found.append(f"shape {shape} of {layout.dtype}")
    for dtype in _GUESSES:
        side = round((size / dtype.itemsize) ** (1 / 3))
        if side**3 * dtype.itemsize == size:
            found.append(f"shape {(side,) * 3} of {dtype}")
    found = list(dict.fromkeys(found))
    return f"What would fit: {'; '.join(found[:6])}" if found else "Check shape, dtype and offset_bytes"


def _is_whole(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _number_type(dtype: object) -> np.dtype:
    if isinstance(dtype, (str, np.dtype)) or (isinstance(dtype, type) and issubclass(dtype, np.generic)):
        try:
            found = np.dtype(dtype)
        except (TypeError, ValueError, SyntaxError):
            pass
        else:
            if found.kind in "biuf" and found.shape == ():
                return found
    raise InputError(f"dtype = {dtype!r} is not a type of numbers; say {_OFFERED}")
