"""Offers: who of the desk is asked to take a hand-off, who is told when nobody does, and giving it to a colleague."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.domain.effects import RequestHandoff
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.message import DeskAction, DeskLine, DeskOpened, DeskPage, DeskReply, DeskVerb
from bot.domain.person import Identity
from bot.domain.routing import DaysOff, DeskPlan, Escalation, Rep, Route, WorkingHours
from bot.domain.send_window import SendWindow
from bot.services.receive import receive
from bot.services.respect_wishes import lift_restriction, restrict
from tests.bot.dialogue.chat import assistant_of
from tests.bot.services.stage import ANA, ASSISTANT, PHONE, VISITOR, Stage, journey_of

LIMA, OKORO = Rep("ana", "Ana Lima", "U0ANA0001"), Rep("ben", "Ben Okoro", "U0BEN0001")
MINUTE = timedelta(minutes=1)
STILL_BUSY = 'responses: {utter_nobody_yet: [{text: "Still busy."}]}'
PLAN = DeskPlan(
    "slack:#sales",
    {"ana": LIMA, "ben": OKORO},
    (Route("germany", ("ben",), "customer.country == 'DE'"), Route("rest", ("ana", "ben"))),
    (Escalation(15 * MINUTE, ("ben",)), Escalation(60 * MINUTE, ("everybody",), "support")),
)


@pytest.fixture
def desk(stage: Stage) -> Stage:
    stage.library.playbook = replace(stage.library.playbook, desk_plans=(PLAN,))
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    return stage


async def requested(stage: Stage) -> Handoff:
    await stage.meet(attributes={"name": "Zoe"})
    await stage.says("lead")
    return await stage.handoff()


async def assign(stage: Stage, handoff: Handoff, member: str, name: str = "", *, rep: str = "Ana Lima") -> None:
    action = DeskAction("slack", f"assign:{member}:{name}", handoff.id, DeskVerb.ASSIGN, rep, words=name, member=member)
    await receive(stage.runtime, stage.slack, [action])
    await stage.settle()


async def test_a_hand_off_is_offered_to_somebody_by_name_and_the_timeline_says_why(desk: Stage) -> None:
    handoff = await requested(desk)
    assert (handoff.state, handoff.offered_to) == (HandoffState.REQUESTED, "Ana Lima")
    shown = desk.card()
    assert (shown.offered_to, shown.member) == ("Ana Lima", "U0ANA0001")
    assert shown.offered_why == "route rest; it is the turn of Ana Lima among 2"
    async with desk.store.transaction() as uow:
        [told] = [one for one in await uow.timeline.of(ANA, limit=20) if one.event == "handoff.offered"]
    assert told.data == {"desk": "slack", "rep": "Ana Lima", "route": "rest", "why": shown.offered_why}


async def test_the_next_one_is_the_next_reps(desk: Stage) -> None:
    first = await requested(desk)
    await desk.click(first, DeskVerb.RESOLVE)
    await desk.says("lead")
    assert (await desk.handoff()).offered_to == "Ben Okoro"


async def test_the_country_is_what_they_said_or_that_of_their_number(desk: Stage) -> None:
    await desk.meet(attributes={"country": "de"})
    await desk.says("lead")
    assert (await desk.handoff()).offered_to == "Ben Okoro"


async def test_where_nobody_answers_others_are_told_one_after_the_other(desk: Stage) -> None:
    await requested(desk)
    await desk.later(minutes=14)
    before = len(desk.desk_lines())
    await desk.later(minutes=1)
    [told] = desk.desk_lines()[before:]
    assert told.text == "Nobody has claimed Zoe within 15 minutes; it was offered to Ana Lima."
    assert (told.mentions, told.to_all) == (("U0BEN0001",), True)
    await desk.later(minutes=45)
    to_all, elsewhere = [one for one in desk.slack.taken if isinstance(one.content, DeskLine)][before + 1 :]
    assert isinstance(to_all.content, DeskLine)
    assert to_all.content.mentions == ("everybody",)
    assert (elsewhere.address, elsewhere.thread) == ("#support", None)
    async with desk.store.transaction() as uow:
        told_of = [one for one in await uow.timeline.of(ANA, limit=20) if one.event == "handoff.overdue"]
    assert [one.data["within"] for one in told_of] == [3600, 900]


@pytest.mark.parametrize("verb", [DeskVerb.CLAIM, DeskVerb.RESOLVE])
async def test_a_claim_or_an_end_stops_the_clock(desk: Stage, verb: DeskVerb) -> None:
    handoff = await requested(desk)
    await desk.click(handoff, verb)
    before = len(desk.desk_lines())
    await desk.later(hours=3)
    assert desk.desk_lines()[before:] == []


async def test_out_of_hours_nobody_is_offered_it_until_the_desk_opens_and_the_clock_begins_then(desk: Stage) -> None:
    """The clock of the test stands at noon on Monday; the desk is closed until ten on Wednesday, for a holiday."""
    hours = WorkingHours(SendWindow(time(10), time(11), zone="UTC"), (DaysOff(*[date(2026, 11, 24)] * 2),))
    desk.library.playbook = replace(desk.library.playbook, desk_plans=(replace(PLAN, hours=hours),))
    handoff = await requested(desk)
    assert handoff.offered_to == ""
    assert "We are back Wednesday at 10:00." in desk.sms.texts()
    await desk.later(hours=45)
    assert (await desk.handoff()).offered_to == ""
    await desk.later(hours=1)
    assert desk.clock.now() == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert (await desk.handoff()).offered_to == desk.card().offered_to == "Ana Lima"
    assert desk.desk_lines()[-1].mentions == ("U0ANA0001",)
    await desk.later(minutes=15)
    assert desk.desk_lines()[-1].text.startswith("Nobody has claimed Zoe within 15 minutes")


async def test_a_day_that_becomes_a_closed_one_is_no_time_to_remind_anybody(desk: Stage) -> None:
    """It is noon on Monday; while a first reply is due, and while a hand-off waits for Tuesday, Tuesday is closed."""
    open_late = WorkingHours(SendWindow(time(9), time(12, 10), zone="UTC"))
    desk.library.playbook = replace(desk.library.playbook, desk_plans=(replace(PLAN, hours=open_late),))
    await requested(desk)
    before = len(desk.desk_lines())
    closed = replace(open_late, holidays=(DaysOff(*[date(2026, 11, 24)] * 2),))
    desk.library.playbook = replace(desk.library.playbook, desk_plans=(replace(PLAN, hours=closed),))
    await desk.later(hours=44)
    assert desk.desk_lines()[before:] == []
    await desk.later(hours=1, minutes=5)
    assert desk.clock.now() == datetime(2026, 11, 25, 9, 5, tzinfo=UTC)
    assert [one.text[:28] for one in desk.desk_lines()[before:]] == ["Nobody has claimed Zoe withi"]


async def test_what_came_out_of_hours_waits_on_where_the_day_of_the_opening_becomes_a_closed_one(desk: Stage) -> None:
    mornings = WorkingHours(SendWindow(time(9), time(11), zone="UTC"))
    desk.library.playbook = replace(desk.library.playbook, desk_plans=(replace(PLAN, hours=mornings),))
    await requested(desk)
    closed = replace(mornings, holidays=(DaysOff(*[date(2026, 11, 24)] * 2),))
    desk.library.playbook = replace(desk.library.playbook, desk_plans=(replace(PLAN, hours=closed),))
    await desk.later(hours=22)
    assert (await desk.handoff()).offered_to == ""
    await desk.later(hours=23)
    assert (await desk.handoff()).offered_to == "Ana Lima"


async def test_what_nobody_has_is_offered_to_the_colleague_who_is_told(desk: Stage) -> None:
    handoff = await requested(desk)
    await assign(desk, handoff, "U0BEN0001")
    given = await desk.handoff()
    assert (given.state, given.offered_to) == (HandoffState.REQUESTED, "Ben Okoro")
    assert desk.card().offered_why == "Ana Lima asks for them"
    assert desk.desk_lines()[-1] == DeskLine(
        "Overture", "Ana Lima asks Ben Okoro to take this conversation.", mentions=("U0BEN0001",)
    )
    await desk.later(minutes=15)
    assert "it was offered to Ben Okoro" in desk.desk_lines()[-1].text


async def test_the_floor_is_passed_on_and_both_and_the_customer_hear_of_it(desk: Stage) -> None:
    handoff = await requested(desk)
    await desk.click(handoff, DeskVerb.CLAIM, "Ana Lima")
    await assign(desk, handoff, "U0BEN0001", rep="Cleo")
    assert (await desk.handoff()).rep == desk.card().claimed_by == "Ben Okoro"
    told = desk.desk_lines()[-1]
    assert told.text == "Cleo has given this conversation to Ben Okoro. Ana Lima had it before."
    assert told.mentions == ("U0BEN0001", "U0ANA0001")
    assert desk.sms.texts()[-1] == "Ben Okoro has joined."


async def test_a_colleague_whom_no_file_names_is_taken_by_the_name_that_the_desk_knows(desk: Stage) -> None:
    handoff = await requested(desk)
    await assign(desk, handoff, "U0NOBODY1", "dora")
    assert (await desk.handoff()).offered_to == "dora"
    await assign(desk, handoff, "U0NOBODY2")
    assert (await desk.handoff()).offered_to == "dora"
    assert desk.desk_lines()[-1].text.startswith("Nobody here knows the name of that colleague yet")
    await assign(desk, handoff, "U0NOBODY1", "dora", rep="Ben")
    assert desk.desk_lines()[-1].text.startswith("Nobody here knows"), "the same choice twice changes nothing"


async def test_whoever_is_in_the_file_acts_under_the_name_that_it_has_for_them(desk: Stage) -> None:
    await requested(desk)
    reply = DeskReply("slack", "1", f"slack-{desk.cards()[0]}", "Hello", "ana.l", rep_member="U0ANA0001")
    await receive(desk.runtime, desk.slack, [reply])
    await desk.settle()
    assert (await desk.handoff()).rep == "Ana Lima"
    assert desk.sms.texts()[-2:] == ["Ana Lima has joined.", "Hello"]


async def test_the_card_says_how_to_reach_them_and_in_which_journey_they_are(desk: Stage) -> None:
    desk.play(journey_of("- wait: 9d"))
    await desk.meet(attributes={"name": "Zoe", "email": "zoe@example.com"})
    async with desk.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "zoe@example.com"), desk.clock.now())
    await desk.happens("demo.requested")
    await desk.says("lead")
    assert desk.card().facts == (
        ("Name", "Zoe"),
        ("Email", "zoe@example.com"),
        ("Phone", PHONE),
        ("In the journey", "welcome"),
        ("Consent to marketing", "never asked"),
    )


# ---------------------------------------------------------------- their own pages


async def opens(desk: Stage, member: str) -> None:
    opened = DeskOpened("slack", f"home:{member}", f"T0/{member}", "", member)
    await receive(desk.runtime, desk.slack, [opened])
    await desk.settle()


def page(desk: Stage, member: str) -> DeskPage:
    pages = [one for one in desk.slack.taken if isinstance(one.content, DeskPage) and one.address == f"T0/{member}"]
    content = pages[-1].content
    assert isinstance(content, DeskPage)
    return content


async def test_a_rep_in_the_desks_file_sees_on_their_page_what_they_are_offered(desk: Stage) -> None:
    await opens(desk, LIMA.member)
    assert page(desk, LIMA.member) == DeskPage("Ana Lima"), "nobody had to say who that is"
    await requested(desk)
    [lead] = page(desk, LIMA.member).leads
    assert (lead.customer, lead.claimed) == ("Zoe", False)


async def test_what_is_given_to_a_colleague_goes_from_one_page_to_the_other(desk: Stage) -> None:
    for rep in (LIMA, OKORO):
        await opens(desk, rep.member)
    handoff = await requested(desk)
    await assign(desk, handoff, OKORO.member)
    assert [len(page(desk, rep.member).leads) for rep in (LIMA, OKORO)] == [0, 1]
    await desk.click(await desk.handoff(), DeskVerb.CLAIM, rep="Ben Okoro")
    assert page(desk, OKORO.member).leads[0].claimed
    await assign(desk, await desk.handoff(), LIMA.member, rep="Ben Okoro")
    assert [len(page(desk, rep.member).leads) for rep in (LIMA, OKORO)] == [1, 0]


# ---------------------------------------------------------------- beside the customer's own time


async def test_when_a_customer_has_waited_long_enough_the_desks_file_says_what_its_thread_reads(desk: Stage) -> None:
    assistant = assistant_of(ASSISTANT, STILL_BUSY)
    desk.library.playbook = replace(desk.library.playbook, assistant=assistant)
    desk.webchat.abilities = replace(desk.webchat.abilities, extras=True)
    desk.runtime = replace(desk.runtime, desk_answers_within=15 * MINUTE)
    await desk.says("lead", channel="webchat")
    before = len(desk.desk_lines())
    await desk.later(minutes=15)
    [told] = desk.desk_lines()[before:]
    assert told.text.startswith("Nobody has claimed")
    assert desk.webchat.texts()[-1] == "Still busy."


# ---------------------------------------------------------------- of whom is restricted


async def restricted(desk: Stage) -> int:
    """How much the desk has read until then."""
    desk.clock.forward(MINUTE)
    async with desk.store.transaction() as uow:
        await restrict(uow, ANA, now=desk.clock.now())
    return len(desk.desk_lines())


async def test_of_whom_is_restricted_nobody_is_reminded_and_the_thread_says_why_once(desk: Stage) -> None:
    await requested(desk)
    before = await restricted(desk)
    await desk.later(hours=5)
    assert [one.text[:59] for one in desk.desk_lines()[before:]] == [
        "What is kept of this customer may only be kept since 23 Nov"
    ]
    async with desk.store.transaction() as uow:
        await lift_restriction(uow, ANA, informed="by letter", now=desk.clock.now())
    await desk.later(minutes=15)
    told = [one.text for one in desk.desk_lines()[before + 1 :]]
    assert "Nobody has claimed Zoe within 15 minutes; it was offered to Ana Lima." in told
    assert any("within 1 hour" in one for one in told)


async def test_who_writes_while_they_are_restricted_is_waited_for_no_longer(desk: Stage) -> None:
    await requested(desk)
    before = await restricted(desk)
    await desk.says("greet")
    await desk.later(minutes=14)
    assert any("within 15 minutes" in one.text for one in desk.desk_lines()[before:])


async def test_a_rested_hand_off_that_a_rep_takes_or_ends_is_over(desk: Stage) -> None:
    handoff = await requested(desk)
    await restricted(desk)
    await desk.later(hours=1)
    await desk.click(handoff, DeskVerb.RESOLVE)
    before = len(desk.desk_lines())
    async with desk.store.transaction() as uow:
        await lift_restriction(uow, ANA, informed="by letter", now=desk.clock.now())
    await desk.later(hours=3)
    assert desk.desk_lines()[before:] == []


async def test_a_snoozed_hand_off_of_whom_is_restricted_comes_back_when_that_is_lifted(desk: Stage) -> None:
    handoff = await requested(desk)
    await desk.click(handoff, DeskVerb.SNOOZE, words="1h")
    before = await restricted(desk)
    await desk.later(hours=4)
    assert [one for one in desk.desk_lines()[before:] if "is waiting" in one.text] == []
    async with desk.store.transaction() as uow:
        await lift_restriction(uow, ANA, informed="by letter", now=desk.clock.now())
    await desk.later(minutes=15)
    assert any("Zoe is waiting" in one.text for one in desk.desk_lines()[before:])


async def test_who_is_restricted_is_not_asked_how_to_be_reached_when_nobody_came(desk: Stage) -> None:
    desk.library.playbook = replace(desk.library.playbook, assistant=assistant_of(ASSISTANT, STILL_BUSY))
    desk.webchat.abilities = replace(desk.webchat.abilities, extras=True)
    desk.runtime = replace(desk.runtime, desk_answers_within=15 * MINUTE)
    await desk.says("lead", channel="webchat")
    person = (await desk.at("webchat", VISITOR)).profile_id
    desk.clock.forward(MINUTE)
    async with desk.store.transaction() as uow:
        await restrict(uow, person, now=desk.clock.now())
    await desk.later(hours=1)
    async with desk.store.transaction() as uow:
        await lift_restriction(uow, person, informed="by letter", now=desk.clock.now())
    await desk.later(minutes=15)
    assert "Still busy." not in desk.webchat.texts(), "which would come too late to be of use"
