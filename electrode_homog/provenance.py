"""Where a number came from, and results as JSON and back.

A JSON file holds one result: its `type`, its fields under their own names, and `provenance`. Arrays are nested
lists, enumerations their values; numbers that JSON lacks are the strings "inf", "-inf" and "nan".
"""

import dataclasses
import datetime
import importlib.metadata
import json
import math
import platform
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

import numpy as np

from electrode_homog.errors import ElectrodeHomogError, InputError, OutOfRangeError

PACKAGES = ("electrode-homog", "numpy", "scipy", "pybamm", "casadi", "pandas")

Result = TypeVar("Result")


@dataclasses.dataclass(frozen=True)
class Provenance:
    """The software and the moment of a computation."""

    created: str
    python: str
    system: str
    packages: Mapping[str, str]


def current_provenance() -> Provenance:
    """Versions of this process; `created` is UTC to the second (ISO 8601)."""
    return Provenance(
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        packages={name: _version(name) for name in PACKAGES},
    )


def to_json(result: Any) -> str:
    """A result (a dataclass instance) as strict JSON, with its type and provenance."""
    if not dataclasses.is_dataclass(result) or isinstance(result, type):
        raise InputError(f"{result!r} is not a result; to_json takes what the functions of this package return")
    plain = _plain(result)
    plain["provenance"] = _plain(current_provenance())
    return json.dumps(plain, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def from_json(text: str, kind: type[Result]) -> Result:
    """The result of type `kind` that `to_json` wrote. Raises InputError for anything else; runs no code.

    The checks of the type's own `__post_init__` run again.
    """
    try:
        data = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not a JSON result: {error}") from error
    if not isinstance(data, dict) or data.get("type") != kind.__name__:
        found = data.get("type") if isinstance(data, dict) else type(data).__name__
        raise InputError(f"a result of type {found!r} was given; {kind.__name__!r} is needed")
    data.pop("provenance", None)
    return _restored(data, kind, kind.__name__)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case np.bool_():
            return bool(value)
        case Enum():
            return value.value
        case int() | np.integer():
            return int(value)
        case float() | np.floating():
            return float(value) if math.isfinite(value) else repr(float(value))
        case np.ndarray():
            return _plain(value.tolist())
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.init}
        return {"type": type(value).__name__, **fields}
    if type(value).__name__ == "DataFrame":
        return {str(column): _plain(value[column].tolist()) for column in value.columns}
    raise InputError(f"cannot write {type(value).__name__} as JSON")


def _restored(data: Any, kind: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _restored_union(data, arguments, where)
    if dataclasses.is_dataclass(kind):
        return _restored_dataclass(data, kind, where)
    if kind is np.ndarray:
        return _array(data, where)
    if kind is float and isinstance(data, int | float | str) and not isinstance(data, bool):
        return _number(data, where)
    if origin is tuple and isinstance(data, list):
        if arguments[-1:] == (...,):
            return tuple(_restored(item, arguments[0], where) for item in data)
        if len(arguments) == len(data):
            return tuple(_restored(item, kind, where) for item, kind in zip(data, arguments, strict=True))
    if origin in (dict, Mapping) and isinstance(data, dict):
        return {key: _restored(item, arguments[1], f"{where}.{key}") for key, item in data.items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if getattr(kind, "__name__", "") == "DataFrame" and isinstance(data, dict):
        return kind(data)  # type: ignore[arg-type]
    if kind in (str, int, bool, type(None)) and type(data) is kind:
        return data
    raise InputError(f"{where}: {data!r:.60} is not {getattr(kind, '__name__', kind)}")


def _restored_union(data: Any, kinds: tuple[Any, ...], where: str) -> Any:
    if isinstance(data, dict) and "type" in data:
        kinds = tuple(kind for kind in kinds if getattr(kind, "__name__", None) == data["type"])
    for kind in kinds:
        try:
            return _restored(data, kind, where)
        except InputError:
            if len(kinds) == 1:
                raise
    raise InputError(f"{where}: {data!r:.60} is none of {', '.join(str(kind) for kind in kinds)}")


def _restored_dataclass(data: Any, kind: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise InputError(f"{where}: {data!r:.60} is not a {kind.__name__}")
    hints = typing.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if field.init]
    given = {key: value for key, value in data.items() if key != "type"}
    if unknown := sorted(set(given) - {field.name for field in fields}):
        raise InputError(f"{where} has no field {', '.join(unknown)}")
    needed = {f.name for f in fields if f.default is f.default_factory is dataclasses.MISSING}
    if missing := sorted(needed - set(given)):
        raise InputError(f"{where} lacks {', '.join(missing)}")
    try:
        return kind(**{name: _restored(value, hints[name], f"{where}.{name}") for name, value in given.items()})
    except (InputError, OutOfRangeError):
        raise
    except (TypeError, ValueError, ElectrodeHomogError) as error:
        raise InputError(f"{where}: {error}") from error


def _array(data: Any, where: str) -> np.ndarray:
    """Of booleans or whole numbers where there is nothing else in it, as they are written; else of floats."""
    kinds = set()

    def numbers(item: Any) -> Any:
        if isinstance(item, list):
            return [numbers(part) for part in item]
        if not isinstance(item, int | float | str):
            raise InputError(f"{where}: {item!r:.60} is not a number")
        kinds.add(type(item))
        return item if isinstance(item, bool | int) else _number(item, where)

    try:
        values = numbers(data)
        if bool in kinds and len(kinds) > 1:
            raise InputError(f"{where}: booleans among numbers")
        return np.array(values, dtype=kinds.pop() if kinds in ({bool}, {int}) else float)
    except (ValueError, OverflowError, RecursionError) as error:
        raise InputError(f"{where}: not a regular array of numbers") from error


def _number(data: int | float | str, where: str) -> float:
    if isinstance(data, str) and data not in ("inf", "-inf", "nan"):
        raise InputError(f"{where}: {data!r:.60} is not a number")
    return float(data)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key is repeated")
    return result


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
