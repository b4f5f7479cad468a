"""VoxelImage: what it keeps, what it refuses."""

import dataclasses
import itertools

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.images import VoxelImage
from electrode_homog.images.axes import contiguous
from electrode_homog.images.grey_image import GreyImage

LABELS = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


def test_one_length_is_a_cubic_voxel():
    """A single number stands for three equal edges; the extent is voxels times edge."""
    image = VoxelImage(LABELS, 2e-6)
    assert image.voxel_size_m == (2e-6, 2e-6, 2e-6)
    assert image.shape == (2, 3, 4)
    assert image.extent_m == pytest.approx((4e-6, 6e-6, 8e-6))


def test_labels_are_a_read_only_view():
    """The image shares memory with the array it was given, cannot be written, and leaves the array writable."""
    labels = LABELS.copy()
    image = VoxelImage(labels, (1, 2, 3))
    assert np.shares_memory(image.labels, labels)
    with pytest.raises(ValueError, match="read-only"):
        image.labels[0, 0, 0] = 1
    labels[0, 0, 0] = 5
    with pytest.raises(dataclasses.FrozenInstanceError):
        image.source = "other"  # type: ignore[misc]


def test_boolean_labels_become_0_and_1():
    """False is label 0, True is label 1, in one byte."""
    image = VoxelImage(LABELS > 3, 1.0)
    assert image.labels.dtype == np.uint8
    np.testing.assert_array_equal(image.labels, LABELS > 3)


def test_unit_voxel_has_no_physical_length():
    """Exactly 1 on all three axes is a geometry without length; anything else has one."""
    assert not VoxelImage(LABELS, 1).has_physical_length
    assert VoxelImage(LABELS, (1, 1, 2)).has_physical_length


def test_crop_keeps_voxel_size_and_says_what_it_is():
    """A crop is the sub-array, with the same voxels and its box in the source."""
    image = VoxelImage(LABELS, (1e-6, 2e-6, 3e-6), "nmc.tif").cropped(slice(1, None), slice(None), slice(-2, None))
    np.testing.assert_array_equal(image.labels, LABELS[1:, :, -2:])
    assert image.voxel_size_m == (1e-6, 2e-6, 3e-6)
    assert image.source == "nmc.tif [1:2, 0:3, 2:4]"


@pytest.mark.parametrize("part", [slice(None, None, 2), slice(None, None, -1), slice(2, 2), slice(9, 12), 3])
def test_crop_refuses_steps_and_empty_boxes(part):
    """A step would change the voxel size; an empty box is no image."""
    with pytest.raises(InputError):
        VoxelImage(LABELS, 1e-6).cropped(slice(None), part, slice(None))


@pytest.mark.parametrize(
    "labels",
    [
        LABELS[0],
        LABELS[None],
        LABELS[:0],
        LABELS.astype(float),
        LABELS.astype(np.int8) - 1,
        LABELS.astype(str),
        LABELS.astype(object),
        np.ma.masked_array(LABELS, LABELS > 3),
        LABELS.tolist(),
    ],
    ids=["2-D", "4-D", "empty", "float", "negative", "text", "object", "masked", "list"],
)
def test_what_is_not_labels_is_refused(labels):
    """Labels are a non-empty 3-D NumPy array of integers >= 0."""
    with pytest.raises(InputError, match="labels of here"):
        VoxelImage(labels, 1e-6, "here")


@pytest.mark.parametrize(
    "size",
    [0, -1e-6, float("nan"), float("inf"), (1, 1), (1, 1, 0), (1, 1, 1, 1), "398 nm", True, None, {}, [[1], [2]]],
)
def test_what_is_not_a_voxel_size_is_refused(size):
    """A voxel size is one or three numbers, finite and positive; the message shows it."""
    with pytest.raises(InputError, match="voxel_size_m = "):
        VoxelImage(LABELS, size)


@pytest.mark.parametrize("kind", [VoxelImage, GreyImage])
def test_reordered_moves_voxels_and_sizes_together(kind):
    """Axis k is axis order[k] of before, contiguous; the way back gives the image again."""
    image = kind(LABELS, (1e-6, 2e-6, 3e-6), "nmc.tif")
    turned = image.reordered((2, 0, 1))
    voxels = turned.labels if kind is VoxelImage else turned.values
    np.testing.assert_array_equal(voxels, LABELS.transpose(2, 0, 1))
    assert voxels.flags.c_contiguous
    assert turned.voxel_size_m == (3e-6, 1e-6, 2e-6)
    assert turned.source == "nmc.tif axes (2, 0, 1)"
    back = turned.reordered((1, 2, 0))
    np.testing.assert_array_equal(back.labels if kind is VoxelImage else back.values, LABELS)
    for order in [(0, 1), (0, 1, 1), (0, 1, 3), (-1, 0, 1), "012", None, (0.0, 1, 2), (True, 0, 2)]:
        with pytest.raises(InputError, match="order = "):
            image.reordered(order)


def test_grey_crop_is_the_sub_array():
    """Grey values are cropped as labels are."""
    grey = GreyImage(LABELS, 1e-6, "g").cropped(slice(1, None), slice(None), slice(-2, None))
    np.testing.assert_array_equal(grey.values, LABELS[1:, :, -2:])
    assert grey.source == "g [1:2, 0:3, 2:4]"
    with pytest.raises(InputError, match="holds no voxel"):
        grey.cropped(slice(5, 6), slice(None), slice(None))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("dtype", [np.uint8, ">u2", float])
def test_any_order_of_axes_is_a_plain_transposition(order, dtype):
    """Tiles, and what is left over beside them, land where a transposition puts them, from any layout in memory."""
    array = np.random.default_rng(3).integers(0, 250, (3, 70, 65)).astype(dtype)
    for layout in (array, np.asfortranarray(array), array[:, ::-1, ::2]):
        copy = contiguous(layout, order)
        np.testing.assert_array_equal(copy, layout.transpose(order))
        assert copy.flags.c_contiguous
        assert copy.dtype == array.dtype
    assert np.shares_memory(contiguous(array), array)
