"""A set of parameters is frozen, checked, and says where each value came from."""

import dataclasses

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.parameters import EFFECTIVE_ALREADY, load_parameter_set
from electrode_homog.particles import Sphere
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor


@pytest.fixture(scope="module")
def chen2020():
    return load_parameter_set("chen2020")


@pytest.fixture(scope="module")
def marquis2019():
    return load_parameter_set("marquis2019")


def test_change_is_a_copy(chen2020):
    """with_electrode leaves the original alone, changes the value and its source, and nothing else."""
    law = FixedEfficiency(0.16)
    changed = chen2020.with_electrode("positive", electrolyte_law=law, particle=Sphere(4e-6), source="tomogram")
    assert chen2020.positive.electrolyte_law == BruggemanLaw(1.5)
    assert changed.positive.electrolyte_law is law
    assert changed.positive.particle.radius_m == 4e-6
    assert changed.negative is chen2020.negative
    moved = {path for path in chen2020.sources if chen2020.sources[path] != changed.sources[path]}
    assert moved == {"positive.electrolyte_law", "positive.particle"}
    assert changed.sources["positive.particle"] == "tomogram"


def test_nothing_can_be_assigned(chen2020):
    """Fields, sources and uncertainties are read-only."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        chen2020.name = "mine"
    with pytest.raises(dataclasses.FrozenInstanceError):
        chen2020.positive.porosity = 0.3
    with pytest.raises(TypeError):
        chen2020.sources["positive.porosity"] = "me"


def test_inactive_fraction_closes_the_sum(marquis2019):
    """porosity 0.3 -> 0.25 with active 0.5 raises inactive from 0.2 to 0.25; its source says who did it."""
    changed = marquis2019.with_electrode("positive", porosity=0.25, source="pressed harder")
    assert changed.positive.active_fraction == 0.5
    assert changed.positive.inactive_fraction == pytest.approx(0.25)
    assert changed.sources["positive.inactive_fraction"] == "pressed harder"


def test_inactive_fraction_is_kept_where_the_sum_holds(marquis2019):
    """porosity and active fraction that trade volume leave inactive and its source alone."""
    changed = marquis2019.with_electrode("positive", porosity=0.25, active_fraction=0.55)
    assert changed.positive.inactive_fraction == 0.2
    assert changed.sources["positive.inactive_fraction"].startswith("closure")


def test_porosity_never_eats_the_active_fraction(chen2020):
    """A porosity of 0.4 beside an active fraction of 0.665 is refused with the sum."""
    with pytest.raises(OutOfRangeError, match=r"= 1\.065 is above 1.*give both"):
        chen2020.with_value("positive.porosity", 0.4)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"porosty": 0.3}, InputError, "did you mean 'porosity'"),
        ({"porosity": True}, InputError, "True is not a number"),
        ({"porosity": "0.3"}, InputError, "not a number"),
        ({"porosity": float("nan")}, InputError, "not finite"),
        ({"porosity": 0.3, "active_fraction": 0.6, "inactive_fraction": 0.05}, OutOfRangeError, "= 0.95"),
        ({"particle": 5e-6}, InputError, "Sphere"),
        ({"electrolyte_law": 0.16}, InputError, "BruggemanLaw"),
        ({"electrolyte_law": FixedEfficiency(0.336)}, OutOfRangeError, "Voigt"),
        ({"solid_law": FixedEfficiency(0.8)}, OutOfRangeError, "Voigt"),
        ({"open_circuit_potential_V": 3.7}, InputError, "must be an expression of x"),
        ({"open_circuit_potential_V": Expression("c", ("c",))}, InputError, "may use x"),
        ({"open_circuit_potential_V": Expression("log(x - 0.5)", ("x",))}, OutOfRangeError, "not finite"),
        ({"thickness_m": 75.2, "porosity": "a"}, InputError, "2 problems"),
    ],
)
def test_wrong_change_is_refused(chen2020, change, error, says):
    """The message names the set, the electrode and the remedy."""
    with pytest.raises(error, match=says) as caught:
        chen2020.with_electrode("positive", **change)
    assert "positive" in str(caught.value)


def test_electrode_must_be_one_of_two(chen2020):
    """There is no electrode "cathode"."""
    with pytest.raises(InputError, match="'negative' or 'positive'"):
        chen2020.with_electrode("cathode", porosity=0.3)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("positive.porosity", 0.3),
        ("positive.particle.radius_m", 4e-6),
        ("negative.electrolyte_law.exponent", 2.0),
        ("separator.thickness_m", 20e-6),
        ("electrolyte.transference_number", 0.3),
        ("cell.upper_voltage_V", 4.1),
    ],
)
def test_value_by_path(chen2020, path, value):
    """with_value changes what value reads, and takes the source; the entry of that path shows both."""
    changed = chen2020.with_value(path, value, source="a test")
    assert chen2020.value(path) != value
    assert changed.value(path) == value
    entry = next(entry for entry in changed.entries() if entry.path == path)
    assert (entry.value, entry.source) == (value, "a test")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("positive.porosty", "did you mean 'positive.porosity'"),
        ("positve.porosity", "did you mean 'positive.porosity'"),
        ("positive", "does not name a value"),
        ("", "no value"),
        ("positive.particle", "not a single number"),
        ("positive.porosity.value", "no value"),
        ("positive.open_circuit_potential_V", "is an expression"),
        ("positive.open_circuit_potential_V.text", "no value"),
        ("positive.__class__", "no value"),
        ("sources.positive", "no value"),
    ],
)
def test_path_that_is_no_number(chen2020, path, says):
    """Unknown paths get a suggestion, expressions and laws a reason; with_value refuses the same ones."""
    for action in (lambda: chen2020.value(path), lambda: chen2020.with_value(path, 1.0)):
        with pytest.raises(InputError, match=says):
            action()


def test_unphysical_value_names_path_and_set(chen2020):
    """A radius of 5 m asks whether micrometres were meant."""
    with pytest.raises(OutOfRangeError, match=r"positive.particle.radius_m of chen2020.*micrometres"):
        chen2020.with_value("positive.particle.radius_m", 5.0)


def test_every_value_has_an_entry_with_unit_and_source(chen2020):
    """Each number and expression appears once, with a unit and a source; expressions as their text."""
    entries = chen2020.entries()
    paths = [entry.path for entry in entries]
    assert len(set(paths)) == len(paths) == 72  # 11 cell, 2 x 14 electrode, 3 separator, 5 electrolyte, 25 thermal
    assert all(entry.unit and entry.source for entry in entries)
    by_path = {entry.path: entry for entry in entries}
    assert by_path["positive.porosity"].value == 0.335
    assert by_path["positive.thickness_m"].unit == "m"
    assert "tanh" in by_path["positive.open_circuit_potential_V"].value
    assert by_path["positive.electrolyte_law.exponent"].value == 1.5
    assert by_path["positive.solid_law.value"].value == 1.0


def test_change_forgets_the_old_uncertainty(chen2020):
    """An uncertainty belongs to the value that was measured."""
    measured = dataclasses.replace(chen2020, uncertainties={"positive.porosity": 0.01, "cell.nominal_capacity_Ah": 0.1})
    changed = measured.with_value("positive.porosity", 0.3)
    assert dict(changed.uncertainties) == {"cell.nominal_capacity_Ah": 0.1}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sources": {}}, "has no source"),
        ({"uncertainties": {"positive.porosty": 0.1}}, "did you mean 'positive.porosity'"),
        ({"uncertainties": {"positive.porosity": float("nan")}}, "finite number"),
        ({"name": " "}, "name"),
        ({"separator": None}, "must be a Separator"),
    ],
)
def test_set_without_provenance_is_refused(chen2020, change, says):
    """A set needs a name, its parts, and a source for each value."""
    with pytest.raises(InputError, match=says):
        dataclasses.replace(chen2020, **change)


def test_derived_quantities(chen2020, marquis2019):
    """a = 3 eps_s / R and the theoretical capacity of Marquis' electrodes, worked out by hand."""
    assert marquis2019.negative.surface_area_per_m == pytest.approx(3 * 0.6 / 1e-5)
    by_hand = 0.5 * 1e-4 * 0.137 * 0.207 * 51217.9257309275 * 96485.33212 / 3600
    assert marquis2019.theoretical_capacity_Ah("positive") == pytest.approx(by_hand, rel=1e-9)
    assert chen2020.negative.electrolyte_efficiency == pytest.approx(0.125)
    assert chen2020.negative.solid_efficiency == 1.0
    assert marquis2019.negative.solid_efficiency == pytest.approx(0.7**1.5)
    assert chen2020.cell.electrode_area_m2 == pytest.approx(0.1027)


