"""Formulas from files are computed, and nothing else can be done with them."""

import math
import pickle
import time

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression, evaluate

HOSTILE = {
    "import": "__import__('os').system('true')",
    "attribute": "x.__class__",
    "attribute of a function": "exp.__self__",
    "subscript": "x[0]",
    "tower of powers": "9**9**9",
    "tower in brackets": "9**(9**9)",
    "large exponent": "x**21",
    "variable exponent": "2**x",
    "line break": "0.1\n+ x",
    "carriage return": "0.1\r+ x",
    "unicode line break": "0.1\u2028+ x",
    "tab": "0.1\t+ x",
    "null": "x\x00",
    "lambda": "(lambda: x)()",
    "comprehension": "[x for x in (1, 2)]",
    "generator": "sum(y for y in (1, 2))",
    "walrus": "(y := x)",
    "conditional": "x if x else 1",
    "comparison": "x < 1",
    "boolean operation": "x or 1",
    "boolean": "True*x",
    "text": "'a'*x",
    "bytes": "b'a'",
    "f-string": "f'{x}'",
    "complex number": "1j*x",
    "complex power": "(-8)**0.5",
    "none": "None",
    "ellipsis": "...",
    "statement": "x = 1",
    "two statements": "x; x",
    "exit": "exit(0)",
    "eval": "eval('x')",
    "unknown function": "erf(x)",
    "unknown name": "y + x",
    "two arguments": "exp(x, x)",
    "no argument": "exp()",
    "keyword argument": "exp(x=x)",
    "starred argument": "exp(*x)",
    "function without call": "exp",
    "called twice": "exp(x)(x)",
    "infinity": "1e999*x",
    "division by zero": "1/(2-2)",
    "overflow": "(9**20)**20 + x",
    "logarithm of a negative number": "log(-1)*x",
    "huge integer": "9" * 3000,
    "modulo": "x % 2",
    "floor division": "x // 2",
    "matrix product": "x @ x",
    "bit operation": "x ^ 2",
    "inversion": "~x",
    "not": "not x",
    "await": "await x",
    "empty": "",
    "blank": "   ",
    "comment": "# x",
    "brackets": "(" * 3000 + "x" + ")" * 3000,
    "many brackets": "(" * 1900 + "x" + ")" * 1900,
    "many signs": "-" * 3900 + "x",
    "many terms": "+".join(["x"] * 1000),
    "deep": "+".join(["x"] * 300),
    "too long": "x" + " " * 5000,
    "broken literal": "1if x else 2",
    "not text": 3.0,
    "bytes object": b"x",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_at_once(text):
    """Whatever is not a formula of x is an InputError within a second, with a message that can be read."""
    started = time.perf_counter()
    with pytest.raises(InputError) as caught:
        Expression(text, ("x",))
    assert time.perf_counter() - started < 1
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5*x + 2", 5.0),
        ("-x**2", -4.0),
        ("2/x - 3*-x", 7.0),
        ("exp(x) + log(x) + sqrt(x)", math.exp(2) + math.log(2) + math.sqrt(2)),
        ("tanh(x) + cosh(x) - sinh(x)", math.tanh(2) + math.exp(-2)),
        ("R*T/F", 8.31446261815324 * 300 / 96485.33212331002),
        ("x**-0.5", 2**-0.5),
        ("+x", 2.0),
        ("1e-5", 1e-5),
    ],
)
def test_formula_is_computed(text, value):
    """At x = 2, T = 300 a formula has the value that the math library gives; an array gives one per entry."""
    expression = Expression(text, ("x", "T"))
    assert expression(x=2, T=300.0) == pytest.approx(value, rel=1e-15)
    many = expression(x=np.full(3, 2.0), T=300.0)
    np.testing.assert_allclose(many, value, rtol=1e-15)


def test_no_value_is_nan_without_a_warning():
    """Outside its domain a formula is NaN or infinite; overflow does not raise."""
    assert math.isnan(Expression("log(x)", ("x",))(x=-1.0))
    assert Expression("1/x", ("x",))(x=0) == math.inf
    assert Expression("(x**20)**20", ("x",))(x=1e5) == math.inf


def test_arguments_must_be_those_of_the_formula():
    """A missing, an unknown and a positional argument are refused."""
    expression = Expression("x + T", ("x", "T"))
    for wrong in ({"x": 1.0}, {"x": 1.0, "T": 2.0, "c": 3.0}, {}):
        with pytest.raises(InputError, match="takes x, T"):
            expression(**wrong)


def test_number_or_formula():
    """A number is itself; a formula takes what it needs from a larger state."""
    assert evaluate(3.0, x=1.0, T=2.0) == 3.0
    assert evaluate(Expression("2*x", ("x",)), x=1.0, T=2.0) == 2.0


def test_equal_text_is_equal_and_survives_another_process():
    """Equality and hash are by text and variables; a pickled copy computes the same."""
    expression = Expression("exp(-x)", ("x",))
    copy = pickle.loads(pickle.dumps(expression))
    assert copy == expression
    assert hash(copy) == hash(expression)
    assert copy(x=0.3) == expression(x=0.3)
    assert expression != Expression("exp(-x)", ("x", "T"))


def test_variable_cannot_hide_a_function():
    """Names of functions and constants, and non-names, cannot be variables."""
    for name in ("exp", "R", "2x"):
        with pytest.raises(InputError, match="variable"):
            Expression("1.0", (name,))
