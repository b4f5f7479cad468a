"""A parameter set as BPX 1, for PyBaMM and other programs that read it, with a list of what BPX cannot hold."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from electrode_homog.errors import ElectrodeHomogError, InputError, OutOfRangeError
from electrode_homog.expression import Expression, evaluate
from electrode_homog.output import refuse_existing, write_whole
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.checking import temperature_problems
from electrode_homog.parameters.electrode import EFFECTIVE_ALREADY, Electrode
from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.exchange.bpx_charge import Charge, charge_of
from electrode_homog.parameters.exchange.bpx_functions import BPXValue, activation, of_state, read_back
from electrode_homog.parameters.exchange.bpx_phase_writing import (
    check_particle,
    note_activation,
    phase_values,
    written_potential,
)
from electrode_homog.parameters.exchange.bpx_thermal_writing import thermal_conductivity, thermal_of_cell
from electrode_homog.parameters.exchange.bpx_validating import not_validated
from electrode_homog.parameters.exported import Exported
from electrode_homog.parameters.problem import raise_problems, within
from electrode_homog.transport_law import FixedEfficiency

VERSION = "1.1.1"
FORMAT = f"BPX {VERSION}"

NEARLY_FREE = 1 - 1e-9
"""For a porosity of 1, whose logarithm PyBaMM's import of BPX divides by."""


def write_bpx(cell: CellParameters, path: str | Path, *, overwrite: bool = False) -> Exported:
    """Write one file, whole or not at all; where `bpx` is installed, it has accepted what is written.

    `losses` names everything that BPX cannot hold; what changes the voltage begins with "changes the voltage". The rest
    comes to the same voltage in PyBaMM (`ParameterValues.create_from_bpx`) within a microvolt. Read with `read_bpx`,
    the file gives the same numbers but for the last digits. It holds only formulas that were checked, so that it is
    safe to give to `bpx` and PyBaMM, which execute them.

    Raises InputError where `path` does not end in .json, or exists and `overwrite` is not set, and for particles that
    are not spheres; OutOfRangeError for functions without a value at the reference temperature; OSError where it cannot
    be written.
    """
    path = Path(path)
    if path.suffix != ".json":
        raise InputError(f"{path} must end in .json, so that load_parameter_set knows it as a file of BPX")
    refuse_existing(path, overwrite=overwrite)
    losses: list[str] = []
    try:
        document = _document(cell, losses)
    except ElectrodeHomogError as error:
        raise type(error)(f"{cell.name} cannot be written as BPX: {error}") from error
    losses += not_validated(document)
    try:
        text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    except ValueError as error:
        what = "a function of it is not finite at the reference temperature, as check_parameter_set tells"
        raise OutOfRangeError(f"{cell.name} cannot be written as BPX: {what}") from error
    write_whole(path, text, overwrite=overwrite)
    return Exported(str(path), FORMAT, tuple(losses))


def _document(cell: CellParameters, losses: list[str]) -> dict[str, Any]:
    _check_reference_temperature(cell)
    potentials = {side: _potentials(getattr(cell, side)) for side in ("negative", "positive")}
    written = {side: tuple(read_back(value) for value in values) for side, values in potentials.items()}
    charge = charge_of(cell, written)
    losses += charge.losses
    parts = {
        "Cell": _cell(cell, losses),
        "Electrolyte": _electrolyte(cell, losses),
        keys.NEGATIVE: _electrode(cell, "negative", potentials, charge, losses),
        keys.POSITIVE: _electrode(cell, "positive", potentials, charge, losses),
        "Separator": _layer(cell.separator.thickness_m, cell.separator.porosity, cell.separator.electrolyte_efficiency),
    }
    if cell.separator.porosity == 1:
        losses.append(f"porosity 1 of the separator is written as {NEARLY_FREE!r}; PyBaMM's import divides by its log")
    user = _user_defined(cell, losses)
    if user:
        parts["User-defined"] = user
    losses += _provenance_losses(cell)
    return {"Header": _header(cell), "Parameterisation": parts, "State": _state(cell, charge)}


