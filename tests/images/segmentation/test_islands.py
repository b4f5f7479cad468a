"""Small islands: which vanish, where they go, what the report says, what is refused."""

import numpy as np
import pytest
from scipy.ndimage import label as joined

from electrode_homog.errors import InputError
from electrode_homog.images import VoxelImage
from electrode_homog.images.segmentation import BorderIslands, LabelShare, Relabelling, without_islands


def plain_without_islands(labels, smallest, keep_border):
    """The same, as slowly and plainly as possible, for images where no two small islands touch."""
    result = labels.copy()
    for value, least in smallest.items():
        parts, number = joined(labels == value)
        for part in range(1, number + 1):
            where = np.argwhere(parts == part)
            at_border = bool(((where == 0) | (where == np.array(labels.shape) - 1)).any())
            if len(where) >= least or (keep_border and at_border):
                continue
            votes = {}
            for place in where:
                for axis in range(3):
                    for step in (-1, 1):
                        there = place.copy()
                        there[axis] += step
                        if 0 <= there[axis] < labels.shape[axis] and parts[tuple(there)] != part:
                            beyond = int(labels[tuple(there)])
                            votes[beyond] = votes.get(beyond, 0) + 1
            result[parts == part] = min(votes, key=lambda option: (-votes[option], option))
    return result


def blocks(shape=(9, 9, 9)):
    labels = np.zeros(shape, np.uint8)
    labels[:, :, 5:] = 1
    return labels


def test_an_island_and_a_hole_go_to_what_surrounds_them():
    """Four voxels of label 1 in 0 and one of 0 in 1 vanish; the report counts them; fractions are before and after."""
    labels = blocks()
    labels[3:5, 3:5, 2] = 1
    labels[4, 4, 7] = 0
    found = without_islands(VoxelImage(labels, (1e-6, 2e-6, 3e-6), "scan"), smallest_voxels={0: 5, 1: 5})
    np.testing.assert_array_equal(found.image.labels, blocks())
    assert found.relabellings == (Relabelling(0, 1, 1, 1), Relabelling(1, 0, 1, 4))
    assert found.changed_voxels == 5
    before = np.bincount(labels.ravel()) / 729
    assert found.shares == (LabelShare(0, before[0], 405 / 729, 0), LabelShare(1, before[1], 324 / 729, 0))
    assert found.image.voxel_size_m == (1e-6, 2e-6, 3e-6)
    assert found.image.source.startswith("scan; islands below 5 of label 0, 5 of label 1 voxels")
    assert "2 islands, 5 voxels" in found.image.source


def test_islands_of_the_given_size_stay():
    """Fewer than `smallest_voxels` vanish; as many do not; labels that are not named never do."""
    labels = blocks()
    labels[3:5, 3:5, 2] = 1
    labels[4, 4, 7] = 0
    for smallest in ({1: 4}, {0: 1}, {1: 1}):
        found = without_islands(VoxelImage(labels, 1e-6), smallest_voxels=smallest)
        np.testing.assert_array_equal(found.image.labels, labels)
        assert found.relabellings == ()
    assert without_islands(VoxelImage(labels, 1e-6), smallest_voxels={1: 5}).changed_voxels == 4


def test_corners_and_edges_do_not_join():
    """Two voxels that touch at an edge only are two islands."""
    labels = blocks()
    labels[3, 3, 2] = labels[4, 4, 2] = 1
    found = without_islands(VoxelImage(labels, 1e-6), smallest_voxels={1: 2})
    assert found.relabellings == (Relabelling(1, 0, 2, 2),)


def test_islands_at_the_border_are_kept_unless_asked():
    """What touches the border may be part of something larger; it is counted as kept."""
    labels = blocks()
    labels[0, 4, 2] = 1
    kept = without_islands(VoxelImage(labels, 1e-6), smallest_voxels={1: 5})
    assert kept.changed_voxels == 0
    assert kept.shares[1].kept_at_border == 1
    gone = without_islands(VoxelImage(labels, 1e-6), smallest_voxels={1: 5}, border=BorderIslands.TREAT_AS_WHOLE)
    np.testing.assert_array_equal(gone.image.labels, blocks())
    assert gone.shares[1].kept_at_border == 0


