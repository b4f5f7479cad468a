"""What the variants of a cell add to the voltage of the first one, under one protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.p2d import CellRun
from electrode_homog.report.discharge_figures import dashes, thinned, time_unit, variant_colour
from electrode_homog.report.drawing import picture
from electrode_homog.report.page import Picture
from electrode_homog.report.variants import Variant, is_discharge

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_KEPT = 0.95  # share of a run that the scale of the difference follows; then a curve that ends dives out of sight
_MOST_POINTS = 1000


@dataclass(frozen=True, eq=False)
class Comparison:
    """The runs of one cell in `variants` under one protocol, over charge where all are discharges, else over time."""

    variants: tuple[Variant, ...]
    protocol: str
    cell_name: str

    @property
    def numbered(self) -> tuple[tuple[int, CellRun], ...]:
        """Runs with the place of their variant, which gives them their colour; the first is compared with."""
        runs = ((number, variant.run(self.protocol)) for number, variant in enumerate(self.variants))
        return tuple((number, run) for number, run in runs if run is not None and run.cell_name == self.cell_name)

    @property
    def over_charge(self) -> bool:
        return all(is_discharge(run) for _, run in self.numbered)

    def across(self, run: CellRun) -> np.ndarray:
        return run.discharge_capacity_Ah if self.over_charge else run.time_s

    def difference_V(self, run: CellRun) -> tuple[np.ndarray, np.ndarray]:
        """Charge or time, and the voltage of `run` less that of the first, as far as both go."""
        base = self.numbered[0][1]
        mine, theirs = self.across(run), self.across(base)
        at = np.union1d(mine, theirs)
        at = at[at <= min(mine[-1], theirs[-1])]
        return at, np.interp(at, mine, run.voltage_V) - np.interp(at, theirs, base.voltage_V)

    def sizes_V(self, run: CellRun) -> tuple[float, float]:
        """Root mean square over charge or time, and the largest size, in the first 95 % of the shared range."""
        at, volts = self._kept(run)
        width = at[-1] - at[0]
        rms = float(np.sqrt(np.trapezoid(volts**2, at) / width)) if width > 0 else 0.0
        return rms, float(np.abs(volts).max())

    def limits_mV(self) -> tuple[float, float]:
        """Of an axis that shows all differences."""
        kept = [1e3 * self._kept(run)[1] for _, run in self.numbered]
        low, high = min(float(v.min()) for v in kept), max(float(v.max()) for v in kept)
        margin = max(0.08 * (high - low), 0.01)
        return low - margin, high + margin

    def _kept(self, run: CellRun) -> tuple[np.ndarray, np.ndarray]:
        at, volts = self.difference_V(run)
        kept = at <= at[0] + _KEPT * (at[-1] - at[0])
        return at[kept], volts[kept]


def comparisons(shown: Sequence[Variant]) -> list[Comparison]:
    """One for each cell and protocol that two variants or more ran, in the order of the runs."""
    ran = dict.fromkeys((run.protocol_text, run.cell_name) for variant in shown for run in variant.runs)
    found = [Comparison(tuple(shown), protocol, cell_name) for protocol, cell_name in ran]
    return [comparison for comparison in found if len(comparison.numbered) > 1]


def voltage_picture(given: Comparison, name: str) -> Picture:
    """Voltage above; below what each variant adds to the voltage of the first."""
    count = len(given.variants)
    factor, unit = time_unit(max(run.duration_s for _, run in given.numbered))
    per_step = 1 if given.over_charge else factor

    def paint(figure: "Canvas") -> None:
        grid = figure.add_gridspec(2, 1, height_ratios=(1.4, 1))
        above = figure.add_subplot(grid[0])
        below = figure.add_subplot(grid[1], sharex=above)
        for number, run in given.numbered:
            style = {"color": variant_colour(number), "dashes": dashes(number, count), "dash_capstyle": "butt"}
            above.plot(*thinned(given.across(run) / per_step, run.voltage_V, _MOST_POINTS), lw=1.7, **style)
            at, volts = given.difference_V(run)
            below.plot(*thinned(at / per_step, 1e3 * volts, _MOST_POINTS), lw=1.5, **style)
        for axes in (above, below):
            axes.grid(axis="y")
            axes.set_axisbelow(True)
        above.tick_params(labelbottom=False)
        above.set_xlim(left=0)
        above.set_ylabel("Voltage (V)")
        below.set_ylim(*given.limits_mV())
        below.set_ylabel("Difference (mV)")
        below.set_xlabel("Delivered capacity (Ah)" if given.over_charge else f"Time ({unit})")
        figure.align_ylabels()

    alt = f"Voltage of {len(given.numbered)} variants, and its difference from the first in millivolts"
    return picture(name, 860, 440, paint, alt=alt)
