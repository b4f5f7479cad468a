"""What stands between a foreign file and the library that parses it.

Parsers fail on damaged files with whatever their arithmetic runs into, and some only log it. Here each
failure becomes an InputError that names the file, and a size is judged before it is allocated.
"""

import logging
import lzma
import math
import os
import stat
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from electrode_homog.errors import InputError
from electrode_homog.machine import available_memory_bytes

# Each was met with a spoilt file, except AssertionError, which tifffile uses for conditions of the format.
_PARSER_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


@contextmanager
def parsing(path: Path) -> Iterator[None]:
    """Turn a parser's failure into an InputError that names the file."""
    try:
        with np.errstate(all="raise"):  # a parser that divides by a zero of the header is reading damage
            yield
    except MemoryError as error:
        raise InputError(f"{path}: does not fit into memory; crop or coarsen it") from error
    except _PARSER_FAILURES as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(
            f"{path}: cut short, damaged or of an unknown kind ({type(error).__name__}: {reason}); "
            "copy it again, or save it anew from the program that made it"
        ) from error


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a regular file; InputError where it cannot be opened, is empty, or changes while it is read."""
    with parsing_name(path):
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise InputError(f"{path}: is not a regular file")
        if before.st_size == 0:
            raise InputError(f"{path}: is empty (0 bytes); copy it again")
        yield file
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(
            f"{path}: changed while it was read ({before.st_size} bytes, then {after.st_size}); "
            "wait until it is written, then read it again"
        )


@contextmanager
def parsing_name(path: Path) -> Iterator[None]:
    """Turn what the system says about a name (absent, forbidden, a loop, impossible) into an InputError."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, RuntimeError, ValueError) as error:  # a RuntimeError is a loop of links, to pathlib
        raise InputError(f"{str(path)!r}: cannot be read ({getattr(error, 'strerror', None) or error})") from error


def check_memory(path: Path, shape: tuple[int, ...], itemsize: int, *, copies: int = 1) -> None:
    """InputError unless `copies` arrays of this shape fit into memory; called before anything is decoded."""
    needed, free = copies * math.prod(shape) * itemsize, available_memory_bytes()
    if needed > free:
        raise InputError(
            f"{path}: {' x '.join(map(str, shape))} voxels need {needed / 1e9:.3g} GB, "
            f"{free / 1e9:.3g} GB are free; crop or coarsen it"
        )


class LogRecords(logging.Handler):
    """Collects what a library logs from WARNING up, for parsers that report damage in no other way.

    Use as a context manager; while it is open, the logger neither prints nor drops these records, whatever
    the application has set. Records of other threads that read at the same time are collected too.
    """

    def __init__(self, logger_name: str):
        super().__init__(logging.WARNING)
        self.logger = logging.getLogger(logger_name)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(" ".join(record.getMessage().split()))

    def __enter__(self) -> "LogRecords":
        logger = self.logger
        self._before = (logger.level, logger.propagate, logger.disabled, logging.root.manager.disable)
        logger.setLevel(logging.WARNING)
        logger.propagate = logger.disabled = False
        logging.disable(logging.NOTSET)
        logger.addHandler(self)
        return self

    def __exit__(self, *_exception: object) -> None:
        level, self.logger.propagate, self.logger.disabled, disabled = self._before
        self.logger.removeHandler(self)
        self.logger.setLevel(level)
        logging.disable(disabled)

    def refuse(self, path: Path) -> None:
        """InputError if anything was logged so far."""
        if self.messages:
            raise InputError(
                f"{path}: cut short or damaged ({self.messages[0][:300]}); "
                "copy it again, or save it anew from the program that made it"
            )
