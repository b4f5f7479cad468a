"""One cell problem: its input, checked, and the networks that are built from it when they are asked for."""

import numbers
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import assert_never

import numpy as np
from numpy.typing import ArrayLike

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.bounds import hashin_shtrikman_bounds
from electrode_homog.homogenization.conjugate_gradients import Minimum, least_energy
from electrode_homog.homogenization.cost import refuse_what_cannot_fit
from electrode_homog.homogenization.multigrid import Multigrid
from electrode_homog.homogenization.network import Network, PhaseMap, insulated_network, periodic_network
from electrode_homog.microstructure import Microstructure, periodic_parts, spanning

AXES = "xyz"
MOST_CONTRAST = 1e12  # largest over smallest conductance of a face; double precision has 16 digits
LEAST_CONDUCTIVITY = 1e-305  # below, products of numbers lose their digits
Conductivities = Mapping[str, float | ArrayLike]
"""Phase name -> scalar, or (3, 3) symmetric positive definite."""


class Problem:
    """The checked input, and the networks that are built from it when they are asked for."""

    def __init__(
        self,
        electrode: Microstructure,
        conductivity: Conductivities,
        boundary: Boundary,
        tolerance: float,
        max_iterations: int,
    ):
        self.electrode, self.boundary = electrode, boundary
        self.tolerance, self.max_iterations = _checked_settings(boundary, tolerance, max_iterations)
        table = {electrode.checked_name(name): _axis_values(name, k) for name, k in conductivity.items()}
        self.conductivity = {name: k for name, k in table.items() if k[0] > 0}
        if not self.conductivity:
            raise InputError(f"conductivity = {dict(conductivity)!r} names no phase that conducts")
        spacing = np.array(electrode.image.voxel_size_m)
        self._spacing = spacing / spacing.min()
        self.scale = _checked_scale(np.array(list(self.conductivity.values())), self._spacing)
        refuse_what_cannot_fit(electrode, self.conductivity)
        self._find_carrying(electrode.mask(*self.conductivity))

    def _find_carrying(self, conducting: np.ndarray) -> None:
        """Which voxels can carry a net current along each axis, and whether there are any."""
        match self.boundary:
            case Boundary.INSULATED_SIDES:
                self._carrying = spanning(conducting)
                x, y, z = (bool(mask.any()) for mask in self._carrying)
                self.percolates = (x, y, z)
            case Boundary.PERIODIC:
                parts = periodic_parts(conducting)
                self._carrying = (parts.wrapping,) * 3
                self.percolates = parts.axes
            case _:
                assert_never(self.boundary)

    @cached_property
    def _phases(self) -> PhaseMap:
        names = list(self.electrode.phases)
        phase = np.zeros(self.electrode.image.shape, dtype=np.uint8 if len(names) < 256 else np.uint16)
        for number, name in enumerate(names):
            phase[self.electrode.mask(name)] = number
        insulating = (0.0, 0.0, 0.0)
        rows = np.array([self.conductivity.get(name, insulating) for name in names]) / self.scale
        return PhaseMap(phase, rows, self._spacing)

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
            matrix[i, i] = self.scale * at_i.energy / size
            if self.boundary is Boundary.PERIODIC:
                network, _ = self._periodic
                for j, at_j in minima.items():
                    if j > i:
                        mixed = self.scale * network.energy(at_i.solution, i, at_j.solution, j) / size
                        matrix[i, j] = matrix[j, i] = mixed
        return matrix

    def bound(self, function: Callable[[list[float], list[float]], float]) -> np.ndarray:
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


def _checked_settings(boundary: Boundary, tolerance: float, max_iterations: int) -> tuple[float, int]:
    if isinstance(tolerance, bool) or not isinstance(tolerance, numbers.Real) or not 1e-14 <= tolerance < 1:
        raise InputError(f"tolerance = {tolerance!r}; the relative error of the result, 1e-14 <= tolerance < 1")
    if not isinstance(boundary, Boundary):
        raise InputError(f"boundary = {boundary!r}; one of {', '.join(map(str, Boundary))}")
    if isinstance(max_iterations, bool) or not isinstance(max_iterations, numbers.Integral) or max_iterations < 1:
        raise InputError(f"max_iterations = {max_iterations!r}; a whole number >= 1")
    return float(tolerance), int(max_iterations)


def _checked_scale(conductivity: np.ndarray, spacing: np.ndarray) -> float:
    """The largest conductivity: the problem is linear, and solved with 1 for the best conductor."""
    if conductivity.min() < LEAST_CONDUCTIVITY or conductivity.max() > 1 / LEAST_CONDUCTIVITY:
        raise OutOfRangeError(
            f"conductivity from {conductivity.min():g} to {conductivity.max():g} is outside {LEAST_CONDUCTIVITY:g} to "
            f"{1 / LEAST_CONDUCTIVITY:g}; check the unit"
        )
    conductance = conductivity / spacing**2
    if conductance.min() < conductance.max() / MOST_CONTRAST:
        raise OutOfRangeError(
            f"conductivity from {conductivity.min():g} to {conductivity.max():g} on voxels 1 : {spacing.max():g}: "
            f"conductances of faces differ by more than {MOST_CONTRAST:g}, where rounding decides. Leave out the poor "
            "conductor: a phase that is not named insulates"
        )
    return float(conductivity.max())


def _axis_values(name: str, conductivity: float | ArrayLike) -> tuple[float, float, float]:
    """Conductivity along x, y, z; a scalar, or the diagonal of a (3, 3) that is aligned with the axes."""
    try:
        value = np.asarray(conductivity)
        value = value.astype(float) if value.dtype.kind in "iuf" else np.array(np.nan)
    except ValueError:  # a list of lists of different lengths
        value = np.array(np.nan)
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
