"""From where a material takes its thermodynamic factor."""

from dataclasses import dataclass

from electrode_homog.particles.laws.activity import Ideal, LatticeGas, Margules, RedlichKister, RegularSolution
from electrode_homog.particles.laws.free_energy import FreeEnergy


@dataclass(frozen=True)
class FromOpenCircuitPotential:
    """-(F x/RT) dU/dx of the material's own open-circuit potential U(x), a formula or a table.

    The kinetics and the diffusivity then use the same function. A raw measured table is smoothed first, by
    `smoothed_table`; the exact derivative of its noise is worth nothing.
    """


ActivityModel = Ideal | LatticeGas | RegularSolution | RedlichKister | Margules | FreeEnergy

ThermodynamicFactor = ActivityModel | FromOpenCircuitPotential
