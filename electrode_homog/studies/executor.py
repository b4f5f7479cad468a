"""Many independent tasks in local processes, each with a limit of time; what is finished survives a kill.

`Workers` runs a function over tasks. `run_tasks` adds a journal: one line per finished task, synced, so that a
study that was interrupted goes on where it stopped. A task that fails is data, not the end of the study.

A worker is a fresh interpreter that imports the function by name, as a spawned process does, but never the
caller's script: a script without `if __name__ == "__main__"` works.
"""

import json
import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.machine import usable_cores
from electrode_homog.studies.content_hash import content_hash
from electrode_homog.studies.journal import Journal
from electrode_homog.studies.outcome import TIME_LIMIT, WORKER_DIED, Done, Failed, Outcome, evaluate
from electrode_homog.studies.worker_process import read_frame, write_frame

Task = Mapping[str, Any]
_START_LIMIT_S = 300.0  # for a new interpreter to import the function; generous for a loaded machine
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def run_tasks(
    function: Callable[[Any], Any],
    tasks: Sequence[Task],
    *,
    study: str,
    time_limit_s: float | None,
    workers: int | None = None,
    journal: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Outcome, ...]:
    """`function(task)` for each task, in the order of the tasks; values must be plain data that JSON can hold.

    `study` identifies what the tasks belong to; a journal of another study is an InputError. Tasks are known by
    their content: those that the journal holds are not run again, except where the time limit or a dead process
    ended them. `workers` and `time_limit_s` are those of `Workers`. `progress` is called with (finished, all).
    Ctrl-C leaves the journal whole and no process behind.
    """
    keys = [content_hash(task) for task in tasks]
    with ExitStack() as stack:
        book = stack.enter_context(Journal(journal, study)) if journal is not None else None
        known = book.outcomes if book else {}
        found = {
            key: outcome for key, outcome in known.items() if not (isinstance(outcome, Failed) and outcome.interrupted)
        }
        todo = {key: task for key, task in zip(keys, tasks, strict=True) if key not in found}
        count = min(workers or usable_cores(), max(1, len(todo)))
        pool = stack.enter_context(Workers(function, count=count, time_limit_s=time_limit_s))
        for index, outcome in pool.run(list(todo.values())):
            key = list(todo)[index]
            if isinstance(outcome, Done):  # the same value as after a resume; ValueError for NaN
                outcome = Done(json.loads(json.dumps(outcome.value, allow_nan=False)), outcome.seconds)
            if book:
                book.append(key, outcome)
            found[key] = outcome
            if progress is not None:
                progress(sum(key in found for key in keys), len(keys))
    return tuple(found[key] for key in keys)


