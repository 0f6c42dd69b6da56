"""The settings of e-mail, and what is said of those that cannot be."""

from __future__ import annotations

import pytest

import connectors.email
from bot.domain.errors import SettingsError
from connectors.email.account import account_of, normalised
from tests.connectors.vendor_server import settings_for


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"EMAIL_SMTP_HOST": ""}, "EMAIL_SMTP_HOST is not set"),
        ({"EMAIL_FROM": ""}, "EMAIL_FROM is not set"),
        ({"EMAIL_FROM": "hello"}, "which is no e-mail address"),
        ({"EMAIL_FROM": "Harbourline <hällo@harbourline.example>"}, "which is no e-mail address"),
        ({"EMAIL_FROM": "A\r\nBcc: x@example.com <hello@harbourline.example>"}, "line break"),
        ({"EMAIL_REPLY_TO": "nobody"}, "EMAIL_REPLY_TO"),
        ({"EMAIL_SUBJECT": "a\nb"}, "EMAIL_SUBJECT has a line break"),
        ({"EMAIL_POSTAL_ADDRESS": ""}, "EMAIL_POSTAL_ADDRESS is not set"),
        ({"EMAIL_SMTP_PORT": "0"}, 'EMAIL_SMTP_PORT is "0"'),
        ({"EMAIL_SMTP_PORT": "²"}, "EMAIL_SMTP_PORT"),
        ({"EMAIL_SMTP_SECURITY": "ssl"}, "Write starttls, tls or none"),
        ({"EMAIL_SMTP_USER": "u"}, "only one is set"),
        (
            {"EMAIL_SMTP_HOST": "mail.example.com", "EMAIL_SMTP_USER": "u", "EMAIL_SMTP_PASSWORD": "p"},
            "in the clear",
        ),
        ({"EMAIL_WEBHOOK_SECRET": "short"}, "less than 16 characters"),
    ],
)
def test_what_cannot_be_is_told_with_the_setting(values: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        account_of(settings_for(connectors.email, values=values))


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("TLS", 465), ("none", 25)])
def test_the_port_is_the_usual_one(security: str, port: int) -> None:
    assert account_of(settings_for(connectors.email, values={"EMAIL_SMTP_SECURITY": security})).port == port


def test_no_secret_is_shown() -> None:
    account = account_of(settings_for(connectors.email, values={"EMAIL_SMTP_USER": "u", "EMAIL_SMTP_PASSWORD": "p4ss"}))
    assert "p4ss" not in repr(account)
    assert account.webhook_secret not in repr(account)


def test_addresses_are_kept_in_one_way() -> None:
    assert normalised("Ana@Example.COM") == "ana@example.com"
    assert normalised("ana@xn--bcher-kva.example") == "ana@bücher.example"
    with pytest.raises(ValueError, match="@"):
        normalised("ana")


@pytest.mark.parametrize(
    ("written", "doubted"),
    [
        ("Harbourline Ltd, 1 Quay Street, Bristol BS1 4DJ", False),
        ("PO Box 17, 10115 Berlin", False),
        ("〒150-0002 東京都渋谷区渋谷 2-21-1", False),
        ("", False),
        ("Bristol", True),
        ("Harbourline Ltd, Bristol, England", True),
        ("see https://harbourline.example/imprint 1", True),
        ("hello@harbourline.example, 1 Quay Street", True),
        ("TODO 1", True),
    ],
)
def test_a_postal_address_that_no_letter_reaches_is_doubted(written: str, doubted: bool) -> None:
    assert bool(connectors.email.doubts({"EMAIL_POSTAL_ADDRESS": written})) is doubted
