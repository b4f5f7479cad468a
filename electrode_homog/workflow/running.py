"""From a study to its results: each step is on disk, whole, before the next begins.

A folder with a `.study` marker is one of ours. While it has no report, a run goes on in it from the tensors
that it finds and that answer the same question; once it has one, or if it is somebody else's, it is left alone
unless overwriting is asked for. Nothing is ever deleted.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, assert_never

from electrode_homog.errors import InputError
from electrode_homog.homogenization import (
    EffectiveTensor,
    SubvolumeValues,
    Watch,
    check_divisions,
    default_settings,
    effective_tensor,
    forecast,
    subvolume_values,
)
from electrode_homog.images import generate_electrode, read_image
from electrode_homog.microstructure import Description, Microstructure, describe
from electrode_homog.output import exclusive_folder, write_whole
from electrode_homog.p2d import CSV_COLUMNS, ConstantCurrent, Mesh, simulate
from electrode_homog.parameters import CellParameters, load_parameter_set, save_parameter_set, write_battinfo
from electrode_homog.provenance import current_provenance, from_json, to_json
from electrode_homog.report import write_report
from electrode_homog.transport_law import BruggemanLaw
from electrode_homog.workflow.electrode_from_image import fitted_law
from electrode_homog.workflow.hand_over import ElectrodeFromImage, check_plan, hand_over, with_image_fractions
from electrode_homog.workflow.image_choices import HandOver, Radii, Thickness
from electrode_homog.workflow.image_values import ImageFindings
from electrode_homog.workflow.result import DischargeVariant, StudyResult
from electrode_homog.workflow.ro_crate import METADATA, write_ro_crate
from electrode_homog.workflow.study import GeneratedImage, ImageFile, Study, TensorRequest

Tell = Callable[[str], None]
MARKER = ".study"


def run_study(
    study: Study, folder: str | Path, *, tell: Tell, watch: Watch | None = None, overwrite: bool = False
) -> StudyResult:
    """Run `study` into `folder`; `tell` receives a line before each step that takes time.

    `watch` receives the `Progress` of each tensor.

    Writes study.toml, description.json, tensor-NAME.json, cell.toml, cell.jsonld (BattINFO), discharge.csv, report.html
    and ro-crate-metadata.json, which describes them. Raises InputError if the folder holds something else or is in
    use, and what the steps raise; finished steps stay.
    """
    folder = Path(folder)
    _refuse_foreign(folder, overwrite)
    _refuse_inputs_in(folder, study)
    base = load_parameter_set(study.hand_over.base) if study.hand_over else None
    electrode = load_electrode(study)
    tell(f"image {electrode.image.source}: {_size(electrode)}")
    _refuse_what_does_not_fit(study, electrode, base)
    with exclusive_folder(folder):
        _claim(folder, study, overwrite)
        tell("fractions, surfaces, sizes, correlation")
        description = describe(electrode)
        write_whole(folder / "description.json", to_json(description), overwrite=True)
        tensors = {
            name: _tensor(electrode, name, request, folder, tell, watch) for name, request in study.tensors.items()
        }
        subvolumes, law = _subvolume_law(study, electrode, tell)
        result = StudyResult(study, electrode, description, tensors, subvolumes, law)
        if study.hand_over is not None and base is not None:
            found = _findings(study, description, tensors, subvolumes, law)
            from_image = hand_over(electrode, base, study.hand_over, found, tell=tell, watch=watch)
            save_parameter_set(from_image.cell, folder / "cell.toml", overwrite=True)
            write_battinfo(from_image.cell, folder / "cell.jsonld", overwrite=True)
            variants = _discharged(study, study.hand_over, base, from_image, description, folder, tell)
            result = replace(result, variants=variants, from_image=from_image)
        tell("report")
        write_report(result.report_items(), folder / "report.html", title=study.title, overwrite=overwrite)
        cell_from = study.hand_over.base if study.hand_over else None
        write_ro_crate(folder, base=cell_from, ended=current_provenance().created, overwrite=True)
    return result


def _refuse_what_does_not_fit(study: Study, electrode: Microstructure, base: CellParameters | None) -> None:
    if study.hand_over is not None and base is not None:
        wanted = {role: study.tensors[name].conductivity for role, name in study.hand_over.tensors.items()}
        check_plan(base, study.hand_over, wanted, electrode)
    if study.subvolume_tensor is not None:
        check_divisions(electrode.image.shape, study.subvolume_divisions)


def load_electrode(study: Study) -> Microstructure:
    """Read or make the image of a study, and name its phases."""
    match study.image:
        case ImageFile(path, voxel_size_m, through_axis, crop, dataset, coarsen):
            image = read_image(
                path,
                voxel_size_m=voxel_size_m,
                through_axis=through_axis,
                dataset=dataset,
                crop=crop,
                coarsen=coarsen,
            )
        case GeneratedImage(arguments):
            image = generate_electrode(**arguments)  # type: ignore[arg-type]
        case _:
            assert_never(study.image)
    return Microstructure(image, study.phases)


def _refuse_foreign(folder: Path, overwrite: bool) -> None:
    if not folder.is_dir() or overwrite:
        return
    others = [path.name for path in folder.iterdir() if path.name != ".lock"]
    if others and not (folder / MARKER).is_file():
        raise InputError(
            f"{folder} holds something else ({sorted(others)[0]!r}); choose another folder (--out), or write beside it "
            "(--force)"
        )
    if (folder / "report.html").exists():
        raise InputError(f"{folder} holds a finished study; choose another folder (--out) or overwrite it (--force)")


def _refuse_inputs_in(folder: Path, study: Study) -> None:
    """Results must not replace what the study reads, whatever overwriting was asked for."""
    inputs = [study.image.path] if isinstance(study.image, ImageFile) else []
    if study.hand_over is not None and study.hand_over.base.endswith((".toml", ".json")):
        inputs.append(Path(study.hand_over.base))
    names = ("cell.toml", "cell.jsonld", "description.json", "discharge.csv", "report.html", "study.toml", METADATA)
    outputs = {(folder / name).resolve() for name in (*names, *(f"tensor-{name}.json" for name in study.tensors))}
    for path in inputs:
        if path.resolve() in outputs:
            raise InputError(f"{path} is an input of this study and would be replaced; choose another folder (--out)")


def _claim(folder: Path, study: Study, overwrite: bool) -> None:
    """Take the folder for this study; checked again, now that nobody else can write there."""
    _refuse_foreign(folder, overwrite)
    write_whole(folder / MARKER, "results of electrode-homog\n", overwrite=True)
    if study.text:
        write_whole(folder / "study.toml", study.text, overwrite=True)


def _tensor(
    electrode: Microstructure, name: str, request: TensorRequest, folder: Path, tell: Tell, watch: Watch | None
) -> EffectiveTensor:
    path = folder / f"tensor-{name}.json"
    settings: dict[str, Any] = {
        key: value
        for key in ("boundary", "tolerance", "max_iterations")
        if (value := getattr(request, key)) is not None
    }
    found = _found(path, electrode, request, settings)
    if found is not None:
        tell(f"tensor {name!r}: found in {path.name}")
        return found
    asked = {key: value for key, value in settings.items() if key != "max_iterations"}
    cost = forecast(electrode, request.conductivity, axes=3, **asked)
    tell(
        f"tensor {name!r}: {cost.unknowns / 1e6:.3g} million unknowns, about {cost.seconds:.0f} s "
        f"and {cost.bytes / 1e9:.1f} GB"
    )
    tensor = effective_tensor(electrode, request.conductivity, watch=watch, **settings)
    write_whole(path, to_json(tensor), overwrite=True)
    return tensor


def _found(
    path: Path, electrode: Microstructure, request: TensorRequest, settings: dict[str, Any]
) -> EffectiveTensor | None:
    """The tensor in `path`, if it is of this image (by hash), these conductivities and these settings."""
    if not path.is_file():
        return None
    try:
        tensor = from_json(path.read_text(encoding="utf-8"), EffectiveTensor)
    except (InputError, UnicodeDecodeError):
        return None  # not ours, or of another version: solved again
    image = electrode.image
    wanted = {name: (k, k, k) for name, k in request.conductivity.items() if k > 0}
    same_image = (tensor.source, tensor.shape, tensor.voxel_size_m) == (image.source, image.shape, image.voxel_size_m)
    same_phases = dict(tensor.volume_fractions) == electrode.fractions
    asked = default_settings() | settings
    good = tensor.boundary is asked["boundary"] and tensor.tolerance <= asked["tolerance"]
    return tensor if same_image and same_phases and dict(tensor.conductivity) == wanted and good else None


def _subvolume_law(
    study: Study, electrode: Microstructure, tell: Tell
) -> tuple[SubvolumeValues | None, BruggemanLaw | None]:
    if study.subvolume_tensor is None:
        return None, None
    tell(f"sub-volumes {study.subvolume_divisions}: scatter and Bruggeman exponent of {study.subvolume_tensor!r}")
    request = study.tensors[study.subvolume_tensor]
    values = subvolume_values(electrode, request.conductivity, divisions=study.subvolume_divisions)
    pores = study.hand_over.porosity if study.hand_over else tuple(request.conductivity)
    return values, fitted_law(values, pores)


def _findings(
    study: Study,
    description: Description,
    tensors: dict[str, EffectiveTensor],
    subvolumes: SubvolumeValues | None,
    law: BruggemanLaw | None,
) -> ImageFindings:
    scatter = {}
    if study.subvolume_tensor is not None and subvolumes is not None:
        scatter = {study.subvolume_tensor: subvolumes}
    errors = {phase.name: phase.fraction_relative_error for phase in description.phases}
    return ImageFindings(description.survey, tensors, scatter, law, errors)


def _discharged(
    study: Study,
    plan: HandOver,
    base: CellParameters,
    from_image: ElectrodeFromImage,
    description: Description,
    folder: Path,
    tell: Tell,
) -> tuple[DischargeVariant, ...]:
    cells = {
        "base set": base,
        "image fractions, transport law of the base set": with_image_fractions(base, plan, description.survey),
        _name_of_last(plan): from_image.cell,
    }
    variants = []
    mesh = _mesh(list(cells.values())) if study.c_rates else Mesh()
    for name, cell in cells.items():
        if study.c_rates:
            tell(f"discharges at {', '.join(f'{rate:g}C' for rate in study.c_rates)}: {name}")
        runs = tuple(simulate(cell, ConstantCurrent(rate), mesh=mesh) for rate in study.c_rates)
        variants.append(DischargeVariant(name, cell, runs))
    if study.c_rates:
        write_whole(folder / "discharge.csv", _discharge_table(variants, study.c_rates), overwrite=True)
    return tuple(variants)


def _mesh(cells: Sequence[CellParameters]) -> Mesh:
    """One for all, so that no difference between them is one of meshes: the default, finer where layers need it."""
    from electrode_homog.p2d.layered_mesh import FEWEST  # loads PyBaMM

    layers = [electrode.layers for cell in cells for electrode in (cell.negative, cell.positive)]
    needed = max((FEWEST * found.count for found in layers if found is not None), default=0)
    return replace(Mesh(), x_points=max(Mesh().x_points, needed))


def _name_of_last(plan: HandOver) -> str:
    more = plan.radii is not Radii.BASE or plan.thickness is not Thickness.BASE or plan.layers is not None
    return "all that the image gives" if more else "image fractions and transport"


def _discharge_table(variants: list[DischargeVariant], c_rates: tuple[float, ...]) -> str:
    """CSV; the current is positive on discharge."""
    lines = [f"variant,c_rate,{CSV_COLUMNS}"]
    for variant in variants:
        for rate, run in zip(c_rates, variant.runs, strict=True):
            lines += [f'"{variant.name}",{rate:g},{row}' for row in run.csv_rows()]
    return "\n".join(lines) + "\n"


def _size(electrode: Microstructure) -> str:
    return " x ".join(map(str, electrode.image.shape)) + " voxels"
