"""Exact solutions of Fick's law in sphere, cylinder and plate against tables, each other and the equation itself."""

import math

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.experiments.diffusion_series import (
    SHORT,
    flux_profile,
    flux_roots,
    flux_surface,
    held_influx,
    held_profile,
    held_roots,
    held_uptake,
    robin_roots,
)
from electrode_homog.particles.radial import Geometry

ALL = list(Geometry)
# reference values C-SPHN and C-SPHD: sums of the series with the roots of tan l = l
CONSTANT_FLUX = {
    0.001: 0.036706780329, 0.003: 0.064932133028, 0.01: 0.123643354199, 0.03: 0.229851669396, 0.1: 0.486761686342,
    0.3: 1.099768120445, 1.0: 3.199999999831,
}  # fmt: skip
CONSTANT_SURFACE = {
    0.001: 0.104047446969, 0.01: 0.308513750129, 0.03: 0.496323014284, 0.1: 0.770478738026, 0.3: 0.968524535116,
}  # fmt: skip


def test_tables_of_the_sphere():
    """Constant flux and constant surface value give the tabulated values to their last digit."""
    for tau, expected in CONSTANT_FLUX.items():
        assert float(flux_surface(tau)) == pytest.approx(expected, abs=6e-13)
    for tau, expected in CONSTANT_SURFACE.items():
        assert float(held_uptake(tau)) == pytest.approx(expected, abs=6e-13)
    assert float(held_profile(0.1, 0.0)) == pytest.approx(0.292899651842, abs=6e-13)


@pytest.mark.parametrize("geometry", ALL)
@pytest.mark.parametrize("function", [flux_surface, held_uptake, held_influx])
def test_short_and_long_form_agree_where_they_meet(function, geometry):
    """On both sides of the switch from short-time form to series the function continues to 1e-12."""
    tau = SHORT[geometry]
    below, at, above = function(tau * np.array([1 - 1e-6, 1, 1 + 1e-6]), geometry)
    assert (below + above) / 2 == pytest.approx(at, rel=1e-12)


@pytest.mark.parametrize("geometry", ALL)
def test_first_instants(geometry):
    """At tiny times the surface is flat: y = 2 sqrt(tau/pi), uptake 2 d sqrt(tau/pi), influx 1/sqrt(pi tau)."""
    tau = 1e-20
    assert float(flux_surface(tau, geometry)) == pytest.approx(2 * math.sqrt(tau / math.pi), rel=1e-9)
    assert float(held_uptake(tau, geometry)) == pytest.approx(2 * geometry * math.sqrt(tau / math.pi), rel=1e-9)
    assert float(held_influx(tau, geometry)) == pytest.approx(1 / math.sqrt(math.pi * tau), rel=1e-9)
    assert flux_surface(0.0, geometry) == held_uptake(0.0, geometry) == 0


@pytest.mark.parametrize("geometry", ALL)
def test_influx_is_the_rate_of_uptake(geometry):
    """d uptake/d tau = d x influx, by central differences across all times."""
    tau = np.geomspace(1e-5, 1, 60)
    slope = (held_uptake(tau * 1.0001, geometry) - held_uptake(tau * 0.9999, geometry)) / (2e-4 * tau)
    np.testing.assert_allclose(slope, geometry * held_influx(tau, geometry), rtol=1e-6)


@pytest.mark.parametrize("geometry", ALL)
def test_profiles_meet_surface_mean_and_equation(geometry):
    """A profile has the surface value of its own function, holds the lithium that went in, and obeys Fick's law."""
    d, tau = int(geometry), np.array([0.003, 0.05, 0.4])
    at, weight = np.polynomial.legendre.leggauss(80)
    rho, weight = (at + 1) / 2, weight / 2
    np.testing.assert_allclose(flux_profile(tau, 1.0, geometry), flux_surface(tau, geometry), rtol=1e-10)
    np.testing.assert_allclose(flux_profile(tau, rho, geometry) @ (d * rho ** (d - 1) * weight), d * tau, rtol=1e-10)
    np.testing.assert_allclose(held_profile(tau, 1.0, geometry), 1, rtol=1e-10)
    held = held_profile(tau, rho, geometry) @ (d * rho ** (d - 1) * weight)
    np.testing.assert_allclose(held, held_uptake(tau, geometry), rtol=1e-10)
    for profile in (flux_profile, held_profile):
        h, r, t = 1e-3, 0.6, 0.1
        left, middle, right = profile(t, np.array([r - h, r, r + h]), geometry)
        laplacian = (left - 2 * middle + right) / h**2 + (d - 1) / r * (right - left) / (2 * h)
        rate = (profile(t + 1e-5, r, geometry) - profile(t - 1e-5, r, geometry)) / 2e-5
        assert float(rate) == pytest.approx(laplacian, rel=1e-4)


def test_roots():
    """The roots of tan l = l are the tabulated ones; sums of inverse squares are those of Rayleigh."""
    np.testing.assert_allclose(flux_roots(3), [4.493409458, 7.725251837, 10.904121659], atol=1e-9)
    for geometry, flux_sum, held_sum in zip(ALL, [1 / 6, 1 / 8, 1 / 10], [1 / 2, 1 / 4, 1 / 6], strict=True):
        rest = 1 / (np.pi**2 * 2000)  # of the sum beyond 2000 roots that lie pi apart
        assert np.sum(flux_roots(2000, geometry) ** -2.0) + rest == pytest.approx(flux_sum, abs=1e-7)
        assert np.sum(held_roots(2000, geometry) ** -2.0) + rest == pytest.approx(held_sum, abs=1e-7)


@pytest.mark.parametrize("biot", [1e-6, 0.3, 1.0, 2.0, 50.0, 1e6])
def test_robin_roots(biot):
    """l cot l = 1 - Bi; one root in each stretch of pi; small Bi gives sqrt(3 Bi), large Bi the held surface."""
    roots = robin_roots(biot, 6)
    np.testing.assert_allclose(np.cos(roots), (1 - biot) * np.sin(roots) / roots, atol=1e-9 * max(1, biot))
    assert np.all((roots > np.pi * np.arange(6)) & (roots < np.pi * np.arange(1, 7)))
    if biot == 1e-6:
        assert roots[0] == pytest.approx(math.sqrt(3 * biot), rel=1e-6)
    if biot == 1e6:
        np.testing.assert_allclose(roots, held_roots(6), rtol=2e-6)


def test_bad_input_is_refused():
    """Times that are negative, no numbers, or 0 where the answer is infinite; places outside; no Biot numbers."""
    for call in (lambda: flux_surface(-1.0), lambda: held_influx(0.0), lambda: flux_profile(1e-9, 0.5)):
        with pytest.raises(OutOfRangeError, match="tau"):
            call()
    with pytest.raises(InputError, match="finite"):
        flux_surface(np.array([0.1, math.nan]))
    with pytest.raises(OutOfRangeError, match="rho"):
        held_profile(0.1, 1.1)
    for biot in (0.0, -1.0, math.inf):
        with pytest.raises(OutOfRangeError, match="biot"):
            robin_roots(biot, 1)
