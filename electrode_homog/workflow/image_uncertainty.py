"""How sure the numbers of an image are, as standard deviations: of the piece for the electrode, and of its labels.

A sample error says how far a value of this image may be from that of the electrode it was cut from: for volume
fractions it follows from the integral range, for effective values from the scatter of pieces of the image, s / sqrt(n).
Thresholds that are as good as the chosen one give an interval, taken as evenly likely: half of it over sqrt(3).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from electrode_homog.homogenization import EffectiveTensor, SubvolumeValues
from electrode_homog.images import FractionIntervals
from electrode_homog.microstructure import Microstructure, integral_range


@dataclass(frozen=True)
class Uncertainty:
    """A standard deviation relative to the value, None where it is not known; `text` says what it is made of."""

    relative: float | None
    text: str


def fraction_uncertainty(
    electrode: Microstructure,
    names: Sequence[str],
    *,
    known: Mapping[str, float],
    segmentation: FractionIntervals | None,
) -> Uncertainty:
    """Of the volume fraction of phases together; `known` holds relative sample errors of single phases."""
    fraction = sum(electrode.fractions[name] for name in names)
    parts: dict[str, float] = {}
    sample = known[names[0]] if len(names) == 1 and names[0] in known else _sample_error(electrode, names)
    if math.isfinite(sample):
        parts["sample error by the integral range"] = sample
    if segmentation is not None:
        labels = [label for name in names for label in electrode.labels(name)]
        parts["thresholds of the segmentation"] = _threshold_error(segmentation, labels) / fraction
    return _combined(parts, missing="the image is too small to tell its sample error")


def tensor_uncertainty(tensor: EffectiveTensor, scatter: SubvolumeValues | None) -> Uncertainty:
    """Of the entry [0, 0]; pieces that do not percolate count as 0."""
    solver = f"solver {tensor.relative_error:.1e} on these voxels"
    pieces = 0 if scatter is None else len(scatter.pieces) + scatter.blocked
    if scatter is None or pieces < 2 or not scatter.pieces:
        return Uncertainty(None, f"{solver}; sample error not known")
    values = np.concatenate([scatter.values, np.zeros(scatter.blocked)])
    relative = float(values.std(ddof=1) / math.sqrt(pieces) / values.mean())
    combined = math.hypot(relative, tensor.relative_error)
    blocked = f", {scatter.blocked} of them blocked" if scatter.blocked else ""
    return Uncertainty(combined, f"standard deviation {combined:.2g} of the value: scatter of {pieces} pieces{blocked}")


def _sample_error(electrode: Microstructure, names: Sequence[str]) -> float:
    """Relative; NaN where it has none."""
    labels = tuple(label for name in names for label in electrode.labels(name))
    rest = tuple(label for name in electrode.phases if name not in names for label in electrode.labels(name))
    if not rest:
        return math.nan
    merged = Microstructure(electrode.image, {"these": labels, "others": rest})
    return integral_range(merged, "these").relative_error


def _threshold_error(intervals: FractionIntervals, labels: Sequence[int]) -> float:
    """Standard deviation of the share of labels, which number the phases from dark to bright; thresholds move alone."""

    def share(fractions: Sequence[float]) -> float:
        return sum(fractions[label] for label in labels if label < len(fractions))

    nominal = share(intervals.nominal)
    widths = [
        max(abs(share(low) - nominal), abs(share(high) - nominal))
        for low, high in zip(intervals.lowered, intervals.raised, strict=True)
    ]
    return math.hypot(*widths) / math.sqrt(3)


def _combined(parts: Mapping[str, float], *, missing: str) -> Uncertainty:
    if not parts:
        return Uncertainty(None, missing)
    relative = math.hypot(*parts.values())
    return Uncertainty(relative, f"standard deviation {relative:.2g} of the value: {' and '.join(parts)}")
