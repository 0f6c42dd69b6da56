from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.domain.delivery import Later
from bot.domain.message import SessionBegan
from bot.domain.person import Profile
from bot.domain.provenance import TIME_ZONE, Origin, Source
from bot.services.person_zones import MAY_BE_BACK, zones_of_person
from bot.services.receive import receive
from tests.bot.services.stage import ANA, VISITOR, Stage, open_between
from tests.bot.services.test_weigh import OFFER, verdict_on


async def comes_from(stage: Stage, zone: str, visitor: str = VISITOR) -> int:
    return await receive(stage.runtime, stage.webchat, [SessionBegan("webchat", "session:1", visitor, zone)])


async def profile_of(stage: Stage) -> Profile:
    conversation = await stage.at("webchat", VISITOR)
    async with stage.store.transaction() as uow:
        return await uow.profiles.get(conversation.profile_id)


async def test_a_visitor_who_comes_back_from_another_zone_is_in_that_one(stage: Stage) -> None:
    await stage.hear("hello", channel="webchat", time_zone="Europe/London")
    assert await comes_from(stage, "Asia/Tokyo") == 1
    profile = await profile_of(stage)
    told = profile.provenance[TIME_ZONE]
    assert profile.time_zone == "Asia/Tokyo"
    assert told.origin == Origin(Source.PAGE, stage.clock.now(), "webchat")
    assert told.replaced is not None
    assert told.replaced.value == "Europe/London"
    assert await comes_from(stage, "Asia/Tokyo") == 0


async def test_a_visitor_whose_zone_nobody_knew_has_one_now(stage: Stage) -> None:
    await stage.hear("hello", channel="webchat")
    assert await comes_from(stage, "Asia/Tokyo") == 1
    assert (await profile_of(stage)).time_zone == "Asia/Tokyo"


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT", "Asia/Calcutta"])
async def test_a_browser_that_tells_no_place_or_another_name_of_the_same_clock_changes_nothing(
    stage: Stage, zone: str
) -> None:
    await stage.hear("hello", channel="webchat", time_zone="Asia/Kolkata")
    before = await profile_of(stage)
    assert await comes_from(stage, zone) == 0
    assert await profile_of(stage) == before


@pytest.mark.parametrize("source", [Source.CRM, Source.CONVERSATION, Source.CORRECTION, Source.API, Source.IMPORT])
async def test_what_anybody_has_said_counts_for_more_than_a_browser_which_is_noted_beside_it(
    stage: Stage, source: Source
) -> None:
    await stage.hear("hello", channel="webchat", time_zone="Europe/London")
    profile = await profile_of(stage)
    async with stage.store.transaction() as uow:
        said = Origin(source, stage.clock.now(), "hubspot")
        await uow.profiles.save(profile.told(said, stage.runtime.trust_in, time_zone="America/New_York"))
    assert await comes_from(stage, "Asia/Tokyo") == 0
    profile = await profile_of(stage)
    told = profile.provenance[TIME_ZONE]
    assert (profile.time_zone, told.origin) == ("America/New_York", said)
    assert told.differing is not None
    assert told.differing.origin == Origin(Source.PAGE, stage.clock.now(), "webchat")


async def test_of_somebody_who_never_opened_the_chat_or_wants_nothing_kept_nothing_is_noted(stage: Stage) -> None:
    assert await comes_from(stage, "Asia/Tokyo", "nobody") == 0
    await stage.hear("hello", channel="webchat", time_zone="Europe/London")
    profile = await profile_of(stage)
    async with stage.store.transaction() as uow:
        await uow.profiles.save(replace(profile, restricted_at=stage.clock.now()))
    assert await comes_from(stage, "Asia/Tokyo") == 0
    assert (await profile_of(stage)).time_zone == "Europe/London"


async def test_for_two_weeks_the_hours_of_the_zone_that_was_left_are_quiet_too(stage: Stage) -> None:
    await stage.meet()
    await stage.consent()
    stage.rule(open_between(time(9), time(20)))
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(ANA)
        moved = Origin(Source.PAGE, datetime(2026, 11, 20, tzinfo=UTC), "webchat")
        await uow.profiles.save(profile.told(moved, stage.runtime.trust_in, time_zone="America/New_York"))
    stage.clock.set(datetime(2026, 11, 23, 22, tzinfo=UTC))  # five in the afternoon, and ten at night in London
    verdict = await verdict_on(stage, OFFER)
    assert isinstance(verdict, Later)
    assert verdict.at == datetime(2026, 11, 24, 14, tzinfo=UTC)
    stage.clock.set(datetime(2026, 12, 7, 22, tzinfo=UTC))
    assert not isinstance(await verdict_on(stage, OFFER), Later)


def test_only_what_a_browser_replaced_counts_besides() -> None:
    now = datetime(2026, 11, 23, 22, tzinfo=UTC)
    trust_in = lambda name: ()  # noqa: E731
    ana = Profile(ANA, now, time_zone="Europe/London")
    for source, zones in [
        (Source.PAGE, ("Asia/Tokyo", "Europe/London")),
        (Source.CRM, ("Asia/Tokyo",)),
    ]:
        moved = ana.told(Origin(source, now), trust_in, time_zone="Asia/Tokyo")
        assert zones_of_person(moved, None, "GB", now) == zones
        assert zones_of_person(moved, None, "GB", now + MAY_BE_BACK) == ("Asia/Tokyo",)
