"""Events that end a run which the particles of a cell cannot describe. Imported late: this module loads PyBaMM."""

from collections.abc import Collection
from typing import Any

from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.names import (
    NEGATIVE_PARAMETERS,
    POSITIVE_PARAMETERS,
    SURFACE_STOICHIOMETRY_DISTRIBUTION_VARIABLES,
    SURFACE_STOICHIOMETRY_VARIABLES,
)
from electrode_homog.parameters import CellParameters, Electrode
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
    """Events of both electrodes; `ours` names those whose particles are not PyBaMM's."""
    events = []
    for side, electrode, names in (
        ("negative", cell.negative, NEGATIVE_PARAMETERS),
        ("positive", cell.positive, POSITIVE_PARAMETERS),
    ):
        if side in ours:
            events += _foreign_values(electrode, names)
        potential = electrode.open_circuit_potential_V
        if isinstance(potential, Table) and not isinstance(electrode.particle, CahnHilliard):  # which goes on by itself
            sizes = isinstance(electrode.particle, SphereSizes)
            known = SURFACE_STOICHIOMETRY_DISTRIBUTION_VARIABLES if sizes else SURFACE_STOICHIOMETRY_VARIABLES
            events += _ends_of_table(side, potential, variables[known[side]])
    return events


def _foreign_values(electrode: Electrode, names: dict[str, str]) -> list[Any]:
    """Parameter values that another cell has: the equations of our particles would not follow them."""
    x, T = electrode.initial_stoichiometry, CHECK_TEMPERATURE_K
    at = {"sto": pybamm.Scalar(x), "T": pybamm.Scalar(T)}
    radius, diffusivity = names["particle_radius_m"], names["diffusivity_m2_s"]
    wanted = {
        radius: (pybamm.Parameter(radius), electrode.particle.radius_m),
        diffusivity: (pybamm.FunctionParameter(diffusivity, at), float(chemical_diffusivity(electrode.material, x, T))),
    }
    if isinstance(electrode.particle, CahnHilliard):
        potential = names["open_circuit_potential_V"]
        value = float(equilibrium_potential(electrode.material, x))
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
