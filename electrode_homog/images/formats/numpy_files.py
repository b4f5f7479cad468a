"""NumPy files: .npy, mapped, and .npz with one array or a named one. The header is judged before any voxel is read.

Object arrays are pickles, that is, programs: they are refused, never loaded.
"""

import functools
import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import check_memory, opened, parsing
from electrode_homog.images.formats.stored import StoredImage, mapped_image

_BLOCK = 2**24  # bytes unpacked at once


@contextmanager
def opened_npy(path: Path) -> Iterator[StoredImage]:
    """The array of a .npy file, mapped; InputError unless the file is exactly one 3-D array of numbers."""
    with opened(path) as file:
        size = path.stat().st_size
        with parsing(path):
            shape, fortran_order, dtype = _judged_header(path, file, size)
            order = "F" if fortran_order else "C"
            array = np.memmap(file, dtype, mode="r", offset=file.tell(), shape=shape, order=order)
        yield mapped_image(np.asarray(array))


@contextmanager
def opened_npz(path: Path, dataset: str | None) -> Iterator[StoredImage]:
    """One array of a .npz file: the only one, or that called `dataset`. Unpacked as a whole, when it is read."""
    with opened(path) as file:
        with parsing(path):
            archive = zipfile.ZipFile(file)
        with archive:
            with parsing(path):
                member = _member(path, archive, dataset)
                with archive.open(member) as data:
                    shape, fortran_order, dtype = _judged_header(path, data, member.file_size)
                    start = data.tell()

            @functools.cache  # a part cannot be unpacked without what lies before it
            def whole() -> np.ndarray:
                check_memory(path, shape, dtype.itemsize)
                with parsing(path), archive.open(member) as data:
                    data.read(start)
                    array = _unpacked(path, data, member.file_size - start).view(dtype)
                return array.reshape(shape, order="F" if fortran_order else "C")

            yield StoredImage(shape, dtype, None, lambda box: whole()[box])


def _member(path: Path, archive: zipfile.ZipFile, dataset: str | None) -> zipfile.ZipInfo:
    members = archive.infolist()
    listed = ", ".join(repr(member.filename) for member in members[:10])
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise InputError(f"{path}: member {member.filename!r} points outside; NumPy does not write such names")
    if dataset is None:
        if len(members) != 1:
            raise InputError(f"{path}: holds {len(members)} arrays ({listed}); name one (dataset), or save it alone")
        return members[0]
    named = [member for member in members if member.filename in (dataset, f"{dataset}.npy")]
    if len(named) != 1:
        raise InputError(f"{path}: dataset {dataset!r} names {len(named)} of its arrays; it holds {listed}")
    return named[0]


def _unpacked(path: Path, data: IO[bytes], size: int) -> np.ndarray:
    """Exactly `size` bytes, read in blocks into the place where they stay."""
    array = np.empty(size, np.uint8)
    place = 0
    while place < size:
        block = data.read(min(_BLOCK, size - place))
        if not block:
            raise InputError(f"{path}: cut short: {place} bytes of voxels, not {size}")
        array[place : place + len(block)] = np.frombuffer(block, np.uint8)
        place += len(block)
    return array


def _judged_header(path: Path, file: IO[bytes], size: int) -> tuple[tuple[int, int, int], bool, np.dtype]:
    """Shape, order and type; InputError unless they are numbers in three axes and explain all `size` bytes."""
    shape, fortran_order, dtype = _read_header(path, file)
    if dtype.kind not in "biuf":
        raise InputError(f"{path}: values are of type {dtype}, not numbers; give one whole number per voxel")
    expected = file.tell() + math.prod(shape) * dtype.itemsize
    if size != expected:
        which = f"cut short ({size / expected:.0%} is there)" if size < expected else "longer than its header says"
        raise InputError(f"{path}: {which}: {size} bytes, but {expected} for shape {shape} of {dtype}")
    if len(shape) != 3 or 0 in shape:
        raise InputError(f"{path}: shape {shape} is not (nx, ny, nz) with a voxel in it")
    nx, ny, nz = shape
    return (nx, ny, nz), fortran_order, dtype


def _read_header(path: Path, file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        header = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        header = np.lib.format.read_array_header_2_0(file)
    else:
        raise InputError(
            f"{path}: NumPy format {version}; expected (1, 0) or (2, 0), as NumPy writes for plain numbers"
        )
    shape, fortran_order, dtype = header
    if any(n < 0 for n in shape):
        raise InputError(f"{path}: header states the shape {shape}")
    return shape, fortran_order, dtype
