"""The person to whom the page "Journeys" words messages: made up, and edited there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.dialogue.personal import EVENT, Personal, nobody
from bot.domain.assistant import Response, Variation
from bot.domain.audience import Attribute, AttributeType
from bot.domain.errors import WebhookRejected
from bot.domain.ids import ProfileId
from bot.domain.score import ScoreChange
from bot.journeys.scoring import lead_facts, points_for_attributes
from bot.journeys.send_window import zones_of
from bot.ports import Playbook

LONGEST_VALUE = 500
USUAL = {
    "name": "Alex Morgan", "first_name": "Alex", "last_name": "Morgan", "lead_name": "Alex",
    "email": "alex@example.com", "work_email": "alex@example.com", "phone": "+447700900123",
    "country": "GB", "company": "Example Ltd", "locale": "en-GB", "currency": "EUR",
    "link": "https://example.com/1", "url": "https://example.com/1",
}  # fmt: skip
BY_TYPE = {
    "number": "25", "float": "25", "yes_no": "yes", "bool": "yes", "date": "2026-12-01", "time": "2026-12-01T10:00",
    "list": "one, two",
}  # fmt: skip
IN_BRACES = re.compile(r"(?<!\{)\{([\w.\-]+)\}(?!\})")
IN_LIQUID = re.compile(r"\b(slots|lead|event)\.(\w+)")
COUNTED = re.compile(r"\bevent\.(\w+)\s*\|\s*(?:money|number|plus|minus|times|divided_by|round|floor|ceil)\b")
DATED = re.compile(r"\bevent\.(\w+)\s*\|\s*date\b")
TIMED = re.compile(r"\bevent\.(\w+)\s*\|\s*time\b")
GONE_THROUGH = re.compile(r"\bin\s+event\.(\w+)")


@dataclass(frozen=True, slots=True)
class Field:
    """Something that may be known of the person: `group` is profile, slots, lead, event or locale."""

    group: str
    name: str
    type: str
    label: str
    usual: str


def fields_of(responses: Iterable[Response], playbook: Playbook, now: datetime) -> list[Field]:
    """What these responses look at, with what a person of whom all is known would have."""
    responses = list(responses)
    found = dict.fromkeys(name for response in responses for name in _names_in(response))
    liquid = " ".join(
        text for response in responses for one in response.variations if one.liquid for text in _texts(one)
    )
    treated = {"number": COUNTED, "date": DATED, "time": TIMED, "list": GONE_THROUGH}
    event = {name: type_ for type_, pattern in treated.items() for name in pattern.findall(liquid)}
    lead = _usual_lead(playbook, now) if any(group == "lead" for group, _ in found) else {}
    return [
        _of_event(name, event.get(name, "text")) if group == EVENT else _field(group, name, playbook, lead)
        for group, name in found
    ]


def _of_event(name: str, type_: str) -> Field:
    """What an event brings is known to whoever tells it: its type goes by what is done with it, and a list has no value
    that could be made up."""
    usual = "" if type_ == "list" else USUAL.get(name) or BY_TYPE.get(type_) or name.replace("_", " ")
    return Field(EVENT, name, type_, _label(None, name), usual)


def _usual_lead(playbook: Playbook, now: datetime) -> Mapping[str, Any]:
    """Their score by the rules in force: what is known of them counts, and each event that gives points, once."""
    declared = playbook.profile.attributes if playbook.profile is not None else {}
    known = [_field("profile", name, playbook, {}) for name in declared]
    profile = {field.name: _typed(field, field.usual) for field in known}
    given = [(one, one.points) for one in playbook.score_rules if one.event is not None and one.points > 0]
    given += [(one.rule, one.points) for one in points_for_attributes(playbook.score_rules, profile, (), now)]
    changes = [
        ScoreChange(ProfileId(""), "", rule.dimension, points, rule.reason, rule.id, now) for rule, points in given
    ]
    return lead_facts(changes, now, grades=playbook.grades)


def _names_in(response: Response) -> Iterator[tuple[str, str]]:
    for variation in response.variations:
        texts = _texts(variation)
        if not variation.liquid:
            yield from (("slots", name) for text in texts for name in IN_BRACES.findall(text))
            continue
        yield from (("profile", name) for name in sorted(variation.attributes))
        yield from ((found[1], found[2]) for text in texts for found in IN_LIQUID.finditer(text))
        yield "locale", "locale"


def _texts(variation: Variation) -> list[str]:
    return [variation.text, variation.image or "", *(button.title for button in variation.buttons)]


def _field(group: str, name: str, playbook: Playbook, lead: Mapping[str, Any]) -> Field:
    schema, slots = playbook.profile, playbook.assistant.slots
    declared = schema.attributes.get(name) if schema is not None and group == "profile" else None
    slot = slots.get(name) if group == "slots" else None
    type_ = str(declared.type) if declared is not None else slot.type if slot is not None else "text"
    choices = declared.one_of if declared is not None else slot.values if slot is not None else ()
    if group == "lead" and name != "grade":
        type_ = "number"
    if group == "lead" and name in lead:
        return Field(group, name, type_, _label(None, name), str(lead[name]))
    usual = str(choices[0]) if choices else USUAL.get(name) or BY_TYPE.get(type_) or name.replace("_", " ")
    return Field(group, name, type_, _label(declared, name), usual)


def _label(declared: Attribute | None, name: str) -> str:
    return declared.label if declared is not None and declared.label else name.replace("_", " ").capitalize()


def values_of(fields: Iterable[Field], told: Any) -> dict[str, dict[str, Any]]:
    """What the page says that is known, by group; without a word of it, all that is usual. Blank is unknown."""
    values: dict[str, dict[str, Any]] = {"profile": {}, "slots": {}, "lead": {}, EVENT: {}, "locale": {}}
    for field in fields:
        given = field.usual
        if isinstance(told, Mapping):
            group = told.get(field.group)
            given = group.get(field.name, "") if isinstance(group, Mapping) else ""
        if not isinstance(given, str) or len(given) > LONGEST_VALUE:
            raise WebhookRejected(400, f'"{field.name}" wants a text of at most {LONGEST_VALUE} characters')
        if given.strip():
            values[field.group][field.name] = _typed(field, given.strip())
    return values


def _typed(field: Field, text: str) -> Any:
    match field.type:
        case AttributeType.NUMBER | "float":
            try:
                return float(text)
            except ValueError:
                raise WebhookRejected(400, f"{field.label} is a number, such as 25, and not “{text}”.") from None
        case AttributeType.YES_NO | "bool":
            return text.lower() in ("yes", "true", "1")
        case AttributeType.LIST:
            return [one.strip() for one in text.split(",") if one.strip()]
        case _:
            return text


def person_of(values: Mapping[str, Mapping[str, Any]], language: str, region: str) -> Personal:
    """Somebody of our `region`, of whom these are known."""
    unknown = nobody(language)
    profile, lead = {**unknown.profile, **values["profile"]}, {**unknown.lead, **values["lead"]}
    locale, zones = values["locale"].get("locale"), zones_of(profile.get("time_zone"), None, region)
    return Personal(profile, lead, locale, language, unknown.preferences_link, values[EVENT], zones, region)
