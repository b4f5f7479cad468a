"""A homogeneous sphere with one diffusivity: the particle of the classic P2D model."""

import math
from dataclasses import dataclass
from numbers import Real

from electrode_homog.errors import InputError, OutOfRangeError

SMALLEST_RADIUS_M, LARGEST_RADIUS_M = 10e-9, 100e-6
"""From nano-sized lithium iron phosphate to above the coarsest graphite: a guard against slips of unit."""


@dataclass(frozen=True)
class Sphere:
    """A sphere; its surface area per volume of active material is 3 / radius_m.

    Raises InputError where `radius_m` is not a finite number, OutOfRangeError outside 10 nm to 100 um.
    """

    radius_m: float

    def __post_init__(self):
        radius = self.radius_m
        if isinstance(radius, bool) or not isinstance(radius, Real) or not math.isfinite(radius):
            raise InputError(f"radius_m = {radius!r} is not a finite number; give the radius in metres, e.g. 5e-6")
        if not SMALLEST_RADIUS_M <= radius <= LARGEST_RADIUS_M:
            raise OutOfRangeError(
                f"radius_m = {radius:g} m is not in {SMALLEST_RADIUS_M:g} to {LARGEST_RADIUS_M:g} m" + _remedy(radius)
            )
        object.__setattr__(self, "radius_m", float(radius))


def _remedy(radius: float) -> str:
    for unit, factor in (("micrometres", 1e-6), ("nanometres", 1e-9)):
        if SMALLEST_RADIUS_M <= radius * factor <= LARGEST_RADIUS_M:
            return f"; {unit}? then write {radius * factor:g}"
    return ""
