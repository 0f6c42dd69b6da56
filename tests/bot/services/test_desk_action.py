"""Desk action: one rep wins a hand-off; it is passed on, put aside and ended, and all who should know hear of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.effects import ChangeScore, RequestHandoff
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.message import (
    Author,
    DeskAction,
    DeskLine,
    DeskVerb,
    ReplyForm,
    Suggestion,
    Text,
)
from bot.domain.score import total_score
from bot.domain.understanding import KnowledgeAnswer, Understood
from bot.services.converse import converse
from bot.services.receive import receive
from tests.bot.services.fakes import FakeNlu
from tests.bot.services.stage import ANA, Stage, journey_of


async def requested(stage: Stage) -> Handoff:
    await stage.meet(attributes={"name": "Ana Lima"})
    stage.actions.effects["action_lead"] = (
        ChangeScore("fit", 40, "80 people", "size"),
        RequestHandoff("Asked for a person"),
    )
    await stage.says("lead")
    return await stage.handoff()


async def happened(stage: Stage) -> list[tuple[str, object, object]]:
    async with stage.store.transaction() as uow:
        told = await uow.timeline.of(ANA, limit=20)
    return [
        (one.event, one.data.get("outcome"), one.data.get("reason")) for one in told if one.event.startswith("handoff")
    ]


async def test_of_two_clicks_in_the_same_moment_one_wins_whichever_worker_takes_them(stage: Stage) -> None:
    handoff = await requested(stage)
    clicks = [DeskAction("slack", f"at-once:{rep}", handoff.id, DeskVerb.CLAIM, rep) for rep in ("Ana Rep", "Ben Rep")]
    await asyncio.gather(*(receive(stage.runtime, stage.slack, [click]) for click in clicks))
    workers = (converse(stage.runtime, handoff.conversation_id) for _ in range(2))
    await asyncio.gather(*workers)
    await stage.settle()
    winner = (await stage.handoff_by_id(handoff.id)).rep
    assert winner in ("Ana Rep", "Ben Rep")
    assert stage.sms.texts() == [f"{winner} has joined."]
    assert stage.desk_texts()[1:] == [f"{winner} has this conversation already."]
    assert await happened(stage) == [("handoff.claimed", None, None)]


async def test_a_colleague_takes_over_and_both_sides_hear_of_it(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.CLAIM, "Ana Rep")
    for _ in range(2):
        await stage.click(handoff, DeskVerb.TAKE_OVER, "Ben Rep")
    assert (await stage.handoff_by_id(handoff.id)).rep == stage.card().claimed_by == "Ben Rep"
    assert stage.desk_texts()[-1] == "Ben Rep has taken this conversation over from Ana Rep."
    assert stage.sms.texts() == ["Ana Rep has joined.", "Ben Rep has joined."]
    await stage.click(handoff, DeskVerb.HAND_BACK, "Ben Rep")
    news = [one.content for one in stage.sms.taken if isinstance(one.content, Text)]
    assert [one.floor for one in news if one.floor is not None][-3:] == ["Ana Rep", "Ben Rep", ""]


async def test_what_a_rep_says_reaches_the_customer_once_and_colleagues_read_it_at_the_desk(stage: Stage) -> None:
    handoff = await requested(stage)
    for _ in range(2):
        await receive(stage.runtime, stage.slack, [said(handoff, "Hello!")])
        await stage.settle()
    assert (await stage.handoff_by_id(handoff.id)).rep == "Ana Rep"
    assert stage.sms.texts() == ["Ana Rep has joined.", "Hello!"]
    assert [one for one in lines(stage) if one.speaker == "Ana Rep"] == [DeskLine("Ana Rep", "Hello!")]
    await stage.click(handoff, DeskVerb.RESOLVE)
    await receive(stage.runtime, stage.slack, [said(handoff, "Too late", "later")])
    await stage.settle()
    assert "Too late" not in stage.sms.texts()


def said(handoff: Handoff, words: str, vendor_id: str = "said") -> DeskAction:
    return DeskAction("slack", vendor_id, handoff.id, DeskVerb.SAY, "Ana Rep", words=words)


def lines(stage: Stage) -> list[DeskLine]:
    return [one.content for one in stage.slack.taken if isinstance(one.content, DeskLine)]


async def test_taking_over_what_nobody_has_is_a_claim(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.TAKE_OVER, "Ben Rep")
    claimed = await stage.handoff_by_id(handoff.id)
    assert (claimed.state, claimed.rep) == (HandoffState.CLAIMED, "Ben Rep")


async def test_a_resolved_hand_off_is_over_and_crm_and_timeline_know_it(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.CLAIM)
    await stage.click(handoff, DeskVerb.RESOLVE)
    assert (await stage.handoff_by_id(handoff.id)).state is HandoffState.CLOSED
    assert stage.card().standing == "Resolved by Ana Rep"
    assert ("record of ana", "Resolved by Ana Rep") in stage.crm.notes.values()
    assert (await happened(stage))[0] == ("handoff.closed", "resolved", "")
    assert await stage.says("greet") == ["I am a machine. Hello!"]


async def test_to_disqualify_a_lead_a_rep_says_why_and_the_score_says_it_too(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.DISQUALIFY, trigger="trigger")
    assert stage.slack.taken[-1].content == ReplyForm(handoff.id, "Ana Lima", "trigger", "reason")
    assert (await stage.handoff_by_id(handoff.id)).state is HandoffState.REQUESTED
    for _ in range(2):
        await stage.click(handoff, DeskVerb.DISQUALIFY, words="a student")
    said = "Disqualified by Ana Rep: a student"
    assert (stage.card().standing, stage.card().closed, stage.card().score) == (said, True, 0)
    async with stage.store.transaction() as uow:
        changes = await uow.scores.of(ANA)
    assert total_score(changes, stage.clock.now()).fit == 0
    assert [one.reason for one in changes] == ["80 people", said]
    assert list(stage.crm.notes.values()).count(("record of ana", said)) == 1
    assert await happened(stage) == [("handoff.closed", "disqualified", "a student")]
    assert stage.sms.texts() == [], "nobody had joined, so nobody leaves"


@pytest.mark.parametrize(("verb", "entered"), [(DeskVerb.RESOLVE, 1), (DeskVerb.HAND_BACK, 0)])
async def test_a_journey_may_go_by_how_it_ended(stage: Stage, verb: DeskVerb, entered: int) -> None:
    head = """enter: {event: handoff.closed, if: "event.outcome == 'resolved'"}"""
    stage.play(journey_of("- wait: 1d", head))
    await stage.click(await requested(stage), verb)
    assert len(await stage.enrolments()) == entered


async def test_a_snoozed_hand_off_comes_back_for_all_to_see_at_its_time(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.SNOOZE, words="4h")
    assert stage.card().standing == "Snoozed by Ana Rep until Mon 23 Nov, 16:00 (UTC)"
    assert await stage.says("greet") == ["I am a machine. Hello!"], "the bot answers meanwhile"
    await stage.later(hours=3, minutes=59)
    assert stage.card().standing
    await stage.later(minutes=1)
    assert stage.card().standing == ""
    last = stage.slack.taken[-1].content
    assert last == DeskLine("Overture", "Ana Lima is waiting; look into it now.", to_all=True)


async def test_whatever_is_done_meanwhile_calls_the_return_off(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.SNOOZE, words="1h")
    await stage.click(handoff, DeskVerb.SNOOZE, words="1d")
    await stage.later(hours=1)
    assert "is waiting" not in stage.desk_texts()[-1]
    await stage.click(handoff, DeskVerb.CLAIM)
    await stage.later(days=1)
    assert not any("is waiting" in line for line in stage.desk_texts())


async def test_what_is_closed_stays_closed_whatever_is_pressed(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.SNOOZE, words="1h")
    await stage.click(handoff, DeskVerb.RESOLVE)
    before, was = len(stage.slack.taken), await stage.handoff_by_id(handoff.id)
    for verb in DeskVerb:
        await stage.click(handoff, verb, words="1h")
    await stage.later(hours=2)
    told = [one.content for one in stage.slack.taken[before:]]
    assert all(isinstance(one, DeskLine) and one.text.startswith("Resolved by Ana Rep, so ") for one in told)
    assert await stage.handoff_by_id(handoff.id) == was
    assert stage.clock.now() - handoff.created_at > timedelta(hours=1)


async def test_whoever_presses_a_button_of_what_is_over_reads_what_happened(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.CLAIM)
    await stage.click(handoff, DeskVerb.DISQUALIFY, words="a student")
    await stage.click(handoff, DeskVerb.RESOLVE, "Ben Rep")
    assert stage.desk_texts()[-1] == ('Disqualified by Ana Rep: a student, so "Resolve" by Ben Rep did nothing.')
    await receive(stage.runtime, stage.slack, [said(handoff, "Too late", "later")])
    await stage.settle()
    assert stage.desk_texts()[-1].endswith(", so the customer did not get what Ana Rep sent.")


@pytest.mark.parametrize("verb", [DeskVerb.HAND_BACK, DeskVerb.RESOLVE])
async def test_the_second_press_of_a_double_click_that_ends_it_says_nothing(stage: Stage, verb: DeskVerb) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, verb)
    before = stage.desk_texts()
    await stage.click(handoff, verb)
    assert stage.desk_texts() == before


@pytest.mark.parametrize("verb", [DeskVerb.HAND_BACK, DeskVerb.RESOLVE, DeskVerb.DISQUALIFY, DeskVerb.TAKE_OVER])
async def test_what_was_pressed_before_a_colleague_took_over_does_nothing_to_theirs(
    stage: Stage, verb: DeskVerb
) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.CLAIM, "Ana Rep")
    await stage.click(handoff, DeskVerb.TAKE_OVER, "Ben Rep")
    late = DeskAction("slack", "late", handoff.id, verb, "Carl Rep", words="a student", held_by="Ana Rep")
    await receive(stage.runtime, stage.slack, [late])
    await stage.settle()
    kept = await stage.handoff_by_id(handoff.id)
    assert (kept.state, kept.rep) == (HandoffState.CLAIMED, "Ben Rep")
    assert stage.desk_texts()[-1].startswith("Ben Rep has this conversation by now, so ")
    await receive(stage.runtime, stage.slack, [replace(late, vendor_id="knowing", held_by="Ben Rep")])
    await stage.settle()
    assert await stage.handoff_by_id(handoff.id) != kept, "a colleague's can be ended by whoever knows whose it is"


# ---------------------------------------------------------------- suggested replies


PRICES = KnowledgeAnswer("It costs £4 a month.", "Prices", "https://x.example/prices", 0.9)


class Knowing(FakeNlu):
    """Has the page of prices, for whoever asks "prices"."""

    def parse(self, text: str, **context: Any) -> Understood:
        read = super().parse(text, **context)
        return replace(read, answer=PRICES) if text == "prices" else read


async def suggested(stage: Stage) -> list[Suggestion]:
    return [one.content for one in stage.slack.taken if isinstance(one.content, Suggestion)]


@pytest.fixture
async def claimed(stage: Stage) -> Handoff:
    handoff = await requested(stage)
    stage.library.playbook = replace(stage.library.playbook, nlu=Knowing("greet", "lead"))
    await stage.click(handoff, DeskVerb.CLAIM)
    return handoff


async def test_a_rep_is_shown_what_the_knowledge_pages_answer_and_sends_it(stage: Stage, claimed: Handoff) -> None:
    assert await stage.says("prices") == []
    [suggestion] = await suggested(stage)
    assert (suggestion.text, suggestion.source_title) == (PRICES.text, "Prices")
    for _ in range(2):
        await stage.click(claimed, DeskVerb.SEND, words=suggestion.key)
    assert stage.sms.texts() == ["Ana Rep has joined.", PRICES.text]
    sent = stage.sms.taken[-1].content
    assert isinstance(sent, Text)
    assert (sent.author, sent.author_name, sent.source_url) == (Author.PERSON, "Ana Rep", PRICES.url)
    assert [one.sent_by for one in await suggested(stage)] == ["", "Ana Rep"]
    async with stage.store.transaction() as uow:
        said = await uow.conversations.transcript(claimed.conversation_id)
    assert [(one.speaker, one.text) for one in said][-2:] == [("Customer", "prices"), ("Ana Rep", PRICES.text)]


async def test_nothing_is_suggested_while_the_bot_answers_itself(stage: Stage, claimed: Handoff) -> None:
    await stage.click(claimed, DeskVerb.HAND_BACK)
    await stage.says("prices")
    assert await suggested(stage) == []


@pytest.mark.parametrize("words", ["sms:nothing", "", "handoff"])
async def test_what_was_never_suggested_is_not_sent(stage: Stage, claimed: Handoff, words: str) -> None:
    await stage.says("greet")
    await stage.click(claimed, DeskVerb.SEND, words=words)
    assert stage.sms.texts() == ["Ana Rep has joined."]


async def test_a_suggestion_of_another_conversation_is_not_sent_in_this_one(stage: Stage, claimed: Handoff) -> None:
    await stage.says("prices")
    [suggestion] = await suggested(stage)
    await stage.click(claimed, DeskVerb.HAND_BACK)
    await stage.says("lead")
    await stage.click(await stage.handoff(), DeskVerb.SEND, words=suggestion.key)
    assert PRICES.text not in stage.sms.texts()
