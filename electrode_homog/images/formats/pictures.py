"""PNG and BMP, the pictures of which a folder of slices may consist: grey, or numbers that point into a palette.

Of a palette picture the numbers are read, which are the labels where a segmentation was saved in colours; so each
slice must have the same palette. Both formats are judged by their headers, and no more is unpacked than those state.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import check_memory, opened, parsing
from electrode_homog.images.length import Calibration

_PNG = b"\x89PNG\r\n\x1a\n"
_GREY, _PALETTE = 0, 3
_COLOURS = {2: "three values per pixel", 4: "grey with transparency", 6: "colour with transparency"}
_MOST_CHUNKS = 10_000  # of a PNG before its pixels
_ANEW = "save it anew from the program that made it"


@dataclass(frozen=True)
class Picture:
    """What the header of one slice says."""

    shape: tuple[int, int]
    dtype: np.dtype
    calibration: Calibration | None
    bits: int = 0  # per pixel where these are fewer than those of `dtype`
    palette: bytes = b""

    def __str__(self) -> str:
        packed = f" in {self.bits} bit(s)" if self.bits else ""
        return f"{self.shape[0]} x {self.shape[1]} of {self.dtype}{packed}{' with a palette' if self.palette else ''}"

    def check_like(self, path: Path, first: "Picture", first_name: str) -> None:
        """InputError unless this slice, in the file `path`, has size, type and palette of the first one."""
        one, other = ((each.shape, each.dtype, each.bits, bool(each.palette)) for each in (self, first))
        if one != other:
            raise InputError(f"{path}: is {self}, but {first_name} is {first}; give slices of one size and type")
        common = min(len(self.palette), len(first.palette))  # some programs write only the colours that are used
        if self.palette[:common] != first.palette[:common]:
            raise InputError(
                f"{path}: its palette is not that of {first_name}, so that one number may mean two labels; save all "
                "slices as grey, one value per label"
            )


def picture_header(path: Path) -> Picture:
    """Size, type and palette of a .png or .bmp; InputError for colour, unknown packing and damage."""
    with opened(path) as file:
        head = file.read(54)
        with parsing(path):
            if path.suffix.lower() == ".png":
                file.seek(0)
                return _checked(path, _png_header(path, head, file.read(2**16)))
            return _checked(path, _bmp_header(path, head, file.read(2**16)))


def picture_pixels(path: Path) -> np.ndarray:
    """All pixels (rows, columns) as the numbers that are stored."""
    with opened(path) as file:
        data = file.read()
    with parsing(path):
        if path.suffix.lower() == ".png":
            return _png_pixels(path, data, _png_header(path, data[:54], data))
        return _bmp_pixels(path, data, _bmp_header(path, data[:54], data[54:]))


def _checked(path: Path, picture: Picture) -> Picture:
    if min(picture.shape) < 1:
        raise InputError(f"{path}: damaged: a picture of {picture}; {_ANEW}")
    check_memory(path, picture.shape, picture.dtype.itemsize)
    return picture


def _png_header(path: Path, head: bytes, beginning: bytes) -> Picture:
    if head[:8] != _PNG or head[12:16] != b"IHDR":
        raise InputError(f"{path}: damaged or not a PNG picture; {_ANEW}")
    width, height, bits, colour = struct.unpack(">IIBB", head[16:26])
    if colour not in (_GREY, _PALETTE):
        raise InputError(f"{path}: colour picture ({_COLOURS.get(colour, '?')}); save it as grey, one value per voxel")
    if bits not in (1, 2, 4, 8, 16):
        raise InputError(f"{path}: damaged: {bits} bits per pixel; {_ANEW}")
    palette = b""
    if colour == _PALETTE:
        found = [beginning[begin + 8 : end - 4] for kind, begin, end in _chunks(beginning) if kind == b"PLTE"]
        if not found or not found[0]:
            raise InputError(f"{path}: damaged: its palette is missing; {_ANEW}")
        palette = found[0]
    dtype = np.dtype(np.uint16 if bits == 16 else np.uint8)
    return Picture((height, width), dtype, None, bits if bits < 8 else 0, palette)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(kind, begin, end) of each chunk, as far as the data reach."""
    at = len(_PNG)
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            return
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], at, end
        at = end


