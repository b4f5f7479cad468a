"""Runs that belong together: one variant is one cell under several protocols.

The first variant is what the others are compared with, and so is the first parameter set.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from electrode_homog.p2d import CellRun
from electrode_homog.parameters import CellParameters
from electrode_homog.report.contents import Labelled

_FROM_IMAGE = re.compile(r"(-(negative|positive)-from-image)+$")  # what `electrode_from_image` adds to a name
_CONSTANT = 0.01  # relative range of the current that still counts as a discharge at constant current
REGIONS = (
    "negative electrolyte",
    "separator electrolyte",
    "positive electrolyte",
    "negative solid",
    "positive solid",
)


@dataclass(frozen=True, eq=False)
class Variant:
    """`name` is the label that runs and parameter set share; `label` tells variants of one name apart."""

    name: str
    label: str
    runs: tuple[CellRun, ...]

    @property
    def transport_efficiency(self) -> Mapping[str, float]:
        return self.runs[0].transport_efficiency

    def run(self, protocol_text: str) -> CellRun | None:
        return next((run for run in self.runs if run.protocol_text == protocol_text), None)


def variants(runs: list[Labelled[CellRun]]) -> list[Variant]:
    """Runs of one label whose transport efficiencies and particle models agree.

    A protocol that comes again begins the next variant.
    """
    groups: list[tuple[tuple, list[CellRun]]] = []
    for labelled in runs:
        run = labelled.item
        B = tuple(round(run.transport_efficiency.get(region, np.nan), 9) for region in REGIONS)
        key = (labelled.label, *B, *((side, run.particles[side].model) for side in sorted(run.particles)))
        open_groups = [
            members
            for known, members in groups
            if known == key and all(run.protocol_text != member.protocol_text for member in members)
        ]
        if open_groups:
            open_groups[0].append(run)
        else:
            groups.append((key, [run]))
    seen: dict[str, int] = {}
    result = []
    for (name, *_), members in groups:
        seen[name] = seen.get(name, 0) + 1
        result.append(Variant(name, name if seen[name] == 1 else f"{name} ({seen[name]})", tuple(members)))
    return result


def comparable(shown: list[Variant]) -> list[Variant]:
    """The variants of the cell that the first one is of, electrodes from images included; all if there is no other."""
    names = [_FROM_IMAGE.sub("", variant.runs[0].cell_name) for variant in shown]
    alike = [variant for variant, name in zip(shown, names, strict=True) if name == names[0]]
    return alike if len(alike) > 1 else shown


def cell_of(variant: Variant, cells: list[Labelled[CellParameters]]) -> Labelled[CellParameters] | None:
    """The parameter set of the same given name, else of the same cell; of several the nearest in particles and B."""
    given = [cell for cell in cells if cell.given and cell.label == variant.name]
    alike = [cell for cell in cells if cell.item.name == variant.runs[0].cell_name]
    return min(given or alike, key=lambda cell: _distance(variant, cell.item), default=None)


def efficiencies(cell: CellParameters) -> dict[str, float]:
    """What our parameters say B is, by PyBaMM's regions."""
    return dict(
        zip(
            REGIONS,
            (
                cell.negative.electrolyte_efficiency,
                cell.separator.electrolyte_efficiency,
                cell.positive.electrolyte_efficiency,
                cell.negative.solid_efficiency,
                cell.positive.solid_efficiency,
            ),
            strict=True,
        )
    )


def is_discharge(run: CellRun) -> bool:
    """Whether one constant discharge current runs from beginning to end."""
    current = run.current_A
    return bool(current.min() > 0 and np.ptp(current) <= _CONSTANT * current.max())


def _distance(variant: Variant, cell: CellParameters) -> tuple[int, float]:
    """How many electrodes have another kind of particle, then how far off B is."""
    kinds = {path: type(part.particle).__name__ for path, part in cell.active_materials().items()}
    others = sum(kinds.get(path) != history.model for path, history in variant.runs[0].particles.items())
    ours = efficiencies(cell)
    off = sum(abs(ours[region] - B) for region, B in variant.transport_efficiency.items() if region in ours)
    return others, off
