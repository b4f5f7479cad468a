"""The shapes of particles: in closed form, as a mesh of tetrahedra, or as voxels of an image.

Each knows its volume and its reacting surface area; 3 volume/area, its kinetic radius, takes the place of a sphere's
radius wherever the balance of lithium is concerned. A plate counts one square metre, an infinite cylinder one metre.
"""

import math
from dataclasses import dataclass

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.checking import checked_positive

LARGEST_ASPECT = 100
"""Longest over shortest extent of an ellipsoid, cylinder or box: beyond, a plate or an infinite cylinder is meant."""


@dataclass(frozen=True)
class Ball:
    """A ball; its axes are those of the tensor."""

    radius_m: float

    def __post_init__(self):
        object.__setattr__(self, "radius_m", checked_positive("radius_m", self.radius_m, "5e-6"))

    @property
    def volume_m3(self) -> float:
        return 4 / 3 * math.pi * self.radius_m**3

    @property
    def surface_area_m2(self) -> float:
        return 4 * math.pi * self.radius_m**2


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid with its semi-axes along x, y and z."""

    semi_axes_m: tuple[float, float, float]

    def __post_init__(self):
        object.__setattr__(self, "semi_axes_m", _lengths("semi_axes_m", self.semi_axes_m))

    @property
    def volume_m3(self) -> float:
        return 4 / 3 * math.pi * math.prod(self.semi_axes_m)

    @property
    def surface_area_m2(self) -> float:
        """4 pi R_G(a2 b2, a2 c2, b2 c2) by Carlson's symmetric integral; dlmf.nist.gov/19.33."""
        from scipy.special import elliprg

        a, b, c = (axis / self.semi_axes_m[0] for axis in self.semi_axes_m)
        area = 4 * math.pi * float(elliprg((a * b) ** 2, (a * c) ** 2, (b * c) ** 2))
        return area * self.semi_axes_m[0] ** 2


@dataclass(frozen=True)
class Plate:
    """A plate without edges that lies normal to z; both faces react."""

    thickness_m: float

    def __post_init__(self):
        object.__setattr__(self, "thickness_m", checked_positive("thickness_m", self.thickness_m, "1e-6"))

    @property
    def volume_m3(self) -> float:
        return self.thickness_m

    @property
    def surface_area_m2(self) -> float:
        return 2.0


@dataclass(frozen=True)
class Cylinder:
    """A cylinder along z that reacts all over; of `length_m` = inf, one without ends."""

    radius_m: float
    length_m: float

    def __post_init__(self):
        object.__setattr__(self, "radius_m", checked_positive("radius_m", self.radius_m, "5e-6"))
        if self.length_m != math.inf:
            object.__setattr__(self, "length_m", checked_positive("length_m", self.length_m, "10e-6, or math.inf"))
            _check_aspect("radius_m and length_m / 2", (self.radius_m, self.length_m / 2))

    @property
    def volume_m3(self) -> float:
        return math.pi * self.radius_m**2 * (1.0 if self.length_m == math.inf else self.length_m)

    @property
    def surface_area_m2(self) -> float:
        if self.length_m == math.inf:
            return 2 * math.pi * self.radius_m
        return 2 * math.pi * self.radius_m * (self.length_m + self.radius_m)


@dataclass(frozen=True)
class Box:
    """A rectangular box with its edges along x, y and z; a cube has three equal ones."""

    edges_m: tuple[float, float, float]

    def __post_init__(self):
        object.__setattr__(self, "edges_m", _lengths("edges_m", self.edges_m))

    @property
    def volume_m3(self) -> float:
        return math.prod(self.edges_m)

    @property
    def surface_area_m2(self) -> float:
        a, b, c = self.edges_m
        return 2 * (a * b + a * c + b * c)


def _lengths(name: str, values: object) -> tuple[float, ...]:
    try:
        lengths = tuple(values)  # type: ignore[arg-type]
    except TypeError:
        lengths = ()
    if len(lengths) != 3 or isinstance(values, str):
        raise InputError(f"{name} = {values!r:.100} is not three lengths in metres")
    checked = tuple(checked_positive(f"{name}[{i}]", value, "5e-6") for i, value in enumerate(lengths))
    _check_aspect(name, checked)
    return checked


def _check_aspect(name: str, lengths: tuple[float, ...]) -> None:
    if max(lengths) > LARGEST_ASPECT * min(lengths):
        raise OutOfRangeError(
            f"{name} = {lengths} differ by more than a factor of {LARGEST_ASPECT}; a flat particle is a Plate, a long "
            "one a Cylinder of length_m = inf"
        )
