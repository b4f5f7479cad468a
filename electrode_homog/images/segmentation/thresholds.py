"""Where one phase ends and the next begins on the scale of grey values, and how well that is known.

Phases are numbered 0, 1, 2, ... from dark to bright; a voxel whose value equals a threshold belongs to the brighter
phase.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.grey_image import GreyImage
from electrode_homog.images.segmentation.class_variance import best_cuts, separability
from electrode_homog.images.segmentation.grey_histogram import GreyHistogram, grey_histogram
from electrode_homog.images.segmentation.threshold_uncertainty import threshold_uncertainty

LEAST_LEVELS = 8  # distinct values below which an image is labels rather than grey values
MOST_CLASSES = 5
_END_SHARE = 0.05  # of all voxels at the lowest or highest value alone; noise spreads phases over many values
_END_EXCESS = 10  # times the share of the next value
_VALLEY = 0.1  # relative depth below which a valley is none
# Share of the variance of one normal distribution that lies between its 2, 3, 4, 5 best classes: one minus the mean
# square errors of Max (1960), "Quantizing for minimum distortion", table I.
_NORMAL_SEPARABILITY = {2: 0.6366, 3: 0.8098, 4: 0.8825, 5: 0.9201}


@dataclass(frozen=True)
class Thresholds:
    """`values` (n,) rising and `uncertainty` (n,) >= 0 in grey values; the n + 1 classes between them.

    `separability` is the variance between classes over the whole variance, 0 to 1 (Otsu's eta). `valley_depths`
    (n,) is 1 - density in the valley / density of the lower of the two peaks beside it: 0 where there is no valley.
    `cautions` are sentences on what speaks against these thresholds. Made by `multi_otsu_thresholds` or
    `explicit_thresholds`. Raises InputError for values that are not finite and rising and uncertainties that are
    negative or let shifted thresholds meet.
    """

    values: tuple[float, ...]
    uncertainty: tuple[float, ...]
    class_medians: tuple[float, ...]
    class_fractions: tuple[float, ...]
    separability: float
    valley_depths: tuple[float, ...]
    cautions: tuple[str, ...]
    method: str

    def __post_init__(self):
        _check_rising(self.values)
        widths = self.uncertainty
        if len(widths) != len(self.values) or not all(np.isfinite(u) and u >= 0 for u in widths):
            raise InputError(f"uncertainty = {widths} is not one number >= 0 for each threshold of {self.values}")
        lowered, raised = (np.array(self.values) + sign * np.array(widths) for sign in (-1, 1))
        if (raised[:-1] >= lowered[1:]).any():
            raise InputError(
                f"thresholds {self.values} meet when shifted by their uncertainty {widths}; they are too wide"
            )

    def __str__(self) -> str:
        pairs = zip(self.values, self.uncertainty, strict=True)
        return ", ".join(f"{value:.6g} ± {width:.3g}" for value, width in pairs)

    def with_uncertainty(self, *uncertainty: float) -> "Thresholds":
        """The same thresholds with uncertainties known from elsewhere, one for each or one for all."""
        widths = uncertainty * len(self.values) if len(uncertainty) == 1 else uncertainty
        return replace(self, uncertainty=tuple(float(width) for width in widths))


def multi_otsu_thresholds(grey: GreyImage, *, classes: int) -> Thresholds:
    """The thresholds between 2 to 5 classes for which the variance between classes is largest.

    Otsu (1979, doi 10.1109/TSMC.1979.4310076), for several thresholds after Liao, Chen and Chung (2001); found
    exactly by dynamic programming over the levels of the histogram. A threshold lies halfway between two levels.
    Raises InputError for another number of classes, for a constant image, and for fewer than 8 distinct values,
    which are labels already.
    """
    if isinstance(classes, bool) or not isinstance(classes, int) or not 2 <= classes <= MOST_CLASSES:
        raise InputError(f"classes = {classes!r} is not a whole number from 2 to {MOST_CLASSES}")
    histogram = grey_histogram(grey)
    if histogram.levels.size < max(LEAST_LEVELS, classes):
        shown = ", ".join(f"{level:g}" for level in histogram.levels)
        what = "is constant" if histogram.levels.size == 1 else "is labelled already: name the labels as phases"
        raise InputError(f"{grey.source!r} has {histogram.levels.size} distinct values ({shown}); it {what}")
    places = best_cuts(histogram, classes)
    return _described(histogram, tuple(histogram.cuts[places].tolist()), f"multi-Otsu, {classes} classes")


def explicit_thresholds(grey: GreyImage, *values: float) -> Thresholds:
    """Thresholds chosen by hand, rising, in grey values of `grey`; their uncertainty is estimated as for others.

    Raises InputError for values that are not rising, OutOfRangeError if a phase would hold no voxel.
    """
    if not values:
        raise InputError("explicit_thresholds needs one value at least; n values part n + 1 phases")
    found = tuple(float(value) for value in values)
    _check_rising(found)
    histogram = grey_histogram(grey)
    edges = np.concatenate([[0], np.searchsorted(histogram.levels, found), [histogram.levels.size]])
    for phase, (start, stop) in enumerate(pairwise(edges)):
        if start == stop:
            lowest, highest = histogram.levels[[0, -1]]
            raise OutOfRangeError(
                f"thresholds {found} leave phase {phase} of {grey.source!r} without a voxel; "
                f"its values go from {lowest:g} to {highest:g}"
            )
    return _described(histogram, found, "thresholds by hand")


def _described(histogram: GreyHistogram, values: tuple[float, ...], method: str) -> Thresholds:
    places = [0, *np.searchsorted(histogram.levels, values).tolist(), histogram.levels.size]
    medians = tuple(_median(histogram, start, stop) for start, stop in pairwise(places))
    shares = [histogram.counts[start:stop].sum() / histogram.counts.sum() for start, stop in pairwise(places)]
    depths = tuple(_valley_depth(histogram, dark, bright) for dark, bright in pairwise(medians))
    share_between = separability(histogram, places)
    return Thresholds(
        values=values,
        uncertainty=threshold_uncertainty(histogram, values, places, medians),
        class_medians=medians,
        class_fractions=tuple(float(share) for share in shares),
        separability=share_between,
        valley_depths=depths,
        cautions=_cautions(histogram, share_between, depths),
        method=method,
    )


def _median(histogram: GreyHistogram, start: int, stop: int) -> float:
    """Of the levels [start, stop): the level at which half of their voxels are reached."""
    below = np.cumsum(histogram.counts[start:stop])
    return float(histogram.levels[start + np.searchsorted(below, below[-1] / 2)])


def _valley_depth(histogram: GreyHistogram, dark: float, bright: float) -> float:
    """From the share of voxels in a window of an eighth of the way between two class medians, moved along it."""
    centres, half = np.linspace(dark, bright, 129), (bright - dark) / 16
    density = histogram.share_below(centres + half) - histogram.share_below(centres - half)
    valley = int(density.argmin())
    peak = min(density[: valley + 1].max(), density[valley:].max())
    return float(1 - density[valley] / peak)


def _cautions(histogram: GreyHistogram, share_between: float, depths: Sequence[float]) -> tuple[str, ...]:
    found = []
    levels, classes = histogram.levels.size, len(depths) + 1
    if levels < LEAST_LEVELS:
        found.append(f"The image has only {levels} distinct values: are they labels already?")
    if share_between < _NORMAL_SEPARABILITY.get(classes, 0):
        found.append(
            f"{share_between:.1%} of the variance lies between the {classes} classes, less than for a single normal "
            f"distribution ({_NORMAL_SEPARABILITY[classes]:.1%}): the grey values do not tell the phases apart."
        )
    found += _crowded_ends(histogram)
    found += [
        f"The histogram has no valley between phases {k} and {k + 1}: their fractions rest on the choice of threshold."
        for k, depth in enumerate(depths)
        if depth < _VALLEY
    ]
    return tuple(found)


def _crowded_ends(histogram: GreyHistogram) -> list[str]:
    """What is outside the field of view of a tomogram mostly has one value, which thresholds then divide from."""
    counts, levels = histogram.counts, histogram.levels
    if levels.size <= LEAST_LEVELS:
        return []
    ends = ((levels[0], counts[0], counts[1]), (levels[-1], counts[-1], counts[-2]))
    return [
        f"{share / counts.sum():.1%} of the voxels have exactly the value {level:g}, the {word} there is: outside the "
        "field of view, or saturated? Crop it away, for it shifts the thresholds, or give them by hand."
        for word, (level, share, next_share) in zip(("lowest", "highest"), ends, strict=True)
        if share > max(_END_SHARE * counts.sum(), _END_EXCESS * next_share)
    ]


def _check_rising(values: Sequence[float]) -> None:
    if not values or not np.isfinite(values).all() or (np.diff(values) <= 0).any():
        raise InputError(f"thresholds {tuple(values)} are not finite and rising")
