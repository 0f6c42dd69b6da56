from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.rasa.rasa1.files import convert_files
from bot.domain.errors import ContentError


def test_an_older_file_that_cannot_be_read_is_told_with_its_place(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "nlu.md").symlink_to(tmp_path / "gone.md")
    with pytest.raises(ContentError, match=r"data/nlu\.md:1:1: this link leads nowhere\. Mend it, or take it away\."):
        list(convert_files(tmp_path, []))


def test_letters_of_an_older_file_that_are_no_utf_8_are_read_as_they_can_be_and_told(tmp_path: Path) -> None:
    (tmp_path / "nlu.md").write_bytes("## intent:greet\n- grüß dich\n- hi\n".encode("latin-1"))
    (converted,) = convert_files(tmp_path, [])
    assert "greet" in converted.document.text
    assert "letters that are not UTF-8, the first in line 2: save it as UTF-8" in [*converted.notes][-1].message
