"""Note a question about an opt-out; where it may have been one, all marketing waits for the answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.conversation import Conversation
from bot.domain.effects import AskOfOptOut
from bot.domain.ids import new_id
from bot.domain.message import HoldOver
from bot.domain.opt_out_question import Asking, OptOutQuestion, OptOutQuestionId
from bot.domain.sending_rules import LONGEST_HOLD, OptOutRule
from bot.ports import UnitOfWork
from bot.services.cause import Cause
from bot.services.runtime import Runtime


async def note_question(uow: UnitOfWork, runtime: Runtime, asked: AskOfOptOut, cause: Cause, now: datetime) -> None:
    """Nothing is noted outside of a conversation, for there nobody was asked."""
    if cause.conversation_id is None:
        return
    conversation = await uow.conversations.get(cause.conversation_id)
    rule = rule_at(runtime, conversation, now)
    question = OptOutQuestion(
        id=OptOutQuestionId(new_id(now)),
        profile_id=cause.profile_id,
        asking=asked.asking,
        channel=conversation.channel,
        address=conversation.address,
        text=asked.text,
        asked_at=now,
        ends_at=now + _lasts(rule, asked.asking),
        message_id=cause.message_id,
    )
    await uow.opt_out_questions.add(question)
    if asked.asking is Asking.DOUBT:
        over = HoldOver(conversation.channel, f"hold:{question.id}", conversation.address, question.id)
        await uow.inbox.add(conversation.id, over, now, due_at=question.ends_at)


def rule_at(runtime: Runtime, conversation: Conversation, now: datetime) -> OptOutRule | None:
    """What is asked of who opts out in this conversation: by the country of their number, else the installation's."""
    country = runtime.country_at(conversation.channel, conversation.address)
    return runtime.library.current().rules.opt_out_rule(country, now)


def _lasts(rule: OptOutRule | None, asking: Asking) -> timedelta:
    if asking is Asking.SCOPE:
        return rule.ask_scope_within if rule is not None and rule.ask_scope_within is not None else timedelta()
    return rule.hold if rule is not None else LONGEST_HOLD
