"""One porous electrode as numbers and laws of a P2D model.

Concentrations are of lithium in the active material, x = concentration / maximum is the stoichiometry.
Fractions are of the electrode volume; porosity is total. Conductivity and diffusivity are those of the bulk
material; the transport laws turn them into effective ones.
"""

from dataclasses import dataclass, field
from typing import get_args

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression, evaluate
from electrode_homog.parameters.checking import (
    CHECK_TEMPERATURE_K,
    CM2_PER_SECOND,
    MICROMETRES,
    MILLIMETRES,
    MOL_PER_CM3,
    MOL_PER_LITRE,
    PERCENT,
    Problem,
    check_numbers,
    curve_problems,
    expression,
    largest_problems,
    law_problems,
    law_type_problems,
    number,
    number_or_expression,
    quantities,
    raise_problems,
    table_problems,
)
from electrode_homog.particles import ActiveMaterial, DarkenDiffusivity, Particle, check_particle
from electrode_homog.particles.laws.chemical_diffusivity import jump_diffusivity
from electrode_homog.table import Table
from electrode_homog.transport_law import FixedEfficiency, TransportLaw

CLOSURE_TOLERANCE = 1e-6
"""Fractions are tabulated with three or four digits and must add up as written."""

EFFECTIVE_ALREADY = FixedEfficiency(1.0)
"""The solid law of an electrode whose measured conductivity already contains its structure."""


