"""What the solver on voxels promises, on images of any shape, label type and precision, under all boundaries."""

import itertools
import threading

import numpy as np
import pytest
from media import UNIT, dense_effective_tensor, electrode
from scipy.ndimage import gaussian_filter

from electrode_homog.errors import NotConvergedError
from electrode_homog.homogenization import Boundary, effective_conductivity, effective_tensor, graph, voxel_solver
from electrode_homog.homogenization.voxel_solver import inverse_error
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure

EACH = pytest.mark.parametrize("boundary", list(Boundary))
THREE = {"a": 1.0, "b": 0.03, "c": 20.0}


@pytest.fixture
def iterative(monkeypatch):
    """Small images are solved to rounding on one level; here they go through several, and stop at the tolerance."""
    monkeypatch.setattr(voxel_solver, "EXACT_SIZE", 0)
    monkeypatch.setattr(graph, "DIRECT_SIZE", 20)


def noise(shape, seed=0, phases=3, spacing=(1.0, 1.3, 0.7)):
    """Random voxels of phases a, b, c, all of which occur."""
    labels = np.random.default_rng([seed, *shape]).choice(phases, size=shape)
    labels.flat[:phases] = np.arange(phases)
    return electrode(labels, spacing)


def blobs(n, seed=0):
    """Half of a cube in smooth periodic grains; the border is a, so that a uniform flux passes."""
    field = gaussian_filter(np.random.default_rng(seed).normal(size=(n, n, n)), 2, mode="wrap")
    labels = (field > np.median(field)).astype(np.uint8)
    return np.pad(labels[1:-1, 1:-1, 1:-1], 1)


def close(found, expected, relative):
    """Entries agree within `relative` of sqrt(A_ii A_jj)."""
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    np.testing.assert_array_less(np.abs(found - expected), relative * scale + 1e-14 * expected.max())


@EACH
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("content", ["three phases", "an insulator", "one conductor"])
def test_one_voxel_thick(boundary, axis, content, iterative):
    """An image one voxel thick along any axis agrees with dense least squares, exact zeros included."""
    shape = [7, 8, 5]
    shape[axis] = 1
    cubes = content == "one conductor"
    image = noise(shape, seed=axis, phases=2 if cubes else 3, spacing=(1, 1, 1) if cubes else (1.0, 1.3, 0.7))
    conductivity = {"three phases": THREE, "an insulator": {"a": 1.0, "b": 0.2}, "one conductor": {"a": 1.0}}[content]
    tensor = effective_tensor(image, conductivity, boundary=boundary, tolerance=1e-9)
    expected = dense_effective_tensor(image, conductivity, boundary)
    np.testing.assert_allclose(tensor.matrix, expected, rtol=1e-8, atol=1e-8 * expected.max() + 1e-13)
    np.testing.assert_array_equal(np.diag(tensor.matrix) > 0, np.diag(expected) > 1e-12)


@EACH
@pytest.mark.parametrize("shape", [(7, 5, 3), (11, 3, 2), (2, 13, 3), (5, 5, 3), (3, 2, 11)])
def test_prime_sizes(boundary, shape, iterative):
    """Numbers of voxels that no block divides agree with dense least squares within a tolerance of 1e-8."""
    for conductivity in (THREE, {"a": 1.0, "b": 1e-3, "c": np.diag([3.0, 0.2, 1.0])}):
        image = noise(shape)
        tensor = effective_tensor(image, conductivity, boundary=boundary, tolerance=1e-8)
        expected = dense_effective_tensor(image, conductivity, boundary)
        assert 0 < tensor.relative_error <= 1e-8
        close(tensor.matrix, expected, 1e-8)
        np.testing.assert_array_equal(tensor.matrix, tensor.matrix.T)


