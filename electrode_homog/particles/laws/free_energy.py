"""A free energy of mixing given once, from which CasADi derives all else."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression, evaluate
from electrode_homog.particles.checking import CHECK_TEMPERATURE_K
from electrode_homog.particles.laws.derivative import derivative


@dataclass(frozen=True)
class FreeEnergy:
    """The free energy of mixing g, per mole of sites over R T, as an Expression of x and, if it likes, T.

    Energies in J/mol are divided by R*T in the text. Chemical potential dg/dx and thermodynamic factor x d2g/dx2 come
    from CasADi. Raises InputError for another variable or none, OutOfRangeError where g, dg/dx or d2g/dx2 is not
    finite for some 0 < x < 1 at 298.15 K.

    >>> energy = FreeEnergy(Expression("x*log(x) + (1-x)*log(1-x) + 7500/(R*T)*x*(1-x)", ("x", "T")))
    >>> round(energy.factor(0.5, 298.15), 9) == round(2 - 7500 / (8.31446261815324 * 298.15), 9)
    True
    """

    over_RT: Expression

    def __post_init__(self):
        if not isinstance(self.over_RT, Expression):
            raise InputError(f"over_RT = {self.over_RT!r} must be an Expression of x and T, e.g. of 'x*log(x) - x'")
        if "x" not in self.over_RT.variables or set(self.over_RT.variables) - {"x", "T"}:
            raise InputError(f"over_RT depends on {self.over_RT.variables}; it must depend on x, and may on T")
        x = np.linspace(0, 1, 201)[1:-1]
        for name in ("free_energy", "chemical_potential", "factor"):
            values = np.asarray(getattr(self, name)(x, CHECK_TEMPERATURE_K))
            if not np.isfinite(values).all():
                first = x[np.argmin(np.isfinite(values))]
                what = name.replace("_", " ")
                raise OutOfRangeError(f"over_RT = {self.over_RT.text!r}: no finite {what} at x = {first:g}")

    def free_energy(self, x: Any, T: Any) -> Any:
        return evaluate(self.over_RT, x=x, T=T)

    def chemical_potential(self, x: Any, T: Any) -> Any:
        return derivative(self.over_RT)(x=x, T=T)

    def factor(self, x: Any, T: Any) -> Any:
        return x * derivative(self.over_RT, times=2)(x=x, T=T)
