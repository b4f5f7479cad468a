"""The state that a BPX file begins in: temperatures, salt, and the lithium in both electrodes.

A state of charge is between the rest states at the lower and the upper cut-off, as PyBaMM solves it: the stoichiometry
limits say how much lithium there is, and the open-circuit potentials, at the reference temperature, where the cut-offs
are. Where these meet no cut-off near the limits, it is taken between the limits themselves, as `bpx` does. BPX 0.x has
no state of charge: the cell is full. BPX 1 without one begins at the limits of the full cell as they stand.
"""

import math
from dataclasses import dataclass

from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.exchange.bpx_document import shown
from electrode_homog.parameters.exchange.bpx_electrode import BPXElectrode
from electrode_homog.parameters.exchange.bpx_section import BPXSection
from electrode_homog.parameters.exchange.bpx_window import Window, lithium, shared, window

BEYOND = 0.1
"""How far beyond the stoichiometry limits the cut-offs are looked for."""

USUAL_SALT, USUAL_TEMPERATURE_K = 1000.0, 298.15


@dataclass(frozen=True)
class BPXState:
    """None where the file says nothing."""

    state_of_charge: float | None
    initial_K: float | None
    ambient_K: float | None
    salt_mol_m3: float | None
    cooling_W_m2_K: float | None
    salt_path: str


@dataclass(frozen=True)
class Start:
    """Stoichiometries of all active materials, and how they were found."""

    negative: tuple[float, ...]
    positive: tuple[float, ...]
    how: str


def state_of_version_0(cell: BPXSection, electrolyte: BPXSection) -> BPXState:
    return BPXState(
        1.0,
        cell.optional_number(keys.INITIAL, keys.QUANTITIES[keys.INITIAL]),
        cell.optional_number(keys.AMBIENT, keys.QUANTITIES[keys.AMBIENT]),
        electrolyte.number(keys.SALT_0, keys.QUANTITIES[keys.SALT_1]),
        None,
        electrolyte.path(keys.SALT_0),
    )


def state_of_version_1(top: BPXSection, notes: list[str]) -> BPXState:
    state = top.optional_section("State")
    state.only(keys.STATE)
    parts = {name: state.optional_section(name) for name in keys.STATE}
    for name, part in parts.items():
        part.only(keys.STATE[name])
    conditions, environment = parts[keys.CONDITIONS], parts[keys.ENVIRONMENT]
    for key in conditions.content:
        if key.startswith("Initial hysteresis"):
            notes.append(conditions.path(key))
    _check_degradation(parts[keys.DEGRADATION])
    number = {key: conditions.optional_number(key, keys.QUANTITIES[key]) for key in keys.STATE[keys.CONDITIONS][:3]}
    return BPXState(
        number[keys.CHARGE],
        number[keys.INITIAL],
        environment.optional_number(keys.AMBIENT, keys.QUANTITIES[keys.AMBIENT]),
        number[keys.SALT_1],
        environment.optional_number(keys.COOLING, keys.QUANTITIES[keys.COOLING]),
        conditions.path(keys.SALT_1),
    )


def start(
    negative: BPXElectrode, positive: BPXElectrode, charge: float | None, lower_V: float, upper_V: float
) -> Start:
    """The stoichiometries at a state of charge."""
    near = Window(
        tuple(phase.low for phase in negative.phases),
        tuple(phase.high for phase in negative.phases),
        tuple(phase.high for phase in positive.phases),
        tuple(phase.low for phase in positive.phases),
    )
    if charge is None:
        how = "the stoichiometry limits of the full cell, as no state of charge is given"
        return Start(near.negative_full, near.positive_full, how)
    hosts = negative.hosts(BEYOND), positive.hosts(BEYOND)
    total = lithium(hosts[0], near.negative_full) + lithium(hosts[1], near.positive_full)
    limits = window(*hosts, near, lower_V, upper_V)
    if limits is None:
        return Start(*_between_limits(negative, positive, charge), _between_text(charge))
    amount = _between(hosts[0], limits, charge)
    how = f"state of charge {charge:g} between rest at {lower_V:g} V and {upper_V:g} V"
    return Start(shared(hosts[0], amount), shared(hosts[1], total - amount), how)


def _between(hosts: tuple, limits: Window, charge: float) -> float:
    empty, full = lithium(hosts, limits.negative_empty), lithium(hosts, limits.negative_full)
    return empty + charge * (full - empty)


def _between_limits(
    negative: BPXElectrode, positive: BPXElectrode, charge: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return (
        tuple(phase.low + charge * (phase.high - phase.low) for phase in negative.phases),
        tuple(phase.high - charge * (phase.high - phase.low) for phase in positive.phases),
    )


def _between_text(charge: float) -> str:
    return f"state of charge {charge:g} between the stoichiometry limits, as the potentials there meet no cut-off"


def _check_degradation(section: BPXSection) -> None:
    for key, value in section.content.items():
        for inside in value.values() if isinstance(value, dict) else (value,):
            if isinstance(inside, bool) or not isinstance(inside, float | int) or not math.isfinite(inside):
                section.problem(key, f"= {shown(inside)} is not a finite number", remedy="write 0")
            elif inside != 0:
                remedy = "change the stoichiometry limits or the areas, and write 0 here"
                section.problem(key, f"= {inside:g} cannot be applied", remedy=remedy)
