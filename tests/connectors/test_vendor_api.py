"""What connectors call a vendor with: one address and no other, each call in its turn."""

from __future__ import annotations

import ast
from pathlib import Path

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

import connectors
from bot.domain.errors import NotTried, PermanentSendError, TemporarySendError
from connectors.vendor_api import VendorApi, fields_named

CRMS = ("hubspot", "salesforce", "mautic", "marketo", "openemm", "webhook")
CLIENTS = {aiohttp.__name__, "socket", "urllib3", "requests", "httpx", "http", "smtplib"}
BASE = "https://crm.example.com/tenant/a"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=20) | st.sampled_from(["@evil.example/", ".evil.example", ":1/", "/../../b", "/..", "?a=b"]))
def test_no_path_leads_out_of_the_address(path: str) -> None:
    api = VendorApi("a CRM", BASE)
    try:
        url = api._below(path)
    except PermanentSendError:
        return
    assert url.origin() == URL(BASE).origin()
    assert url.raw_path == "/tenant/a" or url.raw_path.startswith("/tenant/a/")


async def test_a_call_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    async def used_up() -> None:
        raise NotTried("used up")

    api = VendorApi("a CRM", "http://127.0.0.1:1")
    monkeypatch.setattr(api, "_turn", used_up)
    with pytest.raises(NotTried):
        await api.call("GET", "/a")
    monkeypatch.undo()
    with pytest.raises(TemporarySendError, match="cannot be reached"):
        await api.call("GET", "/a")
    await api.close()


@pytest.mark.parametrize("name", CRMS)
def test_a_crms_connector_has_no_other_way_out(name: str) -> None:
    """Its files import no client of their own, so that one address is all that they can reach."""
    folder = Path(connectors.__file__).parent / name
    for file in folder.glob("*.py"):
        nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
        imported = {alias.name.split(".")[0] for one in nodes if isinstance(one, ast.Import) for alias in one.names}
        imported |= {str(one.module).split(".")[0] for one in nodes if isinstance(one, ast.ImportFrom)}
        assert not imported & CLIENTS, file


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Value for field 'team_size' is of the wrong type", ["team_size"]),
        ("Invalid data for field: Team_Size", ["team_size"]),
        ("Data too long for column `team_size` of an email", ["team_size"]),
        ("Email address is invalid", ["email"]),
        ("Value 'email' is invalid for field team_size", ["team_size"]),
        ("Allowed values: [email, team_size]", ["team_size", "email"]),
        ("'robin@email.example' is no address", []),
        ("the team is too large", []),
        ("", []),
    ],
)
def test_the_fields_that_a_refusal_names_are_read_from_its_words(words: str, named: list[str]) -> None:
    assert fields_named(words, ["team_size", "email"]) == named
