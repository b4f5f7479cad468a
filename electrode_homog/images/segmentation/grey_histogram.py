"""How often each grey value occurs: at most 1024 levels, made a few planes at a time.

Up to 1024 distinct values are counted exactly, whatever their type. More are put into 1024 bins of equal width, each of
which stands for the mean of its values, so that class means do not depend on the width. Where a few outliers would
leave all others in a handful of bins, the bins cover the middle 99.98 % and the rest counts as the end values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.grey_image import GreyImage

MOST_LEVELS = 1024
_FINE = 65536  # first bins of values wider than 16 bits
_TAIL = 1e-4  # share of the voxels at either end that may be outliers
_LEAST_SHARE = 1 / 16  # of the range that the others must fill, or the bins cover only those
_BLOCK = 2**22  # voxels taken at once


@dataclass(frozen=True, eq=False)
class GreyHistogram:
    """`levels` (n,) rising grey values and `counts` (n,) voxels > 0 at each; both read-only."""

    levels: np.ndarray
    counts: np.ndarray

    def __post_init__(self):
        levels, counts = np.asarray(self.levels, dtype=float), np.asarray(self.counts, dtype=np.int64)
        if levels.ndim != 1 or levels.size == 0 or levels.shape != counts.shape:
            raise InputError(f"levels {levels.shape} and counts {counts.shape} are not two lists of equal length")
        if not (np.isfinite(levels).all() and (np.diff(levels) > 0).all() and (counts > 0).all()):
            raise InputError("levels must be finite and rising, and counts > 0")
        for name, values in (("levels", levels), ("counts", counts)):
            view = values.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    @cached_property
    def cuts(self) -> np.ndarray:
        """(n + 1,) halfway between neighbouring levels; the first and the last lie half a step outside."""
        middle = self.levels[:-1] + np.diff(self.levels) / 2
        if middle.size == 0:
            return np.array([self.levels[0] - 0.5, self.levels[0] + 0.5])
        first, last = 2 * self.levels[0] - middle[0], 2 * self.levels[-1] - middle[-1]
        return np.concatenate([[first], middle, [last]])

    def share_below(self, value: float | np.ndarray) -> np.ndarray:
        """Share of the voxels below a grey value, each level spread evenly between its two cuts."""
        below = np.concatenate([[0], np.cumsum(self.counts)]) / self.counts.sum()
        return np.interp(value, self.cuts, below)


def grey_histogram(grey: GreyImage) -> GreyHistogram:
    """Of all voxels. Raises InputError if the range of the values is beyond double precision."""
    lowest, highest = float(grey.values.min()), float(grey.values.max())
    if not np.isfinite(highest - lowest):
        raise InputError(f"values of {grey.source!r} range from {lowest:g} to {highest:g}, beyond double precision")
    levels, counts = _narrow(grey.values) if grey.values.dtype.itemsize <= 2 else _wide(grey.values, lowest, highest)
    if levels.size > MOST_LEVELS:
        levels, counts = _gathered(levels, counts)
    return GreyHistogram(levels, counts)


def _narrow(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Exact for whole numbers of 8 or 16 bits; half-precision floats by their distinct values."""
    if values.dtype.kind == "f":
        return _distinct(values, most=_FINE)
    lowest = int(np.iinfo(values.dtype).min)
    counts = np.zeros(2 ** (8 * values.dtype.itemsize), np.int64)
    for block in _blocks(values):
        shifted = block if lowest == 0 else block.astype(np.int32) - lowest
        counts += np.bincount(shifted.ravel(), minlength=counts.size)
    occupied = np.flatnonzero(counts)
    return occupied.astype(float) + lowest, counts[occupied]


def _wide(values: np.ndarray, lowest: float, highest: float) -> tuple[np.ndarray, np.ndarray]:
    levels, counts = _distinct(values, most=MOST_LEVELS)
    if counts.sum() == values.size:
        return levels, counts
    while True:
        counts = _binned(values, lowest, highest)
        edges = np.linspace(lowest, highest, _FINE + 1)
        first, last = _inner(counts)
        if edges[last + 1] - edges[first] >= _LEAST_SHARE * (highest - lowest) or last - first < 1:
            break
        lowest, highest = float(edges[first]), float(edges[last + 1])
    occupied = np.flatnonzero(counts)
    return (edges[occupied] + edges[occupied + 1]) / 2, counts[occupied]


def _distinct(values: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Values and how often each occurs; of the first blocks only once more than `most` have been found."""
    levels, counts = np.empty(0), np.empty(0, np.int64)
    for block in _blocks(values):
        found, times = np.unique(block, return_counts=True)
        levels, place = np.unique(np.concatenate([levels, found.astype(float)]), return_inverse=True)
        counts = np.bincount(place, np.concatenate([counts, times]), levels.size).astype(np.int64)
        if levels.size > most:
            break
    return levels, counts


def _binned(values: np.ndarray, lowest: float, highest: float) -> np.ndarray:
    """(65536,) voxels per bin; what lies outside counts in the bins at the ends."""
    counts = np.zeros(_FINE, np.int64)
    for block in _blocks(values):
        place = np.clip(block.astype(float).ravel(), lowest, highest)
        place -= lowest
        place *= _FINE / (highest - lowest)
        counts += np.bincount(np.minimum(place.astype(np.int32), _FINE - 1), minlength=_FINE)
    return counts


def _inner(counts: np.ndarray) -> tuple[int, int]:
    """First and last entry of the middle 99.98 % of the voxels."""
    below = np.cumsum(counts) / counts.sum()
    return int(np.searchsorted(below, _TAIL, side="right")), int(np.searchsorted(below, 1 - _TAIL))


def _gathered(levels: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same voxels in at most 1024 levels."""
    lowest, highest = levels[0], levels[-1]
    first, last = _inner(counts)
    if levels[last] - levels[first] < _LEAST_SHARE * (highest - lowest) and last > first:
        lowest, highest = levels[first], levels[last]
    clipped = np.clip(levels, lowest, highest)
    place = np.minimum(((clipped - lowest) * (MOST_LEVELS / (highest - lowest))).astype(int), MOST_LEVELS - 1)
    gathered = np.bincount(place, counts, MOST_LEVELS).astype(np.int64)
    sums = np.bincount(place, counts * (clipped - lowest), MOST_LEVELS)
    occupied = gathered > 0
    return lowest + sums[occupied] / gathered[occupied], gathered[occupied]


def _blocks(values: np.ndarray) -> Iterator[np.ndarray]:
    planes = max(1, _BLOCK // values[0].size)
    return (values[start : start + planes] for start in range(0, values.shape[0], planes))
