"""The gate: whether a message may leave now. One pure function, asked again at the moment of sending."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from bot.domain.consent import ConsentRecord, LegalBasis, Purpose, Suppression
from bot.domain.delivery import Later, Send, Verdict, Withhold
from bot.domain.publishing import Running
from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import SendingHours
from bot.domain.steps import AtCap
from bot.journeys.sayings import how_long
from bot.journeys.send_window import next_opening

LOOK_AGAIN = timedelta(minutes=15)
LEAST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(days=1)
"""What a paused journey holds back is released by its resuming; this is only so that nothing waits for ever."""

JOURNEY_PAUSED = "its journey is paused"
JOURNEY_STOPPED = "its journey was stopped"

BEGIN_OF_RULES, END_OF_RULES = "(rule", ")"
"""Between these a reason names the rules that it goes by."""

_ON_A_DAY: Final = re.compile(r" (?:of|on|since) \d{1,2} [A-Z][a-z]+ \d{4}| \(that was \d{1,2} [A-Z][a-z]+ \d{4}\)")
_BEFORE_A_DAY: Final = re.compile(r" before \d{1,2} [A-Z][a-z]+ \d{4}")
BY_RULES: Final = re.compile(r"\(rules? (?P<names>[^()]+)\)")

Check = Literal[
    "restriction", "objection", "address", "consent", "doubt", "channel", "conversation", "wish", "hours", "cap"
]
"""`address`: that it opted out, or is not theirs; `channel`: what its vendor takes; `wish`: what they want to get."""


@dataclass(frozen=True, slots=True)
class SendFacts:
    """All that the gate looks at.

    `hours` are those of the rules, `windows` the journey's; `zones` every time zone that the person may be in;
    `sent_lately` and `cap` count messages of this purpose within the period of the cap `cap_rule`. At the cap, or
    within `pause`, a message is withheld, or waits until one may go again (`cap_frees_at`), as `at_cap` says.
    `reply_window` is how long after the customer last wrote (`heard_at`) the channel takes something that is no
    template. `stopped`: nothing leaves by the channel at all; `unreachable`: nothing arrives at this address;
    `disowned`: it is not whose it was taken for. `soft_opt_in`: a rule of the country lets customers be written to,
    unless the message says nothing of how to stop them (`no_way_out`).
    `for_another_number`: the words that were agreed to show another one of theirs.
    `queued_at`: what answers somebody by text is kept from them where they asked to be left alone after it was queued.
    `doubted_at`: they may have opted out then, and have not said that they did not.
    `pause` is how long they want to hear no marketing after `marketed_at`, when they last got some on any channel, and
    before `paused_until` they want none.
    """

    purpose: Purpose
    channel: str
    consent: ConsentRecord | None = None
    for_another_number: bool = False
    suppression: Suppression | None = None
    objected_at: datetime | None = None
    restricted_at: datetime | None = None
    rep_has_the_floor: bool = False
    in_dialogue: bool = False
    hours: Sequence[SendingHours] = ()
    windows: Sequence[SendWindow] = ()
    zones: Sequence[str] = ()
    cap: int | None = None
    cap_rule: str = ""
    cap_period: timedelta = timedelta()
    sent_lately: int = 0
    at_cap: AtCap = "skip"
    cap_frees_at: datetime | None = None
    expires_at: datetime | None = None
    journey: Running = Running.RUNNING
    reply_window: timedelta | None = None
    heard_at: datetime | None = None
    stopped: Suppression | None = None
    unreachable: Suppression | None = None
    disowned: Suppression | None = None
    soft_opt_in: bool = False
    no_way_out: bool = False
    doubted_at: datetime | None = None
    pause: timedelta | None = None
    marketed_at: datetime | None = None
    paused_until: datetime | None = None
    queued_at: datetime | None = None


def held_question(journey: str) -> str:
    """Why a question of this journey is not asked while it is paused: by this its resuming finds it."""
    return f"{JOURNEY_PAUSED}: {journey}"


def judge(facts: SendFacts, now: datetime) -> Verdict:
    """Send, later or withhold, with the reason in words a marketer reads."""
    if facts.expires_at is not None and now > facts.expires_at:
        return Withhold("it came too late to be of use")
    return held_by_journey(facts.journey, now) or _judge_by_purpose(facts, now)


def held_by_journey(journey: Running, now: datetime) -> Withhold | Later | None:
    """What becomes of anything that comes of a journey which does not run; None where it runs."""
    match journey:
        case Running.STOPPED:
            return Withhold(JOURNEY_STOPPED)
        case Running.PAUSED:
            return Later(now + LONGEST_PAUSE, JOURNEY_PAUSED)
        case Running.RUNNING:
            return None


def _judge_by_purpose(facts: SendFacts, now: datetime) -> Verdict:
    if (held_up := _judge_restriction(facts, now)) is not None:
        return held_up
    match facts.purpose:
        case Purpose.DESK:
            return Send("to our own desk")
        case Purpose.REPLY:
            return _judge_reply(facts, now)
        case Purpose.SERVICE:
            return _judge_service(facts, now)
        case Purpose.MARKETING:
            return _judge_marketing(facts, now)


def _judge_restriction(facts: SendFacts, now: datetime) -> Withhold | None:
    if facts.restricted_at is None:
        return None
    return Withhold(
        f"what is kept of this person may only be kept since {_day(facts.restricted_at)}, and this is not what they "
        "have asked for since"
    )


def _judge_reply(facts: SendFacts, now: datetime) -> Verdict:
    """An answer is of no use to anybody once it has waited."""
    if facts.stopped is not None:
        return Withhold(_stopped(facts, facts.stopped))
    since = [one.last_at for one in (facts.suppression, facts.disowned) if one is not None]
    if facts.queued_at is not None and any(at > facts.queued_at for at in since):
        return Withhold("they have asked to be left alone since they wrote what it answers")
    return _judge_reply_window(facts, now) or Send("an answer to what the customer wrote")


def _judge_service(facts: SendFacts, now: datetime) -> Verdict:
    if facts.disowned is not None:
        return _not_theirs(facts.disowned)
    if facts.suppression is not None:
        return Withhold(f"this address asked to be left alone on {_day(facts.suppression.at)}")
    held_up = _judge_channel(facts, now) or _judge_hours(facts, now) or _judge_cap(facts, now)
    return held_up or Send("asked for by the customer")


def _judge_marketing(facts: SendFacts, now: datetime) -> Verdict:
    """What is first in the way decides."""
    held_up = next((found for check in OF_MARKETING.values() if (found := check(facts, now)) is not None), None)
    return held_up or Send(consent_in_words(facts))


def in_the_way(facts: SendFacts, now: datetime) -> Mapping[Check, Withhold | Later | None]:
    """What each check has against this message of marketing, in the order in which the gate asks them."""
    return {name: check(facts, now) for name, check in OF_MARKETING.items()}


def consent_in_words(facts: SendFacts) -> str:
    """Why marketing may leave, where nothing is in the way."""
    assert facts.consent is not None  # noqa: S101  without it, something is
    basis = "consent" if facts.consent.basis is LegalBasis.CONSENT else "soft opt-in"
    return f"{basis} of {_day(facts.consent.at)}: {facts.consent.how}"


def _judge_objection(facts: SendFacts, now: datetime) -> Withhold | None:
    if facts.objected_at is not None:
        return Withhold(f"this person objected to marketing on {_day(facts.objected_at)}")
    return None


def _judge_address(facts: SendFacts, now: datetime) -> Withhold | None:
    if facts.disowned is not None:
        return _not_theirs(facts.disowned)
    if facts.suppression is not None:
        return Withhold(f"this address opted out on {_day(facts.suppression.at)}")
    return None


def _judge_consent(facts: SendFacts, now: datetime) -> Withhold | None:
    if facts.consent is None:
        return Withhold(f"no consent to marketing by {facts.channel} on record")
    if not facts.consent.granted:
        return Withhold(f"consent to marketing by {facts.channel} was refused or withdrawn on {_day(facts.consent.at)}")
    if facts.consent.expires_at is not None and facts.consent.has_expired(now):
        return Withhold(f"consent to marketing by {facts.channel} ended on {_day(facts.consent.expires_at)}")
    if facts.consent.basis is LegalBasis.SOFT_OPT_IN and not facts.soft_opt_in:
        return Withhold(f"no rule in force lets customers be written to by {facts.channel} without their consent")
    if facts.consent.basis is LegalBasis.SOFT_OPT_IN and facts.no_way_out:
        return Withhold("by a soft opt-in each message has to say how to stop, and this one does not")
    if facts.for_another_number:
        return Withhold(f"consent to marketing by {facts.channel} was given for another number of theirs")
    return None


def _judge_doubt(facts: SendFacts, now: datetime) -> Later | None:
    if facts.doubted_at is None:
        return None
    why = f"this person may have opted out on {_day(facts.doubted_at)}, and has not said that they did not"
    return Later(now + LOOK_AGAIN, why)


def _judge_conversation(facts: SendFacts, now: datetime) -> Later | None:
    if facts.rep_has_the_floor:
        return Later(now + LOOK_AGAIN, "a colleague is talking with this person")
    if facts.in_dialogue:
        return Later(now + LOOK_AGAIN, "this person is in the middle of a conversation")
    return None


def _not_theirs(word: Suppression) -> Withhold:
    who = "whoever answers at this address has said that it is not this person's"
    return Withhold(f"{who}, on {_day(word.at)}", elsewhere=True)


def _judge_channel(facts: SendFacts, now: datetime) -> Later | Withhold | None:
    """Whether the channel's vendor is in the way. Somebody who has written since is reached all the same."""
    barred = facts.unreachable
    if barred is not None and (facts.heard_at is None or facts.heard_at <= barred.at):
        return Withhold(f"nothing arrives at this address since {_day(barred.at)}: {barred.reason}", elsewhere=True)
    if facts.stopped is not None:
        return Later(now + LOOK_AGAIN, _stopped(facts, facts.stopped))
    return _judge_reply_window(facts, now)


