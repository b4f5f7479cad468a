"""The plain solver against dense least squares, exact answers and the order of the boundaries, for all of them."""

import numpy as np
import pytest
from media import dense_effective_tensor, electrode, layers

from electrode_homog.errors import NotConvergedError
from electrode_homog.homogenization import Boundary, multigrid
from electrode_homog.homogenization.plain_solver import plain_tensor

INSULATED, PERIODIC = Boundary.INSULATED_SIDES, Boundary.PERIODIC
LINEAR, FLUX = Boundary.LINEAR_POTENTIAL, Boundary.UNIFORM_FLUX
ALL = pytest.mark.parametrize("boundary", list(Boundary))
SHAPES = [(4, 5, 3), (4, 5, 1), (1, 3, 6), (3, 1, 1), (2, 2, 2), (7, 3, 2), (1, 1, 1)]


@pytest.fixture
def iterative(monkeypatch):
    """Small images are solved directly; here they must go through the levels of the multigrid."""
    monkeypatch.setattr(multigrid, "DIRECT_SIZE", 20)


def medium(shape, seed, *, insulating=0.0, conducting_faces=()):
    """Random phases a, b and insulating c on oblong voxels; no c on the faces normal to `conducting_faces`."""
    r = np.random.default_rng([seed, *shape])
    labels = r.choice(3, p=[0.6 - insulating / 2, 0.4 - insulating / 2, insulating], size=shape)
    for axis in conducting_faces:
        for layer in (0, -1):
            face = np.moveaxis(labels, axis, 0)[layer]
            face[face == 2] = 0
    return electrode(labels, tuple(r.uniform(0.5, 2, 3)))


def conductivities(medium, seed):
    table = {"a": 1.0, "b": 50.0} if seed % 2 else {"a": np.diag([1.0, 2.0, 0.5]), "b": np.diag([0.02, 3.0, 0.1])}
    return {name: k for name, k in table.items() if name in medium.phases}


@ALL
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("insulating", "conducting_faces"), [(0, ()), (0.3, ()), (0.5, ()), (0.4, (0, 1, 2)), (0.4, (0, 2)), (0.4, (1,))]
)
def test_equals_a_dense_direct_solution(boundary, shape, insulating, conducting_faces, iterative):
    """Two and three phases on small, thin and single voxels agree with dense least squares, exact zeros included."""
    for seed in range(2):
        image = medium(shape, seed, insulating=insulating, conducting_faces=conducting_faces)
        conductivity = conductivities(image, seed)
        if not conductivity:
            continue
        tensor = plain_tensor(image, conductivity, boundary=boundary, tolerance=1e-11)
        expected = dense_effective_tensor(image, conductivity, boundary)
        np.testing.assert_allclose(tensor, expected, rtol=1e-9, atol=1e-9 * expected.max() + 1e-14)
        np.testing.assert_array_equal(tensor, tensor.T)
        dead = np.diag(expected) < 1e-12
        assert not tensor[dead].any()
        assert np.all(np.diag(tensor)[~dead] > 0)


