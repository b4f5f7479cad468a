"""From grey values to phases, and to what the phases would be at slightly different thresholds.

Labels are 0, 1, 2, ... from dark to bright. Images at other thresholds are computed when asked for: only the grey image
and the labels at the thresholds themselves are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import assert_never

import numpy as np

from electrode_homog.compiled import Team
from electrode_homog.errors import InputError
from electrode_homog.images.grey_image import GreyImage
from electrode_homog.images.segmentation.overlapping_slabs import filtered_by_slabs
from electrode_homog.images.segmentation.thresholds import Thresholds
from electrode_homog.images.segmentation.watershed import watershed_labels
from electrode_homog.images.voxel_image import VoxelImage


@dataclass(frozen=True)
class ByThreshold:
    """Each voxel by its own grey value alone."""


@dataclass(frozen=True)
class MarkerWatershed:
    """Voxels of `sure_ranges`, (lowest, highest) grey value of each phase from dark to bright, are markers that flood.

    An intermediate phase starts from cores: cubes of 2 `core_radius_voxels` + 1 voxels, all in its range. See
    `watershed.py`; `sure_ranges(thresholds)` makes the ranges. Ends may be infinite.
    """

    sure_ranges: tuple[tuple[float, float], ...]
    core_radius_voxels: int = 1

    def __post_init__(self):
        edges = [edge for pair in self.sure_ranges for edge in pair]
        rising = all(low <= high for low, high in self.sure_ranges) and all(
            a[1] < b[0] for a, b in pairwise(self.sure_ranges)
        )
        if len(self.sure_ranges) < 2 or np.isnan(edges).any() or not rising:
            raise InputError(
                f"sure_ranges = {self.sure_ranges} are not two or more (lowest, highest), apart and from dark to bright"
            )
        radius = self.core_radius_voxels
        if isinstance(radius, bool) or not isinstance(radius, int) or not 0 <= radius <= 10:
            raise InputError(f"core_radius_voxels = {radius!r} is not a whole number from 0 to 10")


_MANY_SANDWICHED = 0.3  # of an intermediate phase
Assignment = ByThreshold | MarkerWatershed


@dataclass(frozen=True)
class FractionIntervals:
    """Volume fractions of the phases, dark to bright, when thresholds move by their uncertainty.

    `lowered[k]` and `raised[k]` are all fractions when only threshold k moves. `lowest` and `highest` add the
    worst of these for each phase: for labels by threshold exactly the extremes over all shifts.
    """

    nominal: tuple[float, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    lowered: tuple[tuple[float, ...], ...]
    raised: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class SegmentationRecord:
    """What was done and how sure it is, without the voxels: for an error budget, and for JSON.

    `source` names the scan and every step; the other fields are those of the `Segmentation`.
    """

    source: str
    thresholds: Thresholds
    fractions: FractionIntervals
    sandwiched: tuple[float, ...]
    cautions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Segmentation:
    """`image` has the labels at `thresholds`, `fractions` the share of each phase; made by `segmented`.

    `sandwiched` is the share of each phase's voxels that have both a darker and a brighter phase among their 26
    neighbours: a blurred face between those two looks like that, and so does a film one voxel thick.
    """

    grey: GreyImage
    thresholds: Thresholds
    assignment: Assignment
    image: VoxelImage
    fractions: tuple[float, ...]
    sandwiched: tuple[float, ...]

    @property
    def cautions(self) -> tuple[str, ...]:
        """Sentences on what speaks against the thresholds or the labels."""
        shells = [
            f"{share:.0%} of the voxels of phase {phase} touch a darker and a brighter phase: blurred faces between "
            "those two look the same, and so does a film as thin as that. A marker watershed takes away both: compare."
            for phase, share in enumerate(self.sandwiched)
            if share > _MANY_SANDWICHED and isinstance(self.assignment, ByThreshold)
        ]
        return (*self.thresholds.cautions, *shells)

    def record(self) -> SegmentationRecord:
        """All but the voxels; costs what `fraction_intervals` does."""
        fractions = self.fraction_intervals()
        return SegmentationRecord(self.image.source, self.thresholds, fractions, self.sandwiched, self.cautions)

    def at(self, values: Sequence[float]) -> VoxelImage:
        """The image at other thresholds; markers' ranges move along. Raises InputError unless as many and rising."""
        if len(values) != len(self.thresholds.values) or not (np.diff([-np.inf, *values, np.inf]) > 0).all():
            raise InputError(f"thresholds {tuple(values)} are not {len(self.thresholds.values)} rising numbers")
        labels = _labels(self.grey, values, _moved(self.assignment, self.thresholds, values))
        text = ", ".join(f"{value:.6g}" for value in values)
        return VoxelImage(labels, self.grey.voxel_size_m, f"{self.image.source}; thresholds moved to {text}")

    def shifted(self, steps: Sequence[float]) -> VoxelImage:
        """The image with threshold k moved by steps[k] times its uncertainty: (-1, 0) lowers the first of two."""
        if len(steps) != len(self.thresholds.values):
            raise InputError(f"steps = {tuple(steps)} are not one number for each threshold {self.thresholds.values}")
        return self.at((np.array(self.thresholds.values) + np.multiply(steps, self.thresholds.uncertainty)).tolist())

    def lower(self) -> VoxelImage:
        """The image with all thresholds lowered by their uncertainty: the most of the brightest phase."""
        return self.shifted([-1.0] * len(self.thresholds.values))

    def upper(self) -> VoxelImage:
        """The image with all thresholds raised by their uncertainty: the most of the darkest phase."""
        return self.shifted([1.0] * len(self.thresholds.values))

    def fraction_intervals(self) -> FractionIntervals:
        """What the thresholds leave open; costs two segmentations for each of them.

        Partial volume that passes for an intermediate phase is not in it, nor is the core radius of a watershed.
        """
        moves = np.eye(len(self.thresholds.values))
        lowered, raised = (
            [_fractions(self.shifted((sign * move).tolist()).labels, len(self.fractions)) for move in moves]
            for sign in (-1, 1)
        )
        changes = np.array([lowered, raised]) - self.fractions
        nominal = np.array(self.fractions)
        lowest = nominal + np.minimum(changes.min(axis=0), 0).sum(axis=0)
        highest = nominal + np.maximum(changes.max(axis=0), 0).sum(axis=0)
        return FractionIntervals(
            nominal=self.fractions,
            lowest=tuple(np.clip(lowest, 0, 1).tolist()),
            highest=tuple(np.clip(highest, 0, 1).tolist()),
            lowered=tuple(lowered),
            raised=tuple(raised),
        )