def _check_reference_temperature(cell: CellParameters) -> None:
    T = cell.cell.reference_temperature_K
    problems = [
        problem for path, part in cell.sections().items() for problem in within(path, temperature_problems(part, T=T))
    ]
    raise_problems("reference temperature", problems)


def _header(cell: CellParameters) -> dict[str, str]:
    paths: dict[str, list[str]] = {}
    for path, source in cell.sources.items():
        paths.setdefault(source, []).append(path)
    sources = "; ".join(f"{', '.join(names)}: {source}" for source, names in paths.items())
    header = {
        "BPX": VERSION,
        "Title": cell.title or cell.name,
        "Description": f"Parameter set {cell.name}. Sources of its values: {sources}",
        "Model": "DFN",
    }
    return {**header, "References": "; ".join(cell.citations)} if cell.citations else header


def _cell(cell: CellParameters, losses: list[str]) -> dict[str, float]:
    whole = cell.cell
    if whole.electrode_height_m != whole.electrode_width_m:
        losses.append(f"height and width of the electrodes: only {keys.ELECTRODE_AREA}, their product, is written")
    return {
        keys.ELECTRODE_AREA: whole.electrode_height_m * whole.electrode_width_m,
        keys.PAIRS: whole.electrodes_in_parallel,
        keys.LOWER: whole.lower_voltage_V,
        keys.UPPER: whole.upper_voltage_V,
        keys.NOMINAL: whole.nominal_capacity_Ah,
        keys.REFERENCE: whole.reference_temperature_K,
        **thermal_of_cell(cell, losses),
    }


def _state(cell: CellParameters, charge: Charge) -> dict[str, Any]:
    conditions = {
        keys.INITIAL: cell.cell.initial_temperature_K,
        keys.SALT_1: cell.electrolyte.initial_concentration_mol_m3,
    }
    environment = {keys.AMBIENT: cell.cell.ambient_temperature_K}
    if charge.state is not None:
        conditions[keys.CHARGE] = charge.state
    if cell.thermal is not None:
        environment[keys.COOLING] = cell.thermal.cooling.heat_transfer_coefficient_W_m2_K
    return {keys.CONDITIONS: conditions, keys.ENVIRONMENT: environment}


def _layer(thickness_m: float, porosity: float, efficiency: float) -> dict[str, float]:
    if porosity == 1:
        porosity, efficiency = NEARLY_FREE, min(efficiency, NEARLY_FREE)
    return {keys.THICKNESS: thickness_m, keys.POROSITY: porosity, keys.EFFICIENCY: efficiency}


def _potentials(electrode: Electrode) -> tuple[BPXValue, ...]:
    for phase in electrode.active_materials:
        check_particle(phase, [])
    return tuple(written_potential(phase) for phase in electrode.active_materials)


def _electrode(
    cell: CellParameters, side: str, potentials: dict[str, tuple[BPXValue, ...]], charge: Charge, losses: list[str]
) -> dict[str, Any]:
    electrode: Electrode = getattr(cell, side)
    found: list[str] = []
    limits = charge.negative if side == "negative" else charge.positive
    conditions = cell.cell.reference_temperature_K, cell.electrolyte.initial_concentration_mol_m3
    phases = [
        phase_values(phase, potential, ends, conditions, found)
        for phase, potential, ends in zip(electrode.active_materials, potentials[side], limits, strict=True)
    ]
    if electrode.layers is not None:
        text = f"changes the voltage: {electrode.layers.count} layers through the thickness are written as their means"
        found.append(text)
    if not isinstance(electrode.electrolyte_law, FixedEfficiency):
        found.append("the law of the transport efficiency: only its value at this porosity is written")
    if electrode.solid_law != EFFECTIVE_ALREADY:
        found.append("bulk conductivity and its law: only the effective conductivity is written")
    if isinstance(electrode.conductivity_S_m, Expression):
        text = "the conductivity is a function of temperature; written is its value there"
        found.append(f"changes the voltage away from {conditions[0]:g} K: {text}")
    losses += [f"{side}: {text}" if not text.startswith("changes") else _inserted(side, text) for text in found]
    layer = _layer(electrode.thickness_m, electrode.porosity, electrode.electrolyte_efficiency)
    layer[keys.CONDUCTIVITY] = evaluate(electrode.conductivity_S_m, T=conditions[0]) * electrode.solid_efficiency
    if len(phases) == 1:
        return {**layer, **phases[0]}
    return {**layer, "Particle": {"Primary": phases[0], "Secondary": phases[1]}}


