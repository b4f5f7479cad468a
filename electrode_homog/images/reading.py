"""Reading an image from a file or a folder, with axis 0 through-thickness from then on.

Everything is refused that would have to be guessed: see the checks in formats and labels.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.axes import contiguous
from electrode_homog.images.coarsening import (
    Three,
    coarse_shape,
    coarsening_note,
    majority_labels,
    mean_values,
    three_factors,
)
from electrode_homog.images.formats.guard import check_memory, parsing
from electrode_homog.images.formats.opening import existing, image_digest, opened_image
from electrode_homog.images.formats.raw import RawLayout
from electrode_homog.images.formats.stored import Box, StoredImage
from electrode_homog.images.grey_image import GreyImage
from electrode_homog.images.labels import LabelCount
from electrode_homog.images.length import Calibration, check_extent
from electrode_homog.images.voxel_image import VoxelImage, box_text, coarse_voxel, three_lengths

_UNIT_VOXEL = (1.0, 1.0, 1.0)
_SLAB_BYTES = 2**26  # decoded at once when the whole is not kept
T = TypeVar("T")
Crop = Sequence[Sequence[int]]


def read_image(
    path: str | os.PathLike[str],
    *,
    voxel_size_m: float | Sequence[float] | None = None,
    through_axis: int = 0,
    dataset: str | None = None,
    raw: RawLayout | None = None,
    crop: Crop | None = None,
    coarsen: int | Sequence[int] = 1,
) -> VoxelImage:
    """Read labels from a TIFF, NumPy, HDF5, MATLAB, VTI or raw file, a folder of slices, or a Zarr folder.

    Axis `through_axis` of the file becomes axis 0. `voxel_size_m` is one number (cubic) or three in the axis order of
    the *file*, before the axis is moved; it overrides what the file states, and None takes it from there. A voxel
    size of 1 declares a geometry without a physical length, the only size that is exempt from the physical range.
    `dataset` names one array of a file that holds several, `raw` says how a raw file lies. `crop` is three pairs
    (first, end) of voxels along x, y, z, after the axis was moved; only that part is decoded. `coarsen`, one whole
    number or three along x, y, z, then makes one voxel of each block (`VoxelImage.coarsened`).

    Raises InputError for anything but one whole segmented 3-D image with a voxel size, and OutOfRangeError for a
    thickness above 2 mm or a largest extent below 1 um. Large labels are kept; what lies uncompressed in a file, in
    its smallest type and in order, stays there and is mapped: do not change the file while the image is in use.
    `source` becomes the name, the first 16 digits of the SHA-256 of its bytes, the dataset, the order of the axes
    where that is another, and what was cut and coarsened.
    """
    return VoxelImage(
        *_read(
            path, _labels, voxel_size_m=voxel_size_m, through_axis=through_axis, dataset=dataset, raw=raw, crop=crop,
            coarsen=coarsen,
        )
    )  # fmt: skip


def read_grey_image(
    path: str | os.PathLike[str],
    *,
    voxel_size_m: float | Sequence[float] | None = None,
    through_axis: int = 0,
    dataset: str | None = None,
    raw: RawLayout | None = None,
    crop: Crop | None = None,
    coarsen: int | Sequence[int] = 1,
) -> GreyImage:
    """Read grey values, to be segmented; formats, arguments and errors are those of `read_image`.

    Values keep their type, in this machine's byte order; blocks are coarsened to their mean, as floats.
    """
    return GreyImage(
        *_read(
            path, _grey, voxel_size_m=voxel_size_m, through_axis=through_axis, dataset=dataset, raw=raw, crop=crop,
            coarsen=coarsen,
        )
    )  # fmt: skip


def _read(
    path: str | os.PathLike[str],
    gathered: Callable[[Path, StoredImage, Box, Three], np.ndarray],
    *,
    voxel_size_m: float | Sequence[float] | None,
    through_axis: int,
    dataset: str | None,
    raw: RawLayout | None,
    crop: Crop | None,
    coarsen: int | Sequence[int],
) -> tuple[np.ndarray, tuple[float, float, float], str]:
    """The array, its voxel size and its source; all but the last steps are in the axis order of the file."""
    order = _axis_order(through_axis)
    given = None if voxel_size_m is None else three_lengths(voxel_size_m)
    factors = three_factors(coarsen)
    spans = None if crop is None else _spans(crop)
    name = _path(path)
    _check_kinds(dataset, raw)
    with opened_image(name, dataset, raw) as stored:
        voxel_size = _moved(given or _stated_voxel_size(name, stored.calibration), order)
        whole = _moved(stored.shape, order)
        box = _box(name, spans, whole)
        shape = tuple(part.stop - part.start for part in box)
        # A crop may be thin, and may be cut from a scan that is thicker than an electrode.
        if voxel_size != _UNIT_VOXEL:
            check_extent(str(name), (shape[0], *whole[1:]), voxel_size)
        if factors != (1, 1, 1):
            coarse_shape(shape, factors, str(name))
            coarse_voxel(voxel_size, factors)
        array = gathered(name, stored, _moved_back(box, order), _moved_back(factors, order))
        if through_axis != 0:
            check_memory(name, array.shape, array.dtype.itemsize)
        with parsing(name):
            array = contiguous(array, order)
        source = f"{name.name} sha256:{image_digest(name)[:16]}"  # still open: a file that changes now is refused
    source += _which(dataset, order) + ("" if spans is None else f" {box_text(box)}")
    if factors != (1, 1, 1):
        voxel_size, source = coarse_voxel(voxel_size, factors), f"{source} {coarsening_note(shape, factors)}"
    return array, voxel_size, source


def _labels(name: Path, stored: StoredImage, box: Box, factors: Three) -> np.ndarray:
    count = LabelCount(name)
    if factors == (1, 1, 1):
        array = _voxels(name, stored, box)
        count.add(array)
        return count.converted(array)
    parts = []
    blocks = 0
    for slab in _slabs(stored, box, factors):
        array = _voxels(name, stored, slab)
        count.add(array)
        if array.shape[0] >= factors[0]:
            parts.append(majority_labels(array, factors, first_blocks=(blocks, 0, 0)))
            blocks += len(parts[-1])
    return count.converted(np.concatenate(parts))


def _grey(name: Path, stored: StoredImage, box: Box, factors: Three) -> np.ndarray:
    if factors != (1, 1, 1):
        slabs = (slab for slab in _slabs(stored, box, factors) if slab[0].stop - slab[0].start >= factors[0])
        return np.concatenate([mean_values(_voxels(name, stored, slab), factors) for slab in slabs])
    array = _voxels(name, stored, box)
    if array.dtype == bool:
        return array.view(np.uint8)
    if array.dtype.isnative:
        return array
    check_memory(name, array.shape, array.dtype.itemsize)
    return array.astype(array.dtype.newbyteorder("="))


def _voxels(name: Path, stored: StoredImage, box: Box) -> np.ndarray:
    """What is inside the box; refused before it is decoded if it is not numbers or does not fit into memory."""
    if stored.dtype.kind not in "biuf":
        raise InputError(f"{name}: values are of type {stored.dtype}, not numbers")
    shape = tuple(part.stop - part.start for part in box)
    if not stored.mapped:
        check_memory(name, shape, stored.dtype.itemsize)
    array = stored.read(box)
    if array.shape != shape:
        raise InputError(f"{name}: cut short: {array.shape} voxels are there, not {shape}; copy it again")
    return array


def _slabs(stored: StoredImage, box: Box, factors: Three) -> list[Box]:
    """The box in slabs of whole blocks along axis 0 of the file, and what is left over at its end."""
    planes, rows, columns = box
    block = factors[0] * (rows.stop - rows.start) * (columns.stop - columns.start) * stored.dtype.itemsize
    step = factors[0] * max(1, _SLAB_BYTES // block)
    starts = range(planes.start, planes.stop, step)
    return [(slice(start, min(start + step, planes.stop)), rows, columns) for start in starts]


def _path(path: str | os.PathLike[str]) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise InputError(f"path = {path!r} is not a file name")
    return existing(Path(path))


def _check_kinds(dataset: object, raw: object) -> None:
    if dataset is not None and (not isinstance(dataset, str) or not dataset):
        raise InputError(f"dataset = {dataset!r} is not the name of an array in the file")
    if raw is not None and not isinstance(raw, RawLayout):
        raise InputError(f"raw = {raw!r} is not a RawLayout(shape, dtype)")


def _spans(crop: Crop) -> tuple[slice, slice, slice]:
    """Three slices from three pairs of whole numbers, 0 <= first < end."""
    try:
        pairs = [tuple(pair) for pair in crop]
    except TypeError:
        pairs = []
    whole = all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for pair in pairs for n in pair)
    if len(pairs) != 3 or not whole or not all(len(pair) == 2 and 0 <= pair[0] < pair[1] for pair in pairs):
        raise InputError(f"crop = {crop!r} is not three pairs (first, end) of voxels along x, y, z, 0 <= first < end")
    x, y, z = (slice(int(first), int(end)) for first, end in pairs)
    return x, y, z


def _box(name: Path, spans: tuple[slice, slice, slice] | None, shape: Three) -> Box:
    if spans is None:
        nx, ny, nz = shape
        return slice(0, nx), slice(0, ny), slice(0, nz)
    for axis, span, length in zip("xyz", spans, shape, strict=True):
        if span.stop > length:
            raise InputError(
                f"{name}: crop [{span.start}, {span.stop}] along {axis}, but the image has {length} voxels there"
            )
    return spans


def _stated_voxel_size(path: Path, calibration: Calibration | None) -> tuple[float, float, float]:
    if calibration is None:
        raise InputError(
            f"{path}: states no voxel size; give voxel_size_m in metres (--voxel-size 398nm), or 1 for one without "
            "physical length"
        )
    try:
        return calibration.voxel_size_m()
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _which(dataset: str | None, order: Three) -> str:
    """What of a file was read: other arrays and other axes are other images, though the hash is the same."""
    return ("" if dataset is None else f" {dataset}") + ("" if order == (0, 1, 2) else f" axes {order}")


def _axis_order(through_axis: int) -> Three:
    """Axes of the file in the order x, y, z."""
    if isinstance(through_axis, bool) or through_axis not in (0, 1, 2) or not isinstance(through_axis, int):
        raise InputError(f"through_axis = {through_axis!r} is not 0, 1 or 2")
    y, z = (axis for axis in range(3) if axis != through_axis)
    return through_axis, y, z


def _moved(values: tuple[T, T, T], order: Three) -> tuple[T, T, T]:
    """From the order of the file to x, y, z."""
    x, y, z = (values[axis] for axis in order)
    return x, y, z


def _moved_back(values: tuple[T, T, T], order: Three) -> tuple[T, T, T]:
    """From x, y, z to the order of the file."""
    first, second, third = (values[order.index(axis)] for axis in range(3))
    return first, second, third
