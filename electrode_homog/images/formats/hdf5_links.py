"""Walking an HDF5 file link by link: each is looked at before it is followed, and none leaves the file.

The library itself follows external links without a word, to any file that the user may read.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from electrode_homog.errors import InputError

if TYPE_CHECKING:
    import h5py

_MOST_LINKS = 20_000  # objects looked at while searching for the image
_MOST_JUMPS = 16  # soft links in one name; more is a loop


def datasets_below(path: Path, file: "h5py.File") -> tuple[dict[str, "h5py.Dataset"], list[str]]:
    """Each dataset that hard links reach, by name, and in words each link that was not followed."""
    import h5py
    from h5py import h5o  # pyright: ignore[reportAttributeAccessIssue]

    found: dict[str, h5py.Dataset] = {}
    left: list[str] = []
    waiting: list[tuple[str, h5py.Group]] = [("", file)]
    seen = {h5o.get_info(file.id).addr}
    links = 0
    while waiting:
        prefix, group = waiting.pop()
        for name in group:
            links += 1
            if links > _MOST_LINKS:
                raise InputError(f"{path}: holds more than {_MOST_LINKS} objects; name the image as dataset")
            where, link = f"{prefix}/{name}", group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                left.append(f"{where!r}, a link to {_target(link)}")
                continue
            node = group[name]
            if isinstance(node, h5py.Dataset):
                found[where] = node
            elif isinstance(node, h5py.Group) and (address := h5o.get_info(node.id).addr) not in seen:
                seen.add(address)
                waiting.append((where, node))
    return found, left


def dataset_at(path: Path, file: "h5py.File", name: str) -> "h5py.Dataset":
    """The dataset at the end of `name`; soft links inside the file are followed, nothing else is."""
    import h5py

    node: object = file
    parts, jumps = _parts(name), 0
    while parts:
        part = parts.pop(0)
        link = node.get(part, getlink=True) if isinstance(node, h5py.Group) else None
        if not isinstance(node, h5py.Group) or link is None:
            raise InputError(f"{path}: no dataset {name!r} in it ({part!r} is missing); {_offered(path, file)}")
        if isinstance(link, h5py.SoftLink):
            jumps += 1
            if jumps > _MOST_JUMPS:
                raise InputError(f"{path}: dataset {name!r} is a link that leads back to itself; name the data itself")
            node, parts = (file if link.path.startswith("/") else node), _parts(link.path) + parts
        elif isinstance(link, h5py.HardLink):
            node = node[part]
        else:
            raise InputError(
                f"{path}: {name!r} leads out of the file, to {_target(link)}; links to other files are not followed: "
                "open that file itself"
            )
    if not isinstance(node, h5py.Dataset):
        raise InputError(f"{path}: {name!r} is a group, not a dataset; {_offered(path, file)}")
    return node


def _parts(name: str) -> list[str]:
    return [part for part in name.split("/") if part not in ("", ".")]


def _target(link: object) -> str:
    inside = getattr(link, "path", "an unknown place")
    return f"{inside!r} of {link.filename!r}" if hasattr(link, "filename") else repr(inside)  # pyright: ignore


def _offered(path: Path, file: "h5py.File") -> str:
    names = list(datasets_below(path, file)[0])
    return f"it holds {', '.join(map(repr, names[:12]))}" if names else "it holds no dataset"
