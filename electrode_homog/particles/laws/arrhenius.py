"""How a diffusivity grows with temperature."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.expression import CONSTANTS
from electrode_homog.particles.checking import checked_number, checked_positive

LARGEST_ENERGY_J_MOL = 300e3
"""3.1 eV, far above any hop of lithium: a guard against slips of unit."""


@dataclass(frozen=True)
class Arrhenius:
    """exp(-E_a/R (1/T - 1/T_reference)): 1 at the reference temperature.

    Raises InputError for what is not a number, OutOfRangeError for a temperature that is not above 0 K and an
    activation energy outside 0 to 300 kJ/mol.

    >>> round(Arrhenius(37554.19827, 298.0).factor(328.0), 6)
    4.0
    """

    activation_energy_J_mol: float
    reference_temperature_K: float = 298.15

    def __post_init__(self):
        energy = checked_number("activation_energy_J_mol", self.activation_energy_J_mol, "30e3")
        if not 0 <= energy <= LARGEST_ENERGY_J_MOL:
            raise OutOfRangeError(
                f"activation_energy_J_mol = {energy:g} is not in 0 to {LARGEST_ENERGY_J_MOL:g} J/mol; "
                "1 eV is 96485 J/mol, 1 kJ/mol is 1000 J/mol"
            )
        reference = checked_positive("reference_temperature_K", self.reference_temperature_K, "298.15")
        object.__setattr__(self, "activation_energy_J_mol", energy)
        object.__setattr__(self, "reference_temperature_K", reference)

    def factor(self, temperature_K: Any) -> Any:
        """The factor at a number, an array, or a symbol."""
        if self.activation_energy_J_mol == 0:
            return 1.0
        slope = self.activation_energy_J_mol / CONSTANTS["R"]
        factor = np.exp(slope / self.reference_temperature_K - slope / temperature_K)
        return float(factor) if isinstance(factor, np.floating) else factor
