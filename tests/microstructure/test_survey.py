"""The survey of an image: fractions, connection, areas and triple lines in one, and its warnings."""

import numpy as np
import pytest
from media import electrode

from electrode_homog.images import VoxelImage, generate_electrode
from electrode_homog.microstructure import Microstructure, Survey, interfaces, survey, triple_lines
from electrode_homog.provenance import from_json, to_json


def test_survey_of_layers():
    """Half-and-half layers normal to z: both phases join the faces of x and y wholly, those of z not; one plane."""
    labels = np.zeros((70, 70, 64), dtype=np.uint8)
    labels[:, :, 32:] = 1
    medium = Microstructure(VoxelImage(labels, (2e-6, 1e-6, 0.5e-6)), {"pore": 0, "active": 1})
    found = survey(medium)
    pore = found.phases[0]
    assert (pore.name, pore.volume_fraction) == ("pore", 0.5)
    assert pore.connected_fraction == (1, 1, 0)
    assert pore.percolates == (True, True, False)
    assert pore.area_per_m == pytest.approx(1 / (64 * 0.5e-6), rel=1e-9)
    assert pore.face_count_area_per_m == pytest.approx(1 / (64 * 0.5e-6))
    assert any("does not percolate along z" in warning for warning in found.warnings)


def test_small_images_are_warned_about():
    """A piece of 20 voxels says little about an electrode, and the survey says so."""
    assert any("20 voxels" in text for text in survey(electrode(np.zeros((20, 80, 80), dtype=int))).warnings)


def test_islands_are_warned_about():
    """Where a tenth of a phase is islands, that is said with the share that connects."""
    labels = np.zeros((70, 70, 70), dtype=np.uint8)
    labels[:, :30] = 1
    labels[10:20, 40:60, 10:60] = 1
    assert any("of 'b' connects" in text for text in survey(electrode(labels)).warnings)


def test_closed_pores_are_warned_about_with_a_number():
    """Pores that touch no outer face are counted, and named by their share; a channel from face to face is not."""
    labels = np.zeros((64, 64, 64), dtype=np.uint8)
    labels[:, 10:20, 10:20] = 1
    labels[30:40, 40:50, 40:50] = labels[5:9, 40:44, 5:9] = 1
    found = survey(Microstructure(VoxelImage(labels, 1e-7), {"solid": 0, "pore": 1}))
    closed = 1064 / (6400 + 1064)
    assert found.phases[1].isolated_fraction == pytest.approx(closed, rel=1e-12)
    assert found.phases[0].isolated_fraction == 0
    said = [text for text in found.warnings if "Isolated" in text]
    assert len(said) == 1
    assert f"{closed:.1%} of 'pore'" in said[0]


def test_a_pore_space_that_percolates_nowhere_is_warned_about():
    """Pores open to one outer face, but joining no two, carry nothing; that is said for all three axes."""
    labels = np.ones((64, 64, 64), dtype=np.uint8)
    labels[:40, 8:56, 8:56] = 0
    said = [text for text in survey(electrode(labels)).warnings if "percolate" in text]
    assert len(said) == 1
    assert "'a' does not percolate along x, y, z" in said[0]


@pytest.mark.parametrize(("shape", "axis"), [((90, 90, 20), "z"), ((90, 20, 90), "y"), ((20, 90, 90), None)])
def test_a_slab_that_is_not_thin_along_x_is_questioned(shape, axis):
    """A separator is thin: where another axis than x is, that axis may be the thickness."""
    said = [text for text in survey(electrode(np.zeros(shape, dtype=int))).warnings if "the thickness?" in text]
    assert [f"Is {axis} the thickness?" in text for text in said] == ([] if axis is None else [True])


def test_a_picture_of_a_plane_is_no_slab():
    """A single layer of voxels says nothing about which axis is the thickness."""
    found = survey(electrode(np.zeros((90, 90, 1), dtype=int)))
    assert not any("the thickness?" in text for text in found.warnings)


def test_survey_puts_its_parts_together():
    """Areas of a phase are the sums over its interfaces; interfaces and triple lines are those of their functions."""
    medium = electrode(np.random.default_rng(0).integers(0, 3, (12, 11, 10)))
    found = survey(medium)
    for phase in found.phases:
        parts = [one for one in interfaces(medium) if phase.name in one.phases]
        assert phase.area_per_m == pytest.approx(sum(one.area_per_m for one in parts))
        assert phase.face_count_area_per_m == pytest.approx(sum(one.face_count_area_per_m for one in parts))
    assert found.triple_lines == triple_lines(medium)
    restored = from_json(to_json(found), Survey)
    assert restored.phases == found.phases
    np.testing.assert_allclose(restored.interfaces[0].layer_area_m2, found.interfaces[0].layer_area_m2)


def test_a_mapped_file_is_surveyed_as_an_array(tmp_path):
    """Labels in a memory map give the same survey, byte for byte, as labels in memory."""
    labels = generate_electrode(seed=1, shape=(24, 24, 24), mean_radius_m=2e-6).labels
    np.save(tmp_path / "image.npy", labels)
    mapped = np.load(tmp_path / "image.npy", mmap_mode="r")
    phases = {"pore": 0, "active": 1, "binder": 2}
    first, second = (survey(Microstructure(VoxelImage(array, 4e-7), phases)) for array in (labels, mapped))
    assert to_json(first).partition("provenance")[0] == to_json(second).partition("provenance")[0]


def test_one_phase_has_no_surface():
    """An image of one phase joins all faces and has area 0."""
    found = survey(electrode(np.zeros((5, 6, 7), dtype=np.uint8)))
    assert found.interfaces == found.triple_lines == ()
    assert found.phases[0].area_per_m == 0
    assert found.phases[0].connected_fraction == (1, 1, 1)
