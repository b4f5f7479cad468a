"""A figure of merit over one or two varied values."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.report.digits import rounded, written
from electrode_homog.report.drawing import picture, plain_axes
from electrode_homog.report.page import Picture
from electrode_homog.report.palette import ACCENT, HEAT_ANCHORS, MUTED, TRACK, WARM, blend
from electrode_homog.report.quantities import axis_label, quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_HEAT = blend(HEAT_ANCHORS, 64)
_DARK_FROM = 0.5  # share of the range above which numbers are white
_MOST_NUMBERS = 12  # columns or rows above which the cells are too small for numbers
_MOST_TICKS = 9


@dataclass(frozen=True, eq=False)
class HeatMap:
    """`values` is (up, across): rows are the first path, drawn upwards."""

    up: str
    across: str
    up_values: tuple[float, ...]
    across_values: tuple[float, ...]
    values: np.ndarray
    title: str


def heat_map(given: HeatMap, name: str) -> Picture:
    """Equal cells in ascending order, whatever the spacing of the values; failed points are crossed out."""
    rows, columns = np.argsort(given.up_values), np.argsort(given.across_values)
    values = given.values[np.ix_(rows, columns)]
    low, high = (np.nanmin(values), np.nanmax(values)) if np.isfinite(values).any() else (0.0, 1.0)
    share = (values - low) / (high - low) if high > low else np.zeros_like(values)

    def paint(figure: "Canvas") -> None:
        axes = figure.add_subplot()
        for (i, j), value in np.ndenumerate(values):
            if not np.isfinite(value):
                axes.plot([j - 0.12, j + 0.12], [i - 0.12, i + 0.12], color=MUTED, lw=1)
                axes.plot([j - 0.12, j + 0.12], [i + 0.12, i - 0.12], color=MUTED, lw=1)
                continue
            colour = _HEAT[round(float(share[i, j]) * (len(_HEAT) - 1))]
            axes.bar(j, 0.94, width=0.94, bottom=i - 0.47, color=colour, linewidth=0)
            if max(values.shape) <= _MOST_NUMBERS:
                text = "#ffffff" if share[i, j] > _DARK_FROM else "#1d2226"
                axes.text(j, i, rounded(float(value)), ha="center", va="center", fontsize=10.5, color=text)
        _ring(axes, values)
        _ticks(axes, given, rows, columns)
        axes.set_title(given.title, loc="left", fontsize=12, pad=8)

    height = int(np.clip(46 * values.shape[0] + 92, 200, 460))
    axes_text = f"{axis_label(given.up)} and {axis_label(given.across)}"
    alt = f"{given.title} over {axes_text}, from {rounded(low)} to {rounded(high)}"
    return picture(name, 470, height, paint, alt=alt)


def line(path: str, x: np.ndarray, y: np.ndarray, title: str, name: str) -> Picture:
    """A figure of merit against one value; a point for every run."""
    factor = quantity(path)[2]
    order = np.argsort(x)
    x, y = x[order] * factor, y[order]

    def paint(figure: "Canvas") -> None:
        axes = plain_axes(figure)
        axes.plot(x, y, color=ACCENT, marker="o", ms=5.5, mew=0)
        if np.isfinite(y).any():
            best = int(np.nanargmax(y))
            axes.plot(x[best], y[best], marker="o", ms=12, mfc="none", mec=WARM, mew=1.8, lw=0)
        axes.margins(y=0.12)
        axes.set_xlabel(axis_label(path))
        axes.set_title(title, loc="left", fontsize=12, pad=8)

    return picture(name, 470, 310, paint, alt=f"{title} against {axis_label(path)}")


def _ring(axes: "Axes", values: np.ndarray) -> None:
    if not np.isfinite(values).any():
        return
    i, j = np.unravel_index(int(np.nanargmax(values)), values.shape)
    axes.bar(j, 0.94, width=0.94, bottom=i - 0.47, fill=False, edgecolor=WARM, linewidth=2.6)


def _ticks(axes: "Axes", given: HeatMap, rows: np.ndarray, columns: np.ndarray) -> None:
    up = [written(float(f"{given.up_values[i] * quantity(given.up)[2]:.6g}")) for i in rows]
    across = [written(float(f"{given.across_values[j] * quantity(given.across)[2]:.6g}")) for j in columns]
    every = [max(1, -(-len(values) // _MOST_TICKS)) for values in (up, across)]
    axes.set_yticks(range(0, len(up), every[0]), up[:: every[0]])
    axes.set_xticks(range(0, len(across), every[1]), across[:: every[1]])
    axes.set(xlim=(-0.5, len(across) - 0.5), ylim=(-0.5, len(up) - 0.5))
    axes.set(xlabel=axis_label(given.across), ylabel=axis_label(given.up))
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_color(TRACK)
        side.set_visible(False)
