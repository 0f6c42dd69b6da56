"""The Cloud API, as far as messages go: hand one over, say that one was read, fetch a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, TemporarySendError
from bot.ports import ConnectorSettings
from connectors.received_files import read_file
from connectors.vendor_api import TIMEOUT, Answer, VendorApi
from connectors.whatsapp_cloud.account import GRAPH_URL, CloudNumber
from connectors.whatsapp_cloud.failures import (
    NOT_LET_IN_CODES,
    OBJECT_UNKNOWN,
    PACE_CODES,
    PAIR_CODE,
    PAIR_PAUSE,
    TEMPORARY_CODES,
    UNKNOWN,
    reason_for,
)

MEND = "check WHATSAPP_ACCESS_TOKEN and WHATSAPP_PHONE_NUMBER_ID, and the account in WhatsApp Manager"
FILE_HOSTS = (".fbsbx.com", ".fbcdn.net", ".whatsapp.net")
"""Where Meta keeps what customers send. Nobody else is shown the token."""


class CloudApi:
    """One phone number of the Cloud API."""

    def __init__(self, number: CloudNumber, settings: ConnectorSettings) -> None:
        self._number = number
        self._url = f"{settings.sandbox_url or GRAPH_URL}/{number.version}"
        self._trust_proxy_settings = settings.sandbox_url is None
        self._api = VendorApi("Meta", self._url, settings)
        self._authorization = {"Authorization": f"Bearer {number.access_token}"}

    async def create(self, body: Mapping[str, Any]) -> str:
        """Hand the message over; what Meta calls it."""
        answer = await self._call("POST", f"/{self._number.number}/messages", body)
        match answer.body:
            case {"messages": [{"id": str(sent)}, *_]} if sent:
                return sent
        raise TemporarySendError("Meta took the message but its answer names no id")

    async def tell_read(self, message: str) -> None:
        """The customer sees that it was read, and all before it."""
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": message}
        await self._call("POST", f"/{self._number.number}/messages", body)

    async def fetch(self, media: str) -> bytes:
        """A file that a customer sent, by Meta's id of it: first its address is asked for, which holds for minutes."""
        if not media.isascii() or not media.isalnum():
            raise PermanentSendError("this is no id of a file at Meta")
        try:
            answer = await self._call("GET", f"/{media}", params={"phone_number_id": self._number.number})
        except CredentialRefused as error:
            if error.code != UNKNOWN:
                raise
            # Asked again and again, Meta gives nobody any file for half an hour.
            raise PermanentSendError("Meta has no such file, or no more: it keeps them for a week") from None
        match answer.body:
            case {"url": str(address)} if self._is_metas(address):
                return await self._download(address)
        raise PermanentSendError("Meta names a place for a file that is not Meta's, so it is left alone")

    async def close(self) -> None:
        await self._api.close()

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, params: Mapping[str, str] | None = None
    ) -> Answer:
        answer = await self._api.call(method, path, body=body, params=params, headers=self._authorization)
        if not answer.ok:
            raise refusal(answer)
        return answer

    async def _download(self, address: str) -> bytes:
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT, trust_env=self._trust_proxy_settings) as session,
                session.get(address, headers=self._authorization, allow_redirects=False) as response,
            ):
                return await read_file(response, "Meta")
        except TimeoutError as error:
            raise TemporarySendError("Meta did not send the file in time") from error
        except aiohttp.ClientError as error:
            raise TemporarySendError(f"the file cannot be fetched: {type(error).__name__}") from error

    def _is_metas(self, address: str) -> bool:
        """Meta's own, or in the sandbox the stand-in's."""
        try:
            parts, api = urlsplit(address), urlsplit(self._url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if not self._trust_proxy_settings:
            return (parts.scheme, parts.netloc) == (api.scheme, api.netloc)
        return parts.scheme == "https" and host.endswith(FILE_HOSTS) and port is None and parts.username is None


def refusal(answer: Answer) -> TemporarySendError | PermanentSendError:
    """Meta's error as ours. Its own words are left out: they may repeat the number or the text."""
    code = subcode = ""
    match answer.body:
        case {"error": {"code": int() | str() as told, **more}}:
            code, subcode = str(told), str(more.get("error_subcode", ""))
    reason = f"Meta refused with status {answer.status}" + (f", {reason_for(code)}" if code else "")
    if code in PACE_CODES or answer.status == 429:
        return NotTried(reason, code=code, retry_after=answer.retry_after)
    if code == PAIR_CODE:
        return TemporarySendError(reason, code=code, retry_after=answer.retry_after or PAIR_PAUSE, of_message=True)
    if code in TEMPORARY_CODES or answer.is_trouble:
        return TemporarySendError(reason, code=code, retry_after=answer.retry_after)
    if _is_shut_out(answer.status, code, subcode):
        return CredentialRefused(f"{reason}; {MEND}", code=code, retry_after=answer.retry_after)
    return PermanentSendError(reason, code=code)


def _is_shut_out(status: int, code: str, subcode: str) -> bool:
    """Whether Meta takes nothing of ours until somebody has mended the token or the account. 200 to 299 are rights."""
    of_rights = len(code) == 3 and code.startswith("2")
    return status == 401 or code in NOT_LET_IN_CODES or of_rights or (code == UNKNOWN and subcode == OBJECT_UNKNOWN)
