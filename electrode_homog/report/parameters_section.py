"""Section "Handed to the P2D model": every value with unit and source, and the B that PyBaMM made of it."""

from electrode_homog.parameters import EFFECTIVE_ALREADY, CellParameters, Entry
from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.digits import change, percent, rounded, unit_text, with_error, written
from electrode_homog.report.page import Block, Cell, Details, Facts, Panel, Section, Table
from electrode_homog.report.variants import REGIONS, cell_of, efficiencies, variants
from electrode_homog.transport_law import BruggemanLaw

_BY_CALLER = "given by the caller"
_AGREES = 1e-6  # relative difference between our B and the one that PyBaMM evaluated
_CAPACITY_OFF = 0.15  # difference between nominal capacity and what the lithium can deliver that is worth a word


def parameters_section(contents: Contents) -> Section | None:
    if not contents.cells:
        return None
    base = contents.cells[0]
    panels = [_cell_panel(cell, base, contents) for cell in contents.cells]
    return Section("parameters", "Handed to the P2D model", tuple(panels))


def usable_capacity_Ah(cell: CellParameters) -> float:
    """Charge that the initial state can deliver: lithium in the negative, or room in the positive electrode."""
    lithium = cell.negative.initial_stoichiometry * cell.theoretical_capacity_Ah("negative")
    room = (1 - cell.positive.initial_stoichiometry) * cell.theoretical_capacity_Ah("positive")
    return min(lithium, room)


def _cell_panel(labelled: Labelled[CellParameters], base: Labelled[CellParameters], contents: Contents) -> Panel:
    cell, entries = labelled.item, labelled.item.entries()
    before = {entry.path: entry for entry in base.item.entries()} if labelled is not base else {}
    changed = [entry for entry in entries if _is_changed(entry, before)]
    paths = {entry.path for entry in changed}
    rest = [entry for entry in entries if entry.path not in paths]
    blocks: list[Block] = []
    if changed:
        caption = f"What differs from {base.label}." if before else "What the image or the caller gave."
        blocks.append(_entry_table(changed, caption, before=before, mark=True))
    blocks.append(_efficiency_table(labelled, contents))
    blocks.append(_derived(cell))
    summary = f"All {len(rest)} other values with their sources" if changed else f"All {len(rest)} values with their sources"
    blocks.append(Details(summary, _entry_table(rest, f"{cell.name}: values as they are handed over, in SI units.")))
    shows = "What goes into the cell model, and where each number comes from."
    if before:
        shows = f"What goes into the cell model; highlighted is what differs from {base.label}."
    title = labelled.label if not cell.title else f"{labelled.label}: {cell.title}"
    return Panel(title, shows, tuple(blocks), tuple(_cautions(cell, contents)))


def _is_changed(entry: Entry, before: dict[str, Entry]) -> bool:
    if before:
        old = before.get(entry.path)
        return old is None or (old.value, old.source) != (entry.value, entry.source)
    return entry.source == _BY_CALLER


def _entry_table(
    entries: list[Entry], caption: str, *, before: dict[str, Entry] | None = None, mark: bool = False
) -> Table:
    rows = []
    for entry in entries:
        row = [Cell(entry.path), Cell(_value_text(entry), mark=mark), Cell(unit_text(entry.unit))]
        if before:
            row.append(Cell(_before_text(entry, before)))
        rows.append((*row, Cell(entry.source)))
    head = ["Value of", "Value", "Unit", *(["Before"] if before else []), "Source"]
    numeric = (1, 3) if before else (1,)
    return Table(caption, tuple(head), tuple(rows), numeric=numeric, code=(0,))


def _value_text(entry: Entry) -> str:
    if isinstance(entry.value, str):
        return entry.value
    if entry.uncertainty is not None and entry.uncertainty > 0:
        return with_error(float(entry.value), entry.uncertainty)
    return written(float(entry.value))


def _before_text(entry: Entry, before: dict[str, Entry]) -> str:
    """The old value; a law of another kind has another path, such as "….tortuosity_factor"."""
    if entry.path in before:
        old = before[entry.path]
        return "the same" if old.value == entry.value else _value_text(old)
    section_path = entry.path.rpartition(".")[0]
    replaced = [path for path in before if path.rpartition(".")[0] == section_path]
    if entry.path.count(".") == 2 and len(replaced) == 1:
        return f"{replaced[0].rpartition('.')[2]} {_value_text(before[replaced[0]])}"
    return "–"


