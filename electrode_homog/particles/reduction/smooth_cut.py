"""Tetrahedra inside a level surface: a grid of cubes cut into tetrahedra, and those cut along the surface.

Each cube falls into six tetrahedra around its diagonal (Kuhn, 1960), the same in every cube. Nodes close to the
surface are moved onto it first, so that no sliver is cut off (after Labelle and Shewchuk, 2007). What is left of a
tetrahedron is cut from its corner of lowest number, each face from its own, so that neighbours agree.
"""

from itertools import pairwise, permutations
from typing import Any

import numpy as np

SNAP = 0.2
"""Share of an edge within which a node goes to the surface; more could turn a tetrahedron inside out."""

# what is left of a tetrahedron with some corners inside, the others outside: its faces; 0 to 3 are the corners in
# the order inside, on the surface, outside, and (i, j) is the cut between two of them
PIECES: dict[tuple[int, int], list[list[Any]]] = {
    (1, 0): [[0, (0, 1), (0, 2)], [0, (0, 2), (0, 3)], [0, (0, 1), (0, 3)], [(0, 1), (0, 2), (0, 3)]],
    (1, 1): [[0, 1, (0, 2)], [0, 1, (0, 3)], [0, (0, 2), (0, 3)], [1, (0, 2), (0, 3)]],
    (1, 2): [[0, 1, 2], [0, 1, (0, 3)], [0, 2, (0, 3)], [1, 2, (0, 3)]],
    (2, 1): [[0, 1, 2], [0, 2, (0, 3)], [1, 2, (1, 3)], [2, (0, 3), (1, 3)], [0, 1, (1, 3), (0, 3)]],
    (2, 0): [
        [0, (0, 2), (0, 3)],
        [1, (1, 2), (1, 3)],
        [0, 1, (1, 2), (0, 2)],
        [0, 1, (1, 3), (0, 3)],
        [(0, 2), (0, 3), (1, 3), (1, 2)],
    ],
    (3, 0): [
        [0, 1, 2],
        [(0, 3), (1, 3), (2, 3)],
        [0, 1, (1, 3), (0, 3)],
        [1, 2, (2, 3), (1, 3)],
        [0, 2, (2, 3), (0, 3)],
    ],
}


def tetrahedra_inside(height: np.ndarray, steps: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Points (p, 3) and tetrahedra (t, 4) of the region height > 0; height (nx, ny, nz) at nodes `steps` apart."""
    points = np.stack(np.meshgrid(*[np.arange(n) * h for n, h in zip(height.shape, steps, strict=True)], indexing="ij"))
    points, values = points.reshape(3, -1).T.copy(), height.ravel().copy()
    values[values == 0] = -1e-12 * np.abs(values).max()
    corners = _cubes_in_six(height)
    _snap(points, values, corners)
    sign = np.sign(values[corners])
    whole = (sign >= 0).all(axis=1) & (sign > 0).any(axis=1)
    cut = (sign > 0).any(axis=1) & (sign < 0).any(axis=1)
    points, pieces = _cut(points, values, corners[cut])
    tetrahedra = np.vstack([corners[whole], pieces])
    used, tetrahedra = np.unique(tetrahedra, return_inverse=True)
    return points[used], tetrahedra.reshape(-1, 4)


def _cubes_in_six(height: np.ndarray) -> np.ndarray:
    """Tetrahedra (t, 4) of the cubes that have a corner inside."""
    number = np.arange(height.size).reshape(height.shape)
    inside = height > 0
    corner = {}
    touched = np.zeros(tuple(n - 1 for n in height.shape), dtype=bool)
    for i, j, k in np.ndindex(2, 2, 2):
        window = tuple(slice(o, n - 1 + o) for o, n in zip((i, j, k), height.shape, strict=True))
        corner[i, j, k] = number[window]
        touched |= inside[window]
    tetrahedra = []
    for order in permutations(range(3)):
        path = np.zeros((4, 3), dtype=int)
        for step, axis in enumerate(order):
            path[step + 1 :, axis] = 1
        tetrahedra.append(np.stack([corner[tuple(at)][touched] for at in path.tolist()], axis=1))
    return np.vstack(tetrahedra)


def _snap(points: np.ndarray, values: np.ndarray, corners: np.ndarray) -> None:
    """Move each node near the surface onto it, along the edge that is cut closest to the node."""
    edges = np.unique(np.sort(corners[:, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]].reshape(-1, 2)), axis=0)
    edges = edges[values[edges[:, 0]] * values[edges[:, 1]] < 0]
    edges = np.vstack([edges, edges[:, ::-1]])
    share = values[edges[:, 0]] / (values[edges[:, 0]] - values[edges[:, 1]])
    edges, share = edges[share < SNAP], share[share < SNAP]
    order = np.lexsort((share, edges[:, 0]))
    near, first = np.unique(edges[order, 0], return_index=True)
    far, along = edges[order, 1][first], share[order][first]
    points[near] = points[near] + along[:, None] * (points[far] - points[near])
    values[near] = 0.0


def _cut(points: np.ndarray, values: np.ndarray, corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points with those of the cuts, and what is left of each of the tetrahedra."""
    new: dict[tuple[int, int], int] = {}
    pieces: list[list[int]] = []
    for tetrahedron in corners.tolist():
        heights = [float(values[corner]) for corner in tetrahedron]
        ordered = sorted(tetrahedron, key=lambda corner: (values[corner] < 0, values[corner] == 0))
        kind = len([h for h in heights if h > 0]), len([h for h in heights if h == 0])
        faces = [
            [
                ordered[at]
                if isinstance(at, int)
                else new.setdefault((ordered[at[0]], ordered[at[1]]), len(points) + len(new))
                for at in face
            ]
            for face in PIECES[kind]
        ]
        lowest = min(min(face) for face in faces)
        for face in faces:
            if lowest not in face:
                start = face.index(min(face))
                turned = face[start:] + face[:start]
                pieces += [[lowest, turned[0], b, c] for b, c in pairwise(turned[1:])]
    inside, outside = np.array(list(new), dtype=int).reshape(-1, 2).T
    share = values[inside] / (values[inside] - values[outside])
    cuts = points[inside] + share[:, None] * (points[outside] - points[inside])
    return np.vstack([points, cuts]), np.array(pieces, dtype=int).reshape(-1, 4)
