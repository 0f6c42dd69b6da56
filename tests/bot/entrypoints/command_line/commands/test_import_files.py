"""Which files of a project an import reads, and what it says of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.entrypoints.command_line.cli import run
from tests.bot.entrypoints.command_line.commands.test_import import project


def test_a_folder_of_the_domain_beside_its_file_is_told_to_be_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = project(tmp_path / "theirs", **{"domain/more.yml": "intents: [more]\n"})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert f"{theirs / 'domain'} is not read beside a domain.yml, as in Rasa" in capsys.readouterr().out


def test_nothing_is_said_of_an_endpoint_of_which_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = project(tmp_path / "theirs", **{"endpoints.yml": "event_broker:\nnlg:\n"})
    assert run(["import", str(theirs), "--into", str(tmp_path / "ours")]) == 0
    assert "endpoints.yml" not in capsys.readouterr().out
