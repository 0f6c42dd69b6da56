"""A rep calls a meeting off or moves it: the customer is told, the time is free again, and journeys hear of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.database.meetings import StoredMeetings
from bot.domain.handoff import Handoff
from bot.domain.ids import ProfileId
from bot.domain.meeting import Meeting
from bot.domain.message import DeskVerb, Text
from bot.domain.person import Identity
from bot.ports import Abilities
from bot.services.erase_person import erase_person
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import ANA, Stage
from tests.bot.services.test_book_meeting import FIRST, buttons, desk, happened, offered
from tests.bot.services.test_desk_page import SAM, opens, pages

__all__ = ["desk"]  # the fixture

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)


async def booked(stage: Stage) -> tuple[Handoff, Meeting]:
    handoff = await offered(stage)
    await stage.says(FIRST)
    [meeting] = await meetings(stage)
    return handoff, meeting


async def meetings(stage: Stage) -> list[Meeting]:
    async with stage.store.transaction() as uow:
        return list(await uow.meetings.of_rep("Ana Rep", stage.clock.now(), limit=9))


async def cancels(stage: Stage, handoff: Handoff, meeting: Meeting, rep: str = "Ana Rep") -> None:
    await stage.click(handoff, DeskVerb.CANCEL_MEETING, rep, words=meeting.id)


async def moves(stage: Stage, handoff: Handoff, meeting: Meeting, to: datetime = TUESDAY) -> None:
    await stage.click(handoff, DeskVerb.MOVE_MEETING, words=f"{meeting.id} {to.isoformat()}")


async def test_a_meeting_that_a_rep_cancels_is_told_to_the_customer_once_and_its_time_is_free(desk: Stage) -> None:
    handoff, meeting = await booked(desk)
    before = len(desk.sms.texts())
    await cancels(desk, handoff, meeting)
    await cancels(desk, handoff, meeting)
    words = f"Ana Rep has to cancel your meeting on {FIRST} (Europe/London). Sorry about that."
    assert desk.sms.texts()[before:] == [words]
    assert desk.desk_texts()[-1] == "Ana Rep has cancelled the meeting of Mon 23 Nov, 15:00 (Europe/Berlin)."
    assert await happened(desk) == ["meeting.booked", "meeting.cancelled"]
    assert await meetings(desk) == []
    await desk.says("Choose another time")
    assert buttons(desk)[0].title == FIRST


async def test_a_meeting_that_is_booked_no_more_is_cancelled_for_nobody(
    desk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff, meeting = await booked(desk)
    before = desk.sms.texts()

    async def was_faster(_: StoredMeetings, meeting_id: str) -> bool:
        return False

    monkeypatch.setattr(StoredMeetings, "cancel", was_faster)
    await cancels(desk, handoff, meeting)
    assert desk.desk_texts()[-1] == "Nothing was cancelled: the meeting was not booked any more."
    assert desk.sms.texts() == before
    assert await happened(desk) == ["meeting.booked"]


async def test_a_colleague_may_cancel_it_and_the_thread_says_whose_it_was(desk: Stage) -> None:
    handoff, meeting = await booked(desk)
    await cancels(desk, handoff, meeting, "Ben Rep")
    assert desk.desk_texts()[-1].startswith("Ben Rep has cancelled the meeting with Ana Rep of Mon 23 Nov")
    assert desk.sms.texts()[-1].startswith("Ana Rep has to cancel")


async def test_a_meeting_that_a_rep_moves_has_one_time_and_the_customer_can_change_it(desk: Stage) -> None:
    handoff, meeting = await booked(desk)
    await moves(desk, handoff, meeting)
    assert desk.sms.texts()[-1].startswith("Ana Rep has moved your meeting. It is now on Tue 24 Nov, 10:00")
    assert [one.starts_at for one in await meetings(desk)] == [TUESDAY]
    moved = "Ana Rep has moved the meeting from Mon 23 Nov, 15:00 to Tue 24 Nov, 11:00 (Europe/Berlin)."
    assert desk.desk_texts()[-1] == moved
    assert [one.title for one in buttons(desk)] == ["Another time", "Cancel the meeting"]
    assert await desk.says("Cancel the meeting") == ["Your meeting with Ana Rep is cancelled."]
    assert await meetings(desk) == []


@pytest.mark.parametrize(
    "to",
    [TUESDAY.replace(minute=7), TUESDAY.replace(hour=3), TUESDAY + timedelta(days=300), TUESDAY.replace(year=2020)],
)
async def test_it_is_moved_to_no_time_that_is_not_free(desk: Stage, to: datetime) -> None:
    handoff, meeting = await booked(desk)
    before = len(desk.sms.texts())
    await moves(desk, handoff, meeting, to)
    assert (
        desk.desk_texts()[-1]
        == "Ana Rep is not free any more at the time that you chose, so the meeting stays where it is."
    )
    assert await meetings(desk) == [meeting]
    assert len(desk.sms.texts()) == before


async def test_a_hand_off_that_is_over_keeps_its_meetings(desk: Stage) -> None:
    handoff, meeting = await booked(desk)
    await desk.click(handoff, DeskVerb.RESOLVE)
    await moves(desk, handoff, meeting)
    assert [one.starts_at for one in await meetings(desk)] == [TUESDAY]
    [moved] = await meetings(desk)
    await cancels(desk, handoff, moved)
    assert await meetings(desk) == []


async def test_another_persons_meeting_is_left_alone(desk: Stage) -> None:
    _, meeting = await booked(desk)
    await desk.meet(ProfileId("bea"), phone="+447700900999")
    await desk.says("lead", address="+447700900999")
    await cancels(desk, await desk.handoff(address="+447700900999"), meeting)
    assert await meetings(desk) == [meeting]


async def test_a_meeting_that_is_over_is_not_cancelled(desk: Stage) -> None:
    handoff, meeting = await booked(desk)
    desk.clock.set(meeting.ends_at)
    before = len(desk.sms.texts())
    await cancels(desk, handoff, meeting)
    assert len(desk.sms.texts()) == before


async def test_the_customers_calendar_follows(desk: Stage) -> None:
    mail = FakeChannel("email", Abilities(identity="email"))
    desk.runtime = replace(desk.runtime, channels={**desk.runtime.channels, "email": mail})
    handoff, meeting = await booked(desk)
    async with desk.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "zoe@example.com", verified=True), desk.clock.now())
    await moves(desk, handoff, meeting)
    [moved] = await meetings(desk)
    await cancels(desk, handoff, moved)
    files = [one.content.extras["calendar"] for one in mail.taken if isinstance(one.content, Text)]
    told = [("CANCEL" if "METHOD:CANCEL" in one else "PUBLISH", meeting.id in one) for one in files]
    assert told == [("CANCEL", True), ("PUBLISH", False), ("CANCEL", False)]


@pytest.mark.parametrize("over", [False, True])
async def test_a_customer_who_wants_nothing_more_is_told_nothing_and_the_rep_reads_so(desk: Stage, over: bool) -> None:
    handoff, meeting = await booked(desk)
    await desk.says("stop")
    if over:
        await desk.click(handoff, DeskVerb.RESOLVE)
    await cancels(desk, handoff, meeting)
    assert not any("cancel your meeting" in one for one in desk.sms.texts())
    told = (
        f'"Ana Rep has to cancel your meeting on {FIRST} (Europe/London). Sorry about that." did not reach the customer'
    )
    assert desk.desk_texts()[-1].startswith(told)
    assert await meetings(desk) == []


async def test_the_page_shows_meetings_and_follows_what_happens_to_them(desk: Stage) -> None:
    await opens(desk, "Ana Rep", SAM, "home:1")
    handoff, meeting = await booked(desk)
    [shown] = pages(desk, SAM)[-1].meetings
    assert (shown.meeting_id, shown.customer, shown.starts_at) == (meeting.id, "Zoe", meeting.starts_at)
    assert shown.zone == "Europe/Berlin"
    assert len(shown.times) == 10
    assert meeting.starts_at not in shown.times
    await moves(desk, handoff, meeting, shown.times[0])
    [shown] = pages(desk, SAM)[-1].meetings
    assert shown.starts_at != meeting.starts_at
    await desk.says("Cancel the meeting")
    assert pages(desk, SAM)[-1].meetings == ()


async def test_who_is_erased_is_on_no_page_any_more_and_the_rep_reads_that_nobody_comes(desk: Stage) -> None:
    handoff, _ = await booked(desk)
    await opens(desk, "Ana Rep", SAM, "home:1")
    await desk.click(handoff, DeskVerb.RESOLVE)
    assert [len(one.meetings) for one in pages(desk, SAM)][-1] == 1
    async with desk.store.transaction() as uow:
        await erase_person(uow, desk.runtime, ANA, who="test", now=desk.clock.now())
    await desk.settle()
    assert [len(one.meetings) for one in pages(desk, SAM)][-1] == 0
    words = (
        "The meeting of Mon 23 Nov, 15:00 (Europe/Berlin) with Ana Rep is cancelled: whom it was with has been erased."
    )
    assert desk.desk_texts()[-1] == words
