"""Where each value of a set that was read from BPX comes from: the file, its hash, and the key."""

from dataclasses import dataclass
from typing import Any

from electrode_homog.parameters.cell_parameters import SECTIONS, leaves
from electrode_homog.parameters.checking import subsections
from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.exchange.bpx_electrode import BPXElectrode
from electrode_homog.parameters.exchange.bpx_file import BPXFile
from electrode_homog.parameters.exchange.bpx_phase import PAST_THE_END_V, BPXPhase, reaching
from electrode_homog.parameters.exchange.bpx_state import Start
from electrode_homog.parameters.exchange.bpx_user_defined import UserDefined

LONGEST_TITLE = 120


@dataclass(frozen=True)
class BPXOrigin:
    file: str
    sha256: str
    title: str

    def of(self, *places: str) -> str:
        title = self.title if len(self.title) <= LONGEST_TITLE else f"{self.title[: LONGEST_TITLE - 3]}..."
        return f"BPX file {self.file} (sha256 {self.sha256[:16]}){', ' if title else ''}{title}: {', '.join(places)}"


def bpx_sources(file: BPXFile, origin: BPXOrigin, begin: Start, sections: dict[str, Any]) -> dict[str, str]:
    """One text for every value of the sections of a set."""
    known = {**_cell(file, origin), **_separator(file, origin), **_electrolyte(file, origin)}
    for side, electrode in (("negative", file.negative), ("positive", file.positive)):
        known |= _electrode(side, electrode, origin, begin)
        known |= {f"thermal.{side}_collector.{name}": text for name, text in _FOIL.items()}
    lumped = origin.of("thermal values of Cell, User-defined and State, of the whole cell in every layer")
    return {path: known.get(path, lumped) for name in SECTIONS for path in _paths(name, sections.get(name))}


_FOIL = {
    "thickness_m": "assumed, as BPX has none: as thin as a set allows",
    "conductivity_S_m": "assumed, as BPX has none: that of PyBaMM's import",
}


def _paths(name: str, owner: Any) -> list[str]:
    if owner is None:
        return []
    paths = [f"{name}.{f.name}" for f in leaves(type(owner)) if getattr(owner, f.name) is not None]
    for inner in subsections(type(owner)):
        paths += _paths(f"{name}.{inner}", getattr(owner, inner))
    return paths


def _cell(file: BPXFile, origin: BPXOrigin) -> dict[str, str]:
    def given(key: str, there: bool) -> str:
        return origin.of(key) if there else f"assumed, as {origin.of('no')} {key}"

    user: UserDefined = file.user_defined
    square = origin.of(f"Cell/{keys.ELECTRODE_AREA}, as a square")
    sources = {
        "nominal_capacity_Ah": origin.of(f"Cell/{keys.NOMINAL}"),
        "electrode_height_m": square,
        "electrode_width_m": square,
        "electrodes_in_parallel": origin.of(f"Cell/{keys.PAIRS}"),
        "cells_in_series": given(f"User-defined/{keys.SERIES}", user.cells_in_series is not None),
        "lower_voltage_V": origin.of(f"Cell/{keys.LOWER}"),
        "upper_voltage_V": origin.of(f"Cell/{keys.UPPER}"),
        "initial_temperature_K": given(keys.INITIAL, file.state.initial_K is not None),
        "ambient_temperature_K": given(keys.AMBIENT, file.state.ambient_K is not None),
        "reference_temperature_K": given(keys.REFERENCE, file.reference_given),
        "contact_resistance_Ohm": given(
            f"User-defined/{keys.CONTACT_RESISTANCE}", user.contact_resistance_Ohm is not None
        ),
    }
    return {f"cell.{name}": text for name, text in sources.items()}


def _separator(file: BPXFile, origin: BPXOrigin) -> dict[str, str]:
    names = {"thickness_m": keys.THICKNESS, "porosity": keys.POROSITY, "electrolyte_law": keys.EFFICIENCY}
    return {f"separator.{name}": origin.of(f"Separator/{key}") for name, key in names.items()}


def _electrolyte(file: BPXFile, origin: BPXOrigin) -> dict[str, str]:
    salt = file.state.salt_path.removeprefix("Parameterisation/")
    factor = file.user_defined.thermodynamic_factor is not None
    sources = {
        "initial_concentration_mol_m3": origin.of(salt)
        if file.state.salt_mol_m3 is not None
        else f"assumed, as {origin.of('no')} {salt}",
        "transference_number": origin.of(f"Electrolyte/{keys.TRANSFERENCE}"),
        "thermodynamic_factor": origin.of(f"User-defined/{keys.FACTOR}") if factor else "assumed, as BPX has none",
        "diffusivity_m2_s": origin.of(f"Electrolyte/{keys.DIFFUSIVITY}", keys.DIFFUSIVITY_ENERGY),
        "conductivity_S_m": origin.of(f"Electrolyte/{keys.CONDUCTIVITY}", keys.CONDUCTIVITY_ENERGY),
    }
    return {f"electrolyte.{name}": text for name, text in sources.items()}


def _electrode(side: str, electrode: BPXElectrode, origin: BPXOrigin, begin: Start) -> dict[str, str]:
    where = keys.NEGATIVE if side == "negative" else keys.POSITIVE
    sources = {
        f"{side}.thickness_m": origin.of(f"{where}/{keys.THICKNESS}"),
        f"{side}.porosity": origin.of(f"{where}/{keys.POROSITY}"),
        f"{side}.inactive_fraction": "closure: 1 - porosity - active fractions",
        f"{side}.conductivity_S_m": origin.of(f"{where}/{keys.CONDUCTIVITY}, effective"),
        f"{side}.electrolyte_law": origin.of(f"{where}/{keys.EFFICIENCY}"),
        f"{side}.solid_law": "BPX: the conductivity is that of the porous electrode",
    }
    starts = begin.negative if side == "negative" else begin.positive
    for place, phase, x in zip((side, f"{side}.secondary"), electrode.phases, starts, strict=False):
        sources |= {f"{place}.{name}": text for name, text in _phase(phase, x, origin, begin).items()}
    return sources


def _phase(phase: BPXPhase, x: float, origin: BPXOrigin, begin: Start) -> dict[str, str]:
    where = phase.where.removeprefix("Parameterisation/")
    limits = f"{where}/{keys.LOWEST}, {keys.HIGHEST}"
    entropic = origin.of(f"{where}/{keys.ENTROPIC}") + phase.caution
    if phase.entropic is None:
        entropic = "assumed 0, as the file has none"
    on = reaching(phase.ocp, x, PAST_THE_END_V) is not phase.ocp
    goes_on = f"; its last line goes on to the initial state, x = {x:.6g}" if on else ""
    return {
        "active_fraction": origin.of(f"{where}/{keys.AREA} a, {keys.RADIUS} R: a R/3"),
        "particle": origin.of(f"{where}/{keys.RADIUS}"),
        "maximum_concentration_mol_m3": origin.of(f"{where}/{keys.MAXIMUM}"),
        "initial_concentration_mol_m3": origin.of(f"{limits}: {begin.how}"),
        "diffusivity_m2_s": origin.of(f"{where}/{keys.DIFFUSIVITY}", keys.DIFFUSIVITY_ENERGY),
        "open_circuit_potential_V": origin.of(f"{where}/{keys.OCP}") + goes_on,
        "entropic_change_V_K": entropic,
        "exchange_current_density_A_m2": origin.of(f"{where}/{keys.RATE}", keys.RATE_ENERGY),
    }
