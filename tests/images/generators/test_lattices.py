"""Lattices: fractions in closed form, symmetry, and the fraction at which neighbours touch."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators import CylinderLattice, SphereLattice, cylinder_lattice, sphere_lattice

DENSEST = {
    SphereLattice.SIMPLE_CUBIC: np.pi / 6,
    SphereLattice.BODY_CENTRED: np.sqrt(3) * np.pi / 8,
    SphereLattice.FACE_CENTRED: np.sqrt(2) * np.pi / 6,
}
DENSEST_PLANE = {CylinderLattice.SQUARE: np.pi / 4, CylinderLattice.HEXAGONAL: np.pi / np.sqrt(12)}


@pytest.mark.parametrize("lattice", SphereLattice)
def test_sphere_lattices_have_their_fraction(lattice):
    """The spheres exactly, their voxels to half a percent; repeated cells repeat."""
    spheres = sphere_lattice(lattice, fraction=0.4, edge_m=2.0)
    assert spheres.volume_per_box == pytest.approx(0.4, rel=1e-12)
    assert spheres.box_m == (2, 2, 2)
    one = spheres.voxelised((48, 40, 44)).labels
    assert one.mean() == pytest.approx(0.4, rel=5e-3)
    two = sphere_lattice(lattice, fraction=0.4, edge_m=2.0, cells=(2, 1, 3))
    assert two.volume_per_box == pytest.approx(0.4, rel=1e-12)
    np.testing.assert_array_equal(two.voxelised((96, 40, 132)).labels, np.tile(one, (2, 1, 3)))


@pytest.mark.parametrize("lattice", SphereLattice)
def test_sphere_lattices_are_cubic(lattice):
    """In cubic voxels all axes are alike, and mirrored."""
    labels = sphere_lattice(lattice, fraction=0.37).voxelised((24, 24, 24)).labels
    for other in (labels.transpose(1, 2, 0), labels.transpose(1, 0, 2), labels[::-1], labels[:, ::-1]):
        moved = [np.roll(other, shift, (0, 1, 2)) for shift in ((0, 0, 0), (12, 0, 0), (0, 12, 0))]
        assert any((image == labels).all() for image in moved)


@pytest.mark.parametrize("lattice", SphereLattice)
def test_spheres_touch_at_the_densest_fraction(lattice):
    """There the nearest pair is two radii apart; above it they are refused."""
    spheres = sphere_lattice(lattice, fraction=DENSEST[lattice], cells=(2, 2, 2))
    apart = spheres.centres_m[:, None] - spheres.centres_m
    apart -= 2 * np.round(apart / 2)
    distance = np.linalg.norm(apart, axis=-1)
    assert distance[distance > 0].min() == pytest.approx(2 * spheres.radii_m[0])
    with pytest.raises(OutOfRangeError, match=rf"up to {DENSEST[lattice]:.6g}"):
        sphere_lattice(lattice, fraction=DENSEST[lattice] + 1e-3)


@pytest.mark.parametrize("lattice", CylinderLattice)
def test_cylinder_lattices_have_their_fraction(lattice):
    """To half a percent at a hundred voxels, in voxels as long along z as along x, uniform along z."""
    ratio = lattice.value[0][1]
    image = cylinder_lattice(lattice, fraction=0.5, voxels=(100, round(100 * ratio)), edge_m=2.0, length_voxels=3)
    assert image.labels.mean() == pytest.approx(0.5, rel=5e-3)
    assert image.extent_m[0] == pytest.approx(2.0)
    assert image.extent_m[1] == pytest.approx(2.0 * ratio)
    assert image.voxel_size_m[2] == image.voxel_size_m[0]
    assert (image.labels == image.labels[:, :, :1]).all()


@pytest.mark.parametrize("lattice", CylinderLattice)
def test_cylinders_touch_at_the_densest_fraction(lattice):
    """Above pi/4 and pi/sqrt(12) they are refused."""
    assert cylinder_lattice(lattice, fraction=DENSEST_PLANE[lattice], voxels=(20, 20)).labels.any()
    with pytest.raises(OutOfRangeError, match=rf"up to {DENSEST_PLANE[lattice]:.6g}"):
        cylinder_lattice(lattice, fraction=DENSEST_PLANE[lattice] + 1e-3, voxels=(20, 20))


@pytest.mark.parametrize(
    ("call", "error", "problem"),
    [
        (lambda: sphere_lattice("sc", fraction=0.3), InputError, "lattice = 'sc'"),
        (lambda: sphere_lattice(SphereLattice.SIMPLE_CUBIC, fraction=0), OutOfRangeError, "fraction = 0"),
        (lambda: sphere_lattice(SphereLattice.SIMPLE_CUBIC, fraction=None), InputError, "fraction = None"),
        (lambda: sphere_lattice(SphereLattice.SIMPLE_CUBIC, fraction=0.3, cells=(0, 1, 1)), InputError, "cells"),
        (lambda: sphere_lattice(SphereLattice.SIMPLE_CUBIC, fraction=0.3, edge_m=-1), OutOfRangeError, "edge_m"),
        (lambda: cylinder_lattice("hex", fraction=0.3, voxels=(9, 9)), InputError, "lattice = 'hex'"),
        (lambda: cylinder_lattice(CylinderLattice.SQUARE, fraction=-1, voxels=(9, 9)), OutOfRangeError, "fraction"),
        (lambda: cylinder_lattice(CylinderLattice.SQUARE, fraction=0.3, voxels=9), InputError, "voxels"),
        (lambda: cylinder_lattice(CylinderLattice.SQUARE, fraction=0.3, voxels=(9, 0)), InputError, "voxels"),
    ],
)
def test_wrong_lattices_are_refused(call, error, problem):
    """The argument and its value are named."""
    with pytest.raises(error, match=problem):
        call()
