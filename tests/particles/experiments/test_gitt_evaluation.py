"""The diffusivity that GITT returns, against the one that went in; and the flags where it cannot."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression
from electrode_homog.particles.experiments import gitt_evaluation
from electrode_homog.particles.experiments.diffusion_series import flux_surface
from electrode_homog.particles.experiments.gitt import GITTRecord, gitt, gitt_record
from electrode_homog.particles.experiments.gitt_evaluation import (
    INSENSITIVE,
    JUMP,
    LONG_PULSE,
    MISFIT,
    NOT_RELAXED,
    OUTSIDE,
    PLATEAU,
    GITTEvaluation,
    evaluate_gitt,
)
from electrode_homog.particles.experiments.gitt_fit import fit_pulse
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.particles.radial import Geometry
from electrode_homog.particles.sphere import Sphere
from electrode_homog.provenance import from_json, to_json

R = 5e-6
CURVED = Expression("4.2 - x - 0.1*tanh(8*(x-0.5)) + 0.02569*log((1-x)/x)", ("x",))
STRAIGHT = Expression("4.2 - x", ("x",))


def titration(D, U=CURVED, *, start=0.2, end=0.35, c_rate=0.1, pulse_s=600.0, rest_s=7200.0, points=32) -> GITTRecord:
    run = gitt(
        Sphere(R), ActiveMaterial(30e3, D, U), c_rate=c_rate, pulse_s=pulse_s, rest_s=rest_s,
        initial_stoichiometry=start, final_stoichiometry=end, points=points,
    )  # fmt: skip
    return gitt_record(run)


def exact(D, *, geometry=Geometry.SPHERE, pulse_s=600.0, rest_s=6000.0, rate=0.1, count=5, jump_V=0.0, U=STRAIGHT):
    """A record from the exact series instead of a simulation, with an instant jump of potential, sampled each 2 s."""
    period = pulse_s + rest_s
    time = np.arange(0, rest_s + count * period + 1, 2.0)
    surface, current = np.full(time.size, 0.2), np.zeros(time.size)
    for k in range(count):
        on, off = rest_s + k * period, rest_s + k * period + pulse_s
        for instant, sign in ((on, 1), (off, -1)):
            late = time > instant
            tau = (time[late] - instant) * D / R**2
            surface[late] += sign * rate / 3600 * R**2 / (geometry * D) * flux_surface(tau, geometry)
        current[(time > on) & (time <= off)] = rate
    potential = U(x=surface) - jump_V * (current > 0)
    return time, potential, current


@pytest.fixture(scope="module")
def curved_record() -> GITTRecord:
    return titration(4e-15)


def test_constant_diffusivity_is_recovered(curved_record):
    """Through a curved potential, the fit of each sound pulse gives D within 0.5 %, most pulses being sound."""
    found = evaluate_gitt(curved_record, radius_m=R)
    np.testing.assert_allclose(found.diffusivity_m2_s[found.sound], 4e-15, rtol=5e-3)
    assert found.sound.sum() >= 6
    assert set(sum(found.flaws, ())) <= {OUTSIDE}
    np.testing.assert_allclose(found.jump_V, 0, atol=1e-4)
    x = found.mean_stoichiometry
    slope = -1 - 0.8 / np.cosh(8 * (x - 0.5)) ** 2 - 0.02569 / (x * (1 - x))
    np.testing.assert_allclose(found.slope_V, slope, rtol=0.02)


def test_known_potential_removes_the_last_flaw(curved_record):
    """With U given, also the pulses whose surface leaves the measured stoichiometries are right."""
    found = evaluate_gitt(curved_record, radius_m=R, open_circuit_potential_V=CURVED)
    np.testing.assert_allclose(found.diffusivity_m2_s, 4e-15, rtol=5e-3)
    assert found.sound.all()


def test_textbook_formula_is_off_by_what_the_sphere_says():
    """For a straight U the formula is off by 4 T/(pi y**2) - 1, T = t D/R**2, and flagged beyond 5 %."""
    for D, flagged in ((1e-15, True), (2.5e-17, False)):
        time, potential, current = exact(D, rest_s=3e5 if D < 1e-16 else 6e4, count=2)
        found = evaluate_gitt(GITTRecord(time, potential, current, 0.2), radius_m=R)
        tau = 600 * D / R**2
        bias = 4 * tau / (np.pi * float(flux_surface(tau)) ** 2) - 1
        np.testing.assert_allclose(found.textbook_m2_s / D - 1, bias, atol=0.02)
        np.testing.assert_allclose(found.textbook_bias, bias, rtol=0.01)
        assert all((LONG_PULSE in flaws) == flagged for flaws in found.textbook_flaws)


@pytest.mark.parametrize("geometry", list(Geometry))
def test_jump_and_noise_do_not_disturb(geometry):
    """A jump of 15 mV and 0.1 mV of noise leave D within three standard errors, below 3 %; plates and cylinders too."""
    D = 3e-15
    time, potential, current = exact(D, geometry=geometry, jump_V=0.015, rest_s=20000.0)
    potential = potential + 1e-4 * np.random.default_rng(4).standard_normal(time.size)
    found = evaluate_gitt(GITTRecord(time, potential, current, 0.2), radius_m=R, geometry=geometry)
    error = found.diffusivity_m2_s / D - 1
    assert np.abs(error).max() < 0.03
    assert np.all(np.abs(error) < 3 * found.relative_error)
    np.testing.assert_allclose(found.jump_V, -0.015, atol=3e-4)
    assert all(JUMP in flaws for flaws in found.textbook_flaws)


def test_unfinished_rests_are_accounted_for():
    """Where a tenth of the rest leaves the particle unrelaxed, the textbook is flagged and the fit still right."""
    found = evaluate_gitt(titration(3e-16, end=0.5, rest_s=3600.0), radius_m=R)
    assert all(NOT_RELAXED in flaws for flaws in found.textbook_flaws)
    assert found.sound.sum() >= 8
    np.testing.assert_allclose(found.diffusivity_m2_s[found.sound], 3e-16, rtol=0.01)


def test_varying_diffusivity_is_recovered_where_it_applies():
    """A D(x) that doubles over the titration is found within 1 % at the stoichiometry named, both ways."""
    D = Expression("2e-15*exp(5*(x - 0.2))", ("x",))
    for start, end in ((0.2, 0.35), (0.35, 0.2)):
        found = evaluate_gitt(titration(D, start=start, end=end), radius_m=R)
        np.testing.assert_allclose(
            found.diffusivity_m2_s[found.sound], D(x=found.stoichiometry[found.sound]), rtol=0.01
        )
        assert np.abs(found.diffusivity_m2_s / D(x=found.mean_stoichiometry) - 1)[found.sound].max() > 0.02


def test_what_cannot_be_evaluated_is_flagged():
    """A plateau gives no D; a fast particle no dependence; another process no fit."""
    flat = evaluate_gitt(titration(1e-14, Expression("3.4 + 0*x", ("x",)), end=0.22), radius_m=R)
    assert all(flaws == (PLATEAU,) for flaws in flat.flaws + flat.textbook_flaws)
    assert np.isnan(flat.diffusivity_m2_s).all()
    time, potential, current = exact(2e-12, count=3)
    potential = potential + 1e-4 * np.random.default_rng(1).standard_normal(time.size)
    fast = evaluate_gitt(GITTRecord(time, potential, current, 0.2), radius_m=R)
    assert all(INSENSITIVE in flaws for flaws in fast.flaws)
    time, potential, current = exact(3e-15, count=3)
    slow_jump = np.convolve(current, np.exp(-np.arange(400) / 30.0) / 30)[: time.size]  # settles in 60 s
    other = evaluate_gitt(GITTRecord(time, potential - 0.2 * slow_jump, current, 0.2), radius_m=R)
    assert all(MISFIT in flaws for flaws in other.flaws)
    settled = evaluate_gitt(GITTRecord(time, potential - 0.2 * slow_jump, current, 0.2), radius_m=R, settle_s=200.0)
    assert settled.sound[:2].all()  # the surface of the last pulse leaves what was measured
    np.testing.assert_allclose(settled.diffusivity_m2_s, 3e-15, rtol=0.1)


def test_pulses_that_say_nothing_do_not_hold_up_the_rest(monkeypatch):
    """Fits of a particle that is far too fast wander from sweep to sweep; two sweeps are enough."""
    fits = []
    monkeypatch.setattr(gitt_evaluation, "fit_pulse", lambda *given: fits.append(fit_pulse(*given)) or fits[-1])
    found = evaluate_gitt(titration(1e-11, Expression("4.2 - 0.8*x - 0.1*x**2", ("x",))), radius_m=R)
    assert all(INSENSITIVE in flaws for flaws in found.flaws)
    assert len(fits) <= 3 * found.stoichiometry.size


def test_an_evaluation_is_kept_as_json(curved_record):
    """An evaluation survives the way to JSON and back; its arrays are read-only."""
    found = evaluate_gitt(curved_record, radius_m=R)
    again = from_json(to_json(found), GITTEvaluation)
    np.testing.assert_array_equal(again.diffusivity_m2_s, found.diffusivity_m2_s)
    assert again.flaws == found.flaws
    with pytest.raises(ValueError, match="read-only"):
        found.jump_V[0] = 1.0


def test_bad_arguments_are_refused(curved_record):
    """A radius that is none, a settling time that leaves no samples, a potential of other variables."""
    with pytest.raises(InputError, match="gitt_record"):
        evaluate_gitt(None, radius_m=R)  # type: ignore[arg-type]
    for radius in (0.0, -1e-6, True, np.inf):
        with pytest.raises(OutOfRangeError, match="radius_m"):
            evaluate_gitt(curved_record, radius_m=radius)
    with pytest.raises(OutOfRangeError, match="settle_s"):
        evaluate_gitt(curved_record, radius_m=R, settle_s=-1.0)
    with pytest.raises(InputError, match="lower settle_s"):
        evaluate_gitt(curved_record, radius_m=R, settle_s=599.9)
    with pytest.raises(InputError, match="Expression of x"):
        evaluate_gitt(curved_record, radius_m=R, open_circuit_potential_V=Expression("4 - c", ("c",)))
