"""Reading one object of a BPX file: numbers in their range, functions on the allow-list, no unknown keys.

What is wrong goes to a list, with the way to the key, so that one error names everything.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from electrode_homog.errors import ElectrodeHomogError, InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.parameters.checking import Quantity, suggestion
from electrode_homog.parameters.exchange.bpx_document import MOST_NAMED, plain_text, shown
from electrode_homog.parameters.exchange.bpx_polygon import MOST_POINTS, Polygon
from electrode_homog.parameters.problem import Problem, shown_value

BPXFunction = float | Expression | Polygon
"""A number, a formula of x, or points with straight lines between."""

LARGEST_NUMBER = 1e100
CLOSEST = 1e-9
"""Of the range of a table: points that are nearer to each other are one point twice."""

FUNCTIONS = ("exp", "tanh", "cosh")
_TOKENS = re.compile(  # possessive, so that its time goes with the length of any text
    rf"(?> ++|(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?(?![\w.])|\b(?:x|{'|'.join(FUNCTIONS)})\b|[-+*/()])*+",
    re.ASCII,
)
_FORMULA = "a formula of BPX has numbers, x, + - * / ** and exp, tanh, cosh of one argument"


class BPXSection:
    """`where` is the way to the object, "Parameterisation/Separator"; so are the keys of problems, and they show it."""

    def __init__(self, where: str, content: Any, problems: list[Problem]):
        self.where, self.problems = where, problems
        self.content: Mapping[str, Any] = content if isinstance(content, dict) else {}
        if not isinstance(content, dict):
            what = "is missing" if content is None else f"= {shown(content)} must be an object"
            self.problem("", what, remedy="give it as {...}")

    def __contains__(self, key: str) -> bool:
        return key in self.content

    def problem(self, key: str, text: str, *, remedy: str = "", unit: str = "", physical: bool = False) -> None:
        """`text` goes on where the way to the key ends."""
        value = shown_value(self.content.get(key)) if key else None
        path = self.path(key)
        gap = "" if text.startswith(":") else " "
        self.problems.append(Problem(f"{path}{gap}{text}", physical, path, value, unit, remedy))

    def error(self, key: str, error: ElectrodeHomogError, *, remedy: str = "") -> None:
        """What a check of the value at `key` raised: its message is what is wrong, then what would be right."""
        text, _, advice = str(error).partition("; ")
        self.problem(key, text, remedy=advice or remedy, physical=isinstance(error, OutOfRangeError))

    def path(self, key: str) -> str:
        return "/".join(part for part in (self.where, plain_text(key, 80)) if part)

    def section(self, key: str) -> "BPXSection":
        return BPXSection(self.path(key), self.content.get(key), self.problems)

    def optional_section(self, key: str) -> "BPXSection":
        """Empty where the key is missing, or null."""
        content = self.content.get(key)
        return BPXSection(self.path(key), {} if content is None else content, self.problems)

    def only(self, known: Iterable[str]) -> None:
        """Refuse every other key."""
        known = tuple(known)
        unknown = [key for key in self.content if key not in known]
        for key in unknown[:MOST_NAMED]:
            self.problem(key, "is not a key of BPX here", remedy=suggestion(plain_text(key, 80), known)[2:])
        if len(unknown) > MOST_NAMED:
            self.problem("", f"has {len(unknown)} keys that are none of BPX", remedy="remove them")

    def moved(self, keys: Mapping[str, str]) -> None:
        """Refuse keys that belong elsewhere in this version."""
        for key, place in keys.items():
            if key in self.content:
                self.problem(
                    key,
                    f"stands in {place} in this version of BPX",
                    remedy='move it there, or write "0.5" in Header/BPX if all of the file is of BPX 0',
                )

    def text(self, key: str, default: str = "") -> str:
        value = self.content.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            self.problem(key, f"= {shown(value)} must be a text", remedy="write it in quotes")
            return default
        return plain_text(value, 2000)

    def number(self, key: str, quantity: Quantity) -> float:
        """The number at a key that must be there; NaN where it is wrong."""
        if key not in self.content:
            unit = "" if quantity.unit == "1" else f" in {quantity.unit}"
            self.problem(key, "is missing", remedy=f"give a number{unit}", unit=quantity.unit)
            return math.nan
        return self._number(key, self.content[key], quantity)

    def optional_number(self, key: str, quantity: Quantity) -> float | None:
        """None where the key is missing, or null."""
        return None if self.content.get(key) is None else self._number(key, self.content[key], quantity)

    def function(self, key: str) -> BPXFunction:
        """A number, a formula or a table at a key that must be there; NaN where it is wrong."""
        if key not in self.content:
            self.problem(key, "is missing", remedy="give a number, a formula of x, or a table")
            return math.nan
        value = self.content[key]
        try:
            if isinstance(value, str):
                return checked_formula(value)
            if isinstance(value, dict):
                return checked_table(value)
            return checked_number(value)
        except InputError as error:
            self.error(key, error)
            return math.nan

    def optional_function(self, key: str) -> BPXFunction | None:
        return None if self.content.get(key) is None else self.function(key)

    def _number(self, key: str, value: Any, quantity: Quantity) -> float:
        try:
            number = checked_number(value)
        except InputError as error:
            self.error(key, InputError(f"{error} {quantity.range_text}"))
            return math.nan
        if quantity.whole and not number.is_integer():
            self.problem(key, f"= {number:g} is not a whole number", remedy="round it")
            return math.nan
        if not quantity.contains(number):
            self.out_of_range(key, number, quantity)
            return math.nan
        return number

    def out_of_range(self, key: str, value: float, quantity: Quantity, *, where: str = "") -> None:
        """What is wrong with a number, and which slip of unit would explain it."""
        unit = "" if quantity.unit == "1" else f" {quantity.unit}"
        remedy = quantity.slips_text(value) or "check the value and its unit"
        text = f"{where}= {value:g}{unit} is not {quantity.range_text}"
        self.problem(key, text, remedy=remedy, unit=quantity.unit, physical=True)


def checked_number(value: Any) -> float:
    """A finite number. Raises InputError for anything else, booleans and numbers in quotes too."""
    if isinstance(value, bool) or not isinstance(value, float | int):
        quoted = " without quotes" if isinstance(value, str) else ""
        raise InputError(f"= {shown(value)} is not a number; write a number{quoted}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not abs(number) < LARGEST_NUMBER:
        raise InputError(f"= {shown(value)} is not a finite number below {LARGEST_NUMBER:g}; write a number")
    return number


def checked_formula(text: str) -> Expression:
    """A formula of x of BPX's language. Raises InputError for everything else, before anything parses it."""
    if len(text) <= 4000 and not _TOKENS.fullmatch(text):
        place = _TOKENS.match(text)
        rest = text[place.end() if place else 0 :]
        raise InputError(f"= {shown(text)} is not allowed from {rest[:24]!a} on; {_FORMULA}, on one line")
    try:
        return Expression(text, ("x",))
    except InputError as error:
        reason = str(error).partition("; ")[0].removeprefix(f"expression {shown(text)}").removeprefix(": ").strip()
        raise InputError(f"= {shown(text)}: {reason}; {_FORMULA}") from None


