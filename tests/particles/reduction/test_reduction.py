"""Shapes and tensors against closed forms; meshes and images of particles against the shapes they show."""

import math

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.laws.diffusivity_tensor import random_rotation
from electrode_homog.particles.reduction.closure import LinearisedKinetics, UniformConcentration, UniformFlux
from electrode_homog.particles.reduction.domains import COARSE, domain_of
from electrode_homog.particles.reduction.fewest_modes import fewest_modes
from electrode_homog.particles.reduction.finite_elements import discretise
from electrode_homog.particles.reduction.krylov import direct_response, krylov_modes
from electrode_homog.particles.reduction.reducing import reduce_particle
from electrode_homog.particles.reduction.shapes import Ball, Box, Cylinder, Ellipsoid, Plate
from electrode_homog.particles.reduction.smooth_cut import tetrahedra_inside
from electrode_homog.particles.reduction.tetrahedral_shape import TetrahedralShape
from electrode_homog.particles.reduction.voxel_shape import VoxelShape
from electrode_homog.provenance import from_json, to_json

UM = 1e-6
TENSOR = np.array([[1.0, 0.3, 0.2], [0.3, 0.8, 0.1], [0.2, 0.1, 0.5]])
DIAGONAL = np.diag([1.0, 0.5, 0.1])
CLOSURES = [UniformFlux(), UniformConcentration(), LinearisedKinetics(2.0)]


def gain(shape, tensor, closure, **options) -> float:
    return reduce_particle(shape, tensor=tensor, closure=closure, states=4, **options).static_gain


def kinetic_radius(shape) -> float:
    return 3 * shape.volume_m3 / shape.surface_area_m2


@pytest.mark.parametrize("closure", CLOSURES)
def test_plate_of_any_tensor(closure):
    """A plate sees D_zz alone: surface less mean is j (L/2)/(3 D_zz), whatever the closure."""
    plate = Plate(UM)
    assert gain(plate, TENSOR, closure) == pytest.approx(UM / 2 / 3 / TENSOR[2, 2] / kinetic_radius(plate), rel=1e-8)


def test_infinite_cylinder_of_any_tensor():
    """Across an infinite cylinder: j a/(8) tr D^-1 for uniform flux, j a/(2 tr D) for uniform concentration."""
    cylinder, across = Cylinder(UM, math.inf), TENSOR[:2, :2]
    scale = UM / kinetic_radius(cylinder)
    assert gain(cylinder, TENSOR, UniformFlux()) == pytest.approx(scale / 8 * np.trace(np.linalg.inv(across)), rel=1e-4)
    assert gain(cylinder, TENSOR, UniformConcentration()) == pytest.approx(scale / 2 / np.trace(across), rel=1e-4)


@pytest.mark.parametrize("axes", [(1, 1, 20), (20, 20, 1), (1, 2, 4), (1, 1, 1)])
def test_ellipsoid_of_uniform_concentration(axes):
    """c_s - c = sink (1 - sum x_i^2/a_i^2)/(2 sum D_ii/a_i^2), so c_s - mean is 2/5 of its depth."""
    shape = Ellipsoid(tuple(a * UM for a in axes))
    tensor = np.diag([0.5, 0.5, 2.0])
    radius = kinetic_radius(shape)
    depth = 3 / radius / (2 * np.sum(np.diag(tensor) / np.array(shape.semi_axes_m) ** 2))
    assert gain(shape, tensor, UniformConcentration()) == pytest.approx(2 / 5 * depth / radius, rel=1e-3)


def test_ellipsoid_of_any_tensor():
    """The same with off-diagonal entries, which do not count."""
    shape = Ellipsoid((UM, 2 * UM, 4 * UM))
    radius = kinetic_radius(shape)
    depth = 3 / radius / (2 * np.sum(np.diag(TENSOR) / np.array(shape.semi_axes_m) ** 2))
    assert gain(shape, TENSOR, UniformConcentration()) == pytest.approx(2 / 5 * depth / radius, rel=1e-3)


