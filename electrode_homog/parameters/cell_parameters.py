"""A whole cell: electrodes, separator, electrolyte, and the source of every value.

A dotted path such as "positive.porosity" or "negative.particle.radius_m" names a value. Sources are kept
by the first two parts of the path, "negative.particle", because a law or a particle comes from one place.
"""

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.parameters.cell import Cell
from electrode_homog.parameters.checking import CHECK_TEMPERATURE_K, Problem, quantities, raise_problems, suggestion
from electrode_homog.parameters.electrode import CLOSURE_TOLERANCE, Electrode
from electrode_homog.parameters.electrolyte import Electrolyte
from electrode_homog.parameters.entry import Entry, value_parts
from electrode_homog.parameters.separator import Separator
from electrode_homog.particles import Particle, ReducedParticle, check_temperature, with_radius
from electrode_homog.table import Table

RADIUS = "radius_m"
"""Every particle has a kinetic radius, though some only by what they are made of; a change of it scales them."""

SECTIONS = {
    "cell": Cell,
    "negative": Electrode,
    "separator": Separator,
    "positive": Electrode,
    "electrolyte": Electrolyte,
}


@dataclass(frozen=True)
class CellParameters:
    """A cell as numbers with sources. Changes return a copy.

    `sources` holds one non-empty text per path of two parts ("positive.porosity"), `uncertainties` one
    standard deviation in the unit of the value. Raises InputError for a missing source or an unknown path.
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

    def __post_init__(self):
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        object.__setattr__(self, "uncertainties", MappingProxyType(dict(self.uncertainties)))
        object.__setattr__(self, "citations", tuple(self.citations))
        problems = [
            Problem(f"{name} = {getattr(self, name)!r} must be a {kind.__name__}")
            for name, kind in SECTIONS.items()
            if not isinstance(getattr(self, name), kind)
        ]
        if not isinstance(self.name, str) or not self.name.strip():
            problems.append(Problem(f"name = {self.name!r} must be a text that is not empty"))
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
        section, name, *rest = path.split(".")
        try:
            changed = _replaced(getattr(getattr(self, section), name), rest, value)
        except (InputError, OutOfRangeError) as error:
            raise type(error)(f"{path} of {self.name}: {error}") from error
        if section in ("negative", "positive"):
            return self.with_electrode(section, source=source, **{name: changed})
        return self._with_section(section, {name: changed}, source)

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
        if {"porosity", "active_fraction"} & set(changes) and "inactive_fraction" not in changes:
            inactive = _inactive_fraction(getattr(self, which), changes)
            if inactive is not None:
                changes = {**changes, "inactive_fraction": inactive}
        return self._with_section(which, changes, source)

    def theoretical_capacity_Ah(self, which: Literal["negative", "positive"]) -> float:
        """Charge to fill the active material of one electrode from empty, eps_s L A c_max F / 3600."""
        electrode = getattr(self, which)
        volume = electrode.active_fraction * electrode.thickness_m * self.cell.electrode_area_m2
        return volume * electrode.maximum_concentration_mol_m3 * CONSTANTS["F"] / 3600

    def entries(self) -> tuple[Entry, ...]:
        """Every value with unit, source and uncertainty, in the order of the sections."""
        return tuple(entry for section in SECTIONS for entry in self._section_entries(section))

    def _section_entries(self, section: str) -> list[Entry]:
        owner = getattr(self, section)
        units = {name: quantity.unit for name, quantity in quantities(type(owner)).items()}
        entries = []
        for f in fields(owner):
            path, value = f"{section}.{f.name}", getattr(owner, f.name)
            source, uncertainty = self.sources[path], self.uncertainties.get(path)
            for name, part, unit in value_parts(path, value, units.get(f.name)):
                entries.append(Entry(name, part, unit, source, uncertainty))
        return entries

    def _with_section(self, section: str, changes: Mapping[str, Any], source: str) -> "CellParameters":
        owner = getattr(self, section)
        names = {f.name for f in fields(owner)}
        for name in changes:
            if name not in names:
                raise InputError(f"{section} has no {name!r}{suggestion(name, names)}")
        try:
            changed = replace(owner, **changes)
        except (InputError, OutOfRangeError) as error:
            raise type(error)(f"{self.name}, {section} {error}") from error
        paths = {f"{section}.{name}" for name in changes if getattr(owner, name) != getattr(changed, name)}
        paths |= {f"{section}.{name}" for name in changes if name != "inactive_fraction"}
        sources = {**self.sources, **dict.fromkeys(paths, source)}
        uncertainties = {path: value for path, value in self.uncertainties.items() if path not in paths}
        return replace(self, **{section: changed, "sources": sources, "uncertainties": uncertainties})

    def _owner(self, path: str) -> tuple[Any, str]:
        """The dataclass that holds `path`, and the name of its field."""
        owner: Any = self
        parts = path.split(".") if isinstance(path, str) else []
        for depth, part in enumerate(parts):
            names = set(SECTIONS) if depth == 0 else _field_names(owner)
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
        expected = {f"{section}.{f.name}" for section, kind in SECTIONS.items() for f in fields(kind)}
        problems = []
        for path in sorted(expected | set(self.sources)):
            text = self.sources.get(path)
            if path not in expected:
                problems.append(Problem(f"sources names {path!r}{suggestion(path, expected)}"))
            elif not isinstance(text, str) or not text.strip():
                problems.append(Problem(f"{path} has no source; give a paper and table, or 'assumed'"))
        for path, value in self.uncertainties.items():
            number = isinstance(value, float | int) and not isinstance(value, bool) and math.isfinite(value)
            if path not in expected:
                problems.append(Problem(f"uncertainties names {path!r}{suggestion(path, expected)}"))
            elif not number or value < 0:
                problems.append(Problem(f"uncertainty of {path} = {value!r} must be a finite number >= 0"))
        return problems

    def _temperature_problems(self) -> list[Problem]:
        """Particles that are unstable at the temperatures of the cell; each electrode has looked at 298.15 K."""
        problems = []
        temperatures = {self.cell.initial_temperature_K, self.cell.ambient_temperature_K} - {CHECK_TEMPERATURE_K}
        for name, electrode in (("negative", self.negative), ("positive", self.positive)):
            for temperature_K in sorted(temperatures):
                try:
                    check_temperature(electrode.particle, electrode.material, temperature_K)
                except OutOfRangeError as error:
                    particle = type(electrode.particle).__name__
                    problems.append(Problem(f"{name} electrode: particle {particle}: {error}", True))
        return problems


def _inactive_fraction(electrode: Electrode, changes: Mapping[str, Any]) -> float | None:
    """What closes the sum; None where the old value does, or where Electrode will refuse the change."""
    porosity = changes.get("porosity", electrode.porosity)
    active = changes.get("active_fraction", electrode.active_fraction)
    try:
        rest = 1 - float(porosity) - float(active)
    except (TypeError, ValueError):
        return None
    if abs(rest - electrode.inactive_fraction) <= CLOSURE_TOLERANCE or math.isnan(rest):
        return None
    if rest < -CLOSURE_TOLERANCE and 0 < porosity < 1 and 0 < active < 1:
        raise OutOfRangeError(
            f"porosity {porosity:g} + active_fraction {active:g} = {porosity + active:g} is above 1; "
            "the active fraction is not changed silently: give both"
        )
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


def _field_names(value: Any) -> set[str]:
    if not is_dataclass(value) or isinstance(value, Expression | Table):
        return set()
    if isinstance(value, Particle):
        return {RADIUS, *(f.name for f in fields(value))}
    return {f.name for f in fields(value) if f.init}
