"""Connected parts from runs of voxels, against labels of voxels."""

import tracemalloc
from dataclasses import astuple

import numpy as np
import pytest
from scipy import ndimage

from electrode_homog.compiled import Team
from electrode_homog.errors import InputError
from electrode_homog.images import read_image
from electrode_homog.microstructure.connectivity import ConnectedParts, connected_parts

MASK = np.array([False, True])
SHAPES = [
    (1, 1, 1),
    (1, 7, 1),
    (9, 1, 1),
    (1, 1, 33),
    (2, 2, 2),
    (5, 1, 6),
    (4, 9, 1),
    (1, 8, 9),
    (12, 11, 70),
    (40, 3, 5),
]


def wraps(conducting) -> tuple[np.ndarray, tuple[bool, ...]]:
    """Voxels of the parts that wrap onto their own image in the periodic continuation, and the axes along which."""
    parts = connected_parts(conducting, MASK)
    keep, axes = parts.periodic()
    return parts.mask(keep), axes


# ---- the plain twin: scipy's labels of voxels -----------------------------------------------------------------------


def labelled(conducting) -> tuple[np.ndarray, int]:
    """Part of each voxel, 0 outside, numbered from 1 in the order of the voxels in memory, and how many."""
    part, count = ndimage.label(conducting)
    met = part[part > 0]
    _, first = np.unique(met, return_index=True)
    number = np.zeros(count + 1, dtype=int)
    number[met[np.sort(first)]] = np.arange(1, count + 1)
    return number[part], count


def layer(array, axis, side):
    return np.take(array, (0, -1)[side], axis)


def plain_face_voxels(part, count) -> np.ndarray:
    faces = [
        [np.bincount(layer(part, axis, side).ravel(), minlength=count + 1)[1:] for side in (0, 1)] for axis in range(3)
    ]
    return np.array(faces).transpose(2, 0, 1)


def plain_periodic(conducting) -> tuple[np.ndarray, tuple[bool, ...]]:
    """Mask of what wraps, and the axes: union-find with offsets over distinct pairs of touching labels, in Python."""
    part, count = labelled(conducting)
    root, cell = np.arange(count + 1), np.zeros((count + 1, 3), dtype=int)
    wraps = []

    def find(node):
        position = np.zeros(3, dtype=int)
        while root[node] != node:
            position = position + cell[node]
            node = root[node]
        return node, position

    for axis in range(3):
        last, first = layer(part, axis, 1).ravel(), layer(part, axis, 0).ravel()
        both = (last > 0) & (first > 0)
        for a, b in np.unique(np.stack([last[both], first[both]], axis=1), axis=0):
            (root_a, at_a), (root_b, at_b) = find(a), find(b)
            movement = at_a + np.eye(3, dtype=int)[axis] - at_b
            if root_a != root_b:
                root[root_b], cell[root_b] = root_a, movement
            elif movement.any():
                wraps.append((a, movement))
    final = np.array([find(node)[0] for node in range(count + 1)])
    wrapping = np.isin(final, [final[node] for node, _ in wraps]) & (np.arange(count + 1) > 0)
    return wrapping[part], tuple(any(bool(movement[axis]) for _, movement in wraps) for axis in range(3))


def drawn(parts: ConnectedParts) -> np.ndarray:
    """Part of each voxel, 0 outside, drawn run by run."""
    nx, ny, nz = parts.shape
    rows = np.zeros((nx * ny, nz), dtype=int)
    for row in range(nx * ny):
        for run in range(parts.row_start[row], parts.row_start[row + 1]):
            assert 0 <= parts.start[run] < parts.stop[run] <= nz
            rows[row, parts.start[run] : parts.stop[run]] += parts.part[run] + 1
    return rows.reshape(parts.shape)


def random_mask(shape, fraction, seed=0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape) < fraction


