"""Section "Design": what the cell would deliver with other dimensions."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.design_figures import HeatMap, heat_map, line
from electrode_homog.report.digits import joined, rounded
from electrode_homog.report.page import Block, Cell, Details, Facts, Figure, Panel, Picture, Section, Table
from electrode_homog.report.quantities import axis_label, quantity, shown_value
from electrode_homog.studies import DesignTable, PorosityRule

_DONE = "done"
_SHOWN = {  # column: what the reader sees
    "stack_energy_density_Wh_per_L": "Energy density of the stack (Wh/L)",
    "capacity_mAh_per_cm2": "Capacity per area (mAh/cm²)",
    "mean_power_W": "Mean power (W)",
}
_MERIT = "stack_energy_density_Wh_per_L"
_DRAWN = (_MERIT, "capacity_mAh_per_cm2")
_RULE_TEXT: Mapping[PorosityRule, str] = {
    PorosityRule.ACTIVE_FIXED: "porosity is exchanged for inactive material",
    PorosityRule.RECIPE_FIXED: "less porosity is more coating of the same recipe in the same thickness",
    PorosityRule.CALENDERED: "less porosity is the same coating pressed thinner",
}
Row = dict[str, Any]


def design_section(contents: Contents) -> Section | None:
    panels = tuple(_panel(labelled, f"design{n}") for n, labelled in enumerate(contents.designs))
    return Section("design", "Design", panels) if panels else None


def best_text(design: DesignTable) -> str | None:
    """The best point of the grid in words; None where no point is done."""
    best = _best(_rows(design))
    if best is None:
        return None
    at = joined([f"{quantity(path)[0]} {shown_value(path, best[path])}" for path in design.vary])
    return f"{rounded(best[_MERIT])} Wh/L of stack at {at}"


def _rows(design: DesignTable) -> list[Row]:
    """Points of the grid as plain data."""
    return [{str(key): value for key, value in row.items()} for row in design.table.to_dict("records")]


def _best(rows: list[Row]) -> Row | None:
    done = [row for row in rows if row["status"] == _DONE and np.isfinite(row[_MERIT])]
    return max(done, key=lambda row: row[_MERIT], default=None)


def _panel(labelled: Labelled[DesignTable], name: str) -> Panel:
    design, rows = labelled.item, _rows(labelled.item)
    figure = Figure(f"{design.protocol_text}; outlined: the best point.", tuple(_pictures(design, rows, name)))
    blocks: tuple[Block, ...] = (figure, _facts(design, rows), Details("All points", _table(design, rows)))
    names = joined([quantity(path)[0] for path in design.vary])
    shows = f"What the cell {labelled.label} would deliver over {names}, all else unchanged."
    return Panel(f"Design over {names}", shows, blocks, tuple(_cautions(design, rows)))


def _pictures(design: DesignTable, rows: list[Row], name: str) -> list[Picture]:
    paths = list(design.vary)
    pictures = []
    for column in _DRAWN:
        if len(paths) == 1:
            x, y = (np.array([row[key] for row in rows], dtype=float) for key in (paths[0], column))
            pictures.append(line(paths[0], x, y, _SHOWN[column], f"{name}-{column}"))
        else:
            up, across = paths
            values = _grid(rows, design.vary, column)
            given = HeatMap(up, across, design.vary[up], design.vary[across], values, _SHOWN[column])
            pictures.append(heat_map(given, f"{name}-{column}"))
    return pictures


def _grid(rows: list[Row], vary: Mapping[str, tuple[float, ...]], column: str) -> np.ndarray:
    """(first path, second path); NaN where a point failed."""
    up, across = vary
    values = np.full((len(vary[up]), len(vary[across])), np.nan)
    for row in rows:
        values[vary[up].index(row[up]), vary[across].index(row[across])] = row[column]
    return values


def _facts(design: DesignTable, rows: list[Row]) -> Facts:
    done = sum(row["status"] == _DONE for row in rows)
    pairs = [("Points", str(len(rows))), ("Simulated", str(done))]
    best = best_text(design)
    if best:
        pairs.append(("Best", best))
    if any(path.endswith("porosity") for path in design.vary):
        pairs.append(("When porosity changes", _RULE_TEXT[design.porosity_rule]))
    return Facts(tuple(pairs))


def _table(design: DesignTable, rows: list[Row]) -> Table:
    shown = []
    for row in rows:
        done = row["status"] == _DONE
        cells = [Cell(shown_value(path, row[path])) for path in design.vary]
        cells += [Cell(rounded(row[column], 4)) for column in _SHOWN]
        shown.append((*cells, Cell(str(row["ended_by"] if done else row["status"]), mark=not done)))
    head = (*(axis_label(path).partition(" (")[0] for path in design.vary), *_SHOWN.values(), "Ended by")
    caption = f"{design.cell_name}, {design.protocol_text}."
    return Table(caption, head, tuple(shown), numeric=tuple(range(len(head) - 1)))


def _cautions(design: DesignTable, rows: list[Row]) -> list[str]:
    found = [*design.warnings]
    failed = [row for row in rows if row["status"] != _DONE]
    if failed:
        first = failed[0]["status"]
        found.append(f"{len(failed)} of {len(rows)} points could not be simulated; the first: {first}")
    edge = _best_on_edge(design, rows)
    if edge:
        found.append(f"The best point lies on the edge of the grid along {joined(edge)}; the optimum may be outside.")
    found.append(
        "C-rates are those of the unchanged cell: a thicker electrode sees the same current. Foils, tabs and housing "
        "are not in the volume, nor are limits of mechanics, plating or heat."
    )
    return found


def _best_on_edge(design: DesignTable, rows: list[Row]) -> list[str]:
    best = _best(rows)
    if best is None:
        return []
    return [
        quantity(path)[0]
        for path, values in design.vary.items()
        if len(values) > 1 and best[path] in (min(values), max(values))
    ]
