from __future__ import annotations

from typing import Any

from bot.domain.message import PageReport
from bot.domain.person import Identity
from bot.services.receive import receive
from tests.bot.services.stage import Stage, journey_of

ENTERS = "enter: {event: pricing.viewed, if: event.page == '/pricing'}"
BY_API = "enter: {api: true}"
WAITS = "- id: hold\n  wait: 1d"
NOBODY_YET = "a visitor who has said nothing"


def report(key: str = "1", **told: Any) -> PageReport:
    return PageReport(channel="webchat", vendor_id=key, address=NOBODY_YET, **told)


async def tell(stage: Stage, *reports: PageReport) -> None:
    await receive(stage.runtime, stage.runtime.channel("webchat"), reports)
    await stage.settle()


async def visitor(stage: Stage) -> Any:
    async with stage.runtime.store.transaction() as uow:
        return await uow.profiles.owner_of("webchat", NOBODY_YET)


async def test_a_page_tells_who_somebody_is_and_what_they_have(stage: Stage) -> None:
    vouched = Identity("user_id", "42", verified=True)
    await tell(stage, report(identities=(vouched,), attributes={"plan": "pro"}), report("2", locale="de"))
    profile = await visitor(stage)
    assert (profile.attributes["plan"], profile.locale) == ("pro", "de")
    async with stage.runtime.store.transaction() as uow:
        assert vouched in await uow.profiles.identities(profile.id)
    assert stage.webchat.texts() == []  # nobody has opened the chat


async def test_an_event_on_the_page_lets_into_a_journey_once(stage: Stage) -> None:
    stage.play(journey_of(WAITS, ENTERS))
    seen = report(event="pricing.viewed", data={"page": "/pricing"})
    await tell(stage, seen, seen)
    await tell(stage, seen)
    [enrolment] = await stage.enrolments((await visitor(stage)).id)
    assert (enrolment.step, enrolment.data["event"]) == ("hold", {"page": "/pricing"})


async def test_a_page_starts_a_journey_that_the_api_may_start_and_no_other(stage: Stage) -> None:
    stage.play(journey_of(WAITS, BY_API))
    await tell(stage, report(journey="welcome", data={"size": 5}), report("2", journey="nowhere"))
    [enrolment] = await stage.enrolments((await visitor(stage)).id)
    assert enrolment.data["event"] == {"size": 5}


async def test_a_journey_that_begins_otherwise_is_not_started_by_a_page(stage: Stage) -> None:
    stage.play(journey_of(WAITS, ENTERS))
    await tell(stage, report(journey="welcome"))
    assert await stage.enrolments((await visitor(stage)).id) == []


async def test_what_a_page_tells_is_kept_as_every_other_door_keeps_it(stage: Stage) -> None:
    vouched = Identity("phone", "+4407700900123", verified=True)
    await tell(stage, report(identities=(vouched,), attributes={"country": "Germany"}))
    profile = await visitor(stage)
    assert profile.attributes["country"] == "DE"
    async with stage.runtime.store.transaction() as uow:
        assert await uow.profiles.owner_of("phone", "+447700900123") == profile


async def test_a_country_that_nobody_knows_stays_as_it_was_told(stage: Stage) -> None:
    await tell(stage, report(attributes={"country": "Narnia"}))
    assert (await visitor(stage)).attributes["country"] == "Narnia"
