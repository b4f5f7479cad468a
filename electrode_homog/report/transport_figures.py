"""Effective values between their bounds, and transport efficiency against volume fraction."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.homogenization import EffectiveTensor
from electrode_homog.report.digits import rounded
from electrode_homog.report.drawing import picture, plain_axes
from electrode_homog.report.page import Picture, Swatch
from electrode_homog.report.palette import ACCENT, ACCENT_SOFT, INK, MUTED, TRACK, WARM, css_variable
from electrode_homog.transport_law import BruggemanLaw

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

CLASSIC_EXPONENT = 1.5  # Bruggeman (1935), spheres of very different sizes
_CLASSIC_DASHES, _VOIGT_DASHES = (5, 3), (1.5, 2.5)
_FAR_VOIGT = 8  # times the largest value: from there the axis ends before the bound, so that the bars can be read


@dataclass(frozen=True, eq=False)
class EfficiencyPoints:
    """B against the volume fraction: of the pieces (n,), and of the whole image where it is known."""

    fractions: np.ndarray
    efficiencies: np.ndarray
    whole: tuple[float, float] | None
    law: BruggemanLaw | None


def bars(tensor: EffectiveTensor, name: str, symbol: str) -> Picture:
    """One bar per axis from 0 to the effective value, on the range that Reuss and Voigt leave."""
    values = np.diag(tensor.matrix)
    voigt = float(tensor.voigt.max())
    far = 0 < values.max() * _FAR_VOIGT < voigt
    right = 1.5 * float(values.max()) if far else voigt

    def paint(figure: "Canvas") -> None:
        axes = figure.add_subplot()
        for row, (value, low, high) in enumerate(zip(values, tensor.reuss, tensor.voigt, strict=True)):
            axes.barh(row, min(high, right * 1.04) - low, left=low, height=0.56, color=TRACK)
            axes.barh(row, value, height=0.56, color=ACCENT if row == 0 else ACCENT_SOFT)
            _line(axes, row, high, INK)
            if low > 0:
                _line(axes, row, low, INK)
            if tensor.hashin_shtrikman is not None:
                _line(axes, row, tensor.hashin_shtrikman[1], WARM)
        _name_bounds(axes, tensor, right)
        axes.set(ylim=(2.5, -0.85), xlim=(0, right * 1.04))
        axes.set_yticks([0, 1, 2], ["x", "y", "z"])
        axes.tick_params(axis="y", length=0, labelsize=12, labelcolor=INK)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(symbol)

    text = ", ".join(f"{axis} {rounded(value)}" for axis, value in zip("xyz", values, strict=True))
    return picture(
        name, 500, 214, paint, alt=f"Effective values per axis: {text}; upper limit (Voigt) {rounded(voigt)}"
    )


def _line(axes: "Axes", row: int, at: float, colour: str) -> None:
    axes.plot([at, at], [row - 0.36, row + 0.36], color=colour, lw=1.4, solid_capstyle="butt")


def _name_bounds(axes: "Axes", tensor: EffectiveTensor, right: float) -> None:
    """Above the first row; where two lines are near each other their names are set apart."""
    high, low = float(tensor.voigt[0]), float(tensor.reuss[0])
    above = {"va": "bottom", "fontsize": 11}
    if high > 1.04 * right:
        axes.text(1.04 * right, -0.46, f"Voigt, at {rounded(high)} →", ha="right", color=MUTED, **above)
        return
    axes.text(high, -0.46, "Voigt", ha="right" if high > 0.92 * right else "center", color=MUTED, **above)
    if tensor.hashin_shtrikman is not None:
        gap = (high - tensor.hashin_shtrikman[1]) / right
        if gap > 0.16:
            axes.text(tensor.hashin_shtrikman[1], -0.46, "HS+", ha="center", color=WARM, **above)
        elif gap > 0.002:
            axes.text(high - 0.12 * right, -0.46, "HS+", ha="right", color=WARM, **above)
    if 0.06 * right < low < 0.55 * right:
        axes.text(low, -0.46, "Reuss", ha="center", color=MUTED, **above)


def efficiency_plot(points: EfficiencyPoints, name: str) -> Picture:
    """B against volume fraction, on linear axes: the pieces of one electrode span too little for logarithms."""
    low, high = _window(points)
    x = np.linspace(low, high, 200)

    def paint(figure: "Canvas") -> None:
        axes = plain_axes(figure)
        axes.plot(x, x, color=MUTED, lw=1.3, dashes=_VOIGT_DASHES)
        axes.plot(x, x**CLASSIC_EXPONENT, color=INK, lw=1.4, dashes=_CLASSIC_DASHES)
        if points.law is not None:
            _draw_law(axes, points.law, x)
        axes.scatter(points.fractions, points.efficiencies, s=36, color=ACCENT, alpha=0.8, linewidths=0, zorder=3)
        if points.whole is not None:
            axes.scatter(*points.whole, s=85, marker="D", color=WARM, linewidths=0, zorder=4)
        axes.set_xlim(low, high)
        axes.set_ylim(*_limits_of_B(points, low, high))
        axes.set_xlabel("Volume fraction ε of the conducting phase")
        axes.set_ylabel("Transport efficiency B")

    known = f"{points.fractions.size} pieces" if points.fractions.size else "no pieces"
    return picture(name, 520, 360, paint, alt=f"Transport efficiency against volume fraction, {known}, with power laws")


def efficiency_legend(points: EfficiencyPoints) -> tuple[Swatch, ...]:
    legend = []
    if points.fractions.size:
        legend.append(Swatch("piece of the image", css_variable(ACCENT), "dot"))
    if points.whole is not None:
        legend.append(Swatch("whole image", css_variable(WARM), "diamond"))
    if points.law is not None:
        legend.append(Swatch(f"exponent {rounded(points.law.exponent)}", css_variable(ACCENT), ""))
    legend.append(Swatch("exponent 1.5", css_variable(INK), "5 3"))
    legend.append(Swatch("Voigt, B = ε", css_variable(MUTED), "1.5 2.5"))
    return tuple(legend)


def _draw_law(axes: "Axes", law: BruggemanLaw, x: np.ndarray) -> None:
    axes.plot(x, x**law.exponent, color=ACCENT, lw=1.0)
    inside = x[(x >= law.porosity_range[0]) & (x <= law.porosity_range[1])]
    if inside.size > 1:
        axes.plot(inside, inside**law.exponent, color=ACCENT, lw=2.6)
    error = law.exponent_standard_error
    if np.isfinite(error) and error > 0:
        edges = (x ** (law.exponent + 2 * error), x ** max(1.0, law.exponent - 2 * error))
        axes.fill_between(x, *edges, color=ACCENT, alpha=0.13, linewidth=0)


def _window(points: EfficiencyPoints) -> tuple[float, float]:
    """Fractions shown: those of the data and of the law, with room to see the slope."""
    known = list(points.fractions)
    if points.whole is not None:
        known.append(points.whole[0])
    if points.law is not None and points.law.porosity_range != (0.0, 1.0):
        known += points.law.porosity_range
    if not known:
        return 0.01, 1.0
    middle, half = (min(known) + max(known)) / 2, max(0.08, 0.75 * (max(known) - min(known)))
    return max(0.005, middle - half), min(1.0, middle + half)


def _limits_of_B(points: EfficiencyPoints, low: float, high: float) -> tuple[float, float]:
    values = [low**CLASSIC_EXPONENT, high**CLASSIC_EXPONENT, *points.efficiencies]
    values += [points.whole[1]] if points.whole is not None else []
    values += [low**points.law.exponent, high**points.law.exponent] if points.law is not None else []
    top = max(values) * 1.06
    return (0.0 if min(values) < 0.35 * top else 0.9 * min(values)), top
