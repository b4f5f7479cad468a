"""Layers, a measured area, a second active material and thermal sections: what a cell may have besides."""

from dataclasses import fields, replace

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.parameters import (
    EFFECTIVE_ALREADY,
    ActivePhase,
    Cooling,
    CurrentCollector,
    Layers,
    Thermal,
    ThermalLayer,
    load_parameter_set,
    save_parameter_set,
)
from electrode_homog.particles import Sphere
from electrode_homog.transport_law import FixedEfficiency

TWO = Layers(
    thickness_fractions=(0.25, 0.75),
    porosity=(0.4, 0.3),
    active_fraction=(0.55, 0.65),
    electrolyte_efficiency=(0.2, 0.1),
    solid_efficiency=(0.3, 0.4),
    surface_area_per_m=(3e5, 4e5),
)


@pytest.fixture(scope="module")
def chen2020():
    return load_parameter_set("chen2020")


@pytest.fixture(scope="module")
def silicon(chen2020):
    negative = chen2020.negative
    return ActivePhase(
        active_fraction=0.05,
        particle=Sphere(1e-6),
        maximum_concentration_mol_m3=2.8e5,
        initial_concentration_mol_m3=2e5,
        diffusivity_m2_s=1e-15,
        open_circuit_potential_V=negative.open_circuit_potential_V,
        entropic_change_V_K=0.0,
        exchange_current_density_A_m2=negative.exchange_current_density_A_m2,
    )


@pytest.fixture(scope="module")
def thermal():
    layer = ThermalLayer(1657.0, 700.0, 1.7, 21.0)
    foil = CurrentCollector(1e-5, 5e7, 8900.0, 385.0, 400.0, tab_width_m=0.04)
    return Thermal(layer, layer, layer, foil, foil, Cooling(2e-5, 5e-3, 10.0))


def everything(chen2020, silicon, thermal):
    blended = chen2020.with_electrode("negative", active_fraction=0.6, secondary=silicon, source="a blend")
    return blended.with_layers("positive", TWO, source="a design").with_thermal(thermal, source="a calorimeter")


def test_layers_are_in_series(chen2020):
    """Fractions and area of a graded electrode are arithmetic means over the thickness, efficiencies harmonic ones."""
    positive = chen2020.with_layers("positive", TWO).positive
    assert positive.porosity == pytest.approx(0.25 * 0.4 + 0.75 * 0.3, rel=1e-14)
    assert positive.active_fraction == pytest.approx(0.25 * 0.55 + 0.75 * 0.65, rel=1e-14)
    assert positive.inactive_fraction == pytest.approx(0.05, rel=1e-12)
    assert positive.electrolyte_efficiency == pytest.approx(1 / (0.25 / 0.2 + 0.75 / 0.1), rel=1e-14)
    assert positive.solid_efficiency == pytest.approx(1 / (0.25 / 0.3 + 0.75 / 0.4), rel=1e-14)
    assert positive.surface_area_per_m == pytest.approx(0.25 * 3e5 + 0.75 * 4e5, rel=1e-14)


def test_layers_of_an_effective_conductivity(chen2020):
    """Solid efficiencies whose harmonic mean is 1 leave the conductivity effective, and one may exceed 1."""
    layers = replace(TWO, solid_efficiency=(0.5, 1.5))
    assert layers.mean("solid_efficiency") == pytest.approx(1.0)
    assert chen2020.with_layers("positive", layers).positive.solid_law == EFFECTIVE_ALREADY
    with pytest.raises(OutOfRangeError, match="layer 2 is above its solid fraction"):
        chen2020.with_layers("positive", replace(TWO, solid_efficiency=(0.3, 0.8)))


@pytest.mark.parametrize("edges", [(0, 1), (0, 0.5, 1), (0, 0.1, 0.2, 0.9, 1), tuple(np.linspace(0, 1, 38))])
def test_resampling_keeps_every_mean(edges):
    """Joined or divided layers carry the same pores, material, area, and pass the same current."""
    again = TWO.resampled(np.array(edges))
    assert again.count == len(edges) - 1
    for name in (f.name for f in fields(TWO) if f.name != "thickness_fractions"):
        assert again.mean(name) == pytest.approx(TWO.mean(name), rel=1e-12), name


