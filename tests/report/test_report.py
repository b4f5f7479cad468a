"""The file as a whole: what it holds, what it refuses, that it is one valid page that needs nothing else."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

import electrode_homog as eh

VOID = {"meta", "br", "img", "link", "input", "hr"}
KINDS = [
    "microstructure", "survey", "description", "tensor", "periodic tensor", "two phases", "conductivity", "pieces",
    "law", "base", "base run", "phase field", "flake", "particle alone", "rest", "design", "line", "fit",
]  # fmt: skip


class Page(HTMLParser):
    """Checks nesting while reading; keeps tags, addresses, ids, and text outside style elements."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), f"<{tag} {name}>"
            value = value or ""
            if name in ("src", "href", "xlink:href", "action", "poster", "data", "srcset", "background"):
                self.addresses.append(value)
            if name == "id":
                self.ids.append(value)
            assert "url(" not in value or "url(#" in value

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def written(items, folder, **options) -> Page:
    path = eh.write_report(items, folder / "report.html", **options)
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def whole(items, tmp_path_factory) -> tuple[Page, str]:
    path = eh.write_report(list(items.values()), tmp_path_factory.mktemp("report") / "report.html", title="A title")
    html = path.read_text(encoding="utf-8")
    return Page(html), html


def test_everything_is_in_the_file(whole):
    """No script, no style from elsewhere; every address is data or a place on the page; no import in the style."""
    page, html = whole
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "base", "form"}
    assert page.addresses
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in page.addresses)
    assert "@import" not in html
    assert "xmlns" not in html
    assert all(href[1:] in page.ids for href in page.addresses if href.startswith("#"))


def test_ids_are_unique(whole):
    """Drawings do not share ids, so that none takes the clip path of another."""
    page, _ = whole
    assert len(page.ids) == len(set(page.ids))


def test_file_is_small(whole):
    """Below 3 MB, as promised for a whole study."""
    assert len(whole[1]) < 3_000_000


def test_colours_follow_the_scheme(whole):
    """No token of a drawing is left over: each became a variable of the page."""
    _, html = whole
    assert not re.search(r"#0000[0-2][0-9a-f]\b", html)
    assert set(re.findall(r"var\(--([\w-]+)\)", html)) <= set(re.findall(r"--([\w-]+):", html))


def test_all_sections_are_there(whole):
    """The report goes from the electrode to provenance in this order."""
    page, html = whole
    titles = re.findall(r"<h2><span>\d+</span> ([^<]+)</h2>", html)
    assert titles == [
        "The electrode",
        "Transport",
        "Handed to the P2D model",
        "What the cell delivers",
        "Particles",
        "Design",
        "Fit to measured data",
        "Provenance",
    ]
    assert "A title" in page.text
    assert html.count("When not to trust it") >= len(titles)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_stands_alone(kind, items, tmp_path):
    """A report of a single item, whatever it is, is a valid page with a summary and a provenance."""
    page = written([items[kind]], tmp_path)
    assert "Provenance" in page.text
    assert "StrictUndefined" not in page.text
    assert "nan" not in page.text.lower().replace("tonan", "").split()


def test_names_are_text(electrode, tmp_path):
    """Names from files that look like HTML, like formulas, or hold control characters are shown, not obeyed."""
    evil = "<script>alert(1)</script>"
    source = 'x" onload="alert(2)\x00 <img src=http://example.org/a.png>'
    image = eh.VoxelImage(electrode.image.labels, 1e-6, source)
    renamed = eh.Microstructure(image, {evil: 0, "$\\alpha_{": 1, "日本": 2})
    tensor = eh.effective_tensor(renamed, {evil: 1.0})
    items = [renamed, eh.describe(renamed), tensor, eh.Named("<b>&", tensor)]
    page = written(items, tmp_path, title="<i>T</i> & Ü")
    assert not page.tags & {"script", "img", "b", "i"}
    for name in (evil, "$\\alpha_{", "日本", "<b>&", "<i>T</i> & Ü", "<img src=http://example.org/a.png>"):
        assert name in page.text
    assert "\x00" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_same_input_same_bytes(items, tmp_path):
    """Two reports of the same items differ in nothing but the time they were made."""
    texts = []
    for name in ("a.html", "b.html"):
        path = eh.write_report(list(items.values()), tmp_path / name)
        texts.append(re.sub(r"\d{4}-\d\d-\d\dT[\d:]+\+00:00", "", path.read_text(encoding="utf-8")))
    assert texts[0] == texts[1]


def test_settings_of_the_user_stay(items, tmp_path):
    """Drawing neither reads nor changes matplotlib's settings, and leaves pyplot alone."""
    import matplotlib

    with matplotlib.rc_context({"font.size": 40.0, "axes.facecolor": "red", "text.usetex": True}):
        before = dict(matplotlib.rcParams)
        mine = written([items["law"]], tmp_path)
        assert dict(matplotlib.rcParams) == before
    assert written([items["law"]], tmp_path, overwrite=True).text[:200] == mine.text[:200]


def test_existing_file_is_kept(items, tmp_path):
    """A file that exists is refused before anything is drawn, and replaced when asked."""
    path = tmp_path / "report.html"
    path.write_text("mine")
    with pytest.raises(eh.InputError, match=r"report\.html exists already"):
        eh.write_report([items["law"]], path)
    assert path.read_text() == "mine"
    assert eh.write_report([items["law"]], path, overwrite=True) == path
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "items is empty"),
        ("tensor", "not a sequence"),
        ([1.0], "float 1.0 cannot be reported; items are Microstructure, Survey, Description"),
        ([None], "cannot be reported"),
        ([np.zeros(3)], "ndarray"),
        ([eh.TortuosityFactor(3.0)], "TortuosityFactor"),
    ],
)
def test_unknown_items_are_refused(wrong, message, tmp_path):
    """What cannot be reported is named, with what can; no file is left behind."""
    with pytest.raises(eh.InputError, match=re.escape(message)):
        eh.write_report(wrong, tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_single_item_is_not_a_list(items, tmp_path):
    """An item without brackets around it is refused with the remedy."""
    with pytest.raises(eh.InputError, match="give a list"):
        eh.write_report(items["microstructure"], tmp_path / "report.html")


@pytest.mark.parametrize("name", ["", "  ", 3])
def test_names_are_checked(name, items, tmp_path):
    """A name, and a title, is a text that is not empty."""
    with pytest.raises(eh.InputError, match="not empty"):
        eh.Named(name, items["microstructure"])
    with pytest.raises(eh.InputError, match="title"):
        eh.write_report([items["microstructure"]], tmp_path / "report.html", title=name)
