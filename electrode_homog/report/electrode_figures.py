"""Slices through a microstructure, and its phases layer by layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.microstructure import Microstructure
from electrode_homog.report.digits import length_text
from electrode_homog.report.drawing import picture
from electrode_homog.report.layer_blocks import block_borders, block_means
from electrode_homog.report.length_unit import length_unit
from electrode_homog.report.page import Figure, Picture, Swatch
from electrode_homog.report.palette import ACCENT, INK, MUTED, phase_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_MOST_PIXELS = 640  # per edge of a slice: more does not show, and the file stays below 3 MB
_ROW_PX = 904  # what three pictures may take together, so that a wide screen shows them at full size
_TALLEST_PX = 330
_SHORTEST_PX = 90
_COUNTED_AT_ONCE = 2**22  # voxels
_LEFT_PX, _BELOW_PX = 24, 40  # for the vertical axis; for the horizontal one and the scale bar
_ARROW_PX = 34
_LAYERS_PX = (_ROW_PX // 3, 190)
_AXIS_NAMES = ("x, through-thickness", "y", "z")
_PLANES = ((0, 1), (0, 2), (1, 2))  # axes drawn (across, up)


@dataclass(frozen=True, eq=False)
class Plane:
    """One slice: `colours` (across, up, 3) bytes, its edges in the image and on the page, length of the scale bar."""

    axes: tuple[int, int]
    colours: np.ndarray
    extent: tuple[float, float]
    size_px: tuple[float, float]
    bar: float
    physical: bool


def slices(electrode: Microstructure, name: str) -> Figure:
    """x–y, x–z and y–z planes through the centre, all on one scale."""
    image = electrode.image
    extent, physical = image.extent_m, image.has_physical_length
    across = sum(extent[axes[0]] for axes in _PLANES)
    bar = round_length(min(extent[0], extent[1]) / 3)
    scale = min((_ROW_PX - 3 * _LEFT_PX) / across, _TALLEST_PX / max(extent[1], extent[2]))
    numbers = _phase_numbers(electrode)
    pictures = []
    for axes in _PLANES:
        cut = 3 - sum(axes)
        centre = image.shape[cut] // 2
        colours = _coloured(np.take(image.labels, centre, axis=cut), numbers)
        edges = (extent[axes[0]], extent[axes[1]])
        size = (max(_SHORTEST_PX, edges[0] * scale), max(_SHORTEST_PX, edges[1] * scale))
        at = length_text(centre * image.voxel_size_m[cut], physical=physical)
        letters = "xyz"[axes[0]] + "xyz"[axes[1]]
        alt = f"Slice in the {letters[0]}–{letters[1]} plane at {'xyz'[cut]} = {at}"
        pictures.append(_slice(f"{name}-{letters}", Plane(axes, colours, edges, size, bar, physical), alt))
    whole = " × ".join(length_text(length, physical=physical) for length in extent)
    caption = (
        f"Three planes through the centre of the image ({whole} along x, y, z). x runs through the thickness, between "
        "current collector and separator."
    )
    return Figure(caption, tuple(pictures), _legend(electrode))


def layer_shares(electrode: Microstructure, shares: Sequence[np.ndarray], name: str) -> Figure:
    """The `layer_fractions` along x, y and z, on one another."""
    image, unit = electrode.image, length_unit(electrode.image.voxel_size_m)
    pictures = []
    for axis, of_layers in enumerate(shares):
        borders = block_borders(image.shape[axis])
        position = borders * image.voxel_size_m[axis] * unit.per_m
        alt = f"Phase fractions layer by layer along {'xyz'[axis]}"
        paint = _stacked(position, block_means(of_layers, borders), f"{_AXIS_NAMES[axis]} ({unit.name})")
        pictures.append(picture(f"{name}-layers-{'xyz'[axis]}", *_LAYERS_PX, paint, alt=alt))
    caption = "Share of each phase (0 to 1), layer by layer along each axis, in the colours above."
    return Figure(caption, tuple(pictures))


def layer_fractions(electrode: Microstructure) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(phases, n) for x, y, z: share of each phase in each layer; in one walk, a few planes at a time."""
    nx, ny, nz = electrode.image.shape
    along_x, columns = np.zeros((len(electrode.phases), nx)), np.zeros((len(electrode.phases), ny, nz))
    planes = max(1, _COUNTED_AT_ONCE // (ny * nz))
    for first in range(0, nx, planes):
        last = min(first + planes, nx)
        numbers = electrode.phases_of_planes(first, last)
        for place in range(len(electrode.phases)):
            mask = numbers == place
            along_x[place, first:last] = np.count_nonzero(mask, axis=(1, 2))
            columns[place] += np.count_nonzero(mask, axis=0)
    return along_x / (ny * nz), columns.sum(axis=2) / (nx * nz), columns.sum(axis=1) / (nx * ny)


def _phase_numbers(electrode: Microstructure) -> dict[int, int]:
    """Label to the place of its phase in the table."""
    numbers = {}
    for place, name in enumerate(electrode.phases):
        numbers |= dict.fromkeys(electrode.labels(name), place)
    return numbers


def _legend(electrode: Microstructure) -> tuple[Swatch, ...]:
    return tuple(Swatch(phase, phase_colour(i)) for i, phase in enumerate(electrode.phases))


def _stacked(position: np.ndarray, shares: np.ndarray, label: str):
    width, height = _LAYERS_PX

    def paint(figure: "Canvas") -> None:
        figure.set_layout_engine("none")
        axes = figure.add_axes((_LEFT_PX / width, 46 / height, 1 - (_LEFT_PX + 1) / width, 1 - 54 / height))
        floor = np.zeros(position.size)
        for i, share in enumerate(shares):
            top = floor + np.append(share, share[-1])
            axes.fill_between(position, floor, top, step="post", color=phase_colour(i), linewidth=0)
            floor = top
        axes.set(xlim=(0, position[-1]), ylim=(0, 1), xlabel=label)
        axes.set_yticks([0, 0.5, 1], ["0", "½", "1"])
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=5)

    return paint


