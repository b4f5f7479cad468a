"""Section "Particles": lithium in the particles through a run, and what another particle does to the voltage.

It is there where a run has another particle than PyBaMM's own, a sphere with a diffusivity as it stands, and where a
run of a particle alone is given.
"""

from typing import assert_never

import numpy as np

from electrode_homog.p2d import CellRun
from electrode_homog.p2d.cell_run import ParticleHistory
from electrode_homog.parameters import Electrode
from electrode_homog.particles import (
    DarkenDiffusivity,
    LinearisedKinetics,
    ParticleRun,
    ReducedParticle,
    SurfaceClosure,
    UniformConcentration,
    UniformFlux,
)
from electrode_homog.particles.checking import CHECK_TEMPERATURE_K
from electrode_homog.particles.laws.stability import largest_inconsistency
from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.digits import change, rounded, written
from electrode_homog.report.discharge_figures import short_protocol, variant_colour, variant_legend
from electrode_homog.report.page import Block, Cell, Facts, Figure, Panel, Section, Swatch, Table
from electrode_homog.report.palette import css_variable
from electrode_homog.report.particle_figures import (
    course,
    course_alone,
    course_legend,
    course_picture,
    named_places,
    potential_picture,
    shown_places,
)
from electrode_homog.report.variants import Variant, cell_of, variants
from electrode_homog.report.voltage_difference import Comparison, comparisons, voltage_picture

_INCONSISTENCY = 0.1
"""Of the thermodynamic factor of a law from that of the potential, beyond which a caution says so."""

_PLAIN = "Sphere"
_ROUND_OFF = 1e-6
_LONG_TEXT = 160  # characters of a protocol; GITT has hundreds of steps
MOST_FIGURES = 16  # of one electrode; a study of many runs shows the first
_NAMES = {
    "Sphere": "sphere",
    "SphereSizes": "spheres of several sizes",
    "ReducedParticle": "reduced particle",
    "CahnHilliard": "Cahn–Hilliard",
    "ShrinkingCore": "shrinking core",
}
_CAUTIONS = {
    "SphereSizes": "All sizes at one depth share one potential and one electrolyte; how they lie is not resolved.",
    "ReducedParticle": "A reduced particle holds for the surface condition that it was made with. Between uniform flux "
    "and uniform concentration an anisotropic particle may differ by more than the rest of the model is worth.",
    "CahnHilliard": "Phase-separating particles fill one after another. Each finite volume through the thickness holds "
    "one particle, so the steps in the voltage count finite volumes: more of them make more and smaller steps.",
    "ShrinkingCore": "A shell of the grid inside the gap holds both phases, so that the front looks as wide as one. "
    "At the front both phases are in equilibrium; a new phase needs no overpotential to appear.",
}


def particle_section(contents: Contents) -> Section | None:
    shown = variants(contents.runs)
    sides = [side for side in ("negative", "positive") if any(_is_special(v, side, contents) for v in shown)]
    alone = [_alone_panel(labelled, f"particle-alone{n}") for n, labelled in enumerate(contents.particle_runs)]
    if not sides:
        return Section("particles", "Particles", tuple(alone)) if alone else None
    panels = [_side_panel(side, shown, contents) for side in sides]
    for number, comparison in enumerate(comparisons(shown)):
        panels.append(_voltage_panel(comparison, f"particles-voltage{number}"))
    return Section("particles", "Particles", (*panels, *alone))


def _is_special(variant: Variant, side: str, contents: Contents) -> bool:
    if any(run.particles[side].model != _PLAIN for run in variant.runs if side in run.particles):
        return True
    electrode = _electrode(variant, side, contents)
    has_history = any(side in run.particles for run in variant.runs)
    return has_history and electrode is not None and isinstance(electrode.diffusivity_m2_s, DarkenDiffusivity)


def _electrode(variant: Variant, side: str, contents: Contents) -> Electrode | None:
    """The electrode that the variant ran with, where its parameter set is in the report."""
    cell = cell_of(variant, contents.cells)
    if cell is None:
        return None
    electrode = getattr(cell.item, side)
    models = {run.particles[side].model for run in variant.runs if side in run.particles}
    return electrode if type(electrode.particle).__name__ in models else None


