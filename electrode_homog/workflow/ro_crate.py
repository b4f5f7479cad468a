"""What a finished study folder holds, as an RO-Crate: ro-crate-metadata.json says what each file is, how it was made.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the profile Process Run Crate 0.5: the run is a CreateAction, its
instrument this software, its objects the image and the base parameter set, its results the files. All of it is read
from the files themselves; what they do not say, such as a licence or who ran it, is left out unless it is given.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from electrode_homog.errors import ElectrodeHomogError, InputError
from electrode_homog.output import refuse_existing, write_whole
from electrode_homog.parameters import CellParameters, load_parameter_set
from electrode_homog.parameters.exchange.citations import doi_iri, dois_in
from electrode_homog.provenance import current_provenance

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = [f"{SPECIFICATION}/context", {"sha256": "http://schema.org/sha256"}]  # the word came after RO-Crate 1.1

MEDIA_TYPES = {
    ".toml": "application/toml",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".csv": "text/csv",
    ".html": "text/html",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
UNKNOWN_MEDIA_TYPE = "application/octet-stream"

DESCRIPTIONS = {
    "study.toml": "what was to be computed: image, phases, tensors, cell, discharges",
    "description.json": "volume fractions, surfaces, sizes and correlation of the image",
    "cell.toml": "parameter set of the cell with values of the image, each with its source",
    "cell.jsonld": "the same set with the terms of BattINFO",
    "discharge.csv": "discharge curves: time in s, current in A (positive on discharge), voltage in V, capacity in A h",
    "report.html": "report of the whole study, self-contained",
}
INPUT = "study.toml"
LARGEST_RESULT_BYTES = 1 << 26
"""JSON results of ours are far smaller; a larger file is not opened to see whether it is one."""

Entity = dict[str, Any]


@dataclass(frozen=True)
class Agent:
    """The person who ran a study, and an IRI that names them, such as https://orcid.org/0000-0002-1825-0097."""

    name: str
    iri: str

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError(f"agent: name = {self.name!r} must be a text that is not empty")
        if not _is_web_address(self.iri):
            raise InputError(f"agent: iri = {self.iri!r} must begin with https://, such as that of an ORCID")


def write_ro_crate(
    folder: str | Path,
    *,
    base: str | None = None,
    ended: str | None = None,
    agent: Agent | None = None,
    licence: str | None = None,
    overwrite: bool = False,
) -> Path:
    """Write ro-crate-metadata.json into the folder of a finished study, whole or not at all; returns its path.

    `base` is the name or path of the base parameter set, read from study.toml where it is not given. `ended` is the
    moment at which the run ended (ISO 8601); it is left out where it is not given, and so is the agent. `licence` is
    the web address of the licence of the files; without one the crate says that none was stated. Other files of the
    folder are listed, but not as results.

    Raises InputError for a folder that holds no finished study, a file of it that cannot be understood, a licence or
    moment that is none, and where the file exists and `overwrite` is not set; OSError where it cannot be written.
    """
    folder = Path(folder)
    if not (folder / "description.json").is_file() or not (folder / "report.html").is_file():
        raise InputError(f"{folder} holds no finished study: description.json and report.html are needed")
    if licence is not None and not _is_web_address(licence):
        raise InputError(f"licence = {licence!r} must be a web address, such as that of its text")
    if ended is not None and not _is_moment(ended):
        raise InputError(f"ended = {ended!r} must be a moment in ISO 8601, such as 2026-01-31T12:00:00+00:00")
    refuse_existing(folder / METADATA, overwrite=overwrite)
    study = _toml(folder / INPUT) if (folder / INPUT).is_file() else {}
    crate = _Crate(folder, study, base or _text_at(study, "cell", "base"))
    graph = list(crate.entities(ended, agent, licence))
    text = json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1, ensure_ascii=False, allow_nan=False)
    return write_whole(folder / METADATA, text + "\n", overwrite=overwrite)


