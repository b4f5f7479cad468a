"""An electrode from its image: exact numbers in the set, sources for all, and what is refused."""

import dataclasses
import html
import math
import re

import numpy as np
import pytest

from electrode_homog.errors import InputError, NotPercolatingError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.homogenization import Boundary, SubvolumeValues, effective_tensor, subvolume_values
from electrode_homog.images import (
    ELECTRODE_PHASES,
    FractionIntervals,
    VoxelImage,
    generate_electrode,
    graded,
    packed_spheres,
)
from electrode_homog.microstructure import Microstructure
from electrode_homog.parameters import (
    EFFECTIVE_ALREADY,
    ActivePhase,
    Layers,
    load_parameter_set,
    save_parameter_set,
)
from electrode_homog.particles import Sphere, SphereSizes
from electrode_homog.provenance import from_json, to_json
from electrode_homog.report import Named, write_report
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency
from electrode_homog.workflow import (
    Collector,
    ElectrodeFromImage,
    ImageLayers,
    Radii,
    Thickness,
    electrode_from_image,
)
from electrode_homog.workflow.image_layers import below_voigt
from electrode_homog.workflow.image_uncertainty import tensor_uncertainty

PHASES = {"porosity": "pore", "active": "active"}
ALONE = {"divisions": (1, 1, 1), "radii": Radii.BASE}
HEAT = {"pore": 0.2, "active": 1.5, "binder": 0.5}


@pytest.fixture(scope="module")
def base():
    return load_parameter_set("chen2020")


@pytest.fixture(scope="module")
def generated() -> Microstructure:
    image = generate_electrode(seed=1, shape=(40, 40, 40), active_fraction=0.6, binder_fraction=0.05)
    return Microstructure(image, ELECTRODE_PHASES)


@pytest.fixture(scope="module")
def full(generated, base) -> ElectrodeFromImage:
    """Everything asked for at once."""
    return electrode_from_image(
        generated,
        base,
        "positive",
        **PHASES,
        solid_conductivity_S_m={"active": 0.1, "binder": 100.0},
        thermal_conductivity_W_m_K=HEAT,
        layers=ImageLayers(4, Collector.FIRST_FACE),
    )


def straight_pores(*, share=3) -> Microstructure:
    """Pores along x in two of `share` columns; the rest is active material."""
    labels = (np.arange(144).reshape(12, 12) % share == 0).astype(np.uint8)
    image = VoxelImage(np.broadcast_to(labels, (16, 12, 12)).copy(), (4e-7,) * 3, "straight pores")
    return Microstructure(image, {"pore": 0, "active": 1})


def test_straight_pores_are_exact(base):
    """B is the porosity, along x; across, where the walls are one voxel wide, it is 0: no mean over directions."""
    found = electrode_from_image(straight_pores(), base, "positive", **PHASES, **ALONE)
    assert found.cell.positive.porosity == pytest.approx(2 / 3, rel=1e-15)
    assert found.cell.positive.electrolyte_efficiency == pytest.approx(2 / 3, rel=1e-12)
    layers = ImageLayers(5, Collector.FIRST_FACE)
    graded_too = electrode_from_image(straight_pores(), base, "positive", **PHASES, **ALONE, layers=layers)
    assert graded_too.layers is not None
    np.testing.assert_allclose(graded_too.layers.electrolyte_efficiency, 2 / 3, rtol=1e-12)


