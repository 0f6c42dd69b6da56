"""Rules, a week of sending and an answer of the gate as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.domain.delivery import Later, Send, Verdict, Withhold
from bot.domain.sending_rules import (
    ConsentRule,
    FrequencyCap,
    LinkRule,
    OptOutRule,
    RequestDeadline,
    RetentionRule,
    RuleRow,
    SendingHours,
    SendingRules,
)
from bot.entrypoints.console.scores_page.typed import length_json
from bot.journeys.judge import rules_named
from bot.journeys.send_window import next_opening
from bot.journeys.sending_week import SendingDay
from bot.ports.queues import HeldUp
from bot.services.ask_gate import GateAnswer


def rules_json(rules: SendingRules, place_of: Mapping[str, str], in_force: SendingRules, today: date) -> dict[str, Any]:
    """Every rule that is no list of words, by its kind, and how many lists of words there are."""
    known = {row for rows in _kinds_of(in_force).values() for row in rows}
    told = {
        kind: [{**rule_json(row, today), "file": place_of.get(row.id, ""), "in_force": row in known} for row in rows]
        for kind, rows in _kinds_of(rules).items()
    }
    words = Counter(
        place_of.get(row.id, "")
        for rows in (rules.keywords, rules.request_words, rules.opt_out_words, rules.scope_words, rules.wrong_numbers)
        for row in rows
    )
    return {**told, "words": [{"file": file, "lists": lists} for file, lists in sorted(words.items())]}


def _kinds_of(rules: SendingRules) -> Mapping[str, Iterable[RuleRow]]:
    return {
        "hours": rules.hours,
        "caps": rules.caps,
        "consent": rules.consents,
        "opt_outs": rules.opt_outs,
        "requests": rules.deadlines,
        "retention": rules.retention,
        "links": rules.links,
    }


def rule_json(row: RuleRow, today: date) -> dict[str, Any]:
    """As a form has it."""
    told: dict[str, Any] = {
        "rule": row.id,
        "jurisdiction": row.jurisdiction,
        "from": row.starts.isoformat(),
        "to": row.ends.isoformat() if row.ends is not None else None,
        "source": row.source,
        "of_house": row.is_of_the_house,
        "when": "to_come" if row.starts > today else "over" if row.ends is not None and row.ends < today else "now",
    }
    match row:
        case SendingHours(channels=channels, window=window):
            days, stretch = sorted(window.days), _stretch(window.opens, window.closes)
            return {**told, "channels": sorted(channels), "days": days, **stretch}
        case FrequencyCap(channels=channels, purpose=purpose, at_most=at_most, within=within):
            named = {"channels": sorted(channels), "purpose": purpose.value}
            return {**told, **named, "at_most": at_most, "within": length_json(within)}
        case ConsentRule(channels=channels, purpose=purpose, soft_opt_in=soft):
            told |= {"channels": sorted(channels), "purpose": purpose.value, "soft_opt_in": soft}
            return told | _lengths(confirm_within=row.confirm_within, remind_after=row.remind_after, lasts=row.lasts)
        case OptOutRule(ask_scope_within=scope, hold=hold):
            return told | _lengths(ask_scope_within=scope, hold=hold)
        case RequestDeadline(kinds=kinds, within=within):
            return told | {"requests": sorted(one.value for one in kinds)} | _lengths(within=within)
        case LinkRule(channels=channels, followed=followed, utm_source=utm_source):
            return told | {"channels": sorted(channels), "followed": followed, "utm_source": utm_source}
        case RetentionRule(data=data, keep=keep, deletes=deletes):
            return told | {"data": sorted(one.value for one in data), "deletes": deletes} | _lengths(keep=keep)
    return told


def _lengths(**lengths: timedelta | None) -> dict[str, str | None]:
    return {name: length_json(one) if one is not None else None for name, one in lengths.items()}


def _stretch(opens: time, closes: time) -> dict[str, str]:
    return {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}


def held_up_json(held_up: HeldUp) -> dict[str, Any]:
    """How many messages each rule has moved to later, or refused, since then."""
    found: dict[str, Counter[str]] = {}
    for one in held_up.verdicts:
        for rule in rules_named(one.why):
            found.setdefault(rule, Counter())[one.outcome] += one.messages
    rules = {rule: {"moved": many["later"], "refused": many["withhold"]} for rule, many in sorted(found.items())}
    return {"since": held_up.since.isoformat(), "rules": rules}


def week_json(days: Iterable[SendingDay]) -> list[Mapping[str, Any]]:
    return [
        {"day": one.day.isoformat(), "open": [_stretch(*each) for each in one.open], "rules": one.rules} for one in days
    ]


def verdict_json(verdict: Verdict | None) -> Mapping[str, Any]:
    """`clear`: a check has nothing against it, and nothing to say."""
    match verdict:
        case None:
            return {"outcome": "clear", "why": "", "at": None}
        case Send(why=why):
            return {"outcome": "send", "why": why, "at": None}
        case Later(at=at, why=why):
            return {"outcome": "later", "why": why, "at": at.isoformat()}
        case Withhold(why=why):
            return {"outcome": "withhold", "why": why, "at": None}


def answer_json(answer: GateAnswer, now: datetime) -> Mapping[str, Any]:
    """The verdict, every check, and each rule by whose hours or cap it was asked."""
    zones = answer.zones
    return {
        "verdict": verdict_json(answer.verdict),
        "checks": [{"check": name, **verdict_json(found)} for name, found in answer.checks.items()],
        "country": answer.country,
        "zones": zones,
        "hours": [
            {**rule_json(one, now.date()), "open": next_opening([one.window], zones, now) == now}
            for one in answer.hours
        ],
        "caps": [{**rule_json(cap, now.date()), "sent": sent} for cap, sent in answer.caps],
        "only_templates": answer.only_templates,
    }
