"""One active material of a set as BPX writes it, and what of it BPX cannot hold.

BPX knows spheres of radius R with the surface a = 3 eps_s/R. A measured surface with other particles is written as
spheres of radius R_k = 3 eps_s/a with the diffusivity D (R_k/R)**2, which take up lithium exactly alike (r' = r R_k/R).
"""

from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.expression import CONSTANTS, evaluate
from electrode_homog.parameters.active_phase import ActiveMaterialValues
from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.exchange.bpx_functions import (
    ENTROPIC_TOLERANCE_V_K,
    VOLTAGE_TOLERANCE_V,
    Activation,
    BPXValue,
    activation,
    of_state,
    of_stoichiometry,
)
from electrode_homog.particles import DarkenDiffusivity, Sphere, SphereSizes, chemical_diffusivity

STATES = np.linspace(0.02, 0.98, 25)
"""Stoichiometries at which a function is looked at."""

SAME_FORM = 1e-9
"""Relative: an exchange current density that is k (c_e c_s (c_max - c_s))**0.5."""


def written_potential(phase: ActiveMaterialValues) -> BPXValue:
    return of_stoichiometry(phase.open_circuit_potential_V, VOLTAGE_TOLERANCE_V)


def phase_values(
    phase: ActiveMaterialValues,
    potential: BPXValue,
    limits: tuple[float, float],
    conditions: tuple[float, float],
    losses: list[str],
) -> dict[str, Any]:
    """The object of BPX; `conditions` are reference temperature [K] and initial salt [mol/m3].

    Raises InputError for particles that are not spheres, which no file of BPX can hold."""
    check_particle(phase, losses)
    reference_K, salt_mol_m3 = conditions
    radius = phase.kinetic_radius_m
    scale = (radius / phase.particle.radius_m) ** 2
    if phase.measured_surface_area_per_m is not None:
        losses.append(
            f"measured surface {phase.surface_area_per_m:g} 1/m of particles of {phase.particle.radius_m:g} m: written "
            f"as spheres of {radius:g} m with {scale:g} times the diffusivity, which take up lithium alike"
        )
    rate, rate_activation = _rate(phase, reference_K, salt_mol_m3, losses)
    diffusivity, diffusion = _diffusivity(phase, reference_K, scale, losses)
    written = {
        keys.RADIUS: radius,
        keys.AREA: _area(phase.active_fraction, radius),
        keys.LOWEST: limits[0],
        keys.HIGHEST: limits[1],
        keys.MAXIMUM: phase.maximum_concentration_mol_m3,
        keys.DIFFUSIVITY: diffusivity,
        keys.DIFFUSIVITY_ENERGY: diffusion.energy_J_mol,
        keys.OCP: potential,
        keys.ENTROPIC: of_stoichiometry(phase.entropic_change_V_K, ENTROPIC_TOLERANCE_V_K),
        keys.RATE: rate,
        keys.RATE_ENERGY: rate_activation.energy_J_mol,
    }
    for key in (keys.OCP, keys.ENTROPIC, keys.DIFFUSIVITY):
        if isinstance(written[key], dict):
            losses.append(f"{key}: {len(written[key]['x'])} points with straight lines between")
    return {key: value for key, value in written.items() if not (key.endswith("energy [J.mol-1]") and value == 0)}


def check_particle(phase: ActiveMaterialValues, losses: list[str]) -> None:
    particle = phase.particle
    if isinstance(particle, SphereSizes) and len(particle.radii_m) > 1:
        text = f"{len(particle.radii_m)} sizes of spheres: written as one of {particle.radius_m:g} m (Sauter's mean)"
        losses.append(f"changes the voltage: {text}")
    elif not isinstance(particle, Sphere | SphereSizes):
        raise InputError(
            f"particle {type(particle).__name__}: BPX holds spheres with diffusion alone, and a sphere in its place "
            "would be another cell; give it as a Sphere first, if that is meant"
        )


def _area(active_fraction: float, radius_m: float) -> float:
    """a of which a R/3, as readers compute it, is the active fraction, to the last digit if there is such an a."""
    area = 3 * active_fraction / radius_m
    near = [area, np.nextafter(area, 0), np.nextafter(area, np.inf)]
    return float(next((a for a in near if a * radius_m / 3 == active_fraction), area))


def _rate(
    phase: ActiveMaterialValues, reference_K: float, salt_mol_m3: float, losses: list[str]
) -> tuple[float, Activation]:
    """K of F K (c_e/c_e0)**0.5 (x (1 - x))**0.5."""
    c_max = phase.maximum_concentration_mol_m3
    c_e, c_s = np.meshgrid(salt_mol_m3 * np.array([0.2, 0.5, 1.0, 1.5, 2.0]), c_max * STATES)

    def prefactor(T: float) -> np.ndarray:
        j0 = evaluate(phase.exchange_current_density_A_m2, c_e=c_e, c_s=c_s, c_max=c_max, T=T)
        return np.asarray(j0) / (c_e**0.5 * c_s**0.5 * (c_max - c_s) ** 0.5)

    values = prefactor(reference_K)
    usual = values[:, 2][(STATES >= 0.1) & (STATES <= 0.9)]
    k = float(np.exp(np.log(usual).mean()))
    off = float(np.abs(values / k - 1).max())
    if off <= SAME_FORM:
        k = float(np.median(values))
    else:
        text = f"the exchange current density is not k (c_e c_s (c_max - c_s))**0.5 but up to {off:.1%} off it"
        losses.append(f"changes the voltage: {text}; k is its mean between x = 0.1 and 0.9 at {salt_mol_m3:g} mol/m3")
    energy = activation(prefactor, reference_K)
    note_activation("exchange current density", energy, reference_K, losses)
    return k * c_max * salt_mol_m3**0.5 / CONSTANTS["F"], energy


def _diffusivity(
    phase: ActiveMaterialValues, reference_K: float, scale: float, losses: list[str]
) -> tuple[Any, Activation]:
    law = phase.diffusivity_m2_s

    def D(x: np.ndarray, T: float = reference_K) -> np.ndarray:
        return np.asarray(chemical_diffusivity(phase.material, x, T)) + 0 * x

    if isinstance(law, DarkenDiffusivity):
        losses.append("the diffusivity with thermodynamics is written as the chemical diffusivity that it gives")
    energy = activation(lambda T: D(STATES, T), reference_K)
    note_activation("diffusivity", energy, reference_K, losses)
    expression = None if isinstance(law, DarkenDiffusivity) else law
    return of_state(D, expression, "x", reference_K, scale, (1e-4, 1 - 1e-4)), energy


def note_activation(name: str, found: Activation, reference_K: float, losses: list[str]) -> None:
    if found.spread_J_mol > 0:
        text = f"the {name} has no single activation energy but {found.energy_J_mol:g} J/mol within"
        losses.append(f"changes the voltage away from {reference_K:g} K: {text} {found.spread_J_mol / 2:.2g}")
