"""Where an active material reacts: its surface to the electrolyte, how much is covered, and the radii that follow."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, NotConvergedError, OutOfRangeError
from electrode_homog.microstructure import (
    Interface,
    Microstructure,
    Survey,
    diffusion_radius,
    radius_from_area_m,
)

_DIFFUSION_TOLERANCE = 1e-3  # voxels are worth more


@dataclass(frozen=True, eq=False)
class ReactingSurface:
    """Surface of active phases to those at which they react, per volume of the image, by the estimator of `interfaces`.

    `covered_fraction` is the share of their surface that touches other phases, such as binder.
    `layer_area_per_m` (nx,) is the area in each plane of voxels over its volume. `kinetic_radius_m` is 3 active
    fraction / area, `diffusive_radius_m` that of `diffusion_radius`, in which all walls count, covered or not; NaN
    where the solution was not found.
    """

    area_per_m: float
    covered_fraction: float
    layer_area_per_m: np.ndarray
    kinetic_radius_m: float
    diffusive_radius_m: float

    def __post_init__(self):
        values = np.array(self.layer_area_per_m, dtype=float)
        values.setflags(write=False)
        object.__setattr__(self, "layer_area_per_m", values)


def reacting_surface(
    electrode: Microstructure, found: Survey, active: Sequence[str], reacting: Sequence[str], others: Sequence[str] = ()
) -> ReactingSurface:
    """Of the phases `active` together where they touch those of `reacting`.

    Surfaces to `others`, a second active material, count as neither bare nor covered. Raises InputError for an image
    without a physical length, OutOfRangeError where the phases touch none of `reacting`.
    """
    if not electrode.image.has_physical_length:
        raise InputError(
            f"{electrode.image.source!r} has no voxel size, so that areas and radii have no unit; give voxel_size_m, "
            "or keep the particles of the base set"
        )
    outer = [one for one in found.interfaces if len(set(one.phases) & set(active)) == 1]
    bare = [one for one in outer if set(one.phases) & set(reacting)]
    covered = [one for one in outer if not set(one.phases) & {*reacting, *others}]
    area = _area(bare)
    if area <= 0:
        raise OutOfRangeError(f"{' + '.join(active)} touches none of {', '.join(reacting)}: nothing reacts")
    dx, dy, dz = electrode.image.voxel_size_m
    _, ny, nz = electrode.image.shape
    layers = np.sum([one.layer_area_m2 for one in bare], axis=0) / (ny * nz * dx * dy * dz)
    fraction = sum(electrode.fractions[name] for name in active)
    return ReactingSurface(
        area_per_m=area,
        covered_fraction=_area(covered) / (area + _area(covered)),
        layer_area_per_m=layers,
        kinetic_radius_m=radius_from_area_m(fraction, area),
        diffusive_radius_m=_diffusive_radius_m(electrode, active),
    )


def _area(found: Sequence[Interface]) -> float:
    return sum(one.area_per_m for one in found)


def _diffusive_radius_m(electrode: Microstructure, active: Sequence[str]) -> float:
    try:
        return diffusion_radius(electrode, *active, tolerance=_DIFFUSION_TOLERANCE).radius_m
    except NotConvergedError:  # whoever needs it says so
        return math.nan
