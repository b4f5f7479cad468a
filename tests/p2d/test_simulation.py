"""Runs of a cell: against other codes, against conservation, and what happens when they cannot go on."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from electrode_homog.errors import NotConvergedError, OutOfRangeError
from electrode_homog.expression import evaluate
from electrode_homog.p2d import CCCV, ConstantCurrent, ConstantVoltage, DriveCycle, Mesh, Rest, simulate
from electrode_homog.parameters import load_parameter_set
from electrode_homog.transport_law import FixedEfficiency

COARSE = Mesh(10, 5, 10)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def chen2020():
    return load_parameter_set("chen2020")


@pytest.fixture(scope="module")
def marquis2019():
    return load_parameter_set("marquis2019")


@pytest.mark.shared_data
@pytest.mark.parametrize("rate", ["0.1C", "0.5C", "1C"])
def test_comsol(shared_data, marquis2019, rate):
    """At 1 m2 and 24 A the voltage is that of COMSOL: 1 mV rms over the first 95 % of the time, 3 mV at most."""
    reference = np.load(shared_data / "reference" / f"comsol_dfn_marquis2019_{rate}.npz")
    cell = marquis2019.with_value("cell.electrode_height_m", 1.0).with_value("cell.electrode_width_m", 1.0)
    cell = cell.with_value("cell.lower_voltage_V", 1.5)
    current = float(reference["current_density_A_m2"])
    time = reference["time"]
    step = ConstantCurrent(current_A=current, duration_s=float(time[-1]))
    run = simulate(cell, step, mesh=Mesh(40, 20, 60))
    early = time <= 0.95 * time[-1]
    difference = (np.interp(time, run.time_s, run.voltage_V) - reference["voltage"])[early]
    assert np.sqrt(np.mean(difference**2)) < 1e-3
    assert np.abs(difference).max() < 3e-3


def test_discharge_of_chen2020_as_computed_by_pybamm_itself(chen2020):
    """5 A: V(0) = 4.037469, V(1800 s) = 3.512075, V(3000 s) = 3.225594, 2.5 V at 3555.27 s, within 2 mV, 3 s.

    PyBaMM 26.10.1 with its own set and 60 points per domain.
    """
    run = simulate(chen2020, ConstantCurrent(current_A=5.0), mesh=Mesh())
    voltage = np.interp([0.0, 1800.0, 3000.0], run.time_s, run.voltage_V)
    assert voltage == pytest.approx([4.037469, 3.512075, 3.225594], abs=2e-3)
    assert run.duration_s == pytest.approx(3555.27, abs=3)
    assert run.ended_by == "voltage fell to 2.5 V"
    assert run.voltage_V[-1] == pytest.approx(2.5, abs=1e-6)


def test_default_mesh_is_within_a_millivolt_of_a_fine_one(chen2020):
    """At 1C the default mesh differs from 80, 30, 120 points by less than 1 mV rms over 95 % of the time."""
    step = ConstantCurrent(1.0)
    default, fine = simulate(chen2020, step), simulate(chen2020, step, mesh=Mesh(80, 30, 120))
    time = np.linspace(0, 0.95 * fine.duration_s, 1000)
    difference = np.interp(time, default.time_s, default.voltage_V) - np.interp(time, fine.time_s, fine.voltage_V)
    assert np.sqrt(np.mean(difference**2)) < 1e-3


@pytest.mark.parametrize(("name", "rate"), [("chen2020", 0.005), ("marquis2019", 0.01)])
def test_slow_discharge_follows_the_open_circuit_voltage(name, rate):
    """At C/100 the voltage is U_p(x_p) - U_n(x_n) at the mean stoichiometries, within 2 mV off the ends.

    C/200 for chen2020: its slow graphite kinetics take 3.9 mV at C/100, on any mesh, in proportion to the rate.
    """
    cell = load_parameter_set(name)
    run = simulate(cell, ConstantCurrent(rate), mesh=COARSE)
    moved = run.discharge_capacity_Ah
    x_p = cell.positive.initial_stoichiometry + moved / cell.theoretical_capacity_Ah("positive")
    x_n = cell.negative.initial_stoichiometry - moved / cell.theoretical_capacity_Ah("negative")
    open_circuit = evaluate(cell.positive.open_circuit_potential_V, x=x_p)
    open_circuit -= evaluate(cell.negative.open_circuit_potential_V, x=x_n)
    middle = (moved > 0.03 * moved[-1]) & (moved < 0.9 * moved[-1])
    assert np.abs(run.voltage_V - open_circuit)[middle].max() < 2e-3


PROTOCOLS = [
    ConstantCurrent(1.0),
    ConstantCurrent(current_A=2.0, until_voltage_V=3.5),
    [ConstantCurrent(1.0, duration_s=900), Rest(300), ConstantCurrent(-0.5, duration_s=600)],
    [ConstantCurrent(0.5, duration_s=1800), CCCV(0.5, cutoff_c_rate=0.1)],
    [ConstantVoltage(4.1, duration_s=300), ConstantVoltage(4.0, until_current_A=1.0)],
    DriveCycle(np.array([0.0, 0.002, 300.0, 301.0, 900.0]), np.array([0.0, 5.0, 5.0, -2.0, -2.0])),
]


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=str)
def test_every_protocol_conserves(chen2020, protocol):
    """Lithium is kept to 1e-8, the charge is the integral of the current, time increases strictly."""
    run = simulate(chen2020, protocol, mesh=COARSE)
    assert run.lithium_drift < 1e-8
    assert np.all(np.diff(run.time_s) > 0)
    charge = np.trapezoid(run.current_A, run.time_s) / 3600
    assert charge == pytest.approx(run.discharge_capacity_Ah[-1], abs=2e-4)
    assert not run.voltage_V.flags.writeable
    assert np.all((run.voltage_V > 2.5 - 1e-6) & (run.voltage_V < 4.2 + 1e-6))


def test_discharge_is_positive_and_lowers_the_voltage(chen2020):
    """Positive current lowers the voltage and counts as capacity; negative current raises it."""
    run = simulate(chen2020, [ConstantCurrent(1.0, duration_s=600), ConstantCurrent(-0.2, duration_s=600)], mesh=COARSE)
    first, second = run.time_s <= 600, run.time_s > 600
    assert np.all(run.current_A[first] == pytest.approx(5.0, abs=1e-9))
    assert np.all(run.current_A[second] == pytest.approx(-1.0, abs=1e-9))
    assert run.voltage_V[first][-1] < run.voltage_V[0]
    assert run.voltage_V[second][-1] > run.voltage_V[first][-1]
    assert run.capacity_Ah == pytest.approx(5.0 * 600 / 3600, rel=1e-6)
    assert run.energy_Wh == pytest.approx(3600 / 3600 * run.mean_power_W * run.duration_s / 3600)


def test_each_step_ends_exactly_where_it_should(chen2020):
    """A duration ends on the second, a voltage and a current on their value; the ends are told in words."""
    steps = [ConstantCurrent(1.0, duration_s=1000), Rest(100), CCCV(0.5, 4.1, cutoff_c_rate=0.1)]
    run = simulate(chen2020, steps, mesh=COARSE)
    assert run.steps_ended_by == ("duration", "duration", "voltage rose to 4.1 V", "current fell to 0.5 A")
    assert run.ended_by == "current fell to 0.5 A"
    assert {1000.0, 1100.0} <= set(run.time_s)
    assert run.current_A[-1] == pytest.approx(-0.5, abs=1e-6)
    assert run.voltage_V[-1] == pytest.approx(4.1, abs=1e-6)


def test_full_cell_goes_straight_to_the_hold(chen2020):
    """Charging a charged cell by CCCV skips the charge and holds."""
    run = simulate(chen2020, CCCV(0.5, cutoff_c_rate=0.05), mesh=COARSE)
    assert run.steps_ended_by == ("over at its start", "current fell to 0.25 A")


def test_drive_cycle_of_constant_current_is_a_constant_current(chen2020):
    """Two samples of 5 A over an hour give the voltage of ConstantCurrent(5 A) to 0.5 mV, to the cut-off."""
    cycle = simulate(chen2020, DriveCycle(np.array([0.0, 3600.0]), np.array([5.0, 5.0])), mesh=COARSE)
    constant = simulate(chen2020, ConstantCurrent(current_A=5.0), mesh=COARSE)
    assert cycle.ended_by == constant.ended_by
    assert cycle.duration_s == pytest.approx(constant.duration_s, abs=0.01)
    time = np.linspace(10, 3500, 200)
    voltages = [np.interp(time, run.time_s, run.voltage_V) for run in (cycle, constant)]
    assert np.abs(voltages[0] - voltages[1]).max() < 5e-4


def test_pulse_after_a_long_rest_is_not_missed(chen2020):
    """Ten seconds of 5 A in the middle of two hours of rest move 5 * 10 / 3600 Ah (trapezoids: 11 s)."""
    time = np.arange(0.0, 7200.0)
    current = np.where((time >= 3600) & (time < 3610), 5.0, 0.0)
    run = simulate(chen2020, DriveCycle(time, current), mesh=COARSE)
    charge = np.trapezoid(current, time) / 3600
    assert run.discharge_capacity_Ah[-1] == pytest.approx(charge, rel=1e-4)


def test_two_long_drive_cycles_that_differ_in_the_middle_are_not_confused(chen2020):
    """Equal heads and tails do not make PyBaMM reuse the first cycle for the second."""
    time = np.arange(0.0, 2000.0)
    first = np.full(2000, 1.0)
    second = np.where((time > 900) & (time < 1100), 3.0, 1.0)
    run = simulate(chen2020, [DriveCycle(time, first), DriveCycle(time, second)], mesh=COARSE)
    charge = (np.trapezoid(first, time) + np.trapezoid(second, time)) / 3600
    assert run.discharge_capacity_Ah[-1] == pytest.approx(charge, rel=1e-4)


def test_contact_resistance_lowers_the_voltage_by_R_times_I(chen2020):
    """20 mOhm at 5 A lower the voltage by 0.1 V."""
    step = ConstantCurrent(current_A=5.0, duration_s=60)
    with_contact = chen2020.with_value("cell.contact_resistance_Ohm", 0.02)
    plain, lower = (simulate(cell, step, mesh=COARSE).voltage_V[-1] for cell in (chen2020, with_contact))
    assert plain - lower == pytest.approx(0.1, abs=1e-5)


def test_parallel_electrodes_share_the_current(chen2020):
    """Two electrodes in parallel at twice the current have the voltage of one."""
    double = chen2020.with_value("cell.electrodes_in_parallel", 2)
    one = simulate(chen2020, ConstantCurrent(current_A=5.0, duration_s=600), mesh=COARSE)
    two = simulate(double, ConstantCurrent(current_A=10.0, duration_s=600), mesh=COARSE)
    assert two.voltage_V[-1] == pytest.approx(one.voltage_V[-1], abs=1e-6)


def test_series_cells_report_the_voltage_of_one(chen2020):
    """Three cells in series end at the cut-off of one cell, and its voltage is what is reported."""
    run = simulate(chen2020.with_value("cell.cells_in_series", 3), ConstantCurrent(1.0), mesh=COARSE)
    assert run.voltage_V[-1] == pytest.approx(2.5, abs=1e-6)


@pytest.mark.parametrize(
    ("protocol", "step"),
    [
        (ConstantCurrent(-1.0), "step 1"),
        (ConstantCurrent(100.0), "step 1"),
        (ConstantCurrent(0.1, until_voltage_V=4.2), "step 1"),
        ([ConstantCurrent(1.0, duration_s=1800), Rest(10), ConstantCurrent(80.0)], "step 3"),
        (ConstantVoltage(4.15, until_current_A=500.0), "step 1"),
    ],
)
def test_step_that_is_over_before_it_begins(chen2020, protocol, step):
    """Charging a full cell, or a current that breaks down the voltage at once, names the step."""
    with pytest.raises(OutOfRangeError, match=f"{step} .* over before it begins"):
        simulate(chen2020, protocol, mesh=COARSE)


def test_initial_state_outside_the_window(chen2020):
    """Initial concentrations that give 2.3 V or so are refused before anything is solved."""
    empty = chen2020.with_value("negative.initial_concentration_mol_m3", 100.0)
    with pytest.raises(OutOfRangeError, match="open-circuit voltage"):
        simulate(empty, Rest(10.0), mesh=COARSE)


def depleted(cell):
    """A cell whose electrolyte runs out of salt far above its cut-off."""
    cell = cell.with_electrode("positive", electrolyte_law=FixedEfficiency(0.01))
    return cell.with_value("cell.lower_voltage_V", 1.0)


def test_solver_that_stops_is_not_converged_and_leaves_no_trace(marquis2019, capfd, caplog, recwarn):
    """The error names the step; nothing is printed, logged or warned about, nothing global has changed."""
    level, environment = logging.getLogger("pybamm.logger").level, dict(os.environ)
    with pytest.raises(NotConvergedError, match=r"step 1 \(3C"):
        simulate(depleted(marquis2019), ConstantCurrent(3.0), mesh=COARSE)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
    assert caplog.records == []
    assert len(recwarn) == 0
    assert logging.getLogger("pybamm.logger").level == level
    assert logging.getLogger("pybamm.logger").filters == []
    assert {k: v for k, v in os.environ.items() if k != "PYBAMM_DISABLE_TELEMETRY"} == {
        k: v for k, v in environment.items() if k != "PYBAMM_DISABLE_TELEMETRY"
    }


def test_not_converged_carries_what_was_solved(marquis2019):
    """A failure in the second step leaves the first as `.best`."""
    with pytest.raises(NotConvergedError, match=r"step 2 \(3C") as caught:
        simulate(depleted(marquis2019), [Rest(100.0), ConstantCurrent(3.0)], mesh=COARSE)
    assert caught.value.best is not None
    assert caught.value.best.duration_s >= 100.0


def test_hold_that_never_gets_there_is_not_converged(chen2020, monkeypatch):
    """A hold that has not reached its current within the longest time allowed says so."""
    monkeypatch.setattr("electrode_homog.p2d.stepping.LONGEST_HOLD_S", 100.0)
    with pytest.raises(NotConvergedError, match="did not reach its end within 100 s") as caught:
        simulate(chen2020, ConstantVoltage(4.0, until_current_A=0.01), mesh=COARSE)
    assert caught.value.best.duration_s == pytest.approx(100.0)


def test_importing_the_wing_does_not_import_pybamm():
    """PyBaMM takes seconds to import and is loaded by the first function that needs it."""
    code = "import sys, electrode_homog.p2d; print('pybamm' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.strip() == "False"


@pytest.mark.parametrize("points", [(2, 5, 10), (10, 5, 10.5), (10, True, 10), (10, 5, 5000)])
def test_mesh_of_nonsense_is_refused(points):
    """A mesh has 3 to 1000 whole points."""
    with pytest.raises(OutOfRangeError, match="points = "):
        Mesh(*points)


def test_c_rates_need_a_nominal_capacity_of_the_cell():
    """With 500 Ah for electrodes of 6 Ah a C-rate is refused, and a current in ampere is not."""
    cell = load_parameter_set("chen2020").with_value("cell.nominal_capacity_Ah", 500.0)
    with pytest.raises(OutOfRangeError, match="nominal_capacity_Ah"):
        simulate(cell, ConstantCurrent(1.0), mesh=COARSE)
    assert simulate(cell, ConstantCurrent(current_A=5.0, duration_s=60), mesh=COARSE).duration_s == pytest.approx(60)
