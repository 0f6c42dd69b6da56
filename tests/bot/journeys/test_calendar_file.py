"""Calendar files: what a program reads of them, and that nothing in a name can add a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ConversationId, HandoffId, ProfileId
from bot.domain.meeting import Meeting, MeetingState
from bot.journeys.calendar_file import calendar_file

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
MEETING = Meeting(
    "m1", "Ana", HandoffId("h"), ProfileId("p"), ConversationId("c"), AT, AT + timedelta(minutes=30), AT
)  # fmt: skip


def test_a_meeting_and_its_cancellation_are_the_same_entry_of_a_calendar() -> None:
    booked = calendar_file(MEETING, "Meeting with Ana; room 1, left", AT)
    for line in (
        "METHOD:PUBLISH", "UID:m1@overture", "SEQUENCE:0", "DTSTART:20261130T090000Z", "DTEND:20261130T093000Z",
        "SUMMARY:Meeting with Ana\\; room 1\\, left", "STATUS:CONFIRMED",
    ):  # fmt: skip
        assert line in booked.split("\r\n")
    cancelled = calendar_file(replace(MEETING, state=MeetingState.CANCELLED), "Meeting", AT).split("\r\n")
    assert {"METHOD:CANCEL", "UID:m1@overture", "SEQUENCE:1", "STATUS:CANCELLED"} <= set(cancelled)


@given(st.text(max_size=300))
def test_lines_are_short_and_the_same_however_long_and_odd_the_summary_is(summary: str) -> None:
    whole = calendar_file(MEETING, summary.encode("utf-8", "ignore").decode(), AT)
    lines = whole.removesuffix("\r\n").split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    unfolded = whole.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    assert [line.partition(":")[0] for line in unfolded] == [
        "BEGIN", "VERSION", "PRODID", "METHOD", "BEGIN", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY",
        "STATUS", "END", "END",
    ]  # fmt: skip
