"""The binary electrolyte in the pores."""

from dataclasses import dataclass, field

import numpy as np

from electrode_homog.expression import Expression, evaluate
from electrode_homog.parameters.checking import (
    CHECK_TEMPERATURE_K,
    CM2_PER_SECOND,
    MOL_PER_CM3,
    MOL_PER_LITRE,
    PERCENT,
    check_numbers,
    curve_problems,
    largest_problems,
    number,
    number_or_expression,
    quantities,
)
from electrode_homog.parameters.problem import raise_problems


@dataclass(frozen=True)
class Electrolyte:
    """A binary electrolyte; expressions are of the salt concentration c_e [mol/m3] and temperature T [K].

    `thermodynamic_factor` is 1 + d ln f / d ln c_e. Errors as in Electrode; expressions must be finite and
    positive from 1 % to 150 % of the initial concentration.
    """

    initial_concentration_mol_m3: float = field(metadata=number("mol/m3", 1.0, 1e5, MOL_PER_LITRE, MOL_PER_CM3))
    transference_number: float | Expression = field(
        metadata=number_or_expression("1", 1e-3, 1.0, PERCENT, variables=("c_e", "T"))
    )
    thermodynamic_factor: float | Expression = field(
        metadata=number_or_expression("1", 1e-2, 1e2, variables=("c_e", "T"))
    )
    diffusivity_m2_s: float | Expression = field(
        metadata=number_or_expression("m2/s", 1e-14, 1e-7, CM2_PER_SECOND, variables=("c_e", "T"))
    )
    conductivity_S_m: float | Expression = field(
        metadata=number_or_expression("S/m", 1e-6, 1e3, variables=("c_e", "T"))
    )

    def __post_init__(self):
        problems = check_numbers(self)
        if not problems:
            c_e = np.linspace(0.01, 1.5, 150) * self.initial_concentration_mol_m3
            where = f"c_e = {c_e[0]:g} to {c_e[-1]:g} mol/m3"
            for name, quantity in quantities(Electrolyte).items():
                curve = evaluate(getattr(self, name), c_e=c_e, T=CHECK_TEMPERATURE_K)
                found = curve_problems(name, curve, where, unit=quantity.unit, positive=True)
                problems += found or largest_problems(name, curve, quantity)
        raise_problems("electrolyte", problems)
