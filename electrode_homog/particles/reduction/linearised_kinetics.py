"""Butler and Volmer's kinetics, linearised: how fast the surface of a particle exchanges lithium."""

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.particles.checking import checked_number, checked_positive
from electrode_homog.particles.laws.chemical_diffusivity import chemical_diffusivity
from electrode_homog.particles.laws.derivative import derivative
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.reduction.closure import LinearisedKinetics
from electrode_homog.table import interpolated, slope_table


def exchange_velocity(
    material: ActiveMaterial, *, stoichiometry: float, temperature_K: float, exchange_current_density_A_m2: float
) -> float:
    """k = (j0/(R T)) |dU/dc| [m/s]: a local excess of concentration dc lowers the local molar influx by k dc.

    From j = j0 F (phi - U(c))/(R T), Butler and Volmer's law for small overpotentials. k is large on the slopes of
    the open-circuit potential U and zero on its plateaus, however large j0 is.
    """
    if not 0 < checked_number("stoichiometry", stoichiometry, "0.5") < 1:
        raise OutOfRangeError(f"stoichiometry = {stoichiometry!r} is not in 0 < x < 1")
    T = checked_positive("temperature_K", temperature_K, "298.15")
    j0 = checked_positive("exchange_current_density_A_m2", exchange_current_density_A_m2, "1.0")
    potential = material.open_circuit_potential_V
    if isinstance(potential, Expression):
        slope = derivative(potential)(x=stoichiometry, T=T)
    else:
        slope = float(np.asarray(interpolated(slope_table(potential), stoichiometry)))
    return j0 / (CONSTANTS["R"] * T) * abs(float(slope)) / material.maximum_concentration_mol_m3


def linearised_kinetics(
    material: ActiveMaterial,
    *,
    radius_m: float,
    stoichiometry: float,
    temperature_K: float,
    exchange_current_density_A_m2: float,
) -> LinearisedKinetics:
    """The closure with Bi = k R/D of a particle of kinetic radius 3 V/S = `radius_m` at one state.

    Raises OutOfRangeError where U is flat, which makes the flux uniform: take UniformFlux() there.
    """
    k = exchange_velocity(
        material,
        stoichiometry=stoichiometry,
        temperature_K=temperature_K,
        exchange_current_density_A_m2=exchange_current_density_A_m2,
    )
    D = float(np.asarray(chemical_diffusivity(material, stoichiometry, temperature_K)))
    return LinearisedKinetics(k * checked_positive("radius_m", radius_m, "5e-6") / D)
