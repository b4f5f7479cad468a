"""Section "Design": what the cell would deliver with other dimensions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.design_figures import HeatMap, heat_map, line
from electrode_homog.report.digits import joined, rounded
from electrode_homog.report.page import Block, Cell, Details, Facts, Figure, Panel, Picture, Section, Table
from electrode_homog.report.quantities import axis_label, shown_value
from electrode_homog.studies import DesignTable, PorosityRule

if TYPE_CHECKING:
    import pandas

_DONE = "done"
_SHOWN = {  # column: what the reader sees
    "stack_energy_density_Wh_per_L": "Energy density of the stack (Wh/L)",
    "capacity_mAh_per_cm2": "Capacity per area (mAh/cm²)",
    "mean_power_W": "Mean power (W)",
}
_DRAWN = ("stack_energy_density_Wh_per_L", "capacity_mAh_per_cm2")
_RULE_TEXT: Mapping[PorosityRule, str] = {
    PorosityRule.ACTIVE_FIXED: "porosity is exchanged for inactive material",
    PorosityRule.RECIPE_FIXED: "less porosity is more coating of the same recipe in the same thickness",
    PorosityRule.CALENDERED: "less porosity is the same coating pressed thinner",
}


def design_section(contents: Contents) -> Section | None:
    panels = tuple(_panel(labelled, f"design{n}") for n, labelled in enumerate(contents.designs))
    return Section("design", "Design", panels) if panels else None


def best_text(design: DesignTable) -> str | None:
    """The best point of the grid in words; None where no point is done."""
    column = _DRAWN[0]
    rows = design.table[design.table["status"] == _DONE]
    if rows.empty:
        return None
    best = rows.loc[rows[column].idxmax()]
    at = joined(
        [
            shown_value(path, float(best[path])) + f" {axis_label(path).partition(' (')[0].lower()}"
            for path in design.vary
        ]
    )
    return f"{rounded(float(best[column]))} Wh/L of stack at {at}"


def _panel(labelled: Labelled[DesignTable], name: str) -> Panel:
    design = labelled.item
    paths = list(design.vary)
    caption = f"{design.protocol_text}; outlined: the best point."
    figure = Figure(caption, tuple(_pictures(design, name)))
    blocks: tuple[Block, ...] = (figure, _facts(design), Details("All points", _table(design)))
    names = joined([axis_label(path).partition(" (")[0].lower() for path in paths])
    shows = f"What the cell {labelled.label} would deliver over {names}, all else unchanged."
    return Panel(f"Design over {names}", shows, blocks, tuple(_cautions(design)))


def _pictures(design: DesignTable, name: str) -> list[Picture]:
    paths = list(design.vary)
    pictures = []
    for column in _DRAWN:
        if len(paths) == 1:
            x = design.table[paths[0]].to_numpy(dtype=float)
            y = design.table[column].to_numpy(dtype=float)
            pictures.append(line(paths[0], x, y, _SHOWN[column], f"{name}-{column}"))
        else:
            values = _grid(design.table, paths, design.vary, column)
            given = HeatMap(paths[0], paths[1], design.vary[paths[0]], design.vary[paths[1]], values, _SHOWN[column])
            pictures.append(heat_map(given, f"{name}-{column}"))
    return pictures


def _grid(
    table: "pandas.DataFrame", paths: list[str], vary: Mapping[str, tuple[float, ...]], column: str
) -> np.ndarray:
    """(first path, second path); NaN where a point failed."""
    grid = np.full((len(vary[paths[0]]), len(vary[paths[1]])), np.nan)
    place = [{value: i for i, value in enumerate(vary[path])} for path in paths]
    for first, second, value in zip(table[paths[0]], table[paths[1]], table[column], strict=True):
        grid[place[0][first], place[1][second]] = value
    return grid


def _facts(design: DesignTable) -> Facts:
    done = int((design.table["status"] == _DONE).sum())
    pairs = [("Points", str(len(design.table))), ("Simulated", str(done))]
    best = best_text(design)
    if best:
        pairs.append(("Best", best))
    if any(path.endswith("porosity") for path in design.vary):
        pairs.append(("When porosity changes", _RULE_TEXT[design.porosity_rule]))
    return Facts(tuple(pairs))


def _table(design: DesignTable) -> Table:
    paths = list(design.vary)
    rows = []
    for _, row in design.table.iterrows():
        cells = [Cell(shown_value(path, float(row[path]))) for path in paths]
        cells += [Cell(rounded(float(row[column]), 4)) for column in _SHOWN]
        ended = str(row["ended_by"]) if row["status"] == _DONE else str(row["status"])
        rows.append((*cells, Cell(ended, mark=row["status"] != _DONE)))
    head = (*(axis_label(path).partition(" (")[0] for path in paths), *_SHOWN.values(), "Ended by")
    return Table(f"{design.cell_name}, {design.protocol_text}.", head, tuple(rows), numeric=tuple(range(len(head) - 1)))


def _cautions(design: DesignTable) -> list[str]:
    found = [*design.warnings]
    failed = design.table[design.table["status"] != _DONE]
    if len(failed):
        found.append(
            f"{len(failed)} of {len(design.table)} points could not be simulated; the first: {failed['status'].iloc[0]}"
        )
    edge = _best_on_edge(design)
    if edge:
        found.append(f"The best point lies on the edge of the grid along {joined(edge)}; the optimum may be outside.")
    found.append(
        "C-rates are those of the unchanged cell: a thicker electrode sees the same current. Foils, tabs and housing "
        "are not in the volume, nor are limits of mechanics, plating or heat."
    )
    return found


def _best_on_edge(design: DesignTable) -> list[str]:
    rows = design.table[design.table["status"] == _DONE]
    if rows.empty:
        return []
    best = rows.loc[rows[_DRAWN[0]].idxmax()]
    return [
        axis_label(path).partition(" (")[0].lower()
        for path, values in design.vary.items()
        if len(values) > 1 and best[path] in (min(values), max(values))
    ]
