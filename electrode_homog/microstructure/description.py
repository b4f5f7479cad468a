"""What an electrode looks like in numbers, before anything is solved."""

from dataclasses import dataclass

import numpy as np

from electrode_homog.microstructure.connectivity import spanning_fractions
from electrode_homog.microstructure.microstructure import Labels, Microstructure

LEAST_VOXELS = 64  # through the thickness; with fewer, sub-volumes say nothing about the electrode
SPARSE = 0.15  # volume fraction below which a phase may well not percolate
LEAST_CONNECTED = 0.95  # share of a phase below which islands are worth a word


@dataclass(frozen=True)
class PhaseDescription:
    """One phase. `connected_fraction` (3,) is the share of the phase that joins both faces along x, y, z.

    `face_count_area_per_m` is its boundary to other phases per volume of the image by *counting voxel faces*.
    On isotropic surfaces that is too high by a factor 3/2 at any resolution: compare images with it, do
    not hand it to a cell model.
    """

    name: str
    labels: Labels
    volume_fraction: float
    connected_fraction: tuple[float, float, float]
    percolates: tuple[bool, bool, bool]
    face_count_area_per_m: float


@dataclass(frozen=True)
class Description:
    """Size, phases, and what to be careful with."""

    source: str
    shape: tuple[int, int, int]
    voxel_size_m: tuple[float, float, float]
    phases: tuple[PhaseDescription, ...]
    warnings: tuple[str, ...]


def describe(electrode: Microstructure) -> Description:
    """Fractions, connection and face-count area of every phase; costs one labelling per phase."""
    phases = tuple(_describe_phase(electrode, name, share) for name, share in electrode.fractions.items())
    return Description(
        source=electrode.image.source,
        shape=electrode.image.shape,
        voxel_size_m=electrode.image.voxel_size_m,
        phases=phases,
        warnings=tuple(_warnings(electrode, phases)),
    )


def face_count_area_per_m(mask: np.ndarray, voxel_size_m: tuple[float, float, float]) -> float:
    """Area of the voxel faces between True and False inside the image, over its volume; mask (nx, ny, nz).

    Faces on the outside of the image do not count. A plane with normal n is overestimated by |nx| + |ny| + |nz|,
    an isotropic surface by 3/2.
    """
    cells = mask.size
    return sum(
        np.count_nonzero(np.diff(mask.view(np.int8), axis=axis)) / cells / voxel_size_m[axis] for axis in range(3)
    )


def _describe_phase(electrode: Microstructure, name: str, share: float) -> PhaseDescription:
    mask = electrode.mask(name)
    connected = spanning_fractions(mask)
    x, y, z = (bool(fraction > 0) for fraction in connected)
    return PhaseDescription(
        name=name,
        labels=electrode.labels(name),
        volume_fraction=share,
        connected_fraction=connected,
        percolates=(x, y, z),
        face_count_area_per_m=face_count_area_per_m(mask, electrode.image.voxel_size_m),
    )


def _warnings(electrode: Microstructure, phases: tuple[PhaseDescription, ...]) -> list[str]:
    found = []
    if min(electrode.image.shape) < LEAST_VOXELS:
        found.append(
            f"The image is only {min(electrode.image.shape)} voxels wide along one axis; "
            "effective values of so small a piece scatter strongly."
        )
    for phase in phases:
        least = min(phase.connected_fraction)
        if 0 < least < LEAST_CONNECTED:
            found.append(
                f"Only {least:.1%} of {phase.name!r} connects the faces along its worst axis; the rest is islands and "
                "dead ends at the border. Check the segmentation."
            )
        if 0 < sum(phase.percolates) < 3 and phase.volume_fraction > SPARSE:
            blocked = ", ".join("xyz"[axis] for axis in range(3) if not phase.percolates[axis])
            found.append(f"{phase.name!r} does not percolate along {blocked}. Is the through-thickness axis right?")
    return found
