"""What a study is: which image, which tensors, which cell, which discharges."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.homogenization import Boundary

Side = Literal["negative", "positive"]


@dataclass(frozen=True)
class ImageFile:
    """An image to read; the fields are the arguments of `read_image`."""

    path: Path
    voxel_size_m: tuple[float, float, float] | None = None
    through_axis: int = 0
    crop: tuple[tuple[int, int], ...] | None = None
    dataset: str | None = None
    coarsen: int | tuple[int, int, int] = 1


@dataclass(frozen=True)
class GeneratedImage:
    """Arguments of `generate_electrode`."""

    arguments: Mapping[str, object]


@dataclass(frozen=True)
class TensorRequest:
    """One effective tensor; settings that are None take the defaults of `effective_tensor`."""

    conductivity: Mapping[str, float]
    boundary: Boundary | None = None
    tolerance: float | None = None
    max_iterations: int | None = None


@dataclass(frozen=True)
class HandOver:
    """Which numbers of the image go where in a base set.

    The porosity and active fraction of `electrode` become the shares of the phases `porosity` and `active`, all
    other phases are inactive. `electrolyte` names a tensor whose [0, 0] entry is B of the pore space (bulk
    electrolyte = 1). `solid` names a tensor in S/m whose [0, 0] entry replaces the electrode's conductivity,
    as effective; None keeps that of the base set.
    """

    base: str
    electrode: Side
    porosity: tuple[str, ...]
    active: tuple[str, ...]
    electrolyte: str
    solid: str | None = None


@dataclass(frozen=True)
class Study:
    """A whole study. Raises InputError where its parts name what is not there."""

    title: str
    image: ImageFile | GeneratedImage
    phases: Mapping[str, int | tuple[int, ...]]
    tensors: Mapping[str, TensorRequest]
    hand_over: HandOver | None = None
    subvolume_tensor: str | None = None
    subvolume_divisions: tuple[int, int, int] = (2, 2, 2)
    c_rates: tuple[float, ...] = ()
    text: str = field(default="", repr=False)
    """The study file itself, kept beside the results."""

    def __post_init__(self):
        self._check_phase_names()
        self._check_tensor_names()
        if self.hand_over is not None:
            self._check_bulk_electrolyte(self.hand_over)
        self._check_settings()
        if self.c_rates and self.hand_over is None:
            raise InputError("[discharge] needs a cell: add [cell] with base, electrode and electrolyte_transport")
        for rate in self.c_rates:
            if not (math.isfinite(rate) and 0 < rate <= 20):
                raise OutOfRangeError(f"discharge.c_rates: {rate} is not in 0 < C-rate <= 20")

    def _check_settings(self) -> None:
        if isinstance(self.image, ImageFile) and self.image.through_axis not in (0, 1, 2):
            raise InputError(f"image.through_axis = {self.image.through_axis}; axes are 0, 1, 2")
        if min(self.subvolume_divisions) < 1:
            raise InputError(f"bruggeman.divisions = {list(self.subvolume_divisions)}; each is at least 1")
        for name, request in self.tensors.items():
            if not (name.replace("-", "").replace("_", "").isalnum() and name.isascii()):
                raise InputError(f"[tensors.{name}]: use letters, digits, - and _ in the name of a tensor")
            if request.tolerance is not None and not 1e-14 <= request.tolerance < 1:
                raise OutOfRangeError(
                    f"tensors.{name}.tolerance = {request.tolerance:g} is not in 1e-14 <= tolerance < 1"
                )

    def _check_phase_names(self) -> None:
        used = {f"tensors.{key}.conductivity": request.conductivity for key, request in self.tensors.items()}
        if self.hand_over:
            used |= {"cell.porosity": self.hand_over.porosity, "cell.active": self.hand_over.active}
            both = set(self.hand_over.porosity) & set(self.hand_over.active)
            if both:
                raise InputError(f"cell.porosity and cell.active both name {sorted(both)}")
        for where, names in used.items():
            for name in names:
                if name not in self.phases:
                    raise InputError(f"{where} names the phase {name!r}; [phases] has {', '.join(self.phases)}")

    def _check_bulk_electrolyte(self, plan: HandOver) -> None:
        """A tensor holds transport efficiencies only if the bulk electrolyte has the conductivity 1."""
        for phase in plan.porosity:
            if self.tensors[plan.electrolyte].conductivity.get(phase) != 1:
                raise InputError(
                    f"tensors.{plan.electrolyte}.conductivity must give the pore phase {phase!r} the value 1, so that "
                    "the entries are transport efficiencies"
                )
        for phase, k in self.tensors[plan.electrolyte].conductivity.items():
            if k > 1:
                raise InputError(
                    f"tensors.{plan.electrolyte}.conductivity.{phase} = {k:g}: nothing conducts better than the bulk "
                    "electrolyte, which has 1"
                )

    def _check_tensor_names(self) -> None:
        wanted = {"bruggeman.tensor": self.subvolume_tensor}
        if self.hand_over:
            wanted["cell.electrolyte_transport"] = self.hand_over.electrolyte
            wanted["cell.solid_conductivity_S_m"] = self.hand_over.solid
        for where, name in wanted.items():
            if name is not None and name not in self.tensors:
                known = ", ".join(self.tensors) or "none"
                raise InputError(f"{where} = {name!r}, but there is no [tensors.{name}]; there is {known}")
