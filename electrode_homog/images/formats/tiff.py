"""TIFF stacks: one page per slice, (page, row, column) = (axis 0, axis 1, axis 2) of the array.

Nothing outside the one file is read (OME and Micro-Manager descriptions may name others), and nothing
absent is filled in: tifffile reports a missing page only in its log and reads a missing strip as 0.
"""

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import LogRecords, check_memory, opened, parsing
from electrode_homog.images.formats.ome import MOST_CHANNELS, is_ome, ome_calibration
from electrode_homog.images.formats.stored import Box, StoredImage, mapped_image
from electrode_homog.images.length import Calibration

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPageSeries

_JPEG = (6, 7, 33007, 34892)  # TIFF compression tags of the lossy family
# None, CCITT, LZW, deflate (two), packbits, LZMA, ZSTD: those that unpack into the room that a page needs. Others, as
# JPEG 2000, carry a size of their own, which may be any.
_UNPACKED_HERE = (1, 2, 3, 4, 5, 8, 32946, 32773, 34925, 50000)
_PALETTE = 3  # TIFF photometric: numbers that point into a table of colours
_PAGES_AT_ONCE = 16  # decoded together when only a part of each page is wanted
_RESOLUTION_UNIT_m = {2: 0.0254, 3: 0.01}  # of TIFF 6.0: inch, centimetre


@contextmanager
def opened_tiff(path: Path) -> Iterator[StoredImage]:
    """The stack as stored, and its OME or ImageJ calibration if it has one.

    Uncompressed pages that lie in one piece are mapped; of others only the pages inside the box are decoded.
    Raises InputError for anything but one whole, uniform, grey stack of slices.
    """
    with opened(path) as file:
        with LogRecords("tifffile") as log, parsing(path):
            tif = _one_by_one(path, file)
            series = _only_series(path, tif, log)
            log.refuse(path)  # before anything is said about a stack that is not whole
            shape = _stack_shape(path, series)
            _check_segments(path, tif, series, shape)
            calibration = _calibration(path, tif, shape)
            log.refuse(path)
            image = _mapped(file, tif, series, shape, calibration)
            stack = _Stack(path, tif, series, shape)
        yield image or StoredImage(shape, stack.dtype, calibration, stack.read)


@contextmanager
def opened_picture(
    path: Path,
) -> Iterator[tuple[tuple[int, int], np.dtype, Calibration | None, Callable[[], np.ndarray]]]:
    """One slice of a folder: shape, type, resolution in plane, and a function that decodes it."""
    with opened(path) as file:
        with LogRecords("tifffile") as log, parsing(path):
            tif = _opened(path, file)
            series = _only_series(path, tif, log)
            log.refuse(path)
            pages, rows, columns = shape = _stack_shape(path, series, least_pages=1)
            if pages != 1:
                raise InputError(f"{path}: holds {pages} slices; a folder of slices needs one in each file")
            _check_segments(path, tif, series, shape)
            ome = is_ome(tif.pages.first.description)  # it speaks of the whole set of files
            calibration = None if ome else _calibration(path, tif, shape)
            stack = _Stack(path, tif, series, shape)
        yield (rows, columns), stack.dtype, calibration, lambda: stack.whole[0]


def _one_by_one(path: Path, file: BinaryIO) -> "TiffFile":
    """The file; pages that were written one after the other are one stack, not one series each."""
    tif = _opened(path, file)
    if len(tif.series) > 1 and all(s.kind == "shaped" and s.ndim == 2 for s in tif.series):
        return _opened(path, file, is_shaped=False)
    return tif


def _opened(path: Path, file: BinaryIO, **flags: Any) -> "TiffFile":
    """A view of `file` that never opens another; flags switch off conventions, as tifffile names them."""
    from tifffile import TiffFile

    file.seek(0)
    return TiffFile(file, name=path.name, is_ome=False, is_mmstack=False, is_ndtiff=False, **flags)


def _mapped(
    file: BinaryIO,
    tif: "TiffFile",
    series: "TiffPageSeries",
    shape: tuple[int, int, int],
    calibration: Calibration | None,
) -> StoredImage | None:
    """The stack as it lies in the file, or None where it is compressed or lies in pieces."""
    if series.dataoffset is None:
        return None
    dtype = np.dtype(series.dtype).newbyteorder(tif.byteorder)
    array = np.memmap(file, dtype, mode="r", offset=series.dataoffset, shape=shape)
    return mapped_image(np.asarray(array), calibration)


@dataclass(frozen=True, eq=False)
class _Stack:
    """A judged stack whose pages are still to be decoded."""

    path: Path
    tif: "TiffFile"
    series: "TiffPageSeries"
    shape: tuple[int, int, int]

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(self.series.dtype)

    def read(self, box: Box) -> np.ndarray:
        """The voxels inside the box, page by page; a file with one page for all slices is decoded as a whole."""
        if len(self.series.pages) != self.shape[0]:
            return self.whole[box]
        pages, rows, columns = box
        if (rows, columns) == (slice(0, self.shape[1]), slice(0, self.shape[2])):
            return self._pages(pages)
        parts = []
        for start in range(pages.start, pages.stop, _PAGES_AT_ONCE):
            some = slice(start, min(start + _PAGES_AT_ONCE, pages.stop))
            parts.append(self._pages(some)[:, rows, columns].copy())
        return np.concatenate(parts)

    @functools.cached_property
    def whole(self) -> np.ndarray:
        return self._decoded(None, self.shape)

    def _pages(self, pages: slice) -> np.ndarray:
        return self._decoded(pages, (pages.stop - pages.start, *self.shape[1:]))

    def _decoded(self, pages: slice | None, shape: tuple[int, int, int]) -> np.ndarray:
        check_memory(self.path, shape, self.dtype.itemsize)
        with LogRecords("tifffile") as log, parsing(self.path):
            voxels = self.series.asarray() if pages is None else self.tif.asarray(key=pages, series=self.series)
            log.refuse(self.path)
            if voxels.size != math.prod(shape):
                raise InputError(f"{self.path}: cut short: {voxels.size} of {math.prod(shape)} voxels are there")
            return voxels.reshape(shape)


