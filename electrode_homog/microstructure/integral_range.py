"""The integral range of a phase: how much volume counts as one independent sample; and what follows for its fraction.

A3 is the integral of the correlation of the phase over all lags (Matheron 1971; Lantuejoul 1991, J. Microscopy 161,
387). In an image of volume V much larger than A3 the fraction phi has the variance phi (1 - phi) A3 / V.

Estimator: the covariance of block means, by FFT over pairs inside the image, summed up in a window. Block means leave
the sum as it is, so that the blocks may be as coarse as the phase or coarser. The window is 1 up to the distance r1
at which the correlation has died down, averaged over ellipsoids whose axes follow the correlation along x, y, z, and
falls to 0 at 2 r1, or at half the image, as a cosine squared. It keeps the dip that a packing shows behind r1, and
cuts the noise of all longer lags.
"""

import math
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.microstructure.microstructure import Microstructure

_BLOCKS = 64  # along an axis, at most
_SUMMED_AT_ONCE = 2**22  # voxels
_DIED_DOWN = 0.03  # of the variance: above the noise of shells; exp(-r / a) falls to it at 3.5 a
_ROUNDING = 1e-12  # of fractions of blocks, which are whole numbers over whole numbers
_LEAST_TAPER = 0.5  # of r1; where the lags end before 1.5 r1, the image is too small


@dataclass(frozen=True)
class IntegralRange:
    """`range_m3` (A3) of a phase in an image of `volume_m3`, and the relative standard error of A3 itself.

    A3 is infinite where the phase is correlated over a third of the image or more along some axis: such an image is
    one sample, and says nothing about its own scatter. It is NaN for a phase that fills the image, and 0 for one so
    regular that its fraction hardly scatters.
    """

    phase: str
    fraction: float
    volume_m3: float
    range_m3: float
    range_relative_error: float

    @property
    def relative_error(self) -> float:
        """Standard error of the fraction as an estimate for the electrode the image was cut from, over the fraction."""
        return self._relative_error(self.volume_m3)

    def representative_volume_m3(self, relative_error: float) -> float:
        """Volume whose fraction has the given relative standard error. Raises InputError unless it is > 0."""
        if not relative_error > 0:
            raise InputError(f"relative_error = {relative_error!r} is not > 0; 0.01 is one per cent")
        return self._relative_error(1.0) ** 2 / relative_error**2

    def _relative_error(self, volume_m3: float) -> float:
        return math.sqrt((1 - self.fraction) / self.fraction * self.range_m3 / volume_m3)


def integral_range(electrode: Microstructure, phase: str) -> IntegralRange:
    """Integral range of a phase; edges of the image that fill no block are left out of it.

    The relative error of A3 is sqrt(2 / N) for N windows in the image (that of a variance from N samples).
    Raises InputError if there is no such phase.
    """
    means, block_m = _block_means(electrode, phase)
    fraction, volume = electrode.fractions[phase], math.prod(electrode.image.extent_m)
    if fraction == 1:
        return IntegralRange(phase, fraction, volume, math.nan, math.nan)
    if np.ptp(means) < _ROUNDING:
        return IntegralRange(phase, fraction, volume, 0.0, 0.0)
    covariance = _covariance(means)
    radius = _radii(covariance)
    end = _decay_radius(covariance, radius)
    taper = min(end, _shortest_reach(radius) - end)
    if not taper > _LEAST_TAPER * end:
        return IntegralRange(phase, fraction, volume, math.inf, math.inf)
    window = np.cos(np.clip((radius - end) / taper, 0, 1) * np.pi / 2) ** 2
    block, total = math.prod(block_m), means.size * math.prod(block_m)
    found = float((window * covariance).sum()) * block / (fraction * (1 - fraction))
    # The mean was taken from the image: that takes A3 / V off the correlation at every lag.
    found = max(0.0, found) / (1 - window.sum() * block / total)
    error = math.sqrt(2 * float((window**2).sum()) * block / total)
    return IntegralRange(phase, fraction, volume, found, error)


