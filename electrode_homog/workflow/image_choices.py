"""What the user decides where an image becomes an electrode of a cell: phases, radii, layers, thickness."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from electrode_homog.errors import InputError

Side = Literal["negative", "positive"]
MOST_LAYERS = 1000  # each needs a plane of voxels, and a mesh that resolves it


class Radii(Enum):
    """What becomes of the particles and of the reacting surface.

    Of a body that is no ball no radius keeps everything: the kinetic one, 3 active fraction / area, keeps the surface,
    the diffusive one (`diffusion_radius`) the time of diffusion. Particles of the base set that are not spheres keep
    their kind, scaled to that radius.
    """

    BASE = "base"
    """Particles of the base set, and the surface that they have at the active fraction of the image.

    A surface that was measured for the base set stays, with a warning.
    """

    BASE_AND_AREA = "base-and-area"
    """Particles of the base set, reacting over the surface that was measured."""

    KINETIC = "kinetic"
    """Particles of the kinetic radius, whose surface is the measured one; diffusion is that of balls of this size."""

    DIFFUSIVE = "diffusive"
    """Particles of the diffusive radius, reacting over the surface that was measured: both as in the image."""

    @property
    def measures_surface(self) -> bool:
        return self is not Radii.BASE


class Collector(Enum):
    """Which face of the image lies on the current collector; the other one faces the separator."""

    FIRST_FACE = "first-face"
    """Where x begins, plane 0 of the image."""

    LAST_FACE = "last-face"
    """Where x ends."""


class Thickness(Enum):
    """Whose thickness the electrode has: a scan may hold the whole coating, or a crop of it."""

    BASE = "base"
    IMAGE = "image"


@dataclass(frozen=True)
class ImageLayers:
    """Layers of (nearly) equally many planes of voxels, and which face is at the current collector.

    Raises InputError unless there are 2 to 1000 of them.
    """

    count: int
    collector: Collector

    def __post_init__(self):
        if isinstance(self.count, bool) or not isinstance(self.count, int) or not 2 <= self.count <= MOST_LAYERS:
            raise InputError(f"layers = {self.count!r}; a whole number from 2 to {MOST_LAYERS}")
        if not isinstance(self.collector, Collector):
            raise InputError(f"collector = {self.collector!r}; one of {', '.join(map(str, Collector))}")


@dataclass(frozen=True)
class HandOver:
    """Which numbers of the image go where in a base set.

    The fractions of `electrode` become the shares of the phases `porosity`, `active` and `secondary`, all other phases
    are inactive. The rest names tensors, of which the [0, 0] entry counts: `electrolyte` is B of the pore space (bulk
    electrolyte = 1); `solid`, in S/m, replaces the electrode's conductivity, as effective; `skeleton` is B of the solid
    (its bulk = 1), by which the base set's bulk conductivity is multiplied; where both are None, conductivity and law
    stay those of the base set. `heat`, in W/(m K), becomes its thermal conductivity. The active surface reacts where it
    touches the phases `reacting`, where none is named the pores. Raises InputError for choices that contradict each
    other.
    """

    base: str
    electrode: Side
    porosity: tuple[str, ...]
    active: tuple[str, ...]
    electrolyte: str
    solid: str | None = None
    skeleton: str | None = None
    heat: str | None = None
    secondary: tuple[str, ...] = ()
    radii: Radii = Radii.BASE
    layers: ImageLayers | None = None
    thickness: Thickness = Thickness.BASE
    reacting: tuple[str, ...] = ()

    def __post_init__(self):
        if self.electrode not in ("negative", "positive"):
            raise InputError(f"electrode = {self.electrode!r}; 'negative' or 'positive'")
        self._check_kinds()
        for role in ("porosity", "active"):
            if not getattr(self, role):
                raise InputError(f"{role} names no phase")
        for role in ("porosity", "active", "secondary", "reacting"):
            names = getattr(self, role)
            if len(set(names)) < len(names):
                raise InputError(f"cell.{role} = {list(names)} names a phase twice")
        roles = {role: set(getattr(self, role)) for role in ("porosity", "active", "secondary", "reacting")}
        pairs = [("porosity", "active"), ("porosity", "secondary"), ("active", "secondary")]
        for first, second in (*pairs, ("active", "reacting"), ("secondary", "reacting")):
            both = roles[first] & roles[second]
            if both:
                raise InputError(f"cell.{first} and cell.{second} both name {sorted(both)}")
        if self.solid is not None and self.skeleton is not None:
            raise InputError(
                "the solid is given both by conductivities in S/m and by transport efficiencies; the structure would "
                "count twice: give one of them"
            )
        if self.secondary and self.layers is not None:
            raise InputError("layers of a blended electrode are not supported; leave out secondary or layers")

    def _check_kinds(self) -> None:
        """A text in place of a member would be taken for none of them."""
        for role, kind in (("radii", Radii), ("thickness", Thickness)):
            if not isinstance(getattr(self, role), kind):
                raise InputError(f"{role} = {getattr(self, role)!r}; one of {', '.join(map(str, kind))}")
        if self.layers is not None and not isinstance(self.layers, ImageLayers):
            raise InputError(f"layers = {self.layers!r}; None or ImageLayers(count, collector)")

    @property
    def reacting_phases(self) -> tuple[str, ...]:
        return self.reacting or self.porosity

    @property
    def tensors(self) -> dict[str, str]:
        """What names a tensor -> the tensor that it names."""
        wanted = {name: getattr(self, name) for name in ("electrolyte", "solid", "skeleton", "heat")}
        return {name: tensor for name, tensor in wanted.items() if tensor is not None}