def _side_panel(side: str, shown: list[Variant], contents: Contents) -> Panel:
    drawn = [(number, v, run) for number, v in enumerate(shown) for run in v.runs if side in run.particles]
    figures = _figures(drawn[:MOST_FIGURES], side)
    blocks: tuple[Block, ...] = (*figures, _table([(v, run) for _, v, run in drawn], side))
    shows = (
        f"How full the particles of the {side} electrode are, at the collector, in the middle of the electrode and at "
        "the separator; stoichiometry is concentration over its maximum."
    )
    cautions = _cautions([(v, run.particles[side]) for _, v, run in drawn], side, contents)
    if len(drawn) > MOST_FIGURES:
        cautions.append(f"The first {MOST_FIGURES} of {len(drawn)} runs are drawn; the table has all.")
    return Panel(f"In the {side} particles", shows, blocks, tuple(cautions))


def _figures(drawn: list[tuple[int, Variant, CellRun]], side: str) -> list[Figure]:
    """One figure of all maps, and one for each particle whose places have names."""
    below = "Below: the mean of the particle and the mean over its surface."
    maps, figures = [], []
    for count, (number, variant, run) in enumerate(drawn):
        found = course(run, side)
        text = f"{variant.label}, {short_protocol(run.protocol_text)}: {model_text(found.history)}"
        title = Swatch(text, css_variable(variant_colour(number)))
        made = course_picture(found, f"particles-{side}{count}", title)
        if not found.by_name:
            maps.append((made, course_legend(found)))
            continue
        some = "some of the " if len(shown_places(found.history)) < len(named_places(found.history)) else ""
        above = f"Above: stoichiometry at {some}named places of the particle, less the mean of the particle."
        figures.append(Figure(f"{above} {below}", (made,), course_legend(found)))
    if maps:
        above = "Above: stoichiometry from the centre, r/R = 0, to the surface, r/R = 1; each row has its own scale."
        figures.insert(0, Figure(f"{above} {below}", tuple(made for made, _ in maps), maps[0][1]))
    return figures


def model_text(history: ParticleHistory) -> str:
    return _NAMES.get(history.model, history.model)


def _table(drawn: list[tuple[Variant, CellRun]], side: str) -> Table:
    rows = []
    for variant, run in drawn:
        history = run.particles[side]
        gap = float(np.abs(history.surface - history.mean).max())
        spread = float(np.ptp(history.stoichiometry, axis=2).max())
        across = float(np.ptp(history.mean, axis=1).max())
        start, end = float(history.mean[0].mean()), float(history.mean[-1].mean())
        numbers = (start, end, gap, spread, across)
        row = (variant.label, short_protocol(run.protocol_text), model_text(history), *map(rounded, numbers))
        rows.append(tuple(map(Cell, row)))
    head = (
        "Parameter set",
        "Protocol",
        "Particle",
        "Mean at the start",
        "Mean at the end",
        "Surface off the mean",
        "Spread in a particle",
        "Spread of the means",
    )
    caption = (
        "Stoichiometries: means of the three depths, then the largest values at any time: of the surface from the mean "
        "of its particle, between two places of a particle, and between the means at the three depths."
    )
    return Table(caption, head, tuple(rows), numeric=(3, 4, 5, 6, 7))


def _cautions(drawn: list[tuple[Variant, ParticleHistory]], side: str, contents: Contents) -> list[str]:
    models = dict.fromkeys(history.model for _, history in drawn)
    found = [_CAUTIONS[model] for model in models if model in _CAUTIONS]
    found += [text for variant, history in drawn for text in _outside(variant.label, history)]
    for variant in dict.fromkeys(variant for variant, _ in drawn):
        electrode = _electrode(variant, side, contents)
        if electrode is not None:
            found += _electrode_cautions(variant.label, electrode)
    found.append("Three depths are kept of a run; between them, and between places of a particle, nothing is shown.")
    return list(dict.fromkeys(found))


def _outside(label: str, history: ParticleHistory) -> list[str]:
    """Named places belong to linear particles, which do not know that stoichiometry ends."""
    low, high = float(history.stoichiometry.min()), float(history.stoichiometry.max())
    if not history.place_names or (low >= -_ROUND_OFF and high <= 1 + _ROUND_OFF):
        return []
    return [
        f"{label}: the stoichiometry at places of the particle runs from {rounded(low)} to {rounded(high)}. A reduced "
        "particle is linear and does not stop at 0 or 1: the current asks for more than the material can do."
    ]


