"""Edits a knowledge page as text: what is not meant stays as it is, comments in the front matter included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bot.documents import parse, plain
from bot.nlu.knowledge_pages import FRONT_MATTER
from bot.yaml_lines import CannotEdit, judged, mapping_rewritten, written

FENCE = "---"
UNTIL = "valid until"


@dataclass(frozen=True, slots=True)
class PageText:
    """A page as its author edits it: what its front matter says, with days as ISO texts, and what stands below, as
    Markdown."""

    head: Mapping[str, Any]
    body: str


def page_text(text: str) -> PageText:
    """The page of this file's text; raises CannotEdit where it has no front matter, or ContentError where that is not
    YAML."""
    lines, end = _lines(text)
    data = parse("", "\n".join(lines[1:end])).data
    if not isinstance(data, CommentedMap):
        raise CannotEdit("the front matter is no list of names and values. Edit the file's text.")
    return PageText(plain(data), "\n".join(lines[end + 1 :]).strip("\n"))


def new_page(page: PageText) -> str:
    """The text of a new file."""
    head = {key: page.head[key] for key in FRONT_MATTER if key in page.head}
    return "\n".join([FENCE, *_without_end(written(_with_day(head, {}))), FENCE, "", page.body.strip("\n"), ""])


def rewritten_page(text: str, page: PageText) -> str:
    """The file's text, so that it says this; raises as `page_text`, or CannotEdit where it cannot."""
    lines, end = _lines(text)
    before = page_text(text)
    head = lines[1:end]
    if page.head != before.head:
        data = parse("", "\n".join(head)).data
        said = _with_day(page.head, before.head)
        found = mapping_rewritten([*head, ""], data, said, order=FRONT_MATTER)
        head = _without_end(found if found is not None else written(said))
        judged(head, page.head, before="")
    body = lines[end + 1 :] if page.body.strip("\n") == before.body else ["", *page.body.strip("\n").split("\n"), ""]
    rewritten = "\n".join([*lines[:1], *head, *lines[end : end + 1], *body])
    return rewritten.replace("\n", "\r\n") if "\r\n" in text else rewritten


def _with_day(head: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """With the day that has changed as one, which YAML writes without quotation marks."""
    day = head.get(UNTIL)
    if not isinstance(day, str) or day == before.get(UNTIL):
        return dict(head)
    try:
        return {**head, UNTIL: date.fromisoformat(day)}
    except ValueError:
        return dict(head)


def _lines(text: str) -> tuple[list[str], int]:
    """The lines, and the number of the one that ends the front matter."""
    lines = text.replace("\r\n", "\n").split("\n")
    end = next((at for at, line in enumerate(lines[1:], start=1) if line.strip() == FENCE), None)
    if lines[0].strip() != FENCE or end is None:
        raise CannotEdit("this page has no front matter, or none that ends. Edit the file's text.")
    return lines, end


def _without_end(lines: Sequence[str]) -> list[str]:
    """Without the empty line that stands for the end of a text."""
    return list(lines[:-1]) if lines and not lines[-1] else list(lines)
