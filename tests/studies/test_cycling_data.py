"""The record itself, made from arrays."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.studies.cycling_data import CyclingData


def record(current, time=None, **changes):
    current = np.asarray(current, float)
    time = 10.0 * np.arange(current.size) if time is None else time
    return CyclingData(time, current, 4 - 1e-3 * np.arange(current.size), **{"source": "made", **changes})


def test_arrays_are_read_only_copies():
    """Changing what was handed in, or what is handed out, changes nothing."""
    current = np.ones(5)
    data = record(current)
    current[0] = 7
    assert data.current_A[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        data.current_A[0] = 2


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"time": [0, 1, 1, 0.5]}, InputError, "1 repeated time stamps and 1 steps back, first at row 2"),
        ({"time": [0, 1, 2]}, InputError, "shape"),
        ({"current": [1, 1, np.nan, 1]}, InputError, r"current_A\[2\] = nan"),
        ({"current": [1], "time": [0]}, InputError, "n >= 2"),
        ({"temperature_K": np.full(4, 25.0)}, OutOfRangeError, "Celsius"),
    ],
)
def test_wrong_arrays_are_refused(change, error, message):
    """Lengths, times, numbers and units are checked, and the message says where."""
    with pytest.raises(error, match=message):
        record(**{"current": [1, 1, 1, 1], **change})


def test_charge_is_the_integral_of_the_current():
    """A ramp from 0 to 3600 A in an hour moves 1800 Ah."""
    data = record(np.linspace(0, 3600, 11), np.linspace(0, 3600, 11))
    assert data.discharged_Ah[-1] == pytest.approx(1800)


def test_between_keeps_the_clock_and_the_ends():
    """Rows from 20 s to 50 s, both included, with their own times."""
    part = record(np.ones(10), temperature_K=np.full(10, 300.0)).between(20, 50)
    np.testing.assert_array_equal(part.time_s, [20, 30, 40, 50])
    assert part.temperature_K is not None
    assert part.temperature_K.size == 4
    with pytest.raises(InputError, match="0 rows between 200 and 300 s"):
        record(np.ones(10)).between(200, 300)


def test_first_discharge_counts_time_from_the_onset():
    """Charge, rest and a transient row are dropped; the transient's 10 s are not."""
    current = [-1, -1, 0.004, 0.004, 1.1, *[1.0] * 20, 0.7, 0, 0, *[0.5] * 20]
    discharge = record(current).first_discharge()
    np.testing.assert_array_equal(discharge.current_A, np.ones(20))
    assert discharge.time_s[0] == 10
    assert discharge.time_s[-1] == 200
    assert discharge.source == "made, first discharge"


@pytest.mark.parametrize("current", [np.zeros(20), -np.ones(20), np.tile([1.0, 1.5], 20), [0, *[1] * 5, 0]])
def test_record_without_constant_discharge_is_refused(current):
    """Rest, charge, a drive cycle and five rows are no constant-current discharge."""
    with pytest.raises(InputError, match="discharge"):
        record(current).first_discharge()


def test_hash_names_the_numbers():
    """Equal numbers have one hash, other numbers another."""
    assert record(np.ones(5)).sha256 == record(np.ones(5), source="elsewhere").sha256
    assert record(np.ones(5)).sha256 != record(np.full(5, 1 + 1e-15)).sha256
