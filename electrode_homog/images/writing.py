"""Writing an image so that it can be read back equal: labels, voxel size and axis."""

import os
from pathlib import Path

from electrode_homog.errors import InputError
from electrode_homog.images.voxel_image import VoxelImage

_WRITTEN = (".tif", ".tiff", ".zarr", ".vti")
_OFFERED = ".tif, .tiff (as OME-TIFF), .zarr or .vti"


def write_image(image: VoxelImage, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write labels as OME-TIFF (.tif, .tiff), OME-Zarr (.zarr) or VTK image data (.vti), by suffix; returns `path`.

    Axis 0 is the first axis of the file: pages, Z. Raises InputError for another suffix, for a path that exists
    where `overwrite` is not set, and for labels that the format cannot hold; OSError, which names the path, where it
    cannot be written. Nothing is left behind then, and what was there before stays.
    """
    if not isinstance(image, VoxelImage):
        raise InputError(f"image is {type(image).__name__}, not a VoxelImage; segment it first")
    if not isinstance(path, (str, os.PathLike)):
        raise InputError(f"path = {path!r} is not a file name")
    target = writable_name(path)
    if not isinstance(overwrite, bool):
        raise InputError(f"overwrite = {overwrite!r} is not True or False")
    match target.suffix.lower():
        case ".zarr":
            from electrode_homog.images.formats.zarr_writing import write_zarr

            write_zarr(image, target, overwrite=overwrite)
        case ".vti":
            from electrode_homog.images.formats.vti_writing import write_vti

            write_vti(image, target, overwrite=overwrite)
        case _:
            from electrode_homog.images.formats.tiff_writing import write_ome_tiff

            write_ome_tiff(image, target, overwrite=overwrite)
    return target


def writable_name(path: str | os.PathLike[str]) -> Path:
    """The path; InputError unless its suffix is that of a format in which images are written."""
    target = Path(path)
    if target.suffix.lower() not in _WRITTEN:
        raise InputError(f"{target}: suffix {target.suffix!r} is not one of {_OFFERED}")
    return target
