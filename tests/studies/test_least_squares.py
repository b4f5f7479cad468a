"""The search itself, on formulas whose minimum is known."""

import numpy as np
import pytest

from electrode_homog.errors import NotConvergedError, OutOfRangeError
from electrode_homog.studies.executor import Workers
from electrode_homog.studies.least_squares import minimise

T = np.linspace(0, 1, 50)
TRUE = np.array([0.3, 0.7])


def decay(unit):
    """Volts, as a voltage would move: a slow slope and a fast exponential."""
    return 3.5 + 0.5 * unit[0] * T + 0.4 * np.exp(-8 * unit[1] * T)


def decay_in_part(unit):
    """Cannot be solved for a second value above 0.8."""
    if unit[1] > 0.8:
        raise OutOfRangeError("too fast")
    return decay(unit)


def noisy_decay(unit):
    """With 0.01 mV of noise that is the same for the same input."""
    seed = np.random.default_rng(np.frombuffer(np.asarray(unit).tobytes(), np.uint32))
    return decay(unit) + 1e-5 * seed.standard_normal(T.size)


def faulty(unit):
    raise TypeError("a bug")


def search(function, start, measured=None, *, true=TRUE, max_solves=100):
    target = decay(true) if measured is None else measured
    with Workers(function, count=1, time_limit_s=None) as workers:
        return minimise(workers, np.asarray, lambda values: values - target, start, max_solves=max_solves)


@pytest.mark.parametrize("start", [(0.5, 0.5), (0.0, 1.0), (1.0, 0.05)])
def test_known_values_are_found(start):
    """From the middle and from two corners the minimum is found to 1e-4 of the range."""
    found = search(decay, start)
    np.testing.assert_allclose(found.unit, TRUE, atol=1e-4)
    assert found.jacobian.shape == (50, 2)
    assert found.failed_solves == 0
    assert not found.on_bound.any()


def test_noise_of_the_solver_does_not_stop_the_search():
    """Noise of 0.01 mV rms costs less than 1e-3 of the range."""
    np.testing.assert_allclose(search(noisy_decay, (0.9, 0.1)).unit, TRUE, atol=1e-3)


def test_failed_solves_are_walls_on_the_way():
    """A region that cannot be solved, touched on the way, does not keep the search from the minimum beside it."""
    found = search(decay_in_part, (0.9, 0.1), true=np.array([0.3, 0.75]))
    np.testing.assert_allclose(found.unit, [0.3, 0.75], atol=1e-4)


def test_minimum_behind_a_wall_is_not_converged():
    """Where the descent ends at solves that fail, the search says so and hands over its best."""
    with pytest.raises(NotConvergedError, match=r"stalled|max_solves") as raised:
        search(decay_in_part, (0.5, 0.4), true=np.array([0.3, 1.0]))
    assert raised.value.best.failed_solves > 0
    assert 0.4 < raised.value.best.unit[1] <= 0.8


def test_value_outside_ends_on_the_bound():
    """If the data ask for 1.3 of the range, the search converges at 1 and says that it is the bound."""
    found = search(decay, (0.5, 0.5), true=np.array([0.3, 1.3]))
    assert found.unit[1] == pytest.approx(1, abs=1e-3)
    np.testing.assert_array_equal(found.on_bound, [False, True])


def test_solves_are_limited():
    """After max_solves the error carries the best point, which is better than the start."""
    start_rms = np.sqrt(np.mean((decay((1.0, 0.0)) - decay(TRUE)) ** 2))
    with pytest.raises(NotConvergedError, match="max_solves = 6") as raised:
        search(decay, (1.0, 0.0), max_solves=6)
    best = raised.value.best
    assert best.solves <= 6
    assert np.sqrt(np.mean(best.residuals**2)) <= start_rms


def test_start_that_fails_is_not_converged():
    """Nothing can be learnt from a start that cannot be simulated; its own message is shown."""
    with pytest.raises(NotConvergedError, match="too fast"):
        search(decay_in_part, (0.5, 0.9))


def test_bug_is_not_taken_for_physics():
    """A TypeError in the simulation is raised, not searched around."""
    with pytest.raises(RuntimeError, match="TypeError in a simulation: a bug"):
        search(faulty, (0.5, 0.5))
