"""From a microstructure and the conductivities of its phases to the effective tensor.

Matrices are (3, 3) in the unit of the input conductivities, row = flux component, column = gradient component,
averaged over the whole image, pores and solid. With 1.0 for the conducting phase the entries are the transport
efficiency B. Scheme: 7-point finite volumes with harmonic means (`network`), which is exact on layers normal to
an axis and, on staircase walls of an insulator, too low by 1 to 7 % at 64 voxels per feature: `relative_error`
is the distance from the exact solution *on these voxels*, not from the electrode.
"""

import inspect
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from electrode_homog.errors import (
    ElectrodeHomogError,
    InputError,
    NotConvergedError,
    NotPercolatingError,
)
from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.bounds import reuss_bound, voigt_bound
from electrode_homog.homogenization.problem import AXES, Conductivities, Problem
from electrode_homog.homogenization.voxel_solver import Watch, solve
from electrode_homog.microstructure import Microstructure


@dataclass(frozen=True, eq=False)
class EffectiveTensor:
    """What the image conducts, and how good the number is.

    `conductivity` (3,) of each conducting phase along x, y, z; `voigt` and `reuss` (3,) are the bounds per axis;
    `hashin_shtrikman` is (lower, upper) for isotropic structures of isotropic phases, None for others.
    `percolates` says along which axes a current flows under this boundary condition; along the others row and
    column are exactly 0. `relative_error` estimates, on the safe side, the distance of the diagonal entries from the
    exact solution on these voxels.
    """

    matrix: np.ndarray
    conductivity: Mapping[str, tuple[float, float, float]]
    volume_fractions: Mapping[str, float]
    boundary: Boundary
    tolerance: float
    relative_error: float
    iterations: int
    percolates: tuple[bool, bool, bool]
    voigt: np.ndarray
    reuss: np.ndarray
    hashin_shtrikman: tuple[float, float] | None
    shape: tuple[int, int, int]
    voxel_size_m: tuple[float, float, float]
    source: str
    seconds: float

    def __post_init__(self):
        for name in ("matrix", "voigt", "reuss"):
            array = np.array(getattr(self, name), dtype=float)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        for name in ("conductivity", "volume_fractions"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        self._check_bounds()

    def __reduce__(self):  # read-only maps cannot be pickled
        values = (getattr(self, field.name) for field in fields(self))
        return type(self), tuple(dict(v) if isinstance(v, MappingProxyType) else v for v in values)

    def _check_bounds(self) -> None:
        value = np.diag(self.matrix)
        slack = max(self.relative_error, 1e-9) * self.voigt
        for axis in np.flatnonzero(self.percolates):
            low, high = (self.reuss - slack)[axis], (self.voigt + slack)[axis]
            if not low <= value[axis] <= high:
                raise ElectrodeHomogError(
                    f"effective value {value[axis]:.6g} along {AXES[axis]} is outside Reuss {self.reuss[axis]:.6g} "
                    f"and Voigt {self.voigt[axis]:.6g}: a bug, please report it with the image"
                )

    @property
    def through_thickness(self) -> float:
        """matrix[0, 0]: the only component that a P2D model takes."""
        return float(self.matrix[0, 0])

    @property
    def volume_fraction(self) -> float:
        """Total share of the phases that conduct."""
        return sum(self.volume_fractions[name] for name in self.conductivity)

    @property
    def tortuosity_factor(self) -> np.ndarray:
        """(3,) Voigt bound over effective value: fraction / B for one conducting phase; inf where it is 0."""
        value = np.diag(self.matrix)
        return np.divide(self.voigt, value, out=np.full(3, np.inf), where=value > 0)


@dataclass(frozen=True, eq=False)
class EffectiveConductivity:
    """The effective value along one axis, in the unit of the input, and its relative error on these voxels.

    `volume_fractions` are those of the phases that conduct.
    """

    value: float
    axis: int
    volume_fractions: Mapping[str, float]
    relative_error: float
    iterations: int
    boundary: Boundary
    seconds: float

    def __post_init__(self):
        object.__setattr__(self, "volume_fractions", MappingProxyType(dict(self.volume_fractions)))

    __reduce__ = EffectiveTensor.__reduce__

    @property
    def volume_fraction(self) -> float:
        """Total share of the phases that conduct."""
        return sum(self.volume_fractions.values())


def effective_tensor(
    electrode: Microstructure,
    conductivity: Conductivities,
    *,
    boundary: Boundary = Boundary.INSULATED_SIDES,
    tolerance: float = 1e-3,
    max_iterations: int = 500,
    watch: Watch | None = None,
) -> EffectiveTensor:
    """Solve the cell problem along x, y and z.

    Phases that `conductivity` does not name insulate. `tolerance` is the relative error of each diagonal entry
    against the exact solution on the voxels, 1e-14 <= tolerance < 1. Insulated sides leave the entries off the diagonal
    undetermined, and 0 is stored; `Boundary` says how the four conditions differ, and where they give exactly 0.
    `watch` is called with a `Progress` after each iteration, and may raise to stop.

    Raises InputError for unknown phases and conductivities that are not positive definite or not aligned with
    the axes, or if the problem does not fit in memory; OutOfRangeError for a contrast above 1e12;
    NotConvergedError, with the tensor so far as `.best`.
    """
    start = time.perf_counter()
    problem = Problem(electrode, conductivity, boundary, tolerance, max_iterations)
    solved = solve(problem, range(3), watch)
    tensor = EffectiveTensor(
        matrix=problem.scale * solved.matrix,
        conductivity=problem.conductivity,
        volume_fractions=electrode.fractions,
        boundary=boundary,
        tolerance=tolerance,
        relative_error=solved.relative_error,
        iterations=solved.iterations,
        percolates=problem.percolates,
        voigt=problem.bound(voigt_bound),
        reuss=problem.bound(reuss_bound),
        hashin_shtrikman=problem.hashin_shtrikman(),
        shape=electrode.image.shape,
        voxel_size_m=electrode.image.voxel_size_m,
        source=electrode.image.source,
        seconds=time.perf_counter() - start,
    )
    refuse_unconverged(tensor, tolerance, max_iterations)
    return tensor


def effective_conductivity(
    electrode: Microstructure,
    conductivity: Conductivities,
    *,
    axis: int = 0,
    boundary: Boundary = Boundary.INSULATED_SIDES,
    tolerance: float = 1e-3,
    max_iterations: int = 500,
    watch: Watch | None = None,
) -> EffectiveConductivity:
    """Solve the cell problem along one axis (0, 1, 2); arguments and errors as in `effective_tensor`.

    The value is the entry [axis, axis] of the tensor; a uniform flux is solved along all axes to find it.
    Raises NotPercolatingError, before solving, if no current flows along `axis`.
    """
    start = time.perf_counter()
    problem = problem_along(axis, electrode, conductivity, boundary, tolerance, max_iterations)
    solved = solve(problem, [axis], watch)
    fractions = electrode.fractions
    result = EffectiveConductivity(
        value=problem.scale * float(solved.matrix[axis, axis]),
        axis=axis,
        volume_fractions={name: fractions[name] for name in problem.conductivity},
        relative_error=solved.relative_error,
        iterations=solved.iterations,
        boundary=boundary,
        seconds=time.perf_counter() - start,
    )
    refuse_unconverged(result, tolerance, max_iterations)
    return result


def default_settings() -> dict[str, Any]:
    """The settings that `effective_tensor` takes where none are given, by name."""
    parameters = inspect.signature(effective_tensor).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}


