"""Options that several verbs share, and the texts in them: NAME=VALUE, lengths, ranges."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from electrode_homog.errors import InputError, OutOfRangeError

if TYPE_CHECKING:
    from electrode_homog.microstructure import Microstructure

Result = TypeVar("Result")

ImagePath = Annotated[
    Path,
    typer.Argument(
        help="Labelled image: TIFF stack, folder of slices, .npy, .npz, HDF5, Zarr, .mat or .vti; `convert` for raw.",
        show_default=False,
    ),
]
Dataset = Annotated[
    str | None,
    typer.Option("--dataset", help="Which array of a file that holds several: its path or name in the file."),
]
VoxelSize = Annotated[
    str | None,
    typer.Option(
        "--voxel-size",
        help='Edge of a voxel with its unit, "398nm"; of oblong voxels three in the order of the file, "20nm,8nm,8nm". '
        "1 for a geometry without physical length. Default: what the file says.",
    ),
]
ThroughAxis = Annotated[
    int | None,
    typer.Option("--through-axis", help="Axis of the file through the thickness: 0 (default), 1 or 2."),
]
Phases = Annotated[list[str], typer.Option("--phase", help="NAME=LABEL, once per phase; NAME=1,2 for several labels.")]
Json = Annotated[str | None, typer.Option("--json", help="Write the result as JSON; - for stdout.")]
Report = Annotated[Path | None, typer.Option("--report", help="Write a self-contained HTML report.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]
ParameterSet = Annotated[
    str,
    typer.Argument(
        help="Name of a shipped set, such as chen2020, a TOML file, or a BPX file (.json).", show_default=False
    ),
]
CRates = Annotated[
    list[float] | None, typer.Option("--c-rate", help="Discharge at this C-rate; may be repeated for several.")
]
Changes = Annotated[list[str] | None, typer.Option("--set", help="PATH=NUMBER changes an entry: positive.porosity=0.3")]


def load_microstructure(
    image: Path, voxel_size: str | None, through_axis: int | None, dataset: str | None, phases: list[str]
) -> "Microstructure":
    """The image of the shared options, with its phases."""
    from electrode_homog.images import read_image
    from electrode_homog.microstructure import Microstructure

    given = reading_options(voxel_size, through_axis, dataset)
    named = {
        name: _labels(name, text) for name, text in pairs(phases, "--phase", form="NAME=LABEL, as in pore=0").items()
    }
    return Microstructure(read_image(image, **given), named)


def reading_options(voxel_size: str | None, through_axis: int | None, dataset: str | None) -> dict[str, Any]:
    """The arguments of a reader that were given."""
    from electrode_homog.images import parse_length

    given: dict[str, Any] = {}
    if voxel_size is not None:
        lengths = [parse_length(text) for text in voxel_size.split(",")]
        if len(lengths) not in (1, 3):
            raise InputError(f"--voxel-size {voxel_size!r}: one length, or three separated by commas")
        given["voxel_size_m"] = lengths[0] if len(lengths) == 1 else tuple(lengths)
    if through_axis is not None:
        given["through_axis"] = through_axis
    if dataset is not None:
        given["dataset"] = dataset
    return given


def whole_numbers(text: str, option: str, *, lengths: tuple[int, ...] = (3,)) -> tuple[int, ...]:
    """Whole numbers separated by commas, as many as one of `lengths` says."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in lengths or not all(part.isdigit() for part in parts):
        wanted = " or ".join(map(str, lengths))
        raise InputError(f"{option} {text!r}: {wanted} whole numbers, separated by commas")
    return tuple(int(part) for part in parts)


def read_result(path: Path, kind: type[Result], option: str) -> Result:
    """The result of one type in a JSON file; InputError names the file, and `option` where it is none."""
    from electrode_homog.provenance import from_json

    if not path.is_file():
        raise InputError(f"{option}={path}: not a file")
    try:
        return from_json(path.read_text(encoding="utf-8"), kind)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text") from error
    except (InputError, OutOfRangeError) as error:
        raise type(error)(f"{path}: {error}") from error


def side_of(name: str, option: str) -> Literal["negative", "positive"]:
    """One of the two electrodes."""
    if name not in ("negative", "positive"):
        raise InputError(f"{option} {name}=…: 'negative' or 'positive'")
    return name  # type: ignore[return-value]


def pairs(texts: list[str], option: str, *, form: str = "NAME=VALUE") -> dict[str, str]:
    """NAME=VALUE texts as a dictionary; a repeated name is refused. `form` is what a remedy says to write."""
    result: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise InputError(f"{option} {text!r}: write {form}")
        if name in result:
            raise InputError(f"{option} {name}=… is given twice")
        result[name] = value
    return result


def number(text: str, where: str) -> float:
    """A number in a text; InputError names the place."""
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"{where}: {text!r} is not a number") from error


def grid_values(text: str, where: str) -> list[float]:
    """Values of a design variable: "0.2,0.3,0.4", or "0.2:0.4:3" for 3 equal steps from first to last."""
    if ":" not in text:
        return [number(part, where) for part in text.split(",")]
    parts = text.split(":")
    if len(parts) != 3 or not parts[2].isdigit() or int(parts[2]) < 2:
        raise InputError(f"{where} = {text!r}: FIRST:LAST:COUNT with a count of at least 2, or values with commas")
    first, last, count = number(parts[0], where), number(parts[1], where), int(parts[2])
    return [float(f"{first + (last - first) * step / (count - 1):.12g}") for step in range(count)]


def _labels(name: str, text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(part.strip().isdigit() for part in parts):
        raise InputError(f"--phase {name}={text}: labels are whole numbers")
    return tuple(int(part) for part in parts)
