"""Compiled loops over slabs of an image: how they are compiled, and how threads share them.

A kernel is a plain function of whole numbers and arrays whose first two arguments say which planes, rows or unknowns
it does, `[start, stop)`. It holds no lock while it runs, so that ordinary threads share the work; every result
that is added up comes in the order of the slabs, whoever computed them, and is the same for any number of threads.
"""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from electrode_homog.machine import usable_cores

Span = tuple[int, int]
_SLABS_PER_CORE = 4
_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "fastmath": {"reassoc", "contract", "nsz"},  # sums vectorise; infinities and NaN keep their meaning
    "error_model": "numpy",
    "no_cfunc_wrapper": True,  # nor is a way in from C wanted
    "_nrt": False,  # no reference counts: they cost more than a short loop, and half of the time of compilation
}


def compiled(function: Callable) -> Any:
    """Compile with numba at the first call; kept on disk where there is a place to keep it.

    The function must not make arrays: what it needs is handed in. One whose name begins with an underscore can be
    called by compiled functions only, which saves compiling the way in from Python. numba looks for a place in
    NUMBA_CACHE_DIR, beside the module, then in the user's cache folder. Where all of them are read-only the function is
    compiled anew in each process.
    """
    import numba

    options = {**_OPTIONS, "no_cpython_wrapper": function.__name__.startswith("_")}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # "no locator available"
        return numba.njit(**options)(function)


def inlined(function: Callable) -> Any:
    """Compile into each compiled caller, as part of it: for what stands inside its loops."""
    import numba

    return numba.njit(inline="always", **_OPTIONS)(function)


@contextmanager
def on_compilation(tell: Callable[[], None]) -> Iterator[None]:
    """While it lasts, call `tell` when a function is compiled that no cache had; once."""
    from numba.core import event

    calls = iter([tell])

    class Listener(event.Listener):
        def on_start(self, event: Any) -> None:
            for call in calls:
                call()

        def on_end(self, event: Any) -> None:
            """Only the beginning matters."""

    with event.install_listener("numba:compile", Listener()):
        yield


class Team:
    """Threads that share the slabs of a kernel; `with Team() as team: team.run(kernel, spans, ...)`.

    `cores` is their number, by default all that this process may use. The calling thread works too, and a slab goes to
    whoever is free, so that a busy core slows the work but does not stall it.
    """

    def __init__(self, cores: int | None = None):
        self.cores = usable_cores() if cores is None else cores
        self._pool = ThreadPoolExecutor(self.cores - 1, "electrode-homog") if self.cores > 1 else None

    def __enter__(self) -> "Team":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def shares(self, length: int) -> list[Span]:
        """[0, length) in spans for `run`: enough that a core which is busy elsewhere holds up little."""
        return slabs(length, _SLABS_PER_CORE * self.cores)

    def run(self, kernel: Callable, spans: Sequence[Span], *arguments: Any) -> list[Any]:
        """kernel(start, stop, *arguments) for every span, and what each returned, in the order of the spans.

        An interrupt or an error ends the work after the slabs that have begun. A kernel must not call `run` itself.
        """
        if self._pool is None or len(spans) < 2:
            return [kernel(start, stop, *arguments) for start, stop in spans]
        results: list[Any] = [None] * len(spans)
        tickets = itertools.count()

        failed = threading.Event()

        def work() -> None:
            try:
                while not failed.is_set() and (ticket := next(tickets)) < len(spans):
                    results[ticket] = kernel(*spans[ticket], *arguments)
            except BaseException:
                failed.set()
                raise

        others = [self._pool.submit(work) for _ in range(min(self.cores, len(spans)) - 1)]
        try:
            work()
            wait(others)
        finally:  # whatever happened here, no thread may still write when the caller goes on
            failed.set()
            wait(others)
        for other in others:
            other.result()
        return results


def slabs(length: int, pieces: int) -> list[Span]:
    """[0, length) in at most `pieces` spans of nearly equal size, none of them empty."""
    pieces = max(1, min(pieces, length))
    edges = [length * k // pieces for k in range(pieces + 1)]
    return list(itertools.pairwise(edges))
