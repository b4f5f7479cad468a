"""The thermal values of BPX, lumped ones of the whole cell, as the layers of a parameter set.

BPX 0.x has no heat transfer coefficient and BPX 1 no thermal conductivity but in "User-defined", so that they are
complete in few files; only then are they taken. Every layer gets the lumped values, which contain the foils; the foils
of the set are as thin as it allows.
"""

from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.exchange.bpx_section import BPXSection
from electrode_homog.parameters.thermal import Cooling, CurrentCollector, Thermal, ThermalLayer

FOIL_THICKNESS_M, FOIL_CONDUCTIVITY_S_M = 1e-6, 4e7
"""Assumed; the conductivity is the one that PyBaMM's import of BPX takes."""


def read_thermal(
    cell: BPXSection, conductivity: float | None, cooling: float | None, notes: list[str]
) -> Thermal | None:
    """None where something is missing, which `notes` then tells; `conductivity` is that of User-defined."""
    values = {key: cell.optional_number(key, keys.QUANTITIES[key]) for key in _LUMPED}
    values[keys.HEAT_CONDUCTIVITY] = values[keys.HEAT_CONDUCTIVITY] or conductivity
    values[keys.COOLING] = cooling
    missing = [key for key, value in values.items() if value is None]
    given = [key for key in values if key not in missing]
    if missing:
        if given:
            notes.append(f"thermal values ({', '.join(given)}), which are not complete without {', '.join(missing)}")
        return None
    density, heat, conduction, surface, volume, transfer = (value or 0.0 for value in values.values())
    layer = ThermalLayer(density, heat, conduction, conduction)
    foil = CurrentCollector(FOIL_THICKNESS_M, FOIL_CONDUCTIVITY_S_M, density, heat, conduction)
    return Thermal(layer, layer, layer, foil, foil, Cooling(volume, surface, transfer))


_LUMPED = (keys.DENSITY, keys.HEAT, keys.HEAT_CONDUCTIVITY, keys.SURFACE, keys.VOLUME)
