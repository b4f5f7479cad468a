"""Slices through a microstructure, and its phases layer by layer."""

from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.microstructure import Microstructure
from electrode_homog.report.digits import length_text, written
from electrode_homog.report.drawing import picture, plain_axes
from electrode_homog.report.page import Figure, Picture, Swatch
from electrode_homog.report.palette import ACCENT, INK, MUTED, phase_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_MOST_PIXELS = 640  # per edge of a slice: more does not show, and the file stays below 3 MB
_LONGEST_PX = 330  # of a slice on the page
_SHORTEST_PX = 110
_MARGIN_PX = (30, 46)  # left for the vertical axis, below for the horizontal one and the scale bar
_AXIS_NAMES = ("x, through-thickness", "y", "z")


def slices(electrode: Microstructure, name: str) -> Figure:
    """x–y, x–z and y–z planes through the centre, all on one scale."""
    extent = electrode.image.extent_m
    scale = _LONGEST_PX / max(extent)
    planes = ((0, 1), (0, 2), (1, 2))
    physical = electrode.image.has_physical_length
    centre = [n // 2 for n in electrode.image.shape]
    numbers = _phase_numbers(electrode)
    pictures = []
    for across, up in planes:
        cut = 3 - across - up
        labels = np.take(electrode.image.labels, centre[cut], axis=cut)  # indices in the order (across, up)
        size = (extent[across] * scale, extent[up] * scale)
        alt = (
            f"Slice in the {'xyz'[across]}–{'xyz'[up]} plane at {'xyz'[cut]} = "
            f"{length_text(centre[cut] * electrode.image.voxel_size_m[cut], physical=physical)}"
        )
        pictures.append(_slice(f"{name}-{'xyz'[across]}{'xyz'[up]}", labels, numbers, size, (across, up), extent, physical, alt))
    legend = tuple(Swatch(phase, phase_colour(i)) for i, phase in enumerate(electrode.phases))
    whole = " × ".join(length_text(length, physical=physical) for length in extent)
    caption = (
        f"Three planes through the centre of the image ({whole} along x, y, z). x runs through the thickness, between "
        "current collector and separator."
    )
    return Figure(caption, tuple(pictures), legend)


def layers(electrode: Microstructure, name: str) -> Figure:
    """Share of each phase in each layer of voxels across x."""
    shares = layer_fractions(electrode)
    dx, physical = electrode.image.voxel_size_m[0], electrode.image.has_physical_length
    depth = (np.arange(shares.shape[1] + 1) * dx) * (1e6 if physical else 1)

    def paint(figure: "Canvas") -> None:
        axes = figure.add_subplot()
        floor = np.zeros(depth.size)
        for i, share in enumerate(shares):
            top = floor + np.append(share, share[-1])
            axes.fill_between(depth, floor, top, step="post", color=phase_colour(i), linewidth=0)
            floor = top
        axes.set(xlim=(0, depth[-1]), ylim=(0, 1), ylabel="Share of the layer")
        axes.set_xlabel(f"Depth x ({'µm' if physical else 'voxels'})")
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])

    spread = f"{written(round(float(shares[0].min()), 3))} to {written(round(float(shares[0].max()), 3))}"
    first = next(iter(electrode.phases))
    drawn = picture(name, 520, 240, paint, alt=f"Phase fractions against depth; {first} from {spread}")
    legend = tuple(Swatch(phase, phase_colour(i)) for i, phase in enumerate(electrode.phases))
    return Figure("Volume fractions layer by layer along x.", (drawn,), legend)


def layer_fractions(electrode: Microstructure) -> np.ndarray:
    """(phases, nx): share of each phase in each layer normal to x."""
    voxels = electrode.image.labels[0].size
    return np.array([np.count_nonzero(electrode.mask(name), axis=(1, 2)) / voxels for name in electrode.phases])


def _phase_numbers(electrode: Microstructure) -> dict[int, int]:
    return {label: i for i, labels in enumerate(electrode.phases.values()) for label in labels}


def _slice(
    name: str,
    labels: np.ndarray,
    numbers: dict[int, int],
    size: tuple[float, float],
    axes_shown: tuple[int, int],
    extent: tuple[float, float, float],
    physical: bool,
    alt: str,
) -> Picture:
    width, height = (max(_SHORTEST_PX, edge) for edge in size)
    left, below = _MARGIN_PX
    total_width, total_height = width + left + 2, height + below + 2

    def paint(figure: "Canvas") -> None:
        figure.set_layout_engine("none")
        box = (left / total_width, below / total_height, width / total_width, height / total_height)
        axes = figure.add_axes(box, frame_on=False)
        across, up = (extent[axis] for axis in axes_shown)
        axes.imshow(
            _coloured(labels, numbers).transpose(1, 0, 2),
            origin="lower",
            extent=(0, across, 0, up),
            interpolation="none",
            aspect="auto",
        )
        axes.set(xticks=[], yticks=[])
        _axis_arrows(axes, axes_shown, width, height)
        _scale_bar(axes, across, width, height, physical)

    return picture(name, round(total_width), round(total_height), paint, alt=alt)


def _coloured(labels: np.ndarray, numbers: dict[int, int]) -> np.ndarray:
    """RGB bytes, every k-th voxel of a slice that is too large to show."""
    steps = [max(1, -(-n // _MOST_PIXELS)) for n in labels.shape]
    labels = labels[:: steps[0], :: steps[1]]
    found, place = np.unique(labels, return_inverse=True)
    colours = [bytes.fromhex(phase_colour(numbers[int(label)])[1:]) for label in found]
    table = np.array([list(colour) for colour in colours], dtype=np.uint8)
    return table[place.reshape(labels.shape)]


def _axis_arrows(axes: "Axes", shown: tuple[int, int], width: float, height: float) -> None:
    """A short arrow along each axis, from the corner; the through-thickness one is the coloured one."""
    length = 34
    for place, axis in enumerate(shown):
        colour = ACCENT if axis == 0 else MUTED
        if place == 0:
            start, end, text, turn = (0, -12 / height), (length / width, -12 / height), (0, -17 / height), 0
            alignment = {"ha": "left", "va": "top"}
        else:
            start, end, text, turn = (-10 / width, 0), (-10 / width, length / height), (-15 / width, 0), 90
            alignment = {"ha": "right", "va": "bottom"}
        arrow = {"arrowstyle": "-|>,head_width=0.18,head_length=0.4", "color": colour, "lw": 1.4, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", end, start, xycoords="axes fraction", textcoords="axes fraction", arrowprops=arrow, annotation_clip=False)
        label = _AXIS_NAMES[axis] if width > 200 else "xyz"[axis]
        axes.text(*text, label, transform=axes.transAxes, color=colour, rotation=turn, fontsize=11, **alignment)  # type: ignore[arg-type]


def _scale_bar(axes: "Axes", across: float, width: float, height: float, physical: bool) -> None:
    length = round_length(across / 3)
    right, left = 1.0, 1 - length / across
    axes.plot([left, right], [-12 / height] * 2, transform=axes.transAxes, color=INK, lw=3, clip_on=False, solid_capstyle="butt")
    axes.text(
        (left + right) / 2 if length / across * width > 60 else right,
        -17 / height,
        length_text(length, physical=physical),
        transform=axes.transAxes,
        ha="center" if length / across * width > 60 else "right",
        va="top",
        fontsize=11,
        color=INK,
    )


def round_length(length: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above `length`.

    >>> [round_length(value) for value in (0.9, 2.4, 40.0)]
    [0.5, 2.0, 20.0]
    """
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step * power for step in (1, 2, 5) if step * power <= length * (1 + 1e-12)))
