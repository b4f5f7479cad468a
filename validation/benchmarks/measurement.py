"""How a run measures itself: one process, one solve, one line of JSON. Needs nothing beyond the standard library.

Both runs of a comparison use it, ours and that of the other tool, so that they are measured in the same way.
"""

import contextlib
import ctypes
import gc
import json
import os
import time
from pathlib import Path

STATUS, STAT, FORGET = (Path("/proc") / name for name in ("self/status", "stat", "self/clear_refs"))
IDLE = (3, 4, 8, 9)  # columns of /proc/stat that are no work, or (guests) are counted elsewhere: proc(5)


def keep_to_cores(threads: int) -> None:
    """Let this process use `threads` processors, whichever library makes its threads; where the system has that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


class Measurement:
    """`with Measurement() as measured:` and afterwards `measured.record()`; None stands for what only Linux tells.

    `bytes_beyond` is the highest resident memory inside less the resident memory before. Freed memory that the C
    library kept is handed back first, or it would hide what the solve takes. `load_before` is the one-minute load
    when the clock started, `cores_of_others` how many processors other programs kept busy while it ran.
    """

    def __enter__(self) -> "Measurement":
        gc.collect()
        with contextlib.suppress(OSError, AttributeError):  # a C library without it
            ctypes.CDLL("libc.so.6").malloc_trim(0)
        with contextlib.suppress(OSError):  # where it is refused, the peak of reading the image counts too
            FORGET.write_text("5")
        self._resident = _memory_bytes("VmRSS")
        self._load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
        self._busy, self._cpu, self._start = _busy_seconds(), time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self._seconds = time.perf_counter() - self._start
        self._cpu_seconds = time.process_time() - self._cpu
        busy = _busy_seconds()
        known = busy is not None and self._busy is not None
        self._others = max(0.0, busy - self._busy - self._cpu_seconds) / self._seconds if known else None
        self._peak = _memory_bytes("VmHWM")

    def record(self) -> dict[str, float | None]:
        known = self._peak is not None and self._resident is not None
        return {
            "seconds": self._seconds,
            "cpu_seconds": self._cpu_seconds,
            "load_before": self._load,
            "cores_of_others": self._others,
            "peak_bytes": self._peak,
            "bytes_beyond": self._peak - self._resident if known else None,
        }


def print_line(record: dict) -> None:
    """The result, the last line of the output."""
    print(json.dumps(record, allow_nan=False), flush=True)


def _memory_bytes(key: str) -> int | None:
    if not STATUS.exists():
        return None
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(key + ":"))
    return int(line.split()[1]) * 1024


def _busy_seconds() -> float | None:
    """Of all processors together, since the start of the machine, in steps of 0.01 s."""
    if not STAT.exists():
        return None
    columns = STAT.read_text().splitlines()[0].split()[1:]
    return sum(int(n) for column, n in enumerate(columns) if column not in IDLE) / os.sysconf("SC_CLK_TCK")
