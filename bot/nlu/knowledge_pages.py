"""Reads knowledge pages: Markdown with front matter, split by heading into passages that can be an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.documents import Document, Faults, did_you_mean, parse
from bot.domain.errors import ContentError, Place
from bot.domain.understanding import KNOWLEDGE_INTENT
from bot.nlu.training_data import Example, plain_key

LONGEST_ANSWER = 400
"""Characters of an answer; a longer passage is cut after a whole paragraph, or a whole sentence of its first."""

_FRONT_MATTER = ("title", "url", "questions", "valid until")
_QUESTION_WORDS = ("how", "what", "when", "where", "which", "who", "why", "can", "do", "does", "is", "are", "will")


@dataclass(frozen=True, slots=True)
class Passage:
    """What stands under one heading (under the title, before the first). `place` is the heading's."""

    heading: str
    paragraphs: tuple[str, ...]
    place: Place

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Question:
    """A way to ask for this page, from its front matter; its place there."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    url: str
    questions: tuple[Question, ...]
    passages: tuple[Passage, ...]
    valid_until: date | None = None


def read_pages(files: Mapping[str, str], *, today: date | None = None) -> tuple[Page, ...]:
    """The pages of these files (path to text), but for those that are no longer valid `today`.

    Raises ContentError with every fault.
    """
    faults = Faults()
    pages = [page for path, text in sorted(files.items()) if (page := _read_page(path, text, faults)) is not None]
    _check_questions(pages, faults)
    faults.raise_if_any()
    return tuple(page for page in pages if today is None or page.valid_until is None or page.valid_until >= today)


def knowledge_examples(pages: Sequence[Page]) -> tuple[Example, ...]:
    """The questions of the pages, and the headings that are questions, as examples of the intent `ask_knowledge`."""
    examples = []
    for page in pages:
        examples += [Example(question.text, KNOWLEDGE_INTENT, (), question.place) for question in page.questions]
        examples += [
            Example(passage.heading, KNOWLEDGE_INTENT, (), passage.place)
            for passage in page.passages
            if is_question(passage.heading)
        ]
    return tuple(examples)


def is_question(text: str) -> bool:
    return text.rstrip().endswith("?") or text.lower().startswith(tuple(f"{word} " for word in _QUESTION_WORDS))


def sentences(text: str) -> list[str]:
    """The sentences and list items of a passage."""
    return [part.strip(" •") for part in re.split(r"(?<=[.!?])\s+|\n+", text) if re.search(r"\w", part)]


def answer_text(passage: Passage) -> str:
    """The first paragraphs of the passage, at most `LONGEST_ANSWER` characters in all."""
    answer = ""
    for paragraph in passage.paragraphs:
        longer = f"{answer}\n\n{paragraph}" if answer else paragraph
        if len(longer) > LONGEST_ANSWER:
            break
        answer = longer
    if answer:
        return answer
    cut = passage.paragraphs[0][:LONGEST_ANSWER]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? ", ".\n", "\n"))
    return cut[: end + 1].strip() if end > 0 else cut.rsplit(" ", 1)[0] + " …"


def _read_page(path: str, text: str, faults: Faults) -> Page | None:
    lines = text.split("\n")
    end = next((at for at, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
    if lines[0].strip() != "---" or end is None:
        faults.add(Place(path), "this page has no front matter.", "Begin it with ---, title: ..., url: ..., ---.")
        return None
    try:
        # The blank line stands for the first ---, so that places count from the top of the file.
        document = parse(path, "\n" + "\n".join(lines[1:end]))
    except ContentError as error:
        faults.include(error)
        return None
    if not isinstance(document.data, Mapping):
        faults.add(Place(path, 2), "the front matter is no list of names and values.", "Write title: and url: there.")
        return None
    for key in document.data:
        if key not in _FRONT_MATTER:
            place = document.place(document.data, key)
            faults.add(place, f'the front matter has no "{key}".', did_you_mean(str(key), _FRONT_MATTER))
    title, url = _required(document, "title", faults), _required(document, "url", faults)
    body = ["" for _ in lines[: end + 1]] + lines[end + 1 :]
    passages = tuple(_passages(path, "\n".join(body), title))
    if not passages:
        faults.add(Place(path, end + 1), "this page has no text.", "Write what it should answer, or remove it.")
    return Page(title, url, tuple(_questions(document, faults)), passages, _valid_until(document, faults))


def _required(document: Document, key: str, faults: Faults) -> str:
    value = document.data.get(key)
    if isinstance(value, str) and value.strip():
        return value.strip()
    faults.add(Place(document.path, 2), f'the front matter has no "{key}".', f"Add `{key}: ...`.")
    return ""


def _valid_until(document: Document, faults: Faults) -> date | None:
    value = document.data.get("valid until")
    if value is None or isinstance(value, date):
        return value
    place = document.place(document.data, "valid until")
    faults.add(place, f'"{value}" is no date.', "Write it like 2027-01-31.")
    return None


def _questions(document: Document, faults: Faults) -> Iterator[Question]:
    items = document.data.get("questions")
    if items is None:
        return
    if not isinstance(items, list):
        place = document.place(document.data, "questions")
        faults.add(place, '"questions" is no list.', "Write each on a line of its own, after a dash.")
        return
    for index, item in enumerate(items):
        place = document.place(items, index)
        if isinstance(item, str) and item.strip():
            yield Question(item.strip(), place)
        else:
            faults.add(place, "this question is no text.", "Put quotes around it, or remove it.")


def _check_questions(pages: Sequence[Page], faults: Faults) -> None:
    first: dict[str, Question] = {}
    for page in pages:
        for question in page.questions:
            other = first.setdefault(plain_key(question.text), question)
            if other.place != question.place:
                message = f'"{question.text}" is also a question at {other.place}.'
                faults.add(question.place, message, "Keep it on the page that answers it.")


def _passages(path: str, body: str, title: str) -> Iterator[Passage]:
    heading, place, paragraphs = title, Place(path), list[str]()
    for block in _blocks(MarkdownIt("commonmark").enable("table").parse(body)):
        if not block.is_heading:
            paragraphs.append(block.text)
            continue
        if paragraphs:
            yield Passage(heading, tuple(paragraphs), place)
        heading, place, paragraphs = block.text, Place(path, block.line), []
    if paragraphs:
        yield Passage(heading, tuple(paragraphs), place)


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading, or what stands between blank lines; a list is one block with a line for each item."""

    text: str
    line: int
    is_heading: bool = False


def _blocks(tokens: Sequence[Token]) -> Iterator[_Block]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = at
        if token.nesting == 1:
            end = next(i for i in range(at, len(tokens)) if tokens[i].nesting == -1 and tokens[i].level == token.level)
        text = _plain(tokens[at : end + 1]).strip()
        if text:
            line = token.map[0] + 1 if token.map else 1
            yield _Block(text, line, token.type == "heading_open")
        at = end + 1


def _plain(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        if token.type in {"list_item_open", "tr_open"}:
            parts.append("\n• " if token.type == "list_item_open" else "\n")
        elif token.type == "inline":
            parts.append("".join(_inline(child) for child in token.children or ()))
        elif token.type in {"fence", "code_block"}:
            parts.append(token.content)
        elif token.type in {"th_close", "td_close"}:
            parts.append("  ")
    return "".join(parts)


def _inline(token: Token) -> Any:
    if token.type in {"softbreak", "hardbreak"}:
        return " "
    return token.content if token.type in {"text", "code_inline"} else ""
