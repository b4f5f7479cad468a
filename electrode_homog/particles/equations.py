"""A particle as ordinary differential equations, written once and used alone and inside the P2D model.

The state of one particle is n numbers, most often stoichiometries at n points. All that a model may do with a
state is + - * / **, numpy's functions, and the three operations of an `Algebra`; so the same equations run on
numpy arrays, where a second axis holds several states, and on the symbols of the P2D model.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from electrode_homog.table import Table

SHELLS_TOLERANCE = 1000.0
"""The `tolerance_scale` of stoichiometries along a radius: with an absolute tolerance of 1e-8, each is right to 1e-5.

Cells with phase boundaries then take half the steps; voltages of every kind of particle move by less than 0.005 mV rms
at 1C and 3C, and lithium is conserved as well.
"""

CLIP = 1e-6
"""Laws are asked for stoichiometries of CLIP to 1 - CLIP only: beyond, they may be singular or mean nothing, and a
solver that tries a step too long must get a number."""


class Algebra(Protocol):
    """What the equations may do with a state besides arithmetic and numpy's functions."""

    def apply(self, matrix: np.ndarray, state: Any) -> Any:
        """The (n, n) matrix times the state of each particle."""
        ...

    def constant(self, values: np.ndarray) -> Any:
        """The same (n,) values for each particle."""
        ...

    def interpolate(self, table: Table, state: Any) -> Any:
        """The table at each entry of the state."""
        ...


class ArrayAlgebra:
    """The algebra of (n,) arrays, or of (n, m) arrays that hold m states."""

    def __init__(self, columns: bool):
        self._columns = columns

    def apply(self, matrix: np.ndarray, state: np.ndarray) -> np.ndarray:
        return matrix @ state

    def constant(self, values: np.ndarray) -> np.ndarray:
        return values[:, None] if self._columns else values

    def interpolate(self, table: Table, state: np.ndarray) -> np.ndarray:
        return table(state)


StateFunction = Callable[[Any, Any, Algebra], Any]
"""(state, T, algebra) -> one value per state."""


@dataclass(frozen=True, eq=False)
class ParticleEquations:
    """d state/dt = drift(state, T, algebra) + influx inlet, for one particle of n states.

    `influx` [m/s] is the mean molar flux into the particle through its surface over the maximum concentration,
    -j/(F c_max) for a current density j that leaves the particle. `mean` and `surface` are the (n,) rows that give
    the mean and the surface stoichiometry; `uniform` (n,) times x is the state of uniform stoichiometry x.
    mean . inlet = surface area / volume = 3 / radius [1/m], and mean . drift = 0 whatever the state: lithium is
    conserved to round-off.

    `places` (p, n) gives the local stoichiometry at p places, `position` (p,) how far out they lie, 0 at the centre to
    1 at the surface, and `place_names` names them where the distance does not (empty otherwise).
    `potential_V(state, T, algebra)` gives the local equilibrium potential at each state where it is not the
    open-circuit potential of the local stoichiometry, and None where it is. A solver may err `tolerance_scale` times
    as much in the states as its absolute tolerance says.
    """

    mean: np.ndarray
    surface: np.ndarray
    uniform: np.ndarray
    inlet: np.ndarray
    places: np.ndarray
    position: np.ndarray
    drift: StateFunction
    potential_V: StateFunction | None = None
    place_names: tuple[str, ...] = ()
    tolerance_scale: float = 1.0

    @property
    def states(self) -> int:
        return self.mean.size