class Workers:
    """`count` processes for one module-level function, alive until the context ends; they then are killed.

    A task that takes longer than `time_limit_s` (wall clock, what the function imports on its first call included)
    is killed with its process and becomes Failed(TIME_LIMIT). With one worker and `time_limit_s=None` the tasks
    run in this process, where nothing could stop them.
    """

    def __init__(self, function: Callable[[Any], Any], *, count: int, time_limit_s: float | None):
        if count < 1 or int(count) != count:
            raise InputError(f"workers = {count} is not a whole number >= 1")
        if time_limit_s is not None and not time_limit_s > 0:
            raise InputError(f"time_limit_s = {time_limit_s} is not a time > 0")
        if function.__module__ == "__main__" or "<" in function.__qualname__:
            raise InputError(f"{function.__qualname__} of {function.__module__} cannot be imported by a worker by name")
        self._function, self._limit = function, time_limit_s
        self._here = count == 1 and time_limit_s is None
        self._messages: queue.Queue[tuple[_Worker, bytes | None]] = queue.Queue()
        self._workers: list[_Worker] = []
        self._count = count

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.kill()
        self._workers.clear()

    def run(self, tasks: Sequence[Any]) -> Iterator[tuple[int, Outcome]]:
        """(index of the task, outcome) as they finish. To be consumed whole before the next call."""
        if self._here:
            yield from ((index, evaluate(self._function, task)) for index, task in enumerate(tasks))
            return
        waiting = deque(enumerate(tasks))
        busy: dict[_Worker, _Assignment] = {}
        while waiting or busy:
            for worker in self._idle(busy, len(waiting)):
                index, task = waiting.popleft()
                busy[worker] = _Assignment(index, time.monotonic(), _START_LIMIT_S if worker.new else self._limit)
                worker.send(task)
            yield from self._next_outcomes(busy)

    def _idle(self, busy: "dict[_Worker, _Assignment]", wanted: int) -> "list[_Worker]":
        idle = [worker for worker in self._workers if worker not in busy][:wanted]
        for _ in range(min(wanted - len(idle), self._count - len(self._workers))):
            self._workers.append(_Worker(self._function, self._messages))
            idle.append(self._workers[-1])
        return idle

    def _next_outcomes(self, busy: "dict[_Worker, _Assignment]") -> Iterator[tuple[int, Outcome]]:
        """Wait for one message or the next deadline."""
        try:
            worker, frame = self._messages.get(timeout=max(0.0, min(job.remaining_s for job in busy.values())))
        except queue.Empty:
            for worker in [worker for worker, job in busy.items() if job.remaining_s <= 0]:
                yield self._lost(worker, busy, TIME_LIMIT, f"not finished after {busy[worker].limit_s:g} s")
            return
        if worker not in busy:  # killed meanwhile, or ended while idle
            self._workers = [other for other in self._workers if other is not worker]
        elif frame is None:
            yield self._lost(worker, busy, WORKER_DIED, worker.last_words())
        elif worker.new:  # imported: the clock of its first task starts now
            worker.new = False
            busy[worker] = _Assignment(busy[worker].index, time.monotonic(), self._limit)
        else:
            yield busy.pop(worker).index, pickle.loads(frame)

    def _lost(
        self, worker: "_Worker", busy: "dict[_Worker, _Assignment]", error: str, message: str
    ) -> tuple[int, Outcome]:
        job = busy.pop(worker)
        worker.kill()
        self._workers.remove(worker)
        if worker.new:
            raise RuntimeError(f"a worker process could not start: {message}")
        return job.index, Failed(error, message, time.monotonic() - job.start_s)


@dataclass(frozen=True)
class _Assignment:
    index: int
    start_s: float
    limit_s: float | None

    @property
    def remaining_s(self) -> float:
        return 3600.0 if self.limit_s is None else self.start_s + self.limit_s - time.monotonic()


class _Worker:
    """One process, and the thread that listens to it."""

    def __init__(self, function: Callable[[Any], Any], messages: "queue.Queue[tuple[_Worker, bytes | None]]"):
        path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        self.new = True
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed in kill()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from electrode_homog.studies.worker_process import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**_ONE_THREAD, **os.environ, "PYTHONPATH": path},
        )
        self._listener = threading.Thread(target=self._listen, args=(messages,), daemon=True)
        self._listener.start()
        self.send(function)

    def _listen(self, messages: "queue.Queue[tuple[_Worker, bytes | None]]") -> None:
        assert self._process.stdout is not None
        while (frame := read_frame(self._process.stdout)) is not None:
            messages.put((self, frame))
        messages.put((self, None))

    def send(self, content: Any) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it died; the listener says so
            write_frame(self._process.stdin, content)

    def last_words(self) -> str:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "the process closed its output"
        self._errors.seek(0)
        text = self._errors.read().decode(errors="replace").strip()
        return f"the process ended with code {code}" + (f": ...{text[-500:]}" if text else "")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join(timeout=5)  # a process of its own could hold the pipe open
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            assert stream is not None
            with suppress(BrokenPipeError):  # a frame that nobody will read
                stream.close()
