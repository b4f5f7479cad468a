"""Cells whose positive electrode holds one kind of particle each, so fast that C/100 is next to rest."""

from dataclasses import dataclass

import numpy as np

from electrode_homog.expression import Expression
from electrode_homog.parameters import CellParameters, load_parameter_set
from electrode_homog.particles import (
    CahnHilliard,
    DarkenDiffusivity,
    FromOpenCircuitPotential,
    JumpDiffusivity,
    RegularSolution,
    Sphere,
    SphereSizes,
    UniformFlux,
)
from electrode_homog.particles.laws.phase_diagram import open_circuit_potential
from electrode_homog.particles.reduction.reducing import reduce_particle
from electrode_homog.particles.reduction.shapes import Ellipsoid
from electrode_homog.particles.shrinking_core import ShrinkingCore
from electrode_homog.table import Table

FAST = Expression("1e-3*c_e**0.5*c_s**0.5*(c_max-c_s)**0.5", ("c_e", "c_s", "c_max", "T"))
"""Of the order of 300 A/m2 at half filling, a hundred times graphite and more."""

RADIUS_M = 5.22e-6
PHOSPHATE_M = 1e-7


@dataclass(frozen=True)
class Case:
    """`phases` where two phases stay apart; `separates` where besides the homogeneous material is unstable."""

    cell: CellParameters
    phases: bool = False
    separates: bool = False


def cases() -> dict[str, Case]:
    ellipsoid = reduce_particle(
        Ellipsoid((4e-6, 5e-6, 9e-6)), tensor=np.diag([1.0, 0.5, 0.2]), closure=UniformFlux(), states=5
    )
    darken = DarkenDiffusivity(JumpDiffusivity(1e-13), FromOpenCircuitPotential(), floor=0.05)
    sizes = SphereSizes((3e-6, 5e-6, 8e-6), (0.3, 0.4, 0.3))
    return {
        "sphere of PyBaMM": Case(layered(Sphere(RADIUS_M))),
        "sphere with thermodynamics": Case(layered(Sphere(RADIUS_M), diffusivity_m2_s=darken)),
        "sphere with a table": Case(layered(Sphere(RADIUS_M), diffusivity_m2_s=darken, as_table=True)),
        "ellipsoid": Case(layered(ellipsoid)),
        "sizes": Case(layered(sizes)),
        "sizes with thermodynamics": Case(layered(sizes, diffusivity_m2_s=darken)),
        "shrinking core": Case(phosphate(ShrinkingCore(PHOSPHATE_M, 0.05, 0.95, 2.0), PLATEAU, 1e-16), phases=True),
        "solid solution": Case(separating(1.5)),
        "phase separation": Case(separating(3.0), phases=True, separates=True),
    }


PLATEAU = Expression("3.422 + 0.1*exp(-x/0.008) - 0.1*exp((x - 1)/0.008)", ("x",))
"""Flat within 0.2 mV from 0.05 to 0.95."""


def layered(particle, *, as_table: bool = False, **changes) -> CellParameters:
    """Chen2020 with this particle in the positive electrode."""
    cell = graphite_cell()
    if as_table:
        x = np.linspace(0.2, 0.99, 160)
        potential = cell.positive.open_circuit_potential_V(x=x)
        changes["open_circuit_potential_V"] = Table(tuple(x.tolist()), tuple(potential.tolist()))
    changes = {"diffusivity_m2_s": 1e-13, **changes}
    return cell.with_electrode("positive", particle=particle, exchange_current_density_A_m2=FAST, **changes)


def graphite_cell() -> CellParameters:
    """Chen2020 with fast graphite and electrodes of half the thickness, 2.5 Ah."""
    changes = {"exchange_current_density_A_m2": FAST, "diffusivity_m2_s": 3.3e-12, "thickness_m": 42.6e-6}
    cell = load_parameter_set("chen2020").with_electrode("negative", **changes)
    return cell.with_electrode("positive", thickness_m=37.8e-6).with_value("cell.nominal_capacity_Ah", 2.5)


def phosphate(particle, potential, diffusivity) -> CellParameters:
    """Lithium iron phosphate against the graphite of chen2020, 1.5 Ah."""
    cell = graphite_cell().with_electrode(
        "positive",
        particle=particle,
        open_circuit_potential_V=potential,
        diffusivity_m2_s=diffusivity,
        maximum_concentration_mol_m3=22806.0,
        initial_concentration_mol_m3=0.03 * 22806.0,
        exchange_current_density_A_m2=FAST,
    )
    return cell.with_value("cell.nominal_capacity_Ah", 1.5)


def separating(interaction: float) -> CellParameters:
    """A regular solution; above an interaction of 2 it separates, with an interface 30 nm wide or so."""
    potential = open_circuit_potential(RegularSolution(interaction), 3.422, 298.15)
    diffusivity = DarkenDiffusivity(JumpDiffusivity(1e-16), FromOpenCircuitPotential())
    return phosphate(CahnHilliard(PHOSPHATE_M, 7e-18), potential, diffusivity)
