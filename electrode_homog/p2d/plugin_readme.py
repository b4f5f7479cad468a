"""What a plug-in says of itself: how it is used, what is lost, and where every value comes from, as Markdown."""

import html

from electrode_homog import __version__
from electrode_homog.p2d.names import CURRENT_PARAMETER
from electrode_homog.p2d.python_source import number, one_line, string
from electrode_homog.p2d.stock_model import losses, stock_options
from electrode_homog.parameters import CellParameters, Entry
from electrode_homog.parameters.plausibility import balance
from electrode_homog.table import Table


def readme(cell: CellParameters, name: str) -> str:
    """The text of README.md."""
    lost = "\n".join(f"- {marked(text)}" for text in losses(cell))
    citations = "\n".join(f"- {marked(citation)}" for citation in cell.citations)
    rows = "\n".join(_row(entry) for entry in cell.entries())
    title = f"{marked(cell.title)}\n\n" if cell.title else ""
    return f"""\
# {marked(cell.name)}

{title}A parameter set for [PyBaMM](https://pybamm.org), written by electrode_homog {__version__}. It needs PyBaMM only.

    pip install .

```python
import pybamm

{chr(10).join(example(cell, name))}
```

The model is PyBaMM's Doyle-Fuller-Newman model with the options `{stock_options(cell)}`; give them to other models
of PyBaMM yourself. The current is that of 1C until you set another.
{f"{chr(10)}Published in:{chr(10)}{chr(10)}{citations}{chr(10)}" if citations else ""}
## What PyBaMM's values do not say, or say approximately

- sources and standard deviations: they are below, and in `{name}/parameter_set.toml`
{lost}

## Where every value comes from

| value | number | unit | standard deviation | source |
| --- | --- | --- | --- | --- |
{rows}

## Licence

The values belong to the sources named above. No licence is stated here: add yours before you pass the package on.
"""


def example(cell: CellParameters, name: str) -> list[str]:
    """Lines of Python that run the cell for an hour."""
    return [
        f"model = pybamm.Model({string(name)})",
        f"values = pybamm.ParameterValues({string(name)})",
        *charging(cell),
        "solution = pybamm.Simulation(model, parameter_values=values).solve([0, 3600])",
    ]


def charging(cell: CellParameters) -> list[str]:
    """The line that a cell needs which begins nearer to its lower cut-off voltage than to the upper one."""
    if not balance(cell).initial_voltage_V < (cell.cell.lower_voltage_V + cell.cell.upper_voltage_V) / 2:
        return []
    current_A = number(-cell.cell.nominal_capacity_Ah)
    return [f"values[{string(CURRENT_PARAMETER)}] = {current_A}  # charging, because it begins empty"]


def marked(text: str) -> str:
    """Plain text in Markdown: one line in which nothing is a heading, a link, a cell of a table, or HTML."""
    escaped = html.escape(one_line(text), quote=False)
    return "".join(f"\\{character}" if character in r"\`*[]#|~" else character for character in escaped)


def _row(entry: Entry) -> str:
    deviation = "" if entry.uncertainty is None else f"{entry.uncertainty:.6g}"
    cells = (entry.path, shown(entry.value), entry.unit, deviation, entry.source)
    return f"| {' | '.join(marked(cell) for cell in cells)} |"


def shown(value: float | str | Table | tuple[float, ...]) -> str:
    """The value of an Entry; of a table its extent."""
    match value:
        case Table():
            return f"table of {len(value.x)} points, {value.variable} = {value.x[0]:.6g} to {value.x[-1]:.6g}"
        case tuple():
            return ", ".join(f"{number:.6g}" for number in value)
        case str():
            return value
        case _:
            return repr(value)
