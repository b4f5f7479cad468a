"""From our parameters to PyBaMM's: every name that the P2D model needs, and what is known of its heat.

Transport efficiencies B are handed over twice, as tortuosity factors for the option
`{"transport efficiency": "tortuosity factor"}` and as the Bruggeman coefficients that give the same B, so that a
user of PyBaMM's default option computes the same cell.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.p2d.active_phases import SECONDARY
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.kinetic_radius import radius_scale
from electrode_homog.p2d.layer_profiles import Side, layer_values
from electrode_homog.p2d.names import (
    BLEND_PARAMETERS,
    CELL_PARAMETERS,
    CURRENT_PARAMETER,
    ELECTROLYTE_PARAMETERS,
    NEGATIVE_PARAMETERS,
    NEGATIVE_SIZE_PARAMETERS,
    POSITIVE_PARAMETERS,
    POSITIVE_SIZE_PARAMETERS,
    SEPARATOR_PARAMETERS,
    STATE_OF_CHARGE_PARAMETERS,
)
from electrode_homog.p2d.on_symbols import called, of_temperature_in_the_solid
from electrode_homog.p2d.thermal_conversion import thermal_values
from electrode_homog.parameters import CellParameters, Electrode, Electrolyte, Separator
from electrode_homog.parameters.active_phase import ActiveMaterialValues
from electrode_homog.particles.laws.chemical_diffusivity import chemical_diffusivity
from electrode_homog.particles.laws.darken import DarkenDiffusivity
from electrode_homog.particles.sphere_sizes import SphereSizes
from electrode_homog.table import Table
from electrode_homog.transport_law import bruggeman_exponent, tortuosity_factor

if TYPE_CHECKING:
    import pybamm


def to_pybamm(cell: CellParameters) -> "pybamm.ParameterValues":
    """PyBaMM's parameter values of the cell; "Current function [A]" is 1C, to be replaced by the caller.

    The solid conductivity is the one of the set and B its factor: where the conductivity is effective already,
    B = 1 and the solid tortuosity factor is 1 - porosity. Functions take PyBaMM's symbols: a table becomes an
    Interpolant, a Darken diffusivity a function of stoichiometry and temperature. What other particles than a sphere
    need besides is part of `pybamm_model(cell)`; their radius here is 3 volume / surface. Layers are steps along x, and
    a measured area comes as the kinetic radius, with the diffusivity that goes with it. Both materials of a blended
    electrode have names with PyBaMM's prefixes. Thermal conductivities are those through the layers; those along them
    have "in-plane" in names of ours, which the models of `pybamm_model` with current collectors read. Raises
    OutOfRangeError for a separator of porosity 1 with B < 1, which no Bruggeman coefficient expresses.
    """
    pybamm = import_pybamm()
    values = {
        **{name: getattr(cell.cell, key) for key, name in CELL_PARAMETERS.items()},
        **{name: getattr(cell.cell, key) for key, name in STATE_OF_CHARGE_PARAMETERS.items()},
        CURRENT_PARAMETER: cell.cell.nominal_capacity_Ah,
        **_electrode_values(cell.negative, "negative", NEGATIVE_PARAMETERS),
        **_size_values(cell.negative, NEGATIVE_SIZE_PARAMETERS),
        **_separator_values(cell.separator),
        **_electrode_values(cell.positive, "positive", POSITIVE_PARAMETERS),
        **_size_values(cell.positive, POSITIVE_SIZE_PARAMETERS),
        **_electrolyte_values(cell.electrolyte),
        **thermal_values(cell.thermal),
    }
    return pybamm.ParameterValues(values)


def _electrode_values(electrode: Electrode, side: Side, names: dict[str, str]) -> dict[str, Any]:
    transport = {
        "electrolyte_tortuosity_factor": tortuosity_factor(electrode.porosity, electrode.electrolyte_efficiency),
        "electrolyte_bruggeman": _exponent(electrode.porosity, electrode.electrolyte_efficiency),
        "solid_tortuosity_factor": tortuosity_factor(electrode.solid_fraction, electrode.solid_efficiency),
        "solid_bruggeman": _exponent(electrode.solid_fraction, electrode.solid_efficiency),
    }
    conductivity = of_temperature_in_the_solid(electrode.conductivity_S_m)
    special = {**transport, "conductivity_S_m": conductivity, **_material_values(electrode)}
    if electrode.layers is not None:
        special |= layer_values(electrode, electrode.layers, side)
    second: dict[str, Any] = {}
    if electrode.secondary is not None:
        names = {**names, **BLEND_PARAMETERS[side]}
        values, second_names = _material_values(electrode.secondary), BLEND_PARAMETERS[f"{side}.{SECONDARY}"]
        second = {name: values[key] for key, name in second_names.items()}
    first = {name: special[key] if key in special else getattr(electrode, key) for key, name in names.items()}
    return {**first, **second}


def _material_values(phase: ActiveMaterialValues) -> dict[str, Any]:
    return {
        "active_fraction": phase.active_fraction,
        "particle_radius_m": radius_scale(phase) * phase.particle.radius_m,
        "maximum_concentration_mol_m3": phase.maximum_concentration_mol_m3,
        "initial_concentration_mol_m3": phase.initial_concentration_mol_m3,
        "diffusivity_m2_s": _diffusivity(phase),
        "open_circuit_potential_V": _of_stoichiometry(phase.open_circuit_potential_V),
        "entropic_change_V_K": _of_stoichiometry(phase.entropic_change_V_K),
        "exchange_current_density_A_m2": _of_surface_state(phase.exchange_current_density_A_m2),
    }


def _size_values(electrode: Electrode, names: dict[str, str]) -> dict[str, Any]:
    """The mesh of `pybamm_model` carries the shares of the area, so the distribution is 1 at every size."""
    if not isinstance(electrode.particle, SphereSizes):
        return {}
    pybamm = import_pybamm()
    radii = electrode.particle.radii_m
    special = {
        "smallest_radius_m": radii[0] / 2,
        "largest_radius_m": radii[-1] * 2,
        "area_distribution_per_m": lambda R: pybamm.ones_like(R),
    }
    return {name: special[key] for key, name in names.items()}


def _separator_values(separator: Separator) -> dict[str, Any]:
    efficiency = separator.electrolyte_efficiency
    special = {
        "electrolyte_tortuosity_factor": tortuosity_factor(separator.porosity, efficiency),
        "electrolyte_bruggeman": _exponent(separator.porosity, efficiency),
    }
    return {
        name: special[key] if key in special else getattr(separator, key) for key, name in SEPARATOR_PARAMETERS.items()
    }


def _electrolyte_values(electrolyte: Electrolyte) -> dict[str, Any]:
    return {
        name: _of_concentration_and_temperature(getattr(electrolyte, key))
        for key, name in ELECTROLYTE_PARAMETERS.items()
    }


def _exponent(volume_fraction: float, efficiency: float) -> float:
    """ln B / ln(volume fraction): 0 for a conductivity that is effective already (B = 1)."""
    if volume_fraction == 1:
        if efficiency == 1:
            return 1.0  # any exponent gives B = 1
        raise OutOfRangeError(
            f"separator of porosity 1 with a transport efficiency of {efficiency:g}: no Bruggeman coefficient "
            "gives that; lower the porosity, or use a law with B(1) = 1"
        )
    if efficiency == 1:
        return 0.0
    return bruggeman_exponent(volume_fraction, efficiency)


Value = float | Expression


def _of_stoichiometry(value: Value | Table) -> float | Callable[[Any], Any]:
    match value:
        case Expression():
            return lambda sto: called(value, x=sto)
        case Table():
            return lambda sto: interpolant(value, sto)
        case _:
            return value


def _diffusivity(phase: ActiveMaterialValues) -> float | Callable[[Any, Any], Any]:
    """Of the sphere of the kinetic radius; see `kinetic_radius`."""
    factor = radius_scale(phase) ** 2
    match phase.diffusivity_m2_s:
        case Expression() as expression:
            return lambda sto, T: factor * called(expression, x=sto, T=T)
        case DarkenDiffusivity():
            return lambda sto, T: factor * chemical_diffusivity(phase.material, sto, T, interpolant)
        case number:
            return factor * number


def interpolant(table: Table, x: Any) -> Any:
    """PyBaMM's Interpolant; unlike the table it goes on beyond its ends, where a solver may look."""
    pybamm = import_pybamm()
    return pybamm.Interpolant(np.array(table.x), np.array(table.values), x, interpolator="pchip")


def _of_concentration_and_temperature(value: Value) -> float | Callable[[Any, Any], Any]:
    if not isinstance(value, Expression):
        return value
    return lambda c_e, T: called(value, c_e=c_e, T=T)


def _of_surface_state(value: Value) -> float | Callable[[Any, Any, Any, Any], Any]:
    if not isinstance(value, Expression):
        return value
    return lambda c_e, c_s_surf, c_s_max, T: called(value, c_e=c_e, c_s=c_s_surf, c_max=c_s_max, T=T)
