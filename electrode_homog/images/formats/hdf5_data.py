"""What must be true of an HDF5 dataset before its voxels are read: all of them are there, in this very file.

The library reads what is absent as the fill value, follows external storage and virtual datasets to any file,
and loads programs (filter plugins) that a dataset asks for.
"""

import math
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.datasets import check_chunk
from electrode_homog.machine import available_memory_bytes

if TYPE_CHECKING:
    import h5py

_DEFLATE, _SZIP = 1, 4
_BUILT_IN = {
    _DEFLATE: "deflate",
    2: "shuffle",
    3: "fletcher32",
    _SZIP: "szip",
    5: "nbit",
    6: "scaleoffset",
    32000: "lzf",
}
_REMEDY = "save it anew with gzip compression or none"
_DEFLATE_RATIO = 1032  # the most that deflate can expand: 258 bytes from 2 bits
_UNPACKED = 2**30  # bytes that one chunk may become without having been looked at


def number_type(dataset: "h5py.Dataset") -> np.dtype | None:
    """The NumPy type if the values are plain numbers or truth values, None for text, compounds, references."""
    from h5py import h5t

    kind = dataset.id.get_type()
    if kind.get_class() not in (h5t.INTEGER, h5t.FLOAT, h5t.ENUM, h5t.BITFIELD):
        return None
    try:
        dtype = dataset.dtype
    except (TypeError, ValueError):  # a number of a width that NumPy does not have
        return None
    return np.dtype(dtype.str) if dtype.kind in "biuf" else None


def elsewhere(dataset: "h5py.Dataset") -> str | None:
    """Says where the values are if not in this file; to be asked before the shape, which may open other files."""
    from h5py import h5d  # pyright: ignore[reportAttributeAccessIssue]

    created = dataset.id.get_create_plist()
    if created.get_layout() == h5d.VIRTUAL:
        return "a virtual dataset, put together from other files"
    if created.get_external_count():
        return "kept in an external file"
    return None


def check_present(path: Path, name: str, dataset: "h5py.Dataset") -> set[tuple[int, ...]]:
    """InputError unless all values are in this file and can be decoded by what the library has built in.

    Returns the offsets of chunks that have so many bytes that `check_unpacked` must look at them before they are read.
    """
    from h5py import h5d  # pyright: ignore[reportAttributeAccessIssue]

    created = dataset.id.get_create_plist()
    _check_filters(path, name, created)
    needed = math.prod(dataset.shape) * dataset.id.get_type().get_size()
    stored = dataset.id.get_storage_size()
    if stored == 0:
        raise InputError(f"{path}: dataset {name!r} has a shape, {dataset.shape}, but no data; write it again")
    if created.get_layout() == h5d.CHUNKED:
        return _check_chunks(path, name, dataset)
    if stored != needed:
        raise InputError(f"{path}: dataset {name!r} is damaged: {stored} bytes are stored of {needed}; copy it again")
    return set()


def _check_filters(path: Path, name: str, created: "h5py.h5p.PropDCID") -> None:
    from h5py import filters

    for index in range(created.get_nfilters()):
        number, _, _, label = created.get_filter(index)
        if number not in _BUILT_IN or (number == _SZIP and "szip" not in filters.decode):
            text = label.decode("utf-8", "replace") or "unnamed"
            raise InputError(
                f"{path}: dataset {name!r} is compressed by filter {number} ({text!r}), a plug-in; {_REMEDY}"
            )


def _check_chunks(path: Path, name: str, dataset: "h5py.Dataset") -> set[tuple[int, ...]]:
    chunks, itemsize = dataset.chunks or dataset.shape, dataset.id.get_type().get_size()
    chunk = math.prod(chunks) * itemsize
    check_chunk(path, dataset.shape, chunks, itemsize)
    expected = math.prod(-(-n // c) for n, c in zip(dataset.shape, chunks, strict=True))
    present = dataset.id.get_num_chunks()
    if present != expected:
        raise InputError(
            f"{path}: dataset {name!r} is incomplete: {present} of {expected} chunks are there, the others would read "
            "as a fill value; write all of its values"
        )
    suspect: set[tuple[int, ...]] = set()
    swollen: list[tuple[int, ...]] = []
    limit = min(available_memory_bytes(), _UNPACKED) // _DEFLATE_RATIO

    def judge(chunk_info: "h5py.h5d.StoreInfo") -> None:
        if chunk_info.size > 2 * chunk + 2**16:
            swollen.append(chunk_info.chunk_offset)
        elif chunk_info.size > limit:
            suspect.add(chunk_info.chunk_offset)

    dataset.id.chunk_iter(judge)
    for offset in swollen:
        check_unpacked(path, name, dataset, offset)
    return suspect


def check_unpacked(path: Path, name: str, dataset: "h5py.Dataset", offset: tuple[int, ...]) -> None:
    """Unpack one deflated chunk as far as it may go; the library would go on as long as memory lasts."""
    created = dataset.id.get_create_plist()
    chunk = math.prod(dataset.chunks or dataset.shape) * dataset.id.get_type().get_size()
    if _DEFLATE not in [created.get_filter(index)[0] for index in range(created.get_nfilters())]:
        return
    _, packed = dataset.id.read_direct_chunk(offset)
    if len(zlib.decompressobj().decompress(packed, chunk + 2**16)) >= chunk + 2**16:
        raise InputError(f"{path}: a chunk of dataset {name!r} unpacks to more than its {chunk} bytes; {_REMEDY}")
