"""Dense packings: spheres, and ellipsoids that all lie alike, pushed apart until they hardly overlap.

Overlaps remain, as in a pressed powder: per particle 2 % of the mean radius up to a volume fraction of 0.55, of equal
spheres 3 % at 0.58 and 6 % at 0.62. Aligned ellipsoids are spheres in a stretched space.
"""

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.images.generators.arguments import (
    Lengths,
    check_between,
    check_periodic,
    check_range,
    check_seed,
    checked_lengths,
)
from electrode_homog.images.generators.boolean_model import scaled_ratios
from electrode_homog.images.generators.ellipsoids import Ellipsoids
from electrode_homog.images.generators.packing import LARGEST_DEVIATE, pack_spheres
from electrode_homog.images.generators.spheres import Spheres

DENSEST_FRACTION = 0.62  # equal spheres at random are densest at 0.64; near it the remaining overlap grows
_MOST_SPHERES = 10**5


def packed_spheres(
    *,
    seed: int,
    box_m: Lengths,
    volume_fraction: float,
    mean_radius_m: float,
    radius_spread: float = 0.0,
    periodic: bool = False,
) -> Spheres:
    """Spheres of the volume fraction (to the nearest sphere), pushed apart until they hardly overlap.

    Radii are log-normal with this mean by number and this standard deviation of the logarithm, those beyond two
    standard deviations set to two. Raises OutOfRangeError for a fraction above 0.62 and spheres wider than the box.
    """
    check_seed(seed)
    check_periodic(periodic)
    box = checked_lengths("box_m", box_m)
    centres, radii = _packed(np.array(box), periodic, volume_fraction, mean_radius_m, radius_spread, seed)
    source = (
        f"packed_spheres: seed {seed}, volume fraction {volume_fraction:g}, mean radius {mean_radius_m:g} m, "
        f"spread {radius_spread:g}, periodic {periodic}"
    )
    return Spheres(centres, radii, box, periodic, source)


def packed_ellipsoids(
    *,
    seed: int,
    box_m: Lengths,
    volume_fraction: float,
    mean_radius_m: float,
    semi_axis_ratios: tuple[float, float, float],
    radius_spread: float = 0.0,
    periodic: bool = False,
) -> Ellipsoids:
    """As `packed_spheres`, of ellipsoids of the same volumes, all with these ratios of the semi-axes along x, y, z.

    Tilted ones would need another way of packing: `overlapping_ellipsoids` has them.
    """
    check_seed(seed)
    check_periodic(periodic)
    box, ratios = checked_lengths("box_m", box_m), scaled_ratios(semi_axis_ratios)
    stretched = np.array(box) / ratios
    centres, radii = _packed(stretched, periodic, volume_fraction, mean_radius_m, radius_spread, seed)
    directions = np.broadcast_to(np.eye(3), (radii.size, 3, 3))
    source = (
        f"packed_ellipsoids: seed {seed}, volume fraction {volume_fraction:g}, mean radius {mean_radius_m:g} m, "
        f"spread {radius_spread:g}, semi-axis ratios {ratios.round(6).tolist()}, periodic {periodic}"
    )
    return Ellipsoids(centres * ratios, radii[:, None] * ratios, directions, box, periodic, source)


def _packed(
    box: np.ndarray, periodic: bool, fraction: float, mean_radius: float, spread: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Centres (n, 3) and radii (n,) of the spheres that reach into the box."""
    check_between("volume_fraction", fraction, 0, DENSEST_FRACTION + 1e-9)
    check_between("mean_radius_m", mean_radius, 0, np.inf)
    check_range("radius_spread", spread, 0, 1)
    largest = mean_radius * np.exp(LARGEST_DEVIATE * spread)
    margin = 0.0 if periodic else 2 * largest
    larger = box + 2 * margin
    if 2 * largest > larger.min():
        raise OutOfRangeError(
            f"mean_radius_m = {mean_radius:g}: radii up to {largest:g} m are above half the shortest edge of the box "
            f"(of aligned ellipsoids, stretched), {larger.min():g} m; choose a larger box"
        )
    if fraction * np.prod(larger) > _MOST_SPHERES * 4 / 3 * np.pi * mean_radius**3:
        raise OutOfRangeError(f"the box holds more than {_MOST_SPHERES} particles; choose larger ones or a smaller box")
    random = np.random.default_rng(seed)
    packing = pack_spheres(larger, volume_fraction=fraction, mean_radius=mean_radius, spread=spread, random=random)
    centres = packing.centres - margin
    outside = np.maximum(np.maximum(-centres, centres - box), 0)
    inside = (outside**2).sum(axis=1) < packing.radii**2
    return centres[inside], packing.radii[inside]
