"""What a benchmark keeps of each claim, with every run behind it, and the table made of that."""

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from outcome import Outcome
from processes import Line, NotRunError, RunFailedError, Settings

from electrode_homog.provenance import current_provenance


@dataclass(frozen=True)
class Measured:
    """The rows of one claim and every run behind them."""

    outcomes: list[Outcome]
    runs: list[Line]


def entry(
    name: str, claim: Callable[[Settings], Measured], settings: Settings, before: dict[str, Any] | None
) -> dict[str, Any]:
    """What the record keeps of one claim. One that cannot be run here leaves an earlier measurement as it was."""
    runs: list[Line] = []
    try:
        measured = claim(settings)
        outcomes, runs = [asdict(outcome) for outcome in measured.outcomes], measured.runs
    except NotRunError as missing:
        print(f"{name}: not run, {missing}", file=sys.stderr, flush=True)
        if before is not None:
            return before
        outcomes = [{"claim": name, "bar": "", "measured": f"not run: {missing}", "passed": None}]
    except RunFailedError as failure:
        outcomes = [{"claim": name, "bar": "", "measured": str(failure), "passed": False}]
    return {**asdict(current_provenance()), "device": _device(settings), "outcomes": outcomes, "runs": runs}


def _device(settings: Settings) -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30 if hasattr(os, "sysconf") else 0
    return f"{model}, {settings.threads} threads of {os.cpu_count()} cores, {pages:.0f} GiB"


def table(record: dict[str, Any]) -> str:
    lines = ["| claim | bar | measured | |", "|---|---|---|---|"]
    verdicts = {True: "ok", False: "**failed**", None: "not run"}
    for entry in record.values():
        for row in entry["outcomes"]:
            cells = (row["claim"], row["bar"], row["measured"], verdicts[row["passed"]])
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, "", *_circumstances(record)])


def _circumstances(record: dict[str, Any]) -> list[str]:
    """Day, machine, versions, and how much else was going on: the highest of all runs."""
    runs = [run for entry in record.values() for run in entry["runs"]]
    if not runs:
        return ["Nothing was run."]
    days = sorted({f"{entry['created'][:10]}, {entry['device']}" for entry in record.values() if entry["runs"]})
    packages = sorted({f"{name} {version}" for run in runs for name, version in run.get("packages", {}).items()})
    others = max(run.get("cores_of_others") or 0 for run in runs)
    load = max(run.get("load_before") or 0 for run in runs)
    quiet = f"Other programs kept at most {others:.1f} cores busy during a run; load before it at most {load:.1f}."
    return [f"{'; '.join(days)}. {', '.join(packages)}. {quiet}"]
