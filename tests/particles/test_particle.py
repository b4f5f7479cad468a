"""What all kinds of particle have in common: a kinetic radius that can be changed, and a material that must fit."""

from typing import get_args

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.parameters import load_parameter_set
from electrode_homog.particles import (
    ActiveMaterial,
    CahnHilliard,
    DarkenDiffusivity,
    FromOpenCircuitPotential,
    JumpDiffusivity,
    Particle,
    Plate,
    RegularSolution,
    ShrinkingCore,
    Sphere,
    SphereSizes,
    UniformFlux,
    check_particle,
    check_temperature,
    reduce_particle,
    with_radius,
)

FLAT = Expression("3.4 + 0.35*exp(-150*x) - 0.35*exp(-150*(1 - x))", ("x",))
SEPARATING = Expression("3.4 - 0.0257*(log(x/(1 - x)) + 3*(1 - 2*x))", ("x",))
FALLING = Expression("4.2 - x", ("x",))
FROM_OCP = DarkenDiffusivity(JumpDiffusivity(1e-16), FromOpenCircuitPotential())

PLATE = reduce_particle(Plate(2e-6), tensor=np.eye(3), closure=UniformFlux(), states=3)

FITTING = [  # a particle of each kind and a material that it can be made of
    (Sphere(5e-6), ActiveMaterial(5e4, 1e-14, FALLING)),
    (SphereSizes((1e-6, 3e-6), (0.25, 0.75)), ActiveMaterial(5e4, 1e-14, FALLING)),
    (PLATE, ActiveMaterial(5e4, 1e-14, FALLING)),
    (CahnHilliard(1e-7, 7e-18), ActiveMaterial(22806.0, FROM_OCP, SEPARATING)),
    (ShrinkingCore(1e-7, 0.05, 0.95, 2.0), ActiveMaterial(22806.0, 1e-17, FLAT)),
]
KINDS = [type(particle).__name__ for particle, _ in FITTING]


def test_every_kind_is_tried():
    """The list above has each member of the union once."""
    assert [kind.__name__ for kind in get_args(Particle)] == KINDS


@pytest.mark.parametrize(("particle", "material"), FITTING, ids=KINDS)
def test_radius_changes_and_nothing_else(particle, material):
    """Doubled and halved again is the same particle to round-off; a radius that cannot be is refused by kind."""
    doubled = with_radius(particle, 2 * particle.radius_m)
    assert doubled.radius_m == pytest.approx(2 * particle.radius_m, rel=1e-12)
    assert type(doubled) is type(particle)
    assert with_radius(doubled, particle.radius_m).radius_m == pytest.approx(particle.radius_m, rel=1e-12)
    check_particle(doubled, material)
    for wrong, error in ((5.0, OutOfRangeError), (-1e-6, OutOfRangeError), ("5e-6", InputError)):
        with pytest.raises(error):
            with_radius(particle, wrong)


def test_sizes_keep_their_proportions():
    """Scaling a powder leaves ratios of radii and shares alone."""
    sizes = with_radius(SphereSizes((1e-6, 3e-6), (0.25, 0.75)), 4e-6)
    assert sizes.radii_m[1] / sizes.radii_m[0] == pytest.approx(3, rel=1e-12)
    assert sizes.volume_fractions == (0.25, 0.75)


@pytest.mark.parametrize("particle", [particle for particle, _ in FITTING[:3]], ids=KINDS[:3])
def test_fickian_particles_refuse_a_material_that_separates(particle):
    """The message names the window and the remedy."""
    with pytest.raises(OutOfRangeError, match=r"negative at 0\.2\d* < x < 0\.7.*CahnHilliard"):
        check_particle(particle, ActiveMaterial(22806.0, FROM_OCP, SEPARATING))


@pytest.mark.parametrize(
    ("particle", "material", "error", "says"),
    [
        (CahnHilliard(1e-7, 7e-18), ActiveMaterial(22806.0, 1e-17, SEPARATING), InputError, "jump diffusivity"),
        (CahnHilliard(1e-7, 1e-24), ActiveMaterial(22806.0, FROM_OCP, SEPARATING), OutOfRangeError, "more than 2000"),
        (ShrinkingCore(1e-7, 0.05, 0.95, 1.0), ActiveMaterial(22806.0, 1e-17, FALLING), InputError, "must be flat"),
    ],
)
def test_each_model_has_its_own_demand(particle, material, error, says):
    """A mobility, an interface that can be resolved, a plateau."""
    with pytest.raises(error, match=says):
        check_particle(particle, material)


@pytest.mark.parametrize(("particle", "material"), FITTING, ids=KINDS)
def test_cold_separates(particle, material):
    """W = 1.95 RT at 298.15 K is 2.15 RT at 270 K: there Fickian particles are refused, also those of a cell."""
    check_temperature(particle, material, 270.0)
    law = DarkenDiffusivity(JumpDiffusivity(1e-14), RegularSolution(1.95))
    cold = ActiveMaterial(5e4, law, material.open_circuit_potential_V)
    check_temperature(particle, cold, 298.15)
    if isinstance(particle, CahnHilliard | ShrinkingCore):  # whose phases lie outside the window
        check_temperature(particle, cold, 270.0)
        return
    with pytest.raises(OutOfRangeError, match=r"0.3666 < x < 0.6334 .270 K.*CahnHilliard"):
        check_temperature(particle, cold, 270.0)
    cell = load_parameter_set("chen2020").with_electrode("positive", particle=particle, diffusivity_m2_s=law)
    for name in ("initial", "ambient"):
        with pytest.raises(OutOfRangeError, match=r"positive electrode.*270 K.*CahnHilliard"):
            cell.with_value(f"cell.{name}_temperature_K", 270.0)
