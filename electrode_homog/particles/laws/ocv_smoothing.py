"""Smoothing a measured open-circuit potential, so that its derivative means something.

A thermodynamic factor needs dU/dx, which amplifies noise: 1 mV on points 0.01 apart is 0.1 V, which is 4 in the factor
at room temperature. In equilibrium U never rises with x, so that the smooth curve is made monotonic as well.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from electrode_homog.errors import InputError
from electrode_homog.particles.checking import checked_positive
from electrode_homog.table import Table

MOST_INTERVALS = 120
"""Of the spline: 1/120 of the range resolves the steps between the stages of graphite."""

REWEIGHTINGS = 4
"""Sweeps that let the curve bend where the data bend, and keep it smooth elsewhere."""

LOG10_WEIGHTS = (-12.0, 8.0)
"""Of the roughness against the misfit, from interpolation to a parabola."""

HALVINGS = 14
"""Of that range, to 1e-3 in log10: the residuals meet the noise to a per mille."""

POINTS_PER_INTERVAL = 4

FLAT = 1e-9
"""Steps of the table, over its range, that are round-off on a plateau."""

SIGNIFICANT = 5.0
"""Standard errors of a slope: one in a million of flat windows would be named by chance."""


@dataclass(frozen=True)
class SmoothedTable:
    """A smooth monotonic table and how it relates to the data.

    `residual_rms` is the distance of the data from it, in the unit of the values; it is the `standard_deviation` given
    unless the data are smoother than that or no monotonic curve comes so close. `largest_residual` shows a place that
    was missed. `against` are the windows of x over which the curve is flat and the data run against it, beyond noise:
    of a potential they imply a negative thermodynamic factor there, which the monotonic curve hides.
    """

    table: Table
    standard_deviation: float
    residual_rms: float
    largest_residual: float
    against: tuple[tuple[float, float], ...] = ()


def smoothed_table(x: ArrayLike, values: ArrayLike, *, standard_deviation: float, variable: str = "x") -> SmoothedTable:
    """The smoothest monotonic curve within the noise of (n,) measured values, n >= 20, in any order of x.

    `standard_deviation` is that of the noise, in the unit of the values: the datasheet of the voltmeter, or the scatter
    of repeated points. The curve is a cubic spline with up to MOST_INTERVALS intervals, monotonic (falling or rising,
    as the data do) because its coefficients are; its roughness is that of the third differences of the coefficients
    (Eilers and Marx 1996), reweighted from their squares towards their magnitudes. The weight is the largest that
    keeps the residuals within the noise (Morozov 1966). A plateau may come out flat, with a thermodynamic factor of 0:
    a floor then keeps the diffusivity positive. Raises InputError for what is not such data, OutOfRangeError for a
    standard deviation that is not positive.
    """
    from scipy.interpolate import BSpline

    x, values = _checked_data(x, values)
    sigma = checked_positive("standard_deviation", standard_deviation, "1e-3")
    inner = _breaks(x)
    knots = np.concatenate([[inner[0]] * 3, inner, [inner[-1]] * 3])
    design = BSpline.design_matrix(x, knots, 3)
    scale = float(np.ptp(values)) or 1.0
    coefficients = scale * _fitted(design, values / scale, sigma / scale, (knots[1:-3] + knots[2:-2] + knots[3:-1]) / 3)
    residual = values - design @ coefficients
    fine = np.arange(POINTS_PER_INTERVAL * (inner.size - 1) + 1) / POINTS_PER_INTERVAL
    places = np.interp(fine, np.arange(inner.size), inner)
    smooth = BSpline(knots, coefficients, 3)(places)
    level = np.minimum.accumulate if smooth[-1] < smooth[0] else np.maximum.accumulate  # round-off on plateaus
    table = Table(tuple(places), tuple(level(smooth)), variable)
    rms, largest = np.sqrt(np.mean(residual**2)), np.abs(residual).max()
    return SmoothedTable(table, sigma, float(rms), float(largest), _against(table, x, values, sigma))


def _against(table: Table, x: np.ndarray, values: np.ndarray, sigma: float) -> tuple[tuple[float, float], ...]:
    """Flat windows of the table where the line through the data runs the other way by SIGNIFICANT standard errors."""
    places, curve = np.array(table.x), np.array(table.values)
    sign = 1.0 if curve[-1] > curve[0] else -1.0
    flat = np.abs(np.diff(curve)) <= FLAT * np.ptp(curve)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flat.astype(int), [0]])))
    windows = []
    for low, high in zip(places[edges[::2]], places[edges[1::2]], strict=True):
        inside = (x >= low) & (x <= high)
        apart = x[inside] - x[inside].mean() if inside.any() else np.zeros(0)
        spread = float(np.sqrt(apart @ apart))
        if spread > 0 and -sign * (apart @ values[inside]) / spread > SIGNIFICANT * sigma:
            windows.append((float(low), float(high)))
    return tuple(windows)


def _checked_data(x: ArrayLike, values: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    try:
        places, data = np.asarray(x, dtype=float), np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError("x and values must be lists of numbers") from None
    if places.ndim != 1 or places.shape != data.shape or places.size < 20:
        raise InputError(
            f"x {places.shape} and values {data.shape} must be two lists of equal length >= 20; of fewer make a Table"
        )
    if not (np.isfinite(places).all() and np.isfinite(data).all()):
        raise InputError("x or values hold what is not a finite number; remove those rows")
    order = np.argsort(places, kind="stable")
    return places[order], data[order]


def _breaks(x: np.ndarray) -> np.ndarray:
    """Ends of the intervals, half by the number of points and half by length, none shorter than a tenth of the mean."""
    intervals = min(MOST_INTERVALS, x.size - 3)
    places, counts = np.unique(x, return_counts=True)
    if places.size < 8:
        raise InputError(f"x has {places.size} different values, too few to smooth; give the points as measured")
    length = places[-1] - places[0]
    share = (np.cumsum(counts) - counts) / (x.size - counts[-1]) + (places - places[0]) / length
    breaks = np.interp(np.linspace(0, 2, intervals + 1), share, places)
    kept = [breaks[0]]
    for place in breaks[1:-1]:
        if min(place - kept[-1], breaks[-1] - place) > 0.1 * length / intervals:
            kept.append(place)
    return np.array([*kept, breaks[-1]])


def _fitted(design: Any, values: np.ndarray, sigma: float, middles: np.ndarray) -> np.ndarray:
    """The coefficients; sparse design (n, m), values (n,) with a range of 1, `middles` (m,) of the coefficients."""
    per_point = middles.size / values.size
    normal, right = per_point * (design.T @ design).toarray(), per_point * (design.T @ values)
    tenth = max(1, values.size // 10)
    sign = 1.0 if values[-tenth:].mean() > values[:tenth].mean() else -1.0
    differences = _third_differences(middles)
    weights, coefficients = np.ones(len(differences)), np.zeros(middles.size)
    for _ in range(REWEIGHTINGS):
        rough = _gram(differences, weights)
        low, high = LOG10_WEIGHTS
        coefficients = _monotonic(normal + 10**low * rough, right, sign)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            try:
                trial = _monotonic(normal + 10**middle * rough, right, sign)
            except np.linalg.LinAlgError:  # so heavy that the data are lost in round-off
                high = middle
                continue
            if np.mean((design @ trial - values) ** 2) > sigma**2:
                high = middle
            else:
                low, coefficients = middle, trial
        bend = np.abs([row[k : k + 4] @ coefficients[k : k + 4] for k, row in enumerate(differences)])
        bend = np.convolve(np.pad(bend, 2, "edge"), [0.1, 0.2, 0.4, 0.2, 0.1], "valid")
        weights = 1 / (bend / max(bend.max(), 1e-300) + 1e-2)
        weights /= weights.mean()
    return coefficients


def _third_differences(places: np.ndarray) -> np.ndarray:
    """The (m - 3, m) matrix of divided differences, which is zero on parabolas; places in units of their mean gap."""
    places = places * (places.size - 1) / np.ptp(places)
    matrix = np.eye(places.size)
    for order in (1, 2, 3):
        matrix = np.diff(matrix, axis=0) * (order / (places[order:] - places[:-order]))[:, None]
    return matrix


def _gram(differences: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """D^T diag(weights) D, row by row: each has four entries."""
    gram = np.zeros((differences.shape[1],) * 2)
    for k, (row, weight) in enumerate(zip(differences, weights, strict=True)):
        part = row[k : k + 4]
        gram[k : k + 4, k : k + 4] += weight * np.outer(part, part)
    return gram


def _monotonic(normal: np.ndarray, right: np.ndarray, sign: float) -> np.ndarray:
    """Least squares from its normal equations of bandwidth 3, with coefficients that never step against `sign`.

    Neighbours that would do so are made equal, until none does.
    """
    from scipy.linalg import solveh_banded

    starts = np.arange(right.size)
    while True:
        merged = np.add.reduceat(np.add.reduceat(normal, starts, axis=0), starts, axis=1)
        bands = min(4, starts.size)
        upper = np.zeros((bands, starts.size))
        for k in range(bands):
            upper[bands - 1 - k, k:] = np.diagonal(merged, k)
        solution = solveh_banded(upper, np.add.reduceat(right, starts))
        wrong = sign * np.diff(solution) < 0
        if not wrong.any():
            return np.repeat(solution, np.diff(np.append(starts, right.size)))
        starts = starts[np.append(True, ~wrong)]
