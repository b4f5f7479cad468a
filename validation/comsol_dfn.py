"""Our marquis2019 set reproduces COMSOL's solution of the same P2D model at 0.1C, 0.5C, 1C: voltage and all fields.

Reference: solutions stored in PyBaMM's repository (commit c733b73b), cell of 1 m2, 24 A/m2 times the C-rate, over the
first 95 % of the time: voltage to 1 mV rms; concentrations and potentials to 1 % rms of the range of each field, at
COMSOL's positions and times, without the first time, where its fields are not the nominal initial state. The solid
conductivities are those of the set, 100 and 10 S/m; the potential of the negative solid is zero at its collector.
40, 20, 40 points across, 60 along the radius. At 0.1C and 1C single values of the same solutions are compared besides.
"""

from functools import cache
from typing import Any

import numpy as np
from outcome import Outcome, at_most
from shared_files import shared_folder

import electrode_homog as eh

MESH = eh.Mesh(x_points=40, separator_points=20, r_points=60)
REFERENCE = "COMSOL, doi 10.1149/2.0341915jes"
RATES = ("0.1C", "0.5C", "1C")
EARLY = 0.95

FIELDS = {  # key of the reference: its positions, PyBaMM's name
    "c_e": ("x", "Electrolyte concentration [mol.m-3]"),
    "phi_e": ("x", "Electrolyte potential [V]"),
    "phi_n": ("x_n", "Negative electrode potential [V]"),
    "phi_p": ("x_p", "Positive electrode potential [V]"),
    "c_n_surf": ("x_n", "Negative particle surface concentration [mol.m-3]"),
    "c_p_surf": ("x_p", "Positive particle surface concentration [mol.m-3]"),
}

VOLTAGES = {  # COMSOL at single times: time in s, volt
    "0.1C": ((0.0, 3.841775), (3618.0905, 3.799070), (9045.2261, 3.755616), (18090.4523, 3.707134),
             (27135.6784, 3.678206), (34371.8593, 3.620608)),
    "1C": ((0.0, 3.771214), (180.9045, 3.733770), (361.8090, 3.714480), (904.5226, 3.670131), (1356.7839, 3.643642),
           (1809.0452, 3.612197), (2261.3065, 3.596214), (2713.5678, 3.583207), (3256.2814, 3.540759),
           (3437.1859, 3.466341)),
}  # fmt: skip

MIDDLE_OF_1C_S = 1809.0452
MIDDLE_OF_1C = {  # concentrations in mol/m3 then: field, micrometres from the negative collector, value
    "c_e at the negative collector": ("c_e", 0.0, 1182.994),
    "c_e at the positive collector": ("c_e", 225.0, 837.559),
    "negative surface at the collector": ("c_n_surf", 0.0, 12188.43),
    "negative surface at the separator": ("c_n_surf", 100.0, 10843.88),
    "positive surface at the separator": ("c_p_surf", 125.0, 41140.46),
    "positive surface at the collector": ("c_p_surf", 225.0, 39554.69),
}


def cell() -> eh.CellParameters:
    marquis = eh.load_parameter_set("marquis2019")
    for entry in ("electrode_width_m", "electrode_height_m"):
        marquis = marquis.with_value(f"cell.{entry}", 1.0)
    return marquis


def reference(rate: str) -> Any:
    return np.load(shared_folder() / "reference" / f"comsol_dfn_marquis2019_{rate}.npz")


def early_times(time: np.ndarray) -> np.ndarray:
    return (time <= EARLY * time[-1]) & (time > 0)


def voltage_rms_mV(rate: str) -> float:
    theirs = reference(rate)
    time = theirs["time"]
    protocol = eh.ConstantCurrent(current_A=float(theirs["current_density_A_m2"]), duration_s=float(time[-1]))
    run = eh.simulate(cell(), protocol, mesh=MESH)
    early = early_times(time)
    error = np.interp(time[early], run.time_s, run.voltage_V) - theirs["voltage"][early]
    return 1e3 * float(np.sqrt(np.mean(error**2)))


@cache
def solution(rate: str) -> Any:
    """Of PyBaMM's own simulation with our model and our parameter values."""
    import pybamm

    theirs = reference(rate)
    time, values = theirs["time"], eh.to_pybamm(cell())
    values["Current function [A]"] = float(theirs["current_density_A_m2"])
    points = {"x_n": MESH.x_points, "x_s": MESH.separator_points, "x_p": MESH.x_points}
    points |= {"r_n": MESH.r_points, "r_p": MESH.r_points}
    simulation = pybamm.Simulation(eh.pybamm_model(cell(), mesh=MESH), parameter_values=values, var_pts=points)
    return simulation.solve([0, time[-1]], t_interp=time)


def field_outcome(rate: str, key: str) -> Outcome:
    """One field; `measured` names the position, from the negative collector, where it differs most."""
    theirs = reference(rate)
    positions, name = FIELDS[key]
    x, early = theirs[positions], early_times(theirs["time"])
    expected = theirs[key][:, early]
    difference = solution(rate)[name](t=theirs["time"][early], x=x) - expected
    size = float(np.ptp(expected))
    rms = 100 * float(np.sqrt(np.mean(difference**2))) / size
    along = 100 * np.sqrt(np.mean(difference**2, axis=1)) / size
    worst = int(along.argmax())
    measured = f"{rms:.3f} % (worst position {1e6 * x[worst]:.0f} um: {along[worst]:.3f} %)"
    claim = f"{key} against COMSOL at {rate}, rms over positions and 95 % of the time, of its range"
    return Outcome(claim, REFERENCE, "<= 1 %", measured, rms <= 1.0)


def single_voltages_mV(rate: str) -> float:
    run = solution(rate)["Voltage [V]"]
    return 1e3 * max(abs(float(run(t=time)) - volt) for time, volt in VOLTAGES[rate])


def single_concentrations_percent() -> float:
    """The largest relative difference of MIDDLE_OF_1C."""
    errors = []
    for key, micrometres, expected in MIDDLE_OF_1C.values():
        found = float(solution("1C")[FIELDS[key][1]](t=MIDDLE_OF_1C_S, x=1e-6 * micrometres))
        errors.append(abs(found / expected - 1))
    return 100 * max(errors)


def outcomes() -> list[Outcome]:
    early = "rms over 95 % of the time"
    rows = [
        at_most(f"voltage against COMSOL at {rate}, {early}", REFERENCE, voltage_rms_mV(rate), 1.0, "mV")
        for rate in RATES
    ]
    rows += [field_outcome(rate, key) for rate in RATES for key in FIELDS]
    rows += [
        at_most(
            f"voltage against COMSOL at {rate} and {len(times)} single times, largest difference",
            REFERENCE,
            single_voltages_mV(rate),
            3.0,
            "mV",
        )
        for rate, times in VOLTAGES.items()
    ]
    claim = f"concentrations against COMSOL at 1C and {MIDDLE_OF_1C_S:.0f} s, at collectors and separator, largest"
    return [*rows, at_most(f"{claim} difference", REFERENCE, single_concentrations_percent(), 1.0, "%")]
