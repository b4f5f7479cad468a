"""The flat interface between two phases in equilibrium: what coexists, how wide it is, what it costs.

Per mole of sites and over F, the homogeneous material has the free energy g(x) = -integral of U dx [V]. Two phases
coexist where one tangent touches g twice; with the height w of g above that tangent, the profile obeys
(kappa/2)(dx/dz)**2 = w, so that the interface is integral of dx/sqrt(2 w/kappa) wide and costs
F c_max integral of sqrt(2 kappa w) dx per area (Cahn and Hilliard 1958).
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from electrode_homog.errors import OutOfRangeError
from electrode_homog.expression import CONSTANTS
from electrode_homog.particles.cahn_hilliard_potential import HomogeneousPotential, homogeneous_potential
from electrode_homog.particles.checking import checked_number, checked_positive
from electrode_homog.particles.material import ActiveMaterial

NODES_PER_WIDTH = 4
"""With fewer the interface locks to the nodes, and its motion comes in steps; 8 give width and energy to 0.5 %."""

FLAT_V = 1e-9
"""A height of g above the tangent that is round-off of the integral, or of a table, and no barrier."""


@dataclass(frozen=True)
class PhaseBoundary:
    """Phases of stoichiometry `low` and `high` at the potential where they coexist.

    `width_m` is the distance over which the stoichiometry goes from 10 % to 90 % of the way between them.
    """

    low: float
    high: float
    potential_V: float
    width_m: float
    energy_J_m2: float


def phase_boundaries(material: ActiveMaterial, gradient_coefficient_V_m2: float) -> tuple[PhaseBoundary, ...]:
    """One for each gap of the open-circuit potential, sorted; none where it falls throughout."""
    name = "gradient_coefficient_V_m2"
    if (kappa := checked_number(name, gradient_coefficient_V_m2, "1e-18")) < 0:
        raise OutOfRangeError(f"{name} = {kappa:g} is negative, so that gradients would grow; give e.g. 1e-18")
    x, g = _free_energy(homogeneous_potential(material.open_circuit_potential_V))
    found = []
    for left, right in pairwise(_lower_hull(x, g)):
        height = g[left : right + 1] - np.interp(x[left : right + 1], x[[left, right]], g[[left, right]])
        if right - left > 1 and height.max() > FLAT_V:
            tangent = (g[right] - g[left]) / (x[right] - x[left])
            width, energy = _profile(x[left : right + 1], np.maximum(height, 0.0))
            found.append(
                PhaseBoundary(
                    low=float(x[left]),
                    high=float(x[right]),
                    potential_V=float(-tangent),
                    width_m=math.sqrt(kappa) * width,
                    energy_J_m2=math.sqrt(kappa) * CONSTANTS["F"] * material.maximum_concentration_mol_m3 * energy,
                )
            )
    return tuple(found)


def gradient_coefficient_of_width(material: ActiveMaterial, width_m: float) -> float:
    """The gradient coefficient [V m2] with which the narrowest interface is `width_m` wide, from 10 % to 90 %.

    Raises OutOfRangeError where the material does not separate.
    """
    width = checked_positive("width_m", width_m, "5e-9")
    if not (found := phase_boundaries(material, 1.0)):
        raise OutOfRangeError("open_circuit_potential_V falls throughout, so that there is no interface to be wide")
    return (width / min(one.width_m for one in found)) ** 2


def nodes_for_width(width_m: float, radius_m: float) -> int:
    """Points along the radius that put NODES_PER_WIDTH steps into a width; a huge number for a width of 0."""
    if width_m == 0:
        return 10**9
    return math.ceil(NODES_PER_WIDTH * radius_m / width_m - 1e-9) + 1


def _free_energy(potential: HomogeneousPotential) -> tuple[np.ndarray, np.ndarray]:
    """x and -integral of U dx, by Simpson's rule; x is even in ln(x/(1 - x)), and so finer towards empty and full."""
    first, last = (math.log(end / (1 - end)) for end in (potential.low, potential.high))
    x = 1 / (1 + np.exp(-np.linspace(first, last, 8001)))
    middle = (x[1:] + x[:-1]) / 2
    U = potential(x)
    pieces = np.diff(x) / 6 * (U[:-1] + 4 * potential(middle) + U[1:])
    return x, -np.append(0.0, np.cumsum(pieces))


def _lower_hull(x: np.ndarray, g: np.ndarray) -> list[int]:
    """Indices of the points on the lower convex hull, from left to right (Andrew 1979)."""
    hull: list[int] = []
    for k in range(x.size):
        while len(hull) > 1:
            i, j = hull[-2:]
            if (g[j] - g[i]) * (x[k] - x[i]) < (g[k] - g[i]) * (x[j] - x[i]):
                break
            hull.pop()
        hull.append(k)
    return hull


def _profile(x: np.ndarray, height: np.ndarray) -> tuple[float, float]:
    """10-90 % width and the integral of sqrt(2 w) dx, both for kappa = 1."""
    inner = np.linspace(0.9 * x[0] + 0.1 * x[-1], 0.1 * x[0] + 0.9 * x[-1], 4001)
    width = np.trapezoid(1 / np.sqrt(2 * np.interp(inner, x, height)), inner)
    return float(width), float(np.trapezoid(np.sqrt(2 * height), x))
