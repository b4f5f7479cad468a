"""Verbs that run whole studies, and the one that looks at the machine: demo, run, doctor."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from electrode_homog.cli.arguments import Force, Json
from electrode_homog.cli.console import hand_out, note, progress, table, telling_of_compilation

if TYPE_CHECKING:
    from electrode_homog.workflow import Study

OutFolder = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for the results. Default: electrode-homog-demo, or STUDY-results."),
]


def demo(
    out: OutFolder = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Another electrode (default 1).")] = None,
    size: Annotated[int | None, typer.Option("--size", help="Voxels along each edge (default 128).")] = None,
    force: Force = False,
) -> None:
    """Make an electrode, solve it, run cells on it, and write a report. Needs no input."""
    from electrode_homog.workflow import demonstration_study

    given = {key: value for key, value in (("seed", seed), ("size", size)) if value is not None}
    _run(demonstration_study(**given), out or Path("electrode-homog-demo"), force=force)


def run(
    study: Annotated[Path, typer.Argument(help="Study file (TOML).", show_default=False)],
    out: OutFolder = None,
    force: Force = False,
) -> None:
    """The main job: image to tensors to parameter set to discharge curves to report.

    A run that was stopped goes on from the tensors it had finished. Example: electrode-homog run my-study.toml
    """
    from electrode_homog.workflow import read_study

    _run(read_study(study), out or Path(f"{study.stem}-results"), force=force)


def doctor(json: Json = None, force: Force = False) -> None:
    """Versions, cores, memory, the largest image that fits, and whether both solvers work here."""
    from electrode_homog.workflow import examine

    with progress() as steps, telling_of_compilation():
        steps.tell("solving a laminate, and a minute of discharge")
        found = examine()
    if hand_out(found, json, force=force):
        return
    rows = [
        ["python", found.provenance.python],
        ["system", found.provenance.system],
        *found.provenance.packages.items(),
        ["cores", found.cores],
        ["free memory", f"{found.free_memory_bytes / 1e9:.1f} GB"],
        ["largest cube, half of it conducting", f"{found.largest_cube_voxels} voxels along each edge"],
        ["cell problem", found.cell_problem],
        ["P2D model", found.p2d_model],
    ]
    table("this machine", ["what", "is"], rows)


def _run(study: "Study", folder: Path, *, force: bool) -> None:
    from electrode_homog.workflow import run_study

    with progress() as steps, telling_of_compilation():
        result = run_study(study, folder, tell=steps.tell, watch=steps.watch, overwrite=force)
    if result.tensors:
        table(
            "effective tensors, through-thickness = x; Voigt / value is the tortuosity factor of a single conductor",
            ["tensor", "xx", "yy", "zz", "Voigt / value x", "y", "z", "relative error"],
            [
                [
                    name,
                    *(f"{t.matrix[i, i]:.5g}" for i in range(3)),
                    *(f"{tau:.4f}" for tau in t.tortuosity_factor),
                    f"{t.relative_error:.1e}",
                ]
                for name, t in result.tensors.items()
            ],
        )
    if result.study.c_rates:
        table(
            "discharge capacity, Ah",
            ["cell", *(f"{rate:g}C" for rate in result.study.c_rates)],
            [[v.name, *(f"{r.capacity_Ah:.4f}" for r in v.runs)] for v in result.variants],
        )
    for warning in result.warnings:
        note(f"warning: {warning}")
    print(folder / "report.html")
