"""What of a particle has to be meshed: the symmetry that shape and tensor share, and the mesh of the rest.

All lengths are in units of the kinetic radius 3 V/S.
"""

import math
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from electrode_homog.particles.reduction.finite_elements import Domain
from electrode_homog.particles.reduction.shapes import Ball, Box, Cylinder, Ellipsoid, Plate
from electrode_homog.particles.reduction.structured_meshes import (
    Fineness,
    ball_mesh,
    box_mesh,
    cylinder_mesh,
    line_mesh,
)
from electrode_homog.particles.reduction.tetrahedral_shape import TetrahedralShape
from electrode_homog.particles.reduction.voxel_shape import VoxelShape

ZERO = 1e-9
"""Entries of the tensor, over its largest, that count as none: far below what a mesh resolves."""

MOST_QUADRATIC = 6000
"""Tetrahedra with quadratic elements, some 9000 unknowns; more of them get linear ones."""

Shape = Ball | Ellipsoid | Plate | Cylinder | Box | TetrahedralShape | VoxelShape


@dataclass(frozen=True)
class Resolution:
    """Fineness of the meshes: lines, plane figures, an eighth and more of a round body, of a box.

    `order` is that of the elements on tetrahedra.
    """

    line: Fineness
    plane: Fineness
    eighth: Fineness
    whole: Fineness
    eighth_box: Fineness
    whole_box: Fineness
    order: int

    def solid(self, whole: bool) -> Fineness:
        return self.whole if whole else self.eighth

    def box(self, whole: bool) -> Fineness:
        return self.whole_box if whole else self.eighth_box


FINE = Resolution(
    line=Fineness(0, 40, 4e-4),
    plane=Fineness(5, 14, 1e-3),
    eighth=Fineness(3, 8, 4e-3),
    whole=Fineness(3, 5, 8e-3),
    eighth_box=Fineness(1, 6, 8e-3),
    whole_box=Fineness(1, 4, 15e-3),
    order=2,
)
COARSE = Resolution(
    line=Fineness(0, 20, 1e-3),
    plane=Fineness(3, 9, 3e-3),
    eighth=Fineness(2, 6, 8e-3),
    whole=Fineness(2, 4, 16e-3),
    eighth_box=Fineness(1, 4, 12e-3),
    whole_box=Fineness(1, 3, 3e-2),
    order=1,
)
"""A second mesh: its distance from the first bounds the error of the first."""


def domain_of(shape: Shape, tensor: np.ndarray, resolution: Resolution) -> Domain:
    """The domain to be meshed for a particle of this shape with this relative diffusivity (3, 3)."""
    radius = 3 * shape.volume_m3 / shape.surface_area_m2
    match shape:
        case Ball(radius_m):
            a = radius_m / radius
            return _ellipsoid((a, a, a), principal(tensor), resolution)
        case Ellipsoid(semi_axes_m):
            a, b, c = (axis / radius for axis in semi_axes_m)
            return _ellipsoid((a, b, c), tensor, resolution)
        case Plate(thickness_m):
            return _line(thickness_m / 2 / radius, tensor[2, 2], 0, resolution)
        case Cylinder(radius_m, length_m) if length_m == math.inf:
            return _disc(radius_m / radius, tensor[:2, :2], resolution)
        case Cylinder(radius_m, length_m):
            return _cylinder(radius_m / radius, length_m / 2 / radius, turned_about(tensor, 2), resolution)
        case Box(edges_m):
            a, b, c = (edge / 2 / radius for edge in edges_m)
            return _box((a, b, c), _cleaned(tensor), resolution)
        case TetrahedralShape():
            return _tetrahedra(shape, radius, tensor, resolution.order)
        case VoxelShape():
            return _tetrahedra(shape.mesh, radius, tensor, 1)
    assert_never(shape)


def principal(tensor: np.ndarray) -> np.ndarray:
    """diag of the principal values, each at the axis to which its principal direction lies nearest.

    Values lose the round-off of a rotation, and those that differ by no more are made equal, so that a ball sees the
    tensor but not how it is turned.
    """
    from scipy.optimize import linear_sum_assignment

    values, directions = np.linalg.eigh(tensor)
    values = np.array([float(f"{value:.12g}") for value in values])
    for k in (1, 2):
        if values[k] - values[k - 1] < ZERO * values[2]:
            values[k] = values[k - 1]
    axes, which = linear_sum_assignment(-(directions**2))
    return np.diag(values[which[np.argsort(axes)]])


def turned_about(tensor: np.ndarray, axis: int) -> np.ndarray:
    """The tensor in axes turned about one of them so that as much as may be of its off-diagonal vanishes."""
    i, j = (k for k in range(3) if k != axis)
    sideways = np.hypot(tensor[i, axis], tensor[j, axis])
    if sideways > ZERO * tensor.max():
        cosine, sine = tensor[i, axis] / sideways, tensor[j, axis] / sideways
    elif abs(tensor[i, j]) <= ZERO * tensor.max():
        return _cleaned(tensor)
    else:
        angle = 0.5 * np.arctan2(2 * tensor[i, j], tensor[i, i] - tensor[j, j])
        cosine, sine = np.cos(angle), np.sin(angle)
    rotation = np.eye(3)
    rotation[np.ix_([i, j], [i, j])] = [[cosine, sine], [-sine, cosine]]
    return _cleaned(rotation @ tensor @ rotation.T)


def _cleaned(tensor: np.ndarray) -> np.ndarray:
    return np.where(np.abs(tensor) > ZERO * tensor.max(), tensor, 0.0)


