"""Reads `journeys/profile.yml`: the attributes that people have, with their types."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.documents import Document, Faults, plain
from bot.domain.access import Sensitivity
from bot.domain.audience import CONTACT, Attribute, AttributeType, ProfileSchema
from bot.domain.privacy import LawfulBasis
from bot.domain.provenance import USUAL_TRUST, Source, Trust
from bot.domain.steps import SetStep
from bot.journeys import wording
from bot.journeys.fields import Fields
from bot.journeys.kinds import kind_of_source
from bot.journeys.steps import StepReader

TYPES = tuple(one.value for one in AttributeType)
SOURCES = tuple(one.value for one in Source if one is not Source.SERVICE)
NOTHING_SAID: tuple[str, LawfulBasis | None] = ("", None)
SUCH_AS = "Write trust: [[correction, conversation], crm]."
BASES = tuple(one.value for one in LawfulBasis)
SENSITIVITIES = tuple(one.value for one in Sensitivity)


def read_profile_schema(document: Document) -> ProfileSchema:
    """Read the file; raises ContentError with every fault in it."""
    faults = Faults()
    head = Fields(document, faults, document.data, "the profile")
    head.only("attributes", "purpose", "basis", "trust")
    usual = (head.text("purpose") or "", _basis(head)) if head.is_mapping else NOTHING_SAID
    if head.is_mapping and not head.has("attributes"):
        head.missing("attributes", "List what people have: attributes: {team_size: number}.")
        faults.raise_if_any()
    trust = _trust(head) if head.is_mapping else None
    entries = head.inner("attributes", '"attributes"')
    found = {}
    for key in entries.node:
        attribute = _attribute(entries, key, usual)
        if attribute is not None:
            found[attribute.name] = attribute
    faults.raise_if_any()
    return ProfileSchema(found, trust or USUAL_TRUST)


def _attribute(entries: Fields, key: Any, usual: tuple[str, LawfulBasis | None]) -> Attribute | None:
    """One entry: its type alone (`team_size: number`), or a mapping with `type` and what else it has. `usual` are the
    purpose, and the basis of it, of all that say no other; what has a purpose of its own has a basis of its own."""
    name = entries.parsed(str(key), wording.attribute, entries.place(key))
    if isinstance(entries.node[key], str):
        type_ = entries.choice(key, TYPES, "type")
        return _plainly(name, AttributeType(type_), *usual) if name and type_ else None
    entry = entries.inner(key, f'the attribute "{key}"')
    entry.only("type", "one_of", "label", "sensitivity", "contact", "purpose", "basis", "trust")
    type_ = entry.choice("type", TYPES, "type", required=entry.is_mapping)
    if name is None or type_ is None:
        return None
    own = entry.text("purpose")
    purpose, basis = (own, None) if own else usual
    plainly = _plainly(name, AttributeType(type_), purpose, _basis(entry) or basis)
    sensitivity = entry.choice("sensitivity", SENSITIVITIES, "sensitivity") or Sensitivity.PERSONAL
    return replace(
        plainly,
        label=entry.text("label") or "",
        one_of=_one_of(entry, plainly),
        words=_words(entry),
        sensitivity=Sensitivity(sensitivity),
        contact=_contact(entry, plainly),
        trust=_trust(entry),
    )


def _plainly(name: str, type_: AttributeType, purpose: str, basis: LawfulBasis | None) -> Attribute:
    """As it is where nothing more is said of it: some texts are contact data by their names."""
    contact = type_ is AttributeType.TEXT and name in CONTACT
    return Attribute(name, type_, contact=contact, purpose=purpose, basis=basis)


def _basis(fields: Fields) -> LawfulBasis | None:
    said = fields.choice("basis", BASES, "legal basis")
    return LawfulBasis(said) if said else None


def _trust(fields: Fields) -> Trust | None:
    """Whose word counts, the strongest first: a list of sources, or of lists of those that count alike."""
    if not fields.has("trust"):
        return None
    given, place = plain(fields.node["trust"]), fields.place("trust")
    groups = [one if isinstance(one, list) else [one] for one in given] if isinstance(given, list) else []
    named = [source for group in groups for source in group]
    if not named:
        fields.faults.add(place, '"trust" must be a list of sources.', SUCH_AS)
        return None
    for source in named:
        if source not in SOURCES:
            fields.faults.unknown(place, "source", str(source), SOURCES)
    if len(set(map(str, named))) < len(named):
        fields.faults.add(place, '"trust" names a source twice.')
    if Source.CORRECTION not in groups[0]:
        fields.faults.add(place, '"trust" must begin with what people had put right, which is correction.', SUCH_AS)
    return tuple(frozenset(Source(one) for one in group if one in SOURCES) for group in groups)


def _contact(entry: Fields, plainly: Attribute) -> bool:
    said = entry.yes_or_no("contact")
    if said is None:
        return plainly.contact
    if said and plainly.type is not AttributeType.TEXT:
        entry.faults.add(entry.place("contact"), f'contact data is a text, and "{plainly.name}" is none.')
    return said


def _one_of(entry: Fields, attribute: Attribute) -> tuple[Any, ...]:
    given = plain(entry.node.get("one_of"))
    if given is None:
        return ()
    place = entry.place("one_of")
    if attribute.type not in (AttributeType.TEXT, AttributeType.NUMBER):
        entry.faults.add(place, f'"one_of" is for texts and numbers, and this is a {attribute.type.value}.')
        return ()
    if not isinstance(given, list | dict) or not given:
        advice = "Write one_of: [small, large], or with words for each: one_of: {small: A small team}."
        entry.faults.add(place, '"one_of" must be a list of values.', advice)
        return ()
    if isinstance(given, dict) and attribute.type is not AttributeType.TEXT:
        entry.faults.add(place, "words of values are for texts.", "Write one_of: [1, 2].")
        return ()
    for key, value in [(one, one) for one in given] if isinstance(given, dict) else enumerate(given):
        if value is None or not attribute.takes(value):
            where = entry.document.place(entry.node["one_of"], key)
            advice = "Put it in quotation marks." if attribute.type is AttributeType.TEXT else "Write a number."
            entry.faults.add(where, f"one of these values is no {attribute.type.value}: {value}.", advice)
    return tuple(given)


def _words(entry: Fields) -> tuple[tuple[Any, str], ...]:
    """Of values that are given with words in which people are told them: `one_of: {this_quarter: this quarter}`."""
    given = plain(entry.node.get("one_of"))
    if not isinstance(given, dict):
        return ()
    for value, said in given.items():
        if not isinstance(said, str) or not said.strip():
            where = entry.document.place(entry.node["one_of"], value)
            entry.faults.add(where, f'"{value}" needs words in which it is told.', f"Write {value}: some words.")
    return tuple(given.items())


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
            elif isinstance(value, str) and value.startswith("="):
                if not _may_be(attribute, kind_of_source(value[1:], schema)):
                    faults.add(place, f'the attribute "{name}" is never "{value}": {_described(attribute)}.')
            elif not attribute.takes(value):
                faults.add(place, f'the attribute "{name}" cannot be "{value}": {_described(attribute)}.')


def _may_be(attribute: Attribute, computed: AttributeType | None) -> bool:
    """Whether what is computed may be of the type that is declared; a date is a text that begins with a day."""
    dated = {AttributeType.DATE, AttributeType.TEXT}
    return computed in (None, attribute.type) or dated == {computed, attribute.type}


def _described(attribute: Attribute) -> str:
    if attribute.one_of:
        return f"it is one of {', '.join(str(one) for one in attribute.one_of)}"
    return f"its type is {attribute.type.value}"
