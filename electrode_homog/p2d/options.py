"""Options of PyBaMM for one run of a cell: which of them contradict it, and the values that the others need."""

import difflib
import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.p2d.conversion import to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.names import SIMULATE_OPTIONS, THERMAL_PARAMETERS
from electrode_homog.parameters import CellParameters

if TYPE_CHECKING:
    import pybamm

ExtraValues = Mapping[str, float | Callable[..., Any]]
"""PyBaMM's name -> a number, or a function as PyBaMM's own parameter sets have them."""


def check_options(cell: CellParameters, options: Mapping[str, Any] | None) -> None:
    """Raise InputError for options that are none, or that say of the run what the cell or the protocol says."""
    if options is None:
        return
    if not isinstance(options, Mapping) or not all(isinstance(name, str) for name in options):
        raise InputError(f"options = {options!r:.80} must be names and values, such as {{'thermal': 'lumped'}}")
    wrong = [f"{name!r} = {value!r:.60}" for name, value in options.items() if not _is_option_value(name, value)]
    if wrong:
        raise InputError(
            f"options {', '.join(wrong)}: a value is a text, or a pair of texts for the negative and the positive "
            "electrode"
        )
    problems = [
        f"{name!r} = {options[name]!r}: {reason}"
        for name, (value, reason) in SIMULATE_OPTIONS.items()
        if name in options and options[name] != value
    ]
    problems += resistance_problems(cell, options)
    if problems:
        raise InputError(f"options of simulate: {'; '.join(problems)}")


def resistance_problems(cell: CellParameters, options: Mapping[str, Any]) -> list[str]:
    """An option that passes over the contact resistance of the cell."""
    resistance, given = cell.cell.contact_resistance_Ohm, options.get("contact resistance", "true")
    if resistance == 0 or given == "true":
        return []
    return [f"'contact resistance' = {given!r}: the cell has one of {resistance:g} Ohm; make contact_resistance_Ohm 0"]


def _is_option_value(name: str, value: Any) -> bool:
    """Pairs may be of pairs, for two active materials; "dimensionality" is the one number."""
    if isinstance(value, tuple):
        return len(value) == 2 and all(_is_option_value(name, part) for part in value)
    return isinstance(value, str) or (name == "dimensionality" and isinstance(value, int))


def parameter_values(
    cell: CellParameters, model: "pybamm.BaseModel", extra_values: ExtraValues | None
) -> "pybamm.ParameterValues":
    """Those of the cell and the extra ones; the model must need each of these, and nothing else.

    Raises InputError for a value that is missing, that the cell has, that nobody asks for or that is not a number, and
    OutOfRangeError for one that is not finite.
    """
    values = to_pybamm(cell)
    if extra_values is not None and not isinstance(extra_values, Mapping):
        raise InputError(f"extra_values = {extra_values!r:.80} must be names of PyBaMM and their values")
    extra = dict(extra_values or {})
    needed = _needed(model, extra)
    known = set(values)
    problems = [problem for name, value in extra.items() for problem in _extra_problems(name, value, known, needed)]
    if problems:
        raise InputError(f"extra_values: {'; '.join(problems)}")
    for name, value in extra.items():
        if not callable(value) and not math.isfinite(value):
            raise OutOfRangeError(f"extra_values: {name!r} = {value} is not finite")
    missing = sorted(needed - known - set(extra))
    if missing:
        raise InputError(_missing_text(cell, missing))
    values.update(extra, check_already_exists=False)
    return values


def _needed(model: "pybamm.BaseModel", extra: Mapping[str, Any]) -> set[str]:
    """Names of the parameters of the model, and of those inside the functions that are given for some."""
    pybamm = import_pybamm()
    known = {parameter.name: parameter for parameter in model.parameters}
    needed = set(known)
    for name in needed & set(extra):
        if isinstance(known[name], pybamm.FunctionParameter) and callable(extra[name]):
            try:
                inside = pybamm.convert_to_symbol(extra[name](*known[name].children)).pre_order()
            except (TypeError, ValueError, ArithmeticError) as error:
                count = len(known[name].children)
                text = f"{name!r} is no function of {count} argument{'s' * (count != 1)} for PyBaMM: {error}"
                raise InputError(f"extra_values: {text}") from error
            needed = needed | {s.name for s in inside if isinstance(s, pybamm.Parameter | pybamm.FunctionParameter)}
    return needed


def _extra_problems(name: str, value: Any, of_the_cell: set[str], needed: set[str]) -> list[str]:
    if name in of_the_cell:
        return [f"{name!r} is a value of the cell; change the cell"]
    if name not in needed:
        near = difflib.get_close_matches(str(name), needed, n=1, cutoff=0.6)
        return [f"{name!r} is not needed by these options{f'; did you mean {near[0]!r}?' if near else ''}"]
    if not callable(value) and (isinstance(value, bool) or not isinstance(value, Real)):
        return [f"{name!r} = {value!r:.60} must be a number, or a function as PyBaMM calls it"]
    return []


def _missing_text(cell: CellParameters, missing: list[str]) -> str:
    places = {name: f"thermal.{part}.{key}" for part, keys in THERMAL_PARAMETERS.items() for key, name in keys.items()}
    ours = [places[name] for name in missing if name in places]
    others = [repr(name) for name in missing if name not in places]
    texts = []
    if ours and cell.thermal is None:
        texts.append(f"the section thermal, which {cell.name} does not have: give it by with_thermal")
    elif ours:
        texts.append(f"{', '.join(ours)}, not given in {cell.name}: add them to its thermal values by with_thermal")
    if others:
        texts.append(f"{', '.join(others)}: give them as extra_values")
    return f"the options need {'; and '.join(texts)}"


def options_text(options: Mapping[str, Any] | None, extra_values: ExtraValues | None) -> str:
    """For the record of a run: "thermal: lumped; Casing heat capacity [J.K-1] = 30"."""
    texts = [f"{name}: {value}" for name, value in (options or {}).items()]
    for name, value in (extra_values or {}).items():
        texts.append(f"{name} = {'a function' if callable(value) else f'{value:g}'}")
    return "; ".join(texts)
