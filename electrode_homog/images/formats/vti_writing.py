"""Writing labels as VTK ImageData (.vti): cell data, appended raw, in blocks packed by zlib, as ParaView reads.

Spacing is in metres. VTK has no place for a unit, so the voxel size is repeated as a field array `voxel_size_m`.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.voxel_image import VoxelImage
from electrode_homog.output import written_whole

_BLOCK = 2**20  # bytes packed at once
_SLAB = 2**26  # bytes turned from our order into VTK's at once
_LEVEL = 4  # of zlib: 3 times as fast as 6, for a file a sixth larger (an electrode of three phases)
_TYPES = {
    "u1": "UInt8",
    "u2": "UInt16",
    "u4": "UInt32",
    "u8": "UInt64",
    "i1": "Int8",
    "i2": "Int16",
    "i4": "Int32",
    "i8": "Int64",
}


def write_vti(image: VoxelImage, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write labels (nx, ny, nz) as a cell array `labels` over the extent 0 nx 0 ny 0 nz; returns `path`.

    Raises InputError where `path` exists and `overwrite` is not set, OSError, which names the path, where it cannot
    be written. In both cases nothing is left behind.
    """
    path = Path(path)
    if path.suffix.lower() != ".vti":
        raise InputError(f"{path}: a VTK image is named .vti; readers go by the name")
    with written_whole(path, overwrite=overwrite) as beside, beside.open("xb") as file:
        file.write(_head(image).encode("utf-8"))
        _write_blocks(file, image)
        file.write(b"\n  </AppendedData>\n</VTKFile>\n")
    return path


def _head(image: VoxelImage) -> str:
    extent = " ".join(f"0 {n}" for n in image.shape)
    lengths = " ".join(repr(length) for length in image.voxel_size_m)
    kind = _TYPES[image.labels.dtype.str[1:]]
    letters = " ".join(map(str, [*image.source.encode("utf-8"), 0]))  # how VTK writes text: numbers, then 0
    return f"""<?xml version="1.0"?>
<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt64"
         compressor="vtkZLibDataCompressor">
  <ImageData WholeExtent="{extent}" Origin="0 0 0" Spacing="{lengths}">
    <FieldData>
      <DataArray type="Float64" Name="voxel_size_m" NumberOfTuples="3" format="ascii">{lengths}</DataArray>
      <Array type="String" Name="source" NumberOfTuples="1" format="ascii">{letters}</Array>
    </FieldData>
    <Piece Extent="{extent}">
      <PointData>
      </PointData>
      <CellData Scalars="labels">
        <DataArray type="{kind}" Name="labels" format="appended" offset="0"/>
      </CellData>
    </Piece>
  </ImageData>
  <AppendedData encoding="raw">
   _"""


def _write_blocks(file: BinaryIO, image: VoxelImage) -> None:
    """The table of blocks is written twice: as room for it, then, when their sizes are known, in its place."""
    total = image.labels.nbytes
    table = np.zeros(3 + -(-total // _BLOCK), "<u8")
    table[:3] = len(table) - 3, _BLOCK, total % _BLOCK
    begin = file.tell()
    file.write(table.tobytes())
    for index, block in enumerate(_blocks(image.labels)):
        packed = zlib.compress(block, _LEVEL)
        table[3 + index] = len(packed)
        file.write(packed)
    end = file.tell()
    file.seek(begin)
    file.write(table.tobytes())
    file.seek(end)


def _blocks(labels: np.ndarray) -> Iterator[bytes]:
    """The labels with x running fastest, little-endian, in blocks; the last may be shorter."""
    nx, ny, nz = labels.shape
    step = max(1, _SLAB // (nx * ny * labels.itemsize))
    rest = b""
    for first in range(0, nz, step):
        data = rest + labels[:, :, first : first + step].T.astype(labels.dtype.newbyteorder("<"), order="C").tobytes()
        full = len(data) - len(data) % _BLOCK
        for start in range(0, full, _BLOCK):
            yield data[start : start + _BLOCK]
        rest = data[full:]
    if rest:
        yield rest
