"""An import of a file: a report for each row, the good ones in, and nothing twice after a kill."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.errors import SettingsError
from bot.domain.importing import ImportProgress
from bot.entrypoints.importing import sources
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.overlooked import Unheard
from bot.entrypoints.importing.running import Import, begin, look_through, mapping_for, run
from bot.entrypoints.importing.sources import NO_UTF_8_ROW, Chunk, FileSource
from tests.bot.services.stage import Stage

GOOD = "ana{0}@example.com,+447700{0:06},{0}"
BAD = "nobody{0},+447700{0:06},{0}"


def written(folder: Path, *rows: str, name: str = "people.csv", header: str = "email,phone,team_size") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def a_third_bad(count: int) -> list[str]:
    return [(BAD if number % 10 < 3 else GOOD).format(number) for number in range(count)]


async def take(stage: Stage, path: Path, source: FileSource | None = None, *, again: bool = False) -> ImportProgress:
    source = source or FileSource(path)
    mapping = mapping_for(source, ColumnMapping(), stage.library.current().profile)
    told = Import(source, mapping, path.with_suffix(".report.csv"))
    return await run(stage.runtime, told, await begin(stage.runtime, told, again=again))


async def count_people(stage: Stage) -> int:
    async with stage.store.transaction() as uow:
        return len((await uow.profiles.page(after="", limit=10_000)).people)


def reported(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_of_a_file_with_bad_rows_the_good_ones_are_taken_and_the_others_told(
    stage: Stage, tmp_path: Path
) -> None:
    done = await take(stage, written(tmp_path, *a_third_bad(1200)))
    assert (done.rows, done.new, done.refused) == (1200, 840, 360)
    assert await count_people(stage) == 840
    lines = reported(tmp_path / "people.report.csv")
    assert [int(one["overture_row"]) for one in lines] == [row + 1 for row in range(1200) if row % 10 < 3]
    assert lines[0]["email"] == "nobody0"
    assert "e-mail address is not valid" in lines[0]["overture_why"]


async def test_that_somebody_imports_is_in_the_audit_log_before_the_first_row(stage: Stage, tmp_path: Path) -> None:
    source = FileSource(written(tmp_path, GOOD.format(1)))
    mapping = mapping_for(source, ColumnMapping(), None)
    told = Import(source, mapping, tmp_path / "report.csv", by="terminal:a test")
    await run(stage.runtime, told, await begin(stage.runtime, told))
    async with stage.store.transaction() as uow:
        (entry,) = await uow.audit.latest(9)
    assert (entry.deed.what, entry.deed.who, entry.deed.about) == ("people.imported", "terminal:a test", told.id)
    assert entry.deed.detail == {"behind_row": 0}


async def test_a_report_that_was_put_right_can_be_imported_as_it_is(stage: Stage, tmp_path: Path) -> None:
    await take(stage, written(tmp_path, *a_third_bad(20)))
    header, *rows = (tmp_path / "people.report.csv").read_text(encoding="utf-8").splitlines()
    mended = written(tmp_path, *(row.replace(",", "@example.com,", 1) for row in rows), name="m.csv", header=header)
    done = await take(stage, mended)
    assert (done.new, done.refused) == (6, 0)
    assert await count_people(stage) == 20


class _Ending(FileSource):
    """A file of which no more than the first chunks can be read."""

    async def chunks(self, cursor: str, rows: int) -> AsyncIterator[Chunk]:
        count = 0
        async for chunk in super().chunks(cursor, rows):
            if count == 1:
                raise KeyboardInterrupt
            count += 1
            yield chunk


async def test_it_goes_on_where_it_was_interrupted(stage: Stage, tmp_path: Path) -> None:
    path = written(tmp_path, *a_third_bad(1200))
    with pytest.raises(KeyboardInterrupt):
        await take(stage, path, _Ending(path))
    with (tmp_path / "people.report.csv").open("a", encoding="utf-8") as report:
        report.write("of a chunk that was never kept\n")
    done = await take(stage, path)
    assert (done.rows, done.new, done.refused, done.same) == (1200, 840, 360, 0)
    assert len(reported(tmp_path / "people.report.csv")) == 360
    async with stage.store.transaction() as uow:
        person = await uow.profiles.owner_of("email", "ana3@example.com")
        assert person is not None
        assert len(await uow.timeline.of(person.id, limit=5)) == 1


async def test_the_same_file_is_taken_once(stage: Stage, tmp_path: Path) -> None:
    path = written(tmp_path, *a_third_bad(10))
    assert (await take(stage, path)).new == 7
    told = await take(stage, path, again=True)
    assert (told.new, told.same) == (0, 7)
    assert await count_people(stage) == 7


async def test_json_lines_are_taken_as_they_are(stage: Stage, tmp_path: Path) -> None:
    lines = [{"email": "ana@example.com", "team_size": 5}, {"email": "no"}, ["x"], {"phone": "+447700900123", "x": {}}]
    path = tmp_path / "people.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\nnot json\n", encoding="utf-8")
    done = await take(stage, path)
    assert (done.new, done.refused) == (2, 3)
    report = reported(tmp_path / "people.report.csv")
    assert [one["overture_row"] for one in report] == ["2", "3", "5"]
    assert json.loads(report[0]["record"]) == {"email": "no"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"email;phone\nana@example.com;1;2\n", "it has 3 cells, and the header 2"),
        (b"email,name\nana@example.com,J\xf6rg Wei\xc3\x9f\n", "it is no UTF-8"),
        (b'email,name\n"ana@example.com,Ana\n', "look for a quotation mark that does not end"),
        (b'email,name\nana@example.com,"' + b"x" * 3_000_000 + b"\n", "a quotation mark that does not end"),
    ],
)
async def test_a_row_that_is_no_row_is_told(stage: Stage, tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    done = await take(stage, path)
    assert done.refused >= 1
    assert done.new == 0
    assert why in reported(tmp_path / "people.report.csv")[0]["overture_why"]


@pytest.mark.parametrize("end", ["", 'cy@example.com,"Cy"\n', "cy@example.com,Cy\n" * 600])
async def test_a_quotation_mark_that_does_not_end_swallows_nobody(stage: Stage, tmp_path: Path, end: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f'email,name\nana@example.com,"Ana\nbo@example.com,"Bo\nBobby"\n{end}', encoding="utf-8")
    done = await take(stage, path)
    assert (done.new, done.refused) == (2 if end else 1, 1)
    (told,) = reported(tmp_path / "people.report.csv")
    assert (told["email"], told["name"], told["overture_row"]) == ("ana@example.com", "Ana", "1")
    assert "look for a quotation mark that does not end" in told["overture_why"]
    async with stage.store.transaction() as uow:
        bo = await uow.profiles.owner_of("email", "bo@example.com")
        assert bo is not None
        assert bo.attributes["name"] == "Bo\nBobby"


async def test_a_line_without_an_end_is_one_bad_row_and_is_never_held_whole(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LONGEST_LINE", 100_000)
    path = written(tmp_path, GOOD.format(1), f'ana9@example.com,"{"x" * 20_000_000}', GOOD.format(2))
    tracemalloc.start()
    done = await take(stage, path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (done.new, done.refused) == (2, 1)
    assert "the line is too long" in reported(tmp_path / "people.report.csv")[0]["overture_why"]
    assert most < 5_000_000


async def test_a_file_whose_name_is_no_text_is_imported(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"people\xff.csv")
    written(tmp_path, GOOD.format(1)).rename(path)
    assert (await take(stage, path)).new == 1


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("people.pdf", b"x", "neither a .csv, an .xlsx nor a .jsonl file"),
        ("people.csv", b"", "there is nobody"),
        ("people.jsonl", b"", "there is nobody"),
        ("people.ods", b"x", "is a spreadsheet, of which .xlsx is read. Save it as that, or as CSV, which"),
        ("people.csv", b"PK\x03\x04 and more", "is a spreadsheet, of which .xlsx is read."),
        (
            "people.json",
            b'[\n{"email": "ana@example.com"}\n]\n',
            "is a list. Write each person as a JSON object on a line",
        ),
    ],
)
def test_what_is_no_file_of_people_is_refused(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SettingsError, match=re.escape(why)):
        FileSource(tmp_path / name)


def test_a_file_goes_by_the_name_that_it_was_given_with(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes("email\nana@example.com\n".encode("utf-16"))
    source = FileSource(tmp_path / "file", name="fair.csv")
    assert (source.name, source.encoding, source.columns) == ("fair.csv", "UTF-16", ["email"])
    with pytest.raises(SettingsError, match=r"^fair\.ods is a spreadsheet"):
        FileSource(tmp_path / "file", name="fair.ods")


async def test_what_a_file_shows_of_its_cells_is_known_before_a_row_is_taken(stage: Stage, tmp_path: Path) -> None:
    kinds = {"size": AttributeType.NUMBER, "since": AttributeType.DATE}
    schema = ProfileSchema({name: Attribute(name, kind) for name, kind in kinds.items()})
    rows = ('ana@example.com,"1,5",31/12/2025,', "bo@example.com,7,03/04/2026,unsubscribed")
    source = FileSource(written(tmp_path, *rows, header="email,size,since,Standing"))
    told = Import(source, mapping_for(source, ColumnMapping(), schema), tmp_path / "report.csv")
    shown = await look_through(told, schema)
    assert (shown.marks, shown.orders) == ({"size": ","}, {"since": "dmy"})
    assert shown.unheard == [Unheard("Standing", "unsubscribed", 2, "opted_out")]
    assert await count_people(stage) == 0


EXCELS = "E-mail;Name;;Team size;\r\nana@example.com;Ana Müller;;50;\r\nbo@example.com;Bo;;7;;;\r\n; ;;;\r\n"


@pytest.mark.parametrize(
    "content",
    [
        EXCELS.encode("utf-8-sig"),
        EXCELS.encode("utf-16"),
        EXCELS.replace(";", "\t").encode("utf-16"),
        EXCELS.encode("utf-16-le"),
        EXCELS.encode("utf-16-be"),
        f"sep=;\r\n{EXCELS}".encode(),
        EXCELS.replace("\r\n", "\r").encode(),
    ],
    ids=["bom", "utf-16", "unicode text", "utf-16 without bom", "utf-16-be without bom", "sep line", "old mac"],
)
async def test_files_are_read_as_excel_writes_them(stage: Stage, tmp_path: Path, content: bytes) -> None:
    """With a byte order mark or as Unicode text, with columns without a name, and with empty cells beyond those."""
    (tmp_path / "people.csv").write_bytes(content)
    done = await take(stage, tmp_path / "people.csv")
    assert (done.new, done.refused) == (2, 0)
    async with stage.store.transaction() as uow:
        person = await uow.profiles.owner_of("email", "ana@example.com")
    assert person is not None
    assert (person.attributes["name"], person.attributes["team_size"]) == ("Ana Müller", "50")


async def test_what_stands_in_a_column_without_a_name_is_left_out_unless_it_is_mapped(tmp_path: Path) -> None:
    source = FileSource(written(tmp_path, "ana@example.com,x", header="email,"))
    assert mapping_for(source, ColumnMapping(), None).columns == {"email": "email", "(column 2)": "ignore"}
    mapped = mapping_for(source, ColumnMapping({"(column 2)": "tags"}), None)
    assert mapped.columns["(column 2)"] == "tags"


async def test_letters_that_are_lost_are_refused_again_where_they_were_not_written_anew(
    stage: Stage, tmp_path: Path
) -> None:
    """Of a report that is imported as it is, nobody becomes J?rg."""
    (tmp_path / "people.csv").write_bytes(b"email,name\nana@example.com,J\xf6rg Wei\xc3\x9f\n")
    await take(stage, tmp_path / "people.csv")
    (line,) = reported(tmp_path / "people.report.csv")
    assert (line["name"], line["overture_why"]) == ("J\ufffdrg Weiß", NO_UTF_8_ROW)
    done = await take(stage, tmp_path / "people.report.csv")
    assert (done.new, done.refused) == (0, 1)


async def test_who_opted_out_has_opted_out_though_their_row_is_no_utf_8(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"phone,name,unsubscribed\n+447700900123,J\xf6rg,yes\n+44\xf6770,Zo\xc3\xab \xc3\x98,yes\n")
    done = await take(stage, path)
    assert (done.new, done.refused) == (1, 1)
    async with stage.store.transaction() as uow:
        person = await uow.profiles.owner_of("phone", "+447700900123")
        assert person is not None
        assert "name" not in person.attributes
        assert [one.granted for one in await uow.consents.of(person.id) if one.channel == "sms"] == [False]


@pytest.mark.parametrize(
    "content",
    [
        b"Pr\xe9nom,E-mail\n",
        b"Name,E-mail\n" + b"Ana,ana@example.com\n" * 60_000 + b"J\xf6rg,joerg@example.com\n",
        b"Na\0me,E-mail\nana,ana@example.com\n",
    ],
    ids=["header", "first letter far behind it", "a zero"],
)
def test_a_file_that_is_no_utf_8_is_refused_once_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "people.csv").write_bytes(content)
    with pytest.raises(SettingsError, match=r"is no UTF-8\. Save it as UTF-8, which Excel calls"):
        FileSource(tmp_path / "people.csv")


def test_lines_of_json_that_are_no_utf_8_are_refused_once(tmp_path: Path) -> None:
    (tmp_path / "people.jsonl").write_bytes(b'{"email": "ana@example.com", "name": "J\xf6rg"}\n')
    with pytest.raises(SettingsError, match=r"is no UTF-8\. Save it as UTF-8"):
        FileSource(tmp_path / "people.jsonl")
    assert FileSource(tmp_path / "people.jsonl", "windows-1252").columns == ["email", "name"]


def test_of_utf_16_that_was_said_to_be_something_else_it_is_told_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes("Name;E-Mail\r\nJörg;joerg@example.com\r\n".encode("utf-16-le"))
    with pytest.raises(SettingsError, match=r"is UTF-16, and is read as that where nothing else is said"):
        FileSource(tmp_path / "people.csv", "windows-1252")
    assert FileSource(tmp_path / "people.csv").encoding == "UTF-16"


IN_A_PROCESS = """
import asyncio, sys
from pathlib import Path
from bot.adapters.database import Database
from tests.bot.entrypoints.importing.test_running import take
from tests.bot.services.stage import Stage
from tests.manual_clock import ManualClock

