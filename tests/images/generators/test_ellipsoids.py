"""Ellipsoids and their orientations: inside is a quadratic form, tilts have the spread asked for."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators import Aligned, Ellipsoids, Isotropic, Tilted
from electrode_homog.images.generators.orientations import drawn_directions

BOX = (6.0, 5.0, 4.0)
SHAPE = (18, 20, 14)


def _some(periodic):
    random = np.random.default_rng(3)
    return Ellipsoids(
        random.uniform(size=(6, 3)) * BOX,
        random.uniform(0.4, 1.8, (6, 3)),
        drawn_directions(Isotropic(), 6, random),
        BOX,
        periodic,
    )


@pytest.mark.parametrize("periodic", [False, True])
def test_voxels_are_those_with_their_centre_inside(periodic):
    """Along its own axes a point is inside if the squares of coordinate over semi-axis add up to less than 1."""
    ellipsoids = _some(periodic)
    axes = [(np.arange(n) + 0.5) * length / n for n, length in zip(SHAPE, BOX, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    expected = np.zeros(SHAPE, int)
    shifts = np.indices((3, 3, 3)).reshape(3, -1).T - 1 if periodic else np.zeros((1, 3))
    for number in range(6):
        for shift in shifts * BOX:
            own = (points - ellipsoids.centres_m[number] - shift) @ ellipsoids.directions[number].T
            expected[((own / ellipsoids.semi_axes_m[number]) ** 2).sum(-1) < 1] = number + 1
    np.testing.assert_array_equal(ellipsoids.numbered(SHAPE).labels, expected)
    np.testing.assert_array_equal(ellipsoids.voxelised(SHAPE).labels, expected > 0)


def test_reach_is_that_of_the_surface():
    """No point of the surface goes further along x, y, z, and some goes as far."""
    ellipsoids = _some(periodic=False)
    random = np.random.default_rng(0).standard_normal((40000, 3))
    unit = random / np.linalg.norm(random, axis=1)[:, None]
    for semi_axes, directions, reach in zip(
        ellipsoids.semi_axes_m, ellipsoids.directions, ellipsoids.reach_m, strict=True
    ):
        furthest = np.abs(unit * semi_axes @ directions).max(axis=0)
        assert (furthest <= reach + 1e-12).all()
        np.testing.assert_allclose(furthest, reach, rtol=2e-3)


@pytest.mark.parametrize("orientation", [Aligned(), Tilted(0.0), Tilted(0.3), Tilted(1.2), Isotropic()])
def test_directions_are_orthonormal(orientation):
    """Rows are unit vectors at right angles."""
    directions = drawn_directions(orientation, 50, np.random.default_rng(0))
    np.testing.assert_allclose(directions @ directions.transpose(0, 2, 1), np.tile(np.eye(3), (50, 1, 1)), atol=1e-12)


def test_tilts_have_their_spread_and_no_side():
    """The angle between the first axis and x is a folded normal deviate; y and z, left and right are alike."""
    first, second, _ = drawn_directions(Tilted(0.2), 40000, np.random.default_rng(0)).transpose(1, 0, 2)
    angle = np.arccos(np.clip(first[:, 0], -1, 1))
    assert np.sqrt(np.mean(angle**2)) == pytest.approx(0.2, rel=0.02)
    assert angle.mean() == pytest.approx(0.2 * np.sqrt(2 / np.pi), rel=0.02)
    np.testing.assert_allclose(first[:, 1:].mean(axis=0), 0, atol=0.003)
    assert np.var(first[:, 1]) == pytest.approx(np.var(first[:, 2]), rel=0.05)
    assert np.mean(second[:, 1] ** 2) == pytest.approx(np.mean(second[:, 2] ** 2), rel=0.03)


def test_isotropic_directions_have_no_preference():
    """Squares of the components are 1/3 on average, fourth powers 1/5."""
    directions = drawn_directions(Isotropic(), 20000, np.random.default_rng(0))
    np.testing.assert_allclose((directions**2).mean(axis=0), 1 / 3, atol=0.01)
    np.testing.assert_allclose((directions**4).mean(axis=0), 1 / 5, atol=0.01)


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"semi_axes_m": np.zeros((1, 3))}, InputError, "semi-axes > 0"),
        ({"semi_axes_m": np.ones(3)}, InputError, "have shapes"),
        ({"directions": np.ones((1, 3, 3))}, InputError, "not orthonormal"),
        ({"semi_axes_m": np.array([[0.1, 0.1, 0.6]])}, OutOfRangeError, "wider than the box"),
        ({"periodic": None}, InputError, "periodic"),
    ],
)
def test_wrong_ellipsoids_are_refused(change, error, problem):
    """The field is named."""
    right = {
        "centres_m": np.zeros((1, 3)),
        "semi_axes_m": np.full((1, 3), 0.4),
        "directions": np.eye(3)[None],
        "box_m": (1, 1, 1),
        "periodic": True,
    }
    with pytest.raises(error, match=problem):
        Ellipsoids(**(right | change))


@pytest.mark.parametrize("spread", [-0.1, 2.0])
def test_tilts_beyond_a_right_angle_are_refused(spread):
    """From 0 to pi/2."""
    with pytest.raises(OutOfRangeError, match="spread_rad"):
        Tilted(spread)
