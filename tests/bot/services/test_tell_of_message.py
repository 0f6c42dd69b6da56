"""What became of a journey's message moves journeys, segments and scores: each state once, in whatever order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.database import Database
from bot.domain.audience import Segment
from bot.domain.consent import Purpose
from bot.domain.errors import PermanentSendError, UnreadableJourney
from bot.domain.journey import Journey
from bot.domain.message import DeliveryState, DeliveryStatus
from bot.domain.score import ScoreRule
from bot.services.advance import advance_due
from bot.services.deliver import deliver_due
from bot.services.publish import Publisher, plan_publishing, publish
from bot.services.receive import receive
from bot.services.respect_wishes import restrict
from bot.services.runtime import OUTBOX
from tests.bot.services.stage import ANA, Stage, journey_of
from tests.manual_clock import ManualClock

DELIVERED, READ, FAILED = DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED
UNTIL_READ = """
- {id: offer, send: {response: utter_offer, channels: [sms]}}
- {id: waits, wait: {for: [message.read, message.failed], at_most: 1d}}
- branch:
    - {if: happened.event == 'message.read', do: [add_to: read]}
    - {if: happened.event == 'message.failed', do: [add_to: failed]}
    - else: {do: [add_to: nothing]}
- wait: 30d
"""


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    return Stage(store, clock)


async def tell(stage: Stage, *states: DeliveryState, key: str = "", error: str = "") -> int:
    """The vendor tells so of the message that it took last, or of this one, all in one request."""
    key = key or stage.sms.taken[-1].key
    words = [DeliveryStatus("sms", f"{key}:{state}", f"sms-{key}", state, error) for state in states]
    taken = await receive(stage.runtime, stage.sms, words)
    await stage.settle()
    return taken


async def begin(stage: Stage, *journeys: Journey) -> None:
    stage.play(*journeys)
    await stage.meet()
    await stage.consent()
    await stage.happens("demo.requested")
    await stage.settle()


async def tags(stage: Stage) -> list[str]:
    async with stage.store.transaction() as uow:
        return sorted((await uow.profiles.get(ANA)).tags)


async def told(stage: Stage) -> list[tuple[str, Mapping[str, Any]]]:
    """What the timeline has of messages, the oldest first."""
    async with stage.store.transaction() as uow:
        lines = await uow.timeline.of(ANA, limit=100)
    of_messages = [one for one in lines if one.event in ("message.delivered", "message.read", "message.failed")]
    return [(one.event, one.data) for one in reversed(of_messages)]


async def events(stage: Stage) -> list[str]:
    return sorted(event for event, _ in await told(stage))


async def test_a_message_that_was_read_ends_the_wait_for_it(stage: Stage) -> None:
    await begin(stage, journey_of(UNTIL_READ))
    assert await tell(stage, DELIVERED) == 1
    assert await tags(stage) == []
    await tell(stage, READ)
    assert await tags(stage) == ["read"]
    [run] = await stage.enrolments()
    assert dict(await told(stage))["message.read"] == {
        "channel": "sms",
        "journey": "welcome",
        "step": "offer",
        "response": "utter_offer",
        "enrolment": run.id,
        "message": f"{run.id}:offer:1",
    }


async def test_what_is_never_told_is_waited_for_no_longer_than_it_says(stage: Stage) -> None:
    await begin(stage, journey_of(UNTIL_READ))
    await stage.later(days=1)
    assert await tags(stage) == ["nothing"]
    await tell(stage, READ)
    assert await tags(stage) == ["nothing"], "too late"


@pytest.mark.parametrize("order", [[DELIVERED, READ], [READ, DELIVERED], [READ], [READ, READ, DELIVERED, DELIVERED]])
async def test_each_state_happens_once_in_whatever_order_it_is_told(stage: Stage, order: list[DeliveryState]) -> None:
    await begin(stage, journey_of(UNTIL_READ))
    for state in order:
        await tell(stage, state)
    assert await events(stage) == ["message.delivered", "message.read"], "what was read has come"
    await tell(stage, *order)
    assert await events(stage) == ["message.delivered", "message.read"]


async def test_states_that_come_in_one_request_happen_one_after_the_other(stage: Stage) -> None:
    steps = """
        - send: {response: utter_offer, channels: [sms]}
        - wait: {for: message.delivered, at_most: 1d}
        - add_to: delivered
        - wait: {for: message.read, at_most: 1d}
        - add_to: read
        - wait: 30d
    """
    await begin(stage, journey_of(steps))
    await tell(stage, READ, DELIVERED)
    assert await tags(stage) == ["delivered", "read"]


async def test_a_state_that_overtakes_the_receipt_is_told_when_that_comes(stage: Stage) -> None:
    stage.play(journey_of(UNTIL_READ))
    await stage.meet()
    await stage.consent()

    async def overtake(message: Any) -> None:
        stage.sms.on_send = None
        status = DeliveryStatus("sms", "read", f"sms-{message.key}", READ, key=message.key)
        await receive(stage.runtime, stage.sms, [status])

    stage.sms.on_send = overtake
    await stage.happens("demo.requested")
    await stage.settle()
    assert await tags(stage) == ["read"]


async def test_a_message_that_did_not_arrive_has_failed_once_no_try_is_left(stage: Stage) -> None:
    await begin(stage, journey_of(UNTIL_READ))
    key = stage.sms.taken[0].key
    await tell(stage, FAILED, error="off")
    assert await tags(stage) == [], "it is tried again"
    await stage.later(hours=1)
    await receive(stage.runtime, stage.sms, [DeliveryStatus("sms", "f2", f"sms-{key}-2", FAILED, "no_phone")])
    assert await tags(stage) == ["failed"]
    [(event, data)] = await told(stage)
    assert (event, data["why"]) == (
        "message.failed",
        "taken by the vendor, and not delivered: error no_phone (nobody has this number)",
    )


async def test_what_the_vendor_does_not_take_has_failed(stage: Stage) -> None:
    stage.sms.faults.append(PermanentSendError("nobody has this number", code="no_phone"))
    await begin(stage, journey_of(UNTIL_READ))
    assert await tags(stage) == ["failed"]
    assert (await told(stage))[0][1]["why"] == "nobody has this number"


async def test_what_is_tried_on_its_next_channel_has_not_failed_yet(stage: Stage) -> None:
    stage.open_whatsapp()
    await stage.meet()
    await stage.consent()
    await stage.consent(channel="whatsapp")
    await stage.says("greet", channel="whatsapp")
    stage.whatsapp.faults.append(PermanentSendError("no WhatsApp", code="none"))
    stage.play(journey_of(UNTIL_READ.replace("channels: [sms]", "channels: [whatsapp, sms]")))
    await stage.happens("demo.requested")
    await stage.settle()
    assert (await tags(stage), await events(stage)) == ([], [])
    await tell(stage, READ)
    assert await tags(stage) == ["read"], "a message is the same one, wherever it goes"


async def test_whoever_is_in_two_journeys_is_waited_for_by_that_whose_message_it_is(stage: Stage) -> None:
    other = journey_of("- send: {response: utter_tip, channels: [sms]}\n- wait: 30d", name="inner")
    await begin(stage, journey_of(UNTIL_READ), other)
    [tip] = [one.key for one in stage.sms.taken if one.content.text.endswith("A tip.")]  # type: ignore[union-attr]
    await tell(stage, READ, key=tip)
    assert await tags(stage) == []
    assert [data["journey"] for _, data in await told(stage)] == ["inner", "inner"], "segments may count it"


async def test_a_goal_is_reached_by_a_message_that_was_read_after_the_journey_was_over(stage: Stage) -> None:
    goal = "exit: {goal: event message.read within 7d}"
    other = journey_of("- send: {response: utter_tip, channels: [sms]}", goal, name="inner")
    await begin(stage, journey_of("- send: {response: utter_offer, channels: [sms]}", goal), other)
    [tip] = [one.key for one in stage.sms.taken if one.content.text.endswith("A tip.")]  # type: ignore[union-attr]
    await tell(stage, READ, key=tip)
    async with stage.store.transaction() as uow:
        reached = {run.journey for run in await uow.enrolments.of(ANA) if run.goal_at is not None}
    assert reached == {"inner"}


async def test_people_enter_by_what_became_of_a_message(stage: Stage) -> None:
    enter = "enter: {event: message.failed, if: event.journey == 'welcome' and event.channel == 'sms'}"
    lost = journey_of("- add_to: lost\n- wait: 30d", enter, name="outer")
    await begin(stage, journey_of("- send: {response: utter_offer, channels: [sms]}"), lost)
    await tell(stage, FAILED, error="no_phone")
    assert await tags(stage) == ["lost"]


@pytest.mark.parametrize("listener", ["segment", "score", "condition", "metric"])
async def test_it_is_kept_where_anything_names_it(stage: Stage, listener: str) -> None:
    sends = "- send: {response: utter_offer, channels: [sms]}\n- wait: 30d"
    match listener:
        case "segment":
            segments = {"big-teams": Segment("big-teams", "did('message.read') >= 1")}
            stage.library.playbook = replace(stage.library.playbook, segments=segments)
        case "score":
            rules = (ScoreRule("r", "engagement", 5, "reads", event="message.read"),)
            stage.library.playbook = replace(stage.library.playbook, score_rules=rules)
        case "condition":
            sends += "\n- branch:\n    - {if: did('message.read') > 1, do: [add_to: reads]}\n    - else: {go: end}"
        case "metric":
            sends = (
                "- id: one\n  split: [{name: a, weight: 50}, {name: b, weight: 50}]\n  metric: message.read\n" + sends
            )
    await begin(stage, journey_of(sends))
    await tell(stage, READ)
    assert await events(stage) == ["message.delivered", "message.read"]


async def test_where_nothing_names_it_nothing_is_kept_or_looked_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(stage, journey_of("- send: {response: utter_offer, channels: [sms]}\n- wait: 30d"))
    async with stage.store.transaction() as uow:
        outbox = type(uow.outbox)
    monkeypatch.setattr(outbox, "by_key", None)  # whoever asks for the message fails
    assert await tell(stage, DELIVERED, READ) == 2
    monkeypatch.undo()
    assert await events(stage) == []


async def test_a_message_that_no_journey_sent_is_no_event(stage: Stage) -> None:
    await begin(stage, journey_of(UNTIL_READ))
    await stage.says("greet")
    await tell(stage, READ)
    await stage.queue("k", purpose=Purpose.SERVICE)
    await stage.settle()
    await tell(stage, READ, key="k")
    assert (await events(stage), await tags(stage)) == ([], [])


async def test_it_moves_nobody_who_has_opted_out(stage: Stage) -> None:
    await begin(stage, journey_of(UNTIL_READ))
    key = stage.sms.taken[-1].key
    await stage.says("stop")
    await tell(stage, READ, key=key)
    assert (await stage.enrolments(), await tags(stage)) == ([], [])


async def test_it_moves_nobody_of_whom_things_may_only_be_kept(stage: Stage) -> None:
    await begin(stage, journey_of(UNTIL_READ))
    async with stage.store.transaction() as uow:
        await restrict(uow, ANA, now=stage.clock.now())
    await tell(stage, READ)
    [run] = await stage.enrolments()
    assert (run.step, await tags(stage)) == ("waits", [])


async def test_what_a_journey_sends_because_of_it_wakes_whoever_delivers(stage: Stage) -> None:
    steps = """
        - send: {response: utter_offer, channels: [sms]}
        - wait: {for: message.failed, at_most: 1d}
        - send: {response: utter_tip, channels: [sms]}
    """
    stage.play(journey_of(steps))
    await stage.meet()
    await stage.consent()
    await stage.happens("demo.requested")
    await advance_due(stage.runtime)

    async def overtake(message: Any) -> None:
        status = DeliveryStatus("sms", "failed", f"sms-{message.key}", FAILED, "any", message.key)
        await receive(stage.runtime, stage.sms, [status])

    stage.sms.on_send = overtake
    async with stage.runtime.wakeups.listen(OUTBOX) as listener:
        await deliver_due(stage.runtime)
        assert await listener.wait(timedelta(milliseconds=10))


async def test_a_published_version_is_heard_though_its_file_says_no_more_of_it(stage: Stage) -> None:
    stage.runtime = replace(stage.runtime, publishing="on_command")
    published = journey_of(UNTIL_READ)
    async with stage.store.transaction() as uow:
        plan = await plan_publishing(uow, published)
    await publish(Publisher(stage.store, stage.clock, "Ana"), plan)
    await begin(stage, journey_of("- wait: 1d"))
    await tell(stage, READ)
    assert await tags(stage) == ["read"]


async def test_whoever_waits_in_an_older_version_hears_of_the_message_that_nothing_in_force_waits_for(
    stage: Stage,
) -> None:
    await begin(stage, journey_of(UNTIL_READ))
    stage.play(journey_of("- {id: offer, send: {response: utter_offer, channels: [sms]}}\n- wait: 30d"))
    await tell(stage, READ)
    assert await tags(stage) == ["read"]


async def test_whoever_waits_in_an_older_version_hears_of_another_journeys_message(stage: Stage) -> None:
    waits = "- wait: {for: message.read, if: happened.journey == 'news', at_most: 5d}\n- tag: read"
    news = journey_of("- {id: offer, send: {response: utter_offer, channels: [sms]}}\n- wait: 30d", name="news")
    await begin(stage, journey_of(waits), news)
    stage.play(journey_of("- wait: 30d"), news)
    await tell(stage, DELIVERED)
    assert await events(stage) == []
    await tell(stage, READ)
    assert await tags(stage) == ["read"]


async def test_of_a_message_that_no_step_has_sent_no_run_is_looked_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(stage, journey_of("- {id: offer, send: {response: utter_offer, channels: [sms]}}\n- wait: 30d"))
    await stage.says("greet")
    await stage.settle()
    async with stage.store.transaction() as uow:
        monkeypatch.setattr(type(uow.enrolments), "get", None)
    assert await tell(stage, DELIVERED, READ) == 2


async def test_a_version_that_cannot_be_read_costs_no_word_of_the_vendor(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(stage, journey_of("- {id: offer, send: {response: utter_offer, channels: [sms]}}\n- wait: 30d"))

    async def unreadable(*_: object) -> Journey:
        raise UnreadableJourney("written by a later release")

    async with stage.store.transaction() as uow:
        monkeypatch.setattr(type(uow.enrolments), "version", unreadable)
    assert await tell(stage, DELIVERED, READ) == 2
    assert await events(stage) == []
