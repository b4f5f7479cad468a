"""The SHA-256 of a file, or of a folder as the names and bytes of all its files in order."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.images.formats.guard import opened, parsing_name

_BLOCK = 2**20


def sha256_of(path: Path) -> str:
    """Hexadecimal digest of a regular file."""
    digest = hashlib.sha256()
    _add(digest, path)
    return digest.hexdigest()


def sha256_of_files(folder: Path, names: list[str]) -> str:
    """Hexadecimal digest of files inside a folder: of each the name, its length, then its bytes."""
    digest = hashlib.sha256()
    for name in names:
        with parsing_name(folder / name):
            size = (folder / name).stat().st_size
        digest.update(f"{name}\0{size}\0".encode("utf-8", "surrogateescape"))
        if size:
            _add(digest, folder / name)
    return digest.hexdigest()


def files_below(folder: Path) -> list[str]:
    """Names of all files below a folder, sorted, relative to it; links are an InputError, for they may lead out."""
    return sorted(_files_below(folder))


def _files_below(folder: Path) -> Iterator[str]:
    def fail(error: OSError) -> None:
        raise InputError(f"{folder}: cannot be read ({error.strerror})") from error

    for here, folders, files in os.walk(folder, onerror=fail):
        for name in (*folders, *files):
            if (Path(here) / name).is_symlink():
                raise InputError(f"{Path(here) / name}: is a link; copy what it points to into {folder.name}")
        yield from (Path(here, name).relative_to(folder).as_posix() for name in files)


def _add(digest: Any, path: Path) -> None:
    with opened(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
