"""The whole way from shape, tensor and closure to a ReducedParticle."""

from typing import assert_never

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.laws.diffusivity_tensor import DiffusivityTensor
from electrode_homog.particles.reduced_particle import ReducedParticle
from electrode_homog.particles.reduction.closure import (
    LinearisedKinetics,
    SurfaceClosure,
    UniformConcentration,
    UniformFlux,
)
from electrode_homog.particles.reduction.domains import COARSE, FINE, MOST_QUADRATIC, Shape, domain_of
from electrode_homog.particles.reduction.fewest_modes import SPHERE_RATE, fewest_modes, slowest_rate
from electrode_homog.particles.reduction.finite_elements import DiscreteParticle, discretise
from electrode_homog.particles.reduction.krylov import Modes, direct_response, krylov_modes
from electrode_homog.particles.reduction.shapes import Ball, Box, Cylinder, Ellipsoid, Plate
from electrode_homog.particles.reduction.tetrahedral_shape import TetrahedralShape
from electrode_homog.particles.reduction.voxel_shape import VoxelShape
from electrode_homog.particles.sphere import Sphere

MOST_STATES = 16
"""The many modes that the few are taken from are some twenty."""

SMALLEST_RELATIVE, LARGEST_RELATIVE, LARGEST_CONTRAST = 1e-6, 1e6, 1e4
"""Of the principal values of a tensor relative to the diffusivity of a material: a guard against absolute ones."""

FREQUENCIES = np.logspace(-1, 2.5, 36)
"""Angular, at which errors are looked at, in D/R^2 of the sphere that has the same slowest rate."""

IMAGE_SAFETY = 2.0
"""Images round the edges of a particle, and the coarser one more, but less than twice as much where they are many: a
cube of 14 voxels is 26 % off, and 13 % from its coarser image."""

CHECK_AT = 200.0
"""Laplace variable, over the slowest rate, at which the finite elements are solved once more: between two shifts."""


def reduce_particle(
    shape: Shape, *, tensor: np.ndarray | DiffusivityTensor, closure: SurfaceClosure, states: int = 7
) -> ReducedParticle:
    """Solve diffusion in a particle by finite elements and keep its mean and `states` - 1 modes.

    `tensor` (3, 3) holds diffusivities relative to that of the material, np.eye(3) where they are the same, in the
    axes of the shape; a DiffusivityTensor counts as relative too. `closure` says how the influx spreads over the
    surface, and so which mean of an anisotropic diffusivity counts; it has no default. Places need more states than
    the mean of the surface: the centre of a ball with D = diag(1, 1, 0.1) is 1 % off with 7, 0.1 % with 10.

    Shapes of revolution take a tenth of a second, boxes and ellipsoids about one, ellipsoids and cylinders of which no
    axis is one of the tensor three to four, images of 4000 voxels two and the largest ten. Under a uniform flux a
    contrast of the tensor over 100 across the axes of the shape leaves a per cent of error, which `mesh_error` bounds.
    Raises InputError and OutOfRangeError for what cannot be.

    >>> import numpy as np
    >>> particle = reduce_particle(Ball(5e-6), tensor=np.diag([1, 1, 0.1]), closure=UniformFlux())
    >>> round(particle.equivalent_diffusivity, 4)  # the harmonic mean
    0.25
    """
    _check_request(closure, states)
    radius = _kinetic_radius(shape)
    relative = _checked_tensor(tensor)
    discrete = discretise(domain_of(shape, relative, FINE), closure)
    many = krylov_modes(discrete)
    few = fewest_modes(many, int(states) - 1)
    places = _places(discrete, many)
    return ReducedParticle(
        shape=described(shape),
        tensor=tuple(map(tuple, relative.tolist())),
        closure=closure,
        volume_m3=shape.volume_m3,
        surface_area_m2=shape.surface_area_m2,
        rates_per_m2=tuple((few.rates / radius**2).tolist()),
        outlets=tuple((few.loads / 3).tolist()),
        place_names=tuple(places),
        place_outlets=tuple(map(tuple, few.shapes[list(places.values())].tolist())),
        reduction_error=_distance(few, many) + _krylov_error(discrete, many),
        mesh_error=_mesh_error(shape, relative, closure, many),
    )


