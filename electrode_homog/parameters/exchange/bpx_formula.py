"""Expressions as formulas of BPX: one variable x, no names, + - * / ** and exp, tanh, cosh.

sqrt(a) is a**0.5, exp(b*log(a)) is a**b and sinh(a) is (exp(a) - exp(-a))/2; other logarithms have no form there.
"""

import ast
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.expression import CONSTANTS, LARGEST_EXPONENT, Expression
from electrode_homog.parameters.exchange.bpx_section import checked_formula

MOST_CHARACTERS = 3900
"""Leaves room for an Arrhenius factor where a formula is read again."""


def bpx_formula(expression: Expression, variable: str, fixed: dict[str, float], *, times: float = 1.0) -> str:
    """`times` an expression of `variable` as text of BPX; the other variables have the values `fixed`.

    Constant parts become numbers. Raises InputError for what BPX has no form for, and for what is too long.
    """
    tree = ast.parse(expression.text.strip(), mode="eval").body  # passed the allow-list, which is Python's grammar too
    node = _translated(tree, variable, fixed)
    if times != 1:
        node = _folded(ast.BinOp(_constant(times), ast.Mult(), node))
    text = ast.unparse(ast.fix_missing_locations(node))
    if len(text) > MOST_CHARACTERS:
        raise InputError(f"a formula of {len(text)} characters is too long for BPX; at most {MOST_CHARACTERS} are read")
    return checked_formula(text).text


def _translated(node: ast.expr, variable: str, fixed: dict[str, float]) -> ast.expr:
    match node:
        case ast.Name(id=name) if name == variable:
            return ast.Name("x", ast.Load())
        case ast.Name(id=name):
            return _constant({**CONSTANTS, **fixed}[name])
        case ast.Constant():
            return _constant(float(node.value))  # type: ignore[arg-type]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _folded(ast.UnaryOp(ast.USub(), _translated(operand, variable, fixed)))
        case ast.UnaryOp(operand=operand):
            return _translated(operand, variable, fixed)
        case ast.BinOp(left=left, op=operation, right=right):
            sides = _translated(left, variable, fixed), _translated(right, variable, fixed)
            return _folded(ast.BinOp(sides[0], operation, sides[1]))
        case ast.Call(
            func=ast.Name(id="exp"),
            args=[ast.BinOp(ast.Constant(exponent), ast.Mult(), ast.Call(ast.Name("log"), [base]))],
        ):
            return _power(_translated(base, variable, fixed), float(exponent))  # type: ignore[arg-type]
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return _call(name, _translated(argument, variable, fixed))
    raise AssertionError(f"unchecked node {node!r}")


def _power(base: ast.expr, exponent: float) -> ast.expr:
    """A large exponent as a power of a power, as exponents are at most 20 in size."""
    if abs(exponent) <= LARGEST_EXPONENT:
        return ast.BinOp(base, ast.Pow(), _constant(exponent))
    inner = ast.BinOp(base, ast.Pow(), _constant(float(LARGEST_EXPONENT)))
    return _power(inner, exponent / LARGEST_EXPONENT)


def _call(name: str, argument: ast.expr) -> ast.expr:
    function = ast.Call(ast.Name(name, ast.Load()), [argument], [])
    if _number(argument) is not None:
        return _folded(function)
    match name:
        case "sqrt":
            return ast.BinOp(argument, ast.Pow(), _constant(0.5))
        case "sinh":
            up = ast.Call(ast.Name("exp", ast.Load()), [argument], [])
            down = ast.Call(ast.Name("exp", ast.Load()), [ast.UnaryOp(ast.USub(), argument)], [])
            return ast.BinOp(ast.BinOp(up, ast.Sub(), down), ast.Div(), _constant(2.0))
        case "log":
            raise InputError("BPX has no logarithm")
    return function


def _folded(node: ast.expr) -> ast.expr:
    """A number where all parts are numbers; without factors of 1 and terms of 0."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right) if _number(left) == 1:
            return right
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div(), right=right) if _number(right) == 1:
            return left
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right) if _number(right) == 0:
            return left
    if any(isinstance(part, ast.Name) and part.id == "x" for part in ast.walk(node)):
        return node
    text = ast.unparse(ast.fix_missing_locations(node))
    return _constant(Expression(text, ())())


def _constant(value: float) -> ast.expr:
    number: Any = ast.Constant(abs(value))
    return ast.UnaryOp(ast.USub(), number) if value < 0 else number


def _number(node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=float() as value)):
            return -value
    return None
