"""How the two electrodes fit each other: state at the start, window of voltage, capacities.

In equilibrium, with the lithium of the initial state: discharged by d, the positive electrode has d more and the
negative one d less, and the open-circuit voltage is the difference of their potentials.
"""

from dataclasses import dataclass

import numpy as np

from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.plausibility.host_curve import HostCurve, host_curve
from electrode_homog.parameters.problem import Problem, contradiction, oddity

SLIGHTLY_OUTSIDE_V, FAR_OUTSIDE_V = 0.02, 0.1
"""Of the voltage window, at the start: rounding of published concentrations; a state that the cell never has."""

USUAL_RATIO, LARGEST_RATIO = 2.0, 3.0
"""Of capacities that should be alike, negative to positive and usable to nominal; PyBaMM's sets stay within."""

LARGEST_NEGATIVE_V = 2.5
"""Typical potential of a negative electrode; lithium titanate has 1.55 V, all others less."""

CONSTANT_V = 0.02
"""Range of the potential of a reservoir, such as lithium metal, of which there may be any amount."""

POINTS = 4001


@dataclass(frozen=True)
class Balance:
    """What follows from the equilibrium of the two electrodes; NaN where the potentials do not tell.

    Charged and discharged are the cut-offs, or where an electrode is empty or full before; `usable_capacity_Ah` passes
    between them. Stoichiometries are of all active material of an electrode together.
    """

    negative_capacity_Ah: float
    positive_capacity_Ah: float
    initial_voltage_V: float
    usable_capacity_Ah: float
    charged_voltage_V: float
    discharged_voltage_V: float
    negative_charged: float
    negative_discharged: float
    positive_charged: float
    positive_discharged: float

    def one_c_A(self, nominal_Ah: float) -> float:
        """Current of 1C: of the nominal capacity, or of the usable one where the electrodes belie the nominal one."""
        smaller = min(self.negative_capacity_Ah, self.positive_capacity_Ah)
        belied = self.usable_capacity_Ah > 0 and not _may_be_alike(smaller / nominal_Ah)
        return self.usable_capacity_Ah if belied else nominal_Ah

    @property
    def capacity_ratio(self) -> float:
        """Negative to positive, from empty to full (N/P)."""
        return self.negative_capacity_Ah / self.positive_capacity_Ah

    def window(self, which: str) -> tuple[float, float]:
        """Lowest and highest stoichiometry of an electrode between the cut-offs; 0.05 and 0.95 where not known."""
        ends = sorted((getattr(self, f"{which}_charged"), getattr(self, f"{which}_discharged")))
        return (ends[0], ends[1]) if np.all(np.isfinite(ends)) else (0.05, 0.95)


def _may_be_alike(ratio: float) -> bool:
    return 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO


def balance(cell: CellParameters) -> Balance:
    """Of the cell as it is; nothing is solved, the curves are searched."""
    n, p = host_curve(cell, "negative"), host_curve(cell, "positive")
    d, voltage = _equilibrium(n, p)
    initial = float(p.at(p.initial_charge_Ah) - n.at(n.initial_charge_Ah))
    nan = float("nan")
    if d.size < 2:
        ends = (nan,) * 6
        return Balance(n.capacity_Ah, p.capacity_Ah, initial, nan, *ends)
    start = int(np.argmin(np.abs(d)))
    above = np.flatnonzero(voltage[: start + 1] >= cell.cell.upper_voltage_V)
    below = np.flatnonzero(voltage[start:] <= cell.cell.lower_voltage_V)
    first = int(above[-1]) if above.size else 0
    last = start + int(below[0]) if below.size else d.size - 1
    return Balance(
        n.capacity_Ah,
        p.capacity_Ah,
        initial,
        float(d[last] - d[first]),
        float(voltage[first]),
        float(voltage[last]),
        n.stoichiometry(n.initial_charge_Ah - d[first]),
        n.stoichiometry(n.initial_charge_Ah - d[last]),
        p.stoichiometry(p.initial_charge_Ah + d[first]),
        p.stoichiometry(p.initial_charge_Ah + d[last]),
    )


def _equilibrium(n: HostCurve, p: HostCurve) -> tuple[np.ndarray, np.ndarray]:
    """Charge drawn since the start [A h], and the voltage, (m,) each; empty where the start itself is not known."""
    if n.charge_Ah.size < 2 or p.charge_Ah.size < 2:
        return np.empty(0), np.empty(0)
    low = max(p.charge_Ah[0] - p.initial_charge_Ah, n.initial_charge_Ah - n.charge_Ah[-1])
    high = min(p.charge_Ah[-1] - p.initial_charge_Ah, n.initial_charge_Ah - n.charge_Ah[0])
    if not low < high:
        return np.empty(0), np.empty(0)
    d = np.union1d(np.linspace(low, high, POINTS), np.clip(0.0, low, high))
    return d, p.at(p.initial_charge_Ah + d) - n.at(n.initial_charge_Ah - d)


def balance_problems(cell: CellParameters, found: Balance) -> list[Problem]:
    """What is wrong between the electrodes."""
    return _voltage_problems(cell, found) or _window_problems(cell, found) + _capacity_problems(cell, found)


