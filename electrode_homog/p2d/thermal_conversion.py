"""Thermal values of a cell under PyBaMM's names.

Density, heat and conductivities are those of each layer; the conductivity through the plane goes where PyBaMM means
that, and the one in the plane under a name of ours, which `in_plane_thermal` reads. Expressions become functions of T.
"""

from collections.abc import Callable, Mapping
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.p2d.names import THERMAL_PARAMETERS
from electrode_homog.p2d.on_symbols import of_temperature
from electrode_homog.parameters import CellParameters
from electrode_homog.parameters.thermal import Thermal


def thermal_values(thermal: Thermal | None) -> dict[str, float | Callable[[Any], Any]]:
    """Name -> value of all that is known: nothing of a cell without, and no coefficient of cooling that is None."""
    values: dict[str, Any] = {}
    for section, names in THERMAL_PARAMETERS.items():
        part = getattr(thermal, section, None)
        values |= {name: getattr(part, field, None) for field, name in names.items()}
    return {name: of_temperature(value) for name, value in values.items() if value is not None}


def check_heated_volume(cell: CellParameters, options: Mapping[str, Any]) -> None:
    """Raise InputError where PyBaMM would put the heat of all electrodes in parallel into the volume of one pair.

    A lumped pouch is as large as one pair of electrodes there; one of any other geometry has the volume of the set.
    """
    lumped = options.get("thermal") in ("lumped", "x-lumped") and options.get("dimensionality", 0) == 0
    parallel = cell.cell.electrodes_in_parallel
    if lumped and options.get("cell geometry") == "pouch" and parallel > 1:
        raise InputError(
            f"options 'cell geometry' = 'pouch' with 'thermal' = {options['thermal']!r}: PyBaMM heats one pair of "
            f"electrodes with what all {parallel:g} in parallel release; use 'thermal' = 'lumped' without the geometry "
            "for cooling.cell_volume_m3 and surface_area_m2, or 'x-full'"
        )
