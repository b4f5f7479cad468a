"""Lithium in the particles of an electrode over place, and over charge or time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.p2d import CellRun
from electrode_homog.p2d.cell_run import ParticleHistory
from electrode_homog.particles import ParticleRun
from electrode_homog.report.discharge_figures import thinned, time_unit
from electrode_homog.report.drawing import picture
from electrode_homog.report.page import Picture, Swatch
from electrode_homog.report.palette import ACCENT, HEAT_ANCHORS, INK, MANY_CATEGORIES, blend, css_variable, ramp
from electrode_homog.report.variants import is_discharge

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

DEPTHS = ("at the collector", "in the middle", "at the separator")
MOST_PLACES = 8  # lines that an eye can tell apart
_MAP_PIXELS = (240, 80)  # across and up
_SURFACE, _MEAN = (1.0, 0.0), (4.0, 2.2)
_MOST_POINTS = 300


@dataclass(frozen=True, eq=False)
class Course:
    """`history` over `at` (m,), rising: a charge or a time, which `label` names with its unit."""

    history: ParticleHistory
    at: np.ndarray
    label: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Titles of what stands side by side: three depths, or nothing to tell of a particle alone."""
        return DEPTHS if self.history.mean.shape[1] == len(DEPTHS) else ("",)

    @property
    def most_points(self) -> int:
        """Of a curve: a particle alone may go through many pulses."""
        return _MOST_POINTS if len(self.columns) > 1 else 20 * _MOST_POINTS

    @property
    def by_name(self) -> bool:
        return bool(self.history.place_names)


def course(run: CellRun, side: str) -> Course:
    """Over the delivered capacity where the run is a discharge, else over time."""
    history = run.particles[side]
    if is_discharge(run):
        charge = np.interp(history.time_s, run.time_s, run.discharge_capacity_Ah)
        return Course(history, charge, "Delivered capacity (Ah)")
    factor, unit = time_unit(run.duration_s)
    return Course(history, history.time_s / factor, f"Time ({unit})")


def course_alone(run: ParticleRun) -> Course:
    """Of one particle, over time."""
    one = (run.stoichiometry[:, None, :], run.mean[:, None], run.surface[:, None])
    history = ParticleHistory(run.particle, run.time_s, run.position, *one, run.place_names)
    factor, unit = time_unit(run.time_s[-1] - run.time_s[0])
    return Course(history, run.time_s / factor, f"Time ({unit})")


def potential_picture(run: ParticleRun, name: str) -> Picture:
    """Equilibrium potential of the surface above, influx as a C-rate below."""
    drawn = course_alone(run)

    def paint(figure: "Canvas") -> None:
        grid = figure.add_gridspec(2, 1, height_ratios=(1.4, 1))
        above = figure.add_subplot(grid[0])
        below = figure.add_subplot(grid[1], sharex=above)
        for axes, values, label in ((above, run.potential_V, "Potential (V)"), (below, run.c_rate, "Rate (C)")):
            axes.plot(*thinned(drawn.at, values, drawn.most_points), color=ACCENT, lw=1.7)
            axes.grid(axis="y")
            axes.set_axisbelow(True)
            axes.set_ylabel(label)
        sampled = np.interp(np.linspace(drawn.at[0], drawn.at[-1], 1000), drawn.at, run.c_rate)
        below.set_ylim(*_padded((min(0.0, float(sampled.min())), max(1e-3, float(sampled.max())))))
        above.tick_params(labelbottom=False)
        above.set_xlim(drawn.at[0], drawn.at[-1])
        below.set_xlabel(drawn.label)
        figure.align_ylabels()

    return picture(name, 400, 380, paint, alt=f"Potential and rate of one particle against {drawn.label}")


def named_places(history: ParticleHistory) -> list[int]:
    """The places that have a name, but for one that is the mean of the surface, which is drawn anyway."""
    differ = [not np.allclose(places, history.surface) for places in np.moveaxis(history.stoichiometry, 2, 0)]
    return [place for place in range(len(history.place_names)) if differ[place]]


def shown_places(history: ParticleHistory) -> list[int]:
    """Those that get a line: as many as can be told apart, the first and the last among them."""
    named = named_places(history)
    return [named[round(k)] for k in np.linspace(0, len(named) - 1, min(len(named), MOST_PLACES))]


