"""BPX (Battery Parameter eXchange, Faraday Institution) as a parameter set.

A BPX file is a program to other readers, which write its formulas to a file and execute it. This one is its own:
JSON is read strictly, a formula is a syntax tree of numbers, x, + - * / **, exp, tanh and cosh, and nothing runs.
"""

import math
from pathlib import Path
from typing import Any

from electrode_homog.errors import ElectrodeHomogError, InputError, OutOfRangeError
from electrode_homog.parameters.cell import Cell
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.electrolyte import Electrolyte
from electrode_homog.parameters.exchange import bpx_keys as keys
from electrode_homog.parameters.exchange.bpx_document import BPXDocument, bpx_document, major_version
from electrode_homog.parameters.exchange.bpx_electrode import electrode_of
from electrode_homog.parameters.exchange.bpx_file import BPXFile, read_file
from electrode_homog.parameters.exchange.bpx_phase import transport_value
from electrode_homog.parameters.exchange.bpx_section import BPXSection
from electrode_homog.parameters.exchange.bpx_sources import BPXOrigin, bpx_sources
from electrode_homog.parameters.exchange.bpx_state import start
from electrode_homog.parameters.problem import Problem, problems_of, raise_problems
from electrode_homog.parameters.separator import Separator
from electrode_homog.transport_law import FixedEfficiency


def read_bpx(path: str | Path) -> CellParameters:
    """Read a BPX file of version 0.1 to 0.5 or 1.x that describes a whole cell, as a DFN needs it.

    Lines between the points of a table are straight, as in PyBaMM, but for rounded corners (`bpx_polygon`); a square
    of the electrode area stands for height and width; the set is named after the file. Its last citation lists what
    the file has and a set has no place for: user-defined values, branches of a hysteresis, thermal values that are not
    complete. Nothing in the file is executed.

    Raises InputError for a file that cannot be read, is no strict JSON, has an unknown version or key, lacks what a
    DFN needs (as SPM files do), has a formula that is not on the allow-list or a blend of more than two materials;
    OutOfRangeError if all that is wrong are values that are not physical. The message names the file, the ways to all
    keys, their values, ranges and remedies.
    """
    path = Path(path)
    document = bpx_document(path)
    major = major_version(document.content)
    raise_problems(str(path), [major] if isinstance(major, Problem) else [])
    assert isinstance(major, int)
    problems: list[Problem] = []
    file = read_file(document.content, major, problems)
    owner = str(path) if file.model in ("DFN", "") else f"{path}, a file for Model = {file.model!r}, as a DFN"
    raise_problems(owner, problems)
    cell = _parameter_set(path.stem, document, file, problems)
    raise_problems(owner, problems)
    assert cell is not None
    return cell


def _parameter_set(name: str, document: BPXDocument, file: BPXFile, problems: list[Problem]) -> CellParameters | None:
    voltages = file.numbers[keys.LOWER], file.numbers[keys.UPPER]
    begin = start(file.negative, file.positive, file.state.state_of_charge, *voltages)
    salt, T_ref = file.salt_mol_m3, file.reference_K
    sections = {
        "cell": _built(file.cell, _cell, file),
        "negative": electrode_of(file.negative, begin.negative, T_ref, salt),
        "separator": _built(file.separator, _separator, file),
        "positive": electrode_of(file.positive, begin.positive, T_ref, salt),
        "electrolyte": _built(file.electrolyte, _electrolyte, file),
        "thermal": file.thermal,
    }
    if problems:
        return None
    origin = BPXOrigin(document.file, document.sha256, file.title)
    cited = [f"BPX file {document.file}, sha256 {document.sha256}"]
    cited += [text for text in (file.title, file.references) if text]
    cited += [f"Not taken from {document.file}: {'; '.join(file.notes)}"] if file.notes else []
    sources = bpx_sources(file, origin, begin, sections)
    try:
        return CellParameters(
            name=name or document.file, sources=sources, title=file.title, citations=tuple(cited), **sections
        )
    except (InputError, OutOfRangeError) as error:
        problems += problems_of(error)
        return None


def _built(section: BPXSection, build: Any, file: BPXFile) -> Any:
    try:
        return build(file)
    except ElectrodeHomogError as error:
        section.error("", error, remedy="correct it")
        return None


def _cell(file: BPXFile) -> Cell:
    side = math.sqrt(file.numbers[keys.ELECTRODE_AREA])
    user = file.user_defined
    return Cell(
        nominal_capacity_Ah=file.numbers[keys.NOMINAL],
        electrode_height_m=side,
        electrode_width_m=side,
        electrodes_in_parallel=int(file.numbers[keys.PAIRS]),
        cells_in_series=int(user.cells_in_series or 1),
        lower_voltage_V=file.numbers[keys.LOWER],
        upper_voltage_V=file.numbers[keys.UPPER],
        initial_temperature_K=file.state.initial_K or file.reference_K,
        ambient_temperature_K=file.state.ambient_K or file.reference_K,
        reference_temperature_K=file.reference_K,
        contact_resistance_Ohm=user.contact_resistance_Ohm or 0.0,
    )


def _separator(file: BPXFile) -> Separator:
    layer = file.layer
    return Separator(layer[keys.THICKNESS], layer[keys.POROSITY], FixedEfficiency(layer[keys.EFFICIENCY]))


def _electrolyte(file: BPXFile) -> Electrolyte:
    def value(key: str) -> Any:
        function, energy = file.salt[key]
        try:
            return transport_value(function, energy, file.reference_K, "c_e")
        except InputError as error:
            raise InputError(f"{key} {error}") from None

    factor = file.user_defined.thermodynamic_factor
    return Electrolyte(
        initial_concentration_mol_m3=file.salt_mol_m3,
        transference_number=file.numbers[keys.TRANSFERENCE],
        thermodynamic_factor=1.0 if factor is None else factor,
        diffusivity_m2_s=value(keys.DIFFUSIVITY),
        conductivity_S_m=value(keys.CONDUCTIVITY),
    )
