"""The effective tensor against exact answers, symmetries and a dense direct solution."""

import itertools
import pickle

import numpy as np
import pytest
from media import dense_effective_tensor, electrode, layers

from electrode_homog.errors import InputError, NotConvergedError, NotPercolatingError, OutOfRangeError
from electrode_homog.homogenization import (
    Boundary,
    conjugate_gradients,
    effective_conductivity,
    effective_tensor,
    graph,
    voxel_solver,
)
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure

BOTH = pytest.mark.parametrize("boundary", [Boundary.INSULATED_SIDES, Boundary.PERIODIC])


@pytest.fixture
def iterative(monkeypatch):
    """Small images are solved to rounding on one level; here they go through several, and stop at the tolerance."""
    monkeypatch.setattr(voxel_solver, "EXACT_SIZE", 0)
    monkeypatch.setattr(graph, "DIRECT_SIZE", 20)


def channel(length=6, width=5):
    """A straight open channel (a) of cross-section 2 x 3 along x through a solid (b)."""
    labels = np.ones((length, width, width), dtype=int)
    labels[:, 1:3, 1:4] = 0
    return labels


@BOTH
@pytest.mark.parametrize("spacing", [(1, 1, 1), (2, 1, 1), (1, 3, 0.5)])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 5, 7), (7, 4, 1), (6, 6, 6)])
def test_uniform_block_conducts_like_its_material(boundary, spacing, shape):
    """One phase gives its own conductivity: no factor (N - 1)/N, whatever the voxels."""
    block = electrode(np.zeros(shape, dtype=int), spacing)
    tensor = effective_tensor(block, {"a": 2.5}, boundary=boundary)
    np.testing.assert_allclose(tensor.matrix, 2.5 * np.eye(3), atol=1e-12)
    np.testing.assert_allclose(tensor.tortuosity_factor, 1)


@BOTH
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("spacing", [(1, 1, 1), (2, 1, 1), (1, 3, 0.5)])
@pytest.mark.parametrize("sequence", [[0, 1], [0, 0, 1, 1, 1], [1, 0, 2, 2, 0, 1, 0], [2, 1, 0] * 5])
def test_laminate_is_exact(boundary, axis, spacing, sequence):
    """Layers in any order conduct the harmonic mean across and the arithmetic mean along (theory F21)."""
    k = np.array([1.0, 10.0, 0.3])
    laminate = layers(sequence, axis, spacing=spacing)
    conductivity = {name: k[label[0]] for name, label in laminate.phases.items()}
    tensor = effective_tensor(laminate, conductivity, boundary=boundary, tolerance=1e-11)
    expected = np.full(3, k[sequence].mean())
    expected[axis] = 1 / np.mean(1 / k[sequence])
    np.testing.assert_allclose(tensor.matrix, np.diag(expected), rtol=1e-10, atol=1e-10)
    assert tensor.relative_error <= 1e-11


def test_published_laminate_with_oblong_voxels():
    """Layers normal to z, k = 2, 5, 0.5 with f = 0.5, 0.25, 0.25, voxels 1 : 2 : 0.5: zz 1.25, xx = yy 2.375."""
    laminate = layers([0, 0, 1, 2], axis=2, spacing=(1, 2, 0.5))
    tensor = effective_tensor(laminate, {"a": 2, "b": 5, "c": 0.5}, tolerance=1e-12)
    np.testing.assert_allclose(np.diag(tensor.matrix), [2.375, 2.375, 1.25], rtol=1e-12)


def test_half_and_half_layers_conduct_nothing_across_an_insulator():
    """Half-and-half layers normal to z conduct 1/2 along x and y and nothing, exactly, along z."""
    tensor = effective_tensor(layers([0, 1], axis=2), {"a": 1.0})
    np.testing.assert_allclose(np.diag(tensor.matrix), [0.5, 0.5, 0], atol=1e-14)
    assert tensor.matrix[2, 2] == 0
    assert tensor.percolates == (True, True, False)
    assert tensor.tortuosity_factor[2] == np.inf


