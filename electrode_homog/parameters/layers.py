"""An electrode that is graded through its thickness: layers, uniform each, from the current collector to the separator.

Along x, layers are in series: volume fractions and areas have arithmetic means over the thickness, transport
efficiencies B harmonic ones, because the same flux passes through all of them.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.parameters.problem import Problem, raise_problems, shown

SUM_TOLERANCE = 1e-9
"""Of the thickness fractions, whose sum is 1."""

VOIGT_REMEDY = "B = effective / bulk conductivity of the layer cannot exceed the volume that conducts"


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
        given = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}
        problems = [problem for name, value in given.items() for problem in _list_problems(name, value)]
        raise_problems("layers", problems)
        for name, value in given.items():
            object.__setattr__(self, name, tuple(float(item) for item in value))
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
            problem = f"lists must have one entry per layer, not {text}"
            return [Problem(problem, key="thickness_fractions", value=text, remedy="make them equally long")]
        return []

    def _problems(self) -> list[Problem]:
        problems = []
        for field in fields(self):
            values = getattr(self, field.name)
            if values is not None and min(values) <= 0:
                layer = 1 + values.index(min(values))
                text = f"{field.name} = {min(values):g} of layer {layer} must be positive"
                problems.append(Problem(text, True, key=field.name, value=min(values), remedy="correct that entry"))
        total = sum(self.thickness_fractions)
        if abs(total - 1) > SUM_TOLERANCE:
            text = f"thickness_fractions add up to {total:.12g}, not 1"
            remedy = "divide each by their sum, if they are lengths"
            problems.append(Problem(text, True, "thickness_fractions", total, "1", remedy))
        for number, (porosity, active, B) in enumerate(
            zip(self.porosity, self.active_fraction, self.electrolyte_efficiency, strict=True), start=1
        ):
            if porosity + active > 1 + 1e-6:
                text = f"porosity {porosity:g} + active_fraction {active:g} = {porosity + active:g} of layer {number}"
                about = ("porosity", porosity + active, "1", "correct one of them")
                problems.append(Problem(f"{text} is above 1", True, *about))
            if porosity * (1 + 1e-12) < B:
                text = f"electrolyte_efficiency {B:g} of layer {number} is above its porosity {porosity:g}"
                about = ("electrolyte_efficiency", B, "1", VOIGT_REMEDY)
                problems.append(Problem(f"{text} (Voigt bound)", True, *about))
        return problems


def _list_problems(name: str, value: Any) -> list[Problem]:
    about: dict[str, Any] = {"key": name, "value": shown(value), "remedy": "give a list of numbers, one per layer"}
    try:
        numbers = [float(item) for item in value if not isinstance(item, bool | str)]
        if len(numbers) != len(value):
            raise TypeError
    except (TypeError, ValueError, OverflowError):
        return [Problem(f"{name} = {shown(value)} must be a list of numbers, one per layer", **about)]
    if not np.all(np.isfinite(numbers)):
        return [Problem(f"{name} has values that are not finite", True, **about)]
    return []
