"""How a Gaussian random field is correlated: covariance 1 at lag 0, a function of the lag over a length.

A length is one number or three, along x, y, z; then surfaces of equal covariance are ellipsoids.
"""

from dataclasses import dataclass
from typing import assert_never

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.generators.arguments import Lengths, check_between, check_number, checked_lengths

_NEGLIGIBLE = 1e-3  # covariance beyond which a field is taken to forget itself


@dataclass(frozen=True)
class GaussianCovariance:
    """exp(-(r / length)^2): smooth surfaces, of area sqrt(8) / (pi length) per volume at a fraction of 1/2."""

    length_m: float | Lengths

    def __post_init__(self):
        _check_length("length_m", self.length_m)


@dataclass(frozen=True)
class ExponentialCovariance:
    """exp(-r / length): rough surfaces at every scale, whose area grows with the resolution without end."""

    length_m: float | Lengths

    def __post_init__(self):
        _check_length("length_m", self.length_m)


@dataclass(frozen=True)
class SpectralPeak:
    """exp(-(width k r)^2 / 2) sin(k r) / (k r), k = 2 pi / wavelength: waves of one length, as after spinodal demixing.

    The spectrum is a shell of radius k smeared by a normal deviate of standard deviation `width` k, 0.02 <= width <= 1.
    """

    wavelength_m: float | Lengths
    width: float = 0.15

    def __post_init__(self):
        _check_length("wavelength_m", self.wavelength_m)
        check_between("width", self.width, 0.02 - 1e-9, 1 + 1e-9)


Covariance = GaussianCovariance | ExponentialCovariance | SpectralPeak


def covariance_at(covariance: Covariance, lag_m: np.ndarray) -> np.ndarray:
    """Covariance of unit-variance field values at lags (..., 3)."""
    return covariance_of_ratio(covariance, np.linalg.norm(np.asarray(lag_m, float) / lengths_m(covariance), axis=-1))


def covariance_of_ratio(covariance: Covariance, ratio: np.ndarray) -> np.ndarray:
    """Covariance at lags over the length, of any shape."""
    match covariance:
        case GaussianCovariance():
            return np.exp(-(ratio**2))
        case ExponentialCovariance():
            return np.exp(-ratio)
        case SpectralPeak(width=width):
            return np.exp(-((2 * np.pi * width * ratio) ** 2) / 2) * np.sinc(2 * ratio)
        case _:
            assert_never(covariance)


def lengths_m(covariance: Covariance) -> np.ndarray:
    """(3,) lengths along x, y, z."""
    match covariance:
        case GaussianCovariance(length_m) | ExponentialCovariance(length_m):
            length = length_m
        case SpectralPeak(wavelength_m=length):
            pass
        case _:
            assert_never(covariance)
    return np.broadcast_to(np.asarray(length, float), 3)


def reach_m(covariance: Covariance) -> np.ndarray:
    """(3,) lags along x, y, z beyond which the covariance stays below 0.001."""
    match covariance:
        case GaussianCovariance():
            ratio = np.sqrt(-np.log(_NEGLIGIBLE))
        case ExponentialCovariance():
            ratio = -np.log(_NEGLIGIBLE)
        case SpectralPeak(width=width):
            ratio = np.sqrt(-2 * np.log(_NEGLIGIBLE)) / (2 * np.pi * width)
        case _:
            assert_never(covariance)
    return ratio * lengths_m(covariance)


def two_point_at_half(correlation: np.ndarray) -> np.ndarray:
    """Probability that two points lie in the same given phase, of two phases of fraction 1/2 each.

    1/4 + arcsin(correlation) / 2 pi, the correlation that of the field (Sheppard 1899); 1/2 at 1 and 1/4 at 0.
    """
    return 0.25 + np.arcsin(np.clip(correlation, -1, 1)) / (2 * np.pi)


def _check_length(name: str, length: float | Lengths) -> None:
    if isinstance(length, tuple | list | np.ndarray):
        checked_lengths(name, length)
        return
    check_number(name, length)
    if not length > 0:
        raise InputError(f"{name} = {length!r} is not a length in metres > 0")
