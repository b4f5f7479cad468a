"""A single particle against exact solutions, conservation, and arguments that make no sense."""

import math

import numpy as np
import pytest

from electrode_homog.errors import InputError, NotConvergedError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.particles.cahn_hilliard import CahnHilliard
from electrode_homog.particles.discretised import OneSizeParticle
from electrode_homog.particles.experiments import integration
from electrode_homog.particles.experiments.diffusion_series import flux_profile, flux_surface, held_influx, held_uptake
from electrode_homog.particles.experiments.particle_run import ParticleRun
from electrode_homog.particles.experiments.protocol import (
    ConstantInflux,
    HeldPotential,
    HeldSurface,
    MeanReaches,
    ParticleRest,
    PotentialReaches,
    RateFalls,
    SurfaceReaches,
)
from electrode_homog.particles.experiments.simulation import simulate_particle
from electrode_homog.particles.laws.activity import RegularSolution
from electrode_homog.particles.laws.darken import DarkenDiffusivity, JumpDiffusivity
from electrode_homog.particles.laws.mechanism import Vacancy
from electrode_homog.particles.laws.phase_diagram import open_circuit_potential
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.shrinking_core import ShrinkingCore
from electrode_homog.particles.sphere import Sphere
from electrode_homog.provenance import from_json, to_json
from electrode_homog.table import Table

R, D = 5e-6, 1e-14
SPHERE = Sphere(R)
LINEAR = Expression("4.2 - x", ("x",))
MATERIAL = ActiveMaterial(30e3, D, LINEAR)
VARYING = ActiveMaterial(30e3, Expression("1e-14*(1 - 0.9*x)*exp(-2000*(1/T - 1/298.15))", ("x", "T")), LINEAR)
LFP_U = Expression("3.42 - 0.025693*(log(x/(1-x)) + 3*(1-2*x))", ("x",))
LFP = ActiveMaterial(22.8e3, DarkenDiffusivity(JumpDiffusivity(1e-16), FromOpenCircuitPotential(), Vacancy()), LFP_U)
SEPARATING = CahnHilliard(50e-9, 0.01 * (50e-9) ** 2 * 0.025693)
CORE = ShrinkingCore(50e-9, 0.05, 0.9, 1.0)
FLAT = ActiveMaterial(22.8e3, 1e-16, Expression("3.42 + 0*x", ("x",)))


def run(
    steps, *, particle: OneSizeParticle = SPHERE, material=MATERIAL, start=0.1, points=40, **options
) -> ParticleRun:
    return simulate_particle(particle, material, steps, initial_stoichiometry=start, points=points, **options)


def test_constant_influx_is_cranks_series():
    """Surface and profile follow the series, and the error falls with the square of the number of points."""
    errors = []
    for points in (40, 80):
        found = run(ConstantInflux(1.0, duration_s=0.2 * R**2 / D), points=points)
        tau, unit = found.time_s * D / R**2, found.influx_m_s[0] * R / D
        late = tau > 0.01
        errors.append(np.abs((found.surface - 0.1)[late] / unit / flux_surface(tau[late]) - 1).max())
        profile = flux_profile(tau[-1], found.position)
        np.testing.assert_allclose((found.stoichiometry[-1] - 0.1) / unit, profile, atol=3e-3 * (40 / points) ** 2)
    assert errors[0] < 2e-3
    assert math.log2(errors[0] / errors[1]) > 1.9
    np.testing.assert_allclose(found.mean, 0.1 + found.time_s / 3600, atol=1e-12)


def test_held_surface_is_cottrells_current():
    """Uptake and influx after a step of the surface are those of the series; the surface stays where it is held."""
    found = run(HeldSurface(0.4, duration_s=0.4 * R**2 / D), points=80)
    tau = found.time_s * D / R**2
    np.testing.assert_allclose(found.surface, 0.4, atol=1e-12)
    late = tau > 1e-3
    uptake = (found.mean - 0.1) / 0.3
    np.testing.assert_allclose(uptake, held_uptake(tau), atol=1.2e-3)  # the outermost cell fills at once
    np.testing.assert_allclose(uptake[late], held_uptake(tau[late]), atol=2e-4)
    np.testing.assert_allclose(found.influx_m_s[late] * R / D / 0.3, held_influx(tau[late]), rtol=5e-4)


def test_lithiation_and_delithiation_mirror_each_other():
    """With a constant diffusivity, x -> 1 - x and the reversed rate give the mirrored run."""
    there = run(ConstantInflux(2.0, duration_s=400), start=0.2)
    back = run(ConstantInflux(-2.0, duration_s=400), start=0.8)
    assert there.surface[-1] == pytest.approx(1 - back.surface[-1], abs=1e-7)
    assert there.c_rate[0] == 2.0
    assert back.c_rate[0] == -2.0
    np.testing.assert_allclose(there.potential_V, 4.2 - there.surface)