def _efficiency_table(labelled: Labelled[CellParameters], contents: Contents) -> Table:
    cell = labelled.item
    ours, evaluated = efficiencies(cell), _evaluated(labelled, contents)
    rows = []
    for region in REGIONS:
        fraction, law = _fraction_and_law(cell, region)
        note = "conductivity is effective already" if law == EFFECTIVE_ALREADY and region.endswith("solid") else ""
        row = [Cell(region, note=note), Cell(written(fraction)), Cell(_law_text(law)), Cell(written(ours[region]))]
        if evaluated:
            theirs = evaluated.get(region, float("nan"))
            off = not abs(theirs - ours[region]) <= _AGREES * ours[region]
            row += [Cell(written(theirs), mark=off), Cell("differs" if off else "agrees")]
        rows.append(tuple(row))
    head = ["Region", "Volume fraction", "Law", "B, ours"] + (["B in PyBaMM", ""] if evaluated else [])
    caption = "Transport efficiency B per region"
    caption += ", and as PyBaMM evaluated it when it solved." if evaluated else "; no run is given to compare it with."
    return Table(caption, tuple(head), tuple(rows), numeric=(1, 3, 4))


def _evaluated(labelled: Labelled[CellParameters], contents: Contents) -> dict[str, float]:
    for variant in variants(contents.runs):
        if cell_of(variant, contents.cells) is labelled:
            return variant.transport_efficiency
    return {}


def _fraction_and_law(cell: CellParameters, region: str):
    section, phase = region.split()
    owner = getattr(cell, section)
    return (owner.solid_fraction, owner.solid_law) if phase == "solid" else (owner.porosity, owner.electrolyte_law)


def _law_text(law) -> str:
    name, value = next(iter(vars(law).items()))
    if isinstance(law, BruggemanLaw):
        return f"exponent {written(value)}"
    words = {"TortuosityFactor": "tortuosity factor", "FixedEfficiency": "fixed"}.get(type(law).__name__, name)
    return f"{words} {written(value)}"


def _derived(cell: CellParameters) -> Facts:
    negative, positive = (cell.theoretical_capacity_Ah(which) for which in ("negative", "positive"))
    return Facts(
        (
            ("Full capacity of the negative electrode", f"{rounded(negative)} Ah"),
            ("of the positive electrode", f"{rounded(positive)} Ah"),
            ("Negative over positive", rounded(negative / positive)),
            ("Deliverable from the initial state, at most", f"{rounded(usable_capacity_Ah(cell))} Ah"),
            ("Nominal", f"{rounded(cell.cell.nominal_capacity_Ah)} Ah"),
            ("Reacting surface, negative", f"{rounded(cell.negative.surface_area_per_m / 1e6)} 1/µm"),
            ("positive", f"{rounded(cell.positive.surface_area_per_m / 1e6)} 1/µm"),
        )
    )


def _cautions(cell: CellParameters, contents: Contents) -> list[str]:
    cautions = _law_cautions(cell) + _image_cautions(cell, contents)
    usable, nominal = usable_capacity_Ah(cell), cell.cell.nominal_capacity_Ah
    if abs(usable / nominal - 1) > _CAPACITY_OFF:
        cautions.append(
            f"The nominal capacity, {rounded(nominal)} Ah, differs from what the initial state can deliver, "
            f"{rounded(usable)} Ah ({change(usable, nominal)}): C-rates mean something else than the name says."
        )
    room = 1 - cell.negative.initial_stoichiometry
    if room < 0.03:
        cautions.append(
            f"The negative electrode is {percent(cell.negative.initial_stoichiometry)} full at the start: N/P is about 1, with "
            "no reserve against plating."
        )
    assumed = [entry.path for entry in cell.entries() if entry.source.strip().lower().startswith("assumed")]
    if assumed:
        shown = ", ".join(assumed[:4]) + (f" and {len(assumed) - 4} more" if len(assumed) > 4 else "")
        cautions.append(f"Assumed, without a source: {shown}.")
    cautions.append(
        "The particles are spheres of one radius, and the reacting surface is 3 × active fraction / radius; neither comes "
        "from the image."
    )
    return cautions


def _law_cautions(cell: CellParameters) -> list[str]:
    found = []
    for region in REGIONS:
        fraction, law = _fraction_and_law(cell, region)
        if isinstance(law, BruggemanLaw) and law.porosity_range != (0.0, 1.0) and not law.covers(fraction):
            low, high = law.porosity_range
            found.append(
                f"The law of the {region} was measured between {written(round(low, 4))} and {written(round(high, 4))}, but is "
                f"used at {written(fraction)}."
            )
    return found


def _image_cautions(cell: CellParameters, contents: Contents) -> list[str]:
    """The porosity of the image and that of the electrode that took its law are two numbers."""
    pores = {t.item.volume_fraction for t in contents.tensors if any("pore" in n.lower() for n in t.item.conductivity)}
    found = []
    for which in ("negative", "positive"):
        electrode = getattr(cell, which)
        if cell.sources[f"{which}.electrolyte_law"] == contents.cells[0].item.sources[f"{which}.electrolyte_law"]:
            continue
        for fraction in sorted(pores):
            if abs(fraction - electrode.porosity) > 0.01:
                found.append(
                    f"The {which} electrode has porosity {written(electrode.porosity)}, the image {rounded(fraction)}: B is "
                    "carried over by the law, not measured at that porosity."
                )
    return found
