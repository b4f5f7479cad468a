"""What a report is made of, before it is HTML: sections of panels, panels of tables and figures.

Plain text in, everywhere: the template escapes it. Only `Picture.svg` is markup, and only `drawing` makes it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    """One key figure."""

    label: str
    value: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Swatch:
    """One entry of a legend. `colour` is CSS; `dashes` draws a line instead of a square, "" a solid one."""

    name: str
    colour: str
    dashes: str | None = None


@dataclass(frozen=True)
class Picture:
    """An inline SVG, its natural width, a sentence for those who cannot see it, and what it is of, above it."""

    svg: str
    width_px: int
    alt: str
    title: Swatch | None = None


@dataclass(frozen=True)
class Figure:
    """Pictures side by side, as far as the screen allows, under one caption."""

    caption: str
    pictures: tuple[Picture, ...]
    legend: tuple[Swatch, ...] = ()
    kind = "figure"


@dataclass(frozen=True)
class Cell:
    """One cell of a table. `mark` highlights it; `swatch` puts a colour in front; `note` is small and below."""

    text: str
    mark: bool = False
    swatch: str = ""
    note: str = ""


@dataclass(frozen=True)
class Table:
    """`numeric` columns are set right with figures of equal width; `code` columns in a fixed pitch.

    `groups` are names above several columns, each with their number; together they span the head.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] = ()
    code: tuple[int, ...] = ()
    marked_rows: tuple[int, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()
    kind = "table"


@dataclass(frozen=True)
class Matrix:
    """A 3 x 3 tensor as numbers on tints; `shades` are 0 to 1."""

    caption: str
    texts: tuple[tuple[str, ...], ...]
    shades: tuple[tuple[float, ...], ...]
    unit: str
    kind = "matrix"


@dataclass(frozen=True)
class Facts:
    """Short pairs of name and value, in a line."""

    pairs: tuple[tuple[str, str], ...]
    kind = "facts"


@dataclass(frozen=True)
class Details:
    """A table that opens on demand."""

    summary: str
    table: Table
    kind = "details"


@dataclass(frozen=True)
class Listing:
    """Lines of code or of references."""

    caption: str
    lines: tuple[str, ...]
    code: bool = False
    kind = "listing"


@dataclass(frozen=True)
class Beside:
    """Blocks next to each other on a wide screen, below each other on a narrow one."""

    blocks: "tuple[Block, ...]"
    kind = "beside"


Block = Figure | Table | Matrix | Facts | Details | Listing | Beside


@dataclass(frozen=True)
class Panel:
    """One result: what it shows in a sentence, the result, and when not to trust it."""

    title: str
    shows: str
    blocks: tuple[Block, ...]
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    anchor: str
    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Page:
    title: str
    summary: str
    more: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    made: str
