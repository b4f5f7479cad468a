"""A set as BattINFO JSON-LD says the same numbers, of the right thing, in terms that exist."""

import json
import re
import time
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.parameters import CellParameters, Layers, load_parameter_set, parameter_set_names
from electrode_homog.parameters.checking import quantities
from electrode_homog.parameters.exchange import write_battinfo
from electrode_homog.parameters.exchange.battinfo_terms import CONTEXT, QUANTITIES, TERMS, UNITS
from electrode_homog.parameters.exchange.citations import dois_in, hashes_in
from electrode_homog.particles import (
    Arrhenius,
    Cylinder,
    DarkenDiffusivity,
    JumpDiffusivity,
    LatticeGas,
    LinearisedKinetics,
    SphereSizes,
    reduce_particle,
)
from electrode_homog.table import Table
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor

SETS = Path(__file__).parents[3] / "parameter_sets"


def written(cell: CellParameters, folder: Path) -> tuple[dict, tuple[str, ...]]:
    """The document as any JSON parser reads it, and what it could not say."""

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    exported = write_battinfo(cell, folder / "cell.jsonld")
    assert exported.format == "BattINFO JSON-LD"
    return json.loads(Path(exported.path).read_text(encoding="utf-8"), parse_constant=refuse), exported.losses


def nodes(value) -> list[dict]:
    """Every object in a document, but not its context."""
    if isinstance(value, list):
        return [node for item in value for node in nodes(item)]
    if isinstance(value, dict):
        return [value] + [node for key, item in value.items() if key != "@context" for node in nodes(item)]
    return []


def properties(document) -> dict[str, dict]:
    return {node["schema:propertyID"]: node for node in nodes(document) if "schema:propertyID" in node}


def numbers(node: dict):
    """What a property says: a number, a list of them, a formula, or the points of a table."""
    if "hasPart" in node:
        return node["hasPart"]["hasStringValue"]
    found = node["hasNumericalPart"]["hasNumberValue"]
    values = found["@list"] if isinstance(found, dict) else found
    if "hasVariable" in node:
        return node["hasVariable"]["hasNumericalPart"]["hasNumberValue"]["@list"], values
    return values


def numbers_of_toml(name: str) -> dict:
    """The same from the file of a shipped set, by path, without this package."""

    def leaves(table, path):
        for key, value in table.items():
            here = f"{path}.{key}"
            match value:
                case {"value": number}:
                    yield here, number
                case {"expression": text}:
                    yield here, text.strip()
                case {"x": x, "values": values} | {"table": {"x": x, "values": values}}:
                    yield here, (x, values)
                case {"sphere_radius_m": number}:
                    yield f"{here}.radius_m", number
                case {"bruggeman_exponent": number}:
                    yield f"{here}.exponent", number
                case {"tortuosity_factor": number} | {"transport_efficiency": number}:
                    yield f"{here}.value", number
                case {"effective": True}:
                    yield f"{here}.value", 1.0
                case dict() if "source" not in value:
                    yield from leaves(value, here)

    data = tomllib.loads((SETS / f"{name}.toml").read_text(encoding="utf-8"))
    return {path[1:]: value for path, value in leaves({k: v for k, v in data.items() if isinstance(v, dict)}, "")}


@pytest.fixture(scope="module")
def chen2020():
    return load_parameter_set("chen2020")


@pytest.mark.parametrize("name", parameter_set_names())
def test_every_number_of_a_shipped_set_can_be_read_back(name, tmp_path):
    """A plain walk through the document finds the numbers and formulas of the TOML file, bit by bit, and no others."""
    document, _ = written(load_parameter_set(name), tmp_path)
    found = {path: numbers(node) for path, node in properties(document).items() if "hasMeasurementUnit" in node}
    expected = numbers_of_toml(name)
    assert set(expected) == set(found)
    for path, value in expected.items():
        other = found[path]
        if isinstance(value, str):
            assert re.sub(r"\s", "", value) == re.sub(r"\s", "", other)
        elif isinstance(value, tuple):
            assert [list(map(float, column)) for column in value] == [list(column) for column in other]
        else:
            assert value == other


