"""How far each voxel is from the next other phase: the exact Euclidean distance map.

A distance runs from the centre of a voxel to the nearest centre of a voxel of another phase. What lies outside the
image is not known and is no wall.

Where is the surface? A flat wall along the grid lies half a voxel before that centre, but a curved or tilted one
has so many centres close behind it that the nearest is almost on it; the largest distance inside a ball, on the other
hand, falls short of its radius since the centre of the ball lies between voxels. Taken as it is, the distance is the
radius of the largest ball that fits to within half a voxel either way; nothing is added or subtracted.
"""

import math

import numpy as np

from electrode_homog.compiled import Team
from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.microstructure.microstructure import Microstructure


def squared_distances(numbers: np.ndarray, voxel_size_m: tuple[float, float, float], team: Team) -> np.ndarray:
    """Square of the distance to the nearest voxel of another number, in the shortest voxel edge: float32 (nx, ny, nz).

    `numbers` (nx, ny, nz) is uint8 and contiguous; infinite where all voxels have the same number. Separable, exact
    to rounding (Saito & Toriwaki 1994, doi 10.1016/0031-3203(94)90133-3), for all numbers at once: along
    each axis a voxel of another number is at distance 0 of itself. Takes 4 bytes per voxel. Raises InputError for
    numbers of another kind.
    """
    from electrode_homog.microstructure import distance_kernels

    if numbers.ndim != 3 or numbers.dtype != np.uint8 or not numbers.size:
        raise InputError(f"numbers are {numbers.dtype} {numbers.shape}; uint8 (nx, ny, nz)")
    nx, ny, _ = numbers.shape
    cost = [step_costs(n, h / min(voxel_size_m)) for n, h in zip(numbers.shape, voxel_size_m, strict=True)]
    squared = np.empty(numbers.shape, dtype=np.float32)

    def within_planes(first: int, last: int) -> None:
        for i in range(first, last):
            there, along = numbers[i].copy(), np.empty_like(squared[i])
            distance_kernels.along_rows(there, cost[2], along)
            distance_kernels.across_rows(there, along, cost[1], squared[i])

    def through_planes(first: int, last: int) -> None:
        for j in range(first, last):
            there, within = numbers[:, j].copy(), squared[:, j].copy()
            nearest = np.empty_like(within)
            distance_kernels.across_rows(there, within, cost[0], nearest)
            squared[:, j] = nearest

    team.run(within_planes, team.shares(nx))
    team.run(through_planes, team.shares(ny))
    return squared


def walled(electrode: Microstructure, phases: tuple[str, ...]) -> np.ndarray:
    """1 in the phases, taken together, and 0 outside: uint8 (nx, ny, nz).

    Raises InputError for no or unknown phases, OutOfRangeError if they fill the image and so have no wall.
    """
    if not phases:
        raise InputError(f"name at least one phase; the phases are {', '.join(map(repr, electrode.phases))}")
    names = list(electrode.phases)
    member = np.zeros(len(names), dtype=np.uint8)
    member[[names.index(electrode.checked_name(name)) for name in phases]] = 1
    if member.all():
        raise OutOfRangeError(f"{' and '.join(phases)} fill the image, so that there is no wall to measure from")
    inside = np.empty(electrode.image.shape, dtype=np.uint8)
    for i in range(inside.shape[0]):
        inside[i] = member[electrode.phases_of_planes(i, i + 1)[0]]
    return inside


def step_costs(count: int, step: float) -> np.ndarray:
    """Squares of 0, 1, ..., count - 1 steps, and infinity: float32 (count + 1,)."""
    costs = np.append((np.arange(count) * step) ** 2, math.inf).astype(np.float32)
    costs.flags.writeable = False
    return costs
