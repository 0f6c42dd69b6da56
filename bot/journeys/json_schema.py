"""The JSON Schema of a journey's file, for editors: completion, what each word means, and the plainest mistakes.

The reader (`bot/journeys/content.py`) is the judge: it knows more, such as which step an id means. Names that journeys
may refer to are offered and not demanded, so that a schema that was written yesterday finds no fault with new ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from bot.domain.journey import MESSAGE_STATES
from bot.journeys.content import HEAD, POLICIES, PURPOSES
from bot.journeys.known import Known
from bot.journeys.steps import BESIDE, KINDS
from bot.journeys.windows import CLOSED, LINKS
from bot.journeys.wording import DURATION

Schema = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"
"""What the YAML plug-ins of editors understand best."""

TEXT = ["string", "number"]
"""Scalars that are read as texts."""


def journey_schema(known: Known | None = None, steps: Iterable[str] = ()) -> Schema:
    """The schema; the names of `known`, and `steps` where a step is pointed at, are offered for completion."""
    known = known or Known()
    properties = {
        "journey": _pattern("[a-z][a-z0-9_-]{0,79}", "The id: the same as the file's name, never given to another."),
        "purpose": _choice(PURPOSES, "marketing needs consent; service is what the person asked for."),
        "enter": {"anyOf": [_ref("entry"), _list(_ref("entry"))], "description": "What lets people in."},
        "exit": _ref("exit"),
        "send_window": _ref("send_window"),
        "holdout": _pattern("[0-9]{1,2}(\\.[0-9]{1,2})? ?%", "A share of people who enter and get nothing: 5%."),
        "at_once": _choice(("one", "many"), "How often somebody may be in the journey at a time."),
        "priority": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "description": "Of messages that are due together, that of the higher priority goes first. 50 without it.",
        },
        "on_edit": {
            "anyOf": [
                _choice(POLICIES, "What becomes of people who are inside when the file changes."),
                _object({"map": {"type": "object", "additionalProperties": _ref("target")}}, required=("map",)),
            ]
        },
        "links": _ref("links"),
        "steps": _ref("steps"),
    }
    return {
        "$schema": DIALECT,
        "title": "A journey of Overture",
        "type": "object",
        "additionalProperties": False,
        "required": ["journey", "purpose", "enter", "steps"],
        "properties": {key: properties[key] for key in HEAD},
        "definitions": {**_parts(known, steps), **_entries(known), **_steps(known)},
    }


# ---------------------------------------------------------------- parts


def _parts(known: Known, steps: Iterable[str]) -> Schema:
    return {
        "duration": _pattern(DURATION, "A length of time: 30m, 12h, 2d (or 2 days), 1w or 1d12h."),
        "expression": {"type": "string", "description": "A condition, such as answer.team_size > 20."},
        "value": {"description": "A value; a text that begins with = is computed: = answer.team_size."},
        "values": {"type": "object", "additionalProperties": _ref("value")},
        "target": _name({*steps, "end"}, "The id of a step, or end."),
        "go": _object({"go": _ref("target")}, required=("go",)),
        "outcome": _object({"do": _ref("steps"), "go": _ref("target")}, "Steps to do, or the step to go to."),
        "channels": _one_or_list(_name(known.channels), "Tried in this order; the first that reaches the person."),
        "event": _pattern("(event )?[a-z][a-z0-9_-]*(\\.[a-z0-9_-]+)+", "Two words with a dot: meeting.booked."),
        "exit": _object(
            {
                "goal": _one_or_list(_text(), "What the journey is for: event meeting.booked within 30d."),
                "event": _one_or_list(_ref("event"), "What else ends it."),
                "events": _one_or_list(_ref("event"), "What else ends it."),
                "if": _text("Which of these events: happened.order == event.order."),
                "when": _ref("expression"),
            },
            "Who does this leaves at once, wherever they are.",
        ),
        "send_window": _object(
            {
                "hours": _pattern("[0-9]{1,2}:[0-9]{2} ?[-–] ?[0-9]{1,2}:[0-9]{2}", '"09:00-20:00"'),
                "days": _one_or_list(_text(), "mon-sat, or a list of days."),
                "zone": _text("person, or a time zone such as Europe/London."),
                "closed": _choice(CLOSED, "What becomes of a message outside of it."),
            },
            "When messages may go out.",
            required=("hours",),
        ),
        "links": _choice(LINKS, "Whether it is noted who opens the links, where a rule says so (as_written)."),
    }


def _entries(known: Known) -> Schema:
    common = {"if": _ref("expression"), "again": _pattern("never|always|after .+", "never, always, or after 90d.")}
    zone = _text("Whose clocks count: Europe/London.")
    zone_or_person = _text("Whose clocks count: Europe/London, or person for each one's own.")
    cron = _text("Minute, hour, day, month, weekday: 0 9 * * mon.")
    schedules = [
        _object({"once": _text("2026-12-01 09:00"), "zone": zone}, required=("once", "zone")),
        _object({"cron": cron, "zone": zone_or_person}, required=("cron", "zone")),
        _object(
            {
                "date": _pattern("profile\\..+", "An attribute that is a day: profile.renewal_date."),
                "before": _ref("duration"),
                "after": _ref("duration"),
                "at": _text('The hour: "09:00".'),
                "every": _choice(("year", "month"), "On its anniversaries, too; or on that day of each month."),
            },
            required=("date",),
        ),
    ]
    message = {"anyOf": [{"const": True}, _object({"channels": _ref("channels")}, required=("channels",))]}
    intents = _one_or_list(_name(known.intents), "What they mean.")
    ways: Mapping[str, Schema] = {
        "event": {"event": _ref("event")},
        "segment": {"segment": _name(known.segments, "They come into it.")},
        "left_segment": {"left_segment": _name(known.segments, "They fall out of it.")},
        "schedule": {"schedule": {"anyOf": schedules}, "segment": _name(known.segments, "Only who is in it then.")},
        "message": {"message": message, "intent": intents},
        "intent": {"message": message, "intent": intents},
        "api": {"api": {"const": True, "description": "POST /journeys/<id>/enrolments lets them in."}},
    }
    return {"entry": {"anyOf": [_object({**own, **common}, required=(way,)) for way, own in ways.items()]}}


# ---------------------------------------------------------------- steps


def _steps(known: Known) -> Schema:
    kinds = _step_kinds(known)
    return {
        "steps": {"type": "array", "minItems": 1, "items": _ref("step"), "description": "What happens, in order."},
        "step": {"anyOf": [*(_ref(f"step_{kind}") for kind in KINDS), {"const": "end"}]},
        **{f"step_{kind}": kinds[kind] for kind in KINDS},
    }


def _step_kinds(known: Known) -> Mapping[str, Schema]:
    own = {**_messages(known), **_ways(), **_people(known), **_systems(known)}
    beside = {
        "remind": _one_or_list(_ref("duration"), "When to ask again, after the question."),
        "silent": _object(
            {"after": _ref("duration"), "go": _ref("target")},
            "What happens to people who never answer.",
            required=("after", "go"),
        ),
        "refuse": {**_ref("go"), "description": "Where people go who do not want to answer."},
        "human": _choice(("pause", "exit"), "When a colleague takes over."),
        "metric": {**_ref("event"), "description": "What the ways compete for."},
        "choose": _choice(("weights", "best"), "The way by the weights, or more and more the one that does best."),
        "within": {**_ref("duration"), "description": "So long after somebody went a way the metric counts (30d)."},
        "failed": {**_ref("outcome"), "description": "Where it fails; without it, the run stops with an error."},
    }
    required = {"ask": ("ask", "silent"), "split": ("id", "split")}
    kinds = {}
    for kind in KINDS:
        properties = {
            "id": _pattern("[a-z][a-z0-9_-]{0,79}", "Needed only where something points at this step."),
            kind: own[kind],
            **{key: beside[key] for key in BESIDE.get(kind, ())},
            "then": _ref("target"),
        }
        kinds[kind] = _object(properties, required=required.get(kind, (kind,)))
    return kinds


def _messages(known: Known) -> Mapping[str, Schema]:
    ask = {
        "form": _name(known.forms, "A form of the assistant's domain."),
        "channels": _ref("channels"),
        "need": _one_or_list(_name({slot for slots in known.forms.values() for slot in slots}), "Slots to be filled."),
    }
    send = {
        "response": _name(known.responses, "A response of the assistant's domain."),
        "channels": _ref("channels"),
        "cap": _choice(("skip", "wait"), "What becomes of it where a cap is reached."),
        "send_window": _ref("send_window"),
        "at": _choice(("best",), "Within a day, when the person most likely does what it is for; without it, at once."),
        "metric": {**_ref("event"), "description": "What it is for, at: best (message.received)."},
        "within": {**_ref("duration"), "description": "So long after it that counts (2d)."},
        "links": _ref("links"),
    }
    return {
        "send": _object(send, "Send a response.", required=("response", "channels")),
        "ask": _object(ask, "Open a form, and go on with what was understood.", required=("form", "channels")),
    }


def _ways() -> Mapping[str, Schema]:
    waiting = {
        "for": _one_or_list(
            _name(("reply", *MESSAGE_STATES), "reply, or an event such as link.clicked."), "Whichever comes first."
        ),
        "if": _text("Which of these events: happened.order == event.order."),
        "at_most": _ref("duration"),
        "until": _text('"09:00", tue 09:00, profile.renewal_date - 3d at 09:00, or event.starts_at - 1d.'),
    }
    arm = _object({"if": _ref("expression"), "do": _ref("steps"), "go": _ref("target")}, required=("if",))
    way = {
        "name": _pattern("[a-z][a-z0-9_-]{0,79}", "The way's name."),
        "weight": {"type": "integer", "minimum": 1, "maximum": 99, "description": "Its part of 100."},
        "do": _ref("steps"),
        "go": _ref("target"),
    }
    otherwise = _object({"else": _ref("outcome")}, required=("else",))
    return {
        "wait": {
            "anyOf": [_ref("duration"), _object(waiting)],
            "description": "How long: 30m, 12h, 2d (or 2 days), 1w.",
        },
        "branch": {**_list({"anyOf": [arm, otherwise]}), "description": "The first condition that is true; else last."},
        "split": {
            **_list(_object(way, required=("name", "weight"))),
            "minItems": 2,
            "description": "Part people by chance, each the same way whenever they come here.",
        },
        "go": _ref("target"),
        "end": {"description": "Everybody who comes here leaves."},
    }


def _people(known: Known) -> Mapping[str, Schema]:
    points = {"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000}
    tag = _text("A tag, such as nurture.")
    attributes = {
        "type": "object",
        "propertyNames": _name(known.profile.attributes if known.profile is not None else ()),
        "additionalProperties": _ref("value"),
    }
    score = {"fit": points, "engagement": points, "reason": _text("Reps read it.")}
    return {
        "score": _object(score, "Give points, once for each person.", required=("reason",)),
        "set": {**attributes, "minProperties": 1, "description": "Set attributes of the profile."},
        "add_to": tag,
        "tag": tag,
        "remove_from": tag,
    }


def _systems(known: Known) -> Mapping[str, Schema]:
    action = _name(known.actions, "A custom action.")
    run = _name(known.journeys, "Another journey.")
    handoff = {
        "to": _name(known.desks, "The desk; without it, the usual one."),
        "reason": _text("Why, for the reps."),
        "crm": _name(known.crms, "The one CRM that gets the note."),
        "within": _ref("duration"),
        "late": {**_ref("outcome"), "description": "Where nobody has claimed it within that time."},
    }
    webhook = {"to": _name(known.endpoints, "An endpoint of OVERTURE_ENDPOINTS."), "body": _ref("values")}
    named = _object({"name": action, "channels": _ref("channels")}, required=("name",))
    with_values = _object({"journey": run, "with": _ref("values")}, required=("journey",))
    return {
        "action": {"anyOf": [action, named], "description": "Run a custom action and wait for its end."},
        "webhook": _object(webhook, "Tell another system.", required=("to",)),
        "run": {"anyOf": [run, with_values], "description": "Send the person through another journey."},
        "handoff": _object(handoff, "Ask a colleague to take over.", required=("reason",)),
        "emit": {
            "anyOf": [_ref("event"), _object({"event": _ref("event"), "with": _ref("values")}, required=("event",))],
            "description": "Tell that something has happened: journeys that wait for it go on, others begin.",
        },
        "crm": _object(
            {
                "note": _text("A note."),
                "record": _ref("values"),
                "task": _text("What somebody is to do, in a CRM that has tasks; a note elsewhere."),
                "deal": _ref("values"),
            },
            "Bring the person's record up to date in the CRM.",
        ),
    }


# ---------------------------------------------------------------- words of JSON Schema


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _text(about: str = "") -> Schema:
    return _about({"type": TEXT}, about)


def _pattern(pattern: str, about: str) -> Schema:
    return {"type": TEXT, "pattern": f"^(?:{pattern})$", "description": about}


def _choice(values: Collection[str], about: str) -> Schema:
    return {"enum": list(values), "description": about}


def _name(known: Iterable[str], about: str = "") -> Schema:
    """A name: the known ones are offered, and others are taken."""
    names = sorted(known)
    return _about({"anyOf": [{"enum": names}, {"type": TEXT}]} if names else {"type": TEXT}, about)


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1}


def _one_or_list(item: Schema, about: str) -> Schema:
    return {"anyOf": [item, _list(item)], "description": about}


def _object(properties: Mapping[str, Schema], about: str = "", *, required: Collection[str] = ()) -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": dict(properties)}
    if required:
        schema["required"] = list(required)
    return _about(schema, about)


def _about(schema: Schema, about: str) -> Schema:
    return {**schema, "description": about} if about else schema
