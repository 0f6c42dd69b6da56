"""People in a file of Excel."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.errors import SettingsError
from bot.domain.person import Identity
from bot.entrypoints.importing import spreadsheets
from bot.entrypoints.importing.files import source_of
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.running import Import, begin, mapping_for, run
from bot.entrypoints.importing.sources import Row
from bot.entrypoints.importing.spreadsheets import SpreadsheetSource
from tests.bot.services.stage import Stage


def saved(path: Path, *lines: Sequence[Any], formats: Sequence[str] = (), **sheets: Sequence[Sequence[Any]]) -> Path:
    """`formats` are those of the cells of the second line."""
    book = Workbook()
    for title, rows in ({"People": lines} | sheets).items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for column, form in enumerate(formats, 1):
        book["People"].cell(2, column).number_format = form
    book.remove(book.worksheets[0])
    book.save(path)
    return path


async def rows_of(path: Path, sheet: str = "") -> Sequence[Row]:
    return [row for chunk in [one async for one in SpreadsheetSource(path, sheet).chunks("", 0)] for row in chunk.rows]


async def cells_of(path: Path) -> Sequence[Any]:
    [row] = await rows_of(path)
    return list(row.values.values())


async def test_a_file_of_excel_is_imported(stage: Stage, tmp_path: Path) -> None:
    kinds = {"size": AttributeType.NUMBER, "since": AttributeType.DATE, "vip": AttributeType.YES_NO}
    schema = ProfileSchema({name: Attribute(name, kind) for name, kind in kinds.items()})
    stage.library.playbook = replace(stage.library.playbook, profile=schema)
    path = saved(
        tmp_path / "fair.xlsx",
        ("E-mail", "Phone", "Size", "Since", "VIP"),
        ("ana@example.com", 4915112345678, 1.234, date(2026, 4, 3), True),
        (),
        ("bo@example.com", None, "1.500,5", "03/04/2026", "nein"),
        formats=("General", '"+"0'),
    )
    source = source_of(path)
    told = Import(source, mapping_for(source, ColumnMapping(region="GB"), schema), tmp_path / "report.csv")
    done = await run(stage.runtime, told, await begin(stage.runtime, told))
    assert (done.rows, done.new, done.refused) == (2, 1, 1)  # whether it is March or April nobody can know
    assert "03/04/2026" in (tmp_path / "report.csv").read_text(encoding="utf-8")
    async with stage.store.transaction() as uow:
        [who] = (await uow.profiles.page(after="", limit=9)).people
        ana = await uow.profiles.get(who)
        assert Identity("phone", "+4915112345678") in await uow.profiles.identities(who)
    assert {name: ana.attributes[name] for name in kinds} == {"size": 1.234, "since": "2026-04-03", "vip": True}


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (491701234567, "General", "491701234567"),
        (491701234567.0, "0.00", "491701234567"),
        (0.1 + 0.2, "General", "0.3"),
        (1.234, "General", "1.2340"),
        (1234567890123456, "General", "1.23456789012346E+15"),
        (1234, "00000", "01234"),
        (491701234567, '"+"0', "+491701234567"),
        (True, "General", "yes"),
        (datetime.fromisoformat("2026-03-01 14:10"), "yyyy-mm-dd hh:mm", "2026-03-01 14:10:00"),
        (datetime.fromisoformat("2026-03-01"), "yyyy-mm-dd", "2026-03-01"),
        (time(9, 30), "hh:mm", "09:30:00"),
        ("  Ana ", "General", "  Ana "),
        ("'+4479", "@", "+4479"),
    ],
)
async def test_a_cell_is_what_excel_keeps_of_it(tmp_path: Path, value: Any, form: str, text: str) -> None:
    assert await cells_of(saved(tmp_path / "a.xlsx", ["A"], [value], formats=[form])) == [text]


async def test_a_line_that_is_short_or_empty_is_read_and_one_that_is_too_long_told(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", (), ("A", "B", None), ("1",), (None, " "), ("1", "2", " "), ("1", "2", "3"))
    rows = await rows_of(path)
    assert [(row.number, dict(row.values)) for row in rows[:2]] == [(1, {"A": "1", "B": ""}), (2, {"A": "1", "B": "2"})]
    assert rows[2].fault == "it has 3 cells, and the header 2"


async def test_a_formula_that_failed_is_told(tmp_path: Path) -> None:
    [row] = await rows_of(saved(tmp_path / "a.xlsx", ["A"], ["#N/A"]))
    assert row.flaw.startswith("a cell says #N/A, which Excel writes where a formula has failed")


async def test_the_first_sheet_that_shows_anything_is_read_or_the_one_that_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", Leads=[["A"], ["1"]], Partners=[["B"], ["2"]])
    first, other = SpreadsheetSource(path), SpreadsheetSource(path, "Partners")
    assert (first.sheet, first.sheets, first.columns, first.total) == ("Leads", ["Leads", "Partners"], ["A"], 1)
    assert (await rows_of(path, "Partners"))[0].values == {"B": "2"}
    assert first.digest != other.digest
    with pytest.raises(SettingsError, match=r'no sheet "Lead" that shows anything. There is "Leads", "Partners"\.'):
        SpreadsheetSource(path, "Lead")


def filtered(path: Path) -> Path:
    """Of four people two are hidden, and so is a column; so are lines that say nothing."""
    book = Workbook()
    sheet = book.worksheets[0]
    for line in (
        ("E-mail", "Phone", "Note"),
        ("ana@example.com",),
        ("bo@example.com",),
        (),
        ("cy@example.com",),
        ("di@example.com",),
    ):
        sheet.append(line)
    for place in (3, 4, 6, 9):
        sheet.row_dimensions[place].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.save(path)
    return path


async def test_what_excel_hides_is_told_and_rows_of_it_are_left_out_where_that_is_wanted(tmp_path: Path) -> None:
    path = filtered(tmp_path / "a.xlsx")
    whole, shown = SpreadsheetSource(path), SpreadsheetSource(path, shown_only=True)
    assert (whole.hidden_rows, whole.hidden_columns) == (shown.hidden_rows, shown.hidden_columns) == (2, ["Note"])
    found = [
        [
            (row.number, row.values["E-mail"])
            for chunk in [one async for one in source.chunks("", 0)]
            for row in chunk.rows
        ]
        for source in (whole, shown)
    ]
    assert [number for number, _ in found[0]] == [1, 2, 3, 4]
    assert found[1] == [(1, "ana@example.com"), (3, "cy@example.com")]
    assert whole.digest != shown.digest  # what was looked at with them is not what is taken without


def test_a_sheet_that_hides_nothing_is_the_same_either_way(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", ["E-mail"], ["ana@example.com"])
    assert SpreadsheetSource(path).hidden_rows == 0
    assert SpreadsheetSource(path).digest == SpreadsheetSource(path, shown_only=True).digest


async def test_reading_goes_on_behind_the_rows_that_were_taken(tmp_path: Path) -> None:
    source = SpreadsheetSource(saved(tmp_path / "a.xlsx", ["A"], *([number] for number in range(1200))))
    chunks = [chunk async for chunk in source.chunks("700", 700)]
    assert [len(chunk.rows) for chunk in chunks] == [500]
    assert (chunks[0].rows[0].values, chunks[0].cursor) == ({"A": "700"}, "1200")


def test_what_a_file_says_of_its_size_is_not_believed(tmp_path: Path) -> None:
    path = changed(saved(tmp_path / "a.xlsx", ["A", "B"], ["1", "2"]), "sheet1.xml", rb'ref="A1:B2"', b'ref="A1"')
    assert SpreadsheetSource(path).columns == ["A", "B"]


def changed(path: Path, part: str, found: bytes, instead: bytes) -> Path:
    """The same file with another text in one of its parts."""
    parts = parts_of(path)
    name = next(one for one in parts if one.endswith(part))
    return packed(path, parts | {name: re.sub(found, instead, parts[name], flags=re.DOTALL)})


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def as_excel_keeps_texts(path: Path) -> Path:
    """In a part of their own, where each stands once."""
    path = changed(path, "workbook.xml.rels", b"</Relationships>", SHARED_RELATION + b"</Relationships>")
    path = changed(path, "[Content_Types].xml", b"</Types>", SHARED_TYPE + b"</Types>")
    parts = parts_of(path)
    texts: list[bytes] = []

    def shared(cell: re.Match[bytes]) -> bytes:
        texts.append(cell[1])
        return b't="s"><v>%d</v></c>' % (len(texts) - 1)

    name = "xl/worksheets/sheet1.xml"
    sheet = re.sub(rb't="inlineStr"><is>(.*?)</is></c>', shared, parts[name])
    part = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>'
    items = b"".join(b"<si>%s</si>" % one for one in texts)
    return packed(path, parts | {name: sheet, "xl/sharedStrings.xml": part % items})


SHARED_RELATION = (
    b'<Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
    b'Target="sharedStrings.xml" Id="rId99"/>'
)
SHARED_TYPE = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'spreadsheetml.sharedStrings+xml"/>'
)


async def test_texts_that_stand_in_a_part_of_their_own_are_read(tmp_path: Path) -> None:
    path = as_excel_keeps_texts(saved(tmp_path / "a.xlsx", ["E-mail", "Name"], ["ana@example.com", "Ana"]))
    assert await cells_of(path) == ["ana@example.com", "Ana"]


ENTITY = b"""<!DOCTYPE a [<!ENTITY b "boom">]>"""


@pytest.mark.parametrize(
    ("part", "found", "instead"),
    [
        ("sheet1.xml", rb"</sheetData>", b""),
        ("sheet1.xml", rb'<row r="2"', b'<row r="two"'),
        ("sheet1.xml", rb"\A", ENTITY),
        ("sharedStrings.xml", rb"\A", ENTITY),
        ("workbook.xml", rb"<sheets>.*</sheets>", b""),
    ],
)
async def test_a_file_that_is_broken_or_forged_is_told_in_words(
    tmp_path: Path, part: str, found: bytes, instead: bytes
) -> None:
    path = changed(as_excel_keeps_texts(saved(tmp_path / "a.xlsx", ["A"], ["1"])), part, found, instead)
    with pytest.raises(SettingsError, match=r"a\.xlsx cannot be read as a file of Excel|there is nobody in .*a\.xlsx"):
        await rows_of(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"email\n", "is no file of Excel, or not all of it."),
        (b"", "is no file of Excel, or not all of it."),
        (b"PK\x03\x04 and no more", "is no file of Excel, or not all of it."),
        (b"\xd0\xcf\x11\xe0 locked", "has a password or is of an old kind. Save it without one"),
    ],
)
def test_what_is_no_file_of_excel_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(SettingsError, match=re.escape(why)):
        source_of(tmp_path / "a.xlsx")


def test_a_file_without_anybody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is nobody in"):
        SpreadsheetSource(saved(tmp_path / "a.xlsx"))


def test_a_file_that_is_far_larger_within_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "a.xlsx", ["A"], ["1"])
    monkeypatch.setattr(spreadsheets, "MOST_UNPACKED", 5_000)
    with pytest.raises(SettingsError, match="is too large once it is unpacked"):
        SpreadsheetSource(path)


def test_a_line_far_below_costs_no_memory(tmp_path: Path) -> None:
    path = changed(
        saved(tmp_path / "a.xlsx", ["A"], ["1"]), "sheet1.xml", rb'r="2"(.*)r="A2"', rb'r="9000000"\1r="A9000000"'
    )
    assert SpreadsheetSource(path).columns == ["A"]


@pytest.mark.parametrize(
    ("name", "asked", "why"),
    [
        ("a.xlsx", {"encoding": "windows-1252"}, "says by itself how its letters are written"),
        ("a.csv", {"sheet": "Leads"}, "is no file of Excel, so it has no sheets"),
        ("a.csv", {"shown_only": True}, "is no file of Excel, so it hides no rows"),
    ],
)
def test_what_only_another_kind_of_file_has_is_refused(
    tmp_path: Path, name: str, asked: dict[str, Any], why: str
) -> None:
    with pytest.raises(SettingsError, match=why):
        source_of(tmp_path / name, **asked)
