"""Values of PyBaMM as text of Python that makes them again: numbers, functions of state, symbols along x.

A function is called once with symbols, and what it returns is written down: a tree of arithmetic, of which every kind
of node is on a list. Free text comes in as comments and docstrings only, each through a function here that leaves one
printable line of it, which cannot end them.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.expression import CONSTANTS, FUNCTIONS, Expression
from electrode_homog.p2d.importing import import_pybamm

WIDTH = 110

BINARY: dict[str, type[ast.operator]] = {
    "Addition": ast.Add,
    "Subtraction": ast.Sub,
    "Multiplication": ast.Mult,
    "Division": ast.Div,
    "Power": ast.Pow,
}
COMPARISONS: dict[str, type[ast.cmpop]] = {"EqualHeaviside": ast.LtE, "NotEqualHeaviside": ast.Lt}
NUMPY_FUNCTIONS = {name.capitalize(): f"np.{name}" for name in FUNCTIONS}
PYBAMM_FUNCTIONS = {"Minimum": "pybamm.minimum", "Maximum": "pybamm.maximum", "AbsoluteValue": "abs"}
POSITIONS = ("x_n", "x_s", "x_p")

ARGUMENTS = {"x": "sto", "c_s": "c_s_surf", "c_max": "c_s_max"}
"""Variables of our expressions whose name among the arguments of PyBaMM's functions is another."""


@dataclass
class _Writer:
    """The text of one function: local names for tables, parameters and what occurs twice, then an expression."""

    arguments: tuple[str, ...]
    subject: str
    shared: frozenset[Any] = frozenset()
    lines: list[str] = field(default_factory=list)
    names: dict[Any, str] = field(default_factory=dict)

    def node(self, symbol: Any) -> ast.expr:
        """Of a symbol; local names that it needs are assigned in `lines` before."""
        pybamm = import_pybamm()
        if isinstance(symbol, pybamm.Scalar):
            return ast.Constant(float(symbol.value))
        if isinstance(symbol, pybamm.Broadcast):  # the same everywhere
            return self.node(symbol.children[0])
        if isinstance(symbol, pybamm.Parameter) and symbol.name in self.arguments:
            return ast.Name(symbol.name)
        if symbol in self.names:
            return ast.Name(self.names[symbol])
        if isinstance(symbol, pybamm.Parameter):
            return self._local(symbol, f"pybamm.Parameter({string(symbol.name)})", identifier(plain_name(symbol.name)))
        if isinstance(symbol, pybamm.SpatialVariable) and symbol.name in POSITIONS:
            return ast.parse(f"pybamm.standard_spatial_vars.{symbol.name}", mode="eval").body
        if isinstance(symbol, pybamm.Interpolant):
            return self._local(symbol, self._interpolant(symbol), "table")
        made = self._operation(symbol)
        return self._local(symbol, unparsed(made), "term") if symbol in self.shared else made

    def _operation(self, symbol: Any) -> ast.expr:
        kind, parts = type(symbol).__name__, [self.node(child) for child in symbol.children]
        if kind in BINARY:
            return ast.BinOp(parts[0], BINARY[kind](), parts[1])
        if kind in COMPARISONS:
            return ast.Compare(parts[0], [COMPARISONS[kind]()], [parts[1]])
        if kind == "Negate":
            return ast.UnaryOp(ast.USub(), parts[0])
        name = (NUMPY_FUNCTIONS | PYBAMM_FUNCTIONS).get(kind)
        if name is None:
            raise InputError(f"{self.subject} has a {kind} of PyBaMM, which has no text here; use write_pybamm_json")
        return ast.Call(ast.parse(name, mode="eval").body, parts, [])

    def _interpolant(self, symbol: Any) -> str:
        if symbol.dimension != 1 or symbol._num_derivatives:
            raise InputError(f"{self.subject} has a table of several variables, which has no text here")
        arguments = [
            array(symbol.x[0]),
            array(symbol.y),
            unparsed(self.node(symbol.children[0])),
            f"interpolator={string(symbol.interpolator)}",
            f"extrapolate={bool(symbol.extrapolate)}",
        ]
        inside = textwrap.indent("".join(f"{argument},\n" for argument in arguments), "    ")
        return f"pybamm.Interpolant(\n{inside})"

    def _local(self, symbol: Any, text: str, name: str) -> ast.Name:
        """A local name, with a number where others begin like it."""
        alike = sum(other.startswith(name) for other in self.names.values())
        name = f"{name}_{alike + 1}" if alike or name in ("table", "term") else name
        self.names[symbol] = name
        self.lines += _wrapped(f"{name} = ", text)
        return ast.Name(name)


