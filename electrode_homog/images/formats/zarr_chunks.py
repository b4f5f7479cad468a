"""The chunks of a Zarr array: all of them must be there, and each is unpacked to its size and no further.

Zarr reads a chunk that is missing as the fill value, that is, mostly as pore.
"""

import itertools
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.datasets import check_chunk
from electrode_homog.images.formats.guard import check_memory
from electrode_homog.images.formats.zarr_json import check_folder, size_of
from electrode_homog.images.formats.zarr_layout import ChunkCodec, Layout, Packing, Shards

Place = tuple[int, ...]
_REMEDY = "copy the folder again, or write it with every chunk (zarr: config={'write_empty_chunks': True})"
_ABSENT = 2**64 - 1  # offset and length of a chunk that a shard does not hold


@dataclass(frozen=True)
class Chunks:
    """The files of one array in folder `root / node`."""

    root: Path
    node: str
    layout: Layout

    def check_present(self) -> None:
        """InputError unless each chunk of the grid has a file, a regular one with something in it."""
        grid = _grid(self.layout.shape, self.layout.file_shape)
        check_chunk(self.root, self.layout.shape, self.layout.codec.shape, self.layout.codec.dtype.itemsize)
        folders: set[str] = set()
        for number, place in enumerate(_places(grid)):
            name = self._name(place)
            folder = name.rpartition("/")[0]
            if folder not in folders:
                check_folder(self.root, folder)
                folders.add(folder)
            if not size_of(self.root, name):
                raise InputError(
                    f"{self.root}: incomplete: chunk {name!r} is missing or empty (found {number} of "
                    f"{math.prod(grid)} before it); it would read as a fill value: {_REMEDY}"
                )
            if self.layout.shards is not None:
                self._index(name, place, self.layout.shards)

    def read(self, box: tuple[slice, ...]) -> np.ndarray:
        """The voxels inside a box, one slice per axis; only chunks that it touches are unpacked."""
        shape = tuple(part.stop - part.start for part in box)
        check_memory(self.root, shape, self.layout.codec.dtype.itemsize)
        out = np.empty(shape, self.layout.codec.dtype)
        for place in _touched(box, self.layout.file_shape):
            name = self._name(place)
            origin = tuple(k * n for k, n in zip(place, self.layout.file_shape, strict=True))
            if self.layout.shards is None:
                _put(out, box, origin, self._unpacked((self.root / name).read_bytes(), name))
            else:
                self._read_shard(out, box, origin, place, self.layout.shards)
        return out

    def _read_shard(self, out: np.ndarray, box: tuple[slice, ...], origin: Place, place: Place, shards: Shards) -> None:
        name, size = self._name(place), self.layout.codec.shape
        index = self._index(name, place, shards)
        inside = tuple(
            slice(max(part.start, start), min(part.stop, start + n))
            for part, start, n in zip(box, origin, shards.shape, strict=True)
        )
        local = tuple(slice(part.start - at, part.stop - at) for part, at in zip(inside, origin, strict=True))
        with (self.root / name).open("rb") as file:
            for inner in _touched(local, size):
                offset, length = index[inner].tolist()
                file.seek(offset)
                start = tuple(at + k * n for at, k, n in zip(origin, inner, size, strict=True))
                _put(out, box, start, self._unpacked(file.read(length), name))

    def _index(self, name: str, place: Place, shards: Shards) -> np.ndarray:
        """Offset and length of each chunk of a shard; InputError unless all inside the image are there."""
        length = math.prod(shards.index.shape) * 8 + (4 if shards.index.packings else 0)
        size = size_of(self.root, name) or 0
        with (self.root / name).open("rb") as file:
            file.seek(0 if shards.index_first else max(0, size - length))
            index = decoded(self.root, name, file.read(length), shards.index)
        covered = (
            -(-min(n - k * whole, whole) // small)
            for n, k, whole, small in zip(self.layout.shape, place, shards.shape, self.layout.codec.shape, strict=True)
        )
        inside = index[tuple(slice(0, n) for n in covered)]
        if (inside == _ABSENT).any():
            raise InputError(
                f"{self.root}: incomplete: shard {name!r} lacks a chunk, which would read as a fill value: {_REMEDY}"
            )
        limits = inside.astype(object)  # whole numbers that cannot wrap around
        if (limits[..., 0] + limits[..., 1]).max() > size:
            raise InputError(f"{self.root}: shard {name!r} is cut short or its index is wrong; copy it again")
        return index

    def _unpacked(self, data: bytes, name: str) -> np.ndarray:
        return decoded(self.root, name, data, self.layout.codec)

    def _name(self, place: Place) -> str:
        return f"{self.node}/{self.layout.file_name(place)}".lstrip("/")


def decoded(root: Path, name: str, data: bytes, codec: ChunkCodec) -> np.ndarray:
    """The array in the bytes of one chunk; InputError unless they unpack to exactly its size."""
    size = math.prod(codec.shape) * codec.dtype.itemsize
    for depth, packing in enumerate(reversed(codec.packings)):
        # Only the innermost packing gives exactly the chunk; what others give may be a little longer.
        last = depth == len(codec.packings) - 1
        data = _unpack(root, name, packing, data, size if last else size + size // 8 + 2**12)
    if len(data) != size:
        raise InputError(
            f"{root}: chunk {name!r} holds {len(data)} bytes, not {size}; cut short or damaged: copy it again"
        )
    stored = np.frombuffer(data, codec.dtype).reshape(tuple(codec.shape[axis] for axis in codec.order))
    return stored.transpose(np.argsort(codec.order))


def _unpack(root: Path, name: str, packing: Packing, data: bytes, most: int) -> bytes:
    import imagecodecs

    match packing:
        case "crc32c":
            return _checked(root, name, data)
        case "gzip" | "zlib":
            unpack = zlib.decompressobj(31 if packing == "gzip" else 15)
            return unpack.decompress(data, most + 1)
        case "zstd":
            return bytes(imagecodecs.zstd_decode(data, out=most))
        case "blosc":
            return bytes(imagecodecs.blosc_decode(data, out=most))
        case "lz4":
            return bytes(imagecodecs.lz4_decode(data[4:], header=False, out=most))


def _checked(root: Path, name: str, data: bytes) -> bytes:
    import google_crc32c

    if len(data) < 4 or google_crc32c.value(data[:-4]) != int.from_bytes(data[-4:], "little"):
        raise InputError(f"{root}: the checksum of {name!r} is wrong; copy it again")
    return data[:-4]


def _grid(shape: Place, chunks: Place) -> Place:
    return tuple(-(-n // c) for n, c in zip(shape, chunks, strict=True))


def _places(grid: Place) -> Iterator[Place]:
    """All places, one by one: a grid that a file only claims may be of any size."""
    for number in range(math.prod(grid)):
        place = []
        for n in reversed(grid):
            number, k = divmod(number, n)
            place.append(k)
        yield tuple(reversed(place))


def _touched(box: tuple[slice, ...], chunks: Place) -> Iterator[Place]:
    spans = (range(part.start // c, -(-part.stop // c)) for part, c in zip(box, chunks, strict=True))
    return itertools.product(*spans)


def _put(out: np.ndarray, box: tuple[slice, ...], origin: Place, chunk: np.ndarray) -> None:
    """Copy the part of a chunk that lies in the box; `out` begins where the box does."""
    target, source = [], []
    for part, start, n in zip(box, origin, chunk.shape, strict=True):
        first, last = max(part.start, start), min(part.stop, start + n)
        target.append(slice(first - part.start, last - part.start))
        source.append(slice(first - start, last - start))
    out[tuple(target)] = chunk[tuple(source)]
