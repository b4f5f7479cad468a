"""Parameter sets to JSON-LD with the terms of BattINFO: one battery cell, its parts, and a property for each value.

A property carries its path in our schema (schema:propertyID), its unit, the text of its source (dcterms:source) with
the DOIs (schema:citation) and hashes of files (prov:wasDerivedFrom) in it, and the standard deviation where one is
known (hasMetrologicalUncertainty). A function is an Expression, the text of a formula with its variables; a table is
two vectors. Properties are ConventionalProperty, as BattINFO writes values of data sheets, since a text does not tell a
machine what was measured.
"""

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from electrode_homog.expression import CONSTANTS, FUNCTIONS
from electrode_homog.output import write_whole
from electrode_homog.parameters.active_phase import ActivePhase
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.entry import Entry
from electrode_homog.parameters.exchange.battinfo_terms import CONTEXT, UNITS, own_context, quantity
from electrode_homog.parameters.exchange.citations import doi_iri, dois_in, hashes_in
from electrode_homog.parameters.exported import Exported
from electrode_homog.provenance import current_provenance
from electrode_homog.table import Table
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor

FORMAT = "BattINFO JSON-LD"

VARIABLES = {  # of a formula or a table: what it is, its unit
    "x": ("stoichiometry, concentration of lithium in the active material divided by its maximum", "1"),
    "c_e": ("concentration of the salt in the electrolyte", "mol/m3"),
    "c_s": ("concentration of lithium at the surface of the particles", "mol/m3"),
    "c_max": ("maximum concentration of lithium in the active material", "mol/m3"),
    "T": ("temperature", "K"),
}

GRAMMAR = (
    f"arithmetic with + - * / ** and {', '.join(FUNCTIONS)}; "
    + ", ".join(f"{name} = {value!r}" for name, value in CONSTANTS.items())
    + " in SI units"
)

TABLE = "between the points a shape-preserving cubic (PCHIP, Fritsch and Carlson 1980); nothing outside them"

DESCRIPTIONS = {  # of values whose term, if BattINFO has one, does not say all
    "electrodes_in_parallel": "number of pairs of electrodes connected in parallel in the cell",
    "contact_resistance_Ohm": "ohmic resistance in series with the cell",
    "active_fraction": "active material, of the volume of the coating",
    "inactive_fraction": "binder, additives and whatever else does not react, of the volume of the coating",
    "initial_concentration_mol_m3": "at the beginning",
    "conductivity_S_m": "of the bulk, unless a transport efficiency of 1 says that it is effective",
    "thermodynamic_factor": "1 + d ln f / d ln c of the salt, f its mean molar activity coefficient",
    "layers.thickness_fractions": "shares of the thickness, from the current collector to the separator",
    "layers.electrolyte_efficiency": "effective / bulk conductivity of the electrolyte, layer by layer",
    "layers.solid_efficiency": "effective / given conductivity of the solid, layer by layer",
    "through_plane_conductivity_W_m_K": "through the thickness",
    "in_plane_conductivity_W_m_K": "in the plane of the layer",
    "tab_width_m": "width of the tab",
    "tab_centre_y_m": "centre of the tab along the width of the electrode, from its lower left corner",
    "tab_centre_z_m": "centre of the tab along the height of the electrode, from its lower left corner",
    "heat_transfer_coefficient_W_m2_K": "of the cell as a whole",
    "negative_face_coefficient_W_m2_K": "of the face at the negative current collector",
    "positive_face_coefficient_W_m2_K": "of the face at the positive current collector",
    "edge_coefficient_W_m2_K": "of the edges",
    "negative_tab_coefficient_W_m2_K": "of the negative tab",
    "positive_tab_coefficient_W_m2_K": "of the positive tab",
}

OF_THE_ELECTRODES = ("electrode_height_m", "electrode_width_m")
"""What section cell says of both electrodes."""

Node = dict[str, Any]


def write_battinfo(cell: CellParameters, path: str | Path, *, overwrite: bool = False) -> Exported:
    """Write one file of JSON-LD, whole or not at all; its context names CONTEXT and repeats each term that is used.

    `losses` names the values that BattINFO has no term for, which are written as properties without one, and what is
    text where the set has numbers. Raises InputError where `path` exists and `overwrite` is not set, OSError where it
    cannot be written.
    """
    document, losses = _document(cell)
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return Exported(str(write_whole(path, text, overwrite=overwrite)), FORMAT, losses)