@EACH
def test_turned_and_mirrored_images(boundary, iterative):
    """Permuting axes permutes the tensor, and a mirror changes signs, to 1e-8 at a tolerance of 1e-9.

    The colours of voxels, and the blocks of an odd number of them, are others then.
    """
    labels, spacing = np.random.default_rng(8).choice(3, size=(9, 6, 7)), (1.0, 1.3, 0.7)
    solve = {"boundary": boundary, "tolerance": 1e-9}
    matrix = effective_tensor(electrode(labels, spacing), THREE, **solve).matrix
    for order in itertools.permutations(range(3)):
        turned = electrode(labels.transpose(order), tuple(spacing[a] for a in order))
        close(effective_tensor(turned, THREE, **solve).matrix, matrix[np.ix_(order, order)], 1e-8)
    for axis in range(3):
        flip = np.diag([-1 if a == axis else 1 for a in range(3)])
        mirrored = electrode(np.flip(labels, axis), spacing)
        close(effective_tensor(mirrored, THREE, **solve).matrix, flip @ matrix @ flip, 1e-8)


@pytest.mark.parametrize("shape", [(7, 9, 5), (11, 1, 7), (3, 8, 13)])
def test_shifting_an_odd_periodic_image_changes_nothing(shape, iterative):
    """Rolling an image of odd size, whose colours then meet elsewhere, leaves the periodic tensor as it is."""
    labels = np.random.default_rng([3, *shape]).choice(3, size=shape)
    solve = {"boundary": Boundary.PERIODIC, "tolerance": 1e-9}
    for conductivity in (THREE, {"a": 1.0, "b": 0.1}):
        matrix = effective_tensor(electrode(labels), conductivity, **solve).matrix
        for shift in [(1, 0, 0), (0, 0, 1), (3, 5, 2), (-4, 1, 6)]:
            moved = electrode(np.roll(labels, shift, (0, 1, 2)))
            close(effective_tensor(moved, conductivity, **solve).matrix, matrix, 1e-8)


@EACH
def test_a_better_conductor_never_lowers_the_tensor(boundary, iterative):
    """Three phases: raising the poorest one, or giving its voxels to a better one, raises the quadratic form."""
    labels = np.random.default_rng(4).choice(3, size=(8, 9, 6))
    solve = {"boundary": boundary, "tolerance": 1e-9}
    before = effective_tensor(electrode(labels), THREE, **solve).matrix
    raised = effective_tensor(electrode(labels), THREE | {"b": 0.3}, **solve).matrix
    labels[labels == 1] = np.random.default_rng(5).choice([0, 1, 2], size=np.count_nonzero(labels == 1))
    given = effective_tensor(electrode(labels), THREE | {"b": 0.3}, **solve).matrix
    slack = 1e-8 * given.max()
    assert np.linalg.eigvalsh(raised - before).min() >= -slack
    assert np.linalg.eigvalsh(given - raised).min() >= -slack
    assert np.trace(given) > np.trace(raised) > np.trace(before)


@EACH
def test_islands_and_dead_ends_change_nothing(boundary, iterative):
    """A conductor inside an insulating shell, and a branch that ends in one, carry no current.

    The branch is bent, as wide as one voxel, and ends blind: all of it is at the potential of its root.
    """
    labels = np.ones((9, 8, 10), dtype=int)
    border = np.pad(np.zeros((7, 6, 8), dtype=bool), 1, constant_values=True)
    labels[border] = np.random.default_rng(6).choice([0, 2], size=np.count_nonzero(border))
    solve = {"boundary": boundary, "tolerance": 1e-10}
    hollow = effective_tensor(electrode(labels), THREE | {"b": 0.0}, **solve).matrix
    assert np.all(np.diag(hollow) > 0)
    labels[3:5, 3, 4:6] = 0
    island = effective_tensor(electrode(labels), THREE | {"b": 0.0}, **solve).matrix
    close(island, hollow, 1e-9)
    labels[1:6, 5, 7] = 2
    labels[5, 5, 3:7] = 0
    branch = effective_tensor(electrode(labels), THREE | {"b": 0.0}, **solve).matrix
    close(branch, hollow, 1e-9)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.int64, np.uint64, bool, ">u2", ">i4"])
def test_any_integer_labels_will_do(dtype, iterative):
    """The type of the labels does not matter to the last bit."""
    labels = np.random.default_rng(7).choice(2, size=(6, 9, 8))
    expected, found = (
        effective_tensor(Microstructure(VoxelImage(values, UNIT), {"a": 0, "b": 1}), {"a": 1.0, "b": 0.1})
        for values in (labels, labels.astype(dtype))
    )
    np.testing.assert_array_equal(found.matrix, expected.matrix)


