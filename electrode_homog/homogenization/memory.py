"""What a solve takes, so that it is refused before it starts rather than killed half way."""

import math

from electrode_homog.errors import InputError
from electrode_homog.machine import available_memory_bytes

# Measured with /proc/self/status on tomograms of 1e6 to 1.1e7 unknowns: peak over resident before.
BYTES_PER_UNKNOWN = 600  # matrix, its coarse levels, and the triplets they are built from
BYTES_PER_VOXEL = 40  # numbering, connected parts, masks
SECONDS_PER_UNKNOWN = 3e-6  # one axis, one core


def bytes_needed(unknowns: int, voxels: int) -> int:
    """Memory that the plain solver takes beyond the image itself."""
    return BYTES_PER_UNKNOWN * unknowns + BYTES_PER_VOXEL * voxels


def largest_cube(memory_bytes: int, *, volume_fraction: float = 0.5) -> int:
    """Side, in voxels, of the largest cube that fits if `volume_fraction` of it conducts."""
    per_voxel = BYTES_PER_UNKNOWN * volume_fraction + BYTES_PER_VOXEL + 1
    return math.floor((memory_bytes / per_voxel) ** (1 / 3))


def refuse_what_cannot_fit(unknowns: int, shape: tuple[int, int, int]) -> None:
    """Raise InputError, with both numbers, if a solve needs more memory than there is."""
    needed, free = bytes_needed(unknowns, math.prod(shape)), available_memory_bytes()
    if needed > free:
        raise InputError(
            f"{shape[0]} x {shape[1]} x {shape[2]} voxels with {unknowns} unknowns need about {needed / 1e9:.1f} GB, "
            f"{free / 1e9:.1f} GB are free; crop or coarsen the image"
        )
