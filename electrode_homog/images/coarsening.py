"""Fewer, larger voxels: each block of voxels becomes one. Labels by majority, grey values by their mean.

Blocks begin at voxel 0; what is left over at the far end of an axis is cut off. Both work through the image a slab at
a time, so that an image that lies in a file may be larger than memory.

A majority favours what is common: features thinner than half a block vanish, and the fraction of a sparse label falls.
That is no fault of rounding but the loss of resolution itself. Ties are another matter, and there are many of them
(27 % of the blocks of eight voxels in a random 50:50 medium): the label of one of the tied
voxels is taken, the voxel being chosen by a hash of the block's place. So each tied label wins equally often, whatever
its number, renumbering the labels renumbers the result, and the same image always gives the same result.
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from electrode_homog.errors import InputError

Three = tuple[int, int, int]
_SLAB = 2**22  # voxels worked on at once
_TIED = 2**22  # voxels of tied blocks examined at once


def three_factors(coarsen: int | Sequence[int]) -> Three:
    """One whole number >= 1 for all axes, or three; InputError otherwise."""
    values = (coarsen,) * 3 if isinstance(coarsen, (int, np.integer)) else coarsen
    if isinstance(values, (tuple, list, np.ndarray)) and len(values) == 3:
        x, y, z = values
        if all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n >= 1 for n in (x, y, z)):
            return int(x), int(y), int(z)
    raise InputError(f"coarsen = {coarsen!r} is not one or three whole numbers >= 1: voxels that become one")


def coarse_shape(shape: Sequence[int], factors: Three, source: str) -> Three:
    """Whole blocks along each axis; InputError if there is none along one of them."""
    x, y, z = (n // factor for n, factor in zip(shape, factors, strict=True))
    if 0 in (x, y, z):
        raise InputError(f"coarsen = {factors}: {source} has {tuple(shape)} voxels, less than one block")
    return x, y, z


def coarsening_note(shape: Sequence[int], factors: Three) -> str:
    """What a source says of it: the block, and the voxels that were used where some were left over."""
    used = [n // factor * factor for n, factor in zip(shape, factors, strict=True)]
    blocks = " x ".join(map(str, factors))
    cut = "" if used == list(shape) else f" of the first {' x '.join(map(str, used))} voxels"
    return f"coarsened {blocks}{cut}"


def majority_labels(labels: np.ndarray, factors: Three, *, first_blocks: Three = (0, 0, 0)) -> np.ndarray:
    """The commonest label of each block of `factors` voxels, in the type of `labels` (nx, ny, nz).

    `first_blocks` is the place of the first block in the image of which `labels` are a part: the parts of an image
    give what the whole gives.
    """
    coarse = np.empty(coarse_shape(labels.shape, factors, "the array"), labels.dtype)
    for start, slab in _slabs(labels, factors):
        x, y, z = first_blocks
        part = _commonest(slab, factors, (x + start, y, z))
        coarse[start : start + len(part)] = part
    return coarse


def mean_values(values: np.ndarray, factors: Three) -> np.ndarray:
    """The mean of each block of `factors` voxels: float64 where `values` are, float32 otherwise."""
    dtype = np.float64 if values.dtype.kind == "f" and values.dtype.itemsize > 4 else np.float32
    coarse = np.empty(coarse_shape(values.shape, factors, "the array"), dtype)
    for start, slab in _slabs(values, factors):
        total = sum(part.astype(np.float64) for _, part in _members(slab, factors))
        coarse[start : start + len(slab) // factors[0]] = total / np.prod(factors)
    return coarse


def _slabs(array: np.ndarray, factors: Three) -> Iterator[tuple[int, np.ndarray]]:
    """(first block along axis 0, the voxels of whole blocks) from the first slab to the last."""
    nx, ny, nz = (n // factor * factor for n, factor in zip(array.shape, factors, strict=True))
    thick = max(1, _SLAB // max(1, ny * nz * factors[0]))
    for start in range(0, nx // factors[0], thick):
        stop = min(nx, (start + thick) * factors[0])
        yield start, np.ascontiguousarray(array[start * factors[0] : stop, :ny, :nz])


def _members(slab: np.ndarray, factors: Three) -> Iterator[tuple[int, np.ndarray]]:
    """(number of the voxel in its block, that voxel of every block)."""
    for number, (i, j, k) in enumerate(itertools.product(*map(range, factors))):
        yield number, slab[i :: factors[0], j :: factors[1], k :: factors[2]]


def _commonest(slab: np.ndarray, factors: Three, first_blocks: Three) -> np.ndarray:
    """The commonest label of each block, ties by place."""
    shape = coarse_shape(slab.shape, factors, "the array")
    size = int(np.prod(factors))
    most, winner, tied = np.zeros(shape, np.uint32), np.empty(shape, slab.dtype), np.zeros(shape, bool)
    for label in _present(slab):
        votes = np.zeros(shape, np.uint8 if size < 256 else np.uint32)
        same = slab == label
        for _, member in _members(same, factors):
            votes += member
        tied[votes == most] = True
        better = votes > most
        most[better], winner[better], tied[better] = votes[better], label, False
    blocks = np.argwhere(tied)
    step = max(1, _TIED // size)
    for start in range(0, len(blocks), step):
        some = blocks[start : start + step]
        x, y, z = some.T
        voxels = np.stack([member[x, y, z] for _, member in _members(slab, factors)], axis=1)
        winner[x, y, z] = _drawn(voxels, some + np.array(first_blocks))
    return winner


def _present(slab: np.ndarray) -> np.ndarray:
    if slab.dtype == np.uint8:
        return np.flatnonzero(np.bincount(slab.ravel(), minlength=256)).astype(np.uint8)
    return np.unique(slab)


def _drawn(voxels: np.ndarray, places: np.ndarray) -> np.ndarray:
    """For blocks (n, voxels) at places (n, 3): the label of the voxel of lowest hash among those of a tied label."""
    votes = np.zeros(voxels.shape, np.uint32)
    for label in np.unique(voxels):
        same = voxels == label
        votes += same * same.sum(axis=1, dtype=np.uint32, keepdims=True)
    key = np.zeros(len(voxels), np.uint64)
    for place in places.T:
        key = _mixed(key ^ place.astype(np.uint64))
    keys = _mixed(key[:, None] + np.arange(voxels.shape[1], dtype=np.uint64))
    keys[votes < votes.max(axis=1, keepdims=True)] = np.iinfo(np.uint64).max
    return voxels[np.arange(len(voxels)), keys.argmin(axis=1)]


def _mixed(key: np.ndarray) -> np.ndarray:
    """Whole numbers of 64 bits, well stirred: the output function of SplitMix64 (Steele et al., OOPSLA 2014)."""
    key = key + np.uint64(0x9E3779B97F4A7C15)
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))
