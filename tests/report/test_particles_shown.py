"""What the report says of particles: when it says anything, the numbers, and what to mind."""

import dataclasses

import numpy as np
import pytest
from made_runs import made_history, made_particle_run, made_run, particle_run, rested_run

import electrode_homog as eh
from electrode_homog.particles import (
    DarkenDiffusivity,
    FromOpenCircuitPotential,
    JumpDiffusivity,
    LatticeGas,
    LinearisedKinetics,
    RegularSolution,
    SphereSizes,
    UniformConcentration,
    UniformFlux,
)
from electrode_homog.report import particle_section
from electrode_homog.report.contents import sorted_contents
from electrode_homog.report.headline import summary
from electrode_homog.report.page import Facts, Figure, Panel, Section, Table
from electrode_homog.report.particle_figures import MOST_PLACES, course, named_places, shown_places
from electrode_homog.report.variants import cell_of, variants
from electrode_homog.report.voltage_difference import Comparison, comparisons
from electrode_homog.table import Table as Curve

NAMES = ("centre", "rim", "top")


def section_of(*items) -> Section | None:
    return particle_section.particle_section(sorted_contents(list(items)))


def shown(*items) -> Section:
    section = section_of(*items)
    assert section is not None
    return section


def table(panel: Panel) -> Table:
    return next(block for block in panel.blocks if isinstance(block, Table))


def figures(panel: Panel) -> list[Figure]:
    return [block for block in panel.blocks if isinstance(block, Figure)]


def cautions(section: Section) -> str:
    return " ".join(text for panel in section.panels for text in panel.cautions)


def test_plain_spheres_say_nothing(base):
    """Runs without histories, and with those of PyBaMM's own sphere, have no section."""
    plain = particle_run(base, made_history("Sphere"))
    assert section_of(base, made_run(base, 1.0)) is None
    assert section_of(base, plain) is None
    assert section_of(base) is None


def test_another_particle_opens_the_section(base):
    """One phase field is enough: its electrode is shown, with the sphere that it is compared with."""
    sphere = eh.Named("sphere", particle_run(base, made_history("Sphere")))
    field = eh.Named("field", particle_run(base, made_history("CahnHilliard"), shift_V=0.005))
    section = shown(base, sphere, field)
    assert [panel.title for panel in section.panels] == [
        "In the positive particles",
        "Effect on the voltage of chen2020, 1C",
    ]
    (figure,) = figures(section.panels[0])
    titles = [picture.title.name for picture in figure.pictures if picture.title]
    assert titles == ["sphere, 1C: sphere", "field, 1C: Cahn–Hilliard"]
    assert "fill one after another" in cautions(section)


def test_sphere_with_thermodynamics_opens_it_too(base):
    """A sphere whose parameter set has Darken's diffusivity is not PyBaMM's own."""
    cell = base.with_electrode("positive", diffusivity_m2_s=DarkenDiffusivity(JumpDiffusivity(1e-14), LatticeGas()))
    run = particle_run(cell, made_history("Sphere"))
    assert section_of(run) is None
    assert [panel.title for panel in shown(cell, run).panels] == ["In the positive particles"]


def test_numbers_are_those_of_the_history(base):
    """Start, end, and the largest distances within and between particles, by hand from the filling."""
    run = particle_run(base, made_history("CahnHilliard"))
    row = [cell.text for cell in table(shown(base, run).panels[0]).rows[0]]
    history = run.particles["positive"]
    factor = np.mean(0.5 + 0.5 * history.position**2)
    expected = [0.2, 0.2 + 0.6 * 0.9 * factor, 0.6 * (1 - factor), 0.6 * 0.5, 0.6 * 0.2 * factor]
    assert row[:3] == ["chen2020", "1C", "Cahn–Hilliard"]
    assert [float(text) for text in row[3:]] == pytest.approx(expected, rel=5e-3)


def test_places_with_names_get_lines_and_a_legend(base):
    """Named places are told by colour; the one that is the surface mean is drawn once; the rest is line styles."""
    history = made_history("ReducedParticle", NAMES)
    assert [history.place_names[place] for place in named_places(history)] == ["centre", "rim"]
    section = shown(base, particle_run(base, history))
    (figure,) = figures(section.panels[0])
    assert [swatch.name for swatch in figure.legend] == [
        "centre", "rim", "surface, mean over it", "mean of the particle",
    ]  # fmt: skip
    assert len({swatch.colour for swatch in figure.legend[:3]}) == 3
    many = made_history("SphereSizes", tuple(f"place {k}" for k in range(30)))
    assert len(shown_places(many)) == MOST_PLACES
    assert {0, 28} <= set(shown_places(many))
    assert "some of the named places" in figures(shown(base, particle_run(base, many)).panels[0])[0].caption


