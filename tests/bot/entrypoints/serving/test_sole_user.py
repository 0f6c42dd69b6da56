"""One process serves from a SQLite file: a second would take what it sends for left by a crash, and send it again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.cli import MISUSED, run
from bot.entrypoints.serving import sole_user as module
from bot.entrypoints.serving.sole_user import sole_user

HOLD = """
import sys
from pathlib import Path
from bot.entrypoints.serving.sole_user import sole_user
with sole_user(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.0)


def test_a_second_service_on_one_sqlite_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_DATA", str(tmp_path))
    with sole_user(tmp_path / "overture.db"):
        assert run(["serve", "--port", "8905"]) == MISUSED
    assert f"another process serves from the database {tmp_path}/overture.db" in capsys.readouterr().err
    assert not (tmp_path / "overture.db").exists()


def test_whoever_is_killed_holds_it_no_more(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "overture.db"
    command = [sys.executable, "-c", HOLD, str(file)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(SettingsError, match="another process serves"), sole_user(file):
            pass
        other.kill()
        other.wait()
        with sole_user(file):
            pass


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(SettingsError, match="we may not write beside the database"),
        sole_user(tmp_path / "file" / "db"),
    ):
        pass


def test_a_servers_database_is_shared() -> None:
    with sole_user(None), sole_user(None):
        pass
