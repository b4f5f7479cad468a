"""From a particle of one size as data to its equations: the one place where each kind finds its own."""

from typing import assert_never

from electrode_homog.particles.cahn_hilliard import CahnHilliard, cahn_hilliard_equations
from electrode_homog.particles.diffusion import sphere_equations
from electrode_homog.particles.equations import ParticleEquations
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.reduced_particle import ReducedParticle, reduced_particle_equations
from electrode_homog.particles.shrinking_core import ShrinkingCore, shrinking_core_equations
from electrode_homog.particles.sphere import Sphere

OneSizeParticle = Sphere | ReducedParticle | CahnHilliard | ShrinkingCore
"""The particles of one size; a distribution of sizes is the equations of one sphere, scaled for each size."""


def particle_equations(particle: OneSizeParticle, material: ActiveMaterial, *, points: int) -> ParticleEquations:
    """The equations of this particle made of this material; `points` is the number of nodes along the radius.

    Raises InputError for points that are no whole number, OutOfRangeError for too few or too many, and what each
    model raises of a material that it cannot be made of.
    """
    match particle:
        case Sphere():
            return sphere_equations(particle, material, points)
        case ReducedParticle():
            return reduced_particle_equations(particle, material, points)
        case CahnHilliard():
            return cahn_hilliard_equations(particle, material, points)
        case ShrinkingCore():
            return shrinking_core_equations(particle, material, points)
        case _:
            assert_never(particle)
