"""Verb that reduces a particle: particle."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from electrode_homog.cli.arguments import Dataset, Force, Json, ThroughAxis, VoxelSize, number, reading_options
from electrode_homog.cli.console import hand_out, note, progress, refuse_existing_outputs, table
from electrode_homog.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from electrode_homog.particles import ReducedParticle, SurfaceClosure

SHAPES = {  # name: lengths that follow it
    "ball": ("radius",),
    "ellipsoid": ("semi-axis", "semi-axis", "semi-axis"),
    "plate": ("thickness",),
    "cylinder": ("radius", "length"),
    "box": ("edge", "edge", "edge"),
}
CLOSURES = "uniform-flux, uniform-concentration or linearised-kinetics=BIOT"


ShapeText = Annotated[
    str,
    typer.Argument(
        help="ball=RADIUS, ellipsoid=A,B,C (semi-axes along x, y, z), plate=THICKNESS (normal to z), "
        "cylinder=RADIUS,LENGTH (along z; inf for one without ends), box=A,B,C (edges); lengths with their unit: "
        "ball=5um. Or a labelled image, with --label.",
        show_default=False,
    ),
]
Tensor = Annotated[
    str,
    typer.Option(
        "--tensor",
        help="Diffusivity relative to that of the material, in the axes of the shape: three principal values "
        '"10,10,1", or nine numbers, row by row.',
    ),
]
Closure = Annotated[str, typer.Option("--closure", help=f"What holds on the surface: {CLOSURES}.")]
States = Annotated[int | None, typer.Option("--states", help="The mean and the modes (default 7).")]
Label = Annotated[int | None, typer.Option("--label", help="Of the particle in the image.")]


def particle(
    shape: ShapeText,
    tensor: Tensor,
    closure: Closure,
    states: States = None,
    label: Label = None,
    voxel_size: VoxelSize = None,
    through_axis: ThroughAxis = None,
    dataset: Dataset = None,
    json: Json = None,
    force: Force = False,
) -> None:
    """Reduce a particle of any shape and diffusivity tensor to a few states, for `simulate --particle`.

    electrode-homog particle cylinder=5um,1um --tensor 100,100,1 --closure uniform-flux --json flake.json
    """
    from electrode_homog.particles import reduce_particle

    name, sign, _ = shape.partition("=")
    from_image = not (sign and name in SHAPES)
    refuse_existing_outputs(json, force=force, inputs=[shape] if from_image else [])
    condition, relative = _closure(closure), _tensor(tensor)
    settings: dict[str, Any] = {} if states is None else {"states": states}
    if from_image:
        reading = reading_options(voxel_size, through_axis, dataset)
        form = _from_image(Path(shape), label, reading)
    else:
        if any(given is not None for given in (label, voxel_size, through_axis, dataset)):
            raise InputError(f"{shape!r} is no image: --label, --voxel-size, --through-axis and --dataset do not apply")
        form = _form(shape)
    with progress() as steps:
        steps.tell(f"diffusion in {shape}, some seconds")
        reduced = reduce_particle(form, tensor=relative, closure=condition, **settings)
    if not hand_out(reduced, json, force=force):
        _show(reduced)


def _form(text: str) -> Any:
    """The shape that NAME=LENGTHS means."""
    from electrode_homog.images import parse_length
    from electrode_homog.particles import Ball, Box, Cylinder, Ellipsoid, Plate

    name, _, rest = text.partition("=")
    parts = [part.strip() for part in rest.split(",")]
    if len(parts) != len(SHAPES[name]):
        raise InputError(f"{text!r}: {name} takes {', '.join(SHAPES[name])}, {len(SHAPES[name])} in all, with commas")
    endless = name == "cylinder" and parts[1] == "inf"
    lengths = tuple(math.inf if endless and n == 1 else parse_length(part) for n, part in enumerate(parts))
    match name, lengths:
        case "ball", (radius,):
            return Ball(radius)
        case "ellipsoid", (a, b, c):
            return Ellipsoid((a, b, c))
        case "plate", (thickness,):
            return Plate(thickness)
        case "cylinder", (radius, length):
            return Cylinder(radius, length)
        case _, (a, b, c):
            return Box((a, b, c))
    raise AssertionError(f"unchecked shape {text!r}")


def _from_image(path: Path, label: int | None, reading: dict[str, Any]) -> Any:
    """The voxels of one label."""
    import numpy as np

    from electrode_homog.images import read_image
    from electrode_homog.particles import VoxelShape

    if label is None:
        known = ", ".join(f"{name}={','.join(part.upper() for part in parts)}" for name, parts in SHAPES.items())
        raise InputError(f"{str(path)!r} is no shape ({known}); a particle from an image needs --label")
    image = read_image(path, **reading)
    mask = image.labels == label
    if not mask.any():
        raise InputError(f"{path} has no label {label}; it has {_labels_text(np.unique(image.labels))}")
    edges = [face for axis in range(3) for face in (mask.take(0, axis), mask.take(-1, axis))]
    if any(face.any() for face in edges):
        note(f"warning: label {label} reaches the edge of {path}; the cut counts as surface that reacts")
    return VoxelShape(mask, image.voxel_size_m)


def _labels_text(labels: "np.ndarray") -> str:
    return f"{len(labels)} labels from {labels[0]} to {labels[-1]}"


def _tensor(text: str) -> "np.ndarray":
    import numpy as np

    values = [number(part, "--tensor") for part in text.split(",")]
    if len(values) not in (3, 9):
        raise InputError(f"--tensor {text!r}: three principal values or nine numbers, separated by commas")
    return np.diag(values) if len(values) == 3 else np.array(values).reshape(3, 3)


def _closure(text: str) -> "SurfaceClosure":
    from electrode_homog.particles import LinearisedKinetics, UniformConcentration, UniformFlux

    name, sign, value = text.partition("=")
    match name, sign:
        case "uniform-flux", "":
            return UniformFlux()
        case "uniform-concentration", "":
            return UniformConcentration()
        case "linearised-kinetics", "=":
            return LinearisedKinetics(number(value, "--closure linearised-kinetics"))
    raise InputError(f"--closure {text!r}: {CLOSURES}")


def _show(reduced: "ReducedParticle") -> None:
    """The equivalent diffusivity is that of the sphere of the same radius that answers a steady influx alike."""
    rows = [
        ["kinetic radius 3 V/S, m", f"{reduced.radius_m:.6g}"],
        ["volume, m3", f"{reduced.volume_m3:.6g}"],
        ["surface area, m2", f"{reduced.surface_area_m2:.6g}"],
        ["equivalent isotropic diffusivity, relative", f"{reduced.equivalent_diffusivity:.6g}"],
        ["states", reduced.states],
        ["slowest and fastest rate over D, 1/m2", f"{reduced.rates_per_m2[0]:.4g} to {reduced.rates_per_m2[-1]:.4g}"],
        ["error of the few states", f"{reduced.reduction_error:.1e}"],
        ["error of the mesh", f"{reduced.mesh_error:.1e}"],
    ]
    table(f"{reduced.shape}, {reduced.closure}", ["what", "is"], rows)
