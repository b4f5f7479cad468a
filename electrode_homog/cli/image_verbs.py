"""Verbs that look at an image: describe, tensor."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from electrode_homog.cli.arguments import (
    Dataset,
    Force,
    ImagePath,
    Json,
    Phases,
    Report,
    ThroughAxis,
    VoxelSize,
    load_microstructure,
    number,
    pairs,
)
from electrode_homog.cli.console import hand_out, note, progress, refuse_existing_outputs, table, telling_of_compilation
from electrode_homog.cli.description_tables import show_description
from electrode_homog.errors import NotPercolatingError

if TYPE_CHECKING:
    from electrode_homog.homogenization import EffectiveConductivity, EffectiveTensor


def describe(
    image: ImagePath,
    phase: Phases,
    voxel_size: VoxelSize = None,
    through_axis: ThroughAxis = None,
    dataset: Dataset = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fractions, connection, areas and triple lines only, for very large images.")
    ] = False,
    json: Json = None,
    report: Report = None,
    force: Force = False,
) -> None:
    """Everything about an image before a cell problem: fractions, connection, areas, sizes, correlation, profiles.

    electrode-homog describe nmc.tif --voxel-size 398nm --phase pore=0 --phase active=1 --phase binder=2
    """
    from electrode_homog.microstructure import describe as describe_microstructure
    from electrode_homog.microstructure import survey

    refuse_existing_outputs(json, report, force=force, inputs=[image])
    electrode = load_microstructure(image, voxel_size, through_axis, dataset, phase)
    with telling_of_compilation():
        described = survey(electrode) if quick else describe_microstructure(electrode)
    if report is not None:
        from electrode_homog.report import write_report

        note(f"wrote {write_report([electrode, described], report, overwrite=force)}")
    if not hand_out(described, json, force=force):
        show_description(described)
    for warning in described.warnings:
        note(f"warning: {warning}")


def tensor(
    image: ImagePath,
    phase: Phases,
    conductivity: Annotated[
        list[str], typer.Option("--conductivity", help="PHASE=NUMBER; phases that are not named insulate.")
    ],
    voxel_size: VoxelSize = None,
    through_axis: ThroughAxis = None,
    dataset: Dataset = None,
    boundary: Annotated[
        str | None,
        typer.Option(
            "--boundary",
            help="What is prescribed on the outer faces: insulated-sides (default), periodic, linear-potential or "
            "uniform-flux.",
        ),
    ] = None,
    tolerance: Annotated[float | None, typer.Option("--tolerance", help="Relative error (default 0.001).")] = None,
    max_iterations: Annotated[int | None, typer.Option("--max-iterations", help="Per axis (default 500).")] = None,
    axis: Annotated[
        int | None, typer.Option("--axis", help="Only this axis (0, 1, 2); fails if no current flows along it.")
    ] = None,
    json: Json = None,
    report: Report = None,
    force: Force = False,
) -> None:
    """Effective conductivity or diffusivity tensor of an image.

    electrode-homog tensor nmc.tif --voxel-size 398nm --phase pore=0 --phase solid=1,2 --conductivity pore=1
    """
    from electrode_homog.homogenization import EffectiveTensor, effective_conductivity, effective_tensor, forecast
    from electrode_homog.workflow import parse_boundary

    refuse_existing_outputs(json, report, force=force, inputs=[image])
    option = "--conductivity"
    table_of_k = {name: number(k, f"{option} {name}") for name, k in pairs(conductivity, option).items()}
    settings: dict[str, Any] = {"tolerance": tolerance, "max_iterations": max_iterations}
    settings["boundary"] = None if boundary is None else parse_boundary(boundary, "--boundary")
    settings = {key: value for key, value in settings.items() if value is not None}
    electrode = load_microstructure(image, voxel_size, through_axis, dataset, phase)
    asked = {key: value for key, value in settings.items() if key != "max_iterations"}
    with progress() as steps, telling_of_compilation():
        cost = forecast(electrode, table_of_k, axes=3 if axis is None else 1, **asked)
        steps.tell(f"{cost.unknowns} unknowns: about {cost.seconds:.0f} s and {cost.bytes / 1e9:.1f} GB")
        if axis is None:
            result = effective_tensor(electrode, table_of_k, watch=steps.watch, **settings)
        else:
            result = effective_conductivity(electrode, table_of_k, axis=axis, watch=steps.watch, **settings)
    if report is not None:
        from electrode_homog.report import write_report

        note(f"wrote {write_report([electrode, result], report, overwrite=force)}")
    if not hand_out(result, json, force=force):
        _show(result)
    if isinstance(result, EffectiveTensor) and not any(result.percolates):
        raise NotPercolatingError(
            f"every entry is exactly 0: {' + '.join(result.conductivity)} "
            f"{', '.join(result.boundary.obstacle(axis) for axis in range(3))}",
            axes=(0, 1, 2),
        )


def _show(result: "EffectiveTensor | EffectiveConductivity") -> None:
    from electrode_homog.homogenization import EffectiveTensor

    if isinstance(result, EffectiveTensor):
        _show_tensor(result)
    else:
        row = [f"{result.value:.6g}", f"{result.volume_fraction:.4f}", f"{result.relative_error:.1e}"]
        table(f"along axis {result.axis}", ["effective value", "volume fraction", "relative error"], [row])


def _show_tensor(result: "EffectiveTensor") -> None:
    single = len(result.conductivity) == 1  # of several conductors Voigt over value is no fraction over B
    noise = 1e-12 * result.matrix.max()
    table(
        f"effective tensor of {result.source}, {result.boundary.value}; axis 0 = x = through-thickness",
        ["flux along", "x", "y", "z", "tortuosity factor" if single else "Voigt / value", "Reuss", "Voigt"],
        [
            [
                name,
                *(f"{k if abs(k) > noise else 0:.6g}" for k in result.matrix[i]),
                f"{result.tortuosity_factor[i]:.4f}",
                f"{result.reuss[i]:.4g}",
                f"{result.voigt[i]:.4g}",
            ]
            for i, name in enumerate("xyz")
        ],
    )
    note(f"relative error at most {result.relative_error:.1e}, {result.iterations} iterations, {result.seconds:.1f} s")
    for axis in range(3):
        if not result.percolates[axis]:
            conductors = " + ".join(result.conductivity)
            note(f"warning: {conductors} {result.boundary.obstacle(axis)}; the value is exactly 0")
