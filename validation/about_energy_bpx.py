"""A published BPX file against the cell's measured discharges, and our sets through BPX into PyBaMM.

The NMC111 | graphite pouch cell of About:Energy (12.5 A h, 34 electrode pairs, BPX 0.1, MIT): its parameters read by
our reader, its discharges at C/20 and C/2 (CC BY-SA 4.0) repeated at the measured current, the median from the third
row on, as the second is a transient of 2 ms. The error is over all rows from the third to the last, at the same time
since the start; nothing is fitted. The file is the publisher's own, so that the error is that of the published set.

Against PyBaMM's own import of the same file, which executes it, the voltage must be the same, and so must that of every
shipped set through `write_bpx` and that import, except for what the list of losses says.
"""

import json
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from outcome import Outcome, at_most
from shared_files import shared_folder

import electrode_homog as eh
from electrode_homog.parameters import read_bpx, write_bpx

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

MESH = eh.Mesh(20, 10, 20)
POINTS = dict.fromkeys(["x_n", "x_p", "r_n", "r_p", "r_n_prim", "r_n_sec", "r_p_prim", "r_p_sec"], 20) | {"x_s": 10}


def measured_error_mV(cell: eh.CellParameters, record: str) -> tuple[float, str]:
    """rms, and how the simulated discharge ends."""
    path = shared_folder() / "cycling" / "aboutenergy_nmc" / f"NMC_25degC_{record}.csv"
    data = eh.read_cycling_data(path, current_sign=eh.CurrentSign.CHARGE_POSITIVE)
    current = float(np.median(data.current_A[2:]))
    run = eh.simulate(cell, eh.ConstantCurrent(current_A=current), mesh=MESH)
    t, voltage = data.time_s[2:], data.voltage_V[2:]
    inside = t <= run.time_s[-1]
    error = np.interp(t[inside], run.time_s, run.voltage_V) - voltage[inside]
    rms = float(1e3 * np.sqrt(np.mean(error**2)))
    largest = 1e3 * np.abs(error).max()
    text = f"{current:.4g} A, {inside.sum()} of {t.size} rows, largest {largest:.0f} mV, ends at {run.time_s[-1]:.0f} s"
    return rms, f"{text}, measured {t[-1]:.0f} s"


def imported(content: dict[str, Any]) -> Any:
    """By PyBaMM, which leaves a file for every formula that it executes."""
    import pybamm

    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        before, tempfile.tempdir = tempfile.tempdir, folder
        try:
            return pybamm.ParameterValues.create_from_bpx_obj(content)
        finally:
            tempfile.tempdir = before


def voltage(values: Any, current_A: float, options: dict[str, Any]) -> np.ndarray:
    """DFN for half an hour, by PyBaMM's own simulation with its default Bruggeman exponents."""
    import pybamm

    model = pybamm.lithium_ion.DFN(options)
    values = values.copy()
    values["Current function [A]"] = current_A
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    simulation = pybamm.Simulation(model, parameter_values=values, var_pts=POINTS, solver=solver)
    t = np.linspace(0, 1800, 181)
    return simulation.solve([0, t[-1]], t_interp=t)["Voltage [V]"](t)


def difference_V(cell: eh.CellParameters, content: dict[str, Any]) -> float:
    """Of PyBaMM's import of a BPX document and the set handed over directly, at 1C."""
    options: dict[str, Any] = {"particle phases": ("2", "1")} if cell.negative.secondary else {}
    if cell.cell.contact_resistance_Ohm:
        options["contact resistance"] = "true"
    charged = cell.negative.initial_stoichiometry > 0.1
    current = cell.cell.nominal_capacity_Ah * (1 if charged else -1)
    ours = voltage(eh.to_pybamm(cell), current, options)
    return float(np.abs(voltage(imported(content), current, options) - ours).max())


def efficiency_error(cell: eh.CellParameters, theirs: Any) -> float:
    """Of B against PyBaMM's porosity and Bruggeman exponent."""
    parts = {"Negative electrode": cell.negative, "Separator": cell.separator, "Positive electrode": cell.positive}
    return max(
        abs(theirs[f"{name} porosity"] ** theirs[f"{name} Bruggeman coefficient (electrolyte)"] / B - 1)
        for name, B in ((name, part.electrolyte_efficiency) for name, part in parts.items())
    )


def shipped_outcomes() -> list[Outcome]:
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        for name in eh.parameter_set_names():
            cell = eh.load_parameter_set(name)
            exported = write_bpx(cell, Path(folder) / f"{name}.json")
            content = json.loads(Path(exported.path).read_text(encoding="utf-8"))
            found = difference_V(cell, content)
            changing = [loss for loss in exported.losses if loss.startswith("changes the voltage:")]
            claim = f"{name} -> BPX -> PyBaMM, 1C"
            if changing:
                listed = "; ".join(loss.partition(": ")[2] for loss in changing)
                outcomes.append(Outcome(claim, "direct hand-over", "losses listed", f"{found:.2g} V: {listed}", True))
            else:
                outcomes.append(at_most(claim, "direct hand-over", found, 1e-6, "V"))
    return outcomes


def outcomes() -> list[Outcome]:
    path = shared_folder() / "bpx" / "nmc_pouch_cell_BPX.json"
    cell = read_bpx(path)
    rows = []
    for record, rate in (("Co20", "C/20"), ("Co2", "C/2")):
        rms, text = measured_error_mV(cell, record)
        rows.append(at_most(f"rms of the voltage at {rate} ({text})", "About:Energy record", rms, 15.0, "mV"))
    content = json.loads(path.read_text(encoding="utf-8"))
    rows.append(at_most("B against PyBaMM's import", "PyBaMM 26.10", efficiency_error(cell, imported(content)), 1e-15))
    rows.append(
        at_most("our reader against PyBaMM's import, 1C", "PyBaMM 26.10", difference_V(cell, content), 1e-6, "V")
    )
    return rows + shipped_outcomes()