def segmented(grey: GreyImage, thresholds: Thresholds, assignment: Assignment) -> Segmentation:
    """Labels 0, 1, 2, ... from dark to bright; the source of the image says how they were found.

    Raises InputError if the ranges of a watershed do not lie on either side of the thresholds or a phase has no marker.
    """
    labels = _labels(grey, thresholds.values, assignment)
    source = f"{grey.source}; {thresholds.method} at {thresholds}{_how(assignment)}"
    fractions = _fractions(labels, len(thresholds.values) + 1)
    image = VoxelImage(labels, grey.voxel_size_m, source)
    return Segmentation(grey, thresholds, assignment, image, fractions, _sandwiched(labels, len(fractions)))


def sure_ranges(thresholds: Thresholds, *, unsure_share: float = 0.3) -> tuple[tuple[float, float], ...]:
    """Grey values of each phase that are sure: all but `unsure_share` of the way from a threshold to a class median.

    The darkest and the brightest go on without end. Raises InputError for a share that is not above 0 and below 1.
    """
    if not 0 < unsure_share < 1:
        raise InputError(f"unsure_share = {unsure_share!r} is not above 0 and below 1; 0.3 is usual")
    medians = thresholds.class_medians
    ends = [value + unsure_share * (median - value) for value, median in zip(thresholds.values, medians, strict=False)]
    starts = [
        value + unsure_share * (median - value) for value, median in zip(thresholds.values, medians[1:], strict=True)
    ]
    return tuple(zip([-np.inf, *starts], [*ends, np.inf], strict=True))


