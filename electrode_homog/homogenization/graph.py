"""Coarse levels of the voxel multigrid: graphs whose unknowns are connected pieces of blocks, and the cycle on them.

Coarse conductances are sums of fine ones (Galerkin, piecewise constant). Such a coarse problem is too stiff for
smooth functions, by 2 where blocks join fully, so that its solution is scaled by 1 / COARSE_SCALE; why not by 2 is
explained in `multigrid`. Every level is visited twice per visit of the level above (W-cycle).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from electrode_homog.compiled import Span, Team, slabs
from electrode_homog.homogenization.multigrid import COARSE_SCALE, STRONG

DIRECT_SIZE = 400  # unknowns whose inverse is kept
SERIAL_SIZE = 20_000  # unknowns of a level that one thread does in less time than it takes to wake another
PIECES = 8  # slabs of a level


@dataclass(frozen=True, eq=False)
class Graph:
    """n unknowns: rows of neighbours and conductances (see `graph_kernels`), ties to potential 0, and their blocks.

    `places` (n, 3) are in the order of the first axis, which slabs rely on.
    """

    row_start: np.ndarray
    indices: np.ndarray
    values: np.ndarray
    ties: np.ndarray
    places: np.ndarray

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return len(self.ties)

    @property
    def pieces(self) -> int:
        """Slabs in which its loops run."""
        return 1 if self.size < SERIAL_SIZE else PIECES

    def plane_bounds(self, shift: int) -> list[int]:
        """Edges of slabs that hold whole blocks of 2**shift places."""
        planes = self.places[:, 0]
        count = (int(planes[-1]) >> shift) + 1 if self.size else 1
        edges = [start << shift for start, _ in slabs(count, self.pieces)]
        return [*np.searchsorted(planes, edges).tolist(), self.size]


def row_starts(degrees: np.ndarray) -> np.ndarray:
    """Where rows of these lengths start; 32 bits if they suffice."""
    total = int(degrees.sum())
    starts = np.zeros(len(degrees) + 1, dtype=np.int32 if total < 2**31 else np.int64)
    np.cumsum(degrees, out=starts[1:])
    return starts


def coarsened(graph: Graph, team: Team) -> tuple[Graph, np.ndarray, int]:
    """The next graph, the piece of each unknown, and how many times two places were joined for it."""
    from electrode_homog.homogenization import graph_kernels as kernels

    best = np.empty(graph.size)
    team.run(kernels.find_best, slabs(graph.size, graph.pieces), graph.row_start, graph.values, best)
    piece, parent, alone = (np.empty(graph.size, dtype=kind) for kind in (np.int32, np.int32, bool))
    shift = 1
    while True:
        bounds = graph.plane_bounds(shift)
        spans = list(pairwise(bounds))
        counts = team.run(kernels.aggregate, spans, graph.row_start, graph.indices, graph.values, best, STRONG,
                          graph.places, shift, parent, alone, piece)  # fmt: skip
        for (start, stop), before in zip(spans, np.cumsum([0, *counts[:-1]]), strict=True):
            piece[start:stop] += before
        count = int(sum(counts))
        if count <= 0.8 * graph.size or graph.places.max(initial=0) >> shift == 0:
            break
        shift += 1  # too little to join at this distance: look further
    child_start, children = np.zeros(count + 1, dtype=np.int64), np.empty(graph.size, dtype=np.int32)
    kernels.group(0, graph.size, piece, child_start, children, np.empty(count, dtype=np.int64))
    found = team.run(_RowSums(graph, piece, child_start, children), slabs(count, graph.pieces))
    places = np.empty((count, 3), dtype=np.int32)
    places[piece] = graph.places >> shift
    degrees, indices, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    ties = np.bincount(piece, graph.ties, count)
    return Graph(row_starts(degrees), indices, values, ties, places), piece, shift


@dataclass(frozen=True, eq=False)
class _RowSums:
    """Rows of the coarse graph for a span of pieces, with the memory that their kernel needs."""

    graph: Graph
    piece: np.ndarray
    child_start: np.ndarray
    children: np.ndarray

    def __call__(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        from electrode_homog.homogenization.graph_kernels import sum_rows

        graph = self.graph
        children = self.children[self.child_start[start] : self.child_start[stop]]
        room = int((graph.row_start[children + 1] - graph.row_start[children]).sum())
        kind = np.float64 if graph.values.dtype == np.float64 else np.float32
        degrees, indices, values = (
            np.empty(n, k) for n, k in ((stop - start, np.int64), (room, np.int32), (room, kind))
        )
        place = np.full(len(self.child_start) - 1, -1, dtype=np.int64)
        end = sum_rows(start, stop, place, degrees, indices, values, graph.row_start, graph.indices, graph.values,
                       self.piece, self.child_start, self.children)  # fmt: skip
        return degrees, indices[:end], values[:end]


class Level:
    """A graph in the order of its colours, and the vectors of the cycle on it.

    `position` (n,) says where an unknown of the graph went.
    """

    def __init__(self, graph: Graph, kind: type, team: Team):
        from electrode_homog.homogenization import graph_kernels as kernels

        colour = np.empty(graph.size, dtype=np.uint8)
        count = kernels.colour_graph(0, graph.size, graph.row_start, graph.indices, graph.places, colour)
        members = [np.flatnonzero(colour == c).astype(np.int32) for c in range(count)]
        self.order = np.concatenate(members) if members else np.empty(0, np.int32)
        edges = np.cumsum([0, *(len(m) for m in members)]).tolist()
        self.colours: list[Span] = list(pairwise(edges))
        self.position = np.empty(graph.size, dtype=np.int32)
        self.position[self.order] = np.arange(graph.size, dtype=np.int32)
        self.row_start = row_starts(np.diff(graph.row_start)[self.order])
        self.indices, self.values = np.empty_like(graph.indices), np.empty_like(graph.values)
        self.pieces = graph.pieces
        team.run(kernels.permute_rows, slabs(graph.size, self.pieces), self.order, self.position, graph.row_start,
                 graph.indices, graph.values, self.row_start, self.indices, self.values)  # fmt: skip
        self.diagonal = _row_sums(graph)[self.order].astype(kind)
        self.b, self.x = np.zeros(graph.size, kind), np.zeros(graph.size, kind)
        self.piece = np.empty(0, np.int32)
        self.whole_blocks: list[list[Span]] = []

    @property
    def matrix(self) -> tuple[np.ndarray, ...]:
        """The arrays that kernels take."""
        return self.row_start, self.indices, self.values, self.diagonal

    def spans(self, colour: int) -> list[Span]:
        """The unknowns of a colour, in slabs."""
        start, stop = self.colours[colour]
        return [(start + a, start + b) for a, b in slabs(stop - start, self.pieces)] if stop > start else []

    def join(self, bounds: list[int], piece: np.ndarray, coarse_position: np.ndarray) -> None:
        """Say where on the next level the unknowns go; unknowns between two `bounds` share no piece with others."""
        self.piece = coarse_position[piece[self.order]]
        self.whole_blocks = []
        for start, stop in self.colours:
            edges = start + np.searchsorted(self.order[start:stop], bounds)
            self.whole_blocks.append(list(pairwise(edges.tolist())))


def _row_sums(graph: Graph) -> np.ndarray:
    sums = np.zeros(graph.size)
    filled = np.flatnonzero(np.diff(graph.row_start))
    if filled.size:
        starts = graph.row_start[filled]
        sums[filled] = np.add.reduceat(graph.values, starts, dtype=np.float64)
    return sums + graph.ties


class CoarseLevels:
    """All levels below the voxels; `solve` replaces the vector `b` of the first by an approximate solution `x`."""

    def __init__(self, graph: Graph, kind: type, team: Team):
        self._team = team
        self.levels: list[Level] = []
        for finer, level in self._built(graph, kind):
            if finer is not None:
                self.levels[-1].join(*finer, level.position)
                self.levels[-1].order = np.empty(0, np.int32)
            self.levels.append(level)

    def _built(self, graph: Graph, kind: type) -> Iterator[tuple[tuple[list[int], np.ndarray] | None, Level]]:
        from electrode_homog.homogenization.coarsest import Coarsest

        finer = None
        while True:
            last = graph.size <= DIRECT_SIZE or not graph.places.any()
            level = Level(graph, kind, self._team)
            if last:
                self.coarsest = Coarsest(graph, level.position)
                yield finer, level
                return
            coarse, piece, shift = coarsened(graph, self._team)
            yield finer, level
            finer = (graph.plane_bounds(shift), piece)
            graph = coarse

    @property
    def first(self) -> Level:
        """The level next to the voxels."""
        return self.levels[0]

    def solve(self) -> np.ndarray:
        """x of the first level, from its b."""
        self._visit(0, again=False)
        if len(self.levels) > 1:
            self._visit(0, again=True)
        return self.first.x

    def _visit(self, depth: int, *, again: bool) -> None:
        """One cycle at a level: from x = 0, or again from what the last one left, whose first colour is balanced."""
        from electrode_homog.homogenization import graph_kernels as kernels

        level, run = self.levels[depth], self._team.run
        if depth + 1 == len(self.levels):
            self.coarsest(level.b, level.x)
            return
        if not again:
            if len(level.colours) > 2:
                level.x[:] = 0
            run(kernels.start_from_zero, level.spans(0), level.diagonal, level.b, level.x)
        for colour in range(1, len(level.colours)):
            run(kernels.relax, level.spans(colour), *level.matrix, level.b, level.x)
        below = self.levels[depth + 1]
        below.b[:] = 0
        before_last = range(max(1, len(level.colours) - 1))  # what was relaxed last is balanced
        for colour in before_last:
            run(kernels.restrict, level.whole_blocks[colour], *level.matrix, level.b, level.x, level.piece, below.b)
        self._visit(depth + 1, again=False)
        if depth + 2 < len(self.levels):
            self._visit(depth + 1, again=True)
        scale = level.x.dtype.type(1 / COARSE_SCALE)
        for colour in before_last:
            run(kernels.prolong, level.spans(colour), level.piece, below.x, scale, level.x)
        for colour in reversed(range(len(level.colours))):
            run(kernels.relax, level.spans(colour), *level.matrix, level.b, level.x)
