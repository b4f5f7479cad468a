"""Diffusion in a sphere whose diffusivity may be any positive function of stoichiometry and temperature.

The flux through a face uses the mean of the diffusivity over the stoichiometries between its two nodes, by Simpson's
rule: differences of Kirchhoff's variable, the integral of D dx, so that a steady profile is exact at the nodes for any
cubic D. A harmonic mean locks a front to the grid where D changes a hundredfold between two nodes, as over a plateau of
graphite, and every node that the front passes is then an event for the solver.

Voltage of chen2020 at 1C [mV rms], for constant D and for Darken's with the factor of both potentials (floor 0.05),
and the time of Darken's solve over that of PyBaMM with constant D in 20 shells (0.68 mV), on the same volumes along x:

                                                 constant D   Darken   time
    10 nodes as here                                   0.27     0.16    4.7
    8 nodes                                            0.44     0.26    3.5
    6 nodes                                            0.85     0.49    2.6
    10 nodes, two Gauss points for the mean of D       0.27     0.27    4.7
    10 nodes, mean of the two node values of D         0.27     0.78    3.0
    10 nodes, D at the midpoint                        0.27     4.4     6.3
    10 nodes, cells that end half-way, Gauss           1.1      0.35
    8 points of a spectral method in r**2              0.005    1.3

The spectral method is far better for a smooth D, and far worse where D has plateaus. The times are
those of states solved to 1e-8; with SHELLS_TOLERANCE 10 nodes take 1.6. In the default mesh of the P2D model, 16 nodes
against 40 shells, Darken's solve takes 1.4 times as long as PyBaMM's with constant D.
"""

from numbers import Real
from typing import Any

import numpy as np

from electrode_homog.particles.equations import CLIP, Algebra, ParticleEquations, StateFunction
from electrode_homog.particles.laws.chemical_diffusivity import chemical_diffusivity
from electrode_homog.particles.laws.darken import DarkenDiffusivity
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import RadialGrid, equations_on, graded_grid
from electrode_homog.particles.sphere import Sphere
from electrode_homog.table import Table

Diffusivity = StateFunction
"""(x, T, algebra) -> D [m2/s]."""


def sphere_equations(particle: Sphere, material: ActiveMaterial, points: int) -> ParticleEquations:
    """Fick's law in a sphere, dx/dt = div(D(x, T) grad x), on `points` nodes; the states are the node values.

    D is asked for stoichiometries inside 0 to 1 only, and inside the range of the open-circuit potential where D is
    derived from a table of it. Raises OutOfRangeError for less than 4 or more than 2000 points.
    """
    grid = graded_grid(points)
    low, high = _range(material)

    def diffusivity(x: Any, T: Any, algebra: Algebra) -> Any:
        inside = np.minimum(np.maximum(x, low), high)
        value = chemical_diffusivity(material, inside, T, algebra.interpolate)
        return algebra.constant(np.full(points, value)) if isinstance(value, Real) else value

    return equations_on(grid, particle.radius_m, fickian_drift(grid, particle.radius_m, diffusivity))


def fickian_drift(grid: RadialGrid, radius_m: float, diffusivity: Diffusivity) -> StateFunction:
    """drift(state, T, algebra) = div(D grad x) [1/s] without influx, on a grid of any geometry."""
    midway = grid.between(0.5)
    divergence = grid.divergence / radius_m**2

    def drift(state: Any, T: Any, algebra: Algebra) -> Any:
        at_nodes = diffusivity(state, T, algebra)
        at_midpoints = diffusivity(algebra.apply(midway, state), T, algebra)
        mean = (algebra.apply(midway, at_nodes) + 2 * at_midpoints) / 3
        return algebra.apply(divergence, mean * algebra.apply(grid.gradient, state))

    return drift


def _range(material: ActiveMaterial) -> tuple[float, float]:
    """The stoichiometries that the law of diffusion may be asked for."""
    law, potential = material.diffusivity_m2_s, material.open_circuit_potential_V
    if (
        isinstance(law, DarkenDiffusivity)
        and isinstance(law.thermodynamics, FromOpenCircuitPotential)
        and isinstance(potential, Table)
    ):
        return max(CLIP, potential.x[0]), min(1 - CLIP, potential.x[-1])
    return CLIP, 1 - CLIP
