"""The range in which a quantity is usually found; outside is a warning."""

from dataclasses import dataclass

from electrode_homog.parameters.checking import Slip
from electrode_homog.parameters.problem import Problem, oddity


@dataclass(frozen=True)
class Usual:
    """Of one key; a slip of unit is suggested if it brings the value into the range."""

    key: str
    unit: str
    low: float
    high: float
    slips: tuple[Slip, ...] = ()

    def problems(self, value: float, *, text: str = "") -> list[Problem]:
        """A warning, or none; `text` says what the value is where the key does not."""
        if self.low <= value <= self.high:
            return []
        unit = "" if self.unit == "1" else f" {self.unit}"
        said = f"{text or self.key} = {value:.4g}{unit} is unusual: {self.low:g} to {self.high:g}{unit} are published"
        remedy = "check the value and its unit"
        for slip in self.slips:
            right = value * slip.factor + slip.offset
            if self.low <= right <= self.high:
                remedy = f"{slip.name}? then write {right:g}"
        return [oddity(self.key, said, value, self.unit, remedy)]
