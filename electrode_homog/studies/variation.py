"""A cell with some of its numbers changed together, as a design or a fit does it."""

from collections.abc import Iterable, Mapping
from enum import Enum

from electrode_homog.errors import InputError
from electrode_homog.parameters import CellParameters

_ELECTRODES = ("negative", "positive")


class PorosityRule(Enum):
    """What gives way when the porosity of an electrode is varied, since its volume fractions add up to 1."""

    ACTIVE_FIXED = "active-fixed"
    """Thickness and active fraction stay; the inactive fraction takes up the change, as in `with_value`."""

    RECIPE_FIXED = "recipe-fixed"
    """Thickness and the ratio of active to inactive stay: more or less coating in the same thickness."""

    CALENDERED = "calendered"
    """The coating stays as it is and is pressed: (1 - porosity) x thickness and the ratio of solids are kept."""


_FOLLOWING = {  # what the rule sets, and hence cannot be varied beside the porosity
    PorosityRule.ACTIVE_FIXED: (),
    PorosityRule.RECIPE_FIXED: ("active_fraction", "inactive_fraction"),
    PorosityRule.CALENDERED: ("active_fraction", "inactive_fraction", "thickness_m"),
}


def check_paths(cell: CellParameters, paths: Iterable[str], rule: PorosityRule = PorosityRule.ACTIVE_FIXED) -> None:
    """Raise InputError for a path that is unknown or no single number, or that follows from another by `rule`."""
    for path in paths:
        cell.value(path)
    for section in _ELECTRODES:
        both = [f"{section}.{name}" for name in _FOLLOWING[rule] if f"{section}.{name}" in paths]
        if f"{section}.porosity" in paths and both:
            raise InputError(f"{both[0]} follows from {section}.porosity under {rule}; vary one of them")


def varied_cell(
    cell: CellParameters,
    changes: Mapping[str, float],
    *,
    source: str,
    porosity_rule: PorosityRule = PorosityRule.ACTIVE_FIXED,
) -> CellParameters:
    """The cell with each path of `changes` set; those of one electrode at once, so that no half-way sum is refused.

    Raises OutOfRangeError where the result is not physical.
    """
    for section in _ELECTRODES:
        own = {path.partition(".")[2]: value for path, value in changes.items() if path.startswith(f"{section}.")}
        plain = {name: value for name, value in own.items() if "." not in name}
        if "porosity" in plain and porosity_rule is not PorosityRule.ACTIVE_FIXED:
            plain |= _solids(cell, section, plain["porosity"], porosity_rule)
        if plain:
            cell = cell.with_electrode(section, source=source, **plain)
        for name in own.keys() - plain.keys():
            cell = cell.with_value(f"{section}.{name}", own[name], source=source)
    for path, value in changes.items():
        if not path.startswith(_ELECTRODES):
            cell = cell.with_value(path, value, source=source)
    return cell


def _solids(cell: CellParameters, section: str, porosity: float, rule: PorosityRule) -> dict[str, float]:
    """What follows from the new porosity; a porosity outside 0 to 1 is left for the electrode to refuse."""
    electrode = getattr(cell, section)
    share = (1 - porosity) / (1 - electrode.porosity)
    solids = {
        "active_fraction": electrode.active_fraction * share,
        "inactive_fraction": electrode.inactive_fraction * share,
    }
    if rule is PorosityRule.CALENDERED and share > 0:
        solids["thickness_m"] = electrode.thickness_m / share
    return solids
