"""The Salesforce CRM: leads by an external id of ours, notes as completed tasks, through the REST API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.domain.crm import CrmEvent, CrmRecord, FieldValue
from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.handoff import Lead
from bot.ports import Clock, WebhookRequest
from connectors.crm_webhooks import parse_with_secret
from connectors.vendor_api import AccessToken, Answer, VendorApi, call_with, marker

OUR_ID = "Overture_Lead__c"
"""The external id of the object Lead that holds our id of the person."""

TOKEN_HOLDS = timedelta(hours=1)
"""Salesforce does not say how long; a session that ended before is noticed by its 401."""

LONGEST_TASK = 32_000
TEMPORARY = {"REQUEST_LIMIT_EXCEEDED", "UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT"}
ADVICE = {
    "INVALID_FIELD": "a field does not exist there, or the integration's user may not see it",
    "DUPLICATES_DETECTED": "a duplicate rule refuses it; merge the two leads there",
    "CANNOT_UPDATE_CONVERTED_LEAD": "the lead was converted",
    "REQUIRED_FIELD_MISSING": "your organisation requires a field that journeys/crm/salesforce.yml does not fill",
    "INSUFFICIENT_ACCESS_OR_READONLY": "the integration's user may not write it",
}
"""What somebody can do about an error code; the vendor's own words may repeat what a person said."""


class SalesforceCrm:
    """Calls the organisation's My Domain (`url`) as the user that its External Client App runs as."""

    name = "salesforce"

    def __init__(
        self,
        *,
        api: VendorApi,
        client_id: str,
        client_secret: str,
        version: str,
        clock: Clock,
        webhook_secret: str = "",
    ) -> None:
        self._api = api
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._data = f"/services/data/v{version}"
        self._token = AccessToken(self._log_in, clock)
        self._webhook_secret = webhook_secret

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        wanted = ",".join(sorted({"Id", *fields}))
        answer = await self._call("GET", self._by_our_id(lead), params={"fields": wanted})
        match answer:
            case Answer(status=200, body={"Id": str(lead_id), **found}):
                return CrmRecord(lead_id, {str(name): value for name, value in found.items()})
            case Answer(status=404, body=[{"errorCode": "NOT_FOUND"}, *_]):
                return await self._find_by_email(lead, wanted)
            case Answer(status=200):
                raise TemporarySendError("Salesforce's answer is no lead")
        raise _refusal(answer)

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        if not lead.email and not lead.phone:
            raise PermanentSendError("this lead has neither an e-mail address nor a phone number yet")
        if found is not None:
            if fields:
                await self._write("PATCH", f"/sobjects/Lead/{quote(found.id, safe='')}", fields)
            return found.id
        own = {name: value for name, value in fields.items() if name != OUR_ID}
        answer = await self._write("PATCH", self._by_our_id(lead), own)
        match answer.body:
            case {"id": str(lead_id), "success": True}:
                return lead_id
        raise TemporarySendError("Salesforce took the lead but its answer names no id")

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a completed task, unless one with this key's mark is in a subject: descriptions cannot be searched."""
        mark = marker(key)
        of_this = f"WhoId = {_quoted(crm_id)} AND Subject LIKE {_quoted(f'%{mark}%')}"
        query = f"SELECT Id FROM Task WHERE {of_this} LIMIT 1"  # noqa: S608  quoted above
        if await self._query(query):
            return
        task = {
            "WhoId": crm_id,
            "Subject": f"Note from Overture ({mark})",
            "Description": text[:LONGEST_TASK],
            "Status": "Completed",
        }
        await self._write("POST", "/sobjects/Task", task)

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent]:
        """What a flow tells in our own shape, with the secret in a header: Salesforce itself signs no webhook."""
        return parse_with_secret(request, self._webhook_secret, "SALESFORCE_WEBHOOK_SECRET")

    async def close(self) -> None:
        await self._api.close()

    def _by_our_id(self, lead: Lead) -> str:
        return f"/sobjects/Lead/{OUR_ID}/{quote(lead.key, safe='')}"

    async def _find_by_email(self, lead: Lead, wanted: str) -> CrmRecord | None:
        """The oldest lead of this address that has not been converted: a converted one cannot be changed."""
        email = (lead.email or "").strip().lower()
        if not email:
            return None
        of_this = f"Email = {_quoted(email)} AND IsConverted = false"
        query = f"SELECT {wanted} FROM Lead WHERE {of_this} ORDER BY CreatedDate LIMIT 1"  # noqa: S608  quoted above
        for one in await self._query(query):
            match one:
                case {"Id": str(lead_id), **found}:
                    return CrmRecord(lead_id, {str(name): value for name, value in found.items()})
        return None

    async def _query(self, query: str) -> list[Any]:
        answer = await self._call("GET", "/query", params={"q": query})
        match answer:
            case Answer(status=200, body={"records": list() as records}):
                return records
            case Answer(status=200):
                raise TemporarySendError("Salesforce's answer has no records")
        raise _refusal(answer)

    async def _write(self, method: str, path: str, fields: Mapping[str, Any]) -> Answer:
        answer = await self._call(method, path, body=fields)
        if not answer.ok:
            raise _refusal(answer)
        return answer

    async def _call(
        self, method: str, path: str, *, body: Any = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        return await call_with(self._token, self._api, method, f"{self._data}{path}", body=body, params=params)

    async def _log_in(self) -> tuple[str, timedelta]:
        """By client credentials. The answer's `instance_url` is left alone: that of the settings is called."""
        form = {"grant_type": "client_credentials", **self._credentials}
        answer = await self._api.call("POST", "/services/oauth2/token", form=form)
        match answer:
            case Answer(status=200, body={"access_token": str(token)}):
                return token, TOKEN_HOLDS
            case Answer(ok=True):
                raise TemporarySendError("Salesforce's answer has no access token")
        if answer.is_trouble:
            raise _refusal(answer)
        raise PermanentSendError(
            f"Salesforce let us not log in, status {answer.status}: check SALESFORCE_URL (your My Domain), "
            "SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET, and that the app has the Client Credentials Flow"
        )


def _refusal(answer: Answer) -> TemporarySendError | PermanentSendError:
    """Salesforce's error as ours; of its words only the code is safe to repeat."""
    code = ""
    match answer.body:
        case [{"errorCode": str(code)}, *_]:
            pass
    reason = f"Salesforce refused with status {answer.status}" + (f", {code}" if code else "")
    if answer.is_trouble or code in TEMPORARY:
        return TemporarySendError(reason, code=code, retry_after=answer.retry_after)
    if answer.status == 300:
        reason += f": several leads have this {OUR_ID}; the field has to be unique"
    elif advice := ADVICE.get(code):
        reason += f": {advice}"
    return PermanentSendError(reason, code=code)


def _quoted(text: str) -> str:
    """A literal of SOQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"
