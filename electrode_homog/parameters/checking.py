"""The one place that says what a number of the schema may be: unit, range, likely slip; checked all at once.

A field declared with `field(metadata=number(...))` carries its unit, range and slips. `check_numbers`
reads them, turns each value into a float and lists every problem, so that one error names all of them.
"""

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.table import Table
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor, TransportLaw

CHECK_TEMPERATURE_K = 298.15
"""Where expressions of temperature are tried out before they are accepted."""


@dataclass(frozen=True)
class Slip:
    """A frequent mistake of unit: the number would be right as `factor * value + offset`."""

    name: str
    factor: float = 1.0
    offset: float = 0.0


MICROMETRES, MILLIMETRES = Slip("micrometres", 1e-6), Slip("millimetres", 1e-3)
PERCENT = Slip("per cent", 1e-2)
MILLIVOLTS = Slip("millivolts", 1e-3)
MOL_PER_LITRE, MOL_PER_CM3 = Slip("mol/L", 1e3), Slip("mol/cm3", 1e6)
CM2_PER_SECOND = Slip("cm2/s", 1e-4)
CELSIUS = Slip("degrees Celsius", offset=273.15)


@dataclass(frozen=True)
class Quantity:
    """What a field holds; `low` and `high` are allowed themselves unless `open_ends`.

    `others` are the types that are allowed besides numbers and expressions; what they hold is checked elsewhere.
    """

    unit: str
    low: float = -math.inf
    high: float = math.inf
    open_ends: bool = False
    whole: bool = False
    slips: tuple[Slip, ...] = ()
    variables: tuple[str, ...] = ()
    constant_allowed: bool = True
    others: tuple[type, ...] = ()

    def contains(self, value: float) -> bool:
        if self.open_ends:
            return self.low < value < self.high
        return self.low <= value <= self.high

    @property
    def others_text(self) -> str:
        return "".join(f", or a {other.__name__}" for other in self.others)

    @property
    def range_text(self) -> str:
        unit = "" if self.unit == "1" else f" {self.unit}"
        if self.open_ends:
            return f"strictly between {self.low:g} and {self.high:g}{unit}"
        if self.high == math.inf:
            return f">= {self.low:g}{unit}"
        return f"in {self.low:g} to {self.high:g}{unit}"


@dataclass(frozen=True)
class Problem:
    """One thing wrong; `physical` if the value is understood but not physical (OutOfRangeError)."""

    text: str
    physical: bool = False


Metadata = Mapping[str, Quantity]
"""What `dataclasses.field(metadata=...)` takes."""


def number(unit: str, low: float, high: float, *slips: Slip, open_ends: bool = False, whole: bool = False) -> Metadata:
    """Marks a dataclass field that holds one number."""
    return {"quantity": Quantity(unit, low, high, open_ends, whole, slips)}


def number_or_expression(
    unit: str, low: float, high: float, *slips: Slip, variables: tuple[str, ...], others: tuple[type, ...] = ()
) -> Metadata:
    """Marks a dataclass field that holds a number, an Expression of `variables`, or one of `others`."""
    return {"quantity": Quantity(unit, low, high, slips=slips, variables=variables, others=others)}


def expression(unit: str, *, variables: tuple[str, ...], others: tuple[type, ...] = ()) -> Metadata:
    """Marks a dataclass field that holds an Expression of `variables` or one of `others`, never a plain number."""
    return {"quantity": Quantity(unit, variables=variables, constant_allowed=False, others=others)}


def section(kind: type) -> dict[str, type]:
    """Marks a dataclass field that holds a section of its own, with a source for each of its fields."""
    return {"section": kind}


def subsections(owner: type) -> dict[str, type]:
    """Field name -> dataclass of each section that `owner` may hold."""
    return {f.name: f.metadata["section"] for f in fields(owner) if "section" in f.metadata}


def section_type_problems(instance: Any) -> list["Problem"]:
    problems = []
    for f in fields(instance):
        kind, value = f.metadata.get("section"), getattr(instance, f.name)
        if kind is not None and not isinstance(value, kind) and not (value is None and f.default is None):
            problems.append(Problem(f"{f.name} = {value!r:.60} must be a {kind.__name__}"))
    return problems


def quantities(owner: type) -> dict[str, Quantity]:
    """Field name -> Quantity, in the order of the fields."""
    return {f.name: f.metadata["quantity"] for f in fields(owner) if "quantity" in f.metadata}


def check_numbers(instance: Any) -> list[Problem]:
    """All problems of the marked fields; numbers of any kind become float, whole ones int.

    An expression that uses fewer variables than its field allows is kept as one of all of them, as a file gives it.
    """
    problems = []
    optional = {f.name for f in fields(instance) if f.default is None}
    for name, quantity in quantities(type(instance)).items():
        value: Any = getattr(instance, name)
        if value is None and name in optional:
            continue
        problem = _problem(name, value, quantity)
        if problem is not None:
            problems.append(problem)
        elif isinstance(value, Expression):
            if value.variables != quantity.variables:
                object.__setattr__(instance, name, Expression(value.text, quantity.variables))
        elif not isinstance(value, quantity.others):
            object.__setattr__(instance, name, round(value) if quantity.whole else float(value))
    return problems


