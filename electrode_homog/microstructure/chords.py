"""Chords: how far a straight line runs inside a phase; and the lineal path, the chance of a stretch that lies inside.

Lines run along the rows of voxels, in all three directions. A run of m voxels between two voxels of other
phases is a chord of length m times the voxel's edge. Where a run touches the border of the image its length is not
known. Two estimators get by without a bias from the border:

- the mean chord is twice the fraction over the number of chord ends per length of line, which border runs share in;
- in the distribution only whole chords count, and one of m voxels gets the weight 1 / (n - 1 - m), for it
  would have been seen whole in n - 1 - m places of a row of n (Miles 1974, Lantuejoul 1978).

The ends per length along an axis are the surface of the phase, projected along that axis, per volume (Cauchy, Crofton);
in an isotropic medium they are half its surface, and the mean chord is 4 fraction / surface per volume. What is
thinner than a voxel is missed, between chords too: chords of exponential distribution come out half a voxel too long.
"""

import math
from dataclasses import dataclass

import numpy as np

from electrode_homog.compiled import Team
from electrode_homog.errors import InputError
from electrode_homog.microstructure.microstructure import Microstructure

Three = tuple[float, float, float]
ThreeArrays = tuple[np.ndarray, np.ndarray, np.ndarray]
_COUNTED_AT_ONCE = 2**22  # voxels


@dataclass(frozen=True, eq=False)
class ChordCounts:
    """The runs of every phase along x, y, z, by their length in voxels.

    `whole` and `cut` hold for each axis of n voxels an array (phases, n + 1) of numbers of runs: those inside, and
    those that touch the border.
    """

    phases: tuple[str, ...]
    shape: tuple[int, int, int]
    voxel_size_m: Three
    whole: ThreeArrays
    cut: ThreeArrays

    def __post_init__(self):
        for name in ("whole", "cut"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))

    def place(self, phase: str) -> int:
        """Row of a phase in the arrays. Raises InputError if there is no such phase."""
        if phase not in self.phases:
            raise InputError(f"no phase {phase!r}; the phases are {', '.join(map(repr, self.phases))}")
        return self.phases.index(phase)


@dataclass(frozen=True, eq=False)
class ChordLengths:
    """Chords of one phase along x, y, z.

    `mean_m` is infinite along an axis where no chord ends. `length_m` are the lengths of one, two, … voxels up to the
    longest chord that was seen whole, and `share` the share of chords (by number) that are so long; both are empty
    where none was.
    """

    phase: str
    fraction: float
    mean_m: Three
    ends_per_m: Three
    length_m: ThreeArrays
    share: ThreeArrays

    def __post_init__(self):
        for name in ("length_m", "share"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))

    @property
    def share_of_length(self) -> ThreeArrays:
        """The distribution weighted by length: the chord through a point of the phase taken at random."""
        x, y, z = (
            share * length / max(float(share @ length), np.finfo(float).tiny)
            for share, length in zip(self.share, self.length_m, strict=True)
        )
        return x, y, z


@dataclass(frozen=True, eq=False)
class LinealPath:
    """Probability that a segment along x, y, z lies in the phase, ends included, for its length `lags_m`.

    Torquato & Lu (1992), Phys. Rev. A 45, 922. It begins with the fraction at length 0, the lags are whole voxels
    between the centres of the two end voxels, and stop where no such segment was found.
    """

    phase: str
    lags_m: ThreeArrays
    probability: ThreeArrays

    def __post_init__(self):
        for name in ("lags_m", "probability"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))


