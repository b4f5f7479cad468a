"""Twenty thousand texts, good, spoilt and hostile; `validation/expression_fuzz.py` has a million."""

import math

import numpy as np
import pytest
from formula_texts import TRICKS, VARIABLES, expected, texts

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression

STATES = ({"x": 0.3, "T": 298.15}, {"x": -2.0, "T": 0.0})


def test_texts_are_refused_or_computed_as_python_does():
    """Every text is an InputError or a formula that Python has too, with the same value to the last bit, or NaN."""
    count, accepted, longest = 20_000, 0, 0
    for text in texts(count, seed=20_000):
        try:
            formula = Expression(text, VARIABLES)
        except InputError as error:
            longest = max(longest, len(str(error)))
            continue
        accepted += 1
        for state in STATES:
            ours, theirs = formula(**state), expected(text, state)
            assert isinstance(ours, float)
            assert ours == theirs or (math.isnan(ours) and math.isnan(theirs)), (text, state)
        many = formula(x=np.array([0.3, -2.0]), T=np.array([298.15, 0.0]))
        assert np.shape(many) in ((), (2,))
    assert 0.3 * count < accepted < 0.7 * count
    assert longest < 600


@pytest.mark.parametrize("text", TRICKS)
def test_tricks_alone(text):
    """A trick is refused, unless it is a plain formula after all; that has the value that Python gives it."""
    try:
        formula = Expression(text, VARIABLES)
    except InputError:
        return
    assert set(text) <= set("xTRF0123456789.eE+-*/() sqrtexp")
    ours, theirs = formula(**STATES[0]), expected(text, STATES[0])
    assert ours == theirs or (math.isnan(ours) and math.isnan(theirs))


@pytest.mark.parametrize(
    "text", ["ｅｘｐ(x)", "ｘ", "𝐱", "1_000*x", "0x10", "1j*x", "True", "٣*x", "x # y", "x\u00a0+ T", "007"]
)
def test_what_python_reads_and_a_formula_must_not(text):
    """Letters that only look alike, other notations of numbers, comments: Python takes them, a formula does not."""
    with pytest.raises(InputError):
        Expression(text, VARIABLES)


@pytest.mark.parametrize(
    ("text", "remedy"), [("x−1", "write -"), ("x^2", r"write \*\*"), ("2·x", r"write \*"), ("ln(x)", "is log")]
)
def test_common_slips_have_a_remedy(text, remedy):
    """A typographic minus, a caret, a centred dot, and ln say what to write instead."""
    with pytest.raises(InputError, match=remedy):
        Expression(text, VARIABLES)


@pytest.mark.parametrize(
    ("text", "value"), [("x**(3/2)", 8.0), ("x**(-0.5)", 0.5), ("x**-(1/2)", 0.5), ("-x**2**1", -16.0)]
)
def test_exponent_may_be_computed_from_constants(text, value):
    """Brackets and fractions in an exponent are constants like others."""
    assert Expression(text, ("x",))(x=4.0) == value


def test_formula_from_far_down_a_stack():
    """Where Python's stack has no room left, a deep text is refused, not a crash."""

    def down(depth: int) -> None:
        if depth:
            down(depth - 1)
            return
        with pytest.raises(InputError, match="nested"):
            Expression("(" * 190 + "x" + ")" * 190, ("x",))

    down(700)