def _voltage_problems(cell: CellParameters, found: Balance) -> list[Problem]:
    voltage, low, high = found.initial_voltage_V, cell.cell.lower_voltage_V, cell.cell.upper_voltage_V
    key = "positive.open_circuit_potential_V"
    if not np.isfinite(voltage):
        text = "the open-circuit voltage of the initial state is not finite"
        return [contradiction(key, text, voltage, "V", "check both potentials at the initial stoichiometries")]
    outside = max(low - voltage, voltage - high)
    text = f"the open-circuit voltage of the initial state is {voltage:.4g} V"
    if outside > FAR_OUTSIDE_V and low <= -voltage <= high:
        remedy = "are the electrodes exchanged? the negative one is the one of low potential"
        return [contradiction(key, f"{text}: the positive potential is below the negative one", voltage, "V", remedy)]
    text = f"{text}, outside the cut-offs {low:g} and {high:g} V"
    if outside > FAR_OUTSIDE_V and (at_fault := _potential_at_fault(cell)):
        culprit, remedy = at_fault
        return [contradiction(culprit, text, voltage, "V", remedy)]
    states = ", ".join(f"{getattr(cell, side).initial_stoichiometry:.4g} {side}" for side in ("negative", "positive"))
    remedy = f"check the initial concentrations (stoichiometries {states}), the potentials and the cut-offs"
    if outside > FAR_OUTSIDE_V:
        return [contradiction("positive.initial_concentration_mol_m3", text, voltage, "V", remedy)]
    if outside > SLIGHTLY_OUTSIDE_V:
        return [oddity("positive.initial_concentration_mol_m3", text, voltage, "V", remedy)]
    return []


def _potential_at_fault(cell: CellParameters) -> tuple[str, str] | None:
    """Key and remedy, where no stoichiometries at all could bring the voltage between the cut-offs."""
    n, p = (host_curve(cell, side).potential_V for side in ("negative", "positive"))
    typical = float(np.median(n))
    if typical > LARGEST_NEGATIVE_V:
        remedy = (
            f"the potential of the negative electrode is typically {typical:.4g} V: is it that of the positive one?"
        )
        return "negative.open_circuit_potential_V", remedy
    largest = float(np.quantile(p, 0.98) - np.quantile(n, 0.02))
    if largest < cell.cell.lower_voltage_V:
        remedy = (
            f"at no stoichiometry does it exceed {largest:.3g} V: is the positive potential that of another electrode?"
        )
        return "positive.open_circuit_potential_V", remedy
    return None


def _window_problems(cell: CellParameters, found: Balance) -> list[Problem]:
    """An electrode that is full or empty before the voltage reaches its cut-off."""
    problems = []
    upper, lower = cell.cell.upper_voltage_V, cell.cell.lower_voltage_V
    text = "an electrode is {} at an open-circuit voltage of {:.4g} V, before the cut-off of {:g} V"
    remedy = "check the cut-off, both capacities and the initial concentrations"
    if found.charged_voltage_V < upper - FAR_OUTSIDE_V:
        said = text.format("full or empty", found.charged_voltage_V, upper)
        problems.append(oddity("cell.upper_voltage_V", said, upper, "V", remedy))
    if found.discharged_voltage_V > lower + FAR_OUTSIDE_V:
        said = text.format("full or empty", found.discharged_voltage_V, lower)
        problems.append(oddity("cell.lower_voltage_V", said, lower, "V", remedy))
    return problems


def _capacity_problems(cell: CellParameters, found: Balance) -> list[Problem]:
    problems = []
    ratio = found.capacity_ratio
    text = f"the negative electrode holds {found.negative_capacity_Ah:.4g} A h from empty to full, the positive one"
    text = f"{text} {found.positive_capacity_Ah:.4g} A h: N/P = {ratio:.3g}"
    remedy = "check thickness, active fraction and maximum concentration of both"
    smaller = "negative" if ratio < 1 else "positive"
    metal = float(np.ptp(host_curve(cell, "negative").potential_V)) < CONSTANT_V
    if not 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO and not (metal and ratio > 1):
        problems.append(contradiction(f"{smaller}.maximum_concentration_mol_m3", text, ratio, "1", remedy))
    elif not 1 / USUAL_RATIO <= ratio <= USUAL_RATIO:
        problems.append(oddity(f"{smaller}.maximum_concentration_mol_m3", text, ratio, "1", remedy))
    nominal, usable = cell.cell.nominal_capacity_Ah, found.usable_capacity_Ah
    share = usable / nominal
    text = f"nominal_capacity_Ah = {nominal:g} A h, but {usable:.4g} A h pass between the cut-offs in equilibrium"
    key, value, unit = "cell.nominal_capacity_Ah", nominal, "A h"
    remedy = "check the area (height x width x electrodes in parallel) and the nominal capacity"
    if share < 1 < min(found.negative_capacity_Ah, found.positive_capacity_Ah) / nominal:
        key, value, unit = _emptiest(cell)
        remedy = "both electrodes could hold more: check the lithium in them at the start"
    if 1 / LARGEST_RATIO <= share * 1000 <= LARGEST_RATIO:
        remedy = f"mA h? then write {nominal / 1000:g}"
    if not _may_be_alike(share):
        problems.append(contradiction(key, text, value, unit, remedy))
    elif not 0.7 <= share <= 1.5:
        problems.append(oddity(key, text, value, unit, remedy))
    return problems


def _emptiest(cell: CellParameters) -> tuple[str, float, str]:
    """The initial concentration of the electrode that is nearest to empty or full: key, value, unit."""
    sides = {side: getattr(cell, side) for side in ("negative", "positive")}
    side = min(sides, key=lambda side: min(sides[side].initial_stoichiometry, 1 - sides[side].initial_stoichiometry))
    return f"{side}.initial_concentration_mol_m3", sides[side].initial_concentration_mol_m3, "mol/m3"