def _document(cell: CellParameters) -> tuple[Node, tuple[str, ...]]:
    places: dict[str, Node] = defaultdict(dict)
    losses: list[str] = []
    composites: set[str] = set()  # what has an uncertainty as a whole, if any
    for section, name, entry in _named_entries(cell):
        owner, leaf = places[_place(section, name)], f"{section}.{name.partition('.')[0]}"
        if leaf in composites:
            entry = replace(entry, uncertainty=None)
        if entry.unit == "":
            composites.add(leaf)
            owner.setdefault("schema:additionalProperty", []).append(_text_property(entry))
            losses.append(f"no BattINFO term for {entry.path}: {entry.value}, as text")
            if entry.uncertainty is not None:
                losses.append(f"uncertainty of {entry.path} as a whole, {entry.uncertainty!r}, as text")
            continue
        note, deviation = _law_details(getattr(cell.section(section), name.partition(".")[0]))
        if isinstance(entry.value, tuple):
            note = note or _shape_note(cell.section(section), name)
        if entry.uncertainty is None:
            entry = replace(entry, uncertainty=deviation)
        owner.setdefault("hasProperty", []).append(_property(section, name, entry, note))
        if quantity(section, name) is None:
            losses.append(f"no BattINFO term for {entry.path}")
        if entry.unit not in UNITS:
            losses.append(f"no EMMO unit for {entry.path}: {entry.unit}, as text")
    return _assembled(cell, places), (*losses, *_function_losses(cell))


def _shape_note(owner: Any, name: str) -> str:
    """How to read rows of numbers, which an entry holds one after the other."""
    for part in name.split("."):
        owner = owner[int(part)] if part.isdigit() else getattr(owner, part)
    shape = np.shape(owner)
    return f"{' x '.join(map(str, shape))} numbers, row by row" if len(shape) > 1 else ""


def _function_losses(cell: CellParameters) -> list[str]:
    functions = [e.path for e in cell.entries() if isinstance(e.value, Table) or (isinstance(e.value, str) and e.unit)]
    rule = "formulas and tables, which BattINFO has no rule to evaluate, as text and lists"
    return [f"{rule}: {', '.join(functions)}"] if functions else []


def _law_details(law: Any) -> tuple[str, float | None]:
    """What there is to say of a transport law besides its number, and the standard error that it brings with it."""
    match law:
        case BruggemanLaw():
            low, high = law.porosity_range
            note = "" if (low, high) == (0.0, 1.0) else f"supported by data at porosities from {low!r} to {high!r}"
            error = law.exponent_standard_error
            return note, None if math.isnan(error) else error
        case TortuosityFactor():
            return "tortuosity factor: volume fraction / (effective / bulk conductivity)", None
        case FixedEfficiency():
            return (
                "transport efficiency: effective / bulk conductivity; 1 if the conductivity is effective already",
                None,
            )
        case _:
            return "", None


def _named_entries(cell: CellParameters) -> Iterator[tuple[str, str, Entry]]:
    """Section, name within it, and entry of every value."""
    sections = sorted(cell.sections(), key=len, reverse=True)
    for entry in cell.entries():
        section = next(path for path in sections if entry.path.startswith(f"{path}."))
        yield section, entry.path[len(section) + 1 :], entry


def _place(section: str, name: str) -> str:
    """The part of the cell that a value belongs to, a key of `_assembled`."""
    if section in ("negative", "positive"):
        active = name.partition(".")[0] in {f.name for f in fields(ActivePhase)}
        return f"{section}.active" if active else section
    if section == "thermal.cooling":
        return "cell"
    if section == "cell" and name in OF_THE_ELECTRODES:
        return "electrodes"
    return section.removeprefix("thermal.")


def _assembled(cell: CellParameters, places: dict[str, Node]) -> Node:
    """The cell with its parts, each with its properties."""
    root: Node = {"@context": [CONTEXT, own_context()], "@type": "BatteryCell", "schema:name": cell.name}
    if cell.title:
        root["schema:description"] = cell.title
    if cell.citations:
        root["schema:citation"] = [_cited(text) for text in cell.citations]
    root |= {"prov:wasGeneratedBy": _activity(), **places["cell"]}
    for side in ("negative", "positive"):
        materials = [places[f"{side}.active"], places.get(f"{side}.secondary")]
        coating = {
            "@type": "Coating",
            **places[side],
            "hasActiveMaterial": [{"@type": "ActiveMaterial", **material} for material in materials if material],
        }
        kind = f"{side.capitalize()}Electrode"
        electrode: Node = {"@type": kind, **places["electrodes"], "hasCoating": coating}
        if collector := places.get(f"{side}_collector"):
            electrode["hasCurrentCollector"] = {"@type": "CurrentCollector", **collector}
        root[f"has{kind}"] = electrode
    root["hasSeparator"] = {"@type": "Separator", **places["separator"]}
    root["hasElectrolyte"] = {"@type": "Electrolyte", **places["electrolyte"]}
    return root


