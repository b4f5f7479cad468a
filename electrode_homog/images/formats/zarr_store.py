"""Zarr folders (.zarr) of versions 2 and 3, and OME-Zarr 0.4 and 0.5 in them: levels, axes and voxel size.

Only files inside the one local folder are read. Without a name, the finest level of the only multiscale image is
taken, or the only array with three axes. Axes of length 1 beside three others (time, channel) are dropped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.datasets import ArrayEntry, image_axes, listed, only_image
from electrode_homog.images.formats.guard import parsing
from electrode_homog.images.formats.ome_zarr import axis_kinds, calibration_of, finest_level
from electrode_homog.images.formats.stored import Box, StoredImage
from electrode_homog.images.formats.zarr_chunks import Chunks
from electrode_homog.images.formats.zarr_json import arrays_below, attributes_of, is_array
from electrode_homog.images.formats.zarr_layout import Layout, layout_v2, layout_v3
from electrode_homog.images.length import Calibration


@contextmanager
def opened_zarr(path: Path, dataset: str | None) -> Iterator[StoredImage]:
    """The array of that name (a level of an OME-Zarr image is `0`, `1`, ...), or the only choice there is.

    The name of an OME-Zarr image inside the folder (`labels/cells`) stands for its finest level.

    Refused: chunks that are missing or links, codecs and types other than plain numbers in common packings,
    descriptions that contradict themselves, further axes longer than 1.
    """
    with parsing(path):
        if not path.is_dir():
            raise InputError(f"{path}: a Zarr image is a folder; unpack it if it is an archive")
        node = _chosen(path) if dataset is None else _named(path, _safe(path, dataset))
        image = _stored(path, node)
    yield image


def _chosen(path: Path) -> str:
    new, old, attributes = attributes_of(path, "")
    if is_array(new, old):
        return ""
    level = finest_level(path, attributes)
    if level is not None:
        return _safe(path, level)
    entries, others = [], []
    for name in arrays_below(path):
        try:
            layout = _layout(path, name)
        except InputError as error:  # an array that is none of ours does not spoil the others
            others.append(str(error).removeprefix(f"{path}: "))
            continue
        entries.append(ArrayEntry(name, layout.shape, str(layout.codec.dtype)))
    return only_image(path, entries, others=others)


def _named(path: Path, node: str) -> str:
    """The array of that name, or the finest level of the multiscale image of that name."""
    new, old, attributes = attributes_of(path, node)
    level = None if is_array(new, old) else finest_level(path, attributes)
    return node if level is None else _safe(path, f"{node}/{level}")


def _safe(path: Path, dataset: str) -> str:
    """A name that stays inside the folder."""
    parts = [part for part in dataset.split("/") if part]
    if "\0" in dataset or "\\" in dataset or any(part in (".", "..") for part in parts) or dataset.startswith("/"):
        raise InputError(f"{path}: dataset {dataset!r} is not a name inside the folder; write it as group/array")
    return "/".join(parts)


def _layout(path: Path, node: str) -> Layout:
    new, old, _ = attributes_of(path, node)
    if new is not None and is_array(new, old):
        return layout_v3(path, node, new)
    if old is not None:
        return layout_v2(path, node, old)
    raise InputError(f"{path}: no array {node!r} in it; it holds {listed([*map(repr, arrays_below(path))]) or 'none'}")


def _stored(path: Path, node: str) -> StoredImage:
    layout = _layout(path, node)
    attributes, level = _description(path, node)
    kinds = axis_kinds(path, attributes, level)
    axes = image_axes(layout.shape) if kinds is None else tuple(k for k, kind in enumerate(kinds) if kind == "space")
    if axes is None or len(axes) != 3 or (kinds is not None and len(kinds) != len(layout.shape)):
        raise InputError(
            f"{path}: array {node!r} has shape {layout.shape}, axes {kinds}; three axes in space are needed"
        )
    long = {axis: n for axis, n in enumerate(layout.shape) if axis not in axes and n != 1}
    if long or 0 in layout.shape:
        raise InputError(f"{path}: array {node!r} has shape {layout.shape}: time or channels; save one of them alone")
    chunks = Chunks(path, node, layout)
    chunks.check_present()
    nx, ny, nz = (layout.shape[axis] for axis in axes)

    def read(box: Box) -> np.ndarray:
        parts = dict(zip(axes, box, strict=True))
        with parsing(path):
            whole = chunks.read(tuple(parts.get(axis, slice(0, 1)) for axis in range(len(layout.shape))))
        return whole.reshape([part.stop - part.start for part in box])

    own = _own_calibration(attributes_of(path, node)[2])
    return StoredImage((nx, ny, nz), layout.codec.dtype, own or calibration_of(path, attributes, level, axes), read)


def _description(path: Path, node: str) -> tuple[dict[str, Any], str]:
    """Attributes of the group whose multiscale image has this array as a level, and the name of the level there."""
    parts = node.split("/") if node else []
    for count in reversed(range(len(parts))):
        attributes, level = attributes_of(path, "/".join(parts[:count]))[2], "/".join(parts[count:])
        if axis_kinds(path, attributes, level) is not None:
            return attributes, level
    return {}, node


def _own_calibration(attributes: dict[str, Any]) -> Calibration | None:
    """The attribute that `write_zarr` leaves with the array."""
    lengths = attributes.get("voxel_size_m")
    if not isinstance(lengths, list) or len(lengths) != 3 or not all(type(n) in (int, float) for n in lengths):
        return None
    x, y, z = map(float, lengths)
    return Calibration((x, y, z), "m")