def test_numbers_of_numpy_are_numbers(chen2020):
    """A numpy scalar is stored as a plain float."""
    changed = chen2020.with_value("positive.thickness_m", np.float32(80e-6))
    assert type(changed.positive.thickness_m) is float


def test_effective_conductivity_is_exempt_from_the_voigt_bound(marquis2019):
    """B = 1 of a solid says "effective already" and is allowed; a tortuosity factor is a law like another."""
    changed = marquis2019.with_electrode("positive", solid_law=EFFECTIVE_ALREADY)
    assert changed.positive.solid_efficiency == 1.0
    other = marquis2019.with_electrode("positive", solid_law=TortuosityFactor(2.0))
    assert other.positive.solid_efficiency == pytest.approx(0.35)


@pytest.mark.parametrize("radius", [1e-9, 1e-3, 5.0, -1e-6, 0.0])
def test_sphere_out_of_range(radius):
    """A radius outside 10 nm to 100 um is an OutOfRangeError."""
    with pytest.raises(OutOfRangeError, match="radius_m"):
        Sphere(radius)


@pytest.mark.parametrize("radius", [float("nan"), True, "5e-6", None])
def test_sphere_that_is_no_number(radius):
    """A radius that is not a number is an InputError."""
    with pytest.raises(InputError, match="not a finite number"):
        Sphere(radius)
