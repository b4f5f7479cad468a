"""Meshes of balls, ellipsoids, cylinders, boxes and plates: quadratic elements that follow the surface.

Towards the surface the elements become thinner, because what a step of the current does begins there. The mesh of a
ball is that of the cube |t| <= 1 bent outwards: an inner cube as it stands, around it layers that turn into spheres.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

CORE = 0.45
"""Half edge of the inner cube, in units of the radius."""


@dataclass(frozen=True)
class Fineness:
    """Number of elements: `across` a half width of the inner cube, `layers` from there to the surface.

    `thinnest` is the thickness of the outermost layer over the radius.
    """

    across: int
    layers: int
    thinnest: float

    def steps(self, length: float = 1.0) -> np.ndarray:
        """layers + 1 positions from 0 to 1 that end in a step of thinnest/length, growing geometrically inwards."""
        return 1 - graded(self.layers, self.thinnest / length)[::-1]


def graded(number: int, first: float) -> np.ndarray:
    """number + 1 positions from 0 to 1 whose first step is `first` and whose steps grow by one ratio."""
    from scipy.optimize import brentq

    if number == 1 or first >= 1 / number:
        return np.linspace(0, 1, number + 1)
    powers = np.arange(number)
    ratio = brentq(lambda q: first * np.sum(q**powers) - 1, 1.0, 1 / first)
    steps = first * np.power(ratio, powers)  # type: ignore[arg-type]
    return np.concatenate([[0.0], np.cumsum(steps[:-1]), [1.0]])


def line_mesh(fineness: Fineness) -> Any:
    """From centre 0 to surface 1."""
    from skfem import MeshLine

    return MeshLine(fineness.steps())


def ball_mesh(whole: tuple[bool, ...], fineness: Fineness) -> Any:
    """A disc or ball of radius 1; of the axes that are not `whole`, only the half x_i >= 0."""
    return _curved(_bent, *_cube(whole, fineness))


def box_mesh(half_edges: tuple[float, ...], whole: tuple[bool, ...], fineness: Fineness) -> Any:
    """A rectangle or box |x_i| <= half_edges; of the axes that are not `whole`, only the half x_i >= 0."""
    lines = [half * _side(half, fineness, whole=w) for half, w in zip(half_edges, whole, strict=True)]
    return _curved(lambda t: t, *_grid(lines))


def cylinder_mesh(
    radius: float, half_length: float, whole: tuple[bool, bool, bool], across: Fineness, along: Fineness
) -> Any:
    """A cylinder along the last axis; of the axes that are not `whole`, only the half x_i >= 0."""
    base, quads = _cube(whole[:2], across)
    z = _side(half_length, along, whole=whole[2])
    number = base.shape[1]
    points = np.vstack([np.tile(base, z.size), np.repeat(z, number)])
    # scikit-fem orders a square 00, 10, 11, 01 and a cube 000, 001, 010, 100, 011, 101, 110, 111
    a, b, c, d = quads
    up = number
    layer = np.array([a, a + up, d, b, d + up, b + up, c, c + up])
    cells = np.hstack([layer + k * number for k in range(z.size - 1)])

    def bend(t: np.ndarray) -> np.ndarray:
        return np.vstack([radius * _bent(t[:2]), half_length * t[2:]])

    return _curved(bend, points, cells)


def _side(half: float, fineness: Fineness, *, whole: bool) -> np.ndarray:
    """Positions over a half width: from 0 to 1, or from -1 to 1 over the whole."""
    inside = np.linspace(0, CORE, fineness.across + 1)
    outside = CORE + (1 - CORE) * fineness.steps((1 - CORE) * half)
    return _mirrored(np.concatenate([inside[:-1], outside]), whole)


def _mirrored(side: np.ndarray, whole: bool) -> np.ndarray:
    return np.concatenate([-side[:0:-1], side]) if whole else side


def _cube(whole: tuple[bool, ...], fineness: Fineness) -> tuple[np.ndarray, np.ndarray]:
    """Points (d, p) and cells (2**d, t) of the cube |t| <= 1: an inner cube, and layers on each of its sides."""
    even = np.linspace(0, 1, fineness.across + 1)
    sides = [_mirrored(even, w) for w in whole]
    outwards = CORE + (1 - CORE) * fineness.steps(1 - CORE)
    blocks = [_grid([CORE * side for side in sides])]
    for axis, both in enumerate(whole):
        points, cells = _grid([outwards, *sides[:axis], *sides[axis + 1 :]])
        block = np.insert(points[1:] * points[0], axis, points[0], axis=0)
        blocks.append((block, cells))
        if both:
            opposite = block.copy()
            opposite[axis] *= -1
            blocks.append((opposite, cells))
    return _merged(blocks)


def _grid(lines: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    from skfem import MeshHex, MeshQuad

    mesh = (MeshQuad if len(lines) == 2 else MeshHex).init_tensor(*lines)
    return mesh.p.copy(), mesh.t


def _merged(blocks: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    points = np.hstack([block[0] for block in blocks])
    start = np.cumsum([0] + [block[0].shape[1] for block in blocks])
    cells = np.hstack([block[1] + first for block, first in zip(blocks, start, strict=False)])
    _, first, which = np.unique(np.round(points, 9), axis=1, return_index=True, return_inverse=True)
    return points[:, first], which.ravel()[cells]


def _bent(t: np.ndarray) -> np.ndarray:
    """The cube as a ball: radius max|t|, spheres at the surface, cubes in the core, in equal angles at the surface."""
    size = np.maximum(np.abs(t).max(axis=0), 1e-300)
    direction = t / size
    outwards = np.tan(np.pi / 4 * direction)
    outwards = outwards / np.maximum(np.linalg.norm(outwards, axis=0), 1e-300)
    cube = direction * 0.8  # the corners of the core stay inside the first spheres
    share = 1 - np.minimum((1 - size) / (1 - CORE), 1) ** 2  # of slope 0 at the surface: even layers there
    return size * ((1 - share) * cube + share * outwards)


def _curved(bend: Any, points: np.ndarray, cells: np.ndarray) -> Any:
    """A mesh of quadratic elements whose nodes are bent into place."""
    from skfem import MeshHex, MeshHex2, MeshQuad, MeshQuad2

    flat, curved = (MeshQuad, MeshQuad2) if len(points) == 2 else (MeshHex, MeshHex2)
    mesh = curved.from_mesh(flat(np.ascontiguousarray(points), np.ascontiguousarray(cells)))
    return curved(bend(mesh.doflocs), mesh.t)
