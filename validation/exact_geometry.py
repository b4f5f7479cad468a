"""Area and line length of overlapping spheres as they were drawn, by points on the spheres: no voxels.

A share of the points on each sphere (or circle where two spheres meet) is neither covered by another sphere nor outside
the box; with `POINTS` of them the standard error is far below what voxels do.
"""

import numpy as np
from scipy.spatial import KDTree

import electrode_homog as eh

POINTS = 400  # per sphere or circle; thousands of spheres


def free_area_m2(spheres: eh.Spheres, random: np.random.Generator) -> float:
    """Surface of the union of the spheres inside their box; not for periodic spheres."""
    return float(sum(_free_share(spheres, i, random) * 4 * np.pi * r**2 for i, r in enumerate(spheres.radii_m)))


def _free_share(spheres: eh.Spheres, number: int, random: np.random.Generator) -> float:
    centre, radius = spheres.centres_m[number], spheres.radii_m[number]
    apart = np.linalg.norm(spheres.centres_m - centre, axis=1)
    near = np.flatnonzero(apart < radius + spheres.radii_m)
    others = near[near != number]
    directions = random.normal(size=(POINTS, 3))
    points = centre + radius * directions / np.linalg.norm(directions, axis=1)[:, None]
    return float(np.mean(_outside(points, spheres, others) & _in_box(points, spheres.box_m)))


def triple_line_m(first: eh.Spheres, second: eh.Spheres, random: np.random.Generator) -> float:
    """Length of the lines where the surfaces of two sets of spheres meet, inside the box of the first.

    One phase is the union of the first, another what the second cover beyond it, the third the rest.
    """
    reach = first.radii_m.max() + second.radii_m.max()
    pairs = KDTree(first.centres_m).query_ball_tree(KDTree(second.centres_m), reach)
    total = 0.0
    for i, partners in enumerate(pairs):
        for j in partners:
            total += _free_circle(first, i, second, j, random)
    return total


def _free_circle(first: eh.Spheres, i: int, second: eh.Spheres, j: int, random: np.random.Generator) -> float:
    a, b, r, s = first.centres_m[i], second.centres_m[j], first.radii_m[i], second.radii_m[j]
    distance = float(np.linalg.norm(b - a))
    along = (distance**2 + r**2 - s**2) / (2 * distance)
    if not abs(r - s) < distance < r + s:
        return 0.0
    radius, axis = np.sqrt(r**2 - along**2), (b - a) / distance
    u = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    u /= np.linalg.norm(u)
    angle = random.uniform(0, 2 * np.pi, POINTS)[:, None]
    points = a + along * axis + radius * (np.cos(angle) * u + np.sin(angle) * np.cross(axis, u))
    free = _in_box(points, first.box_m)
    for spheres, number in ((first, i), (second, j)):
        near = np.flatnonzero(np.linalg.norm(spheres.centres_m - a, axis=1) < r + 2 * spheres.radii_m.max())
        free &= _outside(points, spheres, near[near != number])
    return float(2 * np.pi * radius * np.mean(free))


def _outside(points: np.ndarray, spheres: eh.Spheres, numbers: np.ndarray) -> np.ndarray:
    apart = np.linalg.norm(points[:, None] - spheres.centres_m[numbers], axis=2)
    return np.all(apart > spheres.radii_m[numbers], axis=1)


def _in_box(points: np.ndarray, box_m) -> np.ndarray:
    return np.all((points > 0) & (points < box_m), axis=1)
