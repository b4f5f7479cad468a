"""A random dense packing of spheres of log-normal radii in a periodic box, all lengths in one unit.

Random points are pushed apart until the spheres hardly overlap (the force-biased way of Moscinski et al.,
1989, Molecular Simulation 3, 201, with fixed radii), which gives the many near contacts of a pressed
powder, where random sequential placement jams at 38 %.
"""

from dataclasses import dataclass

import numpy as np

_MOST_STEPS = 150
_STEP = 0.6  # share of an overlap removed at once; above about 1 the spheres jump back and forth
_TOLERANCE = 0.02  # mean overlap, in mean radii, at which the packing is left alone
LARGEST_DEVIATE = 2.0  # radii are cut at two standard deviations of their logarithm, as sieved powder is


@dataclass(frozen=True, eq=False)
class Packing:
    """`centres` (n, 3) in 0 <= x < box, `radii` (n,), largest first; `box` (3,) repeats periodically."""

    centres: np.ndarray
    radii: np.ndarray
    box: np.ndarray


def pack_spheres(
    box: np.ndarray, *, volume_fraction: float, mean_radius: float, spread: float, random: np.random.Generator
) -> Packing:
    """Spheres of the volume `volume_fraction` of the box (one at least); `spread` is the log-normal sigma."""
    radii = _radii(float(np.prod(box)) * volume_fraction, mean_radius, spread, random)
    centres = random.uniform(size=(radii.size, 3)) * box
    for _ in range(_MOST_STEPS):
        push, mean_overlap = _repulsion(centres, radii, box)
        if mean_overlap < _TOLERANCE * mean_radius:
            break
        centres = np.mod(centres + _STEP * push, box)
        centres[centres >= box] = 0  # np.mod rounds a tiny negative number up to the box itself
    return Packing(centres, radii, box)


def _radii(volume: float, mean_radius: float, spread: float, random: np.random.Generator) -> np.ndarray:
    """Log-normal radii, largest first, as many as come closest to filling `volume`."""
    mean_volume = 4 / 3 * np.pi * mean_radius**3 * np.exp(3 * spread**2)
    count = int(2 * volume / mean_volume) + 10
    drawn = np.clip(random.standard_normal(count), -LARGEST_DEVIATE, LARGEST_DEVIATE)
    radii = mean_radius * np.exp(spread * drawn - spread**2 / 2)
    filled = np.cumsum(4 / 3 * np.pi * radii**3)
    kept = max(1, int(np.argmin(np.abs(filled - volume))) + 1)
    return np.sort(radii[:kept])[::-1]


def _repulsion(centres: np.ndarray, radii: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, float]:
    """Displacements (n, 3) that would part each overlapping pair, and the overlap per sphere."""
    from scipy.spatial import KDTree

    reach = min(2 * radii[0], 0.499 * box.min())
    pairs = KDTree(centres, boxsize=box).query_pairs(reach, output_type="ndarray")
    first, second = pairs.T
    apart = centres[first] - centres[second]
    apart -= box * np.round(apart / box)
    distance = np.maximum(np.linalg.norm(apart, axis=1), 1e-9 * radii[-1])
    overlap = radii[first] + radii[second] - distance
    touching = overlap > 0
    first, second, overlap = first[touching], second[touching], overlap[touching]
    force = apart[touching] * (overlap / distance[touching])[:, None]
    # The smaller of two spheres moves further, in proportion to the other's radius.
    share = (radii[second] / (radii[first] + radii[second]))[:, None]
    push = np.zeros_like(centres)
    np.add.at(push, first, share * force)
    np.add.at(push, second, (share - 1) * force)
    return push, float(overlap.sum() / radii.size)
