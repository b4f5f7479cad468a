"""Distributions as they are drawn: densities on a logarithmic axis, and means over blocks of layers."""

import numpy as np
import pytest

import electrode_homog as eh
from electrode_homog.report.density import merged, smooth, stepped
from electrode_homog.report.direction_figures import chord_density
from electrode_homog.report.layer_blocks import block_borders, block_means, to_the_faces


def test_smooth_density_of_a_log_normal():
    """The density of many log-normal sizes is that of the distribution, within 5 % of its peak."""
    mu, sigma, n = np.log(3.0), 0.4, 4000
    sizes = np.sort(np.random.default_rng(1).lognormal(mu, sigma, n))
    at = np.geomspace(0.3, 30, 240)
    found = smooth(sizes, np.full(n, 1 / n), at)
    exact = np.exp(-0.5 * ((np.log(at) - mu) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    assert np.abs(found - exact).max() < 0.05 * exact.max()
    assert np.trapezoid(found, np.log(at)) == pytest.approx(1, abs=1e-3)


def test_one_size_is_a_narrow_peak():
    """A single size has a density of area 1 around it, however few points there are."""
    at = np.geomspace(1, 20, 240)
    found = smooth(np.array([5.0]), np.array([1.0]), at)
    assert at[found.argmax()] == pytest.approx(5, rel=0.02)
    assert np.trapezoid(found, np.log(at)) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("sizes", [[2.0], [2.0, 2.1], [1.0, 1.4, 1.5, 1.6, 4.0], list(np.geomspace(1, 9, 60))])
def test_steps_enclose_one_and_keep_the_shares(sizes):
    """Classes are merged to a least width; every share is in the class around its size."""
    sizes = np.array(sizes)
    shares = np.random.default_rng(5).dirichlet(np.ones(sizes.size))
    edges, density = stepped(sizes, shares)
    width = np.diff(np.log(edges))
    assert density @ width == pytest.approx(1, rel=1e-12)
    assert width.size == 1 or width.min() >= 0.2 - 1e-12
    inside = np.histogram(sizes, edges, weights=shares)[0]
    np.testing.assert_allclose(density * width, inside, atol=1e-12)


def test_what_is_left_over_joins_the_last_class():
    """Borders at 0, 1, 2, 2.5 with a least width of 1 leave two classes."""
    edges, density = merged(np.array([0, 1, 2, 2.5]), np.array([0.2, 0.5, 0.3]), least=1.0)
    np.testing.assert_allclose(np.log(edges), [0, 1, 2.5])
    np.testing.assert_allclose(density, [0.2, 0.8 / 1.5])


def test_exponential_chords_peak_at_their_mean():
    """On a logarithmic axis the density of exponential chords is l/a exp(-l/a), whose peak is at a."""
    length, edge, mean = np.arange(1, 400) * 0.5, 0.5, 12.0
    share = np.exp(-length / mean)
    share /= share.sum()
    of_axes = (length, length, length), (share, share, share)
    chords = eh.ChordLengths("pore", 0.4, (mean, mean, mean), (1.0, 1.0, 1.0), *of_axes)
    at, density = chord_density(chords, 0)
    assert at[density.argmax()] == pytest.approx(mean, rel=0.15)
    inner = slice(5, -1)
    np.testing.assert_allclose(density[inner], (at / mean * np.exp(-at / mean))[inner], atol=0.02)
    assert at[0] > edge / 2
    assert density[-1] == 0


def test_blocks_keep_the_mean():
    """Means over blocks, weighted by their length, are the mean of all; short arrays stay as they are."""
    values = np.random.default_rng(7).random((2, 1001))
    borders = block_borders(1001)
    assert borders.size <= 301
    means = block_means(values, borders)
    np.testing.assert_allclose(means @ np.diff(borders) / 1001, values.mean(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(block_means(values[:, :300], block_borders(300)), values[:, :300])


def test_lines_reach_the_faces():
    """From the first face to the last, with the value of the outermost block."""
    at, values = to_the_faces(np.array([1.0, 2, 3]), block_borders(3))
    assert at.tolist() == [0, 0.5, 1.5, 2.5, 3]
    assert values.tolist() == [1, 1, 2, 3, 3]
