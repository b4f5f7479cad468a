"""From the steps of a protocol to PyBaMM's experiment steps, each with the events that may end it.

PyBaMM loosens the voltage cut-offs of the cell by 1 V inside an experiment, so every step that drives a current
carries its own. PyBaMM recognises equal steps by the text of their events, so each text contains its value.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

import numpy as np

from electrode_homog.p2d.importing import import_pybamm
from electrode_homog.p2d.names import CURRENT_VARIABLE, VOLTAGE_VARIABLE
from electrode_homog.p2d.protocol import CCCV, ConstantCurrent, ConstantVoltage, DriveCycle, Rest, Step
from electrode_homog.parameters import CellParameters

if TYPE_CHECKING:
    import pybamm

LONGEST_HOLD_S = 100 * 3600.0
"""A hold without a duration that lasts longer never reaches its current."""

BREAK_SHARE = 0.05
"""A drive cycle is integrated without a stop while its current stays within this share of its largest value, so
that no pulse after a rest is stepped over; a stop at every sample would cost 100 times more."""

FEWEST_POINTS = 501
"""Of a drive cycle, however few samples it has."""


@dataclass(frozen=True)
class PlannedStep:
    """`pybamm_step` runs at most as long as it can: where `must_end_by_event`, reaching its end is a failure."""

    text: str
    pybamm_step: Any
    must_end_by_event: bool = False


def plan(steps: Sequence[Step], cell: CellParameters) -> list[tuple[PlannedStep, ...]]:
    """One tuple per step of the protocol: CCCV becomes two. Only the first of two may be over at its start."""
    return [_planned(step, f"step {number} ({step})", cell) for number, step in enumerate(steps, start=1)]


def _planned(step: Step, text: str, cell: CellParameters) -> tuple[PlannedStep, ...]:
    nominal = cell.cell.nominal_capacity_Ah
    match step:
        case ConstantCurrent():
            current = step.current(nominal)
            return (_current(text, current, step.until_voltage_V, step.duration_s, cell),)
        case ConstantVoltage():
            return (_hold(text, step.voltage_V, step.until_current_A, step.duration_s),)
        case Rest():
            rest = import_pybamm().step.rest(duration=step.duration_s, description=text, skip_ok=False)
            return (PlannedStep(text, rest),)
        case CCCV():
            voltage = cell.cell.upper_voltage_V if step.voltage_V is None else step.voltage_V
            charge = _current(text, -step.c_rate * nominal, voltage, None, cell)
            return charge, _hold(text, voltage, step.cutoff_c_rate * nominal, None)
        case DriveCycle():
            return (_drive_cycle(text, step, cell),)
        case _:
            assert_never(step)


def _current(
    text: str, current_A: float, until_V: float | None, duration_s: float | None, cell: CellParameters
) -> PlannedStep:
    discharge = current_A > 0
    cut_off = cell.cell.lower_voltage_V if discharge else cell.cell.upper_voltage_V
    event = _falls_to(cut_off if until_V is None else until_V)
    if not discharge:
        event = _rises_to(cut_off if until_V is None else until_V)
    # No electrode can pass more than its theoretical capacity, so an event comes before this.
    longest = 1.1 * 3600 * min(cell.theoretical_capacity_Ah(side) for side in ("negative", "positive"))
    step = import_pybamm().step.current(
        current_A,
        duration=longest / abs(current_A) if duration_s is None else duration_s,
        termination=[event],
        description=text,
        skip_ok=False,
    )
    return PlannedStep(text, step, must_end_by_event=duration_s is None)


def _hold(text: str, voltage_V: float, until_A: float | None, duration_s: float | None) -> PlannedStep:
    step = import_pybamm().step.voltage(
        voltage_V,
        duration=LONGEST_HOLD_S if duration_s is None else duration_s,
        termination=[] if until_A is None else [_current_falls_to(until_A)],
        description=text,
        skip_ok=False,
    )
    return PlannedStep(text, step, must_end_by_event=duration_s is None)


def _drive_cycle(text: str, cycle: DriveCycle, cell: CellParameters) -> PlannedStep:
    pybamm = import_pybamm()
    samples = np.column_stack([cycle.time_s, cycle.current_A])
    digest = hashlib.sha256(samples.tobytes()).hexdigest()
    stops = break_points(cycle.current_A)
    reported = np.union1d(cycle.time_s, np.linspace(0, cycle.time_s[-1], FEWEST_POINTS))

    class SampledCurrent(pybamm.step.Current):
        """Stops only at `stops`, reports at every sample at least; PyBaMM's own stops at every sample.

        PyBaMM also tells steps apart by the text of their array, which numpy shortens: two cycles with equal
        ends would be taken for one. Hence the digest.
        """

        def basic_repr(self) -> str:
            return f"SampledCurrent({digest})"

        def setup_timestepping(self, solver: Any, tf: float, t_interp: Any = None) -> tuple[Any, Any]:
            return cycle.time_s[stops], reported

    step = SampledCurrent(
        samples,
        termination=[_falls_to(cell.cell.lower_voltage_V), _rises_to(cell.cell.upper_voltage_V)],
        description=text,
        skip_ok=False,
    )
    return PlannedStep(text, step)


def break_points(current_A: np.ndarray) -> np.ndarray:
    """Samples at which the solver must stop: (m,) increasing indices with the first and the last.

    Whenever the current has moved by BREAK_SHARE of its largest magnitude since the last stop, this sample and
    the one before it.
    """
    threshold = BREAK_SHARE * np.abs(current_A).max()
    stops, reference = {0, current_A.size - 1}, current_A[0]
    for i in range(1, current_A.size):
        if abs(current_A[i] - reference) > threshold:
            stops |= {i - 1, i}
            reference = current_A[i]
    return np.array(sorted(stops))


def _falls_to(voltage_V: float) -> "pybamm.step.CustomTermination":
    return _event(f"voltage fell to {voltage_V!r} V", lambda variables: variables[VOLTAGE_VARIABLE] - voltage_V)


def _rises_to(voltage_V: float) -> "pybamm.step.CustomTermination":
    return _event(f"voltage rose to {voltage_V!r} V", lambda variables: voltage_V - variables[VOLTAGE_VARIABLE])


def _current_falls_to(current_A: float) -> "pybamm.step.CustomTermination":
    return _event(f"current fell to {current_A!r} A", lambda variables: abs(variables[CURRENT_VARIABLE]) - current_A)


def _event(name: str, function: Callable[[Any], Any]) -> "pybamm.step.CustomTermination":
    return import_pybamm().step.CustomTermination(name, function)
