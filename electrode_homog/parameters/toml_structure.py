"""Dataclasses, tables and formulas as values of TOML, and back, by the types of their fields.

    2.5                                         a number; a text, or an enumeration by its value
    {expression = "x*(1 - x)"}                  an Expression of x and T; of others with variables = ["x"]
    {table = {x = [...], values = [...]}}       a Table
    {interaction = 2.5, ...}                    a dataclass where no other type may stand: its fields by name
    {regular_solution = {interaction = 2.5}}    a dataclass where others may: its name, then its fields

A field that has its default is left out. Nothing is executed: the annotation says what a field may hold, and the
dataclass checks the rest.
"""

import json
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.parameters.checking import suggestion
from electrode_homog.parameters.problem import shown
from electrode_homog.table import Table

USUAL_VARIABLES = ("x", "T")
LARGEST_NUMBER = 1e300


def from_toml(data: Any, annotation: Any) -> Any:
    """What `data`, as tomllib reads it, means where `annotation` stands.

    Raises InputError for what does not fit, and what the dataclasses raise; a message begins with the way to the place.
    """
    kinds = _kinds(annotation)
    if isinstance(data, dict):
        return _from_table(data, kinds)
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(data, str):
            return _member(data, kind)
    if type(data) in (bool, str, int) and type(data) in kinds:
        return data
    if type(data) in (int, float) and float in kinds and abs(data) < LARGEST_NUMBER:
        return float(data)
    if isinstance(data, list):
        for kind in kinds:
            if kind is np.ndarray:
                return _array(data)
            if typing.get_origin(kind) is tuple:
                return _tuple(data, typing.get_args(kind))
    raise InputError(f"{_short(data)} is not {_described(kinds)}")


def to_toml(value: Any, annotation: Any) -> str:
    """The TOML of `value` on one line; InputError for what no file can hold, such as a function."""
    match value:
        case bool():
            return "true" if value else "false"
        case Enum():
            return to_toml(value.value, type(value.value))
        case str():
            return text_to_toml(value)
        case int() | np.integer():
            return repr(int(value))
        case float() | np.floating():
            return repr(float(value))  # the shortest text that reads back to the same bits
        case np.ndarray() | list() | tuple():
            items = (to_toml(item, kind) for item, kind in zip(value, _entries(annotation, len(value)), strict=True))
            return f"[{', '.join(items)}]"
        case Table():
            return table_to_toml(table_parts(value))
        case Expression():
            return _expression_to_toml(value)
    if is_dataclass(value) and not isinstance(value, type):
        inside = dataclass_to_toml(value)
        return inside if len(_kinds(annotation)) == 1 else table_to_toml({toml_name(type(value)): inside})
    raise InputError(f"{_short(value)} cannot be written to a file")


def dataclass_from_toml(data: Any, kind: type) -> Any:
    """The dataclass whose fields `data` gives by name."""
    if not isinstance(data, dict):
        raise InputError(f"{_short(data)} must be a table, {{...}}, with the fields of {kind.__name__}")
    hints = typing.get_type_hints(kind)
    given = [field for field in fields(kind) if field.init]
    for key in data:
        if key not in {field.name for field in given}:
            raise InputError(f"{key!r} is not a key here{suggestion(key, [field.name for field in given])}")
    values = {}
    for field in given:
        if field.name in data:
            values[field.name] = _at(field.name, from_toml, data[field.name], hints[field.name])
        elif not _has_default(field):
            raise InputError(f"{field.name} is missing")
    return kind(**values)


def dataclass_to_toml(value: Any) -> str:
    """The fields of a dataclass by name, as an inline table."""
    hints = typing.get_type_hints(type(value))
    shown = [f for f in fields(value) if f.init and not _is_default(f, getattr(value, f.name))]
    return table_to_toml({f.name: to_toml(getattr(value, f.name), hints[f.name]) for f in shown})


