"""Exact solutions of Fick's law with constant D in a sphere, a long cylinder and a plate.

Dimensionless: tau = D t / R**2 with the radius R (of a plate: half its thickness); rho = r / R. Under a constant
influx j from t = 0, y = (c - c0) D / (j R). Crank, The Mathematics of Diffusion, 2nd ed. (1975), chapters 4 to 6;
Carslaw and Jaeger, Conduction of Heat in Solids (1959), chapters 3, 7, 9. All hold to 1e-12 at every tau.
"""

import functools
import itertools
import math
from collections.abc import Callable

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.radial import Geometry

EXPONENT = 40.0
"""A series ends where exp(-root**2 tau) < exp(-EXPONENT) = 4e-18."""

SHORT = {Geometry.PLANE: 0.03, Geometry.SPHERE: 0.025, Geometry.CYLINDER: 1e-4}
"""Below this tau the short-time form holds to 1e-15 (what it leaves out is of order exp(-1/tau); for the cylinder,
whose form is asymptotic, the next term), above it the series needs at most about 200 terms."""

SHORTEST_PROFILE = 1e-7
"""Profiles are summed as series only; below this tau they would need more than 6000 terms."""


def flux_surface(tau: np.ndarray | float, geometry: Geometry = Geometry.SPHERE) -> np.ndarray:
    """y at the surface under constant influx; `tau` (...) >= 0.

    d tau + 1/(d + 2) - 2 sum exp(-l**2 tau) / l**2, d = 3, 2, 1, over the roots tan l = l, J1(l) = 0, sin l = 0.
    Short times of the sphere: exp(tau) (1 + erf sqrt(tau)) - 1.

    >>> f"{flux_surface(0.001):.12f}, {flux_surface(1.0):.12f}"
    '0.036706780329, 3.199999999831'
    """
    d = int(geometry)

    def long(t: np.ndarray) -> np.ndarray:
        roots = flux_roots(_terms(t), geometry)
        return d * t + 1 / (d + 2) - 2 * np.exp(-np.multiply.outer(t, roots**2)) @ roots**-2

    return _joined(tau, _short_flux[geometry], long, SHORT[geometry])


def flux_profile(tau: np.ndarray | float, rho: np.ndarray | float, geometry: Geometry = Geometry.SPHERE) -> np.ndarray:
    """y at `rho` (...) from 0 to 1 under constant influx: shape of tau, then shape of rho; tau >= 1e-7."""
    t, r, d = _times(tau, SHORTEST_PROFILE), _radii(rho), int(geometry)
    roots = flux_roots(_terms(t), geometry)
    shapes = _shape(np.multiply.outer(r, roots), geometry) / (roots**2 * _shape(roots, geometry))
    decay = np.exp(-np.multiply.outer(t, roots**2))
    steady = np.add.outer(d * t, r**2 / 2 - d / (2 * (d + 2)))
    return steady - 2 * np.tensordot(decay, shapes, axes=(-1, -1))


def held_uptake(tau: np.ndarray | float, geometry: Geometry = Geometry.SPHERE) -> np.ndarray:
    """Mean change over its final value when the surface steps to a constant value; `tau` (...) >= 0.

    1 - 2 d sum exp(-m**2 tau) / m**2 over the roots sin m = 0 (sphere), J0(m) = 0, cos m = 0.
    Short times of the sphere: 6 sqrt(tau/pi) - 3 tau.

    >>> f"{held_uptake(0.01):.12f}, {held_uptake(0.3):.12f}"
    '0.308513750129, 0.968524535116'
    """

    def long(t: np.ndarray) -> np.ndarray:
        roots = held_roots(_terms(t), geometry)
        return 1 - 2 * int(geometry) * np.exp(-np.multiply.outer(t, roots**2)) @ roots**-2

    return _joined(tau, _short_uptake[geometry], long, SHORT[geometry])


def held_influx(tau: np.ndarray | float, geometry: Geometry = Geometry.SPHERE) -> np.ndarray:
    """j R / (D (c_surface - c0)) when the surface steps to a constant value, `tau` (...) > 0: the Cottrell current.

    2 sum exp(-m**2 tau), which is d(held_uptake)/d tau / d. Short times of the sphere: 1/sqrt(pi tau) - 1.
    """

    def long(t: np.ndarray) -> np.ndarray:
        roots = held_roots(_terms(t), geometry)
        return 2 * np.exp(-np.multiply.outer(t, roots**2)).sum(axis=-1)

    if np.any(np.asarray(tau) <= 0):
        raise OutOfRangeError(f"tau = {tau!r} must be above 0, where the influx is infinite")
    return _joined(tau, _short_influx[geometry], long, SHORT[geometry])


