"""The values of a parameter set one by one, as a table of them shows them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from electrode_homog.expression import Expression
from electrode_homog.particles import ReducedParticle, Sphere, SphereSizes
from electrode_homog.table import Table
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor

_UNITS = {  # ending of a name: unit; the longest that fits counts
    "_mol_m3": "mol/m3",
    "_m2_s": "m2/s",
    "_A_m2": "A/m2",
    "_J_mol": "J/mol",
    "_J_m2": "J/m2",
    "_J_m": "J/m",
    "_V_K": "V/K",
    "_V_m2": "V m2",
    "_per_m": "1/m",
    "_per_m2": "1/m2",
    "_per_s": "1/s",
    "_m_s": "m/s",
    "_V": "V",
    "_K": "K",
    "_s": "s",
    "_m": "m",
    "_m2": "m2",
    "_m3": "m3",
}


@dataclass(frozen=True)
class Entry:
    """One value that is handed over: a number, the text of an expression, a table, or a list of numbers.

    Of a dataclass there is its name, a text without a unit, and what it holds; of a sphere and of a transport law,
    whose one number tells what they are, that number.
    """

    path: str
    value: float | str | Table | tuple[float, ...]
    unit: str
    source: str
    uncertainty: float | None


Part = tuple[str, float | str | Table | tuple[float, ...], str]


def value_parts(path: str, value: Any, unit: str | None = None) -> Iterator[Part]:
    """Path, value and unit of all that `value` holds; of a dataclass those of its fields."""
    unit = unit or unit_of(path)
    match value:
        case None:
            return
        case Enum():
            yield path, str(value.value), ""
        case str() | bool():
            yield path, str(value), ""
        case float() | int() | np.number():
            yield path, value if isinstance(value, int) else float(value), unit
        case Expression():
            yield path, value.text, unit
        case Table():
            yield path, value, unit
        case tuple() | np.ndarray() if _is_numeric(value):
            yield path, tuple(float(number) for number in np.ravel(value)), unit
        case tuple() if all(isinstance(item, str) for item in value):
            yield path, "; ".join(value), ""
        case tuple():
            for number, item in enumerate(value):
                yield from value_parts(f"{path}.{number}", item)
        case Sphere() | BruggemanLaw() | TortuosityFactor() | FixedEfficiency():
            name = fields(value)[0].name
            yield from value_parts(f"{path}.{name}", getattr(value, name))
        case _:
            assert is_dataclass(value)
            yield path, type(value).__name__, ""
            if isinstance(value, SphereSizes | ReducedParticle):  # whose radius follows from the rest
                yield f"{path}.radius_m", value.radius_m, "m"
            for f in fields(value):
                if f.init:
                    yield from value_parts(f"{path}.{f.name}", getattr(value, f.name))


def _is_numeric(value: Any) -> bool:
    """Whether it is numbers, or rows of equally many numbers."""
    try:
        return np.asarray(value).dtype.kind in "fi"
    except ValueError:  # rows of different length
        return False


def unit_of(path: str) -> str:
    """The unit that the end of a name tells; "1" where it tells none.

    >>> unit_of("negative.particle.radius_m"), unit_of("positive.porosity")
    ('m', '1')
    """
    endings = [ending for ending in _UNITS if path.endswith(ending)]
    return _UNITS[max(endings, key=len)] if endings else "1"