def unusual(chen2020) -> CellParameters:
    """Layers, a size distribution, a table, a tortuosity factor, a law with an error, uncertainties."""
    layers = Layers((0.4, 0.6), (0.3, 0.4), (0.6, 0.5), (0.1, 0.2), (1.0, 1.0), (2e5, 3e5))
    table = Table((0.0, 0.3, 0.6, 1.0), (1.2, 0.3, 0.2, 0.05))
    law = BruggemanLaw(1.9, (0.25, 0.5), 0.07)
    cell = chen2020.with_layers("positive", layers, source="tomogram sha256:0123456789abcdef")
    cell = cell.with_electrode("negative", open_circuit_potential_V=table, electrolyte_law=law, source="fitted")
    cell = cell.with_electrode("negative", particle=SphereSizes((4e-6, 6e-6), (0.5, 0.5)), source="laser diffraction")
    cell = replace(cell, separator=replace(cell.separator, electrolyte_law=TortuosityFactor(2.5)))
    return replace(cell, uncertainties={"negative.porosity": 0.01, "negative.particle": 2e-7})


def test_every_number_of_an_unusual_set_can_be_read_back(chen2020, tmp_path):
    """Lists of layers and of sizes, tables and measured areas arrive; words arrive as words."""
    cell = unusual(chen2020)
    document, losses = written(cell, tmp_path)
    found = properties(document)
    assert numbers(found["positive.layers.porosity"]) == [0.3, 0.4]
    assert numbers(found["positive.layers.surface_area_per_m"]) == [2e5, 3e5]
    assert numbers(found["positive.measured_surface_area_per_m"]) == cell.positive.measured_surface_area_per_m
    assert numbers(found["negative.open_circuit_potential_V"]) == ([0.0, 0.3, 0.6, 1.0], [1.2, 0.3, 0.2, 0.05])
    assert numbers(found["negative.particle.radii_m"]) == [4e-6, 6e-6]
    assert found["negative.particle"]["schema:value"] == "SphereSizes"
    assert "2e-07" in found["negative.particle"]["rdfs:comment"]
    assert any(loss.startswith("uncertainty of negative.particle as a whole, 2e-07") for loss in losses)
    for entry in cell.entries():
        assert entry.path in found
        assert found[entry.path]["dcterms:source"] == entry.source
    (tomogram,) = found["positive.layers.porosity"]["prov:wasDerivedFrom"]
    assert tomogram["schema:name"] == "tomogram"
    assert tomogram["schema:identifier"] == "sha256:0123456789abcdef"


def test_rows_of_numbers_say_how_long_they_are(chen2020, tmp_path):
    """The diffusivity tensor of a flake is nine numbers, row by row, and a single row says nothing."""
    tensor = np.diag([1, 1, 0.3])
    flake = reduce_particle(Cylinder(5e-6, 2e-6), tensor=tensor, closure=LinearisedKinetics(2.5), states=5)
    document, _ = written(chen2020.with_electrode("positive", particle=flake), tmp_path)
    found = properties(document)
    rows = found["positive.particle.tensor"]
    assert rows["rdfs:comment"] == "3 x 3 numbers, row by row"
    np.testing.assert_array_equal(np.reshape(numbers(rows), (3, 3)), tensor)
    assert numbers(found["positive.particle.outlets"]) == list(flake.outlets)
    assert "rdfs:comment" not in found["positive.particle.outlets"]


def test_activation_energy_of_a_law_has_its_term(chen2020, tmp_path):
    """Of solid diffusion it is one of the terms of BattINFO, on the right side."""
    law = DarkenDiffusivity(JumpDiffusivity(1e-14), LatticeGas(), arrhenius=Arrhenius(3e4))
    cell = chen2020.with_electrode("positive", diffusivity_m2_s=law)
    document, losses = written(replace(cell, uncertainties={"positive.diffusivity_m2_s": 3e-15}), tmp_path)
    assert sum("uncertainty" in loss for loss in losses) == 1
    assert not any("hasMetrologicalUncertainty" in node for node in nodes(document))
    node = properties(document)["positive.diffusivity_m2_s.arrhenius.activation_energy_J_mol"]
    assert node["@type"][0] == "ActivationEnergyOfGuestDiffusivityInPositiveElectrodeActiveMaterial"
    assert node["hasMeasurementUnit"] == UNITS["J/mol"]
    assert numbers(node) == 3e4


