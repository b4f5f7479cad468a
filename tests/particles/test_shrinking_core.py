"""Two phases in one particle: Stefan's interface, conservation, nested shells, and what is refused."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.special import erf, erfc

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.particles.diffusion import sphere_equations
from electrode_homog.particles.equations import ArrayAlgebra
from electrode_homog.particles.laws.activity import LatticeGas
from electrode_homog.particles.laws.darken import DarkenDiffusivity, JumpDiffusivity
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import Geometry
from electrode_homog.particles.shrinking_core import (
    ShrinkingCore,
    beta_share,
    interface_radii_m,
    shrinking_core_equations,
)
from electrode_homog.particles.sphere import Sphere
from electrode_homog.table import Table

R, D = 1e-6, 1e-14
DAY = R**2 / D
FLAT = Expression("3.4", ("x",))
CORE = ShrinkingCore(R, 0.1, 0.8, 1.0)


def material(diffusivity: Any = D, potential: Any = FLAT) -> ActiveMaterial:
    return ActiveMaterial(2e4, diffusivity, potential)


def states(core, points, start, times, *, influx=None, held=None, geometry=Geometry.SPHERE, law=D) -> np.ndarray:
    """(points, times) under an influx(t) [m/s], or with the surface held."""
    equations, algebra = shrinking_core_equations(core, material(law), points, geometry=geometry), ArrayAlgebra(False)

    def rate(t, x):
        drift = equations.drift(x, 298.15, algebra)
        if held is not None:
            drift[-1] = 0.0
        return drift if influx is None else drift + influx(t) * equations.inlet

    initial = np.broadcast_to(start, points) * 1.0
    if held is not None:
        initial[-1] = held
    band = {} if law is not D else {"lband": 1, "uband": 1}
    options = {"method": "LSODA", "rtol": 1e-6, "atol": 1e-9, "max_step": DAY / 10, **band}
    done = solve_ivp(rate, (0, times[-1]), initial, t_eval=times, **options)
    assert done.success
    return done.y


def depth(core, state) -> float:
    return 1 - interface_radii_m(core, state, geometry=Geometry.PLANE)[-1] / R


@pytest.mark.parametrize(("stefan", "speed"), [(1.0, 0.620062633313595), (0.1, 0.220016272742938)])
def test_interface_in_a_plate_follows_neumann(stefan, speed):
    """Depth 2 lambda sqrt(D t) within 1 % at 80 points, with the lambda of the reference values."""
    times = (np.array([0.3, 0.5, 0.7]) * R / (2 * speed)) ** 2 / D
    run = states(CORE, 80, 0.1, times, held=0.8 + 0.7 * stefan, geometry=Geometry.PLANE)
    np.testing.assert_allclose([depth(CORE, state) for state in run.T], [0.3, 0.5, 0.7], rtol=0.01)


@pytest.mark.parametrize("ratio", [1.0, 5.0])
def test_two_diffusing_phases(ratio):
    """The transcendental equation of theory.md, section 8, with c_s = 1, gap 0.1 to 0.9, c = 0 far away, within 1 %."""
    root = np.sqrt(ratio)

    def balance(y):
        beta, alpha = 0.1 * root * np.exp(-y * y) / erf(y), 0.1 * np.exp(-y * y * ratio) / erfc(y * root)
        return y * np.sqrt(np.pi) * root * 0.8 - beta + alpha

    speed: Any = brentq(balance, 1e-6, 3)
    if ratio == 1:
        assert speed == pytest.approx(0.206469366705907, abs=1e-9)  # C-STE2
    core = ShrinkingCore(R, 0.1, 0.9, ratio)
    times = (np.array([0.08, 0.14]) * R / (2 * speed)) ** 2 / (ratio * D)
    run = states(core, 80, 0.0, times, held=1.0, geometry=Geometry.PLANE)
    np.testing.assert_allclose([depth(core, state) for state in run.T], [0.08, 0.14], rtol=0.01)


def test_error_falls_with_the_cells():
    """Rounding and cells vanish together: the error of the depth at least halves, nearly, when the points double."""
    exact = np.linspace(0.4, 0.7, 13)
    errors = []
    for points in (40, 80):
        times = (exact * R / (2 * 0.220016272742938)) ** 2 / D
        run = states(CORE, points, 0.1, times, held=0.87, geometry=Geometry.PLANE)
        errors.append(np.mean([depth(CORE, state) for state in run.T] / exact - 1))
    assert errors[0] / errors[1] > 1.8


def test_a_phase_fed_from_its_side_grows():
    """v (x_beta - x_alpha) = J_beta - J_alpha: a shell of beta that is fed grows, and shrinks when it is drained."""
    shell = np.where(np.linspace(0, 1, 40) > 0.5, 0.8, 0.1)
    start = interface_radii_m(CORE, shell)[0]
    assert interface_radii_m(CORE, states(CORE, 40, shell, [DAY], influx=lambda t: 0.05 * R / DAY)[:, -1])[0] < start
    assert len(interface_radii_m(CORE, states(CORE, 40, shell, [DAY], influx=lambda t: -0.02 * R / DAY)[:, -1])) == 2


def test_radius_of_the_interface_is_that_of_the_volume():
    """Pure phases that meet at a face: core radius = (1 - volume of beta)^(1/3), also when beta is the core."""
    equations = shrinking_core_equations(CORE, material(), 30)
    for inner, outer in ((0.1, 0.8), (0.8, 0.1)):
        state = np.where(np.arange(30) < 12, inner, outer)
        volume = equations.mean[:12].sum()
        assert interface_radii_m(CORE, state) == pytest.approx((R * volume ** (1 / 3),))
    assert interface_radii_m(CORE, np.full(30, 0.05)) == interface_radii_m(CORE, np.full(30, 0.95)) == ()
    np.testing.assert_allclose(beta_share(CORE, np.array([0.0, 0.1, 0.45, 0.8, 1.0])), [0, 0, 0.5, 1, 1])


def test_reversals_nest_shells_and_full_conversion_ends_them():
    """In, out, in again leaves three interfaces; further influx leaves one phase; lithium is where it should be."""
    flux = 0.12 * R / DAY  # 0.36 of the particle per diffusion time

    def influx(t):
        return flux * (1 if t < DAY else -0.6 if t < 1.5 * DAY else 0.5)

    run = states(CORE, 60, 0.05, [DAY, 1.5 * DAY, 1.8 * DAY, 8 * DAY], influx=influx)
    mean = shrinking_core_equations(CORE, material(), 60).mean @ run
    taken = 3 * flux / R * np.array([DAY, 0.7 * DAY, 0.85 * DAY, 3.95 * DAY])
    np.testing.assert_allclose(mean, 0.05 + taken, rtol=1e-4)  # LSODA steps over the jumps of the influx
    assert [len(interface_radii_m(CORE, state)) for state in run.T[:2]] == [1, 2]
    assert len(interface_radii_m(CORE, run[:, 2])) == 3


def test_full_conversion_leaves_one_phase():
    """A particle that is filled to the end is rich everywhere, and nowhere above its surface."""
    run = states(CORE, 30, 0.05, [4 * DAY], influx=lambda t: 0.9 / 12 * R / DAY)[:, -1]
    assert run.min() > 0.8
    assert run.argmax() == 29
    assert interface_radii_m(CORE, run) == ()


def test_a_rest_keeps_the_interface():
    """A shell in equilibrium with its core does not move: 0.1 % of the radius in 20 diffusion times."""
    shell = states(CORE, 40, 0.05, [DAY], influx=lambda t: 0.12 * R / DAY)[:, -1]
    rested = states(CORE, 40, shell, [2 * DAY, 20 * DAY], influx=lambda t: 0.0)
    before, after = (interface_radii_m(CORE, state)[0] for state in rested.T)
    assert after == pytest.approx(before, abs=1e-3 * R)


LATTICE = DarkenDiffusivity(JumpDiffusivity(D), LatticeGas())


@pytest.mark.parametrize("law", [D, Expression("1e-14*(1+x)", ("x", "T")), Expression("1e-14*T/300", ("T",)), LATTICE])
def test_lithium_is_conserved(law):
    """mean . drift = 0 to round-off in any state, of any law; and equal states of many particles give equal rates."""
    core = ShrinkingCore(R, 0.1, 0.8, 3.0)
    equations = shrinking_core_equations(core, material(law), 25)
    many = np.random.default_rng(0).random((25, 40))
    drift = equations.drift(many, 298.15, ArrayAlgebra(columns=True))
    assert np.abs(equations.mean @ drift).max() < 1e-13 * np.abs(drift).max()
    alone = equations.drift(many[:, 7], 298.15, ArrayAlgebra(columns=False))
    np.testing.assert_allclose(drift[:, 7], alone, rtol=1e-10, atol=1e-12 * np.abs(alone).max())
    assert equations.mean @ equations.inlet == pytest.approx(3 / R)


def test_without_a_gap_it_is_the_sphere():
    """One diffusivity and no gap: the drift of Fick's sphere to round-off."""
    core = shrinking_core_equations(ShrinkingCore(R, 0.4, 0.4, 1.0), material(), 20)
    sphere = sphere_equations(Sphere(R), material(), 20)
    state, algebra = np.random.default_rng(1).random(20), ArrayAlgebra(columns=False)
    expected = sphere.drift(state, 298.15, algebra)
    np.testing.assert_allclose(core.drift(state, 298.15, algebra), expected, atol=1e-13 * np.abs(expected).max())
    np.testing.assert_array_equal(core.mean, sphere.mean)


