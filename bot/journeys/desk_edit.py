"""Edits `journeys/desks/<id>.yml` as text: what changes is written anew, and all else stays as it is.

What a file says is a mapping of built-in types (`said_of`); each edit makes another of it, and `with_said` writes that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bot.documents import parse, plain
from bot.domain.routing import EVERYBODY, DaysOff
from bot.domain.send_window import SendWindow
from bot.journeys.desk_plan import days_off
from bot.journeys.wording import WEEKDAYS, Unreadable
from bot.yaml_lines import CannotEdit, judged, list_rewritten, mapping_rewritten, written

Said = Mapping[str, Any]
A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ORDER = ("desk", "for", "hours", "holidays", "reps", "routes", "first_reply", "digest")
REP_ORDER = ("name", "member", "hours", "holidays", "languages", "at_most", "meetings")
"""In which order a new rep is told of."""

# ---------------------------------------------------------------- the text


def said_of(text: str) -> Said:
    """Raises ContentError where it is no YAML, and CannotEdit where it is no mapping."""
    said = plain(parse("", text).data)
    if not isinstance(said, dict):
        raise CannotEdit("the file is no desk yet. Edit its text.")
    return said


def new_desk(desk: str, place: str, hours: SendWindow | None, closed: Iterable[DaysOff] = ()) -> str:
    """The file of a desk at which nobody is listed yet, as a text."""
    said = with_hours({"desk": desk, "for": place}, hours, closed)
    return "\n".join([*written(_dated(said, {})), ""])


def with_said(text: str, said: Said) -> str:
    """The file's text, so that it says this; raises CannotEdit where that cannot be written into it."""
    data = parse("", text).data
    if not isinstance(data, CommentedMap):
        raise CannotEdit("the file is no desk yet. Edit its text.")
    to = _dated(said, plain(data))
    lines = mapping_rewritten(text.split("\n"), data, to, order=ORDER)
    return judged(lines if lines is not None else [*written(to), ""], said, before=text)


def _dated(said: Said, before: Said) -> Said:
    """With the days off that have changed as dates, so that they are written without quotes."""
    found = {key: _dates(one) if key == "holidays" and one != before.get(key) else one for key, one in said.items()}
    if "reps" in said:
        were = _mapping(before.get("reps"))
        reps = {name: _dated(one, _mapping(were.get(name))) for name, one in _mapping(said["reps"]).items()}
        found["reps"] = reps
    return found


def _dates(days: Any) -> Any:
    if not isinstance(days, list):
        return days
    return [date.fromisoformat(one) if A_DAY.fullmatch(str(one)) else one for one in days]


def with_items(text: str, key: str, items: Sequence[tuple[int | None, Said]]) -> str:
    """The file's text, so that its list `key` has these items; each comes with the number that it had, None if new."""
    listed = [one for _, one in items]
    meant = _with(said_of(text), key, listed)
    data = parse("", text).data
    there = data.get(key)
    before = len(there) if isinstance(there, list) else 0
    if all(was is None or 0 <= was < before for was, _ in items):
        lines = list_rewritten(text.split("\n"), there, items)
        if lines is not None:
            return judged(lines, meant, before=text)
    return with_said(text, meant)


def _with(said: Said, key: str, value: Any) -> Said:
    """What goes without saying is left out."""
    found = {name: one for name, one in said.items() if name != key}
    if value in (None, "", [], {}):
        return found
    return {name: value if name == key else said[name] for name in said} if key in said else {**found, key: value}


# ---------------------------------------------------------------- hours and the digest


def with_hours(said: Said, hours: SendWindow | None, closed: Iterable[DaysOff] = ()) -> Said:
    """With these hours; where there were none, also with the days on which it was `closed` by the settings, which
    hold no more."""
    found = _with(said, "hours", hours_said(hours) if hours is not None else "")
    if hours is None or "hours" in said or "holidays" in said:
        return found
    return _with(found, "holidays", [*map(days_off_said, closed)])


def with_digest(said: Said, at: str) -> Said:
    return _with(said, "digest", at)


def hours_said(window: SendWindow) -> str:
    """`mon-fri 09:00-17:30 Europe/London`."""
    closes = f"{window.closes:%H:%M}" if window.closes.hour or window.closes.minute else "24:00"
    return f"{days_said(window.days)} {window.opens:%H:%M}-{closes} {window.zone}"


def days_said(days: frozenset[int]) -> str:
    """`mon-fri`, or `mon,wed-fri`; 0 is Monday."""
    runs: list[list[int]] = []
    for one in sorted(days):
        if runs and runs[-1][-1] == one - 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    return ",".join(WEEKDAYS[run[0]] if len(run) == 1 else f"{WEEKDAYS[run[0]]}-{WEEKDAYS[run[-1]]}" for run in runs)


# ---------------------------------------------------------------- days off


