"""What the terminal shows: tables on stdout, progress and complaints on stderr."""

import errno
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from electrode_homog.errors import InputError
from electrode_homog.output import write_whole

if TYPE_CHECKING:
    import rich.progress

    from electrode_homog.homogenization import Progress, Watch


def printable(text: str) -> str:
    """Without control characters: text from files must not steer the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)


def complain(title: str, message: str) -> None:
    """One block on stderr: what, and what to do."""
    print(f"electrode-homog: {title}\n  {printable(message)}", file=sys.stderr)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table on stdout; plain columns where stdout is not a terminal.

    Neither headings nor numbers are broken inside a word, only names in the first column are; where the terminal is too
    narrow for that, lines are longer than it is.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[printable(str(cell)) for cell in row] for row in rows]
    least = [_longest_word([name, *(row[n] for row in cells if n)]) for n, name in enumerate(columns)]
    grid = Table(
        title=Text(printable(title)),
        box=box.SIMPLE_HEAD,
        title_justify="left",
        title_style="bold",
        collapse_padding=True,
    )
    for number, column in enumerate(columns):
        justify = "left" if number == 0 else "right"
        grid.add_column(Text(column), justify=justify, overflow="fold", min_width=least[number])
    for row in cells:
        grid.add_row(*map(Text, row))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160)
    console.width = max(console.width, sum(least) + 3 * len(columns) + 1)  # with two spaces and a rule for each
    console.print(grid)


def _longest_word(texts: Sequence[str]) -> int:
    return max(len(word) for text in texts for word in text.split() or [""])


def note(text: str) -> None:
    """A line on stderr."""
    print(printable(text), file=sys.stderr, flush=True)


class Steps(NamedTuple):
    """What long work reports to: `tell` takes the name of each step, `watch` how far a solution is."""

    tell: Callable[[str], None]
    watch: "Watch | None"


@contextmanager
def progress() -> Iterator[Steps]:
    """On a terminal a spinner with the time for each step, and a bar for each solution; else lines on stderr."""
    if not sys.stderr.isatty():
        yield Steps(note, None)
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.text import Text

    steps = Progress(SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    bars = _Bars(Progress(TextColumn("  {task.description}"), BarColumn(), TextColumn("{task.fields[state]}")))

    def finish() -> None:
        bars.clear()
        for task in steps.task_ids[-1:]:
            steps.update(task, total=1, completed=1)

    def tell(text: str) -> None:
        finish()
        steps.add_task(str(Text(printable(text))), total=None)

    with Live(Group(steps, bars.progress), console=Console(file=sys.stderr)):
        yield Steps(tell, bars.watch)
        finish()


class _Bars:
    """A bar for each axis that is being solved, full when the error is down to the tolerance."""

    def __init__(self, progress: "rich.progress.Progress"):
        self.progress = progress
        self._firsts: dict[int, float] = {}
        self._tasks: dict[int, rich.progress.TaskID] = {}

    def watch(self, now: "Progress") -> None:
        if now.axis not in self._tasks:
            self._firsts[now.axis] = now.relative_error
            self._tasks[now.axis] = self.progress.add_task(f"along {'xyz'[now.axis]}", total=1, state="")
        share = share_done(self._firsts[now.axis], now.relative_error, now.tolerance)
        state = f"{now.iterations} iterations, relative error {now.relative_error:.0e}"
        self.progress.update(self._tasks[now.axis], completed=share, state=state)

    def clear(self) -> None:
        for task in self._tasks.values():
            self.progress.remove_task(task)
        self._tasks.clear()


def share_done(first: float, now: float, tolerance: float) -> float:
    """How far, 0 to 1, the logarithm of an error has come from its first value to the tolerance.

    >>> share_done(first=1.0, now=0.01, tolerance=0.0001)
    0.5
    """
    if now <= tolerance:
        return 1.0
    if not now < first < math.inf:
        return 0.0
    return math.log(first / now) / math.log(first / tolerance)


def telling_of_compilation() -> AbstractContextManager[None]:
    """While it lasts, a line on stderr if the compiled loops are not on this machine yet."""
    from electrode_homog.compiled import on_compilation

    return on_compilation(
        lambda: note("compiling what is used for the first time on this machine, up to half a minute")
    )


def hand_out(result: Any, json: str | None, *, force: bool) -> bool:
    """Write the JSON of a result to a file, or to stdout for "-"; True if stdout is taken by it."""
    if json is None:
        return False
    from electrode_homog.provenance import to_json

    text = to_json(result)
    if json == "-":
        sys.stdout.write(_UNSEEN.sub(_escaped, text))
        return True
    note(f"wrote {write_whole(json, text, overwrite=force)}")
    return False


_UNSEEN = re.compile(r"[^\x00-\x7e]")
"""What JSON does not escape, and a terminal may obey: U+009B begins a command as ESC [ does."""


def _escaped(found: re.Match[str]) -> str:
    from json import dumps

    return found[0] if found[0].isprintable() else dumps(found[0])[1:-1].replace("\x7f", "\\u007f")


def refuse_existing_outputs(*paths: str | Path | None, force: bool, inputs: Sequence[str | Path | None] = ()) -> None:
    """Before long work: InputError if an output exists already, is an input, or is named twice.

    OSError if its folder does not exist.
    """
    from electrode_homog.output import refuse_existing

    taken = {os.path.realpath(path) for path in inputs if path is not None}  # never fails, not for a loop of links
    for given in paths:
        if given is None or str(given) == "-":
            continue
        path = Path(given)
        if os.path.realpath(path) in taken:
            raise InputError(f"{path} is an input or another output of the same command; choose another name")
        taken.add(os.path.realpath(path))
        refuse_existing(path, overwrite=force)
        if not path.parent.is_dir():
            raise OSError(errno.ENOENT, "its folder does not exist", str(path))