def checked_table(content: dict[str, Any]) -> Polygon:
    """Points {"x": [...], "y": [...]}, sorted either way. Raises InputError for others."""
    if set(content) != {"x", "y"} or not all(isinstance(values, list) for values in content.values()):
        raise InputError(f"= {shown(content)} is not a table; write {{'x': [...], 'y': [...]}}")
    lengths = {name: len(values) for name, values in content.items()}
    if lengths["x"] != lengths["y"] or not 2 <= lengths["x"] <= MOST_POINTS:
        raise InputError(
            f"is a table of {lengths['x']} x and {lengths['y']} y; give equally many, 2 to {MOST_POINTS} points"
        )
    lists = {}
    for name, values in content.items():
        try:
            lists[name] = np.array([checked_number(value) for value in values])
        except InputError as error:
            raise InputError(f"{name} {error}") from None
    x, y = lists["x"], lists["y"]
    if x[0] > x[-1]:
        x, y = x[::-1], y[::-1]
    gaps = np.diff(x)
    if not np.all(gaps > CLOSEST * (x[-1] - x[0])):
        row = 1 + int(np.argmin(gaps))
        raise InputError(f"is a table whose x does not increase at x = {x[row]:g}; sort it and join equal values")
    return Polygon(tuple(x), tuple(y))
