"""A measured surface area in PyBaMM, which knows areas as a = 3 active fraction / particle radius only.

PyBaMM therefore gets the kinetic radius R_k = 3 active fraction / a in place of the particle's own radius R. A particle
that takes up what passes through the measured area sees the flux j R/(R_k F). In a sphere, r' = r R_k/R turns this into
a sphere of radius R_k under the flux j/F whose diffusivity is (R_k/R)**2 times as large, exactly and for any D(x, T).
The radial grid of PyBaMM then spans R_k; relative positions and concentrations are those of the particle.
"""

import numpy as np

from electrode_homog.parameters import Electrode
from electrode_homog.parameters.active_phase import ActiveMaterialValues

SAME = 1e-12
"""Relative difference of the scales of layers that one number describes."""


def radius_scale(phase: ActiveMaterialValues) -> float:
    """R_k/R of an active material as a whole; 1 where the area is that of its particles."""
    if phase.measured_surface_area_per_m is None:
        return 1.0
    active = phase.active_fraction
    if isinstance(phase, Electrode) and phase.layers is not None:
        active = phase.layers.mean("active_fraction")
    return 3 * active / phase.measured_surface_area_per_m / phase.particle.radius_m


def radius_scales(phase: ActiveMaterialValues) -> tuple[float, ...]:
    """R_k/R: one number, or one per layer where their areas are not in proportion to their active fractions."""
    layers = phase.layers if isinstance(phase, Electrode) else None
    if layers is None or layers.surface_area_per_m is None:
        return (radius_scale(phase),)
    scales = 3 * np.array(layers.active_fraction) / np.array(layers.surface_area_per_m) / phase.particle.radius_m
    if np.ptp(scales) <= SAME * scales.max():
        return (float(scales.mean()),)
    return tuple(scales.tolist())
