"""VTK ImageData in XML (.vti): one piece, one array with one number per cell or point, indexed [x, y, z].

In the file x runs fastest. A `Spacing` has no unit in VTK and is shown, not used; `write_vti` leaves the voxel
size as a field array `voxel_size_m`. Cells are voxels; an array on points has one more value along each axis.
"""

import math
import mmap
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.datasets import ArrayEntry, listed, only_image
from electrode_homog.images.formats.guard import check_memory, opened, parsing
from electrode_homog.images.formats.stored import Box, StoredImage
from electrode_homog.images.formats.vti_blocks import Blocks, base64_blocks, raw_blocks
from electrode_homog.images.formats.vti_header import DataArray, Header, parsed_header
from electrode_homog.images.length import Calibration

_TYPES = {
    f"{word}Int{8 * size}": f"{letter}{size}" for size in (1, 2, 4, 8) for word, letter in (("", "i"), ("U", "u"))
}
_TYPES |= {"Float32": "f4", "Float64": "f8"}
_WORDS = {"UInt32": "u4", "UInt64": "u8"}
_ORDERS = {"LittleEndian": "<", "BigEndian": ">"}
_STEP = 2**24  # bytes of voxels, and of text, taken at once
_VISIBILITY = "vtkGhostType"  # which cells VTK shows: a mask beside the image
_LONGEST_NUMBER = 40


@contextmanager
def opened_vti(path: Path, dataset: str | None) -> Iterator[StoredImage]:
    """The array of that name (`labels` or `CellData/labels`), or the only one of the file; InputError otherwise.

    Ascii, base64 and raw data are read, plain or compressed by zlib, LZ4 or LZMA. Raw data are decoded block by
    block, those of the planes of z in the box; data inside the XML, whole, at the first reading, whatever the box.
    """
    with opened(path) as file:
        with parsing(path):
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            image = _stored(path, content, parsed_header(path, content), dataset)
        yield image


def _stored(path: Path, content: mmap.mmap, header: Header, dataset: str | None) -> StoredImage:
    cells = _cells(path, header)
    shapes = {"CellData": cells, "PointData": tuple(n + 1 for n in cells)}
    arrays = {
        f"{each.section}/{each.name}": each
        for each in header.arrays
        if each.section in shapes and each.name != _VISIBILITY
    }
    plain = {name: each for name, each in arrays.items() if _is_plain(each)}
    entries = [ArrayEntry(name, shapes[each.section], each.attributes["type"]) for name, each in plain.items()]
    others = [f"{name!r}, not one number per voxel" for name in arrays if name not in plain]
    name = only_image(path, entries, others=others) if dataset is None else _full_name(path, plain, dataset, others)
    array = plain[name]
    nx, ny, nz = shape = shapes[array.section]
    if min(shape) < 1:
        raise InputError(f"{path}: its extent makes an image of {nx} x {ny} x {nz}; three axes are needed")
    dtype = np.dtype(_order(path, header) + _TYPES[array.attributes["type"]])
    flat = _numbers(path, content, header, array, dtype, math.prod(shape))

    raw = (array.attributes.get("format"), (header.appended or {}).get("encoding")) == ("appended", "raw")
    mapped = raw and not header.file.get("compressor")

    def read(box: Box) -> np.ndarray:
        if not mapped:
            check_memory(path, tuple(part.stop - part.start for part in box), dtype.itemsize)
        with parsing(path):
            return _box_of(flat, (nz, ny, nx), dtype, box)

    return StoredImage((nx, ny, nz), dtype, _calibration(path, content, header), read, mapped)


def _full_name(path: Path, plain: dict[str, DataArray], dataset: str, others: list[str]) -> str:
    matching = [name for name in plain if dataset in (name, name.partition("/")[2])]
    if len(matching) != 1:
        known = listed([*map(repr, plain), *others]) or "none"
        raise InputError(f"{path}: {len(matching)} arrays are named {dataset!r}; it holds {known}")
    return matching[0]


def _is_plain(array: DataArray) -> bool:
    return array.attributes.get("type") in _TYPES and array.attributes.get("NumberOfComponents", "1") in ("0", "1")


def _cells(path: Path, header: Header) -> tuple[int, int, int]:
    """Cells along x, y, z, from the extent of the only piece."""
    whole = _extent(path, header.image.get("WholeExtent", ""))
    if [_extent(path, piece.get("Extent", "")) for piece in header.pieces] != [whole]:
        raise InputError(f"{path}: has {len(header.pieces)} pieces, or one of a part of it; save it as one whole piece")
    direction = _floats(header.image.get("Direction", "1 0 0 0 1 0 0 0 1"))
    if direction != [1, 0, 0, 0, 1, 0, 0, 0, 1]:
        raise InputError(f"{path}: its axes are turned (Direction {direction}); resample it along its own axes")
    x, X, y, Y, z, Z = whole
    return X - x, Y - y, Z - z


def _extent(path: Path, text: str) -> list[int]:
    words = text.split()
    if len(words) != 6 or not all(re.fullmatch(r"-?\d{1,10}", word) for word in words):
        raise InputError(f"{path}: its extent {text[:80]!r} is not six whole numbers; save it anew")
    return [int(word) for word in words]


def _floats(text: str) -> list[float]:
    return [float(word) for word in text[:400].split()]


