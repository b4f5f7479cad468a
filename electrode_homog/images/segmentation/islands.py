"""Small islands of a phase, given to what surrounds them: by explicit choice, and reported.

An island is a part of a phase whose voxels are joined by faces; a closed hole in one phase is an island of another. All
are judged once, on the image as it was: islands that arise when others vanish stay. An island goes to the label with
which it shares most voxel faces, the smaller label where two are equal; faces to other islands that vanish do not
count, unless there are no others: then those islands are decided first, from the outside inwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from typing import Any

import numpy as np

from electrode_homog.compiled import slabs
from electrode_homog.errors import InputError
from electrode_homog.images.voxel_image import VoxelImage


class BorderIslands(Enum):
    """What happens to small parts that touch the border of the image, where more of them may lie outside."""

    KEEP = "keep"
    TREAT_AS_WHOLE = "treat as whole"


@dataclass(frozen=True)
class Relabelling:
    """So many islands and voxels of `label` became `new_label`."""

    label: int
    new_label: int
    islands: int
    voxels: int


@dataclass(frozen=True)
class LabelShare:
    """Volume fraction of a label before and after, and how many small islands at the border were kept."""

    label: int
    before: float
    after: float
    kept_at_border: int


@dataclass(frozen=True, eq=False)
class Cleaned:
    """`image` without its islands, and what was done: every relabelling that took place, every label's share."""

    image: VoxelImage
    relabellings: tuple[Relabelling, ...]
    shares: tuple[LabelShare, ...]

    @property
    def changed_voxels(self) -> int:
        return sum(change.voxels for change in self.relabellings)


@dataclass(frozen=True, eq=False)
class _Islands:
    """Small islands 0 ... n - 1: their label (n,), and flat place and island of each of their voxels (m,)."""

    label: np.ndarray
    place: np.ndarray
    island: np.ndarray


def without_islands(
    image: VoxelImage, *, smallest_voxels: Mapping[int, int], border: BorderIslands = BorderIslands.KEEP
) -> Cleaned:
    """Parts of label l with fewer than `smallest_voxels[l]` voxels given to their surroundings.

    Labels that are not named stay as they are. Raises InputError for a label that does not occur, a number of voxels
    that is not whole and >= 1, and where nothing but small islands is there.
    """
    labels = np.array(image.labels, order="C")
    counts = _counts(labels)
    _check_sizes(smallest_voxels, counts, image.source)
    found, kept = _small_islands(labels, smallest_voxels, border)
    new_label = _surroundings(labels, found, image.source)
    labels.reshape(-1)[found.place] = new_label[found.island]
    after = _counts(labels)
    shares = tuple(
        LabelShare(label, n / labels.size, after.get(label, 0) / labels.size, kept.get(label, 0))
        for label, n in counts.items()
    )
    changes = _relabellings(found, new_label)
    limits = ", ".join(f"{n} of label {label}" for label, n in sorted(smallest_voxels.items()))
    source = (
        f"{image.source}; islands below {limits} voxels given to their surroundings (at the border: {border.value}): "
        f"{sum(change.islands for change in changes)} islands, {found.place.size} voxels"
    )
    return Cleaned(VoxelImage(labels, image.voxel_size_m, source), changes, shares)


def _small_islands(
    labels: np.ndarray, smallest: Mapping[int, int], border: BorderIslands
) -> tuple[_Islands, dict[int, int]]:
    """The islands that vanish, label by label, and how many more of each label were kept at the border."""
    from scipy.ndimage import label as joined

    kept: dict[int, int] = {}
    owner, place, island = [np.empty(0, labels.dtype)], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    number = 0
    for label, least in sorted(smallest.items()):
        joining: Any = joined(labels == label)
        parts, last = joining
        small = _sizes(parts, last + 1) < least
        small[0] = False
        at_border = np.zeros(small.size, bool)
        if border is BorderIslands.KEEP:
            at_border[_border_values(parts)] = True
            kept[label] = int(np.count_nonzero(small & at_border))
        numbers = np.cumsum(small & ~at_border) - 1 + number
        where = np.flatnonzero((small & ~at_border)[parts])
        place.append(where)
        island.append(numbers[parts.reshape(-1)[where]])
        owner.append(np.full(int(numbers[-1]) + 1 - number, label, labels.dtype))
        number = int(numbers[-1]) + 1
    return _Islands(np.concatenate(owner), np.concatenate(place), np.concatenate(island)), kept


