"""The page of `overture visualize`: every figure of an assistant as SVG, with a table of contents, in one file."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path

from bot.dialogue.figures import Box, Figure, Figures
from bot.dialogue.graph import Layout, Point, Size, lay_out

CHARACTER, WORDS_CHARACTER = 7.25, 6.4
"""Widths in pixels at the sizes of the style: of the names' monospaced letters, and generous for the words'."""

LINE, PADDING_X, PADDING_Y, INSET = 17.0, 14.0, 8.0, 3.0
WORDS_WIDTH = 34
MARGIN = 4.0
LEAST_SCALE = 0.8
"""A drawing that is wider than the page shrinks to this before it has to be scrolled."""

KINDS = {
    "message": "the customer means",
    "response": "the bot says",
    "action": "the bot does",
    "form": "a form runs",
    "slot": "a form's question",
    "fact": "what holds",
}


def graph_page(title: str, figures: Figures) -> str:
    """The whole page, with no reference to anything outside."""
    sections = (
        ("Forms", "What opens a form, what it asks for in this order, and what comes after it.", figures.forms),
        ("Rules", "What always follows what, whatever went before.", figures.rules),
        (
            "Stories",
            "Courses that depend on more than the last message. Those that begin alike are drawn as one; what they "
            "have in common is drawn once.",
            figures.stories,
        ),
    )
    filled = [section for section in sections if section[2]]
    contents = "".join(_contents(name, drawn) for name, _, drawn in filled)
    drawings = "".join(_section(*section) for section in filled)
    stories = sum(len(figure.names) for figure in figures.stories)
    counts = (("form", len(figures.forms)), ("rule", len(figures.rules)), ("story", stories))
    count = ", ".join(_counted(what, number) for what, number in counts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
        f'<nav aria-label="Contents">\n<h1>{escape(title)}</h1>\n<p>{count}</p>\n{contents}</nav>\n'
        f"<main>\n{_MARKER}{_legend()}{drawings}</main>\n</body>\n</html>\n"
    )


def _counted(what: str, number: int) -> str:
    if number == 1:
        return f"1 {what}"
    return f"{number} {what[:-1]}ies" if what.endswith("y") else f"{number} {what}s"


_MARKER = (
    '<svg class="defs" aria-hidden="true"><defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
    'markerHeight="7" orient="auto-start-reverse"><path d="M0 .8 7.4 4 0 7.2z"/></marker></defs></svg>\n'
)


@cache
def _style() -> str:
    return (Path(__file__).parent / "graph" / "graph.css").read_text(encoding="utf-8")


def _legend() -> str:
    items = "".join(
        f'<li><svg width="30" height="18" aria-hidden="true">{_shape(kind, Point(15, 9), Size(28, 16))}</svg>'
        f"{escape(meaning)}</li>"
        for kind, meaning in KINDS.items()
    )
    return f'<ul class="legend" aria-label="Shapes">{items}</ul>\n'


def _contents(name: str, figures: Sequence[Figure]) -> str:
    items = "".join(
        f'<li><a href="#{_anchor(name, number)}">{escape(figure.title)}</a></li>\n'
        for number, figure in enumerate(figures)
    )
    return f"<h2>{name}</h2>\n<ul>\n{items}</ul>\n"


def _anchor(section: str, number: int) -> str:
    return f"{section.lower()}-{number + 1}"


def _section(name: str, about: str, figures: Sequence[Figure]) -> str:
    drawn = "".join(_figure(_anchor(name, number), figure) for number, figure in enumerate(figures))
    return f'<section>\n<h2>{name}</h2>\n<p>{escape(about)}</p>\n<div class="figures">\n{drawn}</div>\n</section>\n'


def _figure(anchor: str, figure: Figure) -> str:
    caption = f"<h3>{escape(figure.title)}</h3>"
    if len(figure.names) == 1:
        caption += f"<p>{escape(figure.names[0][1])}</p>"
    elif figure.names:
        items = "".join(f"<li>{escape(name)} <small>{escape(place)}</small></li>" for name, place in figure.names)
        caption += f"<ol>{items}</ol>"
    drawing = f'<div class="drawing" tabindex="0" role="group" aria-label="{escape(figure.title)}">{_svg(figure)}</div>'
    return f'<figure id="{anchor}"><figcaption>{caption}</figcaption>\n{drawing}</figure>\n'


# ---------------------------------------------------------------- drawing


def _svg(figure: Figure) -> str:
    sizes = {number: _size(box) for number, box in figure.boxes.items()}
    layout = lay_out(sizes, figure.arrows, sideways=figure.sideways, between_layers=32 if figure.sideways else 30)
    width, height = layout.size.width + 2 * MARGIN, layout.size.height + 2 * MARGIN
    arrows = "".join(_arrow(points, sideways=figure.sideways) for points in layout.arrows.values())
    boxes = "".join(_box(box, layout, number, sizes[number]) for number, box in figure.boxes.items())
    return (
        f'<svg width="{width:g}" height="{height:g}" viewBox="{-MARGIN:g} {-MARGIN:g} {width:g} {height:g}" '
        f'style="min-width:{width * LEAST_SCALE:.0f}px">'
        f"{arrows}{boxes}</svg>"
    )


def _size(box: Box) -> Size:
    words = _words(box)
    names_width = max((len(line) for line in box.names), default=0) * CHARACTER
    words_width = max((len(line) for line in words), default=0) * WORDS_CHARACTER
    lines = len(box.names) + len(words)
    return Size(round(max(names_width, words_width) + 2 * PADDING_X, 1), lines * LINE + 2 * PADDING_Y)


def _words(box: Box) -> list[str]:
    return [line for paragraph in box.words for line in textwrap.wrap(paragraph, WORDS_WIDTH)]


def _box(box: Box, layout: Layout[int], number: int, size: Size) -> str:
    centre = layout.centres[number]
    top = centre.y - size.height / 2 + PADDING_Y + LINE * 0.72
    texts = [("", line) for line in box.names] + [(' class="words"', line) for line in _words(box)]
    written = "".join(
        f'<text{kind} x="{centre.x:g}" y="{top + index * LINE:g}">{escape(line)}</text>'
        for index, (kind, line) in enumerate(texts)
    )
    return f"{_shape(box.kind, centre, size)[:-4]}{written}</g>"


def _shape(kind: str, centre: Point, size: Size) -> str:
    radius = {"message": min(size.height / 2, 16), "slot": 3.0, "fact": 5.0}.get(kind, 7.0)
    shape = _rectangle(centre, size, radius)
    if kind == "form":
        inner = Size(size.width - 2 * INSET, size.height - 2 * INSET)
        shape += _rectangle(centre, inner, radius - INSET, ' class="inner"')
    return f'<g class="{kind}">{shape}</g>'


def _rectangle(centre: Point, size: Size, radius: float, more: str = "") -> str:
    left, top = centre.x - size.width / 2, centre.y - size.height / 2
    return f'<rect{more} x="{left:g}" y="{top:g}" width="{size.width:g}" height="{size.height:g}" rx="{radius:g}"/>'


def _arrow(points: Sequence[Point], *, sideways: bool) -> str:
    return f'<path d="{curve(points, sideways=sideways)}" marker-end="url(#head)"/>'


def curve(points: Sequence[Point], *, sideways: bool = False) -> str:
    """An SVG path: straight within a layer, and from one to the next a curve that keeps to the arrow's direction."""
    path = f"M{points[0].x:.5g} {points[0].y:.5g}"
    for index, (start, end) in enumerate(pairwise(points)):
        if start == end:
            continue  # a line without a length would have no direction for its head
        if index % 2 == 0:
            path += f"L{end.x:.5g} {end.y:.5g}"
            continue
        middle = (start.x + end.x) / 2 if sideways else (start.y + end.y) / 2
        if sideways:
            path += f"C{middle:.5g} {start.y:.5g} {middle:.5g} {end.y:.5g} {end.x:.5g} {end.y:.5g}"
        else:
            path += f"C{start.x:.5g} {middle:.5g} {end.x:.5g} {middle:.5g} {end.x:.5g} {end.y:.5g}"
    return path
