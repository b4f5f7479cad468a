"""What a study found, and how a report names it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from electrode_homog.homogenization import EffectiveTensor, SubvolumeValues
from electrode_homog.microstructure import Description, Microstructure
from electrode_homog.p2d import CellRun
from electrode_homog.parameters import CellParameters
from electrode_homog.report import Named
from electrode_homog.transport_law import BruggemanLaw
from electrode_homog.workflow.hand_over import ElectrodeFromImage
from electrode_homog.workflow.study import Study


@dataclass(frozen=True)
class DischargeVariant:
    """One cell of the comparison, and its runs, one per C-rate."""

    name: str
    cell: CellParameters
    runs: tuple[CellRun, ...]


@dataclass(frozen=True)
class StudyResult:
    """All that a study found; `variants` are base set, image fractions with the base set's law, image transport.

    `from_image` is the electrode behind the last of them.
    """

    study: Study
    electrode: Microstructure
    description: Description
    tensors: Mapping[str, EffectiveTensor]
    subvolumes: SubvolumeValues | None
    law: BruggemanLaw | None
    variants: tuple[DischargeVariant, ...] = ()
    from_image: ElectrodeFromImage | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to be careful with, of the image and of its hand-over, each sentence once."""
        of_hand_over = () if self.from_image is None else self.from_image.warnings
        return tuple(dict.fromkeys((*self.description.warnings, *of_hand_over)))

    def report_items(self) -> list[Any]:
        """The results for `write_report`; the base set comes first, since others are compared with it."""
        items: list[Any] = [self.electrode, self.description]
        items += [Named(name, tensor) for name, tensor in self.tensors.items()]
        of_tensor = self.study.subvolume_tensor
        if of_tensor is not None and self.subvolumes is not None:
            items.append(Named(of_tensor, self.subvolumes))
        if of_tensor is not None and self.law is not None:
            items.append(Named(of_tensor, self.law))
        for variant in self.variants:
            items.append(Named(variant.name, variant.cell))
            items += [Named(variant.name, run) for run in variant.runs]
        if self.from_image is not None:
            items.append(self.from_image.notes)
        return items
