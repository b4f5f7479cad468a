"""All that a BPX file says of a cell, as it stands there, checked."""

import math
from dataclasses import dataclass

from electrode_homog.expression import CONSTANTS
from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.exchange.bpx_document import shown
from electrode_homog.parameters.exchange.bpx_electrode import BPXElectrode, check_efficiency, read_electrode
from electrode_homog.parameters.exchange.bpx_phase import activation_energy, check_number, value_at
from electrode_homog.parameters.exchange.bpx_section import BPXFunction, BPXSection
from electrode_homog.parameters.exchange.bpx_state import (
    USUAL_SALT,
    USUAL_TEMPERATURE_K,
    BPXState,
    state_of_version_0,
    state_of_version_1,
)
from electrode_homog.parameters.exchange.bpx_thermal import read_thermal
from electrode_homog.parameters.exchange.bpx_user_defined import UserDefined, read_user_defined
from electrode_homog.parameters.problem import Problem
from electrode_homog.parameters.thermal import Thermal

LARGEST_RATIO = 3.0
"""Of the capacities of the two electrodes, and of theirs to the nominal one."""


@dataclass(frozen=True)
class BPXFile:
    """`numbers` of Cell and Electrolyte by key; `salt` holds a function and its activation energy for each key."""

    model: str
    title: str
    references: str
    numbers: dict[str, float]
    reference_K: float
    reference_given: bool
    negative: BPXElectrode
    positive: BPXElectrode
    cell: BPXSection
    electrolyte: BPXSection
    salt: dict[str, tuple[BPXFunction, float]]
    separator: BPXSection
    layer: dict[str, float]
    state: BPXState
    thermal: Thermal | None
    user_defined: UserDefined
    notes: tuple[str, ...]

    @property
    def salt_mol_m3(self) -> float:
        return USUAL_SALT if self.state.salt_mol_m3 is None else self.state.salt_mol_m3


def read_file(content: dict, major: int, problems: list[Problem]) -> BPXFile:
    """`problems` get everything that is wrong; values are NaN then."""
    top = BPXSection("", content, problems)
    top.only(("Header", "Parameterisation", "Validation", "State"))
    if "State" in content and not major:
        remedy = 'write "1.0.0" there if the rest is of BPX 1, too; else leave State out'
        top.problem("State", "is of BPX 1, but Header/BPX says 0", remedy=remedy)
    header, parts = top.section("Header"), top.section("Parameterisation")
    names = ("Cell", "Electrolyte", "Separator", keys.NEGATIVE, keys.POSITIVE)
    parts.only((*names, "User-defined"))
    cell, electrolyte, separator, negative, positive = (parts.section(name) for name in names)
    notes = ["Validation"] if "Validation" in content else []
    state = _state(top, cell, electrolyte, major, notes)
    user_defined = read_user_defined(parts)
    notes += user_defined.unused
    numbers = {key: cell.number(key, keys.QUANTITIES[key]) for key in _NUMBERS}
    numbers[keys.TRANSFERENCE] = electrolyte.number(keys.TRANSFERENCE, keys.QUANTITIES[keys.TRANSFERENCE])
    electrodes = read_electrode(negative), read_electrode(positive)
    for electrode in electrodes:
        notes += electrode.unused
    salt = {key: _salt(electrolyte, key, _known(state.salt_mol_m3)) for key in _SALT}
    if state.state_of_charge is not None:  # else the limits are where the cell begins, and may be no range
        _check_capacities(numbers, electrodes)
    reference = cell.optional_number(keys.REFERENCE, keys.QUANTITIES[keys.REFERENCE])
    if reference is None and _depends_on_temperature(electrodes, salt):
        cell.problem(keys.REFERENCE, "is missing", remedy="activation energies and entropic change need it")
    thermal = read_thermal(cell, user_defined.thermal_conductivity_W_m_K, state.cooling_W_m2_K, notes)
    return BPXFile(
        _model(header), header.text("Title"), header.text("References"), numbers,
        reference or state.initial_K or state.ambient_K or USUAL_TEMPERATURE_K, reference is not None, *electrodes,
        cell, electrolyte, salt, separator, _layer(separator), state, thermal, user_defined, tuple(notes),
    )  # fmt: skip


