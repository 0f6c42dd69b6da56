"""The library: all content is read and checked together, and the last good version stays in force."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.content import library
from bot.adapters.content.library import Shelves, WatchedLibrary, read_contents
from bot.domain.errors import Fault, ModelError, SettingsError
from bot.domain.score import USUAL_GRADES, Grades
from bot.domain.understanding import PERSON_INTENT, IntentScore, Understood
from bot.ports import Playbook
from tests.bot.adapters.conftest import edit, faults_of

SAID_UNASKED = {
    "utter_disclosure",
    "utter_iamabot",
    "utter_language_not_spoken",
    "utter_no_answer",
    "utter_out_of_scope",
    "utter_welcome",
    "utter_what_next",
}
"""What the sample answers to people who asked for nobody."""


JOURNEY = """journey: {name}
purpose: marketing
enter: {{event: demo.requested}}
steps:
  - id: hello
    send: {{response: {response}, channels: [sms]}}
"""


def test_the_sample_content_is_good(shelves: Shelves) -> None:
    contents = read_contents(shelves)
    assert "demo-follow-up" in contents.journeys
    assert "utter_disclosure" in contents.assistant.responses


def test_where_there_is_no_desk_the_sample_offers_no_person_of_its_own_accord(shelves: Shelves) -> None:
    def offers(shelves: Shelves) -> set[str]:
        responses = read_contents(shelves).assistant.responses
        return {
            name
            for name in SAID_UNASKED
            for one in responses[name].variations
            if re.search("a person from|for a person|a colleague|person at any", one.text)
            or any(PERSON_INTENT in button.payload for button in one.buttons)
        }

    assert offers(shelves) == SAID_UNASKED
    assert offers(replace(shelves, has_desk=False)) == set()


def test_conditions_are_held_against_what_people_are_declared_to_have(shelves: Shelves) -> None:
    assert read_contents(shelves).profile is not None
    edit("journeys/demo-follow-up.yml", "again: after 90d}", "again: after 90d, if: profile.teamsize > 5}")
    edit("journeys/profile.yml", "{type: yes_no,", "{type: yesno,")
    assert [one for one in faults_of(shelves) if "journeys/" in one] == [
        'journeys/profile.yml:14:15: there is no type "yesno". Did you mean "yes_no"?'
    ]
    edit("journeys/profile.yml", "{type: yesno,", "{type: yes_no,")
    assert 'there is no "profile.teamsize". Did you mean "team_size"?' in faults_of(shelves)[0]
    Path("journeys/profile.yml").unlink()
    assert read_contents(shelves).profile is None


def test_one_file_of_scores_says_what_makes_a_grade(shelves: Shelves) -> None:
    assert read_contents(shelves).grades == USUAL_GRADES, "the sample says the usual ones"
    Path("journeys/segments/best.yml").write_text("segment: best\nif: lead.grade == 'A1'\n")
    usual = read_contents(shelves).segments
    edit("journeys/scores/interest.yml", "{A: 40, B: 20}", "{A: 60, B: 25}")
    contents = read_contents(shelves)
    assert contents.grades == Grades(60, 25, 30, 10)
    changed = {name for name, one in contents.segments.items() if one.version != usual[name].version}
    assert changed == {"best"}, "who is in it is worked out anew"
    Path("journeys/scores/more.yml").write_text("scores: more\ngrades: {fit: {A: 50, B: 10}}\n")
    assert faults_of(shelves) == [
        "journeys/scores/more.yml:2:1: another file of scores says what makes a grade. "
        "A lead has one grade: leave one of the two out."
    ]


def test_liquid_looks_at_what_people_have_and_speaks_to_everybody(shelves: Shelves) -> None:
    Path("nlu_data/responses/liquid.yml").write_text(
        "responses:\n"
        "  utter_a:\n"
        "  - text: 'Hi {{ profile.nmae | default: \"there\" }}'\n"
        "    language: de\n"
        "    metadata: {liquid: true}\n"
    )
    assert faults_of(shelves) == [
        'nlu_data/responses/liquid.yml:3:5: there is no attribute "nmae". Did you mean "name"?',
        'nlu_data/responses/liquid.yml:3:5: the response "utter_a" has no words in the assistant\'s own language. '
        "Add a variation without language, for everybody else.",
    ]


def test_what_a_journey_sends_has_words_for_everybody(shelves: Shelves) -> None:
    german = "responses:\n  utter_x:\n  - {text: Hallo, language: de}\n"
    Path("nlu_data/responses/german.yml").write_text(german)
    assert read_contents(shelves).assistant.responses["utter_x"].variations[0].language == "de"
    Path("journeys/german.yml").write_text(
        "journey: german\npurpose: service\nenter: {event: a.b}\n"
        "steps:\n  - send: {response: utter_x, channels: [sms]}\n"
    )
    assert faults_of(shelves) == [
        'nlu_data/responses/german.yml:3:5: the response "utter_x" has no words in the assistant\'s own language. '
        "Add a variation without language, for everybody else."
    ]
    Path("nlu_data/responses/german.yml").write_text(german + "  - text: Hello\n")
    assert "german" in read_contents(shelves).journeys


def test_a_journey_is_held_against_what_its_channels_can_do(shelves: Shelves) -> None:
    Path("nlu_data/responses/pictures.yml").write_text(
        "responses:\n"
        "  utter_picture:\n"
        "  - image: https://harbourline.example/rota.png\n"
        "  utter_curly:\n"
        "  - text: 'It’s about your rota: when would be a good time to look at it with us? Reply STOP to stop.'\n"
    )
    Path("journeys/tips.yml").write_text(JOURNEY.format(name="tips", response="utter_picture"))
    edit("journeys/rules/caps.yml", "channels: [sms]", "channels: [smss]")
    assert faults_of(shelves) == [
        'journeys/rules/caps.yml:6:16: there is no channel "smss". Did you mean "sms"?',
        'journeys/tips.yml:6:48: "utter_picture" says nothing on sms: it has only an image, which sms cannot show '
        "(nlu_data/responses/pictures.yml:3:5). Give it a text, or add a variation with a text and channel: sms.",
    ]
    edit("journeys/rules/caps.yml", "channels: [smss]", "channels: [sms]")
    edit("journeys/tips.yml", "channels: [sms]", "channels: [slack]")
    assert 'no customer is reached on "slack"' in faults_of(shelves)[0]
    edit("journeys/tips.yml", "utter_picture, channels: [slack]", "utter_curly, channels: [sms]")
    assert [str(one) for one in read_contents(shelves).warnings] == [
        'journeys/tips.yml:6:46: "utter_curly" takes 2 segments instead of 1 for the sake of ’, which only UCS-2 has '
        "(nlu_data/responses/pictures.yml:5:5). Write ' for ’."
    ]


def test_every_fault_of_every_file_is_told_in_one_run(shelves: Shelves) -> None:
    Path("journeys/tabbed.yml").write_text("journey: tabbed\npurpose: marketing\nsteps:\n\t- send: {}\n")
    Path("journeys/twice.yml").write_text("journey: twice\npurpose: marketing\njourney: again\n")
    Path("journeys/tips.yml").write_text(JOURNEY.format(name="tips", response="utter_hepl"))
    Path("journeys/typed.yml").write_text("journey: typed\npurpose: marketing\nsteps: 5\n")
    Path("journeys/folder.yml").mkdir()
    Path("nlu_data/nlu/latin.yml").write_bytes("# caf\xe9\n".encode("latin-1"))
    Path("nlu_data/knowledge/untitled.md").write_text("Just words.\n")
    Path("nlu_data/responses/open.yml").write_text('responses:\n  utter_more:\n  - text: "never closed\n')
    edit("nlu_data/rules.yml", "intent: greet", "intent: geret")
    faults = faults_of(shelves)
    for place, words in [
        ("journeys/tabbed.yml:4:1:", "Indent with spaces, not tabs."),
        ("journeys/twice.yml:3:1:", "Keep one of the two entries."),
        ("journeys/tips.yml:6:12:", 'no response "utter_hepl". Did you mean "utter_help"?'),
        ("journeys/typed.yml:3:1:", "list of steps"),
        ("journeys/folder.yml:1:1:", "this cannot be read: Is a directory."),
        ("nlu_data/nlu/latin.yml:1:6:", "Save it as UTF-8."),
        ("nlu_data/knowledge/untitled.md:1:1:", "title"),
        ("nlu_data/responses/open.yml:3:11:", "Close the quote that begins here."),
        ("nlu_data/rules.yml:", 'no intent "geret". Did you mean "greet"?'),
    ]:
        assert [fault for fault in faults if fault.startswith(place) and words in fault], (place, words, faults)


def test_markdown_of_rasa_1_is_not_passed_over_in_silence(shelves: Shelves) -> None:
    Path("nlu_data/old.md").write_text("## intent:greet\n- hello\n")
    assert faults_of(shelves)[0].startswith("nlu_data/old.md:1:1: these are Rasa 1's examples")


def test_what_config_says_is_part_of_the_assistant(shelves: Shelves) -> None:
    edit("nlu_data/config.yml", "name: MemoizationPolicy", "name: MemoizationPolcy")
    assistant = read_contents(shelves).assistant
    assert 'Did you mean "MemoizationPolicy"?' in str(assistant.warnings[0])
    assert not assistant.configuration.generalises


def test_a_line_that_is_no_yaml_brings_no_faults_of_those_who_refer_to_its_file(shelves: Shelves) -> None:
    lines = Path("nlu_data/domain/intents.yml").read_text().splitlines()
    at = lines.index("intents:")
    lines[at] = "\t" + lines[at]
    Path("nlu_data/domain/intents.yml").write_text("\n".join(lines))
    assert faults_of(shelves) == [
        f"nlu_data/domain/intents.yml:{at + 1}:1: this is not YAML: found character '\\t' that cannot start any token. "
        "Indent with spaces, not tabs."
    ]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda text: text.encode("utf-16"), ":1:1: this file is not UTF-8. Save it as UTF-8."),
        (lambda text: text.replace("intents:", "intents:\0").encode(), "no text has the character U+0000."),
    ],
)
def test_characters_that_are_none_bring_no_faults_of_those_who_refer_to_their_file(
    shelves: Shelves, spoil: Callable[[str], bytes], fault: str
) -> None:
    file = Path("nlu_data/domain/intents.yml")
    file.write_bytes(spoil(file.read_text()))
    (told,) = faults_of(shelves)
    assert fault in told


def test_what_is_no_yaml_is_told_before_what_may_come_of_it(shelves: Shelves) -> None:
    Path("nlu_data/domain/forms.yml").write_text("]]]\n")
    assert faults_of(shelves)[0].startswith("nlu_data/domain/forms.yml:1:1: this is not YAML")


def test_a_journey_is_checked_although_the_assistant_has_a_fault(shelves: Shelves) -> None:
    edit("nlu_data/rules.yml", "intent: greet", "intent: geret")
    Path("journeys/tips.yaml").write_text(JOURNEY.format(name="tips", response="utter_hepl"))
    faults = faults_of(shelves)
    assert len(faults) == 2
    assert faults[0].startswith("journeys/tips.yaml:6:12:")


def test_a_missing_response_that_every_assistant_needs_is_told_with_the_reason(shelves: Shelves) -> None:
    edit("nlu_data/responses/talking.yml", "utter_help:", "utter_assistance:")
    assert any("utter_help is missing: it answers HELP" in fault for fault in faults_of(shelves))


@pytest.mark.parametrize(
    ("folder", "setting"), [("assistant", "OVERTURE_ASSISTANT"), ("journeys", "OVERTURE_JOURNEYS")]
)
def test_a_missing_folder_is_a_matter_of_the_settings(shelves: Shelves, folder: str, setting: str) -> None:
    with pytest.raises(SettingsError, match=f"no folder nowhere.*{setting}"):
        read_contents(replace(shelves, **{folder: Path("nowhere")}))  # type: ignore[arg-type]


# ---------------------------------------------------------------- the watcher


class Opener:
    """Stands in for reading and training: it counts, and fails when told to."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self.error: Exception | None = None
        self.times = 0

    def __call__(self, shelves: Shelves, progress: object = None, *, when_asked: bool = False) -> Playbook:
        self.times += 1
        read_contents(shelves)
        if self.error is not None:
            raise self.error
        return self.playbook


