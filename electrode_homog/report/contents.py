"""The items of a report, sorted by kind and labelled.

A label is the name given with `Named`, else what the item itself says: its phases, its cell, its protocol.
Labels of cells and of the variants of runs are unique, because a reader has to tell them apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, assert_never, get_args

from electrode_homog.errors import InputError
from electrode_homog.homogenization import EffectiveConductivity, EffectiveTensor, SubvolumeValues
from electrode_homog.microstructure import Description, Microstructure, Survey
from electrode_homog.p2d import CellRun
from electrode_homog.parameters import CellParameters
from electrode_homog.particles import ParticleRun
from electrode_homog.report.image_notes import ImageNotes
from electrode_homog.studies import CellFit, DesignTable
from electrode_homog.transport_law import BruggemanLaw

Item = (
    Microstructure
    | Survey
    | Description
    | EffectiveTensor
    | EffectiveConductivity
    | SubvolumeValues
    | BruggemanLaw
    | CellParameters
    | ImageNotes
    | CellRun
    | ParticleRun
    | DesignTable
    | CellFit
)

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Named:
    """An item and what the report calls it: a tensor "electrolyte", the runs "exponent 1.5" and "from the image".

    Items of one name belong together: a tensor, its sub-volumes and its law; a parameter set and its runs.
    """

    name: str
    item: Item

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name.strip():
            raise InputError(f"name = {self.name!r} must be a text that is not empty")
        if not isinstance(self.item, get_args(Item)):
            raise InputError(_unknown(self.item))


@dataclass(frozen=True, eq=False)
class Labelled(Generic[T]):
    """`given` says whether the caller chose the label."""

    label: str
    item: T
    given: bool


@dataclass(eq=False)
class Contents:
    """Filled by `sorted_contents`, read by the sections."""

    electrodes: list[Labelled[Microstructure]] = field(default_factory=list)
    surveys: list[Labelled[Survey]] = field(default_factory=list)
    descriptions: list[Labelled[Description]] = field(default_factory=list)
    tensors: list[Labelled[EffectiveTensor]] = field(default_factory=list)
    conductivities: list[Labelled[EffectiveConductivity]] = field(default_factory=list)
    subvolumes: list[Labelled[SubvolumeValues]] = field(default_factory=list)
    laws: list[Labelled[BruggemanLaw]] = field(default_factory=list)
    cells: list[Labelled[CellParameters]] = field(default_factory=list)
    image_notes: list[Labelled[ImageNotes]] = field(default_factory=list)
    runs: list[Labelled[CellRun]] = field(default_factory=list)
    particle_runs: list[Labelled[ParticleRun]] = field(default_factory=list)
    designs: list[Labelled[DesignTable]] = field(default_factory=list)
    fits: list[Labelled[CellFit]] = field(default_factory=list)


def sorted_contents(items: Sequence[Item | Named]) -> Contents:
    """Raises InputError for an empty sequence and for an item that is not of a known kind."""
    if isinstance(items, (str, Named, *get_args(Item))) or not isinstance(items, Iterable):
        raise InputError(f"items = {_short(items)} is not a sequence; give a list, such as [electrode, tensor]")
    items = list(items)
    if not items:
        raise InputError("items is empty; give at least one result, such as [electrode, tensor, run]")
    contents = Contents()
    for item in items:
        if isinstance(item, Named):
            _add(contents, item.item, item.name)
        elif isinstance(item, get_args(Item)):
            _add(contents, item, None)
        else:
            raise InputError(_unknown(item))
    contents.tensors, contents.cells = _unique(contents.tensors), _unique(contents.cells)
    return contents


def _add(contents: Contents, item: Item, name: str | None) -> None:
    given = name is not None
    match item:
        case Microstructure():
            contents.electrodes.append(Labelled(name or item.image.source, item, given))
        case Survey():
            contents.surveys.append(Labelled(name or item.source, item, given))
        case Description():
            contents.descriptions.append(Labelled(name or item.survey.source, item, given))
        case EffectiveTensor():
            contents.tensors.append(Labelled(name or " + ".join(item.conductivity), item, given))
        case EffectiveConductivity():
            contents.conductivities.append(Labelled(name or f"along {'xyz'[item.axis]}", item, given))
        case SubvolumeValues():
            contents.subvolumes.append(Labelled(name or f"along {'xyz'[item.axis]}", item, given))
        case BruggemanLaw():
            contents.laws.append(Labelled(name or f"exponent {item.exponent:.3g}", item, given))
        case CellParameters():
            contents.cells.append(Labelled(name or item.name, item, given))
        case ImageNotes():
            contents.image_notes.append(Labelled(name or item.cell_name, item, given))
        case CellRun():
            contents.runs.append(Labelled(name or item.cell_name, item, given))
        case ParticleRun():
            contents.particle_runs.append(Labelled(name or item.particle, item, given))
        case DesignTable():
            contents.designs.append(Labelled(name or item.cell_name, item, given))
        case CellFit():
            contents.fits.append(Labelled(name or item.cell.name, item, given))
        case _:
            assert_never(item)


def _unique(labelled: list[Labelled[T]]) -> list[Labelled[T]]:
    seen: dict[str, int] = {}
    result = []
    for entry in labelled:
        seen[entry.label] = seen.get(entry.label, 0) + 1
        number = seen[entry.label]
        label = entry.label if number == 1 else f"{entry.label} ({number})"
        result.append(Labelled(label, entry.item, entry.given))
    return result


def _unknown(item: Any) -> str:
    known = ", ".join(kind.__name__ for kind in get_args(Item))
    return f"{_short(item)} cannot be reported; items are {known}, or Named(name, item)"


def _short(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