@BOTH
def test_separable_medium_is_exact(boundary, iterative):
    """a = f(x) g(y) h(z) gives <1/f>^-1 <g> <h> and cyclic: 1.405843311, 1.918064977, 1.543573246."""
    r = np.random.default_rng(1)
    f, g, h = (np.exp(r.normal(size=n)) for n in (8, 6, 10))
    field = np.einsum("i,j,k->ijk", f, g, h)
    numbers = np.arange(field.size).reshape(field.shape)
    medium = Microstructure(VoxelImage(numbers, (1, 1, 1)), {f"p{n}": n for n in range(field.size)})
    conductivity = {f"p{n}": value for n, value in enumerate(field.ravel())}
    tensor = effective_tensor(medium, conductivity, boundary=boundary, tolerance=1e-11)
    np.testing.assert_allclose(tensor.matrix, np.diag([1.405843311, 1.918064977, 1.543573246]), rtol=1e-9, atol=1e-9)


def test_diagonal_phase_tensors():
    """Layers normal to x of diag(1, 2, 3) and diag(4, 5, 6): harmonic along x, arithmetic along y and z."""
    laminate = layers([0, 1, 1], axis=0)
    tensor = effective_tensor(laminate, {"a": np.diag([1, 2, 3]), "b": np.diag([4, 5, 6])}, tolerance=1e-12)
    np.testing.assert_allclose(np.diag(tensor.matrix), [3 / (1 + 2 / 4), 4, 5], rtol=1e-12)


@BOTH
def test_straight_channel_has_tortuosity_factor_one(boundary):
    """B_xx of a straight channel is its porosity; a closed pore beside it changes nothing; y and z are exactly 0."""
    labels = channel()
    labels[2, 4, 4] = 0
    tensor = effective_tensor(electrode(labels), {"a": 1.0}, boundary=boundary)
    np.testing.assert_allclose(tensor.matrix, np.diag([6 / 25, 0, 0]), atol=1e-14)
    assert tensor.percolates == (True, False, False)


@BOTH
def test_blocked_channel_is_refused_before_solving(boundary):
    """With one blocked layer the value is exactly 0 in the tensor, and asking for the axis raises."""
    labels = channel()
    labels[3] = 1
    blocked = electrode(labels)
    assert not effective_tensor(blocked, {"a": 1.0}, boundary=boundary).matrix.any()
    with pytest.raises(NotPercolatingError, match="axis 0") as caught:
        effective_conductivity(blocked, {"a": 1.0}, axis=0, boundary=boundary)
    assert caught.value.axes == (0, 1, 2)


@pytest.mark.parametrize("n", [10, 20])
def test_staircase_channel(n):
    """The staircase of TauFactor's test suite has tau = 8 - 29/(3N): 7.033333 and 7.516667 (A-SLANT)."""
    labels = np.ones((n, n + 1, n + 1), dtype=int)
    for i in range(n):
        labels[i, i : i + 2, i : i + 2] = 0
    k = effective_conductivity(electrode(labels), {"a": 1.0}, axis=0, tolerance=1e-10)
    assert k.volume_fraction / k.value == pytest.approx(8 - 29 / (3 * n), rel=1e-9)


def test_periodic_helix_conducts_only_through_the_wrap():
    """A diagonal staircase that closes on its own image after one turn conducts with off-diagonal entries."""
    n = 6
    labels = np.ones((n, n, 3), dtype=int)
    for i in range(n):
        labels[i, i, 1] = labels[i, (i + 1) % n, 1] = 0
    tensor = effective_tensor(electrode(labels), {"a": 1.0}, boundary=Boundary.PERIODIC)
    assert tensor.percolates == (True, True, False)
    # a single tube, 2n steps of which n along x and n along y: flux (1/2n per unit drop over n) per cell
    expected = n * n / (2 * n) / labels.size
    np.testing.assert_allclose(tensor.matrix, expected * np.array([[1, 1, 0], [1, 1, 0], [0, 0, 0]]), atol=1e-14)


