"""What an image says beside the parameter set made from it: values in both directions, and what to be careful with."""

from dataclasses import dataclass

from electrode_homog.report.digits import rounded, unit_text
from electrode_homog.report.page import Cell, Table


@dataclass(frozen=True)
class BothDirections:
    """An effective value of an electrode; `name` says of what, `unit` is "" for a transport efficiency."""

    name: str
    unit: str
    through_plane: float
    in_plane: float


@dataclass(frozen=True)
class ImageNotes:
    """Of the parameter set `cell_name`, whose electrode `electrode` is from an image; `warnings` are sentences."""

    cell_name: str
    electrode: str
    directions: tuple[BothDirections, ...]
    warnings: tuple[str, ...] = ()


def directions_table(notes: ImageNotes) -> Table:
    """One row per value; the first number is what the cell model takes."""
    rows = []
    for value in notes.directions:
        row = (value.name, rounded(value.through_plane, 4), rounded(value.in_plane, 4), unit_text(value.unit))
        ratio = value.in_plane / value.through_plane if value.through_plane > 0 else float("nan")
        rows.append((*map(Cell, row), Cell(rounded(ratio))))
    caption = (
        f"Effective values of the {notes.electrode} electrode in both directions. The cell model takes the one through "
        "the thickness; that in the plane, the mean of y and z, is for models with current collectors and of heat."
    )
    head = ("Effective value of", "Through-plane", "In-plane", "Unit", "In-plane over through")
    return Table(caption, head, tuple(rows), numeric=(1, 2, 4))
