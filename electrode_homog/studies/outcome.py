"""What became of one task: a value, or a failure that is data."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TIME_LIMIT = "TimeLimit"
WORKER_DIED = "WorkerDied"


@dataclass(frozen=True, eq=False)
class Done:
    """`value` is what the function returned; `seconds` is wall-clock time."""

    value: Any
    seconds: float


@dataclass(frozen=True)
class Failed:
    """`error` is the name of the exception's class, or TIME_LIMIT or WORKER_DIED."""

    error: str
    message: str
    seconds: float

    @property
    def interrupted(self) -> bool:
        """Whether the task was cut off from outside, so that another run may finish it."""
        return self.error in (TIME_LIMIT, WORKER_DIED)


Outcome = Done | Failed


def evaluate(function: Callable[[Any], Any], task: Any) -> Outcome:
    """Run the function; whatever it raises becomes a Failed, because one task must not end a study of thousands."""
    start = time.perf_counter()
    try:
        value = function(task)
    except Exception as error:
        return Failed(type(error).__name__, str(error), time.perf_counter() - start)
    return Done(value, time.perf_counter() - start)
