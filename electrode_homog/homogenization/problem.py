"""One cell problem: its input, checked, which voxels carry a current in it, and what bounds its result."""

import numbers
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from electrode_homog.compiled import Team
from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.homogenization.boundary import Boundary
from electrode_homog.homogenization.bounds import hashin_shtrikman_bounds
from electrode_homog.homogenization.carrying import carrying_parts
from electrode_homog.homogenization.cost import needed_bytes, needs_double, refuse_what_cannot_fit, resistivity_fields
from electrode_homog.homogenization.voxel_operator import Medium
from electrode_homog.microstructure import Microstructure, connected_parts

AXES = "xyz"
MOST_CONTRAST = 1e12  # largest over smallest conductance of a face; double precision has 16 digits
LEAST_CONDUCTIVITY = 1e-305  # below, products of numbers lose their digits
LARGEST_TABLE = 65536  # labels that are looked up as they are; larger ones are numbered first
Conductivities = Mapping[str, float | ArrayLike]
"""Phase name -> scalar, or (3, 3) symmetric positive definite."""


class Problem:
    """The checked input: a medium whose best conductor has 1 (`scale` says what that is), and its connected parts."""

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
        spacing = spacing / spacing.min()
        values = np.array(list(self.conductivity.values()))
        self.scale = _checked_scale(values, spacing)
        conductance = values / self.scale / spacing**2
        self.contrast = float(conductance.max() / conductance.min())
        self.double_precision = needs_double(self.contrast, boundary, self.tolerance)
        self._refuse_what_cannot_fit(spacing)
        labels, rows = self._by_label()
        self.medium = Medium(labels, rows, spacing)
        with Team() as team:
            self.parts = connected_parts(labels, rows[:, 0] > 0, team)
        self.carrying = carrying_parts(self.parts, boundary)
        self.percolates = self.carrying.axes

    def _refuse_what_cannot_fit(self, spacing: np.ndarray) -> None:
        image, fractions = self.electrode.image, self.electrode.fractions
        unknowns = round(sum(fractions[name] for name in self.conductivity) * image.labels.size)
        fields = resistivity_fields(self.conductivity.values(), spacing)
        needed = needed_bytes(
            image.shape, unknowns, axes=1, boundary=self.boundary, fields=fields, double_precision=self.double_precision
        )
        refuse_what_cannot_fit(image.shape, unknowns, needed)

    def _by_label(self) -> tuple[np.ndarray, np.ndarray]:
        """Labels, and the conductivity (labels, 3) of each over `scale`."""
        labels = self.electrode.image.labels
        numbers_of = {name: self.electrode.labels(name) for name in self.electrode.phases}
        named = np.array(sorted(label for group in numbers_of.values() for label in group))
        if named[-1] < LARGEST_TABLE:
            rows, place = np.zeros((int(named[-1]) + 1, 3)), {int(label): int(label) for label in named}
        else:
            rows, place = np.zeros((len(named), 3)), {int(label): row for row, label in enumerate(named)}
            labels = np.searchsorted(named, labels).astype(np.int32)
        for name, k in self.conductivity.items():
            for label in numbers_of[name]:
                rows[place[label]] = np.array(k) / self.scale
        return labels, rows

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
        if self.boundary is Boundary.UNIFORM_FLUX:
            return "a uniform flux cannot enter an insulator, so that both faces must conduct everywhere, in one part"
        total = max(1, int(self.parts.sizes.sum()))
        shares = [
            int(self.parts.sizes[self.carrying.keep[axis]].sum()) / total if self.percolates[axis] else 0.0
            for axis in range(3)
        ]
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
