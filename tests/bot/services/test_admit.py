from __future__ import annotations

import asyncio

import pytest

from bot.domain.ids import ProfileId
from bot.domain.journey import EnrolmentStatus
from bot.domain.person import Identity
from bot.services.admit import NoSuchJourney, admit
from bot.services.know_person import NoSuchPerson, Wanted
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of
from tests.contracts.samples import opened
from tests.manual_clock import ManualClock

BY_API = "enter: {api: true, if: event.size > 10, again: always}"
WAITS = "- id: hold\n  wait: 1d"
ANA_BY_PHONE = Wanted(identity=Identity("phone", PHONE))


async def test_somebody_is_let_in_with_what_the_caller_tells(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(WAITS, BY_API))
    admitted = await admit(stage.runtime, "welcome", ANA_BY_PHONE, {"size": 50})
    assert (admitted.outcome, admitted.profile_id) == ("entered", ANA)
    await stage.settle()
    (enrolment,) = await stage.enrolments()
    assert (enrolment.id, enrolment.step, enrolment.data["event"]) == (admitted.enrolment_id, "hold", {"size": 50})


async def test_whoever_does_not_fit_is_not_let_in_and_the_caller_hears_so(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(WAITS, BY_API))
    admitted = await admit(stage.runtime, "welcome", ANA_BY_PHONE, {"size": 5})
    assert (admitted.outcome, admitted.enrolment_id) == ("not_entered", None)
    assert await stage.enrolments() == []


async def test_a_call_that_is_made_twice_lets_in_once_and_gives_the_same_answer(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of("- add_to: done", BY_API))
    first = await admit(stage.runtime, "welcome", ANA_BY_PHONE, {"size": 50}, key="k")
    await stage.settle()
    assert await admit(stage.runtime, "welcome", ANA_BY_PHONE, {"size": 50}, key="k") == first
    second = await admit(stage.runtime, "welcome", ANA_BY_PHONE, {"size": 50}, key="another")
    assert second.enrolment_id not in (None, first.enrolment_id)


async def test_somebody_new_is_made_known_and_has_consented_to_nothing(stage: Stage) -> None:
    stage.play(journey_of("- send: {response: utter_tip, channels: [sms]}", BY_API))
    admitted = await admit(stage.runtime, "welcome", ANA_BY_PHONE, {"size": 50})
    await stage.settle()
    assert stage.sms.texts() == []
    (decision,) = await stage.decisions(admitted.profile_id)
    assert decision.why == "no consent to marketing by sms on record"
    again = await admit(stage.runtime, "welcome", ANA_BY_PHONE, {"size": 50})
    assert again.profile_id == admitted.profile_id


async def test_nobody_is_let_in_where_the_api_may_not(stage: Stage) -> None:
    await stage.meet()
    stage.play(journey_of(WAITS))
    for name in ("welcome", "unknown"):
        with pytest.raises(NoSuchJourney):
            await admit(stage.runtime, name, ANA_BY_PHONE, {})


async def test_an_id_that_nobody_has_is_refused(stage: Stage) -> None:
    stage.play(journey_of(WAITS, BY_API))
    with pytest.raises(NoSuchPerson):
        await admit(stage.runtime, "welcome", Wanted(profile_id=ProfileId("nobody")), {"size": 50})


async def test_who_is_held_out_is_counted_and_never_written_to(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.play(journey_of("- send: {response: utter_tip, channels: [sms]}", BY_API + "\nholdout: 99.99%"))
    admitted = await admit(stage.runtime, "welcome", ANA_BY_PHONE, {"size": 50})
    assert admitted.outcome == "held_out"
    await stage.settle()
    assert stage.sms.texts() == []
    assert admitted.enrolment_id is not None
    assert (await stage.enrolment(admitted.enrolment_id)).status is EnrolmentStatus.HELD_OUT


async def test_a_call_that_is_made_twice_at_once_lets_in_once_and_gives_the_same_answer(
    postgresql_url: str, clock: ManualClock
) -> None:
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        stages = [Stage(one, clock), Stage(other, clock)]
        await stages[0].meet()
        for stage in stages:
            stage.play(journey_of(WAITS, BY_API))
        calls = [admit(one.runtime, "welcome", ANA_BY_PHONE, {"size": 50}, key="k") for one in stages * 3]
        answers = await asyncio.gather(*calls)
        assert {answer.outcome for answer in answers} == {"entered"}
        assert len({answer.enrolment_id for answer in answers}) == 1
