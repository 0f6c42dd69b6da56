"""A real CRM that nobody here wrote: django-crm on a PostgreSQL and a Redis of its own, and an account in it."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from aiohttp import ClientSession
from sqlalchemy import URL, make_url

from tests.ports import free_port
from tests.servers import postgresql_url, private_redis

READY_WITHIN = 60.0
SOMEBODY = "admin@example.com"
SCOPES = ("leads:read", "leads:write")
"""The least that our receiver needs."""

CUSTOM_FIELDS: Mapping[str, str] = {
    "overture_lead": "text",
    "overture_score": "number",
    "overture_grade": "text",
    "overture_team_size": "number",
    "overture_opted_out": "checkbox",
}


@dataclass(frozen=True)
class Account:
    """An organisation in the CRM: what its administrator may do (`admin`), and what our receiver may (`token`)."""

    address: str
    admin: Mapping[str, str]
    token: str
    database: URL


@contextmanager
def running_crm(python: Path, folder: Path) -> Iterator[Account]:
    """Set it up, which takes some minutes the first time: what its 250 migrations made is kept beside the environment.

    `python` is the interpreter in whose environment django-crm is installed.
    """
    port, redis_port = free_port(), free_port()
    with postgresql_url() as postgresql, private_redis(redis_port) as (redis, _):
        server = make_url(postgresql).set(drivername="postgresql")
        asyncio.run(_make_database(server))
        env = _environment(server, redis)
        _migrate(python, server, env, folder)
        with (folder / "crm.log").open("wb") as log:
            command = [str(python.with_name("gunicorn")), "crm.wsgi:application", "--bind", f"127.0.0.1:{port}"]
            crm = subprocess.Popen([*command, "--workers", "2"], cwd=folder, env=env, stdout=log, stderr=log)
            try:
                address = f"http://127.0.0.1:{port}"
                yield asyncio.run(_open_account(python, address, folder, env, server.set(database="crm")))
            finally:
                crm.terminate()
                crm.wait(timeout=30)


async def _make_database(server: URL) -> None:
    """Its role is no superuser, for whom the CRM's row-level security would not hold."""
    connection = await asyncpg.connect(server.render_as_string(hide_password=False))
    try:
        await connection.execute("CREATE ROLE crm LOGIN")
        await connection.execute("CREATE DATABASE crm OWNER crm")
    finally:
        await connection.close()


def _environment(server: URL, redis: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "DBNAME": "crm",
        "DBUSER": "crm",
        "DBPASSWORD": "",
        "DBHOST": str(server.host),
        "DBPORT": str(server.port),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEBUG": "True",  # without it, its command `devlogin` refuses to log anybody in
        "CELERY_BROKER_URL": redis,
        "CELERY_RESULT_BACKEND": redis,
    }


def _migrate(python: Path, server: URL, env: Mapping[str, str], folder: Path) -> None:
    kept = python.parent.parent / "migrated.dump"
    at = [f"--host={server.host}", f"--port={server.port}", f"--username={server.username}"]  # sees every row
    if kept.exists():
        _run(["pg_restore", *at, "--dbname=crm", str(kept)], folder, env)
        return
    print("The CRM makes its tables, once; that takes some minutes.", flush=True)
    _run([str(python.with_name("django-admin")), "migrate"], folder, env)
    unfinished = kept.with_suffix(".unfinished")
    _run(["pg_dump", *at, "--format=custom", f"--file={unfinished}", "crm"], folder, env)
    unfinished.rename(kept)


async def _open_account(python: Path, address: str, folder: Path, env: Mapping[str, str], database: URL) -> Account:
    """An organisation, its fields of ours, and a token that may do no more than our receiver has to."""
    async with ClientSession(address) as http:
        await _until_it_answers(http)
        headers = _log_in(python, folder, env)
        org = await _asked(http, "/api/org/", headers, {"name": "Example Ltd"})
        admin = _log_in(python, folder, env, org=org["org"]["id"])
        for place, (name, kind) in enumerate(CUSTOM_FIELDS.items()):
            told = {"target_model": "Lead", "key": name, "label": name, "field_type": kind, "display_order": place}
            await _asked(http, "/api/custom-fields/", admin, {**told, "is_filterable": True})
        token = await _asked(http, "/api/profile/tokens/", admin, {"name": "overture", "scopes": list(SCOPES)})
        return Account(address, admin, token["token"], database)


def _log_in(python: Path, folder: Path, env: Mapping[str, str], *, org: str = "") -> dict[str, str]:
    of = ["--org", org] if org else ["--create"]
    told = _run([str(python.with_name("django-admin")), "devlogin", SOMEBODY, *of], folder, env)
    found = re.search(r"access_token:\s+(\S+)", told)
    if found is None:
        raise RuntimeError(f"the CRM logged nobody in:\n{told}")
    return {"Authorization": f"Bearer {found[1]}"}


async def _asked(http: ClientSession, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> Any:
    async with http.post(path, json=body, headers=headers) as response:
        if response.status >= 300:
            raise RuntimeError(f"the CRM refused POST {path} with {response.status}: {await response.text()}")
        return await response.json()


async def _until_it_answers(http: ClientSession) -> None:
    ends = time.monotonic() + READY_WITHIN
    while time.monotonic() < ends:
        try:
            async with http.get("/api/leads/") as response:
                if response.status < 500:
                    return
        except OSError:
            pass
        await asyncio.sleep(0.2)
    raise RuntimeError(f"the CRM did not answer within {READY_WITHIN:.0f} s; its log is crm.log")


def _run(command: list[str], folder: Path, env: Mapping[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return done.stdout
