"""Local thickness of balls, cylinders and layers, and against balls painted one by one."""

import numpy as np
import pytest
from media import electrode, layers
from scipy import ndimage

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.microstructure.local_thickness import LocalThickness, local_thickness
from electrode_homog.provenance import from_json, to_json


def disk(radius, dimensions, offset=0.0) -> np.ndarray:
    """1 within `radius` of a line or point, 0 elsewhere; extended along the axes left."""
    n = int(radius) + 3
    axes = [np.arange(-n, n + 1) - offset if axis < dimensions else np.zeros(9) for axis in range(3)]
    away = sum(x**2 for x in np.meshgrid(*axes, indexing="ij"))
    return (away < radius**2).astype(np.uint8)


def painted(labels, spacing) -> np.ndarray:
    """The diameter of the largest ball over each voxel, by painting each ball in turn."""
    points = np.argwhere(np.ones(labels.shape, bool)) * spacing
    flat, found = labels.ravel(), np.zeros(labels.size)
    for point, label in zip(points, flat, strict=True):
        away = np.linalg.norm(points - point, axis=1)
        radius = away[flat != label].min()
        inside = away < radius * (1 - 1e-6)
        found[inside] = np.maximum(found[inside], 2 * radius)
    return found.reshape(labels.shape)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (2.0, 0.7, 1.3)])
@pytest.mark.parametrize("shape", [(13, 15, 17), (1, 30, 31), (30, 31, 1), (30, 1, 31)])
def test_thickness_is_that_of_balls_painted_one_by_one(shape, spacing):
    """Shares of the volume by diameter are those of the definition, to the width of a class."""
    field = ndimage.gaussian_filter(np.random.default_rng(6).standard_normal(shape), 1.5)
    labels = np.digitize(field, np.quantile(field, [0.5, 0.7])).astype(np.uint8)
    expected = painted(labels, np.array(spacing))
    width = min(spacing) * 0.5
    for label, found in enumerate(local_thickness(electrode(labels, spacing))):
        diameters = expected[labels == label]
        assert found.mean_m == pytest.approx(diameters.mean(), abs=width / 2)
        for diameter, share in zip(found.diameters_m, np.cumsum(found.volume_shares), strict=True):
            assert np.mean(diameters < diameter - width) <= share + 1e-9
            assert np.mean(diameters <= diameter + width) >= share - 1e-9


@pytest.mark.parametrize("radius", [3.0, 5.5, 10.0])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_ball_and_a_cylinder_are_as_thick_as_they_are(radius, dimensions):
    """About a voxel's centre all of it has a diameter of 2 R to half a voxel, at the worst place 2 R to 1.8."""
    middle, worst = (local_thickness(electrode(disk(radius, dimensions, at)))[1] for at in (0.0, 0.5))
    assert middle.mean_m == pytest.approx(2 * radius, abs=0.5)
    assert middle.median_m == pytest.approx(2 * radius, abs=0.5)
    assert 2 * radius - 1.8 < worst.mean_m < 2 * radius + 0.5


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("width", [1, 2, 5, 8])
def test_a_layer_is_as_thick_as_an_even_number_of_voxels(axis, width):
    """A layer of w voxels along the grid has the thickness w, or w + 1 if that is odd, all over."""
    found = local_thickness(layers([0, 0, *width * [1], 0, 0], axis, across=(20, 20)))[1]
    np.testing.assert_allclose(found.diameters_m, width + width % 2, rtol=1e-6)
    assert found.volume_shares == pytest.approx([1.0])


def test_thickness_is_a_length_and_has_no_direction():
    """It scales with the voxel, and neither mirrors, exchanged axes nor other labels change it."""
    field = ndimage.gaussian_filter(np.random.default_rng(7).standard_normal((20, 22, 24)), 1.5)
    labels = (field > 0).astype(np.uint8)
    found = local_thickness(electrode(labels))
    swapped = local_thickness(electrode(1 - labels))
    mirrored = local_thickness(electrode(labels[::-1, :, ::-1]))
    turned = local_thickness(electrode(labels.transpose(2, 0, 1)))
    small = local_thickness(electrode(labels, 3 * (4e-7,)))
    for phase in (0, 1):
        for other in (swapped[1 - phase], mirrored[phase], turned[phase]):
            np.testing.assert_array_equal(other.volume_shares, found[phase].volume_shares)
            np.testing.assert_allclose(other.diameters_m, found[phase].diameters_m, rtol=1e-6)
        assert small[phase].mean_m == pytest.approx(4e-7 * found[phase].mean_m, rel=1e-6)


def test_finer_voxels_find_the_same_thickness():
    """Voxels of half the edge change the mean by less than one of the coarse ones."""
    field = ndimage.gaussian_filter(np.random.default_rng(8).standard_normal((24, 24, 24)), 3, mode="wrap")
    fine = ndimage.zoom(field, 2, order=1, mode="grid-wrap", grid_mode=True)
    coarse, refined = (
        local_thickness(electrode((image > 0).astype(np.uint8), 3 * (h,)))[1].mean_m
        for image, h in ((field, 2.0), (fine, 1.0))
    )
    assert coarse == pytest.approx(refined, abs=2.0)


def test_quantiles():
    """The median is the middle of the volume, the mean and the spread are weighted by volume."""
    found = LocalThickness("pore", np.array([1.0, 2.0, 4.0]), np.array([0.25, 0.5, 0.25]))
    assert (found.mean_m, found.median_m) == (2.25, 2.0)
    assert found.standard_deviation_m == pytest.approx(np.sqrt(0.25 * 1.25**2 + 0.5 * 0.25**2 + 0.25 * 1.75**2))
    assert (found.quantile_m(0.0), found.quantile_m(1.0)) == (1.0, 4.0)
    assert from_json(to_json(found), LocalThickness).median_m == found.median_m
    with pytest.raises(OutOfRangeError, match="share"):
        found.quantile_m(1.1)
    with pytest.raises(InputError, match="rise"):
        LocalThickness("pore", np.array([2.0, 1.0]), np.array([0.5, 0.5]))


def test_a_phase_that_fills_the_image_has_no_thickness():
    """There is no wall; a single voxel of another phase is one."""
    labels = np.zeros((4, 4, 4), np.uint8)
    with pytest.raises(OutOfRangeError, match="no wall"):
        local_thickness(electrode(labels))
    labels[0, 0, 0] = 1
    assert local_thickness(electrode(labels))[1].diameters_m == pytest.approx([2.0])
