"""Whether this installation works, and what it can hold."""

from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import ElectrodeHomogError
from electrode_homog.homogenization import effective_tensor, largest_cube
from electrode_homog.images import VoxelImage
from electrode_homog.machine import available_memory_bytes, usable_cores
from electrode_homog.microstructure import Microstructure
from electrode_homog.p2d import ConstantCurrent, simulate
from electrode_homog.parameters import load_parameter_set
from electrode_homog.provenance import Provenance, current_provenance


@dataclass(frozen=True)
class Examination:
    """`cell_problem` and `p2d_model` are "works", or what went wrong; the cube has one half that conducts."""

    provenance: Provenance
    cores: int
    free_memory_bytes: int
    largest_cube_voxels: int
    cell_problem: str
    p2d_model: str


def examine() -> Examination:
    """Solve a laminate with a known answer and a minute of discharge, and look at the machine."""
    memory = available_memory_bytes()
    return Examination(
        provenance=current_provenance(),
        cores=usable_cores(),
        free_memory_bytes=memory,
        largest_cube_voxels=largest_cube(memory),
        cell_problem=_laminate(),
        p2d_model=_minute_of_discharge(),
    )


def _laminate() -> str:
    labels = np.zeros((8, 8, 8), dtype=np.uint8)
    labels[4:] = 1
    medium = Microstructure(VoxelImage(labels, (1.0, 1.0, 1.0)), {"a": 0, "b": 1})
    found = np.diag(effective_tensor(medium, {"a": 1.0, "b": 10.0}).matrix)
    exact = np.array([20 / 11, 5.5, 5.5])
    error = float(np.abs(found / exact - 1).max())
    return "works" if error < 1e-10 else f"a laminate comes out wrong by {error:.1e}"


def _minute_of_discharge() -> str:
    try:
        run = simulate(load_parameter_set("chen2020"), ConstantCurrent(1.0, duration_s=60.0))
    except ElectrodeHomogError as error:
        return str(error)
    return "works" if 3.5 < run.voltage_V[-1] < 4.2 else f"the voltage after a minute is {run.voltage_V[-1]:.3f} V"
