"""A set goes to PyBaMM as a plug-in, as JSON and as BPX, and gives the same voltage where this package is not.

A new virtual environment holds PyBaMM and what was written, and importing electrode_homog fails there. Each shipped
set, and one with layers, a measured area, a table, Darken's law and a contact resistance, is discharged at 1C (charged
where it begins empty) by PyBaMM's own Doyle-Fuller-Newman model, on the same mesh with the same solver as here, from
`to_pybamm`. Without layers and blends that is also the model of `pybamm_model`. BPX counts where its writer names no
loss that changes the voltage. Last, the entry points of our own wheel, installed beside its dependencies.

The environment is made with pip, which needs a package index, once: about a minute.
"""

import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import replace
from pathlib import Path

import numpy as np
from outcome import Outcome, at_most

import electrode_homog as eh
from electrode_homog.p2d.plugin_package import plugin_name, write_plugin
from electrode_homog.p2d.pybamm_json import write_pybamm_json
from electrode_homog.p2d.stock_model import stock_options
from electrode_homog.parameters import write_bpx

TIMES_s = np.linspace(0, 1800, 61)
PROJECT = Path(__file__).parents[1]
CHANGES = "changes the voltage"
os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

SOLVE = """
import json, sys
import pybamm

pybamm.set_logging_level("ERROR")


def voltage(values, model, current_A, times_s):
    values.update({"Current function [A]": current_A})
    phases = {f"r_{side}_{phase}": 20 for side in "np" for phase in ("prim", "sec")}
    points = {"x_n": 20, "x_s": 10, "x_p": 20, "r_n": 20, "r_p": 20, **phases}
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    simulation = pybamm.Simulation(model, parameter_values=values, var_pts=points, solver=solver)
    return simulation.solve([0, times_s[-1]], t_interp=times_s)["Voltage [V]"].entries
"""

THERE = (
    SOLVE
    + """
try:
    import electrode_homog
except ImportError:
    pass
else:
    raise SystemExit("electrode_homog is here")
answers = {}
with open(sys.argv[1]) as file:
    jobs = json.load(file)
for job in jobs["jobs"]:
    options = {name: tuple(value) if isinstance(value, list) else value for name, value in job["options"].items()}
    if job["way"] == "plug-in":
        values, model = pybamm.ParameterValues(job["name"]), pybamm.Model(job["name"])
    else:
        if job["way"] == "JSON":
            values = pybamm.ParameterValues.from_json(job["name"])
        else:
            values = pybamm.ParameterValues.create_from_bpx(job["name"])
            options.pop("transport efficiency")
        model = pybamm.lithium_ion.DFN(options)
    answers[job["key"]] = voltage(values, model, job["current_A"], jobs["times_s"]).tolist()
with open(sys.argv[2], "w") as file:
    json.dump(answers, file)
"""
)

WITH_US = (
    SOLVE
    + """
import electrode_homog

assert electrode_homog.__file__.startswith(sys.argv[1]), electrode_homog.__file__
with open(sys.argv[2]) as file:
    jobs = json.load(file)
print(json.dumps({
    job["key"]: voltage(
        pybamm.ParameterValues(f"electrode_homog.{job['key']}"),
        pybamm.Model("electrode_homog.P2D", electrode_homog.load_parameter_set(job["key"])),
        job["current_A"],
        jobs["times_s"],
    ).tolist()
    for job in jobs["jobs"]
}))
"""
)


def cells() -> dict[str, eh.CellParameters]:
    return {name: eh.load_parameter_set(name) for name in eh.parameter_set_names()} | {"all at once": all_at_once()}


def all_at_once() -> eh.CellParameters:
    """What the formats of PyBaMM can hold besides the shipped sets."""
    cell = eh.load_parameter_set("chen2020")
    x = np.linspace(0, 1, 60)
    table = eh.Table(tuple(x), tuple(cell.positive.open_circuit_potential_V(x=x)))
    darken = eh.DarkenDiffusivity(eh.JumpDiffusivity(1e-15), eh.FromOpenCircuitPotential(), floor=0.3)
    layers = eh.Layers((0.5, 0.3, 0.2), (0.4, 0.335, 0.25), (0.55, 0.6, 0.7), (0.2, 0.15, 0.1), (1.0, 1.0, 1.0))
    graded = eh.Layers((0.4, 0.6), (0.3, 0.22), (0.7, 0.76), (0.14, 0.09), (0.6, 0.65))
    cell = cell.with_electrode("positive", open_circuit_potential_V=table, diffusivity_m2_s=darken)
    cell = cell.with_electrode(
        "negative",
        measured_surface_area_per_m=5e5,
        diffusivity_m2_s=eh.Expression("3.3e-14*exp(-2*x)*exp(-3e4/R*(1/T - 1/298.15))", ("x", "T")),
    )
    cell = cell.with_layers("positive", layers).with_layers("negative", graded)
    return replace(cell.with_value("cell.contact_resistance_Ohm", 0.003), name="all at once")


def current_A(cell: eh.CellParameters) -> float:
    """1C, charging where the negative electrode is empty."""
    return cell.cell.nominal_capacity_Ah * (1.0 if cell.negative.initial_stoichiometry > 0.3 else -1.0)