def test_course_is_over_charge_or_time(base):
    """A discharge is drawn over its capacity, with a rest over time."""
    run = particle_run(base, made_history("CahnHilliard"))
    over_charge = course(run, "positive")
    assert over_charge.label == "Delivered capacity (Ah)"
    assert over_charge.at[-1] == pytest.approx(5.0)
    rested = dataclasses.replace(rested_run(base), particles={"positive": made_history("CahnHilliard", end_s=1800.0)})
    over_time = course(rested, "positive")
    assert over_time.label == "Time (min)"
    assert over_time.at[-1] == pytest.approx(30.0)


def test_difference_is_in_millivolts_against_the_first(base):
    """5 mV more everywhere are 5 mV rms and at most, with a dash for the base itself."""
    first = eh.Named("first", particle_run(base, made_history("Sphere")))
    other = eh.Named("other", particle_run(base, made_history("CahnHilliard"), shift_V=-0.005))
    rows = [[cell.text for cell in row] for row in table(shown(base, first, other).panels[-1]).rows]
    assert rows[0][:4] == ["first", "–", "–", "–"]
    assert rows[1][:3] == ["other", "5.00", "5.00"]


def test_difference_at_equal_charge():
    """V = 4 - q/Q of two runs that take twice the current of each other differ by nothing over charge."""
    base = eh.load_parameter_set("chen2020")
    slow = made_run(base, 1.0)
    time_s = slow.time_s / 2
    fast = dataclasses.replace(slow, time_s=time_s, current_A=2 * slow.current_A)
    pair = variants(sorted_contents([eh.Named("slow", slow), eh.Named("fast", fast)]).runs)
    comparison = Comparison(tuple(pair), slow.protocol_text, "chen2020")
    assert comparison.over_charge
    np.testing.assert_allclose(comparison.difference_V(fast)[1], 0, atol=1e-12)
    assert comparison.sizes_V(fast) == pytest.approx((0, 0), abs=1e-12)


def test_only_shared_protocols_are_compared(base):
    """A protocol that one variant alone ran has nothing to be compared with."""
    runs = [eh.Named("a", made_run(base, 1.0)), eh.Named("b", made_run(base, 1.0)), eh.Named("b", made_run(base, 2.0))]
    found = comparisons(variants(sorted_contents(runs).runs))
    assert [comparison.protocol for comparison in found] == ["1C until the cut-off"]


def test_only_runs_of_one_cell_are_compared(base):
    """A cell of another name is another cell, whatever protocol it ran."""
    other = dataclasses.replace(made_run(base, 1.0), cell_name="another")
    runs = [eh.Named("a", made_run(base, 1.0)), eh.Named("b", other), eh.Named("c", made_run(base, 1.0))]
    (found,) = comparisons(variants(sorted_contents(runs).runs))
    assert [number for number, _ in found.numbered] == [0, 2]


def test_headline_compares_one_cell(base):
    """Runs of another cell at the end do not become the result against the first."""
    other = dataclasses.replace(made_run(base, 1.0, 0.5), cell_name="another")
    runs = [eh.Named("a", made_run(base, 1.0)), eh.Named("b", made_run(base, 1.0, 0.9)), eh.Named("c", other)]
    assert "4.50 Ah with “b” instead of 5.00 Ah with “a”" in summary(sorted_contents(runs))


def test_same_cell_with_another_particle_is_another_variant(base):
    """Runs without names are kept apart by the model of their particles."""
    runs = [particle_run(base, made_history(model)) for model in ("Sphere", "CahnHilliard")]
    assert [v.label for v in variants(sorted_contents(runs).runs)] == ["chen2020", "chen2020 (2)"]


def test_runs_without_names_find_their_set_by_its_particles(base):
    """Of two sets of one cell, a run of five sizes belongs to the one with sizes."""
    sizes = base.with_electrode("positive", particle=SphereSizes((1e-6, 3e-6), (0.25, 0.75)))
    items = [base, sizes, particle_run(base, made_history("SphereSizes", NAMES)), made_run(base, 1.0)]
    contents = sorted_contents(items)
    pairs = [cell_of(variant, contents.cells) for variant in variants(contents.runs)]
    assert [pair.item if pair else None for pair in pairs] == [sizes, base]


