"""A whole cell: electrodes, separator, electrolyte, and the source of every value.

A dotted path such as "positive.porosity" or "negative.particle.radius_m" names a value: a section, which may lie in
another ("negative.secondary", "thermal.cooling"), and what it holds. Sources are kept by section and field,
"negative.particle", because a law or a particle comes from one place.
"""

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.parameters.active_phase import ActiveMaterialValues
from electrode_homog.parameters.cell import Cell
from electrode_homog.parameters.checking import (
    CHECK_TEMPERATURE_K,
    quantities,
    subsections,
    suggestion,
)
from electrode_homog.parameters.electrode import CLOSURE_TOLERANCE, EFFECTIVE_ALREADY, Electrode
from electrode_homog.parameters.electrolyte import Electrolyte
from electrode_homog.parameters.entry import Entry, value_parts
from electrode_homog.parameters.layers import Layers
from electrode_homog.parameters.problem import Problem, raise_problems, raise_within, shown, shown_value
from electrode_homog.parameters.separator import Separator
from electrode_homog.parameters.thermal import Thermal
from electrode_homog.particles import Particle, ReducedParticle, check_temperature, with_radius
from electrode_homog.table import Table
from electrode_homog.transport_law import FixedEfficiency

RADIUS = "radius_m"
"""Every particle has a kinetic radius, though some only by what they are made of; a change of it scales them."""

SECOND_FRACTION, CLOSING = "secondary.active_fraction", "inactive_fraction"

SECTIONS = {
    "cell": Cell,
    "negative": Electrode,
    "separator": Separator,
    "positive": Electrode,
    "electrolyte": Electrolyte,
    "thermal": Thermal,
}
OPTIONAL_SECTIONS = ("thermal",)
"""Sections that a set may lack; so may every section inside another."""


def leaves(kind: type) -> list[Field]:
    """The fields of a section that hold a value with a source of its own."""
    return [f for f in fields(kind) if "section" not in f.metadata]


