"""One good record, one function per fault; the real records where they are present."""

import numpy as np
import pytest

from electrode_homog.errors import InputError, OutOfRangeError
from electrode_homog.studies.cycling_csv import CurrentSign, RepeatedTimes, read_cycling_data

DISCHARGE, CHARGE = CurrentSign.DISCHARGE_POSITIVE, CurrentSign.CHARGE_POSITIVE


def good(sign=1, columns="time_s,current_A,voltage_V,temperature_C") -> str:
    """Rest, 20 rows of discharge at 2 A, rest, 5 rows of charge."""
    rows = [(0, 0, 4.1)]
    rows += [(1 + 60 * k, 2 * sign, 4.0 - 0.05 * k) for k in range(20)]
    rows += [(1300, 0, 3.2), (1400, 0, 3.3)]
    rows += [(1500 + 60 * k, -1 * sign, 3.5 + 0.05 * k) for k in range(5)]
    return columns + "\n" + "".join(f"{t},{i:.1f},{v:.3f},25.0\n" for t, i, v in rows)


def write(folder, content, name="record.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def replaced(line, cells):
    """The good record with one line replaced; lines count from 1, the header."""
    lines = good().splitlines()
    lines[line - 1] = cells
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("columns", "sign"),
    [
        ("time_s,current_A,voltage_V,temperature_C", 1),
        ("Time [s],I[A],U[V],x", -1),
        ("Time [s],Current [A],Voltage [V],Temperature [degC]", 1),
        ("Test Time / s,Current / A,Voltage / V,y", -1),
    ],
)
def test_known_column_names(tmp_path, columns, sign):
    """Each family of names is recognised and the current comes out discharge-positive."""
    convention = DISCHARGE if sign == 1 else CHARGE
    data = read_cycling_data(write(tmp_path, good(sign, columns)), current_sign=convention)
    assert data.time_s.shape == (28,)
    assert data.current_A[1] == 2.0
    assert (data.temperature_K is not None) == ("emperature" in columns)
    if data.temperature_K is not None:
        np.testing.assert_allclose(data.temperature_K, 298.15)


def test_named_columns_and_byte_order_mark(tmp_path):
    """Own names are given in `columns`; a byte order mark and CRLF line ends do not matter."""
    text = "\ufeff" + good(columns="a, b,c,d").replace("\n", "\r\n")
    columns = {"time_s": "a", "current_A": "b", "voltage_V": "c", "temperature_K": "d"}
    path = write(tmp_path, text.replace("25.0", "298.0"))
    data = read_cycling_data(path, current_sign=DISCHARGE, columns=columns)
    assert data.temperature_K is not None
    assert data.temperature_K[0] == 298.0


