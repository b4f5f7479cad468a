"""The bytes of one array of a VTK XML file: a length or a table of blocks, then the blocks, perhaps compressed.

"VTK XML Formats" (VTK documentation): uncompressed [bytes][data]; compressed [blocks][bytes of a block][bytes of
the last one if it is shorter, else 0][compressed bytes of each][data]. In base64 the table is encoded by itself
where the data are compressed, and by itself or together with the data where they are not.
"""

import base64
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import check_memory

_LZMA_MEMORY = 2**28  # bytes that unpacking one block may take; the strongest setting needs 65 MiB


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks of `size` bytes each (the last may be shorter), `total` bytes in all, stored at `starts` in `data`."""

    path: Path
    data: np.ndarray  # bytes
    starts: np.ndarray  # one more than blocks
    size: int
    total: int
    compressor: str  # "" for plain bytes

    def between(self, start: int, stop: int) -> Iterator[np.ndarray]:
        """The bytes from `start` to `stop`, in pieces."""
        if not self.compressor:
            yield self.data[self.starts[0] + start : self.starts[0] + stop]
            return
        for index in range(start // self.size, -(-stop // self.size)):
            begin = index * self.size
            yield self._unpacked(index)[max(0, start - begin) : stop - begin]

    def _unpacked(self, index: int) -> np.ndarray:
        expected = min(self.size, self.total - index * self.size)
        block = _unpacked(self.path, self.compressor, self.data[self.starts[index] : self.starts[index + 1]], expected)
        if len(block) != expected:
            raise InputError(f"{self.path}: block {index} does not unpack to its {expected} bytes; copy the file again")
        return np.frombuffer(block, np.uint8)


def _unpacked(path: Path, compressor: str, data: np.ndarray, expected: int) -> bytes:
    """One block; at most one byte more than expected comes out, whatever the block holds."""
    match compressor:
        case "vtkZLibDataCompressor":
            return zlib.decompressobj().decompress(data.data, expected + 1)
        case "vtkLZMADataCompressor":
            return lzma.LZMADecompressor(lzma.FORMAT_XZ, _LZMA_MEMORY).decompress(data.data, expected + 1)
        case "vtkLZ4DataCompressor":
            import imagecodecs

            return bytes(imagecodecs.lz4_decode(bytes(data), header=False, out=expected))
        case _:
            raise InputError(
                f"{path}: compressor {compressor!r} is not one that VTK has; save it with zlib compression"
            )


def raw_blocks(path: Path, data: np.ndarray, word: np.dtype, compressor: str, total: int) -> Blocks:
    """The blocks that begin with `data`, which reaches to the end of what can belong to them."""
    if not compressor:
        stated = int(_words(path, data, word, 1)[0])
        return _plain(path, data[word.itemsize :], stated, total)
    table = _table(path, data, word, total)
    return _packed(path, data[table.nbytes :], table, compressor, total)


def base64_blocks(path: Path, text: np.ndarray, word: np.dtype, compressor: str, total: int) -> Blocks:
    """The same from base64 text, which may be followed by text that belongs to others."""
    most = 1 if not compressor else 3
    if compressor:
        head = _decoded(path, text, 3 * word.itemsize)
        most = 3 + min(int(_words(path, head, word, 3)[0]), len(text) // word.itemsize)
    head = _decoded(path, text, most * word.itemsize)
    after = _letters(most * word.itemsize)
    if not compressor:
        stated = int(_words(path, head, word, 1)[0])
        if len(head) == word.itemsize:  # padded: the length is encoded by itself
            return _plain(path, _decoded(path, text[after:], total), stated, total)
        return _plain(path, _decoded(path, text, word.itemsize + total)[word.itemsize :], stated, total)
    table = _table(path, head, word, total)
    return _packed(path, _decoded(path, text[after:], int(table[3:].sum())), table, compressor, total)


def _letters(count: int) -> int:
    return 4 * -(-count // 3)


def _decoded(path: Path, text: np.ndarray, count: int) -> np.ndarray:
    """The first bytes, at least `count` of them if they are there, from base64."""
    check_memory(path, (count,), 3)
    return np.frombuffer(base64.b64decode(text[: _letters(count)].tobytes(), validate=True), np.uint8)


def _words(path: Path, data: np.ndarray, word: np.dtype, count: int) -> np.ndarray:
    if len(data) < count * word.itemsize:
        raise InputError(f"{path}: cut short: an array begins {len(data)} bytes before the end; copy it again")
    return data[: count * word.itemsize].view(word)


def _plain(path: Path, data: np.ndarray, stated: int, total: int) -> Blocks:
    if stated != total or len(data) < total:
        raise InputError(
            f"{path}: cut short or inconsistent: {stated} bytes are stated and {len(data)} left for an array of {total}"
        )
    return Blocks(path, data, np.array([0, total]), max(1, total), total, "")


def _table(path: Path, data: np.ndarray, word: np.dtype, total: int) -> np.ndarray:
    count, size, last = _words(path, data, word, 3).tolist()
    full = count - 1 if last else count
    if count < 1 or size < 1 or last > size or full * size + last != total:
        raise InputError(f"{path}: its {count} blocks of {size} bytes, the last {last}, do not make {total} bytes")
    check_memory(path, (size,), 2)
    return _words(path, data, word, 3 + count)


def _packed(path: Path, data: np.ndarray, table: np.ndarray, compressor: str, total: int) -> Blocks:
    sizes = [int(n) for n in table[3:]]
    if sum(sizes) > len(data):
        raise InputError(f"{path}: cut short: {len(data)} bytes of {sum(sizes)} compressed ones are there")
    return Blocks(path, data, np.cumsum([0, *sizes]), int(table[1]), total, compressor)