def test_most_faces_decide_and_the_smaller_label_of_equals():
    """A voxel between five faces of 1 and one of 0 becomes 1; between three and three it becomes 0."""
    labels = blocks()
    labels[4, 4, 5] = 2
    assert without_islands(VoxelImage(labels, 1e-6), smallest_voxels={2: 2}).image.labels[4, 4, 5] == 1
    half = np.zeros((3, 3, 3), np.uint8)
    half[2, 1, 1] = half[1, 2, 1] = half[1, 1, 2] = 7
    half[1, 1, 1] = 9
    assert without_islands(VoxelImage(half, 1e-6), smallest_voxels={9: 2}).image.labels[1, 1, 1] == 0


def test_an_island_inside_an_island_goes_with_it():
    """Nested islands are decided from the outside inwards: both become what surrounds the outer one."""
    labels = np.zeros((9, 9, 9), np.uint16)
    labels[3:6, 3:6, 3:6] = 300
    labels[4, 4, 4] = 0
    labels[4, 4, 3] = 5
    found = without_islands(VoxelImage(labels, 1e-6), smallest_voxels={0: 30, 5: 30, 300: 30})
    assert not found.image.labels.any()
    assert found.image.labels.dtype == np.uint16
    assert found.relabellings == (Relabelling(0, 0, 1, 1), Relabelling(5, 0, 1, 1), Relabelling(300, 0, 1, 25))


@pytest.mark.parametrize("keep", [True, False])
def test_random_islands_agree_with_the_plain_way(keep):
    """Scattered islands of one phase: the same labels as one island after another, in any memory order."""
    random = np.random.default_rng(11)
    labels = (random.random((14, 15, 16)) < 0.2).astype(np.uint8)
    labels[5:] += 2 * (labels[5:] == 0).astype(np.uint8)
    expected = plain_without_islands(labels, {1: 4}, keep)
    border = BorderIslands.KEEP if keep else BorderIslands.TREAT_AS_WHOLE
    for array in (labels, np.asfortranarray(labels), labels[::-1][::-1]):
        found = without_islands(VoxelImage(array, 1e-6), smallest_voxels={1: 4}, border=border)
        np.testing.assert_array_equal(found.image.labels, expected)
        assert found.changed_voxels == np.count_nonzero(found.image.labels != labels)


def test_turned_images_lose_the_same_islands():
    """Mirrored and turned labels give mirrored and turned results with the same report."""
    labels = np.random.default_rng(5).integers(0, 3, (12, 13, 14)).astype(np.uint8)
    plain = without_islands(VoxelImage(labels, 1e-6), smallest_voxels={0: 3, 2: 3})
    turned = without_islands(VoxelImage(labels.transpose(2, 0, 1)[::-1], 1e-6), smallest_voxels={0: 3, 2: 3})
    np.testing.assert_array_equal(turned.image.labels, plain.image.labels.transpose(2, 0, 1)[::-1])
    assert turned.relabellings == plain.relabellings


def test_the_given_image_is_not_changed():
    """A copy is cleaned."""
    labels = blocks()
    labels[4, 4, 7] = 0
    image = VoxelImage(labels, 1e-6)
    without_islands(image, smallest_voxels={0: 5})
    assert image.labels[4, 4, 7] == 0


@pytest.mark.parametrize("least", [0, -3, 2.5, True, "9", None])
def test_sizes_are_whole_numbers(least):
    """Numbers of voxels are whole and at least 1; the message shows label and value."""
    with pytest.raises(InputError, match=r"smallest_voxels\[1\] = "):
        without_islands(VoxelImage(blocks(), 1e-6), smallest_voxels={1: least})


def test_labels_must_occur_and_something_must_stay():
    """No label named, one that is not there, and an image of nothing but small islands are refused."""
    image = VoxelImage(blocks(), 1e-6, "scan")
    with pytest.raises(InputError, match="empty"):
        without_islands(image, smallest_voxels={})
    with pytest.raises(InputError, match=r"label 4; scan has \[0, 1\]"):
        without_islands(image, smallest_voxels={4: 10})
    with pytest.raises(InputError, match="small islands only"):
        without_islands(image, smallest_voxels={0: 900, 1: 900}, border=BorderIslands.TREAT_AS_WHOLE)