def count_chords(electrode: Microstructure) -> ChordCounts:
    """Runs of all phases in all three directions, in one walk over the image, a few planes at a time."""
    nx, ny, nz = electrode.image.shape
    counts = [np.zeros((2, len(electrode.phases), n + 1), dtype=np.int64) for n in (nx, ny, nz)]
    before = electrode.phases_of_planes(0, 1)[0].copy()
    begin = np.zeros((ny, nz), dtype=np.int32)
    planes = max(1, _COUNTED_AT_ONCE // (ny * nz))
    with Team() as team:
        for first in range(0, nx, planes):
            numbers = electrode.phases_of_planes(first, min(first + planes, nx))
            for axis, found in enumerate(_of_planes(team, numbers, before, first, begin, counts)):
                counts[axis] += found
    for phase in range(len(electrode.phases)):
        counts[0][0, phase] += np.bincount(nx - begin[before == phase], minlength=nx + 1)
    cut, whole = ((x, y, z) for x, y, z in zip(*counts, strict=True))
    return ChordCounts(tuple(electrode.phases), (nx, ny, nz), electrode.image.voxel_size_m, whole, cut)


def chord_lengths(counts: ChordCounts, phase: str) -> ChordLengths:
    """Mean and distribution of the chords of a phase. Raises InputError if there is no such phase."""
    place = counts.place(phase)
    mean, ends, length, share = [], [], [], []
    for axis, (n, edge) in enumerate(zip(counts.shape, counts.voxel_size_m, strict=True)):
        whole, cut = counts.whole[axis][place], counts.cut[axis][place]
        rows = math.prod(counts.shape) // n
        fraction = float((whole + cut) @ np.arange(n + 1)) / (rows * n)
        ended = 2 * whole.sum() + cut[:n].sum()  # a run from border to border has no end
        ends.append(float(ended / (rows * (n - 1) * edge)) if n > 1 else 0.0)
        mean.append(2 * fraction / ends[-1] if ends[-1] > 0 else math.inf)
        seen = np.flatnonzero(whole)
        voxels = np.arange(1, seen[-1] + 1 if seen.size else 1)
        weighted = whole[voxels] / (n - 1 - voxels)
        length.append(voxels * edge)
        share.append(weighted / max(weighted.sum(), np.finfo(float).tiny))
    return ChordLengths(phase, fraction, _three(mean), _three(ends), _three(length), _three(share))


def lineal_path(counts: ChordCounts, phase: str) -> LinealPath:
    """Lineal path of a phase; a run of m voxels holds m - s segments of lag s. Raises InputError for no such phase."""
    place = counts.place(phase)
    lags, probability = [], []
    for axis, (n, edge) in enumerate(zip(counts.shape, counts.voxel_size_m, strict=True)):
        runs = counts.whole[axis][place] + counts.cut[axis][place]
        at_least = np.cumsum(runs[::-1])[::-1]
        segments = np.cumsum(at_least[:0:-1])[::-1]  # of lag 0, 1, ... n - 1
        found = max(1, np.count_nonzero(segments))
        places = math.prod(counts.shape) // n * (n - np.arange(found))
        lags.append(np.arange(found) * edge)
        probability.append(segments[:found] / places)
    return LinealPath(phase, _three(lags), _three(probability))


def _of_planes(
    team: Team, numbers: np.ndarray, before: np.ndarray, first: int, begin: np.ndarray, counts: list[np.ndarray]
) -> list[np.ndarray]:
    """Runs along x, y, z that end in some planes; each slab counts into arrays of its own."""
    from electrode_homog.microstructure import chord_kernels

    def within(start: int, stop: int) -> list[np.ndarray]:
        found = [np.zeros_like(counts[1]), np.zeros_like(counts[2])]
        chord_kernels.count_within(start, stop, numbers, np.empty(begin.shape[1], dtype=np.int32), *found)
        return found

    def across(start: int, stop: int) -> np.ndarray:
        found = np.zeros_like(counts[0])
        chord_kernels.count_across(start, stop, numbers, before, first, begin, found)
        return found

    along_x = team.run(across, team.shares(begin.shape[0]))
    along_y, along_z = zip(*team.run(within, team.shares(numbers.shape[0])), strict=True)
    return [np.sum(found, axis=0) for found in (along_x, along_y, along_z)]


def _three(values: list) -> tuple:
    x, y, z = values
    return x, y, z


def _read_only(arrays: ThreeArrays) -> ThreeArrays:
    views = [np.asarray(array).view() for array in arrays]
    for view in views:
        view.flags.writeable = False
    return _three(views)
