"""OME-XML, the description inside an OME-TIFF: what it says about the stack in this very file.

The text comes from a stranger: entities are refused before it is parsed, and it never leads to another file.
"""

import math
from pathlib import Path
from xml.etree import ElementTree

from electrode_homog.errors import InputError
from electrode_homog.images.length import Calibration, in_metres

NO_LENGTH = "reference frame"  # OME's unit for coordinates without a physical length
_DEFAULT_UNIT = "µm"  # of the OME schema
MOST_CHANNELS = 4  # more "channels" than this are slices: programs that are not told the axes label them so
_NOT_LENGTHS = (NO_LENGTH, "pixel")
_LONGEST = 2**25  # characters; a description of a stack of 10 000 pages has a few million
_FORBIDDEN = ("<!DOCTYPE", "<!ENTITY")
_Element = ElementTree.Element


def is_ome(description: str) -> bool:
    """True for text that ends as OME-XML does."""
    return description[-20:].rstrip().rstrip("\0").rstrip().endswith("OME>")


def ome_calibration(path: Path, description: str, shape: tuple[int, int, int]) -> Calibration | None:
    """The voxel size that the description states, in the order pages, rows, columns; None if it states none.

    Raises InputError where it is not XML, holds entities, describes several images, several channels or times, pages
    in another order or other files, or does not agree with the `shape` of the stack.
    """
    root = _parsed(path, description)
    if _children(root, "BinaryOnly"):
        raise InputError(f"{path}: OME-TIFF whose description lies in another file; save it as one file")
    images = _children(root, "Image")
    if len(images) != 1 or len(_children(images[0], "Pixels")) != 1:
        raise InputError(f"{path}: OME-TIFF with {len(images)} images; save the one with the stack alone")
    pixels = _children(images[0], "Pixels")[0]
    _check_sizes(path, pixels, shape)
    _check_pages(path, root, pixels)
    return _stated_size(path, pixels)


def _parsed(path: Path, description: str) -> _Element:
    if len(description) > _LONGEST or any(word in description for word in _FORBIDDEN):
        raise InputError(f"{path}: its OME-XML declares entities or is over {_LONGEST} characters; save it anew")
    try:
        return ElementTree.fromstring(description.rstrip("\0"))
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: its OME-XML is damaged ({error}); save it anew") from error


def _children(element: _Element, name: str) -> list[_Element]:
    return [child for child in element if isinstance(child.tag, str) and child.tag.rpartition("}")[2] == name]


def _whole(path: Path, element: _Element, name: str, default: str | None = None) -> int:
    text = element.get(name, default)
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InputError(f"{path}: its OME-XML states {name} = {text!r}; a whole number is needed")
    return int(text)


def _check_sizes(path: Path, pixels: _Element, shape: tuple[int, int, int]) -> None:
    z, c, t, y, x = (_whole(path, pixels, f"Size{axis}") for axis in "ZCTYX")
    if 1 < c <= MOST_CHANNELS:
        raise InputError(f"{path}: {c} channels; give one value per voxel")
    long = [n for n in (z, c, t) if n > 1]
    stack = max(z, c, t) if len(long) < 2 else -1  # a stack saved as a series of times or channels is a stack
    if (stack, y, x) != shape:
        raise InputError(
            f"{path}: cut short or inconsistent: OME-XML states {z} slices, {c} channels, {t} times of {y} x {x}, "
            f"but {' x '.join(map(str, shape))} are there"
        )


def _check_pages(path: Path, root: _Element, pixels: _Element) -> None:
    """InputError for pages that lie in other files, or in another order than the slices."""
    own = root.get("UUID")
    named = [uuid for data in _children(pixels, "TiffData") for uuid in _children(data, "UUID")]
    files = {uuid.get("FileName", "") for uuid in named}
    others = {(uuid.text or "").strip() for uuid in named} - {own}
    if any(Path(name.replace("\\", "/")).name != name for name in files - {""}):
        raise InputError(f"{path}: its OME-XML names files elsewhere ({sorted(files)[:3]}); save it as one file")
    if len(files) > 1 or (own is None and len(others) > 1) or (own is not None and others):
        raise InputError(f"{path}: OME-TIFF in several files ({sorted(files)[:5]}); save it as one file")
    for data in _children(pixels, "TiffData"):
        page = _whole(path, data, "IFD", "0")
        slice_number = max(_whole(path, data, name, "0") for name in ("FirstZ", "FirstC", "FirstT"))
        if page != slice_number:
            raise InputError(f"{path}: page {page} holds slice {slice_number}; save the slices in order")


def _stated_size(path: Path, pixels: _Element) -> Calibration | None:
    """The three sizes; in metres where their units differ, NaN where one is absent, None where all are."""
    texts = [pixels.get(f"PhysicalSize{axis}") for axis in "ZYX"]
    units = [pixels.get(f"PhysicalSize{axis}Unit", _DEFAULT_UNIT) for axis in "ZYX"]
    if all(text is None for text in texts):
        return None
    try:
        z, y, x = (math.nan if text is None else float(text) for text in texts)
    except ValueError as error:
        raise InputError(f"{path}: its OME-XML states the voxel size {texts}; numbers are needed") from error
    if units[0] == units[1] == units[2]:
        if units[0] == NO_LENGTH and z == y == x == 1:
            return Calibration((1.0, 1.0, 1.0), "m")
        return None if units[0] in _NOT_LENGTHS else Calibration((z, y, x), units[0])
    if any(text is None for text in texts):
        return Calibration((z, y, x), next(unit for unit, text in zip(units, texts, strict=True) if text is not None))
    try:
        z, y, x = (in_metres(length, unit) for length, unit in zip((z, y, x), units, strict=True))
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return Calibration((z, y, x), "m")
