"""Panels of a description: sizes, directions, and profiles through the thickness."""

import math
from collections.abc import Sequence

from electrode_homog.microstructure import Description, PhaseDescription, Sizes
from electrode_homog.report.digits import NARROW_SPACE, percent, rounded
from electrode_homog.report.direction_figures import chord_figure, correlation_figure, path_figure
from electrode_homog.report.length_unit import LengthUnit, length_unit
from electrode_homog.report.page import Beside, Block, Cell, Panel, Swatch, Table
from electrode_homog.report.palette import phase_colour
from electrode_homog.report.profile_figures import area_figure, connection_figure, connection_parts
from electrode_homog.report.size_figures import size_figure

_MOST_DRAWN = 12  # phases; tables hold them all
_REPRESENTATIVE = 0.01  # relative standard error of the fraction in the cube that is named
_DECILES = (0.1, 0.5, 0.9)
Sized = Sequence[tuple[Swatch, PhaseDescription, Sizes]]


def morphology_panels(described: Description, of: str, name: str) -> list[Panel]:
    """None for a single phase, which has no walls.

    `of` ends the titles where a report has several electrodes; `name` begins the names of the drawings.
    """
    if len(described.phases) == 1:
        return []
    unit = length_unit(described.survey.voxel_size_m)
    swatches = [Swatch(phase.name, phase_colour(place)) for place, phase in enumerate(described.phases)]
    sized = [
        (swatch, phase, phase.sizes)
        for swatch, phase in zip(swatches, described.phases, strict=True)
        if phase.sizes is not None
    ]
    panels = [_sizes(sized, unit, f"Sizes{of}", name)] if sized else []
    panels.append(_directions(described, swatches, unit, f"Directions{of}", name))
    panels.append(_thickness(described, swatches, unit, f"Through the thickness{of}", name))
    return panels


def _sizes(sized: Sized, unit: LengthUnit, title: str, name: str) -> Panel:
    drawn = [(swatch, sizes) for swatch, _, sizes in sized[:_MOST_DRAWN]]
    blocks: tuple[Block, ...] = (
        size_figure(drawn, unit, f"{name}-sizes"),
        _size_table(sized, unit),
        _radius_table(sized, unit),
    )
    cautions = (
        "How many bodies there are depends on what counts as a neck; local thickness does not. Bodies that the border "
        "cuts are made up for by weights, but one too large to be whole anywhere in the image is missing.",
    )
    shows = "How wide each phase is, how large its bodies are, and which balls stand for it in a cell model."
    return Panel(title, _with_count(shows, len(sized)), blocks, cautions)


def _size_table(sized: Sized, unit: LengthUnit) -> Table:
    rows = []
    for swatch, _, sizes in sized:
        thickness = [Cell(unit.length(sizes.thickness.quantile_m(share))) for share in _DECILES]
        rows.append((Cell(swatch.name, swatch=swatch.colour), *thickness, *_body_cells(sizes, unit)))
    head = ("Phase", *("D10", "D50", "D90") * 2, "D50", "Whole", "Cut", "Weight")
    groups = (("", 1), ("Local thickness", 3), ("Bodies by volume", 3), ("by number", 1), ("Number of bodies", 3))
    caption = (
        f"Diameters ({unit.name}): 10, 50 and 90{NARROW_SPACE}% of the volume, or half of the number, is in what is "
        "smaller. Weight: as how many bodies of equal volume the whole ones count; from fewer than about 100 a "
        "distribution by volume says little."
    )
    return Table(caption, head, tuple(rows), numeric=tuple(range(1, len(head))), groups=groups)


def _body_cells(sizes: Sizes, unit: LengthUnit) -> list[Cell]:
    bodies = sizes.particles
    if bodies is None:
        return [*[Cell("–")] * 4, Cell("0"), Cell("all"), Cell("–")]
    diameters = [2 * bodies.volume_quantile_m(share) for share in _DECILES] + [2 * bodies.median_m]
    counts = (str(bodies.radii_m.size), str(bodies.cut), f"{bodies.effective_counts[1]:.0f}")
    return [*(Cell(unit.length(diameter)) for diameter in diameters), *map(Cell, counts)]


