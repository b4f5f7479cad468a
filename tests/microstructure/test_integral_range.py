"""Integral range: against closed forms, and against the scatter it foretells."""

import importlib
import math

import boolean_model
import numpy as np
import pytest
from media import electrode, layers

from electrode_homog.errors import InputError
from electrode_homog.images import VoxelImage
from electrode_homog.microstructure import Microstructure
from electrode_homog.microstructure.integral_range import IntegralRange, integral_range
from electrode_homog.provenance import from_json, to_json


def void_image(shape, radius, void, seed, spacing=(1.0, 1.0, 1.0)) -> Microstructure:
    labels = boolean_model.boolean_void(shape, radius, void, seed, spacing)
    return Microstructure(VoxelImage(labels, spacing), {"solid": 0, "void": 1})


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (1.0, 2.0, 0.5)])
@pytest.mark.parametrize("fraction", [0.1, 0.5])
def test_independent_voxels(spacing, fraction):
    """Where every voxel is drawn on its own A3 is the volume of a voxel, in blocks of one voxel or of several."""
    for shape in [(60, 50, 64), (130, 70, 100)]:
        labels = np.random.default_rng(0).random(shape) < fraction
        result = integral_range(electrode(labels.astype(int), spacing), "b")
        assert result.range_m3 == pytest.approx(math.prod(spacing), rel=0.08)
        assert result.range_relative_error < 0.03


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (1.0, 2.0, 0.5)])
@pytest.mark.parametrize("void", [0.5, 0.2])
def test_overlapping_spheres(spacing, void):
    """A3 of overlapping spheres is the integral of their covariance, within 15 % in images 32 radii wide."""
    shape = tuple(round(128 / h) for h in spacing)
    result = integral_range(void_image(shape, 4.0, void, 1, spacing), "void")
    assert result.range_m3 == pytest.approx(boolean_model.integral_range(4.0, void), rel=0.15)
    assert 0.03 < result.range_relative_error < 0.12


def test_the_stated_error_is_the_scatter():
    """Over 16 images A3 has no bias above its scatter, and scatters about as much as each result says."""
    results = [integral_range(void_image((64,) * 3, 4.0, 0.5, seed), "void") for seed in range(16)]
    ratio = np.array([result.range_m3 for result in results]) / boolean_model.integral_range(4.0, 0.5)
    stated = np.mean([result.range_relative_error for result in results])
    assert np.mean(ratio) == pytest.approx(1, abs=3 * stated / 4)
    assert np.std(ratio) == pytest.approx(stated, rel=0.5)


def test_error_of_the_fraction_is_its_scatter():
    """The standard error that one image gives for its fraction is the standard deviation over 32 images."""
    results = [integral_range(void_image((48,) * 3, 2.5, 0.4, seed), "void") for seed in range(32)]
    scatter = np.std([result.fraction for result in results], ddof=1) / 0.4
    assert np.mean([result.relative_error for result in results]) == pytest.approx(scatter, rel=0.3)


def test_both_phases_of_two_have_one_range():
    """A phase and its complement have the same covariance, so the same A3, and errors in the ratio of fractions."""
    medium = void_image((64,) * 3, 4.0, 0.3, 0)
    void, solid = integral_range(medium, "void"), integral_range(medium, "solid")
    assert void.range_m3 == pytest.approx(solid.range_m3, rel=1e-9)
    assert void.relative_error / solid.relative_error == pytest.approx(solid.fraction / void.fraction)


def test_axes_mirrors_and_units():
    """Rotated and mirrored images have the same A3; in metres it scales with the volume of a voxel."""
    labels = boolean_model.boolean_void((64, 48, 40), 3.0, 0.5, 0).astype(int)
    one = integral_range(electrode(labels), "b").range_m3
    assert integral_range(electrode(labels.transpose(2, 0, 1)), "b").range_m3 == pytest.approx(one, rel=1e-9)
    assert integral_range(electrode(labels[:, ::-1, ::-1]), "b").range_m3 == pytest.approx(one, rel=1e-9)
    assert integral_range(electrode(labels, (2e-6,) * 3), "b").range_m3 == pytest.approx(8e-18 * one, rel=1e-9)


@pytest.mark.parametrize("planes_at_once", [1, 9])
def test_planes_read_at_once_do_not_matter(planes_at_once, monkeypatch):
    """Blocks of several planes are summed alike, however many planes are read at once."""
    medium = void_image((130, 40, 40), 3.0, 0.5, 0)
    whole = integral_range(medium, "void")
    module = importlib.import_module(
        "electrode_homog.microstructure.integral_range"
    )  # the room has a function so named
    monkeypatch.setattr(module, "_SUMMED_AT_ONCE", planes_at_once * 40 * 40)
    assert integral_range(medium, "void") == whole


def test_representative_volume():
    """A volume holds V / A3 independent samples: half the error needs four times the volume."""
    result = IntegralRange("pore", 0.2, 1000.0, 10.0, 0.1)
    assert result.relative_error == pytest.approx(0.2)
    assert result.representative_volume_m3(0.2) == pytest.approx(1000)
    assert result.representative_volume_m3(0.01) == pytest.approx(400_000)
    for wrong in (0, -0.1, math.nan):
        with pytest.raises(InputError, match=r"relative_error = .* is not > 0"):
            result.representative_volume_m3(wrong)


@pytest.mark.parametrize(
    "medium",
    [
        layers([0, 1] * 16, axis=0, across=(32, 32)),
        electrode((np.arange(64)[:, None, None] // 32 * np.ones((64, 64, 64))).astype(int)),
        electrode(np.arange(2)[None, None, :].repeat(3, axis=0)),
    ],
)
def test_one_sample_says_nothing(medium):
    """Layers, an image of two halves, an image one voxel thin: A3 is infinite, and so is every error."""
    result = integral_range(medium, "a")
    assert result.range_m3 == result.relative_error == result.range_relative_error == math.inf
    assert result.representative_volume_m3(0.01) == math.inf
    assert from_json(to_json(result), IntegralRange) == result


def test_a_lattice_does_not_scatter():
    """Blocks of a checkerboard that all hold the same fraction have A3 = 0, and its fraction no error."""
    places = np.indices((128, 128, 128), sparse=True)
    result = integral_range(electrode(sum(places) % 2), "a")
    assert result.range_m3 == result.relative_error == 0
    assert result.representative_volume_m3(0.01) == 0


def test_a_phase_that_fills_the_image_and_none():
    """A phase alone has no integral range; a phase that is not there is refused."""
    medium = electrode(np.zeros((8, 8, 8), dtype=int))
    assert math.isnan(integral_range(medium, "a").range_m3)
    assert math.isnan(integral_range(medium, "a").relative_error)
    with pytest.raises(InputError, match="no phase 'pore'"):
        integral_range(medium, "pore")
