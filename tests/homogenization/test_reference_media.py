"""Published and semi-analytic conductivities on small images; the whole tables are in `validation`.

Unit cells of side 1, matrix "a" of conductivity 1, inclusion "b"; @N is the number of voxels per cell side, and
tolerances are the known errors of 7-point finite volumes on images made by testing voxel centres.
"""

import numpy as np
import pytest
from media import UNIT, electrode

from electrode_homog.homogenization import Boundary, effective_tensor
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure

SLAB = (1.0, 1.0, 1e5)  # voxels so long in z that a potential held on the z faces does not matter


def tensor(labels, inclusion, spacing=UNIT, boundary=Boundary.PERIODIC, tolerance=1e-7):
    conductivity = {"a": 1.0, "b": inclusion} if inclusion else {"a": 1.0}
    return effective_tensor(electrode(labels, spacing), conductivity, boundary=boundary, tolerance=tolerance).matrix


def centres(n):
    return (np.arange(n) + 0.5) / n - 0.5


def ball(shape, radius):
    """Label 1 within `radius` of the middle; a disk if the image is one voxel thick in z."""
    x, y, z = np.meshgrid(*map(centres, shape), indexing="ij")
    return (x**2 + y**2 + z**2 < radius**2).astype(np.uint8)


def centred(n, dimension):
    """A square or cube of side 1/2 in the middle of the cell."""
    inner = np.ones((n // 2,) * dimension + (1,) * (3 - dimension), dtype=np.uint8)
    return np.pad(inner, [(n // 4,) * 2] * dimension + [(0, 0)] * (3 - dimension))


def inclined_layers(n):
    x, y, _ = np.meshgrid(centres(n), centres(n), [0], indexing="ij")
    return ((x + y) % 1 >= 0.5).astype(np.uint8)


def orders(errors):
    """Order of convergence from each error to the next, on twice as many voxels."""
    errors = np.abs(errors)
    return np.log2(errors[:-1] / errors[1:])


@pytest.mark.parametrize(
    ("radius", "k", "expected", "tolerance"),
    # Rayleigh multipoles, 60 orders; Perrins et al. 1979, doi 10.1098/rspa.1979.0160; tolerances twice those @128
    [
        (0.25, 0, 0.6716274422, 0.03),
        (0.25, 10, 1.3829339821, 0.01),
        (0.40, 0, 0.3220923133, 0.03),
        (0.40, 0.1, 0.4116849033, 0.02),
        (0.40, 10, 2.4290421922, 0.01),
        (0.40, 100, 3.0176956623, 0.02),
    ],
)
def test_square_array_of_cylinders(radius, k, expected, tolerance):
    """Cylinders in a square array conduct the published value across and the mean along (A-CYL @64)."""
    labels = ball((64, 64, 1), radius)
    matrix = tensor(labels, k)
    assert matrix[0, 0] == pytest.approx(expected, rel=tolerance)
    share = labels.mean()
    np.testing.assert_allclose(matrix, np.diag([matrix[0, 0], matrix[0, 0], 1 + share * (k - 1)]), atol=1e-6)


@pytest.mark.parametrize(
    ("k", "expected", "tolerance"),
    # multipoles to degree 41; Sangani & Acrivos 1983; tolerances twice those @64
    [(0.1, 0.656289715, 0.024), (10, 1.887740058, 0.04), (100, 2.274567358, 0.08)],
)
def test_simple_cubic_spheres_that_conduct(k, expected, tolerance):
    """Spheres in a simple cubic array, f = 0.3, conduct the published value in every direction (A-SPH @32)."""
    matrix = tensor(ball((32, 32, 32), (0.9 / (4 * np.pi)) ** (1 / 3)), k)
    assert matrix[0, 0] == pytest.approx(expected, rel=tolerance)
    np.testing.assert_allclose(matrix, matrix[0, 0] * np.eye(3), atol=1e-6)


def test_spheres_on_oblong_voxels():
    """A sphere on 32 x 20 x 16 oblong voxels of a cubic cell conducts alike along x, y, z, to 1 % (A-SPH)."""
    shape = (32, 20, 16)
    matrix = tensor(ball(shape, (0.9 / (4 * np.pi)) ** (1 / 3)), 10, tuple(1 / n for n in shape))
    np.testing.assert_allclose(np.diag(matrix), 1.887740058, rtol=0.05)
    assert np.ptp(np.diag(matrix)) < 0.01 * matrix[0, 0]


def test_checkerboard_converges_as_slowly_as_its_corners():
    """A checkerboard 1 : 10 conducts sqrt 10, with an error of order (8/pi) atan sqrt(1/10) = 0.78 (A-DYK10)."""
    boards = [np.indices((n, n, 1)) // (n // 2) for n in (16, 32, 64)]
    matrices = [tensor(board.sum(axis=0) % 2, 10) for board in boards]
    errors = [matrix[0, 0] / np.sqrt(10) - 1 for matrix in matrices]
    assert -0.05 < errors[-1] < 0
    np.testing.assert_allclose(orders(errors), 8 / np.pi * np.arctan(np.sqrt(0.1)), atol=0.06)
    np.testing.assert_allclose(matrices[-1][:2, :2], matrices[-1][0, 0] * np.eye(2), atol=1e-6)


def test_checkerboard_of_cubes():
    """Cubes 1 : 2 in a checkerboard conduct 1.442143 in every direction (A-CB3 @32)."""
    matrix = tensor((sum(np.indices((32, 32, 32)) // 16) % 2).astype(np.uint8), 2)
    np.testing.assert_allclose(matrix, 1.442143 * np.eye(3), rtol=0.0045, atol=1e-6)


def test_insulating_prism():
    """A cell with an insulating quarter conducts 1/sqrt 3 across, error of order 4/3, and 3/4 along (A-OBN3)."""
    errors = []
    for n in (16, 32):
        labels = np.zeros((n, n, n), dtype=np.uint8)
        labels[: n // 2, : n // 2] = 1
        matrix = tensor(labels, 0)
        errors.append(matrix[0, 0] * np.sqrt(3) - 1)
        assert matrix[2, 2] == pytest.approx(0.75, rel=1e-9)
        np.testing.assert_allclose(matrix, np.diag([matrix[0, 0], matrix[0, 0], 0.75]), atol=1e-6)
    assert -0.01 < errors[-1] < 0
    np.testing.assert_allclose(orders(errors), 4 / 3, atol=0.05)


def test_inclined_layers_on_oblong_voxels():
    """Inclined layers stretched to 1 : 3 conduct 2.18636, 5.13182, xy -1.10455, with an error of O(h) (A-STRETCH)."""
    exact = np.array([[2.18636364, -1.10454545], [-1.10454545, 5.13181818]])
    coarse, fine = (tensor(inclined_layers(n), 10, (1, 3, 1))[:2, :2] for n in (16, 32))
    np.testing.assert_allclose(fine, exact, rtol=0, atol=0.06 * exact.max())
    np.testing.assert_allclose(2 * fine - coarse, exact, rtol=0, atol=1e-4 * exact.max())


def test_two_scales_in_a_row():
    """Layers of layers: fine 1 | 10, coarse half fine, half 3, conduct 120/53 across and 4.25 along (A-REIT)."""
    layers = electrode(np.array([0, 1])[:, None, None])
    fine = effective_tensor(layers, {"a": 1, "b": 10}, tolerance=1e-12).matrix
    coarse = effective_tensor(layers, {"a": fine, "b": 3}, tolerance=1e-12).matrix
    np.testing.assert_allclose(coarse, np.diag([120 / 53, 4.25, 4.25]), atol=1e-12)


def smooth_cells(n, cells, boundary, spacing=UNIT):
    """xx of (2 + cos 2 pi x)(2 + cos 2 pi y) in `cells` x `cells` cells of n x n voxels."""
    values, number = np.unique(np.round(2 - np.cos(2 * np.pi * centres(n)), 14), return_inverse=True)
    number = np.tile(number, cells)
    labels = np.add.outer(len(values) * number, number)[:, :, None]
    conductivity = {f"p{i}": k for i, k in enumerate(np.multiply.outer(values, values).ravel())}
    medium = Microstructure(VoxelImage(labels, spacing), {name: i for i, name in enumerate(conductivity)})
    return effective_tensor(medium, conductivity, boundary=boundary, tolerance=1e-10).matrix[0, 0]


def test_smooth_separable_medium():
    """(2 + cos 2 pi x)(2 + cos 2 pi y) conducts 2 sqrt 3, to rounding once the sum over voxels is (A-SEPS @32)."""
    assert smooth_cells(32, 1, Boundary.PERIODIC) == pytest.approx(2 * np.sqrt(3), rel=1e-9)


@pytest.mark.parametrize(
    ("boundary", "spacing", "surface_term"),
    # Legendre polynomials of degree 40 (validation/apparent_media.py): (apparent - k*) n at n = 1 and 2
    [
        (Boundary.LINEAR_POTENTIAL, SLAB, (0.237405, 0.238270)),
        (Boundary.UNIFORM_FLUX, UNIT, (-0.094887, -0.096417)),
    ],
)
def test_surface_term_falls_as_one_over_cells(boundary, spacing, surface_term):
    """On n x n cells the two outer boundaries differ from the periodic value by a constant over n (A-BCS @32)."""
    for cells, expected in zip((1, 2), surface_term, strict=True):
        term = (smooth_cells(32, cells, boundary, spacing) - 2 * np.sqrt(3)) * cells
        assert term == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    ("boundary", "voxels", "continuum"),
    # finite volumes of another program on these voxels; semi-analytic values
    [
        (Boundary.UNIFORM_FLUX, 1.33275, 1.33805),
        (Boundary.INSULATED_SIDES, 1.33911, 1.34434),
        (Boundary.PERIODIC, 1.33911, 1.34434),
        (Boundary.LINEAR_POTENTIAL, 1.35241, 1.35800),
    ],
)
def test_cube_in_a_cube(boundary, voxels, continuum):
    """A cube 10 in the middle of a cube 1: each boundary has its own value in every direction (A-BC3 @32)."""
    matrix = tensor(centred(32, 3), 10, boundary=boundary)
    np.testing.assert_allclose(matrix, matrix[0, 0] * np.eye(3), atol=1e-6)
    assert matrix[0, 0] == pytest.approx(voxels, rel=1e-5)
    assert matrix[0, 0] == pytest.approx(continuum, rel=0.006)


@pytest.mark.parametrize(
    ("boundary", "spacing", "expected"),
    # semi-analytic, +- 3e-4; finite volumes are 0.3 % low @32
    [
        (Boundary.UNIFORM_FLUX, UNIT, (1.5371, 1.5406)),
        (Boundary.INSULATED_SIDES, UNIT, (1.5442, 1.5442)),
        (Boundary.LINEAR_POTENTIAL, SLAB, (1.5626, 1.5534)),
    ],
)
def test_squares_in_the_plane(boundary, spacing, expected):
    """Squares 10 in n x n cells of the plane: insulated sides do not see n, the two others do (A4 @32)."""
    for cells, value in zip((1, 2), expected, strict=True):
        labels = np.tile(centred(32, 2), (cells, cells, 1))
        assert tensor(labels, 10, spacing, boundary)[0, 0] == pytest.approx(value, rel=0.005)


@pytest.mark.parametrize("k", [(1, 10, 0.3), (1, 1e3, 1e-2)])
@pytest.mark.parametrize("seed", range(3))
def test_order_of_the_boundaries(seed, k):
    """Uniform flux <= periodic <= linear potential as quadratic forms, and insulated sides lie in between.

    The lower limit of insulated sides is one over the resistivity, not the entry of the inverse tensor.
    """
    r = np.random.default_rng(seed)
    medium = electrode(r.integers(0, 3, (8, 6, 7)), tuple(r.uniform(0.5, 2, 3)))
    conductivity = dict(zip("abc", k, strict=True))
    flux, periodic, linear, insulated = (
        effective_tensor(medium, conductivity, boundary=boundary, tolerance=1e-9).matrix
        for boundary in (
            Boundary.UNIFORM_FLUX,
            Boundary.PERIODIC,
            Boundary.LINEAR_POTENTIAL,
            Boundary.INSULATED_SIDES,
        )
    )
    assert np.linalg.eigvalsh(periodic - flux).min() >= 0
    assert np.linalg.eigvalsh(linear - periodic).min() >= 0
    assert np.all(np.diag(insulated) <= np.diag(linear))
    assert np.all(np.diag(insulated) >= 1 / np.diag(np.linalg.inv(flux)))


def test_insulated_sides_may_lie_below_uniform_flux():
    """Insulated sides cannot carry the cross flux of inclined layers, a uniform flux tensor knows it."""
    labels = np.tile(inclined_layers(16), (2, 2, 1))
    flux, insulated = (tensor(labels, 10, boundary=b) for b in (Boundary.UNIFORM_FLUX, Boundary.INSULATED_SIDES))
    assert 1 / np.linalg.inv(flux)[0, 0] <= insulated[0, 0] < flux[0, 0]


@pytest.mark.parametrize("boundary", list(Boundary))
def test_better_conductor_never_lowers_the_tensor(boundary):
    """Replacing voxels by a better conductor raises the quadratic form, under every boundary."""
    r = np.random.default_rng(5)
    labels = r.integers(0, 2, (8, 7, 6))
    before = tensor(labels, 30, boundary=boundary, tolerance=1e-10)
    for _ in range(3):
        labels[tuple(r.integers(0, 6, (3, 20)))] = 1
        after = tensor(labels, 30, boundary=boundary, tolerance=1e-10)
        assert np.linalg.eigvalsh(after - before).min() >= -1e-9 * after.max()
        before = after
