"""What a BPX file holds for other programs: checked like all else, listed, and not used.

Three of its numbers are used, because PyBaMM takes them from here under these names and our own files write them: the
contact resistance, the number of cells in series and a thermodynamic factor of the electrolyte. A fourth, the thermal
conductivity that BPX 1 moved here, completes thermal values.
"""

from dataclasses import dataclass

from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.exchange.bpx_section import BPXSection

DESCRIPTION = "description"
MOST_VALUES = 1000


@dataclass(frozen=True)
class UserDefined:
    """None where it is not given; `unused` are ways to keys."""

    contact_resistance_Ohm: float | None
    cells_in_series: float | None
    thermodynamic_factor: float | None
    thermal_conductivity_W_m_K: float | None
    unused: tuple[str, ...]


def read_user_defined(parts: BPXSection) -> UserDefined:
    if parts.content.get("User-defined") is None:
        return UserDefined(None, None, None, None, ())
    section = parts.section("User-defined")
    used = [section.optional_number(key, keys.QUANTITIES[key]) for key in _USED]
    return UserDefined(*used, unused=tuple(_unused(section)))


_USED = (keys.CONTACT_RESISTANCE, keys.SERIES, keys.FACTOR, keys.HEAT_CONDUCTIVITY)


def _unused(section: BPXSection, *, used: tuple[str, ...] = _USED) -> list[str]:
    """The ways to all other values, which must be what BPX allows: numbers, formulas of x, tables, objects of them."""
    paths = []
    for key, value in section.content.items():
        if key in used:
            continue
        if len(paths) >= MOST_VALUES:
            section.problem("", f"has more than {MOST_VALUES} values", remedy="leave out what no program reads")
            return paths
        if key == DESCRIPTION:
            section.text(key)
        elif isinstance(value, dict) and not _is_table(value):
            paths += _unused(BPXSection(section.path(key), value, section.problems), used=())
            continue
        elif value is not None:
            section.function(key)
        paths.append(section.path(key))
    return paths


def _is_table(value: dict) -> bool:
    return any(isinstance(inside, list) for inside in value.values())
