"""Pictures and other files that customers send, fetched from Twilio and from nowhere else."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.domain.errors import CredentialRefused, PermanentSendError, TemporarySendError
from connectors.received_files import read_file
from connectors.twilio_answers import MEND_ACCOUNT
from connectors.twilio_messaging.account import TwilioAccount

MOST_REDIRECTS = 3
MEDIA_PATH = re.compile(r"/2010-04-01/Accounts/([A-Za-z0-9]+)/Messages/[A-Za-z0-9]+/Media/[A-Za-z0-9]+$")


async def fetch(session: aiohttp.ClientSession, url: str, *, account: TwilioAccount, api_url: str) -> bytes:
    """The file at this address of Twilio's API, over its redirects. Only the API is shown our credentials."""
    api, path = urlsplit(api_url), MEDIA_PATH.search(urlsplit(url).path)
    if not _is_at(url, api.scheme, api.netloc) or path is None or path[1] != account.sid:
        raise PermanentSendError("the file is not at Twilio, so it is not fetched")
    authorization = aiohttp.encode_basic_auth(account.sid, account.auth_token)
    for _ in range(MOST_REDIRECTS + 1):
        headers = {"Authorization": authorization} if _is_at(url, api.scheme, api.netloc) else {}
        try:
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = _next(url, response.headers.get("Location", ""), api.scheme, api.netloc)
                    continue
                if headers and response.status in (401, 403):
                    raise CredentialRefused(f"Twilio refused the file with status {response.status}; {MEND_ACCOUNT}")
                return await read_file(response, "Twilio")
        except TimeoutError as error:
            raise TemporarySendError("Twilio did not send the file in time") from error
        except aiohttp.ClientError as error:
            raise TemporarySendError(f"the file cannot be fetched: {type(error).__name__}") from error
    raise PermanentSendError("Twilio sends the file on and on, so it is not fetched")


def _next(url: str, location: str, scheme: str, host: str) -> str:
    target = urljoin(url, location)
    if not _is_at(target, scheme, host) and not _is_cdn(target):
        raise PermanentSendError("Twilio sends the file on to another host, so it is not fetched")
    return target


def _is_at(url: str, scheme: str, host: str) -> bool:
    parts = urlsplit(url)
    return (parts.scheme, parts.netloc) == (scheme, host)


def _is_cdn(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.netloc.endswith(".twiliocdn.com")
