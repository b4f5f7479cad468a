"""What is wrong ends with the right exit code and a message that says what to do; nothing is left behind.

Each row is a command in a process of its own, in a folder with one good image and a few spoilt files.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import tifffile
from outcome import Outcome

SHARED = ["--voxel-size", "398nm", "--phase", "pore=0", "--phase", "active=1"]
STUDY = """
[generate]
seed = 1
shape = [16, 16, 16]
[phases]
pore = 0
active = 1
binder = 2
[tensors.electrolyte]
conductivty = { pore = 1.0 }
"""
PORE = ["--conductivity", "pore=1"]
CASES = [
    (
        "nothing percolates along the axis",
        3,
        "does not connect",
        ["tensor", "layers.tif", *SHARED, *PORE, "--axis", "2"],
    ),
    (
        "not converged",
        4,
        "allow more iterations",
        ["tensor", "noise.tif", *SHARED, *PORE, "--tolerance", "1e-9", "--max-iterations", "1"],
    ),
    ("unknown label", 2, "labels", ["describe", "layers.tif", "--voxel-size", "398nm", "--phase", "pore=0"]),
    ("voxel size of 0.398 m", 2, "0.398", ["describe", "layers.tif", "--voxel-size", "0.398m", *SHARED[2:]]),
    ("voxel size without a unit", 2, "unit", ["describe", "layers.tif", "--voxel-size", "398", *SHARED[2:]]),
    (
        "closure violated",
        2,
        "porosity",
        ["simulate", "chen2020", "--c-rate", "1", "--set", "positive.porosity=0.5"],
    ),
    ("misspelt key in a study", 2, "did you mean 'conductivity'", ["run", "study.toml", "--out", "out"]),
    ("compressed TIFF cut short", 2, "cut short", ["describe", "cut.tif", *SHARED]),
    ("colour picture", 2, "colour", ["describe", "colour.tif", *SHARED]),
    ("labels that are fractions", 2, "whole", ["describe", "float.tif", *SHARED]),
    ("file that is not there", 2, "none.tif", ["describe", "none.tif", *SHARED]),
    ("result that exists already", 2, "exists already", ["describe", "layers.tif", *SHARED, "--json", "noise.tif"]),
    (
        "folder that cannot be written",
        5,
        "no/folder",
        ["describe", "layers.tif", *SHARED, "--json", "no/folder/x.json"],
    ),
]


def spoil(folder: Path) -> None:
    labels = np.zeros((24, 24, 24), dtype=np.uint8)
    labels[:, :, 12:] = 1
    tifffile.imwrite(folder / "layers.tif", labels, compression="zlib")
    noise = (np.random.default_rng(0).random((24, 24, 24)) < 0.5).astype(np.uint8)
    tifffile.imwrite(folder / "noise.tif", noise, compression="zlib")
    whole = (folder / "noise.tif").read_bytes()
    (folder / "cut.tif").write_bytes(whole[: 2 * len(whole) // 3])
    tifffile.imwrite(folder / "colour.tif", np.zeros((24, 24, 24, 3), dtype=np.uint8), photometric="rgb")
    tifffile.imwrite(folder / "float.tif", labels.astype(np.float32) / 3)
    (folder / "study.toml").write_text(STUDY)


def outcomes() -> list[Outcome]:
    command = Path(sys.executable).parent / "electrode-homog"
    found = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        spoil(folder)
        before = {path: path.read_bytes() for path in folder.iterdir()}
        for name, code, words, arguments in CASES:
            run = subprocess.run([command, *arguments], cwd=folder, capture_output=True, text=True, check=False)
            good = run.returncode == code and words in run.stderr and "Traceback" not in run.stderr
            unchanged = before == {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
            message = " ".join(run.stderr.split("\n")[1:]).strip()
            measured = f"{run.returncode}: {message}".replace(str(folder), "")
            found.append(Outcome(name, "-", f"exit {code}, nothing changed", measured, good and unchanged))
    return found
