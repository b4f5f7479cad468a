"""An image whose labels have names."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.images import VoxelImage

Labels = tuple[int, ...]
_MOST_PLACES = 255  # their places are bytes
_LONGEST_TABLE = 2**16
_COUNTED_AT_ONCE = 2**22  # voxels; counting makes a wider copy of them


@dataclass(frozen=True, eq=False)
class Microstructure:
    """A voxel image and what each of its labels is.

    `phases` maps a name to a label or a tuple of labels; it is kept as a read-only map from name to tuple. The
    labels are counted once: do not write to the array behind the image afterwards.
    Raises InputError if a label of the image has no name, if a named label is not in the image, or if a
    label has two names.
    """

    image: VoxelImage
    phases: Mapping[str, int | Labels]

    def __post_init__(self):
        object.__setattr__(self, "phases", MappingProxyType(_as_tuples(self.phases)))
        named = [label for name in self.phases for label in self.labels(name)]
        twice = sorted({label for label in named if named.count(label) > 1})
        if twice:
            raise InputError(f"labels {twice} belong to more than one phase in {dict(self.phases)}")
        unnamed = sorted(set(self._counts) - set(named))
        if unnamed:
            raise InputError(
                f"labels {unnamed} of {self.image.source!r} have no phase; phases covers {sorted(named)}; in the image "
                f"are {self._shares()}. Name each: phases={{..., 'name': {unnamed[0]}}} (--phase name={unnamed[0]})"
            )
        absent = sorted(set(named) - set(self._counts))
        if absent:
            raise InputError(f"labels {absent} are not in {self.image.source!r}; in the image are {self._shares()}")

    def __repr__(self) -> str:
        shares = ", ".join(f"{name} {share:.4f}" for name, share in self.fractions.items())
        return f"Microstructure({shares}; {self.image!r})"

    def __reduce__(self):  # read-only maps cannot be pickled
        return type(self), (self.image, dict(self.phases))

    @cached_property
    def _counts(self) -> dict[int, int]:
        """Voxels of each label, counted a few planes at a time: an image may be a mapped file."""
        counts: Counter[int] = Counter()
        planes = max(1, _COUNTED_AT_ONCE // max(1, self.image.labels[0].size))
        for first in range(0, self.image.shape[0], planes):
            labels = self.image.labels[first : first + planes]
            if labels.dtype.itemsize <= 2:
                found = np.bincount(labels.ravel())
                counts.update({int(label): int(found[label]) for label in np.flatnonzero(found)})
            else:
                counts.update(dict(zip(*(part.tolist() for part in np.unique_counts(labels)), strict=True)))
        return dict(sorted(counts.items()))

    def _shares(self) -> str:
        size = self.image.labels.size
        return ", ".join(f"{label} ({count / size:.2%})" for label, count in self._counts.items())

    @property
    def fractions(self) -> dict[str, float]:
        """Volume fraction of each phase, in the order of `phases`; they add up to 1."""
        size = self.image.labels.size
        return {name: sum(self._counts[label] for label in self.labels(name)) / size for name in self.phases}

    def labels(self, name: str) -> Labels:
        """The labels of a phase, always a tuple. Raises InputError if there is no such phase."""
        labels = self.phases[self.checked_name(name)]
        return labels if isinstance(labels, tuple) else (labels,)

    def mask(self, *names: str) -> np.ndarray:
        """True, in (nx, ny, nz), where the voxel belongs to one of the named phases."""
        labels = [label for name in names for label in self.labels(name)]
        if len(labels) == 1:
            return self.image.labels == labels[0]
        return np.isin(self.image.labels, labels)

    def phases_of_planes(self, first: int, last: int) -> np.ndarray:
        """The voxels [first, last) along x as the place of their phase in `phases`: uint8, contiguous, read-only.

        Raises InputError for more than 255 phases, which bytes do not hold.
        """
        if len(self.phases) > _MOST_PLACES:
            raise InputError(f"phases has {len(self.phases)} names; surfaces and sizes are measured for {_MOST_PLACES}")
        labels = self.image.labels[first:last]
        if self._numbered:
            numbers = np.ascontiguousarray(labels)
        elif self._table is not None:
            numbers = self._table[labels]
        else:  # labels too large for a table
            order = np.array([label for name in self.phases for label in self.labels(name)], dtype=labels.dtype)
            places = np.repeat(np.arange(len(self.phases), dtype=np.uint8), [len(self.labels(n)) for n in self.phases])
            by_label = np.argsort(order)
            numbers = places[by_label][np.searchsorted(order[by_label], labels)]
        numbers = numbers.view()
        numbers.flags.writeable = False
        return numbers

    @property
    def _numbered(self) -> bool:
        """Are the labels the places of the phases already."""
        in_place = all(self.labels(name) == (place,) for place, name in enumerate(self.phases))
        return in_place and self.image.labels.dtype == np.uint8

    @cached_property
    def _table(self) -> np.ndarray | None:
        """Label to the place of its phase, where the labels are small."""
        if max(self._counts) > _LONGEST_TABLE:
            return None
        table = np.zeros(max(self._counts) + 1, dtype=np.uint8)
        for place, name in enumerate(self.phases):
            table[list(self.labels(name))] = place
        return table

    def checked_name(self, name: str) -> str:
        """`name` itself; InputError if there is no such phase."""
        if name not in self.phases:
            raise InputError(f"no phase {name!r}; the phases are {', '.join(map(repr, self.phases))}")
        return name

    def cropped(self, x: slice, y: slice, z: slice) -> "Microstructure":
        """The part inside three slices of voxels; phases that are not in it are left out."""
        image = self.image.cropped(x, y, z)
        present = set(np.unique(image.labels).tolist())
        kept = {name: tuple(label for label in self.labels(name) if label in present) for name in self.phases}
        return Microstructure(image, {name: labels for name, labels in kept.items() if labels})


def _as_tuples(phases: Mapping[str, int | Labels]) -> dict[str, Labels]:
    if not phases:
        raise InputError("phases is empty; name every label, such as {'pore': 0, 'active': 1}")
    result = {}
    for name, labels in phases.items():
        labels = labels if isinstance(labels, tuple | list) else (labels,)
        whole = all(isinstance(label, int | np.integer) and not isinstance(label, bool) for label in labels)
        if not (isinstance(name, str) and name and labels and whole):
            raise InputError(f"phases[{name!r}] = {labels!r}: a phase is a name with one whole-number label or several")
        result[name] = tuple(int(label) for label in labels)
    return result
