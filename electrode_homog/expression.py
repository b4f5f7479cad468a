"""Functions of state written as text, such as an open-circuit potential: parsed, never executed.

`ast` parses the text; only finite numbers, the named variables, R and F, + - * / **, and six functions of one
argument pass. Nothing is compiled or evaluated as Python, so a parameter file cannot run anything.
"""

import ast
import math
import operator
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from electrode_homog.errors import InputError

CONSTANTS = {"R": 8.31446261815324, "F": 96485.33212331002}
"""Molar gas constant [J/(mol K)] and Faraday constant [C/mol]: k N_A and e N_A of the revised SI, exact."""

FUNCTIONS = {"cosh": np.cosh, "exp": np.exp, "log": np.log, "sinh": np.sinh, "sqrt": np.sqrt, "tanh": np.tanh}

MOST_CHARACTERS, MOST_NODES, DEEPEST, LARGEST_EXPONENT = 4000, 800, 200, 20

_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


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
    _tree: ast.expr = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "variables", tuple(self.variables))
        object.__setattr__(self, "_tree", _checked_tree(self.text, self.variables))

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


def _value(node: ast.expr, values: dict[str, Any]) -> Any:
    """Only trees that passed `_checked_tree` come here."""
    match node:
        case ast.Constant():
            return float(node.value)  # type: ignore[arg-type]
        case ast.Name():
            return values[node.id] if node.id in values else CONSTANTS[node.id]
        case ast.UnaryOp():
            operand = _value(node.operand, values)
            return -operand if isinstance(node.op, ast.USub) else operand
        case ast.BinOp():
            return _OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return FUNCTIONS[name](_value(argument, values))
    raise AssertionError(f"unchecked node {node!r}")


def _checked_tree(text: Any, variables: tuple[str, ...]) -> ast.expr:
    if not isinstance(text, str):
        raise InputError(f"expression {text!r} is not text; write a formula in quotes, e.g. '1.5*x'")
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"expression has {len(text)} characters, at most {MOST_CHARACTERS} are read: {_short(text)}")
    if len(text.splitlines()) != 1 or not text.isprintable():
        raise InputError(f"expression {_short(text)} must be one line of printable text, without line breaks or tabs")
    for name in variables:
        if name in CONSTANTS or name in FUNCTIONS or not name.isidentifier():
            raise InputError(f"variable {name!r} cannot be used: it is not a name, or means a constant or function")
    try:
        with warnings.catch_warnings():  # such as "invalid decimal literal" for 1if
            warnings.simplefilter("error")
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError, Warning) as error:
        raise InputError(f"expression {_short(text)} is not a formula: {error.__class__.__name__}: {error}") from None
    count = sum(1 for _ in ast.walk(tree))
    if count > MOST_NODES:
        raise InputError(f"expression has {count} parts, at most {MOST_NODES} are read: {_short(text)}")
    _check(tree, variables, text, depth=0)
    return tree


def _check(node: ast.AST, variables: tuple[str, ...], text: str, depth: int) -> bool:
    """Refuse what is not on the allow-list. True for a constant, which is then proved finite."""
    if depth > DEEPEST:
        raise InputError(f"expression {_short(text)} is nested deeper than {DEEPEST} levels")
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            constant = True
        case ast.Name(id=name) if name in variables or name in CONSTANTS:
            constant = name not in variables
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            constant = _check(operand, variables, text, depth + 1)
        case ast.BinOp(op=operation, left=left, right=right) if type(operation) in _OPERATORS:
            constant = _check(left, variables, text, depth + 1) & _check(right, variables, text, depth + 1)
            if isinstance(operation, ast.Pow):
                _check_exponent(right, text)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            constant = _check(argument, variables, text, depth + 1)
        case _:
            _refuse(node, variables, text)
            return False
    if constant:
        _check_finite(node, text)
    return constant


def _check_finite(node: ast.AST, text: str) -> None:
    assert isinstance(node, ast.expr)
    try:
        with np.errstate(all="ignore"):
            value = _value(node, {})
        finite = not isinstance(value, complex) and math.isfinite(value)
    except (OverflowError, ZeroDivisionError):
        finite = False
    if not finite:
        raise InputError(f"expression {_short(text)}: {_short(ast.unparse(node))} is not a finite number")


def _check_exponent(node: ast.expr, text: str) -> None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    if not (isinstance(node, ast.Constant) and abs(node.value) <= LARGEST_EXPONENT):  # type: ignore[arg-type]
        raise InputError(
            f"expression {_short(text)}: an exponent must be a plain number of magnitude <= "
            f"{LARGEST_EXPONENT}, not {_short(ast.unparse(node))}; exp(b*log(a)) writes a variable power"
        )


def _refuse(node: ast.AST, variables: tuple[str, ...], text: str) -> None:
    functions = ", ".join(sorted(FUNCTIONS))
    allowed = f"variables {', '.join(variables)}; R, F; + - * / **; {functions} of one argument"
    match node:
        case ast.Name(id=name):
            what = f"{name!r} is not known"
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            what = f"{name} takes exactly one argument"
        case ast.Call(func=ast.Name(id=name)):
            what = f"function {name!r} is not allowed"
        case _:
            what = f"{type(node).__name__} is not allowed"
    raise InputError(f"expression {_short(text)}: {what}; allowed are {allowed}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
