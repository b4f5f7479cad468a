"""One self-contained HTML file about the results of a study."""

from collections.abc import Sequence
from pathlib import Path

from electrode_homog.errors import InputError
from electrode_homog.output import refuse_existing, write_whole
from electrode_homog.provenance import current_provenance
from electrode_homog.report.contents import Contents, Item, Named, sorted_contents
from electrode_homog.report.design_section import design_section
from electrode_homog.report.discharge_section import discharge_section
from electrode_homog.report.electrode_section import electrode_section
from electrode_homog.report.fit_section import fit_section
from electrode_homog.report.headline import more, summary, tiles
from electrode_homog.report.page import Page
from electrode_homog.report.parameters_section import parameters_section
from electrode_homog.report.particle_section import particle_section
from electrode_homog.report.provenance_section import provenance_section
from electrode_homog.report.rendering import render
from electrode_homog.report.transport_section import transport_section


def write_report(
    items: Sequence[Item | Named], path: str | Path, *, title: str = "Electrode report", overwrite: bool = False
) -> Path:
    """Write tables and figures of `items` as one HTML file that needs nothing else; returns its path.

    Items come in any order and are sorted by kind; wrap one in `Named` to say what it is called. The first
    parameter set, and the first named group of runs, are what the others are compared with.

    Raises InputError for an empty list, an item of another kind, and a file that exists (unless `overwrite`).
    """
    contents = sorted_contents(items)
    if not isinstance(title, str) or not title.strip():
        raise InputError(f"title = {title!r} must be a text that is not empty")
    refuse_existing(path, overwrite=overwrite)
    return write_whole(path, render(_page(contents, title)), overwrite=overwrite)


def _page(contents: Contents, title: str) -> Page:
    made = current_provenance()
    sections = (
        electrode_section(contents),
        transport_section(contents),
        parameters_section(contents),
        discharge_section(contents),
        particle_section(contents),
        design_section(contents),
        fit_section(contents),
        provenance_section(contents, made),
    )
    return Page(
        title=title,
        summary=summary(contents),
        more=more(contents),
        tiles=tiles(contents),
        sections=tuple(section for section in sections if section is not None),
        made=f"electrode_homog {made.packages['electrode-homog']}, {made.created}",
    )
