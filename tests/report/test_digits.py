"""Numbers as a reader wants them."""

import doctest

import pytest

from electrode_homog.report import digits, electrode_figures, layer_blocks, quantities
from electrode_homog.report.digits import NARROW_SPACE, change, length_text, percent, rounded, with_error, written


@pytest.mark.parametrize("module", [digits, quantities, electrode_figures, layer_blocks])
def test_examples_in_docstrings(module):
    """The examples in the docstrings are true."""
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (float("nan"), "–"), (float("inf"), "∞"), (-0.5, "−0.500"), (999.6, "1000"), (0.0009996, "0.00100")],
)
def test_rounded_at_the_edges(value, text):
    """Zero, not-a-number, infinity, negative numbers and numbers that round up to a power of ten."""
    assert rounded(value) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(2.4188, 0.0995, "2.42 ± 0.10"), (18797.0, 603.0, "18797 ± 603"), (3.3e-14, 4e-15, "(3.30 ± 0.40)×10⁻¹⁴")],
)
def test_error_sets_the_digits(value, error, text):
    """Value and error end at the same decimal, the second digit of the error."""
    assert with_error(value, error).replace(NARROW_SPACE, "") == text


def test_undetermined_value_has_two_digits():
    """An error larger than the value leaves no digit to trust."""
    assert with_error(28626.0, 4e5).replace(NARROW_SPACE, "") == "28626"
    assert with_error(0.3123, 7.0) == "0.31"


@pytest.mark.parametrize(
    ("new", "old", "text"), [(4.5, 5.0, "−10%"), (5.02, 5.0, "+0.4%"), (5.0, 5.0, "0%"), (1.0, 0.0, "–")]
)
def test_change_has_a_sign(new, old, text):
    """Relative differences carry a sign; without a base there is none."""
    assert change(new, old).replace(NARROW_SPACE, "") == text


def test_almost_all_is_not_all():
    """A share of 99.99 % is not shown as 100 %."""
    assert percent(1.0).replace(NARROW_SPACE, "") == "100%"
    assert percent(0.99996).replace(NARROW_SPACE, "") == ">99.9%"


@pytest.mark.parametrize(
    ("metres", "text"), [(398e-9, "398nm"), (75.6e-6, "75.6µm"), (1.2e-3, "1.2mm"), (1e-6, "1µm"), (5e-11, "0.05nm")]
)
def test_lengths_have_the_nearest_unit(metres, text):
    """Lengths are shown in the unit that needs no leading zeros."""
    assert length_text(metres).replace(NARROW_SPACE, "") == text


@pytest.mark.parametrize("value", [0.335, 5.22e-6, 63104.0, 29866.0, 298.15, -1.5e-9, 12345678.0])
def test_inputs_read_back(value):
    """What a person wrote can be read back from what is shown."""
    text = written(value).replace(NARROW_SPACE, "").replace("−", "-")
    mantissa, _, power = text.partition("×10")
    exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
    assert float(mantissa) * 10.0**exponent == pytest.approx(value, rel=1e-4)
