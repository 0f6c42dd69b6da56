"""`overture people import`, as it is mistyped."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.entrypoints.command_line.cli import run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a file, or a CRM with --from"),
        (["people.csv", "--from", "hubspot"], "name a file, or a CRM with --from"),
        (["people.csv", "--report", "people.csv"], "the report cannot be written there"),
        (["nowhere.csv"], "nowhere.csv cannot be read"),
        (["loop.csv"], "loop.csv cannot be read: Too many levels of symbolic links"),
        (["people.csv", "--map", "email"], "write COLUMN=TARGET"),
        (["people.csv", "--map", "email=emial"], 'Did you mean "email"?'),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "people.csv"
    file.write_text("email\nana@example.com\n")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    assert run(["people", "import", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert file.read_text() == "email\nana@example.com\n"


def test_files_that_differ_in_their_endings_alone_have_a_report_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))
    (tmp_path / "fair.csv").write_text("email\nnobody\n")
    (tmp_path / "fair.jsonl").write_text('{"email": "nobody at all"}\n')
    for name in ("fair.csv", "fair.jsonl"):
        assert run(["people", "import", str(tmp_path / name), "--map", "email=email"]) == 1
    told = capsys.readouterr().out
    assert "1 row: 0 new, 0 changed, 0 as they were, 1 refused." in told
    assert "With --in-part, rows are taken without an address or value that cannot be read" in told
    assert "nobody at all" not in (tmp_path / "fair.report.csv").read_text()
    assert "nobody at all" in (tmp_path / "fair.jsonl.report.csv").read_text()
    assert not (tmp_path / "data" / "model").exists()  # nothing is to be understood, so nothing is learnt


def test_the_commonest_reasons_are_told_with_how_many_rows_have_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))
    file = tmp_path / "fair.csv"
    file.write_text("email,name\nana@example.com,Ana\nnobody,Ben\n,Cem\nno-one,Dee\n")
    assert run(["people", "import", str(file), "--map", "email=email", "--dry-run"]) == 1
    told = capsys.readouterr().out
    assert "\n  2 rows, the first of them 2: email: the e-mail address is not valid: An email address must have" in told
    assert "\n  row 3: " in told


def test_what_excel_hides_is_said_before_anything_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))
    book = Workbook()
    for line in (["email", "tags"], ["ana@example.com"], ["bo@example.com"]):
        book.worksheets[0].append(line)
    book.worksheets[0].row_dimensions[3].hidden = book.worksheets[0].column_dimensions["B"].hidden = True
    book.save(file := tmp_path / "fair.xlsx")
    assert run(["people", "import", str(file), "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert (
        "Of its rows 1 is hidden in Excel, by a filter or by hand, and read, too (--shown-only leaves it out)." in told
    )
    assert 'Columns that are hidden in Excel: "tags".' in told
    assert run(["people", "import", str(file), "--dry-run", "--shown-only"]) == 0
    told = capsys.readouterr().out
    assert "Of its rows 1 is hidden in Excel, by a filter or by hand, and left out." in told
    assert "1 row: 1 would be new" in told


def test_of_several_sheets_it_is_said_which_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path / "data"))
    book = Workbook()
    for sheet, who in ((book.worksheets[0], "ana"), (book.create_sheet("Partners"), "bo")):
        sheet.append(["email"])
        sheet.append([f"{who}@example.com"])
    book.save(file := tmp_path / "fair.xlsx")
    assert run(["people", "import", str(file), "--sheet", "Partners", "--dry-run"]) == 0
    assert 'fair.xlsx, its sheet "Partners" (--sheet for another: "Sheet"):' in capsys.readouterr().out
    assert run(["people", "import", str(file), "--sheet", "Leads"]) == 2
    assert 'has no sheet "Leads"' in capsys.readouterr().err
