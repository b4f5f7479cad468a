"""Bounded least squares over a simulation that is noisy in the last digits, may fail, and costs everything.

The unknowns are in 0..1. Trust-region reflective steps by scipy; the Jacobian by one-sided differences with a step
well above the solver's noise, its columns in parallel. A failed solve is a finite wall, never a minimum, and
stopping is believed only where the last Jacobian promises no further descent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.errors import ElectrodeHomogError, NotConvergedError
from electrode_homog.studies.executor import Workers
from electrode_homog.studies.outcome import TIME_LIMIT, WORKER_DIED, Failed

STEP = 1e-2  # of the range; 2e-3 ended fits to synthetic data early and up to 3 % off, in solver noise of 0.01 mV
NOISE_SLOPE_V = 3e-3  # what that noise looks like when divided by STEP: volts (rms) over the whole range
_EDGE = 1e-3  # distance from 0 or 1 that counts as on the bound, and from which the search starts
_WALL_V = 1.0  # residual of a failed solve: far above any voltage error of a cell that works
_STALLED = 0.05  # share of the residual norm that a Gauss-Newton step may still promise at a minimum
_NOISE_V = 1e-4  # rms below which promises are solver noise
_PHYSICAL = {kind.__name__ for kind in ElectrodeHomogError.__subclasses__()} | {TIME_LIMIT, WORKER_DIED}


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where the search ended: `unit` (k,), `residuals` (n,), `jacobian` (n, k) per unit, `result` of the best solve."""

    unit: np.ndarray
    residuals: np.ndarray
    jacobian: np.ndarray
    result: Any
    solves: int
    failed_solves: int
    message: str

    @property
    def on_bound(self) -> np.ndarray:
        """(k,) bool"""
        return (self.unit <= _EDGE) | (self.unit >= 1 - _EDGE)


class _Stopped(Exception):
    """No solves left."""


def minimise(
    workers: Workers,
    task: Callable[[np.ndarray], Any],
    residuals: Callable[[Any], np.ndarray],
    start: Sequence[float],
    *,
    max_solves: int,
) -> Minimum:
    """Minimise |residuals(function(task(unit)))| over 0 <= unit <= 1; `workers` run the function.

    Raises NotConvergedError, with the best Minimum, after `max_solves` or where the search stalled; and what the
    first solve failed with, since nothing can be learnt from a start that cannot be simulated.
    """
    from scipy.optimize import least_squares

    search = _Search(workers, task, residuals, max_solves)
    unit = np.clip(np.asarray(start, float), _EDGE, 1 - _EDGE)
    search.begin(unit)
    try:
        found = least_squares(
            search.value,
            unit,
            search.jacobian,  # type: ignore[arg-type]  scipy's annotation knows the strings only
            bounds=(0, 1),
            method="trf",
            ftol=1e-5,
            xtol=1e-4,
            gtol=1e-10,
        )
    except _Stopped:
        raise _not_converged(search, f"max_solves = {max_solves} reached") from None
    promise = _promised_rms(search.best_residuals, search.best_jacobian, search.best_unit)
    rms = root_mean_square(search.best_residuals)
    if rms - promise > max(_STALLED * rms, _NOISE_V):
        raise _not_converged(search, f"stalled: rms {rms:.3g} V, its own slope promises {promise:.3g} V")
    return search.minimum(str(found.message))


def _not_converged(search: "_Search", reason: str) -> NotConvergedError:
    return NotConvergedError(
        f"the fit did not converge: {reason}; .best holds what it had reached",
        best=search.minimum(reason),
        residual=root_mean_square(search.best_residuals),
        iterations=search.solves,
    )


def _promised_rms(residuals: np.ndarray, jacobian: np.ndarray, unit: np.ndarray) -> float:
    """What a full Gauss-Newton step inside the bounds would leave if the model were linear."""
    from scipy.optimize import lsq_linear

    step = lsq_linear(jacobian, -residuals, bounds=(np.minimum(-unit, -1e-12), np.maximum(1 - unit, 1e-12))).x
    return root_mean_square(residuals + jacobian @ step)


def root_mean_square(residuals: np.ndarray) -> float:
    return float(np.sqrt(np.mean(residuals**2)))


class _Search:
    """Counts the solves and remembers the best."""

    def __init__(
        self,
        workers: Workers,
        task: Callable[[np.ndarray], Any],
        residuals: Callable[[Any], np.ndarray],
        max_solves: int,
    ):
        self._workers, self._task, self._residuals = workers, task, residuals
        self._max_solves = max_solves
        self.solves = self.failed = 0

    def begin(self, unit: np.ndarray) -> None:
        (outcome,) = self._solve([unit])
        if isinstance(outcome, Failed):
            raise NotConvergedError(f"the start of the fit cannot be simulated: {outcome.error}: {outcome.message}")
        self.best_unit, self.best_result = unit, outcome
        self.best_residuals = self._residuals(outcome)
        self.best_jacobian = np.full((self.best_residuals.size, unit.size), np.nan)
        self._wall = np.full_like(self.best_residuals, max(_WALL_V, 2 * np.abs(self.best_residuals).max()))

    def value(self, unit: np.ndarray) -> np.ndarray:
        if np.array_equal(unit, self.best_unit):
            return self.best_residuals
        (outcome,) = self._solve([unit])
        if isinstance(outcome, Failed):
            return self._wall
        residuals = self._residuals(outcome)
        if root_mean_square(residuals) < root_mean_square(self.best_residuals):
            self.best_unit, self.best_result, self.best_residuals = unit.copy(), outcome, residuals
            self.best_jacobian = np.full_like(self.best_jacobian, np.nan)
        return residuals

    def jacobian(self, unit: np.ndarray) -> np.ndarray:
        """(n, k) at the best point, which is where the trust region asks for it."""
        assert np.array_equal(unit, self.best_unit)
        steps = [STEP if value <= 0.5 else -STEP for value in unit]  # away from the nearer bound
        columns: dict[int, np.ndarray] = {}
        for sign in (1, -1):  # the other side where the first failed
            missing = [k for k in range(unit.size) if k not in columns]
            moved = [unit + sign * steps[k] * np.eye(unit.size)[k] for k in missing]
            for k, outcome in zip(missing, self._solve([np.clip(u, 0, 1) for u in moved]), strict=True):
                if not isinstance(outcome, Failed):
                    change = np.clip(unit[k] + sign * steps[k], 0, 1) - unit[k]
                    columns[k] = (self._residuals(outcome) - self.best_residuals) / change
        if len(columns) < unit.size:
            raise _not_converged(self, "no slope: the solves on both sides of the best point fail")
        self.best_jacobian = np.column_stack([columns[k] for k in range(unit.size)])
        return self.best_jacobian

    def minimum(self, message: str) -> Minimum:
        return Minimum(
            self.best_unit,
            self.best_residuals,
            self.best_jacobian,
            self.best_result,
            self.solves,
            self.failed,
            message,
        )

    def _solve(self, units: Sequence[np.ndarray]) -> list[Any]:
        """Results or Failed, in order. A failure that is no matter of physics is our bug and is raised."""
        if self.solves + len(units) > self._max_solves:
            raise _Stopped
        self.solves += len(units)
        outcomes = dict(self._workers.run([self._task(unit) for unit in units]))
        results = []
        for index in range(len(units)):
            outcome = outcomes[index]
            if isinstance(outcome, Failed):
                if outcome.error not in _PHYSICAL:
                    raise RuntimeError(f"{outcome.error} in a simulation: {outcome.message}")
                self.failed += 1
                results.append(outcome)
            else:
                results.append(outcome.value)
        return results