def _inserted(side: str, text: str) -> str:
    """ "changes the voltage: ..." with the electrode after the colon."""
    head, _, rest = text.partition(": ")
    return f"{head}: {side}: {rest}"


def _electrolyte(cell: CellParameters, losses: list[str]) -> dict[str, Any]:
    salt, T = cell.electrolyte, cell.cell.reference_temperature_K
    usual = salt.initial_concentration_mol_m3
    transference = float(evaluate(salt.transference_number, c_e=usual, T=T))
    if isinstance(salt.transference_number, Expression) and _varies(salt.transference_number, usual, T):
        text = f"the transference number varies; written is {transference:.4g} at {usual:g} mol/m3 and {T:g} K"
        losses.append(f"changes the voltage: electrolyte: {text}")
    written: dict[str, Any] = {keys.TRANSFERENCE: transference}
    for key, energy_key, name in (
        (keys.DIFFUSIVITY, keys.DIFFUSIVITY_ENERGY, "diffusivity_m2_s"),
        (keys.CONDUCTIVITY, keys.CONDUCTIVITY_ENERGY, "conductivity_S_m"),
    ):
        value = getattr(salt, name)
        c_e = usual * np.linspace(0.1, 1.5, 15)
        found = activation(lambda T, value=value, c_e=c_e: evaluate(value, c_e=c_e, T=T) + 0 * c_e, T)
        note_activation(f"{name.split('_')[0]} of the electrolyte", found, T, losses)
        written[key] = of_state(
            lambda c, value=value: evaluate(value, c_e=c, T=T) + 0 * c, value, "c_e", T, 1.0, (0.001 * usual, 3 * usual)
        )
        if isinstance(written[key], dict):
            losses.append(f"electrolyte: {key}: {len(written[key]['x'])} points with straight lines between")
        if found.energy_J_mol:
            written[energy_key] = found.energy_J_mol
    return written


def _varies(value: Expression, usual: float, T: float) -> bool:
    states = evaluate(value, c_e=usual * np.linspace(0.1, 1.5, 15), T=T) + np.zeros(15)
    others = [evaluate(value, c_e=usual, T=T + change) for change in (-30.0, 30.0)]
    return bool(np.ptp(np.append(states, others)) > 1e-12)


def _user_defined(cell: CellParameters, losses: list[str]) -> dict[str, float]:
    """What PyBaMM takes under its own names, which other readers of BPX do not know."""
    salt, T = cell.electrolyte, cell.cell.reference_temperature_K
    factor = float(evaluate(salt.thermodynamic_factor, c_e=salt.initial_concentration_mol_m3, T=T))
    if isinstance(salt.thermodynamic_factor, Expression) and _varies(
        salt.thermodynamic_factor, salt.initial_concentration_mol_m3, T
    ):
        losses.append(f"changes the voltage: electrolyte: the thermodynamic factor varies; written is {factor:.4g}")
    values = {
        keys.FACTOR: None if factor == 1 else factor,
        keys.CONTACT_RESISTANCE: cell.cell.contact_resistance_Ohm or None,
        keys.SERIES: None if cell.cell.cells_in_series == 1 else cell.cell.cells_in_series,
        keys.HEAT_CONDUCTIVITY: thermal_conductivity(cell),
    }
    given = {key: value for key, value in values.items() if value is not None}
    others = [key for key in given if key != keys.HEAT_CONDUCTIVITY]
    if others:
        losses.append(f"{', '.join(others)}: BPX has none; in User-defined, where PyBaMM and read_bpx take it")
    return given


def _provenance_losses(cell: CellParameters) -> list[str]:
    losses = [f"sources of {len(cell.sources)} values: written as one text, Header/Description"]
    if cell.uncertainties:
        losses.append(f"uncertainties of {len(cell.uncertainties)} values")
    return losses
