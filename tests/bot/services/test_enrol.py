"""Enrol: who enters a journey, what moves them on, and what a fault of one journey costs: itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from structlog.testing import capture_logs

from bot.domain.consent import Purpose
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import ChangeScore, Emit, SetAttribute
from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.ids import ProfileId
from bot.domain.journey import EnrolmentStatus
from bot.services.enrol import LONGEST_CHAIN, tell_journeys
from bot.services.perform import Cause
from tests.bot.services.enrolments import UNREADABLE, WAITS, places, tags_of, unreadable
from tests.bot.services.stage import ANA, Stage, capped, journey_of

SENDS = "- send: {response: utter_tip, channels: [sms]}"


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


async def test_what_a_run_did_is_told_with_what_its_steps_are(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(WAITS, "enter: {event: demo.requested}"))
    await stage.happens("demo.requested")
    (item,) = [item for item in await stage.feed("explain") if item["type"] == "step"]
    assert [(one["step"], one["title"]) for one in item["trail"]] == [("hold", "Wait for link.clicked")]
    assert item["person"] == (await stage.enrolments())[0].profile_id


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


IN_THE_AFTERNOON = 'send: {response: utter_tip, channels: [sms], send_window: {hours: "14:00-15:00"}}'


async def test_what_is_queued_is_not_sent_to_who_has_left_and_what_others_queued_is(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    steps = f"- {IN_THE_AFTERNOON}\n- wait: 5d"
    other = journey_of(steps.replace("utter_tip", "utter_offer"), name="offers")
    stage.play(journey_of(steps, "exit: {goal: event meeting.booked}"), other)
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.happens("meeting.booked")
    await stage.later(hours=2.5)
    assert stage.sms.texts() == ["I am a machine. An offer."]
    assert [(one.outcome, one.why) for one in await stage.decisions() if one.outcome == "withhold"] == [
        ("withhold", "they have left the journey: meeting.booked happened")
    ]


async def test_what_a_journey_says_as_it_sees_people_out_is_sent(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    steps = f"- wait: 1h\n- {IN_THE_AFTERNOON}\n- set: {{stage: customer}}\n- wait: 5d"
    stage.play(journey_of(steps, "exit: {when: \"profile.stage == 'customer'\"}"))
    await stage.happens("demo.requested")
    await stage.later(hours=1)
    assert await places(stage) == []
    await stage.later(hours=1.5)
    assert stage.sms.texts() == ["I am a machine. A tip."]


async def test_what_a_journey_queued_that_another_ran_is_not_sent_once_that_is_over(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    inner = journey_of(f"- {IN_THE_AFTERNOON}\n- wait: 5d", "enter: {event: never.happens}", name="inner")
    stage.play(journey_of("- run: {journey: inner}", "exit: {goal: event meeting.booked}"), inner)
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.happens("meeting.booked")
    await stage.later(hours=2.5)
    assert stage.sms.texts() == []


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


async def test_a_channel_that_is_not_set_up_is_passed_over_with_a_reason(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    sends = "- send: {{response: utter_tip, channels: [{}]}}\n"
    stage.play(journey_of(sends.format("whatsapp, sms") + sends.format("whatsapp")))
    await stage.happens("demo.requested")
    await stage.settle()
    decisions = [(one.channel, one.outcome) for one in await stage.decisions()]
    assert sorted(decisions) == [("sms", "send"), ("whatsapp", "withhold")]
    assert "whatsapp is not set up here" in [one.why for one in await stage.decisions()]


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


# ---------------------------------------------------------------- entries by segments, hold-outs, goals


async def test_a_segment_lets_in_those_who_come_into_it_and_another_those_who_leave(stage: Stage) -> None:
    await stage.meet()
    stage.play(
        journey_of("- add_to: came", "enter: {segment: big-teams}", name="inner"),
        journey_of("- add_to: left", "enter: {left_segment: big-teams}", name="outer"),
    )
    await stage.happens("segment.entered", segment="other")
    assert await tags_of(stage) == set()
    await stage.happens("segment.entered", segment="big-teams")
    assert await tags_of(stage) == {"came"}
    await stage.happens("segment.left", segment="big-teams")
    assert await tags_of(stage) == {"came", "left"}


async def test_somebody_may_be_inside_several_times_where_the_journey_lets_them(stage: Stage) -> None:
    await stage.meet()
    many = "enter: {event: order.placed, again: always}\nat_once: many"
    stage.play(journey_of(WAITS, many), journey_of(WAITS, "enter: {event: order.placed, again: always}", name="outer"))
    for number in range(3):
        await stage.happens("order.placed", number=number)
    inside = await stage.enrolments()
    assert {one.data["event"]["number"] for one in inside if one.journey == "welcome"} == {0, 1, 2}
    assert [one.data["event"]["number"] for one in inside if one.journey == "outer"] == [0]


async def test_those_who_are_held_out_are_counted_and_their_goal_is_too(stage: Stage) -> None:
    people = [ProfileId(f"person-{number}") for number in range(30)]
    head = "holdout: 50%\nexit: {goal: event meeting.booked within 30d}"
    stage.play(journey_of(SENDS, head))
    for number, person in enumerate(people):
        await stage.meet(person, phone=f"+4477009002{number:02}")
        await stage.consent(of=person)
        await stage.happens("demo.requested", to=person)
    await stage.settle()
    assert 0 < len(stage.sms.taken) < 30
    stage.clock.forward(timedelta(days=29))
    for person in people[:20]:
        await stage.happens("meeting.booked", to=person)
    stage.clock.forward(timedelta(days=2))
    for person in people:
        await stage.happens("meeting.booked", to=person)
    since = stage.clock.now() - timedelta(days=99)
    async with stage.store.transaction() as uow:
        missed = [await uow.enrolments.reach_goal(one, "welcome", since=since, at=since) for one in people]
    assert missed == [0] * 20 + [1] * 10


async def test_a_goal_inside_is_noted_with_its_time(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(WAITS, "exit: {goal: event meeting.booked}"))
    await stage.happens("demo.requested")
    (before,) = await stage.enrolments()
    assert before.goal_at is None
    await stage.happens("meeting.booked")
    assert (await stage.enrolment(before.id)).goal_at == stage.clock.now()


# ---------------------------------------------------------------- endpoints

TELLS = """
- id: tell
  webhook: {to: billing, body: {size: "= event.size"}}
  failed: {do: [add_to: not-told]}
