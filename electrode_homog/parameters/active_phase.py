"""What reacts in an electrode: the particles of one active material, and how they exchange lithium.

Concentrations are of lithium in the active material, x = concentration / maximum is the stoichiometry.
"""

from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression, evaluate
from electrode_homog.parameters.checking import (
    CHECK_TEMPERATURE_K,
    CM2_PER_SECOND,
    MILLIVOLTS_PER_KELVIN,
    MOL_PER_CM3,
    MOL_PER_LITRE,
    PERCENT,
    Metadata,
    Slip,
    check_numbers,
    curve_problems,
    expression,
    largest_problems,
    number,
    number_or_expression,
    quantities,
    table_problems,
)
from electrode_homog.parameters.problem import Problem, raise_problems, shown
from electrode_homog.particles import ActiveMaterial, DarkenDiffusivity, Particle, check_particle
from electrode_homog.particles.laws.chemical_diffusivity import jump_diffusivity
from electrode_homog.table import Table

PER_MICROMETRE, PER_CENTIMETRE = Slip("1/um", 1e6), Slip("1/cm", 1e2)


def fraction() -> Metadata:
    return number("1", 0.0, 1.0, PERCENT, open_ends=True)


def maximum_concentration() -> Metadata:
    return number("mol/m3", 1e3, 4e5, MOL_PER_LITRE, MOL_PER_CM3)


def initial_concentration() -> Metadata:
    return number("mol/m3", 1e-3, 4e5)


def solid_diffusivity() -> Metadata:
    return number_or_expression("m2/s", 1e-22, 1e-9, CM2_PER_SECOND, variables=("x", "T"), others=(DarkenDiffusivity,))


def open_circuit_potential() -> Metadata:
    return expression("V", variables=("x",), others=(Table,))


def entropic_change() -> Metadata:
    return number_or_expression("V/K", -1e-2, 1e-2, MILLIVOLTS_PER_KELVIN, variables=("x",), others=(Table,))


def exchange_current_density() -> Metadata:
    return expression("A/m2", variables=("c_e", "c_s", "c_max", "T"))


def measured_area() -> Metadata:
    return number("1/m", 1e2, 1e9, PER_MICROMETRE, PER_CENTIMETRE)


class ActiveMaterialValues:
    """What follows from the fields that an electrode and its second active material share."""

    active_fraction: float
    particle: Particle
    maximum_concentration_mol_m3: float
    initial_concentration_mol_m3: float
    diffusivity_m2_s: float | Expression | DarkenDiffusivity
    open_circuit_potential_V: Expression | Table
    entropic_change_V_K: float | Expression | Table
    exchange_current_density_A_m2: Expression
    measured_surface_area_per_m: float | None

    @property
    def surface_area_per_m(self) -> float:
        """Reacting surface per electrode volume [1/m]: as measured, or 3 active_fraction / particle radius."""
        if self.measured_surface_area_per_m is not None:
            return self.measured_surface_area_per_m
        return 3 * self.active_fraction / self.particle.radius_m

    @property
    def kinetic_radius_m(self) -> float:
        """3 active_fraction / surface_area_per_m: of the spheres that have this surface."""
        return 3 * self.active_fraction / self.surface_area_per_m

    @property
    def material(self) -> ActiveMaterial:
        """What the particles are made of."""
        return ActiveMaterial(self.maximum_concentration_mol_m3, self.diffusivity_m2_s, self.open_circuit_potential_V)

    @property
    def initial_stoichiometry(self) -> float:
        return self.initial_concentration_mol_m3 / self.maximum_concentration_mol_m3


@dataclass(frozen=True)
class ActivePhase(ActiveMaterialValues):
    """The second active material of a blended electrode, such as silicon beside graphite.

    The fields are those of the Electrode, which holds the first one; errors too.
    """

    active_fraction: float = field(metadata=fraction())
    particle: Particle
    maximum_concentration_mol_m3: float = field(metadata=maximum_concentration())
    initial_concentration_mol_m3: float = field(metadata=initial_concentration())
    diffusivity_m2_s: float | Expression | DarkenDiffusivity = field(metadata=solid_diffusivity())
    open_circuit_potential_V: Expression | Table = field(metadata=open_circuit_potential())
    entropic_change_V_K: float | Expression | Table = field(metadata=entropic_change())
    exchange_current_density_A_m2: Expression = field(metadata=exchange_current_density())
    measured_surface_area_per_m: float | None = field(default=None, metadata=measured_area())

    def __post_init__(self):
        problems = check_numbers(self) + particle_type_problems(self.particle)
        if not problems:
            problems = concentration_problems(self) + (function_problems(self) or particle_problems(self))
        raise_problems("second active material", problems)


def at_stoichiometry(value: float | Expression | Table, x: Any) -> Any:
    """A potential or an entropic change at a stoichiometry, a number or an array."""
    return value(x) if isinstance(value, Table) else evaluate(value, x=x)


def particle_type_problems(particle: Any) -> list[Problem]:
    if isinstance(particle, Particle):
        return []
    kinds = ", ".join(kind.__name__ for kind in get_args(Particle))
    text = f"particle = {shown(particle)} must be a particle, such as Sphere(radius_m=5e-6)"
    return [Problem(text, key="particle", value=shown(particle), remedy=f"kinds are {kinds}")]


def concentration_problems(phase: ActiveMaterialValues) -> list[Problem]:
    initial, maximum = phase.initial_concentration_mol_m3, phase.maximum_concentration_mol_m3
    if initial < maximum:
        return []
    text = f"initial_concentration_mol_m3 = {initial:g} must be below maximum_concentration_mol_m3 = {maximum:g}"
    remedy = "check both: the stoichiometry at the start is their ratio"
    return [Problem(text, True, "initial_concentration_mol_m3", initial, "mol/m3", remedy)]


def function_problems(phase: ActiveMaterialValues) -> list[Problem]:
    """What is wrong with the functions of stoichiometry."""
    x = np.linspace(0, 1, 201)[1:-1]
    T, c_max = CHECK_TEMPERATURE_K, phase.maximum_concentration_mol_m3
    j0 = evaluate(phase.exchange_current_density_A_m2, c_e=1000.0, c_s=x * c_max, c_max=c_max, T=T)
    problems = curve_problems("exchange_current_density_A_m2", j0, "0 < c_s < c_max", unit="A/m2", positive=True)
    for name, unit in (("open_circuit_potential_V", "V"), ("entropic_change_V_K", "V/K")):
        value = getattr(phase, name)
        if isinstance(value, Table):
            problems += table_problems(name, value, phase.initial_stoichiometry)
        else:
            problems += curve_problems(name, evaluate(value, x=x), "0 < x < 1", unit=unit)
    law = phase.diffusivity_m2_s
    D = jump_diffusivity(phase.material, x, T) if isinstance(law, DarkenDiffusivity) else evaluate(law, x=x, T=T)
    problems += curve_problems("diffusivity_m2_s", D, "0 < x < 1", unit="m2/s", positive=True)
    return problems or largest_problems("diffusivity_m2_s", D, quantities(ActivePhase)["diffusivity_m2_s"])


def particle_problems(phase: ActiveMaterialValues) -> list[Problem]:
    try:
        check_particle(phase.particle, phase.material)
    except (InputError, OutOfRangeError) as error:
        kind = type(phase.particle).__name__
        remedy = "give a particle that suits the material, or correct the material"
        physical = isinstance(error, OutOfRangeError)
        return [Problem(f"particle {kind}: {error}", physical, "particle", kind, remedy=remedy)]
    return []
