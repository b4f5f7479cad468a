"""From a microstructure and the conductivities of its phases to the effective tensor.

Matrices are (3, 3) in the unit of the input conductivities, row = flux component, column = gradient component,
averaged over the whole image, pores and solid. With 1.0 for the conducting phase the entries are the transport
efficiency B. Scheme: 7-point finite volumes with harmonic means (`network`), which is exact on layers normal to
an axis and, on staircase walls of an insulator, too low by 1 to 7 % at 64 voxels per feature: `relative_error`
is the distance from the exact solution *on these voxels*, not from the electrode.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from types import MappingProxyType
from typing import assert_never

import numpy as np
from numpy.typing import ArrayLike

from electrode_homog.errors import ElectrodeHomogError, InputError, NotConvergedError, NotPercolatingError
from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.bounds import hashin_shtrikman_bounds, reuss_bound, voigt_bound
from electrode_homog.homogenization.conjugate_gradients import Minimum, least_energy
from electrode_homog.homogenization.cost import refuse_what_cannot_fit
from electrode_homog.homogenization.multigrid import Multigrid
from electrode_homog.homogenization.network import Network, PhaseMap, insulated_network, periodic_network
from electrode_homog.microstructure import Microstructure, periodic_parts, spanning

AXES = "xyz"
Conductivities = Mapping[str, float | ArrayLike]
"""Phase name -> scalar, or (3, 3) symmetric positive definite."""


@dataclass(frozen=True, eq=False)
class EffectiveTensor:
    """What the image conducts, and how good the number is.

    `conductivity` (3,) of each conducting phase along x, y, z; `voigt` and `reuss` (3,) are the bounds per axis;
    `hashin_shtrikman` is (lower, upper) for isotropic structures of isotropic phases, None for others.
    Along an axis that does not percolate, row and column are exactly 0.
    """

    matrix: np.ndarray
    conductivity: Mapping[str, tuple[float, float, float]]
    volume_fractions: Mapping[str, float]
    boundary: Boundary
    tolerance: float
    relative_error: float
    iterations: int
    percolates: tuple[bool, bool, bool]
    voigt: np.ndarray
    reuss: np.ndarray
    hashin_shtrikman: tuple[float, float] | None
    shape: tuple[int, int, int]
    voxel_size_m: tuple[float, float, float]
    source: str
    seconds: float

    def __post_init__(self):
        for name in ("matrix", "voigt", "reuss"):
            array = np.array(getattr(self, name), dtype=float)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        for name in ("conductivity", "volume_fractions"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        self._check_bounds()

    def __reduce__(self):  # read-only maps cannot be pickled
        values = (getattr(self, field.name) for field in fields(self))
        return type(self), tuple(dict(v) if isinstance(v, MappingProxyType) else v for v in values)

    def _check_bounds(self) -> None:
        value = np.diag(self.matrix)
        slack = max(self.relative_error, 1e-9) * self.voigt
        for axis in np.flatnonzero(self.percolates):
            low, high = (self.reuss - slack)[axis], (self.voigt + slack)[axis]
            if not low <= value[axis] <= high:
                raise ElectrodeHomogError(
                    f"effective value {value[axis]:.6g} along {AXES[axis]} is outside Reuss {self.reuss[axis]:.6g} "
                    f"and Voigt {self.voigt[axis]:.6g}: a bug, please report it with the image"
                )

    @property
    def through_thickness(self) -> float:
        """matrix[0, 0]: the only component that a P2D model takes."""
        return float(self.matrix[0, 0])

    @property
    def volume_fraction(self) -> float:
        """Total share of the phases that conduct."""
        return sum(self.volume_fractions[name] for name in self.conductivity)

    @property
    def tortuosity_factor(self) -> np.ndarray:
        """(3,) Voigt bound over effective value: fraction / B for one conducting phase; inf where it is 0."""
        value = np.diag(self.matrix)
        return np.divide(self.voigt, value, out=np.full(3, np.inf), where=value > 0)


@dataclass(frozen=True)
class EffectiveConductivity:
    """The effective value along one axis, in the unit of the input, and its relative error on these voxels.

    `volume_fractions` are those of the phases that conduct.
    """

    value: float
    axis: int
    volume_fractions: Mapping[str, float]
    relative_error: float
    iterations: int
    boundary: Boundary
    seconds: float

    @property
    def volume_fraction(self) -> float:
        """Total share of the phases that conduct."""
        return sum(self.volume_fractions.values())


def effective_tensor(
    electrode: Microstructure,
    conductivity: Conductivities,
    *,
    boundary: Boundary = Boundary.INSULATED_SIDES,
    tolerance: float = 1e-3,
    max_iterations: int = 500,
) -> EffectiveTensor:
    """Solve the cell problem along x, y and z.

    Phases that `conductivity` does not name insulate. `tolerance` is the relative error of each diagonal entry
    against the exact solution on the voxels, 1e-14 <= tolerance < 1. Off-diagonal entries come from
    PERIODIC only; insulated sides leave them undetermined, and 0 is stored.

    Raises InputError for unknown phases and conductivities that are not positive definite or not aligned with
    the axes, or if the problem does not fit in memory; NotConvergedError, with the tensor so far as `.best`.
    """
    start = time.perf_counter()
    problem = _Problem(electrode, conductivity, boundary, tolerance, max_iterations)
    minima = {axis: problem.minimum(axis) for axis in range(3) if problem.percolates[axis]}
    matrix = problem.matrix(minima)
    tensor = EffectiveTensor(
        matrix=matrix,
        conductivity=problem.conductivity,
        volume_fractions=electrode.fractions,
        boundary=boundary,
        tolerance=tolerance,
        relative_error=max((m.relative_error for m in minima.values()), default=0.0),
        iterations=max((m.iterations for m in minima.values()), default=0),
        percolates=problem.percolates,
        voigt=problem.bound(voigt_bound),
        reuss=problem.bound(reuss_bound),
        hashin_shtrikman=problem.hashin_shtrikman(),
        shape=electrode.image.shape,
        voxel_size_m=electrode.image.voxel_size_m,
        source=electrode.image.source,
        seconds=time.perf_counter() - start,
    )
    _refuse_unconverged(tensor, tolerance)
    return tensor


def effective_conductivity(
    electrode: Microstructure,
    conductivity: Conductivities,
    *,
    axis: int = 0,
    boundary: Boundary = Boundary.INSULATED_SIDES,
    tolerance: float = 1e-3,
    max_iterations: int = 500,
) -> EffectiveConductivity:
    """Solve the cell problem along one axis (0, 1, 2); arguments and errors as in `effective_tensor`.

    Raises NotPercolatingError, before solving, if nothing connects the two faces normal to `axis`.
    """
    if axis not in (0, 1, 2):
        raise InputError(f"axis = {axis!r}; axes are 0 (through-thickness), 1, 2")
    start = time.perf_counter()
    problem = _Problem(electrode, conductivity, boundary, tolerance, max_iterations)
    if not problem.percolates[axis]:
        raise NotPercolatingError(
            f"{' + '.join(problem.conductivity)} of {electrode.image.source!r} does not connect the faces normal to "
            f"axis {axis} ({AXES[axis]}), {problem.describe_connection()}; the effective value is exactly 0. "
            "Check the axis, the labels and the segmentation, or take a larger image",
            axes=tuple(int(a) for a in range(3) if not problem.percolates[a]),
        )
    minimum = problem.minimum(axis)
    fractions = electrode.fractions
    result = EffectiveConductivity(
        value=minimum.energy / electrode.image.labels.size,
        axis=axis,
        volume_fractions={name: fractions[name] for name in problem.conductivity},
        relative_error=minimum.relative_error,
        iterations=minimum.iterations,
        boundary=boundary,
        seconds=time.perf_counter() - start,
    )
    _refuse_unconverged(result, tolerance)
    return result


class _Problem:
    """The checked input, and the networks that are built from it when they are asked for."""

    def __init__(self, electrode, conductivity, boundary, tolerance, max_iterations):
        if not (isinstance(tolerance, int | float) and 1e-14 <= tolerance < 1):
            raise InputError(f"tolerance = {tolerance!r}; the relative error of the result, 1e-14 <= tolerance < 1")
        if not isinstance(boundary, Boundary):
            raise InputError(f"boundary = {boundary!r}; one of {', '.join(map(str, Boundary))}")
        if not (isinstance(max_iterations, int) and max_iterations >= 1):
            raise InputError(f"max_iterations = {max_iterations!r}; a whole number >= 1")
        self.electrode, self.boundary = electrode, boundary
        self.tolerance, self.max_iterations = tolerance, max_iterations
        table = {electrode.checked_name(name): _axis_values(name, k) for name, k in conductivity.items()}
        self.conductivity = {name: k for name, k in table.items() if k[0] > 0}
        if not self.conductivity:
            raise InputError(f"conductivity = {dict(conductivity)!r} names no phase that conducts")
        self._carrying: dict[int, np.ndarray] = {}
        conducting = electrode.mask(*self.conductivity)
        refuse_what_cannot_fit(electrode, self.conductivity)
        match boundary:
            case Boundary.INSULATED_SIDES:
                masks = [spanning(conducting, axis) for axis in range(3)]
                self._carrying = dict(enumerate(masks))
                x, y, z = (bool(mask.any()) for mask in masks)
                self.percolates = (x, y, z)
            case Boundary.PERIODIC:
                parts = periodic_parts(conducting)
                self._carrying = dict.fromkeys(range(3), parts.wrapping)
                self.percolates = parts.axes
            case _:
                assert_never(boundary)

    @cached_property
    def _phases(self) -> PhaseMap:
        names = list(self.electrode.phases)
        phase = np.zeros(self.electrode.image.shape, dtype=np.uint8 if len(names) < 256 else np.uint16)
        for number, name in enumerate(names):
            phase[self.electrode.mask(name)] = number
        insulating = (0.0, 0.0, 0.0)
        rows = np.array([self.conductivity.get(name, insulating) for name in names])
        spacing = np.array(self.electrode.image.voxel_size_m)
        return PhaseMap(phase, rows, spacing / spacing.min())

    @cached_property
    def _periodic(self) -> tuple[Network, Multigrid]:
        network = periodic_network(self._phases, self._carrying[0])
        return network, Multigrid(network.matrix, network.places, singular=True)

    def minimum(self, axis: int) -> Minimum:
        match self.boundary:
            case Boundary.INSULATED_SIDES:
                network = insulated_network(self._phases, axis, self._carrying[axis])
                inverse = Multigrid(network.matrix, network.places, singular=False)
            case Boundary.PERIODIC:
                network, inverse = self._periodic
            case _:
                assert_never(self.boundary)
        settings = {"tolerance": self.tolerance, "max_iterations": self.max_iterations}
        return least_energy(network, axis, inverse, **settings)

    def matrix(self, minima: Mapping[int, Minimum]) -> np.ndarray:
        size = self.electrode.image.labels.size
        matrix = np.zeros((3, 3))
        for i, at_i in minima.items():
            matrix[i, i] = at_i.energy / size
            if self.boundary is Boundary.PERIODIC:
                network, _ = self._periodic
                for j, at_j in minima.items():
                    if j > i:
                        mixed = network.energy(at_i.solution, i, at_j.solution, j) / size
                        matrix[i, j] = matrix[j, i] = mixed
        return matrix

    def bound(self, function) -> np.ndarray:
        fractions = self.electrode.fractions
        insulating = (0.0, 0.0, 0.0)
        return np.array(
            [
                function(
                    list(fractions.values()),
                    [self.conductivity.get(name, insulating)[axis] for name in fractions],
                )
                for axis in range(3)
            ]
        )

    def hashin_shtrikman(self) -> tuple[float, float] | None:
        if any(len(set(k)) > 1 for k in self.conductivity.values()):
            return None
        fractions = self.electrode.fractions
        scalars = [self.conductivity.get(name, (0.0,))[0] for name in fractions]
        return hashin_shtrikman_bounds(list(fractions.values()), scalars)

    def describe_connection(self) -> str:
        total = np.count_nonzero(self.electrode.mask(*self.conductivity))
        shares = [np.count_nonzero(self._carrying[axis]) / total if self.percolates[axis] else 0.0 for axis in range(3)]
        return "connected share of that phase along x, y, z: " + ", ".join(f"{share:.1%}" for share in shares)


def _axis_values(name: str, conductivity: float | ArrayLike) -> tuple[float, float, float]:
    """Conductivity along x, y, z; a scalar, or the diagonal of a (3, 3) that is aligned with the axes."""
    value = np.asarray(conductivity, dtype=float)
    if value.shape not in ((), (3, 3)) or not np.all(np.isfinite(value)):
        raise InputError(f"conductivity[{name!r}] = {conductivity!r}; a finite number or a (3, 3) matrix")
    if value.shape == ():
        if value < 0:
            raise InputError(f"conductivity[{name!r}] = {value:g} is negative; conductivities are >= 0")
        return (float(value), float(value), float(value))
    if not np.allclose(value, value.T, rtol=1e-12, atol=0) or np.linalg.eigvalsh(value).min() <= 0:
        raise InputError(f"conductivity[{name!r}] = {value.tolist()} is not symmetric and positive definite")
    if np.any(value - np.diag(np.diag(value))):
        raise InputError(
            f"conductivity[{name!r}] has off-diagonal entries; two-point fluxes between voxels would drop them and "
            "converge to a wrong answer. Turn the image so that the principal axes are x, y, z"
        )
    x, y, z = (float(k) for k in np.diag(value))
    return (x, y, z)


def _refuse_unconverged(result: EffectiveTensor | EffectiveConductivity, tolerance: float) -> None:
    if result.relative_error > tolerance:
        raise NotConvergedError(
            f"relative error {result.relative_error:.2g} after {result.iterations} iterations, above tolerance = "
            f"{tolerance:g}; allow more iterations, or ask for less accuracy",
            best=result,
            residual=result.relative_error,
            iterations=result.iterations,
        )
