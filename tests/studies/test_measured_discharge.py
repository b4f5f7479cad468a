"""Comparing a run with a record, both made by hand."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.p2d import CellRun, Mesh
from electrode_homog.parameters import load_parameter_set
from electrode_homog.studies.cycling_data import CyclingData
from electrode_homog.studies.measured_discharge import MeasuredDischarge

CELL = load_parameter_set("chen2020")  # 5 Ah, 2.5 V


def record(time_s, low=2.5, current_A=5.0):
    """A straight line from 4.2 V to `low`."""
    time = np.asarray(time_s, float)
    return CyclingData(time, np.full(time.size, current_A), 4.2 + (low - 4.2) * time / time[-1], source="made")


def run(end_Ah, start_V=4.2, end_V=2.5):
    """A straight line at 5 A."""
    charge = np.linspace(0, end_Ah, 50)
    voltage = start_V + (end_V - start_V) * charge / end_Ah
    time = charge / 5 * 3600
    return CellRun(time, np.full(50, 5.0), voltage, charge, {}, "", ("",), "made", "", Mesh(), 0.0, 0.0)


def test_points_are_even_in_charge_whatever_the_sampling():
    """A record with nine tenths of its rows in the first tenth gives the same points as an even one."""
    uneven = np.concatenate([np.linspace(0, 360, 900), np.linspace(361, 3600, 100)])
    one, other = MeasuredDischarge(record(uneven), CELL), MeasuredDischarge(record(np.linspace(0, 3600, 200)), CELL)
    np.testing.assert_allclose(np.diff(one.charge_Ah), 5 / 99, rtol=1e-9)
    np.testing.assert_allclose(one.voltage_V, other.voltage_V, atol=1e-12)
    assert one.protocol.current_A == 5.0


def test_equal_lines_leave_no_residual_and_a_shift_is_the_residual():
    """The same line gives 0; the same line 10 mV higher gives 10 mV everywhere."""
    measured = MeasuredDischarge(record(np.linspace(0, 3600, 200)), CELL)
    np.testing.assert_allclose(measured.residuals_V(run(5.0)), 0, atol=1e-12)
    np.testing.assert_allclose(measured.residuals_V(run(5.0, 4.21, 2.51)), 0.01, atol=1e-12)


def test_early_end_is_finite_and_continuous():
    """A run that ends before the record counts as below the cut-off, more so the more is missing, without a jump."""
    measured = MeasuredDischarge(record(np.linspace(0, 3600, 200), low=3.0), CELL)
    ends = np.linspace(1.0, 5.0, 400)
    residuals = np.array([measured.residuals_V(run(end)) for end in ends])
    assert np.isfinite(residuals).all()
    assert (np.diff((residuals**2).sum(axis=1)) < 0).all()
    assert np.abs(np.diff(residuals, axis=0)).max() < 0.1


def test_record_below_the_cut_off_is_left_out():
    """A record that goes on to 2.0 V is compared down to the 2.5 V of the cell."""
    measured = MeasuredDischarge(record(np.linspace(0, 3600, 2000), low=2.0), CELL)
    assert measured.voltage_V[-1] == pytest.approx(2.5, abs=2e-3)


def test_clock_that_starts_after_the_onset_counts_the_charge():
    """A record whose first row is 36 s after the onset begins at 1 % of its charge."""
    measured = MeasuredDischarge(record(np.linspace(36, 3600, 200)), CELL)
    assert measured.charge_Ah[0] == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (record(np.linspace(0, 3600, 200), current_A=-5.0), InputError),
        (record(np.linspace(400, 3600, 200)), InputError),
        (record(np.linspace(0, 3600, 200), current_A=5000.0), OutOfRangeError),
        (record(np.linspace(0, 1, 200)), OutOfRangeError),
        (CyclingData(np.arange(9.0) * 400, np.full(9, 5.0), np.linspace(4, 3, 9)), InputError),
    ],
)
def test_unsuitable_record_is_refused(data, error):
    """Charge, a record without its beginning, mA under A, h under s, nine rows."""
    with pytest.raises(error):
        MeasuredDischarge(data, CELL)
