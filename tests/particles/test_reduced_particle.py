"""A reduced particle as data and as equations: transients of a sphere, the balance, the frame, bad input."""

import math
from dataclasses import replace

import numpy as np
import pytest

from electrode_homog import provenance
from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.particles.equations import ArrayAlgebra
from electrode_homog.particles.laws.diffusivity_tensor import DiffusivityTensor, random_rotation
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.reduced_particle import ReducedParticle, reduced_particle_equations
from electrode_homog.particles.reduction.closure import LinearisedKinetics, UniformConcentration, UniformFlux
from electrode_homog.particles.reduction.linearised_kinetics import exchange_velocity, linearised_kinetics
from electrode_homog.particles.reduction.reducing import reduce_particle
from electrode_homog.particles.reduction.shapes import Ball, Box, Cylinder, Ellipsoid, Plate

RADIUS = 5e-6
POTENTIAL = Expression("4.2 - 0.8*x", ("x",))
CLOSURES = [UniformFlux(), UniformConcentration(), LinearisedKinetics(2.0)]

SURFACE_OF_SPHERE = {  # tau: (c - c0) D/(j R) at the surface under constant flux; Crank's series to 12 digits
    0.001: 0.036706780329,
    0.003: 0.064932133028,
    0.01: 0.123643354199,
    0.03: 0.229851669396,
    0.1: 0.486761686342,
    0.3: 1.099768120445,
    1.0: 3.199999999831,
}
MEAN_SURFACE_OF_ANISOTROPIC_BALL = {  # diag(1, 1, 0.1), uniform flux: less the mean 3 tau; semi-analytic
    0.03: 0.21147,
    0.1: 0.334031,
    0.3: 0.482154,
    1.0: 0.687643,
    3.0: 0.793326,
}


def step_response(particle: ReducedParticle, row: tuple[float, ...], tau: float) -> float:
    """(x - mean) D/(influx R) at dimensionless time D t/R^2, R the kinetic radius."""
    rates = np.array(particle.rates_per_m2) * particle.radius_m**2
    return float(3 * np.sum(np.array(row) * particle.outlets / rates * -np.expm1(-rates * tau)))


def material(diffusivity=1e-14) -> ActiveMaterial:
    return ActiveMaterial(30e3, diffusivity, POTENTIAL)


@pytest.mark.parametrize("closure", CLOSURES)
def test_isotropic_ball_follows_crank_whatever_the_closure(closure):
    """Surface of a sphere after a step of the flux: 0.2 % of Crank's series from tau = 0.001 on, with seven states."""
    ball = reduce_particle(Ball(RADIUS), tensor=np.eye(3), closure=closure)
    assert ball.states == 7
    assert ball.static_gain == pytest.approx(1 / 5, rel=1e-8)
    for tau, expected in SURFACE_OF_SPHERE.items():
        assert step_response(ball, ball.outlets, tau) + 3 * tau == pytest.approx(expected, rel=2e-3), tau


def test_anisotropic_ball_in_time_and_place():
    """diag(1, 1, 0.1): mean of the surface in time; poles and centre at tau = 0.3."""
    ball = reduce_particle(Ball(RADIUS), tensor=np.diag([1, 1, 0.1]), closure=UniformFlux(), states=9)
    for tau, expected in MEAN_SURFACE_OF_ANISOTROPIC_BALL.items():
        assert step_response(ball, ball.outlets, tau) == pytest.approx(expected, rel=1e-3)
    rows = dict(zip(ball.place_names, ball.place_outlets, strict=True))
    for place, expected in {"x pole": 0.88364, "y pole": 0.88364, "z pole": 3.10289, "centre": 0.38340}.items():
        assert step_response(ball, rows[place], 0.3) + 0.9 == pytest.approx(expected, abs=5e-3), place


@pytest.mark.parametrize("biot", [1e-3, 0.3, 1.0, 10.0, 1e4])
def test_linearised_kinetics_weigh_the_principal_values(biot):
    """A ball with local exchange shows sum(D w)/sum(w), w = 1/(D + Bi/2), between harmonic and arithmetic mean."""
    values = np.array([1.0, 1.0, 0.1])
    weights = 1 / (values + biot / 2)
    ball = reduce_particle(Ball(RADIUS), tensor=np.diag(values), closure=LinearisedKinetics(biot))
    assert ball.equivalent_diffusivity == pytest.approx(values @ weights / weights.sum(), rel=1e-3)