def _stopped(facts: SendFacts, stop: Suppression) -> str:
    return f"{facts.channel} is stopped since {_day(stop.at)}: {stop.reason}"


def _judge_reply_window(facts: SendFacts, now: datetime) -> Withhold | None:
    """Whether the channel takes templates only by now; what waits for its hour is looked at again then."""
    if facts.reply_window is None:
        return None
    if facts.heard_at is not None and now - facts.heard_at < facts.reply_window:
        return None
    hours = f"{facts.reply_window / timedelta(hours=1):g} hours"
    since = f"that was {_day(facts.heard_at)}" if facts.heard_at is not None else "they have not written yet"
    return Withhold(
        f"{facts.channel} takes only a template later than {hours} after the customer's last message ({since}), and "
        "this message has none",
        elsewhere=True,
    )


def _judge_pause(facts: SendFacts, now: datetime) -> Later | Withhold | None:
    """Whether they have said that they want nothing yet: before a day, or after what they last got."""
    if facts.paused_until is not None and now < facts.paused_until:
        wish = f"this person wants no marketing before {_day(facts.paused_until)}"
        return _at_number(facts, facts.paused_until, wish, now)
    if facts.pause is None or facts.marketed_at is None or now - facts.marketed_at > facts.pause:
        return None
    wish = f"this person wants marketing at most once in {facts.pause.days} days"
    return _at_number(facts, facts.marketed_at + facts.pause + LEAST_PAUSE, wish, now)


