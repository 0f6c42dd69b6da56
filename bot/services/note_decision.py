"""Note a decision: keep what the gate said of a message, and why, for whoever asks later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.consent import Purpose
from bot.domain.delivery import ChannelMessage, Decision, Later, OutboxEntry, Outcome, Send, Verdict, Withhold
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.message import Text
from bot.domain.send_window import SendWindow
from bot.domain.steps import AtCap
from bot.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Matter:
    """A message to be weighed. `enrolment_id` is the journey's run that it comes from; `template`: it is one. `text`:
    its words, where they are known yet. `queued_at`: since when it has waited, where it does."""

    key: str
    purpose: Purpose
    channel: str
    address: str
    profile_id: ProfileId | None
    enrolment_id: EnrolmentId | None = None
    window: SendWindow | None = None
    expires_at: datetime | None = None
    cap: AtCap = "skip"
    template: bool = False
    text: str | None = None
    queued_at: datetime | None = None


def matter_of(entry: OutboxEntry, message: ChannelMessage) -> Matter:
    """The message as the gate weighs it."""
    return Matter(
        key=entry.key,
        purpose=entry.purpose,
        channel=message.channel,
        address=message.address,
        profile_id=entry.profile_id,
        enrolment_id=entry.enrolment_id,
        window=entry.window,
        expires_at=entry.expires_at,
        cap=entry.cap,
        template=isinstance(message.content, Text) and message.content.template is not None,
        text=message.content.text if isinstance(message.content, Text) else None,
        queued_at=entry.created_at,
    )


async def keep_decision(uow: UnitOfWork, matter: Matter, verdict: Verdict, now: datetime) -> None:
    """Append the decision record, and show it on the decisions feed."""
    await keep_decisions(uow, [(matter, verdict)], now)


async def keep_decisions(uow: UnitOfWork, weighed: Sequence[tuple[Matter, Verdict]], now: datetime) -> None:
    """The same for many."""
    await _note(uow, [_decision(matter, *_in_words(verdict), now) for matter, verdict in weighed])


async def note_decision(uow: UnitOfWork, matter: Matter, outcome: Outcome, why: str, now: datetime) -> None:
    await _note(uow, [_decision(matter, outcome, why, now)])


def _in_words(verdict: Verdict) -> tuple[Outcome, str]:
    match verdict:
        case Send(why=why):
            return "send", why
        case Later(at=at, why=why):
            return "later", f"{why}; next look {at:%d %b %Y %H:%M} UTC"
        case Withhold(why=why):
            return "withhold", why


def _decision(matter: Matter, outcome: Outcome, why: str, now: datetime) -> Decision:
    return Decision(
        at=now,
        entry_key=matter.key,
        profile_id=matter.profile_id,
        purpose=matter.purpose,
        channel=matter.channel,
        outcome=outcome,
        why=why,
    )


async def _note(uow: UnitOfWork, decisions: Sequence[Decision]) -> None:
    await uow.consents.decided_all(decisions)
    for one in decisions:
        item = {
            "type": "decision",
            "key": one.entry_key,
            "person": one.profile_id,
            "channel": one.channel,
            "purpose": one.purpose.value,
            "outcome": one.outcome,
            "why": one.why,
        }
        await uow.feeds.append("decisions", f"{one.entry_key}:{one.outcome}:{one.at.isoformat()}", item, one.at)
