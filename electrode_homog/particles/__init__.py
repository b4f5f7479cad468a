"""Particle models as data: what a particle of active material is, not how its diffusion is solved."""

from electrode_homog.particles.sphere import Particle, Sphere

__all__ = ["Particle", "Sphere"]