class Ear:
    """Hears of each reading."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[Fault, ...]] = asyncio.Queue()

    async def __call__(self, faults: tuple[Fault, ...]) -> None:
        await self.heard.put(faults)

    async def next(self) -> list[str]:
        async with asyncio.timeout(10):
            return [str(fault) for fault in await self.heard.get()]


@asynccontextmanager
async def watching(watched: WatchedLibrary, ear: Callable[[tuple[Fault, ...]], object]) -> AsyncIterator[None]:
    task = asyncio.create_task(watched.watch(ear))  # type: ignore[arg-type]
    await asyncio.sleep(0.05)
    yield
    assert not task.done()
    task.cancel()


def playbook_of(shelves: Shelves) -> Playbook:
    contents = read_contents(shelves)
    return Playbook(contents.assistant, None, contents.journeys, contents.rules)  # type: ignore[arg-type]


def test_an_intent_is_said_where_it_has_examples(shelves: Shelves) -> None:
    contents = read_contents(shelves)
    assert "request_demo" in contents.said
    assert not {"send_link", "nobody_answered", "send_file", "open_chat"} & contents.said


async def test_the_last_good_version_stays_until_the_files_are_good_again(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = playbook_of(shelves)
    opener, ear = Opener(replace(first)), Ear()
    monkeypatch.setattr(library, "open_playbook", opener)
    monkeypatch.setattr(library, "LOOK_EVERY", 0.02)
    watched = WatchedLibrary(shelves, first)
    async with watching(watched, ear):
        edit("journeys/demo-follow-up.yml", "steps:", "stepps:")
        assert any(fault.startswith("journeys/demo-follow-up.yml:") for fault in await ear.next())
        assert watched.current() is first
        assert watched.faults
        edit("journeys/demo-follow-up.yml", "stepps:", "steps:")
        assert await ear.next() == []
        assert watched.current() is opener.playbook
        assert not watched.faults


@pytest.mark.parametrize("error", [ModelError("the model is broken"), OSError("the disk is full"), RuntimeError("?")])
async def test_the_watcher_outlives_whatever_happens(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    first = playbook_of(shelves)
    opener, ear = Opener(replace(first)), Ear()
    monkeypatch.setattr(library, "open_playbook", opener)
    monkeypatch.setattr(library, "LOOK_EVERY", 0.02)
    watched = WatchedLibrary(shelves, first)
    opener.error = error
    async with watching(watched, ear):
        edit("nlu_data/rules.yml", "rules:", "rules:  # again")
        assert [str(error) in fault for fault in await ear.next()] == [True]
        assert watched.current() is first
        opener.error = None
        edit("nlu_data/rules.yml", "# again", "# and again")
        assert await ear.next() == []


def test_a_file_that_nobody_can_look_at_does_not_end_the_watch(shelves: Shelves) -> None:
    before = library.stamp_of(shelves)
    loop = shelves.journeys / "loop.yml"
    loop.symlink_to(loop.name)
    assert library.stamp_of(shelves) == before


async def test_an_edit_between_reading_and_watching_is_seen(shelves: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    first = playbook_of(shelves)
    opener, ear = Opener(first), Ear()
    monkeypatch.setattr(library, "open_playbook", opener)
    monkeypatch.setattr(library, "LOOK_EVERY", 0.02)
    watched = WatchedLibrary.opened(shelves)
    edit("journeys/demo-follow-up.yml", "steps:", "stepps:")
    async with watching(watched, ear):
        assert any(fault.startswith("journeys/demo-follow-up.yml:") for fault in await ear.next())


def test_a_model_that_is_opened_when_asked_is_opened_by_the_first_text(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Shelves] = []

    class Reader:
        def parse(self, text: str, **_: object) -> Understood:
            return Understood(text=text, intent=IntentScore("greet", 1.0))

    def open_pipeline(shelves: Shelves, *_: object) -> Reader:
        opened.append(shelves)
        return Reader()

    monkeypatch.setattr(library, "open_pipeline", open_pipeline)
    playbook = WatchedLibrary.opened(shelves, when_asked=True).current()
    assert "demo-follow-up" in playbook.journeys
    assert not opened
    assert [playbook.nlu.parse(text).intent.name for text in ("hi", "hello")] == ["greet", "greet"]
    assert opened == [shelves]


async def test_files_that_stay_as_they_are_are_not_read_again(
    shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = Opener(playbook_of(shelves))
    monkeypatch.setattr(library, "open_playbook", opener)
    monkeypatch.setattr(library, "LOOK_EVERY", 0.01)
    async with watching(WatchedLibrary(shelves, opener.playbook), Ear()):
        await asyncio.sleep(0.1)
    assert opener.times == 0


def test_examples_in_a_language_that_the_encoder_does_not_know_are_warned_of(shelves: Shelves) -> None:
    assert read_contents(shelves).warnings == ()
    folder = shelves.assistant / "nlu" / "de"
    folder.mkdir()
    (folder / "talking.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - Guten Tag\n', encoding="utf-8"
    )
    contents = read_contents(shelves)
    assert contents.languages.spoken == {"en", "de"}
    untranslated, warning, _ = contents.warnings
    assert re.fullmatch(
        r'nlu_data:1:1: there are examples in "de", and (\d+) of \1 responses have no words in it: '
        r'they are said in "en" '
        r"\(utter_\w+, utter_\w+, utter_\w+, \.\.\.\)\. Add variations with language: de; .*",
        str(untranslated),
    )
    assert str(warning).startswith('nlu_data/nlu/de/talking.yml:1:1: there are examples in "de"')
    assert "OVERTURE_ENCODER" in str(warning)
    multilingual = read_contents(replace(shelves, encoder="intfloat/multilingual-e5-small"))
    assert warning not in multilingual.warnings


def test_a_knowledge_page_that_stands_nowhere_on_the_web_is_warned_of(shelves: Shelves) -> None:
    (shelves.assistant / "knowledge" / "rota.md").write_text("---\ntitle: Rota\nurl: rota.html\n---\nIt is planned.\n")
    (warning,) = read_contents(shelves).warnings
    assert str(warning).startswith('nlu_data/knowledge/rota.md:3:1: "rota.html" is no web address')


def test_a_language_without_examples_of_opting_out_is_warned_of(shelves: Shelves) -> None:
    folder = shelves.assistant / "nlu" / "de"
    folder.mkdir()
    file = folder / "talking.yml"
    file.write_text("nlu:\n- intent: greet\n  examples: |\n    - Guten Tag\n", encoding="utf-8")
    contents = read_contents(shelves)
    assert contents.opt_out_languages == {"en"}
    assert str(contents.warnings[-1]).startswith('nlu_data:1:1: the intent "opt_out" has no examples in "de"')
    file.write_text("nlu:\n- intent: opt_out\n  examples: |\n    - Bitte keine Nachrichten mehr\n", encoding="utf-8")
    contents = read_contents(shelves)
    assert contents.opt_out_languages == {"en", "de"}
    assert not any("opt_out" in str(one) for one in contents.warnings)


def test_an_assistant_without_examples_of_opting_out_is_warned_of(shelves: Shelves) -> None:
    for path in (shelves.assistant / "nlu").glob("*.yml"):
        path.write_text(path.read_text().replace("- intent: opt_out", "- intent: goodbye"))
    (warning,) = read_contents(shelves).warnings
    assert str(warning).startswith("nlu_data:1:1: no example says what asking to stop looks like")
    assert "Add examples such as" in str(warning)


def test_an_assistant_without_them_gets_the_built_in_responses(shelves: Shelves) -> None:
    said = shelves.assistant / "responses" / "talking.yml"
    said.write_text(said.read_text(encoding="utf-8").replace("utter_no_answer:", "utter_nothing_found:"), "utf-8")
    responses = read_contents(shelves).assistant.responses
    assert responses["utter_no_answer"].variations[0].buttons[0].payload == "/talk_to_person"
    assert len(responses["utter_language_not_spoken"].variations) == 14


FURTHER = """journey: further
purpose: marketing
enter:
  - {{segment: {segment}}}
  - {{intent: {intent}}}
