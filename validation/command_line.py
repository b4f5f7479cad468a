"""The commands of the README in a new folder and a new virtual environment, and how fast the small ones answer.

The first command must end with a report in under 60 s after installation, caches cold; the second must be green.
`import electrode_homog` in under 0.2 s and `electrode-homog --help` in under 0.3 s, medians of five.
"""

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from outcome import Outcome, at_most

ROOT = Path(__file__).parents[1]


def readme_commands() -> tuple[str, str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^python -m pip install .* && .*$", text, flags=re.MULTILINE)
    assert len(found) == 2, found
    return found[0], found[1]


def copy_of_the_project(folder: Path) -> Path:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def seconds(command: list[str] | str, folder: Path) -> tuple[float, str]:
    start = time.perf_counter()
    run = subprocess.run(command, cwd=folder, shell=isinstance(command, str), capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(f"{command} ended with {run.returncode}\n{run.stdout[-2000:]}\n{run.stderr[-2000:]}")
    return time.perf_counter() - start, run.stdout


def median(command: list[str], folder: Path) -> float:
    return statistics.median(seconds(command, folder)[0] for _ in range(5))


def outcomes() -> list[Outcome]:
    first, second = readme_commands()
    with tempfile.TemporaryDirectory() as temporary:
        folder = copy_of_the_project(Path(temporary) / "project")
        seconds([sys.executable, "-m", "venv", ".venv"], folder)
        activate = ". .venv/bin/activate && "
        install, run = first.split(" && ")
        installing, _ = seconds(activate + install, folder)
        running, _ = seconds(activate + run, folder)
        report = folder / "electrode-homog-demo" / "report.html"
        python = str(folder / ".venv" / "bin" / "python")
        importing = median([python, "-c", "import electrode_homog"], folder)
        helping = median([str(folder / ".venv" / "bin" / "electrode-homog"), "--help"], folder)
        testing, out = seconds(activate + second, folder)
        summary = out.strip().splitlines()[-1]
        return [
            at_most(f"`{run}`, caches cold, after {installing:.0f} s of installation", "README", running, 60, "s"),
            Outcome("the report of the demonstration", "README", "exists", f"{report.stat().st_size} bytes", True),
            at_most("`import electrode_homog`", "-", importing, 0.2, "s"),
            at_most("`electrode-homog --help`", "-", helping, 0.3, "s"),
            Outcome(f"`{second}` in {testing:.0f} s", "README", "green", summary.strip("= "), "failed" not in summary),
        ]