@pytest.mark.parametrize(
    ("closure", "words"),
    [
        (UniformFlux(), "uniform flux"),
        (UniformConcentration(), "uniform concentration"),
        (LinearisedKinetics(2.5), "Biot number 2.50"),
    ],
)
def test_closures_are_words(closure, words):
    """The condition that a particle was reduced for is said in words."""
    assert words in particle_section.closure_text(closure)


def test_floor_is_reported(base):
    """A floor under the thermodynamic factor is called what it is."""
    law = DarkenDiffusivity(JumpDiffusivity(1e-14), RegularSolution(3.0), floor=0.05)
    cell = base.with_electrode("positive", diffusivity_m2_s=law)
    section = shown(eh.Named("floored", cell), eh.Named("floored", particle_run(cell, made_history("Sphere"))))
    assert "floored: the thermodynamic factor has a floor of 0.050" in cautions(section)
    assert "regularisation" in cautions(section)
    assert "floored: the thermodynamic factor is not that of the open-circuit potential" in cautions(section)


def test_one_material_is_not_cautioned(base):
    """A factor that comes from the open-circuit potential is the potential's own."""
    law = DarkenDiffusivity(JumpDiffusivity(1e-14), FromOpenCircuitPotential())
    cell = base.with_electrode("positive", diffusivity_m2_s=law)
    section = shown(eh.Named("own", cell), eh.Named("own", particle_run(cell, made_history("Sphere"))))
    assert "is not that of the open-circuit potential" not in cautions(section)


def test_places_beyond_full_are_reported(base):
    """A linear particle that goes beyond 1 says so; one that stays inside does not."""
    history = made_history("ReducedParticle", NAMES)
    assert "does not stop at 0 or 1" not in cautions(shown(base, particle_run(base, history)))
    beyond = dataclasses.replace(history, stoichiometry=1.5 * history.stoichiometry)
    assert "runs from 0.300 to 1.20" in cautions(shown(base, particle_run(base, beyond)))


def test_many_runs_do_not_flood_the_page(base, monkeypatch):
    """Of five runs as many are drawn as may be, and the table has all."""
    monkeypatch.setattr(particle_section, "MOST_FIGURES", 2)
    runs = [eh.Named(f"run {n}", particle_run(base, made_history("CahnHilliard"))) for n in range(5)]
    panel = shown(*runs).panels[0]
    assert len(figures(panel)[0].pictures) == 2
    assert len(table(panel).rows) == 5
    assert "The first 2 of 5 runs are drawn" in " ".join(panel.cautions)


def test_particle_alone_has_its_panel(base):
    """A run of one particle is shown with its protocol, start and end, after those in electrodes."""
    alone = eh.Named("alone", made_particle_run(NAMES))
    contents = sorted_contents([particle_run(base, made_history("CahnHilliard")), alone])
    section = particle_section.particle_section(contents)
    assert section is not None
    panel = section.panels[-1]
    assert panel.title == "alone"
    assert "1C for 1800 s; rest 1800 s." in panel.shows
    assert [swatch.name for swatch in figures(panel)[0].legend][:2] == ["centre", "rim"]
    facts = next(dict(block.pairs) for block in panel.blocks if isinstance(block, Facts))
    run = made_particle_run(NAMES)
    assert facts["Mean, start and end"] == f"0.200, {run.mean[-1]:.3f}"
    only = sorted_contents([alone])
    assert summary(only) == f"One particle alone goes from a mean stoichiometry of 0.200 to {run.mean[-1]:.3f}."
    assert [p.title for p in shown(made_particle_run()).panels] == ["Sphere"]


def test_parameters_name_the_particle(base, tmp_path):
    """The table of values shows kinds, lists and tables in words, and what the particle was before."""
    changed = base.with_electrode(
        "positive",
        particle=SphereSizes((1e-6, 3e-6), (0.25, 0.75)),
        open_circuit_potential_V=Curve((0.0, 0.3, 0.6, 1.0), (4.3, 4.0, 3.8, 3.5)),
        source="sieve",
    )
    text = eh.write_report([base, eh.Named("sizes", changed)], tmp_path / "r.html").read_text(encoding="utf-8")
    for words in ("SphereSizes", "list of 2", "4 points, x = 0 to 1", "sieve", "three times their volume"):
        assert words in text
