"""A particle of any shape and any diffusivity tensor as its mean and a few diffusive modes.

dx/dt = 3/R influx, dq_k/dt = -D rate_k q_k + 3/R outlet_k influx, and a local stoichiometry is x + sum_k p_k q_k with
p_k the outlet of the place. The particle is linear: D(x, T) belongs to the mean x, one factor common to all modes, and
nothing stops a local stoichiometry at 0 or 1; the places tell where it leaves that range.
"""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.checking import checked_number, checked_positive
from electrode_homog.particles.equations import CLIP, Algebra, ParticleEquations
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.reduction.closure import SurfaceClosure
from electrode_homog.particles.sphere import Sphere

SCALED = ", scaled to 3 volume/surface area = "
"""Ends the description of a shape whose lengths are no longer those that it names."""

SMALLEST_SCALE = 0.01
"""Of a mode that the mean of the surface hardly sees, but some place may."""


@dataclass(frozen=True)
class ReducedParticle:
    """What `reduce_particle` makes of a shape, a relative diffusivity tensor and a closure of the surface.

    `tensor` (3, 3) is relative to the diffusivity of the material, in the axes of the shape. A plate has the volume
    and the surface area of one square metre of it, an infinite cylinder those of one metre. `rates_per_m2` (k,) times
    D are the rates of the modes, rising. `outlets` (k,) give the mean surface stoichiometry, `place_outlets` (p, k)
    that of each place in `place_names`, the innermost of which comes first. Poles are where the axes of the shape
    leave it, of a ball the principal axes of the tensor, each called by the axis it lies nearest to; "surface, highest"
    is where the surface is fullest under a steady influx.

    `reduction_error` compares the few modes with the finite elements, `mesh_error` those with a coarser mesh, which
    makes it several times the error of the finer. Both are the largest relative change of the response of mean
    surface less mean stoichiometry to an influx at any angular frequency up to 300 D/R^2, D and R those of the sphere
    of equal slowest rate: for most batteries, in all that takes longer than some seconds. `mesh_error` is 1 where
    there was no coarser mesh.

    Raises InputError for lists that do not fit together or hold other things than finite numbers, OutOfRangeError for
    sizes and rates that are not positive, or a kinetic radius outside 10 nm to 100 um.
    """

    shape: str
    tensor: tuple[tuple[float, float, float], ...]
    closure: SurfaceClosure
    volume_m3: float
    surface_area_m2: float
    rates_per_m2: tuple[float, ...]
    outlets: tuple[float, ...]
    place_names: tuple[str, ...]
    place_outlets: tuple[tuple[float, ...], ...]
    reduction_error: float
    mesh_error: float

    def __post_init__(self):
        for name in ("volume_m3", "surface_area_m2"):
            object.__setattr__(self, name, checked_positive(name, getattr(self, name), "1e-17"))
        for name in ("reduction_error", "mesh_error"):
            object.__setattr__(self, name, checked_number(name, getattr(self, name), "1e-3"))
        Sphere(self.radius_m)  # its range and its advice on units
        object.__setattr__(self, "tensor", _rows("tensor", self.tensor, (3, 3)))
        rates = _row("rates_per_m2", self.rates_per_m2)
        number = len(rates)
        if number == 0 or min(rates) <= 0 or any(b < a for a, b in pairwise(rates)):
            raise OutOfRangeError(f"rates_per_m2 = {self.rates_per_m2!r:.200} must be positive and rise, at least one")
        object.__setattr__(self, "rates_per_m2", rates)
        object.__setattr__(self, "outlets", _rows("outlets", [self.outlets], (1, number))[0])
        object.__setattr__(self, "place_names", tuple(str(name) for name in self.place_names))
        if not self.place_names:
            raise InputError("place_names is empty; the innermost place must be there")
        places = _rows("place_outlets", self.place_outlets, (len(self.place_names), number))
        object.__setattr__(self, "place_outlets", places)

    @property
    def radius_m(self) -> float:
        """The kinetic radius 3 volume/surface area."""
        return 3 * self.volume_m3 / self.surface_area_m2

    @property
    def states(self) -> int:
        """The mean and the modes."""
        return 1 + len(self.outlets)

    @property
    def static_gain(self) -> float:
        """Mean surface less mean stoichiometry under a steady influx, over influx R/D: 1/5 for an isotropic sphere."""
        pairs = zip(self.outlets, self.rates_per_m2, strict=True)
        return sum(outlet**2 / rate for outlet, rate in pairs) * 3 / self.radius_m**2

    @property
    def equivalent_diffusivity(self) -> float:
        """Relative diffusivity of the sphere of the same `radius_m` that answers a steady influx alike."""
        return 1 / (5 * self.static_gain)

    def with_radius(self, radius_m: float) -> "ReducedParticle":
        """The same particle of another size, given by its kinetic radius; the Biot number stays."""
        scale = Sphere(radius_m).radius_m / self.radius_m
        if scale == 1:
            return self
        return replace(
            self,
            shape=f"{self.shape.split(SCALED)[0]}{SCALED}{radius_m:g} m",
            volume_m3=self.volume_m3 * scale**3,
            surface_area_m2=self.surface_area_m2 * scale**2,
            rates_per_m2=tuple(rate / scale**2 for rate in self.rates_per_m2),
        )


