"""MATLAB files up to version 7 (-v6, -v7): a row of tagged elements, each perhaps packed by zlib.

Written after the MathWorks document "MAT-File Format" (tables 1-1 to 1-3). Only the head of an element is looked
at until an array is chosen: name, class, shape and the type of its numbers stand there, before the numbers.
An element has at most 4 GB, which the format cannot exceed.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import check_memory

_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_CLASSES = {
    1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse", 6: "double", 7: "single", 8: "int8", 9: "uint8",
    10: "int16", 11: "uint16", 12: "int32", 13: "uint32", 14: "int64", 15: "uint64", 16: "function", 17: "opaque",
}  # fmt: skip
_NUMERIC = range(6, 16)
_COMPLEX, _LOGICAL = 0x0800, 0x0200
_HEAD = 4096  # bytes within which the head of an element ends: a name has 63 letters at most
_LONGEST_NAME = 63
_PADDING = 16  # bytes unpacked beyond the numbers, to see whether the stream ends there
_MOST_ELEMENTS = 10_000


@dataclass(frozen=True)
class Element:
    """A variable as its head describes it; `start` counts bytes, in the file or in the unpacked stream."""

    name: str
    shape: tuple[int, ...]
    kind: str
    is_plain: bool  # real numbers in a full array
    dtype: np.dtype | None
    start: int
    packed_at: tuple[int, int] | None  # offset and length of the packed stream in the file, None if not packed

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * (self.dtype.itemsize if self.dtype is not None else 0)


def elements(path: Path, file: BinaryIO) -> Iterator[Element]:
    """The variables of the file, in order, judged by their heads; InputError for a file that is cut short."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(128)
    order = {b"IM": "<", b"MI": ">"}.get(head[126:128])
    if order is None:
        raise InputError(f"{path}: not a MATLAB file of version 5 to 7.3; save it with the option -v7")
    at = 128
    for _ in range(_MOST_ELEMENTS):
        if at >= size:
            return
        file.seek(at)
        kind, length = struct.unpack(f"{order}II", file.read(8))
        if at + 8 + length > size:
            raise InputError(f"{path}: cut short: {size} bytes of at least {at + 8 + length} are there")
        yield _element(path, file, order, at + 8, kind, length)
        at += 8 + length
    raise InputError(f"{path}: holds more than {_MOST_ELEMENTS} variables; save the image alone")


def array_of(path: Path, file: BinaryIO, element: Element) -> np.ndarray:
    """The numbers of a variable, read-only, in MATLAB's axis order; unpacked as far as its shape says, no further."""
    assert element.dtype is not None
    if element.packed_at is None:
        return np.memmap(path, element.dtype, "r", element.start, element.shape, order="F")
    check_memory(path, element.shape, element.dtype.itemsize)
    offset, length = element.packed_at
    file.seek(offset)
    array = np.empty(element.nbytes, np.uint8)
    start = 0
    for block in _unpacked(file, length, element.start + element.nbytes + _PADDING):
        first, last = start - element.start, start - element.start + len(block)
        inside = block[max(0, -first) : max(0, len(block) - max(0, last - element.nbytes))]
        array[max(0, first) : max(0, first) + len(inside)] = np.frombuffer(inside, np.uint8)
        start += len(block)
    if not 0 <= start - element.start - element.nbytes < 8:  # up to a multiple of 8 is padding
        raise InputError(
            f"{path}: {element.name!r} is cut short or goes on beyond its shape {element.shape}; copy it again"
        )
    array.flags.writeable = False
    return array.view(element.dtype).reshape(element.shape, order="F")


def _unpacked(file: BinaryIO, length: int, most: int) -> Iterator[bytes]:
    """At most `most` bytes of a zlib stream of `length` bytes, in blocks; its end, if reached, is verified by zlib."""
    unpack = zlib.decompressobj()
    while most > 0 and not unpack.eof:
        packed = unpack.unconsumed_tail
        if not packed:
            packed = file.read(min(length, 2**20))
            length -= len(packed)
        block = unpack.decompress(packed, min(most, 2**24))
        if not packed and not block:
            return
        most -= len(block)
        yield block


def _element(path: Path, file: BinaryIO, order: str, at: int, kind: int, length: int) -> Element:
    if kind == _MATRIX:
        return _judged(path, order, file.read(min(length, _HEAD)), at, length, None)
    if kind != _COMPRESSED:
        raise InputError(f"{path}: element of type {kind} where a variable is expected; damaged: copy it again")
    head = b"".join(_unpacked(file, length, _HEAD))
    kind, inner = struct.unpack_from(f"{order}II", head)
    if kind != _MATRIX:
        raise InputError(f"{path}: packed element of type {kind} where a variable is expected; damaged: copy it again")
    return _judged(path, order, head[8:], 8, inner, (at, length))


def _judged(path: Path, order: str, head: bytes, start: int, length: int, packed_at: tuple[int, int] | None) -> Element:
    """Read flags, shape, name and the tag of the numbers from the head of a matrix element."""
    if len(head) < 16:
        return Element("", (), "empty", False, None, start, packed_at)
    (_, _, flags), at = struct.unpack_from(f"{order}III", head), 16
    dims, at, _ = _part(order, head, at)
    name, at, _ = _part(order, head, at)
    shape = tuple(np.frombuffer(dims, f"{order}i4").tolist())
    if len(name) > _LONGEST_NAME:
        raise InputError(f"{path}: a variable has a name of {len(name)} letters; damaged: copy it again")
    text, kind = name.decode("latin-1"), _CLASSES.get(flags & 0xFF, "unknown")
    plain = flags & 0xFF in _NUMERIC and not flags & _COMPLEX
    if not plain or any(n < 1 for n in shape):
        return Element(text, shape, f"complex {kind}" if flags & _COMPLEX else kind, False, None, start, packed_at)
    _, _, number = _part(order, head, at, cut=True)
    if number not in _NUMBERS:
        raise InputError(f"{path}: {text!r} holds numbers of the unknown type {number}; damaged: copy it again")
    dtype, small = np.dtype(f"{order}{_NUMBERS[number]}"), struct.unpack_from(f"{order}I", head, at)[0] >> 16
    data = at + (4 if small else 8)
    element = Element(
        text, shape, "logical" if flags & _LOGICAL else kind, True, dtype, start + data, packed_at
    )  # fmt: skip
    if (
        stated := small or struct.unpack_from(f"{order}I", head, at + 4)[0]
    ) != element.nbytes or data + stated > length:
        raise InputError(f"{path}: {text!r} states {stated} bytes for {element.nbytes} of shape {shape}; copy it again")
    return element


def _part(order: str, head: bytes, at: int, *, cut: bool = False) -> tuple[bytes, int, int]:
    """Bytes, end and type of the sub-element at `at`; numbers may be `cut`, they go on beyond the head."""
    kind, length = struct.unpack_from(f"{order}II", head, at)
    if kind >> 16:  # the small form: type and length share one word, four bytes follow
        kind, length, data, end = kind & 0xFFFF, kind >> 16, at + 4, at + 8
    else:
        data, end = at + 8, at + 8 + -(-length // 8) * 8
    if not cut and data + length > len(head):
        raise struct.error(f"a part of {length} bytes in a head of {len(head)}")
    return head[data : data + length], end, kind
