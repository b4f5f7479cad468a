"""Reading a segmented image from a file, with axis 0 through-thickness from then on.

Everything is refused that would have to be guessed: see the checks in tiff, arrays and labels.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import parsing
from electrode_homog.images.formats.numpy_files import read_npy, read_npz
from electrode_homog.images.formats.tiff import read_tiff
from electrode_homog.images.labels import segmented_labels
from electrode_homog.images.length import Calibration, check_extent
from electrode_homog.images.voxel_image import VoxelImage, three_lengths

_UNIT_VOXEL = (1.0, 1.0, 1.0)
_SUFFIXES = (".tif", ".tiff", ".npy", ".npz")


def read_image(
    path: str | os.PathLike[str],
    *,
    voxel_size_m: float | Sequence[float] | None = None,
    through_axis: int = 0,
) -> VoxelImage:
    """Read a stack of labels from .tif, .tiff, .npy or .npz; axis `through_axis` of the file becomes axis 0.

    `voxel_size_m` is one number (cubic) or three in the axis order of the *file*, before the axis is moved;
    it overrides what an ImageJ file states, and None takes it from there. A voxel size of 1 declares a
    geometry without a physical length, the only size that is exempt from the physical range.

    Raises InputError for a file that is not one whole segmented 3-D image or has no voxel size, and
    OutOfRangeError for a thickness above 2 mm or a largest extent below 1 um. Large labels are kept;
    `source` becomes the file name and the first 16 digits of the SHA-256 of its bytes.
    """
    if isinstance(through_axis, bool) or through_axis not in (0, 1, 2):
        raise InputError(f"through_axis = {through_axis!r} is not 0, 1 or 2")
    given = None if voxel_size_m is None else three_lengths(voxel_size_m)
    name = _regular_file(path)
    with _opened(name) as file:
        array, calibration = _read(name, file, copies=1 if through_axis == 0 else 2)
        digest = _sha256(file)[:16]
    labels = segmented_labels(name, array)
    voxel_size = _moved(given or _stated_voxel_size(name, calibration), through_axis)
    with parsing(name):
        labels = np.ascontiguousarray(np.moveaxis(labels, through_axis, 0))
    if given != _UNIT_VOXEL:
        check_extent(str(name), labels.shape, voxel_size)
    return VoxelImage(labels, voxel_size, f"{name.name} sha256:{digest}")


def _regular_file(path: str | os.PathLike[str]) -> Path:
    """The path, or InputError where it is missing, empty, not a file, or of a format that is not read."""
    if not isinstance(path, (str, os.PathLike)):
        raise InputError(f"path = {path!r} is not a file name")
    name = Path(path)
    try:
        if name.is_dir():
            raise InputError(f"{name}: is a folder; give one file that holds all slices")
        if not name.exists():
            raise InputError(f"{name}: no such file")
        if not name.is_file():
            raise InputError(f"{name}: is not a regular file")
        empty = name.stat().st_size == 0
    except (
        OSError,
        ValueError,
    ) as error:  # a name that the system does not accept, or a folder we may not enter
        raise InputError(f"{str(name)!r}: cannot be read ({error})") from error
    if name.suffix.lower() not in _SUFFIXES:
        raise InputError(f"{name}: suffix {name.suffix!r} is not one of {', '.join(_SUFFIXES)}; convert it to TIFF")
    if empty:
        raise InputError(f"{name}: is empty (0 bytes); copy it again")
    return name


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(2**20):
        digest.update(block)
    return digest.hexdigest()


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def _read(path: Path, file: BinaryIO, *, copies: int) -> tuple[np.ndarray, Calibration | None]:
    match path.suffix.lower():
        case ".npy":
            return read_npy(path, file, copies=copies), None
        case ".npz":
            return read_npz(path, file, copies=copies), None
        case _:
            return read_tiff(path, file, copies=copies)


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


def _moved(voxel_size_m: tuple[float, float, float], through_axis: int) -> tuple[float, float, float]:
    x = voxel_size_m[through_axis]
    y, z = voxel_size_m[:through_axis] + voxel_size_m[through_axis + 1 :]
    return x, y, z
