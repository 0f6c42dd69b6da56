"""Reads knowledge pages: Markdown with front matter, split by heading into passages that can be an answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.documents import NO_CHARACTER, Document, Faults, did_you_mean, no_character, parse
from bot.domain.errors import ContentError, Place
from bot.domain.understanding import KNOWLEDGE_INTENT, Asker
from bot.nlu.question_words import ASKING
from bot.nlu.training_data import Example, plain_key

LONGEST_ANSWER = 400
"""Characters of a passage, and so of an answer; what stands under one heading and is longer is split further."""

EVERYONE = "everyone"

FRONT_MATTER = ("title", "url", "audience", "valid until", "channels", "questions")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#]\S*")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?。！？])\s+|\n+|(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class Passage:
    """What stands under one heading (under the title, before the first), or a part of it. `place` is the heading's.

    It is given as an answer as it stands, so it has at most `LONGEST_ANSWER` characters. `begins` the section: the
    heading was not that of the passage before.
    """

    heading: str
    text: str
    place: Place
    begins: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """A way to ask for this page, from its front matter; its place there."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms a page answers: until the end of that day, to these audiences, on these channels (empty: any)."""

    valid_until: date | None = None
    audiences: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    def allow(self, asker: Asker) -> bool:
        """Whether the page may answer this asker; what is not known of them does not keep a page from answering,
        but for the audience, which they must belong to."""
        return (
            (self.valid_until is None or asker.today is None or asker.today <= self.valid_until)
            and (not self.audiences or not self.audiences.isdisjoint(asker.audiences))
            and (not self.channels or not asker.channel or asker.channel in self.channels)
        )


@dataclass(frozen=True, slots=True)
class Page:
    """`url` is where it stands on the web; empty for one that stands nowhere, of which the title alone is named."""

    title: str
    url: str
    questions: tuple[Question, ...]
    passages: tuple[Passage, ...]
    terms: Terms = Terms()


def read_pages(
    files: Mapping[str, str], *, known_channels: Collection[str] = (), warnings: Faults | None = None
) -> tuple[Page, ...]:
    """The pages of these files (path to text); raises ContentError with every fault.

    Where `known_channels` are given, a page for another channel is one. `warnings` takes what is no fault, and is
    hardly meant.
    """
    faults = Faults()
    reader = _Reader(faults, Faults() if warnings is None else warnings, known_channels)
    pages = [page for path, text in sorted(files.items()) if (page := reader.read(path, text)) is not None]
    _check_questions(pages, faults)
    faults.raise_if_any()
    return tuple(pages)


def knowledge_examples(pages: Sequence[Page]) -> tuple[Example, ...]:
    """The questions of the pages, and the headings that are questions, as examples of the intent `ask_knowledge`."""
    examples = []
    for page in pages:
        examples += [Example(question.text, KNOWLEDGE_INTENT, (), question.place) for question in page.questions]
        examples += [
            Example(passage.heading, KNOWLEDGE_INTENT, (), passage.place)
            for passage in page.passages
            if passage.begins and is_question(passage.heading)
        ]
    return tuple(examples)


_BEGINNINGS = tuple(f"{word} " for word in ASKING)


def is_question(text: str) -> bool:
    return text.rstrip().endswith("?") or text.lower().lstrip("¿¡ ").startswith(_BEGINNINGS)


def sentences(text: str) -> list[str]:
    """The sentences and list items of a passage."""
    return [part.strip(" •") for part in _SENTENCE_ENDS.split(text) if re.search(r"\w", part)]


