"""TIFF stacks: one page per slice, (page, row, column) = (axis 0, axis 1, axis 2) of the array.

Nothing outside the one file is read (OME and Micro-Manager descriptions may name others), and nothing
absent is filled in: tifffile reports a missing page only in its log and reads a missing strip as 0.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import LogRecords, check_memory, parsing
from electrode_homog.images.length import Calibration

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPageSeries

_JPEG = (6, 7, 33007, 34892)  # TIFF compression tags of the lossy family
_MOST_CHANNELS = 4  # more "channels" than this are slices: tifffile labels ImageJ stacks so unless told the axes


def read_tiff(path: Path, file: BinaryIO, *, copies: int) -> tuple[np.ndarray, Calibration | None]:
    """The stack as stored, and its ImageJ calibration if it has one; `copies` arrays must fit into memory.

    Raises InputError for anything but one whole, uniform, grey stack of slices.
    """
    with LogRecords("tifffile") as log, parsing(path):
        with _opened(path, file) as tif:
            one_by_one = len(tif.series) > 1 and all(s.kind == "shaped" and s.ndim == 2 for s in tif.series)
        return _read_stack(path, _opened(path, file, **{"is_shaped": False} if one_by_one else {}), log, copies)


def _opened(path: Path, file: BinaryIO, **flags: Any) -> "TiffFile":
    """A view of `file` that never opens another; flags switch off conventions, as tifffile names them."""
    from tifffile import TiffFile

    file.seek(0)
    return TiffFile(file, name=path.name, is_ome=False, is_mmstack=False, is_ndtiff=False, **flags)


def _read_stack(path: Path, tif: "TiffFile", log: LogRecords, copies: int) -> tuple[np.ndarray, Calibration | None]:
    with tif:
        series = _only_series(path, tif, log)
        log.refuse(path)  # before anything is said about a stack that is not whole
        shape = _stack_shape(path, series)
        check_memory(path, shape, np.dtype(series.dtype).itemsize, copies=copies)
        _check_segments(path, tif, series, shape)
        labels = series.asarray()
        log.refuse(path)
        if labels.size != math.prod(shape):
            raise InputError(f"{path}: cut short: {labels.size} of {math.prod(shape)} voxels are there")
        return labels.reshape(shape), _imagej_calibration(tif)


def _only_series(path: Path, tif: "TiffFile", log: LogRecords) -> "TiffPageSeries":
    all_series = tif.series
    if not all_series:
        log.refuse(path)
        raise InputError(f"{path}: holds no picture")
    if len(all_series) > 1:
        listed = "; ".join(f"{len(s)} page(s) of {' x '.join(map(str, s.shape))}" for s in all_series[:10])
        raise InputError(f"{path}: holds {len(all_series)} series ({listed}); save the slices of one size alone")
    return all_series[0]


def _stack_shape(path: Path, series: "TiffPageSeries") -> tuple[int, int, int]:
    """(pages, rows, columns), or InputError for colour, a single page, more than three axes."""
    page = series.keyframe
    if page.samplesperpixel != 1:
        raise InputError(f"{path}: colour picture ({page.samplesperpixel} values per pixel); give one label per voxel")
    if page.compression in _JPEG:
        raise InputError(f"{path}: compressed as JPEG, which changes labels; save it without loss")
    sizes = dict(zip(series.get_axes(squeeze=False), series.get_shape(squeeze=False), strict=True))
    rows, columns, _ = sizes.pop("Y"), sizes.pop("X"), sizes.pop("S", 1)
    long = {axis: n for axis, n in sizes.items() if n > 1}
    if 1 < sizes.get("C", 1) <= _MOST_CHANNELS:
        raise InputError(f"{path}: {sizes['C']} channels; give one label per voxel (Fiji: Image > Properties)")
    if not long and "Z" not in page.axes:
        raise InputError(f"{path}: a single picture of {rows} x {columns}; a stack of slices is needed")
    if len(long) > 1:
        raise InputError(f"{path}: more than three axes ({long} times {rows} x {columns}); give one stack")
    return math.prod(sizes.values()), rows, columns


def _check_segments(path: Path, tif: "TiffFile", series: "TiffPageSeries", shape: tuple[int, int, int]) -> None:
    """InputError unless each strip or tile of each page is there and inside the file."""
    page, file_size = series.keyframe, tif.filehandle.size
    stated = (tif.imagej_metadata or {}).get("images", shape[0])
    if stated != shape[0]:
        raise InputError(f"{path}: cut short: {shape[0]} of the {stated} slices that ImageJ wrote are there")
    if series.dataoffset is not None:  # one uncompressed block, perhaps without directories of its own
        end = series.dataoffset + math.prod(shape) * np.dtype(series.dtype).itemsize
        _refuse_beyond(path, end, file_size)
        return
    pages = list(series.pages)
    if sum(math.prod(p.shape) for p in pages if p is not None) != math.prod(shape):
        raise InputError(f"{path}: cut short: {len(pages)} pages do not make {' x '.join(map(str, shape))} voxels")
    for index, page in enumerate(p for p in pages if p is not None):
        segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
        if not segments or any(offset <= 0 or count <= 0 for offset, count in segments):
            raise InputError(f"{path}: page {index} has no data for a part of its picture")
        if len(segments) != math.prod(series.keyframe.chunked) and series.keyframe.compression != 1:
            raise InputError(f"{path}: page {index} has {len(segments)} parts, not {series.keyframe.chunked}")
        _refuse_beyond(path, max(offset + count for offset, count in segments), file_size)


def _refuse_beyond(path: Path, end: int, file_size: int) -> None:
    if end > file_size:
        raise InputError(f"{path}: cut short: {file_size} bytes of at least {end} are there ({file_size / end:.0%})")


def _imagej_calibration(tif: "TiffFile") -> Calibration | None:
    """ImageJ's slice spacing and pixels per unit; None where it has no unit, or only 'pixel'."""
    metadata = tif.imagej_metadata
    unit = str((metadata or {}).get("unit", "")).strip()
    if metadata is None or unit in ("", "pixel", "pixels"):
        return None
    tags = tif.pages.first.tags
    lengths = [_number(metadata.get("spacing"))]
    for name in ("YResolution", "XResolution"):
        pixels, units = tags.valueof(name, (0, 0)) if name in tags else (0, 0)
        lengths.append(units / pixels if pixels and units else float("nan"))
    z, y, x = lengths
    return Calibration((z, y, x), unit)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