def test_turning_the_image_swaps_directions(generated, base):
    """With y as the first axis the cell gets what was the y entry; through and in-plane values change places."""
    tensor = effective_tensor(generated, {"pore": 1.0})
    x, y, z = np.diag(tensor.matrix)
    turned = Microstructure(generated.image.reordered((1, 2, 0)), ELECTRODE_PHASES)
    straight, swapped = (
        electrode_from_image(one, base, "positive", **PHASES, **ALONE, thermal_conductivity_W_m_K=HEAT)
        for one in (generated, turned)
    )
    assert straight.electrolyte_efficiency.through_plane == x
    assert straight.electrolyte_efficiency.in_plane == pytest.approx((y + z) / 2, rel=1e-12)
    assert swapped.electrolyte_efficiency.through_plane == pytest.approx(y, rel=2e-3)
    assert swapped.electrolyte_efficiency.in_plane == pytest.approx((z + x) / 2, rel=2e-3)
    for found in (straight, swapped):
        heat, layer = found.thermal_conductivity_W_m_K, found.cell.thermal.positive
        assert (layer.through_plane_conductivity_W_m_K, layer.in_plane_conductivity_W_m_K) == (
            heat.through_plane,
            heat.in_plane,
        )


def test_every_value_has_a_source_that_says_whose_it_is(full, base):
    """Values of the image name it and the method; all others say which base set they are from."""
    from_image = {
        "positive.porosity", "positive.active_fraction", "positive.inactive_fraction", "positive.particle",
        "positive.conductivity_S_m", "positive.electrolyte_law", "positive.solid_law", "positive.layers",
        "positive.measured_surface_area_per_m", "thermal.positive.through_plane_conductivity_W_m_K",
        "thermal.positive.in_plane_conductivity_W_m_K",
    }  # fmt: skip
    for path, text in full.cell.sources.items():
        if path in from_image:
            assert "generate_electrode: seed 1" in text, path
        else:
            assert text == f"from base set chen2020: {base.sources[path]}"
    assert from_image <= set(full.cell.sources)
    assert "insulated-sides" in full.cell.sources["positive.electrolyte_law"]
    assert full.cell.negative == base.negative


def test_a_second_electrode_keeps_the_first_one_marked_once(generated, base):
    """From image to image: the mark of the base set is not repeated, and the first electrode stays."""
    first = electrode_from_image(generated, base, "positive", **PHASES, **ALONE).cell
    second = electrode_from_image(generated, first, "negative", **PHASES, **ALONE).cell
    assert second.positive == first.positive
    assert second.sources["positive.thickness_m"] == first.sources["positive.thickness_m"]
    assert second.sources["positive.porosity"].startswith(f"from base set {first.name}: share of pore")


def test_the_set_survives_toml_and_the_result_json(full, tmp_path):
    """Written and read, nothing is lost."""
    path = save_parameter_set(full.cell, tmp_path / "cell.toml")
    assert load_parameter_set(path) == full.cell
    again = from_json(to_json(full), ElectrodeFromImage)
    assert again.cell == full.cell
    assert again.layers == full.layers


@pytest.mark.parametrize("collector", list(Collector))
def test_layers_are_counts_and_add_up_to_the_whole(generated, base, full, collector):
    """Fractions by voxels, first entry at the collector; means of all are the values of the electrode."""
    found = electrode_from_image(
        generated, base, "positive", **PHASES, layers=ImageLayers(3, collector), divisions=(1, 1, 1)
    )
    layers, electrode = found.layers, found.cell.positive
    assert layers is not None
    pores = (generated.image.labels == 0).mean(axis=(1, 2))
    expected = [pores[a:b].mean() for a, b in ((0, 13), (13, 27), (27, 40))]
    expected = expected if collector is Collector.FIRST_FACE else expected[::-1]
    np.testing.assert_allclose(layers.porosity, expected, rtol=1e-14)
    assert layers.mean("porosity") == pytest.approx(generated.fractions["pore"], rel=1e-14)
    assert layers.mean("active_fraction") == pytest.approx(generated.fractions["active"], rel=1e-14)
    assert layers.mean("electrolyte_efficiency") == pytest.approx(full.electrolyte_efficiency.through_plane, rel=1e-12)
    assert layers.mean("surface_area_per_m") == pytest.approx(full.surface.area_per_m, rel=1e-12)
    assert electrode.electrolyte_law == FixedEfficiency(full.tensors["electrolyte"].through_thickness)
    assert set(layers.solid_efficiency) == {1.0}  # nothing was asked of the solid


