"""The XML of a VTK ImageData file: extents, spacing, and where each array lies in the file.

The file is parsed as a stream; numbers inside the XML are not collected, only the place of each array is kept.
What follows `<AppendedData` may be raw bytes, which no XML parser may see. Document types and entities, by which
XML can grow without bound or name other files, are refused.
"""

import mmap
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from electrode_homog.errors import InputError

_MOST_ELEMENTS = 2000
_DEEPEST = 12
_LONGEST_TAG = 2**16  # bytes of one tag with its attributes
_STEP = 2**16  # bytes given to the parser at once
_END = re.compile(rb"\s*</AppendedData>\s*</VTKFile>\s*\Z")


@dataclass(frozen=True)
class DataArray:
    """One array: its attributes, the section it belongs to, and the bytes of the file that hold it, or the offset."""

    section: str  # "CellData", "PointData" or "FieldData"
    attributes: dict[str, str]
    begin: int  # of the text between the tags
    end: int

    @property
    def name(self) -> str:
        return self.attributes.get("Name", "")


@dataclass
class Header:
    """What the tags say; filled while the file is parsed."""

    file: dict[str, str] = field(default_factory=dict)
    image: dict[str, str] = field(default_factory=dict)
    pieces: list[dict[str, str]] = field(default_factory=list)
    arrays: list[DataArray] = field(default_factory=list)
    appended: dict[str, str] | None = None
    appended_begin: int = 0  # the first byte after the underscore
    appended_end: int = 0


def parsed_header(path: Path, content: mmap.mmap) -> Header:
    """The header of the file; InputError for anything but one whole VTKFile of type ImageData."""
    at = content.find(b"<AppendedData")
    end = len(content) if at < 0 else content.find(b">", at) + 1
    header = Header()
    _parse(path, content, end, header, whole=at < 0)
    if header.file.get("type") != "ImageData":
        raise InputError(f"{path}: a VTK file of type {header.file.get('type')!r}, not ImageData; save it as .vti")
    if at >= 0:
        if header.appended is None or end == 0:
            raise InputError(f"{path}: its appended data have no beginning; save it anew")
        _find_appended(path, content, end, header)
    return header


def _find_appended(path: Path, content: mmap.mmap, begin: int, header: Header) -> None:
    tail = max(begin, len(content) - 256)
    closing = _END.search(content[tail:])
    if closing is None:
        raise InputError(f"{path}: cut short: </VTKFile> is missing at its end; copy it again")
    underscore = content.find(b"_", begin)
    if underscore < 0 or content[begin:underscore].strip():
        raise InputError(f"{path}: its appended data do not begin with an underscore; save it anew")
    header.appended_begin, header.appended_end = underscore + 1, tail + closing.start()


def _parse(path: Path, content: mmap.mmap, end: int, header: Header, *, whole: bool) -> None:
    from xml.parsers import expat

    parser = expat.ParserCreate()
    tags = _Tags(path, header, parser)
    parser.StartElementHandler, parser.EndElementHandler = tags.started, tags.ended
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = tags.refused
    try:
        for start in range(0, end, _STEP):
            stop = min(start + _STEP, end)
            parser.Parse(content[start:stop], False)
            if stop - parser.CurrentByteIndex > _STEP + _LONGEST_TAG:
                raise InputError(f"{path}: a tag is longer than {_LONGEST_TAG} bytes; save it anew")
        if whole:
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InputError(
            f"{path}: cut short or damaged: its XML is not well-formed ({error}); copy it again"
        ) from error


class _Tags:
    """Notes what each tag says and where the text of each array lies."""

    def __init__(self, path: Path, header: Header, parser: Any):
        self.path, self.header, self.parser = path, header, parser
        self.open: list[str] = []
        self.count = 0
        self.array: tuple[dict[str, str], int] | None = None

    def started(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > _MOST_ELEMENTS or len(self.open) >= _DEEPEST:
            raise InputError(f"{self.path}: has more tags, or deeper ones, than an image needs; save the image alone")
        self.open.append(name)
        match self.open:
            case ["VTKFile"]:
                self.header.file = attributes
            case ["VTKFile", "ImageData"]:
                self.header.image = attributes
            case ["VTKFile", "ImageData", "Piece"]:
                self.header.pieces.append(attributes)
            case ["VTKFile", "AppendedData"]:
                self.header.appended = attributes
            case [*_, "CellData" | "PointData" | "FieldData", "DataArray"]:
                self.array = attributes, self.parser.CurrentByteIndex

    def ended(self, name: str) -> None:
        if self.array is not None and name == "DataArray":
            attributes, begin = self.array
            self.header.arrays.append(DataArray(self.open[-2], attributes, begin, self.parser.CurrentByteIndex))
            self.array = None
        self.open.pop()

    def refused(self, *_declaration: object) -> None:
        raise InputError(f"{self.path}: declares a document type or entities, which no image needs; save it anew")
