"""A folder of slices, one picture per file, in the order of the numbers in their names (slice2 before slice10).

The slices are axis 0, rows axis 1, columns axis 2. A folder that lacks a number, or holds pictures of two kinds,
sizes or types, is refused: a missing slice would shift all that follow.
"""

import itertools
import os
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import check_memory, opened, parsing, parsing_name
from electrode_homog.images.formats.stored import Box, StoredImage
from electrode_homog.images.formats.tiff import opened_picture
from electrode_homog.images.length import Calibration

_KINDS = {".tif": "TIFF", ".tiff": "TIFF", ".png": "PNG", ".bmp": "BMP"}
_BESIDE = (".txt", ".log", ".ini", ".xml", ".json", ".csv", ".md", ".pdf")  # notes of a scanner, not pictures
_IGNORED = ("thumbs.db", "desktop.ini")
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class _Picture:
    """What the header of one slice says."""

    shape: tuple[int, int]
    dtype: np.dtype
    calibration: Calibration | None
    levels: int = 1  # PNG of less than 8 bits: the decoder multiplies each value by this

    def __str__(self) -> str:
        return f"{self.shape[0]} x {self.shape[1]} of {self.dtype}"


@contextmanager
def opened_slices(folder: Path) -> Iterator[StoredImage]:
    """The stack; the header of each file is judged now, and only the slices inside a box are decoded.

    Raises InputError for an empty folder, for names that are not one unbroken sequence, and for slices that differ.
    """
    paths = [folder / name for name in slice_names(folder)]
    first = _picture(paths[0])
    for path in paths[1:]:
        other = _picture(path)
        if (other.shape, other.dtype, other.levels) != (first.shape, first.dtype, first.levels):
            raise InputError(f"{path}: is {other}, but {paths[0].name} is {first}; give slices of one size and type")

    def read(box: Box) -> np.ndarray:
        slices, rows, columns = box
        size = [part.stop - part.start for part in box]
        check_memory(folder, tuple(size), first.dtype.itemsize)
        check_memory(folder, first.shape, first.dtype.itemsize)
        stack = np.empty(size, first.dtype)
        for place, path in enumerate(paths[slices]):
            stack[place] = _pixels(path, first)[rows, columns]
        return stack

    yield StoredImage((len(paths), *first.shape), first.dtype, first.calibration, read)


def slice_names(folder: Path) -> list[str]:
    """Names of the slices in a folder, in the order of their numbers; hidden files and notes are passed over."""
    with parsing_name(folder), os.scandir(folder) as entries:
        found = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    names = []
    for name in found:
        if name.lower() in _IGNORED or Path(name).suffix.lower() in _BESIDE:
            continue
        _check_entry(folder, name)
        names.append(name)
    if not names:
        raise InputError(f"{folder}: is a folder without slices (.tif, .png, .bmp); give the one that holds them")
    kinds = sorted({_KINDS[Path(name).suffix.lower()] for name in names})
    if len(kinds) > 1:
        raise InputError(f"{folder}: holds slices of {len(kinds)} kinds ({' and '.join(kinds)}); keep one kind alone")
    return _in_sequence(folder, names)


def _check_entry(folder: Path, name: str) -> None:
    path = folder / name
    with parsing_name(path):
        inside = not path.is_symlink() or path.resolve(strict=True).parent == folder.resolve()
        is_file, is_folder = path.is_file(), path.is_dir()
    if not inside:
        raise InputError(f"{path}: is a link out of the folder; copy the slice itself into {folder.name}")
    if is_folder:
        raise InputError(f"{path}: is a folder inside a folder of slices; give the folder that holds the slices alone")
    if not is_file:
        raise InputError(f"{path}: is not a regular file; take it out of the folder of slices")
    if path.suffix.lower() not in _KINDS:
        raise InputError(f"{path}: is no slice (.tif, .tiff, .png, .bmp); take it out of the folder of slices")


