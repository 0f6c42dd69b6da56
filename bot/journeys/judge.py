"""The gate: whether a message may leave now. One pure function, asked again at the moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.consent import ConsentRecord, Purpose, Suppression
from bot.domain.delivery import Later, Send, Verdict, Withhold
from bot.domain.publishing import Running
from bot.domain.send_window import SendWindow
from bot.domain.steps import AtCap
from bot.journeys.send_window import next_opening

LOOK_AGAIN = timedelta(minutes=15)
LEAST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(days=1)
"""What a paused journey holds back is released by its resuming; this is only so that nothing waits for ever."""

JOURNEY_PAUSED = "its journey is paused"
JOURNEY_STOPPED = "its journey was stopped"


@dataclass(frozen=True, slots=True)
class SendFacts:
    """All that the gate looks at.

    `windows` are the journey's and the law's together; `zones` every time zone that the person may be in;
    `sent_lately` and `cap` count messages of this purpose within the cap's period. At the cap a message is withheld, or
    waits until one may go again (`cap_frees_at`), as `at_cap` says.
    """

    purpose: Purpose
    channel: str
    consent: ConsentRecord | None = None
    suppression: Suppression | None = None
    objected_at: datetime | None = None
    restricted_at: datetime | None = None
    rep_has_the_floor: bool = False
    in_dialogue: bool = False
    windows: Sequence[SendWindow] = ()
    zones: Sequence[str] = ()
    cap: int | None = None
    cap_period: timedelta = timedelta()
    sent_lately: int = 0
    at_cap: AtCap = "skip"
    cap_frees_at: datetime | None = None
    expires_at: datetime | None = None
    journey: Running = Running.RUNNING


def judge(facts: SendFacts, now: datetime) -> Verdict:
    """Send, later or withhold, with the reason in words a marketer reads."""
    if facts.expires_at is not None and now > facts.expires_at:
        return Withhold("it came too late to be of use")
    match facts.journey:
        case Running.STOPPED:
            return Withhold(JOURNEY_STOPPED)
        case Running.PAUSED:
            return Later(now + LONGEST_PAUSE, JOURNEY_PAUSED)
        case Running.RUNNING:
            return _judge_by_purpose(facts, now)


def _judge_by_purpose(facts: SendFacts, now: datetime) -> Verdict:
    if facts.restricted_at is not None:
        return Withhold(f"what is kept of this person may only be kept since {_day(facts.restricted_at)}")
    match facts.purpose:
        case Purpose.DESK:
            return Send("to our own desk")
        case Purpose.REPLY:
            return Send("an answer to what the customer wrote")
        case Purpose.SERVICE:
            return _judge_service(facts, now)
        case Purpose.MARKETING:
            return _judge_marketing(facts, now)


def _judge_service(facts: SendFacts, now: datetime) -> Verdict:
    if facts.suppression is not None:
        return Withhold(f"this address asked to be left alone on {_day(facts.suppression.at)}")
    return _judge_time_and_number(facts, now) or Send("asked for by the customer")


def _judge_marketing(facts: SendFacts, now: datetime) -> Verdict:
    if facts.objected_at is not None:
        return Withhold(f"this person objected to marketing on {_day(facts.objected_at)}")
    if facts.suppression is not None:
        return Withhold(f"this address opted out on {_day(facts.suppression.at)}")
    if facts.consent is None:
        return Withhold(f"no consent to marketing by {facts.channel} on record")
    if not facts.consent.granted:
        return Withhold(f"consent to marketing by {facts.channel} was refused or withdrawn on {_day(facts.consent.at)}")
    if facts.rep_has_the_floor:
        return Later(now + LOOK_AGAIN, "a colleague is talking with this person")
    if facts.in_dialogue:
        return Later(now + LOOK_AGAIN, "this person is in the middle of a conversation")
    held_up = _judge_time_and_number(facts, now)
    if held_up is not None:
        return held_up
    return Send(f"consent of {_day(facts.consent.at)}: {facts.consent.how}")


def _judge_time_and_number(facts: SendFacts, now: datetime) -> Later | Withhold | None:
    """Whether the hours or a cap are in the way."""
    opening = next_opening(facts.windows, facts.zones, now)
    if opening is None:
        return Withhold("its send window never opens in any time zone this person may be in")
    if opening > now and any(window.closed == "skip" for window in facts.windows):
        return Withhold("outside the hours in which this person may be sent to, and then it is left out")
    if opening > now:
        return Later(opening, "outside the hours in which this person may be sent to")
    if facts.cap is None or facts.sent_lately < facts.cap:
        return None
    reached = f"the cap of {facts.cap} within {facts.cap_period.days} days is reached"
    if facts.at_cap == "wait" and facts.cap_frees_at is not None:
        return Later(max(facts.cap_frees_at, now + LEAST_PAUSE), reached)
    return Withhold(reached)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