- add_to: gone-on
"""


async def test_an_endpoint_is_told_once_and_then_the_journey_goes_on(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(TELLS))
    await stage.happens("demo.requested", size=50)
    (before,) = await stage.enrolments()
    assert await tags_of(stage) == set()
    await stage.settle()
    assert stage.endpoints.told == {f"{before.id}:tell:1": ("billing", {"size": 50})}
    assert await tags_of(stage) == {"gone-on"}


async def test_an_endpoint_that_is_away_is_told_later(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(TELLS))
    stage.endpoints.faults.extend([TemporarySendError("away"), TemporarySendError("away")])
    await stage.happens("demo.requested")
    await stage.settle()
    assert await tags_of(stage) == set()
    for _ in range(3):
        await stage.later(minutes=1)
    assert len(stage.endpoints.told) == 1
    assert await tags_of(stage) == {"gone-on"}


async def test_an_endpoint_that_refuses_goes_the_way_of_failures(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(TELLS))
    stage.endpoints.faults.append(PermanentSendError("the endpoint answered 400"))
    await stage.happens("demo.requested")
    await stage.settle()
    assert await tags_of(stage) == {"not-told", "gone-on"}


async def test_a_step_that_fails_at_once_and_is_tried_again_at_once_stops_its_run_and_nothing_else(
    stage: Stage,
) -> None:
    await stage.meet()
    stage.play(journey_of(TELLS.replace("{do: [add_to: not-told]}", "{go: tell}")))
    await stage.happens("demo.requested", size=50)
    (before,) = await stage.enrolments()
    stage.endpoints.names.remove("billing")
    await stage.settle()
    stopped = await stage.enrolment(before.id)
    assert stopped.status is EnrolmentStatus.PARKED
    assert stopped.reason == (
        '20 times in a row it failed at once, the last time because OVERTURE_ENDPOINTS has no "billing" any more; '
        "put a wait into the loop"
    )


async def test_an_endpoint_that_the_settings_have_no_more_fails_at_once(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(TELLS))
    stage.endpoints.names.remove("billing")
    await stage.happens("demo.requested")
    assert await tags_of(stage) == {"not-told", "gone-on"}


# ---------------------------------------------------------------- which message goes first


async def test_the_cap_falls_on_the_journey_of_the_lower_priority(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.rule(capped(1))
    low = journey_of(SENDS, "priority: 20", name="inner")
    high = journey_of(SENDS.replace("utter_tip", "utter_offer"), "priority: 80", name="outer")
    stage.play(low, high)
    await stage.happens("demo.requested")
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. An offer."]
    assert [one.outcome for one in await stage.decisions()] == ["send", "withhold"]


async def test_a_message_that_waits_for_the_cap_goes_when_one_may_go_again(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.rule(capped(1))
    waiting = SENDS.replace("utter_tip, channels: [sms]", "utter_offer, channels: [sms], cap: wait")
    stage.play(journey_of(SENDS, name="inner"), journey_of("- wait: 1d\n" + waiting))
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.later(days=1)
    assert len(stage.sms.taken) == 1
    await stage.later(days=5, hours=23)
    assert len(stage.sms.taken) == 1
    await stage.later(hours=1, seconds=2)
    assert stage.sms.texts()[1:] == ["An offer."]


async def test_a_message_of_closed_hours_may_be_left_out(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    own = "- send: {response: utter_tip, channels: [sms], send_window: {hours: '02:00-03:00', closed: skip}}"
    stage.play(journey_of(own + "\n" + SENDS.replace("utter_tip", "utter_offer")))
    await stage.happens("demo.requested")
    await stage.settle()
    await stage.later(days=2)
    assert stage.sms.texts() == ["I am a machine. An offer."]
    assert "and then it is left out" in (await stage.decisions())[0].why


async def test_a_service_journey_keeps_to_its_window_and_to_caps_on_service(stage: Stage) -> None:
    await stage.meet()
    cap = replace(capped(1).caps[0], purpose=Purpose.SERVICE)
    stage.rule(replace(capped(1), caps=(cap,)))
    at_two = "send_window: {hours: '02:00-03:00'}"
    stage.play(
        journey_of(SENDS, at_two, purpose="service"),
        journey_of(SENDS, "enter: {event: call.missed}", name="inner", purpose="service"),
    )
    await stage.happens("demo.requested")
    await stage.settle()
    assert stage.sms.texts() == []
    for _ in range(24):
        await stage.later(hours=1)
    assert stage.sms.texts() == ["I am a machine. A tip."]
    await stage.happens("call.missed")
    await stage.settle()
    assert len(stage.sms.taken) == 1
