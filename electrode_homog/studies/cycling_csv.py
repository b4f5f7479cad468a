"""Reading a cycler's CSV file, or refusing it with file, line and column.

Comma-separated UTF-8 text with one header line and decimal points. Nothing is repaired silently: a file that
could be read in two ways is an InputError.
"""

import csv
import math
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import numpy as np

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.machine import available_memory_bytes
from electrode_homog.p2d import DriveCycle
from electrode_homog.studies.cycling_data import TEMPERATURE_RANGE_K, VOLTAGE_RANGE_V, CyclingData

CELSIUS_ZERO_K = 273.15
KNOWN_COLUMNS: Mapping[str, tuple[str, ...]] = {  # quantity -> the names that are recognised without being told
    "time_s": ("time_s", "Time [s]", "Test Time / s"),
    "current_A": ("current_A", "Current [A]", "I[A]", "Current / A"),
    "voltage_V": ("voltage_V", "Voltage [V]", "Terminal voltage [V]", "U[V]", "Voltage / V"),
    "temperature_C": ("temperature_C", "Temperature [degC]", "Cell temperature [degC]"),
    "temperature_K": ("temperature_K", "Temperature [K]", "Cell temperature [K]"),
}
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_SENTINELS = {-999.0, -9999.0, -99999.0}  # what loggers write for "no value"
_MAXIMUM_COLUMNS, _MAXIMUM_HEADER = 1000, 100_000
_BYTES_PER_BYTE = 25  # memory taken while reading, per byte of file: text, cells, numbers (measured: 15 to 18)


class CurrentSign(Enum):
    """Which current the file counts as positive. Both conventions are in use, so the caller must say."""

    DISCHARGE_POSITIVE = "discharge-positive"
    CHARGE_POSITIVE = "charge-positive"


class RepeatedTimes(Enum):
    """What to do with rows that share a time stamp, as event-triggered cyclers write them."""

    REFUSE = "refuse"
    KEEP_FIRST = "keep-first"
    KEEP_LAST = "keep-last"  # the state after the event: right where the current is switched


def read_cycling_data(
    path: str | Path,
    *,
    current_sign: CurrentSign,
    columns: Mapping[str, str] | None = None,
    repeated_times: RepeatedTimes = RepeatedTimes.REFUSE,
) -> CyclingData:
    """Read time, current, voltage and, where present, temperature.

    `columns` maps time_s, current_A, voltage_V, temperature_C or temperature_K to the file's own names, for those
    that are not in KNOWN_COLUMNS. Raises InputError with file, line and column for whatever is not a plain table
    of finite numbers with increasing time, for a constant voltage or no current, and where the voltage contradicts
    `current_sign` (charge must raise it); OutOfRangeError for millivolts, kelvins under degC and the like.
    """
    path = Path(path)
    names, lines, table = _numbers(path, _rows(path), columns or {})
    for value in _SENTINELS:
        if (table == value).any():
            row, column = np.argwhere(table == value)[0]
            raise InputError(
                f"{path}, line {lines[row]}, column {names[column]!r}: {value:g} stands for a missing value"
            )
    quantity = dict(zip(names, table.T, strict=True))
    _check_limits(path, lines, quantity)
    keep = _kept_rows(path, lines, quantity["time_s"], repeated_times)
    sign = 1.0 if current_sign is CurrentSign.DISCHARGE_POSITIVE else -1.0
    temperature = quantity.get("temperature_K")
    if "temperature_C" in quantity:
        temperature = quantity["temperature_C"] + CELSIUS_ZERO_K
    data = CyclingData(
        quantity["time_s"][keep],
        sign * quantity["current_A"][keep],
        quantity["voltage_V"][keep],
        None if temperature is None else temperature[keep],
        path.name,
    )
    _check_content(path, data, current_sign)
    return data


