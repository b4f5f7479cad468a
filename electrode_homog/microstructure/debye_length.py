"""How far charge reaches into the electrolyte beside a wall."""

import math

from electrode_homog.errors import OutOfRangeError

_EPSILON_0 = 8.8541878188e-12  # F/m; this and the next three: CODATA 2022
_BOLTZMANN = 1.380649e-23  # J/K
_CHARGE = 1.602176634e-19  # C
_AVOGADRO = 6.02214076e23  # 1/mol


def debye_length_m(
    *, concentration_mol_m3: float, relative_permittivity: float, temperature_K: float = 298.15
) -> float:
    """sqrt(eps0 eps_r k T / (2 e^2 N_A c)) of a salt of two ions of charge 1.

    Electroneutral pore equations need pores much wider. Raises OutOfRangeError for values that are not positive.

    >>> round(1e9 * debye_length_m(concentration_mol_m3=1000, relative_permittivity=78.4), 6)  # water, 1 mol/l
    0.304012
    """
    given = (concentration_mol_m3, relative_permittivity, temperature_K)
    if not all(0 < value < math.inf for value in given):
        raise OutOfRangeError(f"concentration, permittivity and temperature are {given}; each is positive and finite")
    ions = 2 * _CHARGE**2 * _AVOGADRO * concentration_mol_m3
    return math.sqrt(_EPSILON_0 * relative_permittivity * _BOLTZMANN * temperature_K / ions)
