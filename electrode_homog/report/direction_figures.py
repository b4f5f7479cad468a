"""Chords, lineal path and two-point correlation along x, y and z, one picture per phase."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.microstructure import ChordLengths, LinealPath, PhaseDescription, TwoPoint
from electrode_homog.report.density import merged
from electrode_homog.report.digits import rounded
from electrode_homog.report.drawing import logarithmic_x, picture, plain_axes
from electrode_homog.report.length_unit import LengthUnit
from electrode_homog.report.page import Figure, Picture, Swatch
from electrode_homog.report.palette import ACCENT, GREEN, HAIR, MUTED, WARM, css_variable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_SIZE_PX = (301, 190)
_ROOM = 1.25
_FAR = 6  # correlation lengths: what comes after them is noise about zero
_RARE = 0.01  # of the fraction: where a lineal path is as good as ended
_MOST_POINTS = 300
_LEAST_CLASS = 0.2  # in ln of the chord: single voxels are further apart up to five of them
_STYLES = ((ACCENT, (None, None)), (WARM, (5, 2.5)), (GREEN, (1.6, 1.8)))
Phases = Sequence[tuple[Swatch, PhaseDescription]]


def chord_figure(phases: Phases, unit: LengthUnit, name: str) -> Figure:
    """Distribution of the chords by number; phases come with the legend entry that says which they are."""
    longest = max((length.max(initial=0) for _, of in phases for length in of.chords.length_m), default=0)
    shortest = min((length.min(initial=np.inf) for _, of in phases for length in of.chords.length_m), default=np.inf)
    if not longest:
        longest = shortest = 1 / unit.per_m
    span = (float(shortest) * unit.per_m / _ROOM, float(longest) * unit.per_m * _ROOM)
    pictures = tuple(
        _chords(f"{name}-{number}", swatch, of.chords, unit, span) for number, (swatch, of) in enumerate(phases)
    )
    caption = (
        "Chords, the stretches of a straight line inside a phase, by number on a logarithmic axis; all curves enclose "
        "the same area, and dots are the means. Where the three curves part, the phase has a direction."
    )
    return Figure(caption, pictures, _legend())


def correlation_figure(phases: Phases, unit: LengthUnit, name: str) -> Figure:
    """Correlation of each phase with itself; phases come with the legend entry that says which they are."""
    pictures = tuple(
        _correlation(f"{name}-{number}", swatch, of.two_point, unit) for number, (swatch, of) in enumerate(phases)
    )
    caption = (
        "Two-point correlation: how much more than by chance two points a lag apart lie in the phase together; 1 at "
        "lag 0, 0 where they know nothing of each other. Dots: correlation length, where it first falls to 1/e."
    )
    return Figure(caption, pictures, _legend())


def path_figure(phases: Phases, unit: LengthUnit, name: str) -> Figure:
    """Lineal path of each phase; phases come with the legend entry that says which they are."""
    pictures = tuple(
        _path(f"{name}-{number}", swatch, of.lineal_path, unit) for number, (swatch, of) in enumerate(phases)
    )
    caption = (
        "Lineal path: the chance that a whole segment lies in the phase, against its length; at length 0 it is the "
        "volume fraction. How far a straight way through the phase leads before it ends."
    )
    return Figure(caption, pictures, _legend())


def _chords(name: str, swatch: Swatch, chords: ChordLengths, unit: LengthUnit, span: tuple[float, float]) -> Picture:
    def paint(figure: "Canvas") -> None:
        axes = figure.add_subplot()
        for axis, (colour, dashes) in reversed(list(enumerate(_STYLES))):
            if not chords.length_m[axis].size:
                continue
            length, density = chord_density(chords, axis)
            at, mean = length * unit.per_m, chords.mean_m[axis] * unit.per_m
            axes.plot(at, density, color=colour, lw=1.7, dashes=dashes, dash_capstyle="butt")
            if at[0] <= mean <= at[-1]:
                axes.plot(mean, np.interp(mean, at, density), "o", color=colour, markersize=6, zorder=3)
        if not axes.lines:
            axes.text(0.5, 0.5, "none is whole", transform=axes.transAxes, ha="center", color=MUTED)
        logarithmic_x(axes, *span)
        axes.set_ylim(bottom=0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(f"Chord ({unit.name})")

    means = ", ".join(f"{axis} {unit.length(mean)}" for axis, mean in zip("xyz", chords.mean_m, strict=True))
    alt = f"Chords in {swatch.name}: mean in {unit.name} along {means}"
    return picture(name, *_SIZE_PX, paint, alt=alt, title=swatch)


def chord_density(chords: ChordLengths, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Middles of classes of chords, in metres, and the density there per factor e; 0 beyond the last class.

    A chord of m voxels is one of m ± 1/2.
    """
    length, share = chords.length_m[axis], chords.share[axis]
    edge = length[0]
    borders = np.log((np.arange(length.size + 1) + 0.5) * edge)
    edges, density = merged(borders, share, _LEAST_CLASS)
    return np.append(np.sqrt(edges[1:] * edges[:-1]), edges[-1]), np.append(density, 0.0)


