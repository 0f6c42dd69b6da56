"""A CRM behind signed webhooks: each call is one POST of a JSON object, answered by a JSON object."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.domain.crm import CrmEvent, CrmPage, CrmPerson, CrmRecord, FieldValue
from bot.domain.errors import CredentialRefused, PermanentSendError, TemporarySendError, TooLittleKnown
from bot.domain.handoff import Lead
from bot.domain.ids import new_id
from bot.ports import Clock, WebhookRequest
from connectors.crm_webhooks import check_age, check_equal, check_post, read_event
from connectors.vendor_api import VendorApi, marker


class WebhookCrm:
    """`README.md` says what the receiver gets and must answer."""

    name = "webhook"

    def __init__(self, *, api: VendorApi, secret: str, clock: Clock) -> None:
        self._api = api
        self._secret = secret
        self._clock = clock

    async def find(self, lead: Lead, fields: Collection[str]) -> CrmRecord | None:
        asked = {"do": "find", "lead": lead.key, "email": lead.email, "fields": sorted(fields)}
        match await self._call(asked, key=self._once("find")):
            case {"record": None}:
                return None
            case {"record": {"id": str(record_id), "fields": dict() as found}}:
                return CrmRecord(record_id, found)
        raise TemporarySendError('the CRM\'s webhook answered "find" without a record')

    async def upsert(self, lead: Lead, fields: Mapping[str, FieldValue], *, found: CrmRecord | None, key: str) -> str:
        if not lead.email and not lead.phone:
            raise TooLittleKnown
        if found is not None and not fields:
            return found.id
        record = found.id if found is not None else None
        match await self._call({"do": "upsert", "lead": lead.key, "id": record, "fields": fields}, key=key):
            case {"id": str(record_id)}:
                return record_id
        raise TemporarySendError('the CRM\'s webhook answered "upsert" without an id')

    async def note(self, crm_id: str, text: str, *, key: str) -> None:
        await self._call({"do": "note", "id": crm_id, "text": text, "reference": marker(key)}, key=key)

    async def delete(self, crm_id: str) -> None:
        await self._erased(crm_id, "delete", ())

    async def anonymise(self, crm_id: str, fields: Collection[str]) -> None:
        await self._erased(crm_id, "anonymise", fields)

    async def _erased(self, crm_id: str, how: str, fields: Collection[str]) -> None:
        told = {"do": "erase", "event": "person.erased", "id": crm_id, "how": how, "fields": sorted(fields)}
        await self._call(told, key=f"erase:{crm_id}:{how}")

    async def page(self, fields: Collection[str], *, after: str) -> CrmPage:
        match await self._call({"do": "page", "after": after, "fields": sorted(fields)}, key=self._once("page")):
            case {"people": list() as people, **rest}:
                return CrmPage([_person(one) for one in people], _behind(rest.get("after"), after))
        raise TemporarySendError('the CRM\'s webhook answered "page" without people')

    def parse(self, request: WebhookRequest) -> Sequence[CrmEvent]:
        """One event, signed as our own calls are."""
        check_post(request, self._secret, "CRM_WEBHOOK_SECRET")
        given = request.headers.get("overture-signature", "")
        at = given.partition(",")[0].removeprefix("t=")
        if given:
            check_age(at, request, "Overture-Signature")
        wanted = signature(self._secret, request.body, int(at)) if given else ""
        check_equal(given, wanted, "Overture-Signature", "CRM_WEBHOOK_SECRET")
        return [read_event(request.body, request.received_at)]

    async def close(self) -> None:
        await self._api.close()

    def _once(self, what: str) -> str:
        """The key of a question, another one each time: to a key that it has seen a receiver says what it said then."""
        return f"{what}:{new_id(self._clock.now())}"

    async def _call(self, told: Mapping[str, Any], *, key: str) -> Any:
        """One POST; raises TemporarySendError or PermanentSendError, which repeat nothing of what was answered."""
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": marker(key),
            "Overture-Signature": signature(self._secret, body, int(self._clock.now().timestamp())),
        }
        answer = await self._api.call("POST", "", data=body, headers=headers)
        if answer.ok:
            if not isinstance(answer.body, dict):
                raise TemporarySendError("the CRM's webhook answered something that is no JSON object")
            return answer.body
        reason = f"the CRM's webhook refused with status {answer.status}"
        if answer.is_trouble:
            raise TemporarySendError(reason, retry_after=answer.retry_after, of_message=answer.tells_of_record)
        if answer.status in (401, 403):
            raise CredentialRefused(f"{reason}: check CRM_WEBHOOK_SECRET on both sides")
        raise PermanentSendError(reason)


def _person(told: Any) -> CrmPerson:
    match told:
        case {"id": str(record_id), "fields": dict() as fields, **rest}:
            return CrmPerson(CrmRecord(record_id, fields), rest.get("opted_out") is True)
    raise TemporarySendError('the CRM\'s webhook answered "page" with somebody who has no id or no fields')


def _behind(told: Any, after: str) -> str:
    """Where the next page begins, empty where there is none: a page that names itself would be read for ever."""
    if told == after and after:
        raise PermanentSendError('the CRM\'s webhook answered "page" with the "after" that it was asked for')
    return told if isinstance(told, str) else ""


def signature(secret: str, body: bytes, at: int) -> str:
    """`t=<seconds since 1970>,v1=<hex>`: the HMAC-SHA256 of `<t>.<body>`, as webhooks of journeys are signed, too."""
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"
