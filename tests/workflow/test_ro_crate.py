"""A crate says of each file what it is, with the hash of its bytes, and of the run only what the files know."""

import hashlib
import json
from pathlib import Path

import pytest

from electrode_homog.errors import InputError
from electrode_homog.parameters import load_parameter_set, save_parameter_set
from electrode_homog.workflow.ro_crate import Agent, write_ro_crate

SOURCE = "nmc.tif sha256:0123456789abcdef [0:251, 0:200, 0:200]"
PROVENANCE = {
    "type": "Provenance",
    "created": "2026-01-02T03:04:05+00:00",
    "python": "3.11.7",
    "system": "Linux x86_64",
    "packages": {"electrode-homog": "0.1.0", "numpy": "2.4.6", "pybamm": "26.10.1", "pandas": "not installed"},
}
ADA = Agent("Ada Muster", "https://orcid.org/0000-0002-1825-0097")


@pytest.fixture
def folder(tmp_path) -> Path:
    """What a study leaves behind, small, and a note of somebody else's."""
    results = tmp_path / "results of müller"
    results.mkdir()
    description = {"type": "Description", "survey": {"source": SOURCE}, "provenance": PROVENANCE}
    (results / "description.json").write_text(json.dumps(description), encoding="utf-8")
    tensor = {"type": "EffectiveTensor", "source": SOURCE, "provenance": PROVENANCE}
    (results / "tensor-electrolyte.json").write_text(json.dumps(tensor), encoding="utf-8")
    (results / "discharge.csv").write_text("variant,c_rate\n", encoding="utf-8")
    (results / "report.html").write_text("<!doctype html>", encoding="utf-8")
    (results / "study.toml").write_text('title = "A cathode"\n[cell]\nbase = "chen2020"\n', encoding="utf-8")
    (results / "my notes.xyz").write_bytes(b"\x00\x01")
    (results / ".study").write_text("results of electrode-homog\n", encoding="utf-8")
    (results / ".lock").write_text("1", encoding="utf-8")
    cell = load_parameter_set("chen2020").with_value(
        "positive.porosity", 0.3, source=f"volume fractions of the image {SOURCE}, after doi 10.1149/1945-7111/ad9a07"
    )
    save_parameter_set(cell, results / "cell.toml")
    return results