def function_source(
    name: str, function: Callable[..., Any], subject: str, docstring: list[str], formula: Any = None
) -> str:
    """`def name(...)` that returns what `function` does; `formula`, an Expression, is shown where it is the same.

    Raises InputError, which names the `subject`, for a function that uses more of PyBaMM than arithmetic and tables.
    """
    arguments = tuple(inspect.signature(function).parameters)
    tree = traced(function, arguments)
    lines = _formula_lines(formula, tree, arguments) or _tree_lines(tree, arguments, subject)
    return _definition(name, arguments, docstring, lines)


def symbol_source(name: str, symbol: Any, subject: str, docstring: list[str]) -> str:
    """`def name()` that returns the symbol."""
    return _definition(name, (), docstring, _tree_lines(symbol, (), subject))


def traced(function: Callable[..., Any], arguments: Iterable[str]) -> Any:
    """The symbol that the function returns for symbols of these names."""
    from pybamm.expression_tree.tracing import tracing

    pybamm = import_pybamm()
    with tracing():  # keeps the order of the operations
        return function(**{argument: pybamm.Parameter(argument) for argument in arguments})


def number(value: float) -> str:
    """The shortest text that reads back to the same bits."""
    return repr(int(value)) if isinstance(value, int | np.integer) else repr(float(value))


def array(values: np.ndarray) -> str:
    text = ", ".join(number(value) for value in np.ravel(values))
    return "np.array([\n" + textwrap.indent(textwrap.fill(text, WIDTH - 16), "    ") + "\n])"


def string(text: str) -> str:
    """A literal of one line in double quotes."""
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def comment(text: str, indent: str = "") -> list[str]:
    """`# text`, broken into lines; whatever the text holds, each of them stays a comment."""
    start = f"{indent}# "
    return textwrap.wrap(
        one_line(text), WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False
    ) or [start.rstrip()]


def docstring_lines(paragraphs: Iterable[str], indent: str = "") -> list[str]:
    """A docstring of these paragraphs, each broken into lines; an empty one is an empty line, "- " begins an item."""
    lines = []
    for paragraph in paragraphs:
        start = "    " if paragraph.startswith("    ") else ""
        more = "  " if paragraph.startswith("- ") else start
        text = one_line(paragraph)
        room = WIDTH - len(indent) if not start else len(start + text)  # a line of code stays one
        lines += textwrap.wrap(text, room, initial_indent=start, subsequent_indent=more, break_on_hyphens=False) or [""]
    lines = [re.sub('"+$|"""', lambda quotes: '\\"' * len(quotes[0]), line.replace("\\", "\\\\")) for line in lines]
    if len(lines) == 1:
        return [f'{indent}"""{lines[0]}"""']
    return [f'{indent}"""{lines[0]}', *(f"{indent}{line}".rstrip() for line in lines[1:]), f'{indent}"""']


def one_line(text: str) -> str:
    """Printable, without line breaks; what steers a terminal or turns the direction of text is shown as its code."""
    joined = " ".join(str(text).split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in joined)


def identifier(text: str) -> str:
    """Lower-case letters, digits and single underscores; empty where there are none.

    >>> identifier("Negative electrode OCP entropic change [V.K-1]".partition(" [")[0])
    'negative_electrode_ocp_entropic_change'
    """
    return re.sub(r"[^0-9A-Za-z]+", "_", text).strip("_").lower()


