"""Colours: what a drawing calls them, and what they are in the light and in the dark scheme.

Drawings use hexadecimal tokens that no design would use (#0000xx); `drawing` replaces them by CSS variables.
Categorical colours and the rate ramp keep their order in lightness, so that they survive colour-blindness and grey
printing; text colours have a contrast of at least 4.5 : 1 on the page, lines of at least 3 : 1.
"""

from collections.abc import Sequence

_SCHEMES = {  # name: (light, dark)
    "paper": ("#fdfcfa", "#14171a"),
    "raised": ("#f5f3ee", "#1c2024"),
    "ink": ("#1d2226", "#e9e6df"),
    "muted": ("#5b636a", "#a2a9b0"),
    "hair": ("#dedad1", "#333a40"),
    "track": ("#e7e3da", "#2a3036"),
    "accent": ("#14566f", "#7cc3dc"),
    "accent-soft": ("#b9d0d8", "#2d5363"),
    "warm": ("#ad4a12", "#ef9f68"),
    "green": ("#3f6f3a", "#9ac78f"),
    "violet": ("#6d4785", "#c3a0da"),
    "mark": ("#fbf3dc", "#2e2a1c"),
    "warning": ("#7c5300", "#e0b860"),
}
_RAMP_LIGHT = ("#3a9a97", "#3d6ba6", "#6a3d8a", "#8a1b3d")
_RAMP_DARK = ("#4fb3b0", "#8aa9e6", "#cf9fe0", "#ffb59b")
RAMP_STEPS = 9

# Slices look the same in both schemes; lightness alone tells the first five phases apart.
PHASE_COLOURS = (
    "#17324a", "#d9d0bc", "#c3752f", "#7fa6b8", "#8a4f6d", "#a8b25f", "#4d4d4d", "#e8c3b0",
    "#2f6f5e", "#d8b13c", "#5b4b8a", "#b4452f",
)  # fmt: skip


def _token(index: int) -> str:
    return f"#0000{index + 1:02x}"


_NAMES = (*_SCHEMES, *(f"ramp{step}" for step in range(RAMP_STEPS)))
TOKENS = {name: _token(index) for index, name in enumerate(_NAMES)}
CSS_VARIABLE = {token: f"var(--{name})" for name, token in TOKENS.items()}

INK, MUTED, HAIR, TRACK = (TOKENS[name] for name in ("ink", "muted", "hair", "track"))
ACCENT, ACCENT_SOFT, WARM, GREEN, VIOLET = (
    TOKENS[name] for name in ("accent", "accent-soft", "warm", "green", "violet")
)
CATEGORIES = (ACCENT, WARM, GREEN, VIOLET)
MANY_CATEGORIES = (*CATEGORIES, TOKENS["warning"], MUTED)
VARIANT_COLOURS = (INK, *MANY_CATEGORIES)


HEAT_ANCHORS = ("#f1ecdc", "#b7d3c2", "#5ea3a6", "#26688a", "#1b2f5b")
"""Low to high in maps of a value; the same in both schemes, and even in lightness."""


def phase_colour(index: int) -> str:
    """Of the phase at this place in the table of phases; repeats after twelve."""
    return PHASE_COLOURS[index % len(PHASE_COLOURS)]


def ramp(count: int) -> list[str]:
    """Tokens for `count` ordered things, such as C-rates, slow to fast."""
    if count == 1:
        return [ACCENT]
    return [TOKENS[f"ramp{round(i * (RAMP_STEPS - 1) / (count - 1))}"] for i in range(count)]


def css_variable(token: str) -> str:
    """What the page calls a token; any other colour as it is."""
    return CSS_VARIABLE.get(token, token)


def css_schemes() -> tuple[str, str]:
    """The declarations of all variables for the light and for the dark scheme."""
    light, dark = (
        [f"--{name}: {pair[scheme]};" for name, pair in _SCHEMES.items()]
        + [f"--ramp{i}: {colour};" for i, colour in enumerate(blend(anchors, RAMP_STEPS))]
        for scheme, anchors in ((0, _RAMP_LIGHT), (1, _RAMP_DARK))
    )
    return " ".join(light), " ".join(dark)


def blend(anchors: Sequence[str], count: int) -> list[str]:
    """`count` colours along straight lines between the anchors."""
    points = [tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in anchors]
    result = []
    for step in range(count):
        position = step / (count - 1) * (len(points) - 1) if count > 1 else 0.0
        left = min(int(position), len(points) - 2)
        share = position - left
        mixed = (round(a + share * (b - a)) for a, b in zip(points[left], points[left + 1], strict=True))
        result.append("#" + "".join(f"{channel:02x}" for channel in mixed))
    return result
