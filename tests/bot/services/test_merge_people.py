"""Two profiles of one person: what becomes of what both have, and how it is undone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.database import Database
from bot.domain.consent import ConsentRecord, Purpose, Suppression, standing_consent
from bot.domain.errors import CannotMerge, PersonGone
from bot.domain.ids import ProfileId
from bot.domain.journey import EnrolmentStatus
from bot.domain.merging import Merge
from bot.domain.message import CustomerMessage, PageReport
from bot.domain.person import Identity, Profile
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.domain.score import ScoreChange, total_score
from bot.domain.timeline import PersonEvent
from bot.services.converse import converse
from bot.services.know_person import NoSuchPerson, by_id
from bot.services.merge_people import OPTED_OUT, TWICE, merge_people, part_people, refused_by_the_other
from bot.services.receive import receive
from bot.services.respect_wishes import note_objection, restrict
from bot.services.start_conversation import start_conversation
from bot.services.take_events import Told, take_events
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of
from tests.contracts.samples import NOON
from tests.manual_clock import ManualClock

BEA, BEAS_PHONE, MAIL = ProfileId("bea"), "+447700900456", "ana@example.com"


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    """On SQLite, and on PostgreSQL."""
    return Stage(store, clock)


@pytest.fixture
async def two(stage: Stage) -> Stage:
    """Ana, and a day later Bea, who is she."""
    await stage.meet(attributes={"team_size": 50, "name": "Ana", "stage": None})
    stage.clock.forward(timedelta(days=1))
    await stage.meet(BEA, phone=BEAS_PHONE, attributes={"team_size": 20, "stage": "lead"})
    return stage


async def merge(stage: Stage, one: ProfileId = ANA, other: ProfileId = BEA) -> Merge:
    async with stage.store.transaction() as uow:
        return await merge_people(uow, stage.runtime, one, other, who="a test", why="the same", now=stage.clock.now())


async def part(stage: Stage, who: ProfileId = ANA) -> Merge:
    async with stage.store.transaction() as uow:
        return await part_people(uow, stage.runtime, who, now=stage.clock.now())


async def everything(stage: Stage, who: ProfileId) -> dict[str, Any]:
    async with stage.store.transaction() as uow:
        return {
            "profile": await uow.profiles.fresh(who),
            "identities": set(await uow.profiles.identities(who)),
            "scores": list(await uow.scores.of(who)),
            "consents": [(one.channel, one.granted, one.text) for one in await uow.consents.of(who)],
            "conversations": {one.id for one in await uow.conversations.of(who)},
            "runs": [(one.id, one.status, one.step, one.due_at) for one in await uow.enrolments.of(who)],
            "events": [one.event for one in reversed(await uow.timeline.of(who, limit=100))],
            "crm": dict(await uow.crm_links.of(who)),
            "segments": await uow.segments.of(who),
        }


async def test_the_older_one_stays_and_gets_everything(two: Stage) -> None:
    async with two.store.transaction() as uow:
        await uow.profiles.claim(BEA, Identity("email", MAIL), two.clock.now())
        await uow.scores.add(ScoreChange(BEA, "bea:size", "fit", 20, "size", "size", two.clock.now()))
        await uow.crm_links.put("crm", BEA, "77")
        await uow.profiles.save(Profile(BEA, two.clock.now(), {"team_size": 20, "stage": "lead"}, tags=frozenset("b")))
    await two.happens("pricing.viewed", to=BEA)
    done = await merge(two, BEA, ANA)
    assert (done.kept.id, done.merged.id, dict(done.conflicts)) == (ANA, BEA, {"team_size": (50, 20)})
    found = await everything(two, ANA)
    assert found["profile"].attributes == {"team_size": 50, "name": "Ana", "stage": "lead"}
    assert found["profile"].tags == {"b"}
    assert found["identities"] == {
        Identity("phone", PHONE, verified=True),
        Identity("phone", BEAS_PHONE, verified=True),
        Identity("email", MAIL),
    }
    assert [(one.points, one.key) for one in found["scores"]] == [(20, "ana:size")]
    assert len(found["conversations"]) == 2
    assert found["crm"] == {"crm": "77"}
    assert found["events"] == ["pricing.viewed", "person.merged"]
    async with two.store.transaction() as uow:
        assert await by_id(uow, BEA) == ANA
        with pytest.raises(LookupError):
            await uow.profiles.fresh(BEA)


async def test_a_merge_that_is_undone_leaves_both_as_they_were(two: Stage) -> None:
    two.play(journey_of("- id: rest\n  wait: 9d"))
    async with two.store.transaction() as uow:
        for who in (ANA, BEA):
            await uow.profiles.claim(who, Identity("email", MAIL, verified=who == BEA), two.clock.now())
            await uow.scores.add(ScoreChange(who, f"{who}:size", "fit", 20, "size", "size", two.clock.now()))
            await uow.crm_links.put("crm", who, f"of {who}")
        await uow.scores.add(ScoreChange(BEA, "bea:came", "engagement", 5, "came", "came", two.clock.now()))
    await two.consent(False, of=BEA)
    two.clock.forward(timedelta(minutes=1))
    await two.consent(of=ANA)
    for who in (ANA, BEA):
        await two.happens("demo.requested", to=who)
        two.clock.forward(timedelta(minutes=1))
    before = {who: await everything(two, who) for who in (ANA, BEA)}
    await merge(two)
    await part(two)
    for who in (ANA, BEA):
        after = await everything(two, who)
        assert after.pop("events")[-1] == "person.parted"
        before[who].pop("events")
        if who == ANA:  # the ledger only grows, and says the same as before
            assert [granted for _, granted, _ in after.pop("consents")] == [True, False, True]
            before[who].pop("consents")
        assert after == before[who]


async def test_points_for_the_same_thing_count_once(two: Stage) -> None:
    async with two.store.transaction() as uow:
        for who in (ANA, BEA):
            await uow.scores.add(ScoreChange(who, f"{who}:size", "fit", 20, "size", "size", two.clock.now()))
    await merge(two)
    async with two.store.transaction() as uow:
        changes = await uow.scores.of(ANA)
        assert total_score(changes, two.clock.now()).fit == 20
        assert [one.points for one in changes] == [20, 20, -20]
        assert changes[-1].reason == "counted once: size"


async def test_in_one_journey_twice_the_older_run_goes_on(two: Stage) -> None:
    two.play(journey_of("- id: rest\n  wait: 9d\n- add_to: through"))
    await two.happens("demo.requested", to=BEA)
    two.clock.forward(timedelta(hours=1))
    await two.happens("demo.requested", to=ANA)
    await merge(two)
    async with two.store.transaction() as uow:
        runs = list(await uow.enrolments.of(ANA))
    assert [(one.status, one.reason) for one in runs] == [
        (EnrolmentStatus.WAITING, ""),
        (EnrolmentStatus.DONE, TWICE),
    ]
    await two.later(days=9)
    async with two.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).tags == {"through"}


@pytest.mark.parametrize("is_undone", [False, True])
async def test_what_both_runs_of_one_journey_have_queued_is_sent_once_unless_the_merge_is_undone(
    two: Stage, is_undone: bool
) -> None:
    send = 'send: {response: utter_tip, channels: [sms], send_window: {hours: "14:00-15:00"}}'
    two.play(journey_of(f"- {send}\n- wait: 9d"))
    for who in (ANA, BEA):
        await two.consent(of=who)
        await two.happens("demo.requested", to=who)
        await two.settle()
        two.clock.forward(timedelta(minutes=1))
    await merge(two)
    if is_undone:
        await part(two)
    await two.later(hours=2.5)
    assert [one.address for one in two.sms.taken] == [PHONE, *([BEAS_PHONE] if is_undone else [])]


async def test_who_came_into_the_journey_anew_since_the_merge_is_in_it_once_when_that_is_undone(two: Stage) -> None:
    two.play(journey_of("- wait: 9d", "enter: {event: demo.requested, again: always}"))
    for who in (BEA, ANA):
        await two.happens("demo.requested", to=who)
        two.clock.forward(timedelta(hours=1))
    await merge(two)
    await two.later(days=9)
    await two.happens("demo.requested", to=ANA)
    await part(two)
    async with two.store.transaction() as uow:
        [anew] = await uow.enrolments.waiting(ANA)
        assert anew.entered_at == two.clock.now()
        assert await uow.enrolments.waiting(BEA) == []


async def test_where_a_journey_may_be_run_many_times_at_once_both_runs_go_on(two: Stage) -> None:
    enter = "enter: {event: demo.requested, again: after 1s}\nat_once: many"
    two.play(journey_of("- wait: 9d", enter))
    for who in (ANA, BEA):
        await two.happens("demo.requested", to=who)
    await merge(two)
    assert len(await two.enrolments()) == 2


@pytest.mark.parametrize("refuser", [ANA, BEA])
@pytest.mark.parametrize("later", [ANA, BEA])
async def test_an_opt_out_on_either_side_stops_both(two: Stage, refuser: ProfileId, later: ProfileId) -> None:
    for who in (BEA, ANA) if later == ANA else (ANA, BEA):
        await two.consent(who != refuser, of=who)
        two.clock.forward(timedelta(hours=1))
    await merge(two)
    for phone in (PHONE, BEAS_PHONE):
        assert not await two.may_send(address=phone)


async def test_a_suppressed_address_stays_so_and_the_other_is_free(two: Stage) -> None:
    for who in (ANA, BEA):
        await two.consent(of=who)
    async with two.store.transaction() as uow:
        await uow.consents.suppress(Suppression("sms", BEAS_PHONE, "bounced", two.clock.now()))
    await merge(two)
    assert not await two.may_send(address=BEAS_PHONE)
    assert await two.may_send(address=PHONE)


async def test_a_conversation_goes_on_after_the_merge(two: Stage) -> None:
    assert await two.says("book", address=BEAS_PHONE) != []
    await merge(two)
    await two.says("fifty", address=BEAS_PHONE)
    conversation = await two.at(address=BEAS_PHONE)
    assert conversation.profile_id == ANA
    assert conversation.tracker.slots["team_size"] == "fifty"


async def test_whoever_proves_the_same_address_is_the_same_person(two: Stage) -> None:
    """Bea's address is claimed by a conversation that a journey started; then somebody writes from there."""
    async with two.store.transaction() as uow:
        now = two.clock.now()
        await uow.profiles.claim(BEA, Identity("webchat", "v9"), now)
        await start_conversation(uow, BEA, "webchat", "v9", now)
        await uow.profiles.claim(ANA, Identity("webchat", "v9", verified=True), now)
    await receive(two.runtime, two.webchat, [CustomerMessage("webchat", "m1", "v9", "hello")])
    assert (await two.at("webchat", "v9")).profile_id == ANA
    async with two.store.transaction() as uow:
        assert await by_id(uow, BEA) == ANA
        assert (await uow.merges.all_of(ANA))[0].why == "both have proved the same address"


