"""A particle given as a mesh of tetrahedra."""

from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError

MOST_TETRAHEDRA = 90_000
"""Some 15 000 nodes, ten seconds of work: beyond, a coarser mesh does."""
FLATTEST = 1e-6
"""Smallest volume of a tetrahedron over the cube of its longest edge."""


@dataclass(frozen=True, eq=False)
class TetrahedralShape:
    """`points_m` (p, 3) and `tetrahedra` (t, 4), indices of the corners in any order; all of the outside reacts.

    Points that no tetrahedron uses are left out. Raises InputError for arrays of another kind, tetrahedra without
    volume or folded over one another, a mesh in several pieces, or one with a cavity; OutOfRangeError for more than
    90 000 tetrahedra.
    """

    points_m: np.ndarray
    tetrahedra: np.ndarray

    def __post_init__(self):
        points, corners = _checked_arrays(self.points_m, self.tetrahedra)
        used, corners = np.unique(corners, return_inverse=True)
        points, corners = points[used], corners.reshape(-1, 4)
        _check_solid(points, corners)
        outside = _check_facets(points, corners)
        for array in (points, corners, outside):
            array.flags.writeable = False
        object.__setattr__(self, "points_m", points)
        object.__setattr__(self, "tetrahedra", corners)
        object.__setattr__(self, "_outside", outside)

    @property
    def volume_m3(self) -> float:
        return float(np.abs(_signed_volumes(self.points_m, self.tetrahedra)).sum())

    @property
    def surface_area_m2(self) -> float:
        a, b, c = np.moveaxis(self.points_m[self._outside], 1, 0)  # type: ignore[attr-defined]
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def _checked_arrays(points: object, tetrahedra: object) -> tuple[np.ndarray, np.ndarray]:
    try:
        xyz, corners = np.array(points, dtype=float), np.array(tetrahedra)
    except (TypeError, ValueError):
        raise InputError("points_m must be a (p, 3) array of numbers, tetrahedra a (t, 4) array of indices") from None
    if xyz.ndim != 2 or xyz.shape[1] != 3 or not np.all(np.isfinite(xyz)):
        raise InputError(f"points_m of shape {xyz.shape} is not a (p, 3) array of finite numbers")
    if corners.ndim != 2 or corners.shape[1] != 4 or not np.issubdtype(corners.dtype, np.integer) or not corners.size:
        raise InputError(f"tetrahedra of shape {corners.shape} and type {corners.dtype} is not (t, 4) integers, t >= 1")
    if corners.min() < 0 or corners.max() >= len(xyz):
        raise InputError(
            f"tetrahedra name points {corners.min()} to {corners.max()}, but there are 0 to {len(xyz) - 1}"
        )
    if len(corners) > MOST_TETRAHEDRA:
        raise OutOfRangeError(f"{len(corners)} tetrahedra; at most {MOST_TETRAHEDRA} are solved: give a coarser mesh")
    return xyz, corners.astype(np.int64)


def _signed_volumes(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    a, b, c, d = np.moveaxis(points[corners], 1, 0)
    return np.einsum("ij,ij->i", np.cross(b - a, c - a), d - a) / 6


def _check_solid(points: np.ndarray, corners: np.ndarray) -> None:
    if len(np.unique(points, axis=0)) < len(points):
        raise InputError("points_m holds the same point twice, which tears the mesh; merge equal points")
    pairs = points[corners[:, [0, 0, 0, 1, 1, 2]]] - points[corners[:, [1, 2, 3, 2, 3, 3]]]
    longest = np.linalg.norm(pairs, axis=2).max(axis=1)
    flat = np.abs(_signed_volumes(points, corners)) < FLATTEST * longest**3
    if flat.any():
        raise InputError(
            f"{flat.sum()} tetrahedra have no volume to speak of, the first being number {int(np.argmax(flat))}; remesh"
        )


def _check_facets(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The facets (f, 3) of the outside, once each inner one has a tetrahedron on either side and all hang together."""
    facets = np.sort(corners[:, [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]].reshape(-1, 3), axis=1)
    unique, first, which, count = np.unique(facets, axis=0, return_index=True, return_inverse=True, return_counts=True)
    if count.max() > 2:
        raise InputError(f"{(count > 2).sum()} facets belong to more than two tetrahedra: some lie on others; remesh")
    order = np.argsort(which.ravel(), kind="stable")
    inner = count == 2
    start = np.cumsum(count) - count
    one, two = order[start[inner]], order[start[inner] + 1]
    side = [_side(points, unique[inner], corners.reshape(-1)[k]) for k in (one, two)]  # facet k lies opposite corner k
    if np.any(side[0] * side[1] >= 0):
        raise InputError(
            f"{(side[0] * side[1] >= 0).sum()} pairs of neighbouring tetrahedra lie on the same side of their facet: "
            "the mesh is inverted there; remesh"
        )
    _check_in_one_piece("tetrahedra", np.stack([one // 4, two // 4]), len(corners), "give the largest piece only")
    outside = facets[first[count == 1]]
    edges = np.sort(outside[:, [[0, 1], [0, 2], [1, 2]]].reshape(-1, 2), axis=1)
    _, edge = np.unique(edges, axis=0, return_inverse=True)
    order = np.argsort(edge.ravel(), kind="stable")
    same = np.diff(edge.ravel()[order]) == 0
    pairs = np.stack([order[:-1][same] // 3, order[1:][same] // 3])
    _check_in_one_piece("facets of the outside", pairs, len(outside), "fill the cavity: no electrolyte reaches it")
    return outside


def _side(points: np.ndarray, facets: np.ndarray, corner: np.ndarray) -> np.ndarray:
    a, b, c = np.moveaxis(points[facets], 1, 0)
    return np.einsum("ij,ij->i", np.cross(b - a, c - a), points[corner] - a)


def _check_in_one_piece(what: str, pairs: np.ndarray, number: int, remedy: str) -> None:
    import scipy.sparse

    graph = scipy.sparse.coo_matrix((np.ones(pairs.shape[1]), pairs), (number, number))
    pieces = scipy.sparse.csgraph.connected_components(graph, directed=False)[0]
    if pieces > 1:
        raise InputError(f"the {what} fall into {pieces} pieces; {remedy}")
