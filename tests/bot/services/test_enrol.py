"""Enrol: who enters a journey, what moves them on, and what a fault of one journey costs: itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from structlog.testing import capture_logs

from bot.domain.delivery import OutboxStatus
from bot.domain.effects import ChangeScore, Emit, SetAttribute
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import Enrolment, EnrolmentStatus
from bot.services.enrol import LONGEST_CHAIN, tell_journeys
from bot.services.perform import Cause
from tests.bot.services.stage import ANA, Stage, journey_of, spoil

WAITS = """
- id: hold
  wait: {for: link.clicked, at_most: 2d}
- send: {response: utter_tip, channels: [sms]}
"""
SENDS = "- send: {response: utter_tip, channels: [sms]}"


UNREADABLE = EnrolmentId("unreadable")


async def unreadable(stage: Stage, sqlite_url: str, *, of: ProfileId = ANA) -> None:
    """An enrolment whose journey was written by a release that had other words."""
    journey = journey_of(WAITS, name="unreadable")
    now = stage.clock.now()
    async with stage.store.transaction() as uow:
        await uow.enrolments.publish(journey)
        waiting = Enrolment(
            UNREADABLE, journey.id, journey.version, of, now, "hold", due_at=now + timedelta(days=1),
            waiting_for=("link.clicked",), seq=1,
        )  # fmt: skip
        await uow.enrolments.add(waiting)
    spoil(sqlite_url, "UPDATE journey SET body = '{}' WHERE id = 'unreadable'")


async def places(stage: Stage) -> list[tuple[str, str]]:
    return [(one.journey, one.step) for one in await stage.enrolments()]


async def test_an_event_lets_people_into_the_journeys_that_begin_with_it(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(WAITS), journey_of(WAITS, "enter: {event: call.missed}", name="call-back"))
    await stage.happens("demo.requested", product="pro")
    assert await places(stage) == [("welcome", "hold")]
    (enrolment,) = await stage.enrolments()
    assert enrolment.data["event"] == {"product": "pro"}


async def test_nobody_enters_twice_at_once_nor_before_the_journey_allows_it(stage: Stage) -> None:
    await stage.meet()
    stage.play(
        journey_of(SENDS), journey_of(SENDS, "enter: {event: demo.requested, again: after 90d}", name="quarterly")
    )
    for _ in range(2):
        await stage.happens("demo.requested")
    assert len(await keys_of(stage)) == 2
    await stage.later(days=90)
    await stage.happens("demo.requested")
    assert [key.split(":")[0] for key in await keys_of(stage)].count("quarterly") == 2
    assert len(await keys_of(stage)) == 3


async def keys_of(stage: Stage) -> list[str]:
    """One `<journey>:<outcome>` for each time that somebody went through a journey."""
    items = [item for item in await stage.feed("explain") if item["type"] == "step"]
    return [f"{item['journey']}:{item['status']}" for item in items]


async def test_only_those_for_whom_the_condition_holds_enter(stage: Stage) -> None:
    await stage.meet(attributes={"country": "FR"})
    condition = "enter: {event: demo.requested, if: \"profile.country == 'GB' and lead.grade == 'A3'\"}"
    stage.play(journey_of(WAITS, condition))
    await stage.happens("demo.requested")
    assert await places(stage) == []
    await stage.do(SetAttribute("country", "GB"), ChangeScore("fit", 40, "80 people", "size"))
    await stage.happens("demo.requested")
    assert await places(stage) == [("welcome", "hold")]


async def test_an_event_moves_on_those_who_wait_for_it(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(journey_of(WAITS))
    await stage.happens("demo.requested")
    await stage.happens("page.seen")
    assert await places(stage) == [("welcome", "hold")]
    await stage.happens("link.clicked")
    await stage.settle()
    assert await places(stage) == []
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_an_exit_event_ends_the_journey_before_anything_else_of_it_happens(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(WAITS, "exit: {goal: event meeting.booked}"))
    await stage.happens("demo.requested")
    (before,) = await stage.enrolments()
    await stage.happens("meeting.booked")
    assert (await stage.enrolment(before.id)).status is EnrolmentStatus.DONE
    assert await places(stage) == []


async def test_people_inside_stay_on_the_version_that_they_entered(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(journey_of(WAITS))
    await stage.happens("demo.requested")
    stage.play(journey_of(WAITS.replace("utter_tip", "utter_offer")))
    await stage.happens("link.clicked")
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_a_step_whose_response_is_gone_parks_its_run_and_no_turn_fails(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(WAITS), journey_of(WAITS.replace("utter_tip", "utter_offer"), name="offers"))
    await stage.consent()
    await stage.happens("demo.requested")
    before = {one.journey: one for one in await stage.enrolments()}
    assistant = stage.library.playbook.assistant
    kept = {name: one for name, one in assistant.responses.items() if name != "utter_tip"}
    stage.library.playbook = replace(stage.library.playbook, assistant=replace(assistant, responses=kept))
    stage.actions.effects["action_lead"] = (Emit("link.clicked"),)
    await stage.says("lead")
    parked = await stage.enrolment(before["welcome"].id)
    assert parked.status is EnrolmentStatus.PARKED
    assert parked.reason == 'step hold failed: there is no response "utter_tip" any more'
    assert stage.sms.texts() == ["I am a machine. An offer."]


async def test_what_is_sent_has_the_journeys_purpose_and_window_and_a_key_of_its_own(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    journey = journey_of(SENDS, 'send_window: {hours: "09:00-20:00", days: mon-sat, zone: person, closed: wait}')
    stage.play(journey)
    await stage.happens("demo.requested")
    await stage.settle()
    (message,) = stage.sms.taken
    entry = await stage.entry(message.key)
    assert (entry.status, entry.purpose, entry.window) == (OutboxStatus.SENT, journey.purpose, journey.window)
    assert entry.enrolment_id is not None
    assert message.key.startswith(f"{entry.enrolment_id}:")


async def test_events_that_set_each_other_off_come_to_an_end(stage: Stage) -> None:
    await stage.meet()
    events = [Emit(f"event.{number}") for number in range(LONGEST_CHAIN + 1)]
    with capture_logs() as logs:
        async with stage.store.transaction() as uow:
            await tell_journeys(uow, stage.runtime, ANA, events, stage.clock.now())
    assert [(line["event"], line["event_name"]) for line in logs] == [
        ("events set each other off without end", f"event.{LONGEST_CHAIN}")
    ]


async def test_whoever_cannot_be_reached_leaves_a_decision_record(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of("- send: {response: utter_tip, channels: [webchat]}"))
    await stage.happens("demo.requested")
    (decision,) = await stage.decisions()
    assert (decision.outcome, decision.why) == ("withhold", "no address of this person on webchat")


async def test_a_run_of_a_version_that_cannot_be_read_is_parked_and_no_turn_fails(
    stage: Stage, sqlite_url: str
) -> None:
    await stage.meet()
    await unreadable(stage, sqlite_url)
    stage.actions.effects["action_lead"] = (Emit("link.clicked"), SetAttribute("name", "Ana"))
    await stage.says("lead")
    assert (await stage.enrolment(UNREADABLE)).status is EnrolmentStatus.PARKED
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes == {"name": "Ana"}


async def test_effects_of_a_cause_that_is_told_again_queue_nothing_anew(stage: Stage) -> None:
    await stage.meet()
    change = ChangeScore("engagement", 5, "again and again", "visit", again=True)
    for key in ("one", "one", "two"):
        await stage.do(change, cause=Cause(key, ANA))
    async with stage.store.transaction() as uow:
        assert len(await uow.scores.of(ANA)) == 2
