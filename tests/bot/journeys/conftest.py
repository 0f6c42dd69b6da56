"""Journeys for tests: read from the YAML that a marketer would write."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from bot.documents import parse
from bot.domain.journey import Journey
from bot.journeys.content import Known, read_journey

HEAD = """\
journey: welcome
purpose: marketing
enter: {event: demo.requested}
"""

Reader = Callable[..., Journey]


@pytest.fixture(scope="session")
def known() -> Known:
    return Known(
        responses=frozenset({"utter_tip", "utter_offer"}),
        forms={"booking_form": ("meeting_time",), "qualify_form": ("team_size", "timeline")},
        channels=frozenset({"sms", "webchat"}),
        desks=frozenset({"slack:#sales"}),
    )


@pytest.fixture(scope="session")
def journey_of(known: Known) -> Reader:
    """Read a journey of these steps; `more` are further entries of its head."""

    def read(steps: str, more: str = "") -> Journey:
        body = textwrap.indent(textwrap.dedent(steps).strip("\n"), "  ")
        text = f"{HEAD}{textwrap.dedent(more)}\nsteps:\n{body}\n"
        return read_journey(parse("journeys/welcome.yml", text), known)

    return read
