"""Binder: exact fractions, a film of one thickness, bridges at the contacts, and only in the pores."""

import numpy as np
import pytest
from scipy import ndimage

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images import VoxelImage
from electrode_homog.images.generators import BinderBridges, BinderFilm, Spheres, packed_spheres, with_binder
from electrode_homog.images.generators.binder import distance_to

FORMS = [BinderFilm(), BinderBridges()]
LABELS = {"pore": 0, "solid": 1, "binder": 2}


@pytest.fixture(scope="module")
def packing():
    spheres = packed_spheres(seed=0, box_m=(1, 1, 1), volume_fraction=0.5, mean_radius_m=0.14, periodic=True)
    return spheres.voxelised((44, 40, 48))


@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("fraction", [0.001, 0.1, 0.3])
@pytest.mark.parametrize("form", FORMS)
def test_fractions_are_exact_and_the_solid_is_kept(packing, form, fraction, periodic):
    """Binder has its share of all voxels, to the voxel, all of it taken from the pores."""
    image = with_binder(packing, form, fraction=fraction, seed=0, periodic=periodic, **LABELS)
    assert np.count_nonzero(image.labels == 2) == round(fraction * image.labels.size)
    np.testing.assert_array_equal(image.labels == 1, packing.labels == 1)
    assert image.voxel_size_m == packing.voxel_size_m
    assert not packing.labels.max() > 1


def test_a_film_has_one_thickness(packing):
    """No pore voxel is nearer to the solid than the furthest binder voxel, to a thousandth of a voxel."""
    labels = with_binder(packing, BinderFilm(), fraction=0.15, seed=0, **LABELS).labels
    distance = ndimage.distance_transform_edt(labels != 1, sampling=packing.voxel_size_m)
    voxel = min(packing.voxel_size_m)
    assert distance[labels == 2].max() <= distance[labels == 0].min() + 0.01 * voxel


def test_a_film_on_a_plane_is_a_layer():
    """A quarter of the box beside a slab that fills half: every column has the same binder; oblong voxels too."""
    labels = np.zeros((40, 12, 10), np.uint8)
    labels[:20] = 1
    image = with_binder(VoxelImage(labels, (0.5, 1, 2)), BinderFilm(), fraction=0.25, seed=0, **LABELS)
    assert (image.labels[20:30] == 2).all()
    both = with_binder(VoxelImage(labels, (0.5, 1, 2)), BinderFilm(), fraction=0.2, seed=0, periodic=True, **LABELS)
    assert (both.labels[20:24] == 2).all()
    assert (both.labels[36:] == 2).all()


def test_a_bridge_is_the_ring_between_two_spheres():
    """Between touching spheres bridges fill the ring at the contact, and stay away from the far sides."""
    pair = Spheres(np.array([[0.3, 0.5, 0.5], [0.7, 0.5, 0.5]]), np.full(2, 0.2), (1, 1, 1), False)
    image = pair.voxelised((60, 60, 60))
    labels = with_binder(image, BinderBridges(), fraction=0.004, seed=0, **LABELS).labels
    x, y, z = ((np.argwhere(labels == 2) + 0.5) / 60).T
    assert np.abs(x - 0.5).max() < 0.1
    assert np.hypot(y - 0.5, z - 0.5).max() < 0.15
    assert x.mean() == pytest.approx(0.5, abs=0.01)
    assert ndimage.label(labels == 2, np.ones((3, 3, 3)))[1] == 1
    film = with_binder(image, BinderFilm(), fraction=0.004, seed=0, **LABELS).labels
    assert np.ptp(np.argwhere(film == 2)[:, 0]) > 40


def test_bridges_leave_less_surface_than_films(packing):
    """At equal fractions menisci cut the area of the pores, a film hardly does."""
    areas = []
    for form in FORMS:
        pore = with_binder(packing, form, fraction=0.1, seed=0, **LABELS).labels == 0
        areas.append(sum(np.mean(np.diff(pore.astype(np.int8), axis=axis) != 0) for axis in range(3)))
    assert areas[1] < 0.8 * areas[0]


