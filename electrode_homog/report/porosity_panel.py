"""Panel "B against volume fraction": pieces of the image, the law fitted to them, and the law everybody assumes."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from electrode_homog.homogenization import EffectiveTensor, SubvolumeValues
from electrode_homog.report.contents import Contents, Labelled
from electrode_homog.report.digits import change, percent, rounded, with_error, written
from electrode_homog.report.efficiency import bulk_fraction, bulk_phases, transport_efficiency
from electrode_homog.report.page import Beside, Cell, Figure, Panel, Table
from electrode_homog.report.transport_figures import (
    CLASSIC_EXPONENT,
    EfficiencyPoints,
    efficiency_legend,
    efficiency_plot,
)
from electrode_homog.transport_law import BruggemanLaw

_FEW_PIECES = 6
_SAME_FRACTION = 0.05  # pieces and whole image belong together if their mean fraction is this near
_OFF = 0.05  # difference between law and whole image that is worth a word
T = TypeVar("T")


def porosity_panels(contents: Contents) -> list[Panel]:
    """One panel per set of pieces with the law and the tensor that belong to it; one per law left over."""
    laws = list(contents.laws)
    panels = []
    for number, pieces in enumerate(contents.subvolumes):
        law = _belonging(pieces, laws, lambda law, pieces=pieces.item: law.porosity_range == _range(pieces))
        laws = [other for other in laws if other is not law]
        tensor = _belonging(pieces, contents.tensors, lambda tensor, pieces=pieces.item: _same_phase(tensor, pieces))
        panels.append(_panel(pieces.label, pieces.item, law, tensor, f"porosity{number}"))
    for number, law in enumerate(laws, start=len(contents.subvolumes)):
        tensor = next((t for t in contents.tensors if t.label == law.label and t.given), None)
        panels.append(_panel(law.label, None, law, tensor, f"porosity{number}"))
    return panels


def _belonging(
    pieces: Labelled[SubvolumeValues], candidates: list[Labelled[T]], fits: Callable[[T], bool]
) -> Labelled[T] | None:
    """The one of the same given name, else the first that `fits`."""
    named = [c for c in candidates if c.given and pieces.given and c.label == pieces.label]
    return next(iter(named or [c for c in candidates if fits(c.item)]), None)


def _range(pieces: SubvolumeValues) -> tuple[float, float]:
    fractions = pieces.volume_fractions
    return (float(fractions.min()), float(fractions.max())) if fractions.size else (0.0, 0.0)


def _same_phase(tensor: EffectiveTensor, pieces: SubvolumeValues) -> bool:
    if pieces.volume_fractions.size == 0 or transport_efficiency(tensor) is None:
        return False
    return bool(abs(pieces.volume_fractions.mean() - tensor.volume_fraction) < _SAME_FRACTION)


def _fractions(pieces: SubvolumeValues, tensor: Labelled[EffectiveTensor] | None) -> np.ndarray:
    """(n,) of the phases that conduct as the bulk does, as in a law: a binder that conducts a little is no pore."""
    bulk = bulk_phases(tensor.item) if tensor is not None else []
    return pieces.fractions_of(*bulk) if bulk else pieces.volume_fractions


def _panel(
    label: str,
    pieces: SubvolumeValues | None,
    law: Labelled[BruggemanLaw] | None,
    tensor: Labelled[EffectiveTensor] | None,
    name: str,
) -> Panel:
    axis = pieces.axis if pieces is not None else 0
    B = transport_efficiency(tensor.item) if tensor is not None else None
    points = EfficiencyPoints(
        fractions=_fractions(pieces, tensor) if pieces is not None else np.array([]),
        efficiencies=pieces.values if pieces is not None else np.array([]),
        whole=(bulk_fraction(tensor.item), float(B[axis])) if tensor is not None and B is not None else None,
        law=law.item if law is not None else None,
    )
    along = "through the thickness" if axis == 0 else f"along {'xyz'[axis]}"
    shows = f"How the transport efficiency {along} follows the volume fraction, and what exponent 1.5 would assume."
    caption = _caption(points, pieces, along)
    figure = Figure(caption, (efficiency_plot(points, name),), efficiency_legend(points))
    rows = _rows(points)
    blocks = (
        (
            Beside(
                (
                    figure,
                    Table("Law and whole image." if points.whole else "The law.", ("", "Value"), rows, numeric=(1,)),
                )
            ),
        )
        if rows
        else (figure,)
    )
    return Panel(f"B against volume fraction, {label}", shows, blocks, tuple(_cautions(points, pieces)))


def _caption(points: EfficiencyPoints, pieces: SubvolumeValues | None, along: str) -> str:
    caption = "Transport efficiency by the law."
    if pieces is not None:
        n = " × ".join(map(str, pieces.divisions))
        caption = f"Transport efficiency {along}: the image cut into {n} pieces that share no voxel."
    if points.law is not None and points.law.porosity_range != (0.0, 1.0):
        caption += " The line of the law is thick where data support it"
        caption += "; the band is two standard errors of b." if np.isfinite(points.law.exponent_standard_error) else "."
    return caption


def _rows(points: EfficiencyPoints) -> tuple[tuple[Cell, ...], ...]:
    rows = []
    law = points.law
    if law is not None:
        error = law.exponent_standard_error
        rows.append(("Exponent b of the law", with_error(law.exponent, error) if error > 0 else written(law.exponent)))
        if law.porosity_range != (0.0, 1.0):
            rows.append(("Supported for ε", " to ".join(rounded(edge) for edge in law.porosity_range)))
    if points.whole is not None:
        fraction, B = points.whole
        classic = fraction**CLASSIC_EXPONENT
        rows.append(("Volume fraction ε of the whole image", rounded(fraction, 4)))
        rows.append(("B of the whole image", rounded(B, 4)))
        if law is not None:
            rows.append(("B by the law at that ε", rounded(law(fraction), 4)))
        rows.append(("B by exponent 1.5 at that ε", rounded(classic, 4)))
        rows.append(("Whole image against exponent 1.5", change(B, classic)))
    return tuple(tuple(map(Cell, row)) for row in rows)


def _cautions(points: EfficiencyPoints, pieces: SubvolumeValues | None) -> list[str]:
    found = _piece_cautions(pieces) if pieces is not None else []
    law = points.law
    if law is not None and law.porosity_range == (0.0, 1.0):
        found.append("The law does not say over which range of volume fractions it was measured.")
    elif law is not None:
        low, high = (rounded(edge) for edge in law.porosity_range)
        found.append(
            f"Supported by data from {low} to {high} only. A porosity reached by more or less calendering changes the "
            "structure too, which no exponent knows."
        )
    if law is not None and points.whole is not None and points.whole[1] > 0:
        B, by_law = points.whole[1], law(points.whole[0])
        if abs(by_law / B - 1) > _OFF:
            found.append(
                f"At the volume fraction of the whole image the law is {change(by_law, B)} off the image itself: cut "
                "sides lower B of the pieces, or the pieces differ in more than their fraction."
            )
    return found


def _piece_cautions(pieces: SubvolumeValues) -> list[str]:
    found = []
    values, fractions = pieces.values, pieces.volume_fractions
    if pieces.blocked:
        found.append(
            f"{pieces.blocked} of {pieces.blocked + values.size} pieces do not connect their faces. Their value is 0 "
            "and they are left out, so a fit is biased upwards."
        )
    if np.any(values > fractions * (1 + 1e-9)):
        found.append("Values above the volume fraction are no transport efficiencies: the bulk conductivity was not 1.")
    if 0 < values.size < _FEW_PIECES:
        found.append(f"{values.size} pieces are few; the standard error of the exponent is itself uncertain.")
    if values.size > 1 and values.mean() > 0:
        spread = percent(float(values.std(ddof=1) / values.mean()), 2)
        found.append(
            f"B of the pieces scatters by {spread} (standard deviation), partly because their fractions differ. The "
            "whole electrode scatters less; a piece also carries a bias from its cut sides."
        )
    return found
