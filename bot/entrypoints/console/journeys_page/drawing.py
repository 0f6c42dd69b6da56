"""Lays a journey's picture out for the page: where each box, each arrow and the words on it go, in pixels."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from bot.dialogue.graph import Size, lay_out
from bot.entrypoints.command_line.graph_page import curve
from bot.journeys.picture import Picture, PictureArrow, PictureBox

WIDTH, TITLE_LETTERS, WORDS_LETTERS, MOST_LINES = 236.0, 26, 31, 4
TITLE_LINE, WORDS_LINE, PADDING, COUNTS = 20.0, 17.0, 10.0, 26.0
LABEL_LETTERS, LABEL_CHARACTER, LABEL_LINE = 26, 6.6, 16.0
LEAVES = "leaves"
"""On an arrow that leads out of the journey and has no words of its own."""

Node = str | int
"""A box by its id, or the words on an arrow by the arrow's number."""


Times = Mapping[tuple[str, str | None], int]
"""How often people went along an arrow, from a box to another one or out."""


def draw(picture: Picture, counted: Collection[str], times: Times = MappingProxyType({})) -> dict[str, Any]:
    """The picture as JSON. Boxes of the steps in `counted` have room for the numbers of people below their words.

    The words on an arrow, and how often it was gone, are laid out as a box of their own, so that nothing covers
    anything.
    """
    lines = {box.id: _lines(box) for box in picture.boxes}
    sizes: dict[Node, Size] = {box.id: _size(*lines[box.id], box.id in counted) for box in picture.boxes}
    gone = [times.get((arrow.source, arrow.target), 0) for arrow in picture.arrows]
    labels = {
        number: _label(arrow)
        for number, arrow in enumerate(picture.arrows)
        if arrow.words or not arrow.target or gone[number]
    }
    sizes |= {number: _label_size(words, gone[number]) for number, words in labels.items()}
    links: list[tuple[Node, Node]] = []
    for number, arrow in enumerate(picture.arrows):
        stops: list[Node] = [arrow.source, *([number] if number in labels else [])]
        stops += [arrow.target] if arrow.target is not None else []
        links += pairwise(stops)
    layout = lay_out(sizes, links, between_layers=22, between_boxes=22)

    def at(node: Node) -> dict[str, float]:
        centre, size = layout.centres[node], sizes[node]
        x, y = centre.x - size.width / 2, centre.y - size.height / 2
        return {"x": round(x, 1), "y": round(y, 1), "width": size.width, "height": size.height}

    return {
        "width": round(layout.size.width, 1),
        "height": round(layout.size.height, 1),
        "boxes": [_box(box, lines[box.id]) | at(box.id) for box in picture.boxes],
        "labels": [
            {"lines": words, "leaves": picture.arrows[number].target is None, "times": gone[number]} | at(number)
            for number, words in labels.items()
        ],
        "arrows": [
            # The line into the words on an arrow has no head, unless it ends there.
            {"path": curve(points), "head": not (isinstance(end, int) and picture.arrows[end].target)}
            for (_, end), points in layout.arrows.items()
        ],
        "ways": _ways(picture, gone),
    }


def _box(box: PictureBox, lines: tuple[list[str], list[str]]) -> dict[str, Any]:
    return {
        "id": box.id,
        "kind": box.kind,
        "title": box.title,
        "words": list(box.words),
        "title_lines": lines[0],
        "lines": lines[1],
        "line": box.place.line if box.place is not None else None,
    }


def _lines(box: PictureBox) -> tuple[list[str], list[str]]:
    words = [line for words in box.words for line in textwrap.wrap(words, WORDS_LETTERS)]
    if len(words) > MOST_LINES:
        words = [*words[: MOST_LINES - 1], f"{words[MOST_LINES - 1][: WORDS_LETTERS - 1]}…"]
    return textwrap.wrap(box.title, TITLE_LETTERS), words


def _size(title: list[str], words: list[str], counted: bool) -> Size:
    height = len(title) * TITLE_LINE + len(words) * WORDS_LINE + 2 * PADDING
    return Size(WIDTH, height + (COUNTS if counted else 0))


def _label(arrow: PictureArrow) -> list[str]:
    words = arrow.words
    if arrow.target is None:
        words = f"{words}: {LEAVES}" if words else LEAVES
    lines = textwrap.wrap(words, LABEL_LETTERS)
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1]}…"]


def _label_size(lines: list[str], times: int) -> Size:
    longest = max(map(len, [*lines, f"{times:,}"]))
    return Size(round(longest * LABEL_CHARACTER + 20, 1), (len(lines) + bool(times)) * LABEL_LINE + 8)


def _ways(picture: Picture, gone: Sequence[int]) -> Mapping[str, list[dict[str, Any]]]:
    """For those who do not see the picture: where each step leads."""
    titles = {box.id: box.title for box in picture.boxes}
    ways: dict[str, list[dict[str, Any]]] = {}
    for arrow, times in zip(picture.arrows, gone, strict=True):
        way = {"to": arrow.target, "title": titles.get(arrow.target or ""), "words": arrow.words, "times": times}
        ways.setdefault(arrow.source, []).append(way)
    return ways
