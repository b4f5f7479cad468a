"""Layers and checkerboards: fractions, normals, periods, and what closes."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators import checkerboard, laminate, periodic_laminate


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_layers_along_an_axis_are_planes(axis):
    """Thicknesses that are whole voxels come out as such, in their order, to the voxel."""
    normal = np.eye(3)[axis]
    shape = [5, 5, 5]
    shape[axis] = 20
    image = laminate(
        shape=tuple(shape), voxel_size_m=0.1, normal=tuple(normal), period_m=1.0, fractions=(0.3, 0.5, 0.2)
    )
    line = np.moveaxis(image.labels, axis, 0)
    np.testing.assert_array_equal(line[:, 0, 0], [0, 0, 0, 1, 1, 1, 1, 1, 2, 2] * 2)
    assert (line == line[:, :1, :1]).all()


@pytest.mark.parametrize("normal", [(1, 1, 0), (1, 2, 3), (-2, 1, 0.5), (0.3, -1, 1)])
def test_inclined_layers_have_their_normal_and_fractions(normal):
    """Where the plane through a voxel's centre says so; over many periods the shares are the fractions."""
    sizes = (0.5, 0.7, 1.0)
    image = laminate(shape=(60, 50, 40), voxel_size_m=sizes, normal=normal, period_m=7.3, fractions=(0.25, 0.6, 0.15))
    points = (np.stack(np.indices((60, 50, 40)), -1) + 0.5) * sizes
    phase = (points @ (np.array(normal) / np.linalg.norm(normal)) / 7.3) % 1
    expected = np.select([phase < 0.25, phase < 0.85], [0, 1], 2)
    clear = np.min([np.abs(phase - edge) for edge in (0, 0.25, 0.85, 1)], axis=0) > 1e-6
    np.testing.assert_array_equal(image.labels[clear], expected[clear])
    np.testing.assert_allclose(np.bincount(image.labels.ravel()) / image.labels.size, [0.25, 0.6, 0.15], atol=0.04)


def test_the_known_inclined_laminate_is_made():
    """Phase 0 where (x + y) mod 1 < 1/2, centres at (i + 1/2) / n: halves, symmetric in x and y, and periodic."""
    image = periodic_laminate(shape=(16, 16, 1), voxel_size_m=1 / 16, waves=(1, 1, 0), fractions=(0.5, 0.5))
    x, y, _ = (np.indices((16, 16, 1)) + 0.5) / 16
    np.testing.assert_array_equal(image.labels, ((x + y) % 1 >= 0.5).astype(np.uint8))


@pytest.mark.parametrize("waves", [(1, 0, 0), (1, 2, 0), (2, -1, 3)])
def test_periodic_layers_close(waves):
    """Moved by whole periods along an edge, or by the image's length over gcd, nothing changes; fractions are exact."""
    image = periodic_laminate(shape=(24, 36, 48), voxel_size_m=(1, 2, 3), waves=waves, fractions=(0.5, 0.5))
    for axis, (n, wave) in enumerate(zip((24, 36, 48), waves, strict=True)):
        step = n // abs(wave) if wave else 1
        np.testing.assert_array_equal(np.roll(image.labels, step, axis), image.labels)
    assert image.labels.mean() == pytest.approx(0.5, abs=1e-12)


def test_waves_and_normal_agree():
    """A periodic laminate is the laminate with normal waves / edges and period 1 / |waves / edges|."""
    per_length = np.array([1, 2, 0]) / np.array([24 * 0.5, 36 * 1.0, 5 * 2.0])
    free = laminate(
        shape=(24, 36, 5), voxel_size_m=(0.5, 1, 2), normal=tuple(per_length), fractions=(0.3, 0.7),
        period_m=1 / float(np.linalg.norm(per_length)),
    )  # fmt: skip
    closed = periodic_laminate(shape=(24, 36, 5), voxel_size_m=(0.5, 1, 2), waves=(1, 2, 0), fractions=(0.3, 0.7))
    np.testing.assert_array_equal(free.labels, closed.labels)


@pytest.mark.parametrize("cells", [(2, 2, 1), (2, 2, 2), (4, 6, 2), (3, 1, 1)])
def test_checkerboards_alternate(cells):
    """Neighbouring boxes differ, boxes are uniform; even numbers of cells are half and half."""
    image = checkerboard(cells=cells, voxels_per_cell=(3, 2, 4), voxel_size_m=1)
    assert image.shape == (cells[0] * 3, cells[1] * 2, cells[2] * 4)
    coarse = image.labels[::3, ::2, ::4]
    np.testing.assert_array_equal(coarse, sum(np.indices(cells)) % 2)
    np.testing.assert_array_equal(np.kron(coarse, np.ones((3, 2, 4), np.uint8)), image.labels)


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"normal": (0, 0, 0)}, InputError, "normal"),
        ({"normal": (1, 0)}, InputError, "normal"),
        ({"period_m": 0}, OutOfRangeError, "period_m = 0"),
        ({"fractions": (0.5, 0.4)}, OutOfRangeError, "fractions"),
        ({"fractions": [0.001] * 1000}, OutOfRangeError, "255 at most"),
        ({"shape": (2, 2)}, InputError, "shape"),
        ({"voxel_size_m": (1, 2)}, InputError, "voxel_size_m"),
    ],
)
def test_wrong_layers_are_refused(change, error, problem):
    """The argument is named."""
    right = {"shape": (4, 4, 4), "voxel_size_m": 1, "normal": (1, 0, 0), "period_m": 2, "fractions": (0.5, 0.5)}
    with pytest.raises(error, match=problem):
        laminate(**(right | change))


@pytest.mark.parametrize("waves", [(0, 0, 0), (1, 1), (1.0, 0, 0), 1])
def test_wrong_waves_are_refused(waves):
    """Three whole numbers, one of them not 0."""
    with pytest.raises(InputError, match="waves"):
        periodic_laminate(shape=(4, 4, 4), voxel_size_m=1, waves=waves, fractions=(0.5, 0.5))


def test_wrong_checkerboards_are_refused():
    """Whole numbers of cells and of voxels, within the memory."""
    for change in ({"cells": (0, 1, 1)}, {"voxels_per_cell": (2, 2)}, {"cells": (10**5,) * 3}):
        with pytest.raises(InputError, match=r"cells|voxels_per_cell|GB are free"):
            checkerboard(**({"cells": (2, 2, 2), "voxels_per_cell": (2, 2, 2), "voxel_size_m": 1} | change))
