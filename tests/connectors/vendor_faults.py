"""What goes wrong at each vendor of a CRM, in its own shapes. None of it is for good: a later call works."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.ports import Reply
from tests.connectors.vendor_server import At, Fault


def _json(status: int, body: Any, **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), "application/json", names)


def _hubspot(status: int, category: str, **headers: str) -> Reply:
    return _json(status, {"status": "error", "category": category, "correlationId": "c-1", "message": ""}, **headers)


def _salesforce(status: int, code: str) -> Reply:
    return _json(status, [{"message": "", "errorCode": code, "fields": []}])


def _marketo(code: str) -> Reply:
    return _json(200, {"requestId": "r", "success": False, "errors": [{"code": code, "message": ""}]})


def _soap(code: str) -> Reply:
    fault = f"<s:Fault><faultcode>s:{code}</faultcode><faultstring/></s:Fault>"
    envelope = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{fault}</s:Body></s:Envelope>'
    return Reply(500, envelope.encode(), "text/xml")


EVERYWHERE: Mapping[str, Fault] = {
    "the line breaks": "hang up",
    "taken, and the line breaks": "take it and hang up",
    "503": Reply(503, b"<html>busy</html>", "text/html"),
    "429": Reply(429, b"", "text/plain", {"Retry-After": "1"}),
    "409": Reply(409, b"", "text/plain"),
}
CONFLICT = {"status": "error", "category": "CONFLICT", "message": "Contact already exists", "errors": []}
LOCKED = [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "", "fields": []}]
HALTED = [{"errorCode": "PROCESSING_HALTED", "message": "", "fields": []}]
BATCH = {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [CONFLICT]}
COMPOSED = [
    {"httpStatusCode": 400, "body": LOCKED, "referenceId": "lead"},
    {"httpStatusCode": 400, "body": HALTED, "referenceId": "task"},
]
SKIPPED = [{"status": "skipped", "reasons": [{"code": "1022", "message": ""}]}]
DATA = ".* /services/data/.*"
"""Of Salesforce: everything but the login."""

VENDOR_FAULTS: Mapping[str, Mapping[str, Fault]] = {
    "hubspot": {
        **EVERYWHERE,
        "429": _hubspot(429, "RATE_LIMITS", Retry_After="1"),
        "409": _hubspot(409, "CONFLICT"),
        "part of a batch fails": At(".*/batch/.*", _json(207, BATCH)),
    },
    "salesforce": {
        **EVERYWHERE,
        "the session ends": At(DATA, _salesforce(401, "INVALID_SESSION_ID")),
        "the day's calls are used up": At(DATA, _salesforce(403, "REQUEST_LIMIT_EXCEEDED")),
        "a row is locked": At(DATA, _salesforce(400, "UNABLE_TO_LOCK_ROW")),
        "part of a composite fails": At(".*/composite", _json(200, {"compositeResponse": COMPOSED})),
    },
    "mautic": {
        **EVERYWHERE,
        "the token ends": At(".* /api/.*", _json(401, {"errors": [{"code": 401, "message": ""}]})),
    },
    "marketo": {
        **EVERYWHERE,
        "the token ends": _marketo("602"),
        "the rate is reached": _marketo("606"),
        "the call takes too long": _marketo("604"),
        "part of a batch fails": At("POST /rest/.*", _json(200, {"success": True, "result": SKIPPED})),
    },
    "openemm": {**EVERYWHERE, "a fault of the server": _soap("Server")},
    "openemm_rest": {
        **EVERYWHERE,
        "the token ends": At(".* /rest/v2/recipients.*", _json(401, {"status": 401, "detail": "Unauthorized"})),
    },
    "webhook": EVERYWHERE,
}
