"""Events that end a run which the particles of a cell cannot describe. Imported late: this module loads PyBaMM."""

from collections.abc import Collection
from typing import Any

from electrode_homog.p2d.active_phases import is_blended, parameter_names, side_of
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.kinetic_radius import radius_scale, radius_scales
from electrode_homog.p2d.layer_profiles import middle_of_first_layer
from electrode_homog.p2d.names import (
    BLEND_SURFACE_STOICHIOMETRY_VARIABLES,
    SURFACE_STOICHIOMETRY_DISTRIBUTION_VARIABLES,
    SURFACE_STOICHIOMETRY_VARIABLES,
)
from electrode_homog.parameters import CellParameters
from electrode_homog.parameters.active_phase import ActiveMaterialValues
from electrode_homog.parameters.checking import CHECK_TEMPERATURE_K
from electrode_homog.particles.cahn_hilliard import CahnHilliard
from electrode_homog.particles.laws.chemical_diffusivity import chemical_diffusivity, equilibrium_potential
from electrode_homog.particles.sphere_sizes import SphereSizes
from electrode_homog.table import Table

pybamm = import_pybamm()

TOLERANCE = 1e-6
"""Relative, of a value that PyBaMM's functions give instead of ours."""

END_OF_TABLE = 1e-4
"""By how much a stoichiometry may be beyond the table of a potential: it may begin where the cell does."""


def particle_events(cell: CellParameters, variables: dict[str, Any], ours: Collection[str]) -> list[Any]:
    """Events of all active materials; `ours` names those whose particles are not PyBaMM's."""
    events = []
    for path, phase in cell.active_materials().items():
        if path in ours:
            place = middle_of_first_layer(cell.section(side_of(path)), side_of(path))
            events += _foreign_values(phase, place, parameter_names(cell, path))
        potential = phase.open_circuit_potential_V
        if isinstance(potential, Table) and not isinstance(phase.particle, CahnHilliard):  # which goes on by itself
            events += _ends_of_table(path, potential, variables[_surface_variable(cell, path, phase)])
    return events


def _surface_variable(cell: CellParameters, path: str, phase: ActiveMaterialValues) -> str:
    if is_blended(cell, path):
        return BLEND_SURFACE_STOICHIOMETRY_VARIABLES[path]
    if isinstance(phase.particle, SphereSizes):
        return SURFACE_STOICHIOMETRY_DISTRIBUTION_VARIABLES[path]
    return SURFACE_STOICHIOMETRY_VARIABLES[path]


def _foreign_values(phase: ActiveMaterialValues, place: Any, names: dict[str, str]) -> list[Any]:
    """Parameter values that another cell has: the equations of our particles would not follow them.

    The radius is looked at in `place`, the middle of the layer at the collector.
    """
    x, T = phase.initial_stoichiometry, CHECK_TEMPERATURE_K
    at = {"sto": pybamm.Scalar(x), "T": pybamm.Scalar(T)}
    radius, diffusivity = names["particle_radius_m"], names["diffusivity_m2_s"]
    scale = radius_scale(phase) ** 2
    wanted = {
        radius: (
            pybamm.FunctionParameter(radius, {"x": place}),
            radius_scales(phase)[0] * phase.particle.radius_m,
        ),
        diffusivity: (
            pybamm.FunctionParameter(diffusivity, at),
            scale * float(chemical_diffusivity(phase.material, x, T)),
        ),
    }
    if isinstance(phase.particle, CahnHilliard):
        potential = names["open_circuit_potential_V"]
        value = float(equilibrium_potential(phase.material, x))
        wanted[potential] = (pybamm.FunctionParameter(potential, {"sto": at["sto"]}), value)
    events = []
    for name, (given, value) in wanted.items():
        off = pybamm.AbsoluteValue(given - value) / (TOLERANCE * abs(value) + 1e-26)  # a diffusivity may be 0
        events.append(pybamm.Event(f"{name} is not the one of the cell that pybamm_model was given", 1 - off))
    return events


def _ends_of_table(side: str, table: Table, stoichiometry: Any) -> list[Any]:
    low, high = table.x[0], table.x[-1]
    what = f"{side} open-circuit potential known from x = {low:g} to {high:g} only"
    return [
        pybamm.Event(f"{what}, lower end", pybamm.min(stoichiometry) - low + END_OF_TABLE),
        pybamm.Event(f"{what}, upper end", high + END_OF_TABLE - pybamm.max(stoichiometry)),
    ]
