"""Thresholds by rank: exact counts, whatever the ties."""

import numpy as np
import pytest

from electrode_homog.images.generators.ranks import labels_by_rank, smallest, voxel_counts


@pytest.mark.parametrize(
    "fractions", [(1.0,), (0.5, 0.5), (1 / 3, 1 / 3, 1 / 3), (0.0, 0.1, 0.0, 0.9), (0.001,) * 1000]
)
@pytest.mark.parametrize("size", [1, 7, 1000, 12345])
def test_counts_add_up(fractions, size):
    """Each is within one voxel of its fraction, none is negative, and together they are all voxels."""
    counts = voxel_counts(np.array(fractions), size)
    assert counts.sum() == size
    assert (counts >= 0).all()
    assert np.abs(counts - np.array(fractions) * size).max() <= 1


@pytest.mark.parametrize("levels", [1, 2, 5, 10**6])
def test_ranks_are_exact_with_ties(levels):
    """Of values on few levels exactly the wanted number is taken, none larger than one left out."""
    values = np.random.default_rng(0).integers(0, levels, (7, 8, 9)).astype(np.float32)
    for count in (1, 100, 503, 504):
        mask, threshold = smallest(values, count)
        assert np.count_nonzero(mask) == count
        assert values[mask].max() == threshold
        assert count == 504 or values[~mask].min() >= threshold
    labels = labels_by_rank(values, np.array([100, 0, 204, 200]))
    assert np.bincount(labels.ravel()).tolist() == [100, 0, 204, 200]
    assert values[labels == 0].min() >= values[labels == 2].max()
    assert values[labels == 2].min() >= values[labels == 3].max()
