"""A particle's equations on numpy arrays: its readings, and what may set its influx.

A state here is the particle's n numbers and one more, the lithium that went in (in mean stoichiometry), counted
apart from the particle so that the two can be compared. States are (n + 1,) or, as columns, (n + 1, m).
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression, evaluate
from electrode_homog.particles.equations import ArrayAlgebra, ParticleEquations
from electrode_homog.particles.experiments.integration import Drive
from electrode_homog.particles.experiments.protocol import SECONDS_PER_HOUR
from electrode_homog.table import Table

EDGE = 1e-6
"""A surface this close to 0 or 1 counts as empty or full: most laws are singular there."""

SEARCH_POINTS = 4001
"""At which a potential is looked for; two stoichiometries of equal potential 2.5e-4 apart may pass as one."""


class ParticleModel:
    """`inlet_per_m` is surface area per volume: d mean/dt = influx x inlet_per_m."""

    def __init__(self, equations: ParticleEquations, potential_V: Expression | Table, temperature_K: float):
        self.equations = equations
        self.temperature_K = temperature_K
        self.inlet_per_m = float(equations.mean @ equations.inlet)
        self._open_circuit_potential = potential_V
        self._algebra = ArrayAlgebra(columns=True)

    def mean(self, state: np.ndarray) -> Any:
        return self.equations.mean @ state[:-1]

    def surface(self, state: np.ndarray) -> Any:
        return self.equations.surface @ state[:-1]

    def c_rate(self, drive: Drive, state: np.ndarray) -> float:
        return float(drive.influx(state[:-1, None])[0]) * self.inlet_per_m * SECONDS_PER_HOUR

    def surface_potential(self, state: np.ndarray) -> Any:
        """Equilibrium potential of the surface [V]: of the model where it has its own, else U of the surface."""
        if self.equations.potential_V is None:
            return self.open_circuit_potential(self.surface(state))
        columns = state[:-1] if state.ndim == 2 else state[:-1, None]
        values = self._local_potential(columns)
        return values if state.ndim == 2 else values[0]

    def open_circuit_potential(self, x: Any) -> Any:
        """U(x, T) [V]; NaN outside the range of a table."""
        if isinstance(self._open_circuit_potential, Table):
            return self._open_circuit_potential(x)
        value = evaluate(self._open_circuit_potential, x=x, T=self.temperature_K)
        return value + np.zeros_like(x) if isinstance(x, np.ndarray) else value

    def stoichiometry_at(self, potential_V: float) -> float:
        """The one stoichiometry with U = potential_V. Raises OutOfRangeError for none, and for several."""
        x = np.linspace(EDGE, 1 - EDGE, SEARCH_POINTS)
        above = self.open_circuit_potential(x) - potential_V
        x, above = x[np.isfinite(above)], above[np.isfinite(above)]
        crossings = np.flatnonzero(np.signbit(above[1:]) != np.signbit(above[:-1]))
        if crossings.size == 0:
            span = f"{above.min() + potential_V:.4g} to {above.max() + potential_V:.4g} V" if above.size else "no value"
            raise OutOfRangeError(f"no stoichiometry has potential_V = {potential_V:g}; the material spans {span}")
        if crossings.size > 1:
            found = ", ".join(f"{value:.3g}" for value in x[crossings])
            raise OutOfRangeError(
                f"potential_V = {potential_V:g} belongs to the stoichiometries {found}; hold one of them by HeldSurface"
            )
        low, high = (float(value) for value in x[crossings[0] : crossings[0] + 2])
        return _root(lambda at: self.open_circuit_potential(at) - potential_V, low, high)

    def fixed(self, influx_m_s: float) -> Drive:
        """A constant influx."""
        return Drive(
            equations=self.equations,
            drift=self._drift,
            influx=lambda x: np.full(x.shape[1], influx_m_s),
            slope=lambda x, jacobian: np.zeros(x.shape[0]),
        )

    def held_surface(self) -> Drive:
        """The influx that keeps the surface value: -surface . drift / surface . inlet."""
        row = self.equations.surface / self._surface_response()
        return Drive(
            equations=self.equations,
            drift=self._drift,
            influx=lambda x: -(row @ self._drift(x)),
            slope=lambda x, jacobian: -(row @ jacobian),
        )

    def held_potential(self) -> Drive:
        """The influx that keeps the potential of the surface, of a model that has its own potential."""

        inlet = self.equations.inlet

        def influx(x: np.ndarray) -> np.ndarray:
            rows = [self._potential_slope(column) for column in x.T]
            answers = np.array([row @ inlet for row in rows])
            drifts = np.einsum("mn,nm->m", np.array(rows), self._drift(x))
            return np.where(answers < 0, -drifts / np.where(answers < 0, answers, -1.0), np.nan)

        def slope(x: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
            row, rate = self._potential_slope(x), self._drift(x[:, None])[:, 0] + influx(x[:, None])[0] * inlet
            changes, steps = row @ jacobian, _difference_steps(x)
            for k in self._felt:  # on others the row does not depend
                there, back = (self._potential_slope(x + sign * steps[k] * np.eye(x.size)[k]) for sign in (1, -1))
                changes[k] += (there - back) @ rate / (2 * steps[k])
            return -changes / (row @ inlet)

        return Drive(equations=self.equations, drift=self._drift, influx=influx, slope=slope)

    def with_surface(self, state: np.ndarray, stoichiometry: float) -> np.ndarray:
        """The state after the pulse of lithium that brings the surface to a stoichiometry."""
        return self._after_pulse(state, (stoichiometry - self.surface(state)) / self._surface_response())

    def with_potential(self, state: np.ndarray, potential_V: float) -> np.ndarray:
        """The state after the pulse of lithium that brings the potential of the surface to a value."""

        def above(pulse: float) -> float:
            return float(self.surface_potential(self._after_pulse(state, pulse))) - potential_V

        highest, lowest = self._local_potential(np.outer(self.equations.uniform, [EDGE, 1 - EDGE]))
        if not lowest <= potential_V <= highest:
            span = f"{lowest:.4g} to {highest:.4g} V"
            raise OutOfRangeError(f"no stoichiometry has potential_V = {potential_V:g}; the material spans {span}")
        low, high = ((edge - self.surface(state)) / self._surface_response() for edge in (EDGE, 1 - EDGE))
        if not (above(low) > 0 > above(high)):
            raise OutOfRangeError(
                f"no pulse of lithium brings the surface to potential_V = {potential_V:g}: between empty and full it "
                f"has {above(low) + potential_V:.4g} to {above(high) + potential_V:.4g} V"
            )
        pulse = _root(above, low, high)
        after = self._after_pulse(state, pulse)
        if self._potential_slope(after[:-1]) @ self.equations.inlet >= 0:
            raise OutOfRangeError(
                f"potential_V = {potential_V:g} cannot be held: adding lithium raises the potential of the surface, "
                "whose layer is too thick to resolve the interface; more points, or a HeldSurface"
            )
        return after

    def _after_pulse(self, state: np.ndarray, pulse: float) -> np.ndarray:
        return state + pulse * np.append(self.equations.inlet, self.inlet_per_m)

    def _surface_response(self) -> float:
        response = float(self.equations.surface @ self.equations.inlet)
        if not response > 0:
            raise InputError("the surface of this particle model does not respond to an influx and cannot be held")
        return response

    def _drift(self, x: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return self.equations.drift(x, self.temperature_K, self._algebra)

    def _local_potential(self, x: np.ndarray) -> np.ndarray:
        """Of the surface, for states (n, m) without the count."""
        assert self.equations.potential_V is not None
        with np.errstate(all="ignore"):
            return self.equations.surface @ self.equations.potential_V(x, self.temperature_K, self._algebra)

    def _potential_slope(self, x: np.ndarray) -> np.ndarray:
        """(n,) derivative of the potential of the surface by the state, by central differences."""
        steps = _difference_steps(x)[self._felt]
        apart = np.zeros((x.size, steps.size))
        apart[self._felt, np.arange(steps.size)] = steps
        values = self._local_potential(np.hstack([x[:, None] + apart, x[:, None] - apart]))
        slopes = np.zeros(x.size)
        slopes[self._felt] = (values[: steps.size] - values[steps.size :]) / (2 * steps)
        return slopes

    @cached_property
    def _felt(self) -> np.ndarray:
        """The few entries of a state that the potential of the surface depends on."""
        x = 0.5 * self.equations.uniform
        changes = np.abs(self._local_potential(x[:, None] + 0.1 * np.eye(x.size)) - self._local_potential(x[:, None]))
        return np.flatnonzero(changes > 1e-12 * changes.max())


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import root_scalar

    return float(root_scalar(function, bracket=(low, high), method="brentq", xtol=1e-14 * abs(high - low)).root)


def _difference_steps(x: np.ndarray) -> np.ndarray:
    """In proportion to the distance from empty and full, where potentials are steepest."""
    return 1e-4 * np.maximum(np.minimum(np.abs(x), np.abs(1 - x)), EDGE)