def test_ball_does_not_see_how_the_tensor_is_turned():
    """Rates, outlets and local values of a ball are those of the principal tensor, to 1e-10."""
    rng = np.random.default_rng(3)
    straight = reduce_particle(Ball(RADIUS), tensor=np.diag([1, 1, 0.1]), closure=UniformFlux())
    for _ in range(3):
        turned = DiffusivityTensor(np.diag([1, 1, 0.1])).rotated(random_rotation(rng))
        ball = reduce_particle(Ball(RADIUS), tensor=turned, closure=UniformFlux())
        np.testing.assert_allclose(ball.rates_per_m2, straight.rates_per_m2, rtol=1e-10)
        np.testing.assert_allclose(ball.outlets, straight.outlets, rtol=1e-10)


@pytest.mark.parametrize("shape", [Ball(1e-6), Plate(1e-6), Cylinder(1e-6, math.inf), Cylinder(1e-6, 1e-6)])
@pytest.mark.parametrize("closure", CLOSURES)
def test_equations_keep_lithium_and_rest_at_uniform_states(shape, closure):
    """The mean does not drift, the influx adds S/V of itself to it, and a uniform state is at rest everywhere."""
    particle = reduce_particle(shape, tensor=np.diag([1, 1, 0.2]), closure=closure)
    equations = reduced_particle_equations(particle, material(Expression("1e-14*(1 + x)", ("x",))), 20)
    state = np.random.default_rng(0).random(equations.states)
    assert equations.mean @ equations.drift(state, 298.15, ArrayAlgebra(False)) == 0.0
    assert equations.mean @ equations.inlet == pytest.approx(shape.surface_area_m2 / shape.volume_m3, rel=1e-14)
    uniform = 0.4 * equations.uniform
    np.testing.assert_allclose(equations.drift(uniform, 298.15, ArrayAlgebra(False)), 0, atol=1e-18)
    np.testing.assert_allclose(equations.places @ uniform, 0.4, rtol=1e-12)
    assert equations.surface @ uniform == pytest.approx(0.4, rel=1e-12)
    assert len(equations.place_names) == len(equations.places) == equations.position.size


def test_equations_follow_the_modes():
    """Integrated by the matrix exponential, surface and places are those of the modes written down."""
    from scipy.linalg import expm

    particle = reduce_particle(Ball(RADIUS), tensor=np.diag([1, 1, 0.1]), closure=UniformFlux())
    equations = reduced_particle_equations(particle, material(1e-14), 0)
    number, tau = equations.states, 0.2
    columns = equations.drift(np.eye(number), 298.15, ArrayAlgebra(True))
    t = tau * RADIUS**2 / 1e-14
    system = np.zeros((number + 1, number + 1))
    system[:number, :number], system[:number, number] = columns, equations.inlet
    state = (expm(system * t) @ np.eye(number + 1)[-1])[:number] * 1e-14 / RADIUS
    assert equations.mean @ state == pytest.approx(3 * tau)
    assert equations.surface @ state == pytest.approx(3 * tau + step_response(particle, particle.outlets, tau))
    rows = [particle.place_outlets[0], particle.outlets, *particle.place_outlets[1:]]
    for place, row in zip(equations.places, rows, strict=True):
        assert place @ state == pytest.approx(3 * tau + step_response(particle, row, tau), abs=1e-9)


def test_diffusivity_is_that_of_the_mean():
    """With D = D(x), the modes decay as with the number D(mean), whatever their own state."""
    particle = reduce_particle(Ball(RADIUS), tensor=np.eye(3), closure=UniformFlux())
    state = np.random.default_rng(1).random(particle.states)
    law = reduced_particle_equations(particle, material(Expression("1e-14*(1 + x)", ("x",))), 0)
    number = reduced_particle_equations(particle, material(1e-14 * (1 + state[0])), 0)
    drifts = [equations.drift(state, 298.15, ArrayAlgebra(False)) for equations in (law, number)]
    np.testing.assert_allclose(*drifts, rtol=1e-12)


def test_another_size():
    """A particle twice as large has rates a quarter as fast, and is the one reduced at that size."""
    small, large = (reduce_particle(Ball(r), tensor=np.eye(3), closure=UniformFlux()) for r in (RADIUS, 2 * RADIUS))
    grown = small.with_radius(2 * RADIUS)
    np.testing.assert_allclose(grown.rates_per_m2, large.rates_per_m2, rtol=1e-9)
    assert grown.radius_m == pytest.approx(2 * RADIUS)
    assert grown.static_gain == pytest.approx(small.static_gain)


def test_result_goes_to_json_and_back():
    """The particle is numbers, text and its closure."""
    particle = reduce_particle(Plate(1e-6), tensor=np.eye(3), closure=LinearisedKinetics(2.0), states=4)
    assert provenance.from_json(provenance.to_json(particle), ReducedParticle) == particle


