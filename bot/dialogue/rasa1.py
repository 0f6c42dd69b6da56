"""Rasa 1's Markdown, which only an import reads: recognised, so that it is not passed over in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.documents import Faults
from bot.domain.errors import Place

_EXAMPLES = re.compile(r"##\s*(?:intent|synonym|regex|lookup)\s*:")
_HEADING = re.compile(r"##\s+\S")
_HEARD = re.compile(r"\s*\*\s+[\w+/]+\s*(?:\{.*\})?\s*$")
_DONE = re.compile(r"\s+-\s+(?:utter_|action_|form\{|slot\{|\w+_form\b)")


def refuse_markdown(texts: Mapping[str, str], faults: Faults) -> None:
    """A fault for each file, by its path, that holds Rasa 1's examples or stories."""
    for path, text in sorted(texts.items()):
        lines = text.split("\n")
        examples = next((at for at, line in enumerate(lines) if _EXAMPLES.match(line)), None)
        found = examples if examples is not None else _first_story(lines)
        if found is None:
            continue
        what = "examples" if examples is not None else "stories"
        faults.add(
            Place(path, found + 1),
            f"these are Rasa 1's {what} in Markdown, which is not read.",
            "overture import writes those of a Rasa project as YAML.",
        )


def _first_story(lines: list[str]) -> int | None:
    """The line of the first heading under which an intent comes, and then an action."""
    heading, heard = None, False
    for at, line in enumerate(lines):
        if _HEADING.match(line):
            heading, heard = at, False
        elif heading is not None and _HEARD.match(line):
            heard = True
        elif heard and _DONE.match(line):
            return heading
    return None