def course_picture(drawn: Course, name: str, title: Swatch) -> Picture:
    """One column per depth: lithium in the particle above, or how far named places are off its mean; means below."""
    limits = _limits(drawn.history)

    def paint(figure: "Canvas") -> None:
        figure.get_layout_engine().set(wspace=0.05)  # type: ignore[union-attr]  # room for the last tick of a neighbour
        count = len(drawn.columns)
        grid = figure.add_gridspec(2, count + 1, height_ratios=(1.4, 1), width_ratios=(*(1,) * count, 0.04))
        below = None
        for depth, where in enumerate(drawn.columns):
            above = figure.add_subplot(grid[0, depth])
            if drawn.by_name:
                _lines(above, drawn, depth)
            else:
                _map(above, drawn, depth, limits)
            above.set_title(where, loc="left", fontsize=12, pad=6)
            above.tick_params(labelbottom=False, labelleft=depth == 0)
            below = figure.add_subplot(grid[1, depth], sharex=above, sharey=below)
            _mean_and_surface(below, drawn, depth, limits)
            below.tick_params(labelleft=depth == 0)
            if depth == 0:
                above.set_ylabel("Off the mean" if drawn.by_name else "Distance r/R")
                below.set_ylabel("Stoichiometry")
            if depth == count // 2:
                below.set_xlabel(drawn.label)
        if not drawn.by_name:
            _scale(figure.add_subplot(grid[0, count]), limits)
        figure.align_ylabels()

    low, high = limits
    alt = f"Stoichiometry in the particle against {drawn.label}, between {low:.3g} and {high:.3g}"
    return picture(name, 860 if len(drawn.columns) > 1 else 400, 380, paint, alt=alt, title=title)


def course_legend(drawn: Course) -> tuple[Swatch, ...]:
    """Places by colour where they have names; surface and mean by line style."""
    places = shown_places(drawn.history)
    colours = _place_colours(len(places))
    named = [
        Swatch(drawn.history.place_names[place], css_variable(colour), "")
        for place, colour in zip(places, colours, strict=True)
    ]
    ink = css_variable(INK)
    return (*named, Swatch("surface, mean over it", ink, ""), Swatch("mean of the particle", ink, "9.6 5.3"))


def _limits(history: ParticleHistory) -> tuple[float, float]:
    values = [history.stoichiometry, history.mean, history.surface]
    low, high = min(float(v.min()) for v in values), max(float(v.max()) for v in values)
    return (low, high) if high - low > 1e-6 else (low - 0.01, high + 0.01)


def _map(axes: "Axes", drawn: Course, depth: int, limits: tuple[float, float]) -> None:
    across, up = _MAP_PIXELS
    at = np.linspace(drawn.at[0], drawn.at[-1], across)
    position = np.linspace(0, 1, up)
    values = drawn.history.stoichiometry[:, depth, :]
    in_time = np.array([np.interp(at, drawn.at, column) for column in values.T])
    order = np.argsort(drawn.history.position)
    pixels = np.array([np.interp(position, drawn.history.position[order], row) for row in in_time.T[:, order]])
    extent = (at[0], at[-1], 0.0, 1.0)
    axes.imshow(_coloured(pixels.T, limits), origin="lower", extent=extent, aspect="auto", interpolation="none")
    axes.set_yticks([0, 0.5, 1])


def _coloured(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    low, high = limits
    colours = np.array([list(bytes.fromhex(colour[1:])) for colour in blend(HEAT_ANCHORS, 256)], dtype=np.uint8)
    return colours[np.clip(np.round((values - low) / (high - low) * 255), 0, 255).astype(int)]


def _scale(axes: "Axes", limits: tuple[float, float]) -> None:
    low, high = limits
    strip = _coloured(np.linspace(low, high, 128)[:, None], limits)
    axes.imshow(strip, origin="lower", extent=(0, 1, low, high), aspect="auto", interpolation="none")
    axes.set_xticks([])
    axes.yaxis.tick_right()
    axes.yaxis.set_label_position("right")
    axes.locator_params(axis="y", nbins=5)
    axes.set_ylabel("Stoichiometry")


def _lines(axes: "Axes", drawn: Course, depth: int) -> None:
    """Local stoichiometry less the mean of the particle; all depths have one scale."""
    off = drawn.history.stoichiometry - drawn.history.mean[:, :, None]
    places = shown_places(drawn.history)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    for place, colour in zip(places, _place_colours(len(places)), strict=True):
        axes.plot(*thinned(drawn.at, off[:, depth, place], drawn.most_points), color=colour, lw=1.6)
    low, high = float(off.min()), float(off.max())
    axes.set_ylim(*_padded((low, high) if high - low > 1e-9 else (-1e-3, 1e-3)))
    axes.set_xlim(drawn.at[0], drawn.at[-1])


def _place_colours(count: int) -> Sequence[str]:
    """Colours that differ in hue while there are as many, else a ramp."""
    return MANY_CATEGORIES[:count] if count <= len(MANY_CATEGORIES) else ramp(count)


def _mean_and_surface(axes: "Axes", drawn: Course, depth: int, limits: tuple[float, float]) -> None:
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    for values, style in ((drawn.history.mean, _MEAN), (drawn.history.surface, _SURFACE)):
        axes.plot(*thinned(drawn.at, values[:, depth], drawn.most_points), color=INK, dashes=style, lw=1.5)
    axes.set_ylim(*_padded(limits))
    axes.set_xlim(drawn.at[0], drawn.at[-1])


def _padded(limits: tuple[float, float]) -> tuple[float, float]:
    low, high = limits
    return low - 0.06 * (high - low), high + 0.06 * (high - low)