@pytest.mark.parametrize("seed", range(4))
@BOTH
def test_equals_a_dense_direct_solution(seed, boundary, iterative):
    """Random three-phase images, some insulating, some oblong, agree with plain dense least squares to 1e-9."""
    r = np.random.default_rng(seed)
    labels = r.choice(3, p=[0.55, 0.3, 0.15], size=(5, 6, 4))
    medium = electrode(labels, tuple(r.uniform(0.5, 2, 3)))
    conductivity = {"a": 1.0, "c": 50.0} if seed % 2 else {"a": np.diag([1.0, 2.0, 0.5]), "b": 0.01}
    tensor = effective_tensor(medium, conductivity, boundary=boundary, tolerance=1e-10)
    expected = dense_effective_tensor(medium, conductivity, boundary)
    np.testing.assert_allclose(tensor.matrix, expected, rtol=1e-9, atol=1e-9 * expected.max())
    np.testing.assert_array_equal(tensor.matrix, tensor.matrix.T)


@BOTH
def test_turning_the_image_turns_the_tensor(boundary, iterative):
    """Permuting axes (with their voxel sizes) permutes the tensor; mirroring x changes the sign of xy and xz."""
    r = np.random.default_rng(7)
    labels, spacing = (r.random((8, 7, 6)) < 0.4).astype(int), (1.0, 1.3, 0.7)
    solve = {"boundary": boundary, "tolerance": 1e-10}
    tensor = effective_tensor(electrode(labels, spacing), {"a": 1.0, "b": 0.1}, **solve).matrix
    for order in itertools.permutations(range(3)):
        turned = electrode(labels.transpose(order), tuple(spacing[a] for a in order))
        matrix = effective_tensor(turned, {"a": 1.0, "b": 0.1}, **solve).matrix
        np.testing.assert_allclose(matrix, tensor[np.ix_(order, order)], atol=1e-8)
    mirrored = effective_tensor(electrode(labels[::-1], spacing), {"a": 1.0, "b": 0.1}, **solve).matrix
    flip = np.diag([-1, 1, 1])
    np.testing.assert_allclose(mirrored, flip @ tensor @ flip, atol=1e-8)


def test_shifting_a_periodic_image_changes_nothing(iterative):
    """Rolling a periodic image by whole voxels leaves the tensor and the percolating axes as they are."""
    r = np.random.default_rng(3)
    labels = (r.random((9, 8, 7)) < 0.45).astype(int)
    solve = {"boundary": Boundary.PERIODIC, "tolerance": 1e-10}
    tensor = effective_tensor(electrode(labels), {"a": 1.0}, **solve)
    for shift in [(1, 0, 0), (3, 5, 2), (-4, 1, 6)]:
        moved = effective_tensor(electrode(np.roll(labels, shift, (0, 1, 2))), {"a": 1.0}, **solve)
        np.testing.assert_allclose(moved.matrix, tensor.matrix, atol=1e-8)
        assert moved.percolates == tensor.percolates


def test_periodic_tiling_changes_nothing(iterative):
    """Two copies of a periodic cell side by side have the tensor of one."""
    labels = (np.random.default_rng(11).random((5, 6, 4)) < 0.4).astype(int)
    solve = {"boundary": Boundary.PERIODIC, "tolerance": 1e-10}
    one = effective_tensor(electrode(labels), {"a": 1.0}, **solve).matrix
    two = effective_tensor(electrode(np.tile(labels, (2, 1, 1))), {"a": 1.0}, **solve).matrix
    np.testing.assert_allclose(two, one, atol=1e-8)


def test_scaling():
    """The tensor is proportional to the conductivities and does not see the size of the voxels."""
    labels = (np.random.default_rng(5).random((6, 6, 6)) < 0.4).astype(int)
    tensor = effective_tensor(electrode(labels), {"a": 1.0, "b": 0.2}, tolerance=1e-11).matrix
    scaled = effective_tensor(electrode(labels, (4e-7,) * 3), {"a": 1e-9, "b": 2e-10}, tolerance=1e-11).matrix
    np.testing.assert_allclose(scaled, 1e-9 * tensor, rtol=1e-9, atol=0)


