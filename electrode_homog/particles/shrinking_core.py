"""A particle of two phases with a sharp interface between them: a core that shrinks inside a growing shell.

Below x_alpha lies the poor phase alpha, above x_beta the rich phase beta, and no stoichiometry between is stable. At an
interface with normal n from beta to alpha, which moves with v along n, and fluxes J along the same n,

    v (x_beta - x_alpha) = J_beta - J_alpha,    x = x_beta on one side and x_alpha on the other.

The interface is not tracked. In Kirchhoff's variable w, with dw = D dx in either phase and dw = 0 in the gap, the whole
particle obeys dx/dt = div grad w, and the jump condition above is its weak form (Kamenomostskaya 1961, Oleinik 1960;
"enthalpy method"). So shells may nest, meet and vanish through reversals and rests without any case distinction, and
lithium is conserved to round-off. Tracking on mapped domains needs fewer points for one interface, but birth, death and
nesting of interfaces would all be exceptions in the midst of a time integration. A cell inside the gap holds both
phases; its state says how much of each.

Each passage of the interface through a cell is a corner in time, and corners cost steps. They are rounded over
SMOOTHING/points of the gap, so that rounding and cells vanish together. Mixing is symmetric: without a gap and with
one diffusivity, Fick's law remains to round-off, whatever the rounding.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression, evaluate
from electrode_homog.particles.checking import checked_number, checked_positive
from electrode_homog.particles.equations import CLIP, Algebra, ParticleEquations, StateFunction
from electrode_homog.particles.laws.chemical_diffusivity import chemical_diffusivity
from electrode_homog.particles.laws.darken import DarkenDiffusivity
from electrode_homog.particles.laws.stability import check_fickian
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import Geometry, RadialGrid, equations_on, graded_grid
from electrode_homog.particles.sphere import Sphere
from electrode_homog.table import Table

FLATNESS_V = 1e-3
"""By how much the open-circuit potential may vary over the gap, where two phases are in equilibrium."""

SMOOTHING = 0.3
"""Corners of w are rounded over this part of the gap, divided by the number of points: accuracy against time. At 1C in
lithium iron phosphate (R**2/D = 500 s) with 16 points, 0.3 is 0.5 mV rms off a solution with 100 points, in 2100 steps
where PyBaMM's own particle takes 350; 0.4 is 0.7 mV off in 1900. With 20 points 0.3 is 0.3 mV off in 2800 steps.
Where the open-circuit potential falls by 0.3 V within the 0.05 beside the gap, 16 points are 5 mV off.
"""

LEAST_GAP = 0.05
"""What a narrower gap counts as when corners are rounded."""

GAUSS_POINTS = 2
"""Of the mean of a diffusivity over a face."""

LARGEST_RATIO = 1e6

NEXT_TO_EDGE = 1e-3
"""A law is checked up to this distance from 0 and 1."""


@dataclass(frozen=True)
class ShrinkingCore:
    """A sphere of `radius_m` that is one phase up to stoichiometry `x_alpha` and another one from `x_beta` on.

    The diffusivity of the material holds in alpha, and `diffusivity_ratio` times it in beta; each law of x is asked
    only for stoichiometries of that phase. x_alpha = x_beta is a sphere without a gap. A cell that starts at a uniform
    stoichiometry inside the gap starts as a fine mixture of both phases. Raises InputError for what is not a finite
    number, OutOfRangeError outside 0 < x_alpha <= x_beta < 1, for a ratio that is not 1e-6 to 1e6, or a radius outside
    10 nm to 100 um.
    """

    radius_m: float
    x_alpha: float
    x_beta: float
    diffusivity_ratio: float

    def __post_init__(self):
        object.__setattr__(self, "radius_m", Sphere(self.radius_m).radius_m)
        for name, example in (("x_alpha", "0.05"), ("x_beta", "0.9")):
            object.__setattr__(self, name, checked_number(name, getattr(self, name), example))
        if not 0 < self.x_alpha <= self.x_beta < 1:
            raise OutOfRangeError(
                f"x_alpha = {self.x_alpha:g} and x_beta = {self.x_beta:g} must be 0 < x_alpha <= x_beta < 1: the poor "
                "phase ends where the gap begins"
            )
        ratio = checked_positive("diffusivity_ratio", self.diffusivity_ratio, "1.0")
        if not 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO:
            raise OutOfRangeError(f"diffusivity_ratio = {ratio:g} (beta over alpha) is not in 1e-6 to 1e6")
        object.__setattr__(self, "diffusivity_ratio", ratio)


def shrinking_core_equations(
    particle: ShrinkingCore, material: ActiveMaterial, points: int, *, geometry: Geometry = Geometry.SPHERE
) -> ParticleEquations:
    """The equations on `points` nodes; the states are the mean stoichiometries of the cells around them.

    In other geometries the radius is that of the cylinder, or half the thickness of the plate. Raises InputError where
    the open-circuit potential is not flat over the gap within FLATNESS_V, OutOfRangeError for a Darken diffusivity
    that is negative in one of the phases.
    """
    check_plateau(particle, material.open_circuit_potential_V)
    check_phases(particle, material)
    grid = graded_grid(points, geometry)
    return equations_on(grid, particle.radius_m, _drift(grid, particle, material))


def check_phases(particle: ShrinkingCore, material: ActiveMaterial, temperature_K: float = 298.15) -> None:
    """Raise OutOfRangeError where the thermodynamic factor of one of the phases is negative."""
    for between in ((NEXT_TO_EDGE, particle.x_alpha), (particle.x_beta, 1 - NEXT_TO_EDGE)):
        if between[0] < between[1]:
            check_fickian(material, temperature_K, between=between)


def check_plateau(particle: ShrinkingCore, potential: Expression | Table) -> None:
    """Raise InputError where the open-circuit potential varies by more than FLATNESS_V over the gap."""
    x = np.linspace(particle.x_alpha, particle.x_beta, 501)
    curve = potential(x) if isinstance(potential, Table) else np.broadcast_to(evaluate(potential, x=x), x.shape)
    span = float(np.ptp(curve))
    if span <= FLATNESS_V:
        return
    gap = f"between x_alpha = {particle.x_alpha:g} and x_beta = {particle.x_beta:g}"
    if not np.isfinite(span):
        raise InputError(f"the open-circuit potential has no value everywhere {gap}; give one that covers the gap")
    raise InputError(
        f"the open-circuit potential varies by {1e3 * span:.3g} mV {gap}, where two phases are in equilibrium and it "
        f"must be flat within {1e3 * FLATNESS_V:g} mV; narrow the gap to the plateau, or level the plateau"
    )


def interface_radii_m(
    particle: ShrinkingCore, state: np.ndarray, *, geometry: Geometry = Geometry.SPHERE
) -> tuple[float, ...]:
    """Where one phase ends and the other begins, from the centre outwards; `state` (n,) is that of one particle.

    Interfaces lie where the share of beta passes one half, so that the volumes of the phases are those of the state.
    Empty for a particle of one phase. Interfaces closer than two cells are seen as none.
    """
    grid = graded_grid(state.size, geometry)
    share = beta_share(particle, state)
    crossings = np.flatnonzero(np.diff(share > 0.5)) + 1
    ends = np.concatenate(([0], (crossings[1:] + crossings[:-1] + 1) // 2, [state.size])) if crossings.size else []
    radii = []
    for first, last, crossing in zip(ends[:-1], ends[1:], crossings, strict=True):
        inner = share[first:last] if share[crossing - 1] > 0.5 else 1 - share[first:last]
        volume = grid.volumes[:first].sum() + inner @ grid.volumes[first:last]
        radii.append(particle.radius_m * float(volume) ** (1 / geometry))
    return tuple(radii)


def beta_share(particle: ShrinkingCore, state: np.ndarray) -> np.ndarray:
    """Share of the rich phase in each cell, 0 to 1, in the shape of the state; without a gap a cell is one phase."""
    gap = particle.x_beta - particle.x_alpha
    if gap == 0:
        return (state > particle.x_beta).astype(float)
    return np.clip((state - particle.x_alpha) / gap, 0.0, 1.0)


def _drift(grid: RadialGrid, particle: ShrinkingCore, material: ActiveMaterial) -> StateFunction:
    """drift(state, T, algebra) = div(D_alpha grad a + D_beta grad b), with a the state up to x_alpha and x_alpha
    beyond, b x_beta and the state from there on, both with rounded corners."""
    gap, ratio = particle.x_beta - particle.x_alpha, particle.diffusivity_ratio
    rounding = SMOOTHING / grid.nodes.size * max(gap, LEAST_GAP)
    x_alpha, x_beta = particle.x_alpha, particle.x_beta
    divergence = grid.divergence / particle.radius_m**2
    laplacian = divergence @ grid.gradient
    law: Any = material.diffusivity_m2_s

    def phases(state: Any) -> tuple[Any, Any]:
        return x_alpha - _rounded(x_alpha - state, rounding), x_beta + _rounded(state - x_beta, rounding)

    def drift(state: Any, T: Any, algebra: Algebra) -> Any:
        alpha, beta = phases(state)
        poor = _mean_diffusivity(grid, material, alpha, T, algebra) * algebra.apply(grid.gradient, alpha)
        rich = _mean_diffusivity(grid, material, beta, T, algebra) * algebra.apply(grid.gradient, beta)
        return algebra.apply(divergence, poor + ratio * rich)

    def drift_of_constant_diffusivity(state: Any, T: Any, algebra: Algebra) -> Any:
        alpha, beta = phases(state)
        return evaluate(law, T=T) * algebra.apply(laplacian, alpha + ratio * beta)

    varies = isinstance(law, DarkenDiffusivity) or (isinstance(law, Expression) and "x" in law.variables)
    return drift if varies else drift_of_constant_diffusivity


def _rounded(excess: Any, rounding: float) -> Any:
    """max(excess, 0) with a rounded corner, which rises everywhere and is rounding**4/(32 |excess|**3) far off.

    A tail that falls like 1/|excess| would let the interface leak into a core in equilibrium.
    """
    square = excess * excess + rounding**2
    return 0.5 * (excess + (square - rounding**2 / 2) / np.sqrt(square))


def _mean_diffusivity(grid: RadialGrid, material: ActiveMaterial, x: Any, T: Any, algebra: Algebra) -> Any:
    """The mean over stoichiometry of the diffusivity, at each face, by Gauss's rule between its two nodes."""
    at, weights = np.polynomial.legendre.leggauss(GAUSS_POINTS)
    mean: Any = 0.0
    for t, weight in zip(at, weights, strict=True):
        inside = algebra.apply(grid.between((1 + t) / 2), x)
        inside = np.minimum(np.maximum(inside, CLIP), 1 - CLIP)
        mean = mean + weight / 2 * chemical_diffusivity(material, inside, T, algebra.interpolate)
    return mean
