from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.person import Person, person_of


def tracker_with(person: Any) -> Tracker:
    return Tracker.from_dict({"sender_id": "c1", "slots": {}, "latest_message": {"metadata": {"overture": person}}})


def test_the_person_is_read_from_the_latest_messages_metadata() -> None:
    person = person_of(
        tracker_with(
            {
                "profile": {"name": "Ana"},
                "time_zone": "Europe/London",
                "lead": {"fit": 30, "engagement": 20, "grade": "B2"},
                "consents": {"marketing:sms": True},
                "channel": "sms",
                "awaited": {"opens": "Monday at 09:00"},
                "now": "2026-11-24T10:00:00+00:00",
            }
        )
    )
    assert person == Person(
        attributes={"name": "Ana"},
        time_zone="Europe/London",
        fit=30,
        engagement=20,
        grade="B2",
        consents={"marketing:sms": True},
        channel="sms",
        awaited=True,
        desk_opens="Monday at 09:00",
        now=datetime(2026, 11, 24, 10, tzinfo=UTC),
    )
    assert person.consents_to("marketing", "sms")
    assert not person.consents_to("marketing", "whatsapp")


def test_where_nobody_tells_it_nothing_is_known() -> None:
    tracker = Tracker.from_dict({"sender_id": "c1", "slots": {}, "latest_message": {}})
    person = person_of(tracker)
    assert person.attributes == {}
    assert person.channel == ""
    assert person.now.tzinfo is not None


@pytest.mark.parametrize(
    ("attributes", "country"),
    [
        ({}, "GB"),
        ({"country": "us"}, "US"),
        ({"locale": "en-US"}, "US"),
        ({"locale": "en"}, "GB"),
        ({"country": 7}, "GB"),
    ],
)
def test_the_country_is_what_the_profile_says_or_britain(attributes: dict[str, Any], country: str) -> None:
    assert Person(attributes=attributes).country == country


def test_whose_numbers_they_write_is_told_by_the_service_where_they_said_no_country() -> None:
    told = {"region": "FR", "profile": {}}
    assert person_of(tracker_with(told)).country == "FR"
    assert person_of(tracker_with(told | {"profile": {"country": "be"}})).country == "BE"
