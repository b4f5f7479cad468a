"""Charge and discharge limits of a cell: where its open-circuit voltage meets the cut-offs.

Lithium moves between the electrodes and none is lost. The active materials of a blend are at one potential. An
electrode's amounts are per electrode area [mol/m2]; potentials are those at the reference temperature.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MARGIN = 1e-7
"""Stoichiometries stay so far from 0 and 1, where formulas may have no value."""

SCAN = np.linspace(0, 1, 25)[1:]
"""Shares of the way to the end at which a crossing is looked for."""

STEPS = 200
"""At most; Brent's method keeps to the bracket and ends at the last bit."""


@dataclass(frozen=True)
class Host:
    """One active material: `amount` is its lithium when full [mol/m2]; `potential` is a function of x [V].

    `ends` are the potentials at `low` and `high`.
    """

    amount: float
    potential: Callable[[float], float]
    low: float = MARGIN
    high: float = 1 - MARGIN
    ends: tuple[float, float] = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "ends", (float(self.potential(self.low)), float(self.potential(self.high))))


Hosts = Sequence[Host]


def lithium(hosts: Hosts, x: Sequence[float]) -> float:
    """[mol/m2]"""
    return sum(host.amount * value for host, value in zip(hosts, x, strict=True))


def shared(hosts: Hosts, total: float) -> tuple[float, ...]:
    """The stoichiometries of materials at one potential that hold `total` [mol/m2] together."""
    if len(hosts) == 1:
        return (total / hosts[0].amount,)
    top, bottom = max(host.ends[0] for host in hosts), min(host.ends[1] for host in hosts)

    def excess(U: float) -> float:
        return lithium(hosts, [_filled(host, U) for host in hosts]) - total

    U = _root(excess, bottom, top)
    return tuple(_filled(host, U) for host in hosts)


def potential(hosts: Hosts, total: float) -> float:
    """Of an electrode that holds `total` [mol/m2]."""
    return float(hosts[0].potential(shared(hosts, total)[0]))


@dataclass(frozen=True)
class Window:
    """Stoichiometries of all active materials at the lower and the upper cut-off."""

    negative_empty: tuple[float, ...]
    negative_full: tuple[float, ...]
    positive_empty: tuple[float, ...]
    positive_full: tuple[float, ...]


def window(
    negative: Hosts, positive: Hosts, near: Window, lower_voltage_V: float, upper_voltage_V: float
) -> Window | None:
    """Where the cell that is full, or empty, at `near` meets its cut-offs; None where it does not inside 0 < x < 1."""
    total = lithium(negative, near.negative_full) + lithium(positive, near.positive_full)
    empty = meeting(negative, positive, total, near.negative_empty, lower_voltage_V)
    full = meeting(negative, positive, total, near.negative_full, upper_voltage_V)
    if empty is None or full is None or not empty < full:
        return None
    return Window(
        shared(negative, empty), shared(negative, full), shared(positive, total - empty), shared(positive, total - full)
    )


def meeting(negative: Hosts, positive: Hosts, total: float, near: tuple[float, ...], voltage_V: float) -> float | None:
    """The lithium in the negative electrode at an open-circuit voltage of the cell, None where it has none such.

    Of several, as formulas have outside the range that they were fitted in, the one nearest to the stoichiometries
    `near` counts.
    """
    low = max(_least(negative), total - _most(positive))
    high = min(_most(negative), total - _least(positive))

    def above(amount: float) -> float:
        return potential(positive, total - amount) - potential(negative, amount) - voltage_V

    return _nearest_crossing(above, min(max(lithium(negative, near), low), high), low, high)


def _nearest_crossing(above: Callable[[float], float], begin: float, low: float, high: float) -> float | None:
    """Where a rising function passes 0, upwards of `begin` where it is below 0 there, else downwards."""
    value = above(begin)
    if value == 0 or not np.isfinite(value):
        return begin if value == 0 else None
    end = high if value < 0 else low
    last = begin
    for share in SCAN:
        amount = begin + share * (end - begin)
        now = above(amount)
        if np.isfinite(now) and np.sign(now) != np.sign(value):
            return _root(above, min(last, amount), max(last, amount))
        last = amount
    return None


def _filled(host: Host, U: float) -> float:
    """x at which the falling potential of one material is U."""
    if host.ends[0] <= U:
        return host.low
    if host.ends[1] >= U:
        return host.high
    return _root(lambda x: U - host.potential(x), host.low, host.high)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Of a function that changes its sign; else the end that is nearer to 0."""
    from scipy.optimize import brentq

    below, above = function(low), function(high)
    if np.sign(below) == np.sign(above):
        return low if abs(below) <= abs(above) else high
    tight: Any = {"xtol": 4e-16 * max(abs(low), abs(high)), "rtol": 8.9e-16, "maxiter": STEPS}
    root: Any = brentq(function, low, high, **tight)
    return float(root)


def _least(hosts: Hosts) -> float:
    return lithium(hosts, [host.low for host in hosts])


def _most(hosts: Hosts) -> float:
    return lithium(hosts, [host.high for host in hosts])
