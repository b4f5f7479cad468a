"""Section "Fit": measured and computed voltage before and after, the values found, and how well they are known."""

from typing import TYPE_CHECKING

import numpy as np

from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.digits import percent, rounded, seconds_text, unit_text, with_error, written
from electrode_homog.report.discharge_figures import thinned
from electrode_homog.report.drawing import picture
from electrode_homog.report.page import Block, Cell, Facts, Figure, Panel, Picture, Section, Swatch, Table
from electrode_homog.report.palette import ACCENT, INK, MUTED, WARM, css_variable
from electrode_homog.studies import CellFit
from electrode_homog.studies.measured_discharge import MeasuredDischarge

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_STRONG = 0.9  # correlation from which two values are hard to tell apart
_POOR_V = 0.01  # rms difference above which the model, not the values, is the likelier reason


def fit_section(contents: Contents) -> Section | None:
    panels = tuple(_panel(labelled, f"fit{n}") for n, labelled in enumerate(contents.fits))
    return Section("fit", "Fit to measured data", panels) if panels else None


def _panel(labelled: Labelled[CellFit], name: str) -> Panel:
    fit = labelled.item
    legend = (
        Swatch("measured", css_variable(INK), "dot"),
        Swatch("before the fit", css_variable(WARM), "8 5"),
        Swatch("after the fit", css_variable(ACCENT), ""),
    )
    caption = "Above: voltage over the charge taken out. Below: simulated minus measured."
    blocks: list[Block] = [Figure(caption, (_curves(fit, name),), legend), _values(fit)]
    if len(fit.values) > 1:
        blocks.append(_correlations(fit))
    blocks.append(_facts(fit))
    shows = (
        f"Which values bring the simulated voltage closest to {fit.data.source}: rms "
        f"{rounded(fit.initial_rms_V * 1e3)} mV before, {rounded(fit.rms_V * 1e3)} mV after."
    )
    return Panel(labelled.label, shows, tuple(blocks), tuple(_cautions(fit)))


def _curves(fit: CellFit, name: str) -> Picture:
    measured = MeasuredDischarge(fit.data, fit.cell)

    def paint(figure: "Canvas") -> None:
        grid = figure.add_gridspec(2, 1, height_ratios=(2.4, 1))
        above = figure.add_subplot(grid[0])
        below = figure.add_subplot(grid[1], sharex=above)
        above.plot(measured.charge_Ah, measured.voltage_V, color=INK, lw=0, marker="o", ms=3.6, mew=0, alpha=0.65)
        for run, colour, style in ((fit.initial_run, WARM, (4, 2.5)), (fit.run, ACCENT, (1, 0))):
            x, y = thinned(run.discharge_capacity_Ah, run.voltage_V)
            above.plot(x, y, color=colour, dashes=style, lw=1.8, dash_capstyle="butt")
            residuals = 1e3 * measured.residuals_V(run)
            below.plot(measured.charge_Ah, residuals, color=colour, dashes=style, lw=1.5, dash_capstyle="butt")
        below.axhline(0, color=MUTED, lw=0.9)
        for axes in (above, below):
            axes.grid(axis="y")
            axes.set_axisbelow(True)
        above.tick_params(labelbottom=False)
        above.set_xlim(left=0)
        above.set_ylabel("Voltage (V)")
        below.set_ylabel("Residual (mV)")
        below.set_xlabel("Charge taken out (Ah)")
        figure.align_ylabels()

    alt = f"Measured and simulated voltage; rms difference {rounded(fit.rms_V * 1e3)} mV after the fit"
    return picture(name, 800, 440, paint, alt=alt)


def _values(fit: CellFit) -> Table:
    units = {entry.path: entry.unit for entry in fit.cell.entries()}
    rows = []
    for path, value in fit.values.items():
        error = fit.standard_errors[path]
        low, high = fit.vary[path]
        at_bound = path in fit.at_bound
        verdict = "on its bound" if at_bound else "no effect" if np.isinf(error) else _relative(value, error)
        rows.append(
            (
                Cell(path),
                Cell(with_error(value, error), mark=at_bound),
                Cell(unit_text(units.get(path, ""))),
                Cell(verdict, mark=at_bound or not error <= abs(value)),
                Cell(written(fit.initial_values[path])),
                Cell(f"{written(low)} to {written(high)}"),
            )
        )
    head = ("Value of", "Fitted", "Unit", "Standard error", "Before", "Allowed")
    return Table("Fitted values ± one standard error.", head, tuple(rows), numeric=(1, 3, 4, 5), code=(0,))


def _relative(value: float, error: float) -> str:
    if not (value and np.isfinite(error)):
        return "–"
    share = abs(error / value)
    return percent(share, 2) if share < 1 else "above 100 %: not determined"


def _correlations(fit: CellFit) -> Table:
    rows = []
    for i, path in enumerate(fit.values):
        cells = []
        for j in range(len(fit.values)):
            number = float(fit.correlation[i, j])
            shown = "–" if np.isnan(number) else "1" if i == j else f"{number:+.2f}".replace("-", "−")
            cells.append(Cell(shown, mark=i != j and abs(number) >= _STRONG))
        rows.append((Cell(f"{i + 1}  {path}"), *cells))
    head = ("Correlation", *(str(i + 1) for i in range(len(fit.values))))
    caption = "Correlation of the fitted values; near ±1 only a combination of the two is known."
    return Table(caption, head, tuple(rows), numeric=tuple(range(1, len(head))), code=(0,))


def _facts(fit: CellFit) -> Facts:
    return Facts(
        (
            ("Data", f"{fit.data.source}, {fit.data.time_s.size} rows"),
            ("rms, before", f"{rounded(fit.initial_rms_V * 1e3)} mV"),
            ("after", f"{rounded(fit.rms_V * 1e3)} mV"),
            ("Largest difference", f"{rounded(fit.max_V * 1e3)} mV"),
            ("Solves", f"{fit.solves}" + (f", {fit.failed_solves} failed" if fit.failed_solves else "")),
            ("Time", seconds_text(fit.seconds)),
            ("Ended by", fit.message),
        )
    )


def _cautions(fit: CellFit) -> list[str]:
    found = [*fit.warnings]
    if fit.rms_V > _POOR_V:
        found.append(
            f"{rounded(fit.rms_V * 1e3)} mV rms is more than a voltmeter's error: the model lacks something that no "
            "value can replace, and the standard errors do not know it."
        )
    wide = [
        path
        for path, error in fit.standard_errors.items()
        if np.isfinite(error) and abs(error) > 0.5 * abs(fit.values[path])
    ]
    if wide:
        found.append(f"Known to no better than half of themselves: {', '.join(wide)}.")
    found.append(
        "One discharge at one current: values that act alike at this current cannot be told apart. Check the fitted "
        "cell against a record that was not fitted."
    )
    return found