def voltage_here(cell: eh.CellParameters, *, own_model: bool = False) -> np.ndarray:
    import pybamm

    names: dict = {}
    exec(SOLVE.replace("import json, sys", ""), names)
    model = eh.pybamm_model(cell) if own_model else pybamm.lithium_ion.DFN(stock_options(cell))
    return names["voltage"](eh.to_pybamm(cell), model, current_A(cell), TIMES_s)


def fresh_environment(folder: Path) -> Path:
    """The Python of an environment with the PyBaMM that is installed here, bpx, and what builds packages."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    version = importlib.metadata.version("pybamm")
    run(python, "-m", "pip", "install", "--quiet", f"pybamm=={version}", "bpx>=1.1.1,<1.2", "hatchling>=1.25")
    return python


def run(*command: str | Path, path: Path | None = None) -> str:
    """What a command prints, away from this checkout; RuntimeError with what it complains of."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env=environment, cwd=elsewhere)
    if done.returncode:
        raise RuntimeError(f"{command[0]} {command[1]}: {done.stderr[-2000:]}")
    return done.stdout


def written(folder: Path) -> list[dict]:
    """Every cell in every format that takes it, as jobs for the other environment."""
    jobs = []
    for key, cell in cells().items():
        common = {"options": stock_options(cell), "current_A": current_A(cell)}
        write_plugin(cell, folder / f"{key} plug-in")
        jobs.append({"key": f"plug-in/{key}", "way": "plug-in", "name": plugin_name(cell), **common})
        path = folder / f"{key}.json"
        write_pybamm_json(cell, path)
        jobs.append({"key": f"JSON/{key}", "way": "JSON", "name": str(path), **common})
        path = folder / f"{key} bpx.json"
        try:
            exported = write_bpx(cell, path)
        except (eh.InputError, eh.OutOfRangeError):
            continue
        if not any(loss.startswith(CHANGES) for loss in exported.losses):
            jobs.append({"key": f"BPX/{key}", "way": "BPX", "name": str(path), **common})
    return jobs


def voltages_there(folder: Path) -> tuple[dict[str, np.ndarray], Path]:
    """Way and cell -> voltage in the other environment, and its Python."""
    jobs = written(folder)
    python = fresh_environment(folder / "environment")
    packages = sorted(folder.glob("* plug-in"))
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", *packages)
    (folder / "jobs").write_text(json.dumps({"jobs": jobs, "times_s": TIMES_s.tolist()}), encoding="utf-8")
    (folder / "there.py").write_text(THERE, encoding="utf-8")
    run(python, folder / "there.py", folder / "jobs", folder / "answers")
    answers = json.loads((folder / "answers").read_text(encoding="utf-8"))
    return {key: np.array(values) for key, values in answers.items()}, python


def voltages_of_wheel(folder: Path, pip: Path) -> dict[str, np.ndarray]:
    """Set -> voltage by the entry points of our wheel, before the project on the path of this interpreter."""
    run(pip, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder / "wheel", PROJECT)
    (wheel,) = (folder / "wheel").glob("*.whl")
    run(pip, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder / "site", wheel)
    jobs = [{"key": name, "current_A": current_A(cells()[name])} for name in eh.parameter_set_names()]
    (folder / "own").write_text(json.dumps({"jobs": jobs, "times_s": TIMES_s.tolist()}), encoding="utf-8")
    (folder / "with_us.py").write_text(WITH_US, encoding="utf-8")
    site = folder / "site"
    answers = json.loads(run(sys.executable, folder / "with_us.py", site, folder / "own", path=site))
    return {key: np.array(values) for key, values in answers.items()}


def outcomes() -> list[Outcome]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        there, python = voltages_there(folder)
        wheel = voltages_of_wheel(folder, python)
    here = {key: voltage_here(cell) for key, cell in cells().items()}
    rows = []
    for way, format_name in (("plug-in", "plug-in"), ("JSON", "PyBaMM JSON"), ("BPX", "BPX")):
        keys = [key.removeprefix(f"{way}/") for key in there if key.startswith(f"{way}/")]
        worst = max(float(np.abs(there[f"{way}/{key}"] - here[key]).max()) for key in keys)
        claim = f"set -> {format_name} -> PyBaMM without us, 1C, {len(keys)} of {len(here)} cells"
        rows.append(at_most(claim, "to_pybamm here", worst, 1e-6, "V"))
    own = {key: voltage_here(cell, own_model=True) for key, cell in cells().items() if key in wheel}
    worst = max(float(np.abs(wheel[key] - own[key]).max()) for key in wheel)
    rows.append(at_most(f"entry points of our wheel, {len(wheel)} sets, 1C", "pybamm_model here", worst, 1e-6, "V"))
    same = [key for key, cell in cells().items() if key in own and "particle phases" not in stock_options(cell)]
    worst = max(float(np.abs(own[key] - here[key]).max()) for key in same)
    rows.append(at_most(f"pybamm_model against PyBaMM's own, {len(same)} sets", "PyBaMM's DFN", worst, 1e-6, "V"))
    return rows