def days_off_of(said: Said, rep: str = "") -> list[DaysOff]:
    """The days on which nobody works, or on which this rep is away, the first first; what is no day is left out."""
    return sorted(filter(None, map(_read, _listed(_holder(said, rep).get("holidays")))), key=_order)


def with_days_off(said: Said, days: DaysOff, rep: str = "") -> Said:
    """With these days besides; shorter stretches within them go. Raises CannotEdit where they are off already."""
    there = [(one, _read(one)) for one in _listed(_holder(said, rep).get("holidays"))]
    if any(one is not None and one.has(days.first) and one.has(days.last) for _, one in there):
        whose = "the rep is away" if rep else "the desk is closed"
        raise CannotEdit(f"{whose} on {days_off_said(days)} already.")
    kept = [(text, one) for text, one in there if one is None or not (days.has(one.first) and days.has(one.last))]
    kept.append((days_off_said(days), days))
    kept.sort(key=lambda pair: (pair[1] is None, _order(pair[1]) if pair[1] is not None else ()))
    return _with_held(said, rep, [text for text, _ in kept])


def without_days_off(said: Said, days: DaysOff, rep: str = "") -> Said:
    """Without this stretch; raises CannotEdit where there is none such."""
    there = _listed(_holder(said, rep).get("holidays"))
    kept = [one for one in there if _read(one) != days]
    if len(kept) == len(there):
        raise CannotEdit(f"{days_off_said(days)} is not in the file any more.")
    return _with_held(said, rep, kept)


def without_days_before(said: Said, today: date) -> Said:
    """Without the days off that are over, the desk's and each rep's."""
    for rep in ("", *_mapping(said.get("reps"))):
        there = _listed(_holder(said, rep).get("holidays"))
        kept = [one for one in there if (days := _read(one)) is None or days.last >= today]
        if len(kept) < len(there):
            said = _with_held(said, rep, kept)
    return said


def days_off_said(days: DaysOff) -> str:
    """`2026-12-25`, or `2026-12-24..2026-12-26`."""
    return days.first.isoformat() if days.first == days.last else f"{days.first}..{days.last}"


def _read(text: str) -> DaysOff | None:
    try:
        return days_off(text)
    except Unreadable:
        return None


def _order(days: DaysOff) -> tuple[date, date]:
    return days.first, days.last


def _holder(said: Said, rep: str) -> Said:
    """What holds the days: the desk's mapping, or the rep's."""
    if not rep:
        return said
    found = _mapping(said.get("reps")).get(rep)
    if not isinstance(found, dict):
        raise CannotEdit(f'there is no rep "{rep}" in the file any more. Load it again.')
    return found


def _with_held(said: Said, rep: str, days: Sequence[str]) -> Said:
    held = _with(_holder(said, rep), "holidays", list(days))
    return held if not rep else {**said, "reps": {**said["reps"], rep: held}}


def _listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [] if value is None else [str(value)]


def _mapping(value: Any) -> Said:
    return value if isinstance(value, dict) else {}


# ---------------------------------------------------------------- reps


def with_rep(said: Said, rep: str, says: Said, *, begins: date | None = None, today: date | None = None) -> Said:
    """With this rep, or what is said of them changed. Who `begins` later than `today` is away until then."""
    before = _mapping(said.get("reps")).get(rep)
    kept = before if isinstance(before, dict) else {}
    merged = {key: says[key] for key in kept if key in says} | {key: says[key] for key in REP_ORDER if key in says}
    if "holidays" in kept:
        merged["holidays"] = kept["holidays"]
    found = _with(said, "reps", {**_mapping(said.get("reps")), rep: merged})
    if begins is not None and today is not None and begins > today:
        found = with_days_off(found, DaysOff(today, begins - timedelta(days=1)), rep)
    return found


def without_rep(said: Said, rep: str) -> Said:
    """Without them, also where routes and first replies name them; raises CannotEdit where one names nobody else."""
    _holder(said, rep)
    reps = {name: one for name, one in said["reps"].items() if name != rep}
    for key, whom, what in (("routes", "to", "route"), ("first_reply", "tell", "step of the first reply")):
        items = said.get(key)
        if not isinstance(items, list):
            continue
        left = [_without_name(one, whom, rep) for one in items]
        for number, one in enumerate(left, start=1):
            if isinstance(one, dict) and not one.get(whom) and not one.get("desk"):
                name = f'the {what} "{one["route"]}"' if "route" in one else f"{what} {number}"
                raise CannotEdit(f"{name} is for nobody else. Change that first, or take it out.")
        said = {**said, key: left}
    return _with(said, "reps", reps)


def _without_name(item: Any, whom: str, rep: str) -> Any:
    named = item.get(whom) if isinstance(item, dict) else None
    if named == EVERYBODY or rep not in _listed(named):
        return item
    return _with(item, whom, [one for one in _listed(named) if one != rep])