# ---- against the twin -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("fraction", [0.0, 0.1, 0.3, 0.5, 0.8, 1.0])
def test_parts_are_those_of_scipy(shape, fraction):
    """Number, voxels, sizes and outer faces of the parts of random images are those of scipy.ndimage.label."""
    for seed in range(4):
        conducting = random_mask(shape, fraction, seed)
        part, count = labelled(conducting)
        parts = connected_parts(conducting, MASK)
        assert parts.count == count
        np.testing.assert_array_equal(drawn(parts), part)
        np.testing.assert_array_equal(parts.sizes, np.bincount(part.ravel(), minlength=count + 1)[1:])
        np.testing.assert_array_equal(parts.face_voxels, plain_face_voxels(part, count))
        np.testing.assert_array_equal(parts.touches, parts.face_voxels > 0)
        keep = random_mask(count, 0.5, seed)
        np.testing.assert_array_equal(parts.mask(keep), np.append(False, keep)[part])


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("fraction", [0.0, 0.2, 0.35, 0.6, 1.0])
def test_spanning_is_that_of_scipy(shape, fraction):
    """Parts that touch both faces, and their share, are those found among scipy's labels."""
    conducting = random_mask(shape, fraction)
    part, _ = labelled(conducting)
    expected = []
    for axis in range(3):
        through = np.intersect1d(layer(part, axis, 0), layer(part, axis, 1))
        expected.append(np.isin(part, through[through > 0]))
    parts = connected_parts(conducting, MASK)
    for axis, plain in enumerate(expected):
        np.testing.assert_array_equal(parts.mask(parts.spanning(axis)), plain)
        assert parts.sizes[parts.spanning(axis)].sum() == np.count_nonzero(plain)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("fraction", [0.0, 0.15, 0.25, 0.35, 0.5, 1.0])
def test_periodic_parts_are_those_of_the_plain_search(shape, fraction):
    """What wraps in random images, and along which axes, is what a search in Python over scipy's labels finds."""
    for seed in range(4):
        conducting = random_mask(shape, fraction, seed)
        wrapping, axes = plain_periodic(conducting)
        found, along = wraps(conducting)
        assert along == axes
        np.testing.assert_array_equal(found, wrapping)


# ---- against answers known otherwise --------------------------------------------------------------------------------


def helix(turns: int) -> np.ndarray:
    """A staircase that climbs one cell in z while it crosses the faces of y `turns` times."""
    cell = np.zeros((3, 4, 4 * turns), dtype=bool)
    for step in range(4 * turns):
        cell[1, step % 4, [step, (step + 1) % (4 * turns)]] = True
    return cell


@pytest.mark.parametrize("turns", [1, 2, 7])
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_a_helix_closes_after_all_its_turns(turns, order):
    """A helix wraps along both of its axes, whole; cut in one turn it does not wrap at all."""
    cell = helix(turns)
    expected = np.array([False, True, True])[list(order)]
    turned = cell.transpose(order)
    wrapping, axes = wraps(turned)
    assert axes == tuple(expected)
    np.testing.assert_array_equal(wrapping, turned)
    cell[1, 2, :4] = False  # cut the first turn
    wrapping, axes = wraps(cell.transpose(order))
    assert not any(axes)
    assert not wrapping.any()


def test_a_loop_that_comes_back_does_not_wrap():
    """Two prongs that meet across a face form a ring in the continuation, not a path to the next cell."""
    cell = np.zeros((6, 5, 5), dtype=bool)
    cell[:2, 1, 1] = cell[:2, 3, 1] = cell[1, 1:4, 1] = True
    cell[-2:, 1, 1] = cell[-2:, 3, 1] = cell[-2, 1:4, 1] = True
    assert wraps(cell)[1] == (False, False, False)


def test_neither_wholes_nor_voids_are_special():
    """A full image is one part on all faces; an empty one has none, and nothing to keep."""
    full = connected_parts(np.ones((3, 4, 5), dtype=bool), MASK)
    assert (full.count, full.sizes.tolist()) == (1, [60])
    assert full.face_voxels.tolist() == [[[20, 20], [15, 15], [12, 12]]]
    assert full.periodic()[1] == (True, True, True)
    empty = connected_parts(np.zeros((3, 4, 5), dtype=bool), MASK)
    assert (empty.count, empty.touches.shape, empty.spanning(0).shape) == (0, (0, 3, 2), (0,))
    assert empty.periodic()[1] == (False, False, False)
    assert not empty.mask(np.zeros(0, dtype=bool)).any()


# ---- forms of the input ---------------------------------------------------------------------------------------------


def assert_same(a: ConnectedParts, b: ConnectedParts) -> None:
    for mine, other in zip(astuple(a), astuple(b), strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, ">u2", np.int32, np.int64, np.uint64])
def test_any_whole_numbers_are_labels(dtype):
    """Labels of any width, with a table, give the parts of the mask; nothing but the table says what conducts."""
    labels = np.random.default_rng(1).integers(0, 5, size=(9, 8, 31))
    conducts = np.array([True, False, False, True, False, True])
    assert_same(connected_parts(labels.astype(dtype), conducts), connected_parts(conducts[labels], MASK))


