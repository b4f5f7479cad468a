"""The description of an image: each measure is that of its function, warnings appear where they should and not else."""

import numpy as np
import pytest
from media import electrode

from electrode_homog.errors import OutOfRangeError
from electrode_homog.images import VoxelImage, generate_electrode, overlapping_spheres, random_spheres
from electrode_homog.microstructure import (
    Description,
    Microstructure,
    chord_lengths,
    count_chords,
    debye_length_m,
    describe,
    diffusion_radius,
    find_particles,
    integral_range,
    local_thickness,
    profiles,
    size_distribution,
    survey,
    two_point,
)
from electrode_homog.provenance import from_json, to_json

PHASES = {"pore": 0, "active": 1, "binder": 2}


@pytest.fixture(scope="module")
def made():
    image = generate_electrode(seed=2, shape=(72, 70, 68), voxel_size_m=(4e-7, 4e-7, 5e-7))
    return Microstructure(image, PHASES)


@pytest.fixture(scope="module")
def described(made):
    return describe(made)


def test_every_measure_is_there_for_every_phase(made, described):
    """What is described of a phase is what the function of each measure gives."""
    counts = count_chords(made)
    for place, (name, phase) in enumerate(zip(made.phases, described.phases, strict=True)):
        assert phase.name == name
        assert phase.chords.mean_m == chord_lengths(counts, name).mean_m
        np.testing.assert_array_equal(phase.two_point.probability[0], two_point(made, name).probability[0])
        assert phase.fraction_relative_error == integral_range(made, name).relative_error
        assert phase.sizes.thickness.mean_m == local_thickness(made)[place].mean_m
        assert phase.sizes.radii.diffusion_m == diffusion_radius(made, name, tolerance=1e-3).radius_m
        assert phase.sizes.radii.diffusion_m == pytest.approx(diffusion_radius(made, name).radius_m, rel=2e-3)
        assert phase.sizes.radii.volume_m == size_distribution(find_particles(made, name)).volume_mean_m
        area = described.survey.phases[place].area_per_m
        assert phase.sizes.radii.area_m == pytest.approx(3 * made.fractions[name] / area)
    assert [p.area_per_m for p in described.survey.phases] == [p.area_per_m for p in survey(made).phases]
    np.testing.assert_array_equal(described.profiles.spanning, profiles(made).spanning)


def numbers(found: Description, order=(0, 1, 2)) -> dict[tuple, float]:
    """What must not depend on how an image lies, by name; values along axes put back in their order."""
    values = {}
    for phase, more in zip(found.survey.phases, found.phases, strict=True):
        for axis, was in enumerate(order):
            values[phase.name, "connected", was] = phase.connected_fraction[axis]
            values[phase.name, "chord", was] = more.chords.mean_m[axis]
            values[phase.name, "correlation", was] = more.two_point.correlation_length_m[axis]
        values[phase.name, "area"] = phase.area_per_m
        values[phase.name, "isolated"] = phase.isolated_fraction
        values[phase.name, "thickness"] = more.sizes.thickness.mean_m
        values[phase.name, "diffusion"] = more.sizes.radii.diffusion_m
        values[phase.name, "range"] = more.integral_range.range_m3
    values |= {tuple(sorted(line.phases)): line.length_per_m2 for line in found.survey.triple_lines}
    return values


def test_turned_mirrored_and_renamed(made, described):
    """However the image lies and the phases are ordered, it is described alike."""
    expected = numbers(described)
    mirrored = Microstructure(VoxelImage(made.image.labels[::-1, :, ::-1].copy(), made.image.voxel_size_m), PHASES)
    renamed = Microstructure(made.image, dict(reversed(PHASES.items())))
    for image, order in ((Microstructure(made.image.reordered((2, 0, 1)), PHASES), (2, 0, 1)), (mirrored, (0, 1, 2))):
        assert numbers(describe(image), order) == pytest.approx(expected, rel=1e-5)
    found = describe(renamed)
    assert numbers(found) == pytest.approx(expected, rel=1e-9)
    for before, after in zip(described.phases, found.phases[::-1], strict=True):
        assert after.sizes.radii == before.sizes.radii


def test_description_goes_through_json(described):
    """A description is restored from its JSON."""
    restored = from_json(to_json(described), Description)
    assert restored.warnings == described.warnings
    assert restored.phases[1].sizes.radii == described.phases[1].sizes.radii
    np.testing.assert_allclose(restored.profiles.fraction, described.profiles.fraction)


def test_radii_of_equal_balls_agree():
    """For equal balls the radii by volume, by area and by diffusion time are all the radius of the balls."""
    balls = random_spheres(seed=0, box_m=(90.0,) * 3, volume_fraction=0.15, mean_radius_m=10.0)
    medium = Microstructure(balls.voxelised((90, 90, 90)), {"rest": 0, "balls": 1})
    radii = describe(medium).phases[1].sizes.radii
    assert radii.volume_m == pytest.approx(10, rel=0.01)
    assert radii.area_m == pytest.approx(10, rel=0.03)
    # Balls that the border cuts count as if mirrored there, which widens them.
    assert radii.diffusion_m == pytest.approx(10, rel=0.12)


def test_a_radius_that_is_not_found_costs_nothing_else(made, monkeypatch):
    """Where the solution of the diffusion radius stops early, that radius is NaN and all else is there."""
    monkeypatch.setattr("electrode_homog.microstructure.equivalent_radii._MOST_ITERATIONS", 4)
    found = describe(made).phases[1].sizes
    assert np.isnan(found.radii.diffusion_m)
    assert found.radii.volume_m > 0
    assert np.isnan(from_json(to_json(found), type(found)).radii.diffusion_m)


