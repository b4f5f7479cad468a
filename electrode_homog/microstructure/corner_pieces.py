"""An image in pieces of lattice corners, as measures of surfaces and lines take it.

Corner (i, j, k), 0 <= i <= nx and so on, touches the voxels i - 1 and i, j - 1 and j, k - 1 and k. A piece is a slab of
corner planes and of them a few rows along y; where there are many keys, a small block, near to which most of them are
not found. Results come in the order of the pieces, whatever the threads do.
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
_BLOCK = 16  # corners along each axis


@dataclass(frozen=True, eq=False)
class Piece:
    """Corner planes `corners`, of them `rows` along y and of these `columns` along z, of an image of nx voxel planes.

    `labels` holds the voxel planes from `begin` on. `faces` (phases, phases, 3) counts the faces from a voxel of the
    first phase to the next one along each axis, where the former has the numbers of the corners. `keys` are met at the
    corners; `present` are the phases that touch another one nearby.
    """

    corners: Span
    rows: Span
    columns: Span
    nx: int
    begin: int
    labels: np.ndarray
    faces: np.ndarray
    keys: tuple[Key, ...]
    present: Key


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
    blocks = order == 3 and count > 3
    planes = _BLOCK if blocks else min(_PLANES, max(2 * margin, _VOXELS // (ny * nz)))
    height, width = (_BLOCK, _BLOCK) if blocks else (_ROWS, nz + 1)
    rows, columns = (slabs(n + 1, math.ceil((n + 1) / size)) for n, size in ((ny, height), (nz, width)))
    for first, last in slabs(nx + 1, math.ceil((nx + 1) / planes)):
        begin = max(0, first - margin)
        labels = electrode.phases_of_planes(begin, min(nx, last + margin))

        def of_rows(
            top: int, bottom: int, corners: Span = (first, last), begin: int = begin, labels: np.ndarray = labels
        ) -> list[Piece]:
            found = []
            for of_row in columns:
                box = (corners[0] - begin, corners[1] - begin), (top, bottom), of_row
                faces, touch = _counted(box, labels, count, margin)
                present = tuple(np.flatnonzero(touch.any(axis=1)).tolist())
                # Three phases may share a line where two of them share no face, nearby.
                keys = tuple(key for key in combinations(present, order) if order > 2 or touch[key])
                found.append(Piece(corners, (top, bottom), of_row, nx, begin, labels, faces, keys, present))
            return found

        yield [piece for found in team.run(of_rows, rows) for piece in found]


def _counted(box: tuple[Span, Span, Span], labels: np.ndarray, count: int, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Faces of the voxels that have the numbers of the corners, and which phases touch within reach of the corners."""
    from electrode_homog.microstructure.surface_kernels import count_faces

    faces, around = np.zeros((2, count, count, 3), dtype=np.int64)
    (first, last), (top, bottom), (left, right) = box
    nx, ny, nz = labels.shape
    count_faces(first, min(last, nx), top, min(bottom, ny), left, min(right, nz), labels, faces)
    spans = (
        edge
        for (low, high), n in zip(box, labels.shape, strict=True)
        for edge in (max(low - reach, 0), min(high + reach, n))
    )
    count_faces(*spans, labels, around)
    return faces, _symmetric(around)


def _symmetric(faces: np.ndarray) -> np.ndarray:
    """(phases, phases): do they share a face, in either order."""
    touch: np.ndarray = np.any(faces, axis=2)
    return np.logical_or(touch, touch.T)


def _layers(corners: np.ndarray) -> np.ndarray:
    """Half of each corner plane goes to the layer of voxels on either side; the outermost have one side only."""
    shares = corners / 2
    shares[[0, -1]] *= 2
    return shares[:-1] + shares[1:]
