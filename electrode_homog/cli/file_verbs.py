"""Verbs that make image files: convert, generate, segment."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from electrode_homog.cli.arguments import (
    Dataset,
    Force,
    ThroughAxis,
    VoxelSize,
    reading_options,
    whole_numbers,
)
from electrode_homog.cli.console import note, refuse_existing_outputs
from electrode_homog.errors import InputError

Output = Annotated[
    Path,
    typer.Argument(help="Image to write: .ome.tif, .zarr or .vti; axis 0 is through-thickness.", show_default=False),
]
RawShape = Annotated[
    str | None,
    typer.Option("--raw-shape", help="Voxels of a .raw file along its three axes, the slowest first: 500,400,400."),
]
RawType = Annotated[
    str | None,
    typer.Option("--raw-type", help="Type of its values: uint8, <u2 (16 bits, little-endian), >u2, float32."),
]
RawOffset = Annotated[int | None, typer.Option("--raw-offset", help="Bytes of its header (default 0).")]
Crop = Annotated[
    str | None,
    typer.Option("--crop", help="Voxels to keep along x, y, z, after the axis was moved: 0:100,50:150,0:200."),
]
Coarsen = Annotated[
    str | None,
    typer.Option("--coarsen", help="Join so many voxels along each axis into one, after cropping: 2, or 2,2,1."),
]


def convert(
    image: Annotated[Path, typer.Argument(help="Labelled image in any format that is read.", show_default=False)],
    output: Output,
    voxel_size: VoxelSize = None,
    through_axis: ThroughAxis = None,
    dataset: Dataset = None,
    raw_shape: RawShape = None,
    raw_type: RawType = None,
    raw_offset: RawOffset = None,
    crop: Crop = None,
    coarsen: Coarsen = None,
    force: Force = False,
) -> None:
    """Read a labelled image, cut or coarsen it, and write it with its voxel size.

    electrode-homog convert scan.raw nmc.ome.tif --raw-shape 500,400,400 --raw-type uint8 --voxel-size 398nm
    """
    from electrode_homog.images import read_image, write_image

    refuse_existing_image(output, force=force, inputs=[image])
    options = reading_options(voxel_size, through_axis, dataset)
    options |= part_options(crop, coarsen) | raw_options(raw_shape, raw_type, raw_offset)
    found = read_image(image, **options)
    write_image(found, output, overwrite=force)
    note(f"wrote {output}: {found!r}")


def generate(
    output: Output,
    seed: Annotated[int, typer.Option("--seed", help="Whole number; the same seed gives the same electrode.")],
    shape: Annotated[str | None, typer.Option("--shape", help="Voxels along x, y, z (default 128,128,128).")] = None,
    voxel_size: Annotated[
        str | None, typer.Option("--voxel-size", help='Edge of a voxel with its unit (default "0.4um").')
    ] = None,
    active: Annotated[float | None, typer.Option("--active", help="Volume fraction (default 0.55).")] = None,
    binder: Annotated[float | None, typer.Option("--binder", help="Volume fraction (default 0.08).")] = None,
    radius: Annotated[str | None, typer.Option("--radius", help='Mean particle radius (default "3um").')] = None,
    force: Force = False,
) -> None:
    """Make a calendered cathode, labels 0 pore, 1 active, 2 binder, and write it.

    electrode-homog generate made.ome.tif --seed 1 --shape 256,256,256
    """
    from electrode_homog.images import generate_electrode, parse_length, write_image

    refuse_existing_image(output, force=force)
    options: dict[str, Any] = {"seed": seed, "active_fraction": active, "binder_fraction": binder}
    options["shape"] = None if shape is None else whole_numbers(shape, "--shape")
    options["voxel_size_m"] = None if voxel_size is None else parse_length(voxel_size)
    options["mean_radius_m"] = None if radius is None else parse_length(radius)
    made = generate_electrode(**{key: value for key, value in options.items() if value is not None})
    write_image(made, output, overwrite=force)
    note(f"wrote {output}: {made!r}")


def refuse_existing_image(output: Path, *others: str | Path | None, force: bool, inputs: Sequence[Path] = ()) -> None:
    """As `refuse_existing_outputs`, of which the first is an image, perhaps a folder; the writer judges which.

    InputError for an image whose suffix is that of no format that is written.
    """
    from electrode_homog.images.writing import writable_name

    if output.suffix.lower() != ".zarr" or not output.is_dir():
        refuse_existing_outputs(output, *others, force=force, inputs=inputs)
        writable_name(output)
        return
    refuse_existing_outputs(*others, force=force, inputs=inputs)
    if output.resolve() in {path.resolve() for path in inputs}:
        raise InputError(f"{output} is an input of the same command; choose another name")
    if not force:
        raise InputError(f"{output} exists already; choose another name or overwrite it (--force)")


def part_options(crop: str | None, coarsen: str | None) -> dict[str, Any]:
    """Arguments `crop` and `coarsen` of a reader."""
    found: dict[str, Any] = {}
    if crop is not None:
        pairs = [part.split(":") for part in crop.split(",")]
        if len(pairs) != 3 or not all(len(pair) == 2 and all(end.strip().isdigit() for end in pair) for pair in pairs):
            raise InputError(f"--crop {crop!r}: FIRST:END along x, y and z, as in 0:100,50:150,0:200")
        found["crop"] = tuple((int(first), int(end)) for first, end in pairs)
    if coarsen is not None:
        factors = whole_numbers(coarsen, "--coarsen", lengths=(1, 3))
        found["coarsen"] = factors[0] if len(factors) == 1 else factors
    return found


def raw_options(shape: str | None, dtype: str | None, offset: int | None) -> dict[str, Any]:
    """Argument `raw` of a reader."""
    if shape is None and dtype is None and offset is None:
        return {}
    from electrode_homog.images import RawLayout

    if shape is None or dtype is None:
        raise InputError("a raw file needs --raw-shape and --raw-type")
    given: dict[str, Any] = {} if offset is None else {"offset_bytes": offset}
    x, y, z = whole_numbers(shape, "--raw-shape")
    return {"raw": RawLayout((x, y, z), dtype, **given)}
