"""Journeys for tests: read from the YAML that a marketer would write."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from bot.documents import parse
from bot.domain.errors import ContentError
from bot.domain.journey import Journey
from bot.journeys.content import Known, read_journey

HEAD = """\
journey: welcome
purpose: marketing
"""

Reader = Callable[..., Journey]


@pytest.fixture(scope="session")
def known() -> Known:
    return Known(
        responses=frozenset({"utter_tip", "utter_offer"}),
        forms={"booking_form": ("meeting_time",), "qualify_form": ("team_size", "timeline")},
        channels=frozenset({"sms", "webchat"}),
        desks=frozenset({"slack:#sales"}),
        actions=frozenset({"action_quote"}),
        intents=frozenset({"ask_price", "greet"}),
        slots=frozenset({"team_size", "quote"}),
        journeys=frozenset({"welcome", "nurture"}),
        segments=frozenset({"big-teams"}),
        crms=frozenset({"hubspot"}),
        endpoints=frozenset({"billing"}),
    )


@pytest.fixture(scope="session")
def journey_of(known: Known) -> Reader:
    """Read a journey of these steps; `more` are further lines of its head."""

    def read(steps: str, more: str = "", *, enter: str = "{event: demo.requested}") -> Journey:
        body = textwrap.indent(textwrap.dedent(steps).strip("\n"), "  ")
        text = f"{HEAD}enter: {enter}\n{textwrap.dedent(more)}\nsteps:\n{body}\n"
        return read_journey(parse("journeys/welcome.yml", text), known)

    return read


@pytest.fixture
def faults_in(known: Known) -> Callable[[str], list[str]]:
    """The faults of a whole file, without its path: "line:column: message suggestion"."""

    def read(text: str) -> list[str]:
        try:
            read_journey(parse("journeys/welcome.yml", text), known)
        except ContentError as error:
            return [str(fault).removeprefix("journeys/welcome.yml:") for fault in error.faults]
        return []

    return read


@pytest.fixture
def faults_of(faults_in: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """The faults of steps, which begin in line 5 and column 3."""

    def read(steps: str) -> list[str]:
        head = "journey: welcome\npurpose: marketing\nenter: {event: demo.requested}\nsteps:\n"
        return faults_in(head + "".join(f"  {line}\n" for line in steps.strip("\n").splitlines()))

    return read
