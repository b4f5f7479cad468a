"""Spheres of several sizes, mixed evenly: milled and agglomerated powders."""

from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.checking import checked_number
from electrode_homog.particles.sphere import LARGEST_RADIUS_M, SMALLEST_RADIUS_M, Sphere

MOST_SIZES = 100

CLOSURE_TOLERANCE = 1e-6
"""Shares are tabulated with three or four digits and must add up as written."""


@dataclass(frozen=True)
class SphereSizes:
    """Spheres of `radii_m`, each with its share of the volume (equally: of the mass) of active material.

    Every size feels the same potential and the same electrolyte and takes up lithium by itself, so small ones run
    ahead of large ones. Volume shares are what sieves and laser diffraction report; a count of particles must be
    turned by radius**3, an area share by radius. The radii increase; both are held as tuples.

    Raises InputError for what are not lists of equal length of finite numbers, OutOfRangeError for more than 100
    sizes, radii that do not increase or leave 10 nm to 100 um, and shares that are not positive or do not add up to 1
    within 1e-6.
    """

    radii_m: tuple[float, ...]
    volume_fractions: tuple[float, ...]

    def __post_init__(self):
        radii, shares = _numbers("radii_m", self.radii_m), _numbers("volume_fractions", self.volume_fractions)
        if radii.size != shares.size or radii.size == 0:
            raise InputError(f"{radii.size} radii_m and {shares.size} volume_fractions; give one fraction per radius")
        if radii.size > MOST_SIZES:
            raise OutOfRangeError(f"{radii.size} sizes; at most {MOST_SIZES} are run, 5 to 10 are usual")
        for radius in radii:
            Sphere(radius)  # its range and its advice on units
        if np.any(np.diff(radii) <= 0):
            raise OutOfRangeError(f"radii_m = {self.radii_m!r:.100} must increase; sort them and join equal ones")
        if np.any(shares <= 0) or abs(shares.sum() - 1) > CLOSURE_TOLERANCE:
            raise OutOfRangeError(
                f"volume_fractions = {self.volume_fractions!r:.100} must be positive and add up to 1, not "
                f"{shares.sum():g}"
            )
        object.__setattr__(self, "radii_m", tuple(radii.tolist()))
        object.__setattr__(self, "volume_fractions", tuple(shares.tolist()))

    @property
    def radius_m(self) -> float:
        """3 volume / surface area of the whole powder (Sauter's mean): 3 / radius_m is its surface per volume."""
        return 1 / sum(share / radius for share, radius in zip(self.volume_fractions, self.radii_m, strict=True))

    @property
    def area_fractions(self) -> tuple[float, ...]:
        """Share of each size in the surface area."""
        mean = self.radius_m
        return tuple(share * mean / radius for share, radius in zip(self.volume_fractions, self.radii_m, strict=True))


def log_normal_sizes(median_radius_m: float, geometric_deviation: float, *, sizes: int = 7) -> SphereSizes:
    """Sizes whose shares of the VOLUME are log-normal in the radius: half of the volume lies below the median.

    `geometric_deviation` is the factor, 1 or more, within which 68 % of the volume lies on either side of the median
    (1.5 for many cathode powders). The sizes are the nodes of Gauss and Hermite, so that all means of radius**k up to
    k = +-(a few) agree with the continuous distribution: Sauter's mean is median exp(-ln(deviation)**2 / 2). Raises
    OutOfRangeError for a deviation outside 1 to 3, or sizes outside 1 to 15.
    """
    if not 1 <= checked_number("geometric_deviation", geometric_deviation, "1.5") <= 3:
        raise OutOfRangeError(f"geometric_deviation = {geometric_deviation!r} is not in 1 (one size) to 3")
    if isinstance(sizes, bool) or not isinstance(sizes, int) or not 1 <= sizes <= 15:
        raise OutOfRangeError(f"sizes = {sizes!r} is not a whole number of 1 to 15")
    Sphere(median_radius_m)
    if geometric_deviation == 1:
        return SphereSizes((median_radius_m,), (1.0,))
    nodes, weights = np.polynomial.hermite_e.hermegauss(sizes)
    radii = median_radius_m * geometric_deviation**nodes
    shares = weights / weights.sum()
    if not SMALLEST_RADIUS_M <= radii[0] <= radii[-1] <= LARGEST_RADIUS_M:
        raise OutOfRangeError(
            f"a geometric_deviation of {geometric_deviation:g} gives radii from {radii[0]:.3g} to {radii[-1]:.3g} m, "
            f"outside {SMALLEST_RADIUS_M:g} to {LARGEST_RADIUS_M:g} m; ask for fewer sizes"
        )
    return SphereSizes(tuple(radii.tolist()), tuple(shares.tolist()))


def _numbers(name: str, values: object) -> np.ndarray:
    try:
        array = np.array(values, dtype=float if np.array(values).dtype.kind in "iuf" else None)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if array.dtype.kind != "f" or array.ndim != 1 or not np.all(np.isfinite(array)):
        raise InputError(f"{name} = {values!r:.100} is not a list of finite numbers")
    return array