async def test_visitors_who_prove_the_same_id_at_once_become_one_and_none_is_given_up(stage: Stage) -> None:
    """Each turn waits for the merges of others, which may take away whom it has just read."""
    proved = (Identity("user_id", "u1", verified=True),)
    visitors = [f"v{number}" for number in range(8)]
    for one in visitors:
        await receive(stage.runtime, stage.webchat, [PageReport("webchat", f"{one}:r1", one, identities=proved)])
    talks = [await stage.at("webchat", one) for one in visitors]
    for _ in visitors:  # in each round one of them at least gets through
        await asyncio.gather(*(converse(stage.runtime, talk.id) for talk in talks))
    async with stage.store.transaction() as uow:
        assert not await uow.inbox.waiting_conversations(stage.clock.now(), 1)
        (owner,) = await uow.profiles.provers_of("user_id", "u1")
        assert {(await uow.conversations.get(talk.id)).profile_id for talk in talks} == {owner}


async def test_merges_go_in_no_circle(two: Stage) -> None:
    await merge(two)
    with pytest.raises(CannotMerge, match='"ana" is one person already'):
        await merge(two, ANA, ANA)
    with pytest.raises(PersonGone):
        await merge(two)
    await part(two)
    with pytest.raises(CannotMerge, match="merged with nobody"):
        await part(two)
    async with two.store.transaction() as uow:
        with pytest.raises(NoSuchPerson):
            await by_id(uow, ProfileId("nobody"))


