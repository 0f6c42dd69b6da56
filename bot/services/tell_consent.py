"""Tell consent: how it stands with somebody's consent to marketing, as reps read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.domain.consent import ConsentRecord, Purpose, all_standing
from bot.domain.person import Profile

NEVER_ASKED = "never asked"


def consent_in_short(profile: Profile, records: Sequence[ConsentRecord], now: datetime) -> str:
    """On one line: `yes by sms; no by email`."""
    if profile.objected_at is not None:
        return f"no: objected to all on {profile.objected_at:%Y-%m-%d}"
    by_answer: dict[str, list[str]] = {}
    for one in _standing(records):
        by_answer.setdefault(_answer(one, now), []).append(one.channel)
    if len(by_answer) == 1 and "no" in by_answer:
        return "no"
    found = [f"{answer} by {', '.join(channels)}" for answer, channels in sorted(by_answer.items(), reverse=True)]
    return "; ".join(found) or NEVER_ASKED


def consent_by_channel(profile: Profile, records: Sequence[ConsentRecord], now: datetime) -> Iterator[str]:
    """A line for each channel, with since when and how we know; none where nobody has asked them."""
    if profile.objected_at is not None:
        yield f"Objected to all marketing on {profile.objected_at:%Y-%m-%d}"
    for one in _standing(records):
        since = f"since {one.at:%Y-%m-%d} ({one.how})"
        if one.expires_at is None or not one.granted:
            answer = f"{_answer(one, now)} {since}"
        elif one.has_expired(now):
            answer = f"no, it ended on {one.expires_at:%Y-%m-%d}; yes {since}"
        else:
            answer = f"yes until {one.expires_at:%Y-%m-%d}, {since}"
        yield f"Marketing by {one.channel}: {answer}"


def _standing(records: Sequence[ConsentRecord]) -> Sequence[ConsentRecord]:
    """Of marketing, by channel."""
    found = [one for (purpose, _), one in all_standing(records).items() if purpose is Purpose.MARKETING]
    return sorted(found, key=lambda one: one.channel)


def _answer(record: ConsentRecord, now: datetime) -> str:
    if record.granted and record.has_expired(now):
        return "no longer"
    return "yes" if record.granted else "no"
