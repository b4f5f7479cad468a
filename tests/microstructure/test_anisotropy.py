"""Flattening of phases: pressed images, isotropic images, images turned the wrong way."""

import math

import numpy as np
import pytest
from media import electrode, layers

from electrode_homog.errors import InputError
from electrode_homog.images import ELECTRODE_PHASES, VoxelImage, generate_electrode
from electrode_homog.microstructure import Microstructure
from electrode_homog.microstructure.anisotropy import Anisotropy, anisotropy, flattening
from electrode_homog.microstructure.chords import chord_lengths, count_chords
from electrode_homog.microstructure.correlation import two_point
from electrode_homog.provenance import from_json, to_json


def of_phase(medium: Microstructure, name: str) -> Anisotropy:
    return anisotropy(chord_lengths(count_chords(medium), name), two_point(medium, name))


@pytest.mark.parametrize("pressed", [1.0, 1.5])
def test_generated_electrodes_are_as_flat_as_asked(pressed):
    """Particles generated with a flattening show it within 8 % in their chords, along x; turned round, along z."""
    image = generate_electrode(seed=3, shape=(96, 96, 96), flattening=pressed)
    upright = of_phase(Microstructure(image, ELECTRODE_PHASES), "active")
    assert upright.chord_flattening[0] == pytest.approx(pressed, rel=0.08)
    assert upright.correlation_flattening[0] == pytest.approx(pressed, rel=0.12)
    turned = VoxelImage(image.labels.transpose(1, 2, 0), image.voxel_size_m)
    aside = of_phase(Microstructure(turned, ELECTRODE_PHASES), "active")
    assert aside.chord_flattening == pytest.approx((*upright.chord_flattening[1:], upright.chord_flattening[0]))
    if pressed > 1:
        assert (upright.flattest_axis, aside.flattest_axis) == (0, 2)


def test_oblong_voxels_are_no_flattening():
    """Lengths count, not voxels: an isotropic electrode in voxels of 1 : 2 : 1 is isotropic."""
    size = 0.4e-6
    image = generate_electrode(seed=1, shape=(96, 48, 96), voxel_size_m=(size, 2 * size, size), flattening=1.0)
    found = of_phase(Microstructure(image, ELECTRODE_PHASES), "active")
    np.testing.assert_allclose(found.chord_flattening, 1, atol=0.08)
    np.testing.assert_allclose(found.correlation_flattening, 1, atol=0.12)


def test_flattening():
    """It multiplies to 1 over the axes, is 1 for equal scales, and is not a number where a scale is not finite."""
    assert flattening((1.0, 2.0, 8.0)) == pytest.approx((4, math.sqrt(2), 1 / (4 * math.sqrt(2))))
    assert flattening((3.0, 3.0, 3.0)) == pytest.approx((1, 1, 1))
    for wrong in (math.inf, math.nan, 0.0):
        assert all(math.isnan(value) for value in flattening((1.0, wrong, 1.0)))
    layered = of_phase(layers([0, 1] * 4, axis=0, across=(8, 8)), "a")
    assert all(math.isnan(value) for value in layered.chord_flattening)
    assert layered.flattest_axis == 0
    assert from_json(to_json(layered), Anisotropy).mean_chord_m == layered.mean_chord_m


def test_two_phases_are_refused():
    """Chords of one phase and correlation of another say nothing together."""
    medium = electrode(np.random.default_rng(0).integers(0, 2, (6, 6, 6)))
    with pytest.raises(InputError, match=r"chords are of 'a', the correlation of \('b', 'b'\); give one phase"):
        anisotropy(chord_lengths(count_chords(medium), "a"), two_point(medium, "b"))


@pytest.mark.shared_data
def test_calendered_cathode_is_flat_along_x(shared_data):
    """The particles of the calendered NMC532 cathode are pressed along axis 0, by 1.31 in chords.

    Its notes infer the axis from face densities, 0.061 against 0.046 and 0.047; their ratio is 1.31.
    """
    from electrode_homog.images import read_image

    image = read_image(shared_data / "volumes" / "nrel_nmc532_cal_cbd.tif", voxel_size_m=398e-9)
    found = of_phase(Microstructure(image, {"pore": 0, "active": 1, "binder": 2}), "active")
    assert found.flattest_axis == 0
    assert found.chord_flattening[0] == pytest.approx(1.31, abs=0.02)
    assert found.correlation_flattening[0] > 1.15
