"""One porous electrode as numbers and laws of a P2D model.

Fractions are of the electrode volume; porosity is total. Conductivity and diffusivity are those of the bulk
material; the transport laws turn them into effective ones.
"""

from dataclasses import dataclass, field

from electrode_homog.expression import Expression
from electrode_homog.parameters.active_phase import (
    ActiveMaterialValues,
    ActivePhase,
    concentration_problems,
    entropic_change,
    exchange_current_density,
    fraction,
    function_problems,
    initial_concentration,
    maximum_concentration,
    measured_area,
    open_circuit_potential,
    particle_problems,
    particle_type_problems,
    solid_diffusivity,
)
from electrode_homog.parameters.checking import (
    CENTIMETRES,
    MICROMETRES,
    MILLIMETRES,
    PERCENT,
    TEMPERATURE_ALONE,
    check_numbers,
    law_problems,
    law_type_problems,
    number,
    number_or_expression,
    section,
    section_type_problems,
    temperature_problems,
)
from electrode_homog.parameters.layers import VOIGT_REMEDY, Layers
from electrode_homog.parameters.problem import Problem, raise_problems, shown
from electrode_homog.particles import DarkenDiffusivity, Particle
from electrode_homog.table import Table
from electrode_homog.transport_law import FixedEfficiency, TransportLaw

CLOSURE_TOLERANCE = 1e-6
"""Fractions are tabulated with three or four digits and must add up as written."""

EFFECTIVE_ALREADY = FixedEfficiency(1.0)
"""The solid law of an electrode whose measured conductivity already contains its structure."""


