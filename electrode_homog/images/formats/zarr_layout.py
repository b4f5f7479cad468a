"""How a Zarr array lies on disk: shape, chunks and codecs, judged from its JSON before anything acts on it.

Specifications: Zarr v2, and Zarr core v3 with the codecs bytes, transpose, blosc, gzip, zstd, crc32c and
sharding_indexed. A codec is a word in a closed list here; none is looked up, loaded or built from the file.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from electrode_homog.errors import InputError

Packing = Literal["blosc", "gzip", "zlib", "zstd", "lz4", "crc32c"]
_PACKED_V2: tuple[Packing, ...] = ("blosc", "gzip", "zlib", "zstd", "lz4")
_PACKED_V3: tuple[Packing, ...] = ("blosc", "gzip", "zstd", "crc32c")
_OFFERED = "save it with zstd, gzip, blosc or no compression"
_TYPES = {"bool": "b1", **{f"{word}{8 * n}": f"{word[0]}{n}" for word in ("int", "uint") for n in (1, 2, 4, 8)}}
_TYPES |= {f"float{8 * n}": f"f{n}" for n in (2, 4, 8)}
_LARGEST_AXIS = 2**40


@dataclass(frozen=True)
class ChunkCodec:
    """How one chunk becomes bytes: axes reordered, numbers written as `dtype`, packed in the order of `packings`."""

    shape: tuple[int, ...]
    dtype: np.dtype
    order: tuple[int, ...]  # axes as they lie in the bytes, slowest first
    packings: tuple[Packing, ...]


@dataclass(frozen=True)
class Shards:
    """Files that hold several chunks each, and an index of (offset, length) at one end."""

    shape: tuple[int, ...]
    index: ChunkCodec
    index_first: bool


@dataclass(frozen=True)
class Layout:
    """Shape of the array, its chunks, the shards that hold them if there are any, and the names of the files."""

    shape: tuple[int, ...]
    codec: ChunkCodec
    shards: Shards | None
    prefix: str  # of the file name: "" in version 2, "c" in version 3
    separator: str

    @property
    def file_shape(self) -> tuple[int, ...]:
        """Voxels that one file covers."""
        return self.codec.shape if self.shards is None else self.shards.shape

    def file_name(self, place: tuple[int, ...]) -> str:
        """The name of the chunk or shard at this place of the grid."""
        return self.separator.join([*([self.prefix] if self.prefix else []), *map(str, place)])


def layout_v2(path: Path, node: str, stated: dict[str, Any]) -> Layout:
    """From the content of .zarray; InputError for what is not plain numbers in known packing."""
    where = _Where(path, node)
    where.require(stated.get("zarr_format") == 2, f"zarr_format {stated.get('zarr_format')!r} in .zarray is not 2")
    shape = where.whole_numbers("shape", stated.get("shape"))
    chunks = where.whole_numbers("chunks", stated.get("chunks"), len(shape), least=1)
    dtype = where.number_type(stated.get("dtype"))
    where.require(not stated.get("filters"), f"filters {_short(stated.get('filters'))} are not read; {_OFFERED}")
    packer = stated.get("compressor")
    name = packer.get("id") if isinstance(packer, dict) else packer
    where.require(name is None or name in _PACKED_V2, f"compressor {_short(name)} is not read; {_OFFERED}")
    order = stated.get("order", "C")
    where.require(order in ("C", "F"), f"order {_short(order)} is neither C nor F")
    axes = tuple(range(len(shape)))
    separator = stated.get("dimension_separator", ".")
    where.require(separator in (".", "/"), f"dimension_separator {_short(separator)} is neither . nor /")
    packings = () if name is None else (name,)
    return Layout(shape, ChunkCodec(chunks, dtype, axes if order == "C" else axes[::-1], packings), None, "", separator)


def layout_v3(path: Path, node: str, stated: dict[str, Any]) -> Layout:
    """From the content of zarr.json of an array; InputError for what is not plain numbers in known packing."""
    where = _Where(path, node)
    where.require(stated.get("zarr_format") == 3, f"zarr_format {stated.get('zarr_format')!r} in zarr.json is not 3")
    where.require(not stated.get("storage_transformers"), "storage transformers are not read; save it without")
    shape = where.whole_numbers("shape", stated.get("shape"))
    kind = stated.get("data_type")
    where.require(isinstance(kind, str) and kind in _TYPES, f"data_type {_short(kind)} is not a number")
    grid, settings = where.named(stated.get("chunk_grid"))
    where.require(grid == "regular", f"chunk grid {_short(grid)} is not regular")
    chunks = where.whole_numbers("chunk_shape", settings.get("chunk_shape"), len(shape), least=1)
    keys, key_settings = where.named(stated.get("chunk_key_encoding"))
    where.require(keys in ("default", "v2"), f"chunk_key_encoding {_short(keys)} is neither default nor v2")
    separator = key_settings.get("separator", "/" if keys == "default" else ".")
    where.require(separator in (".", "/"), f"separator {_short(separator)} is neither . nor /")
    codecs = stated.get("codecs")
    dtype, shards = np.dtype(_TYPES[str(kind)]), None
    if isinstance(codecs, list) and len(codecs) == 1 and where.named(codecs[0])[0] == "sharding_indexed":
        inner = where.named(codecs[0])[1]
        size = where.whole_numbers("chunk_shape of shards", inner.get("chunk_shape"), len(shape), least=1)
        where.require(all(n % m == 0 for n, m in zip(chunks, size, strict=True)), f"shards {chunks} do not hold {size}")
        shards = where.shards(inner, chunks, size)
        chunks, codecs = size, inner.get("codecs")
    codec = where.chain(codecs, chunks, dtype)
    return Layout(shape, codec, shards, "c" if keys == "default" else "", separator)


@dataclass(frozen=True)
class _Where:
    """Checks of values found in one description, with the words for what is wrong."""

    path: Path
    node: str

    def require(self, condition: bool, problem: str) -> None:
        if not condition:
            raise InputError(f"{self.path}: array {self.node or '/'!r}: {problem}")

    def whole_numbers(self, what: str, value: object, count: int | None = None, *, least: int = 0) -> tuple[int, ...]:
        sound = isinstance(value, list) and 1 <= len(value) <= 16 and (count is None or len(value) == count)
        self.require(
            sound and all(type(n) is int and least <= n <= _LARGEST_AXIS for n in value),  # pyright: ignore
            f"{what} {_short(value)} is not a list of {count or 'three'} whole numbers",
        )
        return tuple(value)  # pyright: ignore[reportArgumentType]

    def number_type(self, value: object) -> np.dtype:
        plain = isinstance(value, str) and len(value) <= 4 and value[:1] in "<>|" and value[1:2] in "biuf"
        self.require(plain and value[2:] in ("1", "2", "4", "8"), f"type {_short(value)} is not a number")  # pyright: ignore
        return np.dtype(str(value))

    def named(self, value: object) -> tuple[object, dict[str, Any]]:
        """Name and configuration of a codec or grid, which may be given as a word."""
        if isinstance(value, str):
            return value, {}
        sound = isinstance(value, dict) and isinstance(value.get("configuration", {}), dict)
        self.require(sound, f"{_short(value)} is not a name with a configuration")
        return value.get("name"), value.get("configuration", {})  # pyright: ignore

    def chain(self, codecs: object, shape: tuple[int, ...], dtype: np.dtype) -> ChunkCodec:
        """Transpositions, then bytes, then packings: the order that the specification prescribes."""
        self.require(isinstance(codecs, list) and 1 <= len(codecs) <= 8, f"codecs {_short(codecs)} are not a list")
        order, packings, written = tuple(range(len(shape))), [], False
        for codec in codecs:  # pyright: ignore[reportGeneralTypeIssues]
            name, settings = self.named(codec)
            if name == "transpose" and not written:
                permutation = settings.get("order")
                self.require(
                    isinstance(permutation, list)
                    and sorted(map(str, permutation)) == sorted(map(str, range(len(shape)))),
                    f"transpose {_short(permutation)} is not an order of the axes",
                )
                order = tuple(order[int(axis)] for axis in permutation)  # pyright: ignore[reportOptionalIterable]
            elif name == "bytes" and not written:
                endian, written = settings.get("endian", "little"), True
                self.require(endian in ("little", "big"), f"endian {_short(endian)} is neither little nor big")
                dtype = dtype.newbyteorder("<" if endian == "little" else ">")
            else:
                self.require(written and name in _PACKED_V3, f"codec {_short(name)} is not read here; {_OFFERED}")
                packings.append(name)
        self.require(written, "its codecs do not say how numbers become bytes")
        return ChunkCodec(shape, dtype, order, tuple(packings))

    def shards(self, settings: dict[str, Any], shape: tuple[int, ...], inner: tuple[int, ...]) -> Shards:
        grid = tuple(n // m for n, m in zip(shape, inner, strict=True))
        index = self.chain(settings.get("index_codecs"), (*grid, 2), np.dtype("u8"))
        place = settings.get("index_location", "end")
        sound = set(index.packings) <= {"crc32c"} and place in ("start", "end")
        self.require(
            sound, f"the index of its shards is packed as {index.packings} at {_short(place)}, which is not read"
        )
        return Shards(shape, index, place == "start")


def _short(value: object) -> str:
    return repr(value)[:80]
