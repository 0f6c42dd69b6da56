"""What an edit of a rule would make less strict. A law may be kept to more strictly by anybody, and less so by nobody
unawares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.sending_rules import FrequencyCap, SendingHours, SendingRules
from bot.journeys.send_window import is_inside
from bot.journeys.sending_week import place_of

MONDAY = date(2024, 1, 1)
NO_END = (None, date.max)
Editable = SendingHours | FrequencyCap


def loosened(before: SendingRules, after: SendingRules, name: str, now: datetime) -> Sequence[str]:
    """In what the edit of this rule would be less strict than what is no house rule, in words; nothing where it is
    not."""
    was, will = rule_of(before, name), rule_of(after, name)
    found = [
        "it would no longer hold for all that it holds for now" if one == name else f"{one} would hold there no more"
        for one in _gone(before, after, was or will, now)
    ]
    if was is None or will is None or was.is_of_the_house:
        return found
    if will.is_of_the_house:
        found.append("its source would be a house rule")
    if will.starts > max(was.starts, now.date()):
        found.append("it would begin later")
    if will.ends is not None and (was.ends is None or will.ends < was.ends):
        found.append("it would end" if was.ends is None else "it would end earlier")
    match was, will:
        case SendingHours(), SendingHours() if _opens_more(was, will):
            found.append("messages could leave at times at which they wait now")
        case FrequencyCap(), FrequencyCap() if will.at_most > was.at_most or will.within < was.within:
            found.append("people could get more messages")
    return found


def rule_of(rules: SendingRules, name: str) -> Editable | None:
    """The hours or the cap with this id."""
    editable: tuple[Editable, ...] = (*rules.hours, *rules.caps)
    return next((one for one in editable if one.id == name), None)


def _gone(before: SendingRules, after: SendingRules, rule: Editable | None, now: datetime) -> list[str]:
    """Those that are no house rules, and would not hold any more in its place for a channel for which they do."""
    if rule is None:
        return []
    hours, caps = (frozenset().union(*(row.channels for row in rows)) for rows in (before.hours, before.caps))
    found: set[str] = set()
    for moment in _moments(before, after, now):
        gone = {one for ch in hours | caps for one in _laws(before, rule, ch, moment) - _laws(after, rule, ch, moment)}
        # When the rule itself begins and ends is told by its days.
        found |= gone if moment == now or rule_of(after, rule.id) is None else gone - {rule.id}
    return sorted(found)


def _moments(before: SendingRules, after: SendingRules, now: datetime) -> Sequence[datetime]:
    """Now, and each later day on which a rule begins, or holds no more."""
    rows = [row for rules in (before, after) for row in (*rules.hours, *rules.caps)]
    days = {row.starts for row in rows} | {row.ends + timedelta(days=1) for row in rows if row.ends not in NO_END}
    return [now, *(datetime.combine(day, time(12), tzinfo=UTC) for day in sorted(days) if day > now.date())]


def _laws(rules: SendingRules, rule: Editable, channel: str, now: datetime) -> set[str]:
    country, states = place_of(rule.jurisdiction)
    held: Sequence[Editable]
    match rule:
        case SendingHours():
            held = rules.hours_for(country, channel, now, states=states)
        case FrequencyCap(purpose=purpose):
            held = rules.caps_for(purpose, country, channel, now, states=states)
    return {one.id for one in held if not one.is_of_the_house}


def _opens_more(was: SendingHours, will: SendingHours) -> bool:
    """Whether some moment of the week is open then that is closed now."""
    clocks = {time(), *(at for one in (was, will) for at in (one.window.opens, one.window.closes))}
    moments = (datetime.combine(MONDAY + timedelta(days=day), at) for day in range(7) for at in clocks)
    return any(is_inside(will.window, at) and not is_inside(was.window, at) for at in moments)
