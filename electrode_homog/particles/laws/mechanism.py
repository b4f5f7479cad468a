"""How the sites that are taken slow the jumps of lithium: D_J = D0 times the share of jumps that find room.

The share is the mobility's own factor and no part of the thermodynamic factor; a lattice gas has both, and they
cancel: D0 (1 - x) / (1 - x) = D0.
"""

from dataclasses import dataclass
from typing import Any, assert_never

from electrode_homog.errors import OutOfRangeError
from electrode_homog.expression import Expression, evaluate
from electrode_homog.particles.checking import checked_law, checked_positive


@dataclass(frozen=True)
class Interstitial:
    """Dilute interstitials, which always find room: D_J = D0, or a D0(x) that holds the dependence already."""


@dataclass(frozen=True)
class Vacancy:
    """A jump needs one empty neighbour: D_J = D0 (1 - x)."""


@dataclass(frozen=True)
class SiteBlocking:
    """A jump needs `empty_sites` empty neighbours at once, such as a divacancy: D_J = D0 (1 - x)**empty_sites."""

    empty_sites: float

    def __post_init__(self):
        number = checked_positive("empty_sites", self.empty_sites, "2")
        if number > 20:
            raise OutOfRangeError(f"empty_sites = {number:g} is not in 0 to 20: no site has so many neighbours")
        object.__setattr__(self, "empty_sites", number)


@dataclass(frozen=True)
class GivenAvailability:
    """D_J = D0 `share`, an Expression of x that is positive for 0 < x < 1, e.g. from a Monte Carlo computation."""

    share: Expression

    def __post_init__(self):
        checked_law("share", self.share, "Expression('(1 - x)*(1 - 0.3*x)', ('x',))", variables=("x",))


Mechanism = Interstitial | Vacancy | SiteBlocking | GivenAvailability


def availability(mechanism: Mechanism, x: Any) -> Any:
    """The share of attempted jumps that find room at stoichiometry x, a number, an array, or a symbol."""
    match mechanism:
        case Interstitial():
            return 1.0
        case Vacancy():
            return 1 - x
        case SiteBlocking(empty_sites):
            return (1 - x) ** empty_sites
        case GivenAvailability(share):
            return evaluate(share, x=x)
    assert_never(mechanism)
