"""How far a threshold may be off.

The uncertainty of a threshold is the largest distance from it to three other answers that are as good:

1. the ends of the interval of thresholds over which the mean square deviation within the two classes that it parts
   is at most 1 % above its value at the threshold: the histogram cannot tell these from each other;
2. halfway between the medians of the two classes: where a blurred plane face between them lies, which is
   not where the means of the classes put it when many voxels are partly filled;
3. the threshold of least misclassification for two normal distributions with the shares, means and standard deviations
   of the classes (Kittler and Illingworth 1986, doi 10.1016/0031-3203(86)90030-0): unequal shares move it.

It is at least half a grey level and at most 90 % of the distance to the nearer class median, so that shifted
thresholds keep their order. Counting noise is left out: in 10^6 voxels it is far below these.
"""

from collections.abc import Sequence

import numpy as np

from electrode_homog.images.segmentation.class_variance import levels_from_mean, prefix_sums
from electrode_homog.images.segmentation.grey_histogram import GreyHistogram

_FLAT = 0.01  # relative rise of the deviation within classes that counts as no difference
_NEAREST = 0.9  # of the way to a class median


def threshold_uncertainty(
    histogram: GreyHistogram, values: Sequence[float], places: Sequence[int], medians: Sequence[float]
) -> tuple[float, ...]:
    """One width for each of `values`, which lies before level places[k + 1]; `medians` of the classes beside them."""
    widths = []
    for k, value in enumerate(values):
        start, place, stop = places[k : k + 3]
        others = [*_flat_interval(histogram, start, place, stop), (medians[k] + medians[k + 1]) / 2]
        others += _least_misclassified(histogram, start, place, stop)
        step = (histogram.levels[place] - histogram.levels[place - 1]) / 2
        width = max(step, *(abs(other - value) for other in others))
        widths.append(float(min(width, _NEAREST * min(value - medians[k], medians[k + 1] - value))))
    return tuple(widths)


def _flat_interval(histogram: GreyHistogram, start: int, place: int, stop: int) -> tuple[float, float]:
    """The cuts around `place`, between the levels [start, stop), with nearly the same deviation within two classes."""
    weight, first, second = prefix_sums(histogram)
    splits = np.arange(start + 1, stop)
    within = (
        second[stop]
        - second[start]
        - sum((first[b] - first[a]) ** 2 / (weight[b] - weight[a]) for a, b in ((start, splits), (splits, stop)))
    )
    here = place - start - 1
    steep = within > (1 + _FLAT) * within[here] + 1e-14
    below, above = np.flatnonzero(steep[:here]), np.flatnonzero(steep[here + 1 :])
    low = splits[below[-1] + 1] if below.size else splits[0]
    high = splits[here + above[0]] if above.size else splits[-1]
    return float(histogram.cuts[low]), float(histogram.cuts[high])


def _least_misclassified(histogram: GreyHistogram, start: int, place: int, stop: int) -> list[float]:
    """Where shares times normal densities of two classes are equal, between their means; none if nowhere.

    With share P, mean m and deviation s of each: (x - m)^2 / (2 s^2) + log(s / P) is equal for both.
    """
    weight, first, second = prefix_sums(histogram)
    moments = []
    for a, b in ((start, place), (place, stop)):
        share = weight[b] - weight[a]
        mean = (first[b] - first[a]) / share
        moments.append((share, mean, max((second[b] - second[a]) / share - mean**2, 1e-12)))
    (p, m, v), (q, n, w) = moments
    quadratic = [1 / v - 1 / w, 2 * (n / w - m / v), m**2 / v - n**2 / w + np.log(v / w) - 2 * np.log(p / q)]
    between = [root.real for root in np.roots(quadratic) if abs(root.imag) < 1e-12 and m < root.real < n]
    unit = histogram.levels[-1] - histogram.levels[0]
    zero = histogram.levels[0] - levels_from_mean(histogram)[0] * unit
    return [float(zero + root * unit) for root in between]
