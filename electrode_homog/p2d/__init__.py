"""The only place that speaks PyBaMM: parameters to its names, protocols to its experiments, runs back."""

from electrode_homog.p2d.cell_run import CSV_COLUMNS, CellRun, Mesh
from electrode_homog.p2d.conversion import to_pybamm
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
from electrode_homog.p2d.simulation import simulate

__all__ = [
    "CCCV",
    "CSV_COLUMNS",
    "CellRun",
    "ConstantCurrent",
    "ConstantVoltage",
    "DriveCycle",
    "Mesh",
    "Protocol",
    "Rest",
    "Step",
    "protocol_steps",
    "simulate",
    "to_pybamm",
]
