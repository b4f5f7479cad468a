"""Texts for the formula reader, good, spoilt and hostile, and an evaluator that shares nothing with it.

Seeded. `expected` evaluates through Python's own grammar, and walks only nodes of an allow-list of its own.
"""

import ast
import operator
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

VARIABLES = ("x", "T")
CONSTANTS = {"R": 8.31446261815324, "F": 96485.33212331002}
NAMES = ("exp", "log", "sqrt", "tanh", "sinh", "cosh")
NUMBERS = (
    "0",
    "1",
    "2.5",
    "1e-5",
    ".5",
    "3.",
    "1e300",
    "1e-300",
    "7",
    "298.15",
    "35000",
    "1e999",
    "1E+3",
    "0.0",
    "00.5",
)
OPERATORS = ("+", "-", "*", "/")

TRICKS = (
    "x.__class__", "exp.__globals__", "().__class__.__bases__[0]", "__import__('os').system('true')", "x.real",
    "(lambda: x)()", "lambda x: x", "(y := x)", "[x for x in (1,)]", "{x: 1}", "{x}", "f'{x}'", "'a'*9", "b'x'",
    "x if T else 1", "x or T", "not x", "x < T", "x == T", "x is T", "x in T", "~x", "x % 2", "x // 2", "x @ T",
    "x << 2", "x & 1", "x | 1", "x ^ 2", "x[0]", "x[::]", "exp(*x)", "exp(**x)", "exp(x=1)", "exp(x, T)", "exp()",
    "exp", "exp(exp)", "exp(x)(T)", "log(x)[0]", "await x", "yield x", "print(x)", "eval('x')", "exec('x')",
    "open('x')",
    "getattr(x, 'a')", "globals()", "breakpoint()", "exit(0)", "quit()", "help()", "input()", "id(x)", "type(x)",
    "True", "None", "False*x", "...", "NotImplemented", "__debug__", "__name__", "1j", "2.5J*x", "0x10", "0b1", "0o7",
    "1_000", "1__0", "007", "1if x else 2", "1or x", "0xfor x", "x;x", "x\nx", "x\rx", "x\tx", "x\x00", "\ufeffx",
    "# x", "x # y", "x \\", "ｅｘｐ(x)", "ｘ", "ⅹ", "𝐱", "𝟏", "٣", "²", "x²", "½", "π", "е", "x\u0301", "x\u200b",
    "\u202ex", "x\u00a0+T", "−x", "x×T", "x·T", "x÷T", "x–T", "∞", "nan", "inf", "1e", "1e+", "1.2.3", "..", "1..2",
    "x x", "2x", "x2", "x(2)", "2(x)", "(x)(T)", "()", "(,)", "(x,)", "x,T", "(x", "x)", "+", "-", "*x", "**x", "x**",
    "x***2", "x**-2", "x**+2", "x**--2", "x**(1/2)", "x**x", "2**x", "x**21", "x**-20.5", "x**1e999", "9**9**9",
    "2**2**2",
    "(-8)**0.5", "(-8)**(1/3)", "0**-1", "0**0", "1/0", "1/(2-2)", "x/0", "x/(2-2)", "log(0)", "log(-1)", "sqrt(-1)",
    "exp(1000)", "exp(-1000)", "(9**20)**20", "(1e300)**2", "1e300*1e300", "1e300*1e300*0", "sqrt(x - x)", "R", "F",
    "R*T/F",
    "x.T", "x,", "x:", "x=1", "x==", "x->T", "@x", "$x", "x?", "x!", "`x`", "import os", "del x", "assert x", "raise x",
    "class A: pass", "def f(): pass", "return x", "global x", "match x", "type X = int", "print", "_", "__", "_x", "x_",
)  # fmt: skip


