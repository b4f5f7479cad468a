"""Text to metres at the edge of the package."""

import pytest

from electrode_homog.errors import InputError
from electrode_homog.images import parse_length


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("398 nm", 398e-9),
        ("398nm", 398e-9),
        ("0.398 um", 0.398e-6),
        ("0.398 µm", 0.398e-6),
        ("0.398 μm", 0.398e-6),
        ("0.398micron", 0.398e-6),
        (" 3.98e-4 mm ", 3.98e-7),
        (".5 um", 5e-7),
        ("5. um", 5e-6),
        ("0.0004m", 4e-4),
        ("5 Å", 5e-10),
        ("5 \u212b", 5e-10),
        ("398 nanometers", 398e-9),
        ("398 Nanometre", 398e-9),
        ("0.398 micrometer", 0.398e-6),
        ("0.398 Microns", 0.398e-6),
        ("3.98e-4 millimetre", 3.98e-7),
        ("5 angstrom", 5e-10),
        ("1", 1.0),
        ("1.0", 1.0),
    ],
)
def test_lengths(text, metres):
    """A number and a unit are that many metres, to the last bit; plain 1 is the unit voxel."""
    assert parse_length(text) == metres


@pytest.mark.parametrize(
    "text",
    [
        "", "nm", "398", "2", "0.398", "398 furlong", "398 NM", "0,398 um", "-1 nm", "0 nm", "1e999 nm", "nan nm",
        "inf m", "1 2 nm", "1_000 nm", "1e99999 m", "398 nm nm", 398, None,
    ],
)  # fmt: skip
def test_what_is_not_a_length_is_refused(text):
    """No unit is guessed, no decimal comma read, no length <= 0 accepted."""
    with pytest.raises(InputError, match="length"):
        parse_length(text)