def raise_problems(owner: str, problems: Sequence[Problem]) -> None:
    """Raise one error with every problem, InputError if any of them is; return if there are none."""
    if not problems:
        return
    kind = OutOfRangeError if all(problem.physical for problem in problems) else InputError
    if len(problems) == 1:
        raise kind(f"{owner}: {problems[0].text}")
    lines = "".join(f"\n  - {problem.text}" for problem in problems)
    raise kind(f"{owner}: {len(problems)} problems{lines}")


def law_problems(name: str, law: TransportLaw, fraction_name: str, fraction: float) -> list[Problem]:
    """B must be in 0 < B <= volume fraction, the Voigt bound."""
    try:
        efficiency = law(fraction)
    except OutOfRangeError as error:
        return [Problem(f"{name}: {error}", True)]
    if 0 < efficiency <= fraction * (1 + 1e-12):
        return []
    text = f"{name} gives a transport efficiency of {efficiency:g}, above the {fraction_name} = {fraction:g}"
    return [Problem(f"{text} (Voigt bound); FixedEfficiency(1.0) says of a solid that it is effective already", True)]


def curve_problems(name: str, values: float | np.ndarray, where: str, *, positive: bool = False) -> list[Problem]:
    values = np.asarray(values, float)
    if not np.all(np.isfinite(values)):
        return [Problem(f"{name} is not finite everywhere in {where}", True)]
    if positive and not np.all(values > 0):
        return [Problem(f"{name} is not positive everywhere in {where}: smallest value {values.min():g}", True)]
    return []


def largest_problems(name: str, values: float | np.ndarray, quantity: Quantity) -> list[Problem]:
    """The largest value of a curve must be in the range that a plain number has; a solver may creep for ever else."""
    largest = float(np.max(values))
    if quantity.contains(largest):
        return []
    text = f"the largest {name} is {largest:g} {quantity.unit}, not {quantity.range_text}{_remedy(largest, quantity)}"
    return [Problem(text, True)]


def table_problems(name: str, value: Table, x: float) -> list[Problem]:
    """A table is of the stoichiometry, within 0 to 1, and holds the initial one, `x`: it is never extrapolated."""
    if value.variable != "x":
        return [Problem(f"{name} is a table of {value.variable!r}; here it must be one of 'x', the stoichiometry")]
    low, high = value.x[0], value.x[-1]
    if low < 0 or high > 1:
        return [Problem(f"{name} is a table from x = {low:g} to {high:g}; a stoichiometry is in 0 to 1", True)]
    if not low <= x <= high:
        text = f"{name} is a table from x = {low:g} to {high:g}, but the initial stoichiometry is {x:g}"
        return [Problem(f"{text}: it is never extrapolated", True)]
    return []


def law_type_problems(**laws: TransportLaw) -> list[Problem]:
    return [
        Problem(f"{name} = {law!r} must be a BruggemanLaw, a TortuosityFactor or a FixedEfficiency")
        for name, law in laws.items()
        if not isinstance(law, BruggemanLaw | TortuosityFactor | FixedEfficiency)
    ]


def suggestion(wrong: str, allowed: Iterable[str]) -> str:
    """'; did you mean ...?' if something in `allowed` is close, else the whole list."""
    names = sorted(allowed)
    near = difflib.get_close_matches(wrong, names, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(names)}"


def _problem(name: str, value: Any, quantity: Quantity) -> Problem | None:
    if isinstance(value, Expression):
        return _expression_problem(name, value, quantity)
    if isinstance(value, quantity.others):
        return None
    if not quantity.constant_allowed:
        kinds = f"an expression of {', '.join(quantity.variables)}{quantity.others_text}"
        return Problem(f"{name} = {_shown(value)} must be {kinds}")
    unit = "" if quantity.unit == "1" else f" {quantity.unit}"
    if isinstance(value, bool) or not isinstance(value, Real):
        return Problem(f"{name} = {_shown(value)} is not a number; write a plain number {quantity.range_text}")
    if not math.isfinite(value):
        return Problem(f"{name} = {value} is not finite; write a number {quantity.range_text}")
    if quantity.whole and not float(value).is_integer():
        return Problem(f"{name} = {value:g} is not a whole number")
    if not quantity.contains(float(value)):
        return Problem(f"{name} = {value:g}{unit} is not {quantity.range_text}{_remedy(float(value), quantity)}", True)
    return None


def _expression_problem(name: str, value: Expression, quantity: Quantity) -> Problem | None:
    if not quantity.variables:
        return Problem(f"{name} = {value.text!r} is an expression; this value must be a number {quantity.range_text}")
    if not set(value.variables) <= set(quantity.variables):
        return Problem(
            f"{name} = {value.text!r} is an expression of {', '.join(value.variables)}; "
            f"here it may use {', '.join(quantity.variables)}"
        )
    return None


def _remedy(value: float, quantity: Quantity) -> str:
    for slip in quantity.slips:
        right = value * slip.factor + slip.offset
        if quantity.contains(right):
            return f"; {slip.name}? then write {right:g}"
    return ""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
