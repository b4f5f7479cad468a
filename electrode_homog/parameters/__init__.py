"""A cell as numbers with sources: the schema and its check, TOML in and out, the sets that are shipped."""

from electrode_homog.parameters.active_phase import ActivePhase
from electrode_homog.parameters.cell import Cell
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.check_report import CheckReport, Derived, check_cell, check_parameter_set
from electrode_homog.parameters.electrode import EFFECTIVE_ALREADY, Electrode
from electrode_homog.parameters.electrolyte import Electrolyte
from electrode_homog.parameters.entry import Entry
from electrode_homog.parameters.exchange.battinfo_writing import write_battinfo
from electrode_homog.parameters.exchange.bpx_reading import read_bpx
from electrode_homog.parameters.exchange.bpx_writing import write_bpx
from electrode_homog.parameters.exported import Exported
from electrode_homog.parameters.layers import Layers
from electrode_homog.parameters.problem import Problem, Severity
from electrode_homog.parameters.separator import Separator
from electrode_homog.parameters.thermal import Cooling, CurrentCollector, Thermal, ThermalLayer
from electrode_homog.parameters.toml_reading import load_parameter_set, parameter_set_names
from electrode_homog.parameters.toml_writing import save_parameter_set

__all__ = [
    "EFFECTIVE_ALREADY",
    "ActivePhase",
    "Cell",
    "CellParameters",
    "CheckReport",
    "Cooling",
    "CurrentCollector",
    "Derived",
    "Electrode",
    "Electrolyte",
    "Entry",
    "Exported",
    "Layers",
    "Problem",
    "Separator",
    "Severity",
    "Thermal",
    "ThermalLayer",
    "check_cell",
    "check_parameter_set",
    "load_parameter_set",
    "parameter_set_names",
    "read_bpx",
    "save_parameter_set",
    "write_battinfo",
    "write_bpx",
]
