"""What the report says about the image is what was measured on it."""

import math
import re

import numpy as np
import pytest

import electrode_homog as eh
from electrode_homog.report import electrode_section as electrode_section_module
from electrode_homog.report.contents import sorted_contents
from electrode_homog.report.digits import MINUS, NARROW_SPACE
from electrode_homog.report.electrode_figures import layer_fractions
from electrode_homog.report.electrode_section import electrode_section
from electrode_homog.report.headline import summary, tiles
from electrode_homog.report.page import Beside, Block, Cell, Details, Figure, Panel, Table
from electrode_homog.report.profile_figures import connection_parts, layer_area_per_m

DIGITS = 6e-3  # three significant digits are shown


def shown_panels(items) -> dict[str, Panel]:
    section = electrode_section(sorted_contents(items))
    assert section is not None
    return {panel.title: panel for panel in section.panels}


def unfolded(blocks: tuple[Block, ...]) -> list[Block]:
    """Blocks side by side, and on demand, one by one."""
    found = []
    for block in blocks:
        match block:
            case Beside():
                found += unfolded(block.blocks)
            case Details():
                found.append(block.table)
            case _:
                found.append(block)
    return found


def tables(panel: Panel) -> list[Table]:
    found = [block for block in unfolded(panel.blocks) if isinstance(block, Table)]
    for table in found:
        assert {len(row) for row in table.rows} == {len(table.head)}
        assert sum(columns for _, columns in table.groups) in (0, len(table.head))
    return found


def figures(panel: Panel) -> list[Figure]:
    return [block for block in unfolded(panel.blocks) if isinstance(block, Figure)]


def row(table: Table, first: str) -> list[Cell]:
    return next(list(cells) for cells in table.rows if cells[0].text == first)


def number(text: str) -> float:
    """As a reader takes it; a dash is not a number."""
    text = text.replace(NARROW_SPACE, "").replace(MINUS, "-").rstrip("%")
    text, _, power = text.partition("×10")
    exponent = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return {"–": math.nan, "∞": math.inf}.get(text) or float(text) * 10.0 ** int(exponent or 0)


def numbers(cells: list[Cell]) -> list[float]:
    return [number(cell.text) for cell in cells]


def two_phases(labels, edge=1e-6, source="test") -> eh.Microstructure:
    return eh.Microstructure(eh.VoxelImage(np.asarray(labels, np.uint8), edge, source), {"pore": 0, "solid": 1})


@pytest.fixture(scope="module")
def panels(electrode, description) -> dict[str, Panel]:
    return shown_panels([electrode, description])


