"""Active material of a calendered NMC532 cathode (X-ray CT, NREL): tortuosity factors 3.6008, 2.5329, 2.5291.

Total volume fraction over B, insulated sides, along axis 0, 1, 2, to 0.1 %; computed by the study in `examples/`,
which also puts this electrode into the cell of Chen et al. (2020). The binder's 206.47 along x is checked too.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

from outcome import Outcome, within
from shared_files import shared_folder

import electrode_homog as eh
from electrode_homog.workflow import read_study, run_study

REFERENCE = (3.6008, 2.5329, 2.5291)
BINDER_X = 206.47


def outcomes() -> list[Outcome]:
    study = read_study(Path(__file__).parents[1] / "examples" / "nrel_nmc532.toml")
    path = shared_folder() / "volumes" / "nrel_nmc532_cal_cbd.tif"
    study = replace(study, image=replace(study.image, path=path))  # type: ignore[type-var]
    with tempfile.TemporaryDirectory() as folder:
        result = run_study(study, Path(folder) / "results", tell=lambda text: print(" ", text, flush=True))
        size = (Path(folder) / "results" / "report.html").stat().st_size
    over_converged = "reference solution, 7-point finite volumes"
    found = [
        within(f"NREL active material, tortuosity factor along {axis}", over_converged, value, expected, 1e-3)
        for axis, value, expected in zip("xyz", result.tensors["active"].tortuosity_factor, REFERENCE, strict=True)
    ]
    binder = eh.effective_conductivity(result.electrode, {"binder": 1.0}, axis=0)
    tau = binder.volume_fraction / binder.value
    found.append(
        within(f"NREL binder network along x ({binder.iterations} iterations)", over_converged, tau, BINDER_X, 1e-3)
    )
    for variant in result.variants:
        rates = zip(study.c_rates, variant.runs, strict=True)
        text = ", ".join(f"{rate:g}C {run.capacity_Ah:.3f} Ah" for rate, run in rates)
        found.append(Outcome(f"discharge, {variant.name}", "-", "completes", text, len(variant.runs) == 3))
    found.append(Outcome("report of the NREL study", "-", "< 5 MB", f"{size / 1e6:.2f} MB", size < 5e6))
    return found
