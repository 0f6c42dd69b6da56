"""Rasa 1's Markdown: examples (`## intent:greet`), answers to questions (`* faq/price`) and stories."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from bot.adapters.rasa.rasa1.stories import add_stories
from bot.adapters.rasa.rasa1.written import ReadLookup, Written, scalar

Line = tuple[int, str]
"""A line with its number, which counts from 1."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"\s*##\s*(intent|synonym|regex|lookup)\s*:\s*(.+)")
_ITEM = re.compile(r"\s*[-*+]\s*(\S.*)")
_QUESTION = re.compile(r"\s*\*\s*([\w.-]+/[\w.-]+)\s*$")
_ANSWER = re.compile(r"\s*-\s*(.*\S)")
_STORY = re.compile(r"\s*#+\s*\S")
_HEARD = re.compile(r"\s*\*\s*\S")
_DONE = re.compile(r"\s+-\s*[\w.-]+(?:\{.*\})?\s*$|-\s*(?:[\w.-]*_[\w.-]*|slot\{.*\}|form\{.*\})\s*$")
"""What is done in a story: one word, as in other lists, too, unless it stands at the margin."""
_BREAK = "\\n"
"""How a line ends within an answer."""
_ANSWERED = re.compile(r"\s*-\s*(utter|action|respond)_\w+\s*$")


def from_markdown(text: str, read_lookup: ReadLookup) -> Written | None:
    """The training data in it; None where it is other Markdown, a README, say."""
    plain = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text.removeprefix("\ufeff"))
    lines = [(number, line.rstrip()) for number, line in enumerate(plain.split("\n"), 1)]
    if any(_HEADING.match(line) for _, line in lines):
        return _examples(lines, read_lookup)
    if _follows(lines, _QUESTION, _ANSWER) and not _follows(lines, _HEARD, _ANSWERED):
        return _answers(lines)
    if any(_STORY.match(line) for _, line in lines) and _follows(lines, _HEARD, _DONE):
        return add_stories(Written("stories"), lines)
    return None


def _follows(lines: list[Line], first: re.Pattern[str], second: re.Pattern[str]) -> bool:
    """Whether there is a line of the one kind, and then, but for blank ones, one of the other."""
    said = [line for _, line in lines if line]
    return any(first.match(one) and second.match(other) for one, other in pairwise(said))


def _sections(lines: list[Line]) -> Iterator[tuple[str, str, int, list[Line]]]:
    """The kind and the name of each heading, its line, and what stands below it."""
    kind, name, at, below = "", "", 0, list[Line]()
    for number, line in lines:
        if heading := _HEADING.match(line):
            if kind:
                yield kind, name, at, below
            kind, name, at, below = heading[1], heading[2].strip(), number, []
        elif line:
            below.append((number, line))
    if kind:
        yield kind, name, at, below


def _examples(lines: list[Line], read_lookup: ReadLookup) -> Written:
    written = Written("nlu")
    for kind, name, at, below in _sections(lines):
        items = [(item[1], number) for number, line in below if (item := _ITEM.match(line))]
        if kind == "lookup" and not items:
            items = list(_of_file(name, below, written, read_lookup))
        if items:
            written.add_block(kind, name, at, items)
        else:
            written.left_out.append(f'the {kind} "{name}", which has no examples')
    return written


def _of_file(name: str, below: list[Line], written: Written, read_lookup: ReadLookup) -> Iterator[tuple[str, int]]:
    for number, line in below:
        try:
            yield from ((entry, number) for entry in read_lookup(line))
        except FileNotFoundError:
            written.left_out.append(f'entries of the look-up "{name}": there is no file {line.strip()}')


def _answers(lines: list[Line]) -> Written:
    """What is said to a question of a retrieval intent."""
    written = Written("responses")
    for number, line in lines:
        if question := _QUESTION.match(line):
            written.add(f"  utter_{question[1]}:", number)
        elif (answer := _ANSWER.match(line)) is not None:
            text = answer[1].replace(_BREAK, "\n")
            written.add(f"  - text: {scalar(text)}", number)
    return written
