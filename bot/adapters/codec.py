"""Domain values as JSON text and back, exactly. Pydantic reads the shapes off the dataclasses."""

from __future__ import annotations

import json
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from pydantic_core import CoreConfig, SchemaSerializer, SchemaValidator, ValidationError, from_json

from bot.domain.conversation import Event, Tracker
from bot.domain.crm import SentField
from bot.domain.delivery import Dispatch
from bot.domain.journey import Journey
from bot.domain.merging import Merge
from bot.domain.message import Inbound
from bot.domain.provenance import Origin, Provenance
from bot.domain.send_window import SendWindow

T = TypeVar("T")

_CONFIG = CoreConfig(ser_json_inf_nan="constants", allow_inf_nan=True)


class Codec(Generic[T]):
    """Writes values of one type as JSON and reads them back equal. Alternatives are told apart by their `kind`."""

    def __init__(self, type_: Any) -> None:
        schema = _exact_and_quick(TypeAdapter(type_).core_schema)
        self._write = SchemaSerializer(schema, _CONFIG)
        self._read = SchemaValidator(schema, _CONFIG)

    def dump(self, value: T) -> str:
        return self._write.to_json(value).decode()

    def load(self, text: str) -> T:
        try:
            value: T = self._read.validate_json(text)
        except ValidationError as error:
            if error.errors()[0]["type"] != "json_invalid":
                raise
            value = self._read.validate_python(_nested(text))
        return value

    def brief(self, value: T) -> str:
        """As JSON text, without what is as it is by default; `load` reads it, too."""
        return self._write.to_json(value, exclude_defaults=True).decode()

    def plain(self, value: T) -> Any:
        """The same as JSON's own kinds of values."""
        return self._write.to_python(value, mode="json", exclude_defaults=True)


class PlainCodec(Codec[dict[str, Any]]):
    """Any JSON object, of which nothing is to be looked at."""

    def load(self, text: str) -> dict[str, Any]:
        try:
            value = from_json(text)
        except ValueError:
            value = _nested(text)
        if not isinstance(value, dict):
            raise ValueError(f"{type(value).__name__} is no JSON object.")
        return value


def _nested(text: str) -> Any:
    """What is nested deeper than Pydantic reads, and not than it writes: one such row must not keep all the others from
    being read with it."""
    return json.loads(text)


def _exact_and_quick(schema: Any) -> Any:
    """The core schema with our configuration in every dataclass, and unions looked up by their members' `kind`.

    Pydantic would otherwise write infinity as null, and try the alternatives of a union one by one. A `kind` has no
    default there, so that it is told also where what is so by default is left out.
    """
    definitions = {one["ref"]: one for one in schema.get("definitions", ())}

    def rewrite(node: Any) -> Any:
        if isinstance(node, list):
            return [rewrite(item) for item in node]
        if not isinstance(node, dict):
            return node
        node = {key: value if key == "metadata" else rewrite(value) for key, value in node.items()}
        if node.get("type") == "dataclass-field" and node["name"] == "kind":
            return node | {"schema": node["schema"].get("schema", node["schema"])}
        if node.get("type") == "dataclass":
            return node | {"config": node.get("config", {}) | _CONFIG}
        if node.get("type") != "union":
            return node
        kinds = [_kind(choice, definitions) for choice in node["choices"]]
        if None in kinds:
            return node
        choices = dict(zip(kinds, node["choices"], strict=True))
        return {"type": "tagged-union", "discriminator": "kind", "choices": choices}

    return rewrite(schema)


def _kind(choice: dict[str, Any], definitions: dict[str, Any]) -> str | None:
    """The one value of a dataclass's `kind`; None when the choice is something else."""
    resolved = definitions.get(choice.get("schema_ref", ""), choice)
    if resolved["type"] != "dataclass":
        return None
    for field in resolved["schema"]["fields"]:
        if field["name"] == "kind":
            literal = field["schema"].get("schema", field["schema"])
            return str(literal["expected"][0]) if literal["type"] == "literal" else None
    return None


EVENT: Codec[Event] = Codec(Event)
TRACKER: Codec[Tracker] = Codec(Tracker)
INBOUND: Codec[Inbound] = Codec(Inbound)
DISPATCH: Codec[Dispatch] = Codec(Dispatch)
WINDOW: Codec[SendWindow] = Codec(SendWindow)
JOURNEY: Codec[Journey] = Codec(Journey)
MERGE: Codec[Merge] = Codec(Merge)
ORIGIN: Codec[Origin] = Codec(Origin)
PROVENANCE: Codec[Provenance] = Codec(Provenance)
NAMES: Codec[tuple[str, ...]] = Codec(tuple[str, ...])
SENT_FIELDS: Codec[tuple[SentField, ...]] = Codec(tuple[SentField, ...])
PLAIN = PlainCodec(dict[str, Any])
"""Any JSON object: attributes, slots, a feed's item."""