def texts(count: int, seed: int) -> Iterator[str]:
    """`count` of them: trees of the grammar, trees with mutations, tricks in trees, long and deep ones, and noise."""
    draw = random.Random(seed)
    for _ in range(count):
        kind = draw.random()
        if kind < 0.35:
            yield tree(draw, draw.randint(1, 6))
        elif kind < 0.7:
            yield mutated(draw, tree(draw, draw.randint(1, 5)))
        elif kind < 0.9:
            yield tree(draw, draw.randint(1, 3)).replace("x", draw.choice(TRICKS), 1)
        elif kind < 0.91:
            yield extreme(draw)
        else:
            yield "".join(draw.choice(ALPHABET) for _ in range(draw.randint(0, 30)))


ALPHABET = "xTRF0123456789.eE+-*/()(),  _explogsqrtanhcj'\"[]{}:=<>!@#%^&|~\\\n\x00;é²−ｘ𝟏\u200b"


def tree(draw: random.Random, depth: int) -> str:
    """A formula of the grammar; its constants need not be finite."""
    kind = draw.random() if depth > 0 else 0.0
    if kind < 0.25:
        return draw.choice((*VARIABLES, *VARIABLES, *CONSTANTS, *NUMBERS, repr(draw.uniform(-5, 5))))
    if kind < 0.35:
        return draw.choice("-+") + tree(draw, depth - 1)
    if kind < 0.5:
        return f"{draw.choice(NAMES)}({tree(draw, depth - 1)})"
    if kind < 0.6:
        return f"({tree(draw, depth - 1)})**{draw.choice(('2', '0.5', '-1', '-1.5', '(1/3)', '20', '3'))}"
    space = draw.choice(("", " "))
    left, right = tree(draw, depth - 1), tree(draw, depth - 1)
    joined = f"{left}{space}{draw.choice(OPERATORS)}{space}{right}"
    return f"({joined})" if draw.random() < 0.5 else joined


def mutated(draw: random.Random, text: str) -> str:
    """One to four insertions, deletions, repetitions or exchanges."""
    for _ in range(draw.randint(1, 4)):
        place = draw.randint(0, len(text))
        length = draw.randint(1, 4)
        match draw.randint(0, 4):
            case 0:
                text = text[:place] + draw.choice(ALPHABET) + text[place:]
            case 1:
                text = text[:place] + text[place + length :]
            case 2:
                text = text[:place] + text[place : place + length] * draw.randint(2, 5) + text[place + length :]
            case 3:
                text = text[:place] + draw.choice(TRICKS) + text[place:]
            case _:
                text = text[place:] + text[:place]
    return text


def extreme(draw: random.Random) -> str:
    """Deep, long and large."""
    n = draw.choice((50, 150, 199, 201, 500, 1300, 1999))
    return draw.choice(
        (
            "(" * n + "x" + ")" * n,
            "-" * n + "x",
            "exp(" * (n // 4) + "x" + ")" * (n // 4),
            "+".join(["x"] * n),
            "x" + "**2" * n,
            "(" * n,
            "exp(" * n,
            "9" * n,
            f"0x{'f' * n}",
            f"1e{'9' * n}",
            f"x*{'9' * n}.{'9' * n}",
            "x" * n,
            " " * n + "x",
            "(x+" * (n // 3) + "1" + ")" * (n // 3) + " y",
            "-(" * n + "x",
            "x-" * n + "x",
        )
    )


_PYTHON = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def expected(text: str, values: dict[str, float]) -> float:
    """What Python makes of an accepted formula; raises ValueError for a node that no formula has."""
    with np.errstate(all="ignore"):
        return float(_expected(ast.parse(text.strip(), mode="eval").body, values))


def _expected(node: Any, values: dict[str, float]) -> Any:
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            return float(node.value)
        case ast.Name(id=name) if name in values:
            return np.float64(values[name])
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_expected(operand, values)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _expected(operand, values)
        case ast.BinOp(op=operation, left=left, right=right) if type(operation) in _PYTHON:
            return _PYTHON[type(operation)](_expected(left, values), _expected(right, values))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in NAMES:
            inside = _expected(argument, values)
            result = getattr(np, name)(inside)
            return result if isinstance(inside, np.float64) else float(result)
    raise ValueError(f"{ast.dump(node)} is no part of a formula")