def test_layers_of_the_solid(full, generated, base):
    """The conductivity of the whole is effective, and layers have the harmonic mean 1."""
    assert full.cell.positive.solid_law == EFFECTIVE_ALREADY
    assert full.layers.mean("solid_efficiency") == pytest.approx(1, rel=1e-12)
    assert max(full.layers.solid_efficiency) > 1


def test_a_graded_image_becomes_graded_layers(base):
    """A porosity that falls from the first plane on is found where the collector was said to be."""
    field = np.random.default_rng(0).normal(size=(20, 24, 24))
    image = graded(field, np.repeat([0.8, 0.6], 10), voxel_size_m=4e-7)
    electrode = Microstructure(image, {"pore": 0, "active": 1})
    for collector, expected in ((Collector.FIRST_FACE, (0.8, 0.6)), (Collector.LAST_FACE, (0.6, 0.8))):
        found = electrode_from_image(electrode, base, "positive", **PHASES, **ALONE, layers=ImageLayers(2, collector))
        np.testing.assert_allclose(found.layers.porosity, expected, atol=1 / 576)


def test_radii_of_balls(base):
    """Packed balls of 3 um: kinetic and diffusive radius, and the area 3 eps / R, within 5 % at 10 voxels a radius."""
    packing = packed_spheres(
        seed=2, box_m=(24e-6,) * 3, volume_fraction=0.5, mean_radius_m=3e-6, radius_spread=0.0, periodic=True
    )
    electrode = Microstructure(packing.voxelised((80, 80, 80)), {"pore": 0, "active": 1})
    diffusive, kinetic = (
        electrode_from_image(electrode, base, "positive", **PHASES, radii=radii, divisions=(1, 1, 1))
        for radii in (Radii.DIFFUSIVE, Radii.KINETIC)
    )
    area = 3 * electrode.fractions["active"] / 3e-6
    assert diffusive.cell.positive.measured_surface_area_per_m == pytest.approx(area, rel=0.05)
    assert diffusive.cell.positive.particle.radius_m == pytest.approx(3e-6, rel=0.05)
    assert kinetic.cell.positive.measured_surface_area_per_m is None
    assert kinetic.cell.positive.particle.radius_m == pytest.approx(3e-6, rel=0.05)
    assert kinetic.cell.positive.surface_area_per_m == pytest.approx(diffusive.surface.area_per_m, rel=1e-12)
    assert diffusive.surface.covered_fraction == 0


def test_particles_of_another_kind_are_scaled(generated, base):
    """A size distribution stays one, with the kinetic radius that was measured, and a warning says so."""
    sizes = SphereSizes((2e-6, 4e-6), (0.5, 0.5))
    mixed = base.with_electrode("positive", particle=sizes)
    found = electrode_from_image(generated, mixed, "positive", **PHASES, radii=Radii.KINETIC, divisions=(1, 1, 1))
    particle = found.cell.positive.particle
    assert isinstance(particle, SphereSizes)
    assert particle.radius_m == pytest.approx(found.surface.kinetic_radius_m, rel=1e-12)
    assert any("stay SphereSizes" in text for text in found.warnings)
    kept = electrode_from_image(generated, mixed, "positive", **PHASES, radii=Radii.BASE_AND_AREA, divisions=(1, 1, 1))
    assert kept.cell.positive.particle == sizes
    assert kept.cell.positive.measured_surface_area_per_m == found.surface.area_per_m


def test_what_binder_covers_does_not_react(generated, full):
    """Covered and bare surface are that of the phase; the binder's share is about its share of the contacts."""
    labels = generated.image.labels
    faces = {0: 0, 2: 0}
    for axis in range(3):
        a, b = (np.take(labels, range(*ends), axis=axis) for ends in ((0, 39), (1, 40)))
        for other in faces:
            faces[other] += int(((a == 1) & (b == other)).sum() + ((a == other) & (b == 1)).sum())
    assert full.surface.covered_fraction == pytest.approx(faces[2] / (faces[0] + faces[2]), abs=0.06)


