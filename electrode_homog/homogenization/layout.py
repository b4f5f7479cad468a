"""Where a voxel lies in the arrays of the solver.

An array is (nx + 2, ny + 2, 2, mz): a border of one voxel on every side, and each row along z in two halves, even
positions and odd ones, z = 2 (m - 1) + half. Voxels of one colour of a red-black order, and the voxels that share a
2 x 2 x 2 block, then lie side by side, and every loop is over contiguous memory.
"""

from dataclasses import dataclass

import numpy as np

Wraps = tuple[bool, bool, bool]


@dataclass(frozen=True)
class Layout:
    """Arrays for an image of `shape` voxels, which continues periodically along the axes of `wraps`."""

    shape: tuple[int, int, int]
    wraps: Wraps

    @property
    def half(self) -> int:
        """Places of a half row: its voxels and a border at both ends."""
        return (self.shape[2] + 1) // 2 + 2

    @property
    def padded(self) -> tuple[int, int, int, int]:
        nx, ny, _ = self.shape
        return nx + 2, ny + 2, 2, self.half

    @property
    def size(self) -> int:
        """Places of an array."""
        return int(np.prod(self.padded))

    @property
    def blocks(self) -> tuple[int, int, int]:
        """Number of 2 x 2 x 2 blocks along each axis; the last ones may be cut."""
        nx, ny, nz = ((n + 1) // 2 for n in self.shape)
        return nx, ny, nz

    @property
    def grid(self) -> tuple[int, int, int, int]:
        """What kernels take: nx, ny, nz and the places of a half row."""
        return (*self.shape, self.half)

    @property
    def two_coloured(self) -> bool:
        """Whether neighbours always differ in colour: not where an odd number of voxels closes on itself."""
        return not any(wraps and n % 2 for wraps, n in zip(self.wraps, self.shape, strict=True))

    def zeros(self, dtype: type) -> np.ndarray:
        """A flat array of this layout."""
        return np.zeros(self.size, dtype)

    def image(self, values: np.ndarray) -> np.ndarray:
        """(nx, ny, nz) copy of a flat array."""
        nx, ny, nz = self.shape
        inside = values.reshape(self.padded)[1:-1, 1:-1, :, 1:-1]
        return inside.transpose(0, 1, 3, 2).reshape(nx, ny, -1)[:, :, :nz].copy()

    def face(self, values: np.ndarray, axis: int, side: int) -> np.ndarray:
        """View of the outermost layer of voxels normal to `axis`, at the low (0) or high (1) side, of a flat array."""
        return self._layer(values, axis, self.shape[axis] - 1 if side else 0)

    def border(self, values: np.ndarray, axis: int, side: int) -> np.ndarray:
        """View of the places one voxel outside that layer."""
        return self._layer(values, axis, self.shape[axis] if side else -1)

    def _layer(self, values: np.ndarray, axis: int, position: int) -> np.ndarray:
        padded = values.reshape(self.padded)
        match axis:
            case 0:
                return padded[position + 1, 1:-1, :, 1:-1]
            case 1:
                return padded[1:-1, position + 1, :, 1:-1]
            case _:
                return padded[1:-1, 1:-1, position % 2, position // 2 + 1]

    def close(self, values: np.ndarray, *, axes: tuple[int, ...] = (0, 1, 2)) -> None:
        """Copy the outermost layers to the opposite borders, along those of `axes` that continue periodically."""
        for axis in axes:
            if self.wraps[axis]:
                self.border(values, axis, 0)[...] = self.face(values, axis, 1)
                self.border(values, axis, 1)[...] = self.face(values, axis, 0)
