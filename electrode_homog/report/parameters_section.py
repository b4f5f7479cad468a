"""Section "Handed to the P2D model": every value with unit and source, and the B that PyBaMM made of it."""

from collections.abc import Mapping
from dataclasses import replace

from electrode_homog.parameters import EFFECTIVE_ALREADY, CellParameters, Electrode, Entry
from electrode_homog.particles import Sphere
from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.digits import change, percent, rounded, unit_text, with_error, written
from electrode_homog.report.efficiency import bulk_fraction, bulk_phases, transport_efficiency
from electrode_homog.report.image_notes import ImageNotes, directions_table
from electrode_homog.report.page import Block, Cell, Details, Panel, Section, Table
from electrode_homog.report.variants import REGIONS, cell_of, efficiencies, variants
from electrode_homog.table import Table as Curve
from electrode_homog.transport_law import BruggemanLaw, FixedEfficiency, TortuosityFactor, TransportLaw

_LONG_SOURCE = 40  # characters above which a source is not repeated from row to row
_LONG_TEXT = 24  # characters above which a name does not fit a cell
_MOST_NUMBERS = 6  # of a list, in its note
_SAME = "the same"
_BY_CALLER = "given by the caller"
_AGREES = 1e-6  # relative difference between our B and the one that PyBaMM evaluated
_CAPACITY_OFF = 0.15  # difference between nominal capacity and what the lithium can deliver that is worth a word
_NO_RESERVE = 0.97  # share of the negative electrode that is full at the start, from which plating has no reserve
_BALANCE_OFF = 0.01  # change of the capacity of an electrode that is worth a word
_SAME_POROSITY = 0.01  # difference between image and electrode up to which they are called the same


def parameters_section(contents: Contents) -> Section | None:
    if not contents.cells:
        return None
    base = contents.cells[0]
    panels: list[Panel] = []
    for cell in contents.cells:
        said = {text for panel in panels for text in panel.cautions}
        panel = _cell_panel(cell, base, contents)
        panels.append(replace(panel, cautions=tuple(text for text in panel.cautions if text not in said)))
    return Section("parameters", "Handed to the P2D model", (*panels, _consequences_panel(contents)))


def _notes_of(cell: CellParameters, contents: Contents) -> ImageNotes | None:
    return next((notes.item for notes in contents.image_notes if notes.item.cell_name == cell.name), None)


def usable_capacity_Ah(cell: CellParameters) -> float:
    """Charge that the initial state can deliver: lithium in the negative, or room in the positive electrode."""
    lithium = initial_filling(cell.negative) * cell.theoretical_capacity_Ah("negative")
    room = (1 - initial_filling(cell.positive)) * cell.theoretical_capacity_Ah("positive")
    return min(lithium, room)


def initial_filling(electrode: Electrode) -> float:
    """Mean stoichiometry of all active material at the start."""
    phases = electrode.active_materials
    lithium = sum(phase.active_fraction * phase.initial_concentration_mol_m3 for phase in phases)
    return lithium / sum(phase.active_fraction * phase.maximum_concentration_mol_m3 for phase in phases)


def _cell_panel(labelled: Labelled[CellParameters], base: Labelled[CellParameters], contents: Contents) -> Panel:
    entries = labelled.item.entries()
    before = {entry.path: entry for entry in base.item.entries()} if labelled is not base else {}
    changed = [entry for entry in entries if _is_changed(entry, before)]
    paths = {entry.path for entry in changed}
    rest = [entry for entry in entries if entry.path not in paths]
    blocks: list[Block] = []
    shows = "What goes into the cell model, value by value, and where each number comes from."
    if before:
        shows = f"What differs from “{base.label}”. The other {len(rest)} values are the same."
    if changed:
        blocks.append(_entry_table(changed, "Values from the image or the caller.", before=before, mark=True))
    if not before:
        caption = f"{labelled.item.name}: values as they are handed over, in SI units."
        summary = f"{'The other' if changed else 'All'} {len(rest)} values with their sources"
        blocks.append(Details(summary, _entry_table(rest, caption)))
    if before and not changed:
        shows = f"No value differs from “{base.label}”."
    if (notes := _notes_of(labelled.item, contents)) is not None and notes.directions:
        blocks.append(directions_table(notes))
    title = f"{labelled.label}: {labelled.item.title}" if labelled.item.title and not before else labelled.label
    return Panel(title, shows, tuple(blocks), tuple(_cell_cautions(labelled, base, contents)))


