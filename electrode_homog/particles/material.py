"""What diffusion in a particle needs to know of its material."""

from dataclasses import dataclass

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression
from electrode_homog.particles.checking import checked_law, checked_positive
from electrode_homog.particles.laws.darken import DarkenDiffusivity
from electrode_homog.table import Table


@dataclass(frozen=True)
class ActiveMaterial:
    """Capacity, diffusivity and equilibrium potential of an active material; x is the stoichiometry.

    A number or an Expression of x and T for `diffusivity_m2_s` is the chemical diffusivity as it stands. Raises
    InputError for a value of another type, OutOfRangeError for one that is not positive.
    """

    maximum_concentration_mol_m3: float
    diffusivity_m2_s: float | Expression | DarkenDiffusivity
    open_circuit_potential_V: Expression | Table

    def __post_init__(self):
        name = "maximum_concentration_mol_m3"
        object.__setattr__(self, name, checked_positive(name, self.maximum_concentration_mol_m3, "30e3"))
        if not isinstance(self.diffusivity_m2_s, DarkenDiffusivity):
            checked = checked_law("diffusivity_m2_s", self.diffusivity_m2_s, "1e-14")
            object.__setattr__(self, "diffusivity_m2_s", checked)
        potential = self.open_circuit_potential_V
        if not isinstance(potential, Expression | Table):
            raise InputError(f"open_circuit_potential_V = {potential!r} must be an Expression of x or a Table")
        if isinstance(potential, Expression) and set(potential.variables) - {"x"}:
            raise InputError(f"open_circuit_potential_V depends on {potential.variables}; it may depend on x alone")