def _symmetry(tensor: np.ndarray) -> tuple[tuple[bool, ...], tuple[int, ...], tuple[int, ...]]:
    """Of a shape with mirrors normal to its axes: which axes to mesh whole, which are mirrors, which turn together."""
    off = [(i, j) for i in range(3) for j in range(i) if tensor[i, j] != 0]
    if not off:
        return (False,) * 3, (0, 1, 2), ()
    turned = tuple(sorted(off[0])) if len(off) == 1 else (0, 1, 2)
    return tuple(k in turned for k in range(3)), tuple(k for k in range(3) if k not in turned), turned


def _equal(a: float, b: float) -> bool:
    return abs(a - b) <= ZERO * max(abs(a), abs(b))


def _line(length: float, diffusivity: float, radial_power: int, resolution: Resolution) -> Domain:
    from skfem import ElementLineP2

    mesh = line_mesh(resolution.line).scaled(length)
    places = {"centre": np.array([0.0]), "surface": np.array([length])}
    return Domain(mesh, ElementLineP2(), np.array([[diffusivity]]), places, radial_power, mirrors=(0,))


def _disc(radius: float, tensor: np.ndarray, resolution: Resolution) -> Domain:
    from skfem import ElementQuad2

    first, second = np.diag(principal_in_plane(tensor))
    if _equal(first, second):
        return _line(radius, first, 1, resolution)
    mesh = ball_mesh((False, False), resolution.plane).scaled(radius)
    return Domain(mesh, ElementQuad2(), np.diag([first, second]), _poles((radius, radius)), mirrors=(0, 1))


def principal_in_plane(tensor: np.ndarray) -> np.ndarray:
    """`principal` of a (2, 2) tensor."""
    padded = np.eye(3) * tensor.max() * 4
    padded[:2, :2] = tensor
    return principal(padded)[:2, :2]


def _ellipsoid(axes: tuple[float, float, float], tensor: np.ndarray, resolution: Resolution) -> Domain:
    from skfem import ElementHex2, ElementQuad2

    round_about = [axis for axis in range(3) if _equal(*(axes[k] for k in range(3) if k != axis))]
    for axis in round_about:
        turned = turned_about(tensor, axis)
        i, j = (k for k in range(3) if k != axis)
        if not _symmetry(turned)[2] and _equal(turned[i, i], turned[j, j]):
            if _equal(axes[i], axes[axis]) and _equal(turned[i, i], turned[axis, axis]):
                return _line(axes[0], turned[0, 0], 2, resolution)
            mesh = ball_mesh((False, False), resolution.plane).scaled((axes[i], axes[axis]))
            return _revolved(mesh, ElementQuad2(), turned, axis, (axes[i], axes[axis]))
    if round_about and len(round_about) < 3:  # a ball comes in principal axes
        tensor = turned_about(tensor, round_about[0])
    tensor = _cleaned(tensor)
    whole, mirrors, turning = _symmetry(tensor)
    mesh = ball_mesh(whole, resolution.solid(bool(turning))).scaled(axes)
    return Domain(mesh, ElementHex2(), tensor, _poles(axes), mirrors=mirrors, turned=turning)


def _revolved(mesh, element, tensor: np.ndarray, axis: int, extent: tuple[float, float]) -> Domain:
    """A plane figure (distance from `axis`, position along it) that turns about the axis."""
    across = 0 if axis != 0 else 1
    places = {"centre": np.zeros(2)}
    for k in range(3):
        places[f"{'xyz'[k]} pole"] = np.array([0.0, extent[1]] if k == axis else [extent[0], 0.0])
    values = np.diag([tensor[across, across], tensor[axis, axis]])
    return Domain(mesh, element, values, places, radial_power=1, mirrors=(0, 1))


def _cylinder(radius: float, half_length: float, tensor: np.ndarray, resolution: Resolution) -> Domain:
    from skfem import ElementHex2, ElementQuad2

    whole, mirrors, turning = _symmetry(tensor)
    if not turning and _equal(tensor[0, 0], tensor[1, 1]):
        mesh = box_mesh((radius, half_length), (False, False), resolution.plane)
        return _revolved(mesh, ElementQuad2(), tensor, 2, (radius, half_length))
    base, height = resolution.solid(bool(turning)), resolution.box(bool(turning))
    mesh = cylinder_mesh(radius, half_length, (whole[0], whole[1], whole[2]), base, height)
    return Domain(mesh, ElementHex2(), tensor, _poles((radius, radius, half_length)), mirrors=mirrors, turned=turning)


def _box(half_edges: tuple[float, float, float], tensor: np.ndarray, resolution: Resolution) -> Domain:
    from skfem import ElementHex2

    whole, mirrors, turning = _symmetry(tensor)
    mesh = box_mesh(half_edges, whole, resolution.box(bool(turning)))
    places = _poles(half_edges) | {"corner": np.array(half_edges)}
    return Domain(mesh, ElementHex2(), tensor, places, mirrors=mirrors, turned=turning)


def _tetrahedra(shape: TetrahedralShape, radius: float, tensor: np.ndarray, order: int) -> Domain:
    from skfem import ElementTetP1, ElementTetP2, MeshTet

    mesh = MeshTet(np.ascontiguousarray(shape.points_m.T / radius), np.ascontiguousarray(shape.tetrahedra.T))
    quadratic = order == 2 and len(shape.tetrahedra) <= MOST_QUADRATIC
    return Domain(mesh, ElementTetP2() if quadratic else ElementTetP1(), tensor, {})


def _poles(extent: tuple[float, ...]) -> dict[str, np.ndarray]:
    """The centre, and where each axis leaves the particle."""
    poles = {f"{'xyz'[k]} pole": length * np.eye(len(extent))[k] for k, length in enumerate(extent)}
    return {"centre": np.zeros(len(extent))} | poles
