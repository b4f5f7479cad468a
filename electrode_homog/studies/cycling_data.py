"""A measured record of a cell: time, current, voltage and perhaps temperature.

Inside the package the current is discharge-positive, as in PyBaMM. Cyclers and the Battery Data Format mostly
count charge as positive: `read_cycling_data` turns the sign once, told by the caller and checked by the voltage.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError

VOLTAGE_RANGE_V = (-1.0, 6.0)  # any lithium cell, reversal included; a value in millivolts lies far outside
TEMPERATURE_RANGE_K = (200.0, 430.0)  # -73 to 157 degC: outside, the unit or a sentinel is the likelier reason
_FLOWING = 0.05  # share of the largest current below which a row counts as rest: offsets reach 0.4 %
_CONSTANT = 0.02  # departure from the median that still counts as constant; switching transients reach 10 %


@dataclass(frozen=True, eq=False)
class CyclingData:
    """A record with `current_A` discharge-positive and `time_s` strictly increasing; all arrays are (n,), n >= 2.

    `temperature_K` is None where none was measured. `source` says where the record comes from.
    """

    time_s: np.ndarray
    current_A: np.ndarray
    voltage_V: np.ndarray
    temperature_K: np.ndarray | None = None
    source: str = "unknown"

    def __post_init__(self):
        for name in ("time_s", "current_A", "voltage_V", "temperature_K"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, self._checked(name, value))
        check_range(self.voltage_V, VOLTAGE_RANGE_V, f"voltage_V of {self.source}", "millivolts?")
        if self.temperature_K is not None:
            check_range(self.temperature_K, TEMPERATURE_RANGE_K, f"temperature_K of {self.source}", "Celsius?")
        steps = np.diff(self.time_s)
        if (steps <= 0).any():
            row = int(np.argmax(steps <= 0)) + 1
            raise InputError(
                f"time_s of {self.source} is not strictly increasing: {(steps == 0).sum()} repeated time stamps and "
                f"{(steps < 0).sum()} steps back, first at row {row} ({self.time_s[row]:g} s)"
            )

    def _checked(self, name: str, value) -> np.ndarray:
        array = np.array(value, dtype=float)
        if array.ndim != 1 or array.size < 2 or array.size != np.size(self.time_s):
            raise InputError(
                f"{name} of {self.source} has shape {array.shape}; the arrays must be (n,), n >= 2, as long as "
                f"time_s {np.shape(self.time_s)}"
            )
        if not np.isfinite(array).all():
            row = int(np.argmin(np.isfinite(array)))
            raise InputError(f"{name}[{row}] = {array[row]} of {self.source} is not a number")
        array.flags.writeable = False
        return array

    @property
    def discharged_Ah(self) -> np.ndarray:
        """(n,) charge taken out since the first row, by the trapezoidal rule."""
        steps = np.diff(self.time_s) * (self.current_A[1:] + self.current_A[:-1]) / 2
        return np.concatenate([[0.0], np.cumsum(steps)]) / 3600

    @property
    def sha256(self) -> str:
        """Of the numbers, so that a fit can say exactly what it was made to."""
        digest = hashlib.sha256()
        for array in (self.time_s, self.current_A, self.voltage_V, self.temperature_K):
            digest.update(b"none" if array is None else array.astype("<f8").tobytes())
        return digest.hexdigest()

    def between(self, start_s: float, end_s: float) -> "CyclingData":
        """The rows with start_s <= time_s <= end_s, their times unchanged."""
        rows = (self.time_s >= start_s) & (self.time_s <= end_s)
        if rows.sum() < 2:
            raise InputError(
                f"{self.source} has {rows.sum()} rows between {start_s:g} and {end_s:g} s; its record runs from "
                f"{self.time_s[0]:g} to {self.time_s[-1]:g} s"
            )
        return self._rows(rows, zero_s=0.0, source=f"{self.source}, {start_s:g} to {end_s:g} s")

    def first_discharge(self) -> "CyclingData":
        """The first constant-current discharge; its time counts from the moment at which the current came on.

        Rest or charge before it is dropped. So are rows of the switching transient at its beginning and end
        whose current is more than 2 % off the median; the clock counts through them. Raises InputError where
        there is no discharge or its current is not constant.
        """
        if self.current_A.max() <= _FLOWING * np.abs(self.current_A).max():
            raise InputError(f"{self.source} has no discharge: its largest current is {self.current_A.max():g} A")
        flowing = self.current_A > _FLOWING * self.current_A.max()
        onset = int(np.argmax(flowing))
        end = onset + int(np.argmin(flowing[onset:])) if not flowing[onset:].all() else flowing.size
        median = np.median(self.current_A[onset:end])
        steady = np.flatnonzero(np.abs(self.current_A[onset:end] / median - 1) <= _CONSTANT) + onset
        rows = np.arange(steady[0], steady[-1] + 1) if steady.size else steady
        if rows.size < 10 or steady.size < 0.99 * (end - onset) - 2:
            raise InputError(
                f"the discharge of {self.source} from {self.time_s[onset]:g} to {self.time_s[end - 1]:g} s is not at "
                f"constant current: {steady.size} of {end - onset} rows lie within {_CONSTANT:.0%} of its median "
                f"{median:g} A (at least 10 rows, and all but 2 and 1 %, are needed)"
            )
        return self._rows(rows, zero_s=float(self.time_s[onset]), source=f"{self.source}, first discharge")

    def _rows(self, rows: np.ndarray, *, zero_s: float, source: str) -> "CyclingData":
        return CyclingData(
            self.time_s[rows] - zero_s,
            self.current_A[rows],
            self.voltage_V[rows],
            None if self.temperature_K is None else self.temperature_K[rows],
            source,
        )


def check_range(values: np.ndarray, limits: tuple[float, float], name: str, remedy: str) -> None:
    """Raise OutOfRangeError for the first value outside `limits`, with its row and a likely reason."""
    outside = ~((values >= limits[0]) & (values <= limits[1]))
    if outside.any():
        row = int(np.argmax(outside))
        raise OutOfRangeError(
            f"{name}: {values[row]:g} in row {row} is outside {limits[0]:g} to {limits[1]:g}; {remedy}"
        )
