"""Serve: why it cannot listen is said in words that name the setting."""

from __future__ import annotations

import errno
import resource
import socket

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.domain.errors import SettingsError
from bot.entrypoints.serving.serve import MOST_FILES, _listen, _reason, _tell_its_end, open_as_many_files_as_we_may
from tests.bot.entrypoints.conftest import ServiceMaker


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "there is no such host. OVERTURE_HOST wants"),
        (OSError(errno.EADDRINUSE, "in use"), "something else listens there. Stop it, or choose another port"),
        (OSError(errno.EADDRNOTAVAIL, "not available"), "this machine has no such address. OVERTURE_HOST wants"),
        (PermissionError(errno.EACCES, "denied"), "that is not allowed. Ports below 1024"),
        (OSError(errno.ENETDOWN, "Network is down"), "Network is down. OVERTURE_HOST and OVERTURE_PORT say where"),
    ],
)
def test_each_reason_says_what_to_do(error: OSError, words: str) -> None:
    assert _reason(error).startswith(words)


async def test_a_port_that_is_taken_is_told_and_nothing_stays_open(service_of: ServiceMaker) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"cannot listen on 127.0.0.1:{port}: something else listens there"):
            await _listen(service_of(port=port), web.Application())


async def test_a_host_that_is_not_ours_is_told(service_of: ServiceMaker) -> None:
    with pytest.raises(SettingsError, match=r"cannot listen on 192\.0\.2\.1:8080: this machine has no such address"):
        await _listen(service_of(host="192.0.2.1"), web.Application())


def test_a_server_may_hold_as_many_chats_open_as_the_system_lets_it() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(before[1], MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most - 1, before[1]))
    try:
        open_as_many_files_as_we_may()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_what_breaks_off_beside_the_work_is_in_the_log() -> None:
    async def break_off() -> None:
        raise RuntimeError("nobody foresaw this")

    with capture_logs() as logs:
        await _tell_its_end(break_off(), "content is read again")
    assert [(one["log_level"], one["what"]) for one in logs] == [("error", "content is read again")]
