"""What an electrode is made of: the measures that are cheap enough for any image, taken a few planes at a time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from electrode_homog.microstructure.cautions import survey_cautions
from electrode_homog.microstructure.connectivity import ConnectedParts, phase_parts
from electrode_homog.microstructure.microstructure import Labels, Microstructure
from electrode_homog.microstructure.surfaces import Interface, interfaces, phase_area_per_m
from electrode_homog.microstructure.triple_lines import TripleLine, triple_lines

_Connection = tuple[tuple[float, float, float], float]


@dataclass(frozen=True)
class PhaseSurvey:
    """One phase. `connected_fraction` (3,) is the share of the phase that joins both faces along x, y, z.

    `isolated_fraction` is the share in parts that touch no outer face of the image: closed pores, lone particles.
    `area_per_m` is its area to all other phases per volume of the image, by the estimator of `interfaces`.
    `face_count_area_per_m` counts voxel faces instead, as other tools do: on isotropic surfaces that is too high by
    a factor 3/2 at any resolution.
    """

    name: str
    labels: Labels
    volume_fraction: float
    connected_fraction: tuple[float, float, float]
    percolates: tuple[bool, bool, bool]
    isolated_fraction: float
    area_per_m: float
    face_count_area_per_m: float


@dataclass(frozen=True, eq=False)
class Survey:
    """Size, phases, interfaces of every two phases, triple lines of every three, and what to be careful with."""

    source: str
    shape: tuple[int, int, int]
    voxel_size_m: tuple[float, float, float]
    phases: tuple[PhaseSurvey, ...]
    interfaces: tuple[Interface, ...]
    triple_lines: tuple[TripleLine, ...]
    warnings: tuple[str, ...]


def survey(electrode: Microstructure) -> Survey:
    """Fractions, connection, areas and triple lines: one labelling per phase and two walks over the surfaces.

    Beyond the image, which may be a mapped file, it takes memory in proportion to the surfaces: 12 bytes for each
    stretch of a phase along z, for one phase at a time.
    """
    return _surveyed(electrode, {name: _connection(phase_parts(electrode, name)) for name in electrode.phases})


def survey_of_parts(electrode: Microstructure, parts: Mapping[str, ConnectedParts]) -> Survey:
    """As `survey`, from the connected parts of every phase, where they are known already."""
    return _surveyed(electrode, {name: _connection(parts[name]) for name in electrode.phases})


def _surveyed(electrode: Microstructure, connected: Mapping[str, _Connection]) -> Survey:
    surfaces = interfaces(electrode)
    phases = tuple(_phase(electrode, name, connected[name], surfaces) for name in electrode.phases)
    return Survey(
        source=electrode.image.source,
        shape=electrode.image.shape,
        voxel_size_m=electrode.image.voxel_size_m,
        phases=phases,
        interfaces=surfaces,
        triple_lines=triple_lines(electrode),
        warnings=survey_cautions(electrode.image, phases),
    )


def _phase(
    electrode: Microstructure, name: str, connection: _Connection, surfaces: tuple[Interface, ...]
) -> PhaseSurvey:
    connected, isolated = connection
    x, y, z = (share > 0 for share in connected)
    return PhaseSurvey(
        name=name,
        labels=electrode.labels(name),
        volume_fraction=electrode.fractions[name],
        connected_fraction=connected,
        percolates=(x, y, z),
        isolated_fraction=isolated,
        area_per_m=phase_area_per_m(surfaces, name),
        face_count_area_per_m=sum(found.face_count_area_per_m for found in surfaces if name in found.phases),
    )


def _connection(parts: ConnectedParts) -> _Connection:
    """Share of the voxels in parts that touch both faces, along x, y, z; and in parts that touch none."""
    total = int(parts.sizes.sum())
    x, y, z = (int(parts.sizes[parts.spanning(axis)].sum()) / total for axis in range(3))
    isolated = ~np.any(parts.touches, axis=(1, 2))
    return (x, y, z), int(parts.sizes[isolated].sum()) / total
