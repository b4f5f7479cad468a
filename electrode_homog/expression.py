"""Functions of state written as text, such as an open-circuit potential: read, never executed.

A small parser of our own knows the whole grammar, so that Python's never sees the text and no release of it can
admit more: finite decimal numbers, the named variables, R and F, + - * / **, brackets, and six functions of one
argument. Every accepted text is a Python expression too, with the same value. Binding, from weak to strong:

    + -  |  * /  |  a sign  |  ** (to the right, its exponent a constant)
"""

import keyword
import math
import operator
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn, assert_never

import numpy as np

from electrode_homog.errors import InputError

CONSTANTS = {"R": 8.31446261815324, "F": 96485.33212331002}
"""Molar gas constant [J/(mol K)] and Faraday constant [C/mol]: k N_A and e N_A of the revised SI, exact."""

FUNCTIONS = {"cosh": np.cosh, "exp": np.exp, "log": np.log, "sinh": np.sinh, "sqrt": np.sqrt, "tanh": np.tanh}

MOST_CHARACTERS, MOST_NODES, DEEPEST, LARGEST_EXPONENT = 4000, 800, 200, 20


@dataclass(frozen=True)
class Expression:
    """A formula in SI units; call it with its variables by keyword.

    Works on floats, on numpy arrays, and on foreign symbols that know + - * / ** and numpy's ufuncs. Where
    it has no value (log of a negative number) a float or array call gives NaN or inf, without a warning.
    Raises InputError for whatever is not on the allow-list, for constants that are not finite (1/(2-2),
    1e999), and for text too long or too deep to be a formula.

    >>> Expression("1.5*x + exp(-T/300)", ("x", "T"))(x=2.0, T=0.0)
    4.0
    """

    text: str
    variables: tuple[str, ...]
    _tree: "_Node" = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "variables", tuple(self.variables))
        object.__setattr__(self, "_tree", _tree(self.text, self.variables))

    def __call__(self, **values: Any) -> Any:
        if set(values) != set(self.variables):
            given = ", ".join(values) or "nothing"
            raise InputError(f"expression {_short(self.text)} takes {', '.join(self.variables)}, not {given}")
        numeric = all(isinstance(value, float | int | np.ndarray | np.number) for value in values.values())
        if not numeric:
            return _value(self._tree, values)
        with np.errstate(all="ignore"):
            result = _value(self._tree, {name: np.asarray(value, float)[()] for name, value in values.items()})
        return result if isinstance(result, np.ndarray) else float(result)


def evaluate(value: float | Expression, **state: Any) -> Any:
    """The number itself, or the expression called with those of `state` that it uses."""
    if isinstance(value, Expression):
        return value(**{name: state[name] for name in value.variables})
    return value


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    depth: int = 1


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class _Applied:
    """What `apply` makes of one or two operands."""

    apply: Callable[..., Any]
    operands: tuple["_Node", ...]
    depth: int


_Node = _Number | _Variable | _Applied

_OPERATORS: dict[str, tuple[int, Callable[..., Any]]] = {  # how strongly it binds, what it does
    "+": (1, operator.add),
    "-": (1, operator.sub),
    "*": (2, operator.mul),
    "/": (2, operator.truediv),
    "**": (4, operator.pow),
}
_SIGN_BINDS = 3  # -x**2 is -(x**2), -x*y is (-x)*y

_TOKEN = re.compile(r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[^\W\d]\w*)|\*\*|[-+*/(),]")
_ODD_CHARACTERS = {"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "^": "**"}


def _value(node: _Node, values: dict[str, Any]) -> Any:
    match node:
        case _Number():
            return node.value
        case _Variable():
            return values[node.name]
        case _Applied():
            return node.apply(*(_value(operand, values) for operand in node.operands))
    assert_never(node)


def _tree(text: Any, variables: tuple[str, ...]) -> _Node:
    if not isinstance(text, str):
        raise InputError(
            f"expression of type {type(text).__name__} is not text; write a formula in quotes, e.g. '1.5*x'"
        )
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"expression has {len(text)} characters, at most {MOST_CHARACTERS} are read: {_short(text)}")
    if len(text.splitlines()) != 1 or not text.isprintable():
        raise InputError(f"expression {_short(text)} must be one line of printable text, without line breaks or tabs")
    for name in variables:
        plain = isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)
        if not plain or name in CONSTANTS or name in FUNCTIONS or unicodedata.normalize("NFKC", name) != name:
            raise InputError(f"variable {name!r} cannot be used: it is not a name, or means a constant or function")
    try:
        return _Parser(text, variables).tree()
    except RecursionError:  # called from far down a stack
        raise InputError(f"expression {_short(text)} is nested too deep to be read here") from None


