"""The main result in words, and the key figures."""

from electrode_homog.homogenization import EffectiveTensor
from electrode_homog.p2d import CellRun
from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.design_section import best_text
from electrode_homog.report.digits import NARROW_SPACE, change, joined, percent, rounded, written
from electrode_homog.report.discharge_figures import short_protocol
from electrode_homog.report.efficiency import bulk_fraction, bulk_phases, transport_efficiency
from electrode_homog.report.page import Tile
from electrode_homog.report.quantities import quantity
from electrode_homog.report.transport_figures import CLASSIC_EXPONENT
from electrode_homog.report.variants import Variant, comparable, variants
from electrode_homog.transport_law import bruggeman_exponent

_MOST_TILES = 6
_MOST_PHASES = 5  # in a sentence
Pair = tuple[str, Variant, CellRun, Variant, CellRun]


def summary(contents: Contents) -> str:
    """One sentence with numbers on what the report is mainly about."""
    clauses = [*_transport(contents), *_delivery(contents)]
    return _sentence(clauses or _fitted(contents) or _designed(contents) or [_described(contents)])


def more(contents: Contents) -> str:
    """What else was found, in a sentence each; empty where the summary says it all."""
    main = bool(_transport(contents) or _delivery(contents))
    clauses = [*_between(contents)]
    clauses += _fitted(contents) if main else []
    clauses += _designed(contents) if main or contents.fits else []
    return " ".join(_sentence([clause]) for clause in clauses)


def tiles(contents: Contents) -> tuple[Tile, ...]:
    found = [*_transport_tiles(contents), *_delivery_tiles(contents)]
    if not _pore_tensor(contents):
        found = [*_electrode_tiles(contents), *found]
    for fit in contents.fits:
        note = f"{rounded(fit.item.initial_rms_V * 1e3)} mV before"
        found.append(Tile("rms of the fit", rounded(fit.item.rms_V * 1e3), "mV", note))
    return tuple(found[:_MOST_TILES])


def widest_pair(contents: Contents) -> Pair | None:
    """Protocol, base and run where the last variant differs most from the first; None without such a pair."""
    shown = variants(contents.runs)
    if len(shown) < 2:
        return None
    shown = comparable(shown)
    first, last = shown[0], shown[-1]
    pairs = [(run, mine) for run in first.runs if (mine := last.run(run.protocol_text)) and run.capacity_Ah > 0]
    if not pairs:
        return None
    base, mine = max(pairs, key=lambda pair: abs(pair[1].capacity_Ah / pair[0].capacity_Ah - 1))
    return base.protocol_text, first, base, last, mine


def _sentence(clauses: list[str]) -> str:
    text = "; ".join(clauses)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _pore_tensor(contents: Contents) -> Labelled[EffectiveTensor] | None:
    """The first tensor that is a transport efficiency."""
    return next((t for t in contents.tensors if transport_efficiency(t.item) is not None), None)


def _transport(contents: Contents) -> list[str]:
    labelled = _pore_tensor(contents)
    if labelled is None:
        return []
    tensor, B = labelled.item, transport_efficiency(labelled.item)
    assert B is not None
    bulk = bulk_phases(tensor)
    space = "the pore space" if joined(bulk).lower() in ("pore", "pores") else f"“{joined(bulk)}”"
    others = [f"{name} at {written(values[0])}" for name, values in tensor.conductivity.items() if name not in bulk]
    space += f" with {joined(others)}" if others else ""
    if B[0] == 0:
        return [f"{space} {tensor.boundary.obstacle(0)}: the through-thickness B is 0"]
    tau = rounded(bulk_fraction(tensor) / float(B[0]))
    text = f"through-thickness B of {space} is {rounded(float(B[0]))} (tortuosity factor {tau})"
    off = float(B[0]) / bulk_fraction(tensor) ** CLASSIC_EXPONENT - 1
    if abs(off) < 0.005:
        return [f"{text}, as exponent 1.5 would give"]
    amount = f"{rounded(abs(100 * off), 2)}{NARROW_SPACE}%"
    return [f"{text}, {amount} {'lower' if off < 0 else 'higher'} than exponent 1.5 would give"]


def _delivery(contents: Contents) -> list[str]:
    pair = widest_pair(contents)
    if pair is not None:
        protocol, first, base, last, mine = pair
        return [
            f"at {short_protocol(protocol)} the cell delivers {rounded(mine.capacity_Ah)} Ah with “{last.label}” "
            f"instead of {rounded(base.capacity_Ah)} Ah with “{first.label}”"
        ]
    runs = [run.item for run in contents.runs if run.item.capacity_Ah > 0]
    if not runs:
        return []
    run = max(runs, key=lambda run: run.mean_power_W)
    delivered = f"{rounded(run.capacity_Ah)} Ah and {rounded(run.energy_Wh)} Wh"
    return [f"at {short_protocol(run.protocol_text)} the cell delivers {delivered}"]


