"""Profiles through the thickness: what of each phase is connected to the faces, and the area in each layer."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.microstructure import Interface, Profiles, Survey
from electrode_homog.report.drawing import picture, plain_axes
from electrode_homog.report.layer_blocks import block_borders, to_the_faces
from electrode_homog.report.length_unit import LengthUnit
from electrode_homog.report.page import Figure, Picture, Swatch
from electrode_homog.report.palette import ACCENT_SOFT, CATEGORIES, GREEN, VIOLET, WARM, css_variable

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_SIZE_PX = (301, 190)
_AREA_PX = (505, 230)
_LINES = tuple(zip(CATEGORIES, ((None, None), (6, 2), (1.6, 1.8), (6, 2, 1.6, 2)), strict=True))
_KINDS = (
    (ACCENT_SOFT, "connected to both faces"),
    (GREEN, "to the face x = 0 only"),
    (VIOLET, "to the opposite face only"),
    (WARM, "to neither"),
)


def connection_parts(profiles: Profiles, place: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of the phase at `place`, the share of each layer connected to both faces, the low, the high alone, neither."""
    both = profiles.spanning[place]
    return both, profiles.from_low[place] - both, profiles.from_high[place] - both, profiles.isolated[place]


def connection_figure(profiles: Profiles, shown: Sequence[tuple[Swatch, int]], unit: LengthUnit, name: str) -> Figure:
    """One picture for each of the phases, which come as legend entry and place in the profiles."""
    length = 2 * float(profiles.position_m.mean()) * unit.per_m
    pictures = tuple(
        _stack(f"{name}-{place}", swatch, np.array(connection_parts(profiles, place)), length, unit)
        for swatch, place in shown
    )
    legend = tuple(Swatch(text, css_variable(colour)) for colour, text in _KINDS)
    caption = (
        "Volume fraction of each phase, layer by layer through the thickness, and which of it is connected to the two "
        "faces x = 0 and opposite, within the image and through common voxel faces. Each phase has its own scale."
    )
    return Figure(caption, pictures, legend)


def area_figure(survey: Survey, unit: LengthUnit, name: str) -> Figure:
    """Area per volume in each layer of voxels, of the interfaces with the largest area."""
    largest = sorted(survey.interfaces, key=lambda interface: -interface.area_per_m)[: len(_LINES)]
    n = survey.shape[0]
    length = n * survey.voxel_size_m[0] * unit.per_m
    curves = [to_the_faces(layer_area_per_m(interface, survey), block_borders(n)) for interface in largest]

    def paint(figure: "Canvas") -> None:
        axes = plain_axes(figure)
        for (at, area), (colour, dashes) in zip(curves, _LINES, strict=False):
            axes.plot(at * length / n, area / unit.per_m, color=colour, lw=1.6, dashes=dashes, dash_capstyle="butt")
        axes.set_xlim(0, length)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(f"x, through-thickness ({unit.name})")
        axes.set_ylabel(f"Area per volume ({unit.inverse})")

    legend = tuple(
        Swatch(" – ".join(interface.phases), css_variable(colour), _dash_text(dashes))
        for interface, (colour, dashes) in zip(largest, _LINES, strict=False)
    )
    caption = "Area between two phases in each layer of voxels, per volume of the layer."
    if len(largest) < len(survey.interfaces):
        caption += f" The {len(largest)} largest of {len(survey.interfaces)}."
    alt = f"Area per volume, layer by layer through the thickness, of {len(largest)} interfaces"
    return Figure(caption, (picture(name, *_AREA_PX, paint, alt=alt),), legend)


def layer_area_per_m(interface: Interface, survey: Survey) -> np.ndarray:
    """(nx,): area in each layer of voxels over the volume of the layer."""
    _, ny, nz = survey.shape
    return interface.layer_area_m2 / (ny * nz * math.prod(survey.voxel_size_m))


def _stack(name: str, swatch: Swatch, parts: np.ndarray, length: float, unit: LengthUnit) -> Picture:
    """Layers of colour on one another, in the order of `_KINDS`."""
    at, heights = to_the_faces(parts, block_borders(parts.shape[1]))
    position = at * length / parts.shape[1]

    def paint(figure: "Canvas") -> None:
        axes = plain_axes(figure)
        floor = np.zeros(position.size)
        for (colour, _), height in zip(_KINDS, heights, strict=True):
            if height.max() > 0:
                axes.fill_between(position, floor, floor + height, color=colour, linewidth=0)
            floor = floor + height
        axes.set_xlim(0, length)
        axes.set_ylim(0, max(1.08 * float(floor.max()), 1e-6))
        axes.set_xlabel(f"x, through-thickness ({unit.name})")
        axes.locator_params(axis="x", nbins=5)
        axes.locator_params(axis="y", nbins=5)

    alt = f"Volume fraction of {swatch.name} in each layer through the thickness, and what of it is connected"
    return picture(name, *_SIZE_PX, paint, alt=alt, title=swatch)


def _dash_text(dashes) -> str:
    return "" if dashes[0] is None else " ".join(f"{1.6 * length:g}" for length in dashes)
