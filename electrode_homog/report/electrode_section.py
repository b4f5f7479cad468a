"""Section "The electrode": what the image shows, phase by phase, and what was measured on it."""

from dataclasses import dataclass

import numpy as np

from electrode_homog.microstructure import Description, Microstructure, Survey, survey
from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.digits import joined, length_text, percent
from electrode_homog.report.electrode_figures import layer_fractions, layer_shares, slices
from electrode_homog.report.morphology_section import morphology_panels
from electrode_homog.report.page import Block, Panel, Section
from electrode_homog.report.survey_tables import survey_blocks

_UNEVEN = 0.15  # relative range of a layer-averaged fraction, over a tenth of the thickness, that is worth a word
_MOST_NAMED = 4  # phases in one sentence


@dataclass(frozen=True, eq=False)
class _Shown:
    """One image: what it is called, the image where it was given, and what was measured on it."""

    label: str
    electrode: Microstructure | None
    survey: Survey
    description: Description | None


def electrode_section(contents: Contents) -> Section | None:
    panels = []
    images = _images(contents)
    for number, shown in enumerate(images):
        name = f"electrode{number}"
        panels.append(_image_panel(shown, name))
        if shown.description is not None:
            of = f" of {shown.label}" if len(images) > 1 else ""
            panels += morphology_panels(shown.description, of, name)
    return Section("electrode", "The electrode", tuple(panels)) if panels else None


def _images(contents: Contents) -> list[_Shown]:
    """Each image once, with the description or the survey that belongs to it; without either it is surveyed now."""
    described = {_key(found.item.survey): found for found in reversed(contents.descriptions)}
    surveyed = {_key(found.item): found for found in reversed(contents.surveys)}
    images = [_of_image(electrode, described, surveyed) for electrode in contents.electrodes]
    known = {_key(shown.survey) for shown in images}
    for key, found in reversed(described.items()):
        if key not in known:
            images.append(_Shown(found.label, None, found.item.survey, found.item))
    known |= set(described)
    for key, found in reversed(surveyed.items()):
        if key not in known:
            images.append(_Shown(found.label, None, found.item, None))
    return images


def _of_image(
    labelled: Labelled[Microstructure],
    described: dict[tuple, Labelled[Description]],
    surveyed: dict[tuple, Labelled[Survey]],
) -> _Shown:
    electrode, key = labelled.item, _image_key(labelled.item)
    if key in described:
        description = described[key].item
        return _Shown(labelled.label, electrode, description.survey, description)
    found = surveyed[key].item if key in surveyed else survey(electrode)
    return _Shown(labelled.label, electrode, found, None)


def _key(found: Survey) -> tuple:
    """What an image and its survey have in common."""
    phases = tuple((phase.name, tuple(phase.labels), phase.volume_fraction) for phase in found.phases)
    return found.source, tuple(found.shape), tuple(found.voxel_size_m), phases


def _image_key(electrode: Microstructure) -> tuple:
    image = electrode.image
    phases = tuple((name, electrode.labels(name), share) for name, share in electrode.fractions.items())
    return image.source, image.shape, image.voxel_size_m, phases


def _image_panel(shown: _Shown, name: str) -> Panel:
    warnings = shown.survey.warnings if shown.description is None else shown.description.warnings
    blocks: tuple[Block, ...] = survey_blocks(shown.survey, shown.description)
    cautions = list(warnings)
    if shown.electrode is not None:
        shares = layer_fractions(shown.electrode)
        blocks = (slices(shown.electrode, name), *blocks, layer_shares(shown.electrode, shares, name))
        cautions += _uneven(tuple(shown.electrode.phases), shares[0])
    cautions.append(
        "Every number here is one of the segmentation. No file says which axis is the thickness: look at the slices."
    )
    return Panel(shown.label, _shows(shown.survey), blocks, tuple(cautions))


def _shows(found: Survey) -> str:
    voxels = " × ".join(str(n) for n in found.shape)
    if found.voxel_size_m == (1.0, 1.0, 1.0):
        size = "of unit size"
    elif len(set(found.voxel_size_m)) == 1:
        size = f"of {length_text(found.voxel_size_m[0])}"
    else:
        size = f"of {' × '.join(length_text(length) for length in found.voxel_size_m)}"
    return (
        f"What the image contains: {voxels} voxels {size}, which phase is where, which of them connect, and where "
        "they meet."
    )


def _uneven(names: tuple[str, ...], shares: np.ndarray) -> list[str]:
    """Of the shares (phases, n) layer by layer through the thickness."""
    if shares.shape[1] < 20:
        return []
    tenths = np.array([part.mean(axis=1) for part in np.array_split(shares, 10, axis=1)]).T
    uneven = [
        f"{name} {percent(parts.min(), 2)} to {percent(parts.max(), 2)}"
        for name, parts, mean in zip(names, tenths, shares.mean(axis=1), strict=True)
        if np.ptp(parts) > _UNEVEN * mean
    ]
    if not uneven:
        return []
    if len(uneven) > _MOST_NAMED:
        uneven = [*uneven[:_MOST_NAMED], f"{len(uneven) - _MOST_NAMED} more"]
    return [
        f"The shares are not even through the thickness: {joined(uneven)} between tenths of it. One effective value "
        "per electrode averages over that."
    ]