def test_uncertainty_goes_with_its_value(chen2020, tmp_path):
    """One standard deviation, in the unit of the value; a fitted exponent brings its standard error with it."""
    document, _ = written(unusual(chen2020), tmp_path)
    uncertain = {
        path: n["hasMetrologicalUncertainty"]
        for path, n in properties(document).items()
        if len(n) and "hasMetrologicalUncertainty" in n
    }
    assert set(uncertain) == {"negative.porosity", "negative.electrolyte_law.exponent"}
    porosity = uncertain["negative.porosity"]
    assert porosity["hasNumericalPart"]["hasNumberValue"] == 0.01
    assert porosity["hasMeasurementUnit"] == UNITS["1"]
    assert porosity["rdfs:comment"] == "one standard deviation"
    assert uncertain["negative.electrolyte_law.exponent"]["hasNumericalPart"]["hasNumberValue"] == 0.07
    assert "0.25 to 0.5" in properties(document)["negative.electrolyte_law.exponent"]["rdfs:comment"]


def test_every_value_belongs_to_its_part(tmp_path):
    """A second active material is another one, foils are foils, and a height is that of the electrodes."""
    blend, _ = written(load_parameter_set("chen2020_composite"), tmp_path)
    graphite, silicon = blend["hasNegativeElectrode"]["hasCoating"]["hasActiveMaterial"]
    assert {p["schema:propertyID"].split(".")[1] for p in silicon["hasProperty"]} == {"secondary"}
    assert "negative.particle.radius_m" in {p["schema:propertyID"] for p in graphite["hasProperty"]}
    (tmp_path / "cell.jsonld").unlink()
    marquis, _ = written(load_parameter_set("marquis2019"), tmp_path)
    for side in ("Negative", "Positive"):
        electrode = marquis[f"has{side}Electrode"]
        assert {p["@type"][0] for p in electrode["hasProperty"]} == {"Height", "Width"}
        foil = {p["schema:propertyID"] for p in electrode["hasCurrentCollector"]["hasProperty"]}
        assert f"thermal.{side.lower()}_collector.thickness_m" in foil
        coating = {p["@type"][0] for p in electrode["hasCoating"]["hasProperty"]}
        assert {f"{side}ElectrodeCoatingThickness", f"{side}ElectrodeCoatingPorosity"} <= coating
    assert not {"Height", "Width"} & {p["@type"][0] for p in marquis["hasProperty"]}


def test_every_term_is_one_of_the_ontology(chen2020, tmp_path):
    """Keys, types and units lead, by the document's own context, to IRIs of EMMO or of the five vocabularies named."""
    document, _ = written(unusual(chen2020), tmp_path)
    official, own = document["@context"]
    assert official == CONTEXT
    used = {key for node in nodes(document) for key in node if not key.startswith("@")}
    for node in nodes(document):
        kind = node.get("@type", [])
        used |= set(kind if isinstance(kind, list) else [kind])
    for term in used:
        prefix, colon, _ = term.partition(":")
        iri = own[prefix] if colon else own[term]
        assert re.match(r"https?://\S+$", iri if isinstance(iri, str) else iri["@id"])
    units = {node["hasMeasurementUnit"] for node in nodes(document) if "hasMeasurementUnit" in node}
    assert all(unit.startswith("https://w3id.org/emmo#") for unit in units)


def test_table_of_terms_is_whole():
    """Every section is there, what it names is a value of the schema and has an IRI, and every unit has one too."""
    cell = load_parameter_set("marquis2019")
    for section, owner in cell.sections().items():
        fields, terms = quantities(type(owner)), TERMS.get(section, {})
        assert bool(terms) == bool(fields)
        assert {name.partition(".")[0] for name in terms} <= set(type(owner).__dataclass_fields__)
        assert {quantity.unit for quantity in fields.values()} <= set(UNITS)
        for term in terms.values():
            assert term.format(side="Negative") in QUANTITIES
            assert term.format(side="Positive") in QUANTITIES
    assert len(set(QUANTITIES.values())) == len(QUANTITIES)


