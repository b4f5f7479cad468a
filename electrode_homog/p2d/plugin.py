"""The shipped sets by their names in PyBaMM: `pybamm.ParameterValues("electrode_homog.chen2020")`.

PyBaMM finds them by the entry points of the wheel, one for each file of `parameter_sets`, and loads one when asked
for it. Units and sources have no place in its values: `pybamm.parameter_sets.get_docstring("electrode_homog.chen2020")`
tells them, and `electrode_homog.load_parameter_set("chen2020")` is the set itself.
"""

from collections.abc import Callable
from typing import Any

from electrode_homog.p2d.conversion import to_pybamm
from electrode_homog.p2d.plugin_readme import shown
from electrode_homog.p2d.python_source import one_line
from electrode_homog.p2d.stock_model import beyond_stock, losses, needed_options
from electrode_homog.parameters import CellParameters, Entry, load_parameter_set, parameter_set_names

PREFIX = "electrode_homog."
"""Before the name of a set; no set of PyBaMM has a dot in its name."""


def __getattr__(name: str) -> Callable[[], dict[str, Any]]:
    """The function without arguments that PyBaMM asks for, one for each set."""
    if name not in parameter_set_names():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return values_function(load_parameter_set(name))


def values_function(cell: CellParameters) -> Callable[[], dict[str, Any]]:
    """A function that returns the values of the cell for PyBaMM; its docstring names unit and source of each."""

    def get_parameter_values() -> dict[str, Any]:
        return dict(to_pybamm(cell).items())

    get_parameter_values.__doc__ = description(cell)
    return get_parameter_values


def description(cell: CellParameters) -> str:
    """Title, publications, the options that PyBaMM must be given, and every value with its unit and source."""
    lines = [one_line(cell.title or cell.name), ""]
    lines += [f"- {one_line(citation)}" for citation in cell.citations]
    options = needed_options(cell)
    if options:
        lines += ["", f"Needs the options {options}, as in pybamm.lithium_ion.DFN({options})."]
    lines += [f"PyBaMM's own model is not enough: {reason}." for reason in beyond_stock(cell)]
    lines += [
        "",
        f'Or with all that is known of the cell: cell = electrode_homog.load_parameter_set("{cell.name}"),',
        f'pybamm.Model("{PREFIX}P2D", cell).',
        "",
        "Not in these values, or approximately:",
        *(f"- {text}" for text in losses(cell)),
        "",
        "Values of the set, their units and sources:",
        *(_line(entry) for entry in cell.entries()),
    ]
    return "\n".join(lines) + "\n"


def _line(entry: Entry) -> str:
    unit = "" if entry.unit in ("", "1") else f" {entry.unit}"
    return f"- {entry.path} = {one_line(shown(entry.value))}{unit}; {one_line(entry.source)}"