def _between(contents: Contents) -> list[str]:
    """The last variant against the one before it: often the same fractions with another transport law."""
    pair, shown = widest_pair(contents), variants(contents.runs)
    if pair is None or len(shown := comparable(shown)) < 3:
        return []
    protocol, _, _, last, mine = pair
    step = shown[-2].run(protocol)
    if step is None or step.capacity_Ah == 0:
        return []
    amount = change(mine.capacity_Ah, step.capacity_Ah)
    than = f"{amount[1:]} {'more' if amount.startswith('+') else 'less'} than" if amount[0] in "+−" else "the same as"
    return [f"with “{last.label}” that is {than} with “{shown[-2].label}”"]


def _fitted(contents: Contents) -> list[str]:
    clauses = []
    for labelled in contents.fits:
        fit = labelled.item
        names = joined([quantity(path)[0] for path in fit.values])
        before, after = rounded(fit.initial_rms_V * 1e3), rounded(fit.rms_V * 1e3)
        text = f"fitting {names} lowers the rms voltage difference from {before} to {after} mV"
        bound = joined([quantity(path)[0] for path in fit.at_bound])
        clauses.append(f"{text}, with {bound} on its bound" if bound else text)
    return clauses


def _designed(contents: Contents) -> list[str]:
    found = [best_text(design.item) for design in contents.designs]
    return [f"the best design on the grid has {text}" for text in found if text]


def _described(contents: Contents) -> str:
    fractions = _fractions(contents)
    if fractions:
        named = [f"{percent(share)} {name}" for name, share in list(fractions.items())[:_MOST_PHASES]]
        more = len(fractions) - len(named)
        return f"The image holds {joined([*named, f'{more} more phases'] if more else named)}"
    if contents.laws:
        return f"The transport law has exponent {rounded(contents.laws[0].item.exponent)}"
    if contents.cells:
        return f"The parameter set “{contents.cells[0].label}” with the source of every value"
    if contents.particle_runs:
        run = contents.particle_runs[0].item
        text = f"from a mean stoichiometry of {rounded(float(run.mean[0]))} to {rounded(float(run.mean[-1]))}"
        return f"One particle alone goes {text}"
    return "Effective values of an image"


def _fractions(contents: Contents) -> dict[str, float]:
    """Of the phases in the first image; empty without one."""
    if contents.electrodes:
        return contents.electrodes[0].item.fractions
    surveys = [*(described.item.survey for described in contents.descriptions), *(s.item for s in contents.surveys)]
    return {phase.name: phase.volume_fraction for phase in surveys[0].phases} if surveys else {}


def _electrode_tiles(contents: Contents) -> list[Tile]:
    return [
        Tile(name, rounded(100 * share), "%", "of the volume") for name, share in list(_fractions(contents).items())[:3]
    ]


def _transport_tiles(contents: Contents) -> list[Tile]:
    labelled = _pore_tensor(contents)
    if labelled is None:
        return []
    tensor, B = labelled.item, transport_efficiency(labelled.item)
    assert B is not None
    fraction = bulk_fraction(tensor)
    found = [
        Tile(f"Volume fraction, {joined(bulk_phases(tensor))}", rounded(100 * fraction), "%", "of the whole image")
    ]
    if B[0] == 0:
        return [*found, Tile("Through-thickness B", "0", "", "no current flows")]
    tau = rounded(fraction / float(B[0]))
    classic = f"exponent 1.5 gives {rounded(fraction**CLASSIC_EXPONENT)}"
    found.append(Tile("Through-thickness B", rounded(float(B[0])), "", classic))
    in_plane = " and ".join(rounded(fraction / float(value)) if value > 0 else "∞" for value in B[1:])
    found.append(Tile("Tortuosity factor τ", tau, "", f"in-plane {in_plane}"))
    if fraction < 1 and B[0] <= fraction:
        exponent = rounded(bruggeman_exponent(fraction, float(B[0])))
        found.append(Tile("Bruggeman exponent b", exponent, "", "1.5 is the usual guess"))
    return found


def _delivery_tiles(contents: Contents) -> list[Tile]:
    pair = widest_pair(contents)
    if pair is None:
        return []
    protocol, first, base, _, mine = pair
    name = short_protocol(protocol)
    capacity, energy = f"{rounded(base.capacity_Ah)} Ah: {first.label}", f"{rounded(base.energy_Wh)} Wh: {first.label}"
    return [
        Tile(f"Capacity at {name}", rounded(mine.capacity_Ah), "Ah", capacity),
        Tile(f"Energy at {name}", rounded(mine.energy_Wh), "Wh", energy),
    ]
