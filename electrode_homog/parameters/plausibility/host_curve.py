"""The open-circuit potential of an electrode against the charge in it, of one active material or of two in equilibrium.

Charge is that of the lithium in the active material [A h], from empty to full; potentials fall with it.
"""

from dataclasses import dataclass

import numpy as np

from electrode_homog.expression import CONSTANTS
from electrode_homog.parameters.active_phase import ActiveMaterialValues, at_stoichiometry
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.table import Table

POINTS = 2001
EDGE = 1e-4
"""Formulas may diverge at 0 and 1; tables end where they end."""


@dataclass(frozen=True, eq=False)
class HostCurve:
    """`charge_Ah` (n,) increasing, `potential_V` (n,); the state at the start, and the sum of the capacities."""

    charge_Ah: np.ndarray
    potential_V: np.ndarray
    initial_charge_Ah: float
    capacity_Ah: float

    def at(self, charge_Ah: float | np.ndarray) -> np.ndarray:
        """Potential [V] at a charge; NaN where it is not known."""
        return np.asarray(np.interp(charge_Ah, self.charge_Ah, self.potential_V, left=np.nan, right=np.nan))

    def stoichiometry(self, charge_Ah: float) -> float:
        """Of both materials together."""
        return charge_Ah / self.capacity_Ah


def host_curve(cell: CellParameters, which: str) -> HostCurve:
    """The electrode `which`; raises nothing, but has NaN where a function has no value."""
    electrode = getattr(cell, which)
    volume_m3 = electrode.thickness_m * cell.cell.electrode_area_m2
    phases = electrode.active_materials
    capacities = [phase_capacity_Ah(phase, volume_m3) for phase in phases]
    start = sum(Q * phase.initial_stoichiometry for Q, phase in zip(capacities, phases, strict=True))
    curves = [potential_curve(phase) for phase in phases]
    if len(phases) == 1:
        x, U = curves[0]
        return HostCurve(x * capacities[0], U, start, capacities[0])
    potentials = np.unique(np.concatenate([U for _, U in curves]))[::-1]
    charge = np.zeros_like(potentials)
    for Q, (x, U) in zip(capacities, curves, strict=True):
        falling = np.minimum.accumulate(U)
        charge += Q * np.interp(-potentials, -falling, x)
    return HostCurve(charge, potentials, start, sum(capacities))


def phase_capacity_Ah(phase: ActiveMaterialValues, electrode_volume_m3: float) -> float:
    """Of one active material from empty to full: eps_s V c_max F / 3600."""
    lithium = phase.active_fraction * phase.maximum_concentration_mol_m3 * electrode_volume_m3
    return lithium * CONSTANTS["F"] / 3600


def potential_curve(phase: ActiveMaterialValues) -> tuple[np.ndarray, np.ndarray]:
    """Stoichiometry and open-circuit potential [V], (n,) each, where it is finite."""
    value = phase.open_circuit_potential_V
    low, high = (value.x[0], value.x[-1]) if isinstance(value, Table) else (EDGE, 1 - EDGE)
    x = np.linspace(low, high, POINTS)
    U = np.asarray(at_stoichiometry(value, x), float) + np.zeros_like(x)
    known = np.isfinite(U)
    return x[known], U[known]


def initial_potential_V(phase: ActiveMaterialValues) -> float:
    """Of one active material at its own initial stoichiometry."""
    return float(at_stoichiometry(phase.open_circuit_potential_V, phase.initial_stoichiometry))
