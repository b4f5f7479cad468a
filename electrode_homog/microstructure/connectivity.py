"""Which voxels carry a current from face to face.

Voxels are connected through shared faces (6 neighbours), never through edges or corners: those conduct
nothing in a finite-volume scheme.
"""

from dataclasses import dataclass

import numpy as np


def spanning(conducting: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For x, y, z: True, in the shape of `conducting`, for parts that touch both faces normal to that axis."""
    part, _ = _parts(conducting)
    x, y, z = (_spanning(part, axis) for axis in range(3))
    return x, y, z


def spanning_fractions(conducting: np.ndarray) -> tuple[float, float, float]:
    """Share of the conducting voxels that connects both faces, along x, y, z; 0 where nothing percolates."""
    total = np.count_nonzero(conducting)
    if total == 0:
        return (0.0, 0.0, 0.0)
    x, y, z = (float(np.count_nonzero(mask) / total) for mask in spanning(conducting))
    return (x, y, z)


@dataclass(frozen=True, eq=False)
class PeriodicParts:
    """The connected parts of a periodic structure that close on their own image.

    `wrapping` (nx, ny, nz) is True where the voxel's part does so in some direction; `axes` says for which
    axes some part does. A part that runs once around x while it runs around y counts for both.
    """

    wrapping: np.ndarray
    axes: tuple[bool, bool, bool]


def periodic_parts(conducting: np.ndarray) -> PeriodicParts:
    """Parts of the periodic continuation of `conducting` (nx, ny, nz) that wrap onto their own image.

    Each part of the single cell is a node; each pair of touching voxels on opposite faces is an edge that
    moves one cell along its axis. A closed walk with a net movement is a wrap. Nodes carry their cell
    relative to a root (union-find with offsets), so that every edge inside a tree closes such a walk.
    """
    part, count = _parts(conducting)
    root = np.arange(count + 1)
    cell = np.zeros((count + 1, 3), dtype=np.int64)  # position of a node relative to its root

    def find(node: int) -> tuple[int, np.ndarray]:
        path = []
        while root[node] != node:
            path.append(node)
            node = root[node]
        position = np.zeros(3, dtype=np.int64)
        for passed in reversed(path):  # hang all of them on the root
            position = position + cell[passed]
            root[passed], cell[passed] = node, position
        return node, position

    wraps: list[tuple[int, np.ndarray]] = []
    for axis in range(3):
        for a, b in _touching_pairs(part, axis):
            step = np.zeros(3, dtype=np.int64)
            step[axis] = 1
            root_a, at_a = find(a)
            root_b, at_b = find(b)
            movement = at_a + step - at_b
            if root_a != root_b:
                root[root_b], cell[root_b] = root_a, movement
            elif movement.any():
                wraps.append((a, movement))
    final = np.array([find(node)[0] for node in range(count + 1)])
    wrapping_roots = np.unique([final[node] for node, _ in wraps]) if wraps else np.array([], dtype=int)
    is_wrapping = np.isin(final, wrapping_roots)
    is_wrapping[0] = False
    x, y, z = (any(bool(movement[axis]) for _, movement in wraps) for axis in range(3))
    return PeriodicParts(is_wrapping[part], (x, y, z))


def _parts(conducting: np.ndarray) -> tuple[np.ndarray, int]:
    """Number of the face-connected part of each voxel (0 outside), and how many parts there are."""
    from scipy import ndimage

    part = np.empty(conducting.shape, dtype=np.int32)
    count = ndimage.label(conducting, output=part)  # the default structure is 6 neighbours
    return part, int(count)  # type: ignore[arg-type]  # with an output array only the count is returned


def _spanning(part: np.ndarray, axis: int) -> np.ndarray:
    first, last = np.take(part, 0, axis), np.take(part, -1, axis)
    through = np.intersect1d(first, last)
    keep = np.zeros(int(part.max()) + 1, dtype=bool)
    keep[through] = True
    keep[0] = False
    return keep[part]


def _touching_pairs(part: np.ndarray, axis: int) -> list[tuple[int, int]]:
    """Distinct pairs (part at the last layer, part at the first layer) that touch across the periodic face."""
    last, first = np.take(part, -1, axis).ravel(), np.take(part, 0, axis).ravel()
    both = (last > 0) & (first > 0)
    pairs = np.unique(np.stack([last[both], first[both]], axis=1), axis=0)
    return [(int(a), int(b)) for a, b in pairs]
