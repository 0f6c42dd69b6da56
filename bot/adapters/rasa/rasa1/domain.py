"""What Rasa 1 said in a domain in its own way: actions that intents trigger, and those that answer questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.adapters.rasa.rasa1.written import Written, scalar
from bot.documents import Document, parse

_RENAMED = {
    re.compile(r"\brespond_(?=\w)"): "utter_",
    re.compile(r"\baction_deactivate_form\b"): "action_deactivate_loop",
}
"""Actions of Rasa 1 that are called otherwise since Rasa 2."""


def with_actions_renamed(documents: Sequence[Document]) -> list[Document]:
    """The files of a project with stories of Rasa 1, with the names that its actions have in Rasa 3."""
    told = [(one, named_as_today(one.text)) for one in documents]
    return [one if text == one.text else parse(one.path, text) for one, text in told]


def named_as_today(text: str) -> str:
    for was, name in _RENAMED.items():
        text = was.sub(name, text)
    return text


def triggers_in(documents: Iterable[Document]) -> list[tuple[str, str]]:
    """Each intent with what it `triggers`, which Rasa 1's MappingPolicy acted on; none in a project of Rasa 3."""
    data = [one.data for one in documents if isinstance(one.data, Mapping)]
    if any(str(one.get("version", "")).startswith("3") or "rules" in one for one in data):
        return []
    return [found for one in data for found in _triggers(one.get("intents"))]


def told_otherwise(triggers: Iterable[tuple[str, str]], documents: Iterable[Document]) -> set[str]:
    """The intents after which some story does something else: in Rasa 1 it goes first, a rule would contradict it."""
    data = [one.data for one in documents if isinstance(one.data, Mapping)]
    followed = [found for one in data for story in _items(one.get("stories")) for found in _followed(story)]
    return {intent for intent, action in triggers for heard, done in followed if heard == intent and done != [action]}


def rules_of_triggers(folder: Path, triggers: Iterable[tuple[str, str]]) -> Document | None:
    """A rule for each intent that triggers an action."""
    written = Written("rules")
    for intent, action in triggers:
        written.add(f"- rule: {scalar(f'{intent} triggers {action}')}", 1)
        written.add("  steps:", 1)
        written.add(f"  - intent: {scalar(intent)}", 1)
        written.add(f"  - action: {scalar(action)}", 1)
    return parse(str(folder / "data" / "triggers.yml"), written.text) if written.lines else None


def _followed(story: Any) -> Iterator[tuple[str, list[str]]]:
    """What is heard in a story, each with what is done after it; what a story ends with says nothing of that."""
    heard: list[str] = []
    done: list[str] = []
    for step in _items(story.get("steps") if isinstance(story, Mapping) else None):
        if said := [str(one["intent"]) for one in (step, *_items(step.get("or"))) if one.get("intent")]:
            yield from ((one, done) for one in heard if done)
            heard, done = said, []
        elif named := step.get("action") or step.get("active_loop"):
            done.append(str(named))
    yield from ((one, done) for one in heard if done)


def _items(found: Any) -> list[Mapping[Any, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _triggers(intents: Any) -> Iterable[tuple[str, str]]:
    for entry in intents if isinstance(intents, list) else ():
        for intent, properties in entry.items() if isinstance(entry, Mapping) else ():
            if isinstance(properties, Mapping) and properties.get("triggers"):
                yield str(intent), str(properties["triggers"])