def _order(path: Path, header: Header) -> str:
    order = _ORDERS.get(header.file.get("byte_order", ""))
    if order is None:
        raise InputError(
            f"{path}: states the byte order {header.file.get('byte_order')!r}, not LittleEndian or BigEndian"
        )
    return order


def _numbers(
    path: Path, content: mmap.mmap, header: Header, array: DataArray, dtype: np.dtype, count: int
) -> Callable[[], Blocks]:
    """The blocks of an array; raw ones at once, so that their table is judged, others when they are first read."""
    bytes_of = np.frombuffer(content, np.uint8)
    total, compressor = count * dtype.itemsize, header.file.get("compressor", "")
    word_type = _WORDS.get(header.file.get("header_type", "UInt32"))
    if word_type is None:
        raise InputError(
            f"{path}: header_type {header.file['header_type']!r} is neither UInt32 nor UInt64; save it anew"
        )
    word = np.dtype(_order(path, header) + word_type)
    text = bytes_of[content.find(b">", array.begin) + 1 : array.end]
    match array.attributes.get("format", "ascii"), (header.appended or {}).get("encoding", "base64"):
        case "ascii", _:
            return cache(lambda: _ascii(path, text, dtype, count))
        case "binary", _:
            return cache(lambda: base64_blocks(path, _stripped(text), word, compressor, total))
        case "appended", ("raw" | "base64") as encoding if header.appended is not None:
            offset = array.attributes.get("offset", "")
            if not re.fullmatch(r"\d{1,18}", offset):
                raise InputError(f"{path}: array {array.name!r} has the offset {offset!r}; save it anew")
            data = bytes_of[header.appended_begin + int(offset) : header.appended_end]
            if encoding == "raw":
                blocks = raw_blocks(path, data, word, compressor, total)
                return lambda: blocks
            return cache(lambda: base64_blocks(path, data, word, compressor, total))
        case form, _:
            raise InputError(f"{path}: array {array.name!r} has the format {form!r}, or no data; save it as appended")


def _stripped(text: np.ndarray) -> np.ndarray:
    """Without the white space of XML."""
    return text[~np.isin(text, np.frombuffer(b" \t\r\n", np.uint8))]


def _ascii(path: Path, text: np.ndarray, dtype: np.dtype, count: int) -> Blocks:
    check_memory(path, (count,), dtype.itemsize)
    values, filled, start = np.empty(count, dtype), 0, 0
    wide = np.dtype(f"{dtype.kind}8")
    while start < len(text):
        piece = text[start : start + _STEP // 8].tobytes()
        if start + len(piece) < len(text):
            piece = piece[: max(piece.rfind(b" "), piece.rfind(b"\n")) + 1]
        words = piece.split()
        if not piece or len(max(words, key=len, default=b"")) > _LONGEST_NUMBER:
            raise InputError(f"{path}: a number in it has more than {_LONGEST_NUMBER} characters; save it as appended")
        numbers = np.array(words, "S").astype(wide) if words else np.empty(0, wide)
        kept = numbers.astype(dtype)
        if filled + len(words) > count or (dtype.kind != "f" and (kept != numbers).any()):
            raise InputError(f"{path}: holds more than {count} numbers, or one beyond {dtype}; save it anew")
        values[filled : filled + len(words)] = kept
        filled, start = filled + len(words), start + len(piece)
    if filled != count:
        raise InputError(f"{path}: cut short: {filled} of {count} numbers are there; copy it again")
    return Blocks(path, values.view(np.uint8), np.array([0, values.nbytes]), values.nbytes, values.nbytes, "")


def _box_of(blocks: Callable[[], Blocks], shape: tuple[int, int, int], dtype: np.dtype, box: Box) -> np.ndarray:
    """The box [x, y, z] of an array that is stored as (z, y, x), a few planes at a time."""
    stored, (nz, ny, nx), (x, y, z) = blocks(), shape, box
    plane = ny * nx * dtype.itemsize
    if not stored.compressor:
        whole = next(stored.between(0, nz * plane)).view(dtype).reshape(shape)
        return whole[z, y, x].T
    out = np.empty((z.stop - z.start, y.stop - y.start, x.stop - x.start), dtype)
    step = max(1, _STEP // plane)
    for first in range(z.start, z.stop, step):
        last = min(first + step, z.stop)
        planes = np.concatenate(list(stored.between(first * plane, last * plane))).view(dtype)
        out[first - z.start : last - z.start] = planes.reshape(-1, ny, nx)[:, y, x]
    return out.T


def _calibration(path: Path, content: mmap.mmap, header: Header) -> Calibration | None:
    """The field array of `write_vti` in metres, or else the Spacing without a unit."""
    for array in header.arrays:
        if array.section == "FieldData" and array.name == "voxel_size_m" and array.attributes.get("type") == "Float64":
            blocks = _numbers(path, content, header, array, np.dtype(_order(path, header) + "f8"), 3)()
            x, y, z = np.concatenate(list(blocks.between(0, 24))).view(_order(path, header) + "f8").tolist()
            return Calibration((x, y, z), "m")
    spacing = _floats(header.image.get("Spacing", "1 1 1"))
    return Calibration((spacing[0], spacing[1], spacing[2]), "") if len(spacing) == 3 else None