def _png_pixels(path: Path, data: bytes, picture: Picture) -> np.ndarray:
    import imagecodecs

    rows, columns = picture.shape
    bits = picture.bits or 8 * picture.dtype.itemsize
    raw = rows * (columns * bits // 8 + 2)
    packed = sum(end - begin for kind, begin, end in _chunks(data) if kind == b"IDAT")
    if packed > raw + raw // 8 + 2**12:  # packing never makes more of it, not even of noise
        raise InputError(f"{path}: damaged: {packed} packed bytes for a picture of {raw}; {_ANEW}")
    pixels = imagecodecs.png_decode(_without_palette(data) if picture.palette else data)
    # The decoder stretches fewer bits than 8 to the range from 0 to 255.
    return pixels // np.uint8(255 // (2**picture.bits - 1)) if picture.bits else pixels


def _without_palette(data: bytes) -> bytes:
    """The same picture as one of grey values, which are the numbers that pointed into the palette."""
    kept = [_PNG]
    for kind, begin, end in _chunks(data):
        chunk = data[begin:end]
        if zlib.crc32(chunk[4:-4]).to_bytes(4, "big") != chunk[-4:]:
            raise ValueError(f"the checksum of {kind!r} is wrong")
        if kind == b"IHDR":
            head = chunk[4:17] + bytes([_GREY]) + chunk[18:-4]
            kept.append(chunk[:4] + head + zlib.crc32(head).to_bytes(4, "big"))
        elif kind in (b"IDAT", b"IEND"):
            kept.append(chunk)
    return b"".join(kept)


def _bmp_header(path: Path, head: bytes, after: bytes) -> Picture:
    if head[:2] != b"BM" or len(head) < 54:
        raise InputError(f"{path}: damaged or not a BMP picture; {_ANEW}")
    offset, described, width, height, _, bits, compression = struct.unpack("<IIiiHHI", head[10:34])
    if bits not in (1, 4, 8) or compression != 0 or described < 40:
        raise InputError(
            f"{path}: BMP of {bits} bits, compression {compression}: colour or packed; save it as 8-bit grey"
        )
    palette = (head + after)[14 + described : offset][: 4 * 2**bits]
    grey = bytes(level for k in range(2**bits) for level in (*[k * 255 // (2**bits - 1)] * 3, 0))
    plain = bits == 8 and all(palette[k::4] == grey[k : len(palette) : 4] for k in range(3))
    dtype = np.dtype(np.uint8)
    return Picture((abs(height), width), dtype, None, bits if bits < 8 else 0, b"" if plain else palette)


def _bmp_pixels(path: Path, data: bytes, picture: Picture) -> np.ndarray:
    """Rows lie from the bottom up unless the height is negative, each filled up to a multiple of four bytes."""
    rows, columns = picture.shape
    bits = picture.bits or 8
    (offset,), (height,) = struct.unpack_from("<I", data, 10), struct.unpack_from("<i", data, 22)
    line = (columns * bits + 31) // 32 * 4
    if len(data) < offset + rows * line:
        raise InputError(
            f"{path}: cut short: {len(data)} bytes of {offset + rows * line} are there; copy it again, or {_ANEW}"
        )
    lines = np.frombuffer(data, np.uint8, rows * line, offset).reshape(rows, line)
    match bits:
        case 1:
            lines = np.unpackbits(lines, axis=1)
        case 4:
            lines = np.stack([lines >> 4, lines & 15], axis=2).reshape(rows, 2 * line)
        case _:
            pass
    return (lines if height < 0 else lines[::-1])[:, :columns]
