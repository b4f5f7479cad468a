"""Layers in series: exact for layered media, additive for all, and the flux-weighted drop of the potential."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, NotPercolatingError
from electrode_homog.homogenization import Boundary, effective_conductivity
from electrode_homog.homogenization.layer_values import layer_values
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure


def random_medium(shape=(12, 9, 8), *, voxel=(1.0, 1.0, 1.0), seed=0, share=0.35) -> Microstructure:
    labels = (np.random.default_rng(seed).random(shape) < share).astype(np.uint8)
    return Microstructure(VoxelImage(labels, voxel), {"pore": 0, "solid": 1})


def test_layers_normal_to_x_keep_their_own_value():
    """Planes of 1 and of 4: each slab has the harmonic mean of its planes, whatever its neighbours are."""
    labels = np.array([0, 1, 1, 0, 0, 1], dtype=np.uint8)[:, None, None] * np.ones((6, 4, 3), dtype=np.uint8)
    medium = Microstructure(VoxelImage(labels, (2.0, 1.0, 1.0)), {"a": 0, "b": 1})
    for boundary in (Boundary.INSULATED_SIDES, Boundary.PERIODIC):
        found = layer_values(medium, {"a": 1.0, "b": 4.0}, [0, 1, 3, 6], boundary=boundary, tolerance=1e-10)
        np.testing.assert_allclose(found.values, [1.0, 4.0, 3 / (2 / 1 + 1 / 4)], rtol=1e-6)
        assert found.voxels == (1, 2, 3)


def test_straight_pores_have_their_fraction():
    """Pores along x: every slab conducts as its porosity says, to rounding."""
    labels = np.broadcast_to((np.arange(35).reshape(7, 5) % 3 == 0).astype(np.uint8), (10, 7, 5)).copy()
    medium = Microstructure(VoxelImage(labels, (1.0, 1.0, 1.0)), {"solid": 0, "pore": 1})
    found = layer_values(medium, {"pore": 1.0}, [0, 3, 4, 10])
    np.testing.assert_allclose(found.values, medium.fractions["pore"], rtol=1e-13)


@pytest.mark.parametrize("boundary", [Boundary.INSULATED_SIDES, Boundary.PERIODIC])
@pytest.mark.parametrize("voxel", [(1.0, 1.0, 1.0), (2.0, 1.0, 0.5)])
@pytest.mark.parametrize("conductivity", [{"pore": 1.0}, {"pore": 1.0, "solid": 0.01}])
def test_resistances_add_up(boundary, voxel, conductivity):
    """The harmonic mean of the slabs is the value of the whole, which is that of `effective_conductivity`."""
    medium = random_medium(voxel=voxel)
    found = layer_values(medium, conductivity, [0, 2, 7, 12], boundary=boundary, tolerance=1e-8)
    shares = np.array(found.voxels) / 12
    assert 1 / np.sum(shares / found.values) == pytest.approx(found.whole, rel=1e-13)
    whole = effective_conductivity(medium, conductivity, boundary=boundary, tolerance=1e-10).value
    assert found.whole == pytest.approx(whole, rel=1e-8)


def test_it_is_the_drop_of_the_flux_weighted_potential():
    """Against a dense solution of the network: flux-weighted mean potentials on the faces between the slabs."""
    medium = random_medium((6, 4, 4), seed=3, share=0.4)
    k = np.where(medium.image.labels == 0, 1.0, 0.2)
    potential, drops, total = np.zeros(k.shape), [], 0.0
    number = np.arange(k.size).reshape(k.shape)
    matrix, load = np.zeros((k.size, k.size)), np.zeros(k.size)
    for axis in range(3):
        a, b = (
            np.take(number, range(*ends), axis=axis).ravel() for ends in ((0, k.shape[axis] - 1), (1, k.shape[axis]))
        )
        g = 2 * k.ravel()[a] * k.ravel()[b] / (k.ravel()[a] + k.ravel()[b])
        for i, j in ((a, b), (b, a)):
            np.add.at(matrix, (i, i), g)
            np.add.at(matrix, (i, j), -g)
    for plane, value in ((0, 0.0), (-1, 1.0)):
        of_face = number[plane].ravel()
        matrix[of_face, of_face] += 2 * k[plane].ravel()
        load[of_face] += 2 * k[plane].ravel() * value
    potential = np.linalg.solve(matrix, load).reshape(k.shape)
    flux = 2 * k[:-1] * k[1:] / (k[:-1] + k[1:]) * np.diff(potential, axis=0)
    on_face = (k[:-1] * potential[:-1] + k[1:] * potential[1:]) / (k[:-1] + k[1:])
    total = flux[0].sum()
    mean = np.array([0.0, *((flux * on_face).sum(axis=(1, 2)) / total), 1.0])
    drops = np.diff(mean[[0, 2, 3, 6]])
    found = layer_values(medium, {"pore": 1.0, "solid": 0.2}, [0, 2, 3, 6], tolerance=1e-12)
    expected = np.array([2, 1, 3]) * (total / 16) / drops
    np.testing.assert_allclose(found.values, expected, rtol=1e-6)


def test_a_slab_alone_conducts_at_least_as_well():
    """Thomson's principle: solved by themselves, slabs have larger values, so that their series is not the whole."""
    medium = random_medium((16, 12, 12), seed=1)
    found = layer_values(medium, {"pore": 1.0}, [0, 8, 16], tolerance=1e-8)
    alone = [
        effective_conductivity(medium.cropped(slice(a, a + 8), slice(None), slice(None)), {"pore": 1.0}).value
        for a in (0, 8)
    ]
    assert np.all(np.array(alone) > found.values)


def test_a_periodic_image_may_begin_anywhere():
    """Rolled by a slab, a periodic image has its values rolled."""
    medium = random_medium((12, 6, 6), seed=4)
    rolled = Microstructure(VoxelImage(np.roll(medium.image.labels, -4, axis=0), (1.0, 1.0, 1.0)), medium.phases)
    first, second = (
        layer_values(one, {"pore": 1.0}, [0, 4, 8, 12], boundary=Boundary.PERIODIC, tolerance=1e-10).values
        for one in (medium, rolled)
    )
    np.testing.assert_allclose(np.roll(first, -1), second, rtol=1e-5)


def test_bad_input():
    """Edges that do not fit, conditions under which current leaves through the sides, and what does not percolate."""
    medium = random_medium()
    for edges in ([0, 13], [0, 5, 5, 12], [1, 12], [12], [0, 12, 6]):
        with pytest.raises(InputError, match="rising from 0 to the 12"):
            layer_values(medium, {"pore": 1.0}, edges)
    for boundary in (Boundary.LINEAR_POTENTIAL, Boundary.UNIFORM_FLUX):
        with pytest.raises(InputError, match="insulated-sides or periodic"):
            layer_values(medium, {"pore": 1.0}, [0, 12], boundary=boundary)
    labels = np.zeros((8, 4, 4), dtype=np.uint8)
    labels[3] = 1
    blocked = Microstructure(VoxelImage(labels, (1.0, 1.0, 1.0)), {"pore": 0, "solid": 1})
    with pytest.raises(NotPercolatingError):
        layer_values(blocked, {"pore": 1.0}, [0, 8])