@pytest.mark.parametrize(
    ("axes", "tensor", "expected"),
    [  # by Galerkin's method with products of Legendre polynomials up to degree 14 and 16
        ((1, 2, 3), [[1, 0.3, 0.1], [0.3, 0.5, 0.05], [0.1, 0.05, 0.2]], 0.724051931),
        ((1, 1, 5), [[0.5, 0.2, 0.15], [0.2, 0.4, 0.1], [0.15, 0.1, 0.3]], 1.215151161),
    ],
)
def test_ellipsoid_of_uniform_flux(axes, tensor, expected):
    """Where no closed form is known, another method finds the same within 0.05 %."""
    shape = Ellipsoid(tuple(a * UM for a in axes))
    assert gain(shape, np.array(tensor), UniformFlux()) == pytest.approx(expected, rel=5e-4)


@pytest.mark.parametrize("ratio", [0.2, 0.999999, 1.0, 1.5, 20.0])
def test_area_of_spheroids(ratio):
    """Carlson's integral gives the elementary formulas of prolate and oblate spheroids."""
    c = ratio
    if c > 1:
        e = math.sqrt(1 - 1 / c**2)
        expected = 2 * math.pi * (1 + c / e * math.asin(e))
    elif c < 1:
        e = math.sqrt(1 - c**2)
        expected = 2 * math.pi * (1 + (1 - e**2) / e * math.atanh(e))
    else:
        expected = 4 * math.pi
    assert Ellipsoid((UM, UM, c * UM)).surface_area_m2 / UM**2 == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("shape", [Box((UM, 2 * UM, 5 * UM)), Cylinder(UM, 4 * UM)])
def test_flat_faces_under_uniform_flux(shape):
    """Box and cylinder under uniform flux are sums of their parts along and across.

    A plate of thickness L and diffusivity D adds j L/(6 D) to its own two faces and, in the mean, nothing to others;
    a round side of radius a adds j a/8 tr D^-1 to itself.
    """
    if isinstance(shape, Box):
        expected = sum(1 / D for D in np.diag(DIAGONAL)) / 9
    else:
        a, length, radius = shape.radius_m, shape.length_m, kinetic_radius(shape)
        ends = 2 * math.pi * a**2 * length / 6 / DIAGONAL[2, 2]
        side = 2 * math.pi * a * length * a / 8 * (1 / DIAGONAL[0, 0] + 1 / DIAGONAL[1, 1])
        expected = (ends + side) / shape.surface_area_m2 / radius
    assert gain(shape, DIAGONAL, UniformFlux()) == pytest.approx(expected, rel=1e-3)


def test_box_of_uniform_concentration():
    """c_s - mean of a box by its double Fourier-sine series."""
    edges, values = np.array([1.0, 2.0, 5.0]), np.diag(DIAGONAL)
    n = np.arange(1, 200, 2) * np.pi
    share = 8 / n**2
    a, b, c = (D * (n / L) ** 2 for D, L in zip(values, edges, strict=True))
    rate = a[:, None, None] + b[:, None] + c
    mean = np.sum(share[:, None, None] * share[:, None] * share / rate)  # of -div D grad u = 1
    shape = Box((UM, 2 * UM, 5 * UM))
    radius = kinetic_radius(shape) / UM
    assert gain(shape, DIAGONAL, UniformConcentration()) == pytest.approx(mean * 3 / radius**2, rel=2e-3)


@pytest.mark.parametrize("closure", CLOSURES)
def test_modes_are_those_of_the_finite_elements(closure):
    """At frequencies between the shifts, the twenty modes answer as the finite elements do; all rates are positive."""
    particle = discretise(domain_of(Ellipsoid((UM, 2 * UM, 3 * UM)), TENSOR, COARSE), closure)
    modes = krylov_modes(particle)
    assert modes.rates.min() > 0
    for s in (1.0, 300.0, 5e3):
        assert modes.response(np.array([s]))[0] == pytest.approx(direct_response(particle, s), rel=1e-6)
    few = fewest_modes(modes, 6)
    assert few.rates.min() > 0
    assert few.response(np.zeros(1))[0] == pytest.approx(modes.response(np.zeros(1))[0], rel=1e-9)


def test_more_states_come_closer():
    """The error of the reduction falls with every state, or stays."""
    errors = [
        reduce_particle(Ball(UM), tensor=np.diag([1, 1, 0.1]), closure=UniformFlux(), states=n).reduction_error
        for n in (2, 3, 4, 6, 8, 10, 12, 16)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] < 1
    assert errors[-1] < 1e-4


