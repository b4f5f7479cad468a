"""Many runs of a cell: fits to measured data and designs, and the one executor that runs them."""

from electrode_homog.studies.cycling_csv import CurrentSign, RepeatedTimes, read_cycling_data, read_drive_cycle
from electrode_homog.studies.cycling_data import CyclingData
from electrode_homog.studies.design import DesignTable, design
from electrode_homog.studies.fit import CellFit, fit
from electrode_homog.studies.variation import PorosityRule

__all__ = [
    "CellFit",
    "CurrentSign",
    "CyclingData",
    "DesignTable",
    "PorosityRule",
    "RepeatedTimes",
    "design",
    "fit",
    "read_cycling_data",
    "read_drive_cycle",
]
