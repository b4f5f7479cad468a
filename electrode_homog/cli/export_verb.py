"""The verb `export`: a parameter set in the formats of other programs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from electrode_homog.cli.arguments import Changes, Force, Json, ParameterSet, number, pairs
from electrode_homog.cli.console import hand_out, note, refuse_existing_outputs, table
from electrode_homog.errors import InputError

if TYPE_CHECKING:
    from electrode_homog.parameters import CellParameters, Exported


def export(
    parameter_set: ParameterSet,
    plugin: Annotated[
        Path | None,
        typer.Option("--plugin", help="Folder for a package that makes the set known to PyBaMM; needs PyBaMM only."),
    ] = None,
    pybamm_json: Annotated[
        Path | None, typer.Option("--pybamm-json", help="JSON for pybamm.ParameterValues.from_json.")
    ] = None,
    bpx: Annotated[Path | None, typer.Option("--bpx", help="Battery Parameter eXchange file (.json).")] = None,
    battinfo: Annotated[Path | None, typer.Option("--battinfo", help="BattINFO JSON-LD, with all sources.")] = None,
    toml: Annotated[Path | None, typer.Option("--toml", help="The set itself (.toml), with all sources.")] = None,
    change: Changes = None,
    json: Json = None,
    force: Force = False,
) -> None:
    """Write a parameter set for other programs; what a format cannot hold is listed.

    electrode-homog export my_cell.toml --plugin my_cell_plugin --bpx my_cell.json
    """
    from electrode_homog.cli.exports import Exports
    from electrode_homog.p2d.plugin_package import refuse_folder

    writers = ((pybamm_json, _pybamm_json), (bpx, _bpx), (battinfo, _battinfo), (toml, _toml))
    files = [(path, writer) for path, writer in writers if path is not None]
    if not files and plugin is None:
        raise InputError("nothing to write: give --plugin, --pybamm-json, --bpx, --battinfo or --toml")
    refuse_existing_outputs(*(path for path, _ in files), json, force=force, inputs=[parameter_set, plugin])
    if plugin is not None:
        refuse_folder(plugin, overwrite=force)
        files.append((plugin, _plugin))
    cell = _cell(parameter_set, change or [])
    written = []
    for path, writer in files:
        written.append(writer(cell, path, overwrite=force))
        note(f"wrote {path}")
    if not hand_out(Exports(cell.name, tuple(written)), json, force=force):
        _show(cell.name, written)


def _cell(parameter_set: str, changes: list[str]) -> "CellParameters":
    from electrode_homog.parameters import load_parameter_set

    cell = load_parameter_set(parameter_set)
    for path, text in pairs(changes, "--set").items():
        cell = cell.with_value(path, number(text, f"--set {path}"), source="--set on the command line")
    return cell


def _show(name: str, written: "list[Exported]") -> None:
    table(name, ["file", "format"], [[exported.path, exported.format] for exported in written])
    lost: dict[str, list[str]] = {}
    for exported in written:
        for loss in exported.losses:
            lost.setdefault(loss, []).append(exported.format)
    if lost:
        rows = [[loss, ", ".join(formats)] for loss, formats in lost.items()]
        table("Not held by the format, or approximate", ["what", "format"], rows)


# One function per format, so that the command answers --help without loading what writes.


def _plugin(cell: "CellParameters", path: Path, *, overwrite: bool) -> "Exported":
    from electrode_homog.p2d.plugin_package import write_plugin

    return write_plugin(cell, path, overwrite=overwrite)


def _pybamm_json(cell: "CellParameters", path: Path, *, overwrite: bool) -> "Exported":
    from electrode_homog.p2d.pybamm_json import write_pybamm_json

    return write_pybamm_json(cell, path, overwrite=overwrite)


def _bpx(cell: "CellParameters", path: Path, *, overwrite: bool) -> "Exported":
    from electrode_homog.parameters import write_bpx

    return write_bpx(cell, path, overwrite=overwrite)


def _battinfo(cell: "CellParameters", path: Path, *, overwrite: bool) -> "Exported":
    from electrode_homog.parameters import write_battinfo

    return write_battinfo(cell, path, overwrite=overwrite)


def _toml(cell: "CellParameters", path: Path, *, overwrite: bool) -> "Exported":
    from electrode_homog.parameters import Exported, save_parameter_set

    return Exported(str(save_parameter_set(cell, path, overwrite=overwrite)), "TOML of electrode_homog")
