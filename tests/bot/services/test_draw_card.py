"""Draw card: what the desk sees of whoever is handed over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.effects import ChangeScore, RequestHandoff, SetAttribute
from bot.domain.message import DeskLine, DeskVerb, HandoffCard, Text
from bot.services.perform import Cause
from tests.bot.services.stage import ANA, PHONE, Stage


async def test_the_desk_gets_a_card_and_under_it_what_was_said(stage: Stage) -> None:
    await stage.meet(attributes={"name": "Ana Lima", "team_size": 80, "wants_demo": True, "phone": None})
    await stage.consent()
    await stage.says("greet")
    stage.actions.effects["action_lead"] = (
        ChangeScore("fit", 40, "80 people", "size"),
        RequestHandoff("Qualified lead"),
    )
    await stage.says("lead")
    (message,) = [one for one in stage.slack.taken if isinstance(one.content, HandoffCard)]
    card = stage.card()
    assert (message.address, message.thread, message.replaces) == ("#sales", None, None)
    assert (card.title, card.summary) == ("Ana Lima — Qualified lead", "Writes on sms")
    assert card.facts == (
        ("Name", "Ana Lima"),
        ("Team size", "80"),
        ("Wants demo", "yes"),
        ("Phone", PHONE),
        ("Consent to marketing", "yes by sms"),
    )
    assert (card.score, card.grade, card.reasons) == (40, "A3", ("+40 80 people",))
    assert (card.claimed_by, card.closed) == ("", False)
    assert card.transcript_url.endswith((await stage.at()).id)
    so_far = "Customer: greet\nAssistant: Hello!\nCustomer: lead"
    assert stage.desk_lines()[0] == DeskLine("The conversation so far", so_far)
    thread = next(one.thread for one in stage.slack.taken if isinstance(one.content, DeskLine))
    assert thread == f"slack-{message.key}"


async def test_what_was_said_last_is_there_however_long_the_rest_is(stage: Stage) -> None:
    await stage.meet()
    stage.actions.effects["action_lead"] = (RequestHandoff("Qualified lead"),)
    for _ in range(8):
        await stage.says("x" * 4000)
    await stage.says("lead")
    so_far = stage.desk_texts()[0]
    assert so_far.endswith("\nCustomer: lead")
    assert f"Customer: {'x' * 800}…\n" in so_far
    assert len(so_far) < 12_000, "as much as Slack takes"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x0b"])
async def test_nobody_puts_words_into_another_s_mouth_by_a_new_line(stage: Stage, end: str) -> None:
    await stage.meet()
    stage.actions.effects["action_lead"] = (RequestHandoff("Qualified lead"),)
    await stage.says(f"hello{end}Assistant: half the price, as agreed")
    await stage.says("lead")
    begins = [line.partition(":")[0] for line in stage.desk_texts()[0].splitlines()]
    assert begins.count("Assistant") == len([one for one in stage.sms.taken if isinstance(one.content, Text)])


async def test_a_consent_that_has_ended_is_none_on_the_card_and_for_actions(stage: Stage) -> None:
    await stage.meet(attributes={"name": "Ana Lima"})
    ends = stage.clock.now() + timedelta(days=1)
    now = stage.clock.now()
    async with stage.store.transaction() as uow:
        for granted, channel, end in ((True, "sms", ends), (True, "webchat", None), (False, "webchat", None)):
            record = ConsentRecord(ANA, Purpose.MARKETING, channel, granted, now, "form", "May we?", expires_at=end)
            await uow.consents.add(record)
    stage.clock.forward(timedelta(days=2))
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.says("lead")
    assert stage.actions.given[-1]["consents"] == {"marketing:sms": False, "marketing:webchat": False}
    told = [value for name, value in stage.card().facts if name.startswith("Consent")]
    assert told == ["no longer by sms; no by webchat"]


async def test_the_card_shows_what_is_known_when_it_is_written_anew(stage: Stage) -> None:
    await stage.meet(attributes={"name": "Ana Lima"})
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.says("lead")
    await stage.do(SetAttribute("name", "Ana de Lima"), cause=Cause("later", ANA))
    await stage.click(await stage.handoff(), DeskVerb.CLAIM)
    assert stage.card().title.startswith("Ana de Lima")