def test_adding_conductor_never_lowers_the_value(iterative):
    """Turning insulating voxels into conducting ones raises the through-thickness value or leaves it."""
    r = np.random.default_rng(2)
    labels = (r.random((8, 8, 8)) < 0.5).astype(int)
    before = 0.0
    for _ in range(5):
        tensor = effective_tensor(electrode(labels), {"a": 1.0}, tolerance=1e-8)
        assert tensor.through_thickness >= before * (1 - 1e-7)
        before = tensor.through_thickness
        labels[tuple(r.integers(0, 8, size=(3, 30)))] = 0


def test_keller_duality_in_the_plane():
    """Exchanging the phases of a plane image obeys A(k1, k2) = k1 k2 R A(k2, k1)^-1 R^T, to 2 % at 64^2 (A-KELLER)."""
    x, y = np.meshgrid(*(2 * [(np.arange(64) + 0.5) / 64]), indexing="ij")
    disk = ((x - 0.4) ** 2 / 0.09 + (y - 0.5) ** 2 / 0.03 < 1).astype(int)[:, :, None]
    a, b = (
        effective_tensor(electrode(disk), k, boundary=Boundary.PERIODIC, tolerance=1e-8).matrix[:2, :2]
        for k in ({"a": 1, "b": 5}, {"a": 5, "b": 1})
    )
    turn = np.array([[0, -1], [1, 0]])
    np.testing.assert_allclose(a, 5 * turn @ np.linalg.inv(b) @ turn.T, rtol=0.02, atol=1e-6)


def test_inclined_layers_have_off_diagonal_entries():
    """Phase 0 where (x + y) mod 1 < 1/2, 1 : 10: xx = yy 3.65909, xy -1.84091, an error of O(h) (A-LAMXY).

    Finite volumes are 1.6 % off in xx at 64 voxels, of first order, so that extrapolation gives the value.
    """
    coarse, fine = (_inclined_layers(n) for n in (32, 64))
    assert fine[0, 0] == pytest.approx(3.65909090909, rel=0.025)
    assert fine[2, 2] == pytest.approx(5.5, rel=1e-9)
    extrapolated = 2 * fine - coarse
    assert extrapolated[0, 0] == pytest.approx(3.65909090909, rel=1e-3)
    assert extrapolated[1, 1] == pytest.approx(3.65909090909, rel=1e-3)
    assert extrapolated[0, 1] == pytest.approx(-1.84090909091, rel=1e-3)


def _inclined_layers(n):
    x, y = np.meshgrid(*(2 * [(np.arange(n) + 0.5) / n]), indexing="ij")
    labels = ((x + y) % 1 >= 0.5).astype(int)[:, :, None]
    return effective_tensor(electrode(labels), {"a": 1, "b": 10}, boundary=Boundary.PERIODIC, tolerance=1e-8).matrix


def test_simple_cubic_spheres():
    """Insulating spheres, f = 0.3: 0.605661246 within 2.5 % at 32 voxels, better than at 16 (A-SPH)."""
    errors = []
    for n in (16, 32):
        c = (np.arange(n) + 0.5) / n - 0.5
        r2 = c[:, None, None] ** 2 + c[None, :, None] ** 2 + c[None, None, :] ** 2
        labels = (r2 < (0.9 / (4 * np.pi)) ** (2 / 3)).astype(int)
        tensor = effective_tensor(electrode(labels), {"a": 1.0}, boundary=Boundary.PERIODIC)
        errors.append(tensor.matrix[0, 0] / 0.605661246 - 1)
    assert -0.025 < errors[1] < 0
    assert abs(errors[1]) < abs(errors[0])


@pytest.mark.parametrize("tolerance", [1e-1, 1e-2, 1e-3, 1e-5])
@BOTH
def test_reported_error_covers_the_true_one(tolerance, boundary, iterative):
    """On random porous, high-contrast and thin networks the true error is at most the reported one."""
    for seed in range(12):
        r = np.random.default_rng([seed, int(-np.log10(tolerance))])
        porosity = r.choice([0.35, 0.5, 0.8])
        labels = (r.random((10, 9, 8)) > porosity).astype(int)
        medium = electrode(labels)
        conductivity = {"a": 1.0, "b": [0.0, 1e-3, 1e3, 1e6][seed % 4]}
        exact = effective_tensor(medium, conductivity, boundary=boundary, tolerance=1e-10)
        tensor = effective_tensor(medium, conductivity, boundary=boundary, tolerance=tolerance)
        for axis in np.flatnonzero(exact.percolates):
            true = abs(tensor.matrix[axis, axis] / exact.matrix[axis, axis] - 1)
            assert true <= tensor.relative_error + 1e-9, (seed, axis)
        assert tensor.relative_error <= tolerance


