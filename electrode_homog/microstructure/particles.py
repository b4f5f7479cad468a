"""A phase divided into particles at its necks.

The distance map is a landscape whose peaks are the middles of particles. Each voxel belongs to the peak that the
steepest way up from it leads to; two peaks are one particle if the pass between them, the radius of the neck, is high
against the lesser of the two, the radius of the smaller particle. This is a watershed with a threshold on relative
persistence; markers need not be chosen, and nothing depends on the number of threads.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.compiled import Team, slabs
from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.microstructure.distances import squared_distances, walled
from electrode_homog.microstructure.microstructure import Microstructure

_MOST_VOXELS = 2**31 - 1  # voxels are numbered with 32 bits
_LEAN = np.float32(1e-3)  # of the mean height around, in the height of a voxel
_FINENESS = 4096  # of heights that are added up as whole numbers: in any order the sum is the same


@dataclass(frozen=True, eq=False)
class Particles:
    """The particles of some phases, numbered from 1 in the order in which their peaks come in memory.

    `labels` (nx, ny, nz) int32 are their numbers, 0 outside the phases. For each of the n particles: its volume, the
    voxels [box_start, box_stop) (n, 3) it lies in, whether one of its voxels lies on the outside of the image, the
    radius of the largest ball inside it (to half a voxel), and the semi-axes (n, 3), longest first, of the ellipsoid
    with the same second moments; `directions` (n, 3, 3) has their unit vectors as rows.
    """

    phases: tuple[str, ...]
    voxel_size_m: tuple[float, float, float]
    neck_ratio: float
    labels: np.ndarray
    volumes_m3: np.ndarray
    centres_m: np.ndarray
    box_start: np.ndarray
    box_stop: np.ndarray
    inscribed_radii_m: np.ndarray
    semi_axes_m: np.ndarray
    directions: np.ndarray

    def __post_init__(self):
        for name, value in vars(self).items():
            if isinstance(value, np.ndarray):
                view = value.view()
                view.flags.writeable = False
                object.__setattr__(self, name, view)
        n = self.count
        rows = (self.centres_m, self.box_start, self.box_stop, self.semi_axes_m)
        if any(table.shape != (n, 3) for table in rows) or self.inscribed_radii_m.shape != (n,):
            raise InputError(f"the tables of {n} particles have other lengths")

    @property
    def count(self) -> int:
        return self.volumes_m3.size

    @property
    def equivalent_radii_m(self) -> np.ndarray:
        """(n,): of the ball of the same volume."""
        return np.cbrt(self.volumes_m3 * 3 / (4 * np.pi))

    @property
    def touches_border(self) -> np.ndarray:
        """(n,): has the particle a voxel in the outermost layer of the image, so that it may be cut."""
        return np.any((self.box_start == 0) | (self.box_stop == self.labels.shape), axis=1)

    @property
    def aspect_ratios(self) -> np.ndarray:
        """(n,): longest over shortest semi-axis, at least 1."""
        return self.semi_axes_m[:, 0] / self.semi_axes_m[:, 2]


def find_particles(electrode: Microstructure, *phases: str, neck_ratio: float = 0.8) -> Particles:
    """The particles of the named phases together, divided where the neck is narrow.

    Two parts are divided if the radius of their neck is below `neck_ratio` times the inscribed radius of the smaller;
    two equal balls whose neck is 0.8 of their radius cut 10 % off each other's volume. Higher ratios take apart more:
    0.8 leaves rough ellipsoids of 25 x 10 x 6 voxels whole (0.9 does not always), and in packings of overlapping
    log-normal spheres it misses fewer of the small ones than 0.7. On voxels a neck comes out about half a voxel too
    wide and a ball as much too small, so that small spheres come apart less readily. Of the passes the highest comes
    first. Takes 16 bytes per voxel. Raises InputError for no or unknown phases and OutOfRangeError for a ratio outside
    0..1, an image of more than 2**31 voxels, and phases that fill the image.
    """
    from electrode_homog.microstructure import particle_kernels

    if not 0 < neck_ratio <= 1:
        raise OutOfRangeError(f"neck_ratio is {neck_ratio}; above 0 (one particle per connected part), at most 1")
    h = np.array(electrode.image.voxel_size_m)
    with Team() as team:
        height = _heights(electrode, phases, team)
        up, peaks = _peaks(height, h / h.min(), team)
        particle, inscribed = _merged(height, up, peaks, neck_ratio, team)
        labels = np.empty(electrode.image.shape, dtype=np.int32)
        team.run(particle_kernels.label_planes, team.shares(labels.shape[0]), up, particle, labels)
    return Particles(
        phases=phases,
        voxel_size_m=electrode.image.voxel_size_m,
        neck_ratio=float(neck_ratio),
        labels=labels,
        inscribed_radii_m=inscribed * h.min(),
        **_measured(labels, inscribed.size, h),
    )


def _heights(electrode: Microstructure, phases: tuple[str, ...], team: Team) -> np.ndarray:
    """Distance to the wall in the shortest voxel edge: float32 (nx + 2, ny + 2, nz + 2), 0 outside the phases.

    Distances on a lattice are often equal. Each leans a little to the mean of those around, so that the steepest way
    up is one and the same whichever way the image is turned.
    """
    inside = walled(electrode, phases)
    shape = inside.shape
    if np.prod([n + 2.0 for n in shape]) > _MOST_VOXELS:
        raise OutOfRangeError(f"an image of {shape} voxels is too large to divide; crop or coarsen it")
    squared = squared_distances(inside, electrode.image.voxel_size_m, team)
    height = np.zeros([n + 2 for n in shape], dtype=np.float32)
    core = height[1:-1, 1:-1, 1:-1]
    np.sqrt(squared, out=core)
    core *= inside
    del squared
    leaning = np.zeros_like(height)

    def lean(first: int, last: int) -> None:
        for i in range(first, last):
            around = np.rint(height[i : i + 3] * _FINENESS).astype(np.int32).sum(axis=0, dtype=np.int32)
            around = around[:-2] + around[1:-1] + around[2:]
            mean = (around[:, :-2] + around[:, 1:-1] + around[:, 2:]).astype(np.float32) / np.float32(27 * _FINENESS)
            leaning[i + 1, 1:-1, 1:-1] = (core[i] + _LEAN * (mean - core[i])) * inside[i]

    team.run(lean, team.shares(core.shape[0]))
    return leaning


def _peaks(height: np.ndarray, step: np.ndarray, team: Team) -> tuple[np.ndarray, np.ndarray]:
    """Minus the number of its peak for each voxel of `height`, int32, and the heights of the peaks."""
    from electrode_homog.microstructure import particle_kernels

    offsets = [(a, b, c) for a in (-1, 0, 1) for b in (-1, 0, 1) for c in (-1, 0, 1) if (a, b, c) != (0, 0, 0)]
    strides = _strides(height, offsets)
    inverse = (1 / np.linalg.norm(offsets * step, axis=1)).astype(np.float32)
    up = np.zeros(height.shape, dtype=np.int32)
    nx, ny, nz = shape = tuple(n - 2 for n in height.shape)
    plane = (ny + 2) * (nz + 2)

    def climb(first: int, last: int) -> None:
        slope, way = np.empty(nz, dtype=np.float32), np.empty(nz, dtype=np.int32)
        particle_kernels.climb(first, last, height.ravel(), shape, strides, inverse, slope, way, up.ravel())

    spans = team.shares(nx)
    team.run(climb, spans)
    peaks = np.empty(sum(team.run(particle_kernels.count_peaks, spans, plane, up.ravel())), dtype=np.float32)
    particle_kernels.number_peaks(up.ravel(), height.ravel(), peaks)
    team.run(particle_kernels.spread_numbers, spans, plane, up.ravel())
    return up, peaks


def _merged(height, up, peaks, neck_ratio: float, team: Team) -> tuple[np.ndarray, np.ndarray]:
    """Number of the particle of each peak, int32 (peaks + 1,) with 0 for no peak; the height of each particle."""
    from electrode_homog.microstructure import particle_kernels

    offsets = [(a, b, c) for a in (0, 1) for b in (-1, 0, 1) for c in (-1, 0, 1) if (a, b, c) > (0, 0, 0)]
    strides, ratio = _strides(height, offsets), np.float32(neck_ratio)
    spans = team.shares(height.shape[0] - 2)
    ends = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
    field = (height[0].size, height.ravel(), up.ravel(), strides, peaks, ratio)
    counts = team.run(particle_kernels.find_passes, spans, *field, *ends)
    edges = np.cumsum([0, *counts])
    passes = tuple(np.empty(edges[-1], dtype=end.dtype) for end in ends)

    def note(slab: int, _: int) -> None:
        part = [table[edges[slab] : edges[slab + 1]] for table in passes]
        particle_kernels.find_passes(*spans[slab], *field, *part)

    team.run(note, slabs(len(spans), len(spans)))
    order = np.argsort(-passes[2], kind="stable")
    parent = np.arange(peaks.size)
    particle_kernels.merge_peaks(order, *passes, ratio, peaks, parent)
    highest, first, group = np.unique(parent, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return np.append(0, np.argsort(order)[group] + 1).astype(np.int32), peaks[highest[order]]


def _strides(height: np.ndarray, offsets: list[tuple[int, int, int]]) -> np.ndarray:
    """Steps in memory, in voxels, to neighbours at the given offsets."""
    _, ny, nz = height.shape
    return np.array(offsets) @ np.array([ny * nz, nz, 1])


def _measured(labels: np.ndarray, count: int, h: np.ndarray) -> dict[str, Any]:
    """Volumes, centres, boxes and axes of the particles."""
    from electrode_homog.microstructure import particle_kernels

    lowest = np.full((count, 3), max(labels.shape), dtype=np.int64)
    highest, sums = np.zeros((count, 3), dtype=np.int64), np.zeros((count, 10), dtype=np.int64)
    particle_kernels.measure_particles(labels, lowest, highest, sums)
    voxels = sums[:, 0]
    means = sums[:, 1:] / voxels[:, None]
    centre = means[:, :3]
    moments = np.empty((count, 3, 3))
    for place, (a, b) in enumerate([(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]):
        moments[:, a, b] = moments[:, b, a] = (means[:, 3 + place] - centre[:, a] * centre[:, b]) * h[a] * h[b]
    moments += np.diag(h**2 / 12)  # of the voxel itself
    values, vectors = np.linalg.eigh(moments)
    return {
        "volumes_m3": voxels * h.prod(),
        "centres_m": (centre + 0.5) * h,
        "box_start": lowest,
        "box_stop": highest,
        "semi_axes_m": np.sqrt(5 * values[:, ::-1]),
        "directions": np.swapaxes(vectors, 1, 2)[:, ::-1],
    }
