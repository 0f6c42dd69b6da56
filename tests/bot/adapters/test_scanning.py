"""Virus scanners: what they say counts, and silence counts as nothing."""

# ruff: noqa: ASYNC240  (these tests may look at the disk)
from __future__ import annotations

import asyncio
import struct
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.scanning import scanner_of
from bot.domain.errors import FileRefused, NotTried, SettingsError
from bot.ports import Scanner

SOON, LONG = timedelta(milliseconds=200), timedelta(seconds=20)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a; touch owned $(id).txt"
    path.write_bytes(EICAR + bytes(100_000))
    return path


def scanner(setting: str, within: timedelta = LONG) -> Scanner:
    found = scanner_of(setting, within)
    assert found is not None
    return found


def command(code: str) -> str:
    return f"{sys.executable} -c '{code}'"


# ---------------------------------------------------------------- a command


async def test_a_command_reads_the_file_and_says_by_its_end_what_it_found(file: Path) -> None:
    reads = 'import sys; sys.exit(b"EICAR" in open(sys.argv[1], "rb").read())'
    with pytest.raises(FileRefused, match="found something"):
        await scanner(command(reads)).scan(file)
    file.write_bytes(b"nothing much")
    await scanner(command(reads)).scan(file)
    await scanner(command(reads) + " {file}").scan(file)
    assert not (file.parent / "owned").exists()


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        (command("import sys; sys.exit(2)"), "ended with 2"),
        ("/no/such/program", "cannot be run"),
        (command("import time; time.sleep(60)"), "in time"),
    ],
)
async def test_a_command_that_does_not_answer_says_nothing_of_the_file(file: Path, setting: str, why: str) -> None:
    within = SOON if "sleep" in setting else LONG
    with pytest.raises(NotTried, match=why):
        await scanner(setting, within).scan(file)


# ---------------------------------------------------------------- clamd


@asynccontextmanager
async def clamd(folder: Path, answer: Callable[[bytes], bytes | None]) -> AsyncIterator[str]:
    """A server that speaks INSTREAM as clamd does; None keeps it silent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(size)
        if (told := answer(content)) is not None:
            writer.write(told)
        else:
            await reader.read()
        writer.close()

    socket = str(folder / "clamd.ctl")
    server = await asyncio.start_unix_server(serve, socket)
    async with server:
        yield f"clamd:{socket}"


async def test_clamd_is_sent_the_whole_file(file: Path, tmp_path: Path) -> None:
    def look(content: bytes) -> bytes:
        assert content == file.read_bytes()
        return b"stream: Eicar-Signature FOUND\0" if b"EICAR" in content else b"stream: OK\0"

    async with clamd(tmp_path, look) as setting:
        with pytest.raises(FileRefused, match="found Eicar-Signature"):
            await scanner(setting).scan(file)
        file.write_bytes(b"nothing much")
        await scanner(setting).scan(file)


@pytest.mark.parametrize("told", [None, b"", b"INSTREAM size limit exceeded. ERROR\0"])
async def test_clamd_that_gives_no_verdict_says_nothing_of_the_file(
    file: Path, tmp_path: Path, told: bytes | None
) -> None:
    async with clamd(tmp_path, lambda _: told) as setting:
        with pytest.raises(NotTried, match="did not look at it"):
            await scanner(setting, SOON if told is None else LONG).scan(file)


async def test_clamd_may_be_away_and_a_file_may_be_gone(file: Path, tmp_path: Path) -> None:
    away = f"clamd:{tmp_path / 'nobody.ctl'}"
    with pytest.raises(NotTried, match="no answer"):
        await scanner(away).scan(file)
    with pytest.raises(FileNotFoundError):
        await scanner(away).scan(tmp_path / "gone")


@pytest.mark.parametrize("setting", ["clamd:", "clamd:3310", "clamd:host:", "clamscan 'unclosed"])
def test_a_setting_that_is_none_is_said_so(setting: str) -> None:
    with pytest.raises(SettingsError, match="OVERTURE_SCANNER"):
        scanner_of(setting, LONG)


def test_without_a_setting_there_is_no_scanner() -> None:
    assert scanner_of("", LONG) is None
