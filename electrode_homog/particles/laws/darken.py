"""A diffusivity with thermodynamics: D_chem = D_J x thermodynamic factor (Darken 1948).

D_J is the jump (self) diffusivity; the tracer diffusivity is D* = f D_J with the correlation factor f. Gradients
of concentration flow with D_chem, gradients of chemical potential with the mobility D_J x/(R T).
"""

import typing
from dataclasses import dataclass

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.expression import Expression, evaluate
from electrode_homog.particles.checking import checked_law, checked_positive
from electrode_homog.particles.laws.arrhenius import Arrhenius
from electrode_homog.particles.laws.mechanism import Interstitial, Mechanism
from electrode_homog.particles.laws.thermodynamics import ThermodynamicFactor

ALWAYS_ROOM, NO_ACTIVATION = Interstitial(), Arrhenius(0.0)


@dataclass(frozen=True)
class JumpDiffusivity:
    """D_J at the reference temperature and with all sites empty, a number or an Expression of x and T [m2/s]."""

    value_m2_s: float | Expression

    def __post_init__(self):
        object.__setattr__(self, "value_m2_s", checked_law("value_m2_s", self.value_m2_s, "1e-14"))


@dataclass(frozen=True)
class TracerDiffusivity:
    """D* at the reference temperature and with all sites empty, and f: D_J = D*/f; inserting D* itself loses f.

    `value_m2_s` [m2/s] is a number or an Expression of x and T, `correlation_factor` a number or an Expression of x,
    in 0 < f <= 1. Vacancies in a full lattice have f = 0.653 (simple cubic), 0.727 (body-centred cubic), 0.781
    (face-centred cubic), 0.560 (triangular layers), 0.5 (diamond) (Compaan and Haven 1956).
    """

    value_m2_s: float | Expression
    correlation_factor: float | Expression

    def __post_init__(self):
        object.__setattr__(self, "value_m2_s", checked_law("value_m2_s", self.value_m2_s, "1e-14"))
        factor = checked_law("correlation_factor", self.correlation_factor, "0.653", variables=("x",))
        largest = np.max(evaluate(factor, x=np.linspace(0, 1, 201)[1:-1]))
        if largest > 1:
            raise OutOfRangeError(f"correlation_factor reaches {largest:g}, not in 0 < f <= 1: jumps back lower D*")
        object.__setattr__(self, "correlation_factor", factor)


@dataclass(frozen=True)
class DarkenDiffusivity:
    """D_chem(x, T) = D_J availability(x) arrhenius(T) Gamma(x, T).

    `floor` > 0 replaces Gamma by (Gamma + sqrt(Gamma**2 + 4 floor**2))/2, which is smooth and positive: `floor` at
    Gamma = 0, Gamma + floor**2/Gamma far above. It is a regularisation, to be reported with the result; None hides
    nothing. Raises InputError for a part of another type, OutOfRangeError for what is not physical.
    """

    diffusivity: JumpDiffusivity | TracerDiffusivity
    thermodynamics: ThermodynamicFactor
    mechanism: Mechanism = ALWAYS_ROOM
    arrhenius: Arrhenius = NO_ACTIVATION
    floor: float | None = None

    def __post_init__(self):
        _check_type("diffusivity", self.diffusivity, JumpDiffusivity | TracerDiffusivity)
        _check_type("thermodynamics", self.thermodynamics, ThermodynamicFactor)
        _check_type("mechanism", self.mechanism, Mechanism)
        _check_type("arrhenius", self.arrhenius, Arrhenius)
        if self.floor is not None:
            floor = checked_positive("floor", self.floor, "0.05, or None for no floor")
            object.__setattr__(self, "floor", floor)


def _check_type(name: str, value: object, kind: typing.Any) -> None:
    kinds = typing.get_args(kind) or (kind,)
    if not isinstance(value, kinds):
        one_of = ", ".join(kind.__name__ for kind in kinds)
        raise InputError(f"{name} = {value!r} must be {'one of ' if len(kinds) > 1 else ''}{one_of}")
