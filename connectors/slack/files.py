"""Files at Slack: pictures of ours that go there, and what reps attach, fetched from Slack and from nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp

from bot.domain.errors import PermanentSendError, TemporarySendError

SLACKS = ".slack.com"
"""Where Slack takes and gives files. Nobody else is shown a token, or a picture of ours."""


async def upload(session: aiohttp.ClientSession, address: str, content: bytes, *, api_url: str) -> None:
    """One try; nothing is shown anywhere before files.completeUploadExternal."""
    _check_address(address, api_url)
    try:
        async with session.post(address, data=content, allow_redirects=False) as answer:
            if answer.status != 200:
                raise TemporarySendError(f"Slack answered an upload with status {answer.status}")
    except TimeoutError as error:
        raise TemporarySendError("Slack did not take an upload in time") from error
    except aiohttp.ClientError as error:
        raise TemporarySendError(f"Slack takes no upload: {type(error).__name__}") from error


async def download(session: aiohttp.ClientSession, address: str, token: str, *, largest: int, api_url: str) -> bytes:
    """The file. A page in its place means that the token may not read files: Slack answers that with status 200."""
    _check_address(address, api_url)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            if answer.status == 429 or answer.status >= 500:
                raise TemporarySendError(f"Slack answered status {answer.status} in place of the file")
            if answer.status != 200 or answer.content_type == "text/html":
                raise PermanentSendError(
                    f"Slack gave no file: status {answer.status}, {answer.content_type}. Does the app have files:read?"
                )
            return await _read(answer, largest)
    except TimeoutError as error:
        raise TemporarySendError("Slack did not send the file in time") from error
    except aiohttp.ClientError as error:
        raise TemporarySendError(f"the file cannot be fetched: {type(error).__name__}") from error


async def _read(answer: aiohttp.ClientResponse, largest: int) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > largest:
            raise PermanentSendError(f"the file is larger than {largest / 1_000_000:.0f} MB")
    return bytes(content)


def _check_address(address: str, api_url: str) -> None:
    """Slack's own, or in the sandbox the stand-in's."""
    if not is_slacks(address, api_url):
        raise PermanentSendError("Slack names a place for a file that is not Slack's, so it is left alone")


def is_slacks(address: str, api_url: str) -> bool:
    try:
        parts, api = urlsplit(address), urlsplit(api_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if (parts.scheme, parts.netloc) == (api.scheme, api.netloc):
        return True
    return parts.scheme == "https" and host.endswith(SLACKS) and port is None and parts.username is None
