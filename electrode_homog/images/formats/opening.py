"""Which format a path has, judged by its suffix, or for a folder by what is in it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from electrode_homog.errors import InputError
from electrode_homog.images.formats.digest import files_below, sha256_of, sha256_of_files
from electrode_homog.images.formats.guard import parsing_name
from electrode_homog.images.formats.numpy_files import opened_npy, opened_npz
from electrode_homog.images.formats.raw import RawLayout, opened_raw
from electrode_homog.images.formats.slices import opened_slices, slice_names
from electrode_homog.images.formats.stored import StoredImage
from electrode_homog.images.formats.tiff import opened_tiff

_TIFF = (".tif", ".tiff", ".btf", ".tf2", ".tf8")  # the last three say BigTIFF
_HDF5 = (".h5", ".hdf5", ".hdf", ".he5", ".nxs", ".nx", ".nx5", ".dream3d")
_RAW = (".raw", ".dat", ".bin", ".vol")
_DESCRIBED = (*_TIFF, ".npy", ".npz", *_HDF5, ".mat", ".vti")  # files that describe themselves
_PACKED = (".gz", ".zip", ".7z", ".tar", ".tgz", ".rar", ".bz2", ".xz", ".zst")
_ZARR_MARKS = ("zarr.json", ".zarray", ".zgroup")  # of versions 3 and 2


@contextmanager
def opened_image(path: Path, dataset: str | None, raw: RawLayout | None) -> Iterator[StoredImage]:
    """The image in a file or folder; InputError for a `dataset` or a `raw` layout that the format has no use for."""
    with _opened(path, dataset, raw) as image:
        yield image


def image_digest(path: Path) -> str:
    """SHA-256 of the bytes that were read, hexadecimal; of a folder the names and bytes of its slices or chunks."""
    if not path.is_dir():
        return sha256_of(path)
    return sha256_of_files(path, files_below(path) if _is_zarr(path) else slice_names(path))


def existing(path: Path) -> Path:
    """The path; InputError where it is missing, may not be looked at, or is neither a file nor a folder."""
    with parsing_name(path):
        is_folder, is_file, exists = path.is_dir(), path.is_file(), path.exists()
    if not exists:
        raise InputError(f"{path}: no such file")
    if not is_folder and not is_file:
        raise InputError(f"{path}: is not a regular file")
    return path


def _opened(path: Path, dataset: str | None, raw: RawLayout | None) -> AbstractContextManager[StoredImage]:
    suffix = path.suffix.lower()
    if path.is_dir():
        _refuse_raw(path, raw)
        return _opened_folder(path, dataset)
    if raw is not None and suffix not in _DESCRIBED:  # whatever its name is
        _refuse_dataset(path, dataset)
        return opened_raw(path, raw)
    if suffix in _RAW:
        raise InputError(
            f"{path}: a raw file says nothing about itself; give raw=RawLayout(shape, dtype), or --raw-shape and "
            "--raw-type of convert and segment"
        )
    _refuse_raw(path, raw)
    if suffix not in _DESCRIBED:
        remedy = "unpack it first" if suffix in _PACKED else "convert it to TIFF, or read it as raw"
        raise InputError(
            f"{path}: suffix {path.suffix!r} is not one of {', '.join((*_DESCRIBED, *_RAW))}, nor is it a folder of "
            f"slices or a .zarr folder; {remedy}"
        )
    if suffix in _TIFF:
        _refuse_dataset(path, dataset)
        return opened_tiff(path)
    if suffix == ".npy":
        _refuse_dataset(path, dataset)
        return opened_npy(path)
    if suffix == ".npz":
        return opened_npz(path, dataset)
    return _opened_container(path, suffix, dataset)


def _opened_folder(path: Path, dataset: str | None) -> AbstractContextManager[StoredImage]:
    if _is_zarr(path):
        from electrode_homog.images.formats.zarr_store import opened_zarr

        return opened_zarr(path, dataset)
    _refuse_dataset(path, dataset)
    return opened_slices(path)


def _opened_container(path: Path, suffix: str, dataset: str | None) -> AbstractContextManager[StoredImage]:
    """Formats whose libraries load only when one of their files is read."""
    if suffix == ".mat":
        from electrode_homog.images.formats.matlab import opened_matlab

        return opened_matlab(path, dataset)
    if suffix == ".vti":
        from electrode_homog.images.formats.vti import opened_vti

        return opened_vti(path, dataset)
    from electrode_homog.images.formats.hdf5 import opened_hdf5

    return opened_hdf5(path, dataset)


def _is_zarr(folder: Path) -> bool:
    with parsing_name(folder):
        return folder.suffix.lower() == ".zarr" or any((folder / mark).is_file() for mark in _ZARR_MARKS)


def _refuse_raw(path: Path, raw: RawLayout | None) -> None:
    if raw is not None:
        what = "a folder" if path.is_dir() else f"a file of suffix {path.suffix!r}"
        raise InputError(f"{path}: a raw layout is for files without a header of their own; {what} describes itself")


def _refuse_dataset(path: Path, dataset: str | None) -> None:
    if dataset is not None:
        raise InputError(f"{path}: holds one image; dataset = {dataset!r} is for files that hold several")
