"""The multigrid preconditioner on voxels: one symmetric cycle, from a residual to a correction.

Finest level: red-black relaxation on the voxels, without a matrix (`smoothing_kernels`). Below it: graphs of connected
pieces (`graph`). A block of 2 x 2 x 2 voxels is as many coarse unknowns as it has pieces, so that two branches of a
thin network that pass through one block stay apart.

Tried and measured, two cores. Storing the correction z and turning p in a pass of its own: 13 reads and writes of a
vector per iteration instead of 9.75, and a fourth vector. Sparse matrices with Chebyshev smoothing (`multigrid`): as
many iterations, 10 times the time on the active material of a tomogram (11 million unknowns). Kernels that count
references of their arrays: 528 ns per piece in `join_pieces`, 141 without; signed indices: 17 ns per row of a coarse
relaxation, 7 unsigned; a plane of 500 x 500 in the ring at once instead of strips of it: 1.4 ns per voxel down, 0.9.
"""

import numpy as np

from electrode_homog.compiled import Span, slabs
from electrode_homog.errors import InputError
from electrode_homog.homogenization.graph import COARSE_SCALE, CoarseLevels, Graph, joined, row_starts
from electrode_homog.homogenization.multigrid import STRONG
from electrode_homog.homogenization.voxel_operator import VoxelOperator
from electrode_homog.machine import give_back_memory

RING_BYTES = 600_000  # of the cache of a core


