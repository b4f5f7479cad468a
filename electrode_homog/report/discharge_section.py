"""Section "What the cell delivers": every variant against the first."""

from dataclasses import replace

from electrode_homog.report.contents import Contents
from electrode_homog.report.digits import change, joined, rounded, seconds_text, written
from electrode_homog.report.discharge_figures import (
    capacity_over_current,
    legend,
    mean_current_A,
    short_protocol,
    variant_legend,
    voltage_over_capacity,
    voltage_over_time,
)
from electrode_homog.report.page import Block, Cell, Facts, Figure, Panel, Section, Table
from electrode_homog.report.variants import Variant, cell_of, is_discharge, variants

_DRIFT = 1e-6  # relative change of the total lithium that a healthy solution stays below
_HIGH_RATE = 1.5  # C; above, a real cell warms by several kelvin


def discharge_section(contents: Contents) -> Section | None:
    shown = variants(contents.runs)
    if not shown:
        return None
    discharges = discharge_protocols(shown)
    panels = []
    if discharges:
        panels.append(_discharge_panel(_restricted(shown, discharges), discharges, contents))
    for number, protocol in enumerate(_other_protocols(shown, discharges)):
        said = {text for panel in panels for text in panel.cautions}
        panel = _protocol_panel(_restricted(shown, [protocol]), protocol, contents, f"protocol{number}")
        panels.append(replace(panel, cautions=tuple(text for text in panel.cautions if text not in said)))
    return Section("discharge", "What the cell delivers", tuple(panels))


def discharge_protocols(shown: list[Variant]) -> list[str]:
    """Protocols that are a discharge at one constant current, slow to fast."""
    currents: dict[str, float] = {}
    for variant in shown:
        for run in variant.runs:
            if is_discharge(run):
                currents.setdefault(run.protocol_text, mean_current_A(run))
    return sorted(currents, key=lambda text: currents[text])


def _other_protocols(shown: list[Variant], discharges: list[str]) -> list[str]:
    texts = [run.protocol_text for variant in shown for run in variant.runs]
    return list(dict.fromkeys(text for text in texts if text not in discharges))


def _restricted(shown: list[Variant], protocols: list[str]) -> list[Variant]:
    """The variants with those of their runs that follow one of the protocols."""
    kept = [(v, tuple(run for run in v.runs if run.protocol_text in protocols)) for v in shown]
    return [Variant(v.name, v.label, runs) for v, runs in kept if runs]


def _discharge_panel(shown: list[Variant], protocols: list[str], contents: Contents) -> Panel:
    pictures = [voltage_over_capacity(shown, protocols, "discharge")]
    caption = "Voltage over delivered capacity: colour is the rate" + (
        ", line style the parameter set." if len(shown) > 1 else "."
    )
    if len(protocols) > 1:
        pictures.append(capacity_over_current(shown, protocols, "capacity"))
        caption += " Second plot: what is left of the capacity at each current."
    blocks: tuple[Block, ...] = (
        Figure(caption, tuple(pictures), legend(shown, protocols)),
        _table(shown, protocols),
        _facts(shown),
    )
    shows = "Voltage and charge that the P2D model delivers at constant current until the cut-off."
    if len(shown) > 1:
        shows = f"Discharge at constant current until the cut-off, each parameter set against “{shown[0].label}”."
    return Panel("Discharge curves", shows, blocks, tuple(_cautions(shown, contents)))


def _protocol_panel(shown: list[Variant], protocol: str, contents: Contents, name: str) -> Panel:
    drawn = voltage_over_time(shown, protocol, name)
    figure = Figure("Voltage and current over time.", (drawn,), variant_legend(shown))
    blocks: tuple[Block, ...] = (figure, _table(shown, [protocol]), _facts(shown))
    return Panel(protocol, "Voltage and current under this protocol.", blocks, tuple(_cautions(shown, contents)))


def _table(shown: list[Variant], protocols: list[str]) -> Table:
    several = len(shown) > 1
    rows = []
    for protocol in protocols:
        base = shown[0].run(protocol)
        for variant in shown:
            run = variant.run(protocol)
            if run is None:
                continue
            row = [Cell(short_protocol(protocol)), Cell(variant.label), Cell(rounded(run.capacity_Ah, 4))]
            row += [Cell(rounded(run.energy_Wh, 4)), Cell(rounded(run.mean_power_W))]
            if several:
                against = base if base is not None and run is not base else None
                capacity = change(run.capacity_Ah, against.capacity_Ah) if against else "–"
                energy = change(run.energy_Wh, against.energy_Wh) if against else "–"
                row += [Cell(capacity), Cell(energy)]
            rows.append((*row, Cell(run.ended_by)))
    head = ["Protocol", "Parameter set", "Capacity (Ah)", "Energy (Wh)", "Mean power (W)"]
    head += ["Δ capacity", "Δ energy"] if several else []
    caption = "Capacity and energy are what was discharged; charging in between is not subtracted."
    caption += f" Δ: against “{shown[0].label}”." if several else ""
    numeric = tuple(range(2, len(head)))
    return Table(caption, (*head, "Ended by"), tuple(rows), numeric=numeric)


def _facts(shown: list[Variant]) -> Facts:
    runs = [run for variant in shown for run in variant.runs]
    mesh = runs[0].mesh
    return Facts(
        (
            ("Runs", str(len(runs))),
            (
                "Finite volumes",
                f"{mesh.x_points} per electrode, {mesh.separator_points} separator, {mesh.r_points} radius",
            ),
            ("Largest lithium drift", rounded(max(run.lithium_drift for run in runs), 2)),
            ("Time for all", seconds_text(sum(run.seconds for run in runs))),
        )
    )


def _cautions(shown: list[Variant], contents: Contents) -> list[str]:
    runs = [run for variant in shown for run in variant.runs]
    cautions = [_isothermal(shown, contents)]
    drift = max(run.lithium_drift for run in runs)
    if drift > _DRIFT:
        cautions.append(
            f"Lithium is not conserved: the total drifts by {rounded(drift, 2)} of itself. Refine the mesh."
        )
    if len({run.mesh for run in runs}) > 1:
        cautions.append("The runs were made on different meshes; part of their difference is that of the meshes.")
    for protocol in dict.fromkeys(run.protocol_text for run in runs):
        ends = {run.ended_by for run in runs if run.protocol_text == protocol}
        if len(ends) > 1:
            cautions.append(
                f"{short_protocol(protocol)} did not end for the same reason everywhere: {joined(sorted(ends))}."
            )
    uncertain = [cell.label for cell in contents.cells if cell.item.uncertainties]
    if uncertain:
        cautions.append(
            f"Uncertainties of the values of {joined(uncertain)} are stated, but not carried into these curves."
        )
    cautions.append(
        "An image gives transport and volume fractions, and particle size and surface only where they name it as their "
        "source. Kinetics and potentials are those of the parameter set and often matter more."
    )
    return cautions


def _isothermal(shown: list[Variant], contents: Contents) -> str:
    cell = next((c for v in shown if (c := cell_of(v, contents.cells)) is not None), None)
    text = "The model is isothermal and does not age."
    if cell is None:
        return text
    parameters = cell.item.cell
    fastest = max(float(abs(run.current_A).max()) for v in shown for run in v.runs) / parameters.nominal_capacity_Ah
    at = f" It stays at {written(parameters.ambient_temperature_K)} K"
    if fastest > _HIGH_RATE:
        rate = f"{written(round(fastest, 2))}C"
        return f"{text}{at}, also at {rate}, where a real cell warms by several kelvin and delivers more."
    return f"{text}{at}."
