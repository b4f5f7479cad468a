"""The set as a table of values: sources, uncertainties, temperatures and sizes that cannot be meant."""

from electrode_homog.parameters.cell_parameters import CellParameters
from electrode_homog.parameters.electrode import EFFECTIVE_ALREADY
from electrode_homog.parameters.plausibility.host_curve import initial_potential_V
from electrode_homog.parameters.problem import Problem, contradiction, oddity

LOADING_Ah_m2 = (1.0, 150.0)
"""Nominal capacity per electrode area: 0.1 to 15 mA h/cm2."""

PLACEHOLDERS = {"", "?", "-", "todo", "tbd", "tba", "xxx", "n/a", "na", "none", "unknown", "source", "..."}
"""Of a source: better "assumed", which is true."""

MOST_KELVIN = 80.0
AGREEMENT_V, DISAGREEMENT_V = 0.05, 0.5


def bookkeeping_problems(cell: CellParameters) -> list[Problem]:
    """Of the whole set."""
    return _source_problems(cell) + _uncertainty_problems(cell) + _cell_problems(cell) + _blend_problems(cell)


def _source_problems(cell: CellParameters) -> list[Problem]:
    problems = []
    for path, source in cell.sources.items():
        if source.strip().strip("!?. ").lower() in PLACEHOLDERS:
            text = f"the source {source.strip()!r} says nothing"
            problems.append(oddity(path, text, source.strip(), "", "give a paper and table, or 'assumed'"))
    for side in ("negative", "positive"):
        path = f"{side}.conductivity_S_m"
        electrode = getattr(cell, side)
        if "effective" in cell.sources[path].lower() and electrode.solid_law != EFFECTIVE_ALREADY:
            B = electrode.solid_efficiency
            text = f"the source of conductivity_S_m says effective, but solid_law multiplies it by {B:.3g}"
            remedy = "the structure must not count twice: solid_law = {effective = true}, or a bulk conductivity"
            problems.append(oddity(f"{side}.solid_law", text, B, "1", remedy))
    return problems


def _uncertainty_problems(cell: CellParameters) -> list[Problem]:
    problems = []
    for entry in cell.entries():
        if entry.uncertainty is None or not isinstance(entry.value, float) or entry.value == 0:
            continue
        if entry.uncertainty > abs(entry.value):
            text = f"the standard deviation {entry.uncertainty:g} is above the value {entry.value:g}"
            remedy = "give it in the unit of the value, not in per cent"
            problems.append(oddity(entry.path, text, entry.uncertainty, entry.unit, remedy))
    return problems


def _cell_problems(cell: CellParameters) -> list[Problem]:
    problems, reference = [], cell.cell.reference_temperature_K
    for name in ("initial_temperature_K", "ambient_temperature_K"):
        T = getattr(cell.cell, name)
        if abs(T - reference) > MOST_KELVIN:
            text = f"{name} = {T:g} K is far from reference_temperature_K = {reference:g} K"
            problems.append(oddity(f"cell.{name}", text, T, "K", "check both, in K"))
    loading = cell.cell.nominal_capacity_Ah / cell.cell.electrode_area_m2
    if not LOADING_Ah_m2[0] <= loading <= LOADING_Ah_m2[1]:
        text = f"nominal_capacity_Ah over the electrode area is {loading:.4g} A h/m2 (a tenth of that in mA h/cm2)"
        remedy = "check height, width and electrodes in parallel"
        problems.append(oddity("cell.electrode_width_m", text, loading, "A h/m2", remedy))
    return problems


def _blend_problems(cell: CellParameters) -> list[Problem]:
    """Both active materials of a blend are at one potential when nothing flows."""
    problems = []
    for side in ("negative", "positive"):
        electrode = getattr(cell, side)
        if electrode.secondary is None:
            continue
        first, second = (float(initial_potential_V(phase)) for phase in (electrode, electrode.secondary))
        apart = abs(first - second)
        if apart <= AGREEMENT_V:
            continue
        text = f"at the start one active material is at {first:.4g} V and the second at {second:.4g} V"
        key = f"{side}.secondary.initial_concentration_mol_m3"
        about = (electrode.secondary.initial_concentration_mol_m3, "mol/m3", "give them states in equilibrium")
        problems.append((contradiction if apart > DISAGREEMENT_V else oddity)(key, text, *about))
    return problems
