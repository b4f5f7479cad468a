"""What is done to the cell: steps of current, voltage, rest. Discharge is positive, charge negative, everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.checking import set_number, set_positive


@dataclass(frozen=True)
class ConstantCurrent:
    """Exactly one of `c_rate` (1 = the nominal capacity in one hour) and `current_A`.

    Ends after `duration_s`, at `until_voltage_V`, or at the cut-off of the cell in the direction of the
    current, whatever comes first.
    """

    c_rate: float | None = None
    current_A: float | None = None
    duration_s: float | None = field(default=None, kw_only=True)
    until_voltage_V: float | None = field(default=None, kw_only=True)

    def __post_init__(self):
        if (self.c_rate is None) == (self.current_A is None):
            given = f"c_rate = {self.c_rate!r}, current_A = {self.current_A!r}"
            raise InputError(f"ConstantCurrent needs exactly one of c_rate and current_A, not {given}")
        for name in ("c_rate", "current_A"):
            if getattr(self, name) is not None and set_number(self, name) == 0:
                raise InputError(f"{name} = 0 is a rest; use Rest(duration_s=...)")
        set_positive(self, "duration_s", "until_voltage_V", optional=True)

    def current(self, nominal_capacity_Ah: float) -> float:
        """In ampere, discharge positive."""
        return self.current_A if self.c_rate is None else self.c_rate * nominal_capacity_Ah  # type: ignore

    def __str__(self) -> str:
        value = f"{self.c_rate:g}C" if self.c_rate is not None else f"{self.current_A:g} A"
        ends = [f"for {self.duration_s:g} s"] if self.duration_s is not None else []
        if self.until_voltage_V is not None or not ends:
            voltage = f"{self.until_voltage_V:g} V" if self.until_voltage_V is not None else "the cut-off"
            ends.append(f"until {voltage}")
        return f"{value} {' or '.join(ends)}"


@dataclass(frozen=True)
class ConstantVoltage:
    """Hold a voltage until the current has fallen to `until_current_A` (magnitude), or for `duration_s`."""

    voltage_V: float
    until_current_A: float | None = field(default=None, kw_only=True)
    duration_s: float | None = field(default=None, kw_only=True)

    def __post_init__(self):
        if self.until_current_A is None and self.duration_s is None:
            raise InputError("ConstantVoltage needs until_current_A or duration_s; else it never ends")
        set_positive(self, "voltage_V")
        set_positive(self, "until_current_A", "duration_s", optional=True)

    def __str__(self) -> str:
        ends = [f"for {self.duration_s:g} s"] if self.duration_s is not None else []
        ends += [f"until {self.until_current_A:g} A"] if self.until_current_A is not None else []
        return f"hold {self.voltage_V:g} V {' or '.join(ends)}"


@dataclass(frozen=True)
class Rest:
    """No current."""

    duration_s: float

    def __post_init__(self):
        set_positive(self, "duration_s")

    def __str__(self) -> str:
        return f"rest {self.duration_s:g} s"


@dataclass(frozen=True)
class CCCV:
    """Charge at `c_rate` to `voltage_V` (None: upper cut-off), then hold it until `cutoff_c_rate`; both positive."""

    c_rate: float
    voltage_V: float | None = None
    cutoff_c_rate: float = field(kw_only=True)

    def __post_init__(self):
        set_positive(self, "c_rate", "cutoff_c_rate")
        set_positive(self, "voltage_V", optional=True)
        if self.cutoff_c_rate >= self.c_rate:
            raise InputError(f"cutoff_c_rate = {self.cutoff_c_rate:g} must be below c_rate = {self.c_rate:g}")

    def __str__(self) -> str:
        voltage = "the upper cut-off" if self.voltage_V is None else f"{self.voltage_V:g} V"
        return f"charge {self.c_rate:g}C to {voltage}, hold until {self.cutoff_c_rate:g}C"


@dataclass(frozen=True, eq=False)  # eq=False: it holds arrays
class DriveCycle:
    """A measured current, linear between samples; ends after the last one, or at a cut-off of the cell.

    `time_s` (n,) strictly increasing from 0, `current_A` (n,) discharge positive, n >= 2; kept as read-only
    copies. A jump is two samples close in time.
    """

    time_s: np.ndarray
    current_A: np.ndarray

    def __post_init__(self):
        for name in ("time_s", "current_A"):
            try:
                values = np.array(getattr(self, name), dtype=float)
            except (TypeError, ValueError) as error:
                raise InputError(f"DriveCycle: {name} is not an array of numbers: {error}") from error
            if values.ndim != 1 or not np.all(np.isfinite(values)):
                raise InputError(f"DriveCycle: {name} of shape {values.shape} must be (n,) finite numbers")
            values.flags.writeable = False
            object.__setattr__(self, name, values)
        if self.time_s.size != self.current_A.size or self.time_s.size < 2:
            sizes = f"{self.time_s.size} and {self.current_A.size} samples"
            raise InputError(f"DriveCycle: time_s and current_A have {sizes}; they must be equal, at least 2")
        if self.time_s[0] != 0:
            raise InputError(f"DriveCycle: time_s begins at {self.time_s[0]:g} s; subtract it, it must be 0")
        wrong = np.flatnonzero(np.diff(self.time_s) <= 0)
        if wrong.size:
            i = int(wrong[0])
            raise InputError(
                f"DriveCycle: time_s does not increase from sample {i} ({self.time_s[i]:g} s) to {i + 1} "
                f"({self.time_s[i + 1]:g} s)"
            )

    def __str__(self) -> str:
        return f"drive cycle of {self.time_s.size} samples over {self.time_s[-1]:g} s"


Step = ConstantCurrent | ConstantVoltage | Rest | CCCV | DriveCycle
Protocol = Step | Sequence[Step]


def protocol_steps(protocol: Protocol) -> tuple[Step, ...]:
    """One step or several as a tuple. Raises InputError for anything else, and for an empty sequence."""
    steps = (protocol,) if isinstance(protocol, Step) else protocol
    if isinstance(steps, str) or not isinstance(steps, Sequence):
        raise InputError(f"protocol = {protocol!r} is not a step, e.g. ConstantCurrent(c_rate=1.0), or a list of them")
    for step in steps:
        if not isinstance(step, Step):
            raise InputError(f"protocol contains {step!r}, which is not a step such as Rest(duration_s=600)")
    if not steps:
        raise InputError("protocol is empty; give at least one step")
    return tuple(steps)


def check_window(steps: Sequence[Step], lower_V: float, upper_V: float) -> None:
    """Raise OutOfRangeError for a voltage outside the window of the cell."""
    for number, step in enumerate(steps, start=1):
        name = "until_voltage_V" if isinstance(step, ConstantCurrent) else "voltage_V"
        voltage = getattr(step, name, None)
        if voltage is not None and not lower_V <= voltage <= upper_V:
            raise OutOfRangeError(
                f"step {number} ({step}): {name} = {voltage:g} V is outside the window of the cell, "
                f"{lower_V:g} to {upper_V:g} V"
            )
