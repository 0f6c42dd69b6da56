"""What was given up and leaves once more: what a desk should know of a hand-off, too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.delivery import ChannelMessage, CrmNote, OutboxEntry, OutboxStatus
from bot.domain.effects import RequestHandoff
from bot.domain.errors import PermanentSendError
from bot.domain.handoff import HandoffState
from bot.domain.ids import HandoffId
from bot.domain.message import Content, DeskLine, DeskPage, DeskVerb, HandoffCard, ReplyForm, Text
from bot.services.replay import Chosen, may_be_replayed, replay_chosen
from tests.bot.services.stage import Stage
from tests.contracts.samples import NOON, entry

HANDOFF = HandoffId("h")
CARD = HandoffCard(HANDOFF, "Ana", "", (), 0, "", (), "https://chat.example.com/t")
REFUSED = PermanentSendError("Slack refused chat.postMessage: not_in_channel")


def dead(dispatch: ChannelMessage | CrmNote) -> OutboxEntry:
    return replace(entry("key"), dispatch=dispatch, status=OutboxStatus.DEAD)


@pytest.mark.parametrize(
    ("content", "may"),
    [
        (CARD, True),
        (DeskLine("Customer", "Hello?"), True),
        (ReplyForm(HANDOFF, "Ana", "trigger"), False),
        (DeskPage("Ana"), False),
        (Text("Hello"), False),
    ],
)
def test_of_what_goes_to_a_desk_cards_and_lines_are_still_true_later(content: Content, may: bool) -> None:
    given_up = dead(ChannelMessage("slack", "#sales", content, thread_of="card"))
    assert may_be_replayed(given_up) is may
    assert not may_be_replayed(replace(given_up, status=OutboxStatus.SENT))
    assert may_be_replayed(dead(CrmNote("hubspot", HANDOFF, "a note")))


def test_a_digest_has_had_its_moment() -> None:
    assert not may_be_replayed(dead(ChannelMessage("slack", "#sales", DeskLine("Overture", "Yesterday: 3 leads"))))


async def test_a_card_that_slack_refused_and_what_was_said_since_reach_the_desk_once_the_cause_is_mended(
    stage: Stage,
) -> None:
    await stage.meet(attributes={"name": "Ana"})
    stage.actions.effects["action_lead"] = (RequestHandoff("Qualified lead"),)
    stage.slack.faults.append(REFUSED)
    await stage.says("lead")
    await stage.says("greet")
    assert stage.slack.taken == []
    async with stage.store.transaction() as uow:
        replayed = await replay_chosen(uow, Chosen(to="slack"), stage.clock.now())
    assert replayed.left == ()
    await stage.settle()
    card, *behind = stage.slack.taken
    assert isinstance(card.content, HandoffCard)
    assert {one.thread for one in behind} == {f"slack-{card.key}"}
    assert [one.content.text for one in behind if isinstance(one.content, DeskLine)][-2:] == ["greet", "Hello!"]
    handoff = await stage.handoff()
    await stage.click(handoff, DeskVerb.CLAIM)
    assert (await stage.handoff()).state is HandoffState.CLAIMED


async def test_a_desk_is_asked_first_for_what_an_earlier_try_may_have_left_there(stage: Stage) -> None:
    tried = replace(dead(ChannelMessage("slack", "#sales", CARD)), attempts=8, first_tried_at=NOON, profile_id=None)
    async with stage.store.transaction() as uow:
        await uow.outbox.add(tried)
        await uow.outbox.settle(tried)
        await replay_chosen(uow, Chosen(to="slack"), stage.clock.now())
    await stage.settle()
    [message] = stage.slack.tries
    assert (message.attempt, message.first_tried_at) == (2, NOON)