def _radius_table(sized: Sized, unit: LengthUnit) -> Table:
    rows = []
    for swatch, _, sizes in sized:
        radii = sizes.radii
        volume = "–" if radii.volume_m is None else unit.length(radii.volume_m)
        cells = (Cell(volume), Cell(unit.length(radii.area_m)), Cell(unit.length(radii.diffusion_m)))
        rows.append((Cell(swatch.name, swatch=swatch.colour), *cells))
    head = ("Phase", "Mean size, by volume", "Same area, 3ε/a", "Same diffusion time")
    caption = (
        f"Radii ({unit.name}) of equal balls that stand for a phase; for balls of one size all agree. That of the area "
        "keeps the reaction area in a cell model, and with it the current per area; that of diffusion keeps the time "
        "that lithium takes to spread in the particles; the mean size is what laser diffraction comes nearest to."
    )
    return Table(caption, head, tuple(rows), numeric=(1, 2, 3))


def _directions(described: Description, swatches: list[Swatch], unit: LengthUnit, title: str, name: str) -> Panel:
    drawn = list(zip(swatches, described.phases, strict=True))[:_MOST_DRAWN]
    blocks: tuple[Block, ...] = (
        chord_figure(drawn, unit, f"{name}-chords"),
        path_figure(drawn, unit, f"{name}-path"),
        correlation_figure(drawn, unit, f"{name}-correlation"),
        _direction_table(described, swatches, unit),
    )
    cautions = (
        "Lines run along rows of voxels and miss what is thinner than a voxel: mean chords come out up to half a voxel "
        "too long. ∞: no chord ends, or the correlation does not fall to 1/e within half the image.",
    )
    shows = "How far each phase reaches along x, y and z, and how far apart two points have to be to be independent."
    return Panel(title, _with_count(shows, len(described.phases)), blocks, cautions)


def _direction_table(described: Description, swatches: list[Swatch], unit: LengthUnit) -> Table:
    rows = []
    for swatch, phase in zip(swatches, described.phases, strict=True):
        shape = phase.anisotropy
        lengths = [Cell(unit.length(length)) for length in (*shape.mean_chord_m, *shape.correlation_length_m)]
        flat = [Cell(rounded(shape.chord_flattening[0])), Cell(rounded(shape.correlation_flattening[0]))]
        rows.append((Cell(swatch.name, swatch=swatch.colour), *lengths, *flat, Cell(unit.length(_cube_m(phase)))))
    head = ("Phase", *"xyzxyz", "by chords", "by correlation", f"Cube for 1{NARROW_SPACE}%")
    groups = (("", 1), ("Mean chord", 3), ("Correlation length", 3), ("Flattening along x", 2), ("", 1))
    caption = (
        f"Lengths ({unit.name}) along the axes. Flattening: geometric mean of y and z over x; 1 where the axes are "
        "alike, above 1 where the phase is pressed flat along x, as calendering does. Cube: edge of the cube whose "
        f"volume fraction has a relative standard error of 1{NARROW_SPACE}%."
    )
    return Table(caption, head, tuple(rows), numeric=tuple(range(1, len(head))), groups=groups)


def _cube_m(phase: PhaseDescription) -> float:
    return math.cbrt(phase.integral_range.representative_volume_m3(_REPRESENTATIVE))


def _thickness(described: Description, swatches: list[Swatch], unit: LengthUnit, title: str, name: str) -> Panel:
    drawn = [(swatch, place) for place, swatch in enumerate(swatches)][:_MOST_DRAWN]
    blocks: list[Block] = [connection_figure(described.profiles, drawn, unit, f"{name}-profile")]
    table = _connection_table(described, swatches)
    if described.survey.interfaces:
        blocks.append(Beside((area_figure(described.survey, unit, f"{name}-area"), table)))
    else:
        blocks.append(table)
    cautions = (
        "The sides of the image cut paths that lead around: in a narrow image more looks isolated than in the "
        "electrode.",
    )
    shows = "What each layer holds from one face to the other, what of it is connected, and how much area it has."
    return Panel(title, _with_count(shows, len(swatches)), tuple(blocks), cautions)


def _connection_table(described: Description, swatches: list[Swatch]) -> Table:
    rows = []
    for place, swatch in enumerate(swatches):
        total = described.profiles.fraction[place].mean()
        shares = [part.mean() / total for part in connection_parts(described.profiles, place)]
        rows.append((Cell(swatch.name, swatch=swatch.colour), *(Cell(percent(float(share))) for share in shares)))
    head = ("Phase", "both faces", "x = 0 only", "opposite only", "neither")
    groups = (("", 1), ("Connected to", 4))
    return Table("Shares of each phase.", head, tuple(rows), numeric=(1, 2, 3, 4), groups=groups)


def _with_count(shows: str, phases: int) -> str:
    return f"{shows} Drawn: the first {_MOST_DRAWN} of {phases} phases." if phases > _MOST_DRAWN else shows