@pytest.mark.parametrize("form", FORMS)
def test_a_periodic_shift_shifts_the_binder(packing, form):
    """Up to ties, binder in a shifted image is the shifted binder: there is no seam."""
    distance = distance_to(packing.labels == 1, packing.voxel_size_m, periodic=True)
    nearest = (packing.labels == 0) & (distance < 1.5 * max(packing.voxel_size_m))  # a whole shell: no ties in a film
    fraction = np.count_nonzero(nearest) / nearest.size
    moved = VoxelImage(np.roll(packing.labels, (13, 7, 21), (0, 1, 2)), packing.voxel_size_m)
    here, there = (
        with_binder(image, form, fraction=fraction, seed=0, periodic=True, **LABELS).labels
        for image in (packing, moved)
    )
    assert (
        np.mean(np.roll(here, (13, 7, 21), (0, 1, 2)) != there) < (0 if isinstance(form, BinderFilm) else 0.02) + 1e-9
    )


@pytest.mark.parametrize("form", FORMS)
def test_other_phases_are_left_alone(packing, form):
    """A phase that is neither pore nor solid stays, and several labels may be solid."""
    labels = packing.labels.copy()
    labels[:, :8] = 5
    labels[(labels == 1) & (np.indices(labels.shape)[0] < 20)] = 3
    image = with_binder(VoxelImage(labels, 1.0), form, fraction=0.1, pore=0, solid=(1, 3), binder=300, seed=0)
    assert np.count_nonzero(image.labels == 300) == round(0.1 * labels.size)
    for label in (1, 3, 5):
        np.testing.assert_array_equal(image.labels == label, labels == label)


@pytest.mark.parametrize("periodic", [False, True])
def test_distances_are_those_of_brute_force(periodic):
    """In oblong voxels, round the faces if periodic."""
    random = np.random.default_rng(0)
    mask = random.random((9, 8, 7)) < 0.01
    mask[1, 1, 1] = True
    sizes = np.array([1.0, 0.5, 2.0])
    apart = np.argwhere(np.ones_like(mask))[:, None] - np.argwhere(mask)
    if periodic:
        apart = apart - mask.shape * np.round(apart / mask.shape)
    exact = np.linalg.norm(apart * sizes, axis=-1).min(axis=1).reshape(mask.shape)
    np.testing.assert_allclose(distance_to(mask, (1.0, 0.5, 2.0), periodic), exact, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"fraction": 0.6}, OutOfRangeError, "fraction = 0.6 of binder is more than the pores"),
        ({"fraction": 0}, OutOfRangeError, "fraction = 0"),
        ({"fraction": "1 %"}, InputError, "fraction = '1 %'"),
        ({"pore": 7}, InputError, "pore = 7 is not in"),
        ({"solid": (1, 7)}, None, ""),
        ({"solid": 9}, InputError, "solid = 9 is not in"),
        ({"solid": ()}, InputError, "are not labels"),
        ({"binder": 0}, InputError, "name a label twice"),
        ({"binder": -1}, InputError, "are not labels"),
        ({"binder": 1.0}, InputError, "are not labels"),
        ({"seed": -1}, InputError, "seed"),
        ({"periodic": "x"}, InputError, "periodic"),
        ({"form": "film"}, InputError, "form = 'film'"),
    ],
)
def test_what_cannot_be_made_is_refused(packing, change, error, problem):
    """The argument and its value are named; a solid label that is absent beside one that is there does no harm."""
    given = {"form": BinderFilm(), "fraction": 0.1, "seed": 0} | LABELS | change
    form = given.pop("form")
    if error is None:
        with_binder(packing, form, **given)
        return
    with pytest.raises(error, match=problem):
        with_binder(packing, form, **given)
