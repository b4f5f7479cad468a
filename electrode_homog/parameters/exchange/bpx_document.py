"""A BPX file as plain data, read strictly: every oddity that a JSON parser forgives is refused.

Nothing in the file is executed, and no other program's parser sees it.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.parameters.problem import Problem, raise_problems, shown_value

LARGEST_FILE_BYTES = 10_000_000
DEEPEST = 12
"""Levels of a document; BPX has six, and a user's own data may have a few more."""

LEVELS = f"a BPX file has at most {DEEPEST} levels (PyBaMM's own JSON is another format, never read: it names code)"

MOST_NAMED = 20
"""Faults of one kind that a message names."""

_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(\.\d{1,4})?", re.ASCII)


@dataclass(frozen=True)
class BPXDocument:
    """`content` as JSON has it; `sha256` is of the bytes of the file."""

    file: str
    content: dict[str, Any]
    sha256: str


def bpx_document(path: Path) -> BPXDocument:
    """Read strict JSON: UTF-8, an object, no repeated keys, no NaN or Infinity, at most DEEPEST levels.

    Raises InputError with the file and all keys that are wrong.
    """
    data = _bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}; save it as UTF-8") from None
    strict = _Strictness()
    try:
        content = json.loads(text, object_pairs_hook=strict.unique, parse_constant=strict.no_number)
    except RecursionError:
        raise InputError(f"{path} is nested too deep; {LEVELS}") from None
    except ValueError as error:  # JSONDecodeError, and whole numbers of 5000 digits
        raise InputError(f"{path} is not JSON: {error}") from None
    raise_problems(str(path), strict.problems)
    if not isinstance(content, dict):
        raise InputError(f"{path} is not a BPX file: it must hold one object, {{...}}, not a {type(content).__name__}")
    if _depth(content) > DEEPEST:
        raise InputError(f"{path} is nested too deep; {LEVELS}")
    return BPXDocument(path.name, content, hashlib.sha256(data).hexdigest())


class _NoNumber(str):
    """NaN, Infinity or -Infinity, as it stands in the file."""


class _Strictness:
    """What the parser meets that JSON does not allow, or not twice."""

    def __init__(self):
        self.named: list[Problem] = []
        self.odd: list[_NoNumber] = []

    @property
    def problems(self) -> list[Problem]:
        """Those with a key; else, as in a list of lists, that there is something."""
        return self.named or [_no_number(name, "") for name in self.odd[:1]]

    def no_number(self, name: str) -> _NoNumber:
        self.odd.append(_NoNumber(name))
        return self.odd[-1]

    def unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for key, value in pairs:
            odd = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, _NoNumber)]
            self._name(_no_number(name, key) for name in odd[:1])
        content = dict(pairs)
        if len(content) < len(pairs):
            twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
            remedy = "keep one of them"
            self._name(
                Problem(f"{shown(key)} occurs twice in one object", key=plain_text(key, 80), remedy=remedy)
                for key in twice
            )
        return content

    def _name(self, problems: Iterable[Problem]) -> None:
        self.named += islice(problems, MOST_NAMED - len(self.named))


def _no_number(name: _NoNumber, key: str) -> Problem:
    where = f"{plain_text(key, 80)} = " if key else ""
    text = f"{where}{name} is not a number of JSON"
    return Problem(text, key=plain_text(key, 80), value=str(name), remedy="write a finite number")


def shown(value: Any, length: int = 60) -> str:
    """Of what a file holds, in a message: short, on one line, without control characters."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)} entries"
    text = repr(value)
    return text if len(text) <= length else f"{text[: length - 3]}..."


def plain_text(value: str, length: int) -> str:
    """A text of the file without control characters, on one line."""
    text = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return text if len(text) <= length else f"{text[: length - 3]}..."


def major_version(content: dict[str, Any]) -> int | Problem:
    """0 or 1, by Header/BPX, for versions 0.1 to 0.5 and 1; early files give a number such as 0.1."""
    header = content.get("Header")
    tag = header.get("BPX") if isinstance(header, dict) else None
    text = tag
    if isinstance(tag, float | int) and not isinstance(tag, bool) and abs(tag) < 100 and float(f"{tag:.1f}") == tag:
        text = f"{tag:.1f}"
    match = _VERSION.fullmatch(text) if isinstance(text, str) else None
    if match is not None:
        major, minor = int(match[1]), int(match[2])
        if major == 1 or (major == 0 and 1 <= minor <= 5):
            return major
    text = f"Header/BPX = {shown(tag)} is not a version of BPX that can be read"
    remedy = 'known are "0.1" to "0.5" and "1.0" or later of 1'
    return Problem(text, key="Header/BPX", value=shown_value(tag), remedy=remedy)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise InputError(f"{path} is not a file")
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise InputError(f"{path} has {size} bytes; a BPX file has at most {LARGEST_FILE_BYTES}")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _depth(content: Any) -> int:
    deepest, level = 0, [content]
    while level and deepest <= DEEPEST:
        deepest += 1
        inside = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [value for values in inside for value in values if isinstance(value, dict | list)]
    return deepest
