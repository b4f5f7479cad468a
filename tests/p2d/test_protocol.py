"""Protocols are refused where they could not be meant."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.p2d import CCCV, ConstantCurrent, ConstantVoltage, DriveCycle, Rest, protocol_steps, simulate
from electrode_homog.p2d.stepping import break_points
from electrode_homog.parameters import load_parameter_set

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ConstantCurrent(), "exactly one"),
        (lambda: ConstantCurrent(c_rate=1.0, current_A=5.0), "exactly one"),
        (lambda: ConstantCurrent(c_rate=0.0), "Rest"),
        (lambda: ConstantCurrent(current_A=NAN), "finite"),
        (lambda: ConstantCurrent(current_A=True), "finite"),
        (lambda: ConstantCurrent(c_rate="1C"), "finite"),  # type: ignore[arg-type]
        (lambda: ConstantCurrent(1.0, duration_s=0), "positive"),
        (lambda: ConstantCurrent(1.0, until_voltage_V=-3.0), "positive"),
        (lambda: ConstantVoltage(4.2), "never ends"),
        (lambda: ConstantVoltage(INF, duration_s=10), "finite"),
        (lambda: ConstantVoltage(4.2, until_current_A=0), "positive"),
        (lambda: Rest(-1.0), "positive"),
        (lambda: Rest(NAN), "finite"),
        (lambda: CCCV(-0.5, cutoff_c_rate=0.05), "positive"),
        (lambda: CCCV(0.5, cutoff_c_rate=0.5), "below"),
        (lambda: DriveCycle([0, 1], [1]), "equal"),  # type: ignore[arg-type]
        (lambda: DriveCycle([0], [1]), "at least 2"),  # type: ignore[arg-type]
        (lambda: DriveCycle([0, 1, 1], [1, 2, 3]), r"sample 1 .* to 2"),  # type: ignore[arg-type]
        (lambda: DriveCycle([5, 6], [1, 2]), "begins at 5"),  # type: ignore[arg-type]
        (lambda: DriveCycle([0, NAN], [1, 2]), "finite"),  # type: ignore[arg-type]
        (lambda: DriveCycle([0, "a"], [1, 2]), "numbers"),  # type: ignore[arg-type]
        (lambda: DriveCycle([[0, 1]], [[1, 2]]), r"\(n,\)"),  # type: ignore[arg-type]
        (lambda: protocol_steps([]), "empty"),
        (lambda: protocol_steps("1C"), "not a step"),  # type: ignore[arg-type]
        (lambda: protocol_steps([Rest(1.0), 5.0]), "5.0"),  # type: ignore[list-item]
    ],
)
def test_nonsense_is_refused_with_the_argument_named(make, says):
    """Each of these is an InputError that says what is wrong."""
    with pytest.raises(InputError, match=says):
        make()


@pytest.mark.parametrize(
    "step",
    [
        ConstantCurrent(1.0, until_voltage_V=2.0),
        ConstantVoltage(4.5, duration_s=10),
        CCCV(0.5, 4.35, cutoff_c_rate=0.05),
    ],
)
def test_voltage_outside_the_window_of_the_cell_is_refused(step):
    """A voltage below 2.5 V or above 4.2 V is an OutOfRangeError for the cell of Chen et al."""
    with pytest.raises(OutOfRangeError, match=r"outside the window of the cell, 2\.5 to 4\.2 V"):
        simulate(load_parameter_set("chen2020"), step)


def test_drive_cycle_keeps_its_own_read_only_copy():
    """Changing the caller's array afterwards does not change the cycle, and the cycle cannot be changed."""
    current = np.array([1.0, 2.0])
    cycle = DriveCycle(np.array([0.0, 1.0]), current)
    current[0] = 9.0
    assert cycle.current_A[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        cycle.current_A[0] = 2.0


def test_solver_stops_at_both_sides_of_every_pulse():
    """A pulse after a long rest has its four corners among the stops; a steady current has only its ends."""
    current = np.zeros(1000)
    current[700:710] = 5.0
    assert break_points(current).tolist() == [0, 699, 700, 709, 710, 999]
    assert break_points(np.full(1000, 3.0)).tolist() == [0, 999]


def test_slow_drift_is_caught():
    """A triangular pulse that rises by 1 % per sample is not stepped over."""
    current = np.concatenate([np.zeros(500), np.linspace(0, 1, 101), np.linspace(1, 0, 101), np.zeros(500)])
    stops = break_points(current)
    assert np.abs(np.diff(np.interp(stops, np.arange(current.size), current))).max() <= 0.07


def test_protocol_reads_as_text():
    """The text of a protocol says current, ends and duration."""
    assert str(ConstantCurrent(1.0)) == "1C until the cut-off"
    assert str(ConstantCurrent(current_A=-2.0, duration_s=60, until_voltage_V=4.0)) == "-2 A for 60 s or until 4 V"
    assert str(CCCV(0.5, cutoff_c_rate=0.05)) == "charge 0.5C to the upper cut-off, hold until 0.05C"
