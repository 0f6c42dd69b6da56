"""Meetings: a rep offers times, the customer picks one, and moves it or calls it off."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.effects import RequestHandoff
from bot.domain.handoff import Handoff
from bot.domain.ids import ProfileId
from bot.domain.message import Button, DeskVerb, Text
from bot.domain.person import Identity
from bot.domain.routing import DaysOff, DeskPlan, MeetingTerms, Rep, WorkingHours
from bot.domain.send_window import SendWindow
from bot.ports import Abilities
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import ANA, Stage, journey_of

HOURS = WorkingHours(SendWindow(time(9), time(17), frozenset(range(5)), zone="Europe/Berlin"))
REP = Rep("ana", "Ana Rep", meetings=MeetingTerms())
PLAN = DeskPlan("slack:#sales", {"ana": REP}, hours=HOURS)
OVER = "That meeting with Ana Rep has been cancelled or moved, or is over."
FIRST, SECOND = "Mon 23 Nov, 14:00", "Tue 24 Nov, 08:00"


@pytest.fixture
def desk(stage: Stage) -> Stage:
    from bot.adapters.content.built_in_responses import with_built_in_responses

    assistant = with_built_in_responses(stage.library.playbook.assistant)
    stage.library.playbook = replace(stage.library.playbook, assistant=assistant, desk_plans=(PLAN,))
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    return stage


async def offered(stage: Stage) -> Handoff:
    await stage.meet(attributes={"name": "Zoe"})
    await stage.says("lead")
    handoff = await stage.handoff()
    await stage.click(handoff, DeskVerb.CLAIM)
    await stage.click(handoff, DeskVerb.MEET)
    return handoff


def buttons(stage: Stage) -> tuple[Button, ...]:
    content = stage.sms.taken[-1].content
    assert isinstance(content, Text)
    return content.buttons


async def happened(stage: Stage) -> list[str]:
    async with stage.store.transaction() as uow:
        return [one.event for one in await uow.timeline.of(ANA, limit=20) if one.event.startswith("meeting")][::-1]


async def test_times_come_from_the_reps_hours_by_the_customers_clock(desk: Stage) -> None:
    await offered(desk)
    assert desk.sms.texts()[-1] == "When would you like to meet Ana Rep? Times are in the Europe/London time zone."
    titles = [one.title for one in buttons(desk)]
    assert titles == [FIRST, SECOND, "Tue 24 Nov, 10:00", "Wed 25 Nov, 08:00", "Wed 25 Nov, 10:00"]
    assert desk.desk_texts()[-1].startswith("Times with Ana Rep were sent: Mon 23 Nov, 15:00")  # by theirs


@pytest.mark.parametrize("typed", [True, False])
async def test_the_customer_picks_a_time_and_both_sides_and_journeys_hear_of_it(desk: Stage, typed: bool) -> None:
    desk.play(journey_of("- wait: 1d", "enter: {event: meeting.booked}"))
    await offered(desk)
    pressed = buttons(desk)[0]
    said = await desk.says(pressed.title, payload=None if typed else pressed.payload)
    assert said == [f"Booked: Ana Rep on {FIRST} (Europe/London)."]
    assert desk.desk_texts()[-1] == "Booked: Ana Rep on Mon 23 Nov, 15:00 (Europe/Berlin)."  # by the rep's clock
    assert await happened(desk) == ["meeting.booked"]
    assert len(await desk.enrolments()) == 1
    async with desk.store.transaction() as uow:
        [meeting] = await uow.meetings.of_rep("Ana Rep", desk.clock.now(), limit=9)
    assert (meeting.profile_id, meeting.starts_at.hour) == (ANA, 14)


@pytest.mark.parametrize(
    "text", ["tuesday at 10 please", "Could we do Tue at 10?", "10am on Tuesday", "Tuesday, 10:00 works"]
)
async def test_an_offered_time_is_picked_in_words(desk: Stage, text: str) -> None:
    await offered(desk)
    assert await desk.says(text) == ["Booked: Ana Rep on Tue 24 Nov, 10:00 (Europe/London)."]


@pytest.mark.parametrize("text", ["not on tuesday at 10", "friday at 10", "later", "greet"])
async def test_what_names_no_offered_time_books_nothing(desk: Stage, text: str) -> None:
    await offered(desk)
    await desk.says(text)
    assert await happened(desk) == []


async def test_what_may_mean_several_is_asked_about_until_one_is_meant(desk: Stage) -> None:
    await offered(desk)
    assert await desk.says("tuesday please") == ["Which of these do you mean?"]
    assert [one.title for one in buttons(desk)] == [SECOND, "Tue 24 Nov, 10:00"]
    assert desk.desk_texts()[-1] == f"The customer was asked which they mean: {SECOND}, Tue 24 Nov, 10:00."
    assert await happened(desk) == []
    assert await desk.says("the later one") == ["Booked: Ana Rep on Tue 24 Nov, 10:00 (Europe/London)."]


async def test_times_for_choice_are_asked_about(desk: Stage) -> None:
    await offered(desk)
    assert await desk.says("tuesday at 10 or 8") == ["Which of these do you mean?"]
    assert [one.title for one in buttons(desk)] == [SECOND, "Tue 24 Nov, 10:00"]
    assert await happened(desk) == []


async def test_what_is_declined_is_not_booked(desk: Stage) -> None:
    await offered(desk)
    assert await desk.says("tuesday at 10 rather than 8") == ["Booked: Ana Rep on Tue 24 Nov, 10:00 (Europe/London)."]


async def test_who_takes_any_of_them_gets_the_first_and_is_told_which(desk: Stage) -> None:
    await offered(desk)
    assert await desk.says("any of them is fine") == [f"Booked: Ana Rep on {FIRST} (Europe/London)."]


async def test_who_takes_none_of_them_is_offered_later_days(desk: Stage) -> None:
    await offered(desk)
    assert await desk.says("none of these work for me") == [
        "When would you like to meet Ana Rep? Times are in the Europe/London time zone."
    ]
    assert [one.title for one in buttons(desk)][:2] == ["Thu 26 Nov, 08:00", "Thu 26 Nov, 10:00"]
    assert await happened(desk) == []


async def test_where_there_are_no_later_ones_the_desk_is_told(desk: Stage) -> None:
    await offered(desk)
    for _ in range(9):
        said = await desk.says("neither")
        if said[0].startswith("I have no other time"):
            break
    assert "The customer wants another time" in desk.desk_texts()[-1]


async def test_who_is_asked_which_may_still_take_another_that_was_offered(desk: Stage) -> None:
    await offered(desk)
    await desk.says("tuesday")
    assert await desk.says("wednesday at 8") == ["Booked: Ana Rep on Wed 25 Nov, 08:00 (Europe/London)."]


async def test_a_time_that_was_taken_meanwhile_is_told_and_others_are_offered(desk: Stage) -> None:
    await offered(desk)
    mine = buttons(desk)[0]
    other = ProfileId("bea")
    await desk.meet(other, phone="+447700900999")
    await desk.says("lead", address="+447700900999")
    theirs = await desk.handoff(address="+447700900999")
    await desk.click(theirs, DeskVerb.CLAIM)
    await desk.click(theirs, DeskVerb.MEET)
    await desk.says(FIRST, address="+447700900999")
    said = await desk.says(mine.title)
    assert said[0] == "That time has just been taken."
    assert buttons(desk)[0].title == "Mon 23 Nov, 14:30"


async def test_a_meeting_is_moved_and_its_old_time_is_free_again(desk: Stage) -> None:
    await offered(desk)
    await desk.says(FIRST)
    await desk.says("Another time")
    assert FIRST not in [one.title for one in buttons(desk)]
    await desk.says(SECOND)
    assert desk.sms.texts()[-1] == f"Booked: Ana Rep on {SECOND} (Europe/London)."
    assert "instead of Mon 23 Nov" in desk.desk_texts()[-1]
    async with desk.store.transaction() as uow:
        booked = await uow.meetings.of_rep("Ana Rep", desk.clock.now(), limit=9)
    assert [f"{one.starts_at:%d %H}" for one in booked] == ["24 08"]


@pytest.mark.parametrize("moved_before", [False, True])
async def test_another_time_of_the_same_offer_takes_the_place_of_the_first(desk: Stage, moved_before: bool) -> None:
    await offered(desk)
    if moved_before:
        await desk.says(FIRST)
        await desk.says("Another time")
    *_, first, second = buttons(desk)
    desk.clock.forward(timedelta(seconds=20))
    await desk.says(first.title, payload=first.payload)
    said = await desk.says(second.title, payload=second.payload)
    assert said == [f"Booked: Ana Rep on {second.title} (Europe/London)."]
    assert desk.desk_texts()[-1].startswith("Booked: Ana Rep on Wed 25 Nov, 11:00")
    assert " instead of " in desk.desk_texts()[-1]
    async with desk.store.transaction() as uow:
        assert len(await uow.meetings.of_rep("Ana Rep", desk.clock.now(), limit=9)) == 1


async def test_times_that_a_rep_offers_later_are_for_another_meeting(desk: Stage) -> None:
    handoff = await offered(desk)
    await desk.says(FIRST)
    await desk.click(handoff, DeskVerb.MEET)
    await desk.says(SECOND)
    async with desk.store.transaction() as uow:
        assert len(await uow.meetings.of_rep("Ana Rep", desk.clock.now(), limit=9)) == 2


async def test_a_time_that_is_pressed_again_is_shown_as_booked(desk: Stage) -> None:
    await offered(desk)
    pressed = buttons(desk)[0]
    await desk.says(pressed.title, payload=pressed.payload)
    [said] = await desk.says(pressed.title, payload=pressed.payload)
    assert said.startswith(f"You are meeting Ana Rep on {FIRST} (Europe/London).")
    assert await happened(desk) == ["meeting.booked"]


async def test_a_meeting_is_cancelled_once(desk: Stage) -> None:
    await offered(desk)
    await desk.says(FIRST)
    cancel = buttons(desk)[1]
    assert await desk.says("Cancel the meeting") == ["Your meeting with Ana Rep is cancelled."]
    assert desk.desk_texts()[-1].startswith(
        "The customer has cancelled the meeting of Mon 23 Nov, 15:00 (Europe/Berlin)"
    )
    assert await desk.says("x", payload=cancel.payload) == [OVER]
    assert await happened(desk) == ["meeting.booked", "meeting.cancelled"]


async def test_who_wants_another_time_than_one_that_they_have_cancelled_is_offered_some(desk: Stage) -> None:
    await offered(desk)
    await desk.says(FIRST)
    another = buttons(desk)[0]
    await desk.says("Cancel the meeting")
    said = await desk.says("Another time", payload=another.payload)
    assert said == [OVER, "When would you like to meet Ana Rep? Times are in the Europe/London time zone."]
    assert await desk.says(FIRST) == [f"Booked: Ana Rep on {FIRST} (Europe/London)."]


async def test_a_button_of_a_meeting_that_was_moved_shows_the_one_in_its_place(desk: Stage) -> None:
    await offered(desk)
    await desk.says(FIRST)
    another, cancel = buttons(desk)
    await desk.says("Another time")
    await desk.says(SECOND)
    for pressed in (another, cancel):
        said = await desk.says(pressed.title, payload=pressed.payload)
        stands = f"You are meeting Ana Rep on {SECOND} (Europe/London). Would another time suit you better?"
        assert said == [OVER, stands]
    assert await desk.says("Cancel the meeting") == ["Your meeting with Ana Rep is cancelled."]


async def test_who_wants_another_time_is_told_where_there_is_none(desk: Stage) -> None:
    await offered(desk)
    await desk.says(FIRST)
    desk.library.playbook = replace(desk.library.playbook, desk_plans=())
    [said] = await desk.says("Another time")
    assert said.startswith("I have no other time with Ana Rep to offer.")
    assert "The customer wants another time" in desk.desk_texts()[-1]


async def test_a_meeting_that_is_over_is_not_cancelled(desk: Stage) -> None:
    await offered(desk)
    await desk.says(FIRST)
    desk.clock.forward(timedelta(days=2))
    assert await desk.says("Cancel the meeting") == [OVER]
    assert await happened(desk) == ["meeting.booked"]


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2026-11-24T08:07:00+00:00"},
        {"at": "2026-11-24T03:00:00+00:00"},
        {"at": "2026-11-24T08:00:00"},
        {"at": "2031-11-24T08:00:00+00:00"},
        {"rep": "nobody"},
        {"handoff": "another"},
        {"do": "dance"},
    ],
)
async def test_a_button_that_we_did_not_make_books_nothing(desk: Stage, change: dict[str, str]) -> None:
    await offered(desk)
    said = json.loads(buttons(desk)[0].payload.removeprefix("/meeting"))
    await desk.says("x", payload="/meeting" + json.dumps({**said, **change}))
    async with desk.store.transaction() as uow:
        assert list(await uow.meetings.of_rep("Ana Rep", desk.clock.now(), limit=9)) == []


async def test_a_time_that_was_offered_is_not_booked_on_a_day_that_is_closed_by_now(desk: Stage) -> None:
    await offered(desk)
    tuesday = buttons(desk)[1]
    closed = replace(HOURS, holidays=(DaysOff(*[date(2026, 11, 24)] * 2),))
    desk.library.playbook = replace(desk.library.playbook, desk_plans=(replace(PLAN, hours=closed),))
    said = await desk.says(tuesday.title, payload=tuesday.payload)
    assert said[0] == "That is outside Ana Rep's hours."
    assert await happened(desk) == []
    assert [one.title for one in buttons(desk)][:2] == [FIRST, "Wed 25 Nov, 08:00"]


async def test_a_rep_with_a_page_of_their_own_has_that_sent(desk: Stage) -> None:
    page = "https://meet.example.com/ana"
    plan = replace(PLAN, reps={"ana": replace(REP, meetings=MeetingTerms(page))})
    desk.library.playbook = replace(desk.library.playbook, desk_plans=(plan,))
    await offered(desk)
    assert desk.sms.texts()[-1] == f"Choose a time for a meeting with Ana Rep here: {page}"


async def test_a_rep_without_terms_is_told_so_and_the_customer_gets_nothing(desk: Stage) -> None:
    desk.library.playbook = replace(desk.library.playbook, desk_plans=())
    await offered(desk)
    assert desk.sms.texts() == ["Ana Rep has joined."]
    assert desk.desk_texts()[-1].startswith('journeys/desks has no "meetings" for Ana Rep')


async def test_whoever_has_proved_an_e_mail_address_gets_a_file_for_their_calendar(desk: Stage) -> None:
    email = FakeChannel("email", Abilities(identity="email"))
    desk.runtime = replace(desk.runtime, channels={**desk.runtime.channels, "email": email})
    await offered(desk)
    async with desk.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "zoe@example.com", verified=True), desk.clock.now())
    await desk.says(FIRST)
    await desk.says("Cancel the meeting")
    booked, cancelled = [one.content for one in email.taken]
    assert isinstance(booked, Text)
    assert isinstance(cancelled, Text)
    assert (booked.subject, cancelled.subject) == ("Booked: Meeting with Ana Rep", "Cancelled: Meeting with Ana Rep")
    assert "DTSTART:20261123T140000Z" in booked.extras["calendar"]
    assert "METHOD:CANCEL" in cancelled.extras["calendar"]


def speak(desk: Stage, language: str) -> None:
    from bot.adapters.content.built_in_responses import with_built_in_responses

    assistant = desk.library.playbook.assistant
    configuration = replace(assistant.configuration, language=language)
    responses = {name: one for name, one in assistant.responses.items() if not name.startswith("utter_meeting")}
    other = with_built_in_responses(replace(assistant, configuration=configuration, responses=responses))
    desk.library.playbook = replace(
        desk.library.playbook, assistant=other, languages=frozenset({language}), answers_strangers=True
    )


@pytest.mark.parametrize("text", ["dienstag um 8 bitte", "den zweiten Termin", "Di 8 Uhr passt mir gut"])
async def test_a_time_is_picked_in_the_words_of_the_assistants_language(desk: Stage, text: str) -> None:
    speak(desk, "de")
    await offered(desk)
    assert await desk.says(text) == ["Gebucht: Ana Rep am Di., 24. Nov., 08:00 (Europe/London)."]


@pytest.mark.parametrize(
    "text", ["mardi à 8h svp", "va pour le deuxième", "je prends mardi huit heures", "mardi 8h c'est parfait, merci"]
)
async def test_so_it_is_in_french(desk: Stage, text: str) -> None:
    speak(desk, "fr")
    await offered(desk)
    assert await desk.says(text) == ["C'est réservé : Ana Rep, le mar. 24 nov., 08:00 (Europe/London)."]
    assert await desk.says("ah mince, mardi je ne pourrai pas venir") == [
        "Vous rencontrez Ana Rep le mar. 24 nov., 08:00 (Europe/London). Une autre heure vous conviendrait-elle mieux ?"
    ]
    assert await desk.says("Annuler le rendez-vous") == ["Votre rendez-vous avec Ana Rep est annulé."]


async def test_the_desk_reads_in_its_own_language_between_which_times_the_customer_has_to_choose(desk: Stage) -> None:
    speak(desk, "de")
    await offered(desk)
    assert await desk.says("Dienstag") == ["Welche davon meinen Sie?"]
    assert desk.desk_texts()[-1] == f"The customer was asked which they mean: {SECOND}, Tue 24 Nov, 10:00."


async def test_an_assistant_of_another_language_tells_of_a_meeting_in_that(desk: Stage) -> None:
    speak(desk, "de")
    email = FakeChannel("email", Abilities(identity="email"))
    desk.runtime = replace(desk.runtime, channels={**desk.runtime.channels, "email": email})
    await offered(desk)
    async with desk.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("email", "zoe@example.com", verified=True), desk.clock.now())
    assert buttons(desk)[1].title == "Di., 24. Nov., 08:00"
    assert await desk.says(buttons(desk)[1].title) == ["Gebucht: Ana Rep am Di., 24. Nov., 08:00 (Europe/London)."]
    assert [one.title for one in buttons(desk)] == ["Andere Zeit", "Treffen absagen"]
    [mail] = [one.content for one in email.taken]
    assert isinstance(mail, Text)
    assert (mail.subject, mail.text) == (
        "Gebucht: Treffen mit Ana Rep",
        "Gebucht: Treffen mit Ana Rep, Di., 24. Nov. 2026, 08:00 (Europe/London). Die Datei ist für Ihren Kalender.",
    )
    assert "SUMMARY:Treffen mit Ana Rep" in mail.extras["calendar"]
    assert await desk.says("Treffen absagen") == ["Ihr Treffen mit Ana Rep ist abgesagt."]


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("America/New_York", 14), ("Europe/Berlin", 9), ("Australia/Lord_Howe", 9), ("Pacific/Auckland", 9)],
)
async def test_over_a_change_of_clocks_a_meeting_is_at_one_moment_wherever_it_is_told(
    desk: Stage, zone: str, hour: int
) -> None:
    """Offered on Friday; on Sunday clocks are put forward in Berlin, a week later back in the south."""
    email = FakeChannel("email", Abilities(identity="email"))
    desk.runtime = replace(desk.runtime, channels={**desk.runtime.channels, "email": email})
    desk.clock.set(datetime(2027, 3, 26, 14, tzinfo=UTC))
    await offered(desk)
    async with desk.store.transaction() as uow:
        await uow.profiles.save(replace(await uow.profiles.get(ANA), time_zone=zone))
        await uow.profiles.claim(ANA, Identity("email", "zoe@example.com", verified=True), desk.clock.now())
    await desk.later(minutes=1)
    await desk.click(await desk.handoff(), DeskVerb.MEET)
    monday = datetime(2027, 3, 29, hour, tzinfo=ZoneInfo("Europe/Berlin"))
    title = f"{monday.astimezone(ZoneInfo(zone)):%a %d %b, %H:%M}"
    assert title in [one.title for one in buttons(desk)]
    assert await desk.says(title) == [f"Booked: Ana Rep on {title} ({zone})."]
    assert desk.desk_texts()[-1] == f"Booked: Ana Rep on Mon 29 Mar, {hour:02}:00 (Europe/Berlin)."
    async with desk.store.transaction() as uow:
        [meeting] = await uow.meetings.of_rep("Ana Rep", desk.clock.now(), limit=5)
    assert meeting.starts_at == monday
    [mail] = [one.content for one in email.taken]
    assert isinstance(mail, Text)
    assert f"{monday.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M} ({zone})" in mail.text
    assert f"DTSTART:20270329T{hour - 2:02}0000Z" in mail.extras["calendar"]


async def test_a_desk_reads_times_by_its_own_clock(desk: Stage) -> None:
    handoff = await offered(desk)
    await desk.click(handoff, DeskVerb.SNOOZE, words="4h")
    assert desk.card().standing == "Snoozed by Ana Rep until Mon 23 Nov, 17:00 (Europe/Berlin)"


async def test_a_double_click_offers_times_once(desk: Stage) -> None:
    handoff = await offered(desk)
    before = desk.sms.texts()
    await desk.click(handoff, DeskVerb.MEET)
    assert (desk.sms.texts(), desk.desk_texts()[-1]) == (before, "That was sent just now, so nothing was sent again.")
    await desk.later(minutes=1)
    await desk.click(handoff, DeskVerb.MEET)
    assert len(desk.sms.texts()) == len(before) + 1