def read_drive_cycle(path: str | Path) -> DriveCycle:
    """Read the columns time_s and current_A, discharge positive. Raises InputError as `read_cycling_data` does."""
    path = Path(path)
    rows = _rows(path)
    header = [cell.strip() for cell in rows[0][1]]
    for name in ("time_s", "current_A"):
        if header.count(name) != 1:
            raise InputError(f"{path}: {header.count(name)} columns are called {name!r}; found {header}")
    columns = {name: header.index(name) for name in ("time_s", "current_A")}
    _, table = _cells(path, rows, columns)
    return DriveCycle(table[:, 0], table[:, 1])


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """(line number, cells) of the header and every row; all of one length."""
    text = _text(path)
    header = text[: _MAXIMUM_HEADER + 1].splitlines()[0]
    if len(header) > _MAXIMUM_HEADER or header.count(",") >= _MAXIMUM_COLUMNS:
        raise InputError(f"{path}: the first line has {len(header)} characters or more; not a header")
    if "," not in header:
        found = next((name for mark, name in ((";", "semicolons"), ("\t", "tabs")) if mark in header), None)
        raise InputError(
            f"{path}: the header {header.strip()[:80]!r} has no comma"
            + (f" but {found}; write it with commas between columns and decimal points" if found else "")
        )
    reader = csv.reader(text.splitlines(), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if rows and len(cells) != len(rows[0][1]):
                _refuse_length(path, reader.line_num, cells, rows[0][1])
            rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: {error}; a quote that never closes?") from error
    if len(rows) < 3:
        raise InputError(f"{path} has {max(0, len(rows) - 1)} rows below its header; at least 2 are needed")
    return rows


def _refuse_length(path: Path, line: int, cells: list[str], header: list[str]) -> None:
    if len(cells) > len(header):
        why = "decimal commas, or one cell too many?"
    else:
        why = "an empty line?" if not cells else "cut short?"
    raise InputError(f"{path}, line {line}: {len(cells)} cells under {len(header)} columns; {why}")


def _text(path: Path) -> str:
    if not path.is_file():
        raise InputError(f"{path} is not a file")
    need, free = path.stat().st_size * _BYTES_PER_BYTE, available_memory_bytes()
    if need > free:
        raise InputError(f"{path}: reading it needs {need / 1e9:.1f} GB, {free / 1e9:.1f} GB are free; cut it")
    data = path.read_bytes()
    if not data.strip():
        raise InputError(f"{path} is empty")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start}); UTF-16, or not a table at all?") from error
    if "\0" in text:
        raise InputError(f"{path}, line {text[: text.index(chr(0))].count(chr(10)) + 1}: NUL byte; not a text table")
    if not text.endswith(("\n", "\r")):
        raise InputError(f"{path}: the last line has no line end; the file may be cut inside a number")
    return text


