"""B(porosity): how well a pore space, or a solid skeleton, conducts compared with its bulk material.

The transport efficiency B = effective / bulk conductivity (1 / MacMullin number) is what is handed on.
The tortuosity factor `tau = porosity / B` and the Bruggeman exponent `b`, `B = porosity**b`, are derived
from it here and nowhere else. Each law is called with the volume fraction of the conducting phase
(total, in 0 < fraction <= 1) and returns B. This module knows neither voxels nor cells.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from electrode_homog.errors import InputError, OutOfRangeError


def tortuosity_factor(volume_fraction: float, transport_efficiency: float) -> float:
    """tau = volume_fraction / B, infinite where B = 0. A factor, not a path length: never squared."""
    if transport_efficiency == 0:
        return float("inf")
    return volume_fraction / transport_efficiency


def bruggeman_exponent(volume_fraction: float, transport_efficiency: float) -> float:
    """b = ln B / ln(volume_fraction).

    Raises OutOfRangeError at B = 0, where nothing percolates, and at volume_fraction = 1, where every
    exponent gives B = 1.
    """
    _check_efficiency(volume_fraction, transport_efficiency)
    if volume_fraction == 1:
        raise OutOfRangeError("volume_fraction = 1 has no Bruggeman exponent: 1**b = 1 for every b")
    return float(np.log(transport_efficiency) / np.log(volume_fraction))


@dataclass(frozen=True)
class BruggemanLaw:
    """B = porosity**exponent, supported by data in `porosity_range` only.

    `exponent_standard_error` is NaN where a single point, or a publication without one, fixed the law.
    """

    exponent: float
    porosity_range: tuple[float, float] = (0.0, 1.0)
    exponent_standard_error: float = field(default=float("nan"), compare=False)  # NaN differs from itself

    def __post_init__(self):
        if not np.isfinite(self.exponent):
            raise InputError(f"exponent = {self.exponent} is not a number")
        if self.exponent < 1:
            raise OutOfRangeError(
                f"Bruggeman exponent {self.exponent:g} < 1 would put B above the volume fraction (Voigt bound); "
                "a conductivity that is effective already takes FixedEfficiency(1.0)"
            )
        if self.exponent_standard_error < 0:  # NaN is not
            raise OutOfRangeError(f"exponent_standard_error = {self.exponent_standard_error:g} is below 0")
        low, high = self.porosity_range
        if not 0 <= low <= high <= 1:
            raise OutOfRangeError(f"porosity_range = {self.porosity_range} is not inside 0 <= low <= high <= 1")

    def __call__(self, volume_fraction: float) -> float:
        return float(_checked_fraction(volume_fraction) ** self.exponent)

    def covers(self, volume_fraction: float) -> bool:
        """Whether the law was supported by data at this volume fraction."""
        return self.porosity_range[0] <= volume_fraction <= self.porosity_range[1]


@dataclass(frozen=True)
class TortuosityFactor:
    """B = porosity / value at every porosity: a tortuosity factor from a paper or from impedance."""

    value: float

    def __post_init__(self):
        if not (np.isfinite(self.value) and self.value >= 1):
            raise OutOfRangeError(f"tortuosity factor {self.value} is not >= 1 (tau = porosity / B, never its root)")

    def __call__(self, volume_fraction: float) -> float:
        return _checked_fraction(volume_fraction) / self.value


@dataclass(frozen=True)
class FixedEfficiency:
    """B = value, whatever the porosity: one measurement, or 1 for a conductivity that is effective already."""

    value: float

    def __post_init__(self):
        if not (np.isfinite(self.value) and 0 < self.value <= 1):
            raise OutOfRangeError(f"transport efficiency {self.value} is not in 0 < B <= 1")

    def __call__(self, volume_fraction: float) -> float:
        _checked_fraction(volume_fraction)
        return self.value


TransportLaw = BruggemanLaw | TortuosityFactor | FixedEfficiency


def fit_bruggeman(porosities: ArrayLike, transport_efficiencies: ArrayLike) -> BruggemanLaw:
    """Fit log B = b log(porosity) by least squares; both arguments are (n,), 0 < B <= porosity < 1.

    Bruggeman (1935) has b = 1.5 for spheres; b is free here. Unlike Thorat et al. (2009),
    doi 10.1016/j.jpowsour.2008.09.032, no prefactor is fitted, so that B = 1 at porosity 1. The standard
    error is that of the slope through the origin, and treats the points as independent.

    >>> law = fit_bruggeman([0.3, 0.5], [0.3**1.5, 0.5**1.5])
    >>> round(law.exponent, 12), law.porosity_range
    (1.5, (0.3, 0.5))
    """
    porosity = np.atleast_1d(np.asarray(porosities, dtype=float))
    efficiency = np.atleast_1d(np.asarray(transport_efficiencies, dtype=float))
    if porosity.ndim != 1 or porosity.shape != efficiency.shape or porosity.size == 0:
        raise InputError(
            f"porosities {porosity.shape} and transport_efficiencies {efficiency.shape} must be (n,) and equal, n >= 1"
        )
    for eps, B in zip(porosity, efficiency, strict=True):
        bruggeman_exponent(eps, B)
    x, y = np.log(porosity), np.log(efficiency)
    exponent = float(x @ y / (x @ x))
    standard_error = float("nan")
    if porosity.size > 1:
        residual = y - exponent * x
        standard_error = float(np.sqrt(residual @ residual / (porosity.size - 1) / (x @ x)))
    return BruggemanLaw(exponent, (float(porosity.min()), float(porosity.max())), standard_error)


def _checked_fraction(volume_fraction: float) -> float:
    if not 0 < volume_fraction <= 1:
        raise OutOfRangeError(f"volume fraction {volume_fraction} is not in 0 < fraction <= 1")
    return float(volume_fraction)


def _check_efficiency(volume_fraction: float, transport_efficiency: float) -> None:
    _checked_fraction(volume_fraction)
    if not 0 < transport_efficiency <= volume_fraction * (1 + 1e-12):
        raise OutOfRangeError(
            f"transport efficiency {transport_efficiency} is not in 0 < B <= volume fraction = {volume_fraction} "
            "(Voigt bound)"
        )
