"""What a solve takes, known before it starts, so that it is refused rather than killed half way."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.machine import available_memory_bytes
from electrode_homog.microstructure import Microstructure

# Measured on tomograms of 1e6 to 1.1e7 unknowns, two cores of a server: the peak of the resident memory, and
# the time of one axis. Other machines differ by a factor of two either way.
BYTES_PER_UNKNOWN = 450  # matrix, its coarse levels, and the triplets they are built from
BYTES_PER_VOXEL = 30  # numbering, connected parts, masks
SECONDS_PER_UNKNOWN = 1.8e-6


@dataclass(frozen=True)
class Cost:
    """Forecast for one axis: unknowns, bytes beyond the image, seconds."""

    unknowns: int
    bytes: int
    seconds: float


def forecast(electrode: Microstructure, conducting_phases: Iterable[str]) -> Cost:
    """Cost of one axis of the cell problem in the named phases; the tensor takes three times the seconds."""
    unknowns = int(np.count_nonzero(electrode.mask(*conducting_phases)))
    needed = BYTES_PER_UNKNOWN * unknowns + BYTES_PER_VOXEL * electrode.image.labels.size
    return Cost(unknowns, needed, SECONDS_PER_UNKNOWN * unknowns)


def largest_cube(memory_bytes: int, *, volume_fraction: float = 0.5) -> int:
    """Side, in voxels, of the largest cube that fits if `volume_fraction` of it conducts."""
    per_voxel = BYTES_PER_UNKNOWN * volume_fraction + BYTES_PER_VOXEL + 1
    return math.floor((memory_bytes / per_voxel) ** (1 / 3))


def refuse_what_cannot_fit(electrode: Microstructure, conducting_phases: Iterable[str], boundary, tolerance) -> None:
    """Raise InputError, with both numbers, if a solve needs more memory than there is."""
    cost, free = forecast(electrode, conducting_phases), available_memory_bytes()
    if cost.bytes > free:
        size = " x ".join(map(str, electrode.image.shape))
        raise InputError(
            f"{size} voxels with {cost.unknowns} unknowns need about {cost.bytes / 1e9:.1f} GB, {free / 1e9:.1f} GB "
            "are free; crop or coarsen the image"
        )
