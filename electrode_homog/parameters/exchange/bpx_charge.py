"""Stoichiometry limits and state of charge of a set, for a format that knows no initial concentrations.

The limits are where the rested cell meets its cut-offs, at the reference temperature, and the state of charge is where
it begins between them. A cell that begins at its upper cut-off or, by rounding, above gets no state of charge: the
limits themselves are then its initial state, to the last digit.
"""

from dataclasses import dataclass

from electrode_homog.parameters.active_phase import ActiveMaterialValues
from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.electrode import Electrode
from electrode_homog.parameters.exchange.bpx_phase import value_at
from electrode_homog.parameters.exchange.bpx_polygon import Polygon
from electrode_homog.parameters.exchange.bpx_section import BPXFunction
from electrode_homog.parameters.exchange.bpx_window import (
    MARGIN,
    Host,
    Window,
    lithium,
    meeting,
    potential,
    shared,
    window,
)

FULL, NEARLY_FULL = 1 - 1e-9, 0.9
IN_EQUILIBRIUM = 1e-6
"""Stoichiometries of a blend that differ by less are at one potential."""

PYBAMM_STOICHIOMETRY, SEEN_V = 4e-7, 1e-6
"""How well PyBaMM 26.10 solves for a stoichiometry, and from which voltage on that counts."""

STEEP = "where a potential is steep at the empty end and flat at the start, up to 1e-4 V have been seen"

Both = tuple[tuple[Host, ...], tuple[Host, ...]]


@dataclass(frozen=True)
class Charge:
    """(lowest, highest) stoichiometry of each active material; `state` is None where the cell begins full."""

    negative: tuple[tuple[float, float], ...]
    positive: tuple[tuple[float, float], ...]
    state: float | None
    losses: tuple[str, ...]


Potentials = tuple[BPXFunction, ...]


def charge_of(cell: CellParameters, potentials: dict[str, Potentials]) -> Charge:
    """`potentials` are those that are written, of each active material of an electrode, by its side."""
    negative, positive = cell.negative.active_materials, cell.positive.active_materials
    x, y = _start(negative), _start(positive)
    hosts = _hosts(cell.negative, potentials["negative"]), _hosts(cell.positive, potentials["positive"])
    amount = lithium(hosts[0], x)
    total = amount + lithium(hosts[1], y)
    limits = window(*hosts, Window(x, x, y, y), cell.cell.lower_voltage_V, cell.cell.upper_voltage_V)
    if limits is None:
        text = "the rested cell does not reach both cut-offs between x = 0 and 1: it is written as full where it begins"
        return _full(x, y, _emptied(hosts, total, x, cell.cell.lower_voltage_V), (text,))
    empty, full = lithium(hosts[0], limits.negative_empty), lithium(hosts[0], limits.negative_full)
    state = (amount - empty) / (full - empty)
    rested = shared(hosts[0], amount), shared(hosts[1], total - amount)
    moved = max(abs(a - b) for a, b in zip((*x, *y), (*rested[0], *rested[1]), strict=True))
    text = f"the set begins at a state of charge of {state:.6g}"
    if state >= FULL or state <= 0:
        rounded = 0 < state < 1 + 1e-6
        return _full(x, y, limits, () if rounded else (f"{text}: it is written as full where it begins",))
    if moved > IN_EQUILIBRIUM and state > NEARLY_FULL:
        text = f"{text}, with the active materials of a blend at different potentials"
        return _full(x, y, limits, (f"{text}: it is written as full where it begins",))
    losses = _start_losses(hosts, amount, total)
    if moved > IN_EQUILIBRIUM:
        text = f"{text}, with the active materials of a blend at different potentials; BPX lets them begin at one"
        losses = (*losses, f"changes the voltage: {text} (stoichiometries move by up to {moved:.2g})")
    return Charge(
        tuple(zip(limits.negative_empty, limits.negative_full, strict=True)),
        tuple(zip(limits.positive_full, limits.positive_empty, strict=True)),
        state,
        (*losses, f"{text}: PyBaMM finds its concentrations again, to about 1e-6 V for most cells; {STEEP}"),
    )


def _start(phases: tuple[ActiveMaterialValues, ...]) -> tuple[float, ...]:
    return tuple(phase.initial_stoichiometry for phase in phases)


def _hosts(electrode: Electrode, potentials: Potentials) -> tuple[Host, ...]:
    hosts = []
    for phase, law in zip(electrode.active_materials, potentials, strict=True):
        amount = phase.active_fraction * phase.maximum_concentration_mol_m3 * electrode.thickness_m
        low, high = (law.x[0], law.x[-1]) if isinstance(law, Polygon) else (0.0, 1.0)
        hosts.append(Host(amount, lambda x, law=law: float(value_at(law, x)), max(low, MARGIN), min(high, 1 - MARGIN)))
    return tuple(hosts)


def _emptied(hosts: Both, total: float, near: tuple[float, ...], lower_voltage_V: float) -> Window:
    """At the lower cut-off, or as far as the cell can be discharged at all."""
    least = lithium(hosts[0], [host.low for host in hosts[0]])
    most = lithium(hosts[1], [host.high for host in hosts[1]])
    amount = meeting(*hosts, total, near, lower_voltage_V)
    amount = max(least, total - most) if amount is None else amount
    empty = shared(hosts[0], amount), shared(hosts[1], total - amount)
    return Window(empty[0], empty[0], empty[1], empty[1])


def _full(x: tuple[float, ...], y: tuple[float, ...], limits: Window, losses: tuple[str, ...]) -> Charge:
    """The limits of the full cell are where it begins."""
    return Charge(
        tuple((min(low, 0.5 * high), high) for low, high in zip(limits.negative_empty, x, strict=True)),
        tuple((low, max(high, 0.5 * (1 + low))) for low, high in zip(y, limits.positive_empty, strict=True)),
        None,
        losses,
    )


def _start_losses(hosts: Both, amount: float, total: float) -> tuple[str, ...]:
    """Where the voltage is so steep that the state of charge, as PyBaMM finds it again, is not enough."""
    step = PYBAMM_STOICHIOMETRY * sum(host.amount for host in hosts[0])
    near = [potential(hosts[1], total - n) - potential(hosts[0], n) for n in (amount - step, amount + step)]
    moved = abs(near[1] - near[0]) / 2
    if not moved > SEEN_V:
        return ()
    text = f"by up to about {moved:.1g} V at the start in PyBaMM, which finds the state of charge again"
    return (f"changes the voltage: {text}",)
