"""What is typed into the forms of the page "Rules", as its file says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from bot.domain.consent import Purpose
from bot.domain.errors import WebhookRejected
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.journeys import wording
from bot.journeys.desk_edit import days_said
from bot.journeys.rule_edit import Table
from bot.journeys.wording import Unreadable
from bot.yaml_lines import CannotEdit

T = TypeVar("T")
Kind = Literal["hours", "caps"]
TABLES: Mapping[Kind, Table] = {"hours": "sending_hours", "caps": "caps"}
LONGEST_LINE, LONGEST_SHORT, MOST_CHANNELS = 500, 80, 50


def kind_of(value: Any) -> Kind:
    """Raises WebhookRejected for what no form edits."""
    match value:
        case "hours":
            return "hours"
        case "caps":
            return "caps"
    raise WebhookRejected(400, '"kind" is hours or caps')


def rule_named(value: str) -> str:
    if not wording.ID.fullmatch(value) or len(value) > LONGEST_SHORT:
        raise WebhookRejected(400, f"{wording.ID_WORDS}{wording.near_id(value)}")
    return value


def says_of(kind: Kind, name: str, body: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """What the file is to say of the rule, without what goes without saying; its place, and what it is a cap on, are
    as they were `before`. Raises CannotEdit where that is no such rule."""
    channels = channels_of(body.get("channels"))
    if not channels:
        raise CannotEdit("a rule without a channel holds for nothing. Choose one at least.")
    said: dict[str, Any] = {
        "id": name,
        "jurisdiction": before.get("jurisdiction") or text_of(body, "jurisdiction", LONGEST_SHORT),
        "channels": channels,
        **(_hours(body) if kind == "hours" else _cap(body, before)),
        "from": _day(text_of(body, "from", LONGEST_SHORT)),
        "source": " ".join(text_of(body, "source", LONGEST_LINE).split()),
    }
    if body.get("to"):
        said["to"] = _day(text_of(body, "to", LONGEST_SHORT))
    return said


def channels_of(value: Any) -> list[str]:
    match value:
        case [*names] if len(names) <= MOST_CHANNELS and all(isinstance(one, str) for one in names):
            return [str(one) for one in names]
    raise WebhookRejected(400, f'"channels" wants a list of at most {MOST_CHANNELS} channels')


def _hours(body: Mapping[str, Any]) -> dict[str, Any]:
    opens, closes = (f"{_read(wording.time_of_day, text_of(body, key, 5)):%H:%M}" for key in ("opens", "closes"))
    days = body.get("days")
    if not isinstance(days, list) or any(isinstance(day, bool) or day not in range(7) for day in days):
        raise WebhookRejected(400, '"days" are numbers from 0, Monday, to 6')
    if not days:
        raise CannotEdit("on no day at all nothing would ever leave. Choose a day at least.")
    every_day = len(set(days)) == 7
    return {
        "hours": f"{opens}-{'24:00' if closes == '00:00' else closes}",
        **({} if every_day else {"days": days_said(frozenset(days)).split(",")}),
    }


def _cap(body: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    at_most = body.get("at_most")
    if not isinstance(at_most, int) or isinstance(at_most, bool):
        raise CannotEdit("write how many messages at most, as a whole number.")
    within = text_of(body, "within", LONGEST_SHORT).strip()
    _read(wording.duration, within)
    return {"purpose": before.get("purpose") or Purpose.MARKETING.value, "at_most": at_most, "within": within}


def _day(text: str) -> str:
    return _read(wording.day, text).isoformat()


def _read(read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except Unreadable as error:
        raise CannotEdit(f"{error} {error.advice}".strip()) from error
