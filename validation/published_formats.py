"""A set as BattINFO JSON-LD, and a study as an RO-Crate, say what the set and the files say.

Every shipped set is written and read back by a plain walk through the JSON: its numbers and formulas must be those of
the set, each with its source. The crate of a study with a generated image must hold the hash of every file.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from outcome import Outcome

from electrode_homog.parameters import Entry, load_parameter_set, parameter_set_names
from electrode_homog.parameters.exchange import write_battinfo
from electrode_homog.table import Table
from electrode_homog.workflow import demonstration_study, run_study, write_ro_crate


def nodes(value: Any) -> Iterator[dict]:
    if isinstance(value, dict):
        yield value
        value = [item for key, item in value.items() if key != "@context"]
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)


def says(node: dict) -> Any:
    if "hasPart" in node:
        return node["hasPart"]["hasStringValue"]
    if "schema:value" in node:
        return node["schema:value"]
    found = node["hasNumericalPart"]["hasNumberValue"]
    numbers = tuple(found["@list"]) if isinstance(found, dict) else found
    if "hasVariable" in node:
        return tuple(node["hasVariable"]["hasNumericalPart"]["hasNumberValue"]["@list"]), numbers
    return numbers


def agrees(entry: Entry, node: dict) -> bool:
    value = (entry.value.x, entry.value.values) if isinstance(entry.value, Table) else entry.value
    return says(node) == value and node["dcterms:source"] == entry.source


def battinfo_outcome(folder: Path) -> Outcome:
    count, wrong, bare = 0, [], set()
    for name in parameter_set_names():
        cell = load_parameter_set(name)
        exported = write_battinfo(cell, folder / f"{name}.jsonld")
        document = json.loads(Path(exported.path).read_text(encoding="utf-8"))
        found = {node["schema:propertyID"]: node for node in nodes(document) if "schema:propertyID" in node}
        entries = cell.entries()
        count += len(entries)
        wrong += [f"{name} {e.path}" for e in entries if e.path not in found or not agrees(e, found[e.path])]
        wrong += [f"{name} {path}" for path in set(found) - {entry.path for entry in entries}]
        bare |= {loss.rpartition(".")[2] for loss in exported.losses if loss.startswith("no BattINFO term")}
    claim = f"{len(parameter_set_names())} shipped sets as BattINFO JSON-LD, read back: values with their sources"
    measured = f"{count - len(wrong)} of {count}; without a term: {', '.join(sorted(bare))}"
    return Outcome(claim, "the sets", "all", measured, not wrong)


def crate_outcome(folder: Path) -> Outcome:
    results = folder / "study"
    run_study(replace(demonstration_study(size=24), c_rates=(1.0,)), results, tell=lambda _: None)
    crate = json.loads(write_ro_crate(results, overwrite=True).read_text(encoding="utf-8"))
    hashes = {entity["name"]: entity["sha256"] for entity in crate["@graph"] if entity["@type"] == "File"}
    files = [path for path in results.iterdir() if path.name[0] != "." and path.name != "ro-crate-metadata.json"]
    right = sum(hashes.get(path.name) == hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
    whole = right == len(files) == len(hashes)
    return Outcome(
        "files of a study in its RO-Crate with their hash", "SHA-256", "all", f"{right} of {len(files)}", whole
    )


def outcomes() -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        return [battinfo_outcome(Path(folder)), crate_outcome(Path(folder))]