def _judge_hours(facts: SendFacts, now: datetime) -> Later | Withhold | None:
    """Whether the hours of rules or of its journey are in the way."""
    windows = (*(one.window for one in facts.hours), *facts.windows)
    opening = next_opening(windows, facts.zones, now)
    if opening is None:
        return Withhold("its send window never opens in any time zone this person may be in")
    if opening <= now:
        return None
    outside = "outside the hours in which this person may be sent to"
    closed = _by_rules(*(one.id for one in facts.hours if next_opening([one.window], facts.zones, now) != now))
    if any(window.closed == "skip" for window in windows):
        return Withhold(f"{outside}, and then it is left out{closed}")
    return Later(opening, outside + closed)


def _judge_cap(facts: SendFacts, now: datetime) -> Later | Withhold | None:
    if facts.cap is None or facts.sent_lately < facts.cap:
        return None
    reached = f"the cap of {facts.cap} within {how_long(facts.cap_period)} is reached"
    return _at_number(facts, facts.cap_frees_at, reached + _by_rules(facts.cap_rule), now)


def _by_rules(*names: str) -> str:
    named = [name for name in names if name]
    return f" {BEGIN_OF_RULES}{'s' if len(named) > 1 else ''} {', '.join(named)}{END_OF_RULES}" if named else ""


def rules_named(why: str) -> tuple[str, ...]:
    """The rules that a reason of the gate goes by."""
    found = BY_RULES.search(why)
    return tuple(found["names"].split(", ")) if found is not None else ()


def on_any_day(why: str) -> str:
    """A reason of the gate without its day, so that those that differ by no more are counted together."""
    return _ON_A_DAY.sub("", _BEFORE_A_DAY.sub(" before a day that they chose", why))


def _at_number(facts: SendFacts, frees_at: datetime | None, why: str, now: datetime) -> Later | Withhold:
    if facts.at_cap == "wait" and frees_at is not None:
        return Later(max(frees_at, now + LEAST_PAUSE), why)
    return Withhold(why)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


OF_MARKETING: Final[Mapping[Check, Callable[[SendFacts, datetime], Withhold | Later | None]]] = {
    "restriction": _judge_restriction,
    "objection": _judge_objection,
    "address": _judge_address,
    "consent": _judge_consent,
    "doubt": _judge_doubt,
    "channel": _judge_channel,
    "conversation": _judge_conversation,
    "wish": _judge_pause,
    "hours": _judge_hours,
    "cap": _judge_cap,
}
"""What is asked of each message of marketing, in this order."""
