"""One derivative is right on numbers, arrays, text and foreign symbols."""

import numpy as np
import pytest

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression
from electrode_homog.particles.laws.derivative import derivative, differentiated, traced

FORMULAS = [
    "x",
    "3.5",
    "x**3 - 2*x**-2 + x**0.5",
    "exp(-40*x) + 0.1*tanh(30*(x - 0.3)) - sinh(x)*cosh(2*x)",
    "log(x/(1 - x)) + sqrt(x)*x**1.5 - 1/(1 + x)",
    "-(-x)*(1 - 2*x)/(R*T)*F",
    "x*log(x) + (1-x)*log(1-x) + 900/T*x*(1-x)",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_derivative_is_that_of_central_differences(text):
    """CasADi's derivative agrees with differences of the formula, first and second, and has the shape of x."""
    formula = Expression(text, ("x", "T"))
    x, h = np.linspace(0.1, 0.9, 17), 1e-4

    def f(x):
        return np.broadcast_to(formula(x=x, T=300.0), x.shape)

    first, second = derivative(formula)(x=x, T=300.0), derivative(formula, times=2)(x=x, T=300.0)
    assert first.shape == second.shape == x.shape
    np.testing.assert_allclose(first, (f(x + h) - f(x - h)) / (2 * h), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(second, (f(x + h) - 2 * f(x) + f(x - h)) / h**2, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("text", FORMULAS)
def test_text_of_a_derivative_is_the_derivative(text):
    """The formula written as text gives the same numbers as its steps."""
    found = derivative(Expression(text, ("x", "T")))
    x = np.linspace(0.05, 0.95, 11)
    written = np.broadcast_to(found.as_expression()(x=x, T=310.0), x.shape)
    np.testing.assert_allclose(written, found(x=x, T=310.0), rtol=1e-14)


def test_numbers_and_arrays_agree_and_poles_are_silent():
    """A number gives a float, the entries of an array the same; where there is no value the answer is not finite."""
    found = derivative(Expression("log(x) + 1/(1-x)", ("x",)))
    value = found(x=0.3, T=1.0)
    assert isinstance(value, float)
    assert value == pytest.approx(1 / 0.3 + 1 / 0.49, rel=1e-15)
    np.testing.assert_array_equal(found(x=np.array([[0.3], [0.3]]), T=1.0), value)
    assert not np.isfinite(found(x=np.array([0.0, 1.0]), T=1.0)).any()


def test_unknown_operations_are_refused():
    """A function outside + - * / ** and the six functions is not traced silently wrong."""
    with pytest.raises(TypeError):
        traced(lambda x: np.arctan(x), ("x",))
    with pytest.raises(InputError, match="operation"):
        differentiated(lambda x: x.symbol.fabs(), ("x",))
