"""A folder of slices, one picture per file, in the order of the numbers in their names (slice2 before slice10).

The slices are axis 0, rows axis 1, columns axis 2. A folder that lacks a number, or holds pictures of two kinds,
sizes or types, is refused: a missing slice would shift all that follow. Numbers may rise in equal steps, as heights do.
"""

import itertools
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import check_memory, parsing_name
from electrode_homog.images.formats.pictures import Picture, picture_header, picture_pixels
from electrode_homog.images.formats.stored import Box, StoredImage
from electrode_homog.images.formats.tiff import opened_picture

_KINDS = {".tif": "TIFF", ".tiff": "TIFF", ".png": "PNG", ".bmp": "BMP"}
# Notes of people, of scanners (Phoenix, Nikon, Bruker, VGStudio) and of Avizo, not pictures.
_BESIDE = (
    ".txt", ".log", ".ini", ".xml", ".json", ".csv", ".md", ".pdf", ".rtf", ".doc", ".docx", ".xlsx", ".yaml", ".yml",
    ".toml", ".html", ".tfw", ".info", ".md5", ".pca", ".pcr", ".xtekct", ".vgi", ".vgl", ".hx",
)  # fmt: skip
_IGNORED = ("thumbs.db", "desktop.ini")


@contextmanager
def opened_slices(folder: Path) -> Iterator[StoredImage]:
    """The stack; the header of each file is judged now, and only the slices inside a box are decoded.

    Raises InputError for an empty folder, for names that are not one unbroken sequence, and for slices that differ.
    """
    names, step = _sequence(folder)
    paths = [folder / name for name in names]
    first = _picture(paths[0])
    for path in paths[1:]:
        _picture(path).check_like(path, first, paths[0].name)

    def read(box: Box) -> np.ndarray:
        slices, rows, columns = box
        size = [part.stop - part.start for part in box]
        check_memory(folder, tuple(size), first.dtype.itemsize)
        check_memory(folder, first.shape, first.dtype.itemsize)
        stack = np.empty(size, first.dtype)
        for place, path in enumerate(paths[slices]):
            stack[place] = _pixels(path, first)[rows, columns]
        return stack

    calibration = first.calibration
    if calibration is not None and step > 1:  # perhaps every tenth slice was kept, perhaps they are named by height
        calibration = replace(calibration, lengths=(math.nan, *calibration.lengths[1:]))
    yield StoredImage((len(paths), *first.shape), first.dtype, calibration, read)


def slice_names(folder: Path) -> list[str]:
    """Names of the slices in a folder, in the order of their numbers; hidden files and notes are passed over."""
    return _sequence(folder)[0]


def _sequence(folder: Path) -> tuple[list[str], int]:
    """Names of the slices, and the step of their numbers."""
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


def _in_sequence(folder: Path, names: list[str]) -> tuple[list[str], int]:
    """The names sorted by the number in which they differ, and its step; InputError if it has gaps.

    There may be several such numbers (slice and height), as long as all that rise evenly give one order.
    """
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
    even = [place for place in varying if _step(columns[place])]
    orders = {tuple(sorted(names, key=lambda name: numbers[name][place])) for place in even}
    if len(orders) == 1:
        return list(orders.pop()), min(_step(columns[place]) for place in even)
    if len(varying) != 1:
        which = "no number" if not varying else f"{len(varying)} numbers"
        raise InputError(f"{folder}: {which} of the names differ ({names[0]}, {names[-1]}); number them 0, 1, 2, ...")
    number = {name: numbers[name][varying[0]] for name in names}
    raise _unevenness(folder, sorted(names, key=number.__getitem__), number)


def _step(column: Sequence[int]) -> int:
    """By how much numbers rise from slice to slice; 0 if not evenly, which two alone only do in steps of one."""
    steps = {after - before for before, after in itertools.pairwise(sorted(column))}
    step = steps.pop()
    return 0 if steps or (step > 1 and len(column) == 2) else step


def _unevenness(folder: Path, ordered: list[str], number: dict[str, int]) -> InputError:
    steps = [number[after] - number[name] for name, after in itertools.pairwise(ordered)]
    usual = min(step for step in steps if step) if len(steps) > 1 else 1
    place = next(k for k, step in enumerate(steps) if step != usual)
    missing = -(-steps[place] // usual) - 1
    problem = f"{missing} slice(s) are missing" if steps[place] else "two slices have one number"
    return InputError(
        f"{folder}: {problem} between {ordered[place]} and {ordered[place + 1]}; complete the sequence, or renumber it"
    )


def _picture(path: Path) -> Picture:
    if path.suffix.lower() in (".tif", ".tiff"):
        with opened_picture(path) as (shape, dtype, calibration, _):
            return Picture(shape, dtype, calibration)
    return picture_header(path)


def _pixels(path: Path, expected: Picture) -> np.ndarray:
    """The whole slice, as the header promised it."""
    if path.suffix.lower() in (".tif", ".tiff"):
        with opened_picture(path) as (_, _, _, decoded):
            pixels = decoded()
    else:
        pixels = picture_pixels(path)
    if pixels.shape != expected.shape or pixels.dtype != expected.dtype:
        raise InputError(f"{path}: changed while it was read: {pixels.dtype} {pixels.shape}; read it again")
    return pixels