def test_surface_under_porous_binder_may_react(generated, base, full):
    """With the binder among the reacting phases bare and covered surface add up, and nothing is covered."""
    found = electrode_from_image(
        generated, base, "positive", **PHASES, divisions=(1, 1, 1), reacting=("pore", "binder")
    )
    assert found.surface.covered_fraction == 0
    assert found.surface.area_per_m == pytest.approx(
        full.surface.area_per_m / (1 - full.surface.covered_fraction), rel=1e-12
    )
    with pytest.raises(InputError, match="both name"):
        electrode_from_image(generated, base, "positive", **PHASES, **ALONE, reacting="active")


def test_skeleton_multiplies_the_bulk_conductivity(generated):
    """Marquis2019 has a bulk conductivity: the image gives the efficiency, and structure counts once."""
    marquis = load_parameter_set("marquis2019")
    skeleton = {"active": 1.0, "binder": 1.0}
    found = electrode_from_image(generated, marquis, "positive", **PHASES, **ALONE, solid_transport=skeleton)
    B = effective_tensor(generated, skeleton).through_thickness
    electrode = found.cell.positive
    assert electrode.conductivity_S_m == marquis.positive.conductivity_S_m
    assert electrode.solid_efficiency == B
    assert found.electronic_conductivity_S_m.through_plane == pytest.approx(B * electrode.conductivity_S_m, rel=1e-12)
    with pytest.raises(InputError, match="count twice"):
        electrode_from_image(
            generated, load_parameter_set("chen2020"), "positive", **PHASES, **ALONE, solid_transport=skeleton
        )


def test_a_conductivity_that_is_a_function_stays_one(generated):
    """The skeleton's efficiency multiplies its value at the reference temperature; else a warning gives that."""
    law = Expression("10*exp(3500/R*(1/298.15 - 1/T))", ("T",))
    marquis = load_parameter_set("marquis2019").with_electrode("positive", conductivity_S_m=law)
    marquis = marquis.with_value("cell.reference_temperature_K", 310.0)
    k = law(T=310.0)
    skeleton = {"active": 1.0, "binder": 1.0}
    found = electrode_from_image(generated, marquis, "positive", **PHASES, **ALONE, solid_transport=skeleton)
    assert found.cell.positive.conductivity_S_m == law
    B = found.cell.positive.solid_efficiency
    assert found.electronic_conductivity_S_m.through_plane == pytest.approx(B * k, rel=1e-12)
    unasked = electrode_from_image(generated, marquis, "positive", **PHASES, **ALONE)
    assert any(f"stays that of marquis2019, {k:g} S/m at 310 K" in text for text in unasked.warnings)


def test_the_base_set_keeps_its_solid_unless_asked(generated, base):
    """Without conductivities the value stays, and a warning says that it is not of this image."""
    found = electrode_from_image(generated, base, "positive", **PHASES, **ALONE)
    assert found.cell.positive.conductivity_S_m == base.positive.conductivity_S_m
    assert found.electronic_conductivity_S_m is None
    assert any("stays that of chen2020" in text for text in found.warnings)


def test_capacity_and_thickness_that_no_longer_fit_are_said(generated, base):
    """The capacity follows the active fraction, the nominal one stays; a crop is not the electrode's thickness."""
    found = electrode_from_image(generated, base, "positive", **PHASES, **ALONE)
    capacity = next(text for text in found.warnings if "nominal capacity" in text)
    assert f"{found.cell.theoretical_capacity_Ah('positive'):.4g} Ah instead of" in capacity
    assert found.cell.cell.nominal_capacity_Ah == base.cell.nominal_capacity_Ah
    assert any("16 um thick" in text for text in found.warnings)
    assert found.cell.positive.thickness_m == base.positive.thickness_m
    thin = electrode_from_image(generated, base, "positive", **PHASES, **ALONE, thickness=Thickness.IMAGE)
    assert thin.cell.positive.thickness_m == pytest.approx(16e-6, rel=1e-12)
    assert not any("um thick" in text for text in thin.warnings)
    assert any("and a thickness of 16 um instead of 75.6 um" in text for text in thin.warnings)
    assert "a thickness of" not in capacity


