"""From a painted matplotlib figure to an inline SVG that takes the colours and the type of the page.

The only module that imports matplotlib. A figure is painted with the hexadecimal tokens of `palette`; each
becomes a CSS variable here, so that one drawing serves the light scheme, the dark one and paper. One unit of a
drawing is one CSS pixel at full size. No text from outside goes into a drawing: names stand in the HTML around
it, where they wrap, are escaped, and find their glyphs.
"""

import io
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from electrode_homog.report.digits import written
from electrode_homog.report.page import Picture, Swatch
from electrode_homog.report.palette import CSS_VARIABLE, HAIR, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_UNITS_PER_INCH = 72  # of matplotlib's SVG
_LEAST_TICKS, _MOST_TICKS = 3, 7  # of a logarithmic axis
_STYLE: dict[Any, Any] = {
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.labelpad": 6.0,
    "axes.labelsize": 12.0,
    "axes.linewidth": 0.9,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "font.family": "DejaVu Sans",  # comes with matplotlib; only its widths matter here, see _plain_type
    "font.size": 12.0,
    "grid.color": HAIR,
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "xtick.color": MUTED,
    "xtick.labelcolor": MUTED,
    "xtick.labelsize": 11.0,
    "xtick.major.size": 4.0,
    "xtick.major.width": 0.9,
    "xtick.minor.size": 2.0,
    "ytick.color": MUTED,
    "ytick.labelcolor": MUTED,
    "ytick.labelsize": 11.0,
    "ytick.major.size": 4.0,
    "ytick.major.width": 0.9,
    "ytick.minor.size": 2.0,
}


def picture(
    name: str,
    width_px: int,
    height_px: int,
    paint: Callable[["Figure"], None],
    *,
    alt: str,
    title: Swatch | None = None,
) -> Picture:
    """Paint on a fresh figure and return it as SVG. `name` is unique on the page: the ids begin with it."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a style file of the user must not change a report
        matplotlib.rcParams.update({**_STYLE, "svg.hashsalt": name})
        size = (width_px / _UNITS_PER_INCH, height_px / _UNITS_PER_INCH)
        figure = Figure(figsize=size, dpi=_UNITS_PER_INCH, layout="constrained")
        figure.patch.set_visible(False)
        figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03)  # type: ignore[union-attr]
        FigureCanvasSVG(figure)
        paint(figure)
        for axes in figure.axes:
            axes.patch.set_visible(False)
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    return Picture(_inline(file.getvalue(), name), width_px, alt, title)


def plain_axes(figure: "Figure") -> "Axes":
    """One panel with left and bottom axis and faint horizontal lines."""
    axes = figure.add_subplot()
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    return axes


def logarithmic_x(axes: "Axes", low: float, high: float) -> None:
    """A logarithmic axis from `low` to `high`; ticks at 1, 2, 5 times powers of ten, or fewer where it is long."""
    from matplotlib.ticker import MaxNLocator

    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [tick for n in decades for step in steps if low <= (tick := float(f"{step}e{n}")) <= high]
        if len(ticks) <= _MOST_TICKS:
            break
    if len(ticks) < _LEAST_TICKS:
        ticks = [tick for tick in MaxNLocator(4).tick_values(low, high) if low <= tick <= high]
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_xticks(ticks, [written(tick) for tick in ticks])
    axes.set_xticks([], minor=True)


def _inline(svg: bytes, name: str) -> str:
    root = ElementTree.fromstring(svg)
    _drop_preamble(root)
    _rename_ids(root, name)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        href = element.attrib.pop(f"{{{_XLINK}}}href", None)
        if href is not None:
            element.set("href", "".join(href.split()))
        if "style" in element.attrib:
            element.set("style", _plain_type(_tokens_to_variables(element.attrib["style"])))
        if "d" in element.attrib:
            element.set("d", _shorter(element.attrib["d"]))
    root.attrib = {"viewBox": root.attrib["viewBox"]}
    return _without_blank_lines(ElementTree.tostring(root, encoding="unicode", short_empty_elements=True))


def _drop_preamble(root: ElementTree.Element) -> None:
    """Metadata carries addresses; the style element would style the whole page."""
    for child in list(root):
        styles = child.findall(f"{{{_SVG}}}style")
        if child.tag == f"{{{_SVG}}}metadata" or styles:
            root.remove(child)


def _rename_ids(root: ElementTree.Element, name: str) -> None:
    """Keep only ids that something refers to, and make them unique on the page."""
    used: set[str] = set()
    for element in root.iter():
        href = element.attrib.get(f"{{{_XLINK}}}href", "")
        if href.startswith("#"):
            used.add(href[1:])
            element.set(f"{{{_XLINK}}}href", f"#{name}-{href[1:]}")
        for key, value in element.attrib.items():
            for target in re.findall(r"url\(#([^)]+)\)", value):
                used.add(target)
                element.set(key, f"url(#{name}-{target})")
    for element in root.iter():
        own = element.attrib.pop("id", None)
        if own in used:
            element.set("id", f"{name}-{own}")


def _tokens_to_variables(style: str) -> str:
    return re.sub(r"#[0-9a-f]{6}", lambda found: CSS_VARIABLE.get(found[0], found[0]), style)


def _plain_type(style: str) -> str:
    """Leave the family to the page, so that figures and text are set in one face."""
    return re.sub(r"font-family:[^;]*;?\s*", "", re.sub(r"font:\s*([\d.]+px)[^;]*", r"font-size: \1", style))


def _shorter(path: str) -> str:
    return " ".join(re.sub(r"(\.\d\d)\d+", r"\1", path).split())


def _without_blank_lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
