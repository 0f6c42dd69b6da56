"""`overture field-keys`, as it is typed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.adapters.field_keys import read_field_keys
from bot.domain.person import Identity
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.serving.sole_user import sole_user
from tests.contracts.samples import ANNA, NOON, add_chat, profile

Capture = pytest.CaptureFixture[str]
EMAIL = "anna@example.com"


@pytest.fixture
def database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """With somebody in it, who is not sealed."""
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)

    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            await add_chat(uow)
            await uow.profiles.save(profile(ANNA, attributes={"email": EMAIL}))
            await uow.profiles.claim(ANNA, Identity("email", EMAIL), NOON)
        await store.close()

    asyncio.run(write())
    return sqlite_url


@pytest.fixture
def keys(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> Path:
    """New keys in a file that the settings name."""
    assert run(["field-keys", "new"]) == 0
    told = capsys.readouterr()
    file = tmp_path / "keys"
    file.write_text(told.out, encoding="ascii")
    monkeypatch.setenv("OVERTURE_FIELD_KEYS_FILE", str(file))
    assert "Keep these two lines apart from the database" in told.err
    found = read_field_keys("", file)
    assert found is not None
    assert found.first == "k1"
    return file


def found(capsys: Capture) -> str:
    assert run(["people", "find", EMAIL]) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("keys")
def test_a_database_is_sealed_while_the_service_stands_still(database: str, capsys: Capture) -> None:
    assert run(["people", "find", EMAIL]) == 2
    assert "who are not sealed. Stop every process, then: overture field-keys rotate" in capsys.readouterr().err
    assert run(["field-keys", "rotate"]) == 2
    assert "Stop every process that uses this database" in capsys.readouterr().err
    assert run(["field-keys", "check"]) == 1
    told = capsys.readouterr().out
    assert "identity.sealed_value          0 with k1, 1 readable\n" in told
    assert "4 fields are not sealed with k1: overture field-keys rotate" in told
    assert run(["field-keys", "rotate", "--service-stopped"]) == 0
    told = capsys.readouterr().out
    assert "the service may run again" in told
    assert "what is to be sealed is sealed with k1.\n" in told
    assert run(["field-keys", "check"]) == 0
    assert "identity.sealed_value          1 with k1\n" in capsys.readouterr().out
    assert EMAIL in found(capsys)
    assert EMAIL.encode() not in Path(database.partition("///")[2]).read_bytes()


@pytest.mark.usefixtures("keys")
def test_a_service_that_does_not_stand_still_is_noticed(database: str, capsys: Capture) -> None:
    with sole_user(Path(database.partition("///")[2])):
        for command in ("rotate", "off"):
            assert run(["field-keys", command, "--service-stopped"]) == 2
            assert "another process serves from the database" in capsys.readouterr().err


@pytest.mark.usefixtures("database")
def test_a_new_key_takes_the_place_of_the_old_one(keys: Path, capsys: Capture) -> None:
    assert run(["field-keys", "rotate", "--service-stopped"]) == 0
    capsys.readouterr()
    assert run(["field-keys", "new"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("k2:")
    assert "Put this line behind the keys that there are" in told.err
    k1, index = keys.read_text(encoding="ascii").splitlines()
    keys.write_text(f"{told.out}{k1}\n{index}\n", encoding="ascii")
    assert run(["field-keys", "rotate"]) == 0
    assert "Nothing is sealed with k1 any more: the setting can do without.\n" in capsys.readouterr().out
    keys.write_text(f"{told.out}{index}\n", encoding="ascii")
    assert EMAIL in found(capsys)
    assert run(["audit", "list"]) == 0
    told = capsys.readouterr()
    assert told.out.count("field_key.rotated") == 2


@pytest.mark.usefixtures("database")
def test_all_is_opened_again(keys: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["field-keys", "rotate", "--service-stopped"]) == 0
    assert run(["migrate", "--to", "0027"]) == 2
    assert "Open them first, while no service runs: overture field-keys off" in capsys.readouterr().err
    assert run(["field-keys", "off"]) == 2
    assert "a service would look for addresses" in capsys.readouterr().err
    assert run(["field-keys", "off", "--service-stopped"]) == 0
    assert "nothing is sealed any more" in capsys.readouterr().out
    monkeypatch.delenv("OVERTURE_FIELD_KEYS_FILE")
    assert EMAIL in found(capsys)
    assert run(["migrate", "--to", "0027"]) == 0


@pytest.mark.usefixtures("database")
def test_the_doctor_tells_of_the_keys(keys: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    run(["field-keys", "rotate", "--service-stopped"])
    run(["doctor"])
    assert "are sealed in the database with the key k1\n" in capsys.readouterr().out
    lines = keys.read_text(encoding="ascii").splitlines()
    swapped = [lines[1].replace("index", "k1", 1), lines[0].replace("k1", "index", 1)]  # a key may have "k1" in it, too
    keys.write_text("".join(f"{line}\n" for line in swapped), encoding="ascii")
    run(["doctor"])
    assert "! the field keys are not those of the database\n" in capsys.readouterr().out
    monkeypatch.delenv("OVERTURE_FIELD_KEYS_FILE")
    run(["doctor"])
    assert "is not set. Set it as it was" in capsys.readouterr().out


def test_without_keys_and_without_a_database_there_is_nothing_to_look_at(
    sqlite_url: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    assert run(["field-keys", "check"]) == 2
    assert "OVERTURE_FIELD_KEYS is not set. Make keys: overture field-keys new" in capsys.readouterr().err
    monkeypatch.setenv("OVERTURE_DATABASE", f"sqlite+aiosqlite:///{tmp_path}/nowhere.db")
    assert run(["field-keys", "check"]) == 2
    assert "there is no database" in capsys.readouterr().err
