"""One name for the same content: a SHA-256 over plain data and dataclasses that any process computes alike."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any

import numpy as np


def content_hash(value: Any) -> str:
    """64 hexadecimal digits; equal for equal content, whatever the order of keys. TypeError for other objects."""
    return hashlib.sha256(json.dumps(_plain(value), sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return {"enum": type(value).__qualname__, "name": value.name}
        case np.ndarray():
            data = np.ascontiguousarray(value)
            digest = hashlib.sha256(data.tobytes()).hexdigest()
            return {"array": digest, "shape": list(data.shape), "dtype": data.dtype.str}
        case np.generic():
            return _plain(value.item())
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {"mapping": [[_plain(key), _plain(value[key])] for key in sorted(value)]}
        case list() | tuple():
            return [_plain(item) for item in value]
        case PurePath():
            return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        compared = [f.name for f in dataclasses.fields(value) if f.compare]  # the others are derived
        parts = {name: _plain(getattr(value, name)) for name in compared}
        return {"type": type(value).__qualname__, "fields": parts}
    raise TypeError(f"{type(value).__name__} has no content hash; give plain data or a dataclass")
