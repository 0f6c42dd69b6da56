"""A meeting that is booked is moved or called off in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.message import DeskVerb
from bot.domain.routing import MeetingTerms
from tests.bot.services.stage import ANA, Stage
from tests.bot.services.test_book_meeting import FIRST, PLAN, REP, SECOND, buttons, desk, happened, offered, speak

__all__ = ["desk"]  # a fixture

SHOWN = f"You are meeting Ana Rep on {SECOND} (Europe/London). Would another time suit you better?"
TIMES = "When would you like to meet Ana Rep? Times are in the Europe/London time zone."


async def booked(stage: Stage, when: str = SECOND) -> None:
    await offered(stage)
    await stage.says(when)


@pytest.mark.parametrize("text", ["can we move our meeting?", "I need to reschedule the call to Friday please"])
async def test_other_times_are_offered_to_who_wants_to_move_it(desk: Stage, text: str) -> None:
    await booked(desk)
    assert await desk.says(text) == [TIMES]
    await desk.says(FIRST)
    assert f"instead of {SECOND}" in desk.desk_texts()[-1].replace("09:00", "08:00")


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("push it back an hour", "Tue 24 Nov, 09:00"),
        ("half an hour later please", "Tue 24 Nov, 08:30"),
        ("a day later", "Wed 25 Nov, 08:00"),
    ],
)
async def test_a_meeting_is_moved_by_so_much_where_the_rep_is_free_then(desk: Stage, text: str, when: str) -> None:
    await booked(desk)
    assert await desk.says(text) == [f"Booked: Ana Rep on {when} (Europe/London)."]
    assert await happened(desk) == ["meeting.booked", "meeting.booked"]
    async with desk.store.transaction() as uow:
        assert len(await uow.meetings.of_person(ANA, desk.clock.now(), limit=9)) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("an hour earlier", "That is outside Ana Rep's hours."),
        ("9 hours later please", "That is outside Ana Rep's hours."),
        ("ten minutes later", "That time cannot be booked with Ana Rep."),
        ("four weeks later", "That time cannot be booked with Ana Rep."),
    ],
)
async def test_where_the_rep_cannot_be_met_then_it_is_said_why_and_other_times_are_offered(
    desk: Stage, text: str, why: str
) -> None:
    await booked(desk)
    assert await desk.says(text) == [why, TIMES]
    await desk.says(FIRST)
    assert f"instead of {SECOND}" in desk.desk_texts()[-1].replace("09:00", "08:00")


async def test_a_meeting_is_not_in_its_own_way_where_it_is_moved_by_less_than_it_takes(desk: Stage) -> None:
    an_hour = replace(REP, meetings=MeetingTerms(length=timedelta(hours=1)))
    desk.library.playbook = replace(desk.library.playbook, desk_plans=(replace(PLAN, reps={"ana": an_hour}),))
    await booked(desk)
    assert await desk.says("half an hour later please") == ["Booked: Ana Rep on Tue 24 Nov, 08:30 (Europe/London)."]
    assert await desk.says("half an hour later please") == ["Booked: Ana Rep on Tue 24 Nov, 09:00 (Europe/London)."]
    assert await desk.says("half an hour earlier please") == ["Booked: Ana Rep on Tue 24 Nov, 08:30 (Europe/London)."]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("can we move our meeting to Wednesday at 11?", "Wed 25 Nov, 11:00"),
        ("please move our meeting of Tuesday at 8 to Thursday at 10", "Thu 26 Nov, 10:00"),
        ("can we reschedule our meeting to 10:30?", "Tue 24 Nov, 10:30"),
    ],
)
async def test_a_meeting_is_moved_to_the_time_that_is_named(desk: Stage, text: str, when: str) -> None:
    await booked(desk)
    assert await desk.says(text) == [f"Booked: Ana Rep on {when} (Europe/London)."]
    async with desk.store.transaction() as uow:
        assert len(await uow.meetings.of_person(ANA, desk.clock.now(), limit=9)) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("can we move our meeting to Saturday at 11?", "That is outside Ana Rep's hours."),
        ("can we move our meeting to Wednesday at 10:05?", "That time cannot be booked with Ana Rep."),
    ],
)
async def test_where_they_cannot_be_met_at_that_time_others_are_offered(desk: Stage, text: str, why: str) -> None:
    await booked(desk)
    assert await desk.says(text) == [why, TIMES]


@pytest.mark.parametrize("text", ["can we move our meeting to the afternoon?", "can we move our meeting to Friday?"])
async def test_where_no_one_time_is_named_they_are_offered(desk: Stage, text: str) -> None:
    await booked(desk)
    assert await desk.says(text) == [TIMES]


async def test_so_much_later_alone_is_about_a_meeting_where_that_was_spoken_of(desk: Stage) -> None:
    await booked(desk)
    await desk.reply("When do your people start on Sundays?")
    assert await desk.says("an hour later") == [], "which is for the colleague who has asked"
    assert await happened(desk) == ["meeting.booked"]


async def test_of_several_it_is_asked_which_is_to_be_moved(desk: Stage) -> None:
    await booked(desk, FIRST)
    await desk.click(await desk.handoff(), DeskVerb.MEET)
    await desk.says(SECOND)
    assert await desk.says("push it back an hour") == ["Which of these do you mean?"]
    assert await desk.says(SECOND) == ["Booked: Ana Rep on Tue 24 Nov, 09:00 (Europe/London)."]


@pytest.mark.parametrize("text", ["cancel my demo", "I can't make it on Tuesday", "sorry, we can't attend the meeting"])
async def test_who_cannot_come_is_shown_what_can_be_done_with_it(desk: Stage, text: str) -> None:
    await booked(desk)
    assert await desk.says(text) == [SHOWN]
    assert [one.title for one in buttons(desk)] == ["Another time", "Cancel the meeting"]
    assert await happened(desk) == ["meeting.booked"], "nothing is cancelled by words alone"
    assert text in desk.desk_texts()
    assert await desk.says("Cancel the meeting") == ["Your meeting with Ana Rep is cancelled."]


async def test_who_asks_when_the_meeting_is_is_told(desk: Stage) -> None:
    await booked(desk)
    assert await desk.says("when is my meeting?") == [SHOWN]
    assert await happened(desk) == ["meeting.booked"]


async def test_so_it_is_in_the_words_of_the_assistants_language(desk: Stage) -> None:
    speak(desk, "de")
    await offered(desk)
    await desk.says("den zweiten")
    assert await desk.says("können wir unseren Termin verschieben?") == [
        "Wann möchten Sie Ana Rep treffen? Die Zeiten gelten in der Zeitzone Europe/London."
    ]
    moved = "Gebucht: Ana Rep am Di., 24. Nov., 09:30 (Europe/London)."
    assert await desk.says("können wir unseren Termin auf Dienstag um halb zehn verschieben?") == [moved]
    assert await desk.says("können wir unseren Termin auf 8 Uhr verschieben?") != [moved]
    shown = "Sie treffen Ana Rep am Di., 24. Nov., 08:00 (Europe/London). Passt Ihnen eine andere Zeit besser?"
    assert await desk.says("am Dienstag kann ich leider nicht") == [shown]
    assert shown not in await desk.says("am Freitag kann ich leider nicht"), "which is no day of a meeting"


async def test_of_several_the_one_at_the_time_that_is_named_is_meant_or_it_is_asked(desk: Stage) -> None:
    await booked(desk, FIRST)
    await desk.click(await desk.handoff(), DeskVerb.MEET)
    await desk.says(SECOND)
    assert await desk.says("I can't make it on Tuesday") == [SHOWN]
    assert await desk.says("cancel the meeting please") == ["Which of these do you mean?"]
    assert [one.title for one in buttons(desk)] == [FIRST, SECOND]
    assert await desk.says(SECOND) == [SHOWN]


@pytest.mark.parametrize("text", ["I can't make it on Friday", "cancel my meeting and stop texting me", "greet"])
async def test_what_is_of_something_else_or_says_more_is_left_to_others(desk: Stage, text: str) -> None:
    await booked(desk)
    assert SHOWN not in await desk.says(text)


async def test_without_a_meeting_the_words_go_to_the_assistant(desk: Stage) -> None:
    await desk.meet()
    assert await desk.says("cancel my meeting") == ["I am a machine. Pardon?"]


async def test_the_answer_is_given_where_it_was_asked(desk: Stage) -> None:
    await booked(desk)
    desk.open_whatsapp()
    assert await desk.says("can we move our meeting?", channel="whatsapp") == [TIMES]