def _electrode_cautions(label: str, electrode: Electrode) -> list[str]:
    found = []
    if isinstance(electrode.particle, ReducedParticle):
        found.append(f"{label}: the particle was reduced for {closure_text(electrode.particle.closure)}.")
    law = electrode.diffusivity_m2_s
    if not isinstance(law, DarkenDiffusivity):
        return found
    off = largest_inconsistency(electrode.material, CHECK_TEMPERATURE_K)
    if off > _INCONSISTENCY:
        found.append(
            f"{label}: the thermodynamic factor is not that of the open-circuit potential (off by up to "
            f"{rounded(off, 2)} of 1 + its size), so that kinetics and diffusion speak of two materials."
        )
    if law.floor is not None:
        found.append(
            f"{label}: the thermodynamic factor has a floor of {rounded(law.floor, 2)}. That is a regularisation, not "
            "a measurement: it hides where the material would separate into two phases; state it with the result."
        )
    return found


def _alone_panel(labelled: Labelled[ParticleRun], name: str) -> Panel:
    run = labelled.item
    drawn = course_alone(run)
    above = "stoichiometry from the centre, r/R = 0, to the surface, r/R = 1"
    if drawn.by_name:
        above = "stoichiometry at named places, less the mean of the particle"
    caption = (
        f"First: {above}; below it the mean of the particle and the mean over its surface. Second: the equilibrium "
        "potential of the surface, and the rate at which lithium enters; 1C fills the particle in an hour, and what is "
        "shorter than a thousandth of the run may leave the scale."
    )
    title = Swatch(labelled.label, css_variable(variant_colour(0)))
    pictures = (course_picture(drawn, name, title), potential_picture(run, f"{name}-potential"))
    gap = float(np.abs(run.surface - run.mean).max())
    facts = Facts(
        (
            ("Temperature", f"{written(run.temperature_K)} K"),
            ("Mean, start and end", f"{rounded(float(run.mean[0]))}, {rounded(float(run.mean[-1]))}"),
            ("Surface off the mean, at most", rounded(gap)),
            ("Ended by", run.ended_by),
            ("Error of lithium", rounded(run.lithium_error, 2)),
        )
    )
    steps = f"{run.steps_text}." if len(run.steps_text) <= _LONG_TEXT else f"{run.steps_text[:_LONG_TEXT]} …"
    shows = f"One particle without a cell around it: {steps}"
    cautions = ("Without electrolyte and kinetics, the potential is the equilibrium one, not that of an electrode.",)
    return Panel(labelled.label, shows, (Figure(caption, pictures, course_legend(drawn)), facts), cautions)


def closure_text(closure: SurfaceClosure) -> str:
    match closure:
        case UniformFlux():
            return "a uniform flux through its surface, as with slow kinetics"
        case UniformConcentration():
            return "a uniform concentration on its surface, as with fast kinetics"
        case LinearisedKinetics(biot):
            return f"linearised kinetics with the Biot number {rounded(biot)}"
    assert_never(closure)


def _voltage_panel(given: Comparison, name: str) -> Panel:
    base = given.variants[given.numbered[0][0]].label
    over = "charge" if given.over_charge else "time"
    caption = f"Voltage, and below it what each parameter set adds to the voltage of “{base}” at the same {over}."
    legend = variant_legend(given.variants, [number for number, _ in given.numbered])
    figure = Figure(caption, (voltage_picture(given, name),), legend)
    protocol = short_protocol(given.protocol)
    shows = f"The same protocol, {protocol}, with other particles: what they do to the voltage."
    cautions = (
        "The scale of the difference follows the first 95 % of what both runs share: at the knee a small difference in "
        "capacity is a large one in voltage.",
        "A particle also changes the reacting surface, 3 × active fraction / radius: compare at one volume per surface "
        "where diffusion alone is meant.",
    )
    return Panel(
        f"Effect on the voltage of {given.cell_name}, {protocol}", shows, (figure, _voltage_table(given)), cautions
    )


def _voltage_table(given: Comparison) -> Table:
    rows = []
    base = given.numbered[0][1]
    for number, run in given.numbered:
        rms, largest = given.sizes_V(run)
        differs = ["–", "–", "–"]
        if run is not base:
            differs = [rounded(1e3 * rms), rounded(1e3 * largest), change(run.capacity_Ah, base.capacity_Ah)]
        row = (given.variants[number].label, *differs, rounded(run.seconds, 2), rounded(run.lithium_drift, 2))
        rows.append(tuple(map(Cell, row)))
    head = ("Parameter set", "rms (mV)", "Largest (mV)", "Δ capacity", "Time (s)", "Lithium drift")
    caption = "Difference in voltage in the first 95 % of the shared range; Δ capacity until the end of each run."
    return Table(caption, head, tuple(rows), numeric=(1, 2, 3, 4, 5))
