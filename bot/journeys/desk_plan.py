"""Reads `journeys/desks/<id>.yml`: who works at a desk and when, who is offered which hand-off, and who is told when
nobody answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from pathlib import PurePath

from bot.documents import Document, Faults
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.meeting import QUARTER
from bot.domain.routing import EVERYBODY, DaysOff, DeskPlan, Escalation, MeetingTerms, Pick, Rep, Route, WorkingHours
from bot.domain.send_window import PERSON_ZONE, SendWindow
from bot.journeys import wording
from bot.journeys.expression import check
from bot.journeys.fields import Fields
from bot.journeys.kinds import Kinds, kinds_of, profile_names
from bot.journeys.selection import LEAD
from bot.journeys.wording import Unreadable

_CUSTOMER = {
    "country": "Country",
    "language": "Language",
    "channel": "Channel",
    "reason": "Reason of the hand-off",
}
CUSTOMER: Kinds = {
    f"customer.{name}": Attribute(name, AttributeType.TEXT, label=words) for name, words in _CUSTOMER.items()
}
"""What conditions read besides `profile` and `lead`."""

PICKS: tuple[Pick, ...] = ("in_turn", "least_busy")
LONGEST_HOLIDAY = 366


def read_desk_plan(document: Document, desks: Collection[str], schema: ProfileSchema | None) -> DeskPlan:
    """Read one desk; raises ContentError with every fault in it. `desks` are the names of those that there are."""
    faults = Faults()
    head = Fields(document, faults, document.data, "a desk")
    if not head.is_mapping:
        faults.raise_if_any()
    head.only("desk", "for", "hours", "holidays", "reps", "routes", "first_reply", "digest")
    name = head.read("desk", wording.identifier, required=True, advice="Begin with desk: <id>.") or ""
    stem = PurePath(document.path).stem
    if name and name != stem:
        faults.add(
            head.place("desk"),
            f'the desk "{name}" stands in a file of another name.',
            f"Name the file {name}.yml, or the desk {stem}.",
        )
    place = _desk(head, "for", desks, "Write for: slack:#sales, or another name of OVERTURE_DESK.", required=True)
    hours = _hours(head)
    if head.has("holidays") and not head.has("hours"):
        faults.add(head.place("holidays"), "holidays are days of some time zone.", HOURS_ADVICE)
    reps = _reps(head, hours)
    routes = tuple(_routes(head, reps, schema))
    escalations = tuple(_escalations(head, reps, desks))
    digest = head.read("digest", wording.time_of_day)
    if digest is not None and not head.has("hours"):
        faults.add(head.place("digest"), "a digest comes on working days of some time zone.", HOURS_ADVICE)
    faults.raise_if_any()
    return DeskPlan(place or "", reps, routes, escalations, hours, digest)


HOURS_ADVICE = "Write hours: mon-fri 09:00-17:30 Europe/London."


def working_window(text: str) -> SendWindow:
    """`mon-fri 09:00-17:30 Europe/London`."""
    parts = text.split()
    if len(parts) != 3:
        raise Unreadable(f'"{text}" is no week: it wants days, hours and a time zone.', HOURS_ADVICE)
    opens, closes = wording.hours(parts[1])
    zone = wording.zone(parts[2])
    if zone == PERSON_ZONE:
        raise Unreadable("a desk is in one time zone, not in that of each person.", HOURS_ADVICE)
    return SendWindow(opens, closes, wording.days(parts[0]), zone)


def days_off(text: str) -> DaysOff:
    """`2026-12-25`, or `2026-12-24..2027-01-01`."""
    first, to, last = text.partition("..")
    try:
        found = DaysOff(date.fromisoformat(first.strip()), date.fromisoformat((last if to else first).strip()))
    except ValueError:
        advice = "Write 2026-12-25, or the first and the last day: 2026-12-24..2027-01-01."
        raise Unreadable(f'"{text}" is no day.', advice) from None
    if not 0 <= (found.last - found.first).days <= LONGEST_HOLIDAY:
        raise Unreadable(f'"{text}" ends before it begins, or lasts for more than a year.', "Swap the days.")
    return found


def name_of_rep(text: str) -> str:
    if not 1 <= len(text.strip()) <= 80:
        raise Unreadable("a name has 1 to 80 characters.")
    return text.strip()


def member(text: str) -> str:
    """The desk's own id of somebody; of what form, its channel knows."""
    if not re.fullmatch(r"[A-Za-z0-9._%+@-]{1,80}", text):
        raise Unreadable(
            f'"{text}" is nobody\'s id.',
            "In Slack: open the profile, then More, Copy member ID; on our page: their e-mail address.",
        )
    return text


