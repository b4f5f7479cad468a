"""The only place that speaks PyBaMM: parameters to its names, protocols to its experiments, runs back."""

from electrode_homog.p2d.cell_run import CSV_COLUMNS, CellRun, Mesh, ParticleHistory
from electrode_homog.p2d.conversion import to_pybamm
from electrode_homog.p2d.model import pybamm_model
from electrode_homog.p2d.plugin_package import write_plugin
from electrode_homog.p2d.protocol import (
    CCCV,
    ConstantCurrent,
    ConstantVoltage,
    DriveCycle,
    Protocol,
    Rest,
    Step,
    protocol_steps,
)
from electrode_homog.p2d.pybamm_json import write_pybamm_json
from electrode_homog.p2d.simulation import simulate

__all__ = [
    "CCCV",
    "CSV_COLUMNS",
    "CellRun",
    "ConstantCurrent",
    "ConstantVoltage",
    "DriveCycle",
    "Mesh",
    "ParticleHistory",
    "Protocol",
    "Rest",
    "Step",
    "protocol_steps",
    "pybamm_model",
    "simulate",
    "to_pybamm",
    "write_plugin",
    "write_pybamm_json",
]