def test_not_converged_is_an_exception_that_carries_the_best(iterative):
    """Too few iterations raise, with the value so far, an upper bound of the exact one."""
    labels = (np.random.default_rng(0).random((12, 12, 12)) < 0.55).astype(int)
    exact = effective_tensor(electrode(labels), {"a": 1.0}, tolerance=1e-8)
    with pytest.raises(NotConvergedError, match="tolerance") as caught:
        effective_tensor(electrode(labels), {"a": 1.0}, tolerance=1e-8, max_iterations=1)
    assert caught.value.best.through_thickness >= exact.through_thickness
    assert caught.value.iterations == 1


def test_results_travel_between_processes():
    """A tensor and its microstructure survive pickling, equal and still read-only."""
    medium = layers([0, 1, 1], axis=1)
    tensor = effective_tensor(medium, {"a": 1.0})
    copy, of_medium = pickle.loads(pickle.dumps((tensor, medium)))
    np.testing.assert_array_equal(copy.matrix, tensor.matrix)
    assert copy.conductivity == tensor.conductivity
    assert of_medium.fractions == medium.fractions
    with pytest.raises(ValueError, match="read-only"):
        copy.matrix[0, 0] = 2


def test_insulated_sides_need_no_axis_order():
    """The single-axis solution equals the tensor's entry, and bounds surround it."""
    labels = (np.random.default_rng(1).random((8, 8, 8)) < 0.3).astype(int)
    tensor = effective_tensor(electrode(labels), {"a": 1.0, "b": 0.5}, tolerance=1e-9)
    for axis in range(3):
        k = effective_conductivity(electrode(labels), {"a": 1.0, "b": 0.5}, axis=axis, tolerance=1e-9)
        assert k.value == pytest.approx(tensor.matrix[axis, axis], rel=1e-8)
        assert tensor.reuss[axis] < k.value < tensor.voigt[axis]


@pytest.mark.parametrize(
    ("conductivity", "message"),
    [
        ({"pore": 1.0}, "no phase 'pore'"),
        ({"a": -1.0}, "negative"),
        ({"a": float("nan")}, "finite"),
        ({"a": 0.0}, "no phase that conducts"),
        ({}, "no phase that conducts"),
        ({"a": [1, 2, 3]}, "finite number or a \\(3, 3\\)"),
        ({"a": "x"}, "finite number"),
        ({"a": 1j}, "finite number"),
        ({"a": True}, "finite number"),
        ({"a": [[1, 2], [3]]}, "finite number"),
        ({"a": np.diag([1.0, 0.0, 1.0])}, "positive definite"),
        ({"a": [[1, 0.5, 0], [0, 1, 0], [0, 0, 1]]}, "symmetric"),
        ({"a": [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]}, "off-diagonal"),
    ],
)
def test_bad_conductivities_are_refused(conductivity, message):
    """Unknown phases, negative, non-finite, indefinite or rotated conductivities are refused by name."""
    with pytest.raises(InputError, match=message):
        effective_tensor(electrode(np.array([[[0, 1]]])), conductivity)


@pytest.mark.parametrize(
    "keywords", [{"tolerance": 0}, {"tolerance": 1e-15}, {"boundary": "periodic"}, {"max_iterations": 0}]
)
def test_bad_settings_are_refused(keywords):
    """Settings outside their range are refused by name."""
    with pytest.raises(InputError, match=next(iter(keywords))):
        effective_tensor(electrode(np.array([[[0, 1]]])), {"a": 1.0}, **keywords)
    for axis in (3, -1, True):
        with pytest.raises(InputError, match="axis"):
            effective_conductivity(electrode(np.array([[[0, 1]]])), {"a": 1.0}, axis=axis)