def test_a_law_of_x_is_asked_for_the_stoichiometries_of_its_phase_only():
    """What the law says inside the gap, where there is no phase, has no effect."""
    smooth, bump = Expression("1e-14", ("x",)), Expression("1e-14*(1+5e3*exp(-((x-0.45)/0.02)**2))", ("x",))
    state, algebra = np.repeat([0.05, 0.9], 15), ArrayAlgebra(columns=False)
    drifts = [shrinking_core_equations(CORE, material(law), 30).drift(state, 298.15, algebra) for law in (smooth, bump)]
    np.testing.assert_allclose(drifts[1], drifts[0], rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((0.5e-3, 0.1, 0.8, 1.0), OutOfRangeError, "radius_m"),
        ((R, 0.0, 0.8, 1.0), OutOfRangeError, "x_alpha"),
        ((R, 0.8, 0.1, 1.0), OutOfRangeError, "x_alpha"),
        ((R, 0.1, 1.0, 1.0), OutOfRangeError, "x_beta"),
        ((R, "0.1", 0.8, 1.0), InputError, "x_alpha"),
        ((R, 0.1, float("nan"), 1.0), InputError, "x_beta"),
        ((R, 0.1, 0.8, 0.0), OutOfRangeError, "diffusivity_ratio"),
        ((R, 0.1, 0.8, 1e9), OutOfRangeError, "diffusivity_ratio"),
        ((R, 0.1, 0.8, True), InputError, "diffusivity_ratio"),
    ],
)
def test_data_that_make_no_sense_are_refused(arguments, error, words):
    """The message names the argument."""
    with pytest.raises(error, match=words):
        ShrinkingCore(*arguments)


def test_a_gap_without_a_plateau_is_refused():
    """The message says by how much the potential varies; a table must cover the gap."""
    with pytest.raises(InputError, match=r"varies by 14 mV between x_alpha = 0\.1 and x_beta = 0\.8"):
        shrinking_core_equations(CORE, material(potential=Expression("3.4-0.02*x", ("x",))), 20)
    short = Table((0.2, 0.4, 0.6, 0.9), (3.4, 3.4, 3.4, 3.4))
    with pytest.raises(InputError, match="no value"):
        shrinking_core_equations(CORE, material(potential=short), 20)
    level = Table((0.0, 0.1, 0.8, 1.0), (3.6, 3.4, 3.4, 3.0))
    assert shrinking_core_equations(CORE, material(potential=level), 20).states == 20
    with pytest.raises(OutOfRangeError, match="points"):
        shrinking_core_equations(CORE, material(), 2)
