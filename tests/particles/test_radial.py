"""The radial grid conserves, is exact for parabolas, and is of second order on other profiles."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.radial import Geometry, grid_at, radial_grid

GEOMETRIES = list(Geometry)
UNEVEN = np.array([0.0, 0.02, 0.3, 0.35, 0.7, 0.9, 0.99, 1.0])


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("nodes", [UNEVEN, np.linspace(0, 1, 9)], ids=["uneven", "even"])
def test_parabola_is_exact_on_any_nodes(geometry, nodes):
    """Volume and second moment, d/(d + 2), are exact, and the Laplacian of r**2 is 2 d inside."""
    grid, d = grid_at(nodes, geometry), int(geometry)
    assert grid.volumes.sum() == pytest.approx(1, abs=1e-15)
    assert grid.volumes @ grid.nodes**2 == pytest.approx(d / (d + 2), abs=1e-15)
    np.testing.assert_allclose((grid.divergence @ grid.gradient @ grid.nodes**2)[:-1], 2 * d, rtol=1e-11)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_divergence_moves_and_does_not_make(geometry):
    """The volume integral of a divergence is the flux through the surface, area/volume = d."""
    grid = grid_at(UNEVEN, geometry)
    flux = np.random.default_rng(0).normal(size=UNEVEN.size)
    assert grid.volumes @ grid.divergence @ flux == pytest.approx(int(geometry) * flux[-1], abs=1e-14)
    np.testing.assert_array_equal(grid.gradient[-1], 0)
    np.testing.assert_allclose(grid.gradient.sum(axis=1), 0, atol=1e-12)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_diffusion_is_a_symmetric_loss(geometry):
    """Volume times div grad is a symmetric matrix without a positive eigenvalue, so that energies never rise."""
    grid = grid_at(UNEVEN, geometry)
    matrix = grid.volumes[:, None] * (grid.divergence @ grid.gradient)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-10)
    assert np.linalg.eigvalsh(matrix).max() < 1e-10


@pytest.mark.parametrize(("geometry", "first"), list(zip(GEOMETRIES, [np.pi, 3.831705970, 4.493409458], strict=True)))
def test_slowest_decay_is_that_of_the_round_body(geometry, first):
    """The first relaxation rate approaches the root of sin l = 0, J1(l) = 0, tan l = l, with order 2."""
    errors = []
    for points in (20, 40):
        grid = radial_grid(points, geometry, grading=1.5)
        rates = np.sort(-np.linalg.eigvals(grid.divergence @ grid.gradient).real)
        errors.append(abs(np.sqrt(rates[1]) - first))
    assert errors[1] < 0.004 * first
    assert np.log2(errors[0] / errors[1]) > 1.9


def test_between_interpolates_and_keeps_the_surface():
    """A quarter of the way to the next node; the last row is the surface value itself."""
    x = np.array([1.0, 2.0, 4.0, 0.0, 8.0])
    np.testing.assert_allclose(radial_grid(5).between(0.25) @ x, [1.25, 2.5, 3.0, 2.0, 8.0])


def test_grid_cannot_be_changed():
    """Grids are shared between particles."""
    with pytest.raises(ValueError, match="read-only"):
        radial_grid(5).nodes[0] = 1


@pytest.mark.parametrize(
    ("points", "grading", "error"),
    [
        (3, 2.0, OutOfRangeError),
        (2001, 2.0, OutOfRangeError),
        (10, 0.5, OutOfRangeError),
        (10, 5.0, OutOfRangeError),
        (10, float("nan"), OutOfRangeError),
        (10.0, 2.0, InputError),
        (True, 2.0, InputError),
        ("9", 2.0, InputError),
    ],
)
def test_unusable_number_of_points_or_grading_is_refused(points, grading, error):
    """Whole numbers of 4 to 2000, gradings of 1 to 4."""
    with pytest.raises(error, match=r"points|grading"):
        radial_grid(points, grading=grading)


@pytest.mark.parametrize("nodes", [[0, 1], [0, 0.5, 0.5, 1], [0.1, 0.5, 1], [0, 0.5, 0.9], [[0, 1, 2]], [0, np.nan, 1]])
def test_nodes_must_span_the_radius(nodes):
    """From the centre to the surface, rising."""
    with pytest.raises(OutOfRangeError, match="nodes"):
        grid_at(np.array(nodes))
