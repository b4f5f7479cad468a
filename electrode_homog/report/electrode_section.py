"""Section "The electrode": what the image shows, phase by phase."""

import numpy as np

from electrode_homog.microstructure import Description, Microstructure, describe
from electrode_homog.report.contents import Contents
from electrode_homog.report.digits import joined, length_text, percent, rounded
from electrode_homog.report.electrode_figures import layer_fractions, layers, slices
from electrode_homog.report.page import Block, Cell, Panel, Section, Table
from electrode_homog.report.palette import phase_colour

_UNEVEN = 0.15  # relative range of a layer-averaged fraction, over a tenth of the thickness, that is worth a word


def electrode_section(contents: Contents) -> Section | None:
    panels = []
    for number, electrode in enumerate(contents.electrodes):
        panels.append(_image_panel(electrode.label, electrode.item, _description_of(electrode.item, contents), number))
    shown = {(electrode.item.image.source, electrode.item.image.shape) for electrode in contents.electrodes}
    for described in contents.descriptions:
        if (described.item.source, described.item.shape) not in shown:
            panels.append(_description_panel(described.label, described.item))
    return Section("electrode", "The electrode", tuple(panels)) if panels else None


def _description_of(electrode: Microstructure, contents: Contents) -> Description:
    """The one that was given for this image, or a new one, which labels every phase once."""
    image = electrode.image
    for described in contents.descriptions:
        item = described.item
        if (item.source, item.shape, item.voxel_size_m) == (image.source, image.shape, image.voxel_size_m):
            return item
    return describe(electrode)


def _image_panel(label: str, electrode: Microstructure, description: Description, number: int) -> Panel:
    name = f"electrode{number}"
    blocks: tuple[Block, ...] = (
        slices(electrode, name),
        _phase_table(description),
        layers(electrode, name),
    )
    cautions = (*_cautions(description), *_uneven(electrode))
    return Panel(label, _shows(description), blocks, cautions)


def _description_panel(label: str, description: Description) -> Panel:
    return Panel(label, _shows(description), (_phase_table(description),), _cautions(description))


def _shows(description: Description) -> str:
    voxels = " × ".join(str(n) for n in description.shape)
    if description.voxel_size_m == (1.0, 1.0, 1.0):
        size = "of unit size"
    elif len(set(description.voxel_size_m)) == 1:
        size = f"of {length_text(description.voxel_size_m[0])}"
    else:
        size = f"of {' × '.join(length_text(length) for length in description.voxel_size_m)}"
    return f"What the image contains: {voxels} voxels {size}, which phase is where, and which of them connect."


def _phase_table(description: Description) -> Table:
    physical = description.voxel_size_m != (1.0, 1.0, 1.0)
    per_length = "µm⁻¹" if physical else "per voxel edge"
    rows = []
    for i, phase in enumerate(description.phases):
        area = phase.face_count_area_per_m * (1e-6 if physical else 1)
        connected = [
            Cell(percent(share)) if percolates else Cell("none", mark=True)
            for share, percolates in zip(phase.connected_fraction, phase.percolates, strict=True)
        ]
        name = Cell(phase.name, swatch=phase_colour(i))
        labels = Cell(", ".join(map(str, phase.labels)))
        rows.append((name, labels, Cell(percent(phase.volume_fraction)), *connected, Cell(rounded(area))))
    head = (
        "Phase",
        "Label",
        "Volume fraction",
        "Connected along x",
        "along y",
        "along z",
        f"Face-count area ({per_length})",
    )
    caption = (
        "Phases. “Connected” is the share of the phase that joins the two opposite faces of the image through common "
        "voxel faces."
    )
    return Table(caption, head, tuple(rows), numeric=tuple(range(2, len(head))))


def _cautions(description: Description) -> tuple[str, ...]:
    cautions = [*description.warnings]
    cautions.append(
        "The face-count area adds up voxel faces. On curved, randomly oriented surfaces that is 50 % too high at any "
        "resolution: compare images with it, but never hand it to a cell model."
    )
    cautions.append(
        "Every number here is one of the segmentation. No file says which axis is the thickness: look at the slices."
    )
    return tuple(cautions)


def _uneven(electrode: Microstructure) -> list[str]:
    shares = layer_fractions(electrode, 0)
    if shares.shape[1] < 20:
        return []
    tenths = np.array([part.mean(axis=1) for part in np.array_split(shares, 10, axis=1)]).T
    uneven = [
        f"{name} {percent(parts.min(), 2)} to {percent(parts.max(), 2)}"
        for name, parts, mean in zip(electrode.phases, tenths, shares.mean(axis=1), strict=True)
        if np.ptp(parts) > _UNEVEN * mean
    ]
    if not uneven:
        return []
    return [
        f"The shares are not even through the thickness: {joined(uneven)} between tenths of it. One effective value "
        "per electrode averages over that."
    ]
