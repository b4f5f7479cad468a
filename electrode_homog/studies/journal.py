"""The journal of a study: JSON lines, one per finished task, each on the disk before the next task is recorded.

The first line names the study; a later run line says which process appended what follows. A last line that was
torn by a kill is cut off on opening. The file is locked while it is open.
"""

import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from electrode_homog.errors import InputError
from electrode_homog.studies.outcome import Done, Failed, Outcome

_VERSION = 1
_START = b'{"journal"'


class Journal:
    """A context manager. `outcomes` maps task keys to what is known of them, earlier runs included.

    Raises InputError where the file is no journal, belongs to another study, is damaged in the middle, or is open
    in another process; OSError, which names the path, where it cannot be written.
    """

    def __init__(self, path: str | Path, study: str):
        self.path = Path(path)
        self.study = study
        self.outcomes: dict[str, Outcome] = {}

    def __enter__(self) -> "Journal":
        self._file = self.path.open("a+b")
        try:
            self._lock()
            self._load()
            started = datetime.now(UTC).isoformat(timespec="seconds")
            self._write({"run": {"process": os.getpid(), "host": socket.gethostname(), "started": started}})
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()  # which also unlocks

    def append(self, key: str, outcome: Outcome) -> None:
        """Record one finished task and wait until it is on the disk."""
        match outcome:
            case Done(value, seconds):
                line = {"task": key, "done": value, "seconds": seconds}
            case Failed(error, message, seconds):
                line = {"task": key, "failed": error, "message": message, "seconds": seconds}
        self._write(line)
        self.outcomes[key] = outcome

    def _write(self, line: dict[str, Any]) -> None:
        data = json.dumps(line, allow_nan=False).encode() + b"\n"
        try:
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise OSError(error.errno, f"cannot write {len(data)} bytes: {error.strerror}", str(self.path)) from error

    def _load(self) -> None:
        self._file.seek(0)
        content = self._file.read()
        head = content[: len(_START)]
        if head != _START[: len(head)]:
            raise InputError(f"{self.path} is not a journal of a study; choose another name")
        whole = content.rfind(b"\n") + 1
        self._file.truncate(whole)
        if whole == 0:
            self._write({"journal": _VERSION, "study": self.study})
            return
        for number, line in enumerate(content[:whole].splitlines(), 1):
            self._take(number, line)

    def _take(self, number: int, line: bytes) -> None:
        try:
            entry = json.loads(line)
            if "journal" in entry:
                self._check_header(entry)
            elif "done" in entry:
                self.outcomes[entry["task"]] = Done(entry["done"], entry["seconds"])
            elif "failed" in entry:
                self.outcomes[entry["task"]] = Failed(entry["failed"], entry["message"], entry["seconds"])
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{self.path}, line {number} is damaged ({error}); the study cannot be resumed") from error

    def _check_header(self, entry: dict[str, Any]) -> None:
        if entry["journal"] != _VERSION:
            raise InputError(f"{self.path} is a journal of version {entry['journal']}; this is version {_VERSION}")
        if entry["study"] != self.study:
            raise InputError(
                f"{self.path} is the journal of another study ({entry['study'][:12]}, this one is {self.study[:12]}): "
                "cell, protocol, mesh, settings or versions differ; give another journal"
            )

    def _lock(self) -> None:
        if not _locked(self._file.fileno()):
            self._file.seek(0)
            runs = [line for line in self._file.read().splitlines() if line.startswith(b'{"run"')]
            holder = "another process"
            if runs:
                run = json.loads(runs[-1])["run"]
                holder = f"process {run['process']} on {run['host']}, started {run['started']}"
            raise InputError(f"{self.path} is in use by {holder}; wait for it or give another journal")


if sys.platform == "win32":
    import msvcrt

    def _locked(descriptor: int) -> bool:
        """Take the lock of a byte far beyond the content, so that the file can still be read."""
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(descriptor: int) -> bool:
        """Take the lock that the kernel gives back when this process ends, however it ends."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
