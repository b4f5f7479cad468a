"""Panel "B against volume fraction": pieces of the image, the law fitted to them, and the law everybody assumes."""

from typing import TypeVar

import numpy as np

from electrode_homog.homogenization import EffectiveTensor, SubvolumeValues
from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.digits import change, joined, rounded, with_error, written
from electrode_homog.report.efficiency import transport_efficiency
from electrode_homog.report.page import Cell, Figure, Panel, Table
from electrode_homog.report.transport_figures import (
    CLASSIC_EXPONENT,
    EfficiencyPoints,
    efficiency_legend,
    efficiency_plot,
)
from electrode_homog.transport_law import BruggemanLaw

_FEW_PIECES = 6
_SAME_FRACTION = 0.05  # pieces and whole image belong together if their mean fraction is this near
T = TypeVar("T", SubvolumeValues, EffectiveTensor, BruggemanLaw)


def porosity_panels(contents: Contents) -> list[Panel]:
    """One panel per set of pieces with the law and the tensor that belong to it; one per law left over."""
    laws = list(contents.laws)
    panels = []
    for number, pieces in enumerate(contents.subvolumes):
        law = _belonging(pieces, laws, lambda law: law.porosity_range == _range(pieces.item))
        if law is not None:
            laws.remove(law)
        tensor = _belonging(pieces, contents.tensors, lambda tensor: _same_phase(tensor, pieces.item))
        panels.append(_panel(pieces.label, pieces.item, law, tensor, f"porosity{number}"))
    for number, law in enumerate(laws, start=len(contents.subvolumes)):
        tensor = next((t for t in contents.tensors if t.label == law.label and t.given), None)
        panels.append(_panel(law.label, None, law, tensor, f"porosity{number}"))
    return panels


def _belonging(pieces: Labelled[SubvolumeValues], candidates: list[Labelled[T]], fits) -> Labelled[T] | None:
    """The one of the same given name, else the first that `fits`."""
    named = [c for c in candidates if c.given and pieces.given and c.label == pieces.label]
    fitting = [c for c in candidates if fits(c.item)]
    return next(iter(named + fitting), None)


def _range(pieces: SubvolumeValues) -> tuple[float, float]:
    fractions = pieces.volume_fractions
    return (float(fractions.min()), float(fractions.max())) if fractions.size else (0.0, 0.0)


def _same_phase(tensor: EffectiveTensor, pieces: SubvolumeValues) -> bool:
    near = pieces.volume_fractions.size > 0 and abs(pieces.volume_fractions.mean() - tensor.volume_fraction) < _SAME_FRACTION
    return bool(near) and transport_efficiency(tensor) is not None


def _panel(
    label: str,
    pieces: SubvolumeValues | None,
    law: Labelled[BruggemanLaw] | None,
    tensor: Labelled[EffectiveTensor] | None,
    name: str,
) -> Panel:
    whole = None
    axis = pieces.axis if pieces is not None else 0
    B = transport_efficiency(tensor.item) if tensor is not None else None
    if tensor is not None and B is not None:
        whole = (tensor.item.volume_fraction, float(B[axis]))
    points = EfficiencyPoints(
        pieces.volume_fractions if pieces is not None else np.array([]),
        pieces.values if pieces is not None else np.array([]),
        whole,
        law.item if law is not None else None,
    )
    along = "through the thickness" if axis == 0 else f"along {'xyz'[axis]}"
    shows = f"How the transport efficiency {along} follows the volume fraction, and what exponent 1.5 would have assumed."
    if pieces is not None:
        n = " × ".join(map(str, pieces.divisions))
        caption = f"Transport efficiency {along}: the image cut into {n} pieces that share no voxel."
    else:
        caption = "Transport efficiency by the law."
    figure = Figure(caption, (efficiency_plot(points, name),), efficiency_legend(points))
    blocks = (figure, _table(points)) if points.law is not None or points.whole is not None else (figure,)
    title = f"B against volume fraction, {label}"
    return Panel(title, shows, blocks, tuple(_cautions(points, pieces)))


def _table(points: EfficiencyPoints) -> Table:
    rows = []
    if points.law is not None:
        error = points.law.exponent_standard_error
        exponent = f"b = {with_error(points.law.exponent, error)}" if np.isfinite(error) else f"b = {written(points.law.exponent)}"
        low, high = points.law.porosity_range
        rows.append(("Law", exponent, f"{written(round(low, 4))} to {written(round(high, 4))}", "", ""))
    if points.whole is not None:
        fraction, B = points.whole
        classic = fraction**CLASSIC_EXPONENT
        rows.append(("Whole image", f"B = {rounded(B)}", rounded(fraction), rounded(classic), change(B, classic)))
        if points.law is not None:
            by_law = points.law(fraction)
            rows.append(("Law at that fraction", f"B = {rounded(by_law)}", rounded(fraction), rounded(classic), change(by_law, classic)))
    head = ("", "Value", "Volume fraction", "ε^1.5", "Difference to ε^1.5")
    return Table("The law and the whole image.", head, tuple(tuple(map(Cell, row)) for row in rows), numeric=(1, 2, 3, 4))


def _cautions(points: EfficiencyPoints, pieces: SubvolumeValues | None) -> list[str]:
    found = []
    law = points.law
    if pieces is not None:
        found += _piece_cautions(pieces)
    if law is not None and law.porosity_range == (0.0, 1.0):
        found.append("The law does not say in which range of volume fractions it was measured.")
    elif law is not None:
        low, high = law.porosity_range
        found.append(
            f"Supported by data from {written(round(low, 4))} to {written(round(high, 4))} only. Another porosity by more or "
            "less calendering changes the structure too, which the exponent does not know."
        )
    if law is not None and points.whole is not None:
        B, by_law = points.whole[1], law(points.whole[0])
        if B > 0 and abs(by_law / B - 1) > 0.05:
            found.append(
                f"At the volume fraction of the whole image the law is {change(by_law, B)} off the whole image itself: "
                "insulated cuts between the pieces lower their B, or the pieces differ in more than porosity."
            )
    return found


def _piece_cautions(pieces: SubvolumeValues) -> list[str]:
    found = []
    values, fractions = pieces.values, pieces.volume_fractions
    if pieces.blocked:
        total = pieces.blocked + values.size
        found.append(
            f"{pieces.blocked} of {total} pieces do not connect their faces. Their value is 0 and they are left out, so the "
            "fit is biased upwards."
        )
    if values.size and np.any(values > fractions * (1 + 1e-9)):
        found.append("Values above the volume fraction are not transport efficiencies: the bulk conductivity was not 1.")
    if 0 < values.size < _FEW_PIECES:
        found.append(f"{values.size} pieces are few; the standard error of the exponent is itself uncertain.")
    if values.size > 1:
        spread = float(values.std(ddof=1) / values.mean())
        wide = joined([f"{rounded(100 * spread, 2)} %"])
        found.append(
            f"B of the pieces scatters by {wide} (standard deviation). Small pieces scatter more than the whole electrode and "
            "carry a bias from their cut sides."
        )
    return found