@EACH
@pytest.mark.parametrize("numbers", [(0, 40000, 65535), (65535, 65536, 0), (70000, 3, 2**40), (2**31, 2**62, 5)])
def test_large_labels(boundary, numbers, iterative):
    """Labels too large for a table of them mean the same as small ones."""
    labels = np.random.default_rng(8).choice(3, size=(6, 5, 7))
    expected = effective_tensor(electrode(labels), THREE, boundary=boundary)
    renamed = np.array(numbers)[labels]
    image = Microstructure(VoxelImage(renamed, UNIT), dict(zip("abc", numbers, strict=True)))
    np.testing.assert_array_equal(effective_tensor(image, THREE, boundary=boundary).matrix, expected.matrix)


@EACH
def test_views_of_larger_arrays(boundary, iterative):
    """Cropped, strided, transposed, mirrored and column-ordered arrays give what their copies give."""
    whole = np.random.default_rng(9).choice(3, size=(14, 12, 16)).astype(np.uint8)
    views = [
        whole[2:9, 3:9, 4:12],
        whole[::2, ::3, 1::2],
        whole[:6, :7, :8].T,
        whole[:6, :7, :8].transpose(1, 2, 0),
        whole[8::-1, 5::-1, ::-2],
        np.asfortranarray(whole[:7, :6, :5]),
    ]
    for view in views:
        copy = electrode(np.ascontiguousarray(view))
        found, expected = (effective_tensor(m, THREE, boundary=boundary).matrix for m in (electrode(view), copy))
        np.testing.assert_array_equal(found, expected)


@EACH
@pytest.mark.parametrize("conductivity", [{"a": 1.0}, {"a": 1.0, "b": 0.01}], ids=["one conductor", "two"])
def test_single_precision_is_within_its_reported_error(boundary, conductivity, monkeypatch):
    """40^3 grains at tolerances that single precision serves agree with 1e-10 within what is reported."""
    monkeypatch.setattr(voxel_solver, "EXACT_SIZE", 0)
    kinds, usual = [], voxel_solver.VoxelOperator
    monkeypatch.setattr(voxel_solver, "VoxelOperator", lambda *args: kinds.append(args[5]) or usual(*args))
    image = electrode(blobs(40))
    exact = effective_tensor(image, conductivity, boundary=boundary, tolerance=1e-10).matrix
    assert set(kinds) == {np.float64}
    for tolerance in (0.1, 1e-3):
        kinds.clear()
        tensor = effective_tensor(image, conductivity, boundary=boundary, tolerance=tolerance)
        assert set(kinds) == {np.float32}
        assert 0 < tensor.relative_error <= tolerance
        close(tensor.matrix, exact, tensor.relative_error + 1e-10)


@EACH
def test_not_converged_carries_the_best(boundary, iterative):
    """After one iteration the best tensor is on the known side of the exact one, and one axis is refused too."""
    image = noise((12, 11, 10))
    solve = {"boundary": boundary, "tolerance": 1e-8}
    exact = effective_tensor(image, THREE, **solve).matrix
    with pytest.raises(NotConvergedError, match="above tolerance = 1e-08; allow more iterations") as caught:
        effective_tensor(image, THREE, **solve, max_iterations=1)
    best = caught.value.best
    assert caught.value.iterations == best.iterations == 1
    assert caught.value.residual == best.relative_error > 1e-8
    assert np.linalg.eigvalsh(np.diag(np.diag(best.matrix - exact))).min() > 0  # a flux's losses are underestimated
    with pytest.raises(NotConvergedError) as caught:
        effective_conductivity(image, THREE, **solve, max_iterations=1)
    assert caught.value.best.value == pytest.approx(best.matrix[0, 0], rel=1e-12)