class VoxelMultigrid:
    """Symmetric positive definite approximation M of the inverse of `operator`."""

    def __init__(self, operator: VoxelOperator):
        from electrode_homog.homogenization import piece_kernels as kernels

        self._operator, self._team = operator, operator.team
        self._z: np.ndarray | None = None
        codes, patterns = self._codes()
        counts = np.empty(codes.shape[:2], dtype=np.int64)
        self._team.run(kernels.count_pieces, operator.pairs, codes, counts)
        first_of_row = np.zeros(counts.size + 1, dtype=np.int64)
        np.cumsum(counts.ravel(), out=first_of_row[1:])
        if first_of_row[-1] >= 2**31:
            raise InputError(
                f"{first_of_row[-1]} pieces of blocks are more than 32 bits number; crop or coarsen the image"
            )
        self._coarse = CoarseLevels(lambda: self._graph(codes, patterns, first_of_row), operator.kind, self._team)
        self._pieces = (codes, first_of_row, self._coarse.first.position)
        give_back_memory()

    def _codes(self) -> tuple[np.ndarray, np.ndarray]:
        from electrode_homog.homogenization import piece_kernels as kernels

        operator, grid = self._operator, self._operator.layout.grid
        table, codes = np.empty(256, dtype=np.uint32), np.empty(operator.layout.blocks, dtype=np.uint32)
        kernels.fill_table(table, np.empty((2, 8), dtype=np.int64))
        weak = STRONG if operator.cells[0] else 0.0
        patterns = np.empty((0, 0, 0) if operator.cells[0] else codes.shape, dtype=np.uint8)

        def find(start: int, stop: int) -> None:
            scratch = (np.zeros(8, dtype=np.int64), np.zeros(8), np.zeros((2, 8), dtype=np.int64))
            kernels.find_pieces(start, stop, *scratch, operator.cells, weak, table, codes, patterns, grid)

        self._team.run(find, operator.pairs)
        return codes, patterns

    def _graph(self, codes: np.ndarray, patterns: np.ndarray, first_of_row: np.ndarray) -> Graph:
        from electrode_homog.homogenization import piece_kernels as kernels

        operator, layout = self._operator, self._operator.layout
        first = np.empty(codes.shape, dtype=np.int32)
        places = np.empty((int(first_of_row[-1]), 3), dtype=np.int16 if max(codes.shape) < 2**15 else np.int32)
        self._team.run(kernels.number_pieces, operator.pairs, codes, first_of_row, first, places)
        kind = np.float32 if operator.cells[0] else np.uint8  # of one conductor: at most 4 faces

        def join(start: int, stop: int) -> tuple[np.ndarray, ...]:
            rows = codes.shape[1]
            n = int(first_of_row[stop * rows] - first_of_row[start * rows])
            most = n * kernels.MOST_NEIGHBOURS  # what is not used is never touched, and takes no memory
            result = (np.empty(n, np.uint8), np.empty(most, np.int32), np.empty(most, kind), np.empty(n, np.float32))
            shape = (8, kernels.MOST_NEIGHBOURS)
            scratch = (np.empty(shape, np.int64), np.empty(shape), np.zeros(8, np.int64), np.zeros(8))
            end = kernels.join_pieces(start, stop, *scratch, *result, operator.cells, codes, patterns, first,
                                      operator.tied, layout.wraps, layout.grid)  # fmt: skip
            return result[0], result[1][:end], result[2][:end], result[3]

        found = self._team.run(join, operator.pairs)
        degrees, indices, values, ties = joined(found)
        graph = Graph(row_starts(degrees), indices, values, ties, places, counts_faces=kind is np.uint8)
        return graph.symmetrised(self._team)

    def measure(self, b: np.ndarray) -> float:
        """b.M b. The way up from there is `turn`, with the same b."""
        if not self._operator.layout.two_coloured:
            self._z = np.empty_like(b) if self._z is None else self._z
            return self.plain(b, self._z)
        return self._down(b) + self._solve()

    def turn(self, b: np.ndarray, p: np.ndarray, beta: float) -> float:
        """p = M b + beta p after `measure(b)`; returns p.K p."""
        if self._z is not None:
            return self._operator.turn(self._z, p, beta)
        return self._up(b, p, beta)

    def _solve(self) -> float:
        """The coarse correction, and b_c.c."""
        first = self._coarse.first
        self._coarse.solve()
        first.x *= first.x.dtype.type(1 / COARSE_SCALE)
        return self._coarse.product()

    def _down(self, b: np.ndarray) -> float:
        from electrode_homog.homogenization.smoothing_kernels import descend

        op, layout, places = self._operator, self._operator.layout, self._operator.layout.half
        coarse_b, tiles = self._coarse.first.b, self._tiles()

        def down(number: int, _: int) -> float:
            start, stop, strip = tiles[number]
            sums = np.zeros((2, (2 * (strip[1] - strip[0]) + 1) * places), b.dtype)
            return descend(start, stop, strip, self._ring(strip), sums, op.half_rows(), op.cells, b, self._pieces,
                           coarse_b, layout.wraps, layout.grid)  # fmt: skip

        return sum(self._team.run(down, [(n, n + 1) for n in range(len(tiles))]))

    def _up(self, b: np.ndarray, p: np.ndarray, beta: float) -> float:
        from electrode_homog.homogenization.smoothing_kernels import ascend

        op, layout = self._operator, self._operator.layout
        coarse_x, factor, tiles = self._coarse.first.x, op.kind(beta), self._tiles()

        def up(number: int, _: int) -> None:
            start, stop, strip = tiles[number]
            blocks = np.empty((2, layout.half), np.int64)
            ascend(start, stop, strip, self._ring(strip), blocks, op.half_rows(), op.cells, b, self._pieces, coarse_x,
                   p, factor, layout.wraps, layout.grid)  # fmt: skip

        self._team.run(up, [(n, n + 1) for n in range(len(tiles))])
        return op.curvature(p)

    def _tiles(self) -> list[tuple[int, int, Span]]:
        """Pairs of planes [start, stop) and strips of rows of blocks, whose ring of six planes fits in RING_BYTES."""
        operator, rows = self._operator, self._operator.layout.blocks[1]
        row_bytes = 6 * 2 * operator.layout.half * np.dtype(operator.kind).itemsize
        strips = slabs(rows, -(-2 * rows // max(16, RING_BYTES // row_bytes - 6)))
        wanted = -(-len(operator.pairs) // len(strips))
        wanted += wanted * len(strips) % 2 if wanted > 1 else 0  # an even number of tiles keeps two cores busy
        pairs = slabs(operator.layout.blocks[0], wanted)
        return [(start, stop, strip) for start, stop in pairs for strip in strips]

    def _ring(self, strip: Span) -> np.ndarray:
        """Six planes of a strip of rows of blocks, and three rows at each side."""
        rows = 2 * (strip[1] - strip[0]) + 6
        return np.zeros(6 * rows * 2 * self._operator.layout.half, self._operator.kind)

    def plain(self, b: np.ndarray, z: np.ndarray) -> float:
        """z = M b and b.z, one operation after the other: where colours meet, and as the twin of the fast way."""
        from electrode_homog.homogenization import plain_smoothing as kernels

        op, grid = self._operator, self._operator.layout.grid
        z[:] = 0
        rest, unused = b.copy(), np.zeros_like(b)
        for colour in (0, 1):
            self._relax(colour, z, b)
            op.layout.close(z)
        op.step(unused, rest, z, 1.0)
        self._team.run(kernels.restrict_planes, op.pairs, rest, self._pieces, self._coarse.first.b, grid)
        self._solve()
        correction = self._coarse.first.x
        self._team.run(kernels.prolong_planes, op.pairs, op.cells, self._pieces, correction, z, grid)
        for colour in (1, 0):
            op.layout.close(z)
            self._relax(colour, z, b)
        return float(np.einsum("i,i->", op.layout.image(z).ravel(), op.layout.image(b).ravel(), dtype=np.float64))

    def _relax(self, colour: int, z: np.ndarray, b: np.ndarray) -> None:
        from electrode_homog.homogenization.plain_smoothing import relax_planes

        op = self._operator

        def relax(start: int, stop: int) -> None:
            relax_planes(start, stop, *op.half_rows(), colour, op.cells, z, b, op.layout.grid)

        self._team.run(relax, op.planes)
