"""What reps read of somebody's consent is what the gate goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.ids import ProfileId
from bot.services.tell_consent import consent_by_channel, consent_in_short
from tests.contracts.samples import NOON, profile

ANA = ProfileId("ana")
SMS = ConsentRecord(ANA, Purpose.MARKETING, "sms", True, NOON - timedelta(days=3), "a form", "May we?")
LATER_NO = replace(SMS, granted=False, at=NOON - timedelta(days=1), how="a link")
EMAIL = replace(SMS, channel="email")
NO_EMAIL = replace(EMAIL, granted=False)
ENDED = replace(SMS, expires_at=NOON - timedelta(hours=1))


@pytest.mark.parametrize(
    ("records", "short"),
    [
        ([], "never asked"),
        ([SMS], "yes by sms"),
        ([SMS, EMAIL], "yes by email, sms"),
        ([SMS, NO_EMAIL], "yes by sms; no by email"),
        ([SMS, LATER_NO, NO_EMAIL], "no"),
        ([LATER_NO, SMS], "no"),
        ([ENDED], "no longer by sms"),
        ([ENDED, EMAIL], "yes by email; no longer by sms"),
        ([replace(SMS, purpose=Purpose.SERVICE)], "never asked"),
    ],
)
def test_a_card_tells_it_on_one_line(records: Sequence[ConsentRecord], short: str) -> None:
    assert consent_in_short(profile(ANA), records, NOON) == short


def test_a_command_tells_since_when_how_and_until_when() -> None:
    until = replace(EMAIL, expires_at=NOON + timedelta(days=30))
    assert list(consent_by_channel(profile(ANA), [SMS, LATER_NO, until], NOON)) == [
        f"Marketing by email: yes until {until.expires_at:%Y-%m-%d}, since {SMS.at:%Y-%m-%d} (a form)",
        f"Marketing by sms: no since {LATER_NO.at:%Y-%m-%d} (a link)",
    ]


def test_who_objected_gets_nothing_whatever_they_agreed_to() -> None:
    ana = replace(profile(ANA), objected_at=NOON)
    assert consent_in_short(ana, [SMS], NOON) == f"no: objected to all on {NOON:%Y-%m-%d}"
    assert next(iter(consent_by_channel(ana, [SMS], NOON))) == f"Objected to all marketing on {NOON:%Y-%m-%d}"
