"""How fast this machine solves cell problems, found once by solving a small one and kept in the user's cache folder."""

import json
import os
import platform
import time
from functools import cache
from pathlib import Path

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.machine import usable_cores
from electrode_homog.output import write_whole

REFERENCE_SECONDS = 0.085  # of `_timed` on the server whose figures stand in `cost`
EDGE = 96
VERSION = 1  # of the solver's speed: another number makes every machine measure anew


@cache
def relative_speed() -> float:
    """Speed of this machine relative to the one of `cost`; 2 is twice as fast."""
    path, key = _cache_file(), f"{platform.node()} {platform.machine()} {usable_cores()} cores, {VERSION}"
    known = _read(path)
    if key not in known:
        known[key] = _timed()
        _keep(path, known)
    return REFERENCE_SECONDS / known[key]


def _timed() -> float:
    """Seconds for one axis of an image of random blobs, half of it conducting; the best of four."""
    from electrode_homog.homogenization.tensor import effective_conductivity
    from electrode_homog.images import VoxelImage
    from electrode_homog.microstructure import Microstructure

    blobs = np.random.default_rng(1).random((EDGE // 6,) * 3) < 0.5
    labels = np.kron(blobs, np.ones((6, 6, 6), dtype=bool)).astype(np.uint8)
    electrode = Microstructure(VoxelImage(labels, 1.0), {"solid": 0, "pore": 1})
    seconds = []
    for _ in range(4):  # the first compiles
        start = time.perf_counter()
        effective_conductivity(electrode, {"pore": 1.0})
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _cache_file() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111, never raises
    return Path(folder) / "electrode-homog" / "speed.json"


def _read(path: Path) -> dict[str, float]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    seconds = found if isinstance(found, dict) else {}
    return {str(key): s for key, s in seconds.items() if isinstance(s, float) and 1e-6 < s < 1e6}


def _keep(path: Path, known: dict[str, float]) -> None:
    """Kept if there is a place for it; whole or not at all, since another process may do the same."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(known), overwrite=True)
    except (OSError, InputError):
        return
