"""The verb that makes labels of grey values: segment."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from electrode_homog.cli.arguments import Dataset, Force, Json, ThroughAxis, VoxelSize, pairs, reading_options
from electrode_homog.cli.console import hand_out, note, table, telling_of_compilation
from electrode_homog.cli.file_verbs import (
    Coarsen,
    Crop,
    Output,
    RawOffset,
    RawShape,
    RawType,
    part_options,
    raw_options,
    refuse_existing_image,
)
from electrode_homog.errors import InputError

if TYPE_CHECKING:
    from electrode_homog.images import GreyImage, Segmentation, SegmentationRecord, VoxelImage

DENOISING = ("median", "non-local-means")


def segment(
    grey: Annotated[Path, typer.Argument(help="Image of grey values in any format that is read.", show_default=False)],
    output: Output,
    classes: Annotated[
        int | None, typer.Option("--classes", help="So many phases, thresholds by multi-Otsu; or give --threshold.")
    ] = None,
    threshold: Annotated[
        list[float] | None, typer.Option("--threshold", help="Grey value between two phases; once per threshold.")
    ] = None,
    denoise: Annotated[
        str | None,
        typer.Option("--denoise", help="Before all else: median or non-local-means (default: nothing)."),
    ] = None,
    watershed: Annotated[
        bool, typer.Option("--watershed", help="Flood from sure voxels, so that blurred faces make no phase between.")
    ] = False,
    smallest_island: Annotated[
        list[str] | None,
        typer.Option(
            "--smallest-island", help="LABEL=VOXELS: smaller parts go to what surrounds them; may be repeated."
        ),
    ] = None,
    shifted: Annotated[
        bool, typer.Option("--shifted", help="Also write the labels at thresholds moved down and up: -lower, -upper.")
    ] = False,
    voxel_size: VoxelSize = None,
    through_axis: ThroughAxis = None,
    dataset: Dataset = None,
    raw_shape: RawShape = None,
    raw_type: RawType = None,
    raw_offset: RawOffset = None,
    crop: Crop = None,
    coarsen: Coarsen = None,
    json: Json = None,
    force: Force = False,
) -> None:
    """Grey values to labels 0, 1, 2 from dark to bright, and how sure the thresholds are.

    electrode-homog segment scan.tif labels.ome.tif --classes 3 --denoise non-local-means --voxel-size 398nm
    """
    from electrode_homog.images import read_grey_image, write_image

    lower, upper = (_beside(output, name) for name in ("lower", "upper"))
    others = [lower, upper] if shifted else []
    refuse_existing_image(output, json, *others, force=force, inputs=[grey])
    if (classes is None) == (not threshold):
        raise InputError("give either --classes, for thresholds by multi-Otsu, or --threshold for each threshold")
    smallest = _smallest(smallest_island or [])
    options = reading_options(voxel_size, through_axis, dataset)
    options |= part_options(crop, coarsen) | raw_options(raw_shape, raw_type, raw_offset)
    with telling_of_compilation():
        image = _denoised(read_grey_image(grey, **options), denoise)
        found = _segmented(image, classes, threshold or [], watershed=watershed)
        record = found.record()
        labelled = {output: found.image}
        if shifted:
            labelled |= {lower: found.lower(), upper: found.upper()}
        labelled = {path: _cleaned(labels, smallest, path) for path, labels in labelled.items()}
        for path, labels in labelled.items():  # when nothing can fail any more but writing
            note(f"wrote {write_image(labels, path, overwrite=force)}")
    if not hand_out(record, json, force=force):
        _show(record)
    for caution in record.cautions:
        note(f"warning: {caution}")


def _cleaned(image: "VoxelImage", smallest: dict[int, int], path: Path) -> "VoxelImage":
    """Without islands smaller than asked for; says how many there were."""
    from electrode_homog.images import without_islands

    if not smallest:
        return image
    result = without_islands(image, smallest_voxels=smallest)
    for change in result.relabellings:
        what = "1 island" if change.islands == 1 else f"{change.islands} islands"
        note(f"{path}: {what}, {change.voxels} voxels, of label {change.label} -> {change.new_label}")
    return result.image


def _beside(path: Path, word: str) -> Path:
    """labels.ome.tif becomes labels-lower.ome.tif."""
    first, dot, rest = path.name.partition(".")
    return path.with_name(f"{first}-{word}{dot}{rest}")


def _smallest(texts: list[str]) -> dict[int, int]:
    found = pairs(texts, "--smallest-island", form="LABEL=VOXELS, as in 0=50")
    for label, voxels in found.items():
        if not (label.isdigit() and voxels.isdigit()):
            raise InputError(f"--smallest-island {label}={voxels}: write LABEL=VOXELS, as in 0=50")
    return {int(label): int(voxels) for label, voxels in found.items()}


def _denoised(grey: "GreyImage", name: str | None) -> "GreyImage":
    from electrode_homog.images import Median, NonLocalMeans, denoised

    match name:
        case None:
            return grey
        case "median":
            return denoised(grey, Median())
        case "non-local-means":
            return denoised(grey, NonLocalMeans())
        case _:
            raise InputError(f"--denoise {name!r}: one of {', '.join(DENOISING)}")


def _segmented(grey: "GreyImage", classes: int | None, threshold: list[float], *, watershed: bool) -> "Segmentation":
    from electrode_homog.images import (
        ByThreshold,
        MarkerWatershed,
        explicit_thresholds,
        multi_otsu_thresholds,
        segmented,
        sure_ranges,
    )

    thresholds = (
        explicit_thresholds(grey, *threshold) if classes is None else multi_otsu_thresholds(grey, classes=classes)
    )
    return segmented(grey, thresholds, MarkerWatershed(sure_ranges(thresholds)) if watershed else ByThreshold())


def _show(record: "SegmentationRecord") -> None:
    thresholds, intervals = record.thresholds, record.fractions
    edges = zip(("", *thresholds.values), (0.0, *thresholds.uncertainty), strict=True)
    table(
        record.source,
        ["label", "from grey value", "fraction", "lowest", "highest", "between two others"],
        [
            [label, f"{edge:.6g} ± {width:.2g}" if edge != "" else "", *(f"{share:.4f}" for share in shares)]
            for label, ((edge, width), shares) in enumerate(
                zip(
                    edges,
                    zip(intervals.nominal, intervals.lowest, intervals.highest, record.sandwiched, strict=True),
                    strict=True,
                )
            )
        ],
    )
