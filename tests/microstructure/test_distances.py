"""The distance map, against scipy's, and where it puts the surface of a ball."""

import numpy as np
import pytest
from media import electrode
from scipy import ndimage

from electrode_homog.compiled import Team
from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.microstructure.distances import squared_distances, walled

SHAPES = [(1, 5, 9), (9, 1, 1), (1, 1, 33), (2, 2, 2), (12, 41, 70), (3, 20, 130)]


def measured(numbers, spacing, cores=2) -> np.ndarray:
    with Team(cores) as team:
        return np.sqrt(squared_distances(numbers, spacing, team)) * min(spacing)


def plain(numbers, spacing) -> np.ndarray:
    """One map of scipy's for each number."""
    found = np.zeros(numbers.shape)
    for number in np.unique(numbers):
        there = numbers == number
        found[there] = ndimage.distance_transform_edt(there, spacing)[there]
    return found


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (2.0, 0.7, 1.3), (3e-8, 3e-8, 5e-7)])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("length", [0, 3])
def test_distances_are_exact(shape, spacing, length):
    """Every voxel of a random image of three phases is as far from the next other phase as scipy says."""
    rng = np.random.default_rng(sum(shape))
    field = ndimage.gaussian_filter(rng.standard_normal(shape), length)
    numbers = np.digitize(field, np.quantile(field, [0.5, 0.8])).astype(np.uint8)
    np.testing.assert_allclose(measured(numbers, spacing), plain(numbers, spacing), rtol=3e-7)


def test_one_phase_alone_has_no_wall():
    """Where all voxels have the same number the distance is infinite: the outside of the image is no wall."""
    assert np.all(np.isinf(measured(np.zeros((3, 4, 5), np.uint8), (1.0, 1.0, 1.0))))
    numbers = np.zeros((1, 1, 6), np.uint8)
    numbers[..., 5] = 1
    np.testing.assert_array_equal(measured(numbers, (1.0, 1.0, 1.0))[0, 0], [5, 4, 3, 2, 1, 1])


def test_distances_do_not_depend_on_threads():
    """One thread or three find the same map, bit for bit."""
    numbers = (np.random.default_rng(1).random((20, 30, 40)) < 0.02).astype(np.uint8)
    np.testing.assert_array_equal(measured(numbers, (1.0, 2.0, 1.5), 1), measured(numbers, (1.0, 2.0, 1.5), 3))


@pytest.mark.parametrize("radius", [3.0, 6.5, 10.0])
def test_the_largest_distance_is_the_radius_of_a_ball_to_half_a_voxel(radius):
    """About a voxel's centre it is the radius and at most 0.3 more; anywhere else up to the distance between centres
    less."""
    rng = np.random.default_rng(4)
    middle = int(radius) + 3
    grid = np.indices(3 * [2 * middle + 1])
    for offset in [np.zeros(3), *rng.uniform(-0.5, 0.5, (5, 3))]:
        away = np.linalg.norm(grid - middle - offset[:, None, None, None], axis=0)
        largest = measured((away < radius).astype(np.uint8), (1.0, 1.0, 1.0))[away < radius].max()
        assert radius - np.linalg.norm(offset) <= largest < radius + 0.3


def test_what_cannot_be_measured_is_refused():
    """Numbers of another type, no phase, a phase that is not there, phases that fill the image."""
    with pytest.raises(InputError, match="uint8"):
        measured(np.zeros((3, 3, 3)), (1.0, 1.0, 1.0))
    sample = electrode(np.arange(8).reshape(2, 2, 2) % 2)
    with pytest.raises(InputError, match="at least one"):
        walled(sample, ())
    with pytest.raises(InputError, match="no phase 'z'"):
        walled(sample, ("z",))
    with pytest.raises(OutOfRangeError, match="no wall"):
        walled(sample, ("a", "b"))
