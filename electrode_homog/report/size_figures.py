"""Distributions of local thickness and of whole bodies, one picture per phase, all on one axis of diameters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.microstructure import LocalThickness, SizeDistribution, Sizes
from electrode_homog.report.density import smooth, stepped
from electrode_homog.report.drawing import logarithmic_x, picture
from electrode_homog.report.length_unit import LengthUnit
from electrode_homog.report.page import Figure, Picture, Swatch
from electrode_homog.report.palette import ACCENT, ACCENT_SOFT, MUTED, WARM, css_variable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_SIZE_PX = (301, 190)
_ROOM = 1.6  # beyond the smallest and the largest diameter
_POINTS = 240
_NUMBER_DASHES = (5, 2.5)


def size_figure(phases: Sequence[tuple[Swatch, Sizes]], unit: LengthUnit, name: str) -> Figure:
    """Phases with the legend entry that says which they are."""
    low, high = _range([sizes for _, sizes in phases], unit)
    pictures = tuple(
        _picture(f"{name}-{number}", swatch, sizes, unit, (low, high)) for number, (swatch, sizes) in enumerate(phases)
    )
    legend = (
        Swatch("local thickness, by volume", css_variable(ACCENT_SOFT)),
        Swatch("whole bodies, by volume", css_variable(ACCENT), ""),
        Swatch("whole bodies, by number", css_variable(WARM), "7.8 3.9"),
    )
    caption = (
        "Distributions of diameters on a logarithmic axis; all curves enclose the same area, and dots are medians. "
        "Local thickness: the largest ball that fits into the phase around a point. Bodies: parts of the phase on "
        "either side of its necks, each as a ball of its volume; those cut by the border are left out and made up for."
    )
    return Figure(caption, pictures, legend)


def _range(sizes: Sequence[Sizes], unit: LengthUnit) -> tuple[float, float]:
    found = np.concatenate([of.thickness.diameters_m[[0, -1]] for of in sizes])
    bodies = [2 * of.particles.radii_m[[0, -1]] for of in sizes if of.particles is not None]
    found = np.concatenate([found, *bodies]) * unit.per_m
    return float(found.min()) / _ROOM, float(found.max()) * _ROOM


def _picture(name: str, swatch: Swatch, sizes: Sizes, unit: LengthUnit, span: tuple[float, float]) -> Picture:
    def paint(figure: "Canvas") -> None:
        axes = figure.add_subplot()
        _draw_thickness(axes, sizes.thickness, unit)
        if sizes.particles is not None:
            _draw_bodies(axes, sizes.particles, unit, span)
        logarithmic_x(axes, *span)
        axes.set_ylim(bottom=0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(f"Diameter ({unit.name})")

    bodies = f"{sizes.particles.radii_m.size} whole bodies" if sizes.particles is not None else "no whole body"
    median = unit.length(sizes.thickness.median_m)
    alt = f"Sizes of {swatch.name}: median local thickness {median} {unit.name}, {bodies}"
    return picture(name, *_SIZE_PX, paint, alt=alt, title=swatch)


def _draw_thickness(axes: "Axes", thickness: LocalThickness, unit: LengthUnit) -> None:
    edges, density = stepped(thickness.diameters_m * unit.per_m, thickness.volume_shares)
    axes.stairs(density, edges, fill=True, color=ACCENT_SOFT, linewidth=0)
    median = thickness.median_m * unit.per_m
    place = min(int(np.searchsorted(edges, median, side="right")), density.size) - 1
    axes.plot(median, density[place], "o", color=ACCENT_SOFT, markeredgecolor=MUTED, markersize=6, clip_on=False)


def _draw_bodies(axes: "Axes", bodies: SizeDistribution, unit: LengthUnit, span: tuple[float, float]) -> None:
    at = np.geomspace(*span, _POINTS)
    diameters = 2 * bodies.radii_m * unit.per_m
    for shares, median_m, colour, dashes in (
        (bodies.number_shares, bodies.median_m, WARM, _NUMBER_DASHES),
        (bodies.volume_shares, bodies.volume_median_m, ACCENT, (None, None)),
    ):
        density, median = smooth(diameters, shares, at), 2 * median_m * unit.per_m
        axes.plot(at, density, color=colour, lw=1.7, dashes=dashes, dash_capstyle="butt")
        axes.plot(median, np.interp(median, at, density), "o", color=colour, markersize=6, zorder=3)