def _block_means(electrode: Microstructure, phase: str) -> tuple[np.ndarray, tuple[float, float, float]]:
    """Fraction of the phase in each block, and the edges of a block; a few planes at a time."""
    place = list(electrode.phases).index(electrode.checked_name(phase))
    nx, ny, nz = electrode.image.shape
    a, b, c = (-(-n // _BLOCKS) for n in (nx, ny, nz))
    kx, ky, kz = nx // a, ny // b, nz // c
    sums = np.empty((kx, ky, kz))
    layers = max(1, _SUMMED_AT_ONCE // (a * ny * nz))
    for first in range(0, kx, layers):
        last = min(first + layers, kx)
        mask = electrode.phases_of_planes(first * a, last * a)[:, : ky * b, : kz * c] == place
        columns = mask.reshape(last - first, a, ky * b, kz * c).sum(axis=1, dtype=np.int32)
        rows = columns.reshape(last - first, ky, b, kz * c).sum(axis=2)
        sums[first:last] = rows.reshape(last - first, ky, kz, c).sum(axis=3)
    dx, dy, dz = electrode.image.voxel_size_m
    return sums / (a * b * c), (a * dx, b * dy, c * dz)


def _covariance(means: np.ndarray) -> np.ndarray:
    """Covariance at the lags -n // 2 ... n // 2 of each axis, from pairs inside the image; lag 0 is in the middle."""
    from scipy.fft import irfftn, next_fast_len, rfftn

    reach = [n // 2 for n in means.shape]
    padded = [next_fast_len(n + m, real=True) for n, m in zip(means.shape, reach, strict=True)]
    spectrum = np.asarray(rfftn(means - means.mean(), padded))
    sums = np.asarray(irfftn(np.abs(spectrum) ** 2, padded))
    for axis, (n, m) in enumerate(zip(means.shape, reach, strict=True)):
        lags = np.arange(-m, m + 1)
        sums = np.take(sums, lags, axis, mode="wrap") / np.expand_dims(
            n - np.abs(lags), [a for a in range(3) if a != axis]
        )
    return sums


def _radii(covariance: np.ndarray) -> np.ndarray:
    """Length of each lag in units of the distance at which the covariance falls to 1/e along the axes.

    No shorter unit than a block is used; an axis along which the covariance does not fall so far has an infinite one.
    """
    middle = tuple(n // 2 for n in covariance.shape)
    squares = np.zeros(covariance.shape)
    for axis, m in enumerate(middle):
        along = covariance[tuple(slice(m, None) if a == axis else middle[a] for a in range(3))]
        low = np.flatnonzero(along <= along[0] / math.e)
        unit = np.inf
        if low.size:
            k = int(low[0])
            unit = max(1.0, k - (along[0] / math.e - along[k]) / (along[k - 1] - along[k]))
        squares += np.expand_dims((np.arange(-m, m + 1) / unit) ** 2, [a for a in range(3) if a != axis])
    return np.sqrt(squares)


def _shortest_reach(radius: np.ndarray) -> float:
    """The greatest radius that the lags hold in every direction."""
    x, y, z = (n // 2 for n in radius.shape)
    return float(min(radius[0, y, z], radius[x, 0, z], radius[x, y, 0]))


def _decay_radius(covariance: np.ndarray, radius: np.ndarray) -> float:
    """Radius at which the covariance, averaged over shells, has died down; infinite if it does not."""
    x, y, z = (n // 2 for n in radius.shape)
    if _shortest_reach(radius) == 0:
        return math.inf
    width = float((radius[x + 1, y, z] * radius[x, y + 1, z] * radius[x, y, z + 1]) ** (1 / 3))
    shell = np.rint(radius / width).astype(np.int64).ravel()
    lags = np.bincount(shell)
    mean, where = (np.bincount(shell, values.ravel())[lags > 0] / lags[lags > 0] for values in (covariance, radius))
    mean -= _DIED_DOWN * mean[0]
    low = np.flatnonzero(mean <= 0)
    if not low.size:
        return math.inf
    k = int(low[0])
    return float(where[k] - (where[k] - where[k - 1]) * mean[k] / (mean[k] - mean[k - 1]))