def test_resampling_on_its_own_boundaries_changes_nothing():
    """Layers resampled to the boundaries that they have are the same."""
    again = TWO.resampled(TWO.boundaries)
    for f in fields(TWO):
        np.testing.assert_allclose(getattr(again, f.name), getattr(TWO, f.name), rtol=1e-14)


@pytest.mark.parametrize("edges", [(0, 0.5), (0.1, 1), (0, 0.6, 0.4, 1), (0, np.nan, 1), (1,)])
def test_boundaries_must_increase_from_0_to_1(edges):
    """Anything else is refused."""
    with pytest.raises(InputError, match="must increase from 0 to 1"):
        TWO.resampled(np.array(edges, float))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"porosity": (0.4,)}, InputError, "one entry per layer"),
        ({"porosity": 0.4}, InputError, "must be a list of numbers"),
        ({"porosity": ("0.4", "0.3")}, InputError, "must be a list of numbers"),
        ({"porosity": (0.4, float("nan"))}, OutOfRangeError, "not finite"),
        ({"thickness_fractions": (0.3, 0.6)}, OutOfRangeError, "add up to 0.9"),
        ({"porosity": (0.5, 0.3)}, OutOfRangeError, "of layer 1 is above 1"),
        ({"electrolyte_efficiency": (0.2, 0.35)}, OutOfRangeError, "layer 2 is above its porosity"),
        ({"surface_area_per_m": (3e5, -1.0)}, OutOfRangeError, "of layer 2 must be positive"),
    ],
)
def test_bad_layers_are_refused(change, error, words):
    """Lists that do not fit, and layers that are not physical, are named."""
    with pytest.raises(error, match=words):
        replace(TWO, **change)


def test_mean_and_layers_cannot_disagree(chen2020):
    """A porosity beside layers of another mean is refused and both numbers are shown; without them it is taken."""
    graded = chen2020.with_layers("positive", TWO)
    with pytest.raises(OutOfRangeError, match=r"porosity is 0.3, but the mean of its layers is 0.325"):
        graded.with_electrode("positive", porosity=0.3)
    assert graded.with_electrode("positive", porosity=0.3, layers=None).positive.porosity == 0.3


def test_measured_area_stands_beside_the_radius(chen2020):
    """The reacting surface is the measured one where there is one; the kinetic radius is 3 eps / a (D-AREA: 6 um)."""
    changed = chen2020.with_electrode("negative", active_fraction=0.6, measured_surface_area_per_m=3e5)
    assert changed.negative.surface_area_per_m == 3e5
    assert changed.negative.kinetic_radius_m == pytest.approx(6e-6, rel=1e-14)
    assert changed.negative.particle == chen2020.negative.particle
    back = changed.with_electrode("negative", measured_surface_area_per_m=None)
    assert back.negative.surface_area_per_m == 3 * 0.6 / chen2020.negative.particle.radius_m
    assert "negative.measured_surface_area_per_m" not in back.sources


def test_blend_closes(chen2020, silicon):
    """Porosity, both active fractions and the inactive one add up to 1, and inactive follows the second."""
    blended = chen2020.with_electrode("negative", active_fraction=0.6, secondary=silicon, source="a blend")
    assert blended.negative.inactive_fraction == pytest.approx(1 - 0.25 - 0.6 - 0.05)
    assert blended.sources["negative.secondary.particle"] == "a blend"
    more = blended.with_value("negative.secondary.active_fraction", 0.08, source="more silicon")
    assert more.negative.inactive_fraction == pytest.approx(0.07)
    assert more.sources["negative.secondary.active_fraction"] == "more silicon"
    assert more.sources["negative.secondary.particle"] == "a blend"
    with pytest.raises(OutOfRangeError, match="not 1 within 1e-6"):
        blended.with_electrode("negative", secondary=replace(silicon, active_fraction=0.3), inactive_fraction=0.1)
    without = blended.with_electrode("negative", secondary=None)
    assert not [path for path in without.sources if "secondary" in path]