async def test_merges_are_undone_from_the_last_one_back(two: Stage) -> None:
    first = ProfileId("first")
    async with two.store.transaction() as uow:
        await uow.profiles.add(Profile(first, two.clock.now() - timedelta(days=9)))
    await merge(two)
    two.clock.forward(timedelta(minutes=1))
    await merge(two, ANA, first)
    async with two.store.transaction() as uow:
        assert await by_id(uow, BEA) == first
    with pytest.raises(CannotMerge, match="Undo that first"):
        await part(two, BEA)
    await part(two, first)
    await part(two, ANA)
    async with two.store.transaction() as uow:
        assert [await by_id(uow, one) for one in (ANA, BEA, first)] == [ANA, BEA, first]


async def test_what_came_after_the_merge_stays_when_it_is_undone(two: Stage) -> None:
    await merge(two)
    async with two.store.transaction() as uow:
        profile = await uow.profiles.fresh(ANA)
        await uow.profiles.save(replace(profile, attributes={**profile.attributes, "stage": "customer"}))
        await uow.timeline.add(PersonEvent(ANA, "pricing.viewed", two.clock.now(), two.clock.now()))
    await part(two)
    assert (await everything(two, ANA))["profile"].attributes["stage"] == "customer"
    assert "pricing.viewed" in (await everything(two, ANA))["events"]
    assert (await everything(two, BEA))["profile"].attributes == {"team_size": 20, "stage": "lead"}


