"""A phase of an image, one bit per voxel, laid out so that a shift along an axis is a shift of whole layers.

For each axis the layers normal to it are rows of 64-bit words, packed along another axis; the last word of a
row of voxels is filled up with zeros. That is three times a 64th of a byte per bit of an image: 3/8 byte per voxel.
"""

from dataclasses import dataclass

import numpy as np

from electrode_homog.microstructure.microstructure import Microstructure

_WORD = 64
_PACKED_AT_ONCE = 2**22  # voxels


@dataclass(frozen=True, eq=False)
class PhaseBits:
    """`layers[axis]` (n, words) uint64: the voxels of each of the n layers normal to the axis."""

    shape: tuple[int, int, int]
    layers: tuple[np.ndarray, np.ndarray, np.ndarray]

    def counts(self, axis: int) -> np.ndarray:
        """(n,): voxels of the phase in each layer normal to the axis."""
        return np.array([np.bitwise_count(layer).sum(dtype=np.int64) for layer in self.layers[axis]])


def phase_bits(electrode: Microstructure, phase: str) -> PhaseBits:
    """Pack a phase, a few planes at a time. Raises InputError if there is no such phase."""
    place = list(electrode.phases).index(electrode.checked_name(phase))
    nx, ny, nz = electrode.image.shape
    along_z = np.zeros((nx, ny, _bytes(nz)), dtype=np.uint8)
    along_y = np.zeros((nx, _bytes(ny), nz), dtype=np.uint8)
    planes = max(1, _PACKED_AT_ONCE // (ny * nz))
    for first in range(0, nx, planes):
        last = min(first + planes, nx)
        mask = electrode.phases_of_planes(first, last) == place
        along_z[first:last, :, : -(-nz // 8)] = np.packbits(mask, axis=2)
        along_y[first:last, : -(-ny // 8)] = np.packbits(mask, axis=1)
    x = along_z.view(np.uint64)
    y = np.ascontiguousarray(x.transpose(1, 0, 2))
    z = np.ascontiguousarray(along_y.transpose(2, 0, 1)).view(np.uint64)
    return PhaseBits((nx, ny, nz), (x.reshape(nx, -1), y.reshape(ny, -1), z.reshape(nz, -1)))


def _bytes(voxels: int) -> int:
    """Bytes of the whole words that hold a row of voxels."""
    return -(-voxels // _WORD) * (_WORD // 8)
