"""One electrode of BPX as a section of a parameter set, with one active material or, under "Particle", a blend of two.

BPX gives the conductivity of the porous electrode, so that it is effective already, and its transport efficiency is
that of the electrolyte.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.parameters.active_phase import ActivePhase
from electrode_homog.parameters.electrode import CLOSURE_TOLERANCE, EFFECTIVE_ALREADY, Electrode
from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.exchange.bpx_phase import BPXPhase, active_phase_values, read_phase
from electrode_homog.parameters.exchange.bpx_section import BPXSection
from electrode_homog.parameters.exchange.bpx_window import MARGIN, Host
from electrode_homog.parameters.problem import Problem, problems_of
from electrode_homog.transport_law import FixedEfficiency

MOST_MATERIALS = 2

FIELD_KEYS = {  # of a parameter set -> of BPX, for messages
    "diffusivity_m2_s": keys.DIFFUSIVITY,
    "open_circuit_potential_V": keys.OCP,
    "entropic_change_V_K": keys.ENTROPIC,
    "exchange_current_density_A_m2": keys.RATE,
    "initial_concentration_mol_m3": f"{keys.HIGHEST}: initial concentration [mol.m-3]",
    "maximum_concentration_mol_m3": keys.MAXIMUM,
    "active_fraction": "active fraction a R/3",
}


@dataclass(frozen=True)
class BPXElectrode:
    """Numbers as they stand in the file; NaN where one was wrong."""

    section: BPXSection
    thickness: float
    porosity: float
    efficiency: float
    conductivity: float
    phases: tuple[BPXPhase, ...]

    @property
    def active_fraction(self) -> float:
        return sum(phase.active_fraction for phase in self.phases)

    @property
    def unused(self) -> list[str]:
        return [path for phase in self.phases for path in phase.unused]

    @property
    def swing(self) -> float:
        """Lithium between the stoichiometry limits, per electrode area [mol/m2]."""
        return sum(
            host.amount * (phase.high - phase.low) for host, phase in zip(self.hosts(0), self.phases, strict=True)
        )

    def hosts(self, beyond: float) -> tuple[Host, ...]:
        """For a `window` that may reach so far beyond the stoichiometry limits."""
        return tuple(
            Host(
                phase.active_fraction * phase.maximum * self.thickness,
                phase.potential,
                max(phase.low - beyond, MARGIN),
                min(phase.high + beyond, 1 - MARGIN),
            )
            for phase in self.phases
        )


def read_electrode(section: BPXSection) -> BPXElectrode:
    layer = (*keys.LAYER, keys.CONDUCTIVITY)
    if "Particle" in section:
        section.only((*layer, "Particle"))
        phases = _read_blend(section)
    else:
        phases = (read_phase(section, layer),)
    number = {key: section.number(key, keys.QUANTITIES[key]) for key in layer}
    electrode = BPXElectrode(section, *number.values(), phases=phases)
    check_efficiency(section, electrode.porosity, electrode.efficiency)
    _check_closure(electrode)
    return electrode


def check_efficiency(section: BPXSection, porosity: float, efficiency: float) -> None:
    """0 < B <= porosity, the Voigt bound."""
    if porosity * (1 + 1e-12) < efficiency:
        text = f"= {efficiency:g} is above {keys.POROSITY} = {porosity:g}"
        section.problem(
            keys.EFFICIENCY,
            f"{text} (Voigt bound)",
            remedy="give porosity/tortuosity factor, not its inverse",
            physical=True,
        )
    elif efficiency == 0:
        remedy = "give 0 < B <= porosity"
        section.problem(keys.EFFICIENCY, "= 0 lets no current through", remedy=remedy, physical=True)


def electrode_of(
    electrode: BPXElectrode, stoichiometries: tuple[float, ...], reference_K: float, salt_mol_m3: float
) -> Electrode | None:
    """The section of a parameter set; None where it cannot be, which the list of problems then tells."""
    values = []
    for phase, x in zip(electrode.phases, stoichiometries, strict=True):
        values.append(_values(electrode, phase, x, reference_K, salt_mol_m3))
    if None in values:
        return None
    first, *others = values
    try:
        return Electrode(
            thickness_m=electrode.thickness,
            porosity=electrode.porosity,
            inactive_fraction=_inactive_fraction(electrode),
            conductivity_S_m=electrode.conductivity,
            electrolyte_law=FixedEfficiency(electrode.efficiency),
            solid_law=EFFECTIVE_ALREADY,
            secondary=ActivePhase(**others[0]) if others else None,
            **first,
        )
    except (InputError, OutOfRangeError) as error:
        electrode.section.problems += [_seen_in_file(problem, electrode.section) for problem in problems_of(error)]
        return None


def _seen_in_file(problem: Problem, section: BPXSection) -> Problem:
    """What the schema says of a field, under the key that the field was read from."""
    text, key = problem.text, FIELD_KEYS.get(problem.key, "")
    for field, name in FIELD_KEYS.items():
        text = text.replace(field, name)
    return replace(problem, text=f"{section.where}: {text}", key=section.path(key))


def _inactive_fraction(electrode: BPXElectrode) -> float:
    """What is left; 0 where that is round-off."""
    rest = 1 - electrode.porosity - electrode.active_fraction
    return rest if rest > 1e-12 else 0.0


def _values(
    electrode: BPXElectrode, phase: BPXPhase, x: float, reference_K: float, salt_mol_m3: float
) -> dict[str, Any] | None:
    try:
        return active_phase_values(phase, initial=x, reference_K=reference_K, salt_mol_m3=salt_mol_m3)
    except (InputError, OutOfRangeError) as error:
        BPXSection(phase.where, {}, electrode.section.problems).error("", error)
        return None


def _read_blend(section: BPXSection) -> tuple[BPXPhase, ...]:
    particles = section.section("Particle")
    names = list(particles.content)
    if not 1 <= len(names) <= MOST_MATERIALS:
        remedy = f"1 to {MOST_MATERIALS} can be read"
        particles.problem("", f"has {len(names)} active materials", remedy=remedy)
    return tuple(read_phase(particles.section(name), ()) for name in names[:MOST_MATERIALS])


def _check_closure(electrode: BPXElectrode) -> None:
    total = electrode.porosity + electrode.active_fraction
    if math.isnan(total) or total <= 1 + CLOSURE_TOLERANCE:
        return
    parts = f"{keys.POROSITY} {electrode.porosity:g} + active fraction {electrode.active_fraction:g}"
    electrode.section.problem(
        "",
        f": {parts} = {total:g} is above 1. BPX has no active fraction: it is {keys.AREA} times {keys.RADIUS} / 3, so "
        "both must be of the same spheres",
        remedy="for a surface that was measured (BET, image) give the active fraction and "
        "measured_surface_area_per_m in a parameter set of TOML",
        physical=True,
    )
