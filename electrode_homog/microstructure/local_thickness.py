"""How wide a phase is at each of its voxels: the continuous size distribution.

The local thickness of a point is the diameter of the largest ball that fits into the phase and covers it (Hildebrand &
Rueegsegger 1997, doi 10.1046/j.1365-2818.1997.1340694.x). Balls have their centres on voxels and the radii of the
distance map; what lies outside the image is no wall, so that what is cut there may come out too wide.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from electrode_homog.compiled import Team, slabs
from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.microstructure.distances import squared_distances, step_costs
from electrode_homog.microstructure.microstructure import Microstructure

_SLABS = 32  # whatever the number of cores, so that sums are rounded alike
_FINEST_RUNG = 0.25  # of the ladder of radii, in the shortest voxel edge
_RELATIVE_RUNG = 0.04
_MOST_RUNGS = 255  # they are numbered with bytes


@dataclass(frozen=True, eq=False)
class LocalThickness:
    """Share of the volume of a phase by local thickness: `volume_shares` (m,) at `diameters_m` (m,), rising.

    A share belongs to a class of diameters, half a voxel or 4 % wide, and stands at the mean of its balls.
    """

    phase: str
    diameters_m: np.ndarray
    volume_shares: np.ndarray

    def __post_init__(self):
        for name in ("diameters_m", "volume_shares"):
            view = np.asarray(getattr(self, name), dtype=float).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)
        if self.diameters_m.shape != self.volume_shares.shape or np.any(np.diff(self.diameters_m) <= 0):
            raise InputError(f"diameters_m of {self.phase!r} must rise, with one share of the volume for each")

    @property
    def mean_m(self) -> float:
        """By volume."""
        return float(self.diameters_m @ self.volume_shares)

    @property
    def standard_deviation_m(self) -> float:
        return math.sqrt(float((self.diameters_m - self.mean_m) ** 2 @ self.volume_shares))

    @property
    def median_m(self) -> float:
        return self.quantile_m(0.5)

    def quantile_m(self, share: float) -> float:
        """The diameter that is not reached in `share` of the volume; linear between the middles of classes."""
        if not 0 <= share <= 1:
            raise OutOfRangeError(f"share is {share}; between 0 and 1")
        middles = np.cumsum(self.volume_shares) - self.volume_shares / 2
        return float(np.interp(share, middles, self.diameters_m))


def local_thickness(electrode: Microstructure) -> tuple[LocalThickness, ...]:
    """The local thickness of every phase, in the order of `electrode.phases`; all of them are measured at once.

    Balls are sorted into classes of radii, and those of a class painted together. Centres on voxels and these classes
    make balls too thin: with radii of 5 to 30 voxels at random places by 0 to 2 voxels in the median, 1 in the
    mean; layers along the grid have an even number of voxels, the next one up. Takes 10 bytes per voxel. Raises
    OutOfRangeError for a phase that fills the image.
    """
    image = electrode.image
    if len(electrode.phases) == 1:
        raise OutOfRangeError(f"{next(iter(electrode.phases))!r} fills the image: no wall, no thickness")
    numbers = electrode.phases_of_planes(0, image.shape[0])
    with Team() as team:
        squared = squared_distances(numbers, image.voxel_size_m, team)
        edges = _rungs(float(squared.max()))
        levels, radii = _painted(squared, edges, image.voxel_size_m, team)
    counts = np.zeros((len(electrode.phases), radii.size), dtype=np.int64)
    for plane, level in zip(numbers, levels, strict=True):
        places = plane.astype(np.intp) * radii.size + level
        counts += np.bincount(places.ravel(), minlength=counts.size).reshape(counts.shape)
    return tuple(
        LocalThickness(name, 2 * radii[row > 0] * min(image.voxel_size_m), row[row > 0] / row.sum())
        for name, row in zip(electrode.phases, counts, strict=True)
    )


def _rungs(highest: float) -> np.ndarray:
    """Squares of the radii that begin a class, and infinity, up to the square of the largest radius."""
    radii = [1.0]
    while radii[-1] ** 2 <= highest:
        radii.append(radii[-1] + max(_FINEST_RUNG, _RELATIVE_RUNG * radii[-1]))
    if len(radii) > _MOST_RUNGS:
        raise OutOfRangeError(f"balls of {math.sqrt(highest):.0f} voxels are too large; coarsen the image")
    return np.array(radii, dtype=np.float32) ** 2


def _painted(squared, edges, voxel_size_m, team: Team) -> tuple[np.ndarray, np.ndarray]:
    """The class of the largest ball over each voxel, uint8 (nx, ny, nz), and the mean radius of each class."""
    from electrode_homog.microstructure import thickness_kernels as kernels

    nx, ny, nz = shape = squared.shape
    steps = [h / min(voxel_size_m) for h in voxel_size_m]
    cost = [step_costs(n, step) for n, step in zip(shape, steps, strict=True)]
    powers, least = np.empty(shape, dtype=np.float32), np.empty((nx, ny), dtype=np.float32)
    levels, radii = np.zeros((ny, nx, nz), dtype=np.uint8), np.zeros(edges.size - 1)

    for level, (low, high) in enumerate(itertools.pairwise(edges)):
        reach = [min(int(math.sqrt(high) / step), n - 1) for n, step in zip(shape, steps, strict=True)]

        def in_planes(first: int, last: int, low=low, high=high, reach=reach) -> tuple[int, float]:
            rows, rows_least = np.empty((ny, nz), dtype=np.float32), np.empty(ny, dtype=np.float32)
            balls, total = 0, 0.0
            for i in range(first, last):
                found, sum_of_radii = kernels.along_rows(squared[i], low, high, cost[2], reach[2], rows, rows_least)
                balls, total = balls + found, total + sum_of_radii
                kernels.across_rows(rows, rows_least, cost[1], reach[1], powers[i], least[i])
            return balls, total

        def through_planes(first: int, last: int, level=level, reach=reach) -> None:
            in_space, space_least = np.empty((nx, nz), dtype=np.float32), np.empty(nx, dtype=np.float32)
            for j in range(first, last):
                bounds = least[:, j].copy()
                if bounds.min() < 0:
                    kernels.across_rows(powers[:, j].copy(), bounds, cost[0], reach[0], in_space, space_least)
                    kernels.mark(in_space, space_least, np.uint8(level), levels[j])

        found = team.run(in_planes, slabs(nx, _SLABS))
        balls = sum(count for count, _ in found)
        if balls:
            radii[level] = sum(total for _, total in found) / balls
            team.run(through_planes, slabs(ny, _SLABS))
    return np.swapaxes(levels, 0, 1), radii
