"""The verb that checks a parameter set: check."""

from typing import TYPE_CHECKING, Annotated

import typer

from electrode_homog.cli.arguments import Force, Json
from electrode_homog.cli.console import hand_out, note, refuse_existing_outputs, table
from electrode_homog.errors import InputError

if TYPE_CHECKING:
    from electrode_homog.parameters import Problem

CheckedSet = Annotated[
    str,
    typer.Argument(
        metavar="SET", help="Name of a shipped set, a TOML file, or a BPX file (.json).", show_default=False
    ),
]


def check(parameter_set: CheckedSet, json: Json = None, force: Force = False) -> None:
    """Check a parameter set: names, units, ranges, closure, and whether its values fit together.

    Exit code 0 without errors (warnings are allowed), 2 with errors.

    electrode-homog check mine.toml
    """
    from electrode_homog.parameters import check_parameter_set

    refuse_existing_outputs(json, force=force, inputs=[parameter_set])
    report = check_parameter_set(parameter_set)
    count = f"{_counted(len(report.errors), 'error')}, {_counted(len(report.warnings), 'warning')}"
    if not hand_out(report, json, force=force):
        if report.findings:
            rows = [[_told(problem), _shown(problem.value, problem.unit)] for problem in report.findings]
            table(f"{report.name}: {count}", ["finding", "value"], rows)
        if report.derived:
            table(
                f"{report.name}: what follows from the values",
                ["quantity", "value"],
                [[d.key, _shown(d.value, d.unit)] for d in report.derived],
            )
    note(f"{report.name}: {count}")
    if not report.passed:
        raise typer.Exit(InputError.exit_code)


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _told(problem: "Problem") -> str:
    """Severity and key, what is wrong, what would be right; a line each."""
    return (
        f"{problem.severity.value}: {problem.key or 'the file'}\n  {problem.text}\n  > {problem.remedy or 'correct it'}"
    )


def _shown(value: float | str | None, unit: str) -> str:
    """A number with its unit; long texts are cut."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value if len(value) <= 40 else f"{value[:37]}..."
    return f"{value:.5g}" if unit in ("", "1") else f"{value:.5g} {unit}"
