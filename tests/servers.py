"""Servers for tests: those that the environment names, else private ones from installed binaries, else none."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import make_url

from tests.ports import free_port

START_SECONDS = 30.0


@dataclass(frozen=True)
class PrivatePostgresql:
    """A PostgreSQL of the test's own, which it may also crash; it keeps what was committed, as a real one does."""

    url: str
    _pg_ctl: list[str]
    _start: list[str]

    @property
    def pid(self) -> int:
        """Of the process that started its others."""
        folder = Path(self._pg_ctl[self._pg_ctl.index("-D") + 1])
        return int((folder / "postmaster.pid").read_text().splitlines()[0])

    def crash(self) -> None:
        """All its processes end at once, in the middle of what they do."""
        _run([*self._pg_ctl, "-m", "immediate", "stop"])

    def start(self) -> None:
        _run([*self._pg_ctl, *self._start, "start"])


@contextmanager
def private_postgresql(*, connections: int = 200) -> Iterator[PrivatePostgresql]:
    """Skips the test where none is installed."""
    binaries = _postgresql_binaries()
    if binaries is None:
        unavailable("no PostgreSQL: install initdb and pg_ctl (some tests stop their own).")
    with tempfile.TemporaryDirectory(prefix="overture-pg-") as folder:
        server = _private_postgresql(binaries, Path(folder), durable=True, connections=connections)
        server.start()
        try:
            yield server
        finally:
            server.crash()


@contextmanager
def postgresql_url() -> Iterator[str]:
    """The URL of a server on which databases may be created; skips the test where there is none."""
    if url := os.environ.get("OVERTURE_TEST_POSTGRES"):
        yield url
        return
    binaries = _postgresql_binaries()
    if binaries is None:
        unavailable("no PostgreSQL: set OVERTURE_TEST_POSTGRES to its URL, or install initdb and pg_ctl.")
    with tempfile.TemporaryDirectory(prefix="overture-pg-") as folder:
        server = _private_postgresql(binaries, Path(folder))
        server.start()
        try:
            yield server.url
        finally:
            server.crash()


@contextmanager
def redis_url() -> Iterator[str]:
    """The URL of a Redis whose keys are ours; skips the test where there is none."""
    if url := os.environ.get("OVERTURE_TEST_REDIS"):
        yield url
        return
    with private_redis(free_port()) as (url, _):
        yield url


@contextmanager
def private_redis(port: int, *more: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis of the test's own, which it may also stop; skips the test where none is installed."""
    binary = shutil.which("redis-server")
    if binary is None:
        unavailable(
            "no Redis: set OVERTURE_TEST_REDIS to its URL, or install redis-server (some tests stop their own)."
        )
    command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *more]
    with tempfile.TemporaryDirectory(prefix="overture-redis-") as folder:
        server = subprocess.Popen([*command, "--dir", folder], stdout=subprocess.DEVNULL)
        try:
            wait_for_port(port)
            yield f"redis://127.0.0.1:{port}/0", server
        finally:
            server.kill()
            server.wait()


@contextmanager
def pgbouncer_url(behind: str) -> Iterator[str]:
    """A PgBouncer before the server of this URL, with two connections to it that transactions take in turns."""
    binary = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
    if binary is None:
        unavailable("no PgBouncer: install pgbouncer.")
    server, port = make_url(behind), free_port()
    with tempfile.TemporaryDirectory(prefix="overture-pgbouncer-") as name:
        settings = Path(name) / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host={server.host} port={server.port} user={server.username}"
            f"{f' password={server.password}' if server.password else ''}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            "pool_mode = transaction\ndefault_pool_size = 2\nmax_client_conn = 200\n"
        )
        settings.chmod(0o644)
        process = subprocess.Popen(
            [*unprivileged(Path(name)), binary, str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for_port(port)
            yield server.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        finally:
            process.terminate()
            process.wait()


def unavailable(reason: str) -> NoReturn:
    """Skip; in CI, where nothing may be skipped, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (CI may not skip.)")
    pytest.skip(reason)


def _postgresql_binaries() -> Path | None:
    """The folder of the newest PostgreSQL, whose real path is taken because its programs look for each other there."""
    candidates = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql*/bin")]
    newest_first = sorted(candidates, key=lambda folder: _number(folder.parent.name), reverse=True)
    if on_path := shutil.which("pg_ctl"):
        newest_first.append(Path(on_path).resolve().parent)
    return next((one for one in newest_first if (one / "initdb").exists() and (one / "pg_ctl").exists()), None)


def _number(name: str) -> float:
    digits = name.rpartition("@")[2]
    return float(digits) if digits.replace(".", "", 1).isdigit() else 0.0


def _private_postgresql(
    binaries: Path, folder: Path, *, durable: bool = False, connections: int = 200
) -> PrivatePostgresql:
    """One that was not started yet. `durable`: it survives a crash, which costs time."""
    data, port, run_as = folder / "data", free_port(), unprivileged(folder)
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections={connections}"
    )
    if not durable:
        options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        options += " -c autovacuum=off"  # it would learn that tables are nearly empty, and plan queries for that
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "overture", "-A", "trust", "-E", "UTF8", "--locale=C"]
    pg_ctl = [*run_as, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    _run([*run_as, *initdb, "--no-sync"])
    url = f"postgresql+asyncpg://overture@127.0.0.1:{port}/postgres"
    return PrivatePostgresql(url, pg_ctl, ["-o", options, "-l", str(folder / "log")])


def unprivileged(folder: Path) -> list[str]:
    """A command's beginning that gives up root, which PostgreSQL refuses to run as; the folder becomes that user's."""
    if os.geteuid() != 0:
        return []
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _run(command: list[str]) -> None:
    # pg_ctl's server inherits what it is given, so a pipe would stay open for as long as the server lives.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", check=False)
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed:\n{output.read().decode(errors='replace')}")


def wait_for_port(port: int) -> None:
    """Until somebody listens there; OSError where nobody does for long."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
