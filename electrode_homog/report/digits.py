"""Numbers as a reader wants them: significant digits, a true minus sign, powers of ten, thin spaces.

Everything here returns plain text without markup; the template escapes it.
"""

import math

NARROW_SPACE = "\u202f"
MINUS = "−"
NOT_A_NUMBER = "–"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNITS = {"1": "", "A h": "Ah", "Ohm": "Ω"}


def rounded(value: float, digits: int = 3) -> str:
    """To significant digits, trailing zeros kept; digits before the point are never rounded away.

    >>> rounded(0.15397), rounded(0.15), rounded(63104.0), rounded(3.3e-10)
    ('0.154', '0.150', '63\u202f104', '3.30\u202f×\u202f10⁻¹⁰')
    """
    if math.isnan(value):
        return NOT_A_NUMBER
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if value == 0:
        return "0"
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    if exponent < -3 or exponent >= 7:
        mantissa = f"{value:.{digits - 1}e}".partition("e")[0]
        return _power(mantissa, exponent)
    return _grouped(f"{value:.{max(0, digits - 1 - exponent)}f}")


def written(value: float) -> str:
    """As a person would write the input: its digits where six tell all of it, else five; no zeros added.

    >>> written(0.335), written(8.52e-5), written(5.0), written(0.0799999237)
    ('0.335', '8.52\u202f×\u202f10⁻⁵', '5', '0.08')
    """
    if not math.isfinite(value):
        return rounded(value)
    digits = 6 if float(f"{value:.6g}") == value else 5
    text = f"{value:.{digits}g}"
    if value != 0 and ("e" in text or abs(value) < 1e-3):
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        return _power(mantissa.rstrip("0").rstrip("."), int(exponent))
    return _grouped(text)


def percent(share: float, digits: int = 3) -> str:
    """A share as a percentage: 0.4005 is 40.1 %; a share that is not quite 1 is not shown as 100 %."""
    if share != 1 and rounded(100 * share, digits) == rounded(100.0, digits):
        return f"{'>' if share < 1 else ''}{NARROW_SPACE}{99.9 if share < 1 else 100}{NARROW_SPACE}%".strip(
            NARROW_SPACE
        )
    return f"{rounded(100 * share, digits)}{NARROW_SPACE}%"


def change(value: float, base: float) -> str:
    """Relative difference with its sign, such as −8.4 %; a dash where there is nothing to divide by."""
    if not (math.isfinite(value) and math.isfinite(base)) or base == 0:
        return NOT_A_NUMBER
    share = 100 * (value / base - 1)
    if abs(share) < 0.005:
        return f"0{NARROW_SPACE}%"
    decimals = 0 if abs(share) >= 9.95 else 1 if abs(share) >= 0.095 else 2
    sign = "+" if share > 0 else MINUS
    return f"{sign}{abs(share):.{decimals}f}{NARROW_SPACE}%"


def with_error(value: float, error: float) -> str:
    """Value ± error, both to the second significant digit of the error; the bare value where the error is larger."""
    if not (math.isfinite(error) and error > 0 and math.isfinite(value)):
        return written(value)
    if error > abs(value):
        return rounded(value, 2)
    exponent = int(f"{error:.1e}".partition("e")[2])
    if exponent > -4 and abs(value) < 1e6:
        decimals = max(0, 1 - exponent)
        return f"{_grouped(f'{value:.{decimals}f}')} ± {_grouped(f'{error:.{decimals}f}')}"
    power = int(f"{value:.6e}".partition("e")[2]) if value else exponent
    decimals = max(0, 1 - exponent + power)
    scaled = f"{value / 10.0**power:.{decimals}f} ± {error / 10.0**power:.{decimals}f}".replace("-", MINUS)
    return f"({scaled}){NARROW_SPACE}×{NARROW_SPACE}10{_superscript(power)}"


def unit_text(unit: str) -> str:
    """mol/m3 becomes mol/m³; the unit of a plain number is empty."""
    shown = _UNITS.get(unit, unit)
    return shown.replace("m2", "m²").replace("m3", "m³").replace("cm2", "cm²")


def length_text(metres: float, *, physical: bool = True) -> str:
    """398 nm, 75.6 µm, 1.2 mm; voxels where the image has no physical length."""
    if not physical:
        return f"{written(metres)} voxels"
    for factor, unit in ((1e3, "mm"), (1e6, "µm"), (1e9, "nm")):
        if abs(metres) * factor >= 0.9995 or unit == "nm":
            return f"{written(float(f'{metres * factor:.4g}'))}{NARROW_SPACE}{unit}"
    raise AssertionError("the last unit takes everything")


def seconds_text(seconds: float) -> str:
    """0.12 s, 45 s, 3 min 20 s, 2 h 5 min."""
    if seconds < 100:
        return f"{rounded(seconds, 2)}{NARROW_SPACE}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{int(seconds) // 60}{NARROW_SPACE}min {int(seconds) % 60}{NARROW_SPACE}s"
    return f"{minutes // 60}{NARROW_SPACE}h {minutes % 60}{NARROW_SPACE}min"


def joined(names: list[str] | tuple[str, ...]) -> str:
    """a, b and c."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _power(mantissa: str, exponent: int) -> str:
    return f"{mantissa.replace('-', MINUS)}{NARROW_SPACE}×{NARROW_SPACE}10{_superscript(exponent)}"


def _superscript(exponent: int) -> str:
    return str(exponent).translate(_SUPERSCRIPT)


def _grouped(text: str) -> str:
    """Thin spaces between thousands from five digits on."""
    sign = MINUS if text.startswith("-") else ""
    whole, point, rest = text.lstrip("-").partition(".")
    if len(whole) >= 5:
        whole = f"{int(whole):,}".replace(",", NARROW_SPACE)
    return f"{sign}{whole}{point}{rest}"
