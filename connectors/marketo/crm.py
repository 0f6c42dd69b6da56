"""The Marketo CRM: leads by a field of ours, notes as custom activities, through the REST API."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.domain.crm import CrmEvent, CrmPage, CrmPerson, CrmRecord, FieldValue
from bot.domain.errors import (
    CredentialRefused,
    FieldsRefused,
    PermanentSendError,
    TemporarySendError,
    TooLittleKnown,
)
from bot.domain.handoff import Lead
from bot.ports import Clock, WebhookRequest
from connectors.crm_webhooks import parse_with_secret
from connectors.vendor_api import AccessToken, Answer, VendorApi, fields_named, found_after, marker

OUR_ID = "overtureLead"
"""The custom field that holds our id of the person."""

WHO = ("email", "firstName", "lastName", "phone")
"""Fields that say whose a lead is."""

NOTE = "Note"
"""The attribute of the custom activity that holds the words; its primary attribute holds the mark."""

LONGEST_NOTE = 1900
"""A text attribute of an activity has 2000 characters."""

LOOK_BACK = timedelta(days=7)
"""How far back an earlier try of a note is looked for."""

ACTIVITIES_LAG = timedelta(minutes=5)
"""Marketo lists a new activity some minutes later."""

MOST_PAGES = 20
A_PAGE = 200
"""Leads that an import reads at once."""

OPTED_OUT = ("unsubscribed", "blackListed")
"""Standard fields that are true of who is to get no more marketing."""

TOKEN_REFUSED = {"601", "602"}
MAY_NOT = "603"
LATER: Mapping[str, timedelta | None] = {
    "502": None,
    "604": None,
    "606": timedelta(seconds=20),  # 100 calls in 20 seconds
    "607": timedelta(hours=1),  # the day's calls are used up
    "608": None,
    "611": None,
    "615": timedelta(seconds=5),  # 10 calls at once
    "713": None,
    "1022": None,
    "1029": timedelta(hours=1),
}
"""Error codes after which the same call may work, and when."""

SKIPPED_FOR_NOW = {"1004", "1022"}
"""Reasons of a skipped record that another try may mend: it is gone (so it is not found again), or it is in use."""

NOT_OF_A_VALUE = {"1006", "1007"}
"""Reasons of a skipped record that no other value would mend, though they may name a field."""

ADVICE = {
    MAY_NOT: "the API user's role may not do this",
    "1003": "a value is not of its field's type, or the custom activity is not approved",
    "1006": "a field does not exist there; connectors/marketo/README.md lists ours",
    "1007": "several leads have this value; merge them there",
}


class MarketoCrm:
    """Calls one instance (`url`) as the API-only user of a LaunchPoint service."""

    name = "marketo"

    def __init__(
        self,
        *,
        api: VendorApi,
        client_id: str,
        client_secret: str,
        note_activity: int,
        lists: Sequence[int],
        clock: Clock,
        webhook_secret: str = "",
        import_list: int | None = None,
    ) -> None:
        self._api = api
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._note_activity = note_activity
        self._lists = lists
        self._import_list = import_list
        self._clock = clock
        self._token = AccessToken(self._log_in, clock)
        self._webhook_secret = webhook_secret

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        for name, value in ((OUR_ID, lead.key), ("email", (lead.email or "").strip().lower())):
            if value and "," not in value and (record := await self._find_by(name, value, fields)) is not None:
                return record
        return None

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        """A second try finds what an earlier one made, by our id."""
        if not lead.email and not lead.phone:
            raise TooLittleKnown
        if found is not None and not fields:
            lead_id = found.id
        elif found is not None:
            record: dict[str, Any] = {**fields, "id": int(found.id)}
            lead_id = await self._sync("updateOnly", "id", record, fields)
        else:
            record = {**fields, OUR_ID: lead.key}
            lead_id = await self._sync("createOrUpdate", OUR_ID, record, fields)
        if not lead.opted_out:
            await self._put_into_lists(lead_id)
        return lead_id

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        """Add a custom activity, unless one with this key's mark is there: Marketo itself knows no such key."""
        mark = marker(key)
        if await self._has_note(crm_id, mark):
            return
        activity = {
            "leadId": int(crm_id),
            "activityDate": self._clock.now().isoformat(timespec="seconds"),
            "activityTypeId": self._note_activity,
            "primaryAttributeValue": mark,
            "attributes": [{"name": NOTE, "value": text[:LONGEST_NOTE]}],
        }
        with found_after(ACTIVITIES_LAG):
            answer = await self._call("POST", "/activities/external.json", body={"input": [activity]})
        match answer.body["result"]:
            case [{"status": "skipped", **record}]:
                raise _skipped(record.get("errors") or record.get("reasons"))

    async def page(self, fields: Collection[str], *, after: str) -> CrmPage:
        """Of the static list that is there to be imported: Marketo lists nobody but by a list or a value of theirs."""
        if self._import_list is None:
            raise PermanentSendError(
                "Marketo gives its people by a static list: put those whom you want onto one, and set "
                "MARKETO_IMPORT_LIST to its id"
            )
        params = {"fields": ",".join(sorted({"id", *fields, *OPTED_OUT})), "batchSize": str(A_PAGE)}
        params |= {"nextPageToken": after} if after else {}
        answer = await self._call("GET", f"/lists/{self._import_list}/leads.json", params=params)
        return CrmPage([_person(one, fields) for one in answer.body["result"]], _next(answer.body))

    async def delete(self, crm_id: str) -> None:
        answer = await self._call("POST", "/leads/delete.json", body={"input": [{"id": int(crm_id)}]})
        _check_erased(answer.body["result"])

    async def anonymise(self, crm_id: str, fields: Collection[str]) -> None:
        lead: dict[str, Any] = {**dict.fromkeys(sorted({*fields, *WHO, OUR_ID})), "id": int(crm_id)}
        body = {"action": "updateOnly", "lookupField": "id", "input": [{**lead, "unsubscribed": True}]}
        _check_erased((await self._call("POST", "/leads.json", body=body)).body["result"])

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent]:
        """What a smart campaign's webhook tells in our own shape, with the secret in a header: Marketo signs none."""
        return parse_with_secret(request, self._webhook_secret, "MARKETO_WEBHOOK_SECRET")

    async def close(self) -> None:
        await self._api.close()

    async def _find_by(self, name: str, value: str, fields: Collection[str]) -> CrmRecord | None:
        """The oldest lead with this value."""
        wanted = ",".join(sorted({"id", *fields}))
        params = {"filterType": name, "filterValues": value, "fields": wanted}
        leads = (await self._call("GET", "/leads.json", params=params)).body["result"]
        if not all(isinstance(one, dict) and isinstance(one.get("id"), int) for one in leads):
            raise TemporarySendError("Marketo's answer is no lead")
        oldest = min(leads, key=lambda one: one["id"], default=None)
        return None if oldest is None else CrmRecord(str(oldest["id"]), {name: oldest.get(name) for name in fields})

    async def _sync(self, action: str, by: str, record: Mapping[str, Any], fields: Collection[str]) -> str:
        """Write one lead, of which `fields` may be left out; its id."""
        body = {"action": action, "lookupField": by, "input": [record]}
        match (await self._call("POST", "/leads.json", body=body)).body["result"]:
            case [{"id": int() as lead_id, "status": "created" | "updated"}]:
                return str(lead_id)
            case [{"status": "skipped", **told}]:
                raise _skipped(told.get("reasons"), fields)
        raise TemporarySendError("Marketo took the lead but its answer names no id")

    async def _put_into_lists(self, lead_id: str) -> None:
        """At each sync, since an earlier one may have ended before it came to this; Marketo adds nobody twice."""
        for one in self._lists:
            answer = await self._call("POST", f"/lists/{one}/leads.json", body={"input": [{"id": int(lead_id)}]})
            match answer.body["result"]:
                case [{"status": "skipped", **record}]:
                    raise _skipped(record.get("reasons"))

    async def _has_note(self, crm_id: str, mark: str) -> bool:
        since = (self._clock.now() - LOOK_BACK).isoformat(timespec="seconds")
        page = await self._call("GET", "/activities/pagingtoken.json", params={"sinceDatetime": since})
        for _ in range(MOST_PAGES):
            params = {
                "nextPageToken": str(page.body.get("nextPageToken", "")),
                "activityTypeIds": str(self._note_activity),
                "leadIds": crm_id,
            }
            page = await self._call("GET", "/activities.json", params=params)
            if any(isinstance(one, dict) and one.get("primaryAttributeValue") == mark for one in page.body["result"]):
                return True
            if page.body.get("moreResult") is not True:
                return False
        raise TemporarySendError(f"Marketo has more than {MOST_PAGES} pages of a week's activities of one lead")

    async def _call(
        self, method: str, path: str, *, body: Any = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        """One call with a `result` in its answer, once more with a new token. Status 200 is no success by itself."""
        answer = Answer(0, None)
        for _ in range(2):
            token = await self._token.get()
            headers = {"Authorization": f"Bearer {token}"}
            answer = await self._api.call(method, f"/rest/v1{path}", body=body, params=params, headers=headers)
            if not TOKEN_REFUSED.intersection(_codes(answer)):
                break
            self._token.forget(token)
        match answer:
            case Answer(ok=True, body={"success": True, **told}):
                result = told.get("result", [])
                if isinstance(result, list):
                    return Answer(answer.status, {**told, "result": result})
        raise _refusal(answer)

    async def _log_in(self) -> tuple[str, timedelta]:
        params = {"grant_type": "client_credentials", **self._credentials}
        answer = await self._api.call("POST", "/identity/oauth/token", params=params)
        match answer:
            case Answer(status=200, body={"access_token": str(token), "expires_in": int(seconds)}):
                return token, timedelta(seconds=min(max(seconds, 0), 86_400))
            case Answer(ok=True):
                raise TemporarySendError("Marketo's answer has no access token")
        if answer.is_trouble:
            raise _refusal(answer)
        raise CredentialRefused(
            f"Marketo let us not log in, status {answer.status}: check MARKETO_URL, MARKETO_CLIENT_ID and "
            "MARKETO_CLIENT_SECRET"
        )


def _person(lead: Any, fields: Collection[str]) -> CrmPerson:
    match lead:
        case {"id": int() as lead_id}:
            record = CrmRecord(str(lead_id), {name: lead.get(name) for name in fields})
            return CrmPerson(record, any(lead.get(name) is True for name in OPTED_OUT))
    raise TemporarySendError("Marketo's answer is no lead")


def _next(told: Mapping[str, Any]) -> str:
    token = told.get("nextPageToken")
    return token if isinstance(token, str) and told.get("moreResult") is not False else ""


def _codes(answer: Answer) -> Sequence[str]:
    """The codes of an answer's errors."""
    match answer.body:
        case {"success": False, "errors": [*errors]}:
            return [str(one.get("code", "")) for one in errors if isinstance(one, dict)]
    return ()


def _refusal(answer: Answer) -> TemporarySendError | PermanentSendError:
    """Marketo's error as ours; its own words may repeat what a person said, so only the code is."""
    code = next(iter(_codes(answer)), "")
    reason = f"Marketo refused with error {code}" if code else f"Marketo refused with status {answer.status}"
    if code in LATER:
        return TemporarySendError(reason, code=code, retry_after=answer.retry_after or LATER[code])
    if code in TOKEN_REFUSED:
        return CredentialRefused(f"{reason}, also of a new access token", code=code)
    if answer.is_trouble:
        return TemporarySendError(reason, retry_after=answer.retry_after, of_message=answer.tells_of_record)
    if answer.ok and not code:
        return TemporarySendError("Marketo's answer is none of its REST API")
    if code == MAY_NOT or answer.status in (401, 403):
        return CredentialRefused(_with_advice(reason, code), code=code)
    return PermanentSendError(_with_advice(reason, code), code=code)


def _skipped(reasons: Any, fields: Collection[str] = ()) -> TemporarySendError | PermanentSendError:
    """Why a record with these fields was left out, while the call as a whole was taken."""
    told = [one for one in reasons if isinstance(one, dict)] if isinstance(reasons, list) else []
    code = next((str(one.get("code", "")) for one in told), "")
    reason = f"Marketo skipped the record, reason {code or 'unknown'}"
    if code in SKIPPED_FOR_NOW:
        return TemporarySendError(reason, code=code, of_message=True)
    if refused := _values_refused(told, fields):
        return FieldsRefused(f"{reason}, of {', '.join(refused)[:200]}", refused, code=code)
    return PermanentSendError(_with_advice(reason, code), code=code)


def _values_refused(reasons: Sequence[Mapping[str, Any]], fields: Collection[str]) -> Sequence[str]:
    """The fields whose values are refused; none unless each reason is one of a value. Marketo's words name them."""
    found: list[str] = []
    for one in reasons:
        named = fields_named(str(one.get("message") or ""), fields)
        if not named or str(one.get("code", "")) in NOT_OF_A_VALUE:
            return ()
        found += named
    return list(dict.fromkeys(found))


def _check_erased(result: list[Any]) -> None:
    """Raises unless it was done, or there is no such lead any more."""
    match result:
        case [{"status": "deleted" | "updated"}] | [{"status": "skipped", "reasons": [{"code": "1004"}, *_]}]:
            return
        case [{"status": "skipped", **record}]:
            raise _skipped(record.get("reasons"))
    raise TemporarySendError("Marketo's answer does not say what became of the lead")


def _with_advice(reason: str, code: str) -> str:
    return f"{reason}: {ADVICE[code]}" if code in ADVICE else reason