@EACH
def test_watch_sees_the_error_fall(boundary, iterative):
    """`watch` is told axes 0, 1, 2 in turn, iterations one by one, and errors that fall to the tolerance."""
    told = []
    tensor = effective_tensor(noise((12, 11, 10)), THREE, boundary=boundary, tolerance=1e-6, watch=told.append)
    assert list(dict.fromkeys(p.axis for p in told)) == [0, 1, 2]
    for axis in range(3):
        steps = [p for p in told if p.axis == axis]
        assert [p.iterations for p in steps] == list(range(1, len(steps) + 1))
        assert len({p.tolerance for p in steps}) == 1
        errors = [p.relative_error for p in steps]
        assert errors[-1] < steps[0].tolerance < errors[0]
        assert np.all(np.diff(errors[3:]) < 0)  # before, the estimate of the smallest eigenvalue still moves
    assert max(p.iterations for p in told) == tensor.iterations


@EACH
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupt_leaves_no_thread(boundary, error, iterative):
    """What `watch` raises comes out as it is, and no thread goes on."""

    def stop(progress):
        if progress.axis == 1:
            raise error("enough")

    before = set(threading.enumerate())
    with pytest.raises(error, match="enough"):
        effective_tensor(noise((10, 9, 8)), THREE, boundary=boundary, watch=stop)
    assert set(threading.enumerate()) == before


@pytest.mark.parametrize("size", [1, 2, 3])
def test_error_of_an_inverse(size):
    """The inverse of a matrix that is too small by E >= 0 is off by at most what is said, entry by entry."""
    r = np.random.default_rng(size)
    largest = 0.0
    for _ in range(300):
        a = r.normal(size=(size, size)) * np.exp(r.normal(size=size))
        exact = a @ a.T + 1e-3 * np.diag(np.diag(a @ a.T))
        directions = r.normal(size=(size, r.integers(1, size + 1)))
        away = directions @ directions.T
        found = exact - away * 10 ** r.uniform(-6, -0.1) / np.linalg.eigvals(np.linalg.solve(exact, away)).real.max()
        inverted = np.linalg.inv(found)
        error = inverse_error(found, inverted, np.diag(exact - found) / np.diag(exact))
        apart = np.abs(inverted - np.linalg.inv(exact)) / np.sqrt(np.outer(*2 * [np.diag(np.linalg.inv(exact))]))
        assert apart.max() <= error * (1 + 1e-6) + 1e-12
        largest = max(largest, apart.max() / error)
    assert largest > 0.3  # and it is no idle bound


@pytest.mark.parametrize("errors", [(np.inf, 0.1, 0.1), (2.0, 2.0, 2.0), (0.1, 1.0, 0.1)])
def test_error_of_an_inverse_of_nothing_known(errors):
    """Where the error of a resistivity is as large as itself nothing is known about its inverse: infinite, not NaN."""
    assert inverse_error(np.eye(3), np.eye(3), np.array(errors)) == np.inf


@pytest.mark.shared_data
def test_pores_of_an_electrode_as_another_solver_has_them(shared_data):
    """A corner of 128^3 voxels of a three-phase electrode has the value of TauFactor, the same scheme, to 1e-8.

    TauFactor 1.2.1, double precision, tolerance 1e-9: 0.21702970944.
    """
    import tifffile

    labels = tifffile.imread(shared_data / "volumes" / "electrode_256_three_phase.tif")[:128, :128, :128]
    phases = {"pore": 0, "solid": [int(label) for label in np.unique(labels) if label != 0]}
    medium = Microstructure(VoxelImage(labels, UNIT), phases)
    k = effective_conductivity(medium, {"pore": 1.0}, axis=0, tolerance=1e-9)
    assert k.value == pytest.approx(0.21702970944, rel=1e-8)


def test_a_path_one_voxel_wide_is_solved_in_double():
    """A serpentine of 45 151 voxels, where single precision stalls, resists like its length."""
    n, m = 300, 301
    labels = np.ones((m, n, 1), dtype=np.uint8)
    labels[1:-1:2] = 0
    for turn, row in enumerate(range(0, m, 2)):
        labels[row, -1 if turn % 2 else 0] = 0
    length = np.count_nonzero(labels == 0)
    k = effective_conductivity(electrode(labels), {"a": 1.0})
    assert k.relative_error <= 1e-3
    assert k.value == pytest.approx(m / n / length, rel=k.relative_error)
