from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.dialogue.figures import Box, Figure, Figures
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.command_line.graph_page import graph_page

VOID = frozenset({"meta", "link", "br"})


class Outline(HTMLParser):
    """Checks that every element is closed, and keeps what points where."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.anchors: set[str] = set()
        self.targets: set[str] = set()
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.anchors.add(str(value))
            elif name in ("href", "src"):
                (self.targets.add(str(value)[1:]) if str(value).startswith("#") else self.outside.append(str(value)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline_of(page: str) -> Outline:
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    return outline


def test_the_page_of_the_sample_assistant_is_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["visualize", "--out", str(tmp_path / "graph.html")]) == 0
    page = (tmp_path / "graph.html").read_text(encoding="utf-8")
    outline = outline_of(page)
    assert outline.targets <= outline.anchors
    assert outline.outside == []
    assert not re.search(r"https?://|@import|url\((?!#)", page.split("<main>")[0])
    assert f"{len(outline.targets)} figures are in" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["graph.html"]


def test_names_from_content_are_no_markup() -> None:
    figure = Figure("<b>", {0: Box("message", ("<script>",), ('"&',))}, (), (("<i>", "a.yml:1"), ("x", "b.yml:1")))
    page = graph_page("<title>", Figures((), (), (figure,)))
    outline_of(page)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(["visualize", "--out", str(tmp_path / "file" / "graph.html")]) == 2
    assert f"{tmp_path / 'file' / 'graph.html'} cannot be written" in capsys.readouterr().err
