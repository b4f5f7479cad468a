"""Models of the activity of lithium in a host: free energy, chemical potential and thermodynamic factor.

x is the stoichiometry, the share of sites that are taken. `free_energy` g is that of mixing, per mole of sites over
R T; `chemical_potential` mu = dg/dx, over R T and relative to the standard one, so that the open-circuit potential is
U = U_standard - (R T/F) mu; `factor` is the thermodynamic factor x d(mu)/dx. Interaction energies do not depend on
temperature: an interaction W given over R T at the reference temperature is W T_reference/T at T.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.particles.checking import checked_number, checked_positive


@dataclass(frozen=True)
class Ideal:
    """A dilute solution, mu = ln x: the thermodynamic factor is 1."""

    def free_energy(self, x: Any, T: Any) -> Any:
        return x * np.log(x) - x

    def chemical_potential(self, x: Any, T: Any) -> Any:
        return np.log(x)

    def factor(self, x: Any, T: Any) -> Any:
        return 1.0 + 0.0 * x


@dataclass(frozen=True)
class LatticeGas:
    """One lithium to a site and no interaction, mu = ln(x/(1 - x)): the thermodynamic factor is 1/(1 - x)."""

    def free_energy(self, x: Any, T: Any) -> Any:
        return x * np.log(x) + (1 - x) * np.log(1 - x)

    def chemical_potential(self, x: Any, T: Any) -> Any:
        return np.log(x / (1 - x))

    def factor(self, x: Any, T: Any) -> Any:
        return 1 / (1 - x)


@dataclass(frozen=True)
class RedlichKister:
    """A lattice gas with the excess energy x(1 - x) sum_k L_k (2x - 1)**k (Redlich and Kister 1948).

    `coefficients` are the L_k over R T at `reference_temperature_K`, L_0 first; L_k R T_reference are the A_k [J/mol]
    of Karthikeyan, Sikha and White (2008), whose open-circuit potential is the one of this model. Raises InputError
    for what is not one to twelve finite numbers.
    """

    coefficients: tuple[float, ...]
    reference_temperature_K: float = 298.15

    def __post_init__(self):
        given = self.coefficients
        if not isinstance(given, tuple | list) or not 1 <= len(given) <= 12:
            raise InputError(f"coefficients = {given!r} must be a tuple of 1 to 12 numbers, e.g. (3.0, -0.5)")
        checked = tuple(checked_number(f"coefficients[{k}]", value, "3.0") for k, value in enumerate(given))
        object.__setattr__(self, "coefficients", checked)
        reference = checked_positive("reference_temperature_K", self.reference_temperature_K, "298.15")
        object.__setattr__(self, "reference_temperature_K", reference)

    def free_energy(self, x: Any, T: Any) -> Any:
        excess = x * (1 - x) * self._polynomial(x, 0)
        return LatticeGas().free_energy(x, T) + self.reference_temperature_K / T * excess

    def chemical_potential(self, x: Any, T: Any) -> Any:
        excess = (1 - 2 * x) * self._polynomial(x, 0) + 2 * x * (1 - x) * self._polynomial(x, 1)
        return LatticeGas().chemical_potential(x, T) + self.reference_temperature_K / T * excess

    def factor(self, x: Any, T: Any) -> Any:
        curvature = (
            4 * x * (1 - x) * self._polynomial(x, 2)
            + 4 * (1 - 2 * x) * self._polynomial(x, 1)
            - 2 * self._polynomial(x, 0)
        )
        return LatticeGas().factor(x, T) + self.reference_temperature_K / T * x * curvature

    def _polynomial(self, x: Any, derivative: int) -> Any:
        """sum L_k u**k, or a derivative by u, at u = 2x - 1, by Horner's rule."""
        derived = np.polynomial.polynomial.polyder(self.coefficients, derivative).tolist()
        result = derived[-1]
        for coefficient in derived[-2::-1]:
            result = result * (2 * x - 1) + coefficient
        return result


@dataclass(frozen=True)
class RegularSolution:
    """mu = ln(x/(1 - x)) + W (1 - 2x) with the interaction W over R T at `reference_temperature_K`.

    The thermodynamic factor is 1/(1 - x) - 2 W x. Above W = 2, that is below T_reference W/2, lithium separates into
    two phases. W R T_reference is the interaction energy in J/mol; W < 0 orders and never separates.
    """

    interaction: float
    reference_temperature_K: float = 298.15

    def __post_init__(self):
        object.__setattr__(self, "interaction", checked_number("interaction", self.interaction, "3.0"))
        reference = checked_positive("reference_temperature_K", self.reference_temperature_K, "298.15")
        object.__setattr__(self, "reference_temperature_K", reference)

    def free_energy(self, x: Any, T: Any) -> Any:
        return LatticeGas().free_energy(x, T) + self._over_RT(T) * x * (1 - x)

    def chemical_potential(self, x: Any, T: Any) -> Any:
        return LatticeGas().chemical_potential(x, T) + self._over_RT(T) * (1 - 2 * x)

    def factor(self, x: Any, T: Any) -> Any:
        return LatticeGas().factor(x, T) - 2 * self._over_RT(T) * x

    def _over_RT(self, T: Any) -> Any:
        return self.interaction * self.reference_temperature_K / T


@dataclass(frozen=True)
class Margules:
    """The two-constant form of Margules (1895): excess energy x(1 - x)[(1 - x) empty + x full], over R T.

    `empty` is the excess chemical potential of lithium in the empty host, and -`full` that in the full one, both over
    R T at `reference_temperature_K`. It is RedlichKister(((empty + full)/2, (full - empty)/2)).
    """

    empty: float
    full: float
    reference_temperature_K: float = 298.15

    def __post_init__(self):
        object.__setattr__(self, "empty", checked_number("empty", self.empty, "2.5"))
        object.__setattr__(self, "full", checked_number("full", self.full, "1.5"))
        reference = checked_positive("reference_temperature_K", self.reference_temperature_K, "298.15")
        object.__setattr__(self, "reference_temperature_K", reference)

    @property
    def redlich_kister(self) -> RedlichKister:
        mean, half_difference = (self.empty + self.full) / 2, (self.full - self.empty) / 2
        return RedlichKister((mean, half_difference), self.reference_temperature_K)

    def free_energy(self, x: Any, T: Any) -> Any:
        return self.redlich_kister.free_energy(x, T)

    def chemical_potential(self, x: Any, T: Any) -> Any:
        return self.redlich_kister.chemical_potential(x, T)

    def factor(self, x: Any, T: Any) -> Any:
        return self.redlich_kister.factor(x, T)