@pytest.mark.parametrize("team", [1, 2, 3])
def test_threads_change_nothing(team):
    """One, two and three threads number the same parts in the same order."""
    conducting = random_mask((50, 20, 40), 0.33)
    expected = connected_parts(conducting, MASK)
    with Team(team) as threads:
        parts = connected_parts(conducting, MASK, threads)
        assert_same(parts, expected)
        np.testing.assert_array_equal(parts.mask(parts.sizes > 3, threads), expected.mask(expected.sizes > 3))
        np.testing.assert_array_equal(connected_parts(conducting, MASK, threads).part, expected.part)  # still at work


@pytest.mark.parametrize(
    "view",
    [
        lambda a: np.asfortranarray(a),
        lambda a: np.repeat(np.repeat(a, 2, axis=0), 3, axis=2)[::2, :, ::3],
        lambda a: np.ascontiguousarray(a[::-1, :, ::-1])[::-1, :, ::-1],
        lambda a: np.pad(a, 2)[2:-2, 2:-2, 2:-2],
        lambda a: np.broadcast_to(a, a.shape),  # read-only
    ],
    ids=["fortran", "strided", "reversed", "cropped", "read-only"],
)
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.uint16])
def test_layout_does_not_matter(view, dtype):
    """Any strides, and arrays that must not be written, give the same parts."""
    conducting = random_mask((13, 12, 17), 0.4)
    array = view(conducting.astype(dtype))
    np.testing.assert_array_equal(array, conducting)
    assert_same(connected_parts(array, MASK), connected_parts(conducting, MASK))


@pytest.mark.parametrize(
    ("labels", "conducts", "message"),
    [
        (np.full((2, 2, 2), 2, dtype=np.uint8), MASK, "labels run from 2 to 2; conducts covers 0 to 1"),
        (np.full((2, 2, 2), -1), MASK, "labels run from -1 to -1"),
        (np.zeros((2, 2), dtype=int), MASK, "whole numbers"),
        (np.zeros((2, 2, 2)), MASK, "whole numbers"),
        (np.zeros((2, 2, 2), dtype=int), np.array([0, 1]), "one bool for each label"),
    ],
)
def test_what_the_kernels_cannot_look_up_is_refused(labels, conducts, message):
    """Labels outside the table, and what is no image or no table, are errors with the values named."""
    with pytest.raises(InputError, match=message):
        connected_parts(labels, conducts)


def test_keep_has_one_bool_for_each_part():
    """Numbers of parts, or too few bools, are refused."""
    parts = connected_parts(np.ones((2, 2, 2), dtype=bool), MASK)
    for keep in (np.array([0]), np.array([True, True])):
        with pytest.raises(InputError, match="each of the 1 parts"):
            parts.mask(keep)


def test_memory_goes_with_runs_not_with_voxels():
    """Parts of layers of 64 x 64 rows of 512 voxels, two runs each, take less than a tenth of a byte per voxel."""
    labels = np.zeros((64, 64, 512), dtype=np.uint8)
    labels[:, :, 100:200] = labels[:, :, 300:400] = 1
    conducts = np.arange(256) == 1
    connected_parts(labels[:2], conducts)  # compiled
    tracemalloc.start()
    try:
        assert connected_parts(labels, conducts).count == 2
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 0.1 * labels.size


@pytest.mark.shared_data
def test_a_real_electrode_has_the_parts_of_scipy(shared_data):
    """Pores of an electrode of 256 x 256 x 256 voxels: parts, faces and wrapping are those of the plain search."""
    labels = read_image(shared_data / "volumes" / "electrode_256_three_phase.tif", voxel_size_m=1e-7).labels
    conducting = labels == labels.min()
    part, count = labelled(conducting)
    parts = connected_parts(labels, np.arange(256) == labels.min())
    assert parts.count == count
    np.testing.assert_array_equal(parts.sizes, np.bincount(part.ravel())[1:])
    np.testing.assert_array_equal(parts.face_voxels, plain_face_voxels(part, count))
    np.testing.assert_array_equal(parts.mask(np.ones(count, dtype=bool)), conducting)
    wrapping, axes = plain_periodic(conducting)
    keep, found = parts.periodic()
    assert found == axes
    np.testing.assert_array_equal(parts.mask(keep), wrapping)
