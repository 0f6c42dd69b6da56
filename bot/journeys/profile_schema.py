"""Reads `journeys/profile.yml`: the attributes that people have, with their types."""

from __future__ import annotations

from typing import Any

from bot.documents import Document, Faults
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.steps import SetStep
from bot.journeys import wording
from bot.journeys.fields import Fields, plain
from bot.journeys.steps import StepReader

TYPES = tuple(one.value for one in AttributeType)


def read_profile_schema(document: Document) -> ProfileSchema:
    """Read the file; raises ContentError with every fault in it."""
    faults = Faults()
    head = Fields(document, faults, document.data, "the profile")
    head.only("attributes")
    if head.is_mapping and not head.has("attributes"):
        head.missing("attributes", "List what people have: attributes: {team_size: number}.")
        faults.raise_if_any()
    entries = head.inner("attributes", '"attributes"')
    found = {}
    for key in entries.node:
        attribute = _attribute(entries, key)
        if attribute is not None:
            found[attribute.name] = attribute
    faults.raise_if_any()
    return ProfileSchema(found)


def _attribute(entries: Fields, key: Any) -> Attribute | None:
    """One entry: its type alone (`team_size: number`), or a mapping with `type`, `one_of`, `label`, `sensitive`."""
    name = entries.parsed(str(key), wording.attribute, entries.place(key))
    if isinstance(entries.node[key], str):
        type_ = entries.choice(key, TYPES, "type")
        return Attribute(name, AttributeType(type_)) if name and type_ else None
    entry = entries.inner(key, f'the attribute "{key}"')
    entry.only("type", "one_of", "label", "sensitive")
    type_ = entry.choice("type", TYPES, "type", required=entry.is_mapping)
    if name is None or type_ is None:
        return None
    plainly = Attribute(name, AttributeType(type_), label=entry.text("label") or "")
    return Attribute(name, plainly.type, _one_of(entry, plainly), plainly.label, _is_sensitive(entry))


def _is_sensitive(entry: Fields) -> bool:
    given = entry.node.get("sensitive")
    if isinstance(given, bool):
        return given
    return entry.choice("sensitive", ("yes", "no"), "answer") == "yes"


def _one_of(entry: Fields, attribute: Attribute) -> tuple[Any, ...]:
    given = plain(entry.node.get("one_of"))
    if given is None:
        return ()
    place = entry.place("one_of")
    if attribute.type not in (AttributeType.TEXT, AttributeType.NUMBER):
        entry.faults.add(place, f'"one_of" is for texts and numbers, and this is a {attribute.type.value}.')
        return ()
    if not isinstance(given, list) or not given:
        entry.faults.add(place, '"one_of" must be a list of values.', "Write one_of: [small, large].")
        return ()
    for number, value in enumerate(given):
        if value is None or not attribute.takes(value):
            where = entry.document.place(entry.node["one_of"], number)
            advice = "Put it in quotation marks." if attribute.type is AttributeType.TEXT else "Write a number."
            entry.faults.add(where, f"one of these values is no {attribute.type.value}: {value}.", advice)
    return tuple(given)


def check_values_set(steps: StepReader, schema: ProfileSchema | None, faults: Faults) -> None:
    """Report steps that set an attribute which nobody declared, or to a value that it is declared not to have."""
    if schema is None:
        return
    for step in steps.steps.values():
        if not isinstance(step, SetStep):
            continue
        for name, value in step.values:
            attribute = schema.attributes.get(name)
            place = steps.places[step.id]
            if attribute is None:
                faults.unknown(place, "attribute", name, schema.attributes)
            elif not (isinstance(value, str) and value.startswith("=")) and not attribute.takes(value):
                faults.add(place, f'the attribute "{name}" cannot be "{value}": {_described(attribute)}.')


def _described(attribute: Attribute) -> str:
    if attribute.one_of:
        return f"it is one of {', '.join(str(one) for one in attribute.one_of)}"
    return f"its type is {attribute.type.value}"
