"""Mail services that sign what they post, each in its way, with a key for each webhook.

Resend: docs.svix.com/receiving/verifying-payloads/how-manual. MailerSend: developers.mailersend.com (Webhooks).
Mandrill: mailchimp.com/developer/transactional (Authenticating webhook requests).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from bot.domain.errors import SettingsError, WebhookRejected
from bot.ports import ConnectorSettings, WebhookRequest

SETTINGS: tuple[str, ...] = ("EMAIL_RESEND_SECRETS", "EMAIL_MAILERSEND_SECRETS", "EMAIL_MANDRILL_KEYS")
RESEND, MAILERSEND, MANDRILL = "svix-signature", "signature", "x-mandrill-signature"
OLDEST = timedelta(minutes=5)
RESEND_PREFIX = "whsec_"
SHORTEST_KEY = 16
MOST_FIELDS = 10


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The keys by which services sign; of each there may be several, one for each webhook."""

    resend: tuple[bytes, ...] = field(default=(), repr=False)
    mailersend: tuple[str, ...] = field(default=(), repr=False)
    mandrill: tuple[str, ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.resend or self.mailersend or self.mandrill)


NO_KEYS = SigningKeys()


def signing_keys_of(settings: ConnectorSettings) -> SigningKeys:
    """Raises SettingsError for what can be none."""
    resend, mailersend, mandrill = SETTINGS
    return SigningKeys(
        resend=tuple(_from_resend(one) for one in _listed(settings, resend)),
        mailersend=tuple(_long_enough(mailersend, one) for one in _listed(settings, mailersend)),
        mandrill=tuple(_long_enough(mandrill, one) for one in _listed(settings, mandrill)),
    )


def is_signed(request: WebhookRequest, keys: SigningKeys) -> bool:
    """Whether a service has signed it whose keys we have; raises WebhookRejected where its signature does not fit."""
    headers = request.headers
    if keys.resend and (given := headers.get(RESEND, "")):
        _check_age(request)
        _check(given.split(" "), [f"v1,{resend_signature(key, request)}" for key in keys.resend], RESEND)
    elif keys.mailersend and (given := headers.get(MAILERSEND, "")):
        wanted = [mailersend_signature(key, request.body) for key in keys.mailersend]
        _check([given.strip().lower()], wanted, MAILERSEND)
    elif keys.mandrill and (given := headers.get(MANDRILL, "")):
        fields = fields_of(request.body)
        wanted = [mandrill_signature(key, url, fields) for key in keys.mandrill for url in _addresses(request)]
        _check([given.strip()], wanted, MANDRILL)
    else:
        return False
    return True


def resend_signature(key: bytes, request: WebhookRequest) -> str:
    said = f"{request.headers.get('svix-id', '')}.{request.headers.get('svix-timestamp', '')}."
    digest = hmac.new(key, said.encode(errors="replace") + request.body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def mailersend_signature(key: str, body: bytes) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def mandrill_signature(key: str, url: str, fields: Sequence[tuple[str, str]]) -> str:
    """Of the address as it was entered at Mandrill, and each field with its value, by the names of the fields."""
    signed = url + "".join(name + value for name, value in sorted(fields))
    digest = hmac.new(key.encode(), signed.encode("utf-8", "replace"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def fields_of(body: bytes) -> Sequence[tuple[str, str]]:
    """Of a form of Mandrill's, whole; raises WebhookRejected where it has more than any of those."""
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise WebhookRejected(400, f"The form has more than {MOST_FIELDS} fields.") from error


def _addresses(request: WebhookRequest) -> Iterator[str]:
    """Without the password of HTTP Basic authentication, and with it, where the request brings one."""
    yield request.url
    scheme, _, written = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return
    try:
        told = base64.b64decode(written.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return
    place = urlsplit(request.url)
    yield urlunsplit(place._replace(netloc=f"{told}@{place.netloc}"))


def _check(given: Iterable[str], wanted: Iterable[str], header: str) -> None:
    encoded = [one.encode() for one in wanted]
    fits = [hmac.compare_digest(one.encode(errors="replace"), other) for one in given for other in encoded]
    if not any(fits):
        setting = dict(zip((RESEND, MAILERSEND, MANDRILL), SETTINGS, strict=True))[header]
        hint = " and OVERTURE_PUBLIC_URL" if header == MANDRILL else ""
        raise WebhookRejected(403, f"The header {header} does not fit the request. Check {setting}{hint}.")


def _check_age(request: WebhookRequest) -> None:
    written = request.headers.get("svix-timestamp", "")
    fresh = written.isascii() and written.isdecimal() and len(written) <= 12
    if not fresh or abs(request.received_at.timestamp() - int(written)) > OLDEST.total_seconds():
        raise WebhookRejected(403, "The header svix-timestamp is not a time of the last 5 minutes. Check the clocks.")


def _listed(settings: ConnectorSettings, name: str) -> list[str]:
    return [one.strip() for one in settings.get(name).split(",") if one.strip()]


def _from_resend(written: str) -> bytes:
    try:
        key = base64.b64decode(written.removeprefix(RESEND_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not written.startswith(RESEND_PREFIX) or len(key) < SHORTEST_KEY:
        raise SettingsError(
            "EMAIL_RESEND_SECRETS has something that is no signing secret of Resend's. Each begins with whsec_; copy "
            "it from the webhook's page, and put a comma between several."
        )
    return key


def _long_enough(name: str, key: str) -> str:
    if len(key) < SHORTEST_KEY:
        raise SettingsError(f"{name} has a key with less than {SHORTEST_KEY} characters. Copy it from its webhook.")
    return key
