"""Voltage over capacity, capacity over current, voltage over time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.p2d import CellRun
from electrode_homog.report.digits import rounded
from electrode_homog.report.drawing import picture, plain_axes
from electrode_homog.report.page import Picture, Swatch
from electrode_homog.report.palette import CATEGORIES, INK, css_variable, ramp
from electrode_homog.report.variants import Variant

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_MOST_POINTS = 400  # of a curve; the rest does not show and the file stays small
_DASHES = ((4, 2.2), (1, 0), (1.2, 1.8), (7, 2, 1.2, 2))


def dashes(number: int, count: int) -> tuple[float, ...]:
    """Line style of a variant: what is compared with is dashed; a single variant is solid."""
    return (1, 0) if count == 1 else _DASHES[number % len(_DASHES)]


def voltage_over_capacity(variants: Sequence[Variant], protocols: Sequence[str], name: str) -> Picture:
    """Colour says the protocol, slow to fast; line style says the variant."""
    colours = dict(zip(protocols, ramp(len(protocols)), strict=True))
    shown = [
        (number, run)
        for number, variant in enumerate(variants)
        for run in variant.runs
        if run.protocol_text in colours
    ]

    def paint(figure: "Canvas") -> None:
        axes = plain_axes(figure)
        for number, run in shown:
            x, y = thinned(run.discharge_capacity_Ah, run.voltage_V)
            style = dashes(number, len(variants))
            axes.plot(x, y, color=colours[run.protocol_text], dashes=style, lw=2.0, dash_capstyle="butt")
        axes.set_xlim(left=0)
        axes.set(xlabel="Delivered capacity (Ah)", ylabel="Voltage (V)")

    return picture(name, 560, 380, paint, alt=f"Discharge curves: {len(shown)} runs of {len(variants)} variants")


def capacity_over_current(variants: Sequence[Variant], protocols: Sequence[str], name: str) -> Picture:
    """The rate capability: what is left of the capacity at each current."""

    def paint(figure: "Canvas") -> None:
        axes = plain_axes(figure)
        for number, variant in enumerate(variants):
            runs = sorted(
                (run for run in variant.runs if run.protocol_text in protocols), key=lambda run: mean_current_A(run)
            )
            x, y = [mean_current_A(run) for run in runs], [run.capacity_Ah for run in runs]
            colour = CATEGORIES[0] if number else INK
            colour = CATEGORIES[number % len(CATEGORIES)] if number > 1 else colour
            axes.plot(x, y, color=colour, dashes=dashes(number, len(variants)), lw=1.6, dash_capstyle="butt")
            axes.plot(x, y, color=colour, lw=0, marker="o", ms=5.5, mew=0)
        axes.set_ylim(bottom=0)
        axes.set(xlabel="Discharge current (A)", ylabel="Delivered capacity (Ah)")
        axes.set_xlim(left=0)

    return picture(name, 420, 380, paint, alt="Delivered capacity against discharge current, one line per variant")


def voltage_over_time(variants: Sequence[Variant], protocol: str, name: str) -> Picture:
    """Any protocol: voltage above, current below; line style says the variant."""
    runs = [(number, run) for number, v in enumerate(variants) if (run := v.run(protocol)) is not None]
    longest = max(run.duration_s for _, run in runs)
    factor, unit = (1, "s") if longest < 600 else (60, "min") if longest < 4 * 3600 else (3600, "h")

    def paint(figure: "Canvas") -> None:
        grid = figure.add_gridspec(2, 1, height_ratios=(2.2, 1))
        above = figure.add_subplot(grid[0])
        below = figure.add_subplot(grid[1], sharex=above)
        for number, run in runs:
            style = dashes(number, len(variants))
            for axes, values in ((above, run.voltage_V), (below, run.current_A)):
                x, y = thinned(run.time_s / factor, values, most=2000)
                axes.plot(x, y, color=CATEGORIES[number % len(CATEGORIES)], dashes=style, lw=1.6, dash_capstyle="butt")
        for axes in (above, below):
            axes.grid(axis="y")
            axes.set_axisbelow(True)
        above.tick_params(labelbottom=False)
        above.set(ylabel="Voltage (V)")
        below.set(ylabel="Current (A)", xlabel=f"Time ({unit})")
        figure.align_ylabels()

    return picture(name, 900, 380, paint, alt=f"Voltage and current over time, {len(runs)} runs")


def legend(variants: Sequence[Variant], protocols: Sequence[str]) -> tuple[Swatch, ...]:
    """Colours first, then line styles in ink."""
    entries = [
        Swatch(short_protocol(protocol), css_variable(colour), "")
        for protocol, colour in zip(protocols, ramp(len(protocols)), strict=True)
    ]
    if len(variants) > 1:
        entries += [
            Swatch(v.label, css_variable(INK), dash_text(number, len(variants))) for number, v in enumerate(variants)
        ]
    return tuple(entries)


def dash_text(number: int, count: int) -> str:
    """The same line style for an SVG of 2 px lines; empty for a solid line."""
    style = dashes(number, count)
    return "" if style[1] == 0 else " ".join(rounded(2 * length, 2) for length in style)


def short_protocol(text: str) -> str:
    return text.removesuffix(" until the cut-off")


def mean_current_A(run: CellRun) -> float:
    return float(np.mean(run.current_A))


def thinned(x: np.ndarray, y: np.ndarray, most: int = _MOST_POINTS) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` points with the ends kept; even in index, since the solver puts points where things change."""
    if x.size <= most:
        return x, y
    kept = np.unique(np.linspace(0, x.size - 1, most).round().astype(int))
    return x[kept], y[kept]
