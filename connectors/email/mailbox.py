"""The mailbox that is read for what comes in, as the settings describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings
from connectors.email.account import Security, port_of, secure_enough, security_of

SETTINGS: tuple[str, ...] = (
    "EMAIL_IMAP_HOST",
    "EMAIL_IMAP_PORT",
    "EMAIL_IMAP_SECURITY",
    "EMAIL_IMAP_USER",
    "EMAIL_IMAP_PASSWORD",
    "EMAIL_IMAP_FOLDER",
)
PORTS: Mapping[Security, int] = {"starttls": 143, "tls": 993, "none": 143}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A folder on an IMAP server, and who may read it: by a password, or by a token where that is empty."""

    host: str
    port: int
    security: Security
    user: str
    folder: str
    password: str = field(repr=False)


def mailbox_of(settings: ConnectorSettings) -> Mailbox | None:
    """None where no host is named; raises SettingsError where another setting is missing or cannot be."""
    host = settings.get("EMAIL_IMAP_HOST").strip()
    if not host:
        _nothing_else(settings)
        return None
    security = security_of(settings, "EMAIL_IMAP_SECURITY", "tls")
    mailbox = Mailbox(
        host=host,
        port=port_of(settings, "EMAIL_IMAP_PORT", PORTS[security]),
        security=security,
        user=settings.require("EMAIL_IMAP_USER"),
        folder=settings.get("EMAIL_IMAP_FOLDER", "INBOX").strip() or "INBOX",
        password="" if settings.get("EMAIL_OAUTH_TOKEN_URL") else settings.require("EMAIL_IMAP_PASSWORD"),
    )
    if not secure_enough(security, host):
        raise SettingsError(
            "EMAIL_IMAP_SECURITY is none, so EMAIL_IMAP_PASSWORD would cross the network in the clear. "
            "Set EMAIL_IMAP_SECURITY to tls or starttls."
        )
    return mailbox


def _nothing_else(settings: ConnectorSettings) -> None:
    if other := next((name for name in SETTINGS if settings.get(name)), None):
        raise SettingsError(f"{other} is set, and EMAIL_IMAP_HOST is not. Name the IMAP server, or take {other} out.")
