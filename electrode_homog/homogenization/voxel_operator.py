"""The cell problem on voxels without a matrix: arrays in the order of `layout`, and the operations of the iteration.

E(chi) = sum over faces of g (difference of chi + G.h)**2 for a mean gradient G, as in `network`, its plain twin:
conductances are divided by the voxel volume over h, lengths are in units of the shortest edge of a voxel.
"""

from dataclasses import dataclass

import numpy as np

from electrode_homog.compiled import Span, Team, slabs
from electrode_homog.homogenization.layout import Layout, Wraps
from electrode_homog.microstructure import ConnectedParts

SLABS = 8  # in which passes over the voxels are shared
SERIAL_VOXELS = 60_000  # of an image that one thread does in less time than it takes to wake another


@dataclass(frozen=True, eq=False)
class Medium:
    """What conducts: `labels` (nx, ny, nz), `conductivity` (labels, 3) of each label, `spacing` (3,) of the voxels."""

    labels: np.ndarray
    conductivity: np.ndarray
    spacing: np.ndarray

    @property
    def one_conductor(self) -> bool:
        """Whether all that conducts has one isotropic conductivity, 1, in cubes."""
        found = self.conductivity[self.conductivity.any(axis=1)]
        return bool(np.all(found == 1) and np.all(self.spacing == 1))


class Vectors:
    """Fields that are used again: memory that a process touches for the first time costs more than a pass over it."""

    def __init__(self):
        self._spare: list[np.ndarray] = []

    def take(self, size: int, kind: type) -> np.ndarray:
        """A field of zeros."""
        for number, field in enumerate(self._spare):
            if field.size == size and field.dtype == kind:
                del self._spare[number]
                field[:] = 0
                return field
        return np.zeros(size, kind)

    def give(self, *fields: np.ndarray) -> None:
        """Take back what is no longer needed."""
        self._spare += fields


