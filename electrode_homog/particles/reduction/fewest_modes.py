"""Few modes for many: a second rational Krylov projection, its shifts placed for the least error.

One shift stays at zero, so that the steady response is exact; the others minimise the squared error of the response
to a step of the influx, weighted so that the decades of time from 1e-4 to 10 count by the square root of time.
Evenly spaced logarithms of the shifts are where the search begins; at six modes of a sphere the optimum is some five
times as close.
"""

import numpy as np

from electrode_homog.particles.reduction.krylov import Modes

TIMES = np.logspace(-4, 1, 81)
"""Of the step response, in units of radius**2/D of the sphere that has the same slowest rate."""
SPHERE_RATE = 20.190729
"""Slowest rate of a sphere, in units of D/radius**2: the square of the first root of tan x = x."""
DECADES = 3.5
"""Range of the shifts at first guess, above the slowest rate."""
DIGITS = 2
"""Decimals of the logarithm of a shift, so that round-off in the mesh does not move it."""
STEP = 1e-3
"""Relative, of the differences that stand for derivatives: far above the round-off of the mesh."""
CLOSEST = 0.1
"""Least distance of two shifts in decades: at one and the same shift, two vectors are one."""


def fewest_modes(modes: Modes, number: int) -> Modes:
    """`number` modes that answer the influx as the many do; all of them where there are no more."""
    if number >= modes.rates.size:
        return modes
    slowest = slowest_rate(modes)
    if number == 1:
        return _projected(modes, np.zeros(1))
    return _projected(modes, np.append(0.0, slowest * 10 ** _placed(modes, number - 1, slowest)))


def slowest_rate(modes: Modes) -> float:
    """The rate of the steady profile, a little above the slowest rate that the surface sees."""
    return float((modes.loads**2 / modes.rates).sum() / (modes.loads**2 / modes.rates**2).sum())


def _placed(modes: Modes, number: int, slowest: float) -> np.ndarray:
    """Logarithms of `number` shifts over the slowest rate, rising."""
    from scipy.optimize import least_squares

    times = TIMES * SPHERE_RATE / slowest
    response = modes.step(times)
    weight = 1e5 * TIMES**0.25 / response[-1]  # 1e5 lifts the residuals above the tolerances of the search

    def residuals(logarithms: np.ndarray) -> np.ndarray:
        shifts = np.append(0.0, slowest * 10**logarithms)
        return weight * (_projected(modes, shifts).step(times) - response)

    start = np.linspace(0.1, DECADES, number)
    found = least_squares(residuals, start, bounds=(-0.5, 6.0), diff_step=STEP, ftol=1e-6, xtol=1e-5, max_nfev=60)
    placed = np.round(np.sort(found.x), DIGITS)
    for k in range(1, number):
        placed[k] = max(placed[k], placed[k - 1] + CLOSEST)
    return placed


def _projected(modes: Modes, shifts: np.ndarray) -> Modes:
    """Galerkin projection on (rates + shift)^-1 loads."""
    basis = np.linalg.qr(modes.loads[:, None] / (modes.rates[:, None] + shifts))[0]
    rates, rotation = np.linalg.eigh(basis.T @ (modes.rates[:, None] * basis))
    basis = basis @ rotation
    loads = basis.T @ modes.loads
    sign = np.where(loads < 0, -1.0, 1.0)
    return Modes(rates, sign * loads, modes.shapes @ (basis * sign))
