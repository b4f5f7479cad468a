"""An electrode that is graded through its thickness: layers, uniform each, from the current collector to the separator.

Along x, layers are in series: volume fractions and areas have arithmetic means over the thickness, transport
efficiencies B harmonic ones, because the same flux passes through all of them.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.parameters.checking import Problem, raise_problems

SUM_TOLERANCE = 1e-9
"""Of the thickness fractions, whose sum is 1."""


@dataclass(frozen=True)
class Layers:
    """Layers of an electrode; all fields are (n,), the first entry is at the current collector.

    `thickness_fractions` are shares of the thickness of the electrode and add up to 1. `solid_efficiency` multiplies
    the electrode's `conductivity_S_m`; where that is effective already, the harmonic mean is 1 and single layers may
    exceed it. `surface_area_per_m` is the reacting surface per volume of the layer; None where it goes with the
    active fraction. Raises InputError for what is not a list of numbers, OutOfRangeError for what is not physical.
    """

    thickness_fractions: tuple[float, ...]
    porosity: tuple[float, ...]
    active_fraction: tuple[float, ...]
    electrolyte_efficiency: tuple[float, ...]
    solid_efficiency: tuple[float, ...]
    surface_area_per_m: tuple[float, ...] | None = None

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                object.__setattr__(self, field.name, _numbers(field.name, value))
        raise_problems("layers", self._length_problems() or self._problems())

    @property
    def count(self) -> int:
        return len(self.thickness_fractions)

    @property
    def boundaries(self) -> np.ndarray:
        """(n + 1,): from 0 at the current collector to 1 at the separator."""
        inner = np.cumsum(self.thickness_fractions)[:-1]
        return np.array([0.0, *inner, 1.0])

    def mean(self, name: str) -> float:
        """The value of the whole electrode: harmonic for transport efficiencies, else arithmetic."""
        values = np.array(getattr(self, name))
        shares = np.array(self.thickness_fractions) / np.sum(self.thickness_fractions)
        if name.endswith("_efficiency"):
            return float(1 / np.sum(shares / values))
        return float(np.sum(shares * values))

    def resampled(self, boundaries: np.ndarray) -> "Layers":
        """The same electrode in other layers, (m + 1,) from 0 to 1; every mean is kept.

        Raises InputError unless the boundaries increase from 0 to 1.
        """
        edges = np.asarray(boundaries, float)
        if edges.ndim != 1 or edges.size < 2 or edges[0] != 0 or edges[-1] != 1 or not np.all(np.diff(edges) > 0):
            raise InputError(f"boundaries = {boundaries!r:.60} must increase from 0 to 1")
        overlap = np.clip(
            np.minimum(edges[1:, None], self.boundaries[None, 1:])
            - np.maximum(edges[:-1, None], self.boundaries[None, :-1]),
            0,
            None,
        )
        shares = overlap / overlap.sum(axis=1, keepdims=True)
        values: dict[str, Any] = {"thickness_fractions": tuple(np.diff(edges))}
        for field in fields(self)[1:]:
            old = getattr(self, field.name)
            if old is not None:
                harmonic = field.name.endswith("_efficiency")
                values[field.name] = tuple(1 / (shares @ (1 / np.array(old))) if harmonic else shares @ np.array(old))
        return Layers(**values)

    def _length_problems(self) -> list[Problem]:
        lengths = {f.name: len(getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) is not None}
        if len(set(lengths.values())) > 1 or not self.thickness_fractions:
            text = ", ".join(f"{name} {length}" for name, length in lengths.items())
            return [Problem(f"lists must have one entry per layer, not {text}")]
        return []

    def _problems(self) -> list[Problem]:
        problems = []
        for field in fields(self):
            values = getattr(self, field.name)
            if values is not None and min(values) <= 0:
                layer = 1 + values.index(min(values))
                problems.append(Problem(f"{field.name} = {min(values):g} of layer {layer} must be positive", True))
        total = sum(self.thickness_fractions)
        if abs(total - 1) > SUM_TOLERANCE:
            problems.append(Problem(f"thickness_fractions add up to {total:.12g}, not 1", True))
        for number, (porosity, active, B) in enumerate(
            zip(self.porosity, self.active_fraction, self.electrolyte_efficiency, strict=True), start=1
        ):
            if porosity + active > 1 + 1e-6:
                text = f"porosity {porosity:g} + active_fraction {active:g} = {porosity + active:g} of layer {number}"
                problems.append(Problem(f"{text} is above 1", True))
            if porosity * (1 + 1e-12) < B:
                text = f"electrolyte_efficiency {B:g} of layer {number} is above its porosity {porosity:g}"
                problems.append(Problem(f"{text} (Voigt bound)", True))
        return problems


def _numbers(name: str, value: Any) -> tuple[float, ...]:
    try:
        numbers = tuple(float(item) for item in value if not isinstance(item, bool | str))
        if len(numbers) != len(value):
            raise TypeError
    except (TypeError, ValueError):
        raise InputError(f"layers: {name} = {value!r:.60} must be a list of numbers, one per layer") from None
    if not np.all(np.isfinite(numbers)):
        raise OutOfRangeError(f"layers: {name} has values that are not finite")
    return numbers
