"""A meeting as a file that calendars read (iCalendar, RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.domain.meeting import Meeting, MeetingState

LONGEST_LINE = 75
"""Octets of one line; longer ones are folded."""


def calendar_file(meeting: Meeting, summary: str, now: datetime) -> str:
    """The meeting, or its cancellation, which has the same id and a higher sequence."""
    cancelled = meeting.state is MeetingState.CANCELLED
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Overture//Meetings//EN",
        f"METHOD:{'CANCEL' if cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{meeting.id}@overture",
        f"SEQUENCE:{int(cancelled)}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(meeting.starts_at)}",
        f"DTEND:{_utc(meeting.ends_at)}",
        f"SUMMARY:{_escaped(summary)}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """Without control characters, which would begin a line of their own."""
    plain = "".join(one if one.isprintable() else " " for one in text)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most so many octets; each after the first begins with a space. No character is cut in two."""
    part, room = "", LONGEST_LINE
    for one in line:
        size = len(one.encode())
        if size > room:
            yield part
            part, room = " ", LONGEST_LINE - 1
        part += one
        room -= size
    yield part