class VoxelOperator:
    """The kept parts of a medium between equipotential faces normal to the axes of `tied`, periodic along `wraps`.

    `kind` is the type of its vectors. An axis of a single voxel that continues periodically is a contact of each voxel
    with itself, which no field drives: it enters `own_faces` (3,), the energy of a unit gradient over such faces.
    """

    def __init__(
        self,
        medium: Medium,
        parts: ConnectedParts,
        keep: np.ndarray,
        tied: Wraps,
        wraps: Wraps,
        kind: type,
        team: Team,
        vectors: Vectors,
    ):
        shape = medium.labels.shape
        self.layout = Layout(shape, tuple(w and n > 1 for w, n in zip(wraps, shape, strict=True)))  # type: ignore
        self.tied, self.kind, self.team, self.vectors = tied, kind, team, vectors
        self.spacing = tuple(map(float, medium.spacing))
        count = 1 if self.layout.size < SERIAL_VOXELS else SLABS
        self.planes = [(a + 1, b + 1) for a, b in slabs(shape[0], count)]
        self.pairs = slabs(self.layout.blocks[0], count)
        self.unknowns = int(parts.sizes[keep].sum())
        is_open = self._opened(parts, keep)
        self.cells = self._one_conductor(is_open) if medium.one_conductor else self._many(medium, is_open)
        single = [w and n == 1 for w, n in zip(wraps, shape, strict=True)]
        self.own_faces = np.where(single, self._conductivity_sums(), 0.0) if any(single) else np.zeros(3)

    def _opened(self, parts: ConnectedParts, keep: np.ndarray) -> np.ndarray:
        from electrode_homog.homogenization.voxel_kernels import fill_open

        is_open = self.layout.zeros(np.uint8)
        runs = (parts.row_start, parts.start, parts.stop, parts.part)
        self.team.run(fill_open, self._rows, *runs, np.ascontiguousarray(keep), is_open, self.layout.grid)
        return is_open

    @property
    def _rows(self) -> list[Span]:
        return [(a - 1, b - 1) for a, b in self.planes]

    def _one_conductor(self, degree: np.ndarray) -> tuple:
        from electrode_homog.homogenization.voxel_kernels import count_neighbours

        self.layout.close(degree)
        self.team.run(count_neighbours, self.planes, degree, self.tied, self.layout.grid)
        none, one = np.zeros(1, self.kind), self.kind(1)
        return (False, degree, none, none, none, one, one, one)

    def _many(self, medium: Medium, is_open: np.ndarray) -> tuple:
        from electrode_homog.homogenization.voxel_kernels import fill_resistivity

        table = np.full(medium.conductivity.shape, np.inf)
        np.divide(0.5, medium.conductivity, out=table, where=medium.conductivity > 0)
        fields: list[np.ndarray] = []
        isotropic = np.array_equal(table[:, [0, 0]], table[:, 1:])
        for axis in range(1 if isotropic else 3):
            r = np.full(self.layout.size, np.inf, self.kind)
            column = table[:, axis].astype(self.kind)

            def fill(start: int, stop: int, column: np.ndarray = column, r: np.ndarray = r) -> None:
                planes = np.array(medium.labels[start:stop], dtype=medium.labels.dtype.newbyteorder("="), order="C")
                fill_resistivity(start, stop, planes, column, is_open, r, self.layout.grid)

            self.team.run(fill, self._rows)
            fields.append(r)
        fields = fields * 3 if isotropic else fields
        for axis, r in enumerate(fields):
            self.layout.close(r)
            if self.tied[axis]:
                for side in (0, 1):
                    self.layout.border(r, axis, side)[...] = 0
        weights = (self.kind(1 / h**2) for h in self.spacing)
        return (True, np.zeros(1, np.uint8), *fields, *weights)

    def _conductivity_sums(self) -> np.ndarray:
        if not self.cells[0]:
            return np.full(3, float(self.unknowns))
        inside = [self.layout.image(r).astype(float) for r in self.cells[2:5]]
        return np.array([np.sum(0.5 / r) for r in inside])

    def vector(self) -> np.ndarray:
        """A field of zeros."""
        return self.vectors.take(self.layout.size, self.kind)

    def half_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Scratch of a kernel."""
        return np.empty(self.layout.half, self.kind), np.empty(self.layout.half, self.kind)

    def balance(self, field: np.ndarray, gradient: np.ndarray, result: np.ndarray, *, at_rest: bool = False) -> float:
        """result = load of the mean gradient (3,) less K field; returns the energy, a sum of squares in double.

        `at_rest`: the field is 0.
        """
        from electrode_homog.homogenization.voxel_kernels import balance_planes

        layout = self.layout
        layout.close(field)
        g = tuple(map(float, gradient))

        def balance(start: int, stop: int) -> float:
            row = np.empty(layout.half)
            return balance_planes(start, stop, row, at_rest, self.cells, field, g, self.spacing, self.tied,
                                  layout.wraps, result, layout.grid)  # fmt: skip

        return sum(self.team.run(balance, self.planes)) + float(self.own_faces @ np.square(gradient))

    def turn(self, z: np.ndarray, p: np.ndarray, beta: float) -> float:
        """p = z + beta p; returns p.K p."""
        from electrode_homog.homogenization.voxel_kernels import turn_planes

        self.team.run(turn_planes, self.planes, z, p, self.kind(beta), self.layout.wraps, self.layout.grid)
        return self.curvature(p)

    def curvature(self, p: np.ndarray) -> float:
        """p.K p of a field whose rows are closed; closes its planes."""
        from electrode_homog.homogenization.voxel_kernels import curvature_planes

        self.layout.close(p, axes=(0, 1))

        def curvature(start: int, stop: int) -> float:
            return curvature_planes(start, stop, *self.half_rows(), self.cells, p, self.layout.grid)

        return sum(self.team.run(curvature, self.planes))

    def step(self, x: np.ndarray, r: np.ndarray, p: np.ndarray, alpha: float) -> None:
        """x += alpha p, r -= alpha K p; the borders of p must be closed."""
        from electrode_homog.homogenization.voxel_kernels import step_planes

        factor, grid = self.kind(alpha), self.layout.grid

        def step(start: int, stop: int) -> None:
            step_planes(start, stop, *self.half_rows(), self.cells, x, r, p, factor, grid)

        self.team.run(step, self.planes)

    def difference(self, a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
        """Sums of (a - b)**2 and of b**2 over the voxels."""
        from electrode_homog.homogenization.voxel_kernels import compare_planes

        found = self.team.run(compare_planes, self.planes, a, b, self.layout.grid)
        return sum(first for first, _ in found), sum(second for _, second in found)

    def conductivity_of_face(self, axis: int, side: int) -> np.ndarray:
        """Conductivity along `axis` of the outermost voxels, in the shape of `Layout.face`; 0 where insulating."""
        if not self.cells[0]:
            return (self.layout.face(self.cells[1], axis, side) > 0).astype(float)
        r = self.layout.face(self.cells[2 + axis], axis, side).astype(float)
        return np.divide(0.5, r, out=np.zeros(r.shape), where=np.isfinite(r) & (r > 0))
