"""Paths such as "positive.particle.radius_m" as a reader names them, with the unit in which they are easy to read."""

from electrode_homog.report.digits import NARROW_SPACE, written

_SUFFIXES = (  # longest first: suffix of a path, unit shown, factor
    ("_mol_m3", "mol/m³", 1.0),
    ("_J_mol", "J/mol", 1.0),
    ("_V_m2", "V m²", 1.0),
    ("_m2_s", "m²/s", 1.0),
    ("_A_m2", "A/m²", 1.0),
    ("_S_m", "S/m", 1.0),
    ("_V_K", "V/K", 1.0),
    ("_Ohm", "Ω", 1.0),
    ("_Ah", "Ah", 1.0),
    ("_V", "V", 1.0),
    ("_K", "K", 1.0),
    ("_m", "µm", 1e6),
)
_WIDE = ("electrode_height_m", "electrode_width_m")  # centimetres, not micrometres


def quantity(path: str) -> tuple[str, str, float]:
    """Name, unit and the factor from SI to that unit.

    >>> quantity("positive.thickness_m")
    ('positive thickness', 'µm', 1000000.0)
    >>> quantity("positive.diffusivity_m2_s.arrhenius.activation_energy_J_mol")
    ('positive diffusivity arrhenius activation energy', 'J/mol', 1.0)
    """
    parts = [_split(part) for part in path.split(".")]
    _, unit, factor = parts[-1]
    if path.endswith(_WIDE):
        unit, factor = "cm", 100.0
    return " ".join(name.replace("_", " ") for name, _, _ in parts), unit, factor


def _split(name: str) -> tuple[str, str, float]:
    """Name without the ending that is a unit, that unit as shown, and the factor from SI."""
    for suffix, shown, scale in _SUFFIXES:
        if name.endswith(suffix):
            return name.removesuffix(suffix), shown, scale
    return name, "", 1.0


def axis_label(path: str) -> str:
    """Positive thickness (µm)."""
    name, unit, _ = quantity(path)
    name = name[:1].upper() + name[1:]
    return f"{name} ({unit})" if unit else name


def shown_value(path: str, value: float) -> str:
    """75.6 µm."""
    _, unit, factor = quantity(path)
    return f"{written(float(f'{value * factor:.6g}'))}{NARROW_SPACE if unit else ''}{unit}"
