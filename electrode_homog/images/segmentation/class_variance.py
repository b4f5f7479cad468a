"""Classes of grey levels, and the variance between and within them, from sums over the histogram."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from electrode_homog.images.segmentation.grey_histogram import GreyHistogram


def best_cuts(histogram: GreyHistogram, classes: int) -> np.ndarray:
    """(classes - 1,) places p: class k ends before level p[k]; the first of equals.

    With prefix sums P of the counts and S of counts times levels, the variance between classes grows with the sum over
    classes of (S_j - S_i)^2 / (P_j - P_i): best[k][j] = max over i of best[k - 1][i] + gain(i, j).
    """
    gain = _gains(histogram)
    best, came_from = gain[0], []
    for _ in range(classes - 1):
        total = best[:, None] + gain
        came_from.append(total.argmax(axis=0))
        best = total.max(axis=0)
    places = [histogram.levels.size]
    for table in reversed(came_from):
        places.append(int(table[places[-1]]))
    return np.array(places[:0:-1])


def _gains(histogram: GreyHistogram) -> np.ndarray:
    """(n + 1, n + 1): (S_j - S_i)^2 / (P_j - P_i) where j > i, minus infinity elsewhere."""
    weight, first, _ = prefix_sums(histogram)
    count = weight[None, :] - weight[:, None]
    gain = np.full(count.shape, -np.inf)
    np.divide((first[None, :] - first[:, None]) ** 2, count, out=gain, where=count > 0)
    return gain


def separability(histogram: GreyHistogram, places: Sequence[int]) -> float:
    """Variance between the classes [places[k], places[k + 1]) over the whole variance; 0 for a constant image."""
    weight, first, second = prefix_sums(histogram)
    between = sum((first[j] - first[i]) ** 2 / (weight[j] - weight[i]) for i, j in pairwise(places))
    return float(np.clip(between / second[-1], 0, 1)) if second[-1] > 0 else 0.0


def prefix_sums(histogram: GreyHistogram) -> np.ndarray:
    """(3, n + 1) of counts, levels and their squares; levels from their mean and in units of their range."""
    share = histogram.counts / histogram.counts.sum()
    levels = levels_from_mean(histogram)
    sums = np.zeros((3, levels.size + 1))
    for power in range(3):
        np.cumsum(share * levels**power, out=sums[power, 1:])
    return sums


def levels_from_mean(histogram: GreyHistogram) -> np.ndarray:
    """(n,) levels less their mean over the voxels, in units of their range."""
    levels = histogram.levels - histogram.levels[0]
    mean = np.average(levels, weights=histogram.counts)
    return (levels - mean) / max(levels[-1], np.finfo(float).tiny)
