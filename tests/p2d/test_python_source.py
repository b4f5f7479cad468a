"""Text of Python from values and free texts: the same values, and never code out of a text."""

import ast
import io
import tokenize

import numpy as np
import pytest
from exported_cells import HOSTILE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.python_source import (
    array,
    comment,
    docstring_lines,
    function_source,
    identifier,
    number,
    one_line,
    string,
    symbol_source,
)

ANY_TEXT = st.text() | st.text(alphabet="\"'\\\n\r\t #abN{}u0x\u2028\x0c") | st.sampled_from(HOSTILE)


@given(ANY_TEXT)
@settings(max_examples=100, deadline=None)
@example('"""')
@example('ends in a quote"')
@example("\\")
def test_a_text_stays_what_it_is(text):
    """A literal reads back as the printable line of the text; a docstring is one string and comments are comments."""
    assert ast.literal_eval(string(text)) == one_line(text)
    assert one_line(text).isprintable()
    (item,) = ast.parse("\n".join(docstring_lines([text, "", f"- {text}", f"    {text}"]))).body
    assert isinstance(item, ast.Expr)
    assert isinstance(item.value, ast.Constant)
    words = "".join(item.value.value.split())
    assert words.startswith("".join(one_line(text).split()))
    kinds = {token.type for token in tokenize.generate_tokens(io.StringIO("\n".join(comment(text))).readline)}
    assert kinds <= {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER}


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**18), 10**18))
def test_numbers_keep_their_bits(value):
    """Whole numbers stay whole."""
    read = ast.literal_eval(number(value))
    assert (read, type(read)) == (value, type(value))


def test_arrays_keep_their_bits():
    """However many lines they take."""
    values = np.random.default_rng(1).normal(size=200) * 10.0 ** np.arange(-100, 100)
    read = eval(array(values), {"np": np})
    np.testing.assert_array_equal(read, values)


@pytest.mark.parametrize(
    "text",
    [
        "-x**2 + (-x)**2 - (x - 1)/(x - (1 - x))/2",
        "2**-1*x**0.5 - -x + +x",
        "exp(-1/R*x)*F/(R*298.15) + sqrt(2) - log(x + 3)*cosh(x) + sinh(x)/tanh(x + 1)",
        " + ".join(f"{n}*exp(-{n}*(x - {n / 40}))" for n in range(1, 25)),
        "1e-3*x*(((((((x + 1))))))) - .5e+1*1.*x",
        "3.5",
    ],
)
def test_a_formula_has_its_values(text):
    """What is written computes the same, for PyBaMM's symbols and, where it is a formula, for arrays."""
    pybamm, formula = import_pybamm(), Expression(text, ("x",))
    source = function_source("f", lambda sto: pybamm.Scalar(0) + formula(x=sto), "it", ["A formula."], formula)
    shown = function_source("g", lambda sto: pybamm.Scalar(0) + formula(x=sto), "it", ["A tree."])
    names = {"np": np, "pybamm": pybamm}
    exec(source, names)
    exec(shown, names)
    for x in (0.1, 0.7, 1.9):
        for function in ("f", "g"):
            value = names[function](pybamm.Scalar(x))
            assert float(value.evaluate()) == pytest.approx(formula(x=x), rel=1e-13)
    assert max(len(line) for line in source.splitlines()) <= 110


def test_what_has_no_text_is_refused():
    """A gradient, a table of two variables, a function of Python: each by the name of the parameter."""
    pybamm = import_pybamm()
    table = np.arange(9.0).reshape(3, 3)
    for function in (
        lambda x: pybamm.Gradient(pybamm.standard_spatial_vars.x_n),
        lambda x: pybamm.Interpolant([table[0], table[0]], table, [x, x]),
        lambda x: pybamm.Function(np.round, x),
        lambda x: pybamm.t * x,
    ):
        with pytest.raises(InputError, match="my parameter has a"):
            function_source("f", function, "my parameter", ["It."])


def test_a_symbol_along_x():
    """A profile is a function without arguments, and what occurs twice has a name."""
    pybamm = import_pybamm()
    depth = pybamm.standard_spatial_vars.x_p / pybamm.Parameter("Positive electrode thickness [m]")
    symbol = 2.0 * (depth <= 0.5) + 3.0 * (depth > 0.5)
    source = symbol_source("profile", symbol, "it", ["A profile."])
    names = {"np": np, "pybamm": pybamm}
    exec(source, names)
    assert names["profile"]() == symbol
    assert source.count("standard_spatial_vars") == 1
    assert 'positive_electrode_thickness = pybamm.Parameter("Positive electrode thickness [m]")' in source


def test_code_in_a_docstring_stays_on_its_line():
    """However long it is, so that it can be copied."""
    line = f'    values = pybamm.ParameterValues("{"a" * 100}")'
    assert docstring_lines(["Use it:", "", line])[2] == line


def test_identifiers():
    """Letters and digits of ASCII, and single underscores between them."""
    assert identifier("Negative electrode tortuosity factor (electrolyte)") == (
        "negative_electrode_tortuosity_factor_electrolyte"
    )
    assert identifier("—\u202e—") == ""
