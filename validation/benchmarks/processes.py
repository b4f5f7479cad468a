"""Runs in new processes, one solve each: ours by this Python, those of the other tools by theirs."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from shared_files import shared_folder  # noqa: E402

LONGEST_S = 6 * 3600
Line = dict[str, Any]
"""What one run printed."""


class NotRunError(Exception):
    """A row cannot be measured here; the message says what is missing."""


class RunFailedError(Exception):
    """A run ended without a result; the message is the end of what it printed."""


@dataclass(frozen=True)
class Image:
    """One of the shared volumes and the names of its labels, which its `.json` gives."""

    file: str
    phases: Mapping[str, int]

    def path(self) -> Path:
        try:
            path = shared_folder() / "volumes" / self.file
        except FileNotFoundError as missing:
            raise NotRunError(str(missing)) from missing
        if not path.exists():
            raise NotRunError(f"no {self.file} in the shared volumes")
        return path


ELECTRODE = Image("electrode_256_three_phase.tif", {"pore": 0, "active": 85, "binder": 170})
BENCHMARK = Image("benchmark_500.tif", {"blocked": 0, "pore": 255})
NREL = Image("nrel_nmc532_cal_cbd.tif", {"pore": 0, "active": 1, "binder": 2})


@dataclass(frozen=True)
class Settings:
    """What to measure, and how.

    `claims` are the rows asked for. `crop` cuts every image to so many voxels: a rehearsal, not the claims.
    """

    claims: tuple[str, ...]
    rounds: int
    threads: int
    crop: int | None
    peers_python: str | None

    def ours(
        self,
        image: Image,
        conductivity: Mapping[str, float],
        *,
        axis: int | str = 0,
        tolerance: float | None = None,
        side: int | None = None,
    ) -> Line:
        """One solve; `axis` may be "all"; `side` repeats the image to a cube of that edge, or cuts it."""
        command = [sys.executable, str(HERE / "our_run.py"), str(image.path())]
        command += ["--phases", json.dumps(dict(image.phases)), "--conductivity", json.dumps(dict(conductivity))]
        command += ["--axis", str(axis), "--threads", str(self.threads)]
        command += [] if tolerance is None else ["--tolerance", repr(tolerance)]
        side = side or self.crop
        return run(command + ([] if side is None else ["--side", str(side)]))

    def peer(self, tool: str, image: Image, phase: str, tolerance: float, *, reference: bool = False) -> Line:
        """One solve along axis 0 by another tool."""
        command = [self.python_of_peers(), str(HERE / "peer_run.py"), tool, str(image.path())]
        command += ["--label", str(image.phases[phase]), "--axis", "0", "--tolerance", repr(tolerance)]
        command += ["--threads", str(self.threads)] + (["--reference"] if reference else [])
        return run(command + ([] if self.crop is None else ["--crop", str(self.crop)]))

    def bandwidth(self, edge: int) -> Line:
        """Rates of the passes over the voxels of a cube."""
        return run([sys.executable, str(HERE / "bandwidth_run.py"), "--edge", str(edge)])

    def python_of_peers(self) -> str:
        if self.peers_python is None:
            raise NotRunError("no Python of the other tools; give --peers-python or $ELECTRODE_HOMOG_PEERS")
        return self.peers_python


def run(command: Sequence[str]) -> Line:
    """The line of JSON that a command prints last. Raises RunFailedError."""
    environment = {**os.environ, "PYBAMM_DISABLE_TELEMETRY": "true"}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, env=environment)
    if ended.returncode != 0:
        ending = ended.stderr.strip().splitlines()[-1:] or ["no message"]
        raise RunFailedError(f"ended with {ended.returncode}: {ending[0][:300]}")
    line = ended.stdout.strip().splitlines()[-1]
    print("   ", line, file=sys.stderr, flush=True)
    return json.loads(line)
