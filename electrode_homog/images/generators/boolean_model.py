"""Overlapping particles about the points of a Poisson process, the Boolean model, whose statistics are exact.

With `density` points per volume and grains of mean volume V, a point is void with probability exp(-density V), and two
points at distance r with exp(-density V_union(r)), V_union the mean volume of a grain united with itself moved by r
(Stoyan, Kendall & Mecke, Stochastic Geometry and its Applications, 1995, section 3.1). These are expectations: the
number of grains in an image is Poisson, and its porosity scatters about the one asked for.
"""

from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.images.generators.arguments import (
    Lengths,
    check_between,
    check_periodic,
    check_seed,
    checked_lengths,
    checked_numbers,
)
from electrode_homog.images.generators.ellipsoids import Ellipsoids
from electrode_homog.images.generators.orientations import Aligned, Orientation, drawn_directions
from electrode_homog.images.generators.radii import LogNormalRadii
from electrode_homog.images.generators.spheres import Spheres

_MOST_GRAINS = 10**7


@dataclass(frozen=True)
class BooleanModel:
    """Expectations for overlapping spheres of log-normal radii: see `LogNormalRadii` for the two numbers.

    Raises OutOfRangeError unless 0 < porosity < 1.
    """

    porosity: float
    mean_radius_m: float
    radius_spread: float = 0.0

    def __post_init__(self):
        check_between("porosity", self.porosity, 0, 1)
        _ = self.radii  # checks the other two

    @property
    def radii(self) -> LogNormalRadii:
        """The distribution of the radii."""
        return LogNormalRadii(self.mean_radius_m, self.radius_spread)

    @property
    def density_per_m3(self) -> float:
        """Centres per volume, -log(porosity) / mean volume."""
        return float(-np.log(self.porosity) / self.radii.mean_volume_m3)

    @property
    def surface_area_per_m(self) -> float:
        """Surface per volume: density * mean surface of a sphere * porosity, the share of it that is not covered.

        >>> round(BooleanModel(porosity=0.5, mean_radius_m=0.1).surface_area_per_m, 6)
        10.397208
        """
        return float(self.density_per_m3 * 4 * np.pi * self.radii.moment(2) * self.porosity)

    def void_two_point(self, distance_m: np.ndarray) -> np.ndarray:
        """Probability that two points at each distance (n,) are both void; porosity at 0, porosity**2 far away.

        A sphere and its copy at r < 2R cover 4/3 pi R^3 (1 + 3 r / 4R - r^3 / 16 R^3).
        """
        radius, weight = self.radii.quadrature()
        ratio = np.minimum(np.asarray(distance_m, float)[..., None] / radius, 2)
        union = (4 / 3 * np.pi * radius**3 * weight * (1 + 0.75 * ratio - ratio**3 / 16)).sum(-1)
        return np.exp(-self.density_per_m3 * union)


def overlapping_spheres(
    *,
    seed: int,
    box_m: Lengths,
    porosity: float,
    mean_radius_m: float,
    radius_spread: float = 0.0,
    periodic: bool = False,
) -> Spheres:
    """A sample of `BooleanModel(porosity, mean_radius_m, radius_spread)`, which holds the exact expectations.

    Raises InputError and OutOfRangeError for what is not a seed, a box, or a model, and for more than 10^7 spheres.
    """
    model = BooleanModel(porosity, mean_radius_m, radius_spread)
    check_seed(seed)
    check_periodic(periodic)
    box = checked_lengths("box_m", box_m)
    random = np.random.default_rng(seed)
    reach = model.radii.largest_m
    centres = _poisson_points(np.array(box), np.full(3, 0.0 if periodic else reach), model.density_per_m3, random)
    radii = model.radii.drawn(len(centres), random)
    if not periodic:
        outside = np.maximum(np.maximum(-centres, centres - box), 0)
        inside = (outside**2).sum(axis=1) < radii**2
        centres, radii = centres[inside], radii[inside]
    return Spheres(centres, radii, box, periodic, f"overlapping_spheres: seed {seed}, {model}, periodic {periodic}")


def overlapping_ellipsoids(
    *,
    seed: int,
    box_m: Lengths,
    porosity: float,
    mean_radius_m: float,
    semi_axis_ratios: tuple[float, float, float],
    orientation: Orientation,
    radius_spread: float = 0.0,
    periodic: bool = False,
) -> Ellipsoids:
    """As `overlapping_spheres`, of ellipsoids whose spheres of equal volume have these radii: the same porosity.

    `semi_axis_ratios` are those of the semi-axes, along x, y, z before the turn: (1, 4, 4) are flakes whose normal is
    x, (4, 1, 1) needles along x. For `Aligned()` the two-point probability at lag r is that of the spheres at the
    length of r / (ratios / their geometric mean).
    """
    model = BooleanModel(porosity, mean_radius_m, radius_spread)
    check_seed(seed)
    check_periodic(periodic)
    box, ratios = checked_lengths("box_m", box_m), scaled_ratios(semi_axis_ratios)
    random = np.random.default_rng(seed)
    furthest = model.radii.largest_m * (ratios if isinstance(orientation, Aligned) else np.full(3, ratios.max()))
    centres = _poisson_points(np.array(box), 0 * furthest if periodic else furthest, model.density_per_m3, random)
    semi_axes = model.radii.drawn(len(centres), random)[:, None] * ratios
    directions = drawn_directions(orientation, len(centres), random)
    source = (
        f"overlapping_ellipsoids: seed {seed}, {model}, semi-axis ratios {ratios.round(6).tolist()}, {orientation}, "
        f"periodic {periodic}"
    )
    return Ellipsoids(centres, semi_axes, directions, box, periodic, source)


def scaled_ratios(ratios: object) -> np.ndarray:
    """(3,) ratios of semi-axes with the product 1; OutOfRangeError unless the largest over the smallest is <= 100."""
    values = checked_numbers("semi_axis_ratios", ratios, 3)
    if not (values.min() > 0 and values.max() <= 100 * values.min()):
        raise OutOfRangeError(f"semi_axis_ratios = {ratios!r} are not > 0 and within a factor of 100")
    return values / np.prod(values) ** (1 / 3)


def _poisson_points(box: np.ndarray, margin: np.ndarray, density: float, random: np.random.Generator) -> np.ndarray:
    """(n, 3) points in the box and a margin (3,) around it, their number a Poisson deviate."""
    extended = box + 2 * margin
    expected = density * float(np.prod(extended))
    if expected > _MOST_GRAINS:
        raise OutOfRangeError(f"the box holds about {expected:.3g} particles; choose larger ones or a smaller box")
    return random.uniform(size=(random.poisson(expected), 3)) * extended - margin
