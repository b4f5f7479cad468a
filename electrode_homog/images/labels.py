"""From numbers in a file to labels: whole, >= 0, few enough to be a segmentation, in the smallest type."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import check_memory

MOST_LABELS = 32  # phases of an electrode are a handful; a grey-value scan has hundreds
_BLOCK = 2**22  # voxels examined at once, so that counting needs little memory
_STOP = 4096  # distinct values after which counting further would only cost memory


class LabelCount:
    """The labels of an image that comes in parts, each judged as it comes."""

    def __init__(self, path: Path):
        self.path = path
        self.voxels: Counter = Counter()  # label -> voxels

    def add(self, array: np.ndarray) -> None:
        """Count one part (nx, ny, nz); InputError for values that are not labels, or too many of them."""
        path = self.path
        if array.ndim != 3 or array.size == 0:
            raise InputError(f"{path}: shape {array.shape} is not (nx, ny, nz) with a voxel in it")
        if array.dtype.kind not in "biuf":
            raise InputError(f"{path}: values are of type {array.dtype}, not numbers")
        unfinished = self._count(array)
        counts = self.voxels
        lowest, highest = min(counts), max(counts)
        if lowest < 0:
            share = sum(n for value, n in counts.items() if value < 0) / counts.total()
            raise InputError(
                f"{path}: labels go down to {lowest:g} ({share:.2%} of the voxels are negative); labels are >= 0"
            )
        if len(counts) > MOST_LABELS:
            common = ", ".join(f"{value:g} ({n / counts.total():.1%})" for value, n in counts.most_common(10))
            found = f"{len(counts)} or more" if unfinished else f"{len(counts)}"
            raise InputError(f"{path}: {found} distinct values. Not segmented? The ten commonest: {common}")
        if array.dtype.kind == "f" and highest > 2**53:
            raise InputError(f"{path}: label {highest:g} is beyond the whole numbers that {array.dtype} holds exactly")

    def converted(self, array: np.ndarray) -> np.ndarray:
        """The array in the smallest unsigned type for the labels counted so far; itself if it has that type."""
        smallest = np.min_scalar_type(int(max(self.voxels)))
        if array.dtype == bool or (array.dtype.kind == "u" and array.dtype == smallest and array.dtype.isnative):
            return array
        check_memory(self.path, array.shape, smallest.itemsize)
        return array.astype(smallest)

    def _count(self, array: np.ndarray) -> bool:
        """Add value -> voxels; True if it stopped early, where the first blocks hold thousands of values already."""
        for block in _blocks(array):
            if block.dtype.kind == "f":
                _check_whole(self.path, block)
            if block.dtype == np.uint8 or block.dtype == bool:
                per_value = np.bincount(block.ravel(order="K").view(np.uint8), minlength=256)
                values = np.flatnonzero(per_value)
                found = per_value[values]
            else:
                values, found = np.unique(block, return_counts=True)
            self.voxels.update(dict(zip(values.tolist(), found.tolist(), strict=True)))
            if len(self.voxels) > _STOP:
                return True
        return False


def _check_whole(path: Path, block: np.ndarray) -> None:
    """InputError unless every value is finite and whole; shows the first that is not."""
    for what, wrong in (
        ("not finite", ~np.isfinite(block)),
        ("not a whole number", block != np.floor(block)),
    ):
        if wrong.any():
            raise InputError(
                f"{path}: value {block[wrong][0]!s} is {what} ({np.count_nonzero(wrong)} or more voxels); "
                "a label is a whole number: segment, or rescale without interpolation"
            )


def _blocks(array: np.ndarray) -> Iterator[np.ndarray]:
    """Parts of a few million voxels, cut along the axes on which the memory is longest apart."""
    order = np.argsort([-abs(stride) for stride in array.strides], kind="stable")
    along = array.transpose(order)
    planes = max(1, _BLOCK // max(1, along[0].size))
    rows = max(1, _BLOCK // max(1, along.shape[2])) if planes == 1 else along.shape[1]
    for start in range(0, along.shape[0], planes):
        for first in range(0, along.shape[1], rows):
            yield along[start : start + planes, first : first + rows]
