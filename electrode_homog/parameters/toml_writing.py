"""Parameter sets to TOML, in the form that `toml_reading` describes; reading it back gives an equal set."""

import math
from pathlib import Path
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression
from electrode_homog.output import write_whole
from electrode_homog.parameters.cell_parameters import CellParameters, leaves
from electrode_homog.parameters.electrode import EFFECTIVE_ALREADY
from electrode_homog.parameters.layers import Layers
from electrode_homog.parameters.toml_reading import SCHEMA
from electrode_homog.parameters.toml_structure import (
    dataclass_to_toml,
    table_parts,
    table_to_toml,
    text_to_toml,
    to_toml,
    toml_name,
)
from electrode_homog.particles import DarkenDiffusivity, Particle, Sphere
from electrode_homog.table import Table
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor, TransportLaw


def save_parameter_set(cell: CellParameters, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write one file, whole or not at all; `load_parameter_set(path)` returns an equal set.

    Raises InputError where `path` does not end in .toml, or exists and `overwrite` is not set; OSError where
    it cannot be written.
    """
    path = Path(path)
    if path.suffix != ".toml":
        raise InputError(f"{path} must end in .toml, so that load_parameter_set knows it as a file")
    return write_whole(path, _document(cell), overwrite=overwrite)


def _document(cell: CellParameters) -> str:
    lines = [f"schema = {SCHEMA}", f"name = {text_to_toml(cell.name)}", f"title = {text_to_toml(cell.title)}"]
    lines.append(f"citations = [{', '.join(text_to_toml(citation) for citation in cell.citations)}]")
    for section, owner in cell.sections().items():
        values = [f for f in leaves(type(owner)) if getattr(owner, f.name) is not None]
        lines += ["", f"[{section}]"] if values else []
        for f in values:
            path = f"{section}.{f.name}"
            parts = _content(getattr(owner, f.name), solid=f.name == "solid_law")
            if path in cell.uncertainties:
                parts["uncertainty"] = repr(cell.uncertainties[path])
            parts["source"] = text_to_toml(cell.sources[path])
            lines.append(f"{f.name} = {table_to_toml(parts)}")
    return "\n".join(lines) + "\n"


Value = float | Expression | Table | Layers | DarkenDiffusivity | Particle | TransportLaw


def _content(value: Value, *, solid: bool) -> dict[str, str]:
    """Key -> TOML text; `repr` of a float is its shortest text that reads back to the same bits."""
    match value:
        case float() | int():
            return {"value": repr(value)}
        case Expression():
            return {"expression": text_to_toml(value.text)}
        case Table():
            return table_parts(value)
        case Sphere():
            return {"sphere_radius_m": repr(value.radius_m)}
        case TortuosityFactor():
            return {"tortuosity_factor": repr(float(value.value))}
        case FixedEfficiency():
            if solid and value == EFFECTIVE_ALREADY:
                return {"effective": "true"}
            return {"transport_efficiency": repr(float(value.value))}
        case BruggemanLaw():
            return _bruggeman(value)
        case Layers():
            return {key: to_toml(item, Any) for key, item in vars(value).items() if item is not None}
        case _:  # a diffusivity or another kind of particle
            return {toml_name(type(value)): dataclass_to_toml(value)}


def _bruggeman(law: BruggemanLaw) -> dict[str, str]:
    parts = {"bruggeman_exponent": repr(float(law.exponent))}
    if law.porosity_range != (0.0, 1.0):
        low, high = law.porosity_range
        parts["porosity_range"] = f"[{float(low)!r}, {float(high)!r}]"
    if not math.isnan(law.exponent_standard_error):
        parts["exponent_standard_error"] = repr(float(law.exponent_standard_error))
    return parts
