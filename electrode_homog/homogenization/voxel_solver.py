"""From a checked problem to its effective values: which operators are built, what drives them, how good the result is.

Insulated sides are three problems, of one entry each. Under the other conditions one operator serves three loads;
entries off the diagonal follow from the energy of the sum of two solutions under the sum of their loads, so that their
error is of second order too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import assert_never

import numpy as np

from electrode_homog.compiled import Team
from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.conjugate_gradients import Minimum
from electrode_homog.homogenization.layout import Layout, Wraps
from electrode_homog.homogenization.problem import Problem
from electrode_homog.homogenization.voxel_gradients import MeanGradient, UniformFlux, least_energy
from electrode_homog.homogenization.voxel_multigrid import VoxelMultigrid
from electrode_homog.homogenization.voxel_operator import Vectors, VoxelOperator

EXACT_SIZE = 4000  # unknowns of a problem that is solved as far as rounding allows: it costs nothing
EXACT_TOLERANCE = 1e-12
FLUX_SHARE = 3  # errors of three resistivities add up in each entry of their inverse
RETRIES = 4
NO_AXIS: Wraps = (False, False, False)


@dataclass(frozen=True)
class Progress:
    """Where a solution stands: the estimate of the relative error falls to `tolerance`. `axis` is 0, 1 or 2."""

    axis: int
    iterations: int
    relative_error: float
    tolerance: float


Watch = Callable[[Progress], None]


@dataclass(frozen=True, eq=False)
class Solved:
    """`matrix` (3, 3), zero where nothing was asked or nothing flows, in units of the best conductor.

    `potentials` maps an axis to the deviation from a unit mean gradient, or for a uniform flux to the potential at unit
    mean flux, as flat arrays of `layout`, lengths in units of the shortest edge of a voxel. Insulated sides keep none
    unless one axis was asked.
    """

    matrix: np.ndarray
    relative_error: float
    iterations: int
    layout: Layout
    potentials: dict[int, np.ndarray]


def solve(problem: Problem, axes: Iterable[int], watch: Watch | None = None) -> Solved:
    """Solve along those of `axes` that get a current."""
    wanted = [axis for axis in axes if problem.percolates[axis]]
    if not wanted:
        return Solved(np.zeros((3, 3)), 0.0, 0, Layout(problem.electrode.image.shape, NO_AXIS), {})
    if not problem.double_precision and not _is_small(problem):
        solved = _solved(problem, wanted, watch, np.float32)
        if solved.relative_error <= problem.tolerance or solved.iterations >= problem.max_iterations:
            return solved  # else rounding stopped it, as on a long path one voxel wide
    return _solved(problem, wanted, watch, np.float64)


def _solved(problem: Problem, axes: list[int], watch: Watch | None, kind: type) -> Solved:
    with Team() as team:
        solver = _Solver(problem, team, watch, kind)
        match problem.boundary:
            case Boundary.INSULATED_SIDES:
                return solver.each_alone(axes)
            case Boundary.PERIODIC | Boundary.LINEAR_POTENTIAL:
                return solver.under_gradients(axes)
            case Boundary.UNIFORM_FLUX:
                return solver.under_fluxes([axis for axis in range(3) if problem.percolates[axis]])
            case _:
                assert_never(problem.boundary)


class _Solver:
    def __init__(self, problem: Problem, team: Team, watch: Watch | None, kind: type):
        self._problem, self._team, self._watch, self._kind = problem, team, watch, kind
        self._voxels = problem.electrode.image.labels.size
        self._vectors = Vectors()

    def each_alone(self, axes: list[int]) -> Solved:
        matrix, worst, most, potentials = np.zeros((3, 3)), 0.0, 0, {}
        for axis in axes:
            operator = self._operator(axis, tied=_only(axis), wraps=NO_AXIS)
            minimum = self._minimum(operator, VoxelMultigrid(operator), axis, self._problem.tolerance)
            matrix[axis, axis] = minimum.energy / self._voxels
            worst, most = max(worst, minimum.relative_error), max(most, minimum.iterations)
            if len(axes) == 1:
                potentials = {axis: minimum.solution}
            else:
                self._vectors.give(minimum.solution)
            del operator  # before the next one is there
        return Solved(matrix, worst, most, Layout(self._problem.electrode.image.shape, NO_AXIS), potentials)

    def under_gradients(self, axes: list[int]) -> Solved:
        ends = self._problem.boundary is Boundary.LINEAR_POTENTIAL
        operator = self._operator(axes[0], tied=(ends, ends, ends), wraps=(not ends, not ends, not ends))
        inverse = VoxelMultigrid(operator)
        minima = {axis: self._minimum(operator, inverse, axis, self._problem.tolerance) for axis in axes}
        matrix = self._energies(operator, minima, MeanGradient) / self._voxels
        worst, most = _worst(minima)
        return Solved(matrix, worst, most, operator.layout, {axis: m.solution for axis, m in minima.items()})

    def under_fluxes(self, axes: list[int]) -> Solved:
        operator = self._operator(axes[0], tied=NO_AXIS, wraps=NO_AXIS)
        inverse, tolerance = VoxelMultigrid(operator), self._problem.tolerance / FLUX_SHARE
        iterations = 0
        for _ in range(RETRIES):
            minima = {axis: self._minimum(operator, inverse, axis, tolerance) for axis in axes}
            resistivity = self._energies(operator, minima, UniformFlux)[np.ix_(axes, axes)] / self._voxels
            errors = np.array([minima[axis].relative_error for axis in axes])
            inverted = np.linalg.inv(resistivity)
            error = inverse_error(resistivity, inverted, errors)
            iterations = max(iterations, _worst(minima)[1])
            if error <= self._problem.tolerance or not np.all(errors <= tolerance):
                break
            tolerance *= 0.5 * self._problem.tolerance / error
            self._vectors.give(*(minimum.solution for minimum in minima.values()))
        matrix = np.zeros((3, 3))
        matrix[np.ix_(axes, axes)] = (inverted + inverted.T) / 2
        return Solved(matrix, error, iterations, operator.layout, {axis: m.solution for axis, m in minima.items()})

    def _operator(self, axis: int, *, tied: Wraps, wraps: Wraps) -> VoxelOperator:
        problem = self._problem
        keep = problem.carrying.keep[axis]
        return VoxelOperator(problem.medium, problem.parts, keep, tied, wraps, self._kind, self._team, self._vectors)

    def _minimum(self, operator: VoxelOperator, inverse: VoxelMultigrid, axis: int, tolerance: float) -> Minimum:
        unit = np.eye(3)[axis]
        load = UniformFlux(unit) if self._problem.boundary is Boundary.UNIFORM_FLUX else MeanGradient(unit)
        goal = min(tolerance, EXACT_TOLERANCE) if _is_small(self._problem) else tolerance
        watch = None if self._watch is None else self._told(self._watch, axis, tolerance)
        return least_energy(
            operator, inverse, load, tolerance=goal, max_iterations=self._problem.max_iterations, watch=watch
        )

    @staticmethod
    def _told(watch: Watch, axis: int, tolerance: float) -> Callable[[int, float], None]:
        return lambda iterations, error: watch(Progress(axis, iterations, error, tolerance))

    @staticmethod
    def _energies(operator: VoxelOperator, minima: dict[int, Minimum], load: type) -> np.ndarray:
        """(3, 3) from E(x_i + x_j; i + j) = E_ii + E_jj + 2 E_ij."""
        energies, unit = np.zeros((3, 3)), np.eye(3)
        for axis, minimum in minima.items():
            energies[axis, axis] = minimum.energy
        unused = operator.vector() if len(minima) > 1 else np.empty(0)
        for i, j in combinations(minima, 2):
            together = minima[i].solution + minima[j].solution
            energy = load(unit[i] + unit[j]).evaluate(operator, together, unused)
            energies[i, j] = energies[j, i] = (energy - energies[i, i] - energies[j, j]) / 2
        return energies


def inverse_error(resistivity: np.ndarray, inverted: np.ndarray, errors: np.ndarray) -> float:
    """Relative error of the inverse of a matrix that is too small by E >= 0, with E_ii = `errors_i` of the true entry.

    |E_ij| <= sqrt(E_ii E_jj), and with F = sqrt(inverse) E sqrt(inverse) >= 0 the true inverse is
    sqrt(inverse) (1 + F)^-1 sqrt(inverse): between inverse / (1 + t) and inverse, where t = sum |inverse_ij E_ij|
    is not less than the trace of F.
    """
    if not np.all(errors < 1):
        return float(np.inf)
    root = np.sqrt(errors / (1 - errors) * np.diag(resistivity))
    return float(np.sum(np.abs(inverted) * np.outer(root, root)))


def _is_small(problem: Problem) -> bool:
    return int(problem.parts.sizes.sum()) <= EXACT_SIZE


def _only(axis: int) -> Wraps:
    x, y, z = (a == axis for a in range(3))
    return x, y, z


def _worst(minima: dict[int, Minimum]) -> tuple[float, int]:
    return max(m.relative_error for m in minima.values()), max(m.iterations for m in minima.values())
