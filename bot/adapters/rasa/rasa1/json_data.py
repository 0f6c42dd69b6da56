"""Rasa's JSON, which Rasa 3 reads, too: `{"rasa_nlu_data": {"common_examples": [...], ...}}`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from bot.adapters.rasa.rasa1.written import ReadLookup, Written

_EXAMPLES = ("common_examples", "intent_examples", "entity_examples")


def from_json(text: str, read_lookup: ReadLookup) -> Written | None:
    """The examples in it; None where it is anything else. Its lines are all told to be the first."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))["rasa_nlu_data"]
    except (ValueError, LookupError, TypeError):
        return None
    if not isinstance(data, Mapping):
        return None
    written = Written("nlu")
    examples: dict[str, list[str]] = defaultdict(list)
    for example in (one for key in _EXAMPLES for one in _entries(data, key)):
        examples[str(example.get("intent") or "")].append(_annotated(example))
    if without := examples.pop("", None):
        written.left_out.append(f"{len(without)} examples that name no intent")
    for intent, texts in examples.items():
        written.add_block("intent", intent, 1, ((text, 1) for text in texts))
    for synonym in _entries(data, "entity_synonyms"):
        texts = [str(one) for one in synonym.get("synonyms") or ()]
        written.add_block("synonym", str(synonym.get("value")), 1, ((text, 1) for text in texts))
    patterns: dict[str, list[str]] = defaultdict(list)
    for feature in _entries(data, "regex_features"):
        patterns[str(feature.get("name"))].append(str(feature.get("pattern")))
    for name, regexes in patterns.items():
        written.add_block("regex", name, 1, ((regex, 1) for regex in regexes))
    for table in _entries(data, "lookup_tables"):
        _add_lookup(written, table, read_lookup)
    return written


def _entries(data: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    entries = data.get(key)
    if isinstance(entries, list):
        yield from (one for one in entries if isinstance(one, Mapping))


def _add_lookup(written: Written, table: Mapping[str, Any], read_lookup: ReadLookup) -> None:
    name, elements = str(table.get("name")), table.get("elements")
    if isinstance(elements, str):
        try:
            elements = read_lookup(elements)
        except FileNotFoundError:
            written.left_out.append(f'the look-up "{name}", whose file {elements} is not there')
            return
    written.add_block("lookup", name, 1, ((str(one), 1) for one in elements or ()))


def _annotated(example: Mapping[str, Any]) -> str:
    """The text of an example with its entities marked in it; of two that overlap, the first."""
    text, annotated, read_to = str(example.get("text") or ""), "", 0
    for entity in sorted(_entries(example, "entities"), key=lambda one: (_offset(one, "start"), -_offset(one, "end"))):
        start, end = _offset(entity, "start"), _offset(entity, "end")
        if not read_to <= start < end <= len(text) or not entity.get("entity"):
            continue
        annotated += f"{text[read_to:start]}[{text[start:end]}]{_mark(entity, text[start:end])}"
        read_to = end
    return annotated + text[read_to:]


def _offset(entity: Mapping[str, Any], key: str) -> int:
    offset = entity.get(key)
    return offset if isinstance(offset, int) else -1


def _mark(entity: Mapping[str, Any], text: str) -> str:
    details = {key: entity[key] for key in ("entity", "role", "group") if entity.get(key)}
    if entity.get("value") not in (None, text):
        details["value"] = entity["value"]
    return f"({details['entity']})" if len(details) == 1 else json.dumps(details, ensure_ascii=False)
