"""Files of one folder, beside others who edit them: here those of segments."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.content.authors_folder import AuthorsFolder
from bot.adapters.content.segment_files import segment_files
from bot.adapters.content.shelves import Shelves
from bot.domain.errors import Conflict

BIG = "segment: big\nif: profile.team_size > 20\n"


@pytest.fixture
def files(tmp_path: Path) -> AuthorsFolder:
    journeys = tmp_path / "journeys"
    journeys.mkdir()
    return segment_files(Shelves(tmp_path / "nlu_data", journeys, tmp_path / "model"))


def test_a_file_is_made_written_and_put_aside(files: AuthorsFolder, tmp_path: Path) -> None:
    assert files.names() == []
    files.create("big", BIG)
    file = files.read("big")
    assert file is not None
    assert (file.shown, file.text, files.names()) == ("segments/big.yml", BIG, ["big"])
    files.write("big", file.digest, BIG.replace("20", "30"))
    with pytest.raises(Conflict, match="somebody else has changed"):
        files.put_aside("big", file.digest)
    again = files.read("big")
    assert again is not None
    files.put_aside("big", again.digest)
    assert (files.names(), files.read("big")) == ([], None)
    assert (tmp_path / "journeys" / "segments" / "big.yml.retired").read_text() == BIG.replace("20", "30")


def test_what_was_put_aside_before_is_not_lost(files: AuthorsFolder, tmp_path: Path) -> None:
    for text in (BIG, BIG.replace("20", "30")):
        files.create("big", text)
        file = files.read("big")
        assert file is not None
        files.put_aside("big", file.digest)
    folder = tmp_path / "journeys" / "segments"
    assert [(folder / f"big.yml.retired{number}").read_text() for number in ("", 2)] == [BIG, BIG.replace("20", "30")]


def test_no_segment_takes_the_place_of_another(files: AuthorsFolder, tmp_path: Path) -> None:
    (tmp_path / "journeys" / "segments").mkdir()
    (tmp_path / "journeys" / "segments" / "big.yaml").write_text(BIG)
    with pytest.raises(Conflict, match='a segment "big" already'):
        files.create("big", BIG)