def _labels(grey: GreyImage, values: Sequence[float], assignment: Assignment) -> np.ndarray:
    match assignment:
        case ByThreshold():
            return _labels_by_threshold(grey.values, values)
        case MarkerWatershed(ranges, core_radius):
            apart = len(ranges) == len(values) + 1 and all(
                below[1] <= value <= above[0] for value, (below, above) in zip(values, pairwise(ranges), strict=True)
            )
            if not apart:
                raise InputError(f"sure_ranges = {ranges} do not lie on either side of the thresholds {tuple(values)}")
            return watershed_labels(grey.values, grey.voxel_size_m, ranges, core_radius)
        case _:
            assert_never(assignment)


def _labels_by_threshold(values: np.ndarray, thresholds: Sequence[float]) -> np.ndarray:
    """uint8: how many thresholds each value reaches."""
    labels = np.zeros(values.shape, np.uint8)

    def work(start: int, stop: int) -> None:
        for plane in range(start, stop):
            for threshold in thresholds:
                labels[plane] += values[plane] >= np.float64(threshold)

    with Team() as team:
        team.run(work, team.shares(values.shape[0]))
    return labels


def _moved(assignment: Assignment, thresholds: Thresholds, values: Sequence[float]) -> Assignment:
    """Sure ranges on a scale of grey values that is stretched with the thresholds, so that their order is kept.

    Class medians stay where they are, so that what is typical of a phase remains its marker; unless a threshold
    passes one of them.
    """
    match assignment:
        case ByThreshold():
            return assignment
        case MarkerWatershed(ranges, core_radius):
            edges, (old, new) = np.array(ranges, float), _anchors(thresholds, values)
            inner = np.interp(edges, old, new)
            moved = np.where(edges < old[0], edges + (new[0] - old[0]), inner)
            moved = np.where(edges > old[-1], edges + (new[-1] - old[-1]), moved)
            return MarkerWatershed(tuple((low, high) for low, high in moved.tolist()), core_radius)
        case _:
            assert_never(assignment)


def _anchors(thresholds: Thresholds, values: Sequence[float]) -> tuple[list[float], list[float]]:
    """The thresholds and what becomes of them, between class medians that stay."""
    medians = thresholds.class_medians
    old, new = (
        [*(place for pair in zip(medians, cuts, strict=False) for place in pair), medians[-1]]
        for cuts in (thresholds.values, values)
    )
    if all(a < b for scale in (old, new) for a, b in pairwise(scale)):
        return old, new
    return list(thresholds.values), list(values)


def _fractions(labels: np.ndarray, phases: int) -> tuple[float, ...]:
    counts = np.zeros(phases, np.int64)
    for plane in labels:
        counts += np.bincount(plane.ravel(), minlength=phases)
    return tuple((counts / labels.size).tolist())


def _sandwiched(labels: np.ndarray, phases: int) -> tuple[float, ...]:
    from scipy.ndimage import maximum_filter, minimum_filter

    def between(part: np.ndarray) -> np.ndarray:
        return (minimum_filter(part, 3) < part) & (maximum_filter(part, 3) > part)

    found = np.empty(labels.shape, bool)
    with Team() as team:
        filtered_by_slabs(between, labels, 1, found, team)
    counts = [(np.count_nonzero(found & (labels == k)), np.count_nonzero(labels == k)) for k in range(phases)]
    return tuple(part / whole if whole else 0.0 for part, whole in counts)


def _how(assignment: Assignment) -> str:
    match assignment:
        case ByThreshold():
            return ""
        case MarkerWatershed(ranges, core_radius):
            shown = ", ".join(f"[{low:.6g}, {high:.6g}]" for low, high in ranges)
            return f"; marker watershed, sure ranges {shown}, cores of {2 * core_radius + 1}³ voxels"
        case _:
            assert_never(assignment)
