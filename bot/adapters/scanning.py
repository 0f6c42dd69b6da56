"""Virus scanners: clamd over its socket, or any command that ends as clamscan does."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from bot.domain.errors import FileRefused, NotTried, SettingsError
from bot.ports import Scanner

CLAMD = "clamd:"
FILE = "{file}"
FOUND = 1
"""How clamscan, clamdscan and their like end where they found something; 0 is clean, anything else is trouble."""

AT_ONCE = 64 * 1024
LONGEST_ANSWER = 4096
TRY_AGAIN = timedelta(seconds=30)
UNASKED = "the virus scanner did not look at it"


def scanner_of(setting: str, within: timedelta) -> Scanner | None:
    """The scanner of OVERTURE_SCANNER; None where it is empty. Raises SettingsError."""
    if not setting.strip():
        return None
    if setting.startswith(CLAMD):
        address = setting.removeprefix(CLAMD)
        host, separator, port = address.rpartition(":")
        if address.startswith("/") or (separator and host and port.isdecimal()):
            return Clamd(address, within)
        raise SettingsError(f'OVERTURE_SCANNER is "{setting}": it wants clamd:/path/to/socket or clamd:host:port.')
    try:
        words = shlex.split(setting)
    except ValueError as error:
        raise SettingsError(f"OVERTURE_SCANNER is no command: {error}.") from error
    return Command((*words, FILE) if FILE not in setting else tuple(words), within)


class Command:
    """A program that is given the file's path, and no shell."""

    def __init__(self, words: tuple[str, ...], within: timedelta) -> None:
        self._words, self._within = words, within

    async def scan(self, path: Path) -> None:
        words = [word.replace(FILE, str(path)) for word in self._words]
        nothing = asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(*words, stdin=nothing, stdout=nothing, stderr=nothing)
        except OSError as error:
            raise NotTried(f"{UNASKED}: {words[0]} cannot be run", retry_after=TRY_AGAIN) from error
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                code = await process.wait()
        except TimeoutError as error:
            raise NotTried(f"{UNASKED} in time", retry_after=TRY_AGAIN) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code == FOUND:
            raise FileRefused("the virus scanner found something in it")
        if code:
            raise NotTried(f"{UNASKED}: {Path(words[0]).name} ended with {code}", retry_after=TRY_AGAIN)


class Clamd:
    """ClamAV's daemon, by its INSTREAM command: the file goes over the socket, so clamd needs no right to read it."""

    def __init__(self, address: str, within: timedelta) -> None:
        self._address, self._within = address, within

    async def scan(self, path: Path) -> None:
        with await asyncio.to_thread(path.open, "rb") as file:
            told = await self._ask(file)
        if told.endswith(" FOUND"):
            raise FileRefused(f"the virus scanner found {told.removeprefix('stream: ').removesuffix(' FOUND')[:100]}")
        if not told.endswith("OK"):
            raise NotTried(f"{UNASKED}: clamd answered {told[:100]!r}", retry_after=TRY_AGAIN)

    async def _ask(self, file: BinaryIO) -> str:
        try:
            async with asyncio.timeout(self._within.total_seconds()), self._connected() as (reader, writer):
                writer.write(b"zINSTREAM\0")
                while part := await asyncio.to_thread(file.read, AT_ONCE):
                    writer.write(struct.pack("!I", len(part)) + part)
                    await writer.drain()
                writer.write(struct.pack("!I", 0))
                await writer.drain()
                return (await reader.read(LONGEST_ANSWER)).rstrip(b"\0\n").decode("utf-8", "replace")
        except (OSError, TimeoutError) as error:
            raise NotTried(f"{UNASKED}: clamd gave no answer", retry_after=TRY_AGAIN) from error

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        if self._address.startswith("/"):
            reader, writer = await asyncio.open_unix_connection(self._address)
        else:
            host, _, port = self._address.rpartition(":")
            reader, writer = await asyncio.open_connection(host, int(port))
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
