"""Tables of phases, of the surfaces between two of them, and of the lines where three meet."""

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from electrode_homog.microstructure import Description, PhaseSurvey, Survey
from electrode_homog.report.digits import change, percent, rounded
from electrode_homog.report.length_unit import LengthUnit, length_unit
from electrode_homog.report.page import Beside, Block, Cell, Details, Table
from electrode_homog.report.palette import phase_colour

T = TypeVar("T")
_MOST_ROWS = 10  # longer tables open on demand
_MOST_LISTED = 100  # of interfaces and of lines: of n phases there are up to n**3 / 6


def survey_blocks(found: Survey, description: Description | None) -> tuple[Block, ...]:
    """Fractions carry their standard error where the image was described."""
    unit = length_unit(found.voxel_size_m)
    errors = {} if description is None else {of.name: of.fraction_relative_error for of in description.phases}
    blocks: list[Block] = [_phase_table(found, errors, unit)]
    meeting: list[Table] = []
    if found.interfaces:
        meeting.append(_interface_table(found, unit))
    if found.triple_lines:
        meeting.append(_line_table(found, unit))
    if any(len(table.rows) > _MOST_ROWS for table in meeting):
        return (*blocks, *map(_folded, meeting))
    return (*blocks, Beside(tuple(meeting))) if len(meeting) == 2 else (*blocks, *meeting)


def _phase_table(found: Survey, errors: dict[str, float], unit: LengthUnit) -> Table:
    rows = []
    for place, phase in enumerate(found.phases):
        connected = [
            Cell(percent(share)) if percolates else Cell("none", mark=True)
            for share, percolates in zip(phase.connected_fraction, phase.percolates, strict=True)
        ]
        name = Cell(phase.name, swatch=phase_colour(place))
        labels = Cell(", ".join(map(str, phase.labels)))
        rows.append((name, labels, _fraction(phase, errors), *connected, _isolated(phase), _area(phase, unit)))
    head = ("Phase", "Label", "Volume fraction", "x", "y", "z", "Isolated", f"Area per volume ({unit.inverse})")
    groups = (("", 3), ("Connected along", 3), ("", 2))
    caption = (
        "Phases. Connected: the share of the phase that joins the two opposite faces of the image through common voxel "
        "faces; isolated: the share that touches no outer face. Area: to all other phases, per volume of the image; "
        "below it how much more the voxel faces add up to, which other tools report: half as much again on curved "
        "surfaces, at any resolution."
    )
    if any(math.isfinite(error) for error in errors.values()):
        caption += " ±: one standard error of the fraction as that of the whole electrode which the image was cut from."
    return Table(caption, head, tuple(rows), numeric=tuple(range(2, len(head))), groups=groups)


def _fraction(phase: PhaseSurvey, errors: dict[str, float]) -> Cell:
    """With its standard error, in per cent of the volume too."""
    relative = errors.get(phase.name, math.nan)
    if math.isnan(relative):
        note = ""
    elif math.isinf(relative):
        note = "± unknown: one sample"
    else:
        note = f"± {percent(relative * phase.volume_fraction, 2)}"
    return Cell(percent(phase.volume_fraction), note=note)


def _isolated(phase: PhaseSurvey) -> Cell:
    return Cell(percent(phase.isolated_fraction, 2) if phase.isolated_fraction > 0 else "0")


def _area(phase: PhaseSurvey, unit: LengthUnit) -> Cell:
    return Cell(unit.per_length(phase.area_per_m), note=_by_faces(phase.face_count_area_per_m, phase.area_per_m))


def _by_faces(faces_per_m: float, area_per_m: float) -> str:
    return f"voxel faces {change(faces_per_m, area_per_m)}" if area_per_m > 0 else ""


def _interface_table(found: Survey, unit: LengthUnit) -> Table:
    rows = []
    for interface in _largest(found.interfaces, lambda interface: interface.area_per_m):
        area = Cell(
            unit.per_length(interface.area_per_m),
            note=_by_faces(interface.face_count_area_per_m, interface.area_per_m),
        )
        facing = [Cell(rounded(float(interface.normal_tensor[axis, axis]))) for axis in range(3)]
        rows.append((Cell(" – ".join(interface.phases)), area, *facing))
    caption = (
        "Surfaces between two phases, per volume of the image. Facing: mean square of the normal along each axis, "
        "0.333 each where the surface faces all ways alike, 1 along x where it lies flat in the electrode."
        + _left_out(found.interfaces)
    )
    head = ("Between", f"Area per volume ({unit.inverse})", "x", "y", "z")
    return Table(caption, head, tuple(rows), numeric=(1, 2, 3, 4), groups=(("", 2), ("Facing", 3)))


def _line_table(found: Survey, unit: LengthUnit) -> Table:
    rows = tuple(
        (Cell(" – ".join(line.phases)), Cell(unit.per_area(line.length_per_m2)))
        for line in _largest(found.triple_lines, lambda line: line.length_per_m2)
    )
    caption = f"Lines where three phases meet, per volume of the image.{_left_out(found.triple_lines)}"
    return Table(caption, ("Of", f"Length per volume ({unit.inverse_square})"), rows, numeric=(1,))


def _largest(found: Sequence[T], size: Callable[[T], float]) -> Sequence[T]:
    """As they are, or the largest first if there are too many to list."""
    return found if len(found) <= _MOST_LISTED else sorted(found, key=size, reverse=True)[:_MOST_LISTED]


def _left_out(found: Sequence) -> str:
    return f" The {_MOST_LISTED} largest of {len(found)}." if len(found) > _MOST_LISTED else ""


def _folded(table: Table) -> Table | Details:
    """Opens on demand if it is long."""
    long = len(table.rows) > _MOST_ROWS
    return Details(f"{table.caption.partition(',')[0]}: {len(table.rows)}", table) if long else table