def problem_along(
    axis: int,
    electrode: Microstructure,
    conductivity: Conductivities,
    boundary: Boundary,
    tolerance: float,
    max_iterations: int,
) -> Problem:
    """The problem, checked, of which one axis is asked: NotPercolatingError if no current flows along it."""
    if isinstance(axis, bool) or axis not in (0, 1, 2):
        raise InputError(f"axis = {axis!r}; axes are 0 (through-thickness), 1, 2")
    problem = Problem(electrode, conductivity, boundary, tolerance, max_iterations)
    if not problem.percolates[axis]:
        remedy = "Check the axis, the labels and the segmentation, or take a larger image"
        if boundary is Boundary.UNIFORM_FLUX:
            remedy = "Take another boundary condition"
        raise NotPercolatingError(
            f"{' + '.join(problem.conductivity)} of {electrode.image.source!r} {boundary.obstacle(axis)}: "
            f"{problem.describe_connection()}; the effective value is exactly 0. {remedy}",
            axes=tuple(int(a) for a in range(3) if not problem.percolates[a]),
        )
    return problem


class _Iterated(Protocol):
    """A result of the iteration."""

    @property
    def relative_error(self) -> float: ...
    @property
    def iterations(self) -> int: ...


def refuse_unconverged(result: _Iterated, tolerance: float, max_iterations: int) -> None:
    """Raise NotConvergedError, with the result as `.best`, if its error is above `tolerance`."""
    if not result.relative_error <= tolerance:
        stopped = result.iterations < max_iterations
        remedy = (
            "rounding allows no more: ask for less accuracy, or leave out the poorest conductor"
            if stopped
            else "allow more iterations, or ask for less accuracy"
        )
        raise NotConvergedError(
            f"relative error {result.relative_error:.2g} after {result.iterations} iterations, above tolerance = "
            f"{tolerance:g}; {remedy}",
            best=result,
            residual=result.relative_error,
            iterations=result.iterations,
        )
