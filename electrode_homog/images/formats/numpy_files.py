"""NumPy files: .npy, mapped, and .npz with one image or a named one. The header is judged before any voxel is read.

Object arrays are pickles, that is, programs: they are refused, never loaded. Axes of length 1 beside three others
are dropped.
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
from electrode_homog.images.formats.datasets import ArrayEntry, image_axes, only_image
from electrode_homog.images.formats.guard import check_memory, opened, parsing
from electrode_homog.images.formats.stored import StoredImage, mapped_image

_BLOCK = 2**24  # bytes unpacked at once
_MOST_MEMBERS = 1000  # whose headers are looked at to find the image


@contextmanager
def opened_npy(path: Path) -> Iterator[StoredImage]:
    """The array of a .npy file, mapped; InputError unless the file is exactly one 3-D array of numbers."""
    with opened(path) as file:
        size = path.stat().st_size
        with parsing(path):
            shape, fortran_order, dtype = _judged_header(path, file, size)
            order = "F" if fortran_order else "C"
            array = np.memmap(file, dtype, mode="r", offset=file.tell(), shape=shape, order=order)
        yield mapped_image(np.asarray(array).reshape(_three(path, shape), order=order))


@contextmanager
def opened_npz(path: Path, dataset: str | None) -> Iterator[StoredImage]:
    """One array of a .npz file: the only image, or that called `dataset`. Unpacked as a whole, when it is read."""
    with opened(path) as file:
        with parsing(path):
            archive = zipfile.ZipFile(file)
        with archive:
            with parsing(path):
                member = _member(path, archive, dataset)
                with archive.open(member) as data:
                    shape, fortran_order, dtype = _judged_header(path, data, member.file_size)
                    start = data.tell()
                three = _three(path, shape)

            @functools.cache  # a part cannot be unpacked without what lies before it
            def whole() -> np.ndarray:
                check_memory(path, shape, dtype.itemsize)
                with parsing(path), archive.open(member) as data:
                    data.read(start)
                    array = _unpacked(path, data, member.file_size - start).view(dtype)
                return array.reshape(three, order="F" if fortran_order else "C")

            yield StoredImage(three, dtype, None, lambda box: whole()[box])


def _member(path: Path, archive: zipfile.ZipFile, dataset: str | None) -> zipfile.ZipInfo:
    members = archive.infolist()
    listed = ", ".join(repr(member.filename) for member in members[:10])
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts:
            raise InputError(f"{path}: member {member.filename!r} points outside; NumPy does not write such names")
    if dataset is None:
        return members[0] if len(members) == 1 else _only_image(path, archive, members)
    named = [member for member in members if member.filename in (dataset, f"{dataset}.npy")]
    if len(named) != 1:
        raise InputError(f"{path}: dataset {dataset!r} names {len(named)} of its arrays; it holds {listed}")
    return named[0]


def _only_image(path: Path, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """The only member with three axes; their headers say it."""
    if len(members) > _MOST_MEMBERS:
        raise InputError(f"{path}: holds {len(members)} arrays; name one (dataset), or save it alone")
    entries, others = [], []
    for member in members:
        name = member.filename.removesuffix(".npy")
        try:
            with parsing(path), archive.open(member) as data:
                shape, _, dtype = _read_header(path, data)
        except InputError:  # what is no array does not spoil the others
            others.append(f"{name!r}, no array that is read here")
            continue
        if dtype.kind in "biuf":
            entries.append(ArrayEntry(name, shape, str(dtype)))
        else:
            others.append(f"{name!r}, not numbers but {dtype}")
    name = only_image(path, entries, others=others)
    return next(member for member in members if member.filename in (name, f"{name}.npy"))


def _three(path: Path, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """The lengths of the three axes of an image; InputError for other arrays."""
    axes = image_axes(shape)
    if axes is None:
        raise InputError(
            f"{path}: shape {shape} is not (nx, ny, nz) with a voxel in it; save one image with three axes"
        )
    nx, ny, nz = (shape[axis] for axis in axes)
    return nx, ny, nz


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


def _judged_header(path: Path, file: IO[bytes], size: int) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and type; InputError unless they are numbers and explain all `size` bytes."""
    shape, fortran_order, dtype = _read_header(path, file)
    if dtype.kind not in "biuf":
        raise InputError(f"{path}: values are of type {dtype}, not numbers; give one whole number per voxel")
    expected = file.tell() + math.prod(shape) * dtype.itemsize
    if size != expected:
        which = f"cut short ({size / expected:.0%} is there)" if size < expected else "longer than its header says"
        raise InputError(f"{path}: {which}: {size} bytes, but {expected} for shape {shape} of {dtype}")
    return shape, fortran_order, dtype


def _read_header(path: Path, file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    magic, formats = file.read(8), np.lib.format
    readers = {(1, 0): formats.read_array_header_1_0, (2, 0): formats.read_array_header_2_0}
    version = (magic[6], magic[7]) if len(magic) == 8 else (0, 0)
    if magic[:6] != b"\x93NUMPY":
        raise InputError(f"{path}: does not begin as NumPy writes: damaged, or another kind of file (a pickle?)")
    if version not in readers:
        raise InputError(
            f"{path}: NumPy format {version}; expected (1, 0) or (2, 0), as NumPy writes for plain numbers"
        )
    try:
        header = readers[version](file)
    except ValueError as error:  # its text would advise to trust the file
        raise InputError(
            f"{path}: its header is damaged or not that of plain numbers; save it anew by numpy"
        ) from error
    shape, fortran_order, dtype = header
    if any(n < 0 for n in shape):
        raise InputError(f"{path}: header states the shape {shape}")
    return shape, fortran_order, dtype