def language(text: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}", text):
        raise Unreadable(f'"{text}" is no language.', "Write its code of two letters: de.")
    return text


def _desk(head: Fields, key: str, desks: Collection[str], advice: str, *, required: bool = False) -> str | None:
    text = head.text(key, required=required, advice=advice)
    if text is not None and text not in desks:
        head.faults.unknown(head.place(key), "desk", text, desks)
        return None
    return text


def _hours(fields: Fields, holidays: tuple[DaysOff, ...] = ()) -> WorkingHours | None:
    window = fields.read("hours", working_window)
    off = fields.read_all("holidays", days_off)
    return WorkingHours(window, (*holidays, *off)) if window is not None else None


def _reps(head: Fields, desk: WorkingHours | None) -> dict[str, Rep]:
    found: dict[str, Rep] = {}
    if not head.has("reps"):
        return found
    listed = head.inner("reps", '"reps"')
    for key in listed.node:
        fields = listed.inner(key, f'the rep "{key}"')
        rep = _rep(fields, listed.parsed(str(key), wording.identifier, listed.place(key)) or "", desk)
        for what, value in (("name", rep.name), ("member", rep.member)):
            if value and any(getattr(one, what) == value for one in found.values()):
                fields.faults.add(fields.place(what), f'another rep has the {what} "{value}".')
        found[rep.id] = rep
    return found


def _rep(fields: Fields, rep_id: str, desk: WorkingHours | None) -> Rep:
    fields.only("name", "member", "hours", "holidays", "languages", "at_most", "meetings")
    name = fields.read("name", name_of_rep, required=fields.is_mapping, advice="Customers and colleagues read it.")
    at_most = fields.whole_number("at_most")
    if at_most is not None and at_most < 1:
        fields.faults.add(fields.place("at_most"), "who may have none is no rep of this desk.", "Write at_most: 8.")
    hours = _hours(fields, desk.holidays if desk is not None else ())
    if hours is None and fields.has("holidays") and not fields.has("hours"):
        off = fields.read_all("holidays", days_off)
        if desk is None:
            fields.faults.add(fields.place("holidays"), "holidays are days of some time zone.", HOURS_ADVICE)
        else:
            hours = WorkingHours(desk.window, (*desk.holidays, *off))
    return Rep(
        rep_id,
        name or "",
        fields.read("member", member) or "",
        hours,
        frozenset(fields.read_all("languages", language)),
        at_most,
        _meetings(fields, hours or desk),
    )


def _meetings(fields: Fields, hours: WorkingHours | None) -> MeetingTerms | None:
    """`{link: https://...}`, or `{length: 30m, notice: 2h, ahead: 14d}`, in the rep's hours or these: `hours`."""
    if not fields.has("meetings"):
        return None
    terms = fields.inner("meetings", '"meetings"')
    terms.only("link", "length", "notice", "ahead", "hours")
    link = terms.read("link", web_address) or ""
    if link:
        for key in ("length", "notice", "ahead", "hours"):
            if terms.has(key):
                terms.faults.add(terms.place(key), f'"{key}" is for times from here, and the link has its own.')
        return MeetingTerms(link)
    window = terms.read("hours", working_window)
    own = WorkingHours(window, hours.holidays if hours is not None else ()) if window is not None else None
    if hours is None and not terms.has("hours") and terms.is_mapping:
        terms.faults.add(fields.place("meetings"), "times come from the hours of the rep or the desk.", HOURS_ADVICE)
    usual = MeetingTerms()
    return MeetingTerms(
        "",
        terms.read("length", length_of_meeting) or usual.length,
        terms.read("notice", wording.duration) or usual.notice,
        terms.read("ahead", wording.duration) or usual.ahead,
        own,
    )


