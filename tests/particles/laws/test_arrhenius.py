"""Diffusion grows with temperature as stated."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.particles.laws.arrhenius import Arrhenius


def test_known_factors():
    """From 298 K to 328 K 0.3 eV gives a factor 2.911045420, and 37.55419827 kJ/mol a factor 4."""
    assert Arrhenius(0.3 * 96485.33212331, 298.0).factor(328.0) == pytest.approx(2.911045420, rel=1e-9)
    assert Arrhenius(37554.19827, 298.0).factor(328.0) == pytest.approx(4, rel=1e-9)


def test_one_at_the_reference_and_without_energy():
    """The factor is 1 at the reference temperature, and everywhere without activation energy."""
    assert Arrhenius(50e3, 313.15).factor(313.15) == 1
    assert Arrhenius(0).factor(np.array([250.0, 350.0])) == 1
    np.testing.assert_allclose(Arrhenius(30e3).factor(np.array([298.15, 310.0])) > 1, [False, True])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("30e3",), InputError),
        ((True,), InputError),
        ((float("nan"),), InputError),
        ((-1.0,), OutOfRangeError),
        ((3e6,), OutOfRangeError),
        ((3e4, 0.0), OutOfRangeError),
    ],
)
def test_bad_input_is_refused(arguments, error):
    """An energy below 0 or of millions of J/mol, and a reference that is no temperature, are refused."""
    with pytest.raises(error):
        Arrhenius(*arguments)
