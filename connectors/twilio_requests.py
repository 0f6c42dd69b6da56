"""Requests of Twilio's: the form that they carry, and the signature that says they are Twilio's."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from twilio.request_validator import HMAC_SHA1, RequestValidator, get_signature_algorithm

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


def read_signed(request: WebhookRequest, tokens: Sequence[str]) -> SignedForm:
    """The form of a request that one of the tokens signs; raises WebhookRejected."""
    form = _read_form(request.body)
    check_signature(request, form, tokens)
    return form


def check_signature(request: WebhookRequest, form: SignedForm, tokens: Sequence[str]) -> None:
    """The signature covers the public URL and every field (www.twilio.com/docs/usage/security)."""
    signature = request.headers.get(SIGNATURE_HEADER)
    if not signature:
        raise WebhookRejected(401, "The request has no X-Twilio-Signature.")
    if get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER, "")) != HMAC_SHA1:
        raise WebhookRejected(
            401, "The request is signed with a SharedKey, which is not supported: let Twilio sign with the Auth Token."
        )
    if not any(_is_signed(request.url, form, signature, token) for token in tokens if token):
        raise WebhookRejected(
            403,
            "X-Twilio-Signature does not fit the request. Check TWILIO_AUTH_TOKEN, and that OVERTURE_PUBLIC_URL is the "
            "address that Twilio was told, to the letter.",
        )


def signature_of(url: str, fields: Sequence[tuple[str, str]], token: str) -> str:
    """The X-Twilio-Signature of a POST of these fields."""
    return str(RequestValidator(token).compute_signature(url, _as_form(fields)))


def _is_signed(url: str, form: SignedForm, signature: str, token: str) -> bool:
    try:
        return bool(RequestValidator(token).validate(url, form, signature))
    except ValueError:
        return False


def _read_form(body: bytes) -> SignedForm:
    """Blank values are kept: Twilio signs them too."""
    try:
        return _as_form(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise WebhookRejected(400, f"The body is not a form in UTF-8 of at most {MOST_FIELDS} fields.") from error


def _as_form(fields: Sequence[tuple[str, str]]) -> SignedForm:
    form = SignedForm()
    for name, value in fields:
        form.setdefault(name, []).append(value)
    return form
