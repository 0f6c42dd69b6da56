"""The fields of a form that a mail service posts, in whichever of the two ways and whatever charset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from bot.domain.errors import WebhookRejected

MOST_FIELDS = 500


def form_fields(content_type: str, body: bytes) -> Mapping[str, str]:
    """The fields by their names in lower case; files are left out. Raises WebhookRejected for what is no form."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        raw = _multipart(content_type, body)
    elif media_type == "application/x-www-form-urlencoded":
        raw = _urlencoded(body)
    else:
        raise WebhookRejected(400, "The body is neither multipart/form-data nor application/x-www-form-urlencoded.")
    charsets = _charsets(raw.get("charsets", b""))
    return {name: decoded(value, charsets.get(name, "utf-8")) for name, value in raw.items()}


def decoded(value: bytes, charset: str) -> str:
    """The text, in its charset if that is right; a wrong one costs some letters, never the message."""
    for one in (charset, "utf-8"):
        try:
            return value.decode(one)
        except (LookupError, ValueError):
            continue
    return value.decode("cp1252", "replace")


def _multipart(content_type: str, body: bytes) -> dict[str, bytes]:
    try:
        head = b"Content-Type: " + content_type.encode("ascii") + b"\r\n\r\n"
        form = BytesParser(policy=HTTP).parsebytes(head + body)
        parts = form.get_payload() if form.is_multipart() else None
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError) as error:
        raise WebhookRejected(400, "The body cannot be read as multipart/form-data.") from error
    if not isinstance(parts, list) or len(parts) > MOST_FIELDS:
        raise WebhookRejected(400, f"The body is no multipart/form-data of at most {MOST_FIELDS} fields.")
    fields: dict[str, bytes] = {}
    for part in parts:
        if not isinstance(part, Message):
            continue
        try:
            name, file = part.get_param("name", header="content-disposition"), part.get_filename()
            value = part.get_payload(decode=True)
        except (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError):
            continue
        if isinstance(name, str) and file is None and isinstance(value, bytes):
            fields.setdefault(name.lower(), value)
    return fields


def _urlencoded(body: bytes) -> dict[str, bytes]:
    """Read as Latin-1, in which every byte is a letter, so that the charset may be known afterwards."""
    try:
        pairs = parse_qsl(
            body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="latin-1"
        )
    except ValueError as error:
        raise WebhookRejected(400, f"The body is no form of at most {MOST_FIELDS} fields.") from error
    fields: dict[str, bytes] = {}
    for name, value in pairs:
        fields.setdefault(name.lower(), value.encode("latin-1"))
    return fields


def _charsets(written: bytes) -> Mapping[str, str]:
    """SendGrid's field `charsets`: `{"text": "iso-8859-1"}`."""
    try:
        found = json.loads(written or b"{}")
    except (ValueError, RecursionError):
        return {}
    return {str(name).lower(): str(one) for name, one in found.items()} if isinstance(found, dict) else {}
