"""NumPy files: .npy and .npz with a single array. The header is judged before any voxel is read.

Object arrays are pickles, that is, programs: they are refused, never loaded.
"""

import math
import zipfile
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import check_memory, parsing


def read_npy(path: Path, file: BinaryIO, *, copies: int) -> np.ndarray:
    """The array of a .npy file; InputError unless the file is exactly one array of numbers."""
    size = path.stat().st_size
    with parsing(path):
        return _read_array(path, file, size, copies)


def read_npz(path: Path, file: BinaryIO, *, copies: int) -> np.ndarray:
    """The only array of a .npz file; InputError where there are several, or its sizes do not agree."""
    with parsing(path), zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) != 1:
            names = ", ".join(repr(member.filename) for member in members[:10])
            raise InputError(f"{path}: holds {len(members)} arrays ({names}); save the labels alone")
        check_memory(path, (members[0].file_size,), 1, copies=copies)
        with archive.open(members[0]) as member:
            return _read_array(path, member, members[0].file_size, copies)


def _read_array(path: Path, file: IO[bytes], size: int, copies: int) -> np.ndarray:
    """Read one array from `file` of `size` bytes: header, then judgement, then voxels."""
    shape, fortran_order, dtype = _read_header(path, file)
    if dtype.kind not in "biuf":
        raise InputError(f"{path}: values are of type {dtype}, not numbers; give one whole number per voxel")
    header = file.tell()
    expected = header + math.prod(shape) * dtype.itemsize
    if size != expected:
        which = f"cut short ({size / expected:.0%} is there)" if size < expected else "longer than its header says"
        raise InputError(f"{path}: {which}: {size} bytes, but {expected} for shape {shape} of {dtype}")
    check_memory(path, shape, dtype.itemsize, copies=copies)
    data = file.read(size - header)
    if len(data) != size - header:
        raise InputError(f"{path}: cut short: {len(data)} bytes of voxels, not {size - header}")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran_order else "C")


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
