"""What diffusion in a particle needs to know of its material."""

from dataclasses import dataclass

from electrode_homog.expression import Expression
from electrode_homog.table import Table


@dataclass(frozen=True)
class ActiveMaterial:
    """Capacity, diffusivity and equilibrium potential of an active material; x is the stoichiometry.

    A number or an Expression of x and T for `diffusivity_m2_s` is the chemical diffusivity as it stands.
    """

    maximum_concentration_mol_m3: float
    diffusivity_m2_s: float | Expression
    open_circuit_potential_V: Expression | Table