def reduced_particle_equations(particle: ReducedParticle, material: ActiveMaterial, points: int) -> ParticleEquations:
    """A reduced particle as equations; it has as many states as it was made with, whatever `points`.

    The states are x and x + scale_k q_k, with scales that make scale_k q_k what the mode adds to the surface: all are
    stoichiometries, and the relative tolerance of a solver means the same for each.
    """
    from electrode_homog.particles.laws.chemical_diffusivity import chemical_diffusivity

    number = particle.states
    scales = np.maximum(particle.outlets, SMALLEST_SCALE)
    mean = np.eye(number)[0]
    to_modes = np.column_stack([-1 / scales, np.diag(1 / scales)])  # the amplitudes q from the states
    decay = np.vstack([np.zeros(number), -np.diag(scales * particle.rates_per_m2) @ to_modes])
    to_mean = np.outer(np.ones(number), mean)
    surface = mean + particle.outlets @ to_modes

    def drift(state: Any, T: Any, algebra: Algebra) -> Any:
        if isinstance(material.diffusivity_m2_s, float):
            return algebra.apply(material.diffusivity_m2_s * decay, state)
        x = np.minimum(np.maximum(algebra.apply(to_mean, state), CLIP), 1 - CLIP)
        return chemical_diffusivity(material, x, T, algebra.interpolate) * algebra.apply(decay, state)

    local = mean + np.array(particle.place_outlets) @ to_modes
    first, *others = particle.place_names
    return ParticleEquations(
        mean=mean,
        surface=surface,
        uniform=np.ones(number),
        inlet=3 / particle.radius_m * np.append(1.0, 1 + scales * particle.outlets),
        places=np.vstack([local[0], surface, local[1:]]),
        position=np.append(0.0, np.ones(len(others) + 1)),
        drift=drift,
        place_names=(first, "surface, mean", *others),
    )


def _row(name: str, values: Any) -> tuple[float, ...]:
    try:
        numbers = tuple(float(value) for value in values)
    except (TypeError, ValueError):
        numbers = (math.nan,)
    if not all(math.isfinite(number) for number in numbers):
        raise InputError(f"{name} = {values!r:.100} is not a list of finite numbers")
    return numbers


def _rows(name: str, values: Any, shape: tuple[int, int]) -> tuple[tuple[float, ...], ...]:
    rows = tuple(_row(name, row) for row in values)
    if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
        raise InputError(f"{name} must be {shape[0]} rows of {shape[1]} numbers")
    return rows