def entities(path: Path) -> dict[str, dict]:
    crate = json.loads(path.read_text(encoding="utf-8"))
    assert crate["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    graph = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(graph) == len(crate["@graph"])  # every entity once
    return graph


def references(value) -> set[str]:
    """Every {"@id": ...} below a value."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if isinstance(value, dict):
        return {value["@id"]} if set(value) == {"@id"} else set().union(*map(references, value.values()))
    return set()


def test_every_file_is_described_with_its_hash_and_size(folder):
    """Each file but hidden ones has the hash and size of its bytes, a media type, and, if it is ours, what it is."""
    found = entities(write_ro_crate(folder))
    files = {entity["name"]: entity for entity in found.values() if entity["@type"] == "File"}
    assert set(files) == {path.name for path in folder.iterdir() if path.name[0] != "."} - {"ro-crate-metadata.json"}
    for name, entity in files.items():
        data = (folder / name).read_bytes()
        assert entity["sha256"] == hashlib.sha256(data).hexdigest()
        assert entity["contentSize"] == str(len(data))
        assert ("description" in entity) == (name != "my notes.xyz")
    assert files["discharge.csv"]["encodingFormat"] == "text/csv"
    assert files["my notes.xyz"]["@id"] == "my%20notes.xyz"
    assert "electrolyte" in files["tensor-electrolyte.json"]["description"]
    assert references(found["./"]["hasPart"]) == {entity["@id"] for entity in files.values()}


def test_the_run_joins_image_set_and_results_by_this_software(folder):
    """The action has the image, base set and study as objects, our files as results, and the versions recorded then."""
    found = entities(write_ro_crate(folder, ended="2026-01-02T04:00:00+00:00"))
    run = found["#run"]
    assert run["@type"] == "CreateAction"
    assert run["endTime"] == "2026-01-02T04:00:00+00:00"
    assert references(run["object"]) == {"#image", "#base-parameter-set", "study.toml"}
    results = {"cell.toml", "description.json", "discharge.csv", "report.html", "tensor-electrolyte.json"}
    assert references(run["result"]) == results
    software = found[run["instrument"]["@id"]]
    assert (software["name"], software["softwareVersion"]) == ("electrode-homog", "0.1.0")
    versions = {found[name]["name"]: found[name]["softwareVersion"] for name in references(software)}
    assert versions == {"python": "3.11.7", "numpy": "2.4.6", "pybamm": "26.10.1"}
    assert found["#image"]["name"] == "nmc.tif"
    assert found["#image"]["identifier"].startswith("sha256:0123456789abcdef (first 16")
    assert "Chen et al. (2020)" in found["#base-parameter-set"]["description"]


def test_works_are_cited(folder):
    """The works of the cell's set, and those that a source names by DOI, are entities that the crate cites."""
    found = entities(write_ro_crate(folder))
    cited = references(found["./"]["citation"])
    assert {"https://doi.org/10.1149/1945-7111/ab9050", "https://doi.org/10.1149/1945-7111/ad9a07"} <= cited
    assert all(found[name]["@type"] == "ScholarlyArticle" for name in cited)
    assert references(found["#base-parameter-set"]["citation"]) <= cited


def test_nothing_is_invented(folder):
    """No agent, no end, and a licence that says that none was stated, unless they are given."""
    found = entities(write_ro_crate(folder))
    assert not {"agent", "endTime", "startTime"} & set(found["#run"])
    assert not {"author", "publisher"} & set(found["./"])
    assert found[found["./"]["license"]["@id"]]["name"] == "not stated"
    given = entities(write_ro_crate(folder, agent=ADA, licence="https://example.org/licence", overwrite=True))
    assert given["#run"]["agent"] == {"@id": ADA.iri}
    assert given[ADA.iri] == {"@id": ADA.iri, "@type": "Person", "name": "Ada Muster"}
    assert given["./"]["license"] == {"@id": "https://example.org/licence"}


def test_every_reference_leads_to_an_entity(folder):
    """Nothing points into the void, and the descriptor says which specification and which root."""
    found = entities(write_ro_crate(folder, agent=ADA))
    outside = {"https://w3id.org/ro/crate/1.1"}
    assert set().union(*(references(list(entity.values())) for entity in found.values())) - outside <= set(found)
    assert found["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    assert found["ro-crate-metadata.json"]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}


def test_a_study_without_a_cell_has_no_base_set(folder):
    """Then the image is the only object, and nothing is cited."""
    (folder / "cell.toml").unlink()
    (folder / "discharge.csv").unlink()
    (folder / "study.toml").write_text('title = "Only tensors"\n', encoding="utf-8")
    found = entities(write_ro_crate(folder))
    assert references(found["#run"]["object"]) == {"#image", "study.toml"}
    assert "citation" not in found["./"]
    assert found["./"]["name"] == "Only tensors"


def test_a_base_set_of_the_user_is_named_by_its_bytes(folder, tmp_path):
    """A path gives away its name and hash, not where it lay; one that is gone gives its name only."""
    mine = tmp_path / "private" / "mine.toml"
    mine.parent.mkdir()
    save_parameter_set(load_parameter_set("chen2020"), mine)
    found = entities(write_ro_crate(folder, base=str(mine)))["#base-parameter-set"]
    assert found["name"] == "mine.toml"
    assert found["identifier"] == f"sha256:{hashlib.sha256(mine.read_bytes()).hexdigest()}"
    mine.unlink()
    gone = entities(write_ro_crate(folder, base=str(mine), overwrite=True))["#base-parameter-set"]
    assert "identifier" not in gone
    assert "private" not in (folder / "ro-crate-metadata.json").read_text(encoding="utf-8")


def test_a_generated_image_has_no_hash(folder):
    """Its source is how it was made."""
    source = "generate_electrode: seed 1, active 0.585"
    description = {"type": "Description", "survey": {"source": source}, "provenance": PROVENANCE}
    (folder / "description.json").write_text(json.dumps(description), encoding="utf-8")
    image = entities(write_ro_crate(folder))["#image"]
    assert image["name"] == source
    assert "identifier" not in image


def test_a_crate_is_not_replaced_unasked(folder):
    """The second time it must be asked for; then it does not list itself, and is the same."""
    path = write_ro_crate(folder)
    before = path.read_bytes()
    with pytest.raises(InputError, match="exists already"):
        write_ro_crate(folder)
    write_ro_crate(folder, overwrite=True)
    assert path.read_bytes() == before
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("description.json", None, "no finished study"),
        ("report.html", None, "no finished study"),
        ("description.json", "{", r"description\.json is not JSON"),
        ("description.json", "[" * 100_000, r"description\.json is not JSON"),
        ("description.json", "[]", "holds a list"),
        ("description.json", "{}", "no source of the image"),
        ("description.json", json.dumps({"survey": {"source": SOURCE}}), "no provenance"),
        ("study.toml", "title = ", r"study\.toml is not TOML"),
        ("cell.toml", "schema = 1", r"cell\.toml cannot be read"),
    ],
)
def test_what_is_no_study_is_refused(folder, name, content, says):
    """A folder that lacks something, or holds what cannot be understood, is refused by name; nothing is written."""
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        write_ro_crate(folder)
    assert not (folder / "ro-crate-metadata.json").exists()


def test_a_bad_file_beside_the_results_does_no_harm(folder):
    """Somebody's broken JSON is listed as a file that is not a result."""
    (folder / "broken.json").write_text("[" * 100_000, encoding="utf-8")
    found = entities(write_ro_crate(folder))
    assert "description" not in found["broken.json"]
    assert "broken.json" not in references(found["#run"]["result"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"licence": "CC-BY"}, "must be a web address"),
        ({"licence": "https://a b"}, "must be a web address"),
        ({"ended": "yesterday"}, "ended = 'yesterday'"),
    ],
)
def test_what_cannot_be_looked_up_is_refused(folder, arguments, says):
    """A licence is an address, and a moment one of ISO 8601."""
    with pytest.raises(InputError, match=says):
        write_ro_crate(folder, **arguments)


@pytest.mark.parametrize(("name", "iri"), [("", "https://orcid.org/1"), ("Ada", "0000-0002-1825-0097")])
def test_an_agent_has_a_name_and_an_address(name, iri):
    """Both are needed."""
    with pytest.raises(InputError, match="agent"):
        Agent(name, iri)
