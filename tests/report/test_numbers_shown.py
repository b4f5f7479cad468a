"""The numbers in the report are those of the items, and the cautions follow from them."""

import dataclasses
import re

import numpy as np
import pytest
from made_runs import made_run

import electrode_homog as eh
from electrode_homog.report.contents import sorted_contents
from electrode_homog.report.digits import MINUS, NARROW_SPACE
from electrode_homog.report.discharge_section import discharge_section
from electrode_homog.report.fit_section import fit_section
from electrode_homog.report.headline import more, summary, tiles
from electrode_homog.report.image_notes import BothDirections, ImageNotes
from electrode_homog.report.page import Beside, Details, Facts, Matrix, Panel, Section, Table
from electrode_homog.report.parameters_section import parameters_section, usable_capacity_Ah
from electrode_homog.report.transport_section import BOUNDARY_TEXT, seam_ratios, transport_section
from electrode_homog.report.variants import cell_of, variants


def plain(text: str) -> str:
    return text.replace(NARROW_SPACE, "").replace(MINUS, "-")


def tables(section: Section | None) -> list[Table]:
    assert section is not None
    blocks = [block for panel in section.panels for block in panel.blocks]
    return [b.table if isinstance(b, Details) else b for b in blocks if isinstance(b, Table | Details)]


def row(table: Table, first: str) -> list[str]:
    return next([plain(cell.text) for cell in cells] for cells in table.rows if cells[0].text == first)


def cautions(section: Section | None) -> str:
    assert section is not None
    return plain(" ".join(text for panel in section.panels for text in panel.cautions))


def panel(section: Section | None, title: str) -> Panel:
    assert section is not None
    return next(panel for panel in section.panels if panel.title == title)


def test_tensor_table(tensor):
    """B, tau, bounds and exponent per axis are those of the tensor; the through-thickness row is marked."""
    section = transport_section(sorted_contents([tensor]))
    table = tables(section)[0]
    shown = row(table, "x, through-thickness")
    B, eps = tensor.through_thickness, tensor.volume_fraction
    expected = [B, eps / B, 0.0, eps, 2 * eps / (3 - eps), np.log(B) / np.log(eps)]
    assert [float(text) for text in shown[1:]] == pytest.approx(expected, rel=5e-3)
    assert table.marked_rows == (0,)
    assert "binder" in cautions(section)


def test_periodic_on_an_image_that_is_not():
    """The seam of a random image shows, that of a periodic one does not."""
    noise = np.random.default_rng(1).normal(size=(40, 40, 40))
    for axis in (0, 1, 2) * 4:
        noise = noise + np.roll(noise, 1, axis) + np.roll(noise, -1, axis)
    joined = eh.VoxelImage((noise > 0).astype(np.uint8), 1e-6)
    assert max(seam_ratios(eh.Microstructure(joined, {"a": 0, "b": 1}))) < 1.5
    cut = joined.cropped(slice(0, 25), slice(0, 25), slice(0, 25))
    apart = eh.Microstructure(cut, {"pore": 0, "b": 1})
    assert min(seam_ratios(apart)) > 2
    periodic = eh.effective_tensor(apart, {"pore": 1.0}, boundary=eh.Boundary.PERIODIC)
    assert "opposite faces do not fit" in cautions(transport_section(sorted_contents([apart, periodic])))


@pytest.mark.parametrize("boundary", list(eh.Boundary))
def test_every_boundary_is_named_and_cautioned(electrode, boundary):
    """The page says what was prescribed and what that does; off-diagonal entries show where they were found."""
    tensor = eh.effective_tensor(electrode, {"pore": 1.0, "active": 0.1, "binder": 10.0}, boundary=boundary)
    value = eh.effective_conductivity(electrode, {"pore": 1.0, "active": 0.1, "binder": 10.0}, boundary=boundary)
    section = transport_section(sorted_contents([electrode, tensor, value]))
    assert section is not None
    of_tensor = section.panels[0]
    facts = next(dict(block.pairs) for block in of_tensor.blocks if isinstance(block, Facts))
    assert facts["Boundary"] == BOUNDARY_TEXT[boundary] == tables(section)[1].rows[0][-1].text
    words = {
        eh.Boundary.INSULATED_SIDES: "Off-diagonal entries cannot be found",
        eh.Boundary.LINEAR_POTENTIAL: "overestimates",
        eh.Boundary.UNIFORM_FLUX: "underestimates",
    }
    said = [b for b, text in words.items() if text in cautions(section)]
    assert said == ([] if boundary is eh.Boundary.PERIODIC else [boundary])  # this image is periodic
    beside = next(block for block in of_tensor.blocks if isinstance(block, Beside))
    matrix = next(block for block in beside.blocks if isinstance(block, Matrix))
    assert ("·" in matrix.texts[0]) == (boundary is eh.Boundary.INSULATED_SIDES)