class _Crate:
    """The entities of one folder."""

    def __init__(self, folder: Path, study: dict[str, Any], base: str | None):
        self._description = _json(folder / "description.json")
        self._study, self._base = study, base
        self._files = [_file_entity(path) for path in sorted(folder.iterdir()) if _is_listed(path)]
        self._cell = _parameter_set(folder / "cell.toml") if (folder / "cell.toml").is_file() else None

    def entities(self, ended: str | None, agent: Agent | None, licence: str | None) -> Iterator[Entity]:
        cited = {entity["@id"]: entity for entity in _citations(self._cell)}
        inputs = [self._image(), *self._base_set()]
        software = _software(self._description)
        yield {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": SPECIFICATION},
            "about": {"@id": "./"},
        }
        yield self._root(cited, licence)
        yield {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
        yield self._run(inputs, ended, agent)
        yield from software
        yield from inputs
        yield from self._files
        yield from cited.values()
        if agent is not None:
            yield {"@id": agent.iri, "@type": "Person", "name": agent.name}
        yield _licence(licence)

    @property
    def _title(self) -> str:
        return _text_at(self._study, "title") or f"Study of {self._image()['name']}"

    def _root(self, cited: dict[str, Entity], licence: str | None) -> Entity:
        made = current_provenance()
        root: Entity = {
            "@id": "./",
            "@type": "Dataset",
            "name": self._title,
            "description": "From the image of an electrode to the voltage of a cell: effective transport, a parameter "
            "set with sources, discharge curves and a report, by electrode-homog.",
            "datePublished": made.created[:10],
            "license": {"@id": _licence(licence)["@id"]},
            "conformsTo": {"@id": PROFILE},
            "hasPart": _references(self._files),
            "mentions": {"@id": "#run"},
        }
        if cited:
            root["citation"] = _references(cited.values())
        return root

    def _run(self, inputs: list[Entity], ended: str | None, agent: Agent | None) -> Entity:
        plan = [entity for entity in self._files if entity["@id"] == INPUT]
        results = [entity for entity in self._files if entity["@id"] != INPUT and "description" in entity]
        run: Entity = {
            "@id": "#run",
            "@type": "CreateAction",
            "name": self._title,
            "description": "run of electrode-homog on one image",
            "instrument": {"@id": "#electrode-homog"},
            "object": _references([*inputs, *plan]),
            "result": _references(results),
        }
        run |= {} if ended is None else {"endTime": ended}
        return run | ({} if agent is None else {"agent": {"@id": agent.iri}})

    def _image(self) -> Entity:
        """By name and hash as the description's source says, "nmc.tif sha256:0123456789abcdef [crop]"."""
        source = _text_at(self._description, "survey", "source")
        if source is None:
            raise InputError("description.json says no source of the image; it is not of this program")
        entity: Entity = {"@id": "#image", "@type": "CreativeWork", "name": source, "description": f"image: {source}"}
        if found := re.match(r"(?P<name>.+?) sha256:(?P<digits>[0-9a-f]{16,64})\b", source):
            digits = found["digits"]
            rest = "" if len(digits) == 64 else f" (first {len(digits)} of 64 digits)"
            entity |= {"name": found["name"], "identifier": f"sha256:{digits}{rest}"}
        return entity

    def _base_set(self) -> list[Entity]:
        if self._base is None:
            return []
        entity: Entity = {"@id": "#base-parameter-set", "@type": "CreativeWork", "name": Path(self._base).name}
        path = Path(self._base)
        if path.suffix in (".toml", ".json"):
            digest = {"identifier": f"sha256:{_sha256(path)}"} if path.is_file() else {}
            return [entity | {"description": "base parameter set, a file of the user"} | digest]
        try:
            base = load_parameter_set(self._base)
        except ElectrodeHomogError:  # of another version, or renamed since
            return [entity | {"description": "base parameter set"}]
        cited = [reference["@id"] for reference in _citations(base)]
        known = {reference["@id"] for reference in _citations(self._cell)}
        citation = [{"@id": name} for name in cited if name in known]
        entity["description"] = f"base parameter set: {base.title or base.name}"
        return [entity | ({"citation": citation} if citation else {})]


def _licence(address: str | None) -> Entity:
    """RO-Crate demands an entity for it; where nobody gave one, it says so."""
    if address is None:
        says = "no licence has been stated for these files; ask whoever passed them on"
        return {"@id": "#licence-not-stated", "@type": "CreativeWork", "name": "not stated", "description": says}
    return {"@id": address, "@type": "CreativeWork", "name": address, "description": "licence of these files"}


def _is_listed(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.name != METADATA


def _file_entity(path: Path) -> Entity:
    """Of any file; one that this program did not write has no description."""
    entity: Entity = {
        "@id": quote(path.name),
        "@type": "File",
        "name": path.name,
        "encodingFormat": MEDIA_TYPES.get(path.suffix.lower(), UNKNOWN_MEDIA_TYPE),
        "contentSize": str(path.stat().st_size),
        "sha256": _sha256(path),
    }
    description = DESCRIPTIONS.get(path.name) or _result_description(path)
    return entity | ({"description": description} if description else {})


def _result_description(path: Path) -> str:
    """Of a JSON result of ours, which names its type and its provenance; "" for any other file."""
    if path.suffix != ".json" or path.stat().st_size > LARGEST_RESULT_BYTES:
        return ""
    try:
        result = _json(path)
    except InputError:
        return ""
    kind = result.get("type")
    if not isinstance(kind, str) or "provenance" not in result:
        return ""
    if kind == "EffectiveTensor":
        return f"effective transport tensor {path.stem.removeprefix('tensor-')!r} of the image"
    return f"result of type {kind}"


def _software(description: dict[str, Any]) -> list[Entity]:
    """This program and what it ran on, as the description records them."""
    provenance = description.get("provenance")
    if not isinstance(provenance, dict) or not isinstance(provenance.get("packages"), dict):
        raise InputError("description.json has no provenance; it is not of this program")
    versions = {"python": provenance.get("python"), **provenance["packages"]}
    versions = {name: text for name, text in versions.items() if isinstance(text, str) and text != "not installed"}
    entities = [
        {"@id": f"#{quote(name)}", "@type": "SoftwareApplication", "name": name, "softwareVersion": version}
        for name, version in versions.items()
    ]
    others = [entity for entity in entities if entity["name"] != "electrode-homog"]
    own: Entity = {
        "@id": "#electrode-homog",
        "@type": "SoftwareApplication",
        "name": "electrode-homog",
        "softwareVersion": versions.get("electrode-homog", "unknown"),
        "softwareRequirements": _references(others),
    }
    return [own, *others]


def _citations(cell: CellParameters | None) -> list[Entity]:
    """The works that a set cites, and those that the sources of its values name by DOI."""
    if cell is None:
        return []
    entities: dict[str, Entity] = {}
    for number, citation in enumerate(cell.citations, start=1):
        name = next((doi_iri(doi) for doi in dois_in(citation)), f"#citation-{number}")
        entities.setdefault(name, {"@id": name, "@type": "ScholarlyArticle", "name": citation})
    for source in cell.sources.values():
        for doi in dois_in(source):
            name = doi_iri(doi)
            entities.setdefault(name, {"@id": name, "@type": "ScholarlyArticle", "name": f"doi {doi}"})
    return list(entities.values())


def _references(entities: Any) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]


def _parameter_set(path: Path) -> CellParameters:
    try:
        return load_parameter_set(path)
    except ElectrodeHomogError as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise InputError(f"{path} holds a {type(data).__name__}, not a result")
    return data


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not TOML: {error}") from error


def _text_at(data: Any, *keys: str) -> str | None:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, str) and data.strip() else None


def _is_web_address(text: Any) -> bool:
    return isinstance(text, str) and re.fullmatch(r"https?://[^\s\"<>\\^`{|}]+", text) is not None


def _is_moment(text: Any) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except (TypeError, ValueError):
        return False