async def test_what_was_refused_while_they_were_one_holds_for_both_when_it_is_undone(two: Stage) -> None:
    """Nobody can tell which of the two it was."""
    for who in (ANA, BEA):
        await two.consent(of=who)
        await two.consent(of=who, channel="webchat")
    await merge(two)
    two.clock.forward(timedelta(minutes=1))
    await two.consent(False, of=ANA)
    await part(two)
    for who, phone in ((ANA, PHONE), (BEA, BEAS_PHONE)):
        assert not await two.may_send(of=who, address=phone)
        assert await two.may_send(of=who, channel="webchat", address="v1")


async def test_a_doubt_of_that_time_holds_marketing_to_whoever_had_written_it(two: Stage) -> None:
    two.doubt("hmm, enough")
    for who in (ANA, BEA):
        await two.consent(of=who)
    await merge(two)
    two.clock.forward(timedelta(minutes=1))
    await two.says("hmm, enough", address=BEAS_PHONE)
    assert await two.is_in_doubt(of=ANA)
    await part(two)
    assert (await two.is_in_doubt(of=ANA), await two.is_in_doubt(of=BEA)) == (False, True)


async def test_an_objection_and_wishes_of_that_time_hold_for_both(two: Stage) -> None:
    await merge(two)
    async with two.store.transaction() as uow:
        now = two.clock.now()
        await note_objection(uow, two.runtime, ANA, how="by letter", now=now)
        await restrict(uow, ANA, now=now)
        await uow.profiles.save(replace(await uow.profiles.fresh(ANA), marketing_pause=timedelta(days=30)))
    await part(two)
    for who in (ANA, BEA):
        profile = (await everything(two, who))["profile"]
        assert (profile.objected_at, profile.restricted_at) == (now, now)
        assert profile.marketing_pause == timedelta(days=30)


async def test_what_both_have_asked_for_is_to_be_done_once_and_by_the_earlier_day(two: Stage) -> None:
    day = timedelta(days=1)
    asked = [
        PrivacyRequest("anas", ANA, RequestKind.ACCESS, "by letter", NOON, NOON + 9 * day),
        PrivacyRequest("beas", BEA, RequestKind.ACCESS, "by phone", NOON, NOON + 7 * day),
        PrivacyRequest("erasure", BEA, RequestKind.ERASURE, "by phone", NOON, NOON + 7 * day),
        PrivacyRequest("done", ANA, RequestKind.ERASURE, "by letter", NOON, NOON + day, NOON, "refused"),
    ]

    async def to_do(who: ProfileId) -> dict[RequestKind, tuple[str, datetime]]:
        async with two.store.transaction() as uow:
            requests = await uow.privacy_requests.of(who)
        undone = [one for one in requests if one.done_at is None]
        assert len({one.kind for one in undone}) == len(undone)
        return {one.kind: (one.how, one.due_at) for one in undone}

    async with two.store.transaction() as uow:
        for request in asked:
            await uow.privacy_requests.add(request)
    before = [await to_do(who) for who in (ANA, BEA)]
    await merge(two)
    assert await to_do(ANA) == before[1]
    await part(two)
    assert [await to_do(who) for who in (ANA, BEA)] == before