def plain_name(parameter: str) -> str:
    """The name of a parameter of PyBaMM without its unit."""
    return parameter.partition(" [")[0]


def unparsed(node: ast.expr) -> str:
    return ast.unparse(ast.fix_missing_locations(ast.Expression(node)))


def _formula_lines(formula: Any, tree: Any, arguments: tuple[str, ...]) -> list[str]:
    """The formula itself, with its constants by name, if its tree is this one."""
    pybamm = import_pybamm()
    if not isinstance(formula, Expression) or isinstance(tree, pybamm.Scalar):
        return []
    names = {variable: ARGUMENTS.get(variable, variable) for variable in formula.variables}
    if not set(names.values()) <= set(arguments):
        return []
    from pybamm.expression_tree.tracing import tracing

    with tracing():
        own = formula(**{variable: pybamm.Parameter(name) for variable, name in names.items()})
    if own != _without_ones(tree):
        return []
    node = ast.parse(formula.text.strip(), mode="eval").body  # which an Expression is too
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} & set(CONSTANTS)
    lines = [f"{name} = {CONSTANTS[name]!r}  # {CONSTANT_MEANINGS[name]}" for name in sorted(used)]
    return lines + _wrapped("return ", unparsed(_PyBaMMNames(names).visit(node)))


CONSTANT_MEANINGS = {"R": "molar gas constant [J.mol-1.K-1]", "F": "Faraday constant [C.mol-1]"}


class _PyBaMMNames(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]):
        self.names = {**names, **{name: f"np.{name}" for name in FUNCTIONS}, **{name: name for name in CONSTANTS}}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names[node.id])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return node.operand if isinstance(node.op, ast.UAdd) else node  # +x, which symbols of PyBaMM do not know


def _tree_lines(tree: Any, arguments: tuple[str, ...], subject: str) -> list[str]:
    pybamm = import_pybamm()
    if isinstance(tree, pybamm.Scalar):  # PyBaMM takes no number from a function
        return [f"return pybamm.Scalar({number(tree.value)})"]
    tree = _without_ones(tree)
    writer = _Writer(arguments, subject, frozenset(_repeated(tree)))
    value = unparsed(writer.node(tree))
    return writer.lines + _wrapped("return ", value)


def _without_ones(tree: Any) -> Any:
    """Without a leading factor of 1, which changes no bit."""
    pybamm = import_pybamm()
    if isinstance(tree, pybamm.Multiplication) and isinstance(tree.left, pybamm.Scalar) and tree.left.value == 1:
        return tree.right
    return tree


def _repeated(tree: Any) -> Iterable[Any]:
    """Operations that occur more than once."""
    seen: dict[Any, int] = {}
    for symbol in tree.pre_order():
        if symbol.children:
            seen[symbol] = seen.get(symbol, 0) + 1
    return (symbol for symbol, count in seen.items() if count > 1)


def _definition(name: str, arguments: tuple[str, ...], docstring: list[str], lines: list[str]) -> str:
    indent = "    "
    body = [*docstring_lines(docstring, indent), *(f"{indent}{line}".rstrip() for line in lines)]
    return "\n".join([f"def {name}({', '.join(arguments)}):", *body]) + "\n"


def _wrapped(start: str, text: str) -> list[str]:
    """`start` and an expression; a long one in parentheses, a line for each term of a sum."""
    if "\n" in text or len(start + text) <= WIDTH - 4:
        return f"{start}{text}".splitlines()
    inside = [
        line
        for term in _terms(text)
        for line in textwrap.wrap(term, WIDTH - 8, break_long_words=False, break_on_hyphens=False)
    ]
    return [f"{start}(", *(f"    {line}" for line in inside), ")"]


def _terms(text: str) -> list[str]:
    """Those of the outermost sum, each with its sign before it."""
    terms, depth, begin = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth == 0 and text[place : place + 3] in (" + ", " - "):
            terms.append(text[begin:place])
            begin = place + 1
    return [*terms, text[begin:]]
