"""Spheres: a voxel belongs to a sphere if its centre lies inside, round the faces too; distances; what is refused."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators import Spheres
from electrode_homog.provenance import from_json, to_json

BOX = (6.0, 5.0, 4.0)
SHAPE = (12, 20, 14)  # oblong voxels


def _some(periodic, count=7):
    random = np.random.default_rng(0)
    return Spheres(random.uniform(size=(count, 3)) * BOX, random.uniform(0.4, 1.4, count), BOX, periodic)


def _depths(spheres):
    """(nx, ny, nz, n) distance of each voxel's centre to each surface, negative inside, as plainly as possible."""
    axes = [(np.arange(n) + 0.5) * length / n for n, length in zip(SHAPE, BOX, strict=True)]
    apart = np.stack(np.meshgrid(*axes, indexing="ij"), -1)[..., None, :] - spheres.centres_m
    if spheres.periodic:
        apart -= np.array(BOX) * np.round(apart / BOX)
    return np.linalg.norm(apart, axis=-1) - spheres.radii_m


@pytest.mark.parametrize("periodic", [False, True])
def test_voxels_are_those_with_their_centre_inside(periodic):
    """Labels, numbers and distances are those of a direct search over all spheres (and their images)."""
    spheres = _some(periodic)
    depths = _depths(spheres)
    image = spheres.voxelised(SHAPE)
    np.testing.assert_array_equal(image.labels, (depths < 0).any(-1))
    np.testing.assert_allclose(image.voxel_size_m, np.array(BOX) / SHAPE)
    last = np.where(depths < 0, np.arange(1, 8), 0).max(-1)
    np.testing.assert_array_equal(spheres.numbered(SHAPE).labels, last)
    np.testing.assert_allclose(spheres.distances_m(SHAPE), depths.min(-1), atol=1e-6)


def test_volume_of_a_finely_voxelised_sphere_is_exact():
    """The voxels of one sphere have its volume, to the error of counting lattice points."""
    spheres = Spheres(np.array([[0.1, 0.9, 0.5]]), np.array([0.4]), (1.0, 1.0, 1.0), True)
    assert spheres.volume_per_box == pytest.approx(4 / 3 * np.pi * 0.4**3)
    assert spheres.voxelised((80, 60, 100)).labels.mean() == pytest.approx(spheres.volume_per_box, rel=3e-3)


def test_spheres_are_kept():
    """Arrays are copies that cannot be written to, and the type goes to JSON and back."""
    centres = np.ones((1, 3))
    spheres = Spheres(centres, np.array([0.5]), (2, 2, 2), True, "by hand")
    centres[:] = 0
    assert spheres.centres_m.tolist() == [[1, 1, 1]]
    assert not spheres.radii_m.flags.writeable
    again = from_json(to_json(spheres), Spheres)
    np.testing.assert_array_equal(again.centres_m, spheres.centres_m)
    assert (again.box_m, again.periodic, again.source) == ((2, 2, 2), True, "by hand")


def test_an_empty_box_is_an_image_of_nothing():
    """No sphere, no label 1; but also no distance."""
    none = Spheres(np.zeros((0, 3)), np.zeros(0), (1, 1, 1), True)
    assert not none.voxelised((3, 4, 5)).labels.any()
    with pytest.raises(InputError, match="no sphere"):
        none.distances_m((3, 4, 5))


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"centres_m": np.zeros((2, 3))}, InputError, "not \\(n, 3\\) and \\(n,\\)"),
        ({"radii_m": np.array([-0.1])}, InputError, "radii > 0"),
        ({"centres_m": np.full((1, 3), np.nan)}, InputError, "not finite"),
        ({"radii_m": np.array([0.6])}, OutOfRangeError, "0.6 m, is above half the shortest edge"),
        ({"box_m": (1, 1)}, InputError, "box_m"),
        ({"box_m": (1, 1, 0)}, InputError, "box_m"),
        ({"periodic": 1}, InputError, "periodic"),
    ],
)
def test_wrong_spheres_are_refused(change, error, problem):
    """The field and its value are named."""
    right = {"centres_m": np.zeros((1, 3)), "radii_m": np.array([0.4]), "box_m": (1, 1, 1), "periodic": True}
    with pytest.raises(error, match=problem):
        Spheres(**(right | change))


def test_a_window_has_no_volume_fraction():
    """Spheres reach out of a box that is not periodic."""
    with pytest.raises(InputError, match="reach out of the box"):
        _ = _some(periodic=False).volume_per_box


def test_impossible_shapes_are_refused():
    """A shape of two numbers, of none and beyond the memory."""
    for shape, problem in (((3, 3), "shape"), ((3, 3, 0), "shape"), ((10**5,) * 3, "GB are free")):
        with pytest.raises(InputError, match=problem):
            _some(periodic=False).voxelised(shape)
