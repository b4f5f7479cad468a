"""Thresholds that give a wanted number of voxels exactly: ranks instead of values."""

import numpy as np


def voxel_counts(fractions: np.ndarray, size: int) -> np.ndarray:
    """Whole numbers with the sum `size`, each within one voxel of its fraction (n,) of it."""
    edges = np.rint(np.cumsum(fractions) * size).astype(np.int64)
    edges[-1] = size
    return np.diff(edges, prepend=0)


def smallest(values: np.ndarray, count: int) -> tuple[np.ndarray, float]:
    """Mask of exactly `count` >= 1 smallest values, the first ones in memory order among equals; and their largest."""
    threshold = np.partition(values, count - 1, axis=None)[count - 1]
    mask = values < threshold
    equal = np.flatnonzero(values == threshold)[: count - np.count_nonzero(mask)]
    mask.reshape(-1)[equal] = True
    return mask, float(threshold)


def labels_by_rank(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """uint8 labels: 0 for the counts[0] largest values, 1 for the counts[1] next, and so on."""
    labels = np.zeros(values.shape, np.uint8)
    below = values.size
    for label, count in enumerate(counts[:-1], start=1):
        below -= int(count)
        if below == 0:
            break
        labels[smallest(values, below)[0]] = label
    return labels
