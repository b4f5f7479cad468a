"""Coarse levels of the voxel multigrid: graphs whose unknowns are connected pieces of blocks, and the cycle on them.

Coarse conductances are sums of fine ones (Galerkin, piecewise constant). Such a coarse problem is too stiff for
smooth functions, by 2 where blocks join fully, so that its solution is scaled by 1 / COARSE_SCALE; why not by 2 is
explained in `multigrid`. Every level is visited twice per visit of the level above (W-cycle).

Measured, iterations to an error of 1e-3 on the pores of an electrode of 256^3 and on a binder network of 10 % with a
tortuosity factor of 206: 4 and 10 at a scale of 0.6 (at 0.5 the network fails), 4 and 13 at 0.7, 5 and 16 at 0.8, 7 and
24 at 1; with a single visit of the first level at 0.7, 6 and 19, in the same time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from electrode_homog.compiled import Span, Team, slabs
from electrode_homog.homogenization.multigrid import STRONG

COARSE_SCALE = 0.6  # of coarse conductances, see above
DIRECT_SIZE = 400  # unknowns whose inverse is kept
SERIAL_SIZE = 60_000  # unknowns of a level that one thread does in less time than it takes to wake another
PIECES = 8  # slabs of a level


@dataclass(frozen=True, eq=False)
class Graph:
    """n unknowns: rows of neighbours and conductances (see `graph_kernels`), ties to potential 0, and their blocks.

    `places` (n, 3) are in the order of the first axis, which slabs rely on. `counts_faces`: conductances are whole
    numbers, which sums keep exact.
    """

    row_start: np.ndarray
    indices: np.ndarray
    values: np.ndarray
    ties: np.ndarray
    places: np.ndarray
    counts_faces: bool

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return len(self.ties)

    def symmetrised(self, team: Team) -> "Graph":
        """Itself, with equal conductances both ways: those of two pieces were summed in another order each."""
        from electrode_homog.homogenization.graph_kernels import symmetrise

        if not self.counts_faces:
            team.run(symmetrise, slabs(self.size, self.pieces), self.row_start, self.indices, self.values)
        return self

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


def joined(slabs_of_arrays: list[tuple[np.ndarray, ...]]) -> list[np.ndarray]:
    """Each of the arrays of all slabs in one; what is copied is let go at once."""
    waiting = [list(arrays) for arrays in slabs_of_arrays]
    slabs_of_arrays.clear()
    whole = []
    for number in range(len(waiting[0])):
        array = np.empty(sum(arrays[number].size for arrays in waiting), waiting[0][number].dtype)
        end = 0
        for arrays in waiting:
            array[end : end + arrays[number].size] = arrays[number]
            end += arrays[number].size
            arrays[number] = np.empty(0)
        whole.append(array)
    return whole


def row_starts(degrees: np.ndarray) -> np.ndarray:
    """Where rows of these lengths start; 32 bits if they suffice."""
    total = int(degrees.sum(dtype=np.int64))
    starts = np.zeros(len(degrees) + 1, dtype=np.int32 if total < 2**31 else np.int64)
    np.cumsum(degrees, out=starts[1:], dtype=starts.dtype)
    return starts


def coarsened(graph: Graph, team: Team) -> tuple[Graph, np.ndarray, int]:
    """The next graph, the piece of each unknown, and how many times two places were joined for it."""
    from electrode_homog.homogenization import graph_kernels as kernels

    best = np.empty(graph.size, dtype=np.float32)
    team.run(kernels.find_best, slabs(graph.size, graph.pieces), graph.row_start, graph.values, best)
    np.maximum(best, graph.ties, out=best)  # what is tied to potential 0 is held by that, not by a poor neighbour
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
    places = graph.places[children[child_start[:-1]]] >> shift
    degrees, indices, values = joined(found)
    ties = np.bincount(piece, graph.ties, count)
    coarse = Graph(row_starts(degrees), indices, values, ties, places, graph.counts_faces)
    return coarse.symmetrised(team), piece, shift


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
        degrees = np.empty(stop - start, np.int32)
        indices, values = np.empty(room, np.int32), np.empty(room, np.float32)
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
        self.edges = np.cumsum([0, *(len(m) for m in members)])
        self.colours: list[Span] = list(pairwise(self.edges.tolist()))
        self.position = np.empty(graph.size, dtype=np.int32)
        self.position[self.order] = np.arange(graph.size, dtype=np.int32)
        self.row_start = row_starts(np.diff(graph.row_start)[self.order])
        self.pieces = graph.pieces
        self.indices, self.codes = np.empty_like(graph.indices), np.empty(graph.indices.size, np.uint8)
        bits, shift, base, table = _coded(graph.values)
        spans = slabs(graph.size, self.pieces)
        team.run(kernels.permute_rows, spans, self.order, self.position, graph.row_start, graph.indices, bits, shift,
                 base, self.row_start, self.indices, self.codes)  # fmt: skip
        self.table, self.diagonal = table.astype(kind), np.empty(graph.size, kind)
        ties = graph.ties[self.order]
        team.run(kernels.sum_conductances, spans, self.row_start, self.codes, self.table, ties, self.diagonal)
        self.b, self.x = np.zeros(graph.size, kind), np.zeros(graph.size, kind)
        self.piece = np.empty(0, np.int32)
        self.whole_blocks: list[list[Span]] = []

    @property
    def matrix(self) -> tuple[np.ndarray, ...]:
        """The arrays that kernels take."""
        return self.row_start, self.indices, self.codes, self.table, self.diagonal

    @property
    def before_last(self) -> range:
        """The colours that are not in balance on the way down: what was relaxed last is."""
        return range(max(1, len(self.colours) - 1))

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


def _coded(values: np.ndarray) -> tuple[np.ndarray, int, int, np.ndarray]:
    """Bits of conductances, what makes them a code of one byte, and the table (256,) of what a code stands for.

    Whole numbers are their own codes. Others are rounded in the logarithm, as finely as 256 steps allow: within 3 %
    over 16 octaves. A change of every conductance by less than that changes the energy of no field by more, and
    a preconditioner is not hurt.
    """
    if values.dtype == np.uint8:
        return values, 0, 0, np.arange(256.0)
    bits = values.astype(np.float32, copy=False).view(np.uint32)
    least, most = (int(bits.min()), int(bits.max())) if bits.size else (0, 0)
    shift = next(shift for shift in range(16, 32) if (most >> shift) - (least >> shift) < 256)
    base = least >> shift
    middles = (np.arange(base, base + 256, dtype=np.uint64) << shift) + (1 << (shift - 1))
    return bits, shift, base, middles.clip(max=0x7F7FFFFF).astype(np.uint32).view(np.float32).astype(float)


class CoarseLevels:
    """All levels below the voxels; `solve` finds an approximate solution `x` of the first for its `b`.

    `make_graph` makes the graph of the first: nobody else holds it, so that it goes when the next one is there.
    """

    def __init__(self, make_graph: Callable[[], Graph], kind: type, team: Team):
        self._team = team
        self.levels: list[Level] = []
        for finer, level in self._built(make_graph(), kind):
            if finer is not None:
                self.levels[-1].join(*finer, level.position)
                self.levels[-1].order = np.empty(0, np.int32)
            self.levels.append(level)

    def _built(self, graph: Graph, kind: type) -> Iterator[tuple[tuple[list[int], np.ndarray] | None, Level]]:
        from electrode_homog.homogenization.coarsest import Coarsest

        finer = None
        while graph.size > DIRECT_SIZE and graph.places.any():
            coarse, piece, shift = coarsened(graph, self._team)
            yield finer, Level(graph, kind, self._team)
            finer = (graph.plane_bounds(shift), piece)
            graph = coarse
        level = Level(graph, kind, self._team)
        self.coarsest = Coarsest(graph, level.position, kind)
        yield finer, level

    @property
    def first(self) -> Level:
        """The level next to the voxels."""
        return self.levels[0]

    def solve(self) -> None:
        """Find x of the first level from its b."""
        self._visit(0, again=False)
        if len(self.levels) > 1:
            self._visit(0, again=True)

    def product(self) -> float:
        """b.x of the first level."""
        from electrode_homog.homogenization.graph_kernels import dot

        first = self.first
        return sum(self._team.run(dot, slabs(len(first.x), first.pieces), first.b, first.x))

    def _visit(self, depth: int, *, again: bool) -> None:
        """One cycle at a level: from x = 0, or again from what the last one left, whose first colour is balanced."""
        from electrode_homog.homogenization import graph_kernels as kernels

        level = self.levels[depth]
        if depth + 1 == len(self.levels):
            self.coarsest(level.b, level.x)
            return
        below, scale = self.levels[depth + 1], level.x.dtype.type(1 / COARSE_SCALE)
        if level.pieces == 1:
            kernels.go_down(level.edges, again, *level.matrix, level.b, level.x, level.piece, below.b)
        else:
            self._go_down(level, below, again=again)
        self._visit(depth + 1, again=False)
        if depth + 2 < len(self.levels):
            self._visit(depth + 1, again=True)
        if level.pieces == 1:
            kernels.go_up(level.edges, *level.matrix, level.b, level.x, level.piece, below.x, scale)
        else:
            self._go_up(level, below, scale)

    def _go_down(self, level: Level, below: Level, *, again: bool) -> None:
        from electrode_homog.homogenization import graph_kernels as kernels

        run = self._team.run
        if not again:
            if len(level.colours) > 2:
                level.x[:] = 0
            run(kernels.start_from_zero, level.spans(0), level.diagonal, level.b, level.x)
        for colour in range(1, len(level.colours)):
            run(kernels.relax, level.spans(colour), *level.matrix, level.b, level.x)
        below.b[:] = 0
        for colour in level.before_last:
            run(kernels.restrict, level.whole_blocks[colour], *level.matrix, level.b, level.x, level.piece, below.b)

    def _go_up(self, level: Level, below: Level, scale: np.floating) -> None:
        from electrode_homog.homogenization import graph_kernels as kernels

        run = self._team.run
        for colour in level.before_last:
            run(kernels.prolong, level.spans(colour), level.piece, below.x, scale, level.x)
        for colour in reversed(range(len(level.colours))):
            run(kernels.relax, level.spans(colour), *level.matrix, level.b, level.x)
