"""Lattices of spheres and of cylinders, whose effective conductivities are tabulated.

For simple cubic spheres McPhedran & McKenzie 1978 (doi 10.1098/rspa.1978.0031), for square and hexagonal cylinders
Perrins, McKenzie & McPhedran 1979 (doi 10.1098/rspa.1979.0160).
"""

from enum import Enum

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.images.generators.arguments import (
    Shape,
    check_between,
    check_memory,
    check_number,
    check_shape,
)
from electrode_homog.images.generators.painting import voxel_sizes
from electrode_homog.images.generators.spheres import Spheres
from electrode_homog.images.voxel_image import VoxelImage


class SphereLattice(Enum):
    """Centres in the cubic cell of edge 1."""

    SIMPLE_CUBIC = ((0.5, 0.5, 0.5),)
    BODY_CENTRED = ((0.25, 0.25, 0.25), (0.75, 0.75, 0.75))
    FACE_CENTRED = ((0.25, 0.25, 0.25), (0.25, 0.75, 0.75), (0.75, 0.25, 0.75), (0.75, 0.75, 0.25))


class CylinderLattice(Enum):
    """Edges of the cell across the axis over the first of them, and the centres in it, as fractions of the edges."""

    SQUARE = ((1.0, 1.0), ((0.5, 0.5),))
    HEXAGONAL = ((1.0, 3**0.5), ((0.25, 0.25), (0.75, 0.75)))


def sphere_lattice(
    lattice: SphereLattice, *, fraction: float, edge_m: float = 1.0, cells: Shape = (1, 1, 1)
) -> Spheres:
    """Spheres of this volume fraction, exactly, in `cells` cubic cells of edge `edge_m`, periodic.

    `voxelised` makes an image of any number of voxels. Raises OutOfRangeError for a fraction at which they would
    overlap: pi/6, sqrt(3) pi/8, sqrt(2) pi/6 for the three.
    """
    if not isinstance(lattice, SphereLattice):
        raise InputError(f"lattice = {lattice!r} is not a SphereLattice")
    check_number("fraction", fraction)
    check_between("edge_m", edge_m, 0, np.inf)
    check_shape("cells", cells)
    places = np.array(lattice.value)
    radius = (3 * max(fraction, 0) / (4 * np.pi * len(places))) ** (1 / 3)
    _check_apart(fraction, radius, places, np.ones(3), len(places) * 4 / 3 * np.pi)
    corners = np.indices(cells).reshape(3, -1).T
    centres = (corners[:, None] + places).reshape(-1, 3) * edge_m
    lx, ly, lz = (n * edge_m for n in cells)
    source = f"sphere_lattice: {lattice.name}, fraction {fraction:g}"
    return Spheres(centres, np.full(len(centres), radius * edge_m), (lx, ly, lz), True, source)


def cylinder_lattice(
    lattice: CylinderLattice, *, fraction: float, voxels: tuple[int, int], edge_m: float = 1.0, length_voxels: int = 1
) -> VoxelImage:
    """Cylinders (label 1) along z in a matrix (0), one cell of `voxels` along x and y, periodic.

    The cell of the square lattice is `edge_m` squared, that of the hexagonal one has the edges (1, sqrt 3) `edge_m`
    and two cylinders. A voxel is as long along z as along x. Raises OutOfRangeError where cylinders would overlap:
    pi/4 and pi / sqrt(12).
    """
    if not isinstance(lattice, CylinderLattice):
        raise InputError(f"lattice = {lattice!r} is not a CylinderLattice")
    if not (isinstance(voxels, tuple | list) and len(voxels) == 2):
        raise InputError(f"voxels = {voxels!r} is not two whole numbers >= 1")
    shape = (voxels[0], voxels[1], length_voxels)
    check_shape("(*voxels, length_voxels)", shape)
    check_memory(shape, 16)
    check_number("fraction", fraction)
    check_between("edge_m", edge_m, 0, np.inf)
    edges, places = np.array(lattice.value[0]), np.array(lattice.value[1])
    radius = np.sqrt(max(fraction, 0) * edges.prod() / (np.pi * len(places)))
    _check_apart(fraction, radius, places, edges, len(places) * np.pi / edges.prod())
    x, y = ((np.arange(n) + 0.5) / n * edge for n, edge in zip(voxels, edges, strict=True))
    plane = np.zeros(voxels, np.uint8)
    for cx, cy in places * edges:
        dx, dy = x - cx, y - cy
        dx, dy = dx - edges[0] * np.round(dx / edges[0]), dy - edges[1] * np.round(dy / edges[1])
        plane[(dx**2)[:, None] + dy**2 < radius**2] = 1
    labels = np.repeat(plane[:, :, None], length_voxels, axis=2)
    dx, dy, _ = voxel_sizes((edges[0] * edge_m, edges[1] * edge_m, 1.0), shape)
    return VoxelImage(labels, (dx, dy, dx), f"cylinder_lattice: {lattice.name}, fraction {fraction:g}")


def _check_apart(fraction: float, radius: float, places: np.ndarray, edges: np.ndarray, per_radius: float) -> None:
    """OutOfRangeError unless 0 < fraction and neighbours do not overlap."""
    steps = (places - places[0])[:, None] * edges + np.stack(
        np.meshgrid(*([-1, 0, 1] for _ in edges), indexing="ij"), -1
    ).reshape(-1, edges.size) * edges
    distances = np.linalg.norm(steps, axis=-1)
    nearest = distances[distances > 1e-9].min()
    densest = per_radius * (nearest / 2) ** edges.size
    if not (fraction > 0 and radius <= nearest / 2 * (1 + 1e-9)):
        raise OutOfRangeError(f"fraction = {fraction:g} is not above 0 and up to {densest:.6g}, where neighbours touch")