def test_blocked_direction_is_zero_and_said():
    """A closed layer: the summary says that nothing conducts, no exponent and no infinite bar is shown."""
    labels = np.ones((12, 12, 12), np.uint8)
    labels[5] = 0
    wall = eh.Microstructure(eh.VoxelImage(labels, 1e-6), {"solid": 0, "pore": 1})
    contents = sorted_contents([wall, eh.effective_tensor(wall, {"pore": 1.0})])
    assert "does not connect" in summary(contents)
    assert row(tables(transport_section(contents))[0], "x, through-thickness")[1:3] == ["0", "∞"]
    assert "pore does not connect the faces normal to axis 0 (x)" in cautions(transport_section(contents))
    flux = eh.effective_tensor(wall, {"pore": 1.0}, boundary=eh.Boundary.UNIFORM_FLUX)
    assert "passes no uniform flux along axis 0 (x)" in summary(sorted_contents([wall, flux]))


def test_pieces_law_and_image_find_each_other(items, tensor):
    """Sub-volumes, law and tensor share one panel, by name or, without names, by their fractions."""
    named = [items["tensor"], items["pieces"], items["law"]]
    for given in (named, [item.item for item in named]):
        section = transport_section(sorted_contents(given))
        assert section is not None
        titles = [panel.title for panel in section.panels]
        assert sum(title.startswith("B against volume fraction") for title in titles) == 1


def test_changed_values_are_highlighted(base, changed):
    """Only what differs from the first set is listed for the second, with its old value and its source."""
    contents = sorted_contents([eh.Named("old", base), eh.Named("new", changed)])
    section = parameters_section(contents)
    table = tables(section)[1]
    assert [cells[0].text for cells in table.rows] == ["positive.electrolyte_law.exponent"]
    cells = table.rows[0]
    assert [cell.text for cell in cells[1:]] == ["2.25", "", "1.5", "the image"]
    assert cells[1].mark
    assert "supported from 0.200 to 0.300, but used at 0.335" in cautions(section)


def test_single_set_lists_everything(base):
    """All values of one set stand in the report, with the numbers of the set."""
    entries = base.entries()
    table = tables(parameters_section(sorted_contents([base])))[0]
    assert [cells[0].text for cells in table.rows] == [entry.path for entry in entries]
    assert row(table, "positive.maximum_concentration_mol_m3")[1] == "63104"
    assert row(table, "positive.particle.radius_m")[1:3] == ["5.22×10⁻⁶", "m"]


def test_disagreement_with_pybamm_is_marked(base, items):
    """Where the model computed with another B than ours, the cell is marked and says so."""
    run = items["base run"].item
    other = dataclasses.replace(run, transport_efficiency={**run.transport_efficiency, "positive electrolyte": 0.3})
    for given, verdict in ((run, "agrees"), (other, "differs")):
        table = tables(parameters_section(sorted_contents([base, given])))[1]
        shown = row(table, "positive electrolyte")
        assert shown[-1] == verdict


def test_nominal_capacity_is_checked(base):
    """A nominal capacity 30 % off what the lithium can deliver is called out; the right one is not."""
    usable = usable_capacity_Ah(base)
    assert usable == pytest.approx(29866 / 33133 * base.theoretical_capacity_Ah("negative"), rel=1e-12)
    assert "nominal capacity" not in cautions(parameters_section(sorted_contents([base])))
    wrong = base.with_value("cell.nominal_capacity_Ah", 1.3 * usable)
    assert "nominal capacity" in cautions(parameters_section(sorted_contents([wrong])))


def test_runs_against_the_first_variant(items):
    """Capacities are those of the runs, differences are against the first variant at the same rate."""
    names = ("base run", "fast base run", "run", "fast run")
    contents = sorted_contents([items[name] for name in names])
    table = tables(discharge_section(contents))[0]
    shown = [[plain(cell.text) for cell in cells] for cells in table.rows]
    assert [line[:3] for line in shown] == [
        ["1C", "from the paper", "5.000"],
        ["1C", "from the image", "4.900"],
        ["2C", "from the paper", "4.500"],
        ["2C", "from the image", "3.000"],
    ]
    assert [line[5] for line in shown] == ["–", "-2.0%", "–", "-33%"]
    text = plain(summary(contents))
    assert "at 2C the cell delivers 3.00 Ah with “from the image” instead of 4.50 Ah" in text.replace("At", "at")


def test_variants_without_names(base, changed, items):
    """Runs of one cell with two transport laws are two variants, each paired with the set of the same B."""
    runs = [items[name].item for name in ("base run", "run", "fast run")]
    contents = sorted_contents([base, changed, *runs])
    found = variants(contents.runs)
    assert [(v.label, len(v.runs)) for v in found] == [("chen2020", 1), ("chen2020 (2)", 2)]
    pairs = [cell_of(variant, contents.cells) for variant in found]
    assert [pair.item if pair else None for pair in pairs] == [base, changed]


def test_other_protocols_have_their_own_panel(items):
    """A protocol with a rest is drawn over time, beside the discharges, not among them."""
    section = discharge_section(sorted_contents([items["run"], items["rest"]]))
    assert section is not None
    assert [panel.title for panel in section.panels] == ["Discharge curves", "1C for 1200 s, then rest 600 s"]


