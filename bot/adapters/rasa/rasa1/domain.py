"""What Rasa 1 said in a domain in its own way: actions that intents trigger, and those that answer questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.adapters.rasa.rasa1.written import Written, scalar
from bot.documents import Document, parse

_RESPOND = re.compile(r"\brespond_(?=\w)")


def with_answers_renamed(documents: Sequence[Document]) -> list[Document]:
    """The domain of a project with stories of Rasa 1: `respond_faq` became `utter_faq` in Rasa 2."""
    return [
        parse(one.path, _RESPOND.sub("utter_", one.text)) if _RESPOND.search(one.text) else one for one in documents
    ]


def rules_of_triggers(folder: Path, documents: Iterable[Document]) -> Document | None:
    """A rule for each `triggers:` of an intent, which Rasa 1's MappingPolicy acted on; None in a project of Rasa 3."""
    data = [one.data for one in documents if isinstance(one.data, Mapping)]
    if any(str(one.get("version", "")).startswith("3") or "rules" in one for one in data):
        return None
    written = Written("rules")
    for intent, action in (found for one in data for found in _triggers(one.get("intents"))):
        written.add(f"- rule: {scalar(f'{intent} triggers {action}')}", 1)
        written.add("  steps:", 1)
        written.add(f"  - intent: {scalar(intent)}", 1)
        written.add(f"  - action: {scalar(action)}", 1)
    return parse(str(folder / "data" / "triggers.yml"), written.text) if written.lines else None


def _triggers(intents: Any) -> Iterable[tuple[str, str]]:
    for entry in intents if isinstance(intents, list) else ():
        for intent, properties in entry.items() if isinstance(entry, Mapping) else ():
            if isinstance(properties, Mapping) and properties.get("triggers"):
                yield str(intent), str(properties["triggers"])
