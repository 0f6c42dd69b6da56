"""No column is left out in which somebody says that they want no marketing, unless whoever imports says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.domain.audience import ProfileSchema
from bot.domain.errors import SettingsError
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.overlooked import Overlooked, refuse
from bot.entrypoints.importing.running import Import, begin, mapping_for, run
from bot.entrypoints.importing.sources import FileSource, Row
from tests.bot.services.stage import Stage


@pytest.mark.parametrize(
    ("column", "cells", "target"),
    [
        ("Status", ["subscribed", "unsubscribed"], "opted_out"),
        ("Status", ["Active", "bounced"], "opted_out"),
        ("Newsletter", ["yes", "no"], "subscribed"),
        ("GDPR consent (web form)", [True, False], "subscribed"),
        ("Email: do not send", ["", "TRUE"], "opted_out"),
        ("Blocklist date", ["2026-03-01"], "opted_out"),
        ("Zustimmung Newsletter 2024", ["ja", "nein"], "subscribed"),
        ("email_permission", ["1", "0"], "subscribed"),
    ],
)
def test_what_would_not_be_heard_is_asked_about(column: str, cells: list[object], target: str) -> None:
    overlooked = Overlooked([column])
    for number, cell in enumerate(cells, 1):
        overlooked.see(Row(number, {column: cell}))
    with pytest.raises(SettingsError) as raised:
        refuse(overlooked.unheard())
    assert f'in row {len(cells)}: --map "{column}={target}", or --map "{column}=ignore"' in str(raised.value)


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("Newsletter", ["yes", "weekly", ""]),
        ("Status", ["Open - Not Contacted", "Working"]),
        ("OPTIN_TIME", ["2026-03-01 10:00:00"]),
        ("UNSUB_REASON", ["no longer interested"]),
        ("Marketing emails opened", ["0", "12", "1"]),
        ("Employees", ["0", "no"]),
    ],
)
def test_what_nobody_refuses_in_is_left_out(column: str, cells: list[str]) -> None:
    overlooked = Overlooked([column])
    for number, cell in enumerate(cells, 1):
        overlooked.see(Row(number, {column: cell}))
    assert overlooked.unheard() == []


def lines(path: Path, *people: object) -> FileSource:
    path.write_text("".join(json.dumps(one) + "\n" for one in people), encoding="utf-8")
    return FileSource(path)


@pytest.mark.parametrize("schema", [None, ProfileSchema({})])
async def test_nothing_is_taken_before_it_is_said(stage: Stage, tmp_path: Path, schema: ProfileSchema | None) -> None:
    """The column may stand in one of the last lines, and where no attribute is declared it would be one."""
    source = lines(
        tmp_path / "people.jsonl",
        *({"email": f"p{number}@example.com"} for number in range(600)),
        {"email": "ana@example.com", "status": "unsubscribed"},
    )
    told = Import(source, mapping_for(source, ColumnMapping(), schema), tmp_path / "report.csv")
    with pytest.raises(SettingsError, match='"status" says "unsubscribed" in row 601'):
        await run(stage.runtime, told, await begin(stage.runtime, told))
    async with stage.store.transaction() as uow:
        assert not (await uow.profiles.page(after="", limit=5)).people
    left_out = mapping_for(source, ColumnMapping({"status": "ignore"}), schema)
    told = Import(source, left_out, tmp_path / "report.csv")
    assert (await run(stage.runtime, told, await begin(stage.runtime, told))).new == 601
