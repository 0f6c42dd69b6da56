"""Whose e-mail it is and where it leaves, as the settings describe it; and addresses as we keep them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Literal

from email_validator import EmailNotValidError, validate_email

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings
from connectors.email import signatures
from connectors.email.signatures import NO_KEYS, SigningKeys, signing_keys_of

SETTINGS: tuple[str, ...] = (
    "EMAIL_SMTP_HOST",
    "EMAIL_SMTP_PORT",
    "EMAIL_SMTP_SECURITY",
    "EMAIL_SMTP_USER",
    "EMAIL_SMTP_PASSWORD",
    "EMAIL_FROM",
    "EMAIL_REPLY_TO",
    "EMAIL_SUBJECT",
    "EMAIL_POSTAL_ADDRESS",
    "EMAIL_WEBHOOK_SECRET",
    *signatures.SETTINGS,
)

Security = Literal["starttls", "tls", "none"]
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
SHORTEST_SECRET = 16
_NO_STREET = re.compile(r"@|https?://|www\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EmailAccount:
    """The sender, the server that takes its mail, and the secret that those who post to us must know.

    `name` is shown before the address; `subject` is that of a message that has none of its own. Where the secret is
    empty nobody may post but those who sign with one of the `keys`.
    """

    host: str
    port: int
    security: Security
    name: str
    sender: str
    reply_to: str
    subject: str
    postal_address: str
    webhook_secret: str = field(repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    keys: SigningKeys = NO_KEYS

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


def doubts(values: Mapping[str, str]) -> Sequence[str]:
    """What of the settings is no fault, and hardly meant: a postal address that no letter reaches (CAN-SPAM)."""
    written = values.get("EMAIL_POSTAL_ADDRESS", "").strip()
    words, numbered = re.findall(r"\w{2,}", written), any(character.isdecimal() for character in written)
    if not written or (numbered and len(words) >= 3 and not _NO_STREET.search(written)):
        return ()
    return (
        f'EMAIL_POSTAL_ADDRESS is "{written}", which does not look like a postal address. CAN-SPAM wants one beneath '
        "all marketing: a street with its number or a PO box, the postal code and the city.",
    )


def account_of(settings: ConnectorSettings) -> EmailAccount:
    """The account of these settings; raises SettingsError where one is missing or cannot be."""
    security = security_of(settings, "EMAIL_SMTP_SECURITY", "starttls")
    name, sender = _mailbox(settings, "EMAIL_FROM", settings.require("EMAIL_FROM"))
    keys = signing_keys_of(settings)
    account = EmailAccount(
        host=settings.require("EMAIL_SMTP_HOST").strip(),
        port=port_of(settings, "EMAIL_SMTP_PORT", PORTS[security]),
        security=security,
        name=name,
        sender=sender,
        reply_to=_mailbox(settings, "EMAIL_REPLY_TO", settings.get("EMAIL_REPLY_TO", sender))[1],
        subject=_line(settings, "EMAIL_SUBJECT", f"A message from {name or sender}"),
        postal_address=_postal_address(settings),
        webhook_secret=_webhook_secret(settings, keys),
        user=settings.get("EMAIL_SMTP_USER"),
        password=settings.get("EMAIL_SMTP_PASSWORD"),
        keys=keys,
    )
    if settings.get("EMAIL_OAUTH_TOKEN_URL"):
        settings.require("EMAIL_SMTP_USER")
    elif bool(account.user) != bool(account.password):
        raise SettingsError("of EMAIL_SMTP_USER and EMAIL_SMTP_PASSWORD only one is set. Set both, or neither.")
    if account.user and not secure_enough(security, account.host):
        raise SettingsError(
            "EMAIL_SMTP_SECURITY is none, so EMAIL_SMTP_PASSWORD would cross the network in the clear. "
            "Set EMAIL_SMTP_SECURITY to starttls or tls."
        )
    return account


def _webhook_secret(settings: ConnectorSettings, keys: SigningKeys) -> str:
    """Empty only where a mailbox is read instead, or those who post sign it."""
    needless = bool(settings.get("EMAIL_IMAP_HOST")) or bool(keys)
    secret = settings.get("EMAIL_WEBHOOK_SECRET") if needless else settings.require("EMAIL_WEBHOOK_SECRET")
    if secret and len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            f"EMAIL_WEBHOOK_SECRET has less than {SHORTEST_SECRET} characters, which can be guessed. Make one: "
            "openssl rand -hex 32"
        )
    return secret


def normalised(address: str) -> str:
    """An e-mail address as we keep it; raises ValueError for what is none."""
    try:
        return validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error


def in_ascii(address: str) -> str | None:
    """The address as every mail server takes it; None where there are other letters before the @."""
    return validate_email(address, check_deliverability=False).ascii_email


def security_of(settings: ConnectorSettings, name: str, default: Security) -> Security:
    """How a server is spoken to, by the setting of this name; raises SettingsError for what is no way of doing so."""
    match settings.get(name, default).strip().casefold():
        case "starttls" | "tls" | "none" as known:
            return known
        case other:
            raise SettingsError(f'{name} is "{other}". Write starttls, tls or none.')


def port_of(settings: ConnectorSettings, name: str, default: int) -> int:
    """The port of the setting of this name; raises SettingsError for what is none."""
    written = settings.get(name, str(default)).strip()
    if not (written.isascii() and written.isdecimal() and 0 < int(written[:6]) < 65536):
        raise SettingsError(f'{name} is "{written}". Write a port, such as {default}.')
    return int(written)


def secure_enough(security: Security, host: str) -> bool:
    """Whether a password may be told: encrypted, or to a server on this machine."""
    return security != "none" or host in ("localhost", "127.0.0.1", "::1")


def _mailbox(settings: ConnectorSettings, setting: str, written: str) -> tuple[str, str]:
    """Name and address. Ours must be one that every mail server takes."""
    name, address = parseaddr(_line(settings, setting, written))
    try:
        found = in_ascii(normalised(address))
    except ValueError:
        found = None
    if found is None:
        raise SettingsError(
            f'{setting} is "{written}", which is no e-mail address. Write one, such as '
            "Harbourline <hello@harbourline.example>."
        )
    return name, found


def _line(settings: ConnectorSettings, setting: str, default: str) -> str:
    written = settings.get(setting, default).strip()
    if not written.isprintable():
        raise SettingsError(f"{setting} has a line break or another control character in it. Write it in one line.")
    return written


def _postal_address(settings: ConnectorSettings) -> str:
    written = _line(settings, "EMAIL_POSTAL_ADDRESS", "")
    if not written:
        raise SettingsError(
            "EMAIL_POSTAL_ADDRESS is not set. Marketing by e-mail must name the sender's postal address (CAN-SPAM, "
            "16 CFR 316.2): set it to yours, such as Harbourline Ltd, 1 Quay Street, Bristol BS1 4DJ."
        )
    return written
