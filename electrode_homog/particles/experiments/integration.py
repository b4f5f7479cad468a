"""Integrate one step of a particle's protocol in time, with events.

Backward differentiation of variable order (Shampine and Reichelt 1997, as in SciPy), with the Jacobian by vectorised
differences. Lithium is a linear invariant of the equations; the method keeps such an invariant to round-off if the
Jacobian has it too, so that is imposed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.particles.equations import ParticleEquations

RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE = 1e-7, 1e-9
"""Of the states; against 1e-10 and 1e-12 surface and mean of a sphere move by 1e-8 at most."""

MOST_STEPS = 20_000
"""In time, of one step of a protocol; a smooth law takes 100 to 300."""

Ending = tuple[str, Callable[[np.ndarray], float]]


@dataclass(frozen=True, eq=False)
class Drive:
    """Drift and influx, as functions of states (n, m) without the count of lithium.

    `influx` gives (m,); `slope(x (n,), jacobian (n, n) of the drift)` gives the derivative of the influx, (n,).
    """

    equations: ParticleEquations
    drift: Callable[[np.ndarray], np.ndarray]
    influx: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def rate(self, state: np.ndarray) -> np.ndarray:
        """d/dt of the state (n + 1,), whose last entry counts the lithium that went in."""
        x, equations = state[:-1, None], self.equations
        influx = self.influx(x)[0]
        return np.append(self.drift(x)[:, 0] + influx * equations.inlet, influx * (equations.mean @ equations.inlet))

    def jacobian(self, state: np.ndarray) -> np.ndarray:
        """(n + 1, n + 1), with mean . drift = 0 and the count of lithium exact."""
        x, equations = state[:-1], self.equations
        steps = 1.5e-8 * np.maximum(np.abs(x), 1e-3)
        columns = x[:, None] + np.diag(steps)
        of_drift = (self.drift(columns) - self.drift(x[:, None])) / (np.diag(columns) - x)
        of_drift -= np.outer(equations.uniform, equations.mean @ of_drift) / (equations.mean @ equations.uniform)
        slope = self.slope(x, of_drift)
        result = np.zeros((state.size, state.size))
        result[:-1, :-1] = of_drift + np.outer(equations.inlet, slope)
        result[-1, :-1] = equations.mean @ equations.inlet * slope
        return result


@dataclass(frozen=True, eq=False)
class Integration:
    """`time_s` (m,) from 0, `states` (n + 1, m); `ended_by` is the text of an ending, "duration" or "failed"."""

    time_s: np.ndarray
    states: np.ndarray
    ended_by: str
    message: str = ""


def integrate(drive: Drive, state: np.ndarray, duration_s: float, endings: list[Ending]) -> Integration:
    """From `state` until the first ending, whose function is positive before it, or for `duration_s`."""
    times, states = [0.0], [state]

    def ended(by: str, message: str = "") -> Integration:
        return Integration(np.array(times), np.array(states).T, by, message)

    for text, distance in endings:
        if distance(state) <= 0:
            return ended(text)
    solver = _solver(drive, state, duration_s)
    for _ in range(MOST_STEPS):
        message = solver.step()
        if solver.status == "failed":
            return ended("failed", str(message))
        over = _first_ending(endings, solver)
        if over is not None:
            text, time, last = over
            times.append(time)
            states.append(last)
            return ended(text)
        times.append(float(solver.t))
        states.append(solver.y.copy())
        if solver.status == "finished":
            return ended("duration")
    return ended("failed", f"{MOST_STEPS} steps in time")


def _solver(drive: Drive, state: np.ndarray, duration_s: float) -> Any:
    from scipy.integrate import BDF

    last_good = drive.jacobian(state)

    def jacobian(_: float, y: np.ndarray) -> np.ndarray:
        """A trial state may lie where a law has no value; the Jacobian of the last good one serves."""
        nonlocal last_good
        here = drive.jacobian(y)
        if np.all(np.isfinite(here)):
            last_good = here
        return last_good

    return BDF(
        lambda _, y: drive.rate(y),
        0.0,
        state,
        duration_s,
        rtol=RELATIVE_TOLERANCE,
        atol=ABSOLUTE_TOLERANCE,
        jac=jacobian,
    )


def _first_ending(endings: list[Ending], solver: Any) -> tuple[str, float, np.ndarray] | None:
    reached = [(text, distance) for text, distance in endings if distance(solver.y) <= 0]
    if not reached:
        return None
    path = solver.dense_output()
    time, text = min((_instant(path, distance, solver.t_old, solver.t), text) for text, distance in reached)
    return text, time, path(time)


def _instant(path: Any, distance: Callable[[np.ndarray], float], start: float, end: float) -> float:
    from scipy.optimize import root_scalar

    if not distance(path(start)) > 0:  # of round-off
        return float(start)
    if not distance(path(end)) < 0:
        return float(end)
    found = root_scalar(lambda t: distance(path(t)), bracket=(start, end), method="brentq", xtol=1e-12 * end)
    return float(found.root)
