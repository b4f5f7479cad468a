"""Limits that no microstructure can leave, from volume fractions and conductivities alone.

Fractions and conductivities are (n,), n phases, fractions add up to 1, conductivities are >= 0 and in one unit.
"""

import numpy as np
from numpy.typing import ArrayLike

from electrode_homog.errors import InputError, OutOfRangeError


def voigt_bound(fractions: ArrayLike, conductivities: ArrayLike) -> float:
    """Arithmetic mean: the value along layers, the upper bound for every structure and direction.

    >>> round(voigt_bound([0.7, 0.3], [1, 10]), 12)
    3.7
    """
    f, k = _checked(fractions, conductivities)
    return float(f @ k)


def reuss_bound(fractions: ArrayLike, conductivities: ArrayLike) -> float:
    """Harmonic mean: the value across layers, the lower bound; 0 as soon as one phase insulates.

    >>> round(reuss_bound([0.7, 0.3], [1, 10]), 12)
    1.369863013699
    """
    f, k = _checked(fractions, conductivities)
    k, f = k[f > 0], f[f > 0]
    return 0.0 if np.any(k == 0) else float(1 / np.sum(f / k))


def hashin_shtrikman_bounds(
    fractions: ArrayLike, conductivities: ArrayLike, *, dimension: int = 3
) -> tuple[float, float]:
    """(lower, upper) for *isotropic* structures of any number of phases.

    They do not hold for a component of an anisotropic tensor, and for one finite image only on average.
    Hashin & Shtrikman, J. Appl. Phys. 33 (1962) 3125, doi 10.1063/1.1728579:
    k = 1 / sum(f / (k_p + (d - 1) k0)) - (d - 1) k0 with k0 the least (lower) or largest (upper) conductivity.

    >>> [round(k, 11) for k in hashin_shtrikman_bounds([0.7, 0.3], [1, 10])]
    [1.87096774194, 3.07692307692]
    """
    f, k = _checked(fractions, conductivities)
    if dimension not in (2, 3):
        raise InputError(f"dimension = {dimension}; the bounds are for 2 or 3 dimensions")
    k, f = k[f > 0], f[f > 0]
    lower, upper = (_hashin_shtrikman(f, k, (dimension - 1) * k0) for k0 in (k.min(), k.max()))
    return lower, upper


def _hashin_shtrikman(f: np.ndarray, k: np.ndarray, shift: float) -> float:
    if np.any(k + shift == 0):  # an insulator, compared with an insulator
        return 0.0
    return float(1 / np.sum(f / (k + shift)) - shift)


def _checked(fractions: ArrayLike, conductivities: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    f, k = np.asarray(fractions, dtype=float), np.asarray(conductivities, dtype=float)
    if f.ndim != 1 or f.shape != k.shape or f.size == 0:
        raise InputError(f"fractions {f.shape} and conductivities {k.shape} must both be (n,), n >= 1")
    if np.any(f < 0) or abs(f.sum() - 1) > 1e-9:
        raise OutOfRangeError(f"fractions {f.tolist()} must be >= 0 and add up to 1, not {f.sum():.6g}")
    if not np.all(np.isfinite(k)) or np.any(k < 0):
        raise OutOfRangeError(f"conductivities {k.tolist()} must be finite and >= 0")
    return f, k
