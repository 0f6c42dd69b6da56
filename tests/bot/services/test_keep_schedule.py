"""Keep the schedules: who is let in when, once, whatever is restarted meanwhile, and whatever a profile says."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.audience import Segment
from bot.domain.effects import SetAttribute
from bot.domain.ids import ProfileId
from bot.domain.journey import EnrolmentStatus
from bot.services import enrol_many, keep_schedule
from bot.services.cause import Cause
from bot.services.enrol import let_in
from bot.services.keep_schedule import keep_schedules
from tests.bot.services.stage import ANA, Stage, journey_of, spoil
from tests.contracts.samples import opened
from tests.manual_clock import ManualClock

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MONDAYS = "enter: {schedule: {cron: '0 9 * * mon', zone: Europe/London}, if: profile.vip, again: always}"
RENEWALS = "enter: {schedule: {date: profile.renewal_date, before: 14d}, again: always}"
ONCE = "{schedule: {once: 2026-12-01 09:00, zone: Europe/London}, if: profile.vip, again: always}"
LASTING = "- id: hold\n  wait: 30m\n- add_to: done"


@pytest.fixture(autouse=True)
def _on_a_tuesday(stage: Stage) -> None:
    stage.clock.forward(TUESDAY - stage.clock.now())


async def people(stage: Stage, count: int, **attributes: object) -> list[ProfileId]:
    found = [ProfileId(f"person-{number:03}") for number in range(count)]
    for number, person in enumerate(found):
        await stage.meet(person, phone=f"+447700900{number:03}", attributes=attributes)
    return found


async def inside(stage: Stage, persons: list[ProfileId]) -> int:
    return sum([len(await stage.enrolments(person)) for person in persons])


def segments(condition: str, stage: Stage) -> None:
    """The segment of big teams is who this is true of."""
    big = Segment("big-teams", condition)
    stage.library.playbook = replace(stage.library.playbook, segments={big.id: big})


async def tags_of(stage: Stage, person: ProfileId = ANA) -> frozenset[str]:
    async with stage.store.transaction() as uow:
        return (await uow.profiles.get(person)).tags


async def test_a_weekly_run_lets_in_all_for_whom_the_condition_holds(stage: Stage) -> None:
    vips = await people(stage, 3, vip=True)
    await stage.meet(ANA, attributes={"vip": False})
    stage.play(journey_of(LASTING, MONDAYS))
    await stage.settle()
    assert await inside(stage, vips) == 0
    await stage.later(days=5, hours=22, minutes=59)
    assert await inside(stage, vips) == 0
    await stage.later(minutes=1)
    assert await inside(stage, [*vips, ANA]) == 3
    (enrolment,) = await stage.enrolments(vips[0])
    assert enrolment.data["event"] == {"scheduled_for": "2026-11-30T09:00:00+00:00"}
    await stage.later(hours=1)
    await stage.later(days=6, hours=23)
    async with stage.store.transaction() as uow:
        assert await uow.enrolments.last_entry(vips[0], "welcome") == datetime(2026, 12, 7, 9, 0, tzinfo=UTC)


async def test_a_single_run_happens_once(stage: Stage) -> None:
    vips = await people(stage, 2, vip=True)
    stage.play(journey_of(LASTING, f"enter: {ONCE}"))
    await stage.settle()
    await stage.later(days=7)
    assert await inside(stage, vips) == 2
    await stage.later(days=30)
    assert await inside(stage, vips) == 0
    async with stage.store.transaction() as uow:
        assert await uow.schedules.next_due(await uow.schedules.ids()) is None


async def test_a_run_for_a_segment_lets_in_who_is_in_it_at_that_time(stage: Stage) -> None:
    members = await people(stage, 2, size=50)
    await stage.meet(ANA, attributes={"size": 10})
    segments("profile.size > 20", stage)
    once = "schedule: {once: 2026-12-01 09:00, zone: UTC}"
    stage.play(journey_of(LASTING, f"enter: {{{once}, segment: big-teams, if: profile.size < 70}}"))
    await stage.settle()
    await stage.do(SetAttribute("size", 60))
    await stage.do(SetAttribute("size", 80), cause=Cause("k", members[1]))
    await stage.later(days=7)
    assert await inside(stage, [members[0], ANA]) == 2
    assert await inside(stage, members) == 1


async def test_a_run_goes_by_what_its_segment_says_then_and_by_one_that_is_gone_nobody_comes(stage: Stage) -> None:
    members = await people(stage, 2, size=50)
    stage.play(
        journey_of(LASTING, "enter: {schedule: {cron: '0 9 * * mon', zone: UTC}, segment: big-teams, again: always}")
    )
    segments("profile.size > 90", stage)
    await stage.later(days=6)
    assert await inside(stage, members) == 0
    segments("profile.size > 40", stage)
    await stage.later(days=7)
    assert await inside(stage, members) == 2
    await stage.later(hours=1)
    stage.library.playbook = replace(stage.library.playbook, segments={})
    await stage.later(days=7)
    assert await inside(stage, members) == 0


async def test_of_two_entries_at_the_same_time_each_lets_in_its_own_people(stage: Stage) -> None:
    vips = await people(stage, 1, vip=True)
    await stage.meet(ANA, attributes={"size": 50})
    at = "{schedule: {cron: '0 9 * * mon', zone: UTC}, if: %s}"
    stage.play(journey_of(LASTING, f"enter: [{at % 'profile.vip'}, {at % 'profile.size > 20'}]"))
    await stage.settle()
    await stage.later(days=6)
    assert await inside(stage, [*vips, ANA]) == 2


async def test_a_look_for_peoples_own_days_is_no_run(stage: Stage) -> None:
    stage.play(journey_of(LASTING, f"enter: [{{schedule: {{date: profile.birthday, every: year}}}}, {ONCE}]"))
    await keep_schedules(stage.runtime)
    async with stage.store.transaction() as uow:
        assert await keep_schedule.next_run_due(uow, stage.runtime) == datetime(2026, 12, 1, 9, tzinfo=UTC)


async def test_a_run_goes_on_where_it_was_interrupted_and_lets_nobody_in_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_schedule, "PAGE", 2)
    vips = await people(stage, 5, vip=True)
    stage.play(journey_of(LASTING, MONDAYS))
    await stage.settle()
    stage.clock.forward(timedelta(days=6))
    assert await keep_schedules(stage.runtime) == 1
    assert await inside(stage, vips) == 2
    # A page whose transaction did not come through is read again.
    async with stage.store.transaction() as uow:
        (name,) = await uow.schedules.ids()
        state = await uow.schedules.claim_due(stage.clock.now(), [name])
    assert state is not None
    assert state.reached == vips[1]
    while await keep_schedules(stage.runtime):
        pass
    assert await inside(stage, vips) == 5


async def test_a_page_that_is_read_twice_lets_nobody_in_twice(stage: Stage) -> None:
    (vip,) = await people(stage, 1, vip=True)
    stage.play(journey_of("- add_to: done", MONDAYS))
    await stage.settle()
    async with stage.store.transaction() as uow:
        (name,) = await uow.schedules.ids()
        before = await uow.schedules.claim_due(stage.clock.now() + timedelta(days=9), [name])
    assert before is not None
    await stage.later(days=6)
    async with stage.store.transaction() as uow:
        await uow.schedules.save(before)
    await stage.settle()
    items = [item for item in await stage.feed("explain") if item["type"] == "step"]
    assert len(items) == 1
    assert await tags_of(stage, vip) == {"done"}


async def test_after_a_standstill_several_missed_runs_are_one(stage: Stage) -> None:
    (vip,) = await people(stage, 1, vip=True)
    daily = MONDAYS.replace("0 9 * * mon", "0 9 * * *")
    stage.play(journey_of("- add_to: done", daily))
    await stage.settle()
    stage.clock.forward(timedelta(hours=47, minutes=30))
    await stage.settle()
    items = [item for item in await stage.feed("explain") if item["type"] == "step"]
    assert len(items) == 1
    assert await tags_of(stage, vip) == {"done"}


async def test_what_was_missed_for_days_is_history(stage: Stage) -> None:
    await people(stage, 1, vip=True)
    once = "enter: {schedule: {once: 2026-11-25 09:00, zone: UTC}, if: profile.vip}"
    stage.play(journey_of("- add_to: done", once))
    await stage.settle()
    stage.clock.forward(timedelta(days=10))
    await stage.settle()
    assert await stage.feed("explain") == []


# ---------------------------------------------------------------- on each person's clock


async def zoned(stage: Stage, name: str, zone: str | None, number: int) -> ProfileId:
    person = ProfileId(name)
    await stage.meet(person, phone=f"+447700901{number:03}", attributes={"vip": True}, time_zone=zone)
    return person


async def entered_at(stage: Stage, person: ProfileId) -> list[datetime]:
    return sorted(one.entered_at for one in await stage.enrolments(person))


async def test_a_run_on_peoples_clocks_lets_each_in_at_their_own_nine_o_clock(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_schedule, "PAGE", 2)
    zones = {"tokyo": "Asia/Tokyo", "london": None, "odd": "Mars/Olympus", "denver": "America/Denver"}
    for number, (name, zone) in enumerate(zones.items()):
        await zoned(stage, name, zone, number)
    stage.play(journey_of("- wait: 30d", MONDAYS.replace("Europe/London", "person")))
    await stage.settle()
    for _ in range(8 * 24):
        await stage.later(hours=1)
    london = datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert await entered_at(stage, ProfileId("tokyo")) == [datetime(2026, 11, 30, 0, tzinfo=UTC)]
    assert await entered_at(stage, ProfileId("london")) == [london], "where their number says that they are"
    assert await entered_at(stage, ProfileId("odd")) == [london]
    assert await entered_at(stage, ProfileId("denver")) == [datetime(2026, 11, 30, 16, tzinfo=UTC)]
    (enrolment,) = await stage.enrolments(ProfileId("denver"))
    assert enrolment.data["event"] == {"scheduled_for": "2026-11-30T16:00:00+00:00"}


async def test_whoever_moves_has_that_nine_o_clock_once(stage: Stage) -> None:
    person = await zoned(stage, "tokyo", "Asia/Tokyo", 1)
    stage.play(journey_of("- add_to: done", MONDAYS.replace("Europe/London", "person")))
    await stage.settle()
    await stage.later(days=5, hours=14, minutes=30)
    assert await tags_of(stage, person) == {"done"}
    async with stage.store.transaction() as uow:
        moved = replace(await uow.profiles.get(person), time_zone="America/Denver", tags=frozenset())
        await uow.profiles.save(moved)
    await stage.later(days=1)
    assert await tags_of(stage, person) == frozenset()


async def test_after_a_standstill_the_last_time_of_a_clock_counts(stage: Stage) -> None:
    person = await zoned(stage, "tokyo", "Asia/Tokyo", 1)
    daily = MONDAYS.replace("Europe/London", "person").replace("* * mon", "* * *")
    stage.play(journey_of("- add_to: done", daily))
    await stage.settle()
    stage.clock.forward(timedelta(hours=40))
    await stage.settle()
    assert await tags_of(stage, person) == {"done"}
    items = [item for item in await stage.feed("explain") if item["type"] == "step"]
    assert len(items) == 1


# ---------------------------------------------------------------- days of one person


async def test_a_renewal_lets_its_person_in_a_fortnight_before_at_nine_on_their_clock(stage: Stage) -> None:
    await stage.meet(attributes={"renewal_date": "2026-12-10"})
    await people(stage, 2, renewal_date="2027-12-10")
    stage.play(journey_of(LASTING, RENEWALS))
    await stage.settle()
    await stage.later(days=1, hours=22, minutes=59)
    assert await stage.enrolments() == []
    await stage.later(minutes=15)
    (enrolment,) = await stage.enrolments()
    assert enrolment.data["event"] == {"date": "2026-12-10"}
    for _ in range(5):
        await stage.later(hours=12)
    assert await tags_of(stage) == {"done"}
    items = [item for item in await stage.feed("explain") if item["type"] == "step"]
    assert len(items) == 2  # in, and through


async def test_a_day_that_moves_counts_anew(stage: Stage) -> None:
    await stage.meet(attributes={"renewal_date": "2026-12-10"})
    stage.play(journey_of("- add_to: done", RENEWALS))
    await stage.settle()
    await stage.later(days=3)
    await stage.do(SetAttribute("renewal_date", "2026-12-14"))
    await stage.later(days=3)
    items = [item for item in await stage.feed("explain") if item["type"] == "step"]
    assert len(items) == 2


async def test_odd_profiles_stop_nobody_else(stage: Stage, sqlite_url: str) -> None:
    odd: list[object] = [None, 5, "soon", ["2026-12-10"], {"on": "2026-12-10"}, "2026-12-10x", "x" * 10_000]
    for number, value in enumerate(odd):
        await stage.meet(
            ProfileId(f"odd-{number}"), phone=f"+4477009010{number:02}", attributes={"renewal_date": value}
        )
    await stage.meet(ProfileId("broken"), phone="+447700900999", attributes={"renewal_date": "2026-12-10"})
    spoil(sqlite_url, """UPDATE profile SET attributes = '{"renewal_date":"2026-12-10' WHERE id = 'broken'""")
    await stage.meet(attributes={"renewal_date": "2026-12-10", "name": "\u202eآنا"})
    stage.play(journey_of("- add_to: done", RENEWALS))
    await stage.settle()
    with capture_logs() as logs:
        await stage.later(days=3)
    assert "done" in await tags_of(stage)
    assert [line["profile"] for line in logs if line["event"] == "somebody cannot be let into a journey"] == ["broken"]


async def test_an_edited_schedule_begins_anew_and_its_old_one_sleeps(stage: Stage) -> None:
    (vip,) = await people(stage, 1, vip=True)
    stage.play(journey_of(LASTING, MONDAYS))
    await stage.settle()
    stage.play(journey_of(LASTING, MONDAYS.replace("0 9", "0 12")))
    await stage.settle()
    await stage.later(days=6)
    assert await stage.enrolments(vip) == []
    await stage.later(hours=2)
    assert [one.status for one in await stage.enrolments(vip)] == [EnrolmentStatus.WAITING]


# ---------------------------------------------------------------- what others have got wrong (issue trackers)


async def test_an_update_of_overture_begins_no_schedule_anew(stage: Stage) -> None:
    """Its id is of what it says; here in the words that said it at first."""
    stage.play(journey_of("- add_to: seen", RENEWALS))
    await keep_schedules(stage.runtime)
    said = "OnDate(attribute='renewal_date', days_before=14, at=datetime.time(9, 0), yearly=False, kind='on_date')"
    async with stage.store.transaction() as uow:
        [known] = await uow.schedules.ids()
    assert known.partition(":")[2] == hashlib.sha256(said.encode()).hexdigest()[:16]


async def test_two_schedulers_that_overlap_lose_no_run_and_make_none_twice(
    postgresql_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrol_many, "CHUNK", 3)
    clock.forward(TUESDAY - clock.now())
    async with opened(postgresql_url) as one, opened(postgresql_url) as other:
        stages = [Stage(one, clock), Stage(other, clock)]
        vips = await people(stages[0], 20, vip=True)
        for stage in stages:
            stage.play(journey_of(LASTING, MONDAYS))
        await keep_schedules(stages[0].runtime)
        clock.forward(timedelta(days=6))

        async def keep(stage: Stage) -> int:
            return sum([await keep_schedules(stage.runtime) for _ in range(15)])

        done = await asyncio.gather(*(keep(stage) for stage in stages))
        assert sum(done) == 7  # pages, the last of them not full
        assert await inside(stages[0], vips) == 20
        for stage in stages:
            for vip in vips:
                assert len(await stage.enrolments(vip)) == 1


async def test_a_run_that_dies_in_the_middle_of_a_page_is_taken_up_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    vips = await people(stage, 5, vip=True)
    stage.play(journey_of(LASTING, MONDAYS))
    await stage.settle()
    stage.clock.forward(timedelta(days=6))
    seen = 0

    async def dies(*arguments: Any, **more: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise ConnectionError("the process is killed here")
        return await let_in(*arguments, **more)

    monkeypatch.setattr(keep_schedule, "let_in", dies)
    with pytest.raises(ConnectionError):
        await keep_schedules(stage.runtime)
    assert await inside(stage, vips) == 0
    await stage.settle()
    assert await inside(stage, vips) == 5
