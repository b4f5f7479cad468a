"""Which values of a cell stand behind a parameter of PyBaMM, so that it can be handed over with its sources."""

from collections.abc import Mapping

from electrode_homog.p2d.names import (
    BLEND_PARAMETERS,
    CELL_PARAMETERS,
    CURRENT_PARAMETER,
    ELECTROLYTE_PARAMETERS,
    NEGATIVE_PARAMETERS,
    POSITIVE_PARAMETERS,
    SEPARATOR_PARAMETERS,
    STATE_OF_CHARGE_PARAMETERS,
    THERMAL_PARAMETERS,
)
from electrode_homog.parameters import CellParameters

MADE_OF = {
    "particle_radius_m": ("particle", "measured_surface_area_per_m", "layers"),
    "diffusivity_m2_s": ("diffusivity_m2_s", "measured_surface_area_per_m"),
    "porosity": ("porosity", "layers"),
    "active_fraction": ("active_fraction", "layers"),
    "electrolyte_tortuosity_factor": ("electrolyte_law", "porosity", "layers"),
    "electrolyte_bruggeman": ("electrolyte_law", "porosity", "layers"),
    "solid_tortuosity_factor": ("solid_law", "porosity", "layers"),
    "solid_bruggeman": ("solid_law", "porosity", "layers"),
}
"""Keys of the tables in `names` that are not the field of that name alone."""

TABLES: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("cell", CELL_PARAMETERS),
    ("cell", STATE_OF_CHARGE_PARAMETERS),
    ("negative", NEGATIVE_PARAMETERS),
    ("separator", SEPARATOR_PARAMETERS),
    ("positive", POSITIVE_PARAMETERS),
    ("electrolyte", ELECTROLYTE_PARAMETERS),
    *BLEND_PARAMETERS.items(),
    *((f"thermal.{section}", names) for section, names in THERMAL_PARAMETERS.items()),
)
WHERE = {name: (section, key) for section, names in TABLES for key, name in names.items()}


def origins(cell: CellParameters, name: str) -> tuple[str, ...]:
    """Paths of the values of `cell` that give the parameter `name`; empty for a name that is not handed over."""
    if name == CURRENT_PARAMETER:
        return ("cell.nominal_capacity_Ah",)
    if name not in WHERE:
        return ()
    section, key = WHERE[name]
    paths = (f"{section}.{field}" for field in MADE_OF.get(key, (key,)))
    return tuple(path for path in paths if path in cell.sources)