def _is_changed(entry: Entry, before: dict[str, Entry]) -> bool:
    if before:
        old = before.get(entry.path)
        return old is None or old.value != entry.value or not _same_source(entry.source, old.source)
    return entry.source == _BY_CALLER


def _same_source(source: str, of_base: str) -> bool:
    """Whether a source is that of the base set, or says so: "from base set chen2020: …"."""
    return source == of_base or source.endswith(f": {of_base}")


def _entry_table(
    entries: list[Entry], caption: str, *, before: dict[str, Entry] | None = None, mark: bool = False
) -> Table:
    rows = []
    above = ""
    for entry in entries:
        source = "as above" if entry.source == above and len(above) > _LONG_SOURCE else entry.source
        above = entry.source
        old = _before_text(entry, before) if before else ""
        path = Cell(entry.path, note=_note(entry))
        value = Cell(_value_text(entry), mark=mark and old != _SAME)
        row = (path, value, Cell(unit_text(entry.unit)), *([Cell(old)] if before else []))
        rows.append((*row, Cell(source)))
    head = ["Value of", "Value", "Unit", *(["Before"] if before else []), "Source"]
    numeric = (1, 3) if before else (1,)
    return Table(caption, tuple(head), tuple(rows), numeric=numeric, code=(0,))


def _value_text(entry: Entry) -> str:
    match entry.value:
        case str() as text:
            return "formula" if entry.unit else "text" if len(text) > _LONG_TEXT else text
        case Curve():
            return "table"
        case tuple() as numbers:
            return f"list of {len(numbers)}"
        case value if entry.uncertainty is not None and entry.uncertainty > 0:
            return with_error(value, entry.uncertainty)
        case value:
            return written(float(value))


def _note(entry: Entry) -> str:
    """What is too long for a cell: the formula, the range of a table, the first numbers of a list."""
    match entry.value:
        case str() as text:
            return text if entry.unit or len(text) > _LONG_TEXT else ""
        case Curve(x=x):
            return f"{len(x)} points, {entry.value.variable} = {written(x[0])} to {written(x[-1])}"
        case tuple() as numbers:
            return ", ".join(map(written, numbers[:_MOST_NUMBERS])) + (", …" if len(numbers) > _MOST_NUMBERS else "")
        case _:
            return ""


def _before_text(entry: Entry, before: dict[str, Entry]) -> str:
    """The old value; a law of another kind has another path, such as "….tortuosity_factor"."""
    if entry.path in before:
        old, new = _value_text(before[entry.path]), _value_text(entry)
        number = isinstance(entry.value, float | int)
        if before[entry.path].value == entry.value or (number and old == new):
            return _SAME
        return f"another {old}" if old == new else old
    if entry.path.endswith(".particle"):
        return "Sphere"  # the one kind without an entry of its own
    section_path = entry.path.rpartition(".")[0]
    replaced = [path for path in before if path.rpartition(".")[0] == section_path]
    if section_path.endswith("_law") and len(replaced) == 1:
        return f"{replaced[0].rpartition('.')[2]} {_value_text(before[replaced[0]])}"
    return "–"


def _consequences_panel(contents: Contents) -> Panel:
    """What follows from the values, all sets in one table each."""
    shows = "What follows from the values: the transport that the model computes with, and the charge it holds."
    blocks = (_efficiency_table(contents), _capacity_table(contents))
    cautions = [text for labelled in contents.cells for text in _capacity_cautions(labelled)]
    cautions.append(_particle_caution(contents))
    return Panel("Transport and capacity", shows, blocks, tuple(cautions))


