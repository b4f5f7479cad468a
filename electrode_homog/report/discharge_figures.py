"""Voltage over capacity, capacity over current, voltage over time."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.p2d import CellRun
from electrode_homog.report.digits import rounded
from electrode_homog.report.drawing import picture, plain_axes
from electrode_homog.report.page import Picture, Swatch
from electrode_homog.report.palette import INK, MUTED, VARIANT_COLOURS, css_variable, ramp
from electrode_homog.report.variants import Variant

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_MOST_POINTS = 400  # of a curve; the rest does not show and the file stays small
_SOLID, _DASHED = (1.0, 0.0), (4.0, 2.2)
_BETWEEN = ((1.2, 1.8), (7.0, 2.0, 1.2, 2.0), (2.4, 1.4))


def dashes(number: int, count: int) -> tuple[float, ...]:
    """Line style of a variant: the first, which is compared with, is dashed; the last, the result, is solid."""
    if number == count - 1:
        return _SOLID
    return _DASHED if number == 0 else _BETWEEN[(number - 1) % len(_BETWEEN)]


def voltage_over_capacity(variants: Sequence[Variant], protocols: Sequence[str], name: str) -> Picture:
    """Colour says the protocol, slow to fast; line style says the variant."""
    colours = dict(zip(protocols, ramp(len(protocols)), strict=True))
    shown = [(number, run) for number, variant in enumerate(variants) for run in variant.runs]

    def paint(figure: "Canvas") -> None:
        axes = plain_axes(figure)
        for number, run in shown:
            x, y = thinned(run.discharge_capacity_Ah, run.voltage_V)
            style = dashes(number, len(variants))
            axes.plot(x, y, color=colours[run.protocol_text], dashes=style, lw=2.0, dash_capstyle="butt")
        axes.set_xlim(left=0)
        axes.set(xlabel="Delivered capacity (Ah)", ylabel="Voltage (V)")

    return picture(name, 550, 380, paint, alt=f"Discharge curves: {len(shown)} runs of {len(variants)} variants")


def capacity_over_current(variants: Sequence[Variant], protocols: Sequence[str], name: str) -> Picture:
    """The rate capability: what is left of the capacity at each current; points in the colour of their rate."""
    colours = dict(zip(protocols, ramp(len(protocols)), strict=True))

    def paint(figure: "Canvas") -> None:
        axes = plain_axes(figure)
        for number, variant in enumerate(variants):
            runs = sorted(variant.runs, key=mean_current_A)
            x, y = [mean_current_A(run) for run in runs], [run.capacity_Ah for run in runs]
            axes.plot(x, y, color=MUTED, dashes=dashes(number, len(variants)), lw=1.5, dash_capstyle="butt")
            axes.scatter(x, y, s=40, color=[colours[run.protocol_text] for run in runs], linewidths=0, zorder=3)
        axes.set_ylim(bottom=0)
        axes.set(xlabel="Discharge current (A)", ylabel="Delivered capacity (Ah)")
        axes.set_xlim(left=0)

    return picture(name, 385, 380, paint, alt="Delivered capacity against discharge current, one line per variant")


def voltage_over_time(variants: Sequence[Variant], protocol: str, name: str) -> Picture:
    """Any protocol: voltage above, current below; line style says the variant."""
    runs = [(number, run) for number, v in enumerate(variants) if (run := v.run(protocol)) is not None]
    longest = max(run.duration_s for _, run in runs)
    factor, unit = time_unit(longest)

    def paint(figure: "Canvas") -> None:
        grid = figure.add_gridspec(2, 1, height_ratios=(2.2, 1))
        above = figure.add_subplot(grid[0])
        below = figure.add_subplot(grid[1], sharex=above)
        for number, run in runs:
            style = {"color": variant_colour(number), "dashes": dashes(number, len(variants)), "dash_capstyle": "butt"}
            for axes, values in ((above, run.voltage_V), (below, run.current_A)):
                axes.plot(*thinned(run.time_s / factor, values, most=2000), lw=1.7, **style)
        for axes in (above, below):
            axes.grid(axis="y")
            axes.set_axisbelow(True)
        above.tick_params(labelbottom=False)
        above.set_xlim(0, longest / factor)
        above.set_ylabel("Voltage (V)")
        below.set_ylabel("Current (A)")
        below.set_xlabel(f"Time ({unit}); discharge current is positive")
        figure.align_ylabels()

    return picture(name, 800, 400, paint, alt=f"Voltage and current over time, {len(runs)} runs")


def legend(variants: Sequence[Variant], protocols: Sequence[str]) -> tuple[Swatch, ...]:
    """Colours first, then line styles in ink."""
    colours = zip(protocols, ramp(len(protocols)), strict=True)
    entries = [Swatch(short_protocol(protocol), css_variable(colour), "") for protocol, colour in colours]
    if len(variants) > 1:
        entries += [Swatch(v.label, css_variable(INK), _dash_text(n, len(variants))) for n, v in enumerate(variants)]
    return tuple(entries)


def variant_legend(variants: Sequence[Variant], numbers: Iterable[int] | None = None) -> tuple[Swatch, ...]:
    """Colour and line style together, of the variants with these numbers or of all."""
    return tuple(
        Swatch(variants[n].label, css_variable(variant_colour(n)), _dash_text(n, len(variants)))
        for n in (range(len(variants)) if numbers is None else numbers)
    )


def short_protocol(text: str) -> str:
    return text.removesuffix(" until the cut-off")


def mean_current_A(run: CellRun) -> float:
    return float(np.mean(run.current_A))


def time_unit(longest_s: float) -> tuple[float, str]:
    """Seconds, minutes or hours, whichever reads well up to `longest_s`: length and name."""
    return (1, "s") if longest_s < 600 else (60, "min") if longest_s < 4 * 3600 else (3600, "h")


def thinned(x: np.ndarray, y: np.ndarray, most: int = _MOST_POINTS) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` points with the ends kept; even in index, since the solver puts points where things change."""
    if x.size <= most:
        return x, y
    kept = np.unique(np.linspace(0, x.size - 1, most).round().astype(int))
    return x[kept], y[kept]


def variant_colour(number: int) -> str:
    """Of a variant where colour tells variants apart."""
    return VARIANT_COLOURS[number % len(VARIANT_COLOURS)]


def _dash_text(number: int, count: int) -> str:
    """The line style for an SVG of lines 2.4 px wide; empty for a solid line."""
    style = dashes(number, count)
    return "" if style == _SOLID else " ".join(rounded(2.4 * length, 2) for length in style)
