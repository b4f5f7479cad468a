"""One radius for a phase, against balls, layers and a solution of the same equations by a direct method."""

import math

import numpy as np
import pytest
from media import electrode, layers
from scipy import ndimage, sparse
from scipy.sparse.linalg import spsolve

from electrode_homog.errors import InputError, NotConvergedError, OutOfRangeError
from electrode_homog.microstructure import equivalent_radii
from electrode_homog.microstructure.equivalent_radii import DiffusionRadius, diffusion_radius, radius_from_area_m
from electrode_homog.provenance import from_json, to_json

WALL = 0.55  # voxels from a centre to the wall behind it, as the docstring says


def ball(radius, spacing=(1.0, 1.0, 1.0), offset=(0.0, 0.0, 0.0)) -> np.ndarray:
    """1 inside, 0 outside; the middle lies at `offset` from a voxel's centre, all in the unit of the spacing."""
    reach = [int(radius / h) + 2 for h in spacing]
    axes = [np.arange(-n, n + 1) * h - c for n, h, c in zip(reach, spacing, offset, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    return (x**2 + y**2 + z**2 < radius**2).astype(np.uint8)


def direct_radius(inside, spacing) -> float:
    """sqrt(15 <psi>) by a sparse factorisation of the same finite volumes, face by face."""
    number = np.full(inside.shape, -1)
    number[inside] = np.arange(inside.sum())
    rows, columns, values = [], [], []
    for place in np.argwhere(inside):
        here = number[tuple(place)]
        for axis in range(3):
            for side in (-1, 1):
                there = place.copy()
                there[axis] += side
                if not 0 <= there[axis] < inside.shape[axis]:
                    continue
                other = number[tuple(there)]
                g = 1 / spacing[axis] ** 2 / (1 if other >= 0 else WALL)
                rows.append(here), columns.append(here), values.append(g)
                if other >= 0:
                    rows.append(here), columns.append(other), values.append(-g)
    matrix = sparse.csc_matrix((values, (rows, columns)))
    return math.sqrt(15 * spsolve(matrix, np.ones(matrix.shape[0])).mean())


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (2.0, 0.7, 1.3)])
def test_the_equations_are_solved(spacing):
    """On a random structure cut by the border the radius is that of a direct solution, to the tolerance."""
    field = ndimage.gaussian_filter(np.random.default_rng(3).standard_normal((13, 14, 15)), 2)
    inside = field > np.median(field)
    found = diffusion_radius(electrode(inside.astype(np.uint8), spacing), "b", tolerance=1e-5)
    assert found.radius_m == pytest.approx(direct_radius(inside, spacing), rel=2e-5)
    assert found.relative_error <= 1e-5


@pytest.mark.parametrize(("radius", "spacing", "error"), [
    (5.0, (1.0, 1.0, 1.0), 0.015), (10.0, (1.0, 1.0, 1.0), 0.005), (20.0, (1.0, 1.0, 1.0), 0.004),
    (5.0, (1.0, 1.0, 2.0), 0.035), (10.0, (2.0, 1.0, 1.0), 0.005), (20.0, (1.0, 1.0, 2.0), 0.004),
])  # fmt: skip
def test_a_ball_has_its_own_radius(radius, spacing, error):
    """R = sqrt(15 <psi>) of a voxel ball anywhere on the grid is its radius, as closely as the docstring says."""
    offset = np.random.default_rng(int(radius)).uniform(-0.5, 0.5, 3)
    found = diffusion_radius(electrode(ball(radius, spacing, offset), spacing), "b")
    assert found.radius_m == pytest.approx(radius, rel=error)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize(("width", "excess"), [(5, 0.07), (8, 0.035), (16, 0.014)])
def test_a_layer(axis, width, excess):
    """<psi> of a layer of width w is w**2 / 12; the voxels make it too wide by what the docstring says."""
    found = diffusion_radius(layers([0, *width * [1], 0], axis), "b").radius_m
    assert 1 < found / math.sqrt(15 / 12 * width**2) < 1 + excess


def test_the_border_is_a_mirror():
    """Half a ball at the border of the image has the radius of the whole one."""
    whole = ball(6.2)
    half = whole[whole.shape[0] // 2 + 1 :]
    doubled = np.concatenate([half[::-1], half])
    radii = [diffusion_radius(electrode(image), "b", tolerance=1e-6).radius_m for image in (half, doubled)]
    assert radii[0] == pytest.approx(radii[1], rel=3e-6)


def test_the_radius_is_a_length_and_has_no_direction():
    """It scales with the voxel, and neither mirrors nor exchanged axes change it."""
    field = ndimage.gaussian_filter(np.random.default_rng(5).standard_normal((12, 13, 14)), 1.5)
    labels = (field > 0).astype(np.uint8)
    found = diffusion_radius(electrode(labels), "b", tolerance=1e-5).radius_m
    for image, unit in ((labels, 4e-7), (labels[::-1], 1.0), (labels.transpose(2, 0, 1).copy(), 1.0)):
        again = diffusion_radius(electrode(image, 3 * (unit,)), "b", tolerance=1e-5).radius_m
        assert again == pytest.approx(found * unit, rel=2e-5)


def test_one_voxel_alone():
    """A single voxel has psi = WALL / 6."""
    labels = np.zeros((3, 3, 3), np.uint8)
    labels[1, 1, 1] = 1
    assert diffusion_radius(electrode(labels), "b").radius_m == pytest.approx(math.sqrt(15 * WALL / 6), rel=1e-5)


def test_balls_agree_with_their_area():
    """3 eps / a of balls with eps = n 4/3 pi R**3 and a = n 4 pi R**2 is R."""
    assert radius_from_area_m(0.3, 0.9 / 5e-6) == pytest.approx(5e-6)
    for fraction, area in ((0.0, 1.0), (1.2, 1.0), (0.3, 0.0), (0.3, math.inf), (math.nan, 1.0)):
        with pytest.raises(OutOfRangeError):
            radius_from_area_m(fraction, area)


def test_bad_questions_are_refused(monkeypatch):
    """No phase, no wall, a tolerance beyond single precision; and a solution that was not finished says so."""
    sample = electrode(ball(5.0))
    with pytest.raises(InputError, match="at least one"):
        diffusion_radius(sample)
    with pytest.raises(OutOfRangeError, match="no wall"):
        diffusion_radius(sample, "a", "b")
    with pytest.raises(OutOfRangeError, match="tolerance"):
        diffusion_radius(sample, "b", tolerance=1e-9)
    monkeypatch.setattr(equivalent_radii, "_MOST_ITERATIONS", 4)
    with pytest.raises(NotConvergedError) as caught:
        diffusion_radius(sample, "b")
    assert isinstance(caught.value.best, DiffusionRadius)


def test_the_result_is_written_and_read():
    """The result comes back from its JSON."""
    found = diffusion_radius(electrode(ball(3.0)), "b")
    assert from_json(to_json(found), DiffusionRadius) == found
