"""Darken's law, its mechanisms and its refusals, on numbers, arrays and tables."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import CONSTANTS, Expression
from electrode_homog.particles.laws.activity import Ideal, LatticeGas, RegularSolution
from electrode_homog.particles.laws.arrhenius import Arrhenius
from electrode_homog.particles.laws.chemical_diffusivity import (
    chemical_diffusivity,
    equilibrium_potential,
    jump_diffusivity,
    thermodynamic_factor,
)
from electrode_homog.particles.laws.darken import DarkenDiffusivity, JumpDiffusivity, TracerDiffusivity
from electrode_homog.particles.laws.mechanism import GivenAvailability, Interstitial, SiteBlocking, Vacancy
from electrode_homog.particles.laws.phase_diagram import open_circuit_potential
from electrode_homog.particles.laws.stability import check_fickian, largest_inconsistency, unstable_windows
from electrode_homog.particles.laws.thermodynamics import FromOpenCircuitPotential
from electrode_homog.particles.material import ActiveMaterial
from electrode_homog.provenance import from_json, to_json
from electrode_homog.table import Table

T, D0 = 298.15, 2e-14
X = np.linspace(0.001, 0.999, 999)
LOGARITHM = Expression("3.4 - R*298.15/F*log(x/(1 - x))", ("x",))
NOT_MONOTONIC = open_circuit_potential(RegularSolution(3.0), 3.4, T)


def material(law, potential=LOGARITHM) -> ActiveMaterial:
    return ActiveMaterial(30e3, law, potential)


def darken(thermodynamics, **parts) -> DarkenDiffusivity:
    return DarkenDiffusivity(JumpDiffusivity(D0), thermodynamics, **parts)


def test_lattice_gas_cancels():
    """Vacancies D0 (1 - x) times Gamma = 1/(1 - x) give D0 for every x, to 1e-12; so does Gamma from the potential."""
    np.testing.assert_allclose(
        chemical_diffusivity(material(darken(LatticeGas(), mechanism=Vacancy())), X, T), D0, rtol=1e-12
    )
    measured = material(darken(FromOpenCircuitPotential(), mechanism=Vacancy()))
    np.testing.assert_allclose(chemical_diffusivity(measured, X, T), D0, rtol=1e-12)
    np.testing.assert_allclose(jump_diffusivity(measured, X, T), D0 * (1 - X), rtol=1e-14)


def test_tracer_diffusivity_is_divided_by_its_correlation_factor():
    """D_J = D*/f: with D* = f D_J of the lattice gas the chemical diffusivity is that of D_J, f(x) or a number."""
    f = Expression("1 - 0.347*(1 - x)", ("x",))
    for factor, tracer in ((0.653, 0.653 * D0), (f, Expression("2e-14*(1 - 0.347*(1 - x))", ("x",)))):
        law = DarkenDiffusivity(TracerDiffusivity(tracer, factor), LatticeGas(), Vacancy())
        np.testing.assert_allclose(chemical_diffusivity(material(law), X, T), D0, rtol=1e-12)


@pytest.mark.parametrize(
    ("mechanism", "share"),
    [
        (Interstitial(), lambda x: 1.0),
        (Vacancy(), lambda x: 1 - x),
        (SiteBlocking(2), lambda x: (1 - x) ** 2),
        (SiteBlocking(2.5), lambda x: (1 - x) ** 2.5),
        (GivenAvailability(Expression("exp(-3*x)", ("x",))), lambda x: np.exp(-3 * x)),
    ],
)
def test_mechanisms(mechanism, share):
    """The share of jumps that find room enters the mobility and not the thermodynamic factor."""
    law = material(darken(Ideal(), mechanism=mechanism))
    np.testing.assert_allclose(jump_diffusivity(law, X, T), D0 * share(X), rtol=1e-14)
    np.testing.assert_array_equal(thermodynamic_factor(law, X, T), 1)
    assert isinstance(chemical_diffusivity(law, 0.5, T), float)
    assert chemical_diffusivity(law, 0.5, T) == pytest.approx(D0 * share(0.5), rel=1e-14)


def test_temperature_enters_mobility_and_factor():
    """D grows with exp(-E/R (1/T - 1/T0)), and Gamma of one measured potential with 1/T."""
    law = material(darken(FromOpenCircuitPotential(), arrhenius=Arrhenius(30e3)))
    ratio = chemical_diffusivity(law, 0.4, 328.15) / chemical_diffusivity(law, 0.4, 298.15)
    expected = np.exp(-30e3 / CONSTANTS["R"] * (1 / 328.15 - 1 / 298.15)) * 298.15 / 328.15
    assert ratio == pytest.approx(expected, rel=1e-12)


def test_plain_diffusivities_stand_as_they_are():
    """A number and an Expression are the chemical diffusivity; the answer has the shape of x; D_J is not known."""
    np.testing.assert_array_equal(chemical_diffusivity(material(D0), X, T), np.full(X.shape, D0))
    formula = material(Expression("1e-14*(1 + x)*exp(-300/T)", ("x", "T")))
    np.testing.assert_allclose(chemical_diffusivity(formula, X, T), 1e-14 * (1 + X) * np.exp(-300 / T), rtol=1e-14)
    with pytest.raises(InputError, match="JumpDiffusivity"):
        jump_diffusivity(material(D0), 0.5, T)


def test_tabulated_potential_against_the_formula():
    """From a table of 400 exact points Gamma is that of the formula within 1 %, and U is the table."""
    x = 1 / (1 + np.exp(-np.linspace(-7, 7, 400)))
    table = Table(tuple(x), tuple(LOGARITHM(x=x)))
    law = material(darken(FromOpenCircuitPotential()), table)
    inside = np.linspace(0.01, 0.99, 300)
    np.testing.assert_allclose(thermodynamic_factor(law, inside, T), 1 / (1 - inside), rtol=1e-2)
    np.testing.assert_array_equal(equilibrium_potential(law, inside), table(inside))
    assert unstable_windows(law, T) == ()


def test_table_that_rises_is_flagged():
    """Where measured values rise by 2 mV Gamma < 0, and the window is that of the rise."""
    x = np.linspace(0.05, 0.95, 46)
    values = 3.4 - 0.1 * x
    values[20] = values[19] + 2e-3
    law = material(darken(FromOpenCircuitPotential()), Table(tuple(x), tuple(values)))
    assert unstable_windows(law, T) == (pytest.approx((x[19], x[20]), abs=1e-9),)
    with pytest.raises(OutOfRangeError, match=r"0\.43 < x < 0\.45"):
        check_fickian(law)


def test_flat_table_is_stable_and_has_no_diffusion():
    """A plateau gives Gamma = 0, which is not negative."""
    x = np.linspace(0, 1, 30)
    values = np.where(abs(x - 0.5) < 0.3, 3.4, 3.4 - (x - 0.5))
    values = np.minimum.accumulate(values)
    law = material(darken(FromOpenCircuitPotential()), Table(tuple(x), tuple(values)))
    assert thermodynamic_factor(law, 0.5, T) == 0
    check_fickian(law)


@pytest.mark.parametrize("thermodynamics", [RegularSolution(3.0), FromOpenCircuitPotential()])
def test_fick_where_gamma_is_negative_is_refused(thermodynamics):
    """The message names the model, the window, the phase-field model and the floor."""
    law = material(darken(thermodynamics), NOT_MONOTONIC)
    ((low, high),) = unstable_windows(law, T)
    assert (low, high) == pytest.approx((0.211324865405, 0.788675134595), abs=1e-10)
    with pytest.raises(OutOfRangeError, match=r"0\.2113 < x < 0\.7887") as refusal:
        check_fickian(law)
    assert "CahnHilliard" in str(refusal.value)
    assert "floor" in str(refusal.value)
    assert type(thermodynamics).__name__ in str(refusal.value)


def test_what_fick_may_do():
    """Outside the window, above the critical temperature, with a floor, and with a plain number Fick runs."""
    law = material(darken(RegularSolution(3.0)), NOT_MONOTONIC)
    check_fickian(law, between=(0.0, 0.21))
    check_fickian(law, 450.0)
    check_fickian(material(D0, NOT_MONOTONIC))
    assert len(unstable_windows(material(D0, NOT_MONOTONIC), T)) == 1
    floored = material(darken(RegularSolution(3.0), floor=0.05), NOT_MONOTONIC)
    check_fickian(floored)
    assert unstable_windows(floored, T) == unstable_windows(law, T)


def test_floor_is_smooth_and_positive():
    """Gamma with a floor is positive, the floor where Gamma = 0, and Gamma + floor**2/Gamma far above."""
    law = material(darken(RegularSolution(3.0), floor=0.05))
    assert (thermodynamic_factor(law, X, T) > 0).all()
    assert thermodynamic_factor(law, unstable_windows(law, T)[0][0], T) == pytest.approx(0.05, rel=1e-9)
    gamma = RegularSolution(3.0).factor(0.97, T)
    assert thermodynamic_factor(law, 0.97, T) == pytest.approx(gamma + 0.05**2 / gamma, rel=1e-6)


def test_inconsistent_thermodynamics_is_measured():
    """A model and its own potential agree; a lattice gas beside another potential does not."""
    assert largest_inconsistency(material(darken(RegularSolution(3.0)), NOT_MONOTONIC), T) < 1e-12
    assert largest_inconsistency(material(darken(LatticeGas()), NOT_MONOTONIC), T) > 0.5


def test_laws_survive_json():
    """A material with all its laws is written and read back equal."""
    law = DarkenDiffusivity(
        TracerDiffusivity(D0, Expression("0.7 - 0.1*x", ("x",))), RegularSolution(1.5), SiteBlocking(2), Arrhenius(3e4)
    )
    given = material(law, Table((0.0, 0.3, 0.6, 1.0), (4.0, 3.8, 3.7, 3.0)))
    assert from_json(to_json(given), ActiveMaterial) == given


BAD = Expression("x - 0.5", ("x",))


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: JumpDiffusivity(0.0), OutOfRangeError),
        (lambda: JumpDiffusivity(-1e-14), OutOfRangeError),
        (lambda: JumpDiffusivity("1e-14"), InputError),  # type: ignore[arg-type]
        (lambda: JumpDiffusivity(BAD), OutOfRangeError),
        (lambda: JumpDiffusivity(Expression("1e-14*c_e", ("c_e",))), InputError),
        (lambda: TracerDiffusivity(D0, 1.2), OutOfRangeError),
        (lambda: TracerDiffusivity(D0, 0.0), OutOfRangeError),
        (lambda: TracerDiffusivity(D0, Expression("0.5 + x", ("x",))), OutOfRangeError),
        (lambda: TracerDiffusivity(D0, Expression("T/400", ("T",))), InputError),
        (lambda: SiteBlocking(0), OutOfRangeError),
        (lambda: SiteBlocking(30), OutOfRangeError),
        (lambda: GivenAvailability(BAD), OutOfRangeError),
        (lambda: DarkenDiffusivity(D0, Ideal()), InputError),  # type: ignore[arg-type]
        (lambda: DarkenDiffusivity(JumpDiffusivity(D0), "ideal"), InputError),  # type: ignore[arg-type]
        (lambda: darken(LatticeGas, floor=0.1), InputError),
        (lambda: darken(Ideal(), mechanism="vacancy"), InputError),
        (lambda: darken(Ideal(), floor=0.0), OutOfRangeError),
        (lambda: material("1e-14"), InputError),
        (lambda: material(BAD), OutOfRangeError),
        (lambda: ActiveMaterial(0.0, D0, LOGARITHM), OutOfRangeError),
        (lambda: material(D0, 3.4), InputError),
        (lambda: material(D0, Expression("3 - T*x", ("x", "T"))), InputError),
        (lambda: unstable_windows(material(D0), T, between=(0.5, 0.2)), OutOfRangeError),
        (lambda: check_fickian(material(D0), float("nan")), InputError),
    ],
)
def test_bad_input_is_refused(make, error):
    """What is of the wrong type, not positive, or depends on what it may not, is refused when it is made."""
    with pytest.raises(error):
        make()
