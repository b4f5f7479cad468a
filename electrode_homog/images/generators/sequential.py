"""Random sequential adsorption: spheres placed one after the other where they fit, the largest first.

Equal spheres jam at a volume fraction of 0.3828 (Torquato, Uche & Stillinger 2006, doi 10.1103/PhysRevE.74.061308),
and on the way there the trials per sphere grow as the inverse cube of what is missing: `packed_spheres` are denser.
"""

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.images.generators.arguments import (
    Lengths,
    check_between,
    check_periodic,
    check_seed,
    checked_lengths,
)
from electrode_homog.images.generators.radii import LogNormalRadii
from electrode_homog.images.generators.spheres import Spheres

JAMMED_FRACTION = 0.3828
_TRIALS_PER_SPHERE = 2000  # on average; equal spheres take 330 up to a fraction of 0.34 and 1200 up to 0.355
_MOST_SPHERES = 10**6
_BATCH = 2048


def random_spheres(
    *,
    seed: int,
    box_m: Lengths,
    volume_fraction: float,
    mean_radius_m: float,
    radius_spread: float = 0.0,
    periodic: bool = False,
) -> Spheres:
    """Spheres that do not overlap, with the volume fraction to the nearest sphere; radii are `LogNormalRadii`.

    Of a periodic box `volume_per_box` is the fraction; otherwise the box is a window into a larger periodic one
    that has it. Raises OutOfRangeError for a fraction that equal spheres cannot reach, before placing any, for one
    that was not reached in a bounded number of trials, and for spheres wider than the box.
    """
    radii = LogNormalRadii(mean_radius_m, radius_spread)
    check_seed(seed)
    check_periodic(periodic)
    check_between("volume_fraction", volume_fraction, 0, 1)
    if radius_spread == 0 and volume_fraction > JAMMED_FRACTION:
        raise OutOfRangeError(
            f"volume_fraction = {volume_fraction:g}: equal spheres placed at random jam at {JAMMED_FRACTION}; "
            "take packed_spheres"
        )
    box = checked_lengths("box_m", box_m)
    random = np.random.default_rng(seed)
    centres, sizes = _placed_in_window(box, periodic, volume_fraction, radii, random)
    source = f"random_spheres: seed {seed}, volume fraction {volume_fraction:g}, {radii}, periodic {periodic}"
    return Spheres(centres, sizes, box, periodic, source)


def _placed_in_window(
    box: Lengths, periodic: bool, fraction: float, radii: LogNormalRadii, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Centres (n, 3) and radii (n,); without periodicity those that reach into the box out of a larger one."""
    margin = 0.0 if periodic else 2 * radii.largest_m
    larger = np.array(box) + 2 * margin
    if 2 * radii.largest_m > larger.min():
        raise OutOfRangeError(
            f"spheres of radius up to {radii.largest_m:g} m do not fit a periodic box of {box} m; choose a larger box"
        )
    if fraction * np.prod(larger) > _MOST_SPHERES * radii.mean_volume_m3:
        raise OutOfRangeError(f"the box holds more than {_MOST_SPHERES} spheres; choose larger ones or a smaller box")
    sizes = radii.filling(fraction * float(np.prod(larger)), random)
    centres = _placed(larger, sizes, fraction, random) - margin
    outside = np.maximum(np.maximum(-centres, centres - box), 0)
    inside = (outside**2).sum(axis=1) < sizes**2
    return centres[inside], sizes[inside]


def _placed(box: np.ndarray, radii: np.ndarray, fraction: float, random: np.random.Generator) -> np.ndarray:
    """Centres (n, 3) in a periodic box, placed in the order of `radii`, which falls.

    Trials are made in batches: each knows its clearance from the spheres before the batch, and is compared with those
    of the batch one by one, which is the same as one trial after the other.
    """
    centres = np.empty((radii.size, 3))
    done, trials = 0, 0
    while done < radii.size:
        if trials > _TRIALS_PER_SPHERE * radii.size + _BATCH:
            reached = fraction * float(np.sum(radii[:done] ** 3) / np.sum(radii**3))
            raise OutOfRangeError(
                f"volume_fraction = {fraction:g}: placing spheres at random came to {reached:.3f} in {trials} trials; "
                "ask for less, or take packed_spheres"
            )
        points = random.uniform(size=(_BATCH, 3)) * box
        clearance = _clearance(points, centres[:done], radii[:done], radii[done], box)
        done = _accepted(points, clearance, centres, radii, done, box)
        trials += _BATCH
    return centres


def _clearance(
    points: np.ndarray, centres: np.ndarray, radii: np.ndarray, radius: float, box: np.ndarray
) -> np.ndarray:
    """(m,) distance of each point to the nearest surface, exact where it is below `radius`."""
    from scipy.spatial import KDTree

    clearance = np.full(len(points), np.inf)
    if len(centres):
        reach = radii[0] + radius
        near = KDTree(points, boxsize=box).sparse_distance_matrix(
            KDTree(centres, boxsize=box), reach, output_type="coo_matrix"
        )
        np.minimum.at(clearance, near.row, near.data - radii[near.col])
    return clearance


def _accepted(
    points: np.ndarray, clearance: np.ndarray, centres: np.ndarray, radii: np.ndarray, done: int, box: np.ndarray
) -> int:
    """Write the points that fit, in their order, to `centres` from `done` on; the new number of spheres."""
    before = done
    for index in np.flatnonzero(clearance >= radii[-1]):
        if done == radii.size:
            break
        apart = centres[before:done] - points[index]
        apart -= box * np.round(apart / box)
        enough = radii[before:done] + radii[done]
        if clearance[index] >= radii[done] and ((apart**2).sum(axis=1) >= enough**2).all():
            centres[done] = points[index]
            done += 1
    return done