def test_thermal_values_need_a_place(generated, base):
    """A base set without thermal section gets none; the values are in the result, and a warning says so."""
    cold = base.with_thermal(None)
    found = electrode_from_image(generated, cold, "positive", **PHASES, **ALONE, thermal_conductivity_W_m_K=HEAT)
    assert found.cell.thermal is None
    assert found.thermal_conductivity_W_m_K is not None
    assert any("no thermal section" in text for text in found.warnings)


def test_standard_deviations(base):
    """B's is that of the mean of eight pieces, with the solver's error; through the exponent it is the same."""
    image = generate_electrode(seed=3, shape=(40, 40, 40), active_fraction=0.6, binder_fraction=0.06)
    electrode = Microstructure(image, ELECTRODE_PHASES)
    tensor = effective_tensor(electrode, {"pore": 1.0})
    pieces = subvolume_values(electrode, {"pore": 1.0}, divisions=(2, 2, 2))
    values = np.append(pieces.values, [0.0] * pieces.blocked)
    scatter = values.std(ddof=1) / math.sqrt(8) / values.mean()
    cell = electrode_from_image(electrode, base, "positive", **PHASES, radii=Radii.BASE).cell
    assert "scatter of 8 pieces" in cell.sources["positive.electrolyte_law"]
    assert isinstance(cell.positive.electrolyte_law, BruggemanLaw)
    relative = cell.uncertainties["positive.electrolyte_law"] * abs(math.log(cell.positive.porosity))
    assert relative == pytest.approx(math.hypot(scatter, tensor.relative_error), rel=0.01)
    assert (
        "positive.electrolyte_law"
        not in electrode_from_image(electrode, base, "positive", **PHASES, **ALONE).cell.uncertainties
    )


def test_no_deviation_of_an_image_that_is_too_small(generated, base):
    """Where the sample error of the porosity cannot be told, the scatter of smaller pieces does not tell that of B."""
    corner = Microstructure(generated.image.cropped(slice(16), slice(16), slice(16)), generated.phases)
    cell = electrode_from_image(corner, base, "positive", **PHASES, radii=Radii.BASE).cell
    assert "too small" in cell.sources["positive.porosity"]
    assert "positive.electrolyte_law" not in cell.uncertainties
    assert "sample error not known" in cell.sources["positive.electrolyte_law"]


def test_heat_capacity_is_not_of_the_image(generated, base):
    """A base set with thermal values keeps density and heat capacity at another porosity, and says so."""
    found = electrode_from_image(generated, base, "negative", **PHASES, **ALONE)
    assert found.cell.thermal == base.thermal
    assert any("an image knows no masses" in text for text in found.warnings)


def test_pieces_that_are_blocked_count_as_nothing(generated):
    """Seven pieces of 1 and one blocked: the mean is 7/8, its standard error sqrt(1/8)/sqrt(8) of it."""
    tensor = effective_tensor(generated, {"pore": 1.0})
    pieces = tuple(dataclasses.replace(_piece(tensor), value=1.0) for _ in range(7))
    known = tensor_uncertainty(tensor, SubvolumeValues(pieces, 1, 0, (2, 2, 2)))
    expected = math.hypot(math.sqrt(1 / 8) / math.sqrt(8) / (7 / 8), tensor.relative_error)
    assert known.relative == pytest.approx(expected, rel=1e-12)
    assert "1 of them blocked" in known.text


def _piece(tensor):
    from electrode_homog.homogenization import EffectiveConductivity

    return EffectiveConductivity(1.0, 0, {"pore": 0.3}, tensor.relative_error, 1, tensor.boundary, 0.0)


