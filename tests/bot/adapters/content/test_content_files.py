"""How files of content are found and read, on a copy of the sample's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bot.adapters.content.content_files import read_documents
from bot.adapters.content.library import Shelves, read_contents, stamp_of
from bot.documents import Faults
from bot.domain.errors import SettingsError
from tests.bot.adapters.conftest import edit, faults_of


def test_the_mark_that_some_editors_put_before_a_text_is_no_part_of_it(shelves: Shelves) -> None:
    for file in (Path("nlu_data/knowledge/pricing.md"), Path("nlu_data/domain/intents.yml")):
        file.write_text(f"\ufeff{file.read_text()}")
    assert read_contents(shelves).pages


def test_nobody_waits_for_a_pipe(shelves: Shelves) -> None:
    os.mkfifo("nlu_data/nlu/pipe.yml")
    assert faults_of(shelves) == ["nlu_data/nlu/pipe.yml:1:1: this cannot be read: it is no file. Take it away."]


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="no file is at hand that nobody can read")
def test_a_file_that_cannot_be_read_is_told_like_any_other_fault(shelves: Shelves) -> None:
    for path in (shelves.assistant / "nlu" / "closed.yml", shelves.journeys / "old" / "closed.yml"):
        path.parent.mkdir(exist_ok=True)
        path.symlink_to("/proc/self/mem")  # which even root cannot read from its beginning
    [told] = faults_of(shelves)
    assert told.startswith(f"{shelves.assistant / 'nlu/closed.yml'}:1:1: this cannot be read: ")


def test_a_folder_is_read_through_a_link_as_rasa_does(shelves: Shelves) -> None:
    before = read_contents(shelves)
    Path("nlu_data/nlu").rename("elsewhere")
    Path("nlu_data/nlu").symlink_to("../elsewhere")
    assert read_contents(shelves).said == before.said
    seen = stamp_of(shelves)
    edit("elsewhere/talking.yml", "- howdy", "- howdy, all")
    assert stamp_of(shelves) != seen


def test_a_link_back_to_where_it_lies_is_read_once(shelves: Shelves) -> None:
    Path("nlu_data/nlu/again").symlink_to("..")
    assert read_contents(shelves).warnings == ()


@pytest.mark.parametrize("name", ["nlu_data/nlu/more.YML", "nlu_data/knowledge/more.MD", "journeys/more.Yaml"])
def test_a_file_whose_name_ends_in_capitals_is_not_read_and_warned_of(shelves: Shelves, name: str) -> None:
    Path(name).write_text("nothing: of this\n")
    (told,) = map(str, read_contents(shelves).warnings)
    stem, _, ending = name.rpartition("/")[2].partition(".")
    assert (
        told == f"{name}:1:1: this file is not read, for its name ends in .{ending}. Call it {stem}.{ending.lower()}."
    )


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("nlu_data/nlu/more.yml.txt", "more.yml"),
        ("nlu_data/knowledge/more.txt", "more.md"),
        ("journeys/more.yml.txt", "more.yml"),
    ],
)
def test_a_file_that_an_editor_saved_as_plain_text_is_warned_of(shelves: Shelves, name: str, called: str) -> None:
    Path(name).write_text("nothing: of this\n")
    (told,) = map(str, read_contents(shelves).warnings)
    assert told == f"{name}:1:1: this file is not read, for its name ends in .txt. Call it {called}."


def test_what_stands_in_another_folder_of_the_journeys_is_warned_of(shelves: Shelves) -> None:
    for name, text in [
        ("2026/spring.yml", "# In spring\njourney: spring\n"),
        ("segments/big/big.yml", "segment: big\n"),
        ("crowds/ours.yml", "people: 3000\n"),
    ]:
        Path("journeys", name).parent.mkdir(exist_ok=True)
        Path("journeys", name).write_text(text)
    assert list(map(str, read_contents(shelves).warnings)) == [
        "journeys/2026/spring.yml:1:1: this file is not read: such files stand in journeys/ itself. "
        "Move it to journeys/spring.yml.",
        "journeys/segments/big/big.yml:1:1: this file is not read: such files stand in journeys/segments/ itself. "
        "Move it to journeys/segments/big.yml.",
    ]


def test_what_is_no_content_may_be_called_as_it_likes(shelves: Shelves) -> None:
    for name in ("nlu_data/READ.MD", "nlu_data/tests/OLD.YML", "nlu_data/.cache/OLD.YML"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("nothing: of this\n")
    assert read_contents(shelves).warnings == ()


def test_a_page_in_a_further_folder_is_warned_of(shelves: Shelves) -> None:
    Path("nlu_data/knowledge/more").mkdir()
    Path("nlu_data/knowledge/more/prices.md").write_text("---\ntitle: Prices\n---\nFrom 3.\n")
    assert list(map(str, read_contents(shelves).warnings)) == [
        "nlu_data/knowledge/more/prices.md:1:1: this page is not read: pages stand in knowledge/ itself. "
        "Move it to nlu_data/knowledge/prices.md."
    ]


def test_a_variation_for_a_channel_that_nobody_has_is_warned_of(shelves: Shelves) -> None:
    edit("nlu_data/responses/demo.yml", "channel: sms", "channel: smss")
    (told,) = map(str, read_contents(shelves).warnings)
    assert told.endswith('there is no channel "smss", so this variation is never said. Did you mean "sms"?')


@pytest.mark.parametrize("name", ["more", "more.yml"])
@pytest.mark.parametrize("target", ["nowhere", "itself"])
def test_a_link_that_leads_nowhere_is_told(shelves: Shelves, name: str, target: str) -> None:
    Path(f"nlu_data/{name}").symlink_to(name if target == "itself" else target)
    assert faults_of(shelves) == [f"nlu_data/{name}:1:1: this link leads nowhere. Mend it, or take it away."]


def test_a_folder_of_journeys_that_leads_nowhere_is_not_taken_for_none(shelves: Shelves) -> None:
    shutil.rmtree("journeys/segments")
    Path("journeys/segments").symlink_to("nowhere")
    assert faults_of(shelves) == ["journeys/segments:1:1: this link leads nowhere. Mend it, or take it away."]


@pytest.mark.parametrize(("folder", "setting"), [("nlu_data", "OVERTURE_ASSISTANT"), ("journeys", "OVERTURE_JOURNEYS")])
def test_a_link_to_itself_in_the_place_of_all_content_is_told_as_one(
    shelves: Shelves, folder: str, setting: str
) -> None:
    shutil.rmtree(folder)
    Path(folder).symlink_to(folder)
    with pytest.raises(SettingsError, match=f"^{folder} is a link that leads nowhere. .* name the folder in {setting}"):
        read_contents(shelves)


def test_only_a_file_that_has_changed_is_parsed_again(tmp_path: Path) -> None:
    file = tmp_path / "domain.yml"
    file.write_text("intents: [greet]")
    first, again = (read_documents([file], Faults()) for _ in range(2))
    assert again[0].data is first[0].data
    file.write_text("intents: [thank]")
    assert read_documents([file], Faults())[0].data == {"intents": ["thank"]}