def test_numbers_of_numpy_are_numbers():
    """Settings and conductivities may come out of arrays."""
    medium = electrode(np.zeros((3, 3, 3), dtype=int))
    tensor = effective_tensor(medium, {"a": np.float32(2)}, tolerance=np.float32(1e-3), max_iterations=np.int64(9))
    np.testing.assert_allclose(tensor.matrix, 2 * np.eye(3))


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1e300])
def test_any_unit_will_do(scale, iterative):
    """The problem is solved with 1 for the best conductor, so that no unit under- or overflows."""
    medium = electrode((np.random.default_rng(1).random((8, 8, 8)) < 0.3).astype(int))
    one = effective_tensor(medium, {"a": 1.0, "b": 0.5}, tolerance=1e-9)
    other = effective_tensor(medium, {"a": scale, "b": 0.5 * scale}, tolerance=1e-9)
    np.testing.assert_allclose(np.diag(other.matrix) / scale, np.diag(one.matrix), rtol=1e-8)


def test_a_contrast_beyond_double_precision_is_refused():
    """Conductances of faces that differ by more than 1e12, by phases or by oblong voxels, are refused."""
    labels = np.array([[[0, 1]]])
    with pytest.raises(OutOfRangeError, match="rounding decides"):
        effective_tensor(electrode(labels), {"a": 1.0, "b": 1e-13})
    for k in (5e-324, 1e308):
        with pytest.raises(OutOfRangeError, match="check the unit"):
            effective_tensor(electrode(labels), {"a": k})
    with pytest.raises(OutOfRangeError, match="rounding decides"):
        effective_tensor(electrode(labels, (1, 1, 1000.0)), {"a": 1.0, "b": 1e-8})


@pytest.mark.parametrize("seed", range(10))
@BOTH
def test_extreme_contrasts_are_right_or_not_converged(seed, boundary, iterative):
    """At 1e8 on flakes of voxels a value is within its reported error, or the solver says that it failed."""
    r = np.random.default_rng(seed)
    labels = r.choice(3, p=[0.5, 0.3, 0.2], size=(9, 8, 7))
    medium = electrode(labels, tuple(10 ** r.uniform(0, 2, 3)))
    conductivity = {"a": 1.0, "b": 1e-8, "c": 1e-4}
    try:
        tensor = effective_tensor(medium, conductivity, boundary=boundary, tolerance=1e-6)
    except NotConvergedError as failure:
        tensor = failure.best
        if not np.isfinite(tensor.relative_error):
            return
    expected = dense_effective_tensor(medium, conductivity, boundary)
    assert tensor.relative_error > 0
    allowed = tensor.relative_error + 1e-6  # the dense solution has its own rounding at this contrast
    np.testing.assert_allclose(np.diag(tensor.matrix), np.diag(expected), rtol=allowed)


def test_what_cannot_fit_is_refused(monkeypatch):
    """A problem larger than the free memory is refused with both numbers, before anything is built."""
    monkeypatch.setattr("electrode_homog.homogenization.cost.available_memory_bytes", lambda: 1000)
    with pytest.raises(InputError, match="GB are free"):
        effective_tensor(electrode(np.zeros((4, 4, 4), dtype=int)), {"a": 1.0})


def test_safety_factor_is_not_idle():
    """The safety factor on the Ritz value is what the honesty of the error rests on: it stays above 1."""
    assert conjugate_gradients.SAFETY > 1


@pytest.mark.shared_data
def test_binder_network_of_a_tomogram(shared_data):
    """A quarter of the NREL cathode's binder, 10 % and barely connected, converges within 15 iterations."""
    import tifffile

    labels = tifffile.imread(shared_data / "volumes" / "nrel_nmc532_cal_cbd.tif")[:150, :200, :150]
    medium = Microstructure(VoxelImage(labels, (398e-9,) * 3), {"pore": 0, "active": 1, "binder": 2})
    k = effective_conductivity(medium, {"binder": 1.0}, axis=0, tolerance=1e-3)
    finer = effective_conductivity(medium, {"binder": 1.0}, axis=0, tolerance=1e-7)
    assert k.iterations <= 15
    assert 0 <= k.value / finer.value - 1 <= k.relative_error
