"""What is typed into the forms of the page "Desk", as its file says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from bot.domain.errors import WebhookRejected
from bot.domain.routing import EVERYBODY, DaysOff
from bot.domain.send_window import SendWindow
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.entrypoints.console.segments_page.lines import criteria_of
from bot.journeys import wording
from bot.journeys.criteria import written_criteria
from bot.journeys.desk_edit import days_said, hours_said
from bot.journeys.desk_plan import days_off, working_window
from bot.journeys.wording import Unreadable
from bot.yaml_lines import CannotEdit

T = TypeVar("T")
LONGEST_LINE, LONGEST_CONDITION = 500, 4_000
MOST_ITEMS = 100
USUAL_PICK = "in_turn"


def hours_of(body: Any) -> SendWindow | None:
    """The week that a form has; None where it has none. Raises CannotEdit where that is no week."""
    match body:
        case None:
            return None
        case {"days": [*days], "opens": str() as opens, "closes": str() as closes, "zone": str() as zone}:
            if any(isinstance(day, bool) or day not in range(7) for day in days):
                raise WebhookRejected(400, '"days" are numbers from 0, Monday, to 6')
            if not days:
                raise CannotEdit("a week without a working day is none. Choose one at least.")
            last = "24:00" if closes == "00:00" else closes
            return _read(working_window, f"{days_said(frozenset(days))} {opens}-{last} {zone.strip()}")
    raise WebhookRejected(400, 'hours want "days", "opens", "closes" and "zone"')


def days_off_of(first: str, last: str) -> DaysOff:
    """From the first to the last day, both of them off; raises CannotEdit where they are no days."""
    return _read(days_off, f"{first}..{last or first}")


def day_of(text: str) -> date:
    return _read(wording.day, text)


def clock_of(text: str) -> str:
    """A time of day, or nothing."""
    return f"{_read(wording.time_of_day, text):%H:%M}" if text else ""


def rep_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """A rep, without what goes without saying."""
    hours = hours_of(body.get("hours"))
    said: dict[str, Any] = {
        "name": _line(body, "name"),
        "member": _line(body, "member"),
        "hours": hours_said(hours) if hours is not None else "",
        "languages": [one.lower() for one in _line(body, "languages").replace(",", " ").split()],
        "at_most": _at_most(body.get("at_most")),
        "meetings": _meetings(body.get("meetings")),
    }
    return {key: value for key, value in said.items() if value not in ("", [], None)}


def _at_most(value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 1_000):
        return value
    raise WebhookRejected(400, '"at_most" is a whole number from 1 to 1000, or null')


def _meetings(body: Any) -> dict[str, str] | None:
    """None: there are none to be booked."""
    if body is None:
        return None
    if not isinstance(body, dict):
        raise WebhookRejected(400, '"meetings" are a mapping, or null')
    lines = {key: _line(body, key) for key in ("link", "length", "notice", "ahead", "hours") if key in body}
    return {key: line for key, line in lines.items() if line}


def routes_of(body: Mapping[str, Any]) -> list[tuple[int | None, dict[str, Any]]]:
    """The routes in their order, each with the number that it had in the file."""
    return [(_was(one), _route(one)) for one in _items(body, "routes")]


def _route(one: Mapping[str, Any]) -> dict[str, Any]:
    condition = (
        written_criteria(criteria_of(one["criteria"]))
        if one.get("criteria") is not None
        else text_of(one, "if", LONGEST_CONDITION)
    )
    pick = _line(one, "pick")
    said = {
        "route": _line(one, "route"),
        "if": condition,
        "to": _whom(one, "to"),
        "pick": pick if pick != USUAL_PICK else "",
        "reason": _line(one, "reason"),
    }
    return {key: value for key, value in said.items() if value or key in ("route", "to")}


def steps_of(body: Mapping[str, Any]) -> list[tuple[int | None, dict[str, Any]]]:
    """The steps of the first reply, the soonest first."""
    found = []
    for one in _items(body, "steps"):
        within = _line(one, "within")
        said = {"within": within, "tell": _whom(one, "tell"), "desk": _line(one, "desk")}
        kept = {key: value for key, value in said.items() if value}
        found.append((_read(wording.duration, within), _was(one), kept))
    return [(was, said) for _, was, said in sorted(found, key=lambda step: step[0])]


def _items(body: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    items = body.get(key)
    if isinstance(items, list) and len(items) <= MOST_ITEMS and all(isinstance(one, dict) for one in items):
        return items
    raise WebhookRejected(400, f'"{key}" wants a list of at most {MOST_ITEMS} mappings')


def _was(one: Mapping[str, Any]) -> int | None:
    was = one.get("was")
    if was is None or (isinstance(was, int) and not isinstance(was, bool)):
        return was
    raise WebhookRejected(400, '"was" is the number that an item had, or null')


def _whom(one: Mapping[str, Any], key: str) -> str | list[str]:
    match one.get(key):
        case "everybody":
            return EVERYBODY
        case [*names] if len(names) <= MOST_ITEMS and all(isinstance(name, str) for name in names):
            return names
    raise WebhookRejected(400, f'"{key}" wants a list of reps, or {EVERYBODY}')


def _line(body: Mapping[str, Any], key: str) -> str:
    return " ".join(text_of(body, key, LONGEST_LINE).split()) if key in body else ""


def _read(read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except Unreadable as error:
        raise CannotEdit(f"{error} {error.advice}".strip()) from error
