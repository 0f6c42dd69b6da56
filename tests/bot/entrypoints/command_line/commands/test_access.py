"""The commands `users`, `keys` and `audit`."""

from __future__ import annotations

import io
import json
import sqlite3
from pathlib import Path

import pytest

from bot.domain.access import Role
from bot.entrypoints.command_line.cli import ROLES, run
from bot.entrypoints.wiring.own_secret import installation_secret

Capture = pytest.CaptureFixture[str]
WORD = "correct horse battery"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def types(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_command_line_knows_every_role() -> None:
    assert tuple(Role) == ROLES


def test_the_first_admin_is_made_before_there_is_anything(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    types(monkeypatch, f"{WORD}\n")
    assert run(["users", "add", "Ada@example.com", "--role", "admin"]) == 0
    assert run(["users", "add", "bea@example.com", "--role", "rep", "--no-password"]) == 0
    capsys.readouterr()
    assert run(["users", "list"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("ada@example.com  admin  by password")
    assert told[1].startswith("bea@example.com  rep  by provider, not yet seen")
    assert WORD.encode() not in (data / "overture.db").read_bytes()
    assert not (data / "secret").exists(), "a start makes it, and tells where people have links of one before"


@pytest.mark.parametrize(
    ("public", "where"),
    [("", "on the service's page /login,"), ("https://bot.example.com/", "at https://bot.example.com/login,")],
)
def test_who_is_added_is_sent_to_no_port_that_the_service_may_not_listen_on(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, public: str, where: str
) -> None:
    monkeypatch.setenv("OVERTURE_PUBLIC_URL", public)
    run(["users", "add", "bea@example.com", "--role", "rep", "--no-password"])
    assert f"bea@example.com may log in {where} with the role rep." in capsys.readouterr().out


def test_an_account_changes_and_is_disabled(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    run(["users", "add", "bea@example.com", "--role", "rep", "--no-password"])
    assert run(["users", "role", "bea@example.com", "compliance"]) == 0
    types(monkeypatch, f"{WORD}\n")
    assert run(["users", "password", "bea@example.com"]) == 0
    assert run(["users", "disable", "BEA@example.com"]) == 0
    capsys.readouterr()
    run(["users", "list"])
    assert "compliance  disabled on" in capsys.readouterr().out
    assert run(["users", "enable", "bea@example.com"]) == 0
    run(["audit", "list"])
    told = capsys.readouterr().out
    for what in ("user.added", "user.role", "user.password", "user.disabled", "user.enabled"):
        assert f"{what}  bea@example.com  by terminal:" in told


def test_what_cannot_be_is_told_plainly(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert run(["audit", "list"]) == 2
    assert "look into" in capsys.readouterr().err
    types(monkeypatch, "short\n")
    assert run(["users", "add", "ada@example.com", "--role", "rep"]) == 2
    assert "at least 12 characters" in capsys.readouterr().err
    run(["users", "add", "ada@example.com", "--role", "rep", "--no-password"])
    assert run(["users", "add", "ADA@example.com", "--role", "rep", "--no-password"]) == 2
    assert "has an account already" in capsys.readouterr().err
    assert run(["users", "role", "nobody@example.com", "rep"]) == 2
    assert "there is no user nobody@example.com" in capsys.readouterr().err
    assert run(["keys", "revoke", "ovt_nothing"]) == 2
    assert 'there is no key "ovt_nothing"' in capsys.readouterr().err


def test_a_key_is_shown_once_and_alone_on_the_output(data: Path, capsys: Capture) -> None:
    assert run(["keys", "add", "crm", "--role", "marketer"]) == 0
    key = capsys.readouterr().out.strip()
    assert key.startswith("ovt_")
    run(["keys", "list"])
    told = capsys.readouterr().out
    assert key not in told
    assert told.startswith(key[:13])
    assert run(["keys", "revoke", key[:12]]) == 0
    run(["keys", "list"])
    assert "revoked on" in capsys.readouterr().out
    run(["audit", "list", "--json"])
    told = capsys.readouterr().out
    assert [json.loads(line)["what"] for line in told.splitlines()] == ["key.revoked", "key.added"]
    assert key not in told


def tamper(data: Path, statement: str) -> None:
    with sqlite3.connect(data / "overture.db") as database:
        database.execute(statement)
    database.close()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM audit_entry WHERE position = 2", "entry 2 is missing: entry 3"),
        ("DELETE FROM audit_entry WHERE position = 3", "entry 3 is missing: the log ends at entry 2"),
        ("DELETE FROM audit_entry", "entry 1 is missing: the log ends at entry 0"),
        ("UPDATE audit_entry SET who = 'terminal:mallory' WHERE position = 1", "entry 1 is not what was written"),
        ("UPDATE audit_entry SET detail = 'nonsense' WHERE position = 1", "entry 1 is not what was written"),
        ("UPDATE audit_entry SET at = at + 1 WHERE position = 3", "entry 3 is not what was written"),
    ],
)
def test_the_first_entry_that_was_touched_is_named(data: Path, capsys: Capture, statement: str, told: str) -> None:
    installation_secret(data)
    for name in ("one", "two", "three"):
        run(["keys", "add", name, "--role", "rep"])
    assert run(["audit", "verify"]) == 0
    tamper(data, statement)
    capsys.readouterr()
    assert run(["audit", "verify"]) == 1
    assert f"NOT whole: {told}" in capsys.readouterr().out
    assert run(["audit", "verify"]) == 1  # and the head that was kept stays


def test_a_log_is_not_called_whole_by_a_secret_that_is_made_for_it(data: Path, capsys: Capture) -> None:
    """As where OVERTURE_DATA is not the service's: what was kept there of the log's end was not looked at."""
    run(["keys", "add", "one", "--role", "rep"])
    assert run(["audit", "verify"]) == 2
    assert f"there is no secret in {data}, by which the service would know" in capsys.readouterr().err
    assert not (data / "secret").exists()


def test_a_printed_head_proves_what_the_kept_one_cannot(data: Path, capsys: Capture) -> None:
    installation_secret(data)
    run(["keys", "add", "one", "--role", "rep"])
    capsys.readouterr()
    run(["audit", "verify"])
    head = capsys.readouterr().out.splitlines()[-1]
    run(["keys", "add", "two", "--role", "rep"])
    assert run(["audit", "verify", "--against", head]) == 0
    tamper(data, "DELETE FROM audit_entry")
    (data / "audit-head").unlink()
    assert run(["audit", "verify"]) == 0
    assert run(["audit", "verify", "--against", head]) == 1
    capsys.readouterr()
    assert run(["audit", "verify", "--against", f"{head}0"]) == 2
    assert "its signature is not ours" in capsys.readouterr().err
    (data / "audit-head").write_text("nonsense")
    assert run(["audit", "verify"]) == 2
    assert "cannot be used" in capsys.readouterr().err
