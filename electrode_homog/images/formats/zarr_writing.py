"""Writing labels as OME-Zarr 0.5 (Zarr version 3): one level, `0`, every chunk there, packed by zstd.

Axes are named z, y, x, the only order that OME-Zarr allows; they are our axes 0, 1, 2 unchanged, through-thickness
first. The scale is in micrometres; the array repeats the voxel size as an attribute `voxel_size_m`.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.voxel_image import VoxelImage
from electrode_homog.output import folder_written_whole

_CHUNK = 128  # voxels along an edge: 2 MiB of one byte
_MARKS = ("zarr.json", ".zgroup", ".zarray")  # one of them makes a folder a Zarr folder


def write_zarr(image: VoxelImage, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write labels (nx, ny, nz) as the only level of an OME-Zarr image; returns `path`.

    Raises InputError where `path` exists, unless `overwrite` is set and it is a Zarr folder; OSError, which names the
    path, where it cannot be written. Nothing is left behind then, and what was there before stays.
    """
    import zarr
    from zarr.codecs import ZstdCodec

    path = Path(path)
    refuse = partial(_refuse, path, overwrite=overwrite)
    with folder_written_whole(path, refuse=refuse, what="the image") as beside:
        group = zarr.create_group(beside, zarr_format=3, attributes=_attributes(image, path.stem))
        array: Any = group.create_array(
            "0",
            shape=image.shape,
            chunks=tuple(min(_CHUNK, n) for n in image.shape),
            dtype=image.labels.dtype.newbyteorder("="),
            compressors=ZstdCodec(checksum=True),
            dimension_names=("z", "y", "x"),
            attributes={"voxel_size_m": list(image.voxel_size_m)},
            config={"write_empty_chunks": True},  # a chunk of nothing but pore is data
        )
        for start in range(0, image.shape[0], _CHUNK):
            array[start : start + _CHUNK] = np.asarray(image.labels[start : start + _CHUNK])
    return path


def _attributes(image: VoxelImage, name: str) -> dict[str, Any]:
    """OME metadata; an image without a physical length has axes without a unit."""
    physical = image.has_physical_length
    unit = {"unit": "micrometer"} if physical else {}
    scale = [float(f"{length * 1e6:.15g}") if physical else 1.0 for length in image.voxel_size_m]
    levels = [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": scale}]}]
    axes = [{"name": axis, "type": "space", **unit} for axis in "zyx"]
    multiscale = {"name": name, "axes": axes, "datasets": levels}
    return {"ome": {"version": "0.5", "multiscales": [multiscale]}, "source": image.source}


def _refuse(path: Path, *, overwrite: bool) -> None:
    """InputError unless `path` is free, or a Zarr folder that may be replaced; no other folder is ever deleted."""
    if not path.exists() and not path.is_symlink():
        return
    if not overwrite:
        raise InputError(f"{path} exists already; choose another name or overwrite it (--force)")
    if path.is_symlink() or not any((path / mark).is_file() for mark in _MARKS):
        raise InputError(f"{path} exists and is not a Zarr folder, so that it is not overwritten; choose another name")
