"""Cells that use all that an export to PyBaMM may hold, and texts that try to get out of their quotes."""

from dataclasses import replace

import numpy as np

from electrode_homog.expression import Expression
from electrode_homog.parameters import CellParameters, Layers, load_parameter_set
from electrode_homog.particles import DarkenDiffusivity, FromOpenCircuitPotential, JumpDiffusivity
from electrode_homog.table import Table

HOSTILE = (
    'end"""; raise SystemExit("out") #',
    "first\nimport os; os.abort()",
    "first\r\n    import os\x0b\x0cimport os\u2028import os\x85import os",
    "back\\slash \\\" \\' \\n \\N{BULLET} \\",
    '\'\'\' """"" \'',
    "# -*- coding: utf-7 -*- +AGE-",
    "{cell} %s {{0}} ${HOME} `id`",
    "<script>alert(1)</script> [click](javascript:alert(1)) | cell | ![x](http://x)",
    "\x1b[31mred\u202e\u2066reversed\x00nul",
    '"',
    "\\",
    '"""',
    "   ",
    "x" * 3000,
)


def full_cell() -> CellParameters:
    """Layers, a measured area, a table, a formula of temperature, Darken's law, a resistance, an uncertainty."""
    cell = load_parameter_set("chen2020")
    x = np.linspace(0, 1, 40)
    table = Table(tuple(x), tuple(cell.positive.open_circuit_potential_V(x=x)))
    layers = Layers((0.5, 0.3, 0.2), (0.4, 0.335, 0.25), (0.55, 0.6, 0.7), (0.2, 0.15, 0.1), (1.0, 1.0, 1.0))
    graded = Layers((0.4, 0.6), (0.3, 0.22), (0.7, 0.76), (0.14, 0.09), (0.6, 0.65))
    darken = DarkenDiffusivity(JumpDiffusivity(1e-15), FromOpenCircuitPotential(), floor=0.3)
    cell = cell.with_electrode("positive", open_circuit_potential_V=table, diffusivity_m2_s=darken)
    cell = cell.with_electrode(
        "negative",
        measured_surface_area_per_m=5e5,
        diffusivity_m2_s=Expression("3.3e-14*exp(-2*x)*exp(-3e4/R*(1/T - 1/298.15))", ("x", "T")),
        source="impedance",
    )
    cell = cell.with_layers("positive", layers, source="image").with_layers("negative", graded, source="image")
    cell = cell.with_value("cell.contact_resistance_Ohm", 0.01)
    return replace(cell, name="full cell", uncertainties={"separator.porosity": 0.02})


def hostile_cell(text: str, cell: CellParameters | None = None) -> CellParameters:
    """The cell with this text wherever a text of its own may stand."""
    cell = full_cell() if cell is None else cell
    return replace(
        cell,
        name=f"a{text}",
        title=text,
        citations=(text, "a paper"),
        sources={path: text if text.strip() else f"{text}." for path in cell.sources},
    )
