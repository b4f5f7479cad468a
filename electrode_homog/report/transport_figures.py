"""Effective values between their bounds, and transport efficiency against porosity."""

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
_PIECE_DASHES, _CLASSIC_DASHES, _VOIGT_DASHES = (1, 0), (5, 3), (1.5, 2.5)


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
    right = float(tensor.voigt.max())
    upper = tensor.hashin_shtrikman[1] if tensor.hashin_shtrikman else None

    def paint(figure: "Canvas") -> None:
        axes = figure.add_subplot()
        for row, (value, low, high) in enumerate(zip(values, tensor.reuss, tensor.voigt, strict=True)):
            axes.barh(row, high - low, left=low, height=0.56, color=TRACK)
            axes.barh(row, value, height=0.56, color=ACCENT if row == 0 else ACCENT_SOFT)
            axes.plot([high, high], [row - 0.36, row + 0.36], color=INK, lw=1.4, solid_capstyle="butt")
            if low > 0:
                axes.plot([low, low], [row - 0.36, row + 0.36], color=INK, lw=1.4, solid_capstyle="butt")
            if upper is not None:
                axes.plot([upper, upper], [row - 0.36, row + 0.36], color=WARM, lw=1.4, solid_capstyle="butt")
        _name_bounds(axes, tensor, upper, right)
        axes.set(ylim=(2.5, -0.85), xlim=(0, right * 1.04))
        axes.set_yticks([0, 1, 2], ["x", "y", "z"])
        axes.tick_params(axis="y", length=0, labelsize=12, labelcolor=INK)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(symbol)

    text = ", ".join(f"{axis} {rounded(value)}" for axis, value in zip("xyz", values, strict=True))
    return picture(name, 460, 208, paint, alt=f"Effective values per axis: {text}; upper limit (Voigt) {rounded(right)}")


def _name_bounds(axes: "Axes", tensor: EffectiveTensor, upper: float | None, right: float) -> None:
    """Above the first row; the name of the lower line ends where the name of the upper one begins."""
    high, low = float(tensor.voigt[0]), float(tensor.reuss[0])
    axes.text(high, -0.46, "Voigt ", ha="right" if high > 0.9 * right else "center", va="bottom", fontsize=11, color=MUTED)
    if upper is not None and (high - upper) / right > 0.2:
        axes.text(upper, -0.46, "HS+", ha="center", va="bottom", fontsize=11, color=WARM)
    elif upper is not None and (high - upper) / right > 0.002:
        axes.text(high - 0.11 * right, -0.46, "HS+ ", ha="right", va="bottom", fontsize=11, color=WARM)
    if 0.05 * right < low < 0.6 * right:
        axes.text(low, -0.46, "Reuss", ha="center", va="bottom", fontsize=11, color=MUTED)


def efficiency_plot(points: EfficiencyPoints, name: str) -> Picture:
    """B against volume fraction, on linear axes: the pieces of one electrode span too little for logarithms."""
    low, high = _window(points)
    x = np.linspace(low, high, 200)

    def paint(figure: "Canvas") -> None:
        axes = plain_axes(figure)
        axes.plot(x, x, color=MUTED, lw=1.2, dashes=_VOIGT_DASHES)
        axes.plot(x, x**CLASSIC_EXPONENT, color=INK, lw=1.4, dashes=_CLASSIC_DASHES)
        if points.law is not None:
            _draw_law(axes, points.law, x)
        axes.scatter(points.fractions, points.efficiencies, s=34, color=ACCENT, alpha=0.75, linewidths=0, zorder=3)
        if points.whole is not None:
            axes.scatter(*points.whole, s=95, marker="D", color=WARM, linewidths=0, zorder=4)
        axes.set(xlim=(low, high), xlabel="Volume fraction of the conducting phase")
        axes.set_ylabel("Transport efficiency B")
        axes.set_ylim(*_limits_of_B(points, low, high))

    known = f"{points.fractions.size} pieces" if points.fractions.size else "no pieces"
    return picture(name, 560, 360, paint, alt=f"Transport efficiency against volume fraction, {known}, with power laws")


def efficiency_legend(points: EfficiencyPoints) -> tuple[Swatch, ...]:
    legend = []
    if points.fractions.size:
        legend.append(Swatch("piece of the image", css_variable(ACCENT), "dot"))
    if points.whole is not None:
        legend.append(Swatch("whole image", css_variable(WARM), "diamond"))
    if points.law is not None:
        legend.append(Swatch(f"B = εᵇ, b = {rounded(points.law.exponent)} (thin: beyond the data)", css_variable(ACCENT), ""))
    legend.append(Swatch("B = ε^1.5 (Bruggeman)", css_variable(INK), "5 3"))
    legend.append(Swatch("B = ε (Voigt, upper limit)", css_variable(MUTED), "1.5 2.5"))
    return tuple(legend)


def _draw_law(axes: "Axes", law: BruggemanLaw, x: np.ndarray) -> None:
    axes.plot(x, x**law.exponent, color=ACCENT, lw=1.0)
    inside = x[(x >= law.porosity_range[0]) & (x <= law.porosity_range[1])]
    if inside.size > 1:
        axes.plot(inside, inside**law.exponent, color=ACCENT, lw=2.4)
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
    top = min(high, max(values) * 1.06)
    return (0.0 if min(values) < 0.35 * top else 0.9 * min(values)), top