@pytest.mark.parametrize("objector", [ANA, BEA])
async def test_where_one_of_them_objects_no_journey_of_marketing_goes_on(two: Stage, objector: ProfileId) -> None:
    two.play(journey_of("- wait: 9d"), journey_of("- wait: 9d", name="help", purpose="service"))
    async with two.store.transaction() as uow:
        await note_objection(uow, two.runtime, objector, how="by letter", now=two.clock.now())
    other = BEA if objector == ANA else ANA
    await two.happens("demo.requested", to=other)
    before = (await everything(two, other))["runs"]
    assert [status for _, status, _, _ in before] == [EnrolmentStatus.WAITING] * 2
    two.clock.forward(timedelta(minutes=1))
    await merge(two)
    async with two.store.transaction() as uow:
        assert {(one.journey, one.status) for one in await uow.enrolments.of(ANA)} == {
            ("welcome", EnrolmentStatus.DONE),
            ("help", EnrolmentStatus.WAITING),
        }
    await part(two)
    assert (await everything(two, other))["runs"] == before


@pytest.mark.parametrize("refuser", [ANA, BEA])
async def test_where_one_of_them_wrote_stop_no_journey_of_marketing_goes_on(two: Stage, refuser: ProfileId) -> None:
    two.play(journey_of("- wait: 9d"), journey_of("- wait: 9d", name="help", purpose="service"))
    other, phone = (BEA, PHONE) if refuser == ANA else (ANA, BEAS_PHONE)
    await two.consent(of=other)
    await two.happens("demo.requested", to=other)
    await two.says("STOP", address=phone)
    before = (await everything(two, other))["runs"]
    two.clock.forward(timedelta(minutes=1))
    await merge(two)
    async with two.store.transaction() as uow:
        runs = {one.journey: one for one in await uow.enrolments.of(ANA)}
    assert (runs["welcome"].status, runs["welcome"].reason) == (EnrolmentStatus.DONE, OPTED_OUT)
    assert runs["help"].status is EnrolmentStatus.WAITING
    await part(two)
    assert (await everything(two, other))["runs"] == before


async def test_where_one_of_them_wants_no_texts_journeys_of_marketing_go_on(two: Stage) -> None:
    two.play(journey_of("- wait: 9d"))
    await two.happens("demo.requested", to=BEA)
    await two.consent(False)
    await merge(two)
    async with two.store.transaction() as uow:
        [run] = await uow.enrolments.of(ANA)
    assert run.status is EnrolmentStatus.WAITING


async def test_no_run_of_marketing_goes_on_by_the_undoing_after_a_stop(two: Stage) -> None:
    two.play(journey_of("- wait: 9d"))
    for who in (ANA, BEA):
        await two.happens("demo.requested", to=who)
        two.clock.forward(timedelta(minutes=1))
    await merge(two)
    two.clock.forward(timedelta(minutes=1))
    await two.says("STOP")
    await part(two)
    for who in (ANA, BEA):
        assert [status for _, status, _, _ in (await everything(two, who))["runs"]] == [EnrolmentStatus.DONE]


records = st.lists(st.tuples(st.sampled_from(["sms", "email"]), st.booleans(), st.integers(0, 5)), max_size=5)


@given(mine=records, theirs=records)
def test_nobody_is_written_to_by_a_channel_that_either_had_refused(
    mine: list[tuple[str, bool, int]], theirs: list[tuple[str, bool, int]]
) -> None:
    def ledger(who: ProfileId, lines: list[tuple[str, bool, int]]) -> list[ConsentRecord]:
        return [
            ConsentRecord(who, Purpose.MARKETING, channel, granted, NOON + timedelta(hours=hour), "a test", "May we?")
            for channel, granted, hour in lines
        ]

    ana, bea = ledger(ANA, mine), ledger(BEA, theirs)
    ended = {one.channel for one in refused_by_the_other(ana, bea)}
    for channel in ("sms", "email"):
        standing = [standing_consent(one, Purpose.MARKETING, channel) for one in (ana, bea)]
        after = standing_consent([*ana, *bea], Purpose.MARKETING, channel)
        refused = any(one is not None and not one.granted for one in standing)
        may = after is not None and after.granted and channel not in ended
        assert may == (not refused and any(one is not None for one in standing))


async def test_events_that_come_while_two_are_merged_are_not_lost(two: Stage) -> None:
    """Whoever is told of the one that goes is told of the one who stays."""

    async def tell(number: int) -> None:
        event = Told("pricing.viewed", two.clock.now(), f"m{number}", profile_id=BEA)
        assert (await take_events(two.runtime, [event]))[0].result == "taken"

    await asyncio.gather(*(tell(number) for number in range(3)), merge(two), *(tell(number) for number in range(3, 9)))
    found = await everything(two, ANA)
    assert found["events"].count("pricing.viewed") == 9
