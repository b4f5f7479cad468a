"""Particle radii: log-normal, cut at three standard deviations of the logarithm, with exact moments."""

from dataclasses import dataclass

import numpy as np

from electrode_homog.images.generators.arguments import check_between, check_range

LARGEST_DEVIATE = 3.0


@dataclass(frozen=True)
class LogNormalRadii:
    """Radii median * exp(spread * u), u a standard normal deviate with |u| < 3; `mean_m` is their mean by number.

    Spread 0 means equal radii. Raises OutOfRangeError unless mean > 0 and 0 <= spread <= 1.
    """

    mean_m: float
    spread: float = 0.0

    def __post_init__(self):
        check_between("mean_radius_m", self.mean_m, 0, np.inf)
        check_range("radius_spread", self.spread, 0, 1)

    @property
    def median_m(self) -> float:
        """Half of the radii are smaller."""
        return self.mean_m / self._relative_moment(1)

    @property
    def largest_m(self) -> float:
        """No radius is larger."""
        return self.median_m * np.exp(LARGEST_DEVIATE * self.spread)

    @property
    def mean_volume_m3(self) -> float:
        """Mean volume of the spheres."""
        return 4 / 3 * np.pi * self.moment(3)

    def moment(self, order: int) -> float:
        """Mean of radius**order, exactly (that of a cut log-normal, by completing the square)."""
        return self.median_m**order * self._relative_moment(order)

    def _relative_moment(self, order: int) -> float:
        from scipy.special import ndtr

        shift = order * self.spread
        kept = ndtr(LARGEST_DEVIATE - shift) - ndtr(-LARGEST_DEVIATE - shift)
        return float(np.exp(shift**2 / 2) * kept / (2 * ndtr(LARGEST_DEVIATE) - 1))

    def drawn(self, count: int, random: np.random.Generator) -> np.ndarray:
        """(count,) radii."""
        from scipy.special import ndtr, ndtri

        low = ndtr(-LARGEST_DEVIATE)
        return self.median_m * np.exp(self.spread * ndtri(random.uniform(low, 1 - low, count)))

    def filling(self, volume_m3: float, random: np.random.Generator) -> np.ndarray:
        """Radii, largest first, as many (one at least) as come closest to a total volume of `volume_m3`."""
        drawn = self.drawn(int(2 * volume_m3 / self.mean_volume_m3) + 100, random)
        filled = np.cumsum(4 / 3 * np.pi * drawn**3)
        kept = max(1, int(np.argmin(np.abs(filled - volume_m3))) + 1)
        return np.sort(drawn[:kept])[::-1]

    def quadrature(self) -> tuple[np.ndarray, np.ndarray]:
        """Radii and weights (64,) that integrate smooth functions of the radius over its distribution."""
        nodes, weights = np.polynomial.legendre.leggauss(64)
        deviates = LARGEST_DEVIATE * nodes
        weights = weights * np.exp(-(deviates**2) / 2)
        return self.median_m * np.exp(self.spread * deviates), weights / weights.sum()
