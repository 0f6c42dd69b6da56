"""The settings of the mailbox that is read, and what is said of those that cannot be."""

from __future__ import annotations

import pytest

import connectors.email
from bot.domain.errors import SettingsError, WebhookRejected
from connectors.email.mailbox import mailbox_of
from tests.connectors.vendor_server import built, request_to, settings_for

READ = {
    "EMAIL_IMAP_HOST": "imap.example.com",
    "EMAIL_IMAP_USER": "sales",
    "EMAIL_IMAP_PASSWORD": "p4ss",
}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"EMAIL_IMAP_USER": ""}, "EMAIL_IMAP_USER is not set"),
        ({"EMAIL_IMAP_PASSWORD": ""}, "EMAIL_IMAP_PASSWORD is not set"),
        ({"EMAIL_IMAP_PORT": "70000"}, 'EMAIL_IMAP_PORT is "70000"'),
        ({"EMAIL_IMAP_SECURITY": "ssl"}, "Write starttls, tls or none"),
        ({"EMAIL_IMAP_SECURITY": "none"}, "in the clear"),
        ({"EMAIL_IMAP_HOST": ""}, "EMAIL_IMAP_USER is set, and EMAIL_IMAP_HOST is not"),
    ],
)
def test_what_cannot_be_is_told_with_the_setting(values: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        mailbox_of(settings_for(connectors.email, values={**READ, **values}))


@pytest.mark.parametrize(("security", "port"), [("tls", 993), ("STARTTLS", 143)])
def test_the_port_is_the_usual_one(security: str, port: int) -> None:
    mailbox = mailbox_of(settings_for(connectors.email, values={**READ, "EMAIL_IMAP_SECURITY": security}))
    assert mailbox is not None
    assert (mailbox.port, mailbox.folder) == (port, "INBOX")
    assert "p4ss" not in repr(mailbox)


def test_none_is_read_unless_one_is_named() -> None:
    assert mailbox_of(settings_for(connectors.email)) is None


def test_where_a_mailbox_is_read_no_secret_is_needed_and_nobody_may_post() -> None:
    channel = built(connectors.email, "email", values={**READ, "EMAIL_WEBHOOK_SECRET": ""})
    headers = {"content-type": "message/rfc822", "authorization": "Basic b3ZlcnR1cmU6"}
    with pytest.raises(WebhookRejected, match="read from a mailbox") as refused:
        channel.parse(request_to("email/inbound", headers, body=b"From: ana@example.com\r\n\r\nx"))
    assert refused.value.status == 404
