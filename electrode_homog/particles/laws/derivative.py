"""One derivative, evaluated everywhere: CasADi derives a formula, and its steps are replayed on any algebra.

A function is traced into a CasADi SX graph, which is a list of elementary steps. Each step is then done with numpy's
functions and Python's operators, so that the result works on numbers, arrays, the symbols of other libraries, and
as text that `Expression` reads.
"""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.expression import Expression, evaluate

NUMBERS = (float, int, np.ndarray, np.number)

UFUNCS = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.power: operator.pow,
    np.negative: operator.neg,
    np.positive: operator.pos,
}
UFUNC_NAMES = {np.cosh: "cosh", np.exp: "exp", np.log: "log", np.sinh: "sinh", np.sqrt: "sqrt", np.tanh: "tanh"}

OPERATIONS: dict[str, tuple[Callable[..., Any], str]] = {  # CasADi's name: on any algebra, as text
    "OP_ASSIGN": (lambda a: a, "{0}"),
    "OP_ADD": (operator.add, "({0}+{1})"),
    "OP_SUB": (operator.sub, "({0}-{1})"),
    "OP_MUL": (operator.mul, "({0}*{1})"),
    "OP_DIV": (operator.truediv, "({0}/{1})"),
    "OP_NEG": (operator.neg, "(-{0})"),
    "OP_INV": (lambda a: 1 / a, "(1/{0})"),
    "OP_TWICE": (lambda a: 2 * a, "(2*{0})"),
    "OP_SQ": (lambda a: a * a, "({0}**2)"),
    "OP_POW": (operator.pow, "({0}**{1})"),
    "OP_CONSTPOW": (operator.pow, "({0}**{1})"),
    "OP_COSH": (np.cosh, "cosh({0})"),
    "OP_EXP": (np.exp, "exp({0})"),
    "OP_LOG": (np.log, "log({0})"),
    "OP_SINH": (np.sinh, "sinh({0})"),
    "OP_SQRT": (np.sqrt, "sqrt({0})"),
    "OP_TANH": (np.tanh, "tanh({0})"),
}


@dataclass(frozen=True)
class Step:
    """register[output] = operation(register[inputs]), or the constant, or the input of that number."""

    operation: str
    output: int
    inputs: tuple[int, ...]
    constant: float = 0.0


@dataclass(frozen=True)
class Formula:
    """Steps that compute one value; call it with its variables by keyword.

    Works on floats, arrays, and symbols that know + - * / ** and numpy's ufuncs, as `Expression` does; where it has
    no value a float or array call gives NaN or inf, without a warning.
    """

    variables: tuple[str, ...]
    steps: tuple[Step, ...]

    def __call__(self, **values: Any) -> Any:
        given = [values[name] for name in self.variables]
        if not all(isinstance(value, NUMBERS) for value in given):
            return self._replayed(given)
        with np.errstate(all="ignore"):
            result = self._replayed([np.asarray(value, float)[()] for value in given])
        shape = np.broadcast_shapes(*(np.shape(value) for value in given))
        return np.array(np.broadcast_to(result, shape)) if shape else float(result)

    def as_expression(self) -> Expression:
        """The formula as text; raises InputError where it is longer than an Expression may be."""
        written: dict[int, str] = {}
        for step in self.steps:
            match step.operation:
                case "OP_INPUT":
                    written[step.output] = self.variables[step.inputs[0]]
                case "OP_CONST":
                    written[step.output] = repr(step.constant) if step.constant >= 0 else f"(-{-step.constant!r})"
                case "OP_OUTPUT":
                    return Expression(_bare(written[step.inputs[0]]), self.variables)
                case "OP_POW" | "OP_CONSTPOW":
                    base, exponent = (written[register] for register in step.inputs)
                    written[step.output] = f"({base}**{_bare(exponent)})"
                case _:
                    form = OPERATIONS[step.operation][1]
                    written[step.output] = form.format(*(written[register] for register in step.inputs))
        raise AssertionError("a formula without output")

    def _replayed(self, given: list[Any]) -> Any:
        register: dict[int, Any] = {}
        for step in self.steps:
            match step.operation:
                case "OP_INPUT":
                    register[step.output] = given[step.inputs[0]]
                case "OP_CONST":
                    register[step.output] = step.constant
                case "OP_OUTPUT":
                    return register[step.inputs[0]]
                case _:
                    arguments = (register[number] for number in step.inputs)
                    register[step.output] = OPERATIONS[step.operation][0](*arguments)
        raise AssertionError("a formula without output")


def traced(function: Callable[..., Any], variables: tuple[str, ...]) -> Formula:
    """The steps of a function of `variables`, which it takes by keyword."""
    symbols, value = _graph(function, variables)
    return _formula(symbols, value, variables)


def differentiated(function: Callable[..., Any], variables: tuple[str, ...], *, times: int = 1) -> Formula:
    """The derivative of a function of `variables` by the first of them, exact to round-off."""
    import casadi

    symbols, value = _graph(function, variables)
    for _ in range(times):
        value = casadi.jacobian(value, symbols[0])
    return _formula(symbols, value, variables)


@lru_cache(maxsize=128)
def derivative(expression: Expression, *, times: int = 1) -> Formula:
    """The derivative of an Expression of x (and T) by x; the formula takes x and T."""
    return differentiated(lambda x, T: evaluate(expression, x=x, T=T), ("x", "T"), times=times)


def _graph(function: Callable[..., Any], variables: tuple[str, ...]) -> tuple[list[Any], Any]:
    import casadi

    symbols = [casadi.SX.sym(name) for name in variables]
    value = function(**{name: _traced_type()(symbol) for name, symbol in zip(variables, symbols, strict=True)})
    return symbols, casadi.SX(getattr(value, "symbol", value))


def _formula(symbols: list[Any], value: Any, variables: tuple[str, ...]) -> Formula:
    import casadi

    graph = casadi.Function("formula", symbols, [casadi.densify(value)])
    names = {getattr(casadi, name): name for name in ("OP_INPUT", "OP_OUTPUT", "OP_CONST", *OPERATIONS)}
    steps = []
    for k in range(graph.n_instructions()):
        code = graph.instruction_id(k)
        if code not in names:
            raise InputError(f"a formula holds CasADi's operation {code}, which is not known; write it otherwise")
        name = names[code]
        constant = float(graph.instruction_constant(k)) if name == "OP_CONST" else 0.0
        if name == "OP_CONST" and not math.isfinite(constant):
            raise InputError("a formula or its derivative holds a constant that is not a finite number")
        inputs, outputs = graph.instruction_input(k), graph.instruction_output(k)
        steps.append(Step(name, outputs[0], tuple(inputs), constant))
    return Formula(variables, tuple(steps))


@cache
def _traced_type() -> type:
    """A CasADi symbol that knows numpy's functions: without it numpy would warn of a legacy conversion."""
    import casadi

    class Traced(np.lib.mixins.NDArrayOperatorsMixin):
        def __init__(self, symbol: Any):
            self.symbol = symbol

        def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
            known = UFUNCS.get(ufunc) or getattr(casadi, UFUNC_NAMES.get(ufunc, ""), None)
            if method != "__call__" or options or known is None:
                return NotImplemented
            return Traced(known(*(getattr(value, "symbol", value) for value in inputs)))

    return Traced


def _bare(text: str) -> str:
    """Text without brackets around all of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and position < len(text) - 1:
            return text
    return text[1:-1]
