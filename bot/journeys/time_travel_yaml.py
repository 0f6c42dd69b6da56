"""Reads `journeys/tests/*.yml`: time-travel tests of one journey in each file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.documents import Document, Faults, plain
from bot.domain.ids import ProfileId
from bot.domain.journey import Journey
from bot.domain.steps import ActionStep, AskStep, WebhookStep
from bot.journeys import wording
from bot.journeys.fields import Fields
from bot.journeys.known import Known
from bot.journeys.send_window import is_zone
from bot.journeys.time_travel import (
    MESSAGES,
    Answers,
    BecomesKnown,
    ColleagueDoes,
    ComesIn,
    EndsOutside,
    EventHappens,
    Expected,
    Happening,
    JourneyTest,
    Line,
    Refuses,
    Says,
)
from bot.journeys.virtual_world import Someone
from bot.journeys.wording import Unreadable

GIVEN = ("zone", "locale", "phone", "addresses", "consent", "profile", "tags", "created_on")
WHEN = (
    "event",
    "data",
    "enters",
    "answers",
    "refuses",
    "says",
    "intent",
    "channel",
    "colleague",
    "done",
    "slots",
    "failed",
    "profile",
)
THEN = (*MESSAGES, "why", "inside", "waits_at", "tags", "profile", "lead")
COLLEAGUE = ("takes over", "is done")
NOTHING = "nothing"


def read_journey_tests(
    documents: Sequence[Document], journeys: Mapping[str, Journey], known: Known, channels: Mapping[str, str]
) -> list[JourneyTest]:
    """All tests; raises one ContentError with every fault. `channels` maps each to the kind of its addresses."""
    faults = Faults()
    found = [test for one in documents for test in _Reader(one, faults, journeys, known, channels).read()]
    faults.raise_if_any()
    return found


class _Reader:
    def __init__(
        self,
        document: Document,
        faults: Faults,
        journeys: Mapping[str, Journey],
        known: Known,
        channels: Mapping[str, str],
    ) -> None:
        self._document = document
        self._faults = faults
        self._journeys = journeys
        self._known = known
        self._channels = channels

    def read(self) -> list[JourneyTest]:
        head = Fields(self._document, self._faults, self._document.data, "a file of journey tests")
        head.only("journey", "given", "tests")
        name = head.choice("journey", self._journeys, "journey", required=head.is_mapping)
        common = plain(_mapping(head.node.get("given")))
        if head.has("given"):
            self._given(head.inner("given", '"given"'), {})
        tests = self._mappings(head, "tests", "a test", 'Begin each test with "- test:".')
        if name is None:
            return []
        read = [self._test(one, self._journeys[name], common) for one in tests]
        return [test for test in read if test is not None]

    def _test(self, fields: Fields, journey: Journey, common: Mapping[str, Any]) -> JourneyTest | None:
        fields.only("test", "given", "course")
        name = fields.text("test", required=True, advice="Say what it shows, in a sentence.")
        given = fields.inner("given", '"given"') if fields.has("given") else None
        someone = self._given(given, common)
        course = self._mappings(fields, "course", "a line", 'Begin with "- on:".')
        lines = [self._line(one, journey) for one in course]
        if lines and lines[0].on is None:
            if not course[0].has("on"):
                self._faults.add(
                    lines[0].place, "the first line does not say when it is.", "Write on: 2026-11-24 14:00, their time."
                )
            return None
        if name is None or not lines:
            return None
        return JourneyTest(name, fields.place(), journey.id, someone, tuple(lines))

    def _mappings(self, fields: Fields, key: str, what: str, advice: str) -> list[Fields]:
        items = fields.node.get(key)
        if not isinstance(items, list) or not items:
            if fields.is_mapping:
                self._faults.add(fields.place(key), f'{fields.what} needs a list of "{key}".', advice)
            return []
        made = [
            Fields(self._document, self._faults, item, what, self._document.place(items, number))
            for number, item in enumerate(items)
        ]
        return [one for one in made if one.is_mapping]

    # ------------------------------------------------------------ who

    def _given(self, fields: Fields | None, common: Mapping[str, Any]) -> Someone:
        """The person; what the test does not say of them, the file may have said of all (`common`)."""
        own: Mapping[str, Any] = {}
        if fields is not None:
            fields.only(*GIVEN)
            fields.read("zone", _zone)
            fields.read("created_on", wording.day)
            fields.choices("consent", self._known.channels, "channel")
            self._check_addresses(fields)
            self._check_attributes(fields, "profile")
            own = plain(fields.node)
        said = {**common, **own}
        profile = {**_mapping(common.get("profile")), **_mapping(own.get("profile"))}
        phone = said.get("phone")
        addresses = {"phone": str(phone)} if phone else {}
        for channel, address in _mapping(said.get("addresses")).items():
            addresses[self._channels.get(channel, channel)] = str(address)
        return Someone(
            ProfileId("somebody"),
            profile,
            said.get("zone"),
            said.get("locale"),
            frozenset(_texts(said.get("tags"))),
            str(said.get("created_on") or ""),
            addresses,
            dict.fromkeys(_texts(said.get("consent")), True),
        )

    def _check_addresses(self, fields: Fields) -> None:
        if not fields.has("addresses"):
            return
        addresses = fields.inner("addresses", '"addresses"')
        for channel in addresses.node:
            if channel not in self._known.channels:
                self._faults.unknown(addresses.place(channel), "channel", str(channel), self._known.channels)

    def _check_attributes(self, fields: Fields, key: str) -> None:
        schema = self._known.profile
        if schema is None or not fields.has(key):
            return
        inner = fields.inner(key, f'"{key}"')
        for name in inner.node:
            if name not in schema.attributes:
                self._faults.unknown(inner.place(name), "attribute", str(name), schema.attributes)

    # ------------------------------------------------------------ lines

    def _line(self, fields: Fields, journey: Journey) -> Line:
        fields.only("on", "after", "when", "then")
        on = fields.read("on", _moment)
        after = fields.read("after", wording.duration)
        if fields.has("on") and fields.has("after"):
            self._faults.add(fields.place("after"), "a line is at one moment.", 'Keep "on" or "after".')
        happens = self._happens(fields.inner("when", '"when"'), journey) if fields.has("when") else ()
        then = self._then(fields, journey) if "then" in fields.node else None
        if not happens and then is None:
            self._faults.add(fields.place(), "nothing happens in this line.", 'Add "when" or "then".')
        return Line(fields.place(), on, after or timedelta(), happens, then)

    def _happens(self, when: Fields, journey: Journey) -> tuple[Happening, ...]:
        when.only(*WHEN)
        readers: Mapping[str, Callable[[Fields, Journey], Happening | None]] = {
            "event": self._event,
            "enters": lambda fields, _: ComesIn(_mapping(plain(fields.node.get("enters")))),
            "answers": self._answers,
            "refuses": lambda *_: Refuses(),
            "says": self._says,
            "colleague": self._colleague,
            "done": self._outside,
            "failed": self._outside,
            "profile": self._becomes_known,
        }
        found = [key for key in readers if key in when.node]
        if when.is_mapping and len(found) != 1:
            self._faults.add(
                when.place(found[1] if found else None),
                f"a line has one thing that happens, and this one has {' and '.join(found) or 'none'}.",
                f"Write one of {', '.join(readers)}; another one in a line of its own.",
            )
            return ()
        happening = readers[found[0]](when, journey) if found else None
        return () if happening is None else (happening,)

    def _event(self, when: Fields, _: Journey) -> Happening | None:
        event = when.read("event", wording.event)
        return EventHappens(event, _mapping(plain(when.node.get("data")))) if event else None

    def _answers(self, when: Fields, journey: Journey) -> Happening:
        forms = [step.form for step in journey.steps.values() if isinstance(step, AskStep)]
        slots = {slot for form in forms for slot in self._known.forms.get(form, ())}
        answers = when.inner("answers", '"answers"')
        for name in answers.node:
            if name not in slots:
                self._faults.unknown(answers.place(name), f"slot in what {journey.id} asks", str(name), slots)
        return Answers(_mapping(plain(answers.node)))

    def _says(self, when: Fields, _: Journey) -> Happening:
        channel = when.choice("channel", self._known.channels, "channel")
        intent = when.choice("intent", self._known.intents, "intent") if when.has("intent") else None
        return Says(when.text("says", required=True) or "", intent or "", channel or "")

    def _colleague(self, when: Fields, _: Journey) -> Happening | None:
        what = when.choice("colleague", COLLEAGUE, "thing that colleagues do")
        return ColleagueDoes("takes over" if what == COLLEAGUE[0] else "is done") if what else None

    def _becomes_known(self, when: Fields, _: Journey) -> Happening:
        self._check_attributes(when, "profile")
        return BecomesKnown(_mapping(plain(when.node.get("profile"))))

    def _outside(self, when: Fields, journey: Journey) -> Happening | None:
        key = "failed" if "failed" in when.node else "done"
        steps = journey.steps.values()
        names = {one.action for one in steps if isinstance(one, ActionStep)}
        names |= {one.endpoint for one in steps if isinstance(one, WebhookStep)}
        name = when.choice(key, names, f"action or endpoint in {journey.id}")
        return EndsOutside(name, _mapping(plain(when.node.get("slots"))), key == "failed") if name else None

    # ------------------------------------------------------------ expectations

    def _then(self, fields: Fields, journey: Journey) -> Expected:
        place = fields.place("then")
        if fields.node["then"] == NOTHING:
            return Expected(place, {})
        then = fields.inner("then", '"then"')
        then.only(*THEN)
        messages = {kind: tuple(text for text, _ in then.texts(kind)) for kind in MESSAGES if kind in then.node}
        for kind in ("sent", "asked", "reminded"):
            names = self._known.responses if kind == "sent" else self._known.forms
            then.choices(kind, frozenset(names), "response" if kind == "sent" else "form")
        self._check_attributes(then, "profile")
        tags = _texts(plain(then.node["tags"])) if "tags" in then.node else None
        return Expected(
            place,
            # A line that looks at states alone says nothing of messages.
            messages or None,
            then.text("why") or "",
            self._yes_or_no(then, "inside"),
            then.choice("waits_at", journey.steps, f"step in {journey.id}"),
            None if tags is None else tuple(tags),
            _mapping(plain(then.node.get("profile"))),
            _mapping(plain(then.node.get("lead"))),
        )

    def _yes_or_no(self, fields: Fields, key: str) -> bool | None:
        value = fields.node.get(key)
        if value is not None and not isinstance(value, bool):
            self._faults.add(fields.place(key), f'"{key}" is no yes or no.', f"Write {key}: true.")
            return None
        return value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _zone(text: str) -> str:
    zone = wording.zone(text)
    if not is_zone(zone):
        raise Unreadable(f'"{text}" is no time zone of a person.', "Write a name such as Europe/London.")
    return zone


def _moment(text: str) -> datetime:
    """`2026-11-24 14:00`, with the weekday before it if one likes: `tue 2026-11-24 14:00`."""
    weekday, _, rest = text.partition(" ")
    if not weekday.isalpha():
        return wording.local_time(text)
    moment = wording.local_time(rest)
    (named,) = wording.days(weekday)
    if moment.weekday() != named:
        raise Unreadable(f"{moment:%Y-%m-%d} is no {weekday}.", f"It is a {moment:%A}.")
    return moment