def _sizes(parts: np.ndarray, number: int) -> np.ndarray:
    """(number,) voxels of each part; by planes, because counting makes a copy in 64 bits."""
    sizes = np.zeros(number, np.int64)
    for first, last in slabs(parts.shape[0], -(-parts.size // 2**22)):
        sizes += np.bincount(parts[first:last].ravel(), minlength=number)
    return sizes


def _border_values(parts: np.ndarray) -> np.ndarray:
    return np.unique(np.concatenate([parts.take(end, axis).ravel() for axis in range(3) for end in (0, -1)]))


def _surroundings(labels: np.ndarray, found: _Islands, source: str) -> np.ndarray:
    """(n,) the new label of each island."""
    inside, outside, neighbour = _faces(labels, found)
    new_label, open_islands = found.label.copy(), np.ones(found.label.size, bool)
    votes = np.where(neighbour < 0, outside, -1)  # the label behind each face; -1 while that is not decided
    while open_islands.any():
        counted = open_islands[inside] & (votes >= 0)
        if not counted.any():
            raise InputError(f"{source} consists of small islands only; choose smaller numbers of voxels")
        ballots, faces = np.unique(np.stack([inside[counted], votes[counted]]), axis=1, return_counts=True)
        order = np.lexsort((ballots[1], -faces, ballots[0]))  # by island, most faces first, then the smaller label
        islands, first = np.unique(ballots[0, order], return_index=True)
        new_label[islands] = ballots[1, order[first]]
        open_islands[islands] = False
        decided = (neighbour >= 0) & ~open_islands[neighbour]
        votes[decided] = new_label[neighbour[decided]]
    return new_label


def _faces(labels: np.ndarray, found: _Islands) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(f,) faces between an island and other parts: the island, the label beyond, and the island there or -1."""
    order = np.argsort(found.place)
    places, islands = found.place[order], found.island[order]
    inside, outside, neighbour = [], [], []
    for axis, length in enumerate(labels.shape):
        stride = int(np.prod(labels.shape[axis + 1 :]))
        position = places // stride % length
        for step, last in ((-1, 0), (1, length - 1)):
            within = position != last
            beyond = places[within] + step * stride
            nearest = np.minimum(np.searchsorted(places, beyond), places.size - 1)
            there = np.where(places[nearest] == beyond, islands[nearest], -1)
            other = there != islands[within]
            inside.append(islands[within][other])
            outside.append(labels.reshape(-1)[beyond[other]].astype(np.int64))
            neighbour.append(there[other])
    return np.concatenate(inside), np.concatenate(outside), np.concatenate(neighbour)


def _relabellings(found: _Islands, new_label: np.ndarray) -> tuple[Relabelling, ...]:
    voxels = np.bincount(found.island, minlength=found.label.size).tolist()
    rows = sorted(zip(found.label.tolist(), new_label.tolist(), voxels, strict=True))
    groups = [(pair, [row[2] for row in group]) for pair, group in groupby(rows, key=lambda row: row[:2])]
    return tuple(Relabelling(old, new, len(sizes), sum(sizes)) for (old, new), sizes in groups)


def _counts(labels: np.ndarray) -> dict[int, int]:
    """Label -> voxels, for those that occur, rising."""
    values, counts = np.unique(labels, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _check_sizes(smallest: Mapping[int, int], counts: Mapping[int, int], source: str) -> None:
    if not smallest:
        raise InputError("smallest_voxels is empty; name each label whose islands are to go: {label: voxels}")
    for label, least in smallest.items():
        if isinstance(least, bool) or not isinstance(least, int) or least < 1:
            raise InputError(f"smallest_voxels[{label!r}] = {least!r} is not a whole number of voxels >= 1")
        if label not in counts:
            raise InputError(f"smallest_voxels names label {label!r}; {source} has {sorted(counts)}")
