"""OpenEMM's recipients through its REST API, version 2."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.crm import CrmPage, FieldValue, as_text
from bot.domain.errors import CredentialRefused, FieldsRefused, PermanentSendError, TemporarySendError
from bot.ports import Clock
from connectors.openemm.recipients import ADVICE, OUR_ID, Recipient, is_id
from connectors.vendor_api import AccessToken, Answer, VendorApi, call_with, fields_named

ID = "customer_id"
A_PAGE = "200"
UNKNOWN_LIFE = timedelta(minutes=5)
NO_TAGS = str.maketrans("<>", "‹›")
"""OpenEMM refuses a text that might have HTML in it, whoever wrote it."""


class RestRecipients:
    """Calls `/rest/v2` as a user of OpenEMM, with a token for which that user logs in."""

    def __init__(self, api: VendorApi, *, user: str, password: str, clock: Clock) -> None:
        self._api = api
        self._basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._clock = clock
        self._token = AccessToken(self._log_in, clock)

    async def find(self, field: str, value: str) -> Recipient | None:
        """Held against what was asked for: a filter may find more than what is equal."""
        answer = await self._call("GET", "/recipients", params={field: value, "pageSize": A_PAGE})
        match answer.body:
            case {"list": [*listed]}:
                found = [one for one in map(_recipient, listed) if _is(one.fields.get(field), value)]
                return min(found, key=lambda one: int(one.id), default=None)
        raise TemporarySendError("OpenEMM's answer is no list of recipients")

    async def get(self, recipient: str) -> Recipient | None:
        answer = await self._ask("GET", f"/recipients/{recipient}")
        if answer.status == 404:
            return None
        if not answer.ok:
            raise _refusal(answer)
        return _recipient(answer.body)

    async def add(self, fields: Mapping[str, FieldValue]) -> str:
        """By the bulk upsert, which goes by the e-mail address: `POST /recipients` would make a second one.

        It gets who they are alone, since its answer does not say which of the other values it does not take.
        """
        who = {name: fields[name] for name in ("email", OUR_ID)}
        await self._upsert(_as_json(who))
        found = await self.find(OUR_ID, str(fields[OUR_ID]))
        if found is None:
            raise TemporarySendError("OpenEMM took the recipient but does not find it yet")
        if rest := {name: value for name, value in fields.items() if name not in who}:
            await self.change(found.id, rest)
        return found.id

    async def change(self, recipient: str, fields: Mapping[str, FieldValue]) -> None:
        """By its id, since the e-mail address may be what changes."""
        await self._call("PATCH", f"/recipients/{recipient}", body=_as_json(fields))

    async def delete(self, recipient: str) -> None:
        await self._call("DELETE", f"/recipients/{recipient}")

    async def opt_out(self, recipient: str, mailing_list: int) -> None:
        params = {"mailinglist": str(mailing_list), "mediatype": "EMAIL", "status": "AdminOut"}
        await self._call("PATCH", f"/recipients/{recipient}", body={}, params=params)

    async def subscribe(self, recipient: str, mailing_lists: Sequence[int]) -> None:
        """The bulk upsert does that by itself: it gives a status to who has none, and changes nobody's."""
        there = await self.get(recipient)
        if there is None or not there.fields.get("email"):
            raise TemporarySendError("the recipient is not there any more")
        for one in mailing_lists:
            await self._upsert({"email": there.fields["email"]}, {"mailinglist": str(one), "mediatype": "EMAIL"})

    async def page(self, mailing_lists: Sequence[int], *, after: str) -> CrmPage:
        raise PermanentSendError(
            "OpenEMM's REST API does not say who opted out, so nobody is imported by it: set OPENEMM_API=soap"
        )

    async def close(self) -> None:
        await self._api.close()

    async def _upsert(self, recipient: Mapping[str, Any], params: Mapping[str, str] | None = None) -> None:
        """A list of one. Status 200 is no success by itself: the answer counts errors by their kind."""
        answer = await self._call("PATCH", "/recipients/bulk", body=[recipient], params=params)
        if not isinstance(answer.body, dict):
            raise TemporarySendError("OpenEMM's answer counts no recipients")
        for told in answer.body.values():
            if isinstance(told, dict) and (kinds := sorted(name for name, count in told.items() if count)):
                raise PermanentSendError(f"OpenEMM refused the recipient, {kinds[0]}: {ADVICE}", code=kinds[0])

    async def _call(
        self, method: str, path: str, *, body: Any = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        answer = await self._ask(method, path, body=body, params=params)
        if not answer.ok:
            raise _refusal(answer, body if isinstance(body, dict) else {})
        return answer

    async def _ask(
        self, method: str, path: str, *, body: Any = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        return await call_with(self._token, self._api, method, path, body=body, params=params)

    async def _log_in(self) -> tuple[str, timedelta]:
        answer = await self._api.call("POST", "/login", headers={"Authorization": f"Basic {self._basic}"})
        if answer.ok:
            told = answer.body.values() if isinstance(answer.body, dict) else ()
            token = next((one for one in told if isinstance(one, str) and one.count(".") == 2), "")
            if not token:
                raise TemporarySendError("OpenEMM's answer has no token")
            return token, self._life_of(token)
        if answer.is_trouble:
            raise _refusal(answer)
        raise CredentialRefused(
            f"OpenEMM let us not log in, status {answer.status}: check OPENEMM_URL, OPENEMM_USER and OPENEMM_PASSWORD, "
            "and that its server has a secret for tokens (connectors/openemm/README.md)"
        )

    def _life_of(self, token: str) -> timedelta:
        """A JSON Web Token says itself when it ends."""
        part = token.split(".")[1]
        try:
            ends = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["exp"]
            return datetime.fromtimestamp(ends, UTC) - self._clock.now()
        except (ValueError, KeyError, TypeError, OverflowError, OSError, binascii.Error):
            return UNKNOWN_LIFE


def _recipient(told: Any) -> Recipient:
    match told:
        case dict() as fields if is_id(fields.get(ID)):
            return Recipient(str(fields[ID]), {str(name).lower(): value for name, value in fields.items()})
    raise TemporarySendError("OpenEMM's answer is no recipient")


def _is(told: Any, wanted: str) -> bool:
    return str(told).strip().lower() == wanted.strip().lower()


def _as_json(fields: Mapping[str, FieldValue]) -> dict[str, Any]:
    return {name: value if _is_number(value) else as_text(value).translate(NO_TAGS) for name, value in fields.items()}


def _is_number(value: FieldValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refusal(answer: Answer, written: Mapping[str, Any] | None = None) -> TemporarySendError | PermanentSendError:
    """OpenEMM's error as ours; its own words may repeat what a person said, so only the status is, and which of the
    `written` fields they name."""
    reason = f"OpenEMM refused with status {answer.status}"
    if answer.is_trouble:
        return TemporarySendError(reason, retry_after=answer.retry_after, of_message=answer.tells_of_record)
    if answer.status in (401, 403):
        return CredentialRefused(f"{reason}: check OPENEMM_USER and OPENEMM_PASSWORD, and what that user may do")
    if answer.status in (400, 422) and (refused := _fields_told(answer.body, written or {})):
        return FieldsRefused(f"{reason}, of {', '.join(refused)[:200]}", refused)
    if answer.status == 404:
        reason += ": check OPENEMM_URL; or the recipient is not there any more"
    else:
        reason += f": {ADVICE}"
    return PermanentSendError(reason)


def _fields_told(body: Any, written: Mapping[str, Any]) -> Sequence[str]:
    """The fields that an error names, beside its words or in them."""
    match body:
        case {"errors": [*errors]}:
            told = [str(one.get("field") or "").lower() for one in errors if isinstance(one, dict)]
            if named := [name for name in written if name.lower() in told]:
                return named
    detail = body.get("detail") if isinstance(body, dict) else None
    return fields_named(str(detail or ""), written)
