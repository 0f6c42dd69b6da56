"""The fields of an e-mail that a mail service posts: a form, in either way and whatever charset, or a JSON object."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.parse import unquote_to_bytes

from bot.domain.errors import WebhookRejected
from connectors.json_bodies import read_object

MOST_FIELDS = 500
LARGEST_FIELD = 500_000
"""Bytes that are looked at."""

LARGEST_HEAD = 4_000

WHOLE = ("email", "body-mime")
"""The field in which SendGrid posts an e-mail as it was sent, if it is told to, and that of Mailgun."""

HEADER = re.compile(r"[!-9;-~]+:")

NO_CHARSETS = frozenset(("punycode", "idna", "unicode-escape", "raw-unicode-escape"))
"""What Python can decode, too, and no e-mail is written in: two of them take minutes for a long text."""


def form_fields(content_type: str, body: bytes) -> Mapping[str, str]:
    """The fields by their names in lower case; files are left out. Raises WebhookRejected for what has none."""
    if _media_type(content_type) == "application/json":
        return _json(body)
    raw = _parts(content_type, body)
    charsets = _charsets(raw.get("charsets", b""))
    return {name: decoded(value, charsets.get(name, "utf-8")) for name, value in raw.items()}


def whole_mail_in(fields: Mapping[str, str], content_type: str, body: bytes) -> bytes | None:
    """The e-mail as it was sent, where the form has all of it in one field, as bytes: they are in no one charset."""
    name = next((one for one in WHOLE if HEADER.match(fields.get(one, ""))), None)
    if name is None or _media_type(content_type) == "application/json":
        return None
    return _parts(content_type, body)[name]


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _parts(content_type: str, body: bytes) -> Mapping[str, bytes]:
    """The first of each name."""
    media_type = _media_type(content_type)
    if media_type == "multipart/form-data":
        pairs = _multipart(_boundary(content_type), body)
    elif media_type == "application/x-www-form-urlencoded":
        pairs = _urlencoded(body)
    else:
        raise WebhookRejected(
            400,
            "The body is neither a form (multipart/form-data, application/x-www-form-urlencoded) nor JSON, and no "
            "e-mail as it was sent (message/rfc822).",
        )
    raw: dict[str, bytes] = {}
    for name, value in pairs:
        raw.setdefault(name, value)
    return raw


def decoded(value: bytes, charset: str) -> str:
    """The text, in its charset if that is right; a wrong one costs some letters, never the message."""
    for one in (charset, "utf-8"):
        try:
            if codecs.lookup(one).name not in NO_CHARSETS:
                return value.decode(one)
        except (LookupError, ValueError):
            continue
    return value.decode("cp1252", "replace")


def _json(body: bytes) -> Mapping[str, str]:
    """An object's texts, and its lists as JSON, as a form has them."""
    found = read_object(body)
    texts = {name.lower(): value for name, value in found.items() if isinstance(value, str)}
    lists = {name.lower(): json.dumps(value) for name, value in found.items() if isinstance(value, list)}
    return {**lists, **texts}


def _boundary(content_type: str) -> bytes:
    header: Message[str, str] = Message()
    try:
        header["Content-Type"] = content_type
        boundary = (header.get_boundary() or "").encode("ascii")
    except (MessageError, ValueError, LookupError) as error:
        raise WebhookRejected(400, "The header Content-Type cannot be read.") from error
    if not boundary:
        raise WebhookRejected(400, "The header Content-Type names no boundary.")
    return boundary


def _multipart(boundary: bytes, body: bytes) -> Iterator[tuple[str, bytes]]:
    """RFC 7578. The standard library's parser goes through each line of each file, which takes seconds."""
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_FIELDS + 1)[1:]
    if len(parts) > MOST_FIELDS:
        raise WebhookRejected(400, f"The form has more than {MOST_FIELDS} fields.")
    for part in parts:
        head, _, value = part.partition(b"\r\n\r\n")
        name = _field_name(head[:LARGEST_HEAD].lstrip())
        if name:
            yield name, value[:LARGEST_FIELD]


def _field_name(head: bytes) -> str:
    """The name of the field with this head; empty where that is a file, or nothing."""
    try:
        headers = BytesHeaderParser().parsebytes(head)
        name, file = headers.get_param("name", header="content-disposition"), headers.get_filename()
    except (MessageError, ValueError, LookupError, TypeError):
        return ""
    return name.lower() if isinstance(name, str) and file is None else ""


def _urlencoded(body: bytes) -> Iterator[tuple[str, bytes]]:
    pairs = body.split(b"&", MOST_FIELDS)
    if len(pairs) > MOST_FIELDS:
        raise WebhookRejected(400, f"The form has more than {MOST_FIELDS} fields.")
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        plain = unquote_to_bytes(value[:LARGEST_FIELD].replace(b"+", b" "))
        yield decoded(unquote_to_bytes(name[:LARGEST_HEAD]), "utf-8").lower(), plain


def _charsets(written: bytes) -> Mapping[str, str]:
    """SendGrid's field `charsets`: `{"text": "iso-8859-1"}`."""
    try:
        found = json.loads(written or b"{}")
    except (ValueError, RecursionError):
        return {}
    return {str(name).lower(): str(one) for name, one in found.items()} if isinstance(found, dict) else {}