@dataclass(frozen=True)
class CellParameters:
    """A cell as numbers with sources. Changes return a copy.

    `sources` holds one non-empty text per value ("positive.porosity"), `uncertainties` one standard deviation in the
    unit of the value. `thermal` is None for a cell that is only known at one temperature. Raises InputError for a
    missing source or an unknown path.
    """

    name: str
    cell: Cell
    negative: Electrode
    separator: Separator
    positive: Electrode
    electrolyte: Electrolyte
    sources: Mapping[str, str] = field(hash=False)
    uncertainties: Mapping[str, float] = field(default_factory=dict, hash=False)
    title: str = ""
    citations: tuple[str, ...] = ()
    thermal: Thermal | None = None

    def __post_init__(self):
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        object.__setattr__(self, "uncertainties", MappingProxyType(dict(self.uncertainties)))
        object.__setattr__(self, "citations", tuple(self.citations))
        problems = [
            Problem(
                f"{name} = {shown(getattr(self, name))} must be a {kind.__name__}",
                key=name,
                value=shown(getattr(self, name)),
                remedy="give the section as a whole",
            )
            for name, kind in SECTIONS.items()
            if not isinstance(getattr(self, name), kind)
            and not (name in OPTIONAL_SECTIONS and getattr(self, name) is None)
        ]
        if not isinstance(self.name, str) or not self.name.strip():
            text = f"name = {self.name!r} must be a text that is not empty"
            problems.append(Problem(text, key="name", value=shown_value(self.name), remedy="give the set a name"))
        raise_problems("parameter set", problems or self._provenance_problems() + self._temperature_problems())

    def __repr__(self) -> str:
        return f"CellParameters({self.name!r}, {len(self.sources)} values with sources)"

    def __getstate__(self) -> dict[str, Any]:
        """Plain dictionaries, because a mapping proxy cannot be sent to another process."""
        return {**self.__dict__, "sources": dict(self.sources), "uncertainties": dict(self.uncertainties)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name in ("sources", "uncertainties"):
            state[name] = MappingProxyType(state[name])
        self.__dict__.update(state)

    def value(self, path: str) -> float:
        """The number at `path`. Raises InputError for an unknown path and for an expression."""
        owner, name = self._owner(path)
        value = getattr(owner, name)
        if isinstance(value, Expression):
            raise InputError(f"{path} is an expression, {value.text[:60]!r}, not a number")
        if isinstance(value, bool) or not isinstance(value, float | int):
            raise InputError(f"{path} is not a single number but a {type(value).__name__}")
        return float(value)

    def with_value(self, path: str, value: float, *, source: str = "given by the caller") -> "CellParameters":
        """A copy with one number changed; fractions follow the rule of `with_electrode`.

        Raises InputError for an unknown path or an expression, OutOfRangeError for what is not physical.
        """
        self.value(path)
        section, name, rest = self._divided(path)
        try:
            changed = _replaced(getattr(self.section(section), name), rest, value)
        except (InputError, OutOfRangeError) as error:
            raise_within(error, f"{path} of {self.name}: ", path)
        top, _, inside = f"{section}.{name}".partition(".")
        if top in ("negative", "positive"):
            return self._with_electrode(top, {inside: changed}, source)
        return self._with_section(top, {inside: changed}, source)

    def with_electrode(
        self, which: Literal["negative", "positive"], *, source: str = "given by the caller", **changes: Any
    ) -> "CellParameters":
        """A copy with fields of one electrode replaced, such as `electrolyte_law=law, porosity=0.3`.

        Where porosity or active_fraction changes and inactive_fraction is not given, inactive_fraction keeps
        its value if the three still add up to 1, else it becomes 1 - porosity - active_fraction. The active
        fraction is never changed silently: a porosity that leaves no room for it is an OutOfRangeError that
        shows the sum. A conductivity that is effective already (EFFECTIVE_ALREADY) belongs to one porosity and
        stays as it is: give another with it.
        """
        if which not in ("negative", "positive"):
            raise InputError(f"electrode {which!r} is not 'negative' or 'positive'")
        return self._with_electrode(which, changes, source)

    def _with_electrode(self, which: str, changes: Mapping[str, Any], source: str) -> "CellParameters":
        shares = {"porosity", "active_fraction", "secondary", SECOND_FRACTION}
        if shares & set(changes) and "inactive_fraction" not in changes:
            inactive = _inactive_fraction(which, getattr(self, which), changes)
            if inactive is not None:
                changes = {**changes, "inactive_fraction": inactive}
        return self._with_section(which, changes, source)

    def with_layers(
        self, which: Literal["negative", "positive"], layers: Layers, *, source: str = "given by the caller"
    ) -> "CellParameters":
        """A copy with one electrode graded, and its porosity, active fraction, efficiencies and area the layers' means.

        The inactive fraction is what is left. `layers.solid_efficiency` multiplies the conductivity that the electrode
        has; where the mean is 1, it is effective already.
        """
        if which in ("negative", "positive") and getattr(self, which).secondary is not None:
            raise InputError(f"{which}: layers of a blended electrode are not supported; leave `secondary` out")
        solid = layers.mean("solid_efficiency")
        effective = abs(solid - 1) < CLOSURE_TOLERANCE
        areas = layers.surface_area_per_m
        porosity, active = layers.mean("porosity"), layers.mean("active_fraction")
        return self.with_electrode(
            which,
            source=source,
            layers=layers,
            porosity=porosity,
            active_fraction=active,
            inactive_fraction=max(1 - porosity - active, 0.0),
            electrolyte_law=FixedEfficiency(layers.mean("electrolyte_efficiency")),
            solid_law=EFFECTIVE_ALREADY if effective else FixedEfficiency(solid),
            **({} if areas is None else {"measured_surface_area_per_m": layers.mean("surface_area_per_m")}),
        )

    def with_thermal(self, thermal: Thermal | None, *, source: str = "given by the caller") -> "CellParameters":
        """A copy with all thermal values replaced, or without them."""
        return replace(self, thermal=thermal, **self._resourced({"thermal"}, _leaf_paths("thermal", thermal), source))

    def theoretical_capacity_Ah(self, which: Literal["negative", "positive"]) -> float:
        """Charge to fill the active material of one electrode from empty, eps_s L A c_max F / 3600."""
        electrode = getattr(self, which)
        lithium = sum(m.active_fraction * m.maximum_concentration_mol_m3 for m in electrode.active_materials)
        return lithium * electrode.thickness_m * self.cell.electrode_area_m2 * CONSTANTS["F"] / 3600

    def sections(self) -> dict[str, Any]:
        """Dotted path -> dataclass of every section that this set has, in order."""
        return {path: owner for name in SECTIONS for path, owner in _sections(name, getattr(self, name))}

    def active_materials(self) -> dict[str, ActiveMaterialValues]:
        """Those of `sections()`: of both electrodes, the second ones of blends too."""
        return {path: part for path, part in self.sections().items() if isinstance(part, ActiveMaterialValues)}

    def section(self, path: str) -> Any:
        """The dataclass at a path of `sections()`."""
        owner: Any = self
        for name in path.split("."):
            owner = getattr(owner, name)
        return owner

    def entries(self) -> tuple[Entry, ...]:
        """Every value with unit, source and uncertainty, in the order of the sections."""
        return tuple(entry for path, owner in self.sections().items() for entry in self._section_entries(path, owner))

    def _section_entries(self, section: str, owner: Any) -> list[Entry]:
        units = {name: quantity.unit for name, quantity in quantities(type(owner)).items()}
        entries = []
        for f in leaves(type(owner)):
            path, value = f"{section}.{f.name}", getattr(owner, f.name)
            if value is None:
                continue
            source, uncertainty = self.sources[path], self.uncertainties.get(path)
            for name, part, unit in value_parts(path, value, units.get(f.name)):
                entries.append(Entry(name, part, unit, source, uncertainty))
        return entries

    def _with_section(self, section: str, changes: Mapping[str, Any], source: str) -> "CellParameters":
        """With fields of a section replaced; a dotted name is one of a section inside it."""
        owner = getattr(self, section)
        try:
            changed = _changed(section, owner, changes)
        except (InputError, OutOfRangeError) as error:
            raise_within(error, f"{self.name}, {section} ", section)
        same = getattr(owner, CLOSING, None) == getattr(changed, CLOSING, None)
        paths = [f"{section}.{name}" for name in changes if not (name == CLOSING and same)]
        after = [new for path in paths for new in _paths_of(path, changed)]
        return replace(self, **{section: changed, **self._resourced(paths, after, source)})

    def _resourced(self, replaced: Iterable[str], paths: Iterable[str], source: str) -> dict[str, Any]:
        """Sources and uncertainties where `source` gives `paths` for all that was at `replaced` or inside it."""
        gone = {name for name in self.sources for path in replaced if name == path or name.startswith(f"{path}.")}
        others = {path: text for path, text in self.sources.items() if path not in gone}
        uncertainties = {path: value for path, value in self.uncertainties.items() if path not in gone}
        return {"sources": {**others, **dict.fromkeys(paths, source)}, "uncertainties": uncertainties}

    def _divided(self, path: str) -> tuple[str, str, list[str]]:
        """Section, field, and the rest of the path of a value."""
        section, *parts = path.split(".")
        while len(parts) > 1 and parts[0] in subsections(type(self.section(section))):
            section = f"{section}.{parts.pop(0)}"
        return section, parts[0], parts[1:]

    def _owner(self, path: str) -> tuple[Any, str]:
        """The dataclass that holds `path`, and the name of its field."""
        owner: Any = self
        parts = path.split(".") if isinstance(path, str) else []
        for depth, part in enumerate(parts):
            names = {n for n in SECTIONS if getattr(self, n) is not None} if depth == 0 else _field_names(owner)
            if part not in names:
                raise InputError(f"no value {path!r} in parameter set {self.name!r}{self._near(parts, depth, names)}")
            if depth == len(parts) - 1 and depth:
                return owner, part
            owner = getattr(owner, part)
        raise InputError(f"path {path!r} does not name a value; write section.name, e.g. 'positive.porosity'")

    def _near(self, parts: list[str], depth: int, names: set[str]) -> str:
        """What was meant by a path whose part at `depth` is none of `names`."""
        near = difflib.get_close_matches(parts[depth], names, n=1, cutoff=0.6)
        if near:
            return f"; did you mean {'.'.join([*parts[:depth], *near, *parts[depth + 1 :]])!r}?"
        return suggestion(".".join(parts), [entry.path for entry in self.entries()])

    def _provenance_problems(self) -> list[Problem]:
        expected = {path for name in SECTIONS for path in _leaf_paths(name, getattr(self, name))}
        problems = []
        for path in sorted(expected | set(self.sources)):
            text = self.sources.get(path)
            if path not in expected:
                problems.append(_unknown_path("sources", path, text, expected))
            elif not isinstance(text, str) or not text.strip():
                remedy = "give a paper and table, or 'assumed'"
                problems.append(Problem(f"{path} has no source", False, path, shown_value(text), remedy=remedy))
        for path, value in self.uncertainties.items():
            number = isinstance(value, float | int) and isinstance(shown_value(value), float) and math.isfinite(value)
            if path not in expected:
                problems.append(_unknown_path("uncertainties", path, value, expected))
            elif not number or value < 0:
                text, remedy = f"uncertainty of {path} = {shown(value)} must be a finite number >= 0", "one deviation"
                problems.append(Problem(text, False, path, shown_value(value), remedy=f"give {remedy} in its unit"))
        return problems

    def _temperature_problems(self) -> list[Problem]:
        """Particles that are unstable at the temperatures of the cell; each electrode has looked at 298.15 K."""
        problems = []
        temperatures = {self.cell.initial_temperature_K, self.cell.ambient_temperature_K} - {CHECK_TEMPERATURE_K}
        for name, phase in self.active_materials().items():
            for temperature_K in sorted(temperatures):
                try:
                    check_temperature(phase.particle, phase.material, temperature_K)
                except OutOfRangeError as error:
                    particle = type(phase.particle).__name__
                    remedy = "give a particle that suits the material, or other temperatures"
                    text = f"{name} electrode: particle {particle}: {error}"
                    problems.append(Problem(text, True, f"{name}.particle", temperature_K, "K", remedy))
        return problems


def _unknown_path(field: str, path: str, value: Any, expected: set[str]) -> Problem:
    remedy = suggestion(path, expected).removeprefix("; ")
    return Problem(f"{field} names {path!r}", key=path, value=shown_value(value), remedy=remedy)


def _inactive_fraction(which: str, electrode: Electrode, changes: Mapping[str, Any]) -> float | None:
    """What closes the sum; None where the old value does, or where Electrode will refuse the change."""
    porosity = changes.get("porosity", electrode.porosity)
    active = changes.get("active_fraction", electrode.active_fraction)
    second = getattr(changes.get("secondary", electrode.secondary), "active_fraction", 0.0)
    second = changes.get(SECOND_FRACTION, second)
    try:
        rest = 1 - float(porosity) - float(active) - float(second)
    except (TypeError, ValueError):
        return None
    if abs(rest - electrode.inactive_fraction) <= CLOSURE_TOLERANCE or math.isnan(rest):
        return None
    if rest < -CLOSURE_TOLERANCE and 0 < porosity < 1 and 0 < active < 1:
        text = f"porosity {porosity:g} + active_fraction {active:g} = {porosity + active:g} is above 1"
        remedy = "the active fraction is not changed silently: give both"
        raise_problems(which, [Problem(text, True, f"{which}.porosity", porosity + active, "1", remedy)])
    return max(rest, 0.0)


def _replaced(owner: Any, names: Sequence[str], value: Any) -> Any:
    """`owner` with what `names` lead to replaced; `value` itself where they lead nowhere."""
    if not names:
        return value
    if names == [RADIUS] and isinstance(owner, Particle):
        return with_radius(owner, value)
    if isinstance(owner, ReducedParticle):
        raise InputError("a reduced particle is computed as a whole, and only radius_m scales it; reduce another one")
    return replace(owner, **{names[0]: _replaced(getattr(owner, names[0]), names[1:], value)})


def _sections(path: str, owner: Any) -> Iterator[tuple[str, Any]]:
    if owner is None:
        return
    yield path, owner
    for name in subsections(type(owner)):
        yield from _sections(f"{path}.{name}", getattr(owner, name))


def _paths_of(path: str, section: Any) -> list[str]:
    """The paths that need a source at `path`, which begins with the name of `section`."""
    value, inner = section, False
    for name in path.split(".")[1:]:
        inner, value = name in subsections(type(value)), getattr(value, name)
    if not inner:
        return [] if value is None else [path]
    return _leaf_paths(path, value)


def _leaf_paths(path: str, section: Any) -> list[str]:
    """The paths of all values in a section and those inside it."""
    return [
        f"{place}.{f.name}"
        for place, part in _sections(path, section)
        for f in leaves(type(part))
        if getattr(part, f.name) is not None
    ]


def _changed(section: str, owner: Any, changes: Mapping[str, Any]) -> Any:
    """`owner` with fields replaced all at once, those of sections inside it by dotted names."""
    names = {f.name for f in fields(owner)}
    values: dict[str, Any] = {}
    inside: dict[str, dict[str, Any]] = {}
    for path, value in changes.items():
        name, _, rest = path.partition(".")
        if name not in names:
            raise InputError(f"has no {name!r}{suggestion(name, names)}")
        if rest:
            inside.setdefault(name, {})[rest] = value
        else:
            values[name] = value
    for name, part in inside.items():
        try:
            values[name] = _changed(f"{section}.{name}", getattr(owner, name), part)
        except (InputError, OutOfRangeError) as error:
            raise_within(error, "", name)
    return replace(owner, **values)


def _field_names(value: Any) -> set[str]:
    if not is_dataclass(value) or isinstance(value, Expression | Table):
        return set()
    if isinstance(value, Particle):
        return {RADIUS, *(f.name for f in fields(value))}
    return {f.name for f in fields(value) if f.init}
