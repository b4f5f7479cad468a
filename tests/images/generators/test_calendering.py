"""Calendering: the porosity asked for, the solids' volumes kept, particles flatter than before."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images import VoxelImage
from electrode_homog.images.generators import (
    GaussianCovariance,
    calendered,
    gaussian_field_image,
    packed_spheres,
)

VOXEL = 0.5e-6


@pytest.fixture(scope="module")
def three_phases():
    return gaussian_field_image(
        seed=0, shape=(60, 50, 40), voxel_size_m=VOXEL, fractions=(0.4, 0.5, 0.1), covariance=GaussianCovariance(3e-6)
    )


def _faces(mask, axis):
    return np.mean(np.diff(mask.astype(np.int8), axis=axis) != 0)


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("porosity", [0.4, 0.35, 0.25, 0.1])
def test_porosity_is_exact_and_solids_keep_their_volume(three_phases, porosity, periodic):
    """The porosity is right to the voxel, and each solid's volume in cubic metres is what it was, to a voxel or two."""
    image = calendered(three_phases, porosity=porosity, pore=0, periodic=periodic)
    counts, before = (np.bincount(i.labels.ravel(), minlength=3) for i in (image, three_phases))
    assert counts[0] == pytest.approx(porosity * image.labels.size, abs=1)
    volume, volume_before = (c[1:] * np.prod(i.voxel_size_m) for c, i in ((counts, image), (before, three_phases)))
    np.testing.assert_allclose(volume, volume_before, atol=2 * VOXEL**3)
    assert image.extent_m[0] == pytest.approx(three_phases.extent_m[0] * 0.6 / (1 - porosity), rel=1e-3)
    assert image.extent_m[1:] == three_phases.extent_m[1:]


def test_nothing_to_press_changes_nothing(three_phases):
    """At the porosity it has, the image keeps its shape and every voxel."""
    image = calendered(three_phases, porosity=0.4, pore=0)
    np.testing.assert_array_equal(image.labels, three_phases.labels)


def test_phases_keep_their_neighbours(three_phases):
    """A phase that lies inside another, and does not touch the pores, hardly does so afterwards."""
    image = calendered(three_phases, porosity=0.2, pore=0)
    pore, inner = image.labels == 0, image.labels == 2
    touching = sum(
        np.count_nonzero(np.roll(pore, shift, axis) & inner) for axis in range(3) for shift in (1, -1)
    ) / np.count_nonzero(inner)  # fmt: skip
    assert touching < 0.03


def test_particles_are_flattened():
    """An isotropic packing gets more faces per length along x than across, the more the harder it is pressed."""
    image = packed_spheres(seed=0, box_m=(1, 1, 1), volume_fraction=0.5, mean_radius_m=0.12).voxelised((80, 80, 80))
    ratios = []
    for pressed in (image, *(calendered(image, porosity=p, pore=0) for p in (0.35, 0.2))):
        solid = pressed.labels == 1
        ratios.append(2 * _faces(solid, 0) / (_faces(solid, 1) + _faces(solid, 2)))
    assert ratios[0] == pytest.approx(1, abs=0.06)
    assert ratios[0] + 0.05 < ratios[1]
    assert ratios[1] + 0.05 < ratios[2]


def test_layers_across_are_pressed_to_scale():
    """Layers normal to x stay layers, their solid as thick as before and the pores between them thinner."""
    labels = np.repeat(np.array([0] * 12 + [1] * 12, np.uint8), 1)
    image = VoxelImage(np.tile(labels, 4)[:, None, None] * np.ones((1, 6, 6), np.uint8), 1e-6)
    pressed = calendered(image, porosity=0.25, pore=0, periodic=True)
    assert pressed.shape == (64, 6, 6)
    assert (pressed.labels == pressed.labels[:, :1, :1]).all()
    line = pressed.labels[:, 0, 0]
    edges = np.flatnonzero(np.diff(np.roll(line, -np.flatnonzero(line == 0)[0]).astype(int)))
    np.testing.assert_allclose(np.diff(edges)[::2], 12, atol=1)
    np.testing.assert_allclose(np.diff(edges)[1::2], 4, atol=1)


def test_a_speck_is_kept():
    """One solid voxel in a box of pore is one solid voxel of the pressed box."""
    labels = np.zeros((9, 5, 5), np.uint8)
    labels[4, 2, 2] = 1
    pressed = calendered(VoxelImage(labels, 1e-6), porosity=0.99, pore=0).labels
    assert pressed.shape == (4, 5, 5)
    assert np.argwhere(pressed == 1).tolist() in ([[1, 2, 2]], [[2, 2, 2]])


def test_an_image_without_a_length_stays_without(three_phases):
    """The unit voxel is kept; the porosity is exact all the same."""
    image = calendered(VoxelImage(three_phases.labels, 1.0), porosity=0.23, pore=0)
    assert not image.has_physical_length
    assert np.mean(image.labels == 0) == pytest.approx(0.23, abs=1e-5)


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"porosity": 0.5}, OutOfRangeError, "porosity = 0.5 is not below that of the image, 0.4"),
        ({"porosity": 0}, OutOfRangeError, "porosity = 0"),
        ({"porosity": float("nan")}, InputError, "porosity = nan"),
        ({"pore": 5}, InputError, "pore = 5"),
        ({"pore": "pore"}, InputError, "pore = 'pore'"),
        ({"periodic": 1}, InputError, "periodic = 1"),
    ],
)
def test_what_cannot_be_made_is_refused(three_phases, change, error, problem):
    """The argument and its value are named."""
    with pytest.raises(error, match=problem):
        calendered(three_phases, **({"porosity": 0.3, "pore": 0} | change))
    with pytest.raises(OutOfRangeError, match="not below that of the image, 1"):
        calendered(VoxelImage(np.zeros((3, 3, 3), int), 1.0), porosity=0.3, pore=0)