def _particle_caution(contents: Contents) -> str:
    electrodes = [getattr(cell.item, side) for cell in contents.cells for side in ("negative", "positive")]
    if any(electrode.measured_surface_area_per_m is not None for electrode in electrodes):
        return (
            "Where a reacting surface was measured, it does not go with the radius of the particles: they take up what "
            "passes through it, at the size that they have. Elsewhere it is 3 × active fraction / radius."
        )
    if all(isinstance(electrode.particle, Sphere) for electrode in electrodes):
        text = "Particles are spheres of one radius; the reacting surface is 3 × active fraction / radius."
        sources = [
            cell.item.sources[f"{side}.particle"] for cell in contents.cells for side in ("negative", "positive")
        ]
        return text if any("the image " in source for source in sources) else f"{text} Neither comes from the image."
    return (
        "The reacting surface is 3 × active fraction / radius; the radius of other particles than spheres is three "
        "times their volume over their surface, whatever surface the image has."
    )


def _efficiency_table(contents: Contents) -> Table:
    """One row per region where all sets agree, else one per set."""
    rows = []
    for region in REGIONS:
        found = [(cell, _efficiency_row(cell, region, contents)) for cell in contents.cells]
        same = all(row == found[0][1] for _, row in found)
        for cell, row in found[:1] if same else found:
            name = "all" if same and len(found) > 1 else cell.label
            rows.append((Cell(region), Cell(name), *row))
    evaluated = bool(contents.runs)
    head = ["Region", "Parameter set", "Volume fraction", "Law", "B, ours"]
    head += ["B in PyBaMM", ""] if evaluated else []
    caption = "Transport efficiency B per region"
    caption += ", and as PyBaMM evaluated it when it solved." if evaluated else "; no run is given to compare it with."
    return Table(caption, tuple(head), tuple(rows), numeric=(2, 4, 5))


def _efficiency_row(labelled: Labelled[CellParameters], region: str, contents: Contents) -> tuple[Cell, ...]:
    fraction, law = _fraction_and_law(labelled.item, region)
    ours = efficiencies(labelled.item)[region]
    effective = law == EFFECTIVE_ALREADY and region.endswith("solid")
    row = [
        Cell(written(fraction)),
        Cell("effective already" if effective else _law_text(law)),
        Cell(_efficiency_text(ours)),
    ]
    if contents.runs:
        theirs = _evaluated(labelled, contents).get(region)
        if theirs is None:
            row += [Cell("–"), Cell("not run")]
        else:
            off = not abs(theirs - ours) <= _AGREES * ours
            row += [Cell(_efficiency_text(theirs), mark=off), Cell("differs" if off else "agrees")]
    return tuple(row)


def _efficiency_text(B: float) -> str:
    return "1" if B == 1 else rounded(B, 4)


def _evaluated(labelled: Labelled[CellParameters], contents: Contents) -> Mapping[str, float]:
    for variant in variants(contents.runs):
        if cell_of(variant, contents.cells) is labelled:
            return variant.transport_efficiency
    return {}


def _fraction_and_law(cell: CellParameters, region: str) -> tuple[float, TransportLaw]:
    section, phase = region.split()
    owner = getattr(cell, section)
    return (owner.solid_fraction, owner.solid_law) if phase == "solid" else (owner.porosity, owner.electrolyte_law)


def _law_text(law: TransportLaw) -> str:
    match law:
        case BruggemanLaw():
            return f"exponent {rounded(law.exponent)}"
        case TortuosityFactor():
            return f"tortuosity factor {rounded(law.value)}"
        case FixedEfficiency():
            return f"fixed at {rounded(law.value)}"


def _capacity_table(contents: Contents) -> Table:
    rows = []
    for labelled in contents.cells:
        cell = labelled.item
        negative, positive = (cell.theoretical_capacity_Ah(which) for which in ("negative", "positive"))
        numbers = (negative, positive, negative / positive, usable_capacity_Ah(cell), cell.cell.nominal_capacity_Ah)
        areas = (cell.negative.surface_area_per_m / 1e6, cell.positive.surface_area_per_m / 1e6)
        rows.append((Cell(labelled.label), *(Cell(rounded(number)) for number in (*numbers, *areas))))
    head = (
        "Parameter set",
        "Full negative (Ah)",
        "Full positive (Ah)",
        "Negative over positive",
        "Deliverable at most (Ah)",
        "Nominal (Ah)",
        "Surface, negative (µm⁻¹)",
        "Surface, positive (µm⁻¹)",
    )
    caption = (
        "Capacity and reacting surface. “Full” is from empty to the maximum concentration; “deliverable” is the "
        "lithium in the negative electrode at the start, or the room in the positive one, whichever is less."
    )
    return Table(caption, head, tuple(rows), numeric=tuple(range(1, len(head))))