def test_what_has_no_term_is_described_and_listed(chen2020, tmp_path):
    """The thermodynamic factor has no term: words say what it is, and the losses name it, but not the porosity."""
    document, losses = written(chen2020, tmp_path)
    node = properties(document)["electrolyte.thermodynamic_factor"]
    assert node["@type"] == ["ConventionalProperty"]
    assert "d ln f" in node["rdfs:comment"]
    assert "no BattINFO term for electrolyte.thermodynamic_factor" in losses
    assert not any("porosity" in loss for loss in losses)
    named = {loss.removeprefix("no BattINFO term for ") for loss in losses if loss.startswith("no BattINFO term")}
    bare = {path for path, node in properties(document).items() if node["@type"] == ["ConventionalProperty"]}
    assert bare == named


@pytest.mark.parametrize("law", [TortuosityFactor(2.5), FixedEfficiency(0.2)])
def test_a_number_of_a_law_says_which_it_is(chen2020, law, tmp_path):
    """2.5 as a tortuosity factor and 0.2 as a transport efficiency cannot be mistaken for each other."""
    document, _ = written(chen2020.with_electrode("negative", electrolyte_law=law), tmp_path)
    comment = properties(document)["negative.electrolyte_law.value"]["rdfs:comment"]
    assert ("tortuosity factor" in comment) == isinstance(law, TortuosityFactor)


def test_formulas_name_their_variables(chen2020, tmp_path):
    """An exchange-current density tells the meaning and unit of c_e, c_s, c_max, T, and the constants that it uses."""
    document, losses = written(chen2020, tmp_path)
    formula = properties(document)["positive.exchange_current_density_A_m2"]["hasPart"]
    assert [variable["rdfs:label"] for variable in formula["hasVariable"]] == ["c_e", "c_s", "c_max", "T"]
    assert formula["hasVariable"][0]["hasMeasurementUnit"] == UNITS["mol/m3"]
    assert "96485.33212331" in formula["rdfs:comment"]
    assert any("positive.exchange_current_density_A_m2" in loss for loss in losses)


def test_functions_of_temperature_name_it(tmp_path):
    """Conductivities of electrons and heat are formulas of T, and losses say that they are text."""
    document, losses = written(load_parameter_set("oregan2022"), tmp_path)
    for path in ("positive.conductivity_S_m", "thermal.negative.in_plane_conductivity_W_m_K"):
        formula = properties(document)[path]["hasPart"]
        assert [variable["rdfs:label"] for variable in formula["hasVariable"]] == ["T"]
        assert any(path in loss for loss in losses)


@pytest.mark.parametrize(
    ("text", "dois"),
    [
        ("Chen et al. (2020), doi 10.1149/1945-7111/ab9050, Table 2", ("10.1149/1945-7111/ab9050",)),
        ("see https://doi.org/10.1016/S0013-4686(99)00096-4.", ("10.1016/S0013-4686(99)00096-4",)),
        ("(10.1149/2.0341915jes) and doi:10.1149/2.0341915jes", ("10.1149/2.0341915jes",)),
        ("assumed, 10.5 nm / 3", ()),
    ],
)
def test_dois_in_sources_become_citations(chen2020, text, dois, tmp_path):
    """A DOI is found between brackets and before full stops, once, and becomes a citation of the value."""
    assert dois_in(text) == dois
    document, _ = written(chen2020.with_value("cell.contact_resistance_Ohm", 0.01, source=text), tmp_path)
    cited = properties(document)["cell.contact_resistance_Ohm"].get("schema:citation", [])
    assert [item["@id"] for item in cited] == [f"https://doi.org/{doi}" for doi in dois]


def test_a_file_is_not_replaced_unasked(chen2020, tmp_path):
    """The second time it must be asked for."""
    path = tmp_path / "cell.jsonld"
    write_battinfo(chen2020, path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="exists already"):
        write_battinfo(load_parameter_set("marquis2019"), path)
    assert path.read_bytes() == before
    write_battinfo(load_parameter_set("marquis2019"), path, overwrite=True)
    assert path.read_bytes() != before


@pytest.mark.parametrize("text", ["10.1234/" + ")" * 1_000_000, "a" * 1_000_000, "sha256:" * 100_000, "(" * 1_000_000])
def test_no_source_takes_long(text):
    """A source is free text of any length: what is looked for in it is found, or not, in linear time."""
    began = time.perf_counter()
    dois_in(text), hashes_in(text)
    assert time.perf_counter() - began < 5.0