@dataclass(frozen=True)
class Electrode(ActiveMaterialValues):
    """A porous electrode; every value is checked on construction and all problems are reported at once.

    `solid_law` is called with the solid fraction 1 - porosity (binder included), as PyBaMM does, and
    `EFFECTIVE_ALREADY` says that `conductivity_S_m` is effective. `measured_surface_area_per_m` is the reacting surface
    where it is not that of the particles: they then take up what passes through it, at the size that they have.
    `layers` grade the electrode through its thickness; porosity, active fraction, transport efficiencies and measured
    area are then means of them (`CellParameters.with_layers` sets all). `secondary` is a second active material;
    porosity, both active fractions and the inactive one add up to 1.

    Raises InputError for what is not a number or an allowed expression, OutOfRangeError for what is not physical:
    fractions that do not add up to 1 within 1e-6, a transport efficiency above the volume fraction. Both come from
    particles that cannot be made of this material: diffusion by Fick's law where it separates into phases, a phase
    field without a mobility, a shrinking core whose open-circuit potential is not flat between its phases.
    """

    thickness_m: float = field(metadata=number("m", 1e-6, 1e-3, MICROMETRES, MILLIMETRES, CENTIMETRES))
    porosity: float = field(metadata=fraction())
    active_fraction: float = field(metadata=fraction())
    inactive_fraction: float = field(metadata=number("1", 0.0, 0.999, PERCENT))
    particle: Particle
    maximum_concentration_mol_m3: float = field(metadata=maximum_concentration())
    initial_concentration_mol_m3: float = field(metadata=initial_concentration())
    conductivity_S_m: float | Expression = field(
        metadata=number_or_expression("S/m", 1e-8, 1e8, variables=TEMPERATURE_ALONE)
    )
    diffusivity_m2_s: float | Expression | DarkenDiffusivity = field(metadata=solid_diffusivity())
    open_circuit_potential_V: Expression | Table = field(metadata=open_circuit_potential())
    entropic_change_V_K: float | Expression | Table = field(metadata=entropic_change())
    exchange_current_density_A_m2: Expression = field(metadata=exchange_current_density())
    electrolyte_law: TransportLaw
    solid_law: TransportLaw
    measured_surface_area_per_m: float | None = field(default=None, metadata=measured_area())
    layers: Layers | None = None
    secondary: ActivePhase | None = field(default=None, metadata=section(ActivePhase))

    def __post_init__(self):
        problems = check_numbers(self) + particle_type_problems(self.particle) + section_type_problems(self)
        problems += law_type_problems(electrolyte_law=self.electrolyte_law, solid_law=self.solid_law)
        if not (self.layers is None or isinstance(self.layers, Layers)):
            given = shown(self.layers)
            text = f"layers = {given} must be Layers"
            problems.append(Problem(text, key="layers", value=given, remedy="give Layers, or leave them out"))
        if not problems:
            problems = function_problems(self) or particle_problems(self)
            problems = self._fraction_problems() + self._law_problems() + temperature_problems(self) + problems
            problems = problems or self._layer_problems()
        raise_problems("electrode", problems)

    @property
    def solid_fraction(self) -> float:
        """Active and inactive together; the fraction that `solid_law` takes."""
        return 1 - self.porosity

    @property
    def active_materials(self) -> tuple[ActiveMaterialValues, ...]:
        """The one that the electrode itself holds, and the second one of a blend."""
        return (self,) if self.secondary is None else (self, self.secondary)

    @property
    def active_fractions(self) -> float:
        """Of all active materials."""
        return sum(material.active_fraction for material in self.active_materials)

    @property
    def electrolyte_efficiency(self) -> float:
        """B of the pore space."""
        return self.electrolyte_law(self.porosity)

    @property
    def solid_efficiency(self) -> float:
        """B of the skeleton; 1 where the conductivity is effective already."""
        return self.solid_law(self.solid_fraction)

    def _fraction_problems(self) -> list[Problem]:
        parts = {"porosity": self.porosity, "active_fraction": self.active_fraction}
        if self.secondary is not None:
            parts["secondary active_fraction"] = self.secondary.active_fraction
        parts["inactive_fraction"] = self.inactive_fraction
        problems, total = [], sum(parts.values())
        if abs(total - 1) > CLOSURE_TOLERANCE:
            text = " + ".join(f"{name} {value:g}" for name, value in parts.items())
            remedy = "they are all of the electrode: give the inactive fraction what is left, or correct one of them"
            text = f"{text} = {total:g}, not 1 within 1e-6"
            problems.append(Problem(text, True, "porosity", total, "1", remedy))
        return problems + concentration_problems(self)

    def _law_problems(self) -> list[Problem]:
        problems = law_problems("electrolyte_law", self.electrolyte_law, "porosity", self.porosity)
        if self.solid_law != EFFECTIVE_ALREADY:
            problems += law_problems("solid_law", self.solid_law, "solid fraction 1 - porosity", self.solid_fraction)
        return problems

    def _layer_problems(self) -> list[Problem]:
        if self.layers is None:
            return []
        problems = []
        if self.secondary is not None:
            text = "layers of a blended electrode are not supported"
            problems.append(Problem(text, key="layers", remedy="leave out the layers or the second active material"))
        if self.solid_law != EFFECTIVE_ALREADY:
            for layer, (porosity, B) in enumerate(
                zip(self.layers.porosity, self.layers.solid_efficiency, strict=True), start=1
            ):
                if (1 - porosity) * (1 + 1e-12) < B:
                    text = f"solid_efficiency {B:g} of layer {layer} is above its solid fraction {1 - porosity:g}"
                    key = "layers.solid_efficiency"
                    problems.append(Problem(f"{text} (Voigt bound)", True, key, B, "1", VOIGT_REMEDY))
        for name, layer_name in LAYER_MEANS.items():
            if getattr(self.layers, layer_name) is None:
                continue
            mean, value = self.layers.mean(layer_name), getattr(self, name)
            if value is None or abs(mean - value) > CLOSURE_TOLERANCE * abs(mean):
                kind = "harmonic mean" if layer_name.endswith("_efficiency") else "mean"
                text = f"{name} is {'not given' if value is None else f'{value:.9g}'}, but the {kind} of its layers"
                problems.append(Problem(f"{text} is {mean:.9g}", True, name, value, "1", "with_layers() sets both"))
        return problems


LAYER_MEANS = {
    "porosity": "porosity",
    "active_fraction": "active_fraction",
    "electrolyte_efficiency": "electrolyte_efficiency",
    "solid_efficiency": "solid_efficiency",
    "measured_surface_area_per_m": "surface_area_per_m",
}
"""What an electrode says of the whole: the field of its Layers whose mean that is."""