class _Parser:
    """Reads a formula from left to right, in time proportional to its length; constants are folded, and finite."""

    def __init__(self, text: str, variables: tuple[str, ...]):
        self.text, self.variables = text, variables
        self.token, self.kind, self.start, self.end = "", None, 0, 0
        self.nodes = self.brackets = 0
        self._advance()

    def tree(self) -> _Node:
        node = self._sum(binding=0)
        if self.token:
            near = f"{_short(self.token)} at character {self.start + 1}"
            self._refuse(f"is not a formula: {near} does not follow from what is before it; write every operator")
        return node

    def _advance(self) -> str:
        """The token that was current; the next one is read, "" at the end."""
        before = self.token
        self.start = len(self.text) - len(self.text[self.end :].lstrip(" "))
        if self.start == len(self.text):
            self.token, self.kind = "", None
            return before
        found = _TOKEN.match(self.text, self.start)
        if found is None:
            character = self.text[self.start]
            remedy = f"; write {_ODD_CHARACTERS[character]}" if character in _ODD_CHARACTERS else ""
            self._refuse(f"{character!r} at character {self.start + 1} is not allowed{remedy}")
        self.token, self.kind, self.end = found.group(), found.lastgroup, found.end()
        return before

    def _sum(self, *, binding: int) -> _Node:
        """An operand and all that is joined to it by operators that bind more strongly than `binding`."""
        start = self.start
        self.brackets += 1
        if self.brackets > DEEPEST:
            self._refuse(f"is nested deeper than {DEEPEST} levels")
        left = self._operand()
        while self.token in _OPERATORS and _OPERATORS[self.token][0] > binding:
            strength, apply = _OPERATORS[self._advance()]
            power = apply is operator.pow
            right = self._exponent() if power else self._sum(binding=strength)
            left = self._node(apply, (left, right), start)
        self.brackets -= 1
        return left

    def _operand(self) -> _Node:
        start, kind = self.start, self.kind
        token = self._advance()
        if kind == "number":
            return self._number(token, start)
        if kind == "name":
            return self._call(token, start) if self.token == "(" else self._named(token)
        if token in ("+", "-"):
            operand = self._sum(binding=_SIGN_BINDS)
            return self._node(operator.neg, (operand,), start) if token == "-" else operand
        if token == "(":
            return self._closed(self._sum(binding=0))
        return self._refuse(
            f"is not a formula: {f'{_short(token)} stands' if token else 'it ends'} where a value must stand"
        )

    def _closed(self, inside: _Node) -> _Node:
        if self.token == ",":
            self._refuse("takes no comma: a function has exactly one argument, and a decimal point is a point")
        if self.token != ")":
            self._refuse("is not a formula: a bracket is not closed")
        self._advance()
        return inside

    def _exponent(self) -> _Number:
        start = self.start
        node = self._sum(binding=_SIGN_BINDS)
        if not (isinstance(node, _Number) and abs(node.value) <= LARGEST_EXPONENT):
            self._refuse(
                f"an exponent must be a constant of magnitude <= {LARGEST_EXPONENT}, not "
                f"{_short(self.text[start : self.start].strip())}; exp(b*log(a)) writes a variable power"
            )
        return node

    def _number(self, token: str, start: int) -> _Number:
        if re.match("0[0-9]", token) and token.isdigit() and int(token[:LARGEST_EXPONENT]):
            self._refuse(f"number {_short(token)} begins with a zero")  # which Python refuses too
        return self._constant(lambda: float(token), start)

    def _named(self, name: str) -> _Node:
        self._count()
        if name in self.variables:
            return _Variable(name)
        if name not in CONSTANTS:
            what = "takes exactly one argument, in brackets" if name in FUNCTIONS else "is not known"
            self._refuse(f"{name!a:.60} {what}{self._allowed()}")  # letters that look like x, but are others, show
        return _Number(CONSTANTS[name])

    def _call(self, name: str, start: int) -> _Node:
        if name not in FUNCTIONS:
            hint = "; the natural logarithm is log" if name == "ln" else ""
            self._refuse(f"function {name!a:.60} is not allowed{hint}{self._allowed()}")
        self._advance()
        if self.token == ")":
            self._refuse(f"{name} takes exactly one argument")
        return self._node(FUNCTIONS[name], (self._closed(self._sum(binding=0)),), start)

    def _node(self, apply: Callable[..., Any], operands: tuple[_Node, ...], start: int) -> _Node:
        values = [operand.value for operand in operands if isinstance(operand, _Number)]
        if len(values) == len(operands):
            return self._constant(lambda: apply(*values), start)
        self._count()
        depth = 1 + max(operand.depth for operand in operands)
        if depth > DEEPEST:
            self._refuse(f"is nested deeper than {DEEPEST} levels")
        return _Applied(apply, operands, depth)

    def _constant(self, compute: Callable[[], Any], start: int) -> _Number:
        self._count()
        try:
            with np.errstate(all="ignore"):
                value = compute()
            number = math.nan if isinstance(value, complex) else float(value)
        except (OverflowError, ZeroDivisionError):
            number = math.nan
        if not math.isfinite(number):
            self._refuse(f"{_short(self.text[start : self.start].strip())} is not a finite number")
        return _Number(number)

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self._refuse(f"has more than {MOST_NODES} parts")

    def _allowed(self) -> str:
        functions = ", ".join(sorted(FUNCTIONS))
        return f"; allowed are variables {', '.join(self.variables)}; R, F; + - * / **; {functions} of one argument"

    def _refuse(self, what: str) -> NoReturn:
        raise InputError(f"expression {_short(self.text)}: {what}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
