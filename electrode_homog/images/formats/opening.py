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

_TIFF = (".tif", ".tiff")
_HDF5 = (".h5", ".hdf5", ".hdf", ".he5", ".nxs", ".nx", ".nx5")
_RAW = (".raw", ".dat", ".bin", ".vol")
_SUFFIXES = (*_TIFF, ".npy", ".npz", *_HDF5, ".mat", ".vti", *_RAW)
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
    """The path; InputError where it is missing, may not be looked at, or has an unknown suffix."""
    with parsing_name(path):
        is_folder, is_file, exists = path.is_dir(), path.is_file(), path.exists()
    if is_folder:
        return path
    if not exists:
        raise InputError(f"{path}: no such file")
    if not is_file:
        raise InputError(f"{path}: is not a regular file")
    if path.suffix.lower() not in _SUFFIXES:
        raise InputError(
            f"{path}: suffix {path.suffix!r} is not one of {', '.join(_SUFFIXES)}, nor is it a folder of slices or a "
            ".zarr folder; convert it to TIFF"
        )
    return path


def _opened(path: Path, dataset: str | None, raw: RawLayout | None) -> AbstractContextManager[StoredImage]:
    suffix = path.suffix.lower()
    if suffix in _RAW and not path.is_dir():
        if raw is None:
            raise InputError(f"{path}: a raw file says nothing about itself; give raw=RawLayout(shape, dtype)")
        _refuse_dataset(path, dataset)
        return opened_raw(path, raw)
    if raw is not None:
        raise InputError(f"{path}: a raw layout is for {', '.join(_RAW)}; a file of suffix {suffix!r} describes itself")
    if path.is_dir() and not _is_zarr(path):
        _refuse_dataset(path, dataset)
        return opened_slices(path)
    if suffix in _TIFF and not path.is_dir():
        _refuse_dataset(path, dataset)
        return opened_tiff(path)
    if suffix == ".npy" and not path.is_dir():
        _refuse_dataset(path, dataset)
        return opened_npy(path)
    if suffix == ".npz" and not path.is_dir():
        return opened_npz(path, dataset)
    return _opened_container(path, suffix, dataset)


def _opened_container(path: Path, suffix: str, dataset: str | None) -> AbstractContextManager[StoredImage]:
    """Formats whose libraries load only when one of their files is read."""
    if path.is_dir():
        from electrode_homog.images.formats.zarr_store import opened_zarr

        return opened_zarr(path, dataset)
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


def _refuse_dataset(path: Path, dataset: str | None) -> None:
    if dataset is not None:
        raise InputError(f"{path}: holds one image; dataset = {dataset!r} is for files that hold several")