asyncio.run(take(Stage(Database(sys.argv[1]), ManualClock()), Path(sys.argv[2])))
"""


def killed_at_work(url: str, path: Path, report: Path) -> int:
    """How a process ended that was killed while it imported the file."""
    with subprocess.Popen([sys.executable, "-c", IN_A_PROCESS, url, str(path)]) as process:
        while process.poll() is None and not report.exists():
            time.sleep(0.01)
        process.kill()
    return process.returncode


async def test_what_was_killed_goes_on_at_its_next_start(stage: Stage, sqlite_url: str, tmp_path: Path) -> None:
    path = written(tmp_path, *a_third_bad(20_000))
    report = tmp_path / "people.report.csv"
    assert await asyncio.to_thread(killed_at_work, sqlite_url, path, report) == -signal.SIGKILL
    done = await take(stage, path)
    assert (done.rows, done.new, done.refused, done.same) == (20_000, 14_000, 6_000, 0)
    assert len(reported(report)) == 6_000


async def test_a_column_shows_whether_a_point_stands_between_thousands(stage: Stage, tmp_path: Path) -> None:
    number = ProfileSchema({"turnover": Attribute("turnover", AttributeType.NUMBER)})
    stage.library.playbook = replace(stage.library.playbook, profile=number)
    rows = ["ana@example.com;1.200", "bo@example.com;1.350,50"]
    assert (await take(stage, written(tmp_path, *rows, header="email;turnover"))).refused == 0
    assert await turnover(stage, "ana@example.com") == 1200

    unclear = written(tmp_path, rows[0].replace("200", "300"), name="unclear.csv", header="email;turnover")
    assert (await take(stage, unclear)).refused == 1
    assert "may be 1300 or 1.3" in reported(tmp_path / "unclear.report.csv")[0]["overture_why"]
    source = FileSource(unclear)
    mapping = mapping_for(source, ColumnMapping(decimal=","), number)
    told = Import(source, mapping, tmp_path / "unclear.report.csv")
    assert (await run(stage.runtime, told, await begin(stage.runtime, told))).changed == 1
    assert await turnover(stage, "ana@example.com") == 1300


async def turnover(stage: Stage, address: str) -> object:
    async with stage.store.transaction() as uow:
        person = await uow.profiles.owner_of("email", address)
    assert person is not None
    return person.attributes["turnover"]
