"""Whether Fick's equation makes sense for a material: it runs backwards where the thermodynamic factor is negative."""

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.particles.checking import checked_positive
from electrode_homog.particles.laws.chemical_diffusivity import (
    factor_of_potential,
    factor_without_floor,
    thermodynamics,
)
from electrode_homog.particles.laws.darken import DarkenDiffusivity
from electrode_homog.particles.laws.phase_diagram import Window, negative_windows
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.table import Table

MOST_SHOWN = 3
"""Windows in a message; a table with noise has many."""


def unstable_windows(
    material: ActiveMaterial, temperature_K: float, *, between: Window = (0.0, 1.0)
) -> tuple[Window, ...]:
    """The windows of stoichiometry where the thermodynamic factor, without any floor, is negative.

    Of a chemical diffusivity as it stands it is the factor that the open-circuit potential implies. A table is looked
    at in its own range. Windows narrower than 2.5e-4 may be missed.
    """
    T = checked_positive("temperature_K", temperature_K, "298.15")
    low, high = between
    if not 0 <= low < high <= 1:
        raise OutOfRangeError(f"between = {between} is not inside 0 <= low < high <= 1")
    potential = material.open_circuit_potential_V
    if isinstance(potential, Table) and isinstance(thermodynamics(material), FromOpenCircuitPotential):
        low, high = max(low, potential.x[0]), min(high, potential.x[-1])
        if low >= high:
            return ()
    return negative_windows(lambda x: factor_without_floor(material, x, T), low, high)


def check_fickian(material: ActiveMaterial, temperature_K: float = 298.15, *, between: Window = (0.0, 1.0)) -> None:
    """Raise OutOfRangeError where a Fickian particle of this material would have a negative thermodynamic factor.

    `between` are the stoichiometries that the particle may visit. A chemical diffusivity as it stands is positive, and
    a floor makes the factor so; both pass.
    """
    checked_positive("temperature_K", temperature_K, "298.15")
    law = material.diffusivity_m2_s
    if not isinstance(law, DarkenDiffusivity) or law.floor is not None:
        return
    if not (windows := unstable_windows(material, temperature_K, between=between)):
        return
    shown = [f"{low:.4g} < x < {high:.4g}" for low, high in windows[:MOST_SHOWN]]
    if len(windows) > MOST_SHOWN:
        shown.append(f"{len(windows) - MOST_SHOWN} more windows")
    where, noise = " and ".join(shown), ""
    if isinstance(law.thermodynamics, FromOpenCircuitPotential) and isinstance(
        material.open_circuit_potential_V, Table
    ):
        noise = "; if that is noise of a measured table, smooth it by smoothed_table"
    raise OutOfRangeError(
        f"{type(law.thermodynamics).__name__}: the thermodynamic factor is negative at {where} ({temperature_K:g} K), "
        "where Fick's equation runs backwards; use the phase-field model CahnHilliard, or regularise with "
        f"DarkenDiffusivity(..., floor=0.05) and report it{noise}"
    )


def largest_inconsistency(material: ActiveMaterial, temperature_K: float, *, between: Window = (0.01, 0.99)) -> float:
    """The largest difference of the thermodynamic factor from that of the potential, over 1 + |the latter|.

    Kinetics and diffusion describe one material only where this is small: a model of the activity and a potential
    measured at another temperature, or elsewhere, differ. `open_circuit_potential` of the model gives 0.
    """
    T = checked_positive("temperature_K", temperature_K, "298.15")
    potential = material.open_circuit_potential_V
    low, high = between
    if isinstance(potential, Table):
        low, high = max(low, potential.x[0]), min(high, potential.x[-1])
    x = np.linspace(low, high, 981)
    implied = factor_of_potential(potential, x, T)
    return float(np.max(np.abs(factor_without_floor(material, x, T) - implied) / (1 + np.abs(implied))))
