"""Through-thickness profiles: layers, dead ends, and a plain twin on masks."""

import numpy as np
import pytest
from media import electrode, layers
from scipy import ndimage

from electrode_homog.errors import InputError
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure
from electrode_homog.microstructure.connectivity import phase_parts
from electrode_homog.microstructure.profiles import Profiles, profiles, profiles_of_parts
from electrode_homog.provenance import from_json, to_json

NAMES = ("fraction", "from_low", "from_high", "spanning")


def plain(mask, axis) -> list[np.ndarray]:
    """Fractions of each layer by labelling the mask with scipy."""
    part, _ = ndimage.label(mask)
    low, high = (set(np.unique(np.take(part, side, axis)).tolist()) - {0} for side in (0, -1))
    others = tuple(a for a in range(3) if a != axis)
    kinds = [mask, *(np.isin(part, list(kept)) for kept in (low, high, low & high))]
    return [kind.mean(axis=others) for kind in kinds]


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 6, 5), (8, 1, 4), (5, 9, 1), (14, 12, 10)], ids=str)
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_profiles_are_those_of_labelled_masks(shape, axis, dtype):
    """Every fraction of every layer is what scipy.ndimage.label gives, along each axis."""
    for seed in range(3):
        labels = np.random.default_rng(seed).integers(0, 2, shape).astype(dtype)
        medium = electrode(labels, (1.0, 2.0, 0.5))
        found = profiles(medium, axis=axis)
        assert found.phases == tuple(medium.phases)
        np.testing.assert_allclose(found.position_m, (np.arange(shape[axis]) + 0.5) * (1.0, 2.0, 0.5)[axis])
        for place, name in enumerate(medium.phases):
            for field, expected in zip(NAMES, plain(medium.mask(name), axis), strict=True):
                np.testing.assert_allclose(getattr(found, field)[place], expected, atol=1e-14)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_laminate(axis):
    """Layers normal to the axis fill their layers and span nothing; seen along the layers, all of it spans."""
    sequence = [0, 0, 1, 0, 1, 1]
    medium = layers(sequence, axis=axis)
    across = profiles(medium, axis=axis)
    np.testing.assert_array_equal(across.fraction[1], sequence)
    np.testing.assert_array_equal(across.from_low, [[1, 1, 0, 0, 0, 0], [0] * 6])
    np.testing.assert_array_equal(across.from_high, [[0] * 6, [0, 0, 0, 0, 1, 1]])
    np.testing.assert_array_equal(across.isolated, [[0, 0, 0, 1, 0, 0], [0, 0, 1, 0, 0, 0]])
    assert not across.spanning.any()
    along = profiles(medium, axis=(axis + 1) % 3)
    np.testing.assert_allclose(along.spanning, along.fraction)
    np.testing.assert_allclose(along.spanning[:, 0], [1 / 2, 1 / 2])


def test_dead_ends_and_islands():
    """A through channel, a dead end from each face and an island in between, each in its place."""
    labels = np.zeros((6, 9, 3), dtype=int)
    labels[:, 1, 1] = 1  # through
    labels[:3, 3, 1] = 1  # from the low face
    labels[4:, 5, 1] = 1  # from the high face
    labels[2:4, 7, 1] = 1  # neither
    found = profiles(electrode(labels), axis=0)
    counts = {name: np.rint(getattr(found, name)[1] * 27).tolist() for name in (*NAMES, "isolated")}
    assert counts == {
        "fraction": [2, 2, 3, 2, 2, 2],
        "from_low": [2, 2, 2, 1, 1, 1],
        "from_high": [1, 1, 1, 1, 2, 2],
        "spanning": [1, 1, 1, 1, 1, 1],
        "isolated": [0, 0, 1, 1, 0, 0],
    }


def test_symmetries():
    """A mirrored image has the profile reversed and its faces exchanged; a rotated one has it along another axis."""
    labels = np.random.default_rng(1).integers(0, 3, (7, 8, 9))
    one = profiles(electrode(labels))
    mirrored = profiles(electrode(labels[::-1]))
    turned = profiles(electrode(labels.transpose(2, 0, 1)), axis=1)
    np.testing.assert_allclose(mirrored.fraction[:, ::-1], one.fraction)
    np.testing.assert_allclose(mirrored.from_low[:, ::-1], one.from_high)
    for name in NAMES:
        np.testing.assert_allclose(getattr(turned, name), getattr(one, name))
    np.testing.assert_allclose(one.fraction.sum(axis=0), 1)


def test_a_phase_of_several_labels():
    """Labels of one phase join into one part, whatever the type of the labels."""
    for dtype in (np.uint8, np.int32):
        labels = np.zeros((4, 3, 3), dtype=dtype)
        labels[:2, 1, 1], labels[2:, 1, 1] = 3, 7
        medium = Microstructure(VoxelImage(labels, 1.0), {"pore": 0, "solid": (3, 7)})
        np.testing.assert_allclose(profiles(medium).spanning[1], 1 / 9)


def test_known_parts_are_not_found_again():
    """Given the parts of every phase, in any order, the profiles are the same."""
    medium = electrode(np.random.default_rng(0).integers(0, 3, (5, 6, 7)))
    parts = {name: phase_parts(medium, name) for name in reversed(medium.phases)}
    for name in NAMES:
        np.testing.assert_array_equal(getattr(profiles_of_parts(medium, parts), name), getattr(profiles(medium), name))


def test_refusals():
    """An axis that is none, a phase that is none, and parts that belong to something else."""
    medium, other = (electrode(np.random.default_rng(0).integers(0, 2, (4, 5, n))) for n in (6, 7))
    with pytest.raises(InputError, match=r"axis = 3 is not 0 \(x, through the thickness\)"):
        profiles(medium, axis=3)
    with pytest.raises(InputError, match="no phase 'pore'"):
        phase_parts(medium, "pore")
    with pytest.raises(InputError, match=r"parts are of \['a'\]; one each for a, b"):
        profiles_of_parts(medium, {"a": phase_parts(medium, "a")})
    with pytest.raises(InputError, match="of this image"):
        profiles_of_parts(medium, {name: phase_parts(other, name) for name in "ab"})


def test_result_survives_json():
    """Profiles come back from JSON as they were; their arrays cannot be written to."""
    found = profiles(electrode(np.random.default_rng(0).integers(0, 2, (4, 5, 6))))
    again = from_json(to_json(found), Profiles)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    with pytest.raises(ValueError, match="read-only"):
        found.fraction[0, 0] = 1