def _path(name: str, swatch: Swatch, path: LinealPath, unit: LengthUnit) -> Picture:
    fraction = float(path.probability[0][0])
    seen = [np.count_nonzero(chance > _RARE * fraction) for chance in path.probability]
    end = max(float(lags[min(count, lags.size - 1)]) for lags, count in zip(path.lags_m, seen, strict=True))

    def paint(figure: "Canvas") -> None:
        axes = plain_axes(figure)
        for axis, (colour, dashes) in reversed(list(enumerate(_STYLES))):
            lags, chance = _thinned(path.lags_m[axis], path.probability[axis], end)
            axes.plot(lags * unit.per_m, chance, color=colour, lw=1.7, dashes=dashes, dash_capstyle="butt")
        axes.set_xlim(0, end * unit.per_m if end > 0 else 1)
        axes.set_ylim(0, 1.05 * fraction)
        axes.locator_params(nbins=5)
        axes.set_xlabel(f"Length ({unit.name})")

    alt = f"Lineal path of {swatch.name}, from its volume fraction {rounded(fraction)} down"
    return picture(name, *_SIZE_PX, paint, alt=alt, title=swatch)


def _correlation(name: str, swatch: Swatch, pairs: TwoPoint, unit: LengthUnit) -> Picture:
    lengths = np.array(pairs.correlation_length_m)
    finite = lengths[np.isfinite(lengths)]
    longest = max(float(lags[-1]) for lags in pairs.lags_m)
    end = min(longest, _FAR * float(finite.max())) if finite.size else longest

    def paint(figure: "Canvas") -> None:
        axes = figure.add_subplot()
        axes.axhline(0, color=MUTED, lw=0.9)
        axes.axhline(np.exp(-1), color=HAIR, lw=0.9)
        for axis, (colour, dashes) in reversed(list(enumerate(_STYLES))):
            lags, values = _thinned(pairs.lags_m[axis], pairs.correlation[axis], end)
            axes.plot(lags * unit.per_m, values, color=colour, lw=1.7, dashes=dashes, dash_capstyle="butt")
            if np.isfinite(lengths[axis]):
                axes.plot(lengths[axis] * unit.per_m, np.exp(-1), "o", color=colour, markersize=6, zorder=3)
        _frame(axes, end * unit.per_m)
        axes.set_xlabel(f"Lag ({unit.name})")

    text = ", ".join(f"{axis} {unit.length(length)}" for axis, length in zip("xyz", lengths, strict=True))
    alt = f"Two-point correlation of {swatch.name}: correlation length in {unit.name} along {text}"
    return picture(name, *_SIZE_PX, paint, alt=alt, title=swatch)


def _frame(axes: "Axes", end: float) -> None:
    axes.set_xlim(0, end if end > 0 else 1)
    low = min(np.nanmin(y) for line in axes.lines if np.isfinite(y := np.asarray(line.get_ydata(), float)).any())
    axes.set_ylim(min(-0.12, 1.1 * low), 1.02)
    axes.set_yticks([0, float(np.exp(-1)), 1], ["0", "1/e", "1"])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(length=0)
    axes.locator_params(axis="x", nbins=6)


def _thinned(lags: np.ndarray, values: np.ndarray, end: float) -> tuple[np.ndarray, np.ndarray]:
    """Up to the lag `end`, at most so many points; every one of the first, where the correlation falls."""
    shown = int(np.searchsorted(lags, end, side="right")) + 1
    lags, values = lags[:shown], values[:shown]
    if lags.size <= _MOST_POINTS:
        return lags, values
    kept = np.unique(np.geomspace(1, lags.size, _MOST_POINTS).round().astype(int) - 1)
    return lags[kept], values[kept]


def _legend() -> tuple[Swatch, ...]:
    return (
        Swatch("along x, through-thickness", css_variable(ACCENT), ""),
        Swatch("y", css_variable(WARM), "7.8 3.9"),
        Swatch("z", css_variable(GREEN), "2.5 2.8"),
    )
