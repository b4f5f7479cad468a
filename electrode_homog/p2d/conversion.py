"""From our parameters to PyBaMM's: every name that the isothermal P2D model needs, and nothing else.

Transport efficiencies B are handed over twice, as tortuosity factors for the option
`{"transport efficiency": "tortuosity factor"}` and as the Bruggeman coefficients that give the same B, so that a
user of PyBaMM's default option computes the same cell.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from electrode_homog.errors import OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.names import (
    CELL_PARAMETERS,
    CURRENT_PARAMETER,
    ELECTROLYTE_PARAMETERS,
    NEGATIVE_PARAMETERS,
    POSITIVE_PARAMETERS,
    SEPARATOR_PARAMETERS,
)
from electrode_homog.parameters import CellParameters, Electrode, Electrolyte, Separator
from electrode_homog.transport_law import bruggeman_exponent, tortuosity_factor

if TYPE_CHECKING:
    import pybamm


def to_pybamm(cell: CellParameters) -> "pybamm.ParameterValues":
    """PyBaMM's parameter values of the cell; "Current function [A]" is 1C, to be replaced by the caller.

    The solid conductivity is the one of the set and B its factor: where the conductivity is effective already,
    B = 1 and the solid tortuosity factor is 1 - porosity. Raises OutOfRangeError for a separator of porosity 1
    with B < 1, which no Bruggeman coefficient expresses.
    """
    pybamm = import_pybamm()
    values = {
        **{name: getattr(cell.cell, key) for key, name in CELL_PARAMETERS.items()},
        CURRENT_PARAMETER: cell.cell.nominal_capacity_Ah,
        **_electrode_values(cell.negative, NEGATIVE_PARAMETERS),
        **_separator_values(cell.separator),
        **_electrode_values(cell.positive, POSITIVE_PARAMETERS),
        **_electrolyte_values(cell.electrolyte),
    }
    return pybamm.ParameterValues(values)


def _electrode_values(electrode: Electrode, names: dict[str, str]) -> dict[str, Any]:
    transport = {
        "electrolyte_tortuosity_factor": tortuosity_factor(electrode.porosity, electrode.electrolyte_efficiency),
        "electrolyte_bruggeman": _exponent(electrode.porosity, electrode.electrolyte_efficiency),
        "solid_tortuosity_factor": tortuosity_factor(electrode.solid_fraction, electrode.solid_efficiency),
        "solid_bruggeman": _exponent(electrode.solid_fraction, electrode.solid_efficiency),
    }
    functions = {
        "diffusivity_m2_s": _of_stoichiometry_and_temperature(electrode.diffusivity_m2_s),
        "open_circuit_potential_V": _of_stoichiometry(electrode.open_circuit_potential_V),
        "entropic_change_V_K": _of_stoichiometry(electrode.entropic_change_V_K),
        "exchange_current_density_A_m2": _of_surface_state(electrode.exchange_current_density_A_m2),
    }
    special = {"particle_radius_m": electrode.particle.radius_m, **transport, **functions}
    return {name: special[key] if key in special else getattr(electrode, key) for key, name in names.items()}


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


# PyBaMM passes arguments by position and inspects their number, hence one plain function per signature.


def _of_stoichiometry(value: Value) -> float | Callable[[Any], Any]:
    if not isinstance(value, Expression):
        return value
    return lambda sto: _called(value, x=sto)


def _of_stoichiometry_and_temperature(value: Value) -> float | Callable[[Any, Any], Any]:
    if not isinstance(value, Expression):
        return value
    return lambda sto, T: _called(value, x=sto, T=T)


def _of_concentration_and_temperature(value: Value) -> float | Callable[[Any, Any], Any]:
    if not isinstance(value, Expression):
        return value
    return lambda c_e, T: _called(value, c_e=c_e, T=T)


def _of_surface_state(value: Value) -> float | Callable[[Any, Any, Any, Any], Any]:
    if not isinstance(value, Expression):
        return value
    return lambda c_e, c_s_surf, c_s_max, T: _called(value, c_e=c_e, c_s=c_s_surf, c_max=c_s_max, T=T)


def _called(expression: Expression, **state: Any) -> Any:
    return expression(**{name: state[name] for name in expression.variables})
