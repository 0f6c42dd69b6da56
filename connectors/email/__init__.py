"""E-mail: out by SMTP through any mail server, in by the webhooks of a mail service or from a mailbox by IMAP."""

from __future__ import annotations

import hashlib
import hmac

from bot.ports import ConnectorSettings, SandboxVendor
from connectors.email import account as sender
from connectors.email import mailbox, oauth
from connectors.email.account import account_of, doubts
from connectors.email.channel import EmailChannel, preview
from connectors.email.postbox import Postbox
from connectors.email.sandbox import EmailSandbox
from connectors.email.smtp import MailServer
from connectors.email.unsubscribe import CHANNEL, UnsubscribeLinks

__all__ = ["CHANNELS", "SETTINGS", "EmailChannel", "build", "build_sandbox", "doubts", "preview", "sandbox_values"]

SETTINGS: tuple[str, ...] = (*sender.SETTINGS, *mailbox.SETTINGS, *oauth.SETTINGS)
CHANNELS: tuple[str, ...] = (CHANNEL,)


def build(settings: ConnectorSettings) -> EmailChannel:
    """Raises SettingsError where a setting is missing or cannot be."""
    app, account = oauth.app_of(settings), account_of(settings)
    stand_in = Postbox(settings.feed, settings.clock).serve if settings.sandbox_url is not None else None
    links = UnsubscribeLinks(settings.require("OVERTURE_SECRET"), settings.service_url)
    tokens = oauth.Tokens(app, settings.clock) if app is not None else None
    server = MailServer(account, stand_in, tokens)
    return EmailChannel(account, server, links, settings.clock, mailbox.mailbox_of(settings), tokens)


def sandbox_values(secret: str) -> dict[str, str]:
    """A made-up sender in a domain that is kept for examples."""
    return {
        "EMAIL_SMTP_HOST": "localhost",
        "EMAIL_SMTP_SECURITY": "none",
        "EMAIL_FROM": "Harbourline <hello@harbourline.example>",
        "EMAIL_POSTAL_ADDRESS": "Harbourline Ltd, 1 Quay Street, Bristol BS1 4DJ",
        "EMAIL_WEBHOOK_SECRET": hmac.new(secret.encode(), b"email sandbox webhook", hashlib.sha256).hexdigest(),
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return EmailSandbox(account_of(settings), settings.service_url, settings.feed)
