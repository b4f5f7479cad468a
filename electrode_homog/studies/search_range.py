"""The interval in which a fit looks for one parameter, mapped to 0..1."""

import math
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError


@dataclass(frozen=True)
class SearchRange:
    """Linear between `low` and `high`, or logarithmic where both are positive and span more than a decade."""

    path: str
    low: float
    high: float

    def __post_init__(self):
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise InputError(f"vary[{self.path!r}] = ({self.low}, {self.high}) must be finite with low < high")

    @property
    def logarithmic(self) -> bool:
        return self.low > 0 and self.high / self.low > 10

    def unit(self, value: float) -> float:
        """Where `value` lies, 0 at `low` and 1 at `high`. Raises InputError outside."""
        if not self.low <= value <= self.high:
            raise InputError(
                f"{self.path} starts at {value:g}, outside vary = ({self.low:g}, {self.high:g}); widen the range or "
                "start from cell.with_value(...)"
            )
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value(self, unit: float) -> float:
        if self.logarithmic:
            value = self.low * (self.high / self.low) ** unit
        else:
            value = self.low + (self.high - self.low) * unit
        return float(np.clip(value, self.low, self.high))  # rounding must not leave the range

    def slope(self, unit: float) -> float:
        """d value / d unit."""
        if self.logarithmic:
            return self.value(unit) * math.log(self.high / self.low)
        return self.high - self.low