def tetrahedral_ball(spacing: float) -> TetrahedralShape:
    at = np.arange(-np.ceil(1 / spacing) - 1, np.ceil(1 / spacing) + 2) * spacing
    x, y, z = np.meshgrid(at, at, at, indexing="ij")
    points, cells = tetrahedra_inside(1 - np.sqrt(x**2 + y**2 + z**2), (spacing,) * 3)
    return TetrahedralShape(points * UM, cells)


def test_mesh_of_a_ball():
    """A meshed ball comes close to the ball, and in any order of corners; a turned mesh with its tensor is the same."""
    mesh = tetrahedral_ball(0.25)
    assert mesh.volume_m3 == pytest.approx(4 / 3 * math.pi * UM**3, rel=0.03)
    assert mesh.surface_area_m2 == pytest.approx(4 * math.pi * UM**2, rel=0.03)
    tensor = np.diag([1.0, 0.5, 0.2])
    straight = reduce_particle(mesh, tensor=tensor, closure=UniformFlux())
    assert straight.equivalent_diffusivity == pytest.approx(3 / 8, rel=0.02)
    Q = random_rotation(np.random.default_rng(0))
    turned = TetrahedralShape(mesh.points_m @ Q.T, mesh.tetrahedra[:, [1, 0, 3, 2]])
    other = reduce_particle(turned, tensor=Q @ tensor @ Q.T, closure=UniformFlux())
    np.testing.assert_allclose(other.rates_per_m2, straight.rates_per_m2, rtol=1e-8)
    assert other.static_gain == pytest.approx(straight.static_gain, rel=1e-10)


def voxels(semi_axes, size=(1.0, 1.0, 1.0)) -> VoxelShape:
    """An ellipsoid by the centres of its voxels; lengths in units of 0.2 um."""
    lines = [np.arange(-np.ceil(a / h), np.ceil(a / h) + 1) * h / a for a, h in zip(semi_axes, size, strict=True)]
    x, y, z = np.meshgrid(*lines, indexing="ij")
    return VoxelShape(x**2 + y**2 + z**2 <= 1, tuple(0.2 * UM * h for h in size))


@pytest.mark.parametrize("closure", [UniformFlux(), UniformConcentration()])
def test_voxels_of_a_ball(closure):
    """A ball of eight voxels radius: volume exact, area within 1 %, surface less mean within 2 %."""
    shape = voxels((8.3,) * 3)
    particle = reduce_particle(shape, tensor=np.diag([1, 1, 0.2]), closure=closure)
    radius = (3 * shape.volume_m3 / 4 / math.pi) ** (1 / 3)
    assert shape.surface_area_m2 == pytest.approx(4 * math.pi * radius**2, rel=0.01)
    assert shape.mesh.volume_m3 == pytest.approx(shape.volume_m3)
    expected = 3 / 7 if isinstance(closure, UniformFlux) else 2.2 / 3
    assert particle.equivalent_diffusivity == pytest.approx(expected, rel=0.02)
    assert 0 < particle.mesh_error <= 1


def test_oblong_voxels_of_an_ellipsoid():
    """Voxels of 1 : 1 : 2 show the ellipsoid that they are cut from."""
    axes = np.array([8.2, 8.2, 14.5])
    shape, true = voxels(tuple(axes), (1.0, 1.0, 2.0)), Ellipsoid(tuple(0.2 * UM * axes))
    assert shape.surface_area_m2 == pytest.approx(true.surface_area_m2, rel=0.02)
    closure = UniformConcentration()
    assert gain(shape, np.eye(3), closure) == pytest.approx(gain(true, np.eye(3), closure), rel=0.03)


@pytest.mark.parametrize("normal", [(0, 0, 1), (1, 1, 0), (1, 2, 3)])
def test_cut_along_a_plane_is_a_plane(normal):
    """A plane of any inclination cuts the grid in that plane: its area is not that of a staircase."""
    n, d = np.array(normal) / np.linalg.norm(normal), 5.23
    at = np.arange(9.0)
    grid = np.stack(np.meshgrid(at, at, at, indexing="ij"))
    shape = TetrahedralShape(*tetrahedra_inside(np.tensordot(n, grid, 1) - d, (1.0, 1.0, 1.0)))
    corners = shape.points_m[shape._outside]
    away_from_the_border = ((corners > 1) & (corners < 7)).all(axis=(1, 2))
    assert away_from_the_border.sum() > 20
    np.testing.assert_allclose(corners[away_from_the_border] @ n, d, atol=1e-9)


