"""Twilio's Calls resource: place a call, send one that is under way elsewhere, list those that were placed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.domain.consent import Consequence
from bot.domain.delivery import Failure
from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, TemporarySendError
from connectors.twilio_answers import CLOCKS_DIFFER, MEND_ACCOUNT, lets_us_in, made_at
from connectors.twilio_voice.account import VoiceAccount
from connectors.vendor_api import Answer, VendorApi

RING_FOR = 30
"""Seconds for which a phone rings; most mailboxes take over before."""

NOT_ANSWERED = frozenset({"busy", "no-answer", "failed", "canceled"})
MACHINE = "machine"
"""Our own code: a machine took the call, and the settings say to leave nothing on it."""


_UNREACHABLE = Consequence.UNREACHABLE
FAILURES: Mapping[str, Failure] = {
    "busy": Failure("the line was busy", most_tries=3, pause=timedelta(minutes=15)),
    "no-answer": Failure("nobody answered", most_tries=2, pause=timedelta(hours=4)),
    "failed": Failure("the call could not be put through"),
    "canceled": Failure("the call was cancelled before anybody answered"),
    MACHINE: Failure("an answering machine took the call, and TWILIO_VOICE_MACHINE says to hang up"),
    "21211": Failure("this is no phone number", then=_UNREACHABLE),
    "21214": Failure("this number cannot be called", then=_UNREACHABLE),
    "21217": Failure("this is no phone number", then=_UNREACHABLE),
    "13223": Failure("this is no phone number", then=_UNREACHABLE),
    "13224": Failure("nobody has this number", then=_UNREACHABLE),
    "21215": Failure("the account may not call this country: allow it in Twilio's Geo permissions"),
    "21210": Failure("the number to call from is not verified", then=Consequence.SENDER_STOPPED),
}
"""By code, or by how a call ended. One that is not here is for good."""


class CallsApi:
    """The Calls resource of one account."""

    def __init__(self, account: VoiceAccount, api_url: str) -> None:
        self._account = account
        self._path = f"/2010-04-01/Accounts/{account.sid}/Calls"
        self._api = VendorApi("Twilio", api_url)

    async def place(self, to: str, *, answered: str, status: str, machine: str) -> str:
        """Have Twilio call this number; the call's SID. The rest are addresses of ours.

        Detection of machines is asynchronous: a person who answers does not listen to silence meanwhile.
        """
        form = [
            ("To", to),
            ("From", self._account.sender),
            ("Url", answered),
            ("Method", "POST"),
            ("Timeout", str(RING_FOR)),
            ("StatusCallback", status),
            ("StatusCallbackMethod", "POST"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "completed"),
            ("MachineDetection", "DetectMessageEnd"),
            ("AsyncAmd", "true"),
            ("AsyncAmdStatusCallback", machine),
            ("AsyncAmdStatusCallbackMethod", "POST"),
        ]
        made = await self._call("POST", f"{self._path}.json", form=form)
        if not isinstance(made.get("sid"), str):
            raise TemporarySendError("Twilio took the call but its answer names no sid")
        return str(made["sid"])

    async def go_on_at(self, sid: str, address: str) -> None:
        """Have a call that is under way carry out what stands at this address."""
        await self._call("POST", f"{self._path}/{sid}.json", form=[("Url", address), ("Method", "POST")])

    async def end(self, sid: str) -> None:
        await self._call("POST", f"{self._path}/{sid}.json", form=[("Status", "completed")])

    async def placed(self, to: str, *, since: datetime, but: Collection[str]) -> str | None:
        """The SID of a call that we placed to this number since, unless nobody answered it, or it is one of `but`."""
        params = {"To": to, "From": self._account.sender, "PageSize": "100"}
        found = await self._call("GET", f"{self._path}.json", params=params)
        for entry in found.get("calls") or ():
            match entry:
                case {"sid": str(sid), "status": str(status)} if sid not in but and status not in NOT_ANSWERED:
                    if made_at(entry) >= since - CLOCKS_DIFFER:
                        return sid
        return None

    async def close(self) -> None:
        await self._api.close()

    async def _call(
        self,
        method: str,
        path: str,
        *,
        form: Sequence[tuple[str, str]] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        headers = {"Authorization": aiohttp.encode_basic_auth(self._account.sid, self._account.auth_token)}
        data = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            data = urlencode(form).encode()
        answer = await self._api.call(method, path, params=params, data=data, headers=headers)
        if not answer.ok:
            raise _refusal(answer)
        if not isinstance(answer.body, dict):
            raise TemporarySendError("Twilio's answer is no JSON object")
        return answer.body


def _refusal(answer: Answer) -> TemporarySendError | PermanentSendError:
    """Twilio's error as ours. Its own words are left out: they may repeat the number."""
    code = str(answer.body.get("code") or "") if isinstance(answer.body, dict) else ""
    known = FAILURES.get(code)
    told = f", error {code}" + (f" ({known.what})" if known else "") if code else ""
    reason = f"Twilio refused with status {answer.status}{told}"
    if code:
        reason += f": see https://www.twilio.com/docs/api/errors/{code}"
    if answer.status == 429 or code == "20429":
        return NotTried(reason, code=code, retry_after=answer.retry_after)
    if answer.is_trouble or code in ("20500", "20503"):
        return TemporarySendError(reason, code=code, retry_after=answer.retry_after)
    if not lets_us_in(answer.status, code):
        return CredentialRefused(f"{reason}; {MEND_ACCOUNT}", code=code, retry_after=answer.retry_after)
    return PermanentSendError(reason, code=code)
