"""Every kind of particle that an electrode may have, its size, and what it asks of its material."""

from dataclasses import replace
from typing import assert_never

from electrode_homog.particles.cahn_hilliard import CahnHilliard, cahn_hilliard_equations, points_needed
from electrode_homog.particles.laws.stability import check_fickian
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import FEWEST_POINTS, MOST_POINTS
from electrode_homog.particles.reduced_particle import ReducedParticle
from electrode_homog.particles.shrinking_core import ShrinkingCore, check_phases, shrinking_core_equations
from electrode_homog.particles.sphere import Sphere
from electrode_homog.particles.sphere_sizes import SphereSizes

Particle = Sphere | SphereSizes | ReducedParticle | CahnHilliard | ShrinkingCore
"""Each has `radius_m`, the kinetic radius 3 volume/surface area, so that 3 active_fraction/radius_m reacts."""


def with_radius(particle: Particle, radius_m: float) -> Particle:
    """The same particle with another kinetic radius, all its lengths in proportion.

    The width of an interface and other lengths of the material stay. Raises what the particle raises.
    """
    match particle:
        case Sphere() | CahnHilliard() | ShrinkingCore():
            return replace(particle, radius_m=radius_m)
        case SphereSizes():
            scale = Sphere(radius_m).radius_m / particle.radius_m
            return replace(particle, radii_m=tuple(scale * radius for radius in particle.radii_m))
        case ReducedParticle():
            return particle.with_radius(radius_m)
        case _:
            assert_never(particle)


def check_particle(particle: Particle, material: ActiveMaterial) -> None:
    """Raise what the model of the particle raises of a material that it cannot be made of."""
    match particle:
        case Sphere() | SphereSizes() | ReducedParticle():
            check_fickian(material)
        case CahnHilliard():
            cahn_hilliard_equations(particle, material, min(points_needed(particle, material), MOST_POINTS))
        case ShrinkingCore():
            shrinking_core_equations(particle, material, FEWEST_POINTS)
        case _:
            assert_never(particle)


def check_temperature(particle: Particle, material: ActiveMaterial, temperature_K: float) -> None:
    """Raise OutOfRangeError for a Fickian particle, or phase, that is unstable at this temperature.

    `check_particle` has looked at 298.15 K. What comes from the open-circuit potential alone changes no sign with
    temperature.
    """
    match particle:
        case Sphere() | SphereSizes() | ReducedParticle():
            check_fickian(material, temperature_K)
        case ShrinkingCore():
            check_phases(particle, material, temperature_K)
        case CahnHilliard():
            pass
        case _:
            assert_never(particle)
