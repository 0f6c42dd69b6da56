"""The HubSpot CRM: contacts by batch upsert, notes on contacts, through the date-versioned API."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp

from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.handoff import Lead
from bot.ports import Clock
from connectors.hubspot.mapping import contact_properties

API_URL = "https://api.hubapi.com"
TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
NOTE_TO_CONTACT = 202
"""HubSpot's own association type for it (developers.hubspot.com, "Association type ID values")."""

LONGEST_NOTE = 65_536
CONFLICT_PAUSE = timedelta(seconds=5)
TEMPORARY_CATEGORIES = {"RATE_LIMITS", "CONFLICT"}


class HubSpotCrm:
    """Writes contacts and notes with a service key or an app's access token (`token`)."""

    name = "hubspot"

    def __init__(
        self, *, token: str, version: str, api_url: str, clock: Clock, trust_proxy_settings: bool = True
    ) -> None:
        self._token = token
        self._objects_url = f"{api_url.rstrip('/')}/crm/objects/{version}"
        self._clock = clock
        self._trust_proxy_settings = trust_proxy_settings
        self._http: aiohttp.ClientSession | None = None

    async def upsert(self, lead: Lead, *, key: str) -> str:
        """The contact's id. Who it is goes by e-mail address, so the same call twice is one contact."""
        properties = contact_properties(lead)
        email = properties.get("email")
        if not email:
            raise PermanentSendError("HubSpot knows contacts by e-mail address, and this lead has none")
        contact = {"idProperty": "email", "id": email, "objectWriteTraceId": _marker(key), "properties": properties}
        answer = await self._call("contacts/batch/upsert", {"inputs": [contact]})
        match answer:
            case {"errors": [dict() as fault, *_]}:
                raise _refusal(207, fault, None)
            case {"results": [{"id": str(contact_id)}, *_]}:
                return contact_id
        raise TemporarySendError("HubSpot took the contact but its answer names no id")

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a note to the contact, unless one with this key's mark is there: HubSpot itself knows no such key."""
        marker = _marker(key)
        if await self._has_note(crm_id, marker):
            return
        words = html.escape(text[: LONGEST_NOTE // 2]).replace("\n", "<br>")
        body = f"<p>{words[: LONGEST_NOTE - 100]}</p><p>Overture reference: {marker}</p>"
        association = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": NOTE_TO_CONTACT}
        note = {
            "properties": {
                "hs_timestamp": self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "hs_note_body": body,
            },
            "associations": [{"to": {"id": crm_id}, "types": [association]}],
        }
        await self._call("notes", note)

    async def _has_note(self, crm_id: str, marker: str) -> bool:
        search = {
            "filterGroups": [
                {
                    "filters": [
                        {"propertyName": "associations.contact", "operator": "EQ", "value": crm_id},
                        {"propertyName": "hs_note_body", "operator": "CONTAINS_TOKEN", "value": marker},
                    ]
                }
            ],
            "properties": ["hs_note_body"],
            "limit": 1,
        }
        answer = await self._call("notes/search", search)
        return bool(answer.get("results"))

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _call(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """One POST; its JSON, or TemporarySendError or PermanentSendError."""
        session = self._session()
        try:
            async with session.post(f"{self._objects_url}/{path}", json=body, allow_redirects=False) as response:
                text = await response.text(errors="replace")
                status, retry_after = response.status, response.headers.get("Retry-After")
        except TimeoutError as error:
            raise TemporarySendError("HubSpot did not answer in time") from error
        except aiohttp.ClientError as error:
            raise TemporarySendError(f"HubSpot cannot be reached: {type(error).__name__}") from error
        answer = _read_json(text)
        if 200 <= status < 300:
            return answer
        raise _refusal(status, answer, retry_after)

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(
                timeout=TIMEOUT,
                headers={"Authorization": f"Bearer {self._token}", "Accept": "application/json"},
                trust_env=self._trust_proxy_settings,
            )
        return self._http


def _marker(key: str) -> str:
    """One word that search finds again, and that tells nothing."""
    return "overture" + hashlib.sha256(key.encode()).hexdigest()[:24]


def _read_json(text: str) -> Mapping[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(
    status: int, answer: Mapping[str, Any], retry_after: str | None
) -> TemporarySendError | PermanentSendError:
    """HubSpot's error as ours. Of its own words only the category and the id for its support are safe to repeat."""
    category = str(answer.get("category") or "")
    reason = f"HubSpot refused with status {status}" + (f", {category}" if category else "")
    if trace := str(answer.get("correlationId") or ""):
        reason += f" (correlation id {trace})"
    if status == 409 or category == "CONFLICT":
        # Somebody made the same contact at the same moment; the next try finds and updates it.
        return TemporarySendError(reason, code=category or "CONFLICT", retry_after=CONFLICT_PAUSE)
    if status in (408, 423, 429, 477) or status >= 500 or category in TEMPORARY_CATEGORIES:
        wait = timedelta(seconds=int(retry_after)) if retry_after and retry_after.isdecimal() else None
        return TemporarySendError(reason, code=category, retry_after=wait)
    if status in (401, 403):
        reason += ": check HUBSPOT_TOKEN, and that it may read and write contacts"
    elif status in (207, 400):
        reason += _missing_properties(answer)
    return PermanentSendError(reason, code=category)


def _missing_properties(answer: Mapping[str, Any]) -> str:
    """Advice where the account lacks our own properties, which is the one fault that a new account has."""
    if "PROPERTY_DOESNT_EXIST" not in json.dumps(answer):
        return ""
    return ": a contact property does not exist there. Create those in connectors/hubspot/README.md"
