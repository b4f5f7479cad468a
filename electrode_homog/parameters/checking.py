"""The one place that says what a number of the schema may be: unit, range, likely slip; checked all at once.

A field declared with `field(metadata=number(...))` carries its unit, range and slips. `check_numbers`
reads them, turns each value into a float and lists every problem, so that one error names all of them.
What a problem is, and the error that carries several, is in `problem`.
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.parameters.problem import Problem, shown, shown_value
from electrode_homog.table import Table
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor, TransportLaw

CHECK_TEMPERATURE_K = 298.15
"""Where expressions of temperature are tried out before they are accepted."""

TEMPERATURE_ALONE = ("T",)
"""The variables of a conductivity of a solid and of thermal values."""


@dataclass(frozen=True)
class Slip:
    """A frequent mistake of unit: the number would be right as `factor * value + offset`, if it is `least` or more."""

    name: str
    factor: float = 1.0
    offset: float = 0.0
    least: float = 0.0


MICROMETRES, MILLIMETRES, CENTIMETRES = Slip("micrometres", 1e-6), Slip("millimetres", 1e-3), Slip("centimetres", 1e-2)
PERCENT = Slip("per cent", 1e-2, least=2.0)
MILLIVOLTS, MILLIVOLTS_PER_KELVIN = Slip("millivolts", 1e-3, least=100.0), Slip("mV/K", 1e-3)
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

    def slips_text(self, value: float) -> str:
        """What a value that is not in the range may be instead, and what would be right then; "" where nothing fits."""
        fitting = [
            (slip.name, right)
            for slip in self.slips
            if abs(value) >= slip.least and self.contains(right := value * slip.factor + slip.offset)
        ]
        return "; ".join(f"{name}? then write {right:g}" for name, right in fitting)

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


def section_type_problems(instance: Any) -> list[Problem]:
    problems = []
    for f in fields(instance):
        kind, value = f.metadata.get("section"), getattr(instance, f.name)
        if kind is not None and not isinstance(value, kind) and not (value is None and f.default is None):
            text = f"{f.name} = {shown(value)} must be a {kind.__name__}"
            problems.append(Problem(text, key=f.name, value=shown(value), remedy="give the section as a whole"))
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
        elif value is not None and not isinstance(value, quantity.others):
            object.__setattr__(instance, name, round(value) if quantity.whole else float(value))
    return problems


def number_problems(kind: type, values: Mapping[str, Any]) -> list[Problem]:
    """Those of numbers and expressions of a section that cannot be made for other reasons; None is not looked at."""
    marked = quantities(kind)
    found = [_problem(name, values[name], marked[name]) for name in marked if values.get(name) is not None]
    return [problem for problem in found if problem is not None]


def temperature_problems(instance: Any, *, T: float = CHECK_TEMPERATURE_K) -> list[Problem]:
    """What is wrong with functions of temperature alone at T [K]; `check_numbers` has found nothing."""
    problems = []
    for name, quantity in quantities(type(instance)).items():
        value = getattr(instance, name)
        if quantity.variables != TEMPERATURE_ALONE or not isinstance(value, Expression):
            continue
        there = value(T=T)
        if not quantity.contains(there):
            text = f"{name} is {there:g} {quantity.unit} at {T:g} K, not {quantity.range_text}"
            problems.append(Problem(text, True, name, there, quantity.unit, _remedy(there, quantity)))
    return problems


def law_problems(name: str, law: TransportLaw, fraction_name: str, fraction: float) -> list[Problem]:
    """B must be in 0 < B <= volume fraction, the Voigt bound."""
    remedy = "check B against its source: a tortuosity factor is fraction / B, never its inverse or its root"
    try:
        efficiency = law(fraction)
    except OutOfRangeError as error:
        return [Problem(f"{name}: {error}", True, key=name, value=fraction, unit="1", remedy=remedy)]
    if 0 < efficiency <= fraction * (1 + 1e-12):
        return []
    text = f"{name} gives a transport efficiency of {efficiency:g}, above the {fraction_name} = {fraction:g}"
    if fraction_name.startswith("solid"):
        remedy = "FixedEfficiency(1.0), in a file effective = true, says of a solid that it is effective already"
    return [Problem(f"{text} (Voigt bound)", True, key=name, value=efficiency, unit="1", remedy=remedy)]


def curve_problems(
    name: str, values: float | np.ndarray, where: str, *, unit: str = "1", positive: bool = False
) -> list[Problem]:
    """What is wrong with the values of a function on a range."""
    values = np.asarray(values, float)
    remedy = "check its coefficients and their units"
    if not np.all(np.isfinite(values)):
        worst = float(values[~np.isfinite(values)].flat[0])
        text = f"{name} is not finite everywhere in {where}"
        return [Problem(text, True, key=name, value=worst, unit=unit, remedy=remedy)]
    if positive and not np.all(values > 0):
        text = f"{name} is not positive everywhere in {where}: smallest value {values.min():g}"
        return [Problem(text, True, key=name, value=float(values.min()), unit=unit, remedy=remedy)]
    return []


def largest_problems(name: str, values: float | np.ndarray, quantity: Quantity) -> list[Problem]:
    """The largest value of a curve must be in the range that a plain number has; a solver may creep for ever else."""
    largest = float(np.max(values))
    if quantity.contains(largest):
        return []
    text = f"the largest {name} is {largest:g} {quantity.unit}, not {quantity.range_text}"
    return [Problem(text, True, key=name, value=largest, unit=quantity.unit, remedy=_remedy(largest, quantity))]


def table_problems(name: str, value: Table, x: float) -> list[Problem]:
    """A table is of the stoichiometry, within 0 to 1, and holds the initial one, `x`: it is never extrapolated."""
    if value.variable != "x":
        text = f"{name} is a table of {value.variable!r}; here it must be one of 'x', the stoichiometry"
        return [Problem(text, key=name, value=value.variable, remedy="tabulate it over the stoichiometry, 'x'")]
    low, high = value.x[0], value.x[-1]
    given: dict[str, Any] = {"key": name, "value": f"{low:g} to {high:g}", "unit": "1"}
    text = f"{name} is a table from x = {low:g} to {high:g}"
    if low < 0 or high > 1:
        return [Problem(f"{text}; a stoichiometry is in 0 to 1", True, **given, remedy="divide by its maximum")]
    if not low <= x <= high:
        text = f"{text}, but the initial stoichiometry is {x:g}"
        return [Problem(text, True, **given, remedy="it is never extrapolated: measure it there, or start elsewhere")]
    return []


def law_type_problems(**laws: TransportLaw) -> list[Problem]:
    return [
        Problem(
            f"{name} = {shown(law)} must be a BruggemanLaw, a TortuosityFactor or a FixedEfficiency",
            key=name,
            value=shown(law),
            remedy="say what the number is: FixedEfficiency(0.2) is B itself",
        )
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
    about: dict[str, Any] = {"key": name, "value": shown_value(value), "unit": quantity.unit}
    if not quantity.constant_allowed:
        kinds = f"an expression of {', '.join(quantity.variables)}{quantity.others_text}"
        return Problem(f"{name} = {shown(value)} must be {kinds}", **about, remedy="write a formula or a table")
    plain = f"write a plain number {quantity.range_text}"
    if isinstance(value, bool) or not isinstance(value, Real):
        return Problem(f"{name} = {shown(value)} is not a number", **about, remedy=plain)
    try:
        number = float(value)
    except OverflowError:
        return Problem(f"{name} = {shown(value)} is too large", **about, remedy=plain)
    if not math.isfinite(number):
        return Problem(f"{name} = {number} is not finite", **about, remedy=plain)
    if quantity.whole and not number.is_integer():
        return Problem(f"{name} = {number:g} is not a whole number", **about, remedy="write one without a fraction")
    if not quantity.contains(number):
        unit = "" if quantity.unit == "1" else f" {quantity.unit}"
        text = f"{name} = {number:g}{unit} is not {quantity.range_text}"
        return Problem(text, True, **about, remedy=_remedy(number, quantity))
    return None


def _expression_problem(name: str, value: Expression, quantity: Quantity) -> Problem | None:
    about: dict[str, Any] = {"key": name, "value": value.text, "unit": quantity.unit}
    if not quantity.variables:
        text = f"{name} = {shown(value.text)} is an expression"
        return Problem(text, **about, remedy=f"this value must be a number {quantity.range_text}")
    if not set(value.variables) <= set(quantity.variables):
        text = f"{name} = {shown(value.text)} is an expression of {', '.join(value.variables)}"
        return Problem(text, **about, remedy=f"here it may use {', '.join(quantity.variables)}")
    return None


def _remedy(value: float, quantity: Quantity) -> str:
    unit = "" if quantity.unit == "1" else f", in {quantity.unit},"
    return quantity.slips_text(value) or f"check the value{unit} against its source"
