"""The command line: one verb per step. It parses, calls, prints; results go to stdout, all else to stderr.

Exit codes: 0 done, 1 a bug of ours, 2 bad input, 3 no current flows, 4 did not converge, 5 cannot be written,
130 interrupted. It has no defaults of its own: an option that was not given is not passed on.
"""

import sys
import traceback
from typing import Annotated

import typer

from electrode_homog import __version__
from electrode_homog.cli import (
    cell_verbs,
    check_verb,
    export_verb,
    file_verbs,
    image_verbs,
    particle_verb,
    segment_verb,
    study_verbs,
)
from electrode_homog.cli.console import complain, note
from electrode_homog.errors import ElectrodeHomogError

INTERRUPTED = 130  # what a shell makes of SIGINT

app = typer.Typer(
    name="electrode-homog",
    help="From the picture of a battery electrode to the voltage of a cell.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (
    study_verbs.demo,
    study_verbs.run,
    file_verbs.convert,
    file_verbs.generate,
    segment_verb.segment,
    image_verbs.describe,
    image_verbs.tensor,
    particle_verb.particle,
    check_verb.check,
    export_verb.export,
    cell_verbs.simulate,
    cell_verbs.design,
    cell_verbs.fit,
    study_verbs.doctor,
):
    app.command()(verb)


def _print_version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """From the picture of a battery electrode to the voltage of a cell."""
    del debug, version  # `main` looks for --debug itself, so that it covers errors before this point


def main() -> None:
    """Entry point of the command `electrode-homog`."""
    try:
        status = typer.main.get_command(app).main(prog_name="electrode-homog", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        status = INTERRUPTED
    except (ElectrodeHomogError, OSError) as error:
        if "--debug" in sys.argv:
            traceback.print_exc()
        complain(*_explained(error))
        sys.exit(error.exit_code if isinstance(error, ElectrodeHomogError) else 5)
    except Exception as error:
        if not hasattr(error, "exit_code") or not hasattr(error, "show"):
            raise
        error.show()  # type: ignore[attr-defined]  # a usage error of the option parser
        sys.exit(error.exit_code)  # type: ignore[attr-defined]
    if status == INTERRUPTED:  # typer, once it is at work, makes a status of the interrupt
        note("electrode-homog: interrupted; no file is left half written, and `run` goes on from its finished steps")
    sys.exit(status if isinstance(status, int) else 0)


def _explained(error: Exception) -> tuple[str, str]:
    titles = {
        "InputError": "bad input",
        "OutOfRangeError": "out of range",
        "NotPercolatingError": "no current flows",
        "NotConvergedError": "did not converge",
    }
    if isinstance(error, OSError):
        return "cannot read or write", f"{error.filename or 'standard output'}: {error.strerror or error}"
    return titles.get(type(error).__name__, "failed"), str(error)
