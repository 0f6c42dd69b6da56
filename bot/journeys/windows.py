"""Reads what a journey and one of its messages may both say: `send_window`, and `links`."""

from __future__ import annotations

from bot.domain.send_window import PERSON_ZONE, SendWindow
from bot.journeys import wording
from bot.journeys.fields import Fields

CLOSED = ("wait", "skip")
LINKS = ("followed", "as_written")


def read_window(fields: Fields) -> SendWindow | None:
    """The window that the mapping has, if it has one; what is wrong with it is reported."""
    if not fields.has("send_window"):
        return None
    window = fields.inner("send_window", '"send_window"', 'Write send_window: {hours: "09:00-20:00"}.')
    window.only("hours", "days", "zone", "closed")
    hours = window.read("hours", wording.hours, required=window.is_mapping, advice='Write hours: "09:00-20:00".')
    days = window.read_all("days", wording.days)
    zone = window.read("zone", wording.zone)
    closed = window.choice("closed", CLOSED, "way to deal with closed hours")
    if hours is None:
        return None
    return SendWindow(
        *hours,
        days=frozenset().union(*days) or frozenset(range(7)),
        zone=zone or PERSON_ZONE,
        closed="skip" if closed == "skip" else "wait",
    )


def read_links(fields: Fields) -> bool | None:
    """Whether links are followed, where the mapping says so."""
    said = fields.choice("links", LINKS, "way to treat links")
    return None if said is None else said == "followed"
