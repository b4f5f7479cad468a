"""A particle that separates into a poor and a rich phase: Cahn and Hilliard's equation in a sphere.

The homogeneous material has the electrode's own open-circuit potential U(x), and no second copy of it; where U rises
with x the material is unstable, and separates. Gradients cost energy, so that the local equilibrium potential is

    phi = U(x) + kappa lap(x),    mu = -F phi,    J = -(D_J c_max x/(R T)) grad(mu),

with zero slope of x at the surface (no phase wets it) and the influx of the reaction there (Cahn and Hilliard 1958;
for batteries Singh, Ceder and Bazant 2008). phi at the surface is the equilibrium potential that the kinetics see.
"""

import math
from dataclasses import dataclass
from typing import Any

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import CONSTANTS
from electrode_homog.particles.cahn_hilliard_interface import NODES_PER_WIDTH, nodes_for_width, phase_boundaries
from electrode_homog.particles.cahn_hilliard_potential import HomogeneousPotential, homogeneous_potential
from electrode_homog.particles.checking import checked_number
from electrode_homog.particles.equations import Algebra, ParticleEquations
from electrode_homog.particles.laws.chemical_diffusivity import jump_diffusivity
from electrode_homog.particles.laws.darken import DarkenDiffusivity
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import FEWEST_POINTS, MOST_POINTS, Geometry, RadialGrid, equations_on, radial_grid
from electrode_homog.particles.sphere import Sphere


@dataclass(frozen=True)
class CahnHilliard:
    """A sphere of radius `radius_m`, where the potential of the homogeneous material is moved by kappa lap(x).

    kappa = `gradient_coefficient_V_m2` costs F c_max kappa/2 |grad x|**2 of energy per volume. Other texts give
    F c_max kappa [J/m], or F kappa/c_max [J m5/mol2], which goes with gradients of concentration, or F kappa/(R T)
    [m2]; `gradient_coefficient_of_width` gives it for a width of the interface. 0 leaves Darken's law, and is refused
    where the material separates. Raises InputError for what is not a finite number, OutOfRangeError for a negative
    coefficient or a radius outside 10 nm to 100 um.
    """

    radius_m: float
    gradient_coefficient_V_m2: float

    def __post_init__(self):
        object.__setattr__(self, "radius_m", Sphere(self.radius_m).radius_m)
        name, example = "gradient_coefficient_V_m2", "1e-18"
        kappa = checked_number(name, self.gradient_coefficient_V_m2, example)
        if kappa < 0:
            raise OutOfRangeError(f"{name} = {kappa:g} is negative, so that gradients would grow; give e.g. {example}")
        object.__setattr__(self, name, kappa)


def cahn_hilliard_equations(
    particle: CahnHilliard, material: ActiveMaterial, points: int, *, geometry: Geometry = Geometry.SPHERE
) -> ParticleEquations:
    """The equations on `points` evenly spaced nodes; the states are the node values, phi is explicit in them.

    The flux between two nodes uses the arithmetic mean of their mobilities: it is positive, so that the energy
    sum(volume (-integral of U dx)) + gradient energy never rises without influx, whatever the step between the nodes,
    and it does not vanish when only one node is nearly empty or full, which would lock the interface to the grid.
    Raises InputError unless the diffusivity is a DarkenDiffusivity with FromOpenCircuitPotential and without a floor,
    OutOfRangeError where fewer than 4 nodes resolve an interface (`points_needed` says how many do).
    """
    _check_diffusivity(material)
    grid = radial_grid(points, geometry, grading=1.0)
    _check_resolution(particle, material, points)
    homogeneous = homogeneous_potential(material.open_circuit_potential_V)
    potential_V = _local_potential(grid, particle, homogeneous)
    drift = _drift(grid, particle.radius_m, material, homogeneous, potential_V)
    return equations_on(grid, particle.radius_m, drift, potential_V)


def points_needed(particle: CahnHilliard, material: ActiveMaterial) -> int:
    """The fewest points along the radius that put 4 nodes into the narrowest interface of this material."""
    widths = [one.width_m for one in phase_boundaries(material, particle.gradient_coefficient_V_m2)]
    return max(FEWEST_POINTS, nodes_for_width(min(widths, default=math.inf), particle.radius_m))


def _local_potential(grid: RadialGrid, particle: CahnHilliard, homogeneous: HomogeneousPotential) -> Any:
    kappa = particle.gradient_coefficient_V_m2 / particle.radius_m**2
    curvature = kappa * grid.divergence @ grid.gradient

    def potential_V(state: Any, T: Any, algebra: Algebra) -> Any:
        return homogeneous(state, algebra.interpolate) + algebra.apply(curvature, state)

    return potential_V


def _drift(
    grid: RadialGrid, radius_m: float, material: ActiveMaterial, homogeneous: HomogeneousPotential, potential_V: Any
) -> Any:
    """-div((F D_J x/(R T)) grad phi); the mobility sees stoichiometries inside the range of the potential only."""
    divergence = -CONSTANTS["F"] / CONSTANTS["R"] / radius_m**2 * grid.divergence
    midway = grid.between(0.5)

    def drift(state: Any, T: Any, algebra: Algebra) -> Any:
        x = homogeneous.clipped(state)
        mobility = algebra.apply(midway, jump_diffusivity(material, x, T) * x / T)
        return algebra.apply(divergence, mobility * algebra.apply(grid.gradient, potential_V(state, T, algebra)))

    return drift


def _check_diffusivity(material: ActiveMaterial) -> None:
    law = material.diffusivity_m2_s
    if not isinstance(law, DarkenDiffusivity):
        raise InputError(
            "diffusivity_m2_s is a chemical diffusivity, which is negative where the material separates; CahnHilliard "
            "needs the jump diffusivity: DarkenDiffusivity(JumpDiffusivity(...), FromOpenCircuitPotential())"
        )
    if not isinstance(law.thermodynamics, FromOpenCircuitPotential):
        raise InputError(
            f"thermodynamics = {type(law.thermodynamics).__name__}, but CahnHilliard takes the chemical potential "
            "from the open-circuit potential; give FromOpenCircuitPotential(), and the potential of the mixture by "
            "open_circuit_potential(mixture, ...)"
        )
    if law.floor is not None:
        raise InputError(f"floor = {law.floor:g}, but CahnHilliard needs no floor under the thermodynamic factor")


def _check_resolution(particle: CahnHilliard, material: ActiveMaterial, points: int) -> None:
    """Raise OutOfRangeError where the grid does not resolve the interface: it would lock to the nodes."""
    needed = points_needed(particle, material)
    if points >= needed:
        return
    narrowest = min(phase_boundaries(material, particle.gradient_coefficient_V_m2), key=lambda one: one.width_m)
    what = (
        f"the interface between x = {narrowest.low:.3g} and {narrowest.high:.3g} is {narrowest.width_m:.3g} m wide, "
        f"and {points} points put {narrowest.width_m / particle.radius_m * (points - 1):.2g} nodes into it"
    )
    if needed > MOST_POINTS:
        raise OutOfRangeError(
            f"{what}; {NODES_PER_WIDTH} are needed, and a particle of {particle.radius_m:g} m would need more than "
            f"{MOST_POINTS} points: use ShrinkingCore, or a larger gradient_coefficient_V_m2"
        )
    raise OutOfRangeError(f"{what}; {NODES_PER_WIDTH} are needed: give at least points = {needed}")
