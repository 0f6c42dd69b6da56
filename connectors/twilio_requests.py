"""Requests of Twilio's: the form that they carry, and the signature that says they are Twilio's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator, get_signature_algorithm

from bot.domain.errors import WebhookRejected
from bot.domain.message import storable
from bot.ports import WebhookRequest

SIGNATURE_HEADER = "x-twilio-signature"
SIGNATURE_SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"
MOST_FIELDS = 500


class SignedForm(dict[str, list[str]]):
    """A form's fields, each with all its values; `getall` is what Twilio's validator asks for them by."""

    def getall(self, name: str) -> list[str]:
        return self[name]

    def first(self, name: str) -> str:
        """The field's first value, as it can be stored; empty where it is missing."""
        return storable(self.get(name, [""])[0]).strip()


def read_signed(request: WebhookRequest, tokens: Sequence[str], shared_keys: Sequence[str] | None = None) -> SignedForm:
    """The form of a request that is signed by an Auth Token or, where they are taken, a SharedKey.

    Of each there may be two while one is rotated; an empty one is none. Raises WebhookRejected.
    """
    form = _read_form(request.body)
    _check_signature(request, form, tokens, shared_keys)
    return form


def check_socket(request: WebhookRequest, tokens: Sequence[str]) -> None:
    """A request that opens a WebSocket is signed over its address, which Twilio was given as wss://.

    Some of its servers sign over https://. Raises WebhookRejected.
    """
    nothing = SignedForm()
    address = request.url.partition("://")[2]
    try:
        _check_signature(replace(request, url=f"wss://{address}"), nothing, tokens, None)
    except WebhookRejected:
        _check_signature(replace(request, url=f"https://{address}"), nothing, tokens, None)


def _check_signature(
    request: WebhookRequest, form: SignedForm, tokens: Sequence[str], shared_keys: Sequence[str] | None
) -> None:
    """The signature covers the public URL and every field (www.twilio.com/docs/usage/security)."""
    signature = request.headers.get(SIGNATURE_HEADER)
    if not signature:
        raise WebhookRejected(401, "The request has no X-Twilio-Signature.")
    algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER, "")).upper()
    setting, secrets = _secrets(algorithm, tokens, shared_keys)
    known = [secret for secret in secrets if secret]
    if not known:
        raise WebhookRejected(401, f"The request is signed by {algorithm}, and {setting} is not set.")
    if not any(_is_signed(request.url, form, signature, secret, algorithm) for secret in known):
        raise WebhookRejected(
            403,
            f"X-Twilio-Signature does not fit the request. Check {setting}, and that OVERTURE_PUBLIC_URL is the "
            "address that Twilio was told, to the letter.",
        )


def _secrets(algorithm: str, tokens: Sequence[str], shared_keys: Sequence[str] | None) -> tuple[str, Sequence[str]]:
    """The setting that has the secret of this algorithm, and its values."""
    match algorithm:
        case "HMAC_SHA1":
            return "TWILIO_AUTH_TOKEN", tokens
        case "HMAC_SHA256" if shared_keys is not None:
            return "TWILIO_WEBHOOK_SHARED_KEY", shared_keys
        case "HMAC_SHA256":
            raise WebhookRejected(
                401,
                "The request is signed with a SharedKey, which is not taken here: let Twilio sign with the Auth Token.",
            )
        case _:
            raise WebhookRejected(401, f"The request is signed by neither {HMAC_SHA1} nor {HMAC_SHA256}.")


def signature_of(url: str, fields: Sequence[tuple[str, str]], secret: str, algorithm: str = HMAC_SHA1) -> str:
    """The X-Twilio-Signature of a POST of these fields."""
    return str(RequestValidator(secret).compute_signature(url, form_of(fields), algorithm))


def _is_signed(url: str, form: SignedForm, signature: str, secret: str, algorithm: str) -> bool:
    try:
        return bool(RequestValidator(secret).validate(url, form, signature, algorithm))
    except ValueError:
        return False


def _read_form(body: bytes) -> SignedForm:
    """Blank values are kept: Twilio signs them too."""
    try:
        return form_of(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise WebhookRejected(400, f"The body is not a form in UTF-8 of at most {MOST_FIELDS} fields.") from error


def form_of(fields: Sequence[tuple[str, str]]) -> SignedForm:
    form = SignedForm()
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return form
