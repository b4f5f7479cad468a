"""A cell as a Python module that needs PyBaMM only: its values with their sources, its functions, its model.

It is read like PyBaMM's own parameter sets: functions first, then `get_parameter_values()`. What is written there comes
from checked data; texts of the set appear in comments and docstrings, and nowhere else.
"""

from collections.abc import Iterable
from typing import Any

from electrode_homog import __version__
from electrode_homog.errors import InputError
from electrode_homog.expression import Expression
from electrode_homog.p2d.checked_source import checked_source
from electrode_homog.p2d.conversion import to_pybamm
from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.plugin_readme import example
from electrode_homog.p2d.python_source import (
    WIDTH,
    comment,
    docstring_lines,
    function_source,
    identifier,
    number,
    plain_name,
    string,
    symbol_source,
)
from electrode_homog.p2d.stock_model import losses, stock_options
from electrode_homog.p2d.value_origins import origins
from electrode_homog.parameters import CellParameters

TITLES = {
    "cell": "cell",
    "negative": "negative electrode",
    "separator": "separator",
    "positive": "positive electrode",
    "electrolyte": "electrolyte",
    "thermal": "heat",
}
"""Of the sections of a set."""

ENTRY, MODEL = "get_parameter_values", "P2D"
INDENT = "        "


def module_source(cell: CellParameters, entry_name: str, data_file: str) -> str:
    """The text of `__init__.py`; `entry_name` is what PyBaMM will know the set by, `data_file` its TOML beside.

    Raises InputError for a value that has no text in Python, naming it.
    """
    values = to_pybamm(cell)
    definitions, texts = [], {}
    for name, value in values.items():
        definition, texts[name] = _value(cell, name, value)
        if definition:
            definitions.append(definition)
    parts = [
        "\n".join(_module_docstring(cell, entry_name, data_file)),
        "import numpy as np\nimport pybamm\n",
        _options(cell),
        *definitions,
        _entry(cell, entry_name, texts),
        _model(entry_name),
    ]
    return checked_source("\n\n".join(part.rstrip("\n") + "\n" for part in parts), cell.name)


def _value(cell: CellParameters, name: str, value: Any) -> tuple[str, str]:
    """The definition that a value needs before, if any, and the value itself."""
    pybamm = import_pybamm()
    if isinstance(value, pybamm.Symbol) or callable(value):
        function = identifier(plain_name(name))
        docstring = [f"{name}.", "", *_source_lines(cell, name)]
        if isinstance(value, pybamm.Symbol):
            return symbol_source(function, value, name, docstring), f"{function}()"
        return function_source(function, value, name, docstring, _formula(cell, name)), function
    return "", number(value)


def _formula(cell: CellParameters, name: str) -> Expression | None:
    """The formula that a parameter is, where it is one."""
    for path in origins(cell, name)[:1]:
        section, _, field = path.rpartition(".")
        value = getattr(cell.section(section), field)
        if isinstance(value, Expression):
            return value
    return None


def _source_lines(cell: CellParameters, name: str) -> list[str]:
    """One line of text per value behind a parameter: its source, and its standard deviation if known."""
    paths = origins(cell, name)
    lines = []
    for path in paths:
        start = f"{path.rpartition('.')[2]}: " if len(paths) > 1 else ""
        deviation = cell.uncertainties.get(path)
        end = "" if deviation is None else f" (standard deviation {deviation:.6g})"
        lines.append(f"{start}{cell.sources[path]}{end}")
    return lines


def _module_docstring(cell: CellParameters, entry_name: str, data_file: str) -> list[str]:
    paragraphs = [
        f"A battery cell as a parameter set of PyBaMM: {cell.name}.",
        "",
        *([cell.title, ""] if cell.title else []),
        *cell.citations,
        *([""] if cell.citations else []),
        f"Written by electrode_homog {__version__}, which it does not need. Use it by name:",
        "",
        *(f"    {line}" for line in example(cell, entry_name)),
        "",
        f"The source of each value stands beside it; the set itself, with uncertainties, is {data_file} here.",
    ]
    return docstring_lines(paragraphs)


def _options(cell: CellParameters) -> str:
    lines = ["OPTIONS = {"]
    lines += [f"    {string(key)}: {_option(value)}," for key, value in stock_options(cell).items()]
    return "\n".join([*lines, "}", '"""Options of PyBaMM that belong to these values."""']) + "\n"


def _option(value: Any) -> str:
    match value:
        case str():
            return string(value)
        case tuple():
            return f"({', '.join(_option(item) for item in value)},)"
    raise InputError(f"option {value!r} of PyBaMM has no text here")


def _entry(cell: CellParameters, entry_name: str, texts: dict[str, str]) -> str:
    paragraphs = [
        f"Parameter values of {cell.name}.",
        "",
        *([cell.title, ""] if cell.title else []),
        *cell.citations,
        *([""] if cell.citations else []),
        "Units are those in brackets; what has none is dimensionless.",
        f'For `pybamm.Model("{entry_name}")`, or another model of PyBaMM with the options {stock_options(cell)}.',
        *_loss_paragraphs(cell),
    ]
    lines = [f"def {ENTRY}():", *docstring_lines(paragraphs, "    "), "    return {"]
    for section, title in TITLES.items():
        names = [name for name in texts if _section(cell, name) == section]
        lines += [f"{INDENT}# --- {title} ---"] if names else []
        for name in names:
            lines += _with_comments(f"{INDENT}{string(name)}: {texts[name]},", _source_lines(cell, name))
    return "\n".join([*lines, "    }"]) + "\n"


def _loss_paragraphs(cell: CellParameters) -> Iterable[str]:
    return ("", "What these values do not say, or say approximately:", *(f"- {text}" for text in losses(cell)))


def _section(cell: CellParameters, name: str) -> str:
    """The section of the set that a parameter belongs to."""
    paths = origins(cell, name)
    return paths[0].partition(".")[0] if paths else "cell"


def _with_comments(line: str, sources: list[str]) -> list[str]:
    """A line of values with its sources: after it where there is room, else above."""
    comments = [text for source in sources for text in comment(source, INDENT)]
    if len(comments) == 1 and len(line) + 2 + len(comments[0].strip()) <= WIDTH:
        return [f"{line}  {comments[0].strip()}"]
    return [*comments, line]


def _model(entry_name: str) -> str:
    return f'''class {MODEL}(pybamm.lithium_ion.DFN):
    """PyBaMM's Doyle-Fuller-Newman model with the options that belong to the parameter set; more may be given."""

    def __init__(self, options=None, name={string(entry_name)}, build=True):
        super().__init__({{**OPTIONS, **(options or {{}})}}, name, build)
'''