def _in_sequence(folder: Path, names: list[str]) -> list[str]:
    """The names sorted by the one number in which they differ; InputError if it has gaps, or is not the only one."""
    if len(names) == 1:
        raise InputError(f"{folder}: is a folder with a single slice ({names[0]}); a stack of slices is needed")
    parts = {name: re.split(r"([0-9]+)", Path(name).stem) for name in names}
    texts = {tuple(part[::2]) for part in parts.values()}
    if len(texts) > 1:
        one, other = ("#".join(text) for text in sorted(texts)[:2])
        raise InputError(f"{folder}: holds slices of different names ({one!r}, {other!r}); keep one series alone")
    numbers = {name: [int(text) for text in part[1::2]] for name, part in parts.items()}
    columns = list(zip(*numbers.values(), strict=True))
    varying = [place for place, column in enumerate(columns) if len(set(column)) > 1]
    if len(varying) != 1:
        which = "no number" if not varying else f"{len(varying)} numbers"
        raise InputError(f"{folder}: {which} of the names differ ({names[0]}, {names[-1]}); number them 0, 1, 2, ...")
    ordered = sorted(names, key=lambda name: numbers[name][varying[0]])
    for name, after in itertools.pairwise(ordered):
        here, there = numbers[name][varying[0]], numbers[after][varying[0]]
        if there != here + 1:
            problem = "two slices have one number" if there == here else f"{there - here - 1} slice(s) are missing"
            raise InputError(f"{folder}: {problem} between {name} and {after}; complete the sequence, or renumber it")
    return ordered


def _picture(path: Path) -> _Picture:
    if path.suffix.lower() in (".tif", ".tiff"):
        with opened_picture(path) as (shape, dtype, calibration, _):
            return _Picture(shape, dtype, calibration)
    with opened(path) as file:
        head = file.read(54)
    with parsing(path):
        return _png_header(path, head) if path.suffix.lower() == ".png" else _bmp_header(path, head)


def _png_header(path: Path, head: bytes) -> _Picture:
    if head[:8] != _PNG or head[12:16] != b"IHDR":
        raise InputError(f"{path}: damaged or not a PNG picture; save it anew from the program that made it")
    width, height, bits, colour = struct.unpack(">IIBB", head[16:26])
    if colour != 0:
        kind = {2: "colour", 3: "palette", 4: "grey with transparency", 6: "colour with transparency"}.get(colour, "?")
        raise InputError(f"{path}: colour picture ({kind}); save it as grey, one value per voxel")
    if bits not in (1, 2, 4, 8, 16):
        raise InputError(f"{path}: damaged: {bits} bits per pixel; save it anew from the program that made it")
    levels = 255 // (2**bits - 1) if bits < 8 else 1
    return _checked(path, _Picture((height, width), np.dtype(np.uint16 if bits == 16 else np.uint8), None, levels))


def _bmp_header(path: Path, head: bytes) -> _Picture:
    if head[:2] != b"BM" or len(head) < 54:
        raise InputError(f"{path}: damaged or not a BMP picture; save it anew from the program that made it")
    width, height, _, bits, compression = struct.unpack("<iiHHI", head[18:34])
    if bits != 8 or compression != 0:
        raise InputError(
            f"{path}: BMP of {bits} bits, compression {compression}: colour or packed; save it as 8-bit grey"
        )
    return _checked(path, _Picture((abs(height), width), np.dtype(np.uint8), None))


def _checked(path: Path, picture: _Picture) -> _Picture:
    if min(picture.shape) < 1:
        raise InputError(f"{path}: damaged: a picture of {picture}; save it anew from the program that made it")
    check_memory(path, picture.shape, picture.dtype.itemsize)
    return picture


def _pixels(path: Path, expected: _Picture) -> np.ndarray:
    """The whole slice, as the header promised it."""
    if path.suffix.lower() in (".tif", ".tiff"):
        with opened_picture(path) as (_, _, _, decoded):
            pixels = decoded()
    else:
        with opened(path) as file:
            data = file.read()
        with parsing(path):
            pixels = _decoder(path)(data)
        pixels = pixels if expected.levels == 1 else pixels // np.uint8(expected.levels)
    if pixels.shape != expected.shape or pixels.dtype != expected.dtype:
        raise InputError(f"{path}: colour picture, or changed while it was read: {pixels.dtype} {pixels.shape}")
    return pixels


def _decoder(path: Path) -> Any:
    import imagecodecs

    return imagecodecs.png_decode if path.suffix.lower() == ".png" else imagecodecs.bmp_decode