@dataclass(frozen=True)
class Electrode:
    """A porous electrode; every value is checked on construction and all problems are reported at once.

    `solid_law` is called with the solid fraction 1 - porosity (binder included), as PyBaMM does, and
    `EFFECTIVE_ALREADY` says that `conductivity_S_m` is effective. Raises InputError for what is not a number
    or an allowed expression, OutOfRangeError for what is not physical: fractions that do not add up to 1
    within 1e-6, a transport efficiency above the volume fraction. Both come from particles that cannot be made
    of this material: diffusion by Fick's law where it separates into phases, a phase field without a mobility,
    a shrinking core whose open-circuit potential is not flat between its phases.
    """

    thickness_m: float = field(metadata=number("m", 1e-6, 1e-3, MICROMETRES, MILLIMETRES))
    porosity: float = field(metadata=number("1", 0.0, 1.0, PERCENT, open_ends=True))
    active_fraction: float = field(metadata=number("1", 0.0, 1.0, PERCENT, open_ends=True))
    inactive_fraction: float = field(metadata=number("1", 0.0, 0.999, PERCENT))
    particle: Particle
    maximum_concentration_mol_m3: float = field(metadata=number("mol/m3", 1e3, 2e5, MOL_PER_LITRE, MOL_PER_CM3))
    initial_concentration_mol_m3: float = field(metadata=number("mol/m3", 1e-3, 2e5))
    conductivity_S_m: float = field(metadata=number("S/m", 1e-8, 1e8))
    diffusivity_m2_s: float | Expression | DarkenDiffusivity = field(
        metadata=number_or_expression(
            "m2/s", 1e-22, 1e-9, CM2_PER_SECOND, variables=("x", "T"), others=(DarkenDiffusivity,)
        )
    )
    open_circuit_potential_V: Expression | Table = field(metadata=expression("V", variables=("x",), others=(Table,)))
    entropic_change_V_K: float | Expression | Table = field(
        metadata=number_or_expression("V/K", -1e-2, 1e-2, variables=("x",), others=(Table,))
    )
    exchange_current_density_A_m2: Expression = field(
        metadata=expression("A/m2", variables=("c_e", "c_s", "c_max", "T"))
    )
    electrolyte_law: TransportLaw
    solid_law: TransportLaw

    def __post_init__(self):
        problems = check_numbers(self)
        if not isinstance(self.particle, Particle):
            kinds = ", ".join(kind.__name__ for kind in get_args(Particle))
            text = f"particle = {self.particle!r:.80} must be a particle, such as Sphere(radius_m=5e-6)"
            problems.append(Problem(f"{text}; kinds are {kinds}"))
        problems += law_type_problems(electrolyte_law=self.electrolyte_law, solid_law=self.solid_law)
        if not problems:
            problems = self._function_problems() or self._particle_problems()
            problems = self._fraction_problems() + self._law_problems() + problems
        raise_problems("electrode", problems)

    @property
    def solid_fraction(self) -> float:
        """Active and inactive together; the fraction that `solid_law` takes."""
        return 1 - self.porosity

    @property
    def electrolyte_efficiency(self) -> float:
        """B of the pore space."""
        return self.electrolyte_law(self.porosity)

    @property
    def solid_efficiency(self) -> float:
        """B of the skeleton; 1 where the conductivity is effective already."""
        return self.solid_law(self.solid_fraction)

    @property
    def surface_area_per_m(self) -> float:
        """Reacting surface per electrode volume [1/m], 3 active_fraction / radius for spheres."""
        return 3 * self.active_fraction / self.particle.radius_m

    @property
    def material(self) -> ActiveMaterial:
        """What the particles are made of."""
        return ActiveMaterial(self.maximum_concentration_mol_m3, self.diffusivity_m2_s, self.open_circuit_potential_V)

    @property
    def initial_stoichiometry(self) -> float:
        return self.initial_concentration_mol_m3 / self.maximum_concentration_mol_m3

    def _fraction_problems(self) -> list[Problem]:
        problems = []
        total = self.porosity + self.active_fraction + self.inactive_fraction
        if abs(total - 1) > CLOSURE_TOLERANCE:
            problems.append(
                Problem(
                    f"porosity {self.porosity:g} + active_fraction {self.active_fraction:g} + "
                    f"inactive_fraction {self.inactive_fraction:g} = {total:g}, not 1 within 1e-6",
                    True,
                )
            )
        if self.initial_concentration_mol_m3 >= self.maximum_concentration_mol_m3:
            problems.append(
                Problem(
                    f"initial_concentration_mol_m3 = {self.initial_concentration_mol_m3:g} must be below "
                    f"maximum_concentration_mol_m3 = {self.maximum_concentration_mol_m3:g}",
                    True,
                )
            )
        return problems

    def _law_problems(self) -> list[Problem]:
        problems = law_problems("electrolyte_law", self.electrolyte_law, "porosity", self.porosity)
        if self.solid_law != EFFECTIVE_ALREADY:
            problems += law_problems("solid_law", self.solid_law, "solid fraction 1 - porosity", self.solid_fraction)
        return problems

    def _function_problems(self) -> list[Problem]:
        x = np.linspace(0, 1, 201)[1:-1]
        T, c_max = CHECK_TEMPERATURE_K, self.maximum_concentration_mol_m3
        j0 = evaluate(self.exchange_current_density_A_m2, c_e=1000.0, c_s=x * c_max, c_max=c_max, T=T)
        problems = curve_problems("exchange_current_density_A_m2", j0, "0 < c_s < c_max", positive=True)
        for name in ("open_circuit_potential_V", "entropic_change_V_K"):
            value = getattr(self, name)
            if isinstance(value, Table):
                problems += table_problems(name, value, self.initial_stoichiometry)
            else:
                problems += curve_problems(name, evaluate(value, x=x), "0 < x < 1")
        law = self.diffusivity_m2_s
        D = jump_diffusivity(self.material, x, T) if isinstance(law, DarkenDiffusivity) else evaluate(law, x=x, T=T)
        problems += curve_problems("diffusivity_m2_s", D, "0 < x < 1", positive=True)
        return problems or largest_problems("diffusivity_m2_s", D, quantities(Electrode)["diffusivity_m2_s"])

    def _particle_problems(self) -> list[Problem]:
        try:
            check_particle(self.particle, self.material)
        except (InputError, OutOfRangeError) as error:
            return [Problem(f"particle {type(self.particle).__name__}: {error}", isinstance(error, OutOfRangeError))]
        return []
