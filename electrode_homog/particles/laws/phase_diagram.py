"""Where a mixture is unstable, and what it separates into: spinodals and binodals of any free energy.

Both are pairs (low, high) of stoichiometries, one for each gap, sorted. They are sought on a grid that is finer towards
empty and full, so that gaps narrower than 2.5e-4, and stoichiometries within 1e-12 of 0 and 1, are not resolved.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Protocol

import numpy as np

from electrode_homog.errors import NotConvergedError
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.particles.checking import checked_number, checked_positive
from electrode_homog.particles.laws.derivative import traced

Window = tuple[float, float]

MOST_STEPS = 60

ROUND_OFF = 1e-12
"""A thermodynamic factor above minus this is not called negative."""


class Mixture(Protocol):
    """What an activity model or a free energy knows; see `activity`."""

    def free_energy(self, x: np.ndarray, T: float) -> np.ndarray: ...

    def chemical_potential(self, x: np.ndarray, T: float) -> np.ndarray: ...

    def factor(self, x: np.ndarray, T: float) -> np.ndarray: ...


def spinodal(mixture: Mixture, temperature_K: float) -> tuple[Window, ...]:
    """The windows where the thermodynamic factor is negative; none where the mixture is stable throughout."""
    T = checked_positive("temperature_K", temperature_K, "298.15")
    return negative_windows(lambda x: mixture.factor(x, T), 0.0, 1.0)


def binodal(mixture: Mixture, temperature_K: float) -> tuple[Window, ...]:
    """The stoichiometries of phases in equilibrium: where a common tangent touches the free energy.

    The lower convex hull finds the gaps, Newton's method on equal chemical potentials and equal tangents refines them.
    Raises NotConvergedError where that fails, as for phases within about 1e-12 of empty or full.
    """
    T = checked_positive("temperature_K", temperature_K, "298.15")
    unstable = spinodal(mixture, T)
    if not unstable:
        return ()
    x = _grid(0.0, 1.0)
    hull = _lower_hull(x, np.asarray(mixture.free_energy(x, T)))
    gaps = []
    for left, right in pairwise(hull):
        low, high = float(x[left]), float(x[right])
        if right - left > 1 and any(a < high and low < b for a, b in unstable):
            gaps.append(_tangent(mixture, T, low, high))
    return tuple(gaps)


def open_circuit_potential(mixture: Mixture, standard_potential_V: float, temperature_K: float) -> Expression:
    """U(x) = U_standard - (R T/F) mu as a formula of x, at one temperature.

    An electrode with this potential, and the mixture as its thermodynamics, uses the same function in the kinetics and
    in the diffusivity.
    """
    standard = checked_number("standard_potential_V", standard_potential_V, "3.4")
    T = checked_positive("temperature_K", temperature_K, "298.15")
    volts = CONSTANTS["R"] * T / CONSTANTS["F"]
    return traced(lambda x: standard - volts * mixture.chemical_potential(x, T), ("x",)).as_expression()


def negative_windows(function: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> tuple[Window, ...]:
    """Where a function of x is negative between `low` and `high`, edges refined to round-off.

    A window that reaches `low` or `high` ends there. Where the function has no value it does not count as negative.
    """
    from scipy.optimize import brentq

    x = _grid(low, high)
    with np.errstate(all="ignore"):  # 1/(1 - x) at the very ends
        negative = np.asarray(function(x)) < -ROUND_OFF
    edges = np.flatnonzero(np.diff(negative.astype(int)))

    def at(place: float) -> float:
        return float(np.asarray(function(np.array([place])))[0]) + ROUND_OFF

    def edge(k: int) -> float:
        a, b = float(x[k]), float(x[k + 1])
        if not (np.isfinite(at(a)) and np.isfinite(at(b))):
            return a if negative[k] else b
        return float(brentq(at, a, b, xtol=1e-15, rtol=1e-14))  # type: ignore

    places = [edge(int(k)) for k in edges]
    if negative[0]:
        places.insert(0, low)
    if negative[-1]:
        places.append(high)
    return tuple(zip(places[::2], places[1::2], strict=True))


def _grid(low: float, high: float) -> np.ndarray:
    """Open at both ends where they are 0 and 1; uniform, and uniform in ln(x/(1 - x)) as well."""
    logit = 1 / (1 + np.exp(-np.linspace(-27, 27, 4001)))
    x = np.union1d(np.linspace(low, high, 4001), logit[(logit > low) & (logit < high)])
    return x[(x > 0) & (x < 1)] if (low, high) == (0.0, 1.0) else x


def _lower_hull(x: np.ndarray, y: np.ndarray) -> list[int]:
    """Indices of the points on the lower convex hull, from left to right (Andrew 1979)."""
    hull: list[int] = []
    for k in range(x.size):
        while len(hull) > 1:
            i, j = hull[-2:]
            if (y[j] - y[i]) * (x[k] - x[i]) < (y[k] - y[i]) * (x[j] - x[i]):
                break
            hull.pop()
        hull.append(k)
    return hull


def _tangent(mixture: Mixture, T: float, low: float, high: float) -> Window:
    """Newton's method for mu(a) = mu(b) and g(b) - g(a) = mu(a)(b - a); a step stays inside 0 to 1."""
    ends = np.array([low, high])

    def residual(ends: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):  # a step to empty or full, which is looked at below
            g, mu = mixture.free_energy(ends, T), mixture.chemical_potential(ends, T)
        return np.array([mu[1] - mu[0], g[1] - g[0] - mu[0] * (ends[1] - ends[0])])

    value = residual(ends)
    for _ in range(MOST_STEPS):
        with np.errstate(all="ignore"):
            curvature, apart = np.asarray(mixture.factor(ends, T)) / ends, ends[1] - ends[0]
        jacobian = np.array([[-curvature[0], curvature[1]], [-curvature[0] * apart, value[0]]])
        if not np.isfinite(jacobian).all() or np.linalg.det(jacobian) == 0:
            break
        step = -np.linalg.solve(jacobian, value)
        moved = np.where(ends + step <= 0, ends / 10, np.where(ends + step >= 1, (9 + ends) / 10, ends + step))
        new = residual(moved)
        settled = np.abs(value).max() < 1e-8 and np.abs(new).max() >= np.abs(value).max()
        if settled or not np.isfinite(new).all():
            break
        ends, value = moved, new
    worst, noise = float(np.abs(value).max()), 16 * np.finfo(float).eps / max(1 - ends[1], np.finfo(float).eps)
    best = (float(ends[0]), float(ends[1]))
    if not worst < 1e-9 + noise or best[1] <= best[0]:
        raise NotConvergedError(
            f"no common tangent found near x = {low:.6g} and {high:.6g} at {T:g} K: equal potentials are missed by "
            f"{worst:.3g} RT; phases nearer than about 1e-12 to empty or full are not resolved",
            best=best,
            residual=worst,
            iterations=MOST_STEPS,
        )
    return best
