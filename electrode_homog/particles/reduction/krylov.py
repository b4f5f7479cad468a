"""Modes of a particle by rational Krylov: a model of some twenty modes that stands for the finite elements.

The response of the mean surface stoichiometry to the influx is sum_k b_k^2/(s + rate_k) beyond that of the mean. A
Galerkin projection on vectors (K + shift M)^-1 (M (K + shift M)^-1)^i load keeps this form, so all rates stay
positive, and matches the response and its derivatives at the shifts (Ruhe, 1984; Grimme, 1997). The load is taken
without its mean, which is a state of its own.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.particles.reduction.finite_elements import DiscreteParticle

SHIFTS = (0.0, 30.0, 1e3, 3e4)
"""Of the Krylov space, over the slowest rate that the surface sees."""
VECTORS = 5
"""Vectors for each shift."""


@dataclass(frozen=True, eq=False)
class Modes:
    """Diffusive modes: dq/dt = -rates q + loads influx, nodes = mean + shapes q; in units of the radius 3 V/S.

    `rates` (k,), `loads` (k,), `shapes` (m, k) at the m nodes.
    """

    rates: np.ndarray
    loads: np.ndarray
    shapes: np.ndarray

    def response(self, s: np.ndarray) -> np.ndarray:
        """Mean surface less mean stoichiometry over the influx, R/D = 1, at Laplace variables s (f,)."""
        return (self.loads**2 / (np.asarray(s)[:, None] + self.rates)).sum(axis=1) / 3

    def step(self, times: np.ndarray) -> np.ndarray:
        """The same after a step of the influx, at times (t,)."""
        decay = -np.expm1(-np.outer(times, self.rates))
        return (self.loads**2 / self.rates * decay).sum(axis=1) / 3


class ShiftedOperator:
    """Solves (stiffness - rank_one load load^T + shift mass) x = b; for shift 0, b must have no net amount."""

    def __init__(self, particle: DiscreteParticle, shift: float):
        import scipy.sparse.linalg

        self._pinned = shift == 0 and particle.rank_one == 0  # constants solve it: the first unknown is held at zero
        matrix = (particle.stiffness + shift * particle.mass).tocsc()
        if self._pinned:
            matrix = matrix[1:, 1:].tocsc()
        self._factors = scipy.sparse.linalg.splu(
            matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
        self._load, self._rank_one = particle.load, 0.0
        if shift > 0 and particle.rank_one > 0:  # at shift 0 the load sees nothing of the solution
            self._rank_one = particle.rank_one
            self._response = self._factors.solve(particle.load)

    def solve(self, b: np.ndarray) -> np.ndarray:
        if self._pinned:
            return np.concatenate([[0.0], self._factors.solve(b[1:])])
        x = self._factors.solve(b)
        if self._rank_one > 0:  # Sherman and Morrison
            seen = self._load @ x / (1 - self._rank_one * (self._load @ self._response))
            x = x + self._rank_one * seen * self._response
        return x


def krylov_modes(particle: DiscreteParticle, shifts: tuple[float, ...] = SHIFTS, vectors: int = VECTORS) -> Modes:
    """Some `len(shifts) * vectors` modes whose response is that of the finite elements."""
    amount = particle.mass @ np.ones(particle.load.size)
    volume, area = amount.sum(), particle.load.sum()
    source = particle.load - area / volume * amount
    basis = [np.ones(particle.load.size) / np.sqrt(volume)]
    slowest = 1.0
    for shift in shifts:
        operator = ShiftedOperator(particle, shift * slowest)
        x = source
        for i in range(vectors):
            x = operator.solve(x if i == 0 else particle.mass @ x)
            x = x - (amount @ x) / volume
            if len(basis) == 1:
                slowest = float((x @ source) / (x @ (particle.mass @ x)))
            x = x / np.sqrt(x @ (particle.mass @ x))
            fresh = _orthogonal(x, basis, particle.mass)
            if fresh is not None:
                basis.append(fresh)
    return _ritz(particle, np.array(basis[1:]).T)


def direct_response(particle: DiscreteParticle, s: float) -> float:
    """`Modes.response` at one real Laplace variable, from the finite elements themselves."""
    radius = 3 * particle.volume / particle.area
    amount = particle.mass @ np.ones(particle.load.size)
    source = particle.load - particle.area / particle.volume * amount
    x = ShiftedOperator(particle, s / radius**2).solve(source)
    return float(particle.load @ x / particle.area / radius)


def _orthogonal(x: np.ndarray, basis: list[np.ndarray], mass: Any) -> np.ndarray | None:
    """x of unit norm less its part in the basis; None where nothing is left but round-off."""
    vectors = np.array(basis)
    for _ in range(2):
        x = x - (vectors @ (mass @ x)) @ vectors
    norm = np.sqrt(x @ (mass @ x))
    return x / norm if norm > 1e-8 else None


def _ritz(particle: DiscreteParticle, basis: np.ndarray) -> Modes:
    """Galerkin projection on the columns of the basis, which are orthonormal in the mass and have no mean."""
    seen = basis.T @ particle.load
    projected = basis.T @ (particle.stiffness @ basis) - particle.rank_one * np.outer(seen, seen)
    rates, rotation = np.linalg.eigh((projected + projected.T) / 2)
    volume, radius = particle.volume, 3 * particle.volume / particle.area
    loads = np.sqrt(volume) / particle.area * (rotation.T @ seen) * 3  # S/V = 3 in units of the radius
    sign = np.where(loads < 0, -1.0, 1.0)
    shapes = particle.values @ (basis @ rotation) * np.sqrt(volume)
    return Modes(rates * radius**2, sign * loads, sign * shapes)