@ALL
@pytest.mark.parametrize("shape", SHAPES)
def test_uniform_block_conducts_like_its_material(boundary, shape):
    """One phase gives its own tensor under every boundary, whatever the voxels (A-HOM)."""
    block = electrode(np.zeros(shape, dtype=int), (1.0, 3.0, 0.5))
    k = np.diag([2.5, 1.0, 0.25])
    np.testing.assert_allclose(plain_tensor(block, {"a": k}, boundary=boundary), k, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_layers(axis):
    """Insulated and periodic give both means; uniform flux the harmonic one across, linear potential the other."""
    k = np.array([1.0, 10.0, 0.3])
    sequence = [1, 0, 2, 2, 0, 1, 0]
    laminate = layers(sequence, axis, spacing=(1, 2, 0.5))
    arithmetic, harmonic = k[sequence].mean(), 1 / np.mean(1 / k[sequence])
    expected = np.diag([harmonic if a == axis else arithmetic for a in range(3)])
    tensor = {b: plain_tensor(laminate, dict(zip("abc", k, strict=True)), boundary=b) for b in Boundary}
    for boundary in (INSULATED, PERIODIC):
        np.testing.assert_allclose(tensor[boundary], expected, rtol=1e-9, atol=1e-9)
    assert tensor[FLUX][axis, axis] == pytest.approx(harmonic, rel=1e-9)
    along = np.delete(np.diag(tensor[LINEAR]), axis)
    np.testing.assert_allclose(along, arithmetic, rtol=1e-9)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("insulating", [0.0, 0.3])
def test_order_of_the_boundaries(seed, insulating, iterative):
    """Uniform flux <= periodic <= linear potential as forms; 1/R_kk <= insulated sides <= linear potential."""
    image = medium((6, 7, 5), seed, insulating=insulating, conducting_faces=(0, 1, 2))
    tensor = {b: plain_tensor(image, conductivities(image, seed), boundary=b) for b in Boundary}
    assert np.linalg.eigvalsh(tensor[PERIODIC] - tensor[FLUX]).min() >= -1e-9
    assert np.linalg.eigvalsh(tensor[LINEAR] - tensor[PERIODIC]).min() >= -1e-9
    alone = 1 / np.diag(np.linalg.inv(tensor[FLUX]))
    assert np.all(alone <= np.diag(tensor[INSULATED]) * (1 + 1e-9))
    assert np.all(np.diag(tensor[INSULATED]) <= np.diag(tensor[LINEAR]) * (1 + 1e-9))


def test_uniform_flux_can_exceed_insulated_sides():
    """Where R has off-diagonal entries (R^-1)_kk > 1/R_kk, and may lie above the value for insulated sides.

    The solution for insulated sides has a mean gradient that leans away from the axis, so that it is no trial
    field for (R^-1)_kk; its dual bounds 1/R_kk only. Stripes along a diagonal, 1 : 1000.
    """
    image = electrode(np.array([[0, 0, 1], [0, 0, 1], [0, 1, 1]])[:, :, None])
    k = {"a": 1.0, "b": 1000.0}
    flux, insulated = (plain_tensor(image, k, boundary=b) for b in (FLUX, INSULATED))
    dense_flux, dense_insulated = (dense_effective_tensor(image, k, b) for b in (FLUX, INSULATED))
    above = np.diag(flux) > 1.02 * np.diag(insulated)
    assert above.any()
    np.testing.assert_array_equal(above, np.diag(dense_flux) > 1.02 * np.diag(dense_insulated))
    assert np.all(1 / np.diag(np.linalg.inv(flux)) < np.diag(insulated))


def test_cube_under_all_boundaries():
    """Centred cube of side 1/2, k = 10, @32: 1.33275 <= 1.33911 = 1.33911 <= 1.35241 (A-BC3)."""
    labels = np.zeros((32, 32, 32), dtype=int)
    labels[8:24, 8:24, 8:24] = 1
    expected = {FLUX: 1.33275, INSULATED: 1.33911, PERIODIC: 1.33911, LINEAR: 1.35241}
    for boundary, value in expected.items():
        tensor = plain_tensor(electrode(labels), {"a": 1.0, "b": 10.0}, boundary=boundary, tolerance=1e-8)
        np.testing.assert_allclose(tensor, value * np.eye(3), atol=6e-6)  # the digits printed


@pytest.mark.parametrize(
    ("boundary", "n", "value"),
    [
        (PERIODIC, 1, 1.544220),
        (INSULATED, 1, 1.544220),
        (INSULATED, 2, 1.544220),
        (FLUX, 1, 1.5371),
        (FLUX, 2, 1.5406),
        (FLUX, 4, 1.5424),
    ],
)
def test_squares_in_the_plane(boundary, n, value):
    """n x n squares of side 1/2, k = 10, one voxel thick, 0.1 % low at 64 per cell (A4; linear potential: trap 8)."""
    cell = np.zeros((64, 64, 1), dtype=int)
    cell[16:48, 16:48] = 1
    image = electrode(np.tile(cell, (n, n, 1)))
    tensor = plain_tensor(image, {"a": 1.0, "b": 10.0}, boundary=boundary, tolerance=1e-7)
    assert tensor[0, 0] == pytest.approx(value * (1 - 1.06e-3), rel=1e-4)
    assert tensor[1, 1] == pytest.approx(tensor[0, 0], rel=1e-6)
    assert abs(tensor[0, 1]) < 1e-7


def channel():
    """A straight open channel (a) of cross-section 2 x 3 along x through a solid (b)."""
    labels = np.ones((6, 5, 5), dtype=int)
    labels[:, 1:3, 1:4] = 0
    return labels


def test_plugged_channel():
    """A straight channel conducts its porosity along x and nothing else; plugged, exactly nothing (A-CHAN, A-PLUG)."""
    labels = channel()
    for boundary in (INSULATED, PERIODIC):
        open_tensor = plain_tensor(electrode(labels), {"a": 1.0}, boundary=boundary)
        np.testing.assert_allclose(open_tensor[0, 0], 6 / 25, rtol=1e-12)
        assert np.count_nonzero(open_tensor) == 1
    assert plain_tensor(electrode(labels), {"a": 1.0}, boundary=LINEAR)[0, 0] == pytest.approx(6 / 25, rel=1e-12)
    labels[3] = 1
    for boundary in (INSULATED, PERIODIC, FLUX):
        assert not plain_tensor(electrode(labels), {"a": 1.0}, boundary=boundary).any()


def test_plugged_block():
    """Faces of conductor on either side of an insulating layer take up no flux: each part would have to balance."""
    labels = np.zeros((5, 4, 3), dtype=int)
    labels[2] = 1
    assert not plain_tensor(electrode(labels), {"a": 1.0}, boundary=FLUX).any()
    labels[2, 1, 1] = 0
    tensor = plain_tensor(electrode(labels), {"a": 1.0}, boundary=FLUX)
    assert np.argwhere(tensor).tolist() == [[0, 0]]


@ALL
def test_parts_that_touch_no_face_carry_nothing(boundary):
    """A pocket of conductor inside an insulating shell changes nothing."""
    labels = np.zeros((7, 7, 7), dtype=int)
    labels[2:5, 2:5, 2:5] = 1
    hollow = plain_tensor(electrode(labels), {"a": 1.0}, boundary=boundary)
    labels[3, 3, 3] = 2
    filled = plain_tensor(electrode(labels), {"a": 1.0, "c": 1.0}, boundary=boundary)
    np.testing.assert_array_equal(filled, hollow)
    assert hollow[0, 0] > 0.8


def test_a_part_on_one_face_carries_current_along_that_face_only():
    """Two voxels beside each other on one outer face, under a linear potential: 1/(1/2 + 1 + 1/2) along the pair."""
    labels = np.ones((4, 4, 4), dtype=int)
    labels[0, 1:3, 1] = 0
    tensor = plain_tensor(electrode(labels), {"a": 1.0}, boundary=LINEAR)
    assert np.argwhere(tensor).tolist() == [[1, 1]]
    assert tensor[1, 1] == pytest.approx(1 / 2 / 64, rel=1e-12)
    labels[0, 2, 1] = 1
    assert not plain_tensor(electrode(labels), {"a": 1.0}, boundary=LINEAR).any()


def test_periodic_helix_conducts_only_through_the_wrap():
    """A diagonal staircase that closes on its own image conducts n^2 / 2n along x, y and across."""
    n = 6
    labels = np.ones((n, n, 3), dtype=int)
    for i in range(n):
        labels[i, i, 1] = labels[i, (i + 1) % n, 1] = 0
    tensor = plain_tensor(electrode(labels), {"a": 1.0}, boundary=PERIODIC)
    expected = n * n / (2 * n) / labels.size * np.array([[1, 1, 0], [1, 1, 0], [0, 0, 0]])
    np.testing.assert_allclose(tensor, expected, rtol=1e-12)


@ALL
def test_unit_and_voxel_size_do_not_matter(boundary):
    """The tensor is in the unit of the conductivities and does not see the size of the voxels."""
    image = medium((4, 5, 6), 3)
    small = electrode(image.image.labels, tuple(4e-7 * h for h in image.image.voxel_size_m))
    one = plain_tensor(image, {"a": 1.0, "b": 0.2}, boundary=boundary)
    scaled = plain_tensor(small, {"a": 1e-9, "b": 2e-10}, boundary=boundary)
    np.testing.assert_allclose(scaled, 1e-9 * one, rtol=1e-9, atol=1e-22)


@ALL
@pytest.mark.parametrize("tolerance", [1e-1, 1e-2, 1e-4])
def test_tolerance_is_met(boundary, tolerance, iterative):
    """Diagonal entries (of the resistivity, for uniform flux) are within the tolerance of the exact ones."""
    for seed, k in enumerate([1e-3, 0.1, 1e3, 1e6]):
        image = medium((10, 9, 8), seed, insulating=0.3, conducting_faces=(0, 1, 2))
        solve = {"conductivity": {"a": 1.0, "b": k}, "boundary": boundary}
        exact, close = (plain_tensor(image, **solve, tolerance=t) for t in (1e-10, tolerance))
        if boundary is FLUX:
            exact, close = np.linalg.inv(exact), np.linalg.inv(close)
        np.testing.assert_allclose(np.diag(close), np.diag(exact), rtol=tolerance)


@ALL
def test_not_converged_is_an_exception(boundary, iterative):
    """One iteration is not enough for a random medium, and the solver says so."""
    image = medium((8, 8, 8), 0, insulating=0.2, conducting_faces=(0, 1, 2))
    with pytest.raises(NotConvergedError, match="tolerance") as caught:
        plain_tensor(image, {"a": 1.0, "b": 50.0}, boundary=boundary, tolerance=1e-10, max_iterations=1)
    assert caught.value.iterations == 1
