"""Which array of a container file is the image: the one that was named, or the only one that can be."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import check_memory

_SHOWN = 12  # names in a message; more than that nobody reads
_SMALL_CHUNK = 2**24  # voxels that are no burden, however small the image


@dataclass(frozen=True)
class ArrayEntry:
    """An array as a file lists it: its name there, its shape, and its type in words."""

    name: str
    shape: tuple[int, ...]
    kind: str

    def __str__(self) -> str:
        return f"{self.name!r} {' x '.join(map(str, self.shape))} {self.kind}"


def image_axes(shape: Sequence[int]) -> tuple[int, int, int] | None:
    """The three axes of an image: all of three, or of more those that are longer than 1; None for other arrays."""
    axes = tuple(range(3)) if len(shape) == 3 else tuple(k for k, n in enumerate(shape) if n > 1)
    if len(shape) < 3 or len(axes) != 3 or 0 in shape:
        return None
    return axes


def check_chunk(path: Path, shape: Sequence[int], chunk: tuple[int, ...], itemsize: int) -> None:
    """InputError for chunks that do not fit into memory, or are so much larger than the image that they must be a bomb.

    A chunk is unpacked whole. It may reach beyond a small image, where a writer has one size for all.
    """
    if math.prod(chunk) > max(8 * math.prod(shape), _SMALL_CHUNK):
        raise InputError(f"{path}: has chunks of {chunk} for an image of {tuple(shape)}; save it with smaller ones")
    check_memory(path, chunk, itemsize, copies=2)


def only_image(path: Path, entries: Iterable[ArrayEntry], *, others: Sequence[str] = ()) -> str:
    """The name of the only entry with three axes; InputError that lists them, and `others`, where there is a choice."""
    entries = tuple(entries)
    images = [entry for entry in entries if image_axes(entry.shape)]
    if len(images) == 1:
        return images[0].name
    if images:
        raise InputError(f"{path}: holds {len(images)} images ({listed(images)}); name one of them as dataset")
    beside = [*map(str, entries), *others]
    found = f"it holds {listed(beside)}" if beside else "it holds no array at all"
    raise InputError(f"{path}: no array of numbers with three axes is in it ({found}); save the image as one array")


def listed(things: Sequence[object]) -> str:
    """The first dozen in one line."""
    more = f"; and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
    return "; ".join(map(str, things[:_SHOWN])) + more
