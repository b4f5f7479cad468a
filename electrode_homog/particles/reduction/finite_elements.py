"""Mass, stiffness and surface load of a particle by scikit-fem, in units of the radius 3 V/S.

A domain is the part of the particle that its symmetry leaves to be meshed: a line, a plane figure or a solid.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from electrode_homog.particles.reduction.closure import (
    LinearisedKinetics,
    SurfaceClosure,
    UniformConcentration,
    UniformFlux,
)

GAUSS_ORDER = 5  # three Gauss points a direction: exact for quadratic elements of constant Jacobian

NEWTON_TOLERANCE = 1e-9
"""Of a position in the reference element, where scikit-fem asks for 1e-12."""


@dataclass(frozen=True, eq=False)
class Domain:
    """A mesh and what its symmetry means.

    `tensor` (d, d) holds the relative diffusivities along the d axes of the mesh. The volume element is
    |x_0|**`radial_power`: 1 where the mesh turns about the axis x_0 = 0, 2 where it stands for a ball. Facets on a
    plane x_i = 0 with i in `mirrors` do not react. The solution is the same where the coordinates of all axes in
    `turned` change sign. `places` are points (d,) by name.
    """

    mesh: Any
    element: Any
    tensor: np.ndarray
    places: dict[str, np.ndarray]
    radial_power: int = 0
    mirrors: tuple[int, ...] = ()
    turned: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class DiscreteParticle:
    """mass dc/dt = -(stiffness - rank_one load load^T) c + influx load, for n unknowns.

    `points` (d, m) are the m nodes, `values` (m, n) gives their stoichiometry from the unknowns, `surface` (m,) says
    which lie on the reacting surface, `places` the index of the node of each place.
    """

    mass: Any
    stiffness: Any
    load: np.ndarray
    rank_one: float
    values: Any
    points: np.ndarray
    surface: np.ndarray
    places: dict[str, int]

    @property
    def volume(self) -> float:
        return float(self.mass.sum())

    @property
    def area(self) -> float:
        return float(self.load.sum())


def discretise(domain: Domain, closure: SurfaceClosure) -> DiscreteParticle:
    """The finite-element equations of a domain under a closure of its surface."""
    import scipy.sparse

    mass, stiffness, load, exchange, points, surface = _assembled(domain)
    radius = 3 * mass.sum() / load.sum()
    rank_one = 0.0
    tied = np.arange(load.size)
    if domain.turned:
        tied = np.minimum(tied, _opposite(points, domain.turned))
    match closure:
        case UniformFlux():
            pass
        case UniformConcentration():
            tied[surface] = np.flatnonzero(surface)[0]
        case LinearisedKinetics(biot):
            stiffness = stiffness + biot / radius * exchange
            rank_one = biot / radius / load.sum()
    unknowns, column = np.unique(tied, return_inverse=True)
    values = scipy.sparse.csr_matrix((np.ones(tied.size), (np.arange(tied.size), column)), (tied.size, unknowns.size))
    return DiscreteParticle(
        (values.T @ mass @ values).tocsc(),
        (values.T @ stiffness @ values).tocsc(),
        values.T @ load,
        rank_one,
        values,
        points,
        surface,
        {name: _nearest(points, point) for name, point in domain.places.items()},
    )


def _assembled(domain: Domain) -> tuple[Any, Any, np.ndarray, Any, np.ndarray, np.ndarray]:
    """Mass, stiffness, surface load, surface mass, nodes (d, m), and which of them lie on the surface."""
    from skfem import Basis, BilinearForm, FacetBasis, LinearForm

    mesh, power = domain.mesh, domain.radial_power
    facets = _reacting(domain)
    mapping = _mapping(mesh)
    cells = Basis(mesh, domain.element, mapping, intorder=GAUSS_ORDER)
    faces = FacetBasis(mesh, domain.element, mapping, facets=facets, intorder=GAUSS_ORDER)

    def measure(x: Any) -> Any:
        return np.abs(x[0]) ** power

    @BilinearForm
    def mass(u, v, w):
        return measure(w.x) * u * v

    @BilinearForm
    def stiffness(u, v, w):
        return measure(w.x) * np.einsum("i...,ij,j...->...", v.grad, domain.tensor, u.grad)

    @BilinearForm
    def exchange(u, v, w):
        return measure(w.x) * u * v

    @LinearForm
    def load(v, w):
        return measure(w.x) * v

    surface = np.zeros(cells.N, dtype=bool)
    surface[np.unique(cells.get_dofs(facets).flatten())] = True
    return (
        mass.assemble(cells).tocsc(),
        stiffness.assemble(cells).tocsc(),
        load.assemble(faces),
        exchange.assemble(faces).tocsc(),
        cells.doflocs,
        surface,
    )


def _mapping(mesh: Any) -> Any:
    """The mapping from the reference element, whose inverse is content with what round-off allows in thin layers."""
    from skfem import MappingIsoparametric

    mapping = mesh.mapping()
    if isinstance(mapping, MappingIsoparametric):
        mapping.invF = partial(mapping.invF, newton_tol=NEWTON_TOLERANCE)  # type: ignore[method-assign]
    return mapping


def _reacting(domain: Domain) -> np.ndarray:
    """The boundary facets that do not lie on a mirror."""
    mesh = domain.mesh
    facets = mesh.boundary_facets()
    away = np.abs(mesh.p[:, mesh.facets[:, facets]]).max(axis=1)  # (d, facets): of the farthest corner
    size = np.abs(mesh.p).max()
    on_mirror = np.zeros(facets.size, dtype=bool)
    for axis in domain.mirrors:
        on_mirror |= away[axis] < 1e-9 * size
    return facets[~on_mirror]


def _opposite(points: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """For each node, the one whose coordinates along `axes` have the other sign."""
    from scipy.spatial import KDTree

    image = points.copy()
    image[list(axes)] *= -1
    distance, index = KDTree(points.T).query(image.T)
    assert distance.max() < 1e-8 * np.abs(points).max(), "the mesh is not its own image"
    return np.asarray(index)


def _nearest(points: np.ndarray, point: np.ndarray) -> int:
    return int(np.argmin(np.sum((points - np.asarray(point)[:, None]) ** 2, axis=0)))