def test_panels_of_a_described_image(panels):
    """Image, sizes, directions and profiles; three slices, and a picture of each phase in every other figure."""
    assert list(panels) == ["noise", "Sizes", "Directions", "Through the thickness"]
    pictures = {title: [len(figure.pictures) for figure in figures(panel)] for title, panel in panels.items()}
    assert pictures == {"noise": [3, 3], "Sizes": [3], "Directions": [3, 3, 3], "Through the thickness": [3, 1]}
    named = [picture.title for picture in figures(panels["Sizes"])[0].pictures]
    assert [swatch and swatch.name for swatch in named] == ["pore", "active", "binder"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_phase_table(panels, description, place):
    """Fraction with its standard error, connection and area are those of the description."""
    phase, more = description.survey.phases[place], description.phases[place]
    cells = row(tables(panels["noise"])[0], phase.name)
    fraction, *connected, isolated, area = cells[2:]
    assert number(isolated.text) == pytest.approx(100 * phase.isolated_fraction, rel=0.06)
    assert number(fraction.text) == pytest.approx(100 * phase.volume_fraction, rel=DIGITS)
    error = 100 * phase.volume_fraction * more.fraction_relative_error
    assert number(fraction.note.removeprefix("± ")) == pytest.approx(error, rel=0.06)
    for cell, share, percolates in zip(connected, phase.connected_fraction, phase.percolates, strict=True):
        assert cell.mark != percolates
        assert cell.text == "none" if not percolates else number(cell.text) == pytest.approx(100 * share, rel=DIGITS)
    assert number(area.text) == pytest.approx(1e-6 * phase.area_per_m, rel=DIGITS)
    above = 100 * (phase.face_count_area_per_m / phase.area_per_m - 1)
    assert number(area.note.removeprefix("voxel faces +")) == pytest.approx(above, abs=0.51)


def test_interfaces_and_lines(panels, description):
    """Area, facing and length per volume are those of the survey, for each two and three phases."""
    _, surfaces, lines = tables(panels["noise"])
    assert len(surfaces.rows) == len(description.survey.interfaces) == 3
    for found in description.survey.interfaces:
        cells = row(surfaces, " – ".join(found.phases))
        expected = [1e-6 * found.area_per_m, *np.diag(found.normal_tensor)]
        assert numbers(cells[1:]) == pytest.approx(expected, rel=DIGITS)
    line = description.survey.triple_lines[0]
    assert numbers(row(lines, "pore – active – binder")[1:]) == pytest.approx([1e-12 * line.length_per_m2], rel=DIGITS)


def test_sizes(panels, description):
    """Diameters are twice the radii; equivalent radii are shown as they are."""
    sizes, radii = tables(panels["Sizes"])
    for phase in description.phases:
        assert phase.sizes is not None
        bodies, thickness = phase.sizes.particles, phase.sizes.thickness
        shown = row(sizes, phase.name)[1:]
        expected = [1e6 * thickness.quantile_m(share) for share in (0.1, 0.5, 0.9)]
        if bodies is None:
            assert [cell.text for cell in shown[3:]] == ["–"] * 4 + ["0", "all", "–"]
        else:
            expected += [2e6 * bodies.volume_quantile_m(share) for share in (0.1, 0.5, 0.9)] + [2e6 * bodies.median_m]
            assert numbers(shown[7:9]) == [bodies.radii_m.size, bodies.cut]
            assert number(shown[9].text) == round(bodies.effective_counts[1])
        assert numbers(shown[: len(expected)]) == pytest.approx(expected, rel=DIGITS)
        of_balls = phase.sizes.radii
        found = [of_balls.volume_m or math.nan, of_balls.area_m, of_balls.diffusion_m]
        expected = [1e6 * radius for radius in found]
        assert numbers(row(radii, phase.name)[1:]) == pytest.approx(expected, nan_ok=True, rel=DIGITS)


def test_directions(panels, description):
    """Mean chords, correlation lengths, flattening along x, and the cube whose fraction is known to 1 %."""
    (table,) = tables(panels["Directions"])
    for phase in description.phases:
        shape, spread = phase.anisotropy, phase.integral_range
        lengths = [1e6 * length for length in (*shape.mean_chord_m, *phase.two_point.correlation_length_m)]
        flat = [shape.chord_flattening[0], shape.correlation_flattening[0]]
        cube = 1e6 * (spread.range_m3 * (1 / spread.fraction - 1) / 1e-4) ** (1 / 3)
        assert numbers(row(table, phase.name)[1:]) == pytest.approx([*lengths, *flat, cube], nan_ok=True, rel=DIGITS)


def test_connection_adds_up(panels, description):
    """What is connected to both faces, to one or to neither is each layer's fraction; shares are of the phase."""
    (table,) = tables(panels["Through the thickness"])
    profiles = description.profiles
    for place, phase in enumerate(description.survey.phases):
        parts = connection_parts(profiles, place)
        np.testing.assert_allclose(np.sum(parts, axis=0), profiles.fraction[place], atol=1e-12)
        shown = numbers(row(table, phase.name)[1:])
        assert sum(shown) == pytest.approx(100, abs=0.2)
        assert shown[0] == pytest.approx(100 * phase.connected_fraction[0], rel=DIGITS)


def test_area_of_layers_averages_to_that_of_the_image(description):
    """The mean over layers of area per volume is the area per volume."""
    for found in description.survey.interfaces:
        assert layer_area_per_m(found, description.survey).mean() == pytest.approx(found.area_per_m, rel=1e-9)


def test_layers_average_to_the_whole(electrode):
    """Shares layer by layer add up to 1 and average to the volume fraction along every axis."""
    for axis, shares in enumerate(layer_fractions(electrode)):
        assert shares.shape == (3, electrode.image.shape[axis])
        expected = [electrode.mask(name).mean(axis=tuple({0, 1, 2} - {axis})) for name in electrode.phases]
        np.testing.assert_allclose(shares, expected, rtol=1e-12)


def test_cautions_are_those_of_the_description(panels, electrode, description):
    """With what holds of every image; of a survey where nothing more is known."""
    cautions = panels["noise"].cautions
    assert cautions[: len(description.warnings)] == description.warnings
    assert "one of the segmentation" in cautions[-1]
    surveyed = shown_panels([electrode])["noise"].cautions
    assert surveyed[: len(description.survey.warnings)] == description.survey.warnings
    assert set(surveyed) < set(cautions)


def test_nothing_is_measured_twice(electrode, description, monkeypatch):
    """A survey or a description among the items is used, one of another segmentation is not; none is described."""

    def refuse(_):
        raise AssertionError("surveyed again")

    other = eh.Microstructure(electrode.image, {"pore": 0, "solid": (1, 2)})
    others = eh.survey(other)
    monkeypatch.setattr(electrode_section_module, "survey", refuse)
    for known in (description, description.survey):
        assert shown_panels([others, known, electrode])["noise"].blocks
    with pytest.raises(AssertionError, match="surveyed again"):
        shown_panels([others, electrode])


def test_without_the_image(description):
    """A description and a survey are shown without slices; one that a description holds is not shown again."""
    alone = shown_panels([eh.Named("of the paper", description), description.survey])
    assert list(alone) == ["of the paper", "Sizes", "Directions", "Through the thickness"]
    assert figures(alone["of the paper"]) == []
    (surveyed,) = shown_panels([description.survey]).values()
    assert [len(table.rows) for table in tables(surveyed)] == [3, 3, 1]
    contents = sorted_contents([description.survey])
    assert "The image holds" in summary(contents)
    assert [tile.label for tile in tiles(contents)] == ["pore", "active", "binder"]


def test_two_electrodes_are_told_apart(electrode, description):
    """Titles of further panels name the electrode, and no drawing is named twice."""
    other = two_phases(electrode.mask("active"), source="other")
    panels = shown_panels([electrode, description, other, eh.describe(other)])
    assert {"Sizes of noise", "Sizes of other", "Directions of noise", "Directions of other"} < set(panels)
    drawn = [p.svg for panel in panels.values() for figure in figures(panel) for p in figure.pictures]
    names = re.findall(r'\bid="([^"]+)"', "".join(drawn))
    assert names
    assert len(names) == len(set(names))


def test_unit_voxels_are_counted(electrode):
    """Without a physical length everything is in voxels, and no unit of length appears."""
    unit = eh.Microstructure(eh.VoxelImage(electrode.image.labels, 1.0, "unit"), electrode.phases)
    described = eh.describe(unit)
    panels = shown_panels([unit, described])
    assert described.phases[0].sizes is not None
    median = described.phases[0].sizes.thickness.median_m
    assert number(row(tables(panels["Sizes"])[0], "pore")[2].text) == pytest.approx(median, rel=DIGITS)
    assert "voxel⁻¹" in tables(panels["unit"])[0].head[-1]
    said = str([(table.caption, table.head) for panel in panels.values() for table in tables(panel)])
    assert "µm" not in said
    drawn = [p.svg for panel in panels.values() for figure in figures(panel) for p in figure.pictures]
    assert not any("µm" in svg for svg in drawn)


def test_single_phase():
    """An image without walls has slices and one row, and nothing else to show."""
    image = eh.VoxelImage(np.zeros((6, 7, 8), np.uint8), 1e-6, "full")
    full = eh.Microstructure(image, {"pore": 0})
    for items in ([full], [full, eh.describe(full)]):
        panels = shown_panels(items)
        assert list(panels) == ["full"]
        (table,) = tables(panels["full"])
        assert [cell.text.replace(NARROW_SPACE, "") for cell in table.rows[0][2:]] == [*["100%"] * 4, "0", "0"]
        assert table.rows[0][2].note == ""


def test_layers_have_no_whole_body():
    """Layers across the image: a dash for what is not known, infinity for chords without end, an unknown error."""
    labels = np.zeros((30, 12, 12))
    labels[10:20] = 1
    layered = two_phases(labels)
    panels = shown_panels([layered, eh.describe(layered)])
    cells = row(tables(panels["Sizes"])[0], "solid")
    assert [cell.text for cell in cells[4:]] == ["–"] * 4 + ["0", "all", "–"]
    assert [cell.text for cell in row(tables(panels["Directions"])[0], "solid")[2:4]] == ["∞", "∞"]
    assert row(tables(panels["test"])[0], "solid")[2].note == "± unknown: one sample"
    assert "none is whole" in figures(panels["Directions"])[0].pictures[0].svg


def test_many_phases():
    """Sixteen phases: long tables open on demand, the largest interfaces are listed, a dozen phases are drawn."""
    labels = np.random.default_rng(4).integers(0, 16, (12, 12, 12)).astype(np.uint8)
    phases = {f"phase {label}": label for label in range(16)}
    many = eh.Microstructure(eh.VoxelImage(labels, 1e-6, "many"), phases)
    described = eh.describe(many)
    panels = shown_panels([many, described])
    assert sum(isinstance(block, Details) for block in panels["many"].blocks) == 2
    assert [len(table.rows) for table in tables(panels["many"])] == [16, 100, 100]
    assert f"largest of {len(described.survey.interfaces)}" in tables(panels["many"])[1].caption
    assert [len(figure.pictures) for figure in figures(panels["Sizes"])] == [12]
    assert len(tables(panels["Sizes"])[0].rows) == 16
    assert "11 more phases" in summary(sorted_contents([many]))
    drawn = [p.svg for panel in panels.values() for figure in figures(panel) for p in figure.pictures]
    assert sum(map(len, drawn)) < 1_000_000


def test_long_images_stay_small(tmp_path):
    """Drawings have no more points than pixels, however many layers there are."""
    noise = np.random.default_rng(2).normal(size=(2000, 8, 8))
    noise += np.roll(noise, 1, 0) + np.roll(noise, 1, 1) + np.roll(noise, 1, 2)
    long = two_phases(noise > 0)
    described = eh.describe(long)
    assert eh.write_report([long, described], tmp_path / "long.html").stat().st_size < 400_000


@pytest.mark.parametrize("shape", [(2, 2, 2), (1, 9, 9), (3, 1, 5)])
def test_tiny_images(shape, tmp_path):
    """Images of a few voxels, and of one layer, make a page."""
    labels = np.zeros(shape)
    labels.flat[0] = 1
    tiny = two_phases(labels)
    assert eh.write_report([tiny, eh.describe(tiny)], tmp_path / "tiny.html").exists()
