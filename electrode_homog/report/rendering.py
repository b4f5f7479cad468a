"""From a page to HTML, by the template beside this file."""

import re
from importlib.resources import files

from electrode_homog.report.page import Page
from electrode_homog.report.palette import css_schemes

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def render(page: Page) -> str:
    """Every text is escaped; the drawings, the style sheet and the colours are the only markup."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )
    light, dark = css_schemes()
    return environment.get_template("report.html.j2").render(
        page=page, style=Markup(_source("report.css")), light=Markup(light), dark=Markup(dark), markup=Markup
    )


def _source(name: str) -> str:
    return files("electrode_homog.report").joinpath(name).read_text(encoding="utf-8")


def _printable(value):
    """Control characters, marks that turn the direction of text, and lone surrogates are not for a page."""
    from markupsafe import Markup

    if isinstance(value, str) and not isinstance(value, Markup):
        return _CONTROL.sub("\ufffd", value)
    return value