def test_fit_table(items):
    """Values carry their error, bounds are marked, rms before and after are those of the fit."""
    section = fit_section(sorted_contents([items["fit"]]))
    table = tables(section)[0]
    assert row(table, "positive.porosity")[1:5] == ["0.312 ± 0.031", "", "9.9%", "0.335"]
    assert "on its bound" in row(table, "positive.particle.radius_m")
    assert "31.8 mV before, 4.00 mV after" in panel(section, "chen2020").shows
    assert "with positive particle radius on its bound" in summary(sorted_contents([items["fit"]]))


def test_tiles_and_further_sentences(items, tensor):
    """At most six key figures; fit and design follow the main result in sentences of their own."""
    contents = sorted_contents(list(items.values()))
    found = {tile.label: plain(tile.value) for tile in tiles(contents)}
    assert len(found) == 6
    assert float(found["Through-thickness B"]) == pytest.approx(tensor.through_thickness, rel=5e-3)
    assert found["Capacity at 2C"] == "3.00"
    assert "Fitting positive porosity" in more(contents)
    assert re.search(r"best design on the grid has \d+ Wh/L", more(contents))


def test_porous_binder_is_still_a_transport_efficiency(electrode):
    """With pores at 1 and binder at 0.3 the value is B of the pores; with electronic conductivities it is none."""
    porous = eh.effective_tensor(electrode, {"pore": 1.0, "binder": 0.3})
    text = plain(summary(sorted_contents([porous])))
    shown = re.search(r"B of the pore space with binder at 0\.3 is ([\d.]+)", text)
    assert shown
    assert float(shown[1]) == pytest.approx(porous.through_thickness, rel=5e-3)
    found = {tile.label: plain(tile.value) for tile in tiles(sorted_contents([porous]))}
    tau = electrode.fractions["pore"] / porous.through_thickness  # porosity over B, whatever else conducts
    assert float(found["Tortuosity factor τ"]) == pytest.approx(tau, rel=5e-3)
    assert f"tortuosity factor {found['Tortuosity factor τ']}" in text
    electronic = eh.effective_tensor(electrode, {"active": 0.1, "binder": 100.0})
    assert "B of" not in summary(sorted_contents([electronic]))


def test_pieces_and_law_are_drawn_over_the_same_fraction(electrode):
    """A binder that conducts a little is no pore: law, pieces and whole image stand at the porosity, and agree."""
    conductivity = {"pore": 1.0, "binder": 0.3}
    tensor, pieces = eh.effective_tensor(electrode, conductivity), eh.subvolume_values(electrode, conductivity)
    law = eh.fit_bruggeman(pieces.fractions_of("pore"), pieces.values)
    given = [eh.Named("electrolyte", item) for item in (tensor, pieces, law)]
    of_law = panel(transport_section(sorted_contents(given)), "B against volume fraction, electrolyte")
    beside = next(block for block in of_law.blocks if isinstance(block, Beside))
    table = next(block for block in beside.blocks if isinstance(block, Table))
    shown = {cells[0].text: plain(cells[1].text) for cells in table.rows}
    assert float(shown["Volume fraction ε of the whole image"]) == pytest.approx(electrode.fractions["pore"], abs=1e-4)
    assert float(shown["B by the law at that ε"]) == pytest.approx(law(electrode.fractions["pore"]), rel=1e-3)


def test_what_an_image_says_beside_the_set(base, changed):
    """Values through the thickness and in the plane, and the warnings, stand with the set that they belong to."""
    cell = dataclasses.replace(changed, name="chen2020-positive-from-image")
    cell = cell.with_electrode("positive", active_fraction=0.5, inactive_fraction=0.165)
    heat = BothDirections("thermal conductivity", "W/(m K)", 0.6, 0.9)
    notes = ImageNotes(cell.name, "positive", (heat,), ("The electrode holds less.",))
    section = parameters_section(sorted_contents([base, cell, notes]))
    table = next(table for table in tables(section) if table.head[0] == "Effective value of")
    assert [plain(cell.text) for cell in table.rows[0]] == [
        "thermal conductivity", "0.6000", "0.9000", "W/(m K)", "1.50",
    ]  # fmt: skip
    assert cautions(section).count("The electrode holds less.") == 1
    assert "The full capacity of the positive" not in cautions(section)  # the warnings are about it


def test_an_electrode_from_an_image_is_compared_with_its_base_set(base, changed, items):
    """The summary compares the first with the last variant, although the set from an image has a name of its own."""
    cell = dataclasses.replace(changed, name="chen2020-positive-from-image")
    run = dataclasses.replace(items["fast run"].item, cell_name=cell.name)
    between = eh.Named("between", made_run(base, 2.0, 0.8))
    given = [items["fast base run"], between, eh.Named("all of it", run)]
    assert "with “all of it” instead of" in summary(sorted_contents(given))
