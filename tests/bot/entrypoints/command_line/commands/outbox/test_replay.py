"""`overture outbox dead`, `replay` and `discard`, as they are typed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.database import Database
from bot.domain.delivery import CrmNote, OutboxEntry, OutboxStatus
from bot.domain.ids import HandoffId
from bot.entrypoints.command_line.cli import run
from tests.contracts.samples import entry

NOTE = CrmNote("hubspot", HandoffId("h"), "Secret words")


@pytest.fixture
def given_up(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sequence[OutboxEntry]:
    """A message and two notes that were given up."""
    monkeypatch.setenv("OVERTURE_DATABASE", sqlite_url)
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path))
    entries = [entry("message"), *(replace(entry(key), dispatch=NOTE) for key in ("one", "two"))]

    async def write() -> None:
        store = Database(sqlite_url)
        async with store.transaction() as uow:
            for made in entries:
                await uow.outbox.add(made)
                await uow.outbox.settle(replace(made, status=OutboxStatus.DEAD, reason="refused", attempts=8))
        await store.close()

    asyncio.run(write())
    return entries


def now_in(url: str, key: str) -> OutboxEntry:
    async def look() -> OutboxEntry:
        store = Database(url)
        async with store.transaction() as uow:
            found = await uow.outbox.by_key(key)
        await store.close()
        assert found is not None
        return found

    return asyncio.run(look())


def test_what_was_given_up_is_listed_with_the_reason_and_without_its_words(
    given_up: Sequence[OutboxEntry], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["outbox", "dead"]) == 0
    told = capsys.readouterr().out
    assert len(told.splitlines()) == 3
    assert "note in hubspot" in told
    assert ": refused" in told
    assert "Secret" not in told
    assert run(["outbox", "dead", "--to", "slack"]) == 0
    assert capsys.readouterr().out == "Nothing was given up.\n"


def test_everything_for_one_crm_leaves_again_under_its_own_key(
    given_up: Sequence[OutboxEntry], sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["outbox", "replay", "--to", "hubspot"]) == 0
    assert capsys.readouterr().out.startswith("2 entries will leave again")
    again = now_in(sqlite_url, "one")
    assert (again.status, again.attempts, again.reason) == (OutboxStatus.WAITING, 0, "")
    assert now_in(sqlite_url, "message").status is OutboxStatus.DEAD
    assert run(["outbox", "replay", "--to", "hubspot"]) == 1
    assert run(["audit", "list"]) == 0
    assert "outbox.replayed" in capsys.readouterr().out


def test_one_entry_leaves_again_and_the_others_do_not(given_up: Sequence[OutboxEntry], sqlite_url: str) -> None:
    assert run(["outbox", "replay", given_up[1].id]) == 0
    assert now_in(sqlite_url, "one").status is OutboxStatus.WAITING
    assert now_in(sqlite_url, "two").status is OutboxStatus.DEAD


def test_a_message_is_not_replayed(
    given_up: Sequence[OutboxEntry], sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["outbox", "replay", given_up[0].id, "nonsense"]) == 1
    told = capsys.readouterr().err
    assert f"{given_up[0].id} is neither for a CRM nor a card or line for a desk" in told
    assert "nonsense is no dead entry." in told
    assert now_in(sqlite_url, "message").status is OutboxStatus.DEAD


@pytest.mark.parametrize("arguments", [["dead"], ["replay"], ["discard", "--why", "it is over"]])
def test_a_destination_that_there_is_not_is_told_with_those_there_are(
    arguments: list[str], given_up: Sequence[OutboxEntry], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["outbox", *arguments, "--to", "hubspto"]) == 2
    told = capsys.readouterr().err
    assert 'there is no destination "hubspto". There are: ' in told
    assert " hubspot, " in told


def test_what_was_to_go_to_a_crm_that_is_gone_is_still_found(
    given_up: Sequence[OutboxEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERTURE_CONNECTORS", "webchat")
    assert run(["outbox", "replay", "--to", "hubspot"]) == 0


@pytest.mark.parametrize("arguments", [[], ["some-id", "--to", "hubspot"]])
def test_it_has_to_be_said_what_to_replay(
    arguments: list[str], given_up: Sequence[OutboxEntry], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["outbox", "replay", *arguments]) == 2
    assert "say what to replay" in capsys.readouterr().err


def test_what_is_discarded_counts_as_withheld_with_the_reason(
    given_up: Sequence[OutboxEntry], sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["outbox", "discard", given_up[0].id, "nonsense", "--why", "the campaign is over"]) == 1
    told = capsys.readouterr()
    assert told.out == "1 entry is discarded.\n"
    assert told.err == "nonsense is no dead entry.\n"
    discarded = now_in(sqlite_url, "message")
    assert discarded.status is OutboxStatus.WITHHELD
    assert discarded.reason.endswith(": the campaign is over")
    assert run(["outbox", "discard", "--to", "hubspot", "--why", "it is over"]) == 0
    assert capsys.readouterr().out == "2 entries are discarded.\n"
    assert run(["outbox", "dead"]) == 0
    assert capsys.readouterr().out == "Nothing was given up.\n"


@pytest.mark.parametrize("arguments", [["--why", "over"], ["--to", "hubspot", "--why", " "]])
def test_it_has_to_be_said_what_to_discard_and_why(
    arguments: list[str], given_up: Sequence[OutboxEntry], sqlite_url: str
) -> None:
    assert run(["outbox", "discard", *arguments]) == 2
    assert now_in(sqlite_url, "one").status is OutboxStatus.DEAD