def test_thresholds_widen_fractions(generated, base):
    """Intervals of a segmentation enter as evenly likely: half the interval over sqrt(3), beside the sample error."""
    p, a, b = (generated.fractions[name] for name in ("pore", "active", "binder"))
    moved = ((p - 0.03, a + 0.03, b), (p, a - 0.01, b + 0.01))
    back = ((p + 0.02, a - 0.02, b), (p, a + 0.01, b - 0.01))
    intervals = FractionIntervals((p, a, b), (p - 0.03,) * 3, (p + 0.03,) * 3, moved, back)
    without, found = (
        electrode_from_image(generated, base, "positive", **PHASES, **ALONE, segmentation=given).cell.uncertainties
        for given in (None, intervals)
    )
    for path, width in (("positive.porosity", 0.03), ("positive.active_fraction", math.hypot(0.03, 0.01))):
        assert found[path] == pytest.approx(math.hypot(without.get(path, 0.0), width / math.sqrt(3)), rel=1e-12)


def test_blended_electrodes(base, generated):
    """The second material takes its own phase; one without the other is refused."""
    positive = base.positive
    second = ActivePhase(
        active_fraction=0.05,
        **{
            name: getattr(positive, name)
            for name in (
                "particle", "maximum_concentration_mol_m3", "initial_concentration_mol_m3", "diffusivity_m2_s",
                "open_circuit_potential_V", "entropic_change_V_K", "exchange_current_density_A_m2",
            )
        },
    )  # fmt: skip
    blend = base.with_electrode("positive", secondary=second, active_fraction=0.6, inactive_fraction=0.015)
    found = electrode_from_image(generated, blend, "positive", **PHASES, secondary="binder", divisions=(1, 1, 1))
    electrode = found.cell.positive
    assert electrode.secondary.active_fraction == pytest.approx(generated.fractions["binder"], rel=1e-12)
    assert electrode.inactive_fraction == pytest.approx(0, abs=1e-12)
    assert electrode.secondary.measured_surface_area_per_m > 0
    assert electrode.secondary.particle != electrode.particle
    assert found.surface.covered_fraction == 0
    with pytest.raises(InputError, match="is blended"):
        electrode_from_image(generated, blend, "positive", **PHASES, **ALONE)
    with pytest.raises(InputError, match="one active material"):
        electrode_from_image(generated, base, "positive", **PHASES, **ALONE, secondary="binder")


def test_layers_of_the_base_set_do_not_stay(generated, base):
    """An electrode that was graded becomes uniform, as its image is taken to be."""
    old = Layers((0.5, 0.5), (0.3, 0.37), (0.6, 0.6), (0.2, 0.2), (1.0, 1.0))
    found = electrode_from_image(generated, base.with_layers("positive", old), "positive", **PHASES, **ALONE)
    assert found.cell.positive.layers is None
    assert "positive.layers" not in found.cell.sources


def test_progress_is_told(generated, base):
    """What is solved is announced with its size before it begins."""
    heard: list[str] = []
    seen = []
    electrode_from_image(generated, base, "positive", **PHASES, **ALONE, tell=heard.append, watch=seen.append)
    assert any("million unknowns" in text for text in heard)
    assert seen


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"porosity": "pores"}, "no phase 'pores'"),
        ({"active": "pore"}, "both name"),
        ({"active": ()}, "active names no phase"),
        ({"electrolyte_transport": {"pore": 0.5}}, "the value 1"),
        ({"electrolyte_transport": {"pore": 1.0, "binder": 2.0}}, "nothing conducts better"),
        ({"electrolyte_transport": {"pore": 1.0, "binder": 1.0}}, "name it under porosity"),
        ({"solid_transport": {"active": 5.0}}, "nothing conducts better"),
        ({"solid_conductivity_S_m": {"active": 1.0}, "solid_transport": {"active": 1.0}}, "count twice"),
        ({"thermal_conductivity_W_m_K": {"pore": 0.2, "active": 1.0}}, "conductivity of binder is not given"),
        ({"radii": "diffusive"}, "Radii"),
        ({"thickness": "image"}, "Thickness"),
        ({"layers": 4}, "ImageLayers"),
        ({"porosity": ("pore", "pore")}, "names a phase twice"),
        ({"layers": ImageLayers(50, Collector.FIRST_FACE)}, "40 planes"),
        (
            {"layers": ImageLayers(2, Collector.FIRST_FACE), "boundary": Boundary.LINEAR_POTENTIAL},
            "through the sides",
        ),
        ({"divisions": (9, 9, 9)}, "pieces"),
        ({"side": "cathode"}, "'negative' or 'positive'"),
    ],
)
def test_what_does_not_fit_is_refused(generated, base, changes, message):
    """Each with its name, before anything is solved."""
    arguments = {"side": "positive", **PHASES, **ALONE, **changes}
    with pytest.raises(InputError, match=message):
        electrode_from_image(generated, base, **arguments)


