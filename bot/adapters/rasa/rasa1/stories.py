"""Rasa 1's stories, and its test stories, in which messages have words: `* greet: hello there`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from bot.adapters.rasa.rasa1.domain import named_as_today
from bot.adapters.rasa.rasa1.written import Written, scalar

_STORY = re.compile(r"#+\s*(.*)")
_CHECKPOINT = re.compile(r">\s*([^{\s][^{]*)(\{.*\})?")
_HEARD = re.compile(r"\*\s*(\S.*)")
_DONE = re.compile(r"-\s*(\S.*)")
_CALL = re.compile(r"([^{:]+?)\s*(\{.*\})?")
_WORDS = re.compile(r"([\w/+-]+)\s*(?:\{.*?\})?\s*:\s*(\S.*)")
_OF_A_FORM = re.compile(r"form:\s+")
"""Before what was said and done inside a form. Rasa 1 passed it over in stories: the form does it anyway."""
LOOPS = ("form", "active_loop")
EVENTS = frozenset(
    {
        "action_execution_rejected",
        "agent",
        "bot",
        "cancel_reminder",
        "entities",
        "export",
        "followup",
        "form_validation",
        "pause",
        "reminder",
        "reset_slots",
        "restart",
        "resume",
        "rewind",
        "session_started",
        "undo",
    }
)
"""What Rasa 1's stories could say happened, and those of Rasa 3 cannot."""


def add_stories(written: Written, lines: Iterable[tuple[int, str]]) -> Written:
    """Each heading begins a story, however deep it is; one with nothing below it is the title of others."""
    heading: tuple[int, str] | None = None
    began = in_words = False
    for number, said_or_done in lines:
        line = said_or_done.strip()
        if story := _STORY.match(line):
            heading, began = (number, story[1].strip("# ")), False
            continue
        if heading is not None and line.startswith((">", "*", "-")):
            written.add(f"- story: {scalar(heading[1])}", heading[0])
            written.add("  steps:", heading[0])
            heading, began = None, True
        if not began:
            continue
        if checkpoint := _CHECKPOINT.match(line):
            written.add(f"  - checkpoint: {scalar(checkpoint[1].strip())}", number)
            if slots := _read(checkpoint[2], written, number):
                written.add("    slot_was_set:", number)
                _add_values(written, slots, number, "    ")
        elif heard := _HEARD.match(line):
            said, inside = _within(heard[1])
            in_words = _WORDS.fullmatch(said) is not None
            if in_words or not inside:
                _add_heard(written, said, number)
        elif done := _DONE.match(line):
            did, inside = _within(done[1])
            if in_words or not inside:
                _add_done(written, did, number)
    return written


def _within(said: str) -> tuple[str, bool]:
    """What is said or done, and whether it is marked as a part of what a form does."""
    marked = _OF_A_FORM.match(said)
    return (said[marked.end() :] if marked else said).strip(), marked is not None


def _add_heard(written: Written, said: str, number: int) -> None:
    if words := _WORDS.fullmatch(said):
        written.add(f"  - user: {json.dumps(words[2], ensure_ascii=False)}", number)
        written.add(f"    intent: {scalar(words[1])}", number)
        return
    alternatives = re.split(r"\s+OR\s+", said)
    if len(alternatives) > 1:
        written.add("  - or:", number)
    indent = "  " if len(alternatives) == 1 else "    "
    for alternative in alternatives:
        if (call := _CALL.fullmatch(alternative)) is None:
            written.left_out.append(f'"{alternative}" in line {number}')
            continue
        written.add(f"{indent}- intent: {scalar(call[1].strip())}", number)
        if entities := _read(call[2], written, number):
            written.add(f"{indent}  entities:", number)
            _add_values(written, entities, number, f"{indent}  ")


def _add_done(written: Written, done: str, number: int) -> None:
    call = _CALL.fullmatch(done)
    name, values = (call[1].strip(), _read(call[2], written, number)) if call else (done, {})
    if name == "slot":
        written.add("  - slot_was_set:", number)
        _add_values(written, values, number, "    ")
    elif name in LOOPS:
        written.add(f"  - active_loop: {scalar(values.get('name'))}", number)
    elif name in EVENTS:
        written.left_out.append(f'"{name}" in line {number}')
    else:
        written.add(f"  - action: {scalar(named_as_today(name))}", number)


def _add_values(written: Written, values: dict[str, Any], number: int, indent: str) -> None:
    for name, value in values.items():
        written.add(f"{indent}- {scalar(name)}: {scalar(value)}", number)


def _read(details: str | None, written: Written, number: int) -> dict[str, Any]:
    if not details:
        return {}
    try:
        read = json.loads(details)
    except ValueError:
        written.left_out.append(f"{details} in line {number}, which is not JSON")
        return {}
    return read if isinstance(read, dict) else {}