def _check_request(closure: SurfaceClosure, states: int) -> None:
    if isinstance(states, bool) or not isinstance(states, int | np.integer) or not 2 <= states <= MOST_STATES:
        raise OutOfRangeError(
            f"states = {states!r} is not a whole number of 2 (the mean and one mode) to {MOST_STATES}"
        )
    if not isinstance(closure, UniformFlux | UniformConcentration | LinearisedKinetics):
        raise InputError(
            f"closure = {closure!r:.100} is not UniformFlux(), UniformConcentration(), LinearisedKinetics(...)"
        )


def described(shape: Shape) -> str:
    """The shape in words."""
    match shape:
        case Ball(radius_m):
            return f"ball of radius {radius_m:g} m"
        case Ellipsoid(semi_axes_m):
            return "ellipsoid of semi-axes " + ", ".join(f"{axis:g}" for axis in semi_axes_m) + " m"
        case Plate(thickness_m):
            return f"plate of thickness {thickness_m:g} m"
        case Cylinder(radius_m, length_m):
            return f"cylinder of radius {radius_m:g} m and length {length_m:g} m"
        case Box(edges_m):
            return "box of edges " + ", ".join(f"{edge:g}" for edge in edges_m) + " m"
        case TetrahedralShape():
            return f"mesh of {len(shape.tetrahedra)} tetrahedra"
        case VoxelShape():
            return f"image of {int(shape.mask.sum())} voxels"
    assert_never(shape)


def _kinetic_radius(shape: Shape) -> float:
    if not isinstance(shape, Shape):
        raise InputError(
            f"shape = {shape!r:.100} is not a Ball, Ellipsoid, Plate, Cylinder, Box, TetrahedralShape or VoxelShape"
        )
    radius = 3 * shape.volume_m3 / shape.surface_area_m2
    Sphere(radius)  # its range and its advice on units, before the work
    return radius


def _checked_tensor(tensor: np.ndarray | DiffusivityTensor) -> np.ndarray:
    matrix = tensor.matrix if isinstance(tensor, DiffusivityTensor) else DiffusivityTensor(tensor).matrix
    values = np.linalg.eigvalsh(matrix)
    if not SMALLEST_RELATIVE <= values[0] <= values[-1] <= LARGEST_RELATIVE:
        raise OutOfRangeError(
            f"tensor has principal values {values[0]:g} to {values[-1]:g}, outside {SMALLEST_RELATIVE:g} to "
            f"{LARGEST_RELATIVE:g}: it is relative to the diffusivity of the material, 1 where they are the same"
        )
    if values[-1] > LARGEST_CONTRAST * values[0]:
        raise OutOfRangeError(
            f"tensor has principal values {values[0]:g} to {values[-1]:g}, more than {LARGEST_CONTRAST:g} apart, which "
            "the meshes do not resolve; raise the smallest, or take a Plate or a Cylinder of length_m = inf"
        )
    return matrix


def _places(discrete: DiscreteParticle, modes: Modes) -> dict[str, int]:
    """Nodes by name; the innermost first, the fullest and emptiest places of the surface last."""
    steady = modes.shapes @ (modes.loads / modes.rates)
    surface = np.flatnonzero(discrete.surface)
    places = discrete.places or {"innermost": int(np.argmin(steady))}
    highest, lowest = surface[np.argmax(steady[surface])], surface[np.argmin(steady[surface])]
    return places | {"surface, highest": int(highest), "surface, lowest": int(lowest)}


def _distance(modes: Modes, others: Modes) -> float:
    s = 1j * FREQUENCIES * slowest_rate(others) / SPHERE_RATE
    return float(np.abs(modes.response(s) / others.response(s) - 1).max())


def _krylov_error(discrete: DiscreteParticle, modes: Modes) -> float:
    """Of the many modes against the finite elements, between two of the shifts."""
    s = CHECK_AT * slowest_rate(modes)
    return float(np.abs(modes.response(np.array([s]))[0] / direct_response(discrete, s) - 1))


def _mesh_error(shape: Shape, tensor: np.ndarray, closure: SurfaceClosure, modes: Modes) -> float:
    """Against a coarser mesh, or a coarser image; 1 where there is none that is of any use."""
    coarser, safety = shape, 1.0
    if isinstance(shape, TetrahedralShape) and len(shape.tetrahedra) > MOST_QUADRATIC:
        return 1.0
    if isinstance(shape, VoxelShape):
        try:
            coarser, safety = shape.coarsened(), IMAGE_SAFETY
        except (InputError, OutOfRangeError):
            return 1.0
    coarse = krylov_modes(discretise(domain_of(coarser, tensor, COARSE), closure))
    return min(safety * _distance(coarse, modes), 1.0)
