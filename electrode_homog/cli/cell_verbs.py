"""Verbs that run cells: simulate, design, fit."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from electrode_homog.cli.arguments import (
    Changes,
    CRates,
    Force,
    Json,
    ParameterSet,
    Report,
    grid_values,
    number,
    pairs,
    read_result,
    side_of,
)
from electrode_homog.cli.console import hand_out, note, progress, refuse_existing_outputs, table
from electrode_homog.errors import InputError

if TYPE_CHECKING:
    from electrode_homog.p2d import CellRun
    from electrode_homog.parameters import CellParameters

MOST_POINTS = 10_000  # some hours; more is a script of its own

CsvPath = Annotated[Path | None, typer.Option("--csv", help="Write the table as CSV; current positive on discharge.")]


def simulate(
    parameter_set: ParameterSet,
    c_rate: CRates = None,
    change: Changes = None,
    transport: Annotated[
        list[str] | None,
        typer.Option(
            "--transport",
            help="SIDE=FILE: B of the electrolyte in that electrode (negative, positive) from the JSON of a tensor.",
        ),
    ] = None,
    particle: Annotated[
        list[str] | None,
        typer.Option(
            "--particle", help="SIDE=FILE: the particles of that electrode from the JSON of the verb `particle`."
        ),
    ] = None,
    drive_cycle: Annotated[
        Path | None, typer.Option("--drive-cycle", help="CSV with time_s,current_A, discharge positive.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", help="NAME=VALUE: a further option of PyBaMM, such as thermal=lumped."),
    ] = None,
    extra_value: Annotated[
        list[str] | None,
        typer.Option("--extra-value", help="NAME=NUMBER: what an option needs besides, by PyBaMM's name."),
    ] = None,
    csv: CsvPath = None,
    json: Json = None,
    report: Report = None,
    force: Force = False,
) -> None:
    """Discharge a cell, or run it through a drive cycle.

    electrode-homog simulate chen2020 --c-rate 1 --c-rate 2 --set positive.porosity=0.30
    """
    from electrode_homog.p2d import ConstantCurrent, DriveCycle
    from electrode_homog.p2d import simulate as run_protocol
    from electrode_homog.studies import read_drive_cycle

    files = [*pairs(transport or [], "--transport").values(), *pairs(particle or [], "--particle").values()]
    refuse_existing_outputs(csv, json, report, force=force, inputs=[parameter_set, drive_cycle, *files])
    cell = _cell(parameter_set, change or [], transport or [], particle or [])
    protocols: list[Any] = [ConstantCurrent(rate) for rate in c_rate or []]
    if drive_cycle is not None:
        protocols.append(read_drive_cycle(drive_cycle))
    if not protocols:
        raise InputError("nothing to simulate: give --c-rate or --drive-cycle")
    if json is not None and len(protocols) > 1:
        raise InputError("--json holds one run; give one --c-rate, or use --csv")
    extra = {
        name: number(text, f"--extra-value {name}") for name, text in pairs(extra_value or [], "--extra-value").items()
    }
    settings = {"options": pairs(option or [], "--option"), "extra_values": extra}
    runs = []
    with progress() as steps:
        for protocol in protocols:
            steps.tell(f"{cell.name}: {protocol}")
            runs.append(run_protocol(cell, protocol, **settings))
            if isinstance(protocol, DriveCycle) and runs[-1].duration_s < 0.999 * float(protocol.time_s[-1]):
                note(f"warning: the drive cycle stopped after {runs[-1].duration_s:.1f} s: {runs[-1].ended_by}")
    _write_outputs([cell, *runs], runs, csv, report, force=force)
    if hand_out(runs[0], json, force=force):
        return
    table(
        f"{cell.name}, {runs[0].options_text}" if runs[0].options_text else cell.name,
        ["protocol", "capacity Ah", "energy Wh", "mean power W", "duration s", "ended by"],
        [
            [r.protocol_text, f"{r.capacity_Ah:.4f}", f"{r.energy_Wh:.4f}", f"{r.mean_power_W:.3f}",
             f"{r.duration_s:.1f}", r.ended_by]
            for r in runs
        ],
    )  # fmt: skip


def design(
    parameter_set: ParameterSet,
    vary: Annotated[list[str], typer.Option("--vary", help="PATH=FIRST:LAST:COUNT or PATH=V1,V2,…; once or twice.")],
    c_rate: Annotated[float, typer.Option("--c-rate", help="Discharge at this C-rate.")],
    change: Changes = None,
    porosity_rule: Annotated[
        str | None,
        typer.Option(
            "--porosity-rule",
            help="What gives way when a porosity changes: active-fixed (the inactive share; the default), recipe-fixed "
            "(both solids in proportion) or calendered (the thickness too).",
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option("--workers", help="Processes; default: the cores.")] = None,
    journal: Annotated[Path | None, typer.Option("--journal", help="Keep finished points; go on after a stop.")] = None,
    csv: CsvPath = None,
    json: Json = None,
    report: Report = None,
    force: Force = False,
) -> None:
    """Sweep one or two entries of a parameter set and tabulate capacity, energy and power.

    electrode-homog design chen2020 --vary positive.thickness_m=50e-6:110e-6:5 --c-rate 1
    """
    from electrode_homog.p2d import ConstantCurrent
    from electrode_homog.studies import PorosityRule
    from electrode_homog.studies import design as sweep

    refuse_existing_outputs(csv, json, report, force=force, inputs=[parameter_set, journal])
    if workers is not None and workers < 1:
        raise InputError(f"--workers {workers}: at least 1")
    settings: dict[str, Any] = {"workers": workers, "journal": journal}
    if porosity_rule is not None:
        settings["porosity_rule"] = _member(PorosityRule, porosity_rule, "--porosity-rule")
    settings = {key: value for key, value in settings.items() if value is not None}
    values = {path: grid_values(text, f"--vary {path}") for path, text in pairs(vary, "--vary").items()}
    cell = _cell(parameter_set, change or [])
    with progress() as steps:
        points = math.prod(map(len, values.values()))
        if points > MOST_POINTS:
            raise InputError(f"--vary asks for {points} points; at most {MOST_POINTS} in one table")
        steps.tell(f"{cell.name}: {points} points, about a second of one core each")
        found = sweep(cell, values, ConstantCurrent(c_rate), **settings)
    if csv is not None:
        from electrode_homog.output import write_whole

        note(f"wrote {write_whole(csv, found.table.to_csv(index=False), overwrite=force)}")
    _write_outputs([cell, found], [], None, report, force=force)
    failed = [status for status in found.table["status"] if status != "done"]
    if not hand_out(found, json, force=force):
        short = {
            "capacity_Ah": "Ah",
            "energy_Wh": "Wh",
            "mean_power_W": "W",
            "stack_energy_density_Wh_per_L": "Wh/L of stack",
        }
        rows = [
            [*(f"{v:.5g}" for v in row), "done" if done else "failed"]
            for row, done in zip(found.table[[*values, *short]].values, found.table["status"] == "done", strict=True)
        ]
        table(f"{found.cell_name}: {found.protocol_text}", [*values, *short.values(), "status"], rows)
    for warning in found.warnings:
        note(f"warning: {warning}")
    if failed:
        rule = " (try --porosity-rule recipe-fixed or calendered)" if "fraction" in failed[0] else ""
        words = f"{len(failed)} of {points} points failed; the first: {failed[0]}{rule}"
        if len(failed) == points:
            raise InputError(words)
        note(f"warning: {words}")


def fit(
    parameter_set: ParameterSet,
    data: Annotated[Path, typer.Argument(help="CSV with time, current and voltage.", show_default=False)],
    vary: Annotated[list[str], typer.Option("--vary", help="PATH=LOW:HIGH, once per fitted entry.")],
    current_sign: Annotated[
        str,
        typer.Option("--current-sign", help="Of the file: discharge-positive or charge-positive."),
    ],
    repeated_times: Annotated[
        str | None, typer.Option("--repeated-times", help="Rows that share a time: refuse, keep-first or keep-last.")
    ] = None,
    change: Changes = None,
    max_solves: Annotated[int | None, typer.Option("--max-solves", help="Simulations at most (default 200).")] = None,
    save: Annotated[Path | None, typer.Option("--save", help="Write the fitted parameter set as TOML.")] = None,
    json: Json = None,
    report: Report = None,
    force: Force = False,
) -> None:
    """Fit entries of a parameter set to the first constant-current discharge of a record.

    electrode-homog fit chen2020 cell.csv --current-sign discharge-positive --vary positive.diffusivity_m2_s=1e-16:1e-13
    """
    from electrode_homog.parameters import save_parameter_set
    from electrode_homog.studies import CurrentSign, RepeatedTimes, read_cycling_data
    from electrode_homog.studies import fit as fit_cell

    refuse_existing_outputs(save, json, report, force=force, inputs=[parameter_set, data])
    reading: dict[str, Any] = {"current_sign": _member(CurrentSign, current_sign, "--current-sign")}
    if repeated_times is not None:
        reading["repeated_times"] = _member(RepeatedTimes, repeated_times, "--repeated-times")
    settings: dict[str, Any] = {} if max_solves is None else {"max_solves": max_solves}
    bounds = {path: _bounds(text, path) for path, text in pairs(vary, "--vary").items()}
    record = read_cycling_data(data, **reading).first_discharge()
    cell = _cell(parameter_set, change or [])
    with progress() as steps:
        steps.tell(f"fitting {', '.join(bounds)} of {cell.name} to {record.source}")
        found = fit_cell(cell, record, vary=bounds, **settings)
    if save is not None:
        note(f"wrote {save_parameter_set(found.cell, save, overwrite=force) or save}")
    _write_outputs([found], [], None, report, force=force)
    if hand_out(found, json, force=force):
        return
    table(
        f"{found.cell.name}: rms {1e3 * found.initial_rms_V:.1f} -> {1e3 * found.rms_V:.1f} mV, "
        f"{found.solves} solves, {found.seconds:.0f} s",
        ["entry", "before", "fitted", "standard error"],
        [
            [path, f"{found.initial_values[path]:.5g}", f"{value:.5g}", f"{found.standard_errors[path]:.2g}"]
            for path, value in found.values.items()
        ],
    )
    for warning in found.warnings:
        note(f"warning: {warning}")


def _cell(
    parameter_set: str, changes: list[str], transport: Sequence[str] = (), particles: Sequence[str] = ()
) -> "CellParameters":
    """The set with particles, then single values, then transport replaced: a new particle may be scaled."""
    from electrode_homog.parameters import load_parameter_set

    given = cell = load_parameter_set(parameter_set)
    files = pairs(list(particles), "--particle")
    for side, file in files.items():
        cell = _with_particle(cell, side, Path(file))
    for path, text in pairs(changes, "--set").items():
        cell = cell.with_value(path, number(text, f"--set {path}"), source="--set on the command line")
    for side, file in pairs(list(transport), "--transport").items():
        cell = _with_transport(cell, side, Path(file))
    for side in files:
        _tell_of_another_radius(side, getattr(given, side).particle.radius_m, getattr(cell, side).particle.radius_m)
    return cell


def _with_particle(cell: "CellParameters", side: str, path: Path) -> "CellParameters":
    from electrode_homog.particles import ReducedParticle

    where = side_of(side, "--particle")
    particle = read_result(path, ReducedParticle, f"--particle {side}")
    return cell.with_electrode(where, source=f"{path.name}: {particle.shape}", particle=particle)


def _tell_of_another_radius(side: str, before_m: float, radius_m: float) -> None:
    """A particle of another size changes the reacting surface too, which is easily overlooked."""
    if abs(radius_m / before_m - 1) > 1e-6:
        note(
            f"note: the kinetic radius of the {side} particles is {radius_m:.4g} m instead of {before_m:.4g} m, and "
            f"the reacting surface goes with 1/radius; --set {side}.particle.radius_m={before_m:g} scales the particle"
        )


def _with_transport(cell: "CellParameters", side: str, path: Path) -> "CellParameters":
    from electrode_homog.errors import NotPercolatingError
    from electrode_homog.homogenization import EffectiveTensor
    from electrode_homog.transport_law import FixedEfficiency

    where = side_of(side, "--transport")
    tensor = read_result(path, EffectiveTensor, f"--transport {side}")
    best = max((max(k) for k in tensor.conductivity.values()), default=0.0)
    if best != 1:
        given = ", ".join(f"{name} {k[0]:g}" for name, k in tensor.conductivity.items())
        raise InputError(
            f"{path} has the conductivities {given}; entries are transport efficiencies of the electrolyte only where "
            "the pores have 1 (--conductivity pore=1)"
        )
    if not tensor.percolates[0]:
        conductors = " + ".join(tensor.conductivity)
        raise NotPercolatingError(
            f"{path}: {conductors} {tensor.boundary.obstacle(0)}; no cell works with B = 0", axes=(0,)
        )
    porosity, of_image = getattr(cell, where).porosity, tensor.volume_fraction
    if abs(porosity - of_image) > 0.005:
        note(
            f"warning: B = {tensor.through_thickness:.4g} was found at a volume fraction of {of_image:.4g} and is used "
            f"at the porosity {porosity:.4g} of {cell.name}; a study file (electrode-homog run) hands over both"
        )
    return cell.with_electrode(
        where,
        source=f"through-thickness entry of {path.name} ({tensor.source}, {tensor.boundary.value})",
        electrolyte_law=FixedEfficiency(tensor.through_thickness),
    )


def _write_outputs(
    items: list[Any], runs: "list[CellRun]", csv: Path | None, report: Path | None, *, force: bool
) -> None:
    if csv is not None:
        from electrode_homog.output import write_whole
        from electrode_homog.p2d import CSV_COLUMNS

        lines = [f"protocol,{CSV_COLUMNS}"]
        lines += [f'"{run.protocol_text}",{row}' for run in runs for row in run.csv_rows()]
        note(f"wrote {write_whole(csv, chr(10).join(lines) + chr(10), overwrite=force)}")
    if report is not None:
        from electrode_homog.report import write_report

        note(f"wrote {write_report(items, report, overwrite=force)}")


def _bounds(text: str, path: str) -> tuple[float, float]:
    low, sign, high = text.partition(":")
    if not sign:
        raise InputError(f"--vary {path}={text}: write LOW:HIGH")
    return number(low, f"--vary {path}"), number(high, f"--vary {path}")


def _member(kind: Any, text: str, option: str) -> Any:
    for member in kind:
        if member.value == text:
            return member
    raise InputError(f"{option} {text!r}: one of {', '.join(member.value for member in kind)}")
