"""Our Marquis2019 set reproduces COMSOL's solution of the same P2D model: voltage to 1 mV rms at 0.1C, 0.5C, 1C.

Reference: solutions stored in PyBaMM's repository (commit c733b73b), cell of 1 m2, 24 A/m2 times the C-rate, over
the first 95 % of the time; 40, 20, 40 points across, 60 along the radius.
"""

import numpy as np
from outcome import Outcome, at_most
from shared_files import shared_folder

import electrode_homog as eh


def rms_V(reference) -> float:
    cell = eh.load_parameter_set("marquis2019")
    for entry in ("electrode_width_m", "electrode_height_m"):
        cell = cell.with_value(f"cell.{entry}", 1.0)
    protocol = eh.ConstantCurrent(
        current_A=float(reference["current_density_A_m2"]), duration_s=float(reference["time"][-1])
    )
    run = eh.simulate(cell, protocol, mesh=eh.Mesh(x_points=40, separator_points=20, r_points=60))
    time = reference["time"]
    early = (time <= 0.95 * time[-1]) & (time > 0)
    error = np.interp(time[early], run.time_s, run.voltage_V) - reference["voltage"][early]
    return float(np.sqrt(np.mean(error**2)))


def outcomes() -> list[Outcome]:
    folder = shared_folder() / "reference"
    return [
        at_most(
            f"voltage against COMSOL at {rate}, rms over 95 % of the time",
            "COMSOL, doi 10.1149/2.0341915jes",
            1e3 * rms_V(np.load(folder / f"comsol_dfn_marquis2019_{rate}.npz")),
            1.0,
            "mV",
        )
        for rate in ("0.1C", "0.5C", "1C")
    ]