def held_profile(tau: np.ndarray | float, rho: np.ndarray | float, geometry: Geometry = Geometry.SPHERE) -> np.ndarray:
    """(c - c0) / (c_surface - c0) at `rho` (...) after a step of the surface value; tau >= 1e-7.

    >>> f"{held_profile(0.1, 0.0):.12f}"
    '0.292899651842'
    """
    t, r = _times(tau, SHORTEST_PROFILE), _radii(rho)
    roots = held_roots(_terms(t), geometry)
    slopes = {
        Geometry.PLANE: lambda m: -np.sin(m),
        Geometry.CYLINDER: lambda m: -_bessel(1, m),
        Geometry.SPHERE: lambda m: np.cos(m) / m,  # of sin(m)/m at its roots
    }[geometry]
    shapes = _shape(np.multiply.outer(r, roots), geometry) / (roots * slopes(roots))
    return 1 + 2 * np.tensordot(np.exp(-np.multiply.outer(t, roots**2)), shapes, axes=(-1, -1))


@functools.lru_cache(maxsize=256)
def flux_roots(count: int, geometry: Geometry = Geometry.SPHERE) -> np.ndarray:
    """(count,) positive roots of tan l = l (sphere), J1(l) = 0 (cylinder), sin l = 0 (plate).

    >>> flux_roots(2).round(9).tolist()
    [4.493409458, 7.725251837]
    """
    number = np.arange(1, count + 1)
    match geometry:
        case Geometry.PLANE:
            return _kept(np.pi * number)
        case Geometry.CYLINDER:
            from scipy.special import jn_zeros

            return _kept(jn_zeros(1, count))
        case Geometry.SPHERE:
            q = np.pi * (number + 0.5)
            root = q - 1 / q
            for _ in range(4):  # Newton on sin l - l cos l, whose slope is l sin l
                root = root - (np.sin(root) - root * np.cos(root)) / (root * np.sin(root))
            return _kept(root)


@functools.lru_cache(maxsize=256)
def held_roots(count: int, geometry: Geometry = Geometry.SPHERE) -> np.ndarray:
    """(count,) positive roots of sin m = 0 (sphere), J0(m) = 0 (cylinder), cos m = 0 (plate)."""
    number = np.arange(1, count + 1)
    match geometry:
        case Geometry.PLANE:
            return _kept(np.pi * (number - 0.5))
        case Geometry.CYLINDER:
            from scipy.special import jn_zeros

            return _kept(jn_zeros(0, count))
        case Geometry.SPHERE:
            return _kept(np.pi * number)


def _kept(roots: np.ndarray) -> np.ndarray:
    """Read-only, because the same array is given to whoever asks next."""
    roots.flags.writeable = False
    return roots


def robin_roots(biot: float, count: int) -> np.ndarray:
    """(count,) roots of l cot l = 1 - biot in a sphere whose influx is h (c_outside - c_surface), biot = h R / D > 0.

    >>> bool(abs(robin_roots(1.0, 1)[0] - math.pi / 2) < 1e-14)
    True
    """
    from scipy.optimize import root_scalar

    if not (isinstance(biot, int | float) and math.isfinite(biot) and 1e-12 <= biot <= 1e12):
        raise OutOfRangeError(f"biot = {biot!r} must be a number of 1e-12 to 1e12")

    def condition(root: float) -> float:
        return math.cos(root) - (1 - biot) * math.sin(root) / root

    edges = np.pi * np.arange(count + 1)
    edges[0] = min(1e-3, math.sqrt(3 * biot) / 2)  # the first root is close to sqrt(3 biot) where biot is small
    return np.array(
        [root_scalar(condition, bracket=pair, method="brentq", xtol=1e-16).root for pair in itertools.pairwise(edges)]
    )


def _joined(tau: np.ndarray | float, short: Callable, long: Callable, switch: float) -> np.ndarray:
    t = _times(tau, 0.0)
    result = np.empty(t.shape)
    early = t < switch
    if early.any():
        result[early] = short(t[early])
    if not early.all():
        result[~early] = long(t[~early])
    return result[()]