def test_one_phase_and_one_voxel():
    """An image of one phase has no sizes; one of a single voxel is described too."""
    for labels in (np.zeros((6, 7, 8), dtype=int), np.zeros((1, 1, 1), dtype=int)):
        found = describe(electrode(labels))
        assert found.phases[0].sizes is None
        assert found.survey.phases[0].volume_fraction == 1


def test_layers_across_every_axis_are_described():
    """Layers touch the border everywhere: no body is whole, and that is said."""
    labels = np.zeros((64, 64, 64), dtype=int)
    labels[20:40] = 1
    found = describe(electrode(labels))
    assert found.phases[1].sizes.particles is None
    assert found.phases[1].sizes.radii.volume_m is None
    assert any("touches the border" in text for text in found.warnings)


@pytest.mark.parametrize("axis", range(3))
def test_a_wrong_axis_is_noticed(axis):
    """Particles pressed flat along y or z, not x: the warning names that axis; along x there is none."""
    image = generate_electrode(seed=3, shape=(72, 72, 72), flattening=1.6)
    order = [(0, 1, 2), (1, 0, 2), (1, 2, 0)][axis]
    found = describe(Microstructure(image.reordered(order), PHASES)).warnings
    said = [text for text in found if "pressed flat" in text]
    assert len(said) == (axis != 0)
    assert all(f"along {'xyz'[axis]}" in text for text in said)


def test_an_isotropic_image_is_not_taken_for_a_turned_one():
    """Overlapping balls are pressed flat along no axis."""
    spheres = overlapping_spheres(seed=4, box_m=(90.0,) * 3, porosity=0.5, mean_radius_m=6.0)
    found = describe(Microstructure(spheres.voxelised((90, 90, 90)), {"pore": 0, "solid": 1}))
    assert not any("pressed flat" in text for text in found.warnings)


def test_thin_binder_is_called_unresolved(described):
    """Binder of about two voxels is named as unresolved; particles of twenty voxels are not."""
    unresolved = [text for text in described.warnings if "Unresolved" in text]
    assert len(unresolved) == 1
    assert "'binder'" in unresolved[0]
    assert "'active'" not in unresolved[0]


def test_few_and_large_features_are_warned_about(made, described):
    """An image seven features thick says that scales are hardly apart, and that its fractions scatter."""
    assert any("scales are hardly apart" in text and "'active'" in text for text in described.warnings)
    assert any("small against its structure" in text for text in described.warnings)


@pytest.mark.parametrize(("voxel", "length"), [(1.0, "64 voxels"), (2.5e-6, "160 um")])
def test_scales_are_compared_with_and_without_a_length(voxel, length):
    """Layers of 32 voxels in an image of 64 are two features thick, whether or not a voxel has a length."""
    labels = np.broadcast_to(np.arange(64) // 32, (64, 64, 64))
    found = [text for text in describe(electrode(labels, (voxel,) * 3)).warnings if "hardly apart" in text]
    assert len(found) == 1
    assert f"(median thickness {length})" in found[0]


def test_oblong_voxels_are_not_taken_for_pressed_particles():
    """What is one voxel thick is as oblong as the voxel, which says nothing about the axis."""
    labels = np.random.default_rng(0).integers(0, 2, (64, 64, 64))
    found = describe(electrode(labels, (2.0, 1.0, 1.0))).warnings
    assert not any("pressed flat" in text for text in found)


def test_many_phases_do_not_make_many_warnings():
    """Eight phases with the same faults share a sentence for each, which names the worst and counts the rest."""
    blocks = np.random.default_rng(1).integers(0, 8, (8, 8, 8))
    found = describe(electrode(np.kron(blocks, np.ones((4, 4, 4), dtype=int)), (1e-7,) * 3)).warnings
    assert len(found) <= 9
    assert any("phases more" in text for text in found)


def test_narrow_pores_and_double_layers():
    """Pores of two nanometres are narrower than ten Debye lengths; those of micrometres are not warned about."""
    spheres = overlapping_spheres(seed=4, box_m=(64.0,) * 3, porosity=0.5, mean_radius_m=6.0)
    labels = spheres.voxelised((64, 64, 64)).labels
    for edge, expected in ((2e-10, True), (4e-7, False)):
        medium = Microstructure(VoxelImage(labels, edge), {"pore": 0, "solid": 1})
        assert any("double layers" in text for text in describe(medium).warnings) == expected


def test_debye_lengths_of_the_literature():
    """0.30401191 nm in water and 0.32572705 nm at a permittivity of 90, both at 1 mol/l and 298.15 K (D-DEB)."""
    for permittivity, expected in ((78.4, 0.30401191e-9), (90.0, 0.32572705e-9)):
        found = debye_length_m(concentration_mol_m3=1000.0, relative_permittivity=permittivity)
        assert found == pytest.approx(expected, rel=1e-6)
    with pytest.raises(OutOfRangeError, match="positive"):
        debye_length_m(concentration_mol_m3=0.0, relative_permittivity=78.4)


@pytest.mark.shared_data
def test_real_electrodes_are_described(shared_data):
    """A crop of a calendered cathode: particles are flat along x, which is as it should be; binder is thin."""
    from electrode_homog.images import read_image

    path = shared_data / "volumes" / "nrel_nmc532_cal_cbd.tif"
    image = read_image(path, voxel_size_m=398e-9, crop=((60, 190), (80, 210), (80, 210)))
    found = describe(Microstructure(image, PHASES))
    assert found.phases[1].anisotropy.flattest_axis == 0
    assert not any("pressed flat" in text for text in found.warnings)
    assert any("'binder'" in text and "Unresolved" in text for text in found.warnings)
    assert any("Isolated" in text and "'binder'" in text for text in found.warnings)
