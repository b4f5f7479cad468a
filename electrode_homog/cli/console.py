"""What the terminal shows: tables on stdout, progress and complaints on stderr."""

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.output import write_whole


def printable(text: str) -> str:
    """Without control characters: text from files must not steer the terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)


def complain(title: str, message: str) -> None:
    """One block on stderr: what, and what to do."""
    print(f"electrode-homog: {title}\n  {printable(message)}", file=sys.stderr)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table on stdout; plain columns where stdout is not a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=Text(printable(title)), box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        grid.add_column(Text(column), justify="left" if number == 0 else "right", overflow="fold")
    for row in rows:
        grid.add_row(*(Text(printable(str(cell))) for cell in row))
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160
    Console(file=sys.stdout, width=width).print(grid)


def note(text: str) -> None:
    """A line on stderr."""
    print(printable(text), file=sys.stderr, flush=True)


@contextmanager
def progress() -> Iterator[Any]:
    """A function to call with the name of each step: a spinner with the time on a terminal, else lines on stderr."""
    if not sys.stderr.isatty():
        yield note
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.text import Text

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as bar:
        steps: list[Any] = []

        def tell(text: str) -> None:
            if steps:
                bar.update(steps[-1], total=1, completed=1)
            steps.append(bar.add_task(str(Text(printable(text))), total=None))

        yield tell
        if steps:
            bar.update(steps[-1], total=1, completed=1)


def hand_out(result: Any, json: str | None, *, force: bool) -> bool:
    """Write the JSON of a result to a file, or to stdout for "-"; True if stdout is taken by it."""
    if json is None:
        return False
    from electrode_homog.provenance import to_json

    text = to_json(result)
    if json == "-":
        sys.stdout.write(text)
        return True
    note(f"wrote {write_whole(json, text, overwrite=force)}")
    return False


def refuse_existing_outputs(*paths: str | Path | None, force: bool, inputs: Sequence[str | Path | None] = ()) -> None:
    """Before long work: InputError if an output exists already, is an input, or is named twice.

    OSError if its folder does not exist.
    """
    from electrode_homog.output import refuse_existing

    taken = {Path(path).resolve() for path in inputs if path is not None}
    for given in paths:
        if given is None or str(given) == "-":
            continue
        path = Path(given)
        if path.resolve() in taken:
            raise InputError(f"{path} is an input or another output of the same command; choose another name")
        taken.add(path.resolve())
        refuse_existing(path, overwrite=force)
        if not path.parent.is_dir():
            raise OSError(errno.ENOENT, "its folder does not exist", str(path))