def toml_name(kind: type) -> str:
    """Of a class where several may stand: RegularSolution is regular_solution, ReducedParticle is reduced."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub("(Particle|Diffusivity)$", "", kind.__name__)).lower()


def table_to_toml(parts: Mapping[str, str]) -> str:
    """An inline table of texts that are TOML already."""
    return f"{{{', '.join(f'{key} = {value}' for key, value in parts.items())}}}"


def table_parts(value: Table) -> dict[str, str]:
    """What stands for a Table: one key, "table", and its TOML."""
    return {"table": table_to_toml({"x": to_toml(value.x, Any), "values": to_toml(value.values, Any)})}


def text_to_toml(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, but for DEL, which JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _from_table(data: dict[str, Any], kinds: tuple[Any, ...]) -> Any:
    if Expression in kinds and "expression" in data:
        return _expression(data)
    if Table in kinds and set(data) == {"table"}:
        return _at("table", _table, data["table"])
    classes = [kind for kind in kinds if _is_class_of_data(kind) and kind not in (Expression, Table)]
    if len(kinds) == 1 and classes:
        return dataclass_from_toml(data, classes[0])
    names = {toml_name(kind): kind for kind in classes}
    known = [*names, *(["expression"] if Expression in kinds else []), *(["table"] if Table in kinds else [])]
    if len(data) != 1:
        raise InputError(f"needs exactly one of {', '.join(known)}, not {', '.join(data) or 'nothing'}")
    ((name, inside),) = data.items()
    if name not in names:
        raise InputError(f"{name!r} is not a key here{suggestion(name, known)}")
    return _at(name, dataclass_from_toml, inside, names[name])


def _expression(data: dict[str, Any]) -> Expression:
    for key in data:
        if key not in ("expression", "variables"):
            raise InputError(f"{key!r} is not a key here{suggestion(key, ('expression', 'variables'))}")
    variables = _at("variables", from_toml, data.get("variables", list(USUAL_VARIABLES)), tuple[str, ...])
    return Expression(data["expression"], variables)


def _expression_to_toml(value: Expression) -> str:
    parts = {"expression": text_to_toml(value.text)}
    if value.variables != USUAL_VARIABLES:
        parts["variables"] = to_toml(value.variables, Any)
    return table_to_toml(parts)


def _table(data: Any) -> Table:
    if not isinstance(data, dict) or set(data) != {"x", "values"}:
        raise InputError("write {table = {x = [...], values = [...]}} with two lists of equal length")
    numbers = tuple[float, ...]
    return Table(_at("x", from_toml, data["x"], numbers), _at("values", from_toml, data["values"], numbers))


def _member(data: str, kind: type[Enum]) -> Enum:
    values = [str(member.value) for member in kind]
    if data not in values:
        raise InputError(f"{data!r} is not known{suggestion(data, values)}")
    return list(kind)[values.index(data)]


def _tuple(data: list[Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    if arguments[-1] is ...:
        return tuple(from_toml(item, arguments[0]) for item in data)
    if len(data) != len(arguments):
        raise InputError(f"{_short(data)} must have {len(arguments)} entries, not {len(data)}")
    return tuple(from_toml(item, kind) for item, kind in zip(data, arguments, strict=True))


def _entries(annotation: Any, count: int) -> tuple[Any, ...]:
    """The annotations of the entries of a tuple; Any where there is none."""
    for kind in _kinds(annotation):
        if typing.get_origin(kind) is tuple:
            arguments = typing.get_args(kind)
            return arguments[:1] * count if arguments[-1] is ... else arguments
    return (Any,) * count


def _array(data: list[Any]) -> np.ndarray:
    def numbers(item: Any) -> Any:
        return [numbers(part) for part in item] if isinstance(item, list) else from_toml(item, float)

    try:
        return np.array(numbers(data), dtype=float)
    except ValueError:
        raise InputError(f"{_short(data)} has rows of different length") from None


def _at(name: str, read: Any, *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except (InputError, OutOfRangeError) as error:
        raise type(error)(f"{name}: {error}") from error


def _is_class_of_data(kind: Any) -> bool:
    return isinstance(kind, type) and is_dataclass(kind)


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """The types that may stand there; None means that the field may be left out."""
    union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    members = typing.get_args(annotation) if union else (annotation,)
    return tuple(kind for kind in members if kind is not type(None))


def _has_default(field: Field) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _is_default(field: Field, value: Any) -> bool:
    if isinstance(value, np.ndarray) or not _has_default(field):
        return False
    return value is None or value == field.default


def _described(kinds: tuple[Any, ...]) -> str:
    names = []
    for kind in kinds:
        if kind in (float, int):
            names.append("a plain number" if kind is float else "a whole number")
        elif kind is np.ndarray or typing.get_origin(kind) is tuple:
            names.append("a list")
        elif kind is str:
            names.append("a text")
        elif _is_class_of_data(kind):
            names.append(f"{{{toml_name(kind)} = ...}}")
        else:
            names.append(getattr(kind, "__name__", str(kind)))
    return " or ".join(dict.fromkeys(names))


def _short(value: Any) -> str:
    text = shown(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
