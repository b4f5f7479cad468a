"""What a cell delivers over a grid of one or two of its parameters."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.p2d import CellRun, Mesh, Protocol, protocol_steps, simulate
from electrode_homog.parameters import CellParameters
from electrode_homog.provenance import current_provenance
from electrode_homog.studies.content_hash import content_hash
from electrode_homog.studies.executor import run_tasks
from electrode_homog.studies.outcome import Done, Failed
from electrode_homog.studies.variation import PorosityRule, check_paths, varied_cell
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency

if TYPE_CHECKING:
    import pandas

FIGURES = (
    "capacity_Ah",
    "energy_Wh",
    "mean_power_W",
    "capacity_mAh_per_cm2",
    "energy_mWh_per_cm2",
    "stack_energy_density_Wh_per_L",
    "duration_s",
)
DONE = "done"
_SOURCE = "design variable"


@dataclass(frozen=True, eq=False)
class DesignTable:
    """One row per point of the grid, the first path varying slowest.

    `table` has one column per path of `vary`, the columns FIGURES (NaN where the point failed), `ended_by` and
    `status`: "done", or the error with its message. Areas are those of `Cell.electrode_area_m2`. The energy
    density is per volume of both electrodes and the separator; foils, housing and tabs are left out. `warnings`
    says what the grid cannot show.
    """

    vary: Mapping[str, tuple[float, ...]]
    table: "pandas.DataFrame"
    protocol_text: str
    cell_name: str
    porosity_rule: PorosityRule
    warnings: tuple[str, ...] = ()

    def best(self, column: str) -> "pandas.Series":
        """The row with the largest `column` among those that are done. Raises InputError where none is."""
        if column not in FIGURES:
            raise InputError(f"column {column!r} is not one of {', '.join(FIGURES)}")
        figures = np.where(self.table["status"] == DONE, self.table[column], np.nan)
        if np.isnan(figures).all():
            raise InputError(f"no point of this design could be simulated; the first: {self.table['status'].iloc[0]}")
        return self.table.iloc[int(np.nanargmax(figures))]


def design(
    cell: CellParameters,
    vary: Mapping[str, Sequence[float]],
    protocol: Protocol,
    *,
    mesh: Mesh | None = None,
    porosity_rule: PorosityRule = PorosityRule.ACTIVE_FIXED,
    workers: int | None = None,
    journal: str | Path | None = None,
    time_limit_s: float | None = 120.0,
    progress: Callable[[int, int], None] | None = None,
) -> DesignTable:
    """Simulate `protocol` at every point of the full grid of one or two paths, such as "positive.porosity".

    A point that is not physical, does not converge or exceeds `time_limit_s` is a row with that status. A
    conductivity that is effective already does not follow the porosity. A C-rate is that of
    `cell.nominal_capacity_Ah` at every point: a thicker electrode sees the same current. `journal` (JSON lines)
    makes the study resumable; it may be resumed with other values of the same paths.
    """
    values = _checked_grid(cell, vary, porosity_rule)
    protocol_text = ", then ".join(str(step) for step in protocol_steps(protocol))
    mesh = Mesh() if mesh is None else mesh
    same = {"cell": cell, "protocol": protocol, "mesh": mesh, "porosity_rule": porosity_rule}
    points = [dict(zip(values, point, strict=True)) for point in product(*values.values())]
    outcomes = run_tasks(
        evaluate_point,
        [{**same, "changes": point} for point in points],
        study=content_hash({**same, "paths": list(values), "figures": FIGURES, "versions": _versions()}),
        workers=workers,
        journal=journal,
        time_limit_s=time_limit_s,
        progress=progress,
    )
    rows = []
    for point, outcome in zip(points, outcomes, strict=True):
        match outcome:
            case Done(value):
                rows.append({**point, **value, "status": DONE})
            case Failed(error, message):
                rows.append({**point, "ended_by": "", "status": f"{error}: {message}"})
    import pandas

    table = pandas.DataFrame(rows, columns=[*values, *FIGURES, "ended_by", "status"])
    table = table.astype(dict.fromkeys(FIGURES, float))
    return DesignTable(values, table, protocol_text, cell.name, porosity_rule, _warnings(cell, values))


def evaluate_point(task: Mapping[str, Any]) -> dict[str, Any]:
    """One point of the grid as plain data; runs in a worker."""
    cell = varied_cell(task["cell"], task["changes"], source=_SOURCE, porosity_rule=task["porosity_rule"])
    figures = _figures(cell, simulate(cell, task["protocol"], mesh=task["mesh"]))
    return {name: value if isinstance(value, str) or math.isfinite(value) else None for name, value in figures.items()}


def _figures(cell: CellParameters, run: CellRun) -> dict[str, float | str]:
    area_m2 = cell.cell.electrode_area_m2
    stack_m3 = area_m2 * (cell.negative.thickness_m + cell.separator.thickness_m + cell.positive.thickness_m)
    return {
        "capacity_Ah": run.capacity_Ah,
        "energy_Wh": run.energy_Wh,
        "mean_power_W": run.mean_power_W,
        "capacity_mAh_per_cm2": run.capacity_Ah / area_m2 * 1e3 / 1e4,
        "energy_mWh_per_cm2": run.energy_Wh / area_m2 * 1e3 / 1e4,
        "stack_energy_density_Wh_per_L": run.energy_Wh / stack_m3 / 1e3,
        "duration_s": run.duration_s,
        "ended_by": run.ended_by,
    }


def _checked_grid(
    cell: CellParameters, vary: Mapping[str, Sequence[float]], rule: PorosityRule
) -> dict[str, tuple[float, ...]]:
    if not 1 <= len(vary) <= 2:
        raise InputError(f"vary has {len(vary)} paths; a design varies one or two")
    values = {}
    for path, given in vary.items():
        values[path] = tuple(float(value) for value in given)
        if not values[path] or len(set(values[path])) < len(values[path]):
            raise InputError(f"vary[{path!r}] = {values[path]} must hold values, none of them twice")
        if not all(math.isfinite(value) for value in values[path]):
            raise InputError(f"vary[{path!r}] = {values[path]} must be finite numbers")
    check_paths(cell, values, rule)
    return values


def _warnings(cell: CellParameters, values: Mapping[str, tuple[float, ...]]) -> tuple[str, ...]:
    warnings = []
    for section in ("negative", "separator", "positive"):
        path = f"{section}.porosity"
        law = getattr(cell, section).electrolyte_law
        if path not in values:
            continue
        if isinstance(law, FixedEfficiency):
            warnings.append(f"{path} is varied, but B stays {law.value:g}: its law is a FixedEfficiency")
        elif isinstance(law, BruggemanLaw) and not all(map(law.covers, values[path])):
            low, high = law.porosity_range
            warnings.append(f"{path} leaves {low:g} to {high:g}, where data support its transport law")
    return tuple(warnings)


def _versions() -> dict[str, str]:
    """What the figures depend on beside the cell."""
    packages = current_provenance().packages
    return {name: packages[name] for name in ("electrode-homog", "pybamm", "casadi")}
