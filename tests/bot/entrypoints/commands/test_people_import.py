"""`overture people import`, as it is mistyped."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.entrypoints.cli import run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a file, or a CRM with --from"),
        (["people.csv", "--from", "hubspot"], "name a file, or a CRM with --from"),
        (["people.csv", "--report", "people.csv"], "the report cannot be written there"),
        (["nowhere.csv"], "nowhere.csv cannot be read"),
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
    assert run(["people", "import", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert file.read_text() == "email\nana@example.com\n"
