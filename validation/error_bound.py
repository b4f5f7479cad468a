"""The reported `relative_error` is at least the true error on random images, benign and adversarial.

Reference: the plain network of the same image (`network`, which the solver does not use), solved by sparse LU and
refined face by face in long double: no levels, no early stop, no selection of parts. Images of up to 13^3 voxels, even,
odd, prime or one thick; noise, grains and layers of two or three phases, porosity 0.33 to 0.85, contrasts 0 to 1e8,
voxels from cubes to 1 : 100 flakes, all boundary conditions, tolerances 0.1 to 1e-8. For a uniform flux insulating
voxels of the border are given to the pores, else no flux passes. Small images are solved as far as rounding allows and
on one level; here they go through several and stop at the tolerance. Entries off the diagonal must lie within the
reported error times sqrt(A_ii A_jj), and the rounding of the largest entry, whose difference they are. The best
value of a NotConvergedError must be honest too; after four iterations there are many.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from outcome import Outcome, at_most
from scipy import ndimage, sparse
from scipy.ndimage import gaussian_filter
from scipy.sparse import csgraph, linalg

import electrode_homog as eh
from electrode_homog.homogenization import graph, voxel_solver
from electrode_homog.homogenization import problem as problem_rules
from electrode_homog.homogenization.network import (
    Network,
    PhaseMap,
    insulated_network,
    linear_network,
    periodic_network,
    sealed_network,
)
from electrode_homog.homogenization.problem import Problem

IMAGES = 216
CONTRASTS = [0.0, 1e-8, 1e-6, 1e-3, 0.1, 30.0, 1e3, 1e6, 1e8]  # of the second phase to the first
SPREADS = [1.0, 1.5, 10.0, 100.0]  # of the voxel's edges
TOLERANCES = [1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8]
REFINEMENTS = 5
ROUNDING = 1e-13  # of the reference
EPSILON = np.finfo(float).eps
NOTHING = 1e-18  # of the best conductor: what rounding leaves where no current flows


def outcomes() -> list[Outcome]:
    cases = list(_cases(range(IMAGES)))
    with _levels():
        found = [case.checked(tolerance) for case in cases for tolerance in TOLERANCES]
        early = [case.checked(1e-6, max_iterations=4) for case in cases]
    with _levels(single_contrast=1e6, single_tolerance=1e-6):
        beyond = [case.checked(tolerance) for case in cases[: len(cases) // 4] for tolerance in (1e-3, 1e-5)]
    moving = [f for f in found if f.conducts]
    accepted, refused = [f for f in moving if f.accepted], [f for f in moving + early if not f.accepted]
    direct = "sparse LU of the plain network"
    rows = [
        at_most(f"of {len(found)} tensors of {IMAGES} images, wrong zeros", direct, _count(found, "wrong_zero"), 0),
        at_most(
            f"of {len(accepted)} tensors that conduct, values whose true error exceeds the reported one",
            direct,
            _count(accepted, "dishonest"),
            0,
        ),
        at_most("largest true error over reported error", direct, max(f.ratio for f in accepted), 1.0),
        at_most(
            "largest error off the diagonal over reported error times sqrt(A_ii A_jj)",
            direct,
            max(f.ratio_beside for f in accepted),
            1.0,
        ),
        at_most(
            f"of {len(refused)} best values not converged, after 4 iterations but for {len(moving) - len(accepted)}, "
            "dishonest ones",
            direct,
            _count(refused, "dishonest"),
            0,
        ),
        at_most(
            f"of {sum(f.single for f in accepted)} tensors in single precision, dishonest ones",
            direct,
            _count([f for f in accepted if f.single], "dishonest"),
            0,
        ),
        at_most(
            f"of {sum(f.single and f.accepted for f in beyond)} tensors in single precision up to a contrast of 1e6 "
            "and down to 1e-5, further than the package goes, dishonest ones",
            direct,
            _count([f for f in beyond if f.single and f.accepted], "dishonest"),
            0,
        ),
    ]
    for boundary in eh.Boundary:
        most = max(f.iterations for f in accepted if f.boundary is boundary)
        rows.append(at_most(f"most iterations, {boundary.value}", "-", most, 40))
    return rows


@dataclass(frozen=True)
class Finding:
    """`ratio` and `ratio_beside` are the largest true over reported errors, on and off the diagonal."""

    boundary: eh.Boundary
    conducts: bool
    accepted: bool
    single: bool
    wrong_zero: bool
    ratio: float
    ratio_beside: float
    iterations: int

    @property
    def dishonest(self) -> bool:
        """Whether some true error exceeds the reported one."""
        return not max(self.ratio, self.ratio_beside) <= 1


def _count(findings: list[Finding], what: str) -> int:
    return sum(getattr(f, what) for f in findings)


@contextmanager
def _levels(single_contrast: float | None = None, single_tolerance: float | None = None) -> Iterator[None]:
    """Small images go through levels and stop at the tolerance; single precision serves as far as is said."""
    usual = graph.DIRECT_SIZE, voxel_solver.EXACT_SIZE, problem_rules.SINGLE_CONTRAST, problem_rules.SINGLE_TOLERANCE
    graph.DIRECT_SIZE, voxel_solver.EXACT_SIZE = 30, 0
    problem_rules.SINGLE_CONTRAST = single_contrast or usual[2]
    problem_rules.SINGLE_TOLERANCE = single_tolerance or usual[3]
    try:
        yield
    finally:
        graph.DIRECT_SIZE, voxel_solver.EXACT_SIZE = usual[:2]
        problem_rules.SINGLE_CONTRAST, problem_rules.SINGLE_TOLERANCE = usual[2:]


@dataclass(frozen=True, eq=False)
class Case:
    """An image, what its phases conduct, and a boundary condition."""

    medium: eh.Microstructure
    conductivity: dict[str, float]
    boundary: eh.Boundary

    def checked(self, tolerance: float, max_iterations: int = 200) -> Finding:
        """What the solver says at this tolerance, compared with the reference."""
        accepted = True
        problem = Problem(self.medium, self.conductivity, self.boundary, tolerance, 1)
        try:
            settings = {"tolerance": tolerance, "max_iterations": max_iterations}
            tensor = eh.effective_tensor(self.medium, self.conductivity, boundary=self.boundary, **settings)
        except eh.NotConvergedError as failure:
            tensor, accepted = failure.best, False
        exact = np.diag(self.exact)
        flows = exact > NOTHING
        wrong = tensor.percolates != tuple(flows.tolist()) or bool(tensor.matrix[~flows].any())
        error = tensor.relative_error + ROUNDING
        scale = np.sqrt(np.outer(exact[flows], exact[flows]))
        apart = np.abs(tensor.matrix - self.exact)[np.ix_(flows, flows)]
        on = np.diag(apart) / np.diag(scale) / error
        beside = (apart - np.diag(np.diag(apart))) / (scale * error + EPSILON * exact.max())
        return Finding(
            self.boundary, bool(flows.any()), accepted, not problem.double_precision, wrong,
            float(on.max(initial=0)), float(beside.max(initial=0)), tensor.iterations,
        )  # fmt: skip

    @cached_property
    def exact(self) -> np.ndarray:
        """The tensor by sparse LU."""
        phases = self._phases
        conducting = phases.phase > 0
        match self.boundary:
            case eh.Boundary.INSULATED_SIDES:
                alone = [_energies(insulated_network(phases, axis, conducting), [axis]) for axis in range(3)]
                return sum(alone) / conducting.size
            case eh.Boundary.PERIODIC:
                return _energies(periodic_network(phases, conducting), [0, 1, 2]) / conducting.size
            case eh.Boundary.LINEAR_POTENTIAL:
                return _energies(linear_network(phases, conducting), [0, 1, 2]) / conducting.size
            case eh.Boundary.UNIFORM_FLUX:
                return np.linalg.inv(_losses(phases, conducting) / conducting.size)

    @property
    def _phases(self) -> PhaseMap:
        phase = np.zeros(self.medium.image.shape, dtype=np.int32)
        for number, name in enumerate(self.conductivity, 1):
            phase[self.medium.mask(name)] = number
        rows = [np.zeros(3), *(np.full(3, k) for k in self.conductivity.values())]
        spacing = np.array(self.medium.image.voxel_size_m)
        return PhaseMap(phase, np.array(rows), spacing / spacing.min())


def _energies(network: Network, axes: Sequence[int]) -> np.ndarray:
    """Mixed energies at unit mean gradients along `axes`, over all voxels. Parts that nothing holds relax to 0."""
    faces = _Faces(network)
    drops = np.zeros_like(faces.drops)
    drops[:, axes] = faces.drops[:, axes]
    chi = faces.solved(-faces.differences.T @ (faces.g * drops))
    left = faces.differences @ chi + drops
    return (left.T @ (faces.g * left)).astype(float)


def _losses(phases: PhaseMap, conducting: np.ndarray) -> np.ndarray:
    """The resistivity, over all voxels, of the part that holds the border, which conducts everywhere."""
    part = np.asarray(ndimage.label(conducting)[0])
    sealed = sealed_network(phases, part == part[0, 0, 0])
    faces = _Faces(sealed.network)
    currents = np.stack([sealed.injection(axis) for axis in range(3)], axis=1)
    u = faces.solved(currents.astype(np.longdouble))
    halves = np.diag([sealed.half_voxel_loss(axis) for axis in range(3)])
    return (halves + currents.T @ u + u.T @ (currents - faces.carried(u))).astype(float)


class _Faces:
    """The faces of a network one by one: differences (m, n), conductances (m, 1), drops (m, 3) at unit mean gradients.

    At a contrast of 1e8 the assembled matrix has lost eight digits of the flux between good conductors, in the sums on
    its diagonal. It serves for corrections only; what is left of a solution is summed over faces, in long double.
    """

    def __init__(self, network: Network):
        n, between, ends = len(network.places), network.faces, network.ends
        inner, outer = sum(len(f.g) for f in between), sum(len(e.g) for e in ends)
        rows = np.arange(inner)
        columns = [[f.there for f in between], [f.here for f in between], [e.nodes for e in ends]]
        there, here, nodes = (np.concatenate([*c, np.empty(0, np.int32)]) for c in columns)
        signs = np.concatenate([np.ones(inner), -np.ones(inner), *(np.full(len(e.g), e.sign) for e in ends)])
        places = np.concatenate([rows, rows, inner + np.arange(outer)]), np.concatenate([there, here, nodes])
        self.differences = sparse.csr_matrix((signs.astype(np.longdouble), places), shape=(inner + outer, n))
        self.g = np.concatenate([f.g for f in (*between, *ends)]).astype(np.longdouble)[:, None]
        self.drops = np.concatenate([np.tile(f.drop * np.eye(3)[f.axis], (len(f.g), 1)) for f in (*between, *ends)])
        self._factors = self._factorised(network)

    @staticmethod
    def _factorised(network: Network) -> linalg.SuperLU:
        """Of the matrix, with one unknown of each part without an end held at about 0."""
        matrix, diagonal = network.matrix, network.matrix.diagonal()
        count, part = csgraph.connected_components(matrix, directed=False)
        held = np.zeros(count, dtype=bool)
        for end in network.ends:
            held[part[end.nodes]] = True
        first = np.unique(part, return_index=True)[1][~held]
        ground = np.zeros(len(diagonal))
        ground[first] = np.where(diagonal[first] > 0, diagonal[first], 1.0)
        options = {"SymmetricMode": True}
        return linalg.splu((matrix + sparse.diags(ground)).tocsc(), "MMD_AT_PLUS_A", 0.0, options=options)

    def carried(self, x: np.ndarray) -> np.ndarray:
        """K x."""
        return self.differences.T @ (self.g * (self.differences @ x))

    def solved(self, load: np.ndarray) -> np.ndarray:
        """K^-1 load, by columns."""
        x = np.zeros_like(load)
        for _ in range(REFINEMENTS):
            x += self._factors.solve((load - self.carried(x)).astype(float))
        return x


def _cases(seeds) -> Iterator[Case]:
    for seed in seeds:
        r = np.random.default_rng([2026, seed])
        contrast, spread = CONTRASTS[seed % len(CONTRASTS)], SPREADS[seed // len(CONTRASTS) % len(SPREADS)]
        edges = np.exp(r.uniform(0, np.log(spread), 3))
        edges[r.permutation(3)[:2]] = 1, spread
        labels = _structure(r, _shape(r))
        best = max(1.0, contrast)
        conductivity = {"a": 1 / best, "b": contrast / best, "c": np.sqrt(contrast) / best}
        for boundary in eh.Boundary:
            image = labels
            if boundary is eh.Boundary.UNIFORM_FLUX and contrast == 0:
                image = np.pad(labels[1:-1, 1:-1, 1:-1], 1) if min(labels.shape) > 1 else 0 * labels
            phases = {"abc"[label]: int(label) for label in np.unique(image)}
            medium = eh.Microstructure(eh.VoxelImage(image, tuple(edges)), phases)
            yield Case(medium, {name: conductivity[name] for name in phases if conductivity[name] > 0}, boundary)


def _shape(r: np.random.Generator) -> tuple[int, ...]:
    """Up to 13 voxels along each axis."""
    shape = r.choice([[3, 5, 7, 11, 13], [2, 4, 6, 8, 12], [5, 6, 9, 10, 13]][r.integers(3)], 3)
    if r.random() < 0.2:
        shape[r.integers(3)] = 1
    return tuple(int(n) for n in shape)


def _structure(r: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Labels 0 in a share of 0.33 to 0.85, and 1, or 1 and 2: noise, grains, or layers with holes."""
    share, third = r.uniform(0.33, 0.85), r.choice([0, 0.3])
    match r.choice(["noise", "grains", "layers"], p=[0.5, 0.3, 0.2]):
        case "noise":
            field = r.random(shape)
        case "grains":
            field = gaussian_filter(r.normal(size=shape), r.uniform(0.6, 1.5), mode="wrap")
        case _:
            axis = r.integers(3)
            field = np.broadcast_to(r.random([n if a == axis else 1 for a, n in enumerate(shape)]), shape).copy()
            holes = r.random(shape) < 0.1
            field[holes] = r.random(np.count_nonzero(holes))
    steps = np.quantile(field, [share, share + (1 - third) * (1 - share)])
    return ((field > steps[0]).astype(np.uint8) + (field > steps[1])).astype(np.uint8)
