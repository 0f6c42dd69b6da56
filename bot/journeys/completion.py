"""What could be written at a place in a journey's file: its keys and names, from the JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.documents import parse, salvage
from bot.domain.errors import ContentError
from bot.journeys.json_schema import Schema

HERE = "overture-cursor-is-here"
MOST = 60


@dataclass(frozen=True, slots=True)
class Completion:
    """`words` may take the place of the word under the cursor; a key ends with its colon."""

    words: str
    about: str


@dataclass(frozen=True, slots=True)
class Completions:
    """The words for the text from `start` up to `end`, which count characters."""

    start: int
    end: int
    words: tuple[Completion, ...]


def complete(text: str, cursor: int, schema: Schema) -> Completions:
    """What may stand at the cursor and begins as the word there does; nothing where the text makes no sense."""
    before, after = text[:cursor], text[cursor:]
    begun = re.search(r"[\w.-]*$", before)
    rest = re.match(r"[\w.-]*", after)
    start = cursor - len(begun[0] if begun else "")
    end = cursor + len(rest[0] if rest else "")
    found = _offered(text[:start], text[end:], schema)
    wanted = text[start:cursor].lower()
    chosen = [Completion(words, about) for words, about in found.items() if words.lower().startswith(wanted)]
    return Completions(start, end, tuple(chosen[:MOST]))


def _offered(before: str, after: str, schema: Schema) -> dict[str, str]:
    """The word under the cursor is put in as a value or, where that is no YAML, as a key, and then looked for."""
    for marked in (f"{before}{HERE}{after}", f"{before}{HERE}: 0{after}"):
        try:
            data = parse("", marked).data
        except ContentError:
            continue
        return _at(data, [schema], schema["definitions"]) or {}
    document = salvage("", f"{before}{HERE}{after}")
    return (_at(document.data, [schema], schema["definitions"]) if document is not None else None) or {}


def _at(node: Any, schemas: Sequence[Schema], definitions: Mapping[str, Schema]) -> dict[str, str] | None:
    """What may stand where the cursor is in this node, which should fit one of the schemas; None: it is elsewhere."""
    resolved = list(_alternatives(schemas, definitions))
    match node:
        case Mapping():
            here = _fitting(resolved, {str(key) for key in node} - {HERE})
            if HERE in node:
                return _keys(here, node)
            for key, value in node.items():
                inner = [one["properties"][key] for one in here if key in one.get("properties", ())]
                inner += [one["additionalProperties"] for one in here if _takes_any(one, key)]
                if (found := _at(value, inner, definitions)) is not None:
                    return found
        case list():
            items = [one["items"] for one in resolved if "items" in one]
            for item in node:
                if (found := _at(item, items, definitions)) is not None:
                    return found
        case str() if node == HERE:
            named = [one for one in resolved if "properties" in one or "propertyNames" in one]
            return {**_values(resolved), **_keys(named, {})}
    return None


def _alternatives(schemas: Iterable[Schema], definitions: Mapping[str, Schema]) -> Iterator[Schema]:
    for schema in schemas:
        if "$ref" in schema:
            yield from _alternatives([definitions[schema["$ref"].rpartition("/")[2]]], definitions)
        elif "anyOf" in schema:
            about = {"description": schema["description"]} if "description" in schema else {}
            yield from _alternatives([{**about, **one} for one in schema["anyOf"]], definitions)
        else:
            yield schema


def _fitting(schemas: Iterable[Schema], keys: set[str]) -> list[Schema]:
    """Those that have all the keys; where none has, those that share the most."""
    objects = [one for one in schemas if one.get("type") == "object"]
    shared = {id(one): len(keys & set(one.get("properties", ()))) for one in objects}
    most = max(shared.values(), default=0)
    return [one for one in objects if shared[id(one)] == most]


def _takes_any(schema: Schema, key: str) -> bool:
    return key not in schema.get("properties", ()) and isinstance(schema.get("additionalProperties"), dict)


def _keys(schemas: Iterable[Schema], there: Mapping[Any, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for schema in schemas:
        for key, inner in schema.get("properties", {}).items():
            if key not in there:
                found.setdefault(f"{key}:", inner.get("description", ""))
        for names in schema.get("propertyNames", {}).get("anyOf", ()):
            for key in names.get("enum", ()):
                if key not in there:
                    found.setdefault(f"{key}:", "")
    return found


def _values(schemas: Iterable[Schema]) -> dict[str, str]:
    found: dict[str, str] = {}
    for schema in schemas:
        values = schema.get("enum", [schema["const"]] if "const" in schema else [])
        for value in values:
            found.setdefault("true" if value is True else str(value), schema.get("description", ""))
    return found
