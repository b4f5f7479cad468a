"""Run the validation files and rewrite the table in README.md: `python validation/run.py [NAME ...]`.

Each file has `outcomes()`; its docstring is the claim and its source. A claim that fails stays in the table as
failed; one whose data are absent is shown as not run. Records of each file are kept in `records/`.
"""

import importlib
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from electrode_homog.output import write_whole
from electrode_homog.provenance import current_provenance

HERE = Path(__file__).parent
NOT_CLAIMS = {"exact_geometry", "outcome", "run", "shared_files", "voxel_media"}


def main(names: list[str]) -> int:
    """Run the named files, or all; returns the number of claims that failed."""
    known = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_CLAIMS)
    failed = 0
    for name in names or known:
        failed += _run(name)
    _write_table(known)
    return failed


def _run(name: str) -> int:
    start = time.perf_counter()
    try:
        outcomes = importlib.import_module(name).outcomes()
    except FileNotFoundError as missing:
        print(f"{name}: not run, {missing}", flush=True)
        return 0
    seconds = time.perf_counter() - start
    for outcome in outcomes:
        verdict = "ok    " if outcome.passed else "FAILED"
        print(f"{verdict} {outcome.claim}: {outcome.measured}   [{outcome.bar}]", flush=True)
    provenance = asdict(current_provenance())
    record = {"seconds": round(seconds, 1), **provenance, "outcomes": [asdict(outcome) for outcome in outcomes]}
    write_whole(HERE / "records" / f"{name}.json", json.dumps(record, indent=1) + "\n", overwrite=True)
    return sum(not outcome.passed for outcome in outcomes)


def _write_table(names: list[str]) -> None:
    lines = [
        "# Validation",
        "",
        "Written by `python validation/run.py`; do not edit. One file per claim, its docstring says what and against",
        "what. Reference values come from the literature, exact solutions, or other codes named in each row.",
        "",
        "| file | claim | reference | bar | measured | |",
        "|---|---|---|---|---|---|",
    ]
    for name in names:
        path = HERE / "records" / f"{name}.json"
        if not path.exists():
            lines.append(f"| `{name}` | | | | not run: data absent | |")
            continue
        for row in json.loads(path.read_text(encoding="utf-8"))["outcomes"]:
            cells = [f"`{name}`", row["claim"], row["reference"], row["bar"], row["measured"]]
            verdict = "ok" if row["passed"] else "**failed**"
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + f" | {verdict} |")
    write_whole(HERE / "README.md", "\n".join(lines) + "\n", overwrite=True)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