@pytest.mark.parametrize(
    ("particle", "material", "hold"),
    [
        (SPHERE, MATERIAL, HeldPotential(3.7, duration_s=200)),
        (SPHERE, VARYING, HeldSurface(0.6, duration_s=200)),
        (SEPARATING, LFP, HeldPotential(3.36, duration_s=200)),
        (CORE, FLAT, HeldSurface(0.95, duration_s=10)),
    ],
    ids=["sphere", "varying", "separating", "core"],
)
def test_lithium_is_conserved(particle, material, hold):
    """Mean and lithium that went in agree to 1e-11 through influx, rest, hold and reversal, in every model."""
    steps = [ConstantInflux(3.0, until=MeanReaches(0.2)), ParticleRest(50), hold, ConstantInflux(-3.0, duration_s=60)]
    found = run(steps, particle=particle, material=material, start=0.03)
    assert found.lithium_error < 1e-11
    assert len(found.step_ends) == 4
    assert found.mean[found.step_ends[0]] == pytest.approx(0.2, abs=1e-9)


def test_held_potential_of_a_separating_particle_stays():
    """The potential of the surface, not its stoichiometry, is held while the phases move through the particle."""
    found = run(HeldPotential(3.36, duration_s=300), particle=SEPARATING, material=LFP, start=0.05)
    np.testing.assert_allclose(found.potential_V, 3.36, atol=2e-6)
    assert found.mean[-1] > 0.9


def test_held_potential_fills_a_separating_particle():
    """Held where the phase in equilibrium is full to 4e-6, it fills to just that: 1 - x = exp(-F dU/(R T) - 3)."""
    hold = HeldPotential(3.18, until=RateFalls(1e-3))
    potential = open_circuit_potential(RegularSolution(3.0), 3.422, 298.15)
    material = ActiveMaterial(22806.0, DarkenDiffusivity(JumpDiffusivity(1e-18), FromOpenCircuitPotential()), potential)
    found = run(hold, particle=CahnHilliard(5e-8, 7.5e-19), material=material, start=0.01, points=25)
    np.testing.assert_allclose(found.potential_V, 3.18, atol=2e-4)
    assert 1 - found.mean[-1] == pytest.approx(math.exp(-9.419 - 3), rel=0.02)
    assert found.time_s.size < 1500


def test_relaxed_particle_shows_its_mean():
    """After a long rest every place has the mean stoichiometry, whatever D(x, T)."""
    found = run([ConstantInflux(2.0, duration_s=500), ParticleRest(3e5)], material=VARYING, temperature_K=310.0)
    np.testing.assert_allclose(found.stoichiometry[-1], found.mean[-1], atol=1e-6)


def test_warmer_is_faster():
    """The law of the material is asked at the temperature of the run."""
    cold, warm = (run(HeldSurface(0.5, duration_s=50), material=VARYING, temperature_K=T).mean[-1] for T in (280, 320))
    assert warm > 1.2 * cold


def test_ends_are_met_exactly():
    """Each kind of end stops the run where it says, and the reason is its text."""
    found = run(
        [
            ConstantInflux(1.0, until=SurfaceReaches(0.5)),
            ConstantInflux(-1.0, until=PotentialReaches(3.9)),
            HeldSurface(0.8, until=RateFalls(0.5)),
            HeldSurface(0.2, until=MeanReaches(0.6)),
            ConstantInflux(1.0, duration_s=1e6, until=MeanReaches(0.3)),  # already above it
        ]
    )
    first, second, third, fourth, fifth = found.step_ends
    assert found.surface[first] == pytest.approx(0.5, abs=1e-9)
    assert found.potential_V[second] == pytest.approx(3.9, abs=1e-9)
    assert found.c_rate[third] == pytest.approx(0.5, rel=1e-6)
    assert found.mean[fourth] == pytest.approx(0.6, abs=1e-9)
    assert fifth == fourth + 1
    assert found.steps_ended_by == ("surface at 0.5", "surface at 3.9 V", "0.5C", "mean at 0.6", "mean at 0.3")
    assert found.step(1) == slice(first + 1, second + 1)


def test_full_and_empty_surfaces_end_a_run():
    """A surface reaches 1 before the mean does; what was asked for and cannot come ends the run, else it goes on."""
    full = run([ConstantInflux(2.0), ConstantInflux(-2.0)])
    assert full.steps_ended_by == ("surface full", "surface empty")
    assert full.mean[full.step_ends[0]] < 0.95
    assert full.surface.max() == pytest.approx(1, abs=2e-6)
    stopped = run([ConstantInflux(2.0, duration_s=1e5), ParticleRest(100)])
    assert stopped.steps_ended_by == ("surface full",)
    assert run(ConstantInflux(-1000.0)).ended_by == "surface empty"