def _numbers(
    path: Path, rows: list[tuple[int, list[str]]], columns: Mapping[str, str]
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Quantities found, line numbers (n,), values (n, quantities)."""
    chosen = _chosen_columns(path, [cell.strip() for cell in rows[0][1]], columns)
    lines, table = _cells(path, rows, chosen)
    return list(chosen), lines, table


def _cells(path: Path, rows: list[tuple[int, list[str]]], chosen: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Line numbers (n,) and the values (n, columns) of the chosen columns, which must be finite numbers."""
    table = np.empty((len(rows) - 1, len(chosen)))
    for row, (line, cells) in enumerate(rows[1:]):
        for position, column in enumerate(chosen.values()):
            cell = cells[column]
            if not _NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
                raise InputError(
                    f"{path}, line {line}, column {rows[0][1][column].strip()!r}: {cell[:40]!r} is not a finite number"
                )
            table[row, position] = float(cell)
    return np.array([line for line, _ in rows[1:]]), table


def _chosen_columns(path: Path, header: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Quantity -> position of its column."""
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise InputError(f"{path}: two columns have the name {repeated[0]!r}")
    unknown = sorted(set(columns) - set(KNOWN_COLUMNS))
    if unknown:
        raise InputError(f"columns has the key {unknown[0]!r}; known are {sorted(KNOWN_COLUMNS)}")
    chosen = {}
    for quantity, known in KNOWN_COLUMNS.items():
        names = (columns[quantity],) if quantity in columns else known
        found = [name for name in names if name in header]
        if len(found) > 1:
            raise InputError(f"{path}: {quantity} could be {found[0]!r} or {found[1]!r}; say which in columns")
        if found:
            chosen[quantity] = header.index(found[0])
        elif quantity in columns or not quantity.startswith("temperature"):
            raise InputError(f"{path}: no column {' or '.join(map(repr, names))} for {quantity} in {header[:20]}")
    if {"temperature_C", "temperature_K"} <= set(chosen):
        raise InputError(f"{path}: temperature_C and temperature_K are both there; give one of them in columns")
    return chosen


def _check_limits(path: Path, lines: np.ndarray, quantity: Mapping[str, np.ndarray]) -> None:
    low, high = TEMPERATURE_RANGE_K
    limits = {
        "voltage_V": (*VOLTAGE_RANGE_V, "millivolts?"),
        "temperature_C": (low - CELSIUS_ZERO_K, high - CELSIUS_ZERO_K, "kelvins?"),
        "temperature_K": (low, high, "degrees Celsius?"),
    }
    for name, values in quantity.items():
        least, most, remedy = limits.get(name, (-math.inf, math.inf, ""))
        outside = (values < least) | (values > most)
        if outside.any():
            row = int(np.argmax(outside))
            raise OutOfRangeError(
                f"{path}, line {lines[row]}: {name} = {values[row]:g} is outside {least:g} to {most:g}; {remedy}"
            )


def _kept_rows(path: Path, lines: np.ndarray, time_s: np.ndarray, repeated: RepeatedTimes) -> np.ndarray:
    steps = np.diff(time_s)
    if (steps < 0).any():
        row = int(np.argmax(steps < 0)) + 1
        raise InputError(
            f"{path}, line {lines[row]}: the time goes back from {time_s[row - 1]:g} to {time_s[row]:g} s "
            f"({(steps < 0).sum()} times in all); restarted clock or shuffled rows?"
        )
    if repeated is RepeatedTimes.KEEP_LAST:
        return np.append(steps > 0, True)
    if repeated is RepeatedTimes.REFUSE and (steps == 0).any():
        raise InputError(
            f"{path}: {(steps == 0).sum()} repeated time stamps, the first in line "
            f"{lines[int(np.argmax(steps == 0)) + 1]}; ask for RepeatedTimes.KEEP_LAST or KEEP_FIRST "
            "(--repeated-times keep-last)"
        )
    return np.insert(steps > 0, 0, True)


def _check_content(path: Path, data: CyclingData, current_sign: CurrentSign) -> None:
    current, voltage = data.current_A, data.voltage_V
    if not current.any():
        raise InputError(f"{path}: the current is zero throughout; nothing to fit")
    if np.ptp(voltage) == 0:
        raise InputError(f"{path}: the voltage is {voltage[0]:g} V throughout; nothing to fit")
    response = _voltage_response(current, voltage)
    if response < -5e-3:  # below 5 mV either sign could be noise or relaxation
        other = next(sign for sign in CurrentSign if sign is not current_sign)
        raise InputError(
            f"{path}: read as {current_sign.value}, charge would lower the voltage (by {-response:.3f} V in all); "
            f"the file is {other.value}, give current_sign={other}"
        )


def _voltage_response(current: np.ndarray, voltage: np.ndarray) -> float:
    """Volts gained by charging and lost by discharging, minus the opposite; negative if the sign is wrong.

    Counted where the current keeps its sign (the open-circuit voltage moves) and where it steps by more than a
    fifth of the largest current (the resistance answers). Rest and small wobble are left out: relaxation after
    a step and the switching transient run the other way.
    """
    change, step, largest = np.diff(voltage), np.diff(current), np.abs(current).max()
    same_sign = current[1:] * current[:-1] > 0
    flowing = same_sign & (np.minimum(np.abs(current[1:]), np.abs(current[:-1])) > 0.05 * largest)
    stepping = np.abs(step) > 0.2 * largest
    return -float((np.sign(current[1:]) * change)[flowing].sum() + (np.sign(step) * change)[stepping].sum())