def _only_series(path: Path, tif: "TiffFile", log: LogRecords) -> "TiffPageSeries":
    # Pages that call themselves a reduced version of another, as previews do, are no slices.
    all_series = [series for series in tif.series if not series.keyframe.is_reduced] or tif.series
    if not all_series:
        log.refuse(path)
        raise InputError(f"{path}: holds no picture")
    if len(all_series) > 1:
        listed = "; ".join(f"{len(s)} page(s) of {' x '.join(map(str, s.shape))}" for s in all_series[:10])
        raise InputError(f"{path}: holds {len(all_series)} series ({listed}); save the slices of one size alone")
    return all_series[0]


def _stack_shape(path: Path, series: "TiffPageSeries", *, least_pages: int = 2) -> tuple[int, int, int]:
    """(pages, rows, columns), or InputError for colour, a single page, more than three axes."""
    page = series.keyframe
    if page.samplesperpixel != 1:
        raise InputError(f"{path}: colour picture ({page.samplesperpixel} values per pixel); give one label per voxel")
    if page.compression in _JPEG:
        raise InputError(f"{path}: compressed as JPEG, which changes values; save it without loss")
    if page.compression not in _UNPACKED_HERE:
        name = getattr(page.compression, "name", page.compression)
        raise InputError(f"{path}: compressed by {name}, which is not read here; save it with LZW, deflate or nothing")
    sizes = dict(zip(series.get_axes(squeeze=False), series.get_shape(squeeze=False), strict=True))
    rows, columns, _ = sizes.pop("Y"), sizes.pop("X"), sizes.pop("S", 1)
    long = {axis: n for axis, n in sizes.items() if n > 1}
    if 1 < sizes.get("C", 1) <= MOST_CHANNELS:
        raise InputError(f"{path}: {sizes['C']} channels; give one label per voxel (Fiji: Image > Properties)")
    if not long and least_pages > 1 and "Z" not in page.axes:
        raise InputError(
            f"{path}: a single picture of {rows} x {columns}; a stack of slices is needed: save one, or "
            "give the folder that holds the slices"
        )
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
        if series.keyframe.photometric == _PALETTE and not np.array_equal(_palette(page), _palette(series.keyframe)):
            raise InputError(
                f"{path}: page {index} has a palette of its own, so that one number may mean two labels; save it as "
                "grey, one value per label"
            )
        if not segments or any(offset <= 0 or count <= 0 for offset, count in segments):
            raise InputError(f"{path}: page {index} has no data for a part of its picture")
        if len(segments) != math.prod(series.keyframe.chunked) and series.keyframe.compression != 1:
            raise InputError(f"{path}: page {index} has {len(segments)} parts, not {series.keyframe.chunked}")
        _refuse_beyond(path, max(offset + count for offset, count in segments), file_size)


def _palette(page: Any) -> np.ndarray:
    return np.asarray(page.aspage().tags.valueof("ColorMap", ()))


def _refuse_beyond(path: Path, end: int, file_size: int) -> None:
    if end > file_size:
        raise InputError(
            f"{path}: cut short: {file_size} bytes of at least {end} are there ({file_size / end:.1%}); copy it again"
        )


def _calibration(path: Path, tif: "TiffFile", shape: tuple[int, int, int]) -> Calibration | None:
    """What OME-XML states, else ImageJ, else the resolution in plane, which leaves the slice distance open."""
    description = tif.pages.first.description
    if is_ome(description):
        return ome_calibration(path, description, shape)
    if tif.imagej_metadata is not None:
        return _imagej_calibration(tif, tif.imagej_metadata)
    tags = tif.pages.first.tags
    unit = _RESOLUTION_UNIT_m.get(tags.valueof("ResolutionUnit", 0) if "ResolutionUnit" in tags else 0)
    if unit is None:
        return None
    y, x = (_pixel(tags, name) * unit for name in ("YResolution", "XResolution"))
    return Calibration((math.nan, y * 1e6, x * 1e6), "um")


def _imagej_calibration(tif: "TiffFile", metadata: dict[str, Any]) -> Calibration | None:
    """ImageJ's slice spacing and pixels per unit; None where it has no unit, or only 'pixel'."""
    unit = str(metadata.get("unit", "")).strip()
    if unit in ("", "pixel", "pixels"):
        return None
    units = {unit, *(str(metadata[key]).strip() for key in ("yunit", "zunit") if key in metadata)}
    tags = tif.pages.first.tags
    y, x = (_pixel(tags, name) for name in ("YResolution", "XResolution"))
    return Calibration((_number(metadata.get("spacing")), y, x), " and ".join(sorted(units)))


def _pixel(tags: Any, name: str) -> float:
    """Size of a pixel in the unit of the tag, NaN where it is not stated."""
    pixels, units = tags.valueof(name, (0, 0)) if name in tags else (0, 0)
    return units / pixels if pixels and units else math.nan


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
