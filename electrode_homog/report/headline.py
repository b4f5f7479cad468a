"""The main result in words, and the key figures."""

from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.homogenization import EffectiveTensor
from electrode_homog.report.design_section import best_text
from electrode_homog.report.digits import NARROW_SPACE, change, joined, percent, rounded
from electrode_homog.report.discharge_figures import short_protocol
from electrode_homog.report.efficiency import transport_efficiency
from electrode_homog.report.page import Tile
from electrode_homog.report.transport_figures import CLASSIC_EXPONENT
from electrode_homog.report.variants import Variant, variants
from electrode_homog.p2d import CellRun
from electrode_homog.transport_law import bruggeman_exponent, tortuosity_factor

_MOST_TILES = 6
Pair = tuple[str, Variant, CellRun, Variant, CellRun]


def summary(contents: Contents) -> str:
    """One to three sentences with numbers; what is known decides which."""
    sentences = [*_transport(contents), *_delivery(contents), *_fitted(contents), *_designed(contents)]
    return " ".join(sentences) or _described(contents)


def tiles(contents: Contents) -> tuple[Tile, ...]:
    found = [*_electrode_tiles(contents), *_transport_tiles(contents), *_delivery_tiles(contents)]
    for fit in contents.fits:
        note = f"{rounded(fit.item.initial_rms_V * 1e3)} mV before"
        found.append(Tile("rms of the fit", rounded(fit.item.rms_V * 1e3), "mV", note))
    return tuple(found[:_MOST_TILES])


def widest_pair(contents: Contents) -> Pair | None:
    """Protocol, base and run where the last variant differs most from the first; None without such a pair."""
    shown = variants(contents.runs)
    if len(shown) < 2:
        return None
    first, last = shown[0], shown[-1]
    pairs = [(run, mine) for run in first.runs if (mine := last.run(run.protocol_text)) and run.capacity_Ah > 0]
    if not pairs:
        return None
    base, mine = max(pairs, key=lambda pair: abs(pair[1].capacity_Ah / pair[0].capacity_Ah - 1))
    return base.protocol_text, first, base, last, mine


def _pore_tensor(contents: Contents) -> Labelled[EffectiveTensor] | None:
    """The first tensor that is a transport efficiency."""
    return next((t for t in contents.tensors if transport_efficiency(t.item) is not None), None)


def _transport(contents: Contents) -> list[str]:
    labelled = _pore_tensor(contents)
    if labelled is None:
        return []
    tensor = labelled.item
    phase = next(iter(tensor.conductivity))
    B = transport_efficiency(tensor)
    assert B is not None
    if B[0] == 0:
        return [f"The phase “{phase}” does not connect the two faces of the image: nothing conducts through the thickness."]
    tau = tortuosity_factor(tensor.volume_fraction, float(B[0]))
    text = f"Through-thickness B of the phase “{phase}” is {rounded(float(B[0]))} (tortuosity factor {rounded(tau)})"
    classic = tensor.volume_fraction**CLASSIC_EXPONENT
    off = float(B[0]) / classic - 1
    word = "lower" if off < 0 else "higher"
    amount = f"{rounded(abs(100 * off), 2)}{NARROW_SPACE}%"
    return [f"{text}, {amount} {word} than exponent 1.5 would give." if abs(off) >= 0.005 else f"{text}, as exponent 1.5 would give."]


def _delivery(contents: Contents) -> list[str]:
    pair = widest_pair(contents)
    if pair is None:
        runs = [run.item for run in contents.runs if run.item.capacity_Ah > 0]
        if not runs:
            return []
        run = max(runs, key=lambda run: run.mean_power_W)
        return [f"At {short_protocol(run.protocol_text)} the cell delivers {rounded(run.capacity_Ah)} Ah, {rounded(run.energy_Wh)} Wh."]
    protocol, first, base, last, mine = pair
    text = (
        f"At {short_protocol(protocol)} the cell delivers {rounded(mine.capacity_Ah)} Ah with “{last.label}” instead of "
        f"{rounded(base.capacity_Ah)} Ah with “{first.label}” ({change(mine.capacity_Ah, base.capacity_Ah)})."
    )
    between = variants(contents.runs)[-2]
    step = between.run(protocol)
    if between is first or between.label == first.label or step is None or step.capacity_Ah == 0:
        return [text]
    return [text, f"Against “{between.label}” the difference is {change(mine.capacity_Ah, step.capacity_Ah)}."]


def _fitted(contents: Contents) -> list[str]:
    sentences = []
    for labelled in contents.fits:
        fit = labelled.item
        text = (
            f"Fitting {joined(list(fit.values))} lowers the rms voltage difference from {rounded(fit.initial_rms_V * 1e3)} to "
            f"{rounded(fit.rms_V * 1e3)} mV"
        )
        sentences.append(f"{text}; {joined(list(fit.at_bound))} ended on a bound." if fit.at_bound else f"{text}.")
    return sentences


def _designed(contents: Contents) -> list[str]:
    found = [(design, best_text(design.item)) for design in contents.designs]
    return [f"The best design of “{design.label}” has {text}." for design, text in found if text]


def _described(contents: Contents) -> str:
    if contents.electrodes:
        electrode = contents.electrodes[0].item
        shares = joined([f"{percent(share)} {name}" for name, share in electrode.fractions.items()])
        return f"The image holds {shares}."
    if contents.descriptions:
        shares = joined([f"{percent(phase.volume_fraction)} {phase.name}" for phase in contents.descriptions[0].item.phases])
        return f"The image holds {shares}."
    if contents.laws:
        return f"The transport law has exponent {rounded(contents.laws[0].item.exponent)}."
    if contents.cells:
        return f"The parameter set “{contents.cells[0].label}” with the source of every value."
    return "Effective values of an image."


def _electrode_tiles(contents: Contents) -> list[Tile]:
    if not contents.electrodes:
        return []
    electrode = contents.electrodes[0].item
    name, share = next(iter(electrode.fractions.items()))
    return [Tile(f"Volume fraction, {name}", rounded(100 * share), "%", "of the whole image")]


def _transport_tiles(contents: Contents) -> list[Tile]:
    labelled = _pore_tensor(contents)
    if labelled is None:
        return []
    tensor, B = labelled.item, transport_efficiency(labelled.item)
    assert B is not None
    if B[0] == 0:
        return [Tile("Through-thickness B", "0", "", "nothing connects the faces")]
    fraction = tensor.volume_fraction
    tau = rounded(tortuosity_factor(fraction, float(B[0])))
    found = [
        Tile("Through-thickness B", rounded(float(B[0])), "", f"exponent 1.5 gives {rounded(fraction**CLASSIC_EXPONENT)}"),
        Tile("Tortuosity factor τ", tau, "", "volume fraction over B"),
    ]
    if fraction < 1:
        note = f"y {rounded(float(B[1] / B[0]))}, z {rounded(float(B[2] / B[0]))} times B of x"
        found.append(Tile("Bruggeman exponent", rounded(bruggeman_exponent(fraction, float(B[0]))), "", note))
    return found


def _delivery_tiles(contents: Contents) -> list[Tile]:
    pair = widest_pair(contents)
    if pair is None:
        return []
    protocol, first, base, last, mine = pair
    capacity = f"{rounded(base.capacity_Ah)} Ah: {first.label}"
    energy = f"{change(mine.energy_Wh, base.energy_Wh)} against {first.label}"
    name = short_protocol(protocol)
    return [
        Tile(f"Capacity at {name}", rounded(mine.capacity_Ah), "Ah", capacity),
        Tile(f"Energy at {name}", rounded(mine.energy_Wh), "Wh", energy),
    ]
