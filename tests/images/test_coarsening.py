"""Coarsening: majority and mean of blocks, with ties that favour no label."""

from collections import Counter

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.images import VoxelImage, coarsening, read_image
from electrode_homog.images.coarsening import majority_labels, mean_values
from electrode_homog.images.grey_image import GreyImage

RANDOM = np.random.default_rng(5)


def _blocks(array, factors):
    """Block -> its voxels, one block after the other: the plain twin."""
    nx, ny, nz = (n // f for n, f in zip(array.shape, factors, strict=True))
    for place in np.ndindex(nx, ny, nz):
        yield place, array[tuple(slice(p * f, (p + 1) * f) for p, f in zip(place, factors, strict=True))].ravel()


@pytest.mark.parametrize("factors", [(2, 2, 2), (3, 1, 2), (1, 1, 5), (4, 3, 2)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int64])
def test_label_of_a_block_is_its_commonest(factors, dtype):
    """Each block takes a label that no other outnumbers in it."""
    labels = RANDOM.integers(0, 4, (13, 12, 11)).astype(dtype) * (1 if dtype == np.uint8 else 300)
    coarse = majority_labels(labels, factors)
    assert coarse.dtype == dtype
    for place, voxels in _blocks(labels, factors):
        votes = Counter(voxels.tolist())
        assert votes[int(coarse[place])] == max(votes.values())


def test_ties_favour_no_label():
    """In blocks of two labels in equal numbers each wins half of the time, wherever the labels lie in the block."""
    labels = np.zeros((80, 80, 80), np.uint8)
    labels[::2] = 1  # four of the eight voxels of every block, always the same places
    share = majority_labels(labels, (2, 2, 2)).mean()
    assert abs(share - 0.5) < 4 * 0.5 / 40**1.5  # four standard deviations of 40 cubed coins


def test_fractions_of_a_symmetric_medium_are_kept():
    """Three labels of a third each keep a third each, although many blocks are tied, for any numbers of the labels."""
    medium = np.random.default_rng(8).integers(0, 3, (90, 90, 90))
    for numbers in ([0, 1, 2], [2, 0, 1], [7, 30, 9]):
        coarse = majority_labels(np.array(numbers, np.uint8)[medium], (2, 2, 2))
        for label in numbers:
            assert abs((coarse == label).mean() - 1 / 3) < 4 * (2 / 9 / 45**3) ** 0.5


def test_winners_of_ties_are_not_correlated():
    """Neighbouring ties are decided independently: the label of a block says nothing of the next one's."""
    labels = np.zeros((80, 80, 80), np.uint8)
    labels[::2] = 1
    coarse = majority_labels(labels, (2, 2, 2)).astype(float) - 0.5
    for axis in range(3):
        correlation = np.mean(np.roll(coarse, 1, axis) * coarse) / 0.25
        assert abs(correlation) < 4 / 40**1.5


def test_renumbering_labels_renumbers_the_result():
    """Ties go by place, not by label."""
    labels = RANDOM.integers(0, 3, (20, 20, 20), dtype=np.uint8)
    other = np.array([9, 4, 200], np.uint8)
    np.testing.assert_array_equal(majority_labels(other[labels], (2, 2, 2)), other[majority_labels(labels, (2, 2, 2))])


def test_result_does_not_depend_on_the_slabs(monkeypatch):
    """The same voxels come out whether the image is taken at once, slab by slab, or a part at a time."""
    labels = RANDOM.integers(0, 3, (24, 9, 11), dtype=np.uint8)
    values = RANDOM.normal(size=(24, 9, 11))
    whole, mean = majority_labels(labels, (2, 3, 2)), mean_values(values, (2, 3, 2))
    monkeypatch.setattr(coarsening, "_SLAB", 200)
    monkeypatch.setattr(coarsening, "_TIED", 40)
    np.testing.assert_array_equal(majority_labels(labels, (2, 3, 2)), whole)
    np.testing.assert_array_equal(mean_values(values, (2, 3, 2)), mean)
    np.testing.assert_array_equal(majority_labels(labels[10:], (2, 3, 2), first_blocks=(5, 0, 0)), whole[5:])


@pytest.mark.parametrize("factors", [(2, 2, 2), (3, 1, 2)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, float])
def test_grey_value_of_a_block_is_its_mean(factors, dtype):
    """Means are floats, of double precision only where the values are."""
    values = (RANDOM.random((7, 8, 9)) * 250).astype(dtype)
    coarse = GreyImage(values, 1e-6).coarsened(factors).values
    assert coarse.dtype == (np.float64 if dtype is float else np.float32)
    for place, voxels in _blocks(values, factors):
        assert coarse[place] == pytest.approx(voxels.astype(float).mean(), rel=1e-6)


def test_voxel_size_grows_and_the_source_says_what_was_cut():
    """Sizes are multiplied; incomplete blocks at the far ends are cut off, which the source tells."""
    image = VoxelImage(np.zeros((7, 8, 9), np.uint8), (1e-6, 2e-6, 3e-6), "nmc")
    coarse = image.coarsened((2, 4, 5))
    assert coarse.shape == (3, 2, 1)
    assert coarse.voxel_size_m == pytest.approx((2e-6, 8e-6, 15e-6))
    assert coarse.source == "nmc coarsened 2 x 4 x 5 of the first 6 x 8 x 5 voxels"
    assert image.cropped(slice(6), slice(None), slice(None)).coarsened((3, 2, 3)).source.endswith("coarsened 3 x 2 x 3")
    assert image.coarsened(1) is image
    assert (
        GreyImage(image.labels, 1e-6, "g").coarsened(2).source == "g coarsened 2 x 2 x 2 of the first 6 x 8 x 8 voxels"
    )


def test_unit_voxel_stays_without_a_length():
    """A geometry without a length has none afterwards; blocks that are no cubes would need one."""
    image = VoxelImage(np.zeros((4, 4, 4), np.uint8), 1)
    assert not image.coarsened(2).has_physical_length
    with pytest.raises(InputError, match="physical voxel size"):
        image.coarsened((2, 1, 1))


@pytest.mark.parametrize("factor", [0, -1, 2.0, True, "2", (2, 2), (1, 1, 0), (1, 1, 5), 5, None, (2, 2, 2.5)])
def test_bad_factor(factor):
    """A factor is whole, at least 1, and not larger than the image."""
    for image in (VoxelImage(np.zeros((4, 4, 4), np.uint8), 1e-6), GreyImage(np.zeros((4, 4, 4)), 1e-6)):
        with pytest.raises(InputError, match="coarsen = "):
            image.coarsened(factor)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_reading_coarsened_is_reading_then_coarsening(tmp_path, axis):
    """Fractions and sizes agree for each axis; along axis 0 every voxel does."""
    labels = RANDOM.integers(0, 3, (24, 20, 16), dtype=np.int32)
    np.save(tmp_path / "a.npy", labels)
    options = {"voxel_size_m": (1e-6, 2e-6, 3e-6), "through_axis": axis, "crop": [(1, 14), (2, 15), (0, 15)]}
    direct = read_image(tmp_path / "a.npy", coarsen=(3, 2, 4), **options)
    later = read_image(tmp_path / "a.npy", **options).coarsened((3, 2, 4))
    assert (direct.voxel_size_m, direct.source, direct.shape) == (later.voxel_size_m, later.source, later.shape)
    assert direct.labels.dtype == np.uint8
    if axis == 0:
        np.testing.assert_array_equal(direct.labels, later.labels)
    else:  # ties are decided in the order of the file
        assert np.mean(direct.labels == later.labels) > 0.6
