"""What the cell would lose at 1C and at C/20, by the resistance of each part alone: slips of unit become volts.

Estimates of uniform reaction, i = nominal capacity / electrode area: ohmic i L / (3 B kappa) of the electrolyte in an
electrode and i L / (3 sigma) of its solid (of a transmission line whose other phase conducts well), i L / (B kappa)
of the separator; kinetics 2 R T / F asinh(j / (2 j0)) at half lithiation; in a sphere of diffusivity D with the flux N
the surface is ahead of the mean by N R / (5 D) (quasi-steady); salt falls by i (1 - t+) L / (2 F B D).
"""

from dataclasses import dataclass

import numpy as np

from electrode_homog.expression import CONSTANTS, Expression, evaluate
from electrode_homog.parameters.active_phase import ActiveMaterialValues
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.electrode import Electrode
from electrode_homog.parameters.plausibility.balance import Balance
from electrode_homog.parameters.plausibility.electrolyte import SMALLEST_CONCENTRATION_mol_m3
from electrode_homog.parameters.problem import Problem, contradiction, oddity

SLOW = 1 / 20
"""C-rate at which every cell delivers most of its capacity: a loss that forbids it is an error."""

MID, HALF_VOLT, KINETIC_V = 0.5, 0.5, 0.25
"""Kinetics of the sets that are shipped cost at most 0.09 V at 1C."""


@dataclass(frozen=True)
class Loss:
    """At 1C: `size` in `unit`; `usual` is not exceeded by published cells, and `all_of_it` is all that there is.

    `slow_size` is the same at C/20; NaN for what goes with the current.
    """

    key: str
    what: str
    size: float
    unit: str
    usual: float
    all_of_it: float
    value: float
    value_unit: str
    remedy: str
    slow_size: float = float("nan")

    def problems(self) -> list[Problem]:
        """An error if even C/20 needs all of it, a warning if 1C is unusual."""
        if not self.size > self.usual:
            return []
        text = f"{self.what} is {self.size:.3g} {self.unit} at 1C"
        about = (self.key, text, self.value, self.value_unit, self.remedy)
        slow = self.size * SLOW if np.isnan(self.slow_size) else self.slow_size
        return [contradiction(*about)] if slow > self.all_of_it else [oddity(*about)]


def loss_problems(cell: CellParameters, found: Balance) -> list[Problem]:
    """Of every part of the cell; where a function has no value there is no loss, and that is told elsewhere."""
    with np.errstate(all="ignore"):
        return [problem for loss in _losses(cell, found) for problem in loss.problems()]


def _losses(cell: CellParameters, found: Balance) -> list[Loss]:
    window = cell.cell.upper_voltage_V - cell.cell.lower_voltage_V
    whole = found.one_c_A(cell.cell.nominal_capacity_Ah)
    current = whole / cell.cell.electrode_area_m2
    drop = whole * cell.cell.contact_resistance_Ohm
    contact = cell.cell.contact_resistance_Ohm
    key, what = "cell.contact_resistance_Ohm", "the loss in the contact resistance"
    losses = [Loss(key, what, drop, "V", HALF_VOLT, window, contact, "Ohm", "milliohms? then divide by 1000")]
    if cell.electrolyte.initial_concentration_mol_m3 >= SMALLEST_CONCENTRATION_mol_m3:  # else it is no electrolyte
        losses += _electrolyte_losses(cell, current, window)
    for side in ("negative", "positive"):
        losses += _electrode_losses(cell, side, current, window)
    return losses


