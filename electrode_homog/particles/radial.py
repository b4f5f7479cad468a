"""A particle cut into shells, cylinders or layers: conserving finite volumes with nodes at centre and surface.

Lengths are in units of the radius (of a plate: its half thickness), so that a gradient carries 1/radius and a
divergence another. Node 0 lies at the centre, the last node at the surface: the surface value is a state, and no
extrapolation stands between diffusion and kinetics. Face k lies between nodes k and k + 1, the last face is the
surface; so node and face quantities both have n entries, and every matrix is (n, n).

Profiles are taken as linear in r**2 between nodes: volumes are integrals of hat functions in r**2, and slopes are 2 r
times differences over r**2. The profile of a steady influx is a parabola, so that mean and surface value are then exact
on any nodes; with cells that end half-way and slopes in r the error of a cell voltage is four times as large.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.equations import SHELLS_TOLERANCE, ParticleEquations, StateFunction

GRADING = 1.5
"""Of `graded_grid`, where 1 spaces r**2 evenly. Sphere and ShrinkingCore share it and agree where there is no gap."""

FEWEST_POINTS, MOST_POINTS = 4, 2000


class Geometry(IntEnum):
    """Number of dimensions in which the particle is round: the power of r with which a volume grows."""

    PLANE = 1
    CYLINDER = 2
    SPHERE = 3


@dataclass(frozen=True, eq=False)
class RadialGrid:
    """Nodes, cells and faces, with the matrices that act on them.

    `nodes` (n,) from 0 to 1; `faces` (n,) the outer face of each cell, the last one at 1; `volumes` (n,) sum to 1;
    `areas` (n,) of the faces, with 1 at the surface. `gradient` (n, n) turns node values into slopes at the faces and
    gives 0 at the surface, where the flux is not a matter of diffusion; `divergence` (n, n) turns the outward
    component of a vector at the faces into its divergence at the nodes. volumes . divergence = 0 but for the surface,
    whose column is geometry / volume of the last cell.
    """

    geometry: Geometry
    nodes: np.ndarray
    faces: np.ndarray
    volumes: np.ndarray
    areas: np.ndarray
    gradient: np.ndarray
    divergence: np.ndarray

    def between(self, fraction: float) -> np.ndarray:
        """(n, n) matrix that gives node values at this fraction of the way from node k to k + 1, linearly.

        Its last row gives the value at the surface, so that laws see only values that occur.
        """
        rows = (1 - fraction) * np.eye(self.nodes.size) + fraction * np.eye(self.nodes.size, k=1)
        rows[-1] = 0.0
        rows[-1, -1] = 1.0
        return rows


def radial_grid(points: int, geometry: Geometry = Geometry.SPHERE, *, grading: float = 2.0) -> RadialGrid:
    """Nodes at 1 - (1 - i/(n - 1))**grading: 1 spaces them evenly, 2 makes the outermost cell about 1/n**2 thick.

    Raises OutOfRangeError for less than 4 or more than 2000 points, or a grading outside 1 to 4.
    """
    if not 1 <= grading <= 4:
        raise OutOfRangeError(f"grading = {grading:g} is not in 1 (even) to 4 (finest at the surface)")
    return grid_at(1 - (1 - np.linspace(0, 1, node_number(points))) ** grading, geometry)


def node_number(points: int) -> int:
    """`points` itself; raises InputError where it is no whole number, OutOfRangeError outside 4 to 2000."""
    if isinstance(points, bool) or not isinstance(points, int | np.integer):
        raise InputError(f"points = {points!r} is not a whole number; 20 suit most particles")
    if not FEWEST_POINTS <= points <= MOST_POINTS:
        raise OutOfRangeError(f"points = {points} is not in {FEWEST_POINTS} to {MOST_POINTS}; 20 suit most particles")
    return int(points)


def graded_grid(points: int, geometry: Geometry = Geometry.SPHERE) -> RadialGrid:
    """Nodes at r**2 = 1 - (1 - i/(n - 1))**GRADING, for diffusion in which nothing but the surface is steep.

    Raises as `radial_grid`.
    """
    return grid_at(np.sqrt(1 - (1 - np.linspace(0, 1, node_number(points))) ** GRADING), geometry)


def equations_on(
    grid: RadialGrid, radius_m: float, drift: StateFunction, potential_V: StateFunction | None = None
) -> ParticleEquations:
    """The equations of a particle whose states are the stoichiometries at the nodes of a grid, given their drift."""
    points = grid.nodes.size
    return ParticleEquations(
        mean=grid.volumes,
        surface=np.eye(points)[-1],
        uniform=np.ones(points),
        inlet=grid.divergence[:, -1] / radius_m,
        places=np.eye(points),
        position=grid.nodes,
        drift=drift,
        potential_V=potential_V,
        tolerance_scale=SHELLS_TOLERANCE,
    )


def grid_at(nodes: np.ndarray, geometry: Geometry = Geometry.SPHERE) -> RadialGrid:
    """The grid on given nodes (n,), which rise from 0 to 1.

    Raises OutOfRangeError for fewer than 3 nodes, or others.
    """
    nodes = np.array(nodes, dtype=float)
    if nodes.ndim != 1 or nodes.size < 3 or nodes[0] != 0 or nodes[-1] != 1 or not np.all(np.diff(nodes) > 0):
        raise OutOfRangeError("nodes must be at least 3 numbers that rise from exactly 0 to exactly 1")
    n, d, s = nodes.size, int(geometry), nodes**2
    volumes = _hat_volumes(s, d)
    faces = np.append(np.cumsum(volumes[:-1]) ** (1 / d), 1.0)
    areas = faces ** (d - 1.0)
    slopes = 2 * faces[:-1] / np.diff(s)
    inner = np.arange(n - 1)
    gradient, divergence = np.zeros((n, n)), np.diag(d * areas / volumes)
    gradient[inner, inner], gradient[inner, inner + 1] = -slopes, slopes
    divergence[inner + 1, inner] = -d * areas[:-1] / volumes[1:]
    for array in (nodes, faces, volumes, areas, gradient, divergence):
        array.setflags(write=False)
    return RadialGrid(geometry, nodes, faces, volumes, areas, gradient, divergence)


def _hat_volumes(s: np.ndarray, d: int) -> np.ndarray:
    """(n,) integrals over the particle of the hat functions on s = r**2; the volume up to r is r**d = s**(d/2)."""
    volume, moment = np.diff(s ** (d / 2)), np.diff(d / (d + 2) * s ** (d / 2 + 1))
    inner = (s[1:] * volume - moment) / np.diff(s)
    volumes = np.zeros(s.size)
    volumes[:-1] += inner
    volumes[1:] += volume - inner
    return volumes
