"""How large the particles are: their sizes, by number and by volume, without those that the border cuts.

Large particles are cut more often, so that counting the whole ones alone would make sizes too small: a particle that is
w_k wide along each axis is whole for (L_k - w_k) of the positions it could have in an image of width L_k, and counts
for 1 / prod(L_k - w_k) particles per volume (Miles 1974; Lantuejoul 1980; Baddeley & Jensen 2004, section 2.3).
"""

import math
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.microstructure.particles import Particles


@dataclass(frozen=True, eq=False)
class SizeDistribution:
    """Radii of balls with the volumes of the whole particles: `radii_m` (n,), rising, and their shares.

    `number_shares` and `volume_shares` (n,) each add up to 1; `number_per_m3` is how many particles there are, and
    `cut` how many were left out.
    """

    radii_m: np.ndarray
    number_shares: np.ndarray
    volume_shares: np.ndarray
    number_per_m3: float
    cut: int

    def __post_init__(self):
        for name in ("radii_m", "number_shares", "volume_shares"):
            view = np.asarray(getattr(self, name), dtype=float).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)
        if not self.radii_m.shape == self.number_shares.shape == self.volume_shares.shape or not self.radii_m.size:
            raise InputError("radii_m, number_shares and volume_shares must have the same length, at least 1")
        if np.any(np.diff(self.radii_m) < 0):
            raise InputError("radii_m must rise")

    @property
    def effective_counts(self) -> tuple[float, float]:
        """By number and by volume: as many particles of equal weight would say as much."""
        by_number, by_volume = (float(1 / (s @ s)) for s in (self.number_shares, self.volume_shares))
        return by_number, by_volume

    @property
    def mean_m(self) -> float:
        """By number."""
        return float(self.radii_m @ self.number_shares)

    @property
    def volume_mean_m(self) -> float:
        """By volume."""
        return float(self.radii_m @ self.volume_shares)

    @property
    def sauter_radius_m(self) -> float:
        """sum r**3 / sum r**2: equal balls of this radius have the volume and the area of all, taken as balls."""
        return 1 / float(self.volume_shares @ (1 / self.radii_m))

    @property
    def median_m(self) -> float:
        """By number."""
        return _quantile(self.radii_m, self.number_shares, 0.5)

    @property
    def volume_median_m(self) -> float:
        """By volume: half of D50."""
        return self.volume_quantile_m(0.5)

    @property
    def spread(self) -> float:
        """Standard deviation of ln r by number; it is sigma of a log-normal distribution."""
        return _spread(self.radii_m, self.number_shares)

    @property
    def volume_spread(self) -> float:
        """Standard deviation of ln r by volume; it is sigma of a log-normal distribution, too."""
        return _spread(self.radii_m, self.volume_shares)

    @property
    def median_errors(self) -> tuple[float, float]:
        """Relative standard errors of the medians by number and by volume: sqrt(pi / 2) spread / sqrt(effective
        count), for particles independent of each other and log-normal; a spread from one particle is not known."""
        spreads = (self.spread, self.volume_spread)
        by_number, by_volume = (
            math.sqrt(math.pi / 2 / count) * spread if self.radii_m.size > 1 else math.inf
            for spread, count in zip(spreads, self.effective_counts, strict=True)
        )
        return by_number, by_volume

    def quantile_m(self, share: float) -> float:
        """Radius that `share` of the particles do not reach."""
        return _quantile(self.radii_m, self.number_shares, share)

    def volume_quantile_m(self, share: float) -> float:
        """Radius below which particles make up `share` of the volume: half of D10, D50, D90 at 0.1, 0.5, 0.9."""
        return _quantile(self.radii_m, self.volume_shares, share)


def size_distribution(particles: Particles) -> SizeDistribution:
    """The sizes of the particles that do not touch the border, each weighted as above.

    On the lattice a box of w voxels has n - w - 1 places that leave free the outermost layers of n. Raises
    OutOfRangeError if no particle is whole.
    """
    whole = ~particles.touches_border
    if not whole.any():
        raise OutOfRangeError(
            f"all {particles.count} particles touch the border of the image, so that no size is known; "
            "take a larger image"
        )
    widths = (particles.box_stop - particles.box_start)[whole]
    places = (np.array(particles.labels.shape) - widths - 1) * np.array(particles.voxel_size_m)
    density = 1 / np.prod(places, axis=1)
    radii, volumes = particles.equivalent_radii_m[whole], particles.volumes_m3[whole]
    order = np.argsort(radii, kind="stable")
    by_volume = density * volumes
    return SizeDistribution(
        radii_m=radii[order],
        number_shares=(density / density.sum())[order],
        volume_shares=(by_volume / by_volume.sum())[order],
        number_per_m3=float(density.sum()),
        cut=int(particles.count - whole.sum()),
    )


def _quantile(radii: np.ndarray, shares: np.ndarray, share: float) -> float:
    """Linear between the middles of the steps of the distribution."""
    if not 0 <= share <= 1:
        raise OutOfRangeError(f"share is {share}; between 0 and 1")
    return float(np.interp(share, np.cumsum(shares) - shares / 2, radii))


def _spread(radii: np.ndarray, shares: np.ndarray) -> float:
    logarithms = np.log(radii)
    return float(np.sqrt(shares @ (logarithms - shares @ logarithms) ** 2))