@dataclass(frozen=True, slots=True)
class _Reader:
    faults: Faults
    warnings: Faults
    known_channels: Collection[str]

    def read(self, path: str, text: str) -> Page | None:
        faults = self.faults
        if found := NO_CHARACTER.search(text):
            faults.include(ContentError([no_character(path, text, found.start())]))
            return None
        lines = text.split("\n")
        if lines[0].strip() != "---":
            faults.add(Place(path), "this page has no front matter.", "Begin it with ---, title: ..., ---.")
            return None
        end = next((at for at, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
        if end is None:
            faults.add(Place(path), "the front matter of this page has no end.", "Write --- on a line after it.")
            return None
        try:
            # The blank line stands for the first ---, so that places count from the top of the file.
            document = parse(path, "\n" + "\n".join(lines[1:end]))
        except ContentError as error:
            faults.include(error)
            return None
        if not isinstance(document.data, Mapping):
            faults.add(Place(path, 2), "the front matter is no list of names and values.", "Write title: ...")
            return None
        for key in document.data:
            if key not in FRONT_MATTER:
                place = document.place(document.data, key)
                faults.add(place, f'the front matter has no "{key}".', did_you_mean(str(key), FRONT_MATTER))
        title, url = self._text(document, "title"), self._text(document, "url")
        if not str(document.data.get("title") or "").strip():
            faults.add(Place(path, 2), 'the front matter has no "title".', "Add `title: ...`.")
        if url and not _WEB_ADDRESS.fullmatch(url):
            self.warnings.add(
                document.place(document.data, "url"),
                f'"{url}" is no web address, so e-mails and text messages leave out where an answer is from.',
                "Write where the page stands on the web, such as https://shop.example/prices.",
            )
        body = ["" for _ in lines[: end + 1]] + lines[end + 1 :]
        passages = tuple(_passages(path, "\n".join(body), title))
        if not passages:
            faults.add(Place(path, end + 1), "this page has no text.", "Write what it should answer, or remove it.")
        return Page(title, url, tuple(self._questions(document)), passages, self._terms(document))

    def _text(self, document: Document, key: str) -> str:
        """What stands there; nothing where it is left out."""
        value = document.data.get(key)
        if value is None or isinstance(value, str):
            return (value or "").strip()
        place = document.place(document.data, key)
        self.faults.add(place, f'"{key}" is no text.', f'Put quotes around it: {key}: "{value}".')
        return ""

    def _terms(self, document: Document) -> Terms:
        audiences = {name.casefold() for name, _ in self._names(document, "audience")}
        channels = list(self._names(document, "channels"))
        for name, place in channels:
            if self.known_channels and name not in self.known_channels:
                self.faults.unknown(place, "channel", name, self.known_channels)
        return Terms(
            self._valid_until(document),
            frozenset() if EVERYONE in audiences else frozenset(audiences),
            frozenset(name for name, _ in channels),
        )

    def _names(self, document: Document, key: str) -> Iterator[tuple[str, Place]]:
        """One name, or a list of them, each with its place."""
        value = document.data.get(key)
        if value is None:
            return
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            place = document.place(value, index) if isinstance(value, list) else document.place(document.data, key)
            if isinstance(item, str) and item.strip():
                yield item.strip(), place
            else:
                self.faults.add(place, f'this is no name under "{key}".', f"Write `{key}: name`, or a list of names.")

    def _valid_until(self, document: Document) -> date | None:
        value = document.data.get("valid until")
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        place = document.place(document.data, "valid until")
        self.faults.add(place, f'"{value}" is no date.', "Write it like 2027-01-31.")
        return None

    def _questions(self, document: Document) -> Iterator[Question]:
        items = document.data.get("questions")
        if items is None:
            return
        if not isinstance(items, list):
            place = document.place(document.data, "questions")
            self.faults.add(place, '"questions" is no list.', "Write each on a line of its own, after a dash.")
            return
        for index, item in enumerate(items):
            place = document.place(items, index)
            if isinstance(item, str) and item.strip():
                yield Question(item.strip(), place)
            else:
                self.faults.add(place, "this question is no text.", "Put quotes around it, or remove it.")


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
        yield from _section(heading, place, paragraphs)
        heading, place, paragraphs = block.text, Place(path, block.line), []
    yield from _section(heading, place, paragraphs)


def _section(heading: str, place: Place, paragraphs: Sequence[str]) -> Iterator[Passage]:
    for number, text in enumerate(split(paragraphs)):
        yield Passage(heading, text, place, begins=number == 0)


def split(paragraphs: Sequence[str]) -> list[str]:
    """The paragraphs, as many together as are no longer than an answer; one that is longer by itself is cut up after
    a line or a sentence, and where there is none, after a word."""
    parts: list[str] = []
    for paragraph in paragraphs:
        if len(paragraph) > LONGEST_ANSWER:
            parts.extend(_cut_up(paragraph))
        elif parts and len(parts[-1]) + 2 + len(paragraph) <= LONGEST_ANSWER:
            parts[-1] += f"\n\n{paragraph}"
        else:
            parts.append(paragraph)
    return parts


def _cut_up(paragraph: str) -> Iterator[str]:
    rest = paragraph.strip()
    while len(rest) > LONGEST_ANSWER:
        ends = [match.end() for match in _SENTENCE_ENDS.finditer(rest, 0, LONGEST_ANSWER + 1)]
        end = ends[-1] if ends else rest.rfind(" ", 0, LONGEST_ANSWER + 1)
        end = end if end > 0 else LONGEST_ANSWER
        yield rest[:end].strip()
        rest = rest[end:].strip()
    if rest:
        yield rest


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
