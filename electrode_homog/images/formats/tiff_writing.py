"""Writing labels as OME-TIFF: one page per plane of axis 0, Z there, deflate-compressed, with the voxel size."""

from pathlib import Path
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.ome import NO_LENGTH
from electrode_homog.images.voxel_image import VoxelImage
from electrode_homog.output import written_whole

_CLASSIC_BYTES = 2**32 - 2**26  # offsets of a classic TIFF have 32 bits; the rest is for its directories
_LARGEST_LABEL = 2**32 - 1  # OME knows no wider type


def write_ome_tiff(image: VoxelImage, path: Path, *, overwrite: bool) -> None:
    """Write the labels plane by plane, in their smallest type; BigTIFF where 32-bit offsets might not do.

    Raises InputError where `path` exists and `overwrite` is not set, and for labels beyond 32 bits; OSError, which
    names the path, where it cannot be written. In all cases nothing is left behind.
    """
    from tifffile import TiffWriter

    dtype = _smallest_type(image)
    big = image.labels.size * dtype.itemsize > _CLASSIC_BYTES
    with written_whole(path, overwrite=overwrite) as beside, TiffWriter(beside, bigtiff=big, ome=True) as writer:
        writer.write(
            (np.ascontiguousarray(plane, dtype) for plane in image.labels),
            shape=image.shape,
            dtype=dtype,
            photometric="minisblack",
            compression="zlib",
            metadata=_metadata(image),
        )


def _smallest_type(image: VoxelImage) -> np.dtype:
    highest = max(int(plane.max()) for plane in image.labels)
    if highest > _LARGEST_LABEL:
        raise InputError(
            f"label {highest} of {image.source!r} is beyond {_LARGEST_LABEL}, the most that OME-TIFF holds"
        )
    return np.min_scalar_type(highest)


def _metadata(image: VoxelImage) -> dict[str, Any]:
    """What goes into the OME-XML: micrometres in the shortest decimal of 15 digits, or plain 1 without a length."""
    unit, per_metre = ("µm", 1e6) if image.has_physical_length else (NO_LENGTH, 1.0)
    lengths = [float(f"{length * per_metre:.15g}") for length in image.voxel_size_m]
    sizes = {f"PhysicalSize{axis}": length for axis, length in zip("ZYX", lengths, strict=True)}
    units = {f"PhysicalSize{axis}Unit": unit for axis in "ZYX"}
    printable = "".join(c if c.isprintable() else " " for c in image.source)
    return {"axes": "ZYX", "Name": printable[:200], **sizes, **units}
