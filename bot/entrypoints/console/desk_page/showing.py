"""A desk as JSON: what its file says, the week at a glance, and meetings at which nobody works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapters.content.replacing import AuthorsFile
from bot.documents import parse
from bot.domain.audience import ProfileSchema
from bot.domain.errors import ContentError, Fault
from bot.domain.meeting import Meeting
from bot.domain.routing import EVERYBODY, DaysOff, DeskPlan, WorkingHours
from bot.domain.send_window import SendWindow
from bot.entrypoints.console.journeys_page.answers import faults_json
from bot.entrypoints.console.segments_page.lines import criteria_json, subject_json
from bot.journeys import wording
from bot.journeys.criteria import read_criteria
from bot.journeys.criteria_words import criteria_words, of_others
from bot.journeys.desk_edit import Said, days_off_of, said_of
from bot.journeys.desk_plan import read_desk_plan, working_window
from bot.journeys.desk_week import week_of
from bot.journeys.kinds import Kinds
from bot.journeys.sayings import how_long
from bot.journeys.wording import Unreadable
from bot.yaml_lines import CannotEdit


@dataclass(frozen=True, slots=True)
class ShownDesk:
    """A desk's file as it can be read: `plan` is None, and `said` empty, as far as faults are in the way."""

    name: str
    file: AuthorsFile
    said: Said
    plan: DeskPlan | None
    faults: Sequence[Fault]
    by_settings: WorkingHours | None
    """When somebody is there, where the file has no hours."""

    @property
    def place(self) -> str:
        """The desk that it is for, by its name or place."""
        return str(self.said.get("for") or "")

    @property
    def zone(self) -> ZoneInfo:
        """By whose clock its days are."""
        return _zone_of(self.hours.window if self.hours is not None else None)

    @property
    def hours(self) -> WorkingHours | None:
        """When somebody is there, but for the days on which it is closed by its file."""
        window = _window_said(self.said.get("hours"))
        return WorkingHours(window) if window is not None else self.by_settings


def read_desk(
    name: str, file: AuthorsFile, desks: Mapping[str, WorkingHours | None], schema: ProfileSchema | None
) -> ShownDesk:
    """As its file would be read; `desks` are the names of those of the settings, with their hours."""
    try:
        said = said_of(file.text)
    except (ContentError, CannotEdit):
        said = {}
    by_settings = desks.get(str(said.get("for")))
    try:
        plan = read_desk_plan(parse(file.shown, file.text), desks, schema)
    except ContentError as error:
        return ShownDesk(name, file, said, None, error.faults, by_settings)
    return ShownDesk(name, file, said, plan, (), by_settings)


def desk_json(
    desk: ShownDesk,
    monday: date,
    today: date,
    kinds: Kinds,
    offered: Collection[str],
    meetings: Mapping[str, Sequence[Meeting]],
) -> dict[str, Any]:
    """What the file says, and the week from this Monday on; `offered` is what forms let a condition look at."""
    said = desk.said
    closed, hours = days_off_of(said), desk.hours
    shut = [*closed, *(hours.holidays if hours is not None else ())]
    week = week_of(hours, monday, shut)
    return {
        "desk": desk.name,
        "for": desk.place,
        "file": {"path": desk.file.shown, "digest": desk.file.digest},
        "faults": faults_json(desk.faults),
        "hours": hours_json(hours.window) if hours is not None else None,
        "by_settings": hours is not None and hours is desk.by_settings,
        "closed": _days_json(closed, today),
        "week": [{"day": one.day.isoformat(), "state": one.state} for one in week],
        "reps": [
            _rep_json(said, rep, hours, shut, monday, today, meetings.get(rep, ()))
            for rep in _mapping(said.get("reps"))
        ],
        "routes": [_route_json(one, kinds, offered) for one in _mappings(said.get("routes"))],
        "first_reply": [_step_json(one) for one in _mappings(said.get("first_reply"))],
        "daily_digest": str(said.get("digest") or ""),
    }


def _rep_json(
    said: Said,
    rep: str,
    desk: WorkingHours | None,
    shut: Collection[DaysOff],
    monday: date,
    today: date,
    meetings: Sequence[Meeting],
) -> dict[str, Any]:
    says = _mapping(said["reps"][rep])
    own, away = _window_said(says.get("hours")), days_off_of({**said, "reps": {rep: says}}, rep)
    hours = WorkingHours(own) if own is not None else desk
    week = week_of(hours, monday, shut, away)
    zone = _zone_of(hours.window if hours is not None else None)
    booked = Counter(one.starts_at.astimezone(zone).date() for one in meetings)
    return {
        "rep": rep,
        "name": str(says.get("name") or rep),
        "member": str(says.get("member") or ""),
        "hours": hours_json(own),
        "languages": _texts(says.get("languages")),
        "at_most": says.get("at_most"),
        "meetings": {key: str(one) for key, one in says["meetings"].items()} if _has_meetings(says) else None,
        "away": _days_json(away, today),
        "to_come": len(meetings),
        "week": [{"day": one.day.isoformat(), "state": one.state, "meetings": booked[one.day]} for one in week],
    }


def _has_meetings(says: Said) -> bool:
    return isinstance(says.get("meetings"), dict)


def _route_json(says: Said, kinds: Kinds, offered: Collection[str]) -> dict[str, Any]:
    condition = str(says.get("if") or "")
    criteria = read_criteria(condition, kinds) if condition else None
    return {
        "route": str(says.get("route") or ""),
        "if": condition,
        "criteria": criteria_json(criteria) if criteria is not None else None,
        "others": [subject_json(one) for one in of_others(criteria, offered)] if criteria is not None else [],
        "sentence": criteria_words(criteria, kinds) if criteria is not None else "",
        "to": _whom(says.get("to")),
        "pick": str(says.get("pick") or "in_turn"),
        "reason": str(says.get("reason") or ""),
    }


def _step_json(says: Said) -> dict[str, Any]:
    within = str(says.get("within") or "")
    try:
        words = how_long(wording.duration(within))
    except Unreadable:
        words = within
    return {"within": within, "words": words, "tell": _whom(says.get("tell")), "desk": str(says.get("desk") or "")}


def _whom(value: Any) -> str | list[str]:
    return EVERYBODY if value == EVERYBODY else _texts(value)


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [] if value is None else [str(value)]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [_mapping(one) for one in value] if isinstance(value, list) else []


def _days_json(days: Iterable[DaysOff], today: date) -> list[dict[str, Any]]:
    return [{"first": one.first.isoformat(), "last": one.last.isoformat(), "is_over": one.last < today} for one in days]


def _window_said(text: Any) -> SendWindow | None:
    """None where it says none, or none that can be read."""
    try:
        return working_window(str(text)) if text else None
    except Unreadable:
        return None


def _zone_of(window: SendWindow | None) -> ZoneInfo:
    return ZoneInfo(window.zone if window is not None else "UTC")


def hours_json(window: SendWindow | None) -> dict[str, Any] | None:
    if window is None:
        return None
    return {
        "days": sorted(window.days),
        "opens": f"{window.opens:%H:%M}",
        "closes": f"{window.closes:%H:%M}",
        "zone": window.zone,
    }
