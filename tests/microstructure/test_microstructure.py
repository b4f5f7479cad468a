"""Phases by name, connection."""

import numpy as np
import pytest
from media import UNIT

from electrode_homog.errors import InputError
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure, connected_parts

MASK = np.array([False, True])


def image(labels) -> VoxelImage:
    return VoxelImage(np.asarray(labels), (1.0, 1.0, 1.0), "test.tif")


def test_fractions_add_up_and_masks_cover():
    """Fractions count voxels, a phase may have several labels, masks are disjoint and cover the image."""
    medium = Microstructure(image([[[0, 3, 7, 7]]]), {"pore": 0, "solid": (3, 7)})
    assert medium.fractions == {"pore": 0.25, "solid": 0.75}
    assert medium.mask("solid").tolist() == [[[False, True, True, True]]]
    assert (medium.mask("pore") ^ medium.mask("solid")).all()
    assert medium.mask("pore", "solid").all()


@pytest.mark.parametrize("label", [255, 70000, 4_294_967_295])
def test_large_labels_cost_nothing(label):
    """A label of 4 294 967 295 is a name, not the length of a table."""
    labels = np.zeros((2, 2, 2), dtype=np.int64)
    labels[0] = label
    assert Microstructure(image(labels), {"a": 0, "b": label}).fractions == {"a": 0.5, "b": 0.5}


@pytest.mark.parametrize(
    ("phases", "message"),
    [
        ({"pore": 0}, r"labels \[1\] of 'test.tif' have no phase"),
        ({"pore": 0, "active": 1, "binder": 2}, r"labels \[2\] are not in 'test.tif'; in the image are 0 \(50"),
        ({"pore": 0, "solid": (0, 1)}, "more than one phase"),
        ({}, "phases is empty"),
        ({"pore": 0.0, "active": 1}, "whole-number label"),
        ({"pore": True, "active": 0}, "whole-number label"),
        ({"pore": "0", "active": 1}, "whole-number label"),
        ({"pore": (), "active": 1}, "whole-number label"),
        ({"": 0, "active": 1}, "whole-number label"),
    ],
)
def test_labels_without_name_and_names_without_label_are_refused(phases, message):
    """Every label is named once, every name has labels that occur."""
    with pytest.raises(InputError, match=message):
        Microstructure(image([[[0, 1]]]), phases)


def test_unknown_phase_is_named():
    """Asking for a phase that is not there lists those that are."""
    with pytest.raises(InputError, match=r"'carbon'.*'pore'"):
        Microstructure(image([[[0]]]), {"pore": 0}).mask("carbon")


def test_phases_cannot_be_changed_afterwards():
    """A microstructure is a value: its map of phases is read-only, and so are its labels."""
    medium = Microstructure(image([[[0]]]), {"pore": 0})
    with pytest.raises(TypeError):
        medium.phases["more"] = (1,)  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        medium.image.labels[0] = 1


def test_spanning_parts_touch_both_faces():
    """A rod that spans is kept, a dead end and an edge-to-edge contact are not."""
    conducting = np.zeros((4, 5, 5), dtype=bool)
    conducting[:, 0, 0] = True  # spans along x
    conducting[:3, 2, 2] = True  # dead end
    conducting[:2, 4, 3] = conducting[2:, 3, 3] = True  # only an edge in common
    parts = connected_parts(conducting, MASK)
    kept, along_y = (parts.mask(parts.spanning(axis)) for axis in (0, 1))
    assert kept.sum() == 4
    assert kept[:, 0, 0].all()
    assert not along_y.any()


@pytest.mark.parametrize("seed", range(6))
def test_periodic_wraps_equal_those_of_three_copies(seed):
    """A part wraps along an axis if and only if it connects a voxel with its image in a tiling (brute force)."""
    from scipy import ndimage

    cell = np.random.default_rng(seed).random((4, 3, 5)) < 0.36
    n = 5  # long enough for walks that go back and forth across the faces of so small a cell
    part, _ = ndimage.label(np.tile(cell, (n, n, n)))
    expected, wrapping = np.zeros(3, dtype=bool), np.zeros(cell.shape, dtype=bool)
    blocks = part.reshape(n, 4, n, 3, n, 5).transpose(0, 2, 4, 1, 3, 5)
    centre = blocks[n // 2, n // 2, n // 2]
    for shift in np.ndindex(n, n, n):
        movement = np.array(shift) - n // 2
        same = (centre == blocks[shift]) & cell
        if movement.any() and same.any():
            expected |= movement != 0
            wrapping |= same
    parts = connected_parts(cell, MASK)
    keep, axes = parts.periodic()
    assert axes == tuple(expected)
    np.testing.assert_array_equal(parts.mask(keep), wrapping)


def test_a_long_chain_of_parts_is_followed_quickly():
    """A rod that goes around the periodic cell two hundred times is one part that wraps, however it is cut."""
    n = 200
    cell = np.zeros((2, n, 3), dtype=bool)
    cell[:, :, 1] = True
    cell[0, 1::2, 1] = False  # rungs that close only across the faces of x and y
    parts = connected_parts(cell, MASK)
    keep, axes = parts.periodic()
    assert axes == (True, True, False)
    assert parts.mask(keep).sum() == cell.sum()


def test_crop_keeps_the_phases_that_are_in_it():
    """A cropped microstructure names only what it contains."""
    medium = Microstructure(image([[[0, 1, 2, 2]]]), {"pore": 0, "solid": (1, 2)})
    piece = medium.cropped(slice(None), slice(None), slice(2, 4))
    assert dict(piece.phases) == {"solid": (2,)}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.int64, ">u2"])
@pytest.mark.parametrize("phases", [{"a": 0, "b": 1, "c": 2}, {"c": 2, "a": (0, 1)}, {"b": (1, 2), "a": 0}])
def test_phases_of_planes_are_their_places(dtype, phases):
    """Each voxel becomes the place of its phase in `phases`, whatever the type and the size of the labels."""
    labels = np.random.default_rng(0).integers(0, 3, (6, 5, 4)).astype(dtype)
    for factor in (1, 100, *((10**6,) if np.dtype(dtype).itemsize > 2 else ())):
        scaled = {
            name: tuple(factor * k for k in ((value,) if isinstance(value, int) else value))
            for name, value in phases.items()
        }
        medium = Microstructure(VoxelImage(labels * np.array(factor, dtype), UNIT), scaled)
        found = medium.phases_of_planes(1, 4)
        assert found.dtype == np.uint8
        assert found.flags.c_contiguous
        assert not found.flags.writeable
        for place, name in enumerate(phases):
            np.testing.assert_array_equal(found == place, medium.mask(name)[1:4])


def test_more_phases_than_bytes_hold_are_refused_where_bytes_are_needed():
    """A medium of 300 phases is one, but its phases cannot be numbered with bytes."""
    medium = Microstructure(image(np.arange(300).reshape(3, 10, 10)), {str(k): k for k in range(300)})
    with pytest.raises(InputError, match="300 names"):
        medium.phases_of_planes(0, 1)