def _capacity_cautions(labelled: Labelled[CellParameters]) -> list[str]:
    cell, found = labelled.item, []
    usable, nominal = usable_capacity_Ah(cell), cell.cell.nominal_capacity_Ah
    if abs(usable / nominal - 1) > _CAPACITY_OFF:
        found.append(
            f"{labelled.label}: the nominal capacity, {rounded(nominal)} Ah, differs from what the initial state can "
            f"deliver, {rounded(usable)} Ah ({change(usable, nominal)}). A C-rate is a share of the nominal one."
        )
    full = initial_filling(cell.negative)
    if full > _NO_RESERVE:
        found.append(
            f"{labelled.label}: the negative electrode starts {percent(full)} full, with no reserve against plating."
        )
    lithium = full * cell.theoretical_capacity_Ah("negative")
    room = (1 - initial_filling(cell.positive)) * cell.theoretical_capacity_Ah("positive")
    if room < lithium:
        found.append(
            f"{labelled.label}: the positive electrode has room for {rounded(room)} Ah, less than the "
            f"{rounded(lithium)} Ah in the negative one (N/P): part of the lithium cannot be used."
        )
    return found


def _cell_cautions(labelled: Labelled[CellParameters], base: Labelled[CellParameters], contents: Contents) -> list[str]:
    cell = labelled.item
    notes = _notes_of(cell, contents)
    found = _law_cautions(cell) + ([] if notes is None else list(notes.warnings))
    if labelled is base:
        assumed = [entry.path for entry in cell.entries() if entry.source.strip().lower().startswith("assumed")]
        if assumed:
            shown = ", ".join(assumed[:4]) + (f" and {len(assumed) - 4} more" if len(assumed) > 4 else "")
            found.append(f"Assumed, without a source: {shown}.")
        return found
    for which in ("negative", "positive"):
        if notes is not None and notes.electrode == which:
            continue  # its warnings say so
        full, before = cell.theoretical_capacity_Ah(which), base.item.theoretical_capacity_Ah(which)
        if abs(full / before - 1) > _BALANCE_OFF:
            found.append(
                f"The full capacity of the {which} electrode is {rounded(full)} Ah instead of {rounded(before)} Ah "
                f"({change(full, before)}). That changes the balance of the cell, apart from any transport."
            )
    return found + _image_cautions(cell, base.item, contents)


def _law_cautions(cell: CellParameters) -> list[str]:
    found = []
    for region in REGIONS:
        fraction, law = _fraction_and_law(cell, region)
        if isinstance(law, BruggemanLaw) and law.porosity_range != (0.0, 1.0) and not law.covers(fraction):
            low, high = (rounded(edge) for edge in law.porosity_range)
            found.append(f"The law of the {region} is supported from {low} to {high}, but used at {rounded(fraction)}.")
    return found


def _image_cautions(cell: CellParameters, base: CellParameters, contents: Contents) -> list[str]:
    """The porosity of the image and that of the electrode that took its law are two numbers."""
    tensors = [labelled.item for labelled in contents.tensors if transport_efficiency(labelled.item) is not None]
    fractions = [bulk_fraction(t) for t in tensors if any("pore" in name.lower() for name in bulk_phases(t))]
    found = []
    for which in ("negative", "positive"):
        electrode, path = getattr(cell, which), f"{which}.electrolyte_law"
        if _same_source(cell.sources[path], base.sources[path]):
            continue
        nearest = min(fractions, key=lambda f: abs(f - electrode.porosity), default=electrode.porosity)
        if abs(nearest - electrode.porosity) > _SAME_POROSITY:
            found.append(
                f"The {which} electrode has porosity {rounded(electrode.porosity)}, the image {rounded(nearest)}: "
                "B is carried over by the law, not computed at that porosity."
            )
    return found