def _electrolyte_losses(cell: CellParameters, current: float, window: float) -> list[Loss]:
    e = cell.electrolyte
    state = {"c_e": e.initial_concentration_mol_m3, "T": cell.cell.initial_temperature_K}
    kappa, D, t = (
        np.float64(evaluate(value, **state))
        for value in (e.conductivity_S_m, e.diffusivity_m2_s, e.transference_number)
    )
    losses, salt = [], e.initial_concentration_mol_m3
    for side, share in (("negative", 1 / 3), ("separator", 1.0), ("positive", 1 / 3)):
        part = getattr(cell, side)
        resistance = part.thickness_m / part.electrolyte_efficiency
        what = f"the ohmic loss in the electrolyte of the {side} {'' if side == 'separator' else 'electrode'}".rstrip()
        remedy = f"check electrolyte.conductivity_S_m ({kappa:.3g} S/m), {side}.electrolyte_law and {side}.thickness_m"
        key = f"{side}.electrolyte_law" if part.electrolyte_efficiency < 0.005 else "electrolyte.conductivity_S_m"
        value, unit = (part.electrolyte_efficiency, "1") if key.startswith(side) else (kappa, "S/m")
        drop = current * share * resistance / kappa
        losses.append(Loss(key, what, drop, "V", HALF_VOLT, window, value, unit, remedy))
        change = current * (1 - t) / CONSTANTS["F"] * resistance / (2 * D)
        what = f"the difference in salt concentration across the {side}"
        remedy = f"check electrolyte.diffusivity_m2_s ({D:.3g} m2/s), {side}.electrolyte_law and {side}.thickness_m"
        key, value, unit = (key, value, unit) if key.startswith(side) else ("electrolyte.diffusivity_m2_s", D, "m2/s")
        losses.append(Loss(key, what, change, "mol/m3", 2 * salt, 2 * salt, value, unit, remedy))
    return losses


def _electrode_losses(cell: CellParameters, side: str, current: float, window: float) -> list[Loss]:
    electrode: Electrode = getattr(cell, side)
    conductivity = np.float64(evaluate(electrode.conductivity_S_m, T=cell.cell.initial_temperature_K))
    sigma = conductivity * electrode.solid_efficiency
    drop = current * electrode.thickness_m / (3 * sigma)
    remedy = "check its unit, S/m, and the solid law: a conductivity that is effective already takes effective = true"
    what = f"the ohmic loss in the solid of the {side} electrode"
    key = f"{side}.conductivity_S_m"
    losses = [Loss(key, what, drop, "V", HALF_VOLT, window, conductivity, "S/m", remedy)]
    phases = {path: phase for path, phase in cell.active_materials().items() if path.startswith(side)}
    area = sum(phase.surface_area_per_m for phase in phases.values())
    density = current / (area * electrode.thickness_m)
    for path, phase in phases.items():
        losses += _particle_losses(cell, path, phase, density, window)
    return losses


def _particle_losses(
    cell: CellParameters, path: str, phase: ActiveMaterialValues, density: float, window: float
) -> list[Loss]:
    T, c_max = cell.cell.initial_temperature_K, phase.maximum_concentration_mol_m3
    salt = cell.electrolyte.initial_concentration_mol_m3
    state = {"c_e": salt, "c_s": MID * c_max, "c_max": c_max, "T": T}
    j0 = np.float64(evaluate(phase.exchange_current_density_A_m2, **state))
    thermal = 2 * CONSTANTS["R"] * T / CONSTANTS["F"]
    eta, slow = (float(thermal * np.arcsinh(rate * density / (2 * j0))) for rate in (1.0, SLOW))
    remedy = f"check its unit, A/m2 (not A/cm2 or mA/cm2), concentrations in mol/m3, and the area {path}.particle gives"
    what = f"the kinetic loss at the surface of {path}"
    key = f"{path}.exchange_current_density_A_m2"
    losses = [Loss(key, what, eta, "V", KINETIC_V, window, j0, "A/m2", remedy, slow)]
    law = phase.diffusivity_m2_s
    if isinstance(law, float | Expression):
        D = np.float64(np.median(evaluate(law, x=np.linspace(0.1, 0.9, 81), T=T)))
        flux = density / CONSTANTS["F"] * phase.particle.radius_m / phase.kinetic_radius_m
        lead = flux * phase.particle.radius_m / (5 * D * c_max)
        what = f"the stoichiometry at the surface of the particles of {path} is ahead of their mean: the difference"
        remedy = f"check it, m2/s, and the radius, {phase.particle.radius_m:.3g} m"
        losses.append(Loss(f"{path}.diffusivity_m2_s", what, lead, "of 1", 1.0, 1.0, D, "m2/s", remedy))
    return losses
