"""Layers of voxels taken together in blocks, so that a drawing has no more of them than pixels."""

import numpy as np

MOST_BLOCKS = 300


def block_borders(layers: int, most: int = MOST_BLOCKS) -> np.ndarray:
    """First layer of each block, and `layers` at the end: at most `most` blocks, all but the last of one length.

    >>> block_borders(7, most=3).tolist()
    [0, 3, 6, 7]
    """
    width = -(-layers // most)
    return np.append(np.arange(0, layers, width), layers)


def block_means(values: np.ndarray, borders: np.ndarray) -> np.ndarray:
    """Means over the blocks, along the last axis."""
    return np.add.reduceat(values, borders[:-1], axis=-1) / np.diff(borders)


def to_the_faces(values: np.ndarray, borders: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means over the blocks at their middles, in layers, and carried on to both faces: points of a line."""
    means = block_means(values, borders)
    middles = (borders[1:] + borders[:-1]) / 2
    at = np.concatenate([[0], middles, borders[-1:]])
    return at, np.concatenate([means[..., :1], means, means[..., -1:]], axis=-1)
