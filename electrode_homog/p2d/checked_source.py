"""A last look at Python text before it is written: it parses, and does nothing but what a parameter set does.

Texts of a set are quoted where they are written. Should one ever get out of its quotes, what it says would have to be
code, and there is no code here that is not on this list.
"""

import ast

from electrode_homog.errors import InputError
from electrode_homog.expression import FUNCTIONS

IMPORTED = {"numpy", "pybamm"}
CALLED = {
    *(f"np.{name}" for name in FUNCTIONS),
    "np.array",
    "pybamm.Interpolant",
    "pybamm.Parameter",
    "pybamm.Scalar",
    "pybamm.maximum",
    "pybamm.minimum",
    "abs",
    "super",
    "super().__init__",
}
READ = {*CALLED, "pybamm.lithium_ion", "pybamm.lithium_ion.DFN", "pybamm.standard_spatial_vars"}
READ |= {f"pybamm.standard_spatial_vars.{place}" for place in ("x_n", "x_s", "x_p")}
NODES = (
    *(ast.Module, ast.FunctionDef, ast.ClassDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.Expr, ast.Import),
    *(ast.alias, ast.Constant, ast.Name, ast.Load, ast.Store, ast.Attribute, ast.Call, ast.keyword, ast.Dict, ast.List),
    *(ast.Tuple, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
)


def checked_source(text: str, subject: str) -> str:
    """The text itself. Raises InputError, naming the subject, where it does not parse or does anything else."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"{subject} cannot be written as Python: {error}; use write_pybamm_json") from None
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if not isinstance(node, NODES) or _is_foreign(node, own):
            raise InputError(f"{subject} cannot be written as Python: {ast.unparse(node)[:60]!r} is no part of a set")
    return text


def _is_foreign(node: ast.AST, own: set[str]) -> bool:
    match node:
        case ast.Import(names=names):
            return not {alias.name for alias in names} <= IMPORTED
        case ast.Call(func=function):
            return ast.unparse(function) not in CALLED | own
        case ast.Attribute():
            return ast.unparse(node) not in READ
    return False