def _property(section: str, name: str, entry: Entry, note: str) -> Node:
    term = quantity(section, name)
    node: Node = {
        "@type": ["ConventionalProperty"] if term is None else [term, "ConventionalProperty"],
        "rdfs:label": entry.path,
        "schema:propertyID": entry.path,
        **_unit(entry.unit),
    }
    if comment := note or DESCRIPTIONS.get(name, ""):
        node["rdfs:comment"] = comment
    match entry.value:
        case str() as formula:
            node["hasPart"] = _expression(formula)
        case Table() as table:
            node |= {
                "rdfs:comment": f"table of {table.variable}; {TABLE}",
                "hasNumericalPart": _vector(table.values),
                "hasVariable": {**_variable(table.variable), "hasNumericalPart": _vector(table.x)},
            }
        case tuple() as numbers:
            node["hasNumericalPart"] = _vector(numbers)
        case number:
            node["hasNumericalPart"] = _real(number)
    if entry.uncertainty is not None:
        node["hasMetrologicalUncertainty"] = _uncertainty(entry.uncertainty, entry.unit)
    return node | _source(entry.source)


def _text_property(entry: Entry) -> Node:
    """What is a word, such as the kind of a particle."""
    value = {"@type": "schema:PropertyValue", "schema:propertyID": entry.path, "schema:value": entry.value}
    if entry.uncertainty is not None:
        value["rdfs:comment"] = f"one standard deviation, as given for the whole: {entry.uncertainty!r}"
    return value | _source(entry.source)


def _unit(unit: str) -> Node:
    node: Node = {"schema:unitText": unit}
    return node | ({"hasMeasurementUnit": UNITS[unit]} if unit in UNITS else {})


def _real(value: float) -> Node:
    return {"@type": "RealData", "hasNumberValue": _literal(value)}


def _vector(values: tuple[float, ...]) -> Node:
    return {"@type": "VectorData", "hasNumberValue": {"@list": [_literal(value) for value in values]}}


def _literal(value: float) -> Any:
    """JSON has no word for what is not finite; XML Schema does."""
    if math.isfinite(value):
        return value
    word = "NaN" if math.isnan(value) else ("INF" if value > 0 else "-INF")
    return {"@value": word, "@type": "xsd:double"}


def _expression(formula: str) -> Node:
    names = [name for name in VARIABLES if re.search(rf"\b{name}\b", formula)]
    node: Node = {"@type": "Expression", "hasStringValue": formula, "rdfs:comment": GRAMMAR}
    return node | ({"hasVariable": [_variable(name) for name in names]} if names else {})


def _variable(name: str) -> Node:
    meaning, unit = VARIABLES.get(name, ("", "1"))
    return {"@type": "Variable", "rdfs:label": name, **({"rdfs:comment": meaning} if meaning else {}), **_unit(unit)}


def _uncertainty(deviation: float, unit: str) -> Node:
    comment = {"rdfs:comment": "one standard deviation"}
    return {"@type": "MetrologicalUncertainty", **comment, "hasNumericalPart": _real(deviation), **_unit(unit)}


def _source(text: str) -> Node:
    node: Node = {"dcterms:source": text}
    if dois := dois_in(text):
        node["schema:citation"] = [{"@id": doi_iri(doi)} for doi in dois]
    if files := hashes_in(text):
        node["prov:wasDerivedFrom"] = [
            {"@type": "prov:Entity", "schema:name": name, "schema:identifier": f"sha256:{digits}"}
            for name, digits in files
        ]
    return node


def _cited(citation: str) -> Node:
    dois = dois_in(citation)
    identity = {"@id": doi_iri(dois[0])} if dois else {}
    return {**identity, "@type": "schema:CreativeWork", "schema:name": citation}


def _activity() -> Node:
    made = current_provenance()
    software = {
        "@type": ["prov:SoftwareAgent", "schema:SoftwareApplication"],
        "schema:name": "electrode-homog",
        "schema:softwareVersion": made.packages["electrode-homog"],
    }
    ended = {"@value": made.created, "@type": "xsd:dateTime"}
    return {"@type": "prov:Activity", "prov:endedAtTime": ended, "prov:wasAssociatedWith": software}
