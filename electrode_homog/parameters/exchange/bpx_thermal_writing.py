"""The thermal values of a set as BPX holds them: lumped, of the whole cell.

Functions of temperature are written as their values at the reference temperature. PyBaMM's import of BPX needs a
volume and a surface even of a cell at one temperature; without thermal values they are those of the electrodes and the
separator, and have no effect.
"""

from electrode_homog.expression import Expression, evaluate
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.thermal import Thermal

NOT_WRITTEN = ("in_plane_conductivity_W_m_K", "thermal_conductivity_W_m_K")
"""Of layers and foils: only the conductivity through the layers is."""


def thermal_of_cell(cell: CellParameters, losses: list[str]) -> dict[str, float]:
    """What stands in Cell."""
    layers = (cell.negative, cell.separator, cell.positive)
    area = cell.cell.electrode_area_m2
    if cell.thermal is None:
        losses.append(
            f"{keys.VOLUME} and {keys.SURFACE}, which the set does not have and PyBaMM asks for, are those of the "
            "layers that it has"
        )
        volume = area * sum(layer.thickness_m for layer in layers)
        return {keys.SURFACE: 2 * cell.cell.electrode_height_m * cell.cell.electrode_width_m, keys.VOLUME: volume}
    losses.append(
        "thermal values of the layers and current collectors: written as those of the whole cell; tabs and the cooling "
        "of single faces are left out"
    )
    losses += _function_losses(cell.thermal, cell.cell.reference_temperature_K)
    cooling = cell.thermal.cooling
    return {
        keys.SURFACE: cooling.surface_area_m2,
        keys.VOLUME: cooling.cell_volume_m3,
        keys.DENSITY: _lumped(cell)[0],
        keys.HEAT: _lumped(cell)[1],
    }


def _function_losses(thermal: Thermal, reference_K: float) -> list[str]:
    names = [
        f"{section}.{name}"
        for section, part in vars(thermal).items()
        for name, value in vars(part).items()
        if isinstance(value, Expression) and name not in NOT_WRITTEN
    ]
    text = f"changes the voltage away from {reference_K:g} K: thermal: written are the values there of functions of T"
    return [f"{text}: {', '.join(names)}"] if names else []


def thermal_conductivity(cell: CellParameters) -> float | None:
    """Through the electrodes and the separator in series; BPX 1 keeps it in User-defined."""
    if cell.thermal is None:
        return None
    layers = (cell.negative, cell.separator, cell.positive)
    thermal = (cell.thermal.negative, cell.thermal.separator, cell.thermal.positive)
    thicknesses = [layer.thickness_m for layer in layers]
    T = cell.cell.reference_temperature_K
    conductivities = [evaluate(part.through_plane_conductivity_W_m_K, T=T) for part in thermal]
    return sum(thicknesses) / sum(L / k for L, k in zip(thicknesses, conductivities, strict=True))


def _lumped(cell: CellParameters) -> tuple[float, float]:
    """Density [kg/m3], and specific heat [J/(kg K)] of the mass."""
    assert cell.thermal is not None
    thermal = cell.thermal
    foils = (thermal.negative_collector, thermal.positive_collector)
    parts = [
        (cell.negative.thickness_m, thermal.negative),
        (cell.separator.thickness_m, thermal.separator),
        (cell.positive.thickness_m, thermal.positive),
        *((foil.thickness_m, foil) for foil in foils),
    ]
    masses = [L * part.density_kg_m3 for L, part in parts]
    T = cell.cell.reference_temperature_K
    heats = [mass * evaluate(part.specific_heat_J_kg_K, T=T) for mass, (_, part) in zip(masses, parts, strict=True)]
    return sum(masses) / sum(L for L, _ in parts), sum(heats) / sum(masses)
