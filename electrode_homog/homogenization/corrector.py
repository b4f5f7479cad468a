"""The solution of the cell problem itself: what a mean gradient does to the potential inside the structure.

For boundary layers, fields in the pores and upscaling beyond the tensor; the tensor alone needs none of it.
"""

from dataclasses import dataclass
from typing import assert_never

import numpy as np

from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.problem import Conductivities, Problem
from electrode_homog.homogenization.tensor import problem_along, refuse_unconverged
from electrode_homog.homogenization.voxel_solver import Solved, Watch, solve
from electrode_homog.microstructure import Microstructure


@dataclass(frozen=True, eq=False)
class Corrector:
    """chi_k in div(a (e_k + grad chi_k)) = 0: the potential at a unit mean gradient along axis k is x_k + chi_k.

    `values` (nx, ny, nz), in metres, at the centres of the voxels; NaN where nothing conducts, and in what is cut off
    from the current. `relative_error` is that of the effective value, an energy; a (e_k + grad chi_k) differs from the
    true flux by its square root, in the root mean square weighted with 1 / a: 3 % at the default tolerance.
    """

    values: np.ndarray
    axis: int
    boundary: Boundary
    relative_error: float
    iterations: int

    def __post_init__(self):
        values = np.array(self.values, dtype=float)
        values.setflags(write=False)
        object.__setattr__(self, "values", values)


def corrector(
    electrode: Microstructure,
    conductivity: Conductivities,
    *,
    axis: int = 0,
    boundary: Boundary = Boundary.PERIODIC,
    tolerance: float = 1e-3,
    max_iterations: int = 500,
    watch: Watch | None = None,
) -> Corrector:
    """Solve div(a (e_k + grad chi)) = 0 for chi along one axis k (0, 1, 2).

    Arguments and errors are those of `effective_conductivity`. With INSULATED_SIDES and LINEAR_POTENTIAL chi vanishes
    on the outer faces whose potential is fixed. With PERIODIC and UNIFORM_FLUX the potential is free to a constant, and
    the mean of chi over the voxels that carry current is 0; networks that do not touch each other each have a constant
    of their own, which stays undetermined. A uniform flux has the mean gradient e_k along the axes that it passes.
    """
    problem = problem_along(axis, electrode, conductivity, boundary, tolerance, max_iterations)
    solved = solve(problem, [axis], watch)
    values = _lengths(problem, solved, axis) * min(electrode.image.voxel_size_m)
    carrying = problem.parts.mask(problem.carrying.keep[axis])
    match boundary:
        case Boundary.PERIODIC | Boundary.UNIFORM_FLUX:
            values -= np.mean(values, where=carrying)
        case Boundary.INSULATED_SIDES | Boundary.LINEAR_POTENTIAL:
            pass
        case _:
            assert_never(boundary)
    values[~carrying] = np.nan
    found = Corrector(values, axis, boundary, solved.relative_error, solved.iterations)
    refuse_unconverged(found, tolerance, max_iterations)
    return found


def _lengths(problem: Problem, solved: Solved, axis: int) -> np.ndarray:
    """chi in the shortest edges of a voxel, to a constant."""
    if problem.boundary is not Boundary.UNIFORM_FLUX:
        return solved.layout.image(solved.potentials[axis]).astype(float)
    shape, spacing = problem.electrode.image.shape, problem.medium.spacing
    values = np.zeros(shape)
    for j, potential in solved.potentials.items():  # at a unit mean flux along j; a unit gradient has the flux A e_k
        values += solved.matrix[j, axis] * solved.layout.image(potential)
    positions = spacing[axis] * (np.arange(shape[axis]) + 0.5)
    return values - positions.reshape([-1 if a == axis else 1 for a in range(3)])
