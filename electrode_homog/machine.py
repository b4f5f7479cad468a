"""What this machine can hold: cores and memory, as far as this process may use them."""

import os
from pathlib import Path

GROUP = Path("/sys/fs/cgroup")


def usable_cores() -> int:
    """Processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def available_memory_bytes() -> int:
    """Memory that can be taken without swapping: the least of the kernel's estimate and the group limit."""
    limits = [_available_to_system()]
    limit, used = (_number(GROUP / name) for name in ("memory.max", "memory.current"))
    if limit is not None and used is not None:
        limits.append(max(0, limit - used + _reclaimable()))
    return min(limits)


def give_back_memory() -> None:
    """Return to the system what the C library keeps of freed memory: it can be as much again as is in use."""
    import ctypes

    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):  # not the GNU library
        return


def _available_to_system() -> int:
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2  # no estimate of what is free
    return 4 * 2**30  # unknown system: a cautious guess


def _reclaimable() -> int:
    """Files that the group has read and that make room when memory is wanted."""
    try:
        lines = (GROUP / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # no such limit, or the word "max"
        return None
