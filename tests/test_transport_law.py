"""Transport laws against their definitions."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.transport_law import (
    BruggemanLaw,
    FixedEfficiency,
    TortuosityFactor,
    bruggeman_exponent,
    fit_bruggeman,
    tortuosity_factor,
)


def test_hand_over_values():
    """Chen2020's porosities with b = 1.5 give B and tau of the reference table (D-HAND)."""
    law = BruggemanLaw(1.5)
    for eps, B, tau in [(0.25, 0.125, 2), (0.47, 0.322216, 1.458650), (0.335, 0.193895, 1.727737)]:
        assert law(eps) == pytest.approx(B, abs=1e-6)
        assert tortuosity_factor(eps, law(eps)) == pytest.approx(tau, abs=1e-6)
        assert bruggeman_exponent(eps, law(eps)) == pytest.approx(1.5, rel=1e-12)
        assert TortuosityFactor(tortuosity_factor(eps, law(eps)))(eps) == pytest.approx(law(eps), rel=1e-14)


def test_fit_recovers_the_exponent_and_its_error():
    """Exact data give the exponent with no error; scattered data give one that covers it."""
    eps = np.linspace(0.2, 0.6, 9)
    exact = fit_bruggeman(eps, eps**2.1)
    assert exact.exponent == pytest.approx(2.1, rel=1e-12)
    assert exact.exponent_standard_error == pytest.approx(0, abs=1e-12)
    assert exact.porosity_range == (0.2, 0.6)
    noise = np.random.default_rng(0).normal(0, 0.1, 9)
    scattered = fit_bruggeman(eps, eps**2.1 * np.exp(noise))
    assert abs(scattered.exponent - 2.1) < 3 * scattered.exponent_standard_error
    assert np.isnan(fit_bruggeman([0.3], [0.1]).exponent_standard_error)


def test_range_of_validity():
    """A fitted law says which porosities its data covered."""
    law = fit_bruggeman([0.3, 0.4], [0.1, 0.2])
    assert law.covers(0.35)
    assert not law.covers(0.5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: fit_bruggeman([0.3], [0.4]),  # above Voigt
        lambda: fit_bruggeman([0.3, 0.4], [0.1, 0.0]),  # does not percolate
        lambda: fit_bruggeman([1.0], [1.0]),  # any exponent
        lambda: fit_bruggeman([1.3], [0.2]),
        lambda: fit_bruggeman([0.3], [float("nan")]),
        lambda: BruggemanLaw(0.5),
        lambda: BruggemanLaw(1.5, (0.5, 0.2)),
        lambda: BruggemanLaw(1.5)(0.0),
        lambda: TortuosityFactor(0.1),
        lambda: TortuosityFactor(float("nan")),
        lambda: FixedEfficiency(0.0),
        lambda: FixedEfficiency(1.2),
        lambda: FixedEfficiency(0.5)(2.0),
        lambda: bruggeman_exponent(0.5, 0.0),
    ],
)
def test_what_is_not_physical_is_refused(call):
    """B outside (0, porosity], porosities outside (0, 1], tau below 1 are refused."""
    with pytest.raises(OutOfRangeError):
        call()


@pytest.mark.parametrize(
    "call",
    [lambda: fit_bruggeman([], []), lambda: fit_bruggeman([0.3, 0.4], [0.1]), lambda: BruggemanLaw(float("nan"))],
)
def test_what_cannot_be_understood_is_refused(call):
    """Empty or unequal data, and an exponent that is no number, are refused."""
    with pytest.raises(InputError):
        call()


def test_a_standard_error_is_not_negative():
    """A standard error below 0 is refused; NaN says that there is none."""
    with pytest.raises(OutOfRangeError, match="exponent_standard_error = -1"):
        BruggemanLaw(1.5, exponent_standard_error=-1.0)
    assert BruggemanLaw(1.5, exponent_standard_error=float("nan")).exponent == 1.5