def test_blend_stores_in_both(chen2020, silicon):
    """The theoretical capacity counts both active materials."""
    blended = chen2020.with_electrode("negative", secondary=silicon, active_fraction=0.6)
    alone = blended.with_electrode("negative", secondary=None)
    volume = blended.negative.thickness_m * blended.cell.electrode_area_m2
    extra = 0.05 * 2.8e5 * volume * CONSTANTS["F"] / 3600
    difference = blended.theoretical_capacity_Ah("negative") - alone.theoretical_capacity_Ah("negative")
    assert difference == pytest.approx(extra, rel=1e-12)


def test_layers_of_a_blend_are_refused(chen2020, silicon):
    """Which of two materials follows which profile is not known."""
    with pytest.raises(InputError, match="blended"):
        chen2020.with_electrode("positive", secondary=silicon, active_fraction=0.6).with_layers("positive", TWO)


def test_everything_survives_a_file(chen2020, silicon, thermal, tmp_path):
    """A set with layers, area, blend and thermal sections is read back equal."""
    cell = everything(chen2020, silicon, thermal)
    path = save_parameter_set(cell, tmp_path / "all.toml")
    assert load_parameter_set(path) == cell


def test_entries_name_sections_inside_sections(chen2020, silicon, thermal):
    """Values of inner sections have their own path, unit and source."""
    entries = {entry.path: entry for entry in everything(chen2020, silicon, thermal).entries()}
    assert entries["thermal.positive.in_plane_conductivity_W_m_K"].unit == "W/(m K)"
    assert entries["thermal.cooling.surface_area_m2"].source == "a calorimeter"
    assert entries["negative.secondary.particle.radius_m"].value == 1e-6
    assert entries["positive.layers.porosity"].value == (0.4, 0.3)
    assert "thermal.cooling.edge_coefficient_W_m2_K" not in entries


def test_values_of_inner_sections_can_be_changed(chen2020, silicon, thermal):
    """with_value reaches into sections and tells a path that is not there."""
    cell = everything(chen2020, silicon, thermal)
    path = "thermal.negative.through_plane_conductivity_W_m_K"
    changed = cell.with_value(path, 2.5, source="laser flash")
    assert (changed.value(path), changed.sources[path]) == (2.5, "laser flash")
    assert changed.thermal.separator == cell.thermal.separator
    with pytest.raises(InputError, match=r"did you mean 'thermal\.negative\.density_kg_m3'"):
        cell.value("thermal.negative.densty_kg_m3")
    with pytest.raises(OutOfRangeError, match="g/cm3"):
        cell.with_value("thermal.negative.density_kg_m3", 1.657)
    assert not [path for path in cell.with_thermal(None).sources if path.startswith("thermal")]


def test_conductivity_and_heat_may_be_functions_of_temperature(chen2020, thermal, tmp_path):
    """They are kept as one of T, survive a file, and are tried out at 298.15 K, all problems at once."""
    layer = replace(thermal.positive, specific_heat_J_kg_K=Expression("700 + T - 298.15", ("T",)))
    layer = replace(layer, in_plane_conductivity_W_m_K=Expression("4", ()))
    assert layer.in_plane_conductivity_W_m_K.variables == ("T",)
    cell = chen2020.with_thermal(replace(thermal, positive=layer))
    cell = cell.with_electrode("positive", conductivity_S_m=Expression("0.18*exp(T/300 - 1)", ("T",)))
    assert load_parameter_set(save_parameter_set(cell, tmp_path / "mine.toml")) == cell
    entries = {entry.path: entry for entry in cell.entries()}
    assert entries["thermal.positive.specific_heat_J_kg_K"].value == "700 + T - 298.15"
    assert entries["positive.conductivity_S_m"].unit == "S/m"
    with pytest.raises(InputError, match="is an expression"):
        cell.with_value("positive.conductivity_S_m", 0.2)
    words = r"2 problems(?s:.*)0\.7 J/\(kg K\) at 298\.15 K(?s:.*)then write 700"
    with pytest.raises(OutOfRangeError, match=words) as caught:
        ThermalLayer(2e3, Expression("0.7*T/298.15", ("T",)), Expression("298 - T", ("T",)), 1.0)
    assert [problem.key for problem in caught.value.problems] == [
        "specific_heat_J_kg_K",
        "through_plane_conductivity_W_m_K",
    ]