steps:
  - action: {action}
  - run: {journey}
  - handoff: {{reason: hot, crm: {crm}}}
  - webhook: {{to: {endpoint}, body: {{size: "= answer.team_size"}}}}
"""
RIGHT = {
    "segment": "big-teams",
    "intent": "greet",
    "action": "action_qualify_lead",
    "journey": "demo-follow-up",
    "crm": "hubspot",
    "endpoint": "billing",
}


def test_a_journey_may_name_whatever_there_is(shelves: Shelves) -> None:
    Path("journeys/segments").mkdir(exist_ok=True)
    Path("journeys/segments/big-teams.yml").write_text("segment: big-teams\nlabel: Big\nif: profile.team_size > 20\n")
    shelves = replace(shelves, endpoints=("billing",))
    Path("journeys/further.yml").write_text(FURTHER.format(**RIGHT))
    assert "further" in read_contents(shelves).journeys
    for name, right in RIGHT.items():
        Path("journeys/further.yml").write_text(FURTHER.format(**RIGHT | {name: right + "x"}))
        (fault,) = faults_of(shelves)
        assert f'"{right}x"' in fault
        assert f'Did you mean "{right}"?' in fault


def test_what_an_assistant_with_faults_declares_is_known_to_journeys_all_the_same(shelves: Shelves) -> None:
    edit("nlu_data/rules.yml", "intent: greet", "intent: geret")
    right = RIGHT | {"endpoint": "billing"}
    Path("journeys/further.yml").write_text(FURTHER.format(**right).replace("segment: big-teams", "api: true"))
    shelves = replace(shelves, endpoints=("billing",))
    assert not [fault for fault in faults_of(shelves) if "journeys/further.yml" in fault]


def test_journeys_that_would_run_themselves_are_refused(shelves: Shelves) -> None:
    for name, other in (("one", "other"), ("other", "one")):
        text = f"journey: {name}\npurpose: service\nenter: {{api: true}}\nsteps:\n  - run: {other}\n"
        Path(f"journeys/{name}.yml").write_text(text)
    assert ["would run itself" in fault for fault in faults_of(shelves)] == [True, True]


@pytest.mark.parametrize("folder", ["results", ".overture", "tests"])
def test_what_commands_write_inside_of_an_assistant_is_no_content(shelves: Shelves, folder: str) -> None:
    Path(f"nlu_data/{folder}").mkdir(exist_ok=True)
    Path(f"nlu_data/{folder}/failed.yml").write_text("stories:\n- story: s\n  steps: [{intent: no_such_intent}]\n")
    assert read_contents(shelves).assistant.stories
