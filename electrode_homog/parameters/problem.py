"""What is wrong with a parameter set: one Problem per fault, and the error that carries all of them.

A key is a dotted path inside whatever is being checked: "porosity" of an electrode is "negative.porosity" of the cell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from numbers import Real
from typing import Any, NoReturn

from electrode_homog.errors import ElectrodeHomogError, InputError, OutOfRangeError
from electrode_homog.expression import Expression


class Severity(Enum):
    """ERROR: the set cannot be used, or contradicts itself. WARNING: unusual; look at it once."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One thing wrong: `text` says what and shows the value, `remedy` what would be right.

    `physical` if the value is understood but not physical (OutOfRangeError); `value` is a number, or else a text that
    shows what stands there; None where nothing does. `key` is empty where the whole is meant, not one value.
    """

    text: str
    physical: bool = False
    key: str = ""
    value: float | str | None = None
    unit: str = ""
    remedy: str = ""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def sentence(self) -> str:
        """All of it on one line, with the section that its key lies in; a way through a file, "a/b", is in the text."""
        section = "" if "/" in self.key else self.key.rpartition(".")[0]
        return f"{f'[{section}] ' if section else ''}{self.text}{f'; {self.remedy}' if self.remedy else ''}"


def contradiction(key: str, text: str, value: float | str | None, unit: str, remedy: str) -> Problem:
    """An error of a set whose values are each possible, but not together."""
    return Problem(text, True, key, value, unit, remedy)


def oddity(key: str, text: str, value: float | str | None, unit: str, remedy: str) -> Problem:
    """A warning: possible, but far from what is published."""
    return Problem(text, True, key, value, unit, remedy, Severity.WARNING)


def within(section: str, problems: Iterable[Problem]) -> list[Problem]:
    """The same problems, seen from where `section` is a part of what is checked."""
    return [replace(p, key=f"{section}.{p.key}" if p.key else section) for p in problems]


def raise_problems(owner: str, problems: Sequence[Problem]) -> None:
    """Raise one error with every problem, InputError if any of them is; return if there are none.

    The error carries them as `.problems`.
    """
    if not problems:
        return
    kind = OutOfRangeError if all(problem.physical for problem in problems) else InputError
    if len(problems) == 1:
        raise _carrying(kind(f"{owner}: {problems[0].sentence}"), problems)
    lines = "".join(f"\n  - {problem.sentence}" for problem in problems)
    raise _carrying(kind(f"{owner}: {len(problems)} problems{lines}"), problems)


def problems_of(error: ElectrodeHomogError, *, key: str = "", value: Any = None) -> tuple[Problem, ...]:
    """What an error carries; of one that carries nothing a Problem with its message, `key` and `value`."""
    if error.problems:
        return error.problems
    text, remedy = text_and_remedy(str(error))
    return (Problem(text, isinstance(error, OutOfRangeError), key, shown_value(value), remedy=remedy),)


def text_and_remedy(message: str) -> tuple[str, str]:
    """What is wrong, and after the first semicolon that is not inside quotes, what would be right."""
    end = message.find("; ")
    while end > 0 and any(message[:end].count(quote) % 2 for quote in "'\""):
        end = message.find("; ", end + 1)
    return (message, "correct it") if end < 0 else (message[:end], message[end + 2 :])


def raise_within(error: ElectrodeHomogError, prefix: str, section: str) -> NoReturn:
    """Raise an error of the same class whose message begins with `prefix` and whose problems lie in `section`."""
    problems = problems_of(error)
    raise _carrying(type(error)(f"{prefix}{error}"), within(section, problems) if section else problems) from error


def shown(value: Any) -> str:
    """What stands there, as text that is not too long; numbers of thousands of digits too."""
    try:
        text = repr(value)
    except ValueError:
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else f"{text[:77]}..."


def shown_value(value: Any) -> float | str | None:
    """`value` as a Problem keeps it."""
    if isinstance(value, Expression):
        value = value.text
    if value is None or isinstance(value, str):
        return value if value is None else value[:200]
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return shown(value)
    return shown(value)


def _carrying(error: ElectrodeHomogError, problems: Iterable[Problem]) -> ElectrodeHomogError:
    error.problems = tuple(problems)
    return error
