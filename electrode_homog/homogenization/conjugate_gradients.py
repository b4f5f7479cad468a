"""Conjugate gradients that stop when the *effective value* is known well enough.

With the energy E(chi) = S - 2 b.chi + chi.K chi of a network, E(chi) >= E* for every chi, and the excess is the
squared error in the norm of K, e.K e. Preconditioned by M, it is at most r.M r / lambda_min(M K) for the
residual r = b - K chi. The smallest eigenvalue comes from the Lanczos matrix that the iteration produces along
the way (Golub & Meurant, Matrices, Moments and Quadrature, 2010, chapter 12). That Ritz value approaches
lambda_min from above, so that a safety factor stands between it and what is reported; the tests compare the
reported error with direct solutions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

SAFETY = 3.0  # on the smallest Ritz value, see above
FEWEST = 3  # iterations before the Ritz value is believed
RESTARTS = 4  # of the recursion, whose residual drifts from the true one by rounding


@dataclass(frozen=True, eq=False)
class Minimum:
    """An energy close to its minimum: `solution` (n,), `energy` >= E*, `relative_error` >= (energy - E*) / E*."""

    solution: np.ndarray
    energy: float
    relative_error: float
    iterations: int


def least_energy(
    matrix: sparse.csr_matrix,
    load: np.ndarray,
    self_energy: float,
    preconditioner: Callable[[np.ndarray], np.ndarray],
    *,
    tolerance: float,
    max_iterations: int,
) -> Minimum:
    """Minimise S - 2 b.chi + chi.K chi until its relative error is below `tolerance`.

    Stops without it after `max_iterations`, or where rounding allows no progress: the caller must look at
    `relative_error`.
    """
    chi, iterations = np.zeros_like(load), 0
    best = Minimum(chi, self_energy, np.inf, 0)
    for _ in range(RESTARTS):
        chi, used = _iterate(matrix, load, self_energy, preconditioner, chi, tolerance, max_iterations - iterations)
        iterations += used.count
        residual = load - matrix @ chi
        energy = self_energy - load @ chi - residual @ chi
        excess = SAFETY * abs(residual @ preconditioner(residual)) / used.smallest
        rounding = 8 * np.finfo(float).eps * self_energy
        error = (excess + rounding) / max(energy - excess - rounding, np.finfo(float).tiny)
        progress = error < 0.5 * best.relative_error
        if error < best.relative_error:
            best = Minimum(chi, float(energy), float(error), iterations)
        best = Minimum(best.solution, best.energy, best.relative_error, iterations)
        if error <= tolerance or iterations >= max_iterations or not progress:
            break
    return best


@dataclass(frozen=True)
class _Used:
    count: int
    smallest: float  # Ritz value


def _iterate(matrix, load, self_energy, preconditioner, start, tolerance, max_iterations):
    """Preconditioned conjugate gradients (Saad 2003, algorithm 9.1) from `start`."""
    chi = start.copy()
    r = load - matrix @ chi
    p, rz_before = np.zeros_like(r), 1.0
    alphas: list[float] = []
    betas: list[float] = []
    smallest = 1.0
    while len(alphas) < max_iterations:
        z = preconditioner(r)
        rz = r @ z
        energy = self_energy - load @ chi - r @ chi
        if rz <= np.finfo(float).eps ** 2 * self_energy:  # solved to rounding, or nothing to solve
            break
        if len(alphas) >= FEWEST and SAFETY * rz / smallest <= 0.5 * tolerance * energy:
            break
        beta = rz / rz_before if alphas else 0.0
        p = z + beta * p
        q = matrix @ p
        alpha = rz / (p @ q)
        chi += alpha * p
        r -= alpha * q
        rz_before = rz
        alphas.append(alpha)
        betas.append(beta)
        smallest = _smallest_ritz_value(np.array(alphas), np.array(betas))
    return chi, _Used(len(alphas), smallest)


def _smallest_ritz_value(alphas: np.ndarray, betas: np.ndarray) -> float:
    """Of the tridiagonal Lanczos matrix of M K (Saad 2003, section 6.7.3)."""
    diagonal = 1 / alphas
    diagonal[1:] += betas[1:] / alphas[:-1]
    beside = np.sqrt(betas[1:]) / alphas[:-1]
    if diagonal.size == 1:
        return float(diagonal[0])
    return float(linalg.eigh_tridiagonal(diagonal, beside, eigvals_only=True, select="i", select_range=(0, 0))[0])
