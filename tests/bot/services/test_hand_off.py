"""Hand off: one rep takes over, the desk sees what is said, and gives back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.database import Database
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import RequestHandoff
from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.message import (
    Author,
    DeskLine,
    DeskReply,
    DeskRevision,
    DeskVerb,
    HandoffCard,
    OutboundMessage,
    ReplyForm,
    Text,
)
from bot.domain.routing import WorkingHours
from bot.services.perform import Cause
from bot.services.receive import receive
from bot.services.runtime import Desk
from tests.bot.services.stage import ANA, OFFICE_HOURS, Stage, journey_of
from tests.manual_clock import ManualClock

CLAIM, REPLY, HAND_BACK = DeskVerb.CLAIM, DeskVerb.REPLY, DeskVerb.HAND_BACK


async def requested(stage: Stage) -> Handoff:
    """Ana asked for a person, and the desk has its card."""
    await stage.meet(attributes={"name": "Ana Lima"})
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.says("lead")
    return await stage.handoff()


def latest_card(stage: Stage) -> OutboundMessage:
    return [one for one in stage.slack.taken if isinstance(one.content, HandoffCard)][-1]


async def test_asking_twice_makes_one_card(stage: Stage) -> None:
    first = await requested(stage)
    await stage.says("lead")
    assert await stage.handoff() == first
    assert len(stage.cards()) == 1


async def test_without_a_desk_nobody_is_told_and_actions_know(sqlite_store: Database, clock: ManualClock) -> None:
    stage = Stage(sqlite_store, clock, with_desk=False)
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.says("lead")
    assert stage.slack.taken == []
    assert stage.actions.given[-1]["has_desk"] is False
    assert stage.actions.given[-1]["channels"] == ["slack", "sms", "webchat"]
    assert stage.actions.given[-1]["region"] == "GB"
    assert await stage.says("greet") == ["I am a machine. Hello!"]


async def test_until_a_rep_claims_it_the_bot_answers_and_the_thread_shows_it(stage: Stage) -> None:
    await requested(stage)
    assert await stage.says("greet") == ["I am a machine. Hello!"]
    assert stage.desk_lines()[1:] == [DeskLine("Customer", "greet"), DeskLine("Assistant", "Hello!")]


async def test_a_claim_gives_the_rep_the_floor_and_tells_the_customer(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, CLAIM)
    assert stage.sms.texts() == ["Ana Rep has joined."]
    claimed = await stage.handoff_by_id(handoff.id)
    assert (claimed.state, claimed.rep) == (HandoffState.CLAIMED, "Ana Rep")
    assert (latest_card(stage).replaces, stage.card().claimed_by) == (f"slack-{handoff.card_key}", "Ana Rep")
    assert await stage.says("greet") == [], "the bot is silent"
    assert stage.desk_lines()[-1] == DeskLine("Customer", "greet")


async def test_of_two_reps_the_second_is_told_who_was_faster(stage: Stage) -> None:
    handoff = await requested(stage)
    for rep in ("Ana Rep", "Ben Rep", "Ben Rep", "Ana Rep"):
        await stage.click(handoff, CLAIM, rep)
    assert (await stage.handoff_by_id(handoff.id)).rep == "Ana Rep"
    assert stage.desk_lines()[1:] == [DeskLine("Overture", "Ana Rep has this conversation already.")]
    assert stage.sms.texts() == ["Ana Rep has joined."]


async def test_a_reply_in_the_thread_takes_the_floor_and_reaches_the_customer(stage: Stage) -> None:
    handoff = await requested(stage)
    assert await stage.reply("Hello, how can I help?")
    assert stage.sms.texts() == ["Ana Rep has joined.", "Hello, how can I help?"]
    content = stage.sms.taken[-1].content
    assert isinstance(content, Text)
    assert (content.author, content.author_name) == (Author.PERSON, "Ana Rep")
    assert (await stage.handoff_by_id(handoff.id)).state is HandoffState.CLAIMED
    conversation = await stage.at()
    async with stage.store.transaction() as uow:
        assert (await uow.conversations.transcript(conversation.id))[-1].speaker == "Ana Rep"


async def test_a_reply_beneath_a_line_whose_card_was_deleted_at_the_desk_reaches_the_customer(stage: Stage) -> None:
    """Slack shows such a line by itself then, and the reply stands in a thread of its own."""
    await requested(stage)
    await stage.says("greet")
    async with stage.store.transaction() as uow:
        line = next(one for one in await uow.personal_data.sent(ANA) if one.key.startswith("relay:"))
    assert line.vendor_id is not None
    reply = DeskReply("slack", "C1:99.1", line.vendor_id, "Hello!", "Ana Rep")
    assert await receive(stage.runtime, stage.slack, [reply]) == 1
    await stage.settle()
    assert stage.sms.texts()[-1] == "Hello!"


async def test_nobody_writes_a_line_of_the_assistants_into_the_thread(stage: Stage) -> None:
    await stage.click(await requested(stage), CLAIM)
    await stage.says("Fine.\nAssistant: for £1, then")
    assert stage.desk_lines()[-1] == DeskLine("Customer", "Fine.\n\u00a0\u00a0\u00a0Assistant: for £1, then")


async def test_who_writes_in_a_colleagues_conversation_reads_once_that_it_was_sent(stage: Stage) -> None:
    await stage.click(await requested(stage), CLAIM)
    for text in ("One more thing.", "And another."):
        await stage.reply(text, "Ben Rep")
    told = "Ana Rep has this conversation already; the customer gets your message all the same."
    assert stage.desk_lines()[1:] == [DeskLine("Overture", told)]
    assert stage.sms.texts()[1:] == ["One more thing.", "And another."]


async def test_the_reply_button_opens_a_form_and_only_while_it_is_of_use(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, REPLY, trigger="trigger-1")
    form = stage.slack.taken[-1].content
    assert form == ReplyForm(handoff.id, "Ana Lima", "trigger-1")
    stage.slack.faults.append(TemporarySendError("busy", retry_after=timedelta(seconds=20)))
    await stage.click(handoff, REPLY, trigger="trigger-2")
    await stage.later(seconds=20)
    await stage.click(handoff, HAND_BACK)
    await stage.click(handoff, REPLY, trigger="trigger-3")
    assert [one.content.trigger for one in stage.slack.taken if isinstance(one.content, ReplyForm)] == ["trigger-1"]


async def test_after_a_hand_back_the_bot_answers_again_and_the_card_says_so(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, CLAIM)
    await stage.click(handoff, HAND_BACK)
    await stage.click(handoff, HAND_BACK)
    assert stage.sms.texts() == ["Ana Rep has joined.", "Ana Rep has left."]
    assert (stage.card().closed, stage.card().claimed_by) == (True, "Ana Rep")
    assert await stage.says("greet") == ["I am a machine. Hello!"]
    await stage.click(handoff, CLAIM, "Ben Rep")
    assert (await stage.handoff_by_id(handoff.id)).state is HandoffState.CLOSED


async def test_handing_back_what_nobody_claimed_tells_the_customer_nothing(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, HAND_BACK)
    assert stage.sms.texts() == []
    assert (await stage.handoff_by_id(handoff.id)).state is HandoffState.CLOSED


async def test_a_reply_after_the_hand_back_does_not_reach_the_customer_and_the_rep_is_told(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, HAND_BACK)
    await stage.reply("One more thing")
    assert stage.sms.texts() == []
    assert stage.desk_lines()[-1] == DeskLine(
        "Overture",
        "This conversation is closed, so the customer did not get your message.",
    )


async def revise(stage: Stage, text: str) -> None:
    revision = DeskRevision("slack", f"revision:{text}", f"slack-{stage.cards()[0]}", text, "Ana Rep")
    await receive(stage.runtime, stage.slack, [revision])
    await receive(stage.runtime, stage.slack, [revision])
    await stage.settle()


async def test_an_edit_or_a_deletion_sends_the_customer_nothing_and_the_rep_is_told_once(stage: Stage) -> None:
    await requested(stage)
    await stage.reply("It costs 40.")
    sent = stage.sms.texts()
    await revise(stage, "It costs 50.")
    await revise(stage, "")
    assert stage.sms.texts() == sent
    assert stage.desk_texts()[-2:] == [
        "The customer does not see edits. Write what should be put right as a new message.",
        "Deleting a message here does not take it back from the customer.",
    ]


@pytest.mark.parametrize("text", ["Here it is", ""])
async def test_a_file_stays_at_the_desk_and_the_rep_is_told(stage: Stage, text: str) -> None:
    handoff = await requested(stage)
    thread = f"slack-{stage.cards()[0]}"
    await receive(stage.runtime, stage.slack, [DeskReply("slack", "1", thread, text, "Ana Rep", ("plan.pdf",))])
    await stage.settle()
    assert stage.sms.texts() == (["Ana Rep has joined.", text] if text else [])
    assert (await stage.handoff_by_id(handoff.id)).state == ("claimed" if text else "requested")
    assert (
        stage.desk_texts()[-1] == "The customer did not get plan.pdf: files stay here. Send a link that they can open."
    )


async def test_after_a_hand_back_a_person_can_be_asked_for_again(stage: Stage) -> None:
    first = await requested(stage)
    await stage.click(first, HAND_BACK)
    await stage.says("lead")
    assert (await stage.handoff()).id != first.id
    assert len(stage.cards()) == 2


async def test_a_rep_is_told_when_their_message_could_not_be_delivered(stage: Stage) -> None:
    await requested(stage)
    await stage.reply("Hello")
    stage.sms.faults.append(PermanentSendError("no such number"))
    await stage.reply("Are you there?")
    assert stage.desk_lines()[-1] == DeskLine("Overture", "Your message did not reach the customer: no such number.")


async def test_a_rep_is_told_when_the_customer_asked_to_be_left_alone(stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, CLAIM)
    await stage.says("stop")
    await stage.reply("Please stay")
    assert "Please stay" not in stage.sms.texts()
    assert stage.desk_texts()[-1].startswith("Your message did not reach the customer: this address asked to be left")


async def test_a_hand_off_goes_to_the_desk_that_it_names(stage: Stage) -> None:
    await stage.meet()
    stage.clock.set(MONDAY)
    await stage.do(RequestHandoff("Broken", desk="support"))
    await stage.settle()
    assert latest_card(stage).address == "#support"
    handoff = await stage.handoff()
    assert (handoff.desk, handoff.desk_address) == ("slack", "#support")
    await stage.click(handoff, CLAIM)
    assert {one.address for one in stage.slack.taken} == {"#support"}, "all that follows goes there, too"


async def test_a_journeys_step_reaches_the_desk_that_it_names(stage: Stage) -> None:
    stage.play(journey_of("- handoff: {to: support, reason: broken}"))
    await stage.meet()
    await stage.happens("demo.requested")
    await stage.settle()
    assert [one.address for one in stage.slack.taken if isinstance(one.content, HandoffCard)] == ["#support"]


@pytest.mark.parametrize("named", ["", "slack:#sales", "nowhere"])
async def test_what_names_no_desk_of_ours_goes_to_the_usual_one(stage: Stage, named: str) -> None:
    await stage.meet()
    await stage.do(RequestHandoff("Asked for a person", desk=named))
    await stage.settle()
    assert latest_card(stage).address == "#sales"


MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 12, tzinfo=UTC)


async def ask_support(stage: Stage, at: datetime) -> Handoff:
    await stage.meet(attributes={"name": "Ana Lima"})
    stage.actions.effects["action_lead"] = (RequestHandoff("Broken", desk="support"),)
    stage.clock.set(at)
    await stage.says("lead")
    return await stage.handoff()


async def test_out_of_hours_the_customer_hears_when_somebody_will_be_there(stage: Stage) -> None:
    await ask_support(stage, SATURDAY)
    assert stage.sms.texts() == ["We are back Monday at 08:00."], "by the clock in London, where Ana is"
    assert stage.card().summary == "Writes on sms; came out of hours"
    await stage.says("my number is 07700 900123")
    assert DeskLine("Customer", "my number is 07700 900123") in stage.desk_lines()


async def test_after_a_week_without_work_the_customer_hears_which_monday_it_is(stage: Stage) -> None:
    mondays = WorkingHours(replace(OFFICE_HOURS.window, days=frozenset({0})))
    stage.runtime = replace(stage.runtime, desks=(Desk("slack", "#support", "support", mondays),))
    await ask_support(stage, MONDAY + timedelta(hours=9))
    assert stage.sms.texts() == ["We are back Monday 30 November at 08:00."]


async def test_actions_know_that_somebody_was_asked_for_and_when_the_desk_opens(stage: Stage) -> None:
    await ask_support(stage, SATURDAY)
    told = [stage.actions.given[-1]["awaited"]]
    await stage.says("lead")
    told.append(stage.actions.given[-1]["awaited"])
    stage.clock.set(SATURDAY + timedelta(days=2))
    await stage.says("lead")
    told.append(stage.actions.given[-1]["awaited"])
    await stage.click(await stage.handoff(), CLAIM)
    await stage.click(await stage.handoff(), HAND_BACK)
    await stage.says("lead")
    told.append(stage.actions.given[-1]["awaited"])
    assert told == [None, {"opens": "Monday at 08:00"}, {"opens": ""}, None]


async def test_journeys_hear_that_somebody_was_asked_for_out_of_hours_and_only_then(stage: Stage) -> None:
    stage.play(journey_of("- wait: 1d", "enter: {event: handoff.out_of_hours, if: \"event.reason == 'a demo'\"}"))
    stage.actions.effects["action_lead"] = (RequestHandoff("a demo", desk="support"),)
    await stage.meet()
    await stage.says("lead")
    assert await stage.enrolments() == [], "somebody is there"
    await stage.click(await stage.handoff(), DeskVerb.RESOLVE)
    stage.clock.set(SATURDAY)
    await stage.says("lead")
    await stage.says("lead")
    assert len(await stage.enrolments()) == 1


async def test_what_came_out_of_hours_is_brought_up_when_the_desk_opens(stage: Stage) -> None:
    await ask_support(stage, SATURDAY)
    await stage.later(days=1, hours=19, minutes=59)
    assert not any(isinstance(one.content, DeskLine) and one.content.to_all for one in stage.slack.taken)
    await stage.later(minutes=1)
    assert stage.slack.taken[-1].content == DeskLine("Overture", "Ana Lima is waiting; look into it now.", to_all=True)


async def test_within_hours_nothing_is_said_of_them(stage: Stage) -> None:
    await ask_support(stage, MONDAY)
    assert stage.sms.texts() == []


async def test_whoever_is_not_in_the_conversation_is_promised_nothing(stage: Stage) -> None:
    await stage.meet()
    stage.clock.set(SATURDAY)
    await stage.do(RequestHandoff("Wants a demo", desk="support"), cause=Cause("journey", ANA))
    await stage.settle()
    assert stage.sms.texts() == []


async def test_a_journeys_handoff_is_in_the_conversation_that_was_spoken_in_last(stage: Stage) -> None:
    await stage.meet()
    await stage.says("greet")
    await stage.do(RequestHandoff("Wants a demo"), cause=Cause("journey", ANA))
    assert (await stage.handoff()).reason == "Wants a demo"


async def test_lines_whose_card_never_left_are_given_up_with_it(stage: Stage) -> None:
    stage.slack.faults.append(PermanentSendError("no such channel"))
    handoff = await requested(stage)
    await stage.later(seconds=5)
    transcript = await stage.entry(f"handoff:{handoff.id}:transcript")
    assert (transcript.status, transcript.reason) == (
        OutboxStatus.DEAD,
        "the message that this one belongs to never left",
    )
    assert stage.clock.now() - handoff.created_at < timedelta(minutes=1)


async def test_a_rep_is_told_that_the_customers_channel_is_gone(stage: Stage) -> None:
    handoff = await requested(stage)
    left = {name: channel for name, channel in stage.runtime.channels.items() if name != "sms"}
    stage.runtime = replace(stage.runtime, channels=left)
    await stage.click(handoff, CLAIM)
    assert await stage.reply("Hello, how can I help?")
    assert stage.desk_lines()[-1] == DeskLine(
        "Overture", "Your message did not reach the customer: sms is not set up here."
    )


async def test_a_card_that_somebody_deleted_is_the_new_one_for_all_that_comes_after(stage: Stage) -> None:
    handoff = await requested(stage)
    stage.slack.gone.add(f"slack-{handoff.card_key}")
    await stage.click(handoff, CLAIM)
    anew = f"slack-{latest_card(stage).key}"
    await stage.says("greet")
    assert stage.slack.taken[-1].thread == anew
    await receive(stage.runtime, stage.slack, [DeskReply("slack", "1", anew, "Hello!", "Ana Rep")])
    await stage.settle()
    assert stage.sms.texts()[-1] == "Hello!"
    await stage.click(handoff, HAND_BACK)
    assert latest_card(stage).replaces == anew
