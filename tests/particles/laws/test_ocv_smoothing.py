"""A noisy potential becomes smooth enough to be differentiated."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.particles.laws.chemical_diffusivity import factor_of_potential
from electrode_homog.particles.laws.ocv_smoothing import smoothed_table

GRAPHITE = Expression(  # Chen et al. 2020
    "1.9793*exp(-39.3631*x) + 0.2482 - 0.0909*tanh(29.8538*(x - 0.1234)) - 0.04478*tanh(14.9159*(x - 0.2769)) "
    "- 0.0205*tanh(30.4444*(x - 0.6103))",
    ("x",),
)
T, NOISE = 298.15, 1e-3
X = np.linspace(0.02, 0.95, 400)
INSIDE = np.linspace(0.05, 0.92, 500)


def noisy(seed: int) -> np.ndarray:
    return GRAPHITE(x=X) + NOISE * np.random.default_rng(seed).standard_normal(X.size)


@pytest.mark.parametrize("seed", range(3))
def test_factor_of_smoothed_data_is_that_of_the_truth(seed):
    """With 1 mV noise on 400 points Gamma is within 0.4 rms; differences of the data miss ten times more."""
    exact = factor_of_potential(GRAPHITE, INSIDE, T)
    found = smoothed_table(X, noisy(seed), standard_deviation=NOISE)
    error = factor_of_potential(found.table, INSIDE, T) - exact
    raw = np.interp(INSIDE, X, np.gradient(noisy(seed), X)) / np.interp(INSIDE, X, np.gradient(GRAPHITE(x=X), X))
    assert np.sqrt(np.mean(error**2)) < 0.4
    assert np.sqrt(np.mean(((raw - 1) * exact) ** 2)) > 10 * np.sqrt(np.mean(error**2))
    assert found.residual_rms == pytest.approx(NOISE, rel=1e-2)
    np.testing.assert_allclose(found.table(INSIDE), GRAPHITE(x=INSIDE), atol=1.5 * NOISE)


def test_smooth_table_is_monotonic():
    """U falls, or stays, from each point to the next; so Gamma is nowhere negative; data that rise give a rise."""
    found = smoothed_table(X, noisy(7), standard_deviation=NOISE).table
    assert (np.diff(found.values) <= 0).all()
    assert factor_of_potential(found, INSIDE, T).min() >= 0
    mirrored = smoothed_table(X, -noisy(7), standard_deviation=NOISE).table
    np.testing.assert_allclose(mirrored.values, -np.array(found.values), atol=1e-12)


def test_order_and_unit_do_not_matter():
    """Shuffled points, repeated points, and millivolts give the same curve."""
    order = np.random.default_rng(1).permutation(X.size)
    found = smoothed_table(X, noisy(2), standard_deviation=NOISE).table
    shuffled = smoothed_table(X[order], noisy(2)[order], standard_deviation=NOISE).table
    assert shuffled == found
    scaled = smoothed_table(X, 1e3 * noisy(2), standard_deviation=1e3 * NOISE).table
    np.testing.assert_allclose(scaled.values, 1e3 * np.array(found.values), rtol=1e-5)
    twice = smoothed_table(np.repeat(X, 2), np.repeat(noisy(2), 2), standard_deviation=NOISE).table
    np.testing.assert_allclose(twice(INSIDE), found(INSIDE), atol=NOISE)


def test_exact_data_and_straight_lines():
    """Data without noise are followed as closely as the spline can; a noisy line becomes a line."""
    close = smoothed_table(X, GRAPHITE(x=X), standard_deviation=1e-6)
    assert close.residual_rms < 2e-5
    line = 3.4 - 0.2 * X + NOISE * np.random.default_rng(3).standard_normal(X.size)
    straight = smoothed_table(X, line, standard_deviation=NOISE).table
    np.testing.assert_allclose(straight(INSIDE), 3.4 - 0.2 * INSIDE, atol=0.5 * NOISE)


def test_hysteresis_beyond_the_noise_shows_in_the_residual():
    """Data that rise by 20 mV are not followed: the residual says how far they are from any monotonic curve."""
    data = noisy(4)
    data[200:220] += 20e-3
    found = smoothed_table(X, data, standard_deviation=NOISE)
    assert (np.diff(found.table.values) <= 0).all()
    assert found.largest_residual > 5e-3


def test_data_that_imply_a_negative_factor_are_named():
    """A rise of 4 mV between x = 0.4 and 0.6 is named by the plateau that hides it; noise on a plateau is not."""
    plateau = 3.42 + 0.1 * np.exp(-X / 0.02) - 0.1 * np.exp((X - 1) / 0.02)
    noise = NOISE * np.random.default_rng(5).standard_normal(X.size)
    assert smoothed_table(X, plateau + noise, standard_deviation=NOISE).against == ()
    rise = 2e-3 * np.sin(5 * np.pi * (X - 0.5)) * (abs(X - 0.5) < 0.2)
    ((low, high),) = smoothed_table(X, plateau + rise + noise, standard_deviation=NOISE).against
    assert low < 0.42 < 0.58 < high


@pytest.mark.parametrize(
    ("x", "values", "noise", "error"),
    [
        (X[:10], X[:10], 1e-3, InputError),
        (X, X[:-1], 1e-3, InputError),
        (X, np.where(X > 0.5, np.nan, X), 1e-3, InputError),
        (np.repeat([0.1, 0.2], 20), np.arange(40.0), 1e-3, InputError),
        ("x", "U", 1e-3, InputError),
        (X, -X, 0.0, OutOfRangeError),
        (X, -X, "1 mV", InputError),
    ],
)
def test_bad_data_are_refused(x, values, noise, error):
    """Few points, unequal lists, gaps, two places only, and noise that is not positive are refused."""
    with pytest.raises(error):
        smoothed_table(x, values, standard_deviation=noise)