def test_layers_need_a_collector_and_a_number():
    """How many, and which face: there is no default for either."""
    for count in (1, 0, 5.0, True, 100_000):
        with pytest.raises(InputError, match="layers = "):
            ImageLayers(count, Collector.FIRST_FACE)
    with pytest.raises(InputError, match="collector"):
        ImageLayers(3, "first-face")


def test_layers_stay_within_their_porosity(base):
    """Straight pores that are throttled in one place: far from it B is the porosity, which no layer exceeds."""
    labels = np.ones((40, 12, 12), dtype=np.uint8)
    labels[:, 1:11, 1:11] = 0
    labels[35:37, 4:, :] = 1
    electrode = Microstructure(VoxelImage(labels, (4e-7,) * 3), {"pore": 0, "active": 1})
    request = ImageLayers(8, Collector.FIRST_FACE)
    found = electrode_from_image(electrode, base, "positive", **PHASES, **ALONE, layers=request, tolerance=5e-2)
    B, porosity = (np.array(getattr(found.layers, name)) for name in ("electrolyte_efficiency", "porosity"))
    assert np.all(porosity >= B)
    assert B[0] == pytest.approx(porosity[0], rel=1e-2)
    assert 1 / np.mean(1 / B) == pytest.approx(found.tensors["electrolyte"].through_thickness, rel=1e-12)


def test_layers_are_held_at_the_bound_at_the_cost_of_others():
    """A layer 0.5 % above its bound is put on it, the sum of resistances stays; 5 % above is left to be refused."""
    thickness, most = np.array([1.0, 2.0, 1.0]), np.array([0.4, 0.5, 0.6])
    values = np.array([0.402, 0.2, 0.3])
    held = below_voigt(values, thickness, most)
    assert held[0] == 0.4
    assert np.sum(thickness / held) == pytest.approx(np.sum(thickness / values), rel=1e-14)
    assert held[1] / held[2] == pytest.approx(values[1] / values[2], rel=1e-14)
    assert np.all(held[1:] > values[1:])
    far = np.array([0.42, 0.2, 0.3])
    np.testing.assert_array_equal(below_voigt(far, thickness, most), far)
    np.testing.assert_array_equal(below_voigt(most / 2, thickness, most), most / 2)


def test_binder_that_carries_more_than_the_pores_is_refused(base, generated):
    """B above the porosity cannot be handed over; the error says which phases are meant."""
    wet = {"pore": 1.0, "binder": 0.99, "active": 0.9}
    with pytest.raises(OutOfRangeError, match="above the porosity"):
        electrode_from_image(generated, base, "positive", **PHASES, **ALONE, electrolyte_transport=wet)


def test_layers_without_active_material_are_refused(base):
    """A layer that is all pore has nothing to react with; the error says to take fewer."""
    labels = straight_pores().image.labels.copy()
    labels[:4] = 0
    electrode = Microstructure(VoxelImage(labels, (4e-7,) * 3), {"pore": 0, "active": 1})
    with pytest.raises(OutOfRangeError, match=r"active_fraction = 0.*take fewer"):
        electrode_from_image(
            electrode, base, "positive", **PHASES, **ALONE, layers=ImageLayers(4, Collector.FIRST_FACE)
        )


