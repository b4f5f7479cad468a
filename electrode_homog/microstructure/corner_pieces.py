"""An image in pieces of lattice corners, as measures of surfaces and lines take it.

Corner (i, j, k), 0 <= i <= nx and so on, touches the voxels i - 1 and i, j - 1 and j, k - 1 and k. A piece is a slab of
corner planes and of them a few rows along y. Results come in the order of the pieces, whatever the threads do.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from electrode_homog.compiled import Span, Team, slabs
from electrode_homog.microstructure.microstructure import Microstructure

Key = tuple[int, ...]  # places of phases, rising: two for a surface, three for a line
_ROWS = 64  # along y: what is kept of a few planes of them stays in the cache
_PLANES = 128  # along x, at most, and no more than so many voxels
_VOXELS = 2**27


@dataclass(frozen=True, eq=False)
class Piece:
    """Corner planes `corners` and rows `rows` of an image of nx voxel planes; `labels` holds those from `begin` on.

    `faces` (phases, phases, 3) counts the faces from a voxel of the first phase to the next one along each axis,
    where the former is in the planes and rows with the numbers of the corners. `keys` are met at the corners.
    """

    corners: Span
    rows: Span
    nx: int
    begin: int
    labels: np.ndarray
    faces: np.ndarray
    keys: tuple[Key, ...]


Measure = Callable[[Piece, Key], tuple[np.ndarray, np.ndarray]]


def measured(
    electrode: Microstructure, order: int, margin: int, measure: Measure, team: Team | None
) -> tuple[np.ndarray, dict[Key, tuple[np.ndarray, np.ndarray]]]:
    """Faces of the whole image, and for every key of `order` phases the sizes (nx,) by layer and the sum of moments.

    `measure` gives sizes by corner plane and moments, of one piece and key; it looks at `margin` planes around.
    """
    count, nx = len(electrode.phases), electrode.image.shape[0]
    faces = np.zeros((count, count, 3), dtype=np.int64)
    found: dict[Key, tuple[np.ndarray, np.ndarray]] = {}
    with Team() if team is None else nullcontext(team) as team:
        for pieces in _pieces(electrode, order, margin, team):
            tasks = [(piece, key) for piece in pieces for key in piece.keys]

            def one(start: int, _: int, tasks: list[tuple[Piece, Key]] = tasks) -> tuple[np.ndarray, np.ndarray]:
                return measure(*tasks[start])

            results = team.run(one, [(task, task + 1) for task in range(len(tasks))])
            for (piece, key), (totals, moments) in zip(tasks, results, strict=True):
                corners, sums = found.setdefault(key, (np.zeros(nx + 1), np.zeros_like(moments)))
                corners[slice(*piece.corners)] += totals
                sums += moments
            faces += sum(piece.faces for piece in pieces)
    touch = _symmetric(faces)
    met = [key for key in sorted(found) if all(touch[pair] for pair in combinations(key, 2))]
    return faces, {key: (_layers(found[key][0]), found[key][1]) for key in met}


def _pieces(electrode: Microstructure, order: int, margin: int, team: Team) -> Iterator[list[Piece]]:
    """The pieces of the image, a slab at a time."""
    nx, ny, nz = electrode.image.shape
    count = len(electrode.phases)
    planes = min(_PLANES, max(2 * margin, _VOXELS // (ny * nz)))
    for first, last in slabs(nx + 1, math.ceil((nx + 1) / planes)):
        begin = max(0, first - margin)
        labels = electrode.phases_of_planes(begin, min(nx, last + margin))

        def piece(
            top: int, bottom: int, corners: Span = (first, last), begin: int = begin, labels: np.ndarray = labels
        ) -> Piece:
            rows = (top, bottom)
            faces, touch = _counted((corners[0] - begin, corners[1] - begin), rows, labels, count, margin)
            near = [key for key in combinations(range(count), order) if _are_near(key, touch)]
            return Piece(corners, rows, nx, begin, labels, faces, tuple(near))

        yield team.run(piece, slabs(ny + 1, math.ceil((ny + 1) / _ROWS)))


def _counted(planes: Span, rows: Span, labels: np.ndarray, count: int, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Faces of the voxels that have the numbers of the corners, and which phases touch within reach of the corners."""
    from electrode_homog.microstructure.surface_kernels import count_faces

    faces, around = np.zeros((2, count, count, 3), dtype=np.int64)
    nx, ny, _ = labels.shape
    (first, last), (top, bottom) = planes, rows
    count_faces(first, min(last, nx), top, min(bottom, ny), labels, faces)
    first, last = max(first - reach, 0), min(last + reach, nx)
    count_faces(first, last, max(top - reach, 0), min(bottom + reach, ny), labels, around)
    return faces, _symmetric(around)


def _symmetric(faces: np.ndarray) -> np.ndarray:
    """(phases, phases): do they share a face, in either order."""
    touch: np.ndarray = np.any(faces, axis=2)
    return np.logical_or(touch, touch.T)


def _are_near(key: Key, touch: np.ndarray) -> bool:
    """Two phases touch; of three that share a line, each touches something nearby, but perhaps not each other."""
    return bool(touch[key]) if len(key) == 2 else all(touch[phase].any() for phase in key)


def _layers(corners: np.ndarray) -> np.ndarray:
    """Half of each corner plane goes to the layer of voxels on either side; the outermost have one side only."""
    shares = corners / 2
    shares[[0, -1]] *= 2
    return shares[:-1] + shares[1:]