FAULTS = {
    "decimal commas": (good().replace(".", ","), "line 2: 7 cells under 4 columns; decimal commas"),
    "semicolons": (good().replace(",", ";"), "no comma but semicolons"),
    "semicolons and decimal commas": (good().replace(",", ";").replace(".", ","), "no comma but semicolons"),
    "tabs": (good().replace(",", "\t"), "no comma but tabs"),
    "two columns of one name": (good(columns="time_s,current_A,voltage_V,voltage_V"), "two columns.*'voltage_V'"),
    "two voltages": (good(columns="time_s,current_A,voltage_V,Voltage [V]"), "could be 'voltage_V' or"),
    "no voltage": (good(columns="time_s,current_A,v,temperature_C"), "no column 'voltage_V'.*for voltage_V"),
    "NaN": (replaced(4, "61,2.0,NaN,25.0"), "line 4, column 'voltage_V': 'NaN'"),
    "infinite": (replaced(4, "61,2.0,1e400,25.0"), "line 4, column 'voltage_V': '1e400'"),
    "empty cell": (replaced(4, "61,,3.9,25.0"), "line 4, column 'current_A': ''"),
    "text": (replaced(4, "61,2.0,n/a,25.0"), "line 4, column 'voltage_V': 'n/a'"),
    "underscore": (replaced(4, "61,2.0,3_9,25.0"), "line 4, column 'voltage_V': '3_9'"),
    "row of units": (replaced(2, "s,A,V,degC"), "line 2, column 'time_s': 's'"),
    "missing value": (replaced(4, "61,-999,3.9,25.0"), "line 4, column 'current_A': -999 stands for"),
    "row too short": (replaced(4, "61,2.0,3.9"), "line 4: 3 cells under 4 columns; cut short"),
    "row too long": (replaced(4, "61,2.0,3.9,25.0,1"), "line 4: 5 cells under 4 columns"),
    "empty line": (replaced(4, ""), "line 4: 0 cells under 4 columns; an empty line"),
    "open quote": (replaced(4, '61,"2.0,3.9,25.0'), "quote that never closes|cells under 4 columns"),
    "cut in the last line": (good()[:-3], "last line has no line end"),
    "UTF-16": (good().encode("utf-16"), "not UTF-8 text"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not UTF-8 text"),
    "NUL": (good().replace("25.0\n1,", "25.0\n1\0,"), "line 3: NUL"),
    "empty": ("", "is empty"),
    "header only": ("time_s,current_A,voltage_V\n", "0 rows below its header"),
    "no line end in ten thousand columns": ("1," * 10_000 + "1\n", "not a header"),
    "repeated times": (replaced(4, "1,2.0,3.95,25.0"), "1 repeated time stamps, the first in line 4"),
    "clock goes back": (replaced(4, "0.5,2.0,3.95,25.0"), r"line 4: the time goes back.*\(1 times"),
    "no current": (good().replace("2.0", "0.0").replace("-1.0", "0.0"), "current is zero"),
    "constant voltage": ("time_s,current_A,voltage_V\n0,1,4\n1,1,4\n2,1,4\n", "voltage is 4 V throughout"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_refused_with_file_and_place(tmp_path, fault):
    """Each fault is an InputError that names the file and where it is wrong."""
    content, message = FAULTS[fault]
    path = write(tmp_path, content)
    with pytest.raises(InputError, match=message) as raised:
        read_cycling_data(path, current_sign=DISCHARGE)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("61,2.0,3950,25.0", "line 4: voltage_V = 3950 is outside -1 to 6; millivolts"),
        ("61,2.0,-9.99,25.0", "line 4: voltage_V"),
        ("61,2.0,3.95,298.15", "line 4: temperature_C = 298.15 .* kelvins"),
    ],
)
def test_wrong_unit_is_out_of_range(tmp_path, cells, message):
    """A value that no lithium cell shows is an OutOfRangeError with its line and the likely unit."""
    with pytest.raises(OutOfRangeError, match=message):
        read_cycling_data(write(tmp_path, replaced(4, cells)), current_sign=DISCHARGE)


@pytest.mark.parametrize(("sign", "told", "other"), [(1, CHARGE, "DISCHARGE_POSITIVE"), (-1, DISCHARGE, "CHARGE_")])
def test_wrong_sign_is_refused(tmp_path, sign, told, other):
    """If charge would lower the voltage, the error names both conventions."""
    with pytest.raises(InputError, match=f"read as {told.value}.*current_sign=CurrentSign.{other}"):
        read_cycling_data(write(tmp_path, good(sign)), current_sign=told)


def test_wrong_names_of_the_caller(tmp_path):
    """An unknown quantity, a name that the file lacks and a missing file are InputErrors."""
    path = write(tmp_path, good())
    with pytest.raises(InputError, match="key 'voltage'"):
        read_cycling_data(path, current_sign=DISCHARGE, columns={"voltage": "voltage_V"})
    with pytest.raises(InputError, match="no column 'U'"):
        read_cycling_data(path, current_sign=DISCHARGE, columns={"voltage_V": "U"})
    with pytest.raises(InputError, match="not a file"):
        read_cycling_data(tmp_path / "none.csv", current_sign=DISCHARGE)


@pytest.mark.parametrize(("rule", "voltage"), [(RepeatedTimes.KEEP_FIRST, 4.0), (RepeatedTimes.KEEP_LAST, 3.95)])
def test_repeated_times_are_kept_as_asked(tmp_path, rule, voltage):
    """Of two rows at 1 s the first or the last stays; nothing else changes."""
    path = write(tmp_path, replaced(4, "1,2.0,3.95,25.0"))
    data = read_cycling_data(path, current_sign=DISCHARGE, repeated_times=rule)
    assert data.time_s.size == 27
    assert data.voltage_V[1] == voltage


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "sign", "median_A", "end_s", "charge_Ah"),
    [  # segments.csv of the LG M50 records; README of the About:Energy records
        ("lgm50/rate_25degC_0.1C.csv", DISCHARGE, 0.5001, 35607.964, 4.9446),
        ("lgm50/rate_25degC_0.5C.csv", DISCHARGE, 2.4996, 6973.040, 4.8421),
        ("lgm50/rate_25degC_1C.csv", DISCHARGE, 4.9997, 3443.478, 4.7825),
        ("aboutenergy_nmc/NMC_25degC_Co2.csv", CHARGE, 6.25, 7496, 13.01),
        ("aboutenergy_nmc/NMC_25degC_Co20.csv", CHARGE, 0.6258, 75367, 13.10),
    ],
)
def test_first_discharge_of_real_records(shared_data, name, sign, median_A, end_s, charge_Ah):
    """The discharge found by us is the one that the descriptions of the data state."""
    path = shared_data / "cycling" / name
    data = read_cycling_data(path, current_sign=sign, repeated_times=RepeatedTimes.KEEP_LAST)
    discharge = data.first_discharge()
    assert np.median(discharge.current_A) == pytest.approx(median_A, rel=2e-4)
    assert discharge.time_s[-1] == pytest.approx(end_s, abs=1)
    assert discharge.discharged_Ah[-1] == pytest.approx(charge_Ah, rel=5e-4)
    assert np.abs(discharge.current_A / median_A - 1).max() < 0.02
    wrong = CHARGE if sign is DISCHARGE else DISCHARGE
    with pytest.raises(InputError, match="charge would lower the voltage"):
        read_cycling_data(path, current_sign=wrong, repeated_times=RepeatedTimes.KEEP_LAST)
