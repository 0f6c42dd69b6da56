"""CRM events: who is meant, what moves by them, and that unsubscribing there ends all marketing here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import Purpose, Wish, all_standing, has_opted_out, standing_consent
from bot.domain.crm import CrmEvent, CrmMerge
from bot.domain.delivery import OutboxStatus
from bot.domain.ids import ProfileId
from bot.domain.opt_out_question import Asking, OptOutQuestion, OptOutQuestionId
from bot.domain.person import Identity, Profile
from bot.services import take_events
from bot.services.change_preferences import stop_marketing
from bot.services.merge_people import merge_people, part_people
from bot.services.take_crm_events import take_crm_events
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of

BEA = ProfileId("bea")


@pytest.fixture
async def linked(stage: Stage) -> Stage:
    """Ana, with consent on her phone, is record 17 of the CRM."""
    await stage.meet()
    await stage.consent()
    async with stage.store.transaction() as uow:
        await uow.crm_links.put("crm", ANA, "17")
    stage.clock.forward(timedelta(minutes=1))
    return stage


def moved(stage: Stage, *, event_id: str = "e1", record: str = "17", lead: str = "") -> CrmEvent:
    return CrmEvent(event_id, "stage_changed", record, stage.clock.now(), lead, {"stage": "customer"})


def unsubscribed(stage: Stage, *, ago: timedelta = timedelta()) -> CrmEvent:
    return CrmEvent("u1", "unsubscribed", "17", stage.clock.now() - ago)


async def timeline(stage: Stage, who: ProfileId = ANA) -> list[tuple[str, dict[str, object]]]:
    async with stage.store.transaction() as uow:
        return [(one.event, dict(one.data)) for one in reversed(await uow.timeline.of(who, limit=100))]


async def attributes(stage: Stage) -> object:
    async with stage.store.transaction() as uow:
        return (await uow.profiles.get(ANA)).attributes


async def test_of_a_record_that_was_merged_over_there_it_goes_on_under_the_other_id(linked: Stage) -> None:
    """Otherwise nobody would hear that they unsubscribe there."""
    now = linked.clock.now()
    again, first = CrmMerge(("20",), "30", now), CrmMerge(("17", "18"), "20", now - timedelta(minutes=1))
    counts = await take_crm_events(linked.runtime, "crm", [moved(linked), again, first])
    assert counts == {"taken": 3, "duplicates": 0, "ignored": 0}
    counts = await take_crm_events(linked.runtime, "crm", [first, replace(unsubscribed(linked), record="30")])
    assert counts == {"taken": 1, "duplicates": 0, "ignored": 1}
    async with linked.store.transaction() as uow:
        assert await uow.crm_links.get("crm", ANA) == "30"
        assert has_opted_out(await uow.consents.of(ANA))


async def test_a_new_stage_lets_its_person_into_a_journey_once(linked: Stage) -> None:
    linked.play(journey_of("- set: {stage: = event.stage}", "enter: {event: crm.stage_changed, again: after 1s}"))
    for counts in ({"taken": 1, "duplicates": 0}, {"taken": 0, "duplicates": 1}):
        assert await take_crm_events(linked.runtime, "crm", [moved(linked)]) == {**counts, "ignored": 0}
        linked.clock.forward(timedelta(minutes=1))
    assert await attributes(linked) == {"stage": "customer"}
    assert await timeline(linked) == [("crm.stage_changed", {"crm": "crm", "stage": "customer"})]


async def test_events_of_two_records_may_be_called_the_same(linked: Stage) -> None:
    async with linked.store.transaction() as uow:
        await uow.profiles.add(Profile(BEA, linked.clock.now()))
        await uow.crm_links.put("crm", BEA, "18")
    counts = await take_crm_events(linked.runtime, "crm", [moved(linked), moved(linked, record="18")])
    assert counts == {"taken": 2, "duplicates": 0, "ignored": 0}


async def test_a_journey_that_waits_for_a_new_owner_goes_on(linked: Stage) -> None:
    linked.play(journey_of("- wait: {for: crm.owner_changed, at_most: 5d}\n- set: {owned: true}"))
    await linked.happens("demo.requested")
    await linked.settle()
    event = CrmEvent("o1", "owner_changed", "17", linked.clock.now(), data={"owner": "77"})
    await take_crm_events(linked.runtime, "crm", [event])
    await linked.settle()
    assert await attributes(linked) == {"owned": True}


async def test_somebody_is_also_found_by_our_own_id(linked: Stage) -> None:
    await take_crm_events(linked.runtime, "crm", [moved(linked, record="", lead=ANA)])
    assert len(await timeline(linked)) == 1


async def test_of_people_whom_nobody_knows_here_nothing_is_kept(linked: Stage) -> None:
    events = [moved(linked, record="99"), moved(linked, event_id="e2", record="", lead="nobody")]
    assert await take_crm_events(linked.runtime, "crm", events) == {"taken": 0, "duplicates": 0, "ignored": 2}
    assert (await take_crm_events(linked.runtime, "other", [moved(linked)]))["ignored"] == 1
    assert await timeline(linked) == []


async def test_a_record_of_two_people_tells_of_both(linked: Stage) -> None:
    async with linked.store.transaction() as uow:
        await uow.profiles.add(Profile(BEA, linked.clock.now()))
        await uow.crm_links.put("crm", BEA, "17")
    for counts in ({"taken": 2, "duplicates": 0}, {"taken": 0, "duplicates": 2}):
        assert await take_crm_events(linked.runtime, "crm", [moved(linked)]) == {**counts, "ignored": 0}
    assert len(await timeline(linked, BEA)) == 1


async def test_who_unsubscribes_there_has_opted_out_of_everything_here(linked: Stage) -> None:
    async with linked.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", "visitor-1", verified=True), linked.clock.now())
    await linked.queue("offer", due_at=linked.clock.now() + timedelta(days=1))
    linked.play(journey_of("- set: {asked: why}", "enter: {event: crm.unsubscribed}", purpose="service"))
    await take_crm_events(linked.runtime, "crm", [unsubscribed(linked)])
    assert not await linked.may_send()
    assert (await linked.entry("offer")).status is OutboxStatus.WITHHELD
    async with linked.store.transaction() as uow:
        records = [one for one in await uow.consents.of(ANA) if not one.granted]
        suppressed = await uow.consents.suppression("sms", PHONE)
    assert {(one.how, one.purpose) for one in records} == {("in crm", Purpose.MARKETING)}
    assert suppressed is not None
    assert await attributes(linked) == {"asked": "why"}, "a service journey may enter on it"


def unsubscribed_from_mail(stage: Stage) -> CrmEvent:
    return replace(unsubscribed(stage), channel="email", only_there=True)


async def standing(stage: Stage) -> dict[str, bool]:
    async with stage.store.transaction() as uow:
        found = all_standing(await uow.consents.of(ANA))
    return {channel: one.granted for (purpose, channel), one in found.items() if purpose is Purpose.MARKETING}


async def test_who_unsubscribes_there_from_one_kind_of_e_mail_gets_no_e_mail_and_keeps_the_rest(linked: Stage) -> None:
    """Also where the channel is not set up: it may be tomorrow."""
    await linked.consent(channel="email")
    async with linked.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "ana@example.com"), linked.clock.now())
    linked.play(journey_of("- wait: 9d\n- send: {response: utter_offer, channels: [sms]}"))
    await linked.happens("demo.requested")
    linked.clock.forward(timedelta(minutes=1))
    await take_crm_events(linked.runtime, "crm", [unsubscribed_from_mail(linked)])
    assert await standing(linked) == {"sms": True, "email": False}
    async with linked.store.transaction() as uow:
        assert await uow.consents.refusal("email", "ana@example.com") is not None
        assert await uow.consents.suppression("sms", PHONE) is None
    assert len(await linked.enrolments()) == 1
    before = await standing(linked)
    await take_crm_events(linked.runtime, "crm", [replace(unsubscribed_from_mail(linked), id="u2")])
    assert await standing(linked) == before, "another kind of e-mail says nothing new"


async def test_it_settles_no_question_about_another_channel(linked: Stage) -> None:
    await linked.consent(channel="email")
    now = linked.clock.now()
    question = OptOutQuestion(
        OptOutQuestionId("q1"), ANA, Asking.DOUBT, "sms", PHONE, "Stop?", asked_at=now, ends_at=now + timedelta(hours=1)
    )
    async with linked.store.transaction() as uow:
        await uow.opt_out_questions.add(question)
    await take_crm_events(linked.runtime, "crm", [unsubscribed_from_mail(linked)])
    async with linked.store.transaction() as uow:
        assert await uow.opt_out_questions.unsettled(ANA)


async def test_who_wanted_nothing_but_e_mail_has_opted_out(stage: Stage) -> None:
    await stage.meet()
    await stage.consent(channel="email")
    async with stage.store.transaction() as uow:
        await uow.crm_links.put("crm", ANA, "17")
    stage.play(journey_of("- wait: 9d\n- send: {response: utter_offer, channels: [sms]}"))
    await stage.happens("demo.requested")
    stage.clock.forward(timedelta(minutes=1))
    await take_crm_events(stage.runtime, "crm", [unsubscribed_from_mail(stage)])
    assert not any((await standing(stage)).values())
    assert await stage.enrolments() == []


async def test_an_opt_out_counts_however_late_it_is_told(linked: Stage) -> None:
    await take_crm_events(linked.runtime, "crm", [unsubscribed(linked, ago=timedelta(days=30))])
    assert not await linked.may_send()


async def test_the_echo_of_our_own_opt_out_adds_none(linked: Stage) -> None:
    await linked.says("stop")
    async with linked.store.transaction() as uow:
        before = await uow.consents.of(ANA)
    await take_crm_events(linked.runtime, "crm", [unsubscribed(linked)])
    async with linked.store.transaction() as uow:
        assert await uow.consents.of(ANA) == before


async def test_an_opt_out_of_who_was_merged_with_somebody_who_had_opted_out_is_theirs_too(linked: Stage) -> None:
    """It holds though they are parted: until then it was only the other one's."""
    await linked.meet(BEA, phone="+447700900124")
    async with linked.store.transaction() as uow:
        now = linked.clock.now()
        await stop_marketing(uow, linked.runtime, BEA, Wish("a letter", now - timedelta(seconds=1)))
        await merge_people(uow, linked.runtime, ANA, BEA, who="a test", why="a test", now=now)
    linked.clock.forward(timedelta(minutes=1))
    await take_crm_events(linked.runtime, "crm", [unsubscribed(linked)])
    linked.clock.forward(timedelta(minutes=1))
    async with linked.store.transaction() as uow:
        await part_people(uow, linked.runtime, ANA, now=linked.clock.now())
    assert not await linked.may_send()


async def test_an_opt_out_holds_though_journeys_cannot_be_told_of_it(
    linked: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(take_events, "tell_journeys", broken)
    counts = await take_crm_events(linked.runtime, "crm", [unsubscribed(linked)])
    assert counts["taken"] == 1
    assert not await linked.may_send()


async def test_what_a_crm_was_told_by_us_of_one_channel_comes_back_as_no_opt_out_of_all(linked: Stage) -> None:
    await linked.consent(False, channel="email")
    linked.clock.forward(timedelta(minutes=1))
    echo = replace(unsubscribed(linked), channel="email")
    assert (await take_crm_events(linked.runtime, "crm", [echo]))["taken"] == 1
    async with linked.store.transaction() as uow:
        sms = standing_consent(await uow.consents.of(ANA), Purpose.MARKETING, "sms")
    assert sms is not None
    assert sms.granted
    other = replace(unsubscribed(linked), id="u2", channel="sms")
    await take_crm_events(linked.runtime, "crm", [other])
    async with linked.store.transaction() as uow:
        assert has_opted_out(await uow.consents.of(ANA))