def test_blocked_pores_are_refused(base):
    """Nothing can run on B = 0."""
    labels = straight_pores().image.labels.copy()
    labels[5] = 1
    electrode = Microstructure(VoxelImage(labels, (4e-7,) * 3), {"pore": 0, "active": 1})
    with pytest.raises(NotPercolatingError, match="through the thickness"):
        electrode_from_image(electrode, base, "positive", **PHASES, **ALONE)


def test_an_image_without_length_has_no_radii(base):
    """B needs no voxel size; areas, radii and thickness do."""
    image = VoxelImage(straight_pores().image.labels, (1.0, 1.0, 1.0), "no length")
    electrode = Microstructure(image, {"pore": 0, "active": 1})
    assert electrode_from_image(electrode, base, "positive", **PHASES, **ALONE).cell.positive.porosity > 0.6
    for wanted in ({"radii": Radii.DIFFUSIVE}, {"thickness": Thickness.IMAGE}):
        with pytest.raises(InputError, match="no voxel size"):
            electrode_from_image(electrode, base, "positive", **PHASES, **{**ALONE, **wanted})


def test_the_particle_of_the_base_set_stays(generated, base):
    """Radii.BASE leaves particle and area alone."""
    found = electrode_from_image(generated, base, "positive", **PHASES, **ALONE)
    assert found.cell.positive.particle == base.positive.particle == Sphere(base.positive.particle.radius_m)
    assert found.surface is None


def test_a_measured_surface_of_the_base_set_stays_with_a_warning(generated, base, full):
    """Asked for nothing of the surface, the set keeps the area that was measured for another electrode, and says so."""
    measured = base.with_electrode("positive", measured_surface_area_per_m=2e5)
    found = electrode_from_image(generated, measured, "positive", **PHASES, **ALONE)
    assert found.cell.positive.measured_surface_area_per_m == 2e5
    assert any("The reacting surface stays 2e+05 1/m" in text for text in found.warnings)
    assert not any("reacting surface stays" in text for text in full.warnings)


def test_a_report_takes_what_was_found(generated, base, full, tmp_path):
    """Values in both directions and the warnings stand beside the set; what the survey warns of is not said twice."""
    path = write_report([Named("base", base), generated, *full.report_items()], tmp_path / "report.html")
    text = " ".join(html.unescape(re.sub("<[^>]+>", " ", path.read_text(encoding="utf-8"))).split())
    assert full.notes.warnings
    assert set(full.notes.warnings) | set(full.survey.warnings) == set(full.warnings)
    for warning in full.warnings:
        assert text.count(warning) == 1
    assert full.thermal_conductivity_W_m_K is not None
    assert f"thermal conductivity {full.thermal_conductivity_W_m_K.through_plane:.4f}" in text


@pytest.mark.parametrize(("radii", "said"), [(Radii.BASE, True), (Radii.KINETIC, False)])
def test_a_report_says_whether_radii_are_of_the_image(generated, base, radii, said, tmp_path):
    """Of particles of the base set it says that they are not from the image, of those of the image it does not."""
    found = electrode_from_image(generated, base, "positive", **PHASES, divisions=(1, 1, 1), radii=radii)
    path = write_report([base, found.cell], tmp_path / "report.html")
    assert ("Neither comes from the image" in path.read_text(encoding="utf-8")) == said


def test_an_image_from_memory_is_named_by_its_labels(base):
    """Where no file stands behind an image, the sources hold the hash of its labels; other labels have another."""

    def source(electrode: Microstructure, field: str) -> str:
        return electrode_from_image(electrode, base, "positive", **PHASES, **ALONE).cell.sources[f"positive.{field}"]

    first, second = straight_pores(), straight_pores(share=4)
    for field in ("porosity", "electrolyte_law"):
        named = re.search("straight pores, labels sha256:([0-9a-f]{16})", source(first, field))
        assert named
        assert named[1] not in source(second, field)
