"""The JSON files of a Zarr folder: read within limits, without following links out of the folder."""

import json
import os
import stat
from pathlib import Path
from typing import Any

from electrode_homog.errors import InputError

_LARGEST = 2**22  # bytes; metadata of a large plate of images have a few hundred thousand
_MOST_NODES = 1000


def read_json(root: Path, name: str) -> dict[str, Any] | None:
    """The object in file `name` below `root`, None where there is none; InputError unless it is plain JSON."""
    size = size_of(root, name)
    if size is None:
        return None
    if size > _LARGEST:
        raise InputError(f"{root}: {name!r} has {size} bytes, more than any description of an image; save it anew")
    try:
        content = json.loads((root / name).read_text("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{root}: {name!r} is not sound JSON ({str(error)[:100]}); copy the folder again") from error
    if not isinstance(content, dict):
        raise InputError(f"{root}: {name!r} is JSON, but not an object; copy the folder again")
    return content


def size_of(root: Path, name: str) -> int | None:
    """Bytes of a regular file below `root`, None where there is none; InputError for links and the like."""
    try:
        state = os.lstat(root / name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(state.st_mode):
        raise InputError(f"{root}: {name!r} is a link, a folder or a device, not a file; copy the files themselves")
    return state.st_size


def check_folder(root: Path, name: str) -> None:
    """InputError if a part of the way from `root` to `name` is a link, which could lead anywhere."""
    place = root
    for part in Path(name).parts:
        place = place / part
        if place.is_symlink():
            raise InputError(f"{root}: {str(place.relative_to(root))!r} is a link; copy the files themselves")


def attributes_of(root: Path, node: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None, dict[str, Any]]:
    """(version 3 description, version 2 array, attributes) of a node; InputError if it is of both versions."""
    check_folder(root, node)
    new = read_json(root, _join(node, "zarr.json"))
    old = read_json(root, _join(node, ".zarray"))
    group = read_json(root, _join(node, ".zgroup"))
    if (old is not None) + (new is not None) + (group is not None) > 1:
        raise InputError(f"{root}: {node or 'it'!r} is described twice, as two versions or kinds; delete the wrong one")
    if new is not None:
        attributes = new.get("attributes", {})
        return new, None, attributes if isinstance(attributes, dict) else {}
    return None, old, read_json(root, _join(node, ".zattrs")) or {}


def is_array(new: dict[str, Any] | None, old: dict[str, Any] | None) -> bool:
    return old is not None or (new is not None and new.get("node_type") == "array")


def arrays_below(root: Path) -> list[str]:
    """Names of all arrays, found folder by folder; chunks are not entered, nor are links."""
    found, waiting, looked = [], [""], 0
    while waiting:
        node = waiting.pop()
        looked += 1
        if looked > _MOST_NODES:
            raise InputError(f"{root}: holds more than {_MOST_NODES} folders; name the image as dataset")
        new, old, _ = attributes_of(root, node)
        if is_array(new, old):
            found.append(node)
            continue
        with os.scandir(root / node) as items:
            waiting += [_join(node, item.name) for item in items if item.is_dir(follow_symlinks=False)]
    return sorted(found)


def _join(node: str, name: str) -> str:
    return f"{node}/{name}" if node else name


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key is there twice")
    return content
