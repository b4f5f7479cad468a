"""Log-normal radii: exact moments, the mean asked for, a total volume met to the nearest particle."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators.radii import LogNormalRadii


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.35, 0.7, 1.0])
def test_moments_are_those_of_a_sample(spread):
    """Mean, mean square and mean cube of many radii are the moments; the first is the mean asked for."""
    radii = LogNormalRadii(2.0, spread)
    drawn = radii.drawn(200000, np.random.default_rng(0))
    assert radii.moment(1) == pytest.approx(2.0)
    for order in (1, 2, 3):
        error = np.std(drawn**order) / np.sqrt(drawn.size)
        assert np.mean(drawn**order) == pytest.approx(radii.moment(order), abs=4 * error + 1e-9)
    assert np.median(drawn) == pytest.approx(radii.median_m, rel=0.01)
    assert drawn.max() <= radii.largest_m * (1 + 1e-12)


def test_logarithms_are_normal():
    """Up to the cut at three deviations the standard deviation of the logarithm is the spread, less 1.4 %."""
    logs = np.log(LogNormalRadii(1.0, 0.4).drawn(200000, np.random.default_rng(1)))
    assert np.std(logs) == pytest.approx(0.4 * 0.98658, rel=0.005)  # of a normal deviate cut at 3
    assert np.mean(((logs - logs.mean()) / logs.std()) ** 3) == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("spread", [0.0, 0.35, 1.0])
def test_quadrature_integrates_over_the_radii(spread):
    """Its moments are the closed ones."""
    radii = LogNormalRadii(3.0, spread)
    nodes, weights = radii.quadrature()
    for order in (0, 1, 2, 3):
        assert np.sum(weights * nodes**order) == pytest.approx(radii.moment(order) if order else 1, rel=1e-9)


@pytest.mark.parametrize("volume", [1.0, 1e2, 1e5])
def test_a_volume_is_filled_to_the_nearest_particle(volume):
    """The total is off by at most half the largest particle; largest first."""
    drawn = LogNormalRadii(1.0, 0.3).filling(volume, np.random.default_rng(0))
    volumes = 4 / 3 * np.pi * drawn**3
    assert abs(volumes.sum() - volume) <= volumes[0]
    assert (np.diff(drawn) <= 0).all()


@pytest.mark.parametrize(
    ("mean", "spread", "error"),
    [(0, 0, OutOfRangeError), (-1, 0, OutOfRangeError), (1, -0.1, OutOfRangeError), (1, 1.1, OutOfRangeError),
     (float("nan"), 0, InputError), (1, "a", InputError)],
)  # fmt: skip
def test_wrong_distributions_are_refused(mean, spread, error):
    """Means above 0, spreads from 0 to 1."""
    with pytest.raises(error, match=r"mean_radius_m|radius_spread"):
        LogNormalRadii(mean, spread)
