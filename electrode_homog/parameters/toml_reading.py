"""Parameter sets from TOML: sections of leaves, each leaf an inline table with a value and its source.

    [positive]
    porosity = {value = 0.335, source = "Chen2020, Table VII", uncertainty = 0.01}
    open_circuit_potential_V = {expression = "4.2 - x", source = "assumed"}
    particle = {sphere_radius_m = 5.22e-6, source = "..."}
    electrolyte_law = {bruggeman_exponent = 1.5, source = "..."}  # or tortuosity_factor, transport_efficiency
    solid_law = {effective = true, source = "..."}                # the conductivity is effective already

Variables of an expression: x of the open-circuit potential and entropic change; x and T of a diffusivity; c_e, c_s,
c_max and T of an exchange current; c_e and T of the electrolyte; T of a conductivity of the solid and of specific heats
and thermal conductivities.

Open-circuit potential and entropic change may be a table instead, measured or computed, never extrapolated:

    open_circuit_potential_V = {table = {x = [0.0, ..., 1.0], values = [4.3, ..., 3.0]}, source = "..."}

A diffusivity with thermodynamics has the fields of `DarkenDiffusivity`; what they may hold is in `toml_structure`:

    diffusivity_m2_s = {darken = {diffusivity = {jump = {value_m2_s = 1e-14}},                # or tracer
        thermodynamics = {regular_solution = {interaction = 1.5}}, # or from_open_circuit_potential = {}, ideal, ...
        mechanism = {vacancy = {}}, arrhenius = {activation_energy_J_mol = 30e3}}, source = "..."}

on one line, or as the tables [positive.diffusivity_m2_s.darken.diffusivity.jump] and so on. Particles other than one
sphere have the fields of their classes:

    particle = {sphere_sizes = {radii_m = [2e-6, 5e-6], volume_fractions = [0.3, 0.7]}, source = "..."}
    particle = {cahn_hilliard = {radius_m = 1e-7, gradient_coefficient_V_m2 = 7e-18}, source = "..."}
    particle = {shrinking_core = {radius_m = 1e-7, x_alpha = 0.05, x_beta = 0.95, diffusivity_ratio = 1.0}, ...}
    particle = {reduced = {shape = "...", closure = {uniform_flux = {}}, rates_per_m2 = [...], ...}, source = "..."}

The last is what `reduce_particle` computes and `save_parameter_set` writes, not what one types.

May be left out: measured_surface_area_per_m; layers, from the current collector to the separator; the second active
material of a blend, with a section of its own; and the thermal sections, all or none of them:

    layers = {thickness_fractions = [0.5, 0.5], porosity = [0.4, 0.3], active_fraction = [...], ..., source = "..."}
    [negative.secondary]
    active_fraction = {value = 0.05, source = "..."}
    [thermal.negative]
    density_kg_m3 = {value = 1657.0, source = "..."}

One error names the file and everything that is wrong with it.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from importlib import resources
from pathlib import Path
from typing import Any, get_args, get_type_hints

from electrode_homog.errors import ElectrodeHomogError, InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.parameters.cell_parameters import OPTIONAL_SECTIONS, SECTIONS, CellParameters
from electrode_homog.parameters.checking import number_problems, quantities, subsections, suggestion
from electrode_homog.parameters.electrode import EFFECTIVE_ALREADY
from electrode_homog.parameters.layers import Layers
from electrode_homog.parameters.problem import (
    Problem,
    problems_of,
    raise_problems,
    raise_within,
    shown,
    shown_value,
    text_and_remedy,
    within,
)
from electrode_homog.parameters.toml_structure import dataclass_from_toml, from_toml, toml_name
from electrode_homog.particles import Particle, Sphere
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor

SCHEMA = 1
LARGEST_FILE_BYTES = 1_000_000
_LONG_KEY = re.compile(r"""(?<![\w-])(?>(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){20}""")
"""A key of more parts than any of ours; tomllib takes the square of their number, a minute for 200 kB."""

TOP_LEVEL = ("schema", "name", "title", "citations")
LAW_KEYS = ("bruggeman_exponent", "tortuosity_factor", "transport_efficiency", "effective")


def load_parameter_set(name_or_path: str | Path) -> CellParameters:
    """Read a shipped set by name ("chen2020"), or a file: a Path, or a text that ends in ".toml" or ".json" (BPX).

    Raises InputError for a file that cannot be read or has anything wrong in form, OutOfRangeError if all
    of its problems are values that are not physical; the message names the file and lists every problem.
    """
    if str(name_or_path).lower().endswith(".json"):
        from electrode_homog.parameters.exchange.bpx_reading import read_bpx  # which reads more than this module does

        return read_bpx(name_or_path)
    if isinstance(name_or_path, Path) or str(name_or_path).lower().endswith(".toml"):
        path = Path(name_or_path)
        return _parsed(_text(path), str(path))
    shipped = _shipped()
    if name_or_path not in shipped:
        hint = suggestion(str(name_or_path), shipped)
        raise InputError(
            f"no parameter set {name_or_path!r} is shipped{hint}; the path of a file ends in .toml or .json"
        )
    return _parsed(shipped[name_or_path].read_text(encoding="utf-8"), f"{name_or_path}.toml")


def parameter_set_names() -> tuple[str, ...]:
    """The sets that are shipped, sorted."""
    return tuple(sorted(_shipped()))


def _shipped() -> dict[str, Any]:
    """Name -> readable file: inside the installed package, else beside it in a checkout."""
    package = resources.files("electrode_homog")
    for folder in (package / "parameter_sets", Path(__file__).parents[2] / "parameter_sets"):
        if folder.is_dir():
            return {file.name[:-5]: file for file in folder.iterdir() if file.name.endswith(".toml")}
    return {}


def _text(path: Path) -> str:
    if not path.is_file():
        raise InputError(f"{path} is not a file")
    size = path.stat().st_size
    if size > LARGEST_FILE_BYTES:
        raise InputError(f"{path} has {size} bytes; a parameter set has at most {LARGEST_FILE_BYTES}")
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _parsed(text: str, where: str) -> CellParameters:
    if long := _LONG_KEY.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise InputError(f"{where} has a key of more than 20 parts at line {line}; a parameter set needs four")
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: TOMLDecodeError, and numbers of 5000 digits
        reason = str(error) or error.__class__.__name__
        raise InputError(f"{where} is not TOML: {reason}") from None
    problems: list[Problem] = []
    top = _top_level(document, problems)
    sections, sources, uncertainties = {}, {}, {}
    for section, kind in SECTIONS.items():
        if section in OPTIONAL_SECTIONS and section not in document:
            continue
        reader = _SectionReader(section, kind, document.get(section), problems)
        sections[section] = reader.instance()
        sources |= reader.sources
        uncertainties |= reader.uncertainties
    raise_problems(where, problems)
    try:
        return CellParameters(**top, **sections, sources=sources, uncertainties=uncertainties)
    except ElectrodeHomogError as error:
        raise_within(error, f"{where}: ", "")


def _top_level(document: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    allowed = (*TOP_LEVEL, *SECTIONS)
    for key in document:
        if key not in allowed:
            text, remedy = f"{key!r} is not a key of a parameter set", suggestion(key, allowed).removeprefix("; ")
            problems.append(Problem(text, key=key, value=shown(document[key]), remedy=remedy))
    schema = document.get("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        text, remedy = f"schema = {shown(schema)} is not known", f"this version reads schema = {SCHEMA}"
        problems.append(Problem(text, key="schema", value=shown_value(schema), remedy=remedy))
    top = {"name": document.get("name"), "title": document.get("title", "")}
    for key, value in top.items():
        if not isinstance(value, str) or (key == "name" and not value.strip()):
            text, remedy = f"{key} = {shown(value)} must be a text", "write it in quotes"
            problems.append(Problem(text, key=key, value=shown_value(value), remedy=remedy))
    citations = document.get("citations", [])
    if not isinstance(citations, list) or not all(isinstance(citation, str) for citation in citations):
        text, remedy = f"citations = {shown(citations)} must be a list of texts", 'write ["...", "..."]'
        problems.append(Problem(text, key="citations", value=shown(citations), remedy=remedy))
    return {**top, "citations": citations}


class _SectionReader:
    """Reads one section; what is wrong goes to `problems`, so that the next leaf is still read."""

    def __init__(self, section: str, kind: type, table: Any, problems: list[Problem]):
        self.section, self.kind, self.problems = section, kind, problems
        self.sources: dict[str, str] = {}
        self.uncertainties: dict[str, float] = {}
        self.table = table if isinstance(table, dict) else {}
        if table is None:
            self._problem("", "section is missing", remedy=f"add [{section}]")
        elif not isinstance(table, dict):
            self._problem("", f"must be a section, not {shown(table)}", shown(table), remedy=f"write [{section}]")

    def instance(self) -> Any:
        """The dataclass of the section, or None where that was not possible."""
        if not self.table:
            return None
        before = len(self.problems)
        names = [f.name for f in fields(self.kind)]
        for key in self.table:
            if key not in names:
                remedy = suggestion(key, names).removeprefix("; ")
                self._problem(key, f"{key!r} is not a key of this section", _given(self.table[key]), remedy=remedy)
        values, inner = {}, subsections(self.kind)
        for f in fields(self.kind):
            if f.name in self.table:
                read = self._section if f.name in inner else self._leaf
                values[f.name] = read(f.name, self.table[f.name])
            elif f.default is MISSING:
                self._problem(f.name, f"{f.name} is missing", remedy="add it, with its source")
        if len(self.problems) > before:
            self.problems += within(self.section, number_problems(self.kind, values))
            return None
        try:
            return self.kind(**values)
        except (InputError, OutOfRangeError) as error:
            self.problems += within(self.section, problems_of(error))
            return None

    def _section(self, name: str, table: Any) -> Any:
        reader = _SectionReader(f"{self.section}.{name}", subsections(self.kind)[name], table, self.problems)
        instance = reader.instance()
        self.sources |= reader.sources
        self.uncertainties |= reader.uncertainties
        return instance

    def _leaf(self, name: str, leaf: Any) -> Any:
        path = f"{self.section}.{name}"
        if not isinstance(leaf, dict):
            remedy = f'write {name} = {{{_key_of(name, leaf)} = {shown(leaf)}, source = "..."}}'
            self._problem(name, f"{name} = {shown(leaf)} has no source", leaf, remedy=remedy)
            return None
        source = leaf.get("source")
        if not isinstance(source, str) or not source.strip():
            remedy = 'add source = "paper and table", or "assumed"'
            self._problem(name, f"{name} has no source", _given(leaf), remedy=remedy)
        else:
            self.sources[path] = source
        if "uncertainty" in leaf:
            self.uncertainties[path] = leaf["uncertainty"]
        content = {key: value for key, value in leaf.items() if key not in ("source", "uncertainty")}
        try:
            return self._content(name, content)
        except (InputError, OutOfRangeError) as error:
            self._content_problems(name, content, error)
        except OverflowError:
            self._content_problems(name, content, OutOfRangeError("a number is too large"))
        return None

    def _content(self, name: str, content: dict[str, Any]) -> Any:
        if name.endswith("_law"):
            return _law(name, content)
        if name == "particle":
            return _particle(content)
        if name == "layers":
            return dataclass_from_toml(content, Layers)
        quantity = quantities(self.kind)[name]
        if "expression" in content:
            _only(content, ("expression",))
            return Expression(content["expression"], quantity.variables)
        for other in quantity.others:
            if toml_name(other) in content:
                return from_toml(content, get_type_hints(self.kind)[name])
        _only(content, ("value",))
        return content["value"]

    def _content_problems(self, name: str, content: dict[str, Any], error: ElectrodeHomogError) -> None:
        """Those inside a value, such as layers, lie in it; else the value itself is what is wrong."""
        if error.problems:
            self.problems += within(f"{self.section}.{name}", error.problems)
            return
        text, remedy = text_and_remedy(str(error))
        physical = isinstance(error, OutOfRangeError)
        self._problem(name, f"{name}: {text}", _given(content), remedy=remedy, physical=physical)

    def _problem(
        self, name: str, text: str, value: Any = None, *, remedy: str = "correct it", physical: bool = False
    ) -> None:
        key = f"{self.section}.{name}" if name else self.section
        unit = quantities(self.kind)[name].unit if name in quantities(self.kind) else ""
        self.problems.append(Problem(text, physical, key, shown_value(value), unit, remedy))


def _key_of(name: str, bare: Any) -> str:
    """What a value that stands there bare is most likely to be."""
    if name.endswith("_law"):
        return "transport_efficiency" if isinstance(bare, float) and bare < 1 else "bruggeman_exponent"
    if name == "particle":
        return "sphere_radius_m"
    return "expression" if isinstance(bare, str) else "value"


def _given(leaf: Any) -> Any:
    """What a leaf says, without its source."""
    if not isinstance(leaf, dict):
        return leaf
    content = {key: value for key, value in leaf.items() if key not in ("source", "uncertainty")}
    return next(iter(content.values())) if len(content) == 1 else content


def _particle(content: dict[str, Any]) -> Any:
    if "sphere_radius_m" in content:
        _only(content, ("sphere_radius_m",))
        return Sphere(content["sphere_radius_m"])
    others = [toml_name(kind) for kind in get_args(Particle) if kind is not Sphere]
    if not set(content) & set(others):
        _only(content, ("sphere_radius_m",), optional=tuple(others))
    return from_toml(content, Particle)


def _law(name: str, content: dict[str, Any]) -> Any:
    kinds = LAW_KEYS if name == "solid_law" else LAW_KEYS[:3]
    given = [key for key in content if key in kinds]
    if len(given) != 1:
        raise InputError(f"needs exactly one of {', '.join(kinds)}, not {', '.join(content) or 'nothing'}")
    value = content[given[0]]
    if given[0] == "effective":
        _only(content, ("effective",))
        if value is not True:
            raise InputError(f"effective = {shown(value)}; write effective = true, or another law")
        return EFFECTIVE_ALREADY
    _check_plain_number(given[0], value)
    match given[0]:
        case "tortuosity_factor":
            _only(content, ("tortuosity_factor",))
            return TortuosityFactor(float(value))
        case "transport_efficiency":
            _only(content, ("transport_efficiency",))
            return FixedEfficiency(float(value))
    return _bruggeman_law(content)


def _bruggeman_law(content: dict[str, Any]) -> BruggemanLaw:
    _only(content, ("bruggeman_exponent",), optional=("porosity_range", "exponent_standard_error"))
    optional: dict[str, Any] = {}
    if "porosity_range" in content:
        limits = content["porosity_range"]
        if not isinstance(limits, list) or len(limits) != 2:
            raise InputError(f"porosity_range = {shown(limits)} must be [lowest, highest]")
        for limit in limits:
            _check_plain_number("porosity_range", limit)
        optional["porosity_range"] = (float(limits[0]), float(limits[1]))
    if "exponent_standard_error" in content:
        _check_plain_number("exponent_standard_error", content["exponent_standard_error"])
        optional["exponent_standard_error"] = float(content["exponent_standard_error"])
    return BruggemanLaw(float(content["bruggeman_exponent"]), **optional)


def _only(content: dict[str, Any], required: tuple[str, ...], *, optional: tuple[str, ...] = ()) -> None:
    for key in content:
        if key not in (*required, *optional):
            raise InputError(
                f"{key!r} is not a key here{suggestion(key, (*required, *optional, 'source', 'uncertainty'))}"
            )
    for key in required:
        if key not in content:
            raise InputError(f"{key} is missing")


def _check_plain_number(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, float | int) or abs(value) > 1e300:
        raise InputError(f"{name} = {shown(value)} is not a plain number")
