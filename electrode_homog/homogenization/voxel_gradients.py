"""Conjugate gradients on voxels that stop when the *effective value* is known well enough.

The method and the estimate are those of `conjugate_gradients`, its plain twin: an energy that approaches its limit
from one side by e.K e <= r.M r / lambda_min(M K), and lambda_min from the Lanczos matrix, with a safety factor.
Here vectors may be in single precision: sums are in double, and what is returned is the energy of the field that is
returned, summed over its faces, and the estimate is believed only if the residual of that field is the one of the
recursion; else it is made anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from electrode_homog.homogenization.conjugate_gradients import (
    FEWEST,
    NOTHING_LEFT,
    RESTARTS,
    SAFETY,
    Minimum,
    smallest_ritz_value,
)
from electrode_homog.homogenization.voxel_multigrid import VoxelMultigrid
from electrode_homog.homogenization.voxel_operator import VoxelOperator

DRIFT = 1e-4  # of the squared residual: what rounding may have added to it without spoiling the estimate
# Of an energy: it is summed in double, but conductances are in the type of the vectors, rounded twice by 6e-8.
ROUNDING = {np.float32: 5e-7, np.float64: 16 * np.finfo(float).eps}  # of an energy, by the type of conductances


class Load(Protocol):
    """What drives a problem: `evaluate` fills the residual of a field and returns its energy.

    Each step of the iteration changes the energy by `sign` times alpha r.M r.
    """

    sign: float

    def evaluate(
        self, operator: VoxelOperator, field: np.ndarray, residual: np.ndarray, *, at_rest: bool = False
    ) -> float: ...


@dataclass(frozen=True, eq=False)
class MeanGradient:
    """A mean gradient (3,): the energy is the effective conductivity along it times the number of voxels."""

    gradient: np.ndarray
    sign = -1.0

    def evaluate(
        self, operator: VoxelOperator, field: np.ndarray, residual: np.ndarray, *, at_rest: bool = False
    ) -> float:
        """Energy of the field, at least the least one."""
        return operator.balance(field, self.gradient, residual, at_rest=at_rest)


@dataclass(frozen=True, eq=False)
class UniformFlux:
    """A flux (3,) through all outer faces: the energy is the resistivity along it times the number of voxels."""

    flux: np.ndarray
    sign = 1.0

    def evaluate(
        self, operator: VoxelOperator, field: np.ndarray, residual: np.ndarray, *, at_rest: bool = False
    ) -> float:
        """Dissipation of the field, at most the true one: 2 f.u - u.K u, plus that of the outer half voxels."""
        layout = operator.layout
        value = -operator.balance(field, np.zeros(3), residual, at_rest=at_rest)
        for axis in range(3):
            current = self.flux[axis] / operator.spacing[axis]
            for side, sign in ((0, -1.0), (1, 1.0)):
                conducting = operator.conductivity_of_face(axis, side)
                is_open = conducting > 0
                layout.face(residual, axis, side)[is_open] += sign * current
                value += 2 * sign * current * float(layout.face(field, axis, side)[is_open].sum(dtype=float))
                value += self.flux[axis] ** 2 * float(np.sum(0.5 / conducting[is_open]))
        return value


def least_energy(
    operator: VoxelOperator,
    preconditioner: VoxelMultigrid,
    load: Load,
    *,
    tolerance: float,
    max_iterations: int,
    watch: Callable[[int, float], None] | None = None,
) -> Minimum:
    """Find the field of `load`, its energy to a relative error; `solution` is in the layout of the operator.

    Stops without reaching `tolerance` after `max_iterations`, or where rounding allows no progress: the caller
    must look at `relative_error`. `watch` is told the iterations done and the estimate of the error.
    """
    run = _Run(operator, preconditioner, load, tolerance, max_iterations, watch)
    error = np.inf
    for _ in range(RESTARTS):
        before = error
        run.iterate()
        error = run.verified_error()
        if error <= tolerance or run.iterations >= max_iterations or not error < 0.5 * before:
            break
    run.close()
    return Minimum(run.x, run.energy, error, run.iterations)


class _Run:
    """The vectors of one solution, and the iteration on them (Saad 2003, algorithm 9.1)."""

    def __init__(
        self,
        operator: VoxelOperator,
        preconditioner: VoxelMultigrid,
        load: Load,
        tolerance: float,
        most: int,
        watch: Callable[[int, float], None] | None,
    ):
        self._operator, self._preconditioner, self._load = operator, preconditioner, load
        self._tolerance, self._most, self._watch = tolerance, most, watch
        self.x, self._r, self._p = operator.vector(), operator.vector(), operator.vector()
        self.energy = load.evaluate(operator, self.x, self._r, at_rest=True)
        self.iterations, self._smallest, self._rz = 0, 1.0, 0.0

    def iterate(self) -> None:
        """From x and its residual until the estimate of the error is below half the tolerance."""
        before = 1.0
        alphas: list[float] = []
        betas: list[float] = []
        floor, energy = self._smallest, self.energy
        while True:
            self._rz = rz = self._preconditioner.measure(self._r)
            if self._watch is not None and alphas:
                self._watch(self.iterations, SAFETY * rz / self._smallest / energy)
            if rz <= NOTHING_LEFT * self._tolerance * energy or self.iterations >= self._most:
                return
            if len(alphas) >= FEWEST and SAFETY * rz / self._smallest <= 0.5 * self._tolerance * energy:
                return
            beta = rz / before if alphas else 0.0
            curvature = self._preconditioner.turn(self._r, self._p, beta)
            if not (rz > 0 and curvature > 0):  # K and M are positive definite; only rounding says otherwise
                return
            alpha = rz / curvature
            self._operator.step(self.x, self._r, self._p, alpha)
            energy += self._load.sign * alpha * rz
            before = rz
            alphas.append(alpha)
            betas.append(beta)
            self.iterations += 1
            self._smallest = min(floor, smallest_ritz_value(np.array(alphas), np.array(betas)))

    def close(self) -> None:
        """Give back all vectors but x."""
        self._operator.vectors.give(self._r, self._p)

    def verified_error(self) -> float:
        """Relative error of the energy of x, which is summed anew, like its residual."""
        true = self._p  # its direction is not needed any more
        self.energy = self._load.evaluate(self._operator, self.x, true)
        drift, size = self._operator.difference(self._r, true)
        self._r, self._p = true, self._r
        rz = self._rz if drift <= DRIFT * size else self._preconditioner.measure(self._r)
        excess = SAFETY * abs(rz) / self._smallest
        exact = self.energy + self._load.sign * excess
        return excess / exact + ROUNDING[self._operator.kind] if 0 <= excess < self.energy and exact > 0 else np.inf