_NUMBERS = (keys.ELECTRODE_AREA, keys.PAIRS, keys.LOWER, keys.UPPER, keys.NOMINAL)
_SALT = {
    keys.DIFFUSIVITY: (keys.DIFFUSIVITY_ENERGY, keys.SALT_DIFFUSIVITY),
    keys.CONDUCTIVITY: (keys.CONDUCTIVITY_ENERGY, keys.SALT_CONDUCTIVITY),
}


def _model(header: BPXSection) -> str:
    header.only(("BPX", "Title", "Description", "References", "Model"))
    header.text("Description")
    model = header.text("Model")
    if model not in keys.MODELS:
        text = f"= {shown(header.content.get('Model'))} is not a model of BPX"
        header.problem("Model", text, remedy=f"known are {', '.join(keys.MODELS)}")
    return model


def _state(top: BPXSection, cell: BPXSection, electrolyte: BPXSection, major: int, notes: list[str]) -> BPXState:
    if major == 0:
        cell.only((*keys.CELL, *keys.MOVED_FROM_CELL))
        electrolyte.only((*keys.ELECTROLYTE, *keys.MOVED_FROM_ELECTROLYTE))
        return state_of_version_0(cell, electrolyte)
    for section, moved, known in (
        (cell, keys.MOVED_FROM_CELL, keys.CELL),
        (electrolyte, keys.MOVED_FROM_ELECTROLYTE, keys.ELECTROLYTE),
    ):
        section.moved(moved)
        section.only((*known, *moved))
    return state_of_version_1(top, notes)


def _known(salt_mol_m3: float | None) -> float:
    """The usual concentration where there is none, or a wrong one that is told already."""
    return USUAL_SALT if salt_mol_m3 is None or math.isnan(salt_mol_m3) else salt_mol_m3


def _salt(section: BPXSection, key: str, salt_mol_m3: float) -> tuple[BPXFunction, float]:
    energy, quantity = _SALT[key]
    value = section.function(key)
    check_number(section, key, value, quantity)
    usual = float(value_at(value, salt_mol_m3))
    if not isinstance(value, float) and not quantity.contains(usual):
        section.out_of_range(key, usual, quantity, where=f"at {salt_mol_m3:g} mol/m3 ")
    return value, activation_energy(section, energy)


def _layer(section: BPXSection) -> dict[str, float]:
    section.only(keys.LAYER)
    quantities = {**keys.QUANTITIES, keys.POROSITY: keys.SEPARATOR_POROSITY}
    layer = {key: section.number(key, quantities[key]) for key in keys.LAYER}
    check_efficiency(section, layer[keys.POROSITY], layer[keys.EFFICIENCY])
    return layer


def _check_capacities(numbers: dict[str, float], electrodes: tuple[BPXElectrode, BPXElectrode]) -> None:
    """Lithium between the stoichiometry limits of one electrode, of the other, and the nominal capacity."""
    area = numbers[keys.ELECTRODE_AREA] * numbers[keys.PAIRS]
    capacities = [electrode.swing * area * CONSTANTS["F"] / 3600 for electrode in electrodes]
    negative, positive = capacities
    if not all(math.isfinite(value) and value > 0 for value in (*capacities, numbers[keys.NOMINAL])):
        return
    section = electrodes[0].section
    parts = BPXSection(section.where.rpartition("/")[0], {}, section.problems)
    for text, ratio in (
        (f"capacities of the electrodes, {negative:.4g} and {positive:.4g} A h", negative / positive),
        (f"nominal {numbers[keys.NOMINAL]:g} A h and that of the electrodes, {min(capacities):.4g} A h",
         numbers[keys.NOMINAL] / min(capacities)),
    ):  # fmt: skip
        if not 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO:
            remedy = f"check {keys.ELECTRODE_AREA} (of one pair), the number of pairs, stoichiometries and thicknesses"
            text = f": {text}, are further apart than a factor of {LARGEST_RATIO:g}"
            parts.problem("", text, remedy=remedy, physical=True)


def _depends_on_temperature(
    electrodes: tuple[BPXElectrode, BPXElectrode], salt: dict[str, tuple[BPXFunction, float]]
) -> bool:
    phases = [phase for electrode in electrodes for phase in electrode.phases]
    energies = [energy for _, energy in salt.values()]
    energies += [energy for phase in phases for energy in (phase.diffusivity_energy, phase.rate_energy)]
    return any(energies) or any(phase.entropic not in (None, 0.0) for phase in phases)