def test_singular_laws_fill_up():
    """A potential and a thermodynamic factor that diverge at 0 and 1 do not stop the run before them."""
    steep = ActiveMaterial(
        30e3,
        DarkenDiffusivity(JumpDiffusivity(1e-14), RegularSolution(1.9)),
        Expression("3.4 - 0.025693*(log(x/(1-x)) + 1.9*(1-2*x))", ("x",)),
    )
    assert run(ConstantInflux(1.0), material=steep).ended_by == "surface full"
    assert run(ConstantInflux(-3.0), material=steep, start=0.9).ended_by == "surface empty"


def test_fickian_sphere_of_a_separating_material_is_refused():
    """Where the thermodynamic factor is negative the remedy is named."""
    separating = ActiveMaterial(30e3, DarkenDiffusivity(JumpDiffusivity(1e-14), RegularSolution(3.0)), LINEAR)
    with pytest.raises(OutOfRangeError, match="CahnHilliard"):
        run(ConstantInflux(1.0), material=separating)
    mixing = ActiveMaterial(30e3, DarkenDiffusivity(JumpDiffusivity(1e-14), RegularSolution(1.95)), LINEAR)
    run(ConstantInflux(1.0, duration_s=1.0), material=mixing, temperature_K=298.15)
    with pytest.raises(OutOfRangeError, match="270 K"):
        run(ConstantInflux(1.0), material=mixing, temperature_K=270.0)


def test_potentials_that_cannot_be_held():
    """None, several, or outside the table: each is said."""
    with pytest.raises(OutOfRangeError, match="spans"):  # of a particle that would be more than full
        run(HeldPotential(2.5, duration_s=1), particle=SEPARATING, material=LFP)
    with pytest.raises(OutOfRangeError, match=r"spans 3\.2 to 4\.2 V"):
        run(HeldPotential(5.0, duration_s=1))
    wavy = ActiveMaterial(30e3, D, Expression("4 - x + 0.4*exp(-((x-0.5)/0.05)*((x-0.5)/0.05))", ("x",)))
    with pytest.raises(OutOfRangeError, match="HeldSurface"):
        run(HeldPotential(3.7, duration_s=1), material=wavy)
    tabled = ActiveMaterial(30e3, D, Table((0.05, 0.3, 0.6, 0.95), (4.2, 4.0, 3.8, 3.0)))
    assert run(HeldPotential(3.8, duration_s=10), material=tabled).surface[-1] == pytest.approx(0.6, abs=1e-9)
    with pytest.raises(OutOfRangeError, match="spans 3 to 4"):
        run(HeldPotential(2.9, duration_s=1), material=tabled)
    with pytest.raises(OutOfRangeError, match="spans"):
        run(HeldPotential(6.0, duration_s=1), particle=SEPARATING, material=LFP)


def test_giving_up_keeps_what_was_reached(monkeypatch):
    """A hold that never meets its end, and an integration that takes too many steps, carry the run as `.best`."""
    with pytest.raises(NotConvergedError, match="its end is not reached") as never:
        run(HeldSurface(0.5, until=MeanReaches(0.6)))
    assert never.value.best.mean[-1] == pytest.approx(0.5)
    monkeypatch.setattr(integration, "MOST_STEPS", 5)
    with pytest.raises(NotConvergedError, match=r"step 2 .*\(5 steps") as gave_up:
        run([ConstantInflux(1.0, until=MeanReaches(0.05)), ConstantInflux(1.0, duration_s=500)])
    assert gave_up.value.best.time_s.size > 1


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"start": 0.0}, OutOfRangeError),
        ({"start": 1.2}, OutOfRangeError),
        ({"start": math.nan}, InputError),
        ({"start": "half"}, InputError),
        ({"temperature_K": 25.0}, OutOfRangeError),
        ({"temperature_K": None}, InputError),
        ({"points": 2}, OutOfRangeError),
        ({"particle": 5e-6}, InputError),
    ],
)
def test_bad_arguments_are_refused(options, error):
    """Stoichiometry, temperature, points and particle are checked before anything runs."""
    with pytest.raises(error):
        run(ParticleRest(1.0), **options)


def test_a_run_is_kept_as_json():
    """A run survives the way to JSON and back; its arrays are read-only."""
    found = run([ConstantInflux(1.0, duration_s=10), ParticleRest(5)], points=8)
    again = from_json(to_json(found), ParticleRun)
    np.testing.assert_array_equal(again.stoichiometry, found.stoichiometry)
    assert again.step_ends == found.step_ends
    assert "Sphere" in repr(again)
    with pytest.raises(ValueError, match="read-only"):
        found.mean[0] = 1.0
