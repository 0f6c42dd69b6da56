"""What Rasa did, kept for the tests that run without it: a conversation a line, of the slots only what changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "recorded"

MOST_BYTES = 30_000
"""Of the random conversations with one assistant; the recordings stay under 400 kB in all."""

Conversation = dict[str, Any]
"""A script, with the turns that Rasa took under `rasa`."""


def record(name: str, told: Sequence[Conversation], walks: Sequence[Conversation]) -> None:
    """Keep every conversation of the assistant's test stories, and as many random ones as there is room for."""
    kept = [_line(one) for one in told]
    size = 0
    for line in map(_line, walks):
        size += len(line)
        if size > MOST_BYTES:
            break
        kept.append(line)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text("[\n" + ",\n".join(kept) + "\n]\n", encoding="utf-8")


def recorded(name: str) -> list[Conversation]:
    """The conversations with this assistant, as they were before they were kept."""
    kept = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return [one | {"rasa": list(_with_all_slots(one["rasa"]))} for one in kept]


def _line(conversation: Conversation) -> str:
    turns = list(_with_changes(conversation["rasa"]))
    return json.dumps(conversation | {"rasa": turns}, separators=(",", ":"), ensure_ascii=False)


def _with_changes(turns: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    before: Mapping[str, Any] = {}
    for turn in turns:
        slots = turn["slots"]
        changed = {name: value for name, value in slots.items() if name not in before or before[name] != value}
        gone = {name: None for name in before if name not in slots}
        yield {**turn, "slots": changed | gone}
        before = slots


def _with_all_slots(turns: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    slots: dict[str, Any] = {}
    for turn in turns:
        slots = {name: value for name, value in (slots | turn["slots"]).items() if value is not None}
        yield {**turn, "slots": slots}