def length_of_meeting(text: str) -> timedelta:
    length = wording.duration(text)
    if length % QUARTER or length > timedelta(hours=8):
        raise Unreadable(f'"{text}" is no length of a meeting.', "Write quarters of an hour, 8h at most: 30m.")
    return length


def web_address(text: str) -> str:
    if not re.fullmatch(r"https://[^\s<>\"]{4,500}", text):
        raise Unreadable(f'"{text}" is no address of a page.', "Write link: https://...")
    return text


def _items(head: Fields, key: str, what: str) -> Iterator[Fields]:
    given = head.node.get(key)
    if given is None:
        return
    if not isinstance(given, list):
        head.faults.add(head.place(key), f'"{key}" must be a list.', f"Begin each {what} with a dash.")
        return
    for number, node in enumerate(given):
        yield Fields(head.document, head.faults, node, what, head.document.place(given, number))


def kinds_at_desk(schema: ProfileSchema | None) -> Kinds:
    """What the conditions of routes may look at."""
    return {**CUSTOMER, **kinds_of(schema)}


def _routes(head: Fields, reps: dict[str, Rep], schema: ProfileSchema | None) -> Iterator[Route]:
    known = {"profile": profile_names(schema), "lead": LEAD, "customer": tuple(_CUSTOMER)}
    kinds = kinds_at_desk(schema)
    names: set[str] = set()
    for fields in _items(head, "routes", "a route"):
        fields.only("route", "if", "to", "pick", "reason")
        name = fields.read("route", wording.identifier, required=fields.is_mapping, advice="The card names it.") or ""
        if name in names and name:
            fields.faults.add(fields.place("route"), f'there is another route "{name}".')
        names.add(name)
        condition = fields.condition()
        if condition and (wrong := check(condition, known, kinds)):
            fields.faults.add(fields.place("if"), f'the condition "{condition}" cannot be used: {wrong}')
        to = _whom(fields, "to", reps)
        pick = fields.choice("pick", PICKS, "way to pick") or "in_turn"
        yield Route(
            name,
            tuple(reps) if to == (EVERYBODY,) else to,
            condition,
            next(one for one in PICKS if one == pick),
            fields.text("reason") or "",
        )


def _escalations(head: Fields, reps: dict[str, Rep], desks: Collection[str]) -> Iterator[Escalation]:
    before = None
    for fields in _items(head, "first_reply", "a step of first_reply"):
        fields.only("within", "tell", "desk")
        within = fields.read("within", wording.duration, required=fields.is_mapping, advice="Write within: 15m.")
        desk = _desk(fields, "desk", desks, "")
        if not fields.has("tell") and not fields.has("desk"):
            fields.missing("tell", "Say who is told: tell: [ana], tell: everybody, or desk: support.")
        tell = _whom(fields, "tell", reps, required=False)
        if within is None:
            continue
        if before is not None and within <= before:
            fields.faults.add(fields.place("within"), "each step comes later than the one above.", "Put them in order.")
        before = within
        yield Escalation(within, tell, desk or "")


def _whom(fields: Fields, key: str, reps: dict[str, Rep], *, required: bool = True) -> tuple[str, ...]:
    if fields.node.get(key) == EVERYBODY:
        return (EVERYBODY,)
    if required and fields.is_mapping and not fields.has(key):
        fields.missing(key, f"Name reps of this file: {key}: [ana, ben], or {key}: everybody.")
    return fields.choices(key, list(reps), "rep")