def _slice(name: str, plane: Plane, alt: str) -> Picture:
    width, height = plane.size_px
    total_width, total_height = width + _LEFT_PX + 1, height + _BELOW_PX + 1

    def paint(figure: "Canvas") -> None:
        figure.set_layout_engine("none")
        box = (_LEFT_PX / total_width, _BELOW_PX / total_height, width / total_width, height / total_height)
        axes = figure.add_axes(box, frame_on=False)
        area = (0, plane.extent[0], 0, plane.extent[1])
        axes.imshow(plane.colours.transpose(1, 0, 2), origin="lower", extent=area, interpolation="none", aspect="auto")
        axes.set(xticks=[], yticks=[])
        _arrow(axes, plane, 0)
        _arrow(axes, plane, 1)
        _scale_bar(axes, plane)

    return picture(name, round(total_width), round(total_height), paint, alt=alt)


def _coloured(labels: np.ndarray, numbers: dict[int, int]) -> np.ndarray:
    """RGB bytes, every k-th voxel of a slice that is too large to show."""
    steps = [max(1, -(-n // _MOST_PIXELS)) for n in labels.shape]
    labels = labels[:: steps[0], :: steps[1]]
    found, place = np.unique(labels, return_inverse=True)
    table = np.array([list(bytes.fromhex(phase_colour(numbers[int(label)])[1:])) for label in found], dtype=np.uint8)
    return table[place.reshape(labels.shape)]


def _arrow(axes: "Axes", plane: Plane, place: int) -> None:
    """A short arrow along one edge, from the corner; the through-thickness one is the coloured one."""
    width, height = plane.size_px
    axis = plane.axes[place]
    colour = ACCENT if axis == 0 else MUTED
    if place == 0:
        start, end, text = (0, -11 / height), (_ARROW_PX / width, -11 / height), (0, -17 / height)
        alignment = ("left", "top")
    else:
        start, end, text = (-9 / width, 0), (-9 / width, _ARROW_PX / height), (-9 / width, (_ARROW_PX + 4) / height)
        alignment = ("center", "bottom")
    style = {
        "arrowstyle": "-|>,head_width=0.18,head_length=0.4",
        "color": colour,
        "lw": 1.4,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    fraction = "axes fraction"
    axes.annotate("", end, start, xycoords=fraction, textcoords=fraction, arrowprops=style, annotation_clip=False)
    label = _AXIS_NAMES[axis] if width > 190 else "xyz"[axis]
    ha, va = alignment
    axes.text(*text, label, transform=axes.transAxes, color=colour, fontsize=12, ha=ha, va=va)


def _scale_bar(axes: "Axes", plane: Plane) -> None:
    width, height = plane.size_px
    share = plane.bar / plane.extent[0]
    bar = {"color": INK, "lw": 3, "clip_on": False, "solid_capstyle": "butt", "transform": axes.transAxes}
    axes.plot([1 - share, 1], [-11 / height] * 2, **bar)
    centred = share * width > 60
    axes.text(
        1 - share / 2 if centred else 1,
        -17 / height,
        length_text(plane.bar, physical=plane.physical),
        transform=axes.transAxes,
        ha="center" if centred else "right",
        va="top",
        fontsize=12,
        color=INK,
    )


def round_length(length: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above `length`.

    >>> [round_length(value) for value in (0.9, 2.4, 40.0)]
    [0.5, 2.0, 20.0]
    """
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step * power for step in (1, 2, 5) if step * power <= length * (1 + 1e-12)))
