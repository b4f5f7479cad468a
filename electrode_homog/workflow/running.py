"""From a study to its results: each step is on disk, whole, before the next begins.

A folder belongs to the study whose text lies in it as `study.toml`. A run that was stopped goes on from the
tensors it had finished; one that is done, or another study's folder, is left alone unless told otherwise.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, assert_never

from electrode_homog.errors import InputError
from electrode_homog.homogenization import (
    EffectiveTensor,
    SubvolumeValues,
    effective_tensor,
    forecast,
    subvolume_values,
)
from electrode_homog.images import VoxelImage, generate_electrode, read_image
from electrode_homog.microstructure import Description, Microstructure, describe
from electrode_homog.output import exclusive_folder, refuse_existing, write_whole
from electrode_homog.p2d import ConstantCurrent, simulate
from electrode_homog.parameters import load_parameter_set, save_parameter_set
from electrode_homog.provenance import from_json, to_json
from electrode_homog.report import write_report
from electrode_homog.transport_law import BruggemanLaw, fit_bruggeman
from electrode_homog.workflow.hand_over import handed_over, with_image_fractions
from electrode_homog.workflow.result import DischargeVariant, StudyResult
from electrode_homog.workflow.study import GeneratedImage, HandOver, ImageFile, Study, TensorRequest

Tell = Callable[[str], None]


def run_study(study: Study, folder: str | Path, *, tell: Tell, overwrite: bool = False) -> StudyResult:
    """Run `study` into `folder`; `tell` receives a line before each step that takes time.

    Writes study.toml, description.json, tensor-NAME.json, cell.toml, discharge.csv and report.html. Raises
    InputError if the folder holds something else or is in use, and what the steps raise; finished steps stay.
    """
    folder = Path(folder)
    key = _key(study)
    with exclusive_folder(folder):
        _claim(folder, key, study, overwrite)
        electrode = load_electrode(study)
        tell(f"image {electrode.image.source}: {_size(electrode)}")
        description = describe(electrode)
        write_whole(folder / "description.json", to_json(description), overwrite=True)
        tensors = {name: _tensor(electrode, name, request, folder, tell) for name, request in study.tensors.items()}
        subvolumes, law = _subvolume_law(study, electrode, tell)
        variants: tuple[DischargeVariant, ...] = ()
        if study.hand_over is not None:
            variants = _discharged(study, study.hand_over, description, tensors, law, folder, tell)
        result = StudyResult(study, electrode, description, tensors, subvolumes, law, variants)
        tell("report")
        write_report(result.report_items(), folder / "report.html", title=study.title, overwrite=overwrite)
    return result


def load_electrode(study: Study) -> Microstructure:
    """Read or make the image of a study, cut out the part it asks for, and name its phases."""
    match study.image:
        case ImageFile(path, voxel_size_m, through_axis, crop):
            image = read_image(path, voxel_size_m=voxel_size_m, through_axis=through_axis)
            if crop is not None:
                image = _cropped(image, crop)
        case GeneratedImage(arguments):
            image = generate_electrode(**arguments)  # type: ignore[arg-type]
        case _:
            assert_never(study.image)
    return Microstructure(image, study.phases)


def _cropped(image: VoxelImage, crop: tuple[tuple[int, int], ...]) -> VoxelImage:
    for name, length, (first, end) in zip("xyz", image.shape, crop, strict=True):
        if end > length:
            raise InputError(f"image.crop: [{first}, {end}] along {name}, but the image has {length} voxels there")
    x, y, z = (slice(first, end) for first, end in crop)
    return image.cropped(x, y, z)


def _key(study: Study) -> str:
    content = asdict(study)
    content.pop("text")
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _claim(folder: Path, key: str, study: Study, overwrite: bool) -> None:
    """Take an empty folder, or go on in one that this very study left unfinished."""
    marker = folder / ".study"
    others = [path for path in folder.iterdir() if path.name not in (".lock", ".study")]
    mine = marker.is_file() and marker.read_text(encoding="utf-8") == key
    if others and not overwrite:
        if not mine:
            raise InputError(f"{folder} holds something else; choose another folder or ask to overwrite it")
        refuse_existing(folder / "report.html")
    if overwrite and not mine:
        for path in folder.glob("tensor-*.json"):  # of another study
            path.unlink()
    write_whole(marker, key, overwrite=True)
    if study.text:
        write_whole(folder / "study.toml", study.text, overwrite=True)


def _tensor(electrode: Microstructure, name: str, request: TensorRequest, folder: Path, tell: Tell) -> EffectiveTensor:
    path = folder / f"tensor-{_file_name(name)}.json"
    if path.is_file():
        tensor = from_json(path.read_text(encoding="utf-8"), EffectiveTensor)
        if tensor.source == electrode.image.source and tensor.shape == electrode.image.shape:
            tell(f"tensor {name!r}: found in {path.name}")
            return tensor
    settings: dict[str, Any] = {
        key: value
        for key in ("boundary", "tolerance", "max_iterations")
        if (value := getattr(request, key)) is not None
    }
    conducting = [phase for phase, k in request.conductivity.items() if k > 0]
    cost = forecast(electrode, conducting)
    tell(
        f"tensor {name!r}: {cost.unknowns / 1e6:.3g} million unknowns, about {3 * cost.seconds:.0f} s "
        f"and {cost.bytes / 1e9:.1f} GB"
    )
    tensor = effective_tensor(electrode, request.conductivity, **settings)
    write_whole(path, to_json(tensor), overwrite=True)
    return tensor


def _file_name(name: str) -> str:
    """Names from files are data, never paths."""
    if not (name.replace("-", "").replace("_", "").isalnum() and name.isascii()):
        raise InputError(f"[tensors.{name}]: use letters, digits, - and _ in the name of a tensor")
    return name


def _subvolume_law(
    study: Study, electrode: Microstructure, tell: Tell
) -> tuple[SubvolumeValues | None, BruggemanLaw | None]:
    if study.subvolume_tensor is None:
        return None, None
    tell(f"sub-volumes {study.subvolume_divisions}: scatter and Bruggeman exponent of {study.subvolume_tensor!r}")
    request = study.tensors[study.subvolume_tensor]
    values = subvolume_values(electrode, request.conductivity, divisions=study.subvolume_divisions)
    if not values.pieces:
        return values, None
    pores = study.hand_over.porosity if study.hand_over else tuple(request.conductivity)
    return values, fit_bruggeman(values.fractions_of(*pores), values.values)


def _discharged(
    study: Study,
    plan: HandOver,
    description: Description,
    tensors: dict[str, EffectiveTensor],
    law: BruggemanLaw | None,
    folder: Path,
    tell: Tell,
) -> tuple[DischargeVariant, ...]:
    base = load_parameter_set(plan.base)
    solid = None if plan.solid is None else tensors[plan.solid]
    with_image = handed_over(base, plan, description, tensors[plan.electrolyte], solid, law)
    write_set = folder / "cell.toml"
    save_parameter_set(with_image, write_set, overwrite=True)
    cells = {
        "base set": base,
        "image fractions, transport law of the base set": with_image_fractions(base, plan, description),
        "image fractions and transport": with_image,
    }
    variants = []
    for name, cell in cells.items():
        if study.c_rates:
            tell(f"discharges at {', '.join(f'{rate:g}C' for rate in study.c_rates)}: {name}")
        runs = tuple(simulate(cell, ConstantCurrent(rate)) for rate in study.c_rates)
        variants.append(DischargeVariant(name, cell, runs))
    if study.c_rates:
        write_whole(folder / "discharge.csv", _discharge_table(variants, study.c_rates), overwrite=True)
    return tuple(variants)


def _discharge_table(variants: list[DischargeVariant], c_rates: tuple[float, ...]) -> str:
    """CSV; the current is positive on discharge."""
    lines = ["variant,c_rate,time_s,current_A,voltage_V,discharge_capacity_Ah"]
    for variant in variants:
        for rate, run in zip(c_rates, variant.runs, strict=True):
            for row in zip(run.time_s, run.current_A, run.voltage_V, run.discharge_capacity_Ah, strict=True):
                lines.append(f'"{variant.name}",{rate:g},' + ",".join(f"{value:.9g}" for value in row))
    return "\n".join(lines) + "\n"


def _size(electrode: Microstructure) -> str:
    return " x ".join(map(str, electrode.image.shape)) + " voxels"