def test_biot_number_of_a_material():
    """k = j0/(R T) |dU/dx|/c_max, Bi = k R/D, by hand."""
    state = {"stoichiometry": 0.5, "temperature_K": 298.15, "exchange_current_density_A_m2": 2.0}
    k = 2.0 / (8.31446261815324 * 298.15) * 0.8 / 30e3
    assert exchange_velocity(material(), **state) == pytest.approx(k, rel=1e-9)
    closure = linearised_kinetics(material(), radius_m=RADIUS, **state)
    assert closure.biot == pytest.approx(k * RADIUS / 1e-14, rel=1e-9)
    flat = ActiveMaterial(30e3, 1e-14, Expression("3.4 + 0*x", ("x",)))
    with pytest.raises(OutOfRangeError, match="UniformFlux"):
        linearised_kinetics(flat, radius_m=RADIUS, **state)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"tensor": np.diag([1, 1, 0])}, OutOfRangeError, "eigenvalues"),
        ({"tensor": np.diag([1, 1, -0.1])}, OutOfRangeError, "eigenvalues"),
        ({"tensor": [[1, 0.2, 0], [0, 1, 0], [0, 0, 1]]}, OutOfRangeError, "symmetric"),
        ({"tensor": np.eye(2)}, InputError, "3, 3"),
        ({"tensor": np.full((3, 3), np.nan)}, InputError, "finite"),
        ({"tensor": 1e-14 * np.eye(3)}, OutOfRangeError, "relative to the diffusivity"),
        ({"tensor": np.diag([1, 1, 1e-5])}, OutOfRangeError, "apart"),
        ({"states": 1}, OutOfRangeError, "states"),
        ({"states": 0}, OutOfRangeError, "states"),
        ({"states": 5.0}, OutOfRangeError, "states"),
        ({"states": 99}, OutOfRangeError, "states"),
        ({"closure": "uniform flux"}, InputError, "closure"),
        ({"closure": UniformFlux}, InputError, "closure"),
        ({"shape": "ball"}, InputError, "shape"),
        ({"shape": Ball(1.0)}, OutOfRangeError, "m is not in"),
    ],
)
def test_bad_requests_are_refused(options, error, says):
    """What is not a particle is said at once, with the argument's name."""
    request = {"shape": Ball(RADIUS), "tensor": np.eye(3), "closure": UniformFlux()} | options
    with pytest.raises(error, match=says):
        reduce_particle(request.pop("shape"), **request)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Ball(0.0),
        lambda: Ball(math.nan),
        lambda: Ball(-1e-6),
        lambda: Ball("5 um"),
        lambda: Plate(-1e-6),
        lambda: Cylinder(1e-6, 0.0),
        lambda: Cylinder(1e-6, -math.inf),
        lambda: Cylinder(math.inf, 1e-6),
        lambda: Cylinder(1e-6, 1.0),
        lambda: Ellipsoid((1e-6, 1e-6)),
        lambda: Ellipsoid((1e-6, 1e-6, 0.0)),
        lambda: Ellipsoid(1e-6),
        lambda: Ellipsoid("abc"),
        lambda: Box((1e-6, 1e-6, math.nan)),
        lambda: Box((1e-6, 1e-6, 1.0)),
        lambda: LinearisedKinetics(0.0),
        lambda: LinearisedKinetics(math.inf),
        lambda: LinearisedKinetics(True),
        lambda: LinearisedKinetics("fast"),
    ],
)
def test_bad_shapes_and_closures_are_refused(make):
    """Sizes and Biot numbers are positive and finite."""
    with pytest.raises((InputError, OutOfRangeError)):
        make()


@pytest.mark.parametrize(
    "change",
    [
        {"rates_per_m2": ()},
        {"rates_per_m2": (-1.0, 2.0, 3.0)},
        {"rates_per_m2": (3.0, 2.0, 1.0)},
        {"rates_per_m2": "abc"},
        {"outlets": (1.0,)},
        {"outlets": (1.0, math.nan, 2.0)},
        {"place_names": ("centre",)},
        {"place_names": (), "place_outlets": ()},
        {"tensor": ((1.0,),)},
        {"volume_m3": 0.0},
        {"surface_area_m2": 1e6},
        {"mesh_error": math.nan},
    ],
)
def test_bad_data_are_refused(change):
    """Numbers read from a file fit together, or are refused."""
    particle = reduce_particle(Plate(1e-6), tensor=np.eye(3), closure=UniformFlux(), states=4)
    with pytest.raises((InputError, OutOfRangeError)):
        replace(particle, **change)
