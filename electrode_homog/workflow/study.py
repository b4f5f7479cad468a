"""What a study is: which image, which tensors, which cell, which discharges."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.homogenization import Boundary
from electrode_homog.workflow.hand_over import check_efficiencies
from electrode_homog.workflow.image_choices import HandOver
from electrode_homog.workflow.image_layers import check_boundaries

KEYS = {
    "electrolyte": "electrolyte_transport",
    "solid": "solid_conductivity_S_m",
    "skeleton": "solid_transport",
    "heat": "thermal_conductivity_W_m_K",
}
"""What a study file calls the tensors of a hand-over."""


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
            self._check_tensors_of(self.hand_over)
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
            used |= {
                f"cell.{role}": getattr(self.hand_over, role)
                for role in ("porosity", "active", "secondary", "reacting")
            }
        for where, names in used.items():
            for name in names:
                if name not in self.phases:
                    raise InputError(f"{where} names the phase {name!r}; [phases] has {', '.join(self.phases)}")

    def _check_tensors_of(self, plan: HandOver) -> None:
        """A tensor holds transport efficiencies only if the bulk has the conductivity 1; layers are in series."""
        where = f"tensors.{plan.electrolyte}.conductivity"
        conductivity = self.tensors[plan.electrolyte].conductivity
        check_efficiencies(conductivity, plan.porosity, where, "the bulk electrolyte")
        if plan.skeleton is not None:
            where = f"tensors.{plan.skeleton}.conductivity"
            check_efficiencies(self.tensors[plan.skeleton].conductivity, (), where, "the bulk of the solid")
        if plan.layers is not None:
            given = {role: self.tensors[name].boundary for role, name in plan.tensors.items()}
            check_boundaries({role: boundary for role, boundary in given.items() if boundary is not None})

    def _check_tensor_names(self) -> None:
        wanted = {"bruggeman.tensor": self.subvolume_tensor}
        if self.hand_over:
            wanted |= {f"cell.{KEYS[role]}": name for role, name in self.hand_over.tensors.items()}
        for where, name in wanted.items():
            if name is not None and name not in self.tensors:
                known = ", ".join(self.tensors) or "none"
                raise InputError(f"{where} = {name!r}, but there is no [tensors.{name}]; there is {known}")