def _times(tau: np.ndarray | float, smallest: float) -> np.ndarray:
    t = np.asarray(tau, dtype=float)
    if not np.all(np.isfinite(t)):
        raise InputError("tau has values that are not finite numbers")
    if t.size and t.min() < smallest:
        raise OutOfRangeError(f"tau = {t.min():g} is below {smallest:g}; tau = D t / R**2")
    return t


def _radii(rho: np.ndarray | float) -> np.ndarray:
    r = np.asarray(rho, dtype=float)
    if not np.all((r >= 0) & (r <= 1)):
        raise OutOfRangeError(f"rho = {rho!r} must lie from 0 at the centre to 1 at the surface")
    return r


def _terms(tau: np.ndarray) -> int:
    """Roots are about pi apart."""
    return math.ceil(math.sqrt(EXPONENT / max(float(np.min(tau)), 1e-300)) / math.pi) + 2 if tau.size else 1


def _shape(x: np.ndarray, geometry: Geometry) -> np.ndarray:
    match geometry:
        case Geometry.PLANE:
            return np.cos(x)
        case Geometry.CYLINDER:
            return _bessel(0, x)
        case Geometry.SPHERE:
            return np.sinc(x / np.pi)


def _bessel(order: int, x: np.ndarray) -> np.ndarray:
    from scipy.special import jv

    return jv(order, x)


def _sphere_flux(t: np.ndarray) -> np.ndarray:
    from scipy.special import erf

    return np.expm1(t) + np.exp(t) * erf(np.sqrt(t))


def _images(t: np.ndarray, sign: int) -> np.ndarray:
    """1 / sqrt(pi) + 2 sum sign**n ierfc(n / sqrt(t)): one term, the others are below exp(-4/t)."""
    from scipy.special import erfc

    at = 1 / np.sqrt(np.maximum(t, 1e-300))
    return 1 / math.sqrt(math.pi) + 2 * sign * (np.exp(-(at**2)) / math.sqrt(math.pi) - at * erfc(at))


def _cylinder_ratio() -> tuple[np.ndarray, np.ndarray]:
    """Coefficients in 1/q of I0(q)/I1(q) and of its inverse; the first from w' = 1 - w**2 + w/q."""
    ratio = np.zeros(8)
    ratio[0] = 1.0
    for k in range(1, 8):
        ratio[k] = (k * ratio[k - 1] - ratio[1:k] @ ratio[k - 1 : 0 : -1]) / 2
    inverse = np.zeros(8)
    inverse[0] = 1.0
    for k in range(1, 8):
        inverse[k] = -ratio[1 : k + 1] @ inverse[k - 1 :: -1][:k]
    return ratio, inverse


def _powers(t: np.ndarray, coefficients: np.ndarray, first: float) -> np.ndarray:
    """The inverse Laplace transform of the sum of coefficients[k] s**(-1 - first - k/2), by Horner's rule."""
    orders = first + np.arange(coefficients.size) / 2
    scaled = coefficients / np.array([math.gamma(1 + order) for order in orders])
    return t**first * np.polynomial.polynomial.polyval(np.sqrt(t), scaled)


_short_flux: dict[Geometry, Callable] = {
    Geometry.PLANE: lambda t: 2 * np.sqrt(t) * _images(t, 1),
    Geometry.CYLINDER: lambda t: _powers(t, _cylinder_ratio()[0], 0.5),
    Geometry.SPHERE: _sphere_flux,
}
_short_uptake: dict[Geometry, Callable] = {
    Geometry.PLANE: lambda t: 2 * np.sqrt(t) * _images(t, -1),
    Geometry.CYLINDER: lambda t: 2 * _powers(t, _cylinder_ratio()[1], 0.5),
    Geometry.SPHERE: lambda t: 6 * np.sqrt(t) * _images(t, 1) - 3 * t,
}
_short_influx: dict[Geometry, Callable] = {
    Geometry.PLANE: lambda t: (1 - 2 * np.exp(-1 / t)) / np.sqrt(np.pi * t),
    Geometry.CYLINDER: lambda t: _powers(t, _cylinder_ratio()[1], -0.5),
    Geometry.SPHERE: lambda t: (1 + 2 * np.exp(-1 / t)) / np.sqrt(np.pi * t) - 1,
}