@pytest.mark.parametrize(
    ("law", "error"),
    [
        (Expression("x*T", ("x", "T")), InputError),
        (Expression("log(T - 300)", ("T",)), OutOfRangeError),
        (Expression("1/(T - 298.15)", ("T",)), OutOfRangeError),
        (Expression("T - 400", ("T",)), OutOfRangeError),
        ("0.18*T", InputError),
    ],
)
def test_bad_functions_of_temperature_are_refused(chen2020, thermal, law, error):
    """Another variable, no value, infinite, negative, a text: each is refused wherever such a function may stand."""
    with pytest.raises(error, match="conductivity_S_m"):
        chen2020.with_electrode("positive", conductivity_S_m=law)
    with pytest.raises(error, match="through_plane_conductivity_W_m_K"):
        replace(thermal.negative, through_plane_conductivity_W_m_K=law)
    with pytest.raises(error, match="thermal_conductivity_W_m_K"):
        replace(thermal.negative_collector, thermal_conductivity_W_m_K=law)


def test_unknown_and_missing_keys_of_inner_sections(chen2020, silicon, thermal, tmp_path):
    """A misspelt or missing key of [thermal.cooling] or [negative.secondary] is named with its section."""
    text = save_parameter_set(everything(chen2020, silicon, thermal), tmp_path / "all.toml").read_text()
    spoilt = tmp_path / "spoilt.toml"
    spoilt.write_text(
        text.replace("surface_area_m2", "surface_area_m").replace("[negative.secondary]", "[negative.second]")
    )
    with pytest.raises(InputError) as caught:
        load_parameter_set(spoilt)
    assert "did you mean 'surface_area_m2'" in str(caught.value)
    assert "did you mean 'secondary'" in str(caught.value)


def test_wrong_types_of_inner_sections_are_refused(chen2020, thermal):
    """A section must be of its class."""
    with pytest.raises(InputError, match=r"secondary = .* must be an? ActivePhase"):
        chen2020.with_electrode("negative", secondary=thermal)
    with pytest.raises(InputError, match="layers"):
        chen2020.with_electrode("negative", layers=(0.5, 0.5))
    with pytest.raises(InputError, match="thermal"):
        chen2020.with_thermal(thermal.cooling)
    with pytest.raises(InputError):
        replace(thermal, cooling=None)


def test_fixed_efficiency_of_layers_is_their_harmonic_mean(chen2020):
    """The law of a graded electrode gives the B of the whole."""
    law = chen2020.with_layers("positive", TWO).positive.electrolyte_law
    assert law == FixedEfficiency(TWO.mean("electrolyte_efficiency"))


@pytest.mark.parametrize(
    ("path", "value", "remedy"),
    [
        ("cell.electrode_width_m", 158, "millimetres? then write 0.158; centimetres? then write 1.58"),
        ("negative.thickness_m", 85.2e-4, "millimetres? then write 8.52e-06; centimetres? then write 8.52e-05"),
        ("negative.porosity", 1.35, "check the value against its source"),
        ("negative.porosity", 33.5, "per cent? then write 0.335"),
        ("negative.entropic_change_V_K", -0.1, "mV/K? then write -0.0001"),
    ],
)
def test_every_slip_that_fits_is_named_and_no_other(path, value, remedy):
    """A remedy that is one of several says so, and 1.35 is no percentage."""
    with pytest.raises(OutOfRangeError) as caught:
        load_parameter_set("chen2020").with_value(path, value)
    assert remedy in {problem.remedy for problem in caught.value.problems}


def test_a_voltage_of_the_whole_series_is_divided_by_its_cells():
    """Twelve cells of 2.8 V have 33.6 V; the cut-off is that of one."""
    cell = load_parameter_set("chen2020").cell
    with pytest.raises(OutOfRangeError, match=r"of all 12 cells in series\? then write that of one, 2.8"):
        replace(cell, cells_in_series=12, lower_voltage_V=33.6)
