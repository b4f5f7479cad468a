"""Pulses of GITT: running them, and finding them in a record."""

import math

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.particles.experiments.gitt import GITTRecord, gitt, gitt_record, pulses
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.sphere import Sphere

MATERIAL = ActiveMaterial(30e3, 1e-14, Expression("4.2 - x", ("x",)))
PULSES = {"c_rate": 0.5, "pulse_s": 72.0, "rest_s": 400.0}


def test_pulses_fill_the_stoichiometries_between():
    """0.03 of stoichiometry takes three pulses of 0.01, down or up, each found in the record where it was."""
    for start, end in ((0.2, 0.23), (0.23, 0.2)):
        run = gitt(Sphere(5e-6), MATERIAL, **PULSES, initial_stoichiometry=start, final_stoichiometry=end, points=20)
        found = pulses(gitt_record(run))
        assert len(found) == 3
        assert run.mean[-1] == pytest.approx(end, abs=1e-9)
        np.testing.assert_allclose([p.start_s for p in found], [400, 872, 1344], rtol=1e-12)
        np.testing.assert_allclose([p.end_s - p.start_s for p in found], 72, rtol=1e-9)
        np.testing.assert_allclose([p.rest_end_s - p.end_s for p in found], 400, rtol=1e-9)
        np.testing.assert_allclose([p.after for p in found], start + np.sign(end - start) * np.array([1, 2, 3]) / 100)


def test_pulse_that_fills_the_particle_is_left_out():
    """The run ends in the pulse that fills the surface, and the record's whole pulses are those before."""
    slow = ActiveMaterial(30e3, 3e-15, MATERIAL.open_circuit_potential_V)
    run = gitt(Sphere(5e-6), slow, **PULSES, initial_stoichiometry=0.85, final_stoichiometry=0.97, points=20)
    assert run.ended_by == "surface full"
    assert 1 <= len(pulses(gitt_record(run))) < 12


def test_samples_of_an_instrument():
    """A pulse lasts from the last sample at rest to its last sample; noise of the current at rest is no pulse."""
    time = np.arange(0.0, 100.0, 10.0)
    current = np.array([1e-4, -1e-4, 0.1, 0.1, 0.1, 0, 1e-5, 0, 0.1, 0.1])
    (found,) = pulses(GITTRecord(time, 4 - 0.001 * time, current, 0.3))
    assert (found.start_s, found.end_s, found.rest_end_s) == (10, 40, 70)
    assert found.after == pytest.approx(0.3 + 0.1 * 30 / 3600)
    assert found.rows == (2, 5)
    assert found.rest_rows == (5, 8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time_s": [0, 2, 1, 3, 4]}, "decreases after sample 1"),
        ({"time_s": [0, 1, 2]}, "equal"),
        ({"potential_V": [4, 4, math.nan, 4, 4]}, "finite"),
        ({"potential_V": "high"}, "not an array"),
        ({"c_rate": [0.1, 0.1, 0.1, 0, 0]}, "begins inside a pulse"),
        ({"c_rate": [0, 0, 0, 0, 0]}, "no pulse"),
        ({"initial_stoichiometry": 30.0}, "0 to 1"),
    ],
)
def test_records_that_make_no_sense_are_refused(change, message):
    """Times, potentials, currents that cannot be a GITT record."""
    good = {
        "time_s": [0, 1, 2, 3, 4],
        "potential_V": [4, 3.9, 3.8, 3.9, 3.9],
        "c_rate": [0, 0.1, 0.1, 0, 0],
        "initial_stoichiometry": 0.2,
    }
    assert len(pulses(GITTRecord(**good))) == 1
    with pytest.raises((InputError, OutOfRangeError), match=message):
        GITTRecord(**{**good, **change})


def test_current_that_is_not_constant_is_refused():
    """A ramp is no pulse; neither is a pulse without the rest after it."""
    time = np.arange(6.0)
    with pytest.raises(InputError, match="varies"):
        pulses(GITTRecord(time, 4 - time, np.array([0, 0.1, 0.2, 0.3, 0, 0]), 0.2))
    with pytest.raises(InputError, match="followed by a rest"):
        pulses(GITTRecord(time, 4 - time, np.array([0, 0, 0.1, 0.1, 0.1, 0.1]), 0.2))


@pytest.mark.parametrize(
    "change",
    [
        {"c_rate": -0.1},
        {"pulse_s": 0},
        {"rest_s": math.inf},
        {"final_stoichiometry": 0.2005},
        {"pulse_s": 1e-3},
        {"initial_stoichiometry": math.nan},
    ],
)
def test_impossible_titrations_are_refused(change):
    """Signs, lengths, and a number of pulses that is 0 or beyond count."""
    arguments = {**PULSES, "initial_stoichiometry": 0.2, "final_stoichiometry": 0.9, **change}
    with pytest.raises((InputError, OutOfRangeError)):
        gitt(Sphere(5e-6), MATERIAL, **arguments)
