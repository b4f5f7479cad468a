"""Writing results: whole or not at all, and never over something that was there before."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from electrode_homog.errors import InputError


def write_whole(path: str | Path, content: str | bytes, *, overwrite: bool = False) -> Path:
    """Write to a hidden name beside `path`, sync, then rename; text is UTF-8. Returns `path`.

    Raises InputError where `path` exists and `overwrite` is not set, OSError, which names the path and the
    bytes, where it cannot be written. In both cases nothing is left behind.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with written_whole(path, overwrite=overwrite, what=f"{len(data)} bytes") as beside:
        beside.write_bytes(data)
    return Path(path)


@contextmanager
def written_whole(path: str | Path, *, overwrite: bool = False, what: str = "the file") -> Iterator[Path]:
    """A hidden name beside `path` to write to; at the end it is synced and becomes `path`, or vanishes after an error.

    Raises as `write_whole` does; `what` is what could not be written, for the message.
    """
    path = Path(path)
    refuse_existing(path, overwrite=overwrite)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield beside
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        if overwrite:
            beside.replace(path)
        else:
            _move_to_new_name(beside, path)
    except OSError as error:
        if isinstance(error, FileExistsError):
            raise InputError(f"{path} exists already; choose another name or overwrite it (--force)") from error
        raise OSError(error.errno, f"cannot write {what}: {error.strerror or error}", str(path)) from error
    finally:
        beside.unlink(missing_ok=True)


def refuse_existing(path: str | Path, *, overwrite: bool = False) -> None:
    """Raise InputError if `path` is a folder, or exists and `overwrite` is not set; cheap, so called before work."""
    if Path(path).is_dir():
        raise InputError(f"{path} is a folder; give the name of a file")
    if not overwrite and Path(path).exists():
        raise InputError(f"{path} exists already; choose another name or overwrite it (--force)")


def _move_to_new_name(beside: Path, path: Path) -> None:
    """Rename that fails if `path` came into being meanwhile; a plain rename where links are not supported."""
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:
        refuse_existing(path)
        beside.replace(path)


@contextmanager
def folder_written_whole(path: Path, *, refuse: Callable[[], None], what: str) -> Iterator[Path]:
    """A hidden folder beside `path` to fill; at the end it is synced and takes its place, or vanishes after an error.

    `refuse` raises where `path` must not be replaced; it is asked before and, because something may have come into
    being meanwhile, after. OSError names `path` and `what` could not be written.
    """
    refuse()
    token = secrets.token_hex(4)
    beside, former = (path.with_name(f".{path.name}.{token}.{kind}") for kind in ("part", "former"))
    try:
        beside.mkdir()
        yield beside
        _sync_folder(beside)
        refuse()
        _put_in_place(beside, path, former)
    except OSError as error:
        raise OSError(error.errno, f"cannot write {what}: {error.strerror or error}", str(path)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put_in_place(beside: Path, path: Path, former: Path) -> None:
    if not path.exists():
        beside.rename(path)
        return
    path.rename(former)
    try:
        beside.rename(path)
    except OSError:
        former.rename(path)
        raise
    shutil.rmtree(former)


def _sync_folder(folder: Path) -> None:
    for here, _, names in os.walk(folder):
        for name in names:
            with (Path(here) / name).open("rb") as file:
                os.fsync(file.fileno())


@contextmanager
def exclusive_folder(folder: str | Path) -> Iterator[Path]:
    """Make `folder` if need be and hold it: a second run in it raises InputError instead of interleaving."""
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; a folder for the results is needed")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise OSError(error.errno, f"cannot write there: {error.strerror}", str(folder)) from error
    with lock:
        _hold(lock, folder)
        yield folder


def _hold(lock: IO[str], folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # not a POSIX system: no lock, and no false promise of one
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        raise InputError(f"{folder} is in use by process {lock.read().strip() or 'unknown'}") from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