def test_bad_meshes_are_refused():
    """Flat, folded, torn, disconnected and hollow meshes, and indices that name nothing."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]) * UM
    pair = np.array([[0, 1, 2, 3], [1, 2, 3, 4]])
    assert TetrahedralShape(corners, pair).volume_m3 > 0
    bad = {
        "no volume": (np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]) * UM, [[0, 1, 2, 3]]),
        "same side": (np.vstack([corners[:4], [[0.1 * UM] * 3]]), pair),
        "same point twice": (np.vstack([corners, corners[:1]]), [[0, 1, 2, 3], [1, 2, 3, 4], [5, 1, 2, 4]]),
        "pieces": (np.vstack([corners[:4], corners[:4] + 5 * UM]), [[0, 1, 2, 3], [4, 5, 6, 7]]),
        "name points": (corners, [[0, 1, 2, 9]]),
        "integers": (corners, [[0.0, 1.0, 2.0, 3.0]]),
        "finite": (corners * np.nan, pair),
        "more than two": (np.vstack([corners, [[2 * UM] * 3]]), [[0, 1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 5]]),
    }
    for says, (points, cells) in bad.items():
        with pytest.raises(InputError, match=says):
            TetrahedralShape(points, np.array(cells))
    at = np.arange(-6, 7.0)
    x, y, z = np.meshgrid(at, at, at, indexing="ij")
    r = np.sqrt(x**2 + y**2 + z**2)
    with pytest.raises(InputError, match="cavity"):
        TetrahedralShape(*tetrahedra_inside(np.minimum(5.5 - r, r - 2.5), (1.0, 1.0, 1.0)))


def test_bad_masks_are_refused():
    """Empty, split, hollow, thin, small and large masks, and sizes that are none."""
    solid = np.ones((6, 6, 6), dtype=bool)
    size = (UM, UM, UM)
    hollow, split, thin = solid.copy(), np.zeros((13, 6, 6), dtype=bool), np.zeros((14, 6, 6), dtype=bool)
    hollow[3, 3, 3] = False
    split[:6] = split[7:] = True
    thin[:6] = thin[8:] = True
    thin[6:8, 3, 3] = True
    for mask, sizes, error, says in [
        (np.zeros((5, 5, 5), dtype=bool), size, InputError, "False everywhere"),
        (split, size, InputError, "2 pieces"),
        (hollow, size, InputError, "closed pores"),
        (thin, size, InputError, "finer image"),
        (solid[:2], size, OutOfRangeError, "across"),
        (np.ones((40, 40, 40), dtype=bool), size, OutOfRangeError, "coarsen"),
        (solid.astype(int), size, InputError, "booleans"),
        (solid[0], size, InputError, "booleans"),
        (solid, (UM, UM), InputError, "three lengths"),
        (solid, (UM, UM, 0.0), OutOfRangeError, "voxel_size_m"),
        (solid, (UM, UM, math.nan), InputError, "voxel_size_m"),
    ]:
        with pytest.raises(error, match=says):
            VoxelShape(mask, sizes)


def test_mask_may_touch_its_border():
    """A particle that fills its array is the same as one with a margin."""
    solid = np.ones((6, 7, 8), dtype=bool)
    bare, padded = VoxelShape(solid, (UM, UM, UM)), VoxelShape(np.pad(solid, 3), (UM, UM, UM))
    assert bare.surface_area_m2 == padded.surface_area_m2


def test_meshes_and_images_survive_json():
    """Whole numbers and booleans come back as such."""
    corners = TetrahedralShape(UM * np.vstack([np.zeros(3), np.eye(3)]), np.array([[0, 1, 2, 3]]))
    again = from_json(to_json(corners), TetrahedralShape)
    np.testing.assert_array_equal(again.tetrahedra, corners.tetrahedra)
    assert again.surface_area_m2 == corners.surface_area_m2
    voxels = VoxelShape(np.ones((6, 7, 5), dtype=bool), (UM, UM, 2 * UM))
    assert from_json(to_json(voxels), VoxelShape).surface_area_m2 == voxels.surface_area_m2
    with pytest.raises(OutOfRangeError, match="resample"):
        VoxelShape(np.ones((6, 7, 5), dtype=bool), (UM, UM, 200 * UM))
