"""`overture init`: a newcomer gets an assistant that is complete, says what to do next, and works."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest

from bot.adapters.content.starter_languages import languages_to_choose, starter_languages
from bot.adapters.understanding.training import load
from bot.entrypoints.command_line.cli import run
from bot.entrypoints.command_line.verbs.content import COMMANDS
from tests.lending import lend_model
from tests.scenarios.stage import play, set_stage

HOSTILE = 'O\'Neil: & Sons #1 "x" {y} 北京'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, where a newcomer is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["Acme Tools", HOSTILE, "W" * 60, "京" * 60])
def test_what_was_begun_has_no_faults_and_no_warnings(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "acme", "--name", name]) == 0
    assert f"The assistant of {name} is in acme" in capsys.readouterr().out
    monkeypatch.setenv("OVERTURE_ASSISTANT", "acme")
    assert run(["validate"]) == 0
    told = capsys.readouterr()
    assert "1 journey," in told.out
    assert told.err == ""


def test_its_stories_pass_and_its_journey_does_what_its_tests_say(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "acme"]) == 0
    monkeypatch.setenv("OVERTURE_ASSISTANT", "acme")
    assert run(["test", "--stories"]) == 0
    assert run(["journeys", "validate"]) == 0
    assert run(["journeys", "test"]) == 0
    assert "4 of 4 journey tests passed" in capsys.readouterr().out
    assert run(["journeys", "simulate", "follow-up", "--people", "50", "--out", "simulated"]) == 0
    assert (here / "simulated/follow-up.html").exists()


def test_the_next_commands_are_told_as_a_shell_takes_them(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/bin/overture")
    assert run(["init", "our bots/it's ours"]) == 0
    told = capsys.readouterr().out
    for verb in ("train", "shell", "serve"):
        assert f"  OVERTURE_ASSISTANT='our bots/it'\"'\"'s ours' overture {verb} " in told
    readme = (here / "our bots/it's ours/README.md").read_text()
    assert "# The assistant of It's Ours\n" in readme
    assert "OVERTURE_ASSISTANT='our bots/it'\"'\"'s ours' overture train\n" in readme
    assert "FOLDER" not in readme


def test_the_command_is_told_by_the_shortest_way_to_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    (here / ".venv" / "bin").mkdir(parents=True)
    (here / ".venv" / "bin" / "overture").touch()
    monkeypatch.setattr(sys, "executable", str(here / ".venv" / "bin" / "python3"))
    assert run(["init", "acme"]) == 0
    assert "  OVERTURE_ASSISTANT=acme .venv/bin/overture train " in capsys.readouterr().out


def test_where_other_journeys_are_set_it_says_that_its_own_are_not_used(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURE_JOURNEYS", "journeys")
    assert run(["init", "acme"]) == 0
    assert "OVERTURE_JOURNEYS is set" in capsys.readouterr().out


def test_whose_numbers_are_read_is_told_until_it_is_set(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "acme"]) == 0
    assert "is read as one of GB: where your customers are elsewhere, set OVERTURE_REGION" in capsys.readouterr().out
    assert run(["init", "werk", "--language", "de"]) == 0
    assert "such as OVERTURE_REGION=DE." in capsys.readouterr().out
    monkeypatch.setenv("OVERTURE_REGION", "ES")
    assert run(["init", "other"]) == 0
    assert "OVERTURE_REGION" not in capsys.readouterr().out


@pytest.mark.parametrize("language", starter_languages()[1:])
def test_an_assistant_that_speaks_another_language_is_begun_in_it(
    language: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "acme", "--language", language, "--name", "Müller & Söhne"]) == 0
    monkeypatch.setenv("OVERTURE_ASSISTANT", "acme")
    assert run(["validate"]) == 0
    told = capsys.readouterr()
    assert [line for line in told.err.splitlines() if "OVERTURE_ENCODER" not in line] == []
    assert run(["test", "--stories"]) == 0


def test_help_names_each_language_that_it_can_speak() -> None:
    told = next(options["help"] for words, options in COMMANDS[0].arguments if words == "--language")
    assert all(re.search(rf"\b{language}\b", told) for language in starter_languages())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["init", "acme", "--language", "xx"], f'to begin with in "xx"; --language is {languages_to_choose()}.'),
        (["init", "full"], "full has something in it: mine.yml. Nothing was written."),
        (["init", "full/mine.yml"], "full/mine.yml is a file."),
        (["init", "acme", "--name", "???"], '"???" is no name'),
        (["init", "acme", "--name", ""], '"" is no name'),
        (["init", "acme", "--name", "www.acme.com"], "with this name, utter_opted_out has a link in it"),
        (["init", "./---"], '"" is no name'),
    ],
)
def test_what_cannot_be_begun_is_told_and_nothing_is_written(
    words: list[str], told: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "full").mkdir()
    (here / "full/mine.yml").write_text("mine")
    assert run(words) == 2
    assert told in capsys.readouterr().err
    assert sorted(path.name for path in here.rglob("*")) == ["full", "mine.yml"]


def test_begun_where_one_is_it_reads_neither_reports_nor_models(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", ".", "--name", "Acme"]) == 0
    for folder in ("results", ".overture"):
        (here / folder).mkdir()
        (here / folder / "left.yml").write_text("stories:\n- story: s\n  steps: [{intent: no_such_intent}]\n")
    monkeypatch.setenv("OVERTURE_ASSISTANT", ".")
    assert run(["validate"]) == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_talk_gets_from_a_greeting_to_a_lead_with_consent(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lend_model(here)
    assert run(["init", "acme", "--name", HOSTILE]) == 0
    monkeypatch.setenv("OVERTURE_ASSISTANT", "acme")
    monkeypatch.setenv("OVERTURE_DATA", str(here))
    assert run(["train"]) == 0
    async with set_stage(here, assistant=Path("acme")) as stage:
        await play(stage, TALK)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", starter_languages())
def test_what_its_stories_say_is_understood(language: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lend_model(here)
    assert run(["init", "acme", "--name", HOSTILE, "--language", language]) == 0
    monkeypatch.setenv("OVERTURE_ASSISTANT", "acme")
    monkeypatch.setenv("OVERTURE_DATA", str(here))
    assert run(["train"]) == 0
    assert run(["test"]) == 0
    asked = QUESTIONS[language]
    newest = max((here / "model").glob("*/manifest.json"), key=lambda one: one.stat().st_mtime)
    pipeline = load(newest.parent)
    answered = [pipeline.parse(question).answer for question in asked]
    assert [answer.url.rpartition("/")[2] for answer in answered if answer is not None] == list(asked.values())


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", starter_languages()[1:])
async def test_a_talk_in_another_language_gets_from_a_greeting_to_a_lead_with_consent(
    language: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lend_model(here)
    assert run(["init", "acme", "--language", language, "--name", "Müller & Söhne"]) == 0
    monkeypatch.setenv("OVERTURE_ASSISTANT", "acme")
    monkeypatch.setenv("OVERTURE_DATA", str(here))
    assert run(["train"]) == 0
    async with set_stage(here, assistant=Path("acme")) as stage:
        await play(stage, TALKS[language])


QUESTIONS = {
    "en": {"whats the price": "prices", "where are you guys": "address", "are you open sundays": "opening-hours"},
    "de": {"was kostet das denn bei euch?": "preise", "wo seid ihr": "adresse", "wann macht ihr zu": "oeffnungszeiten"},
    "es": {"precios": "precios", "dónde queda la tienda?": "direccion", "abren los domingos?": "horario"},
    "fr": {"tarifs ?": "tarifs", "vous êtes où au juste ?": "adresse", "vous ouvrez le dimanche ?": "horaires"},
}
"""What customers ask in words that the pages have not, by language, and the page that answers it."""

TALK = [
    "visitor opens the chat",
    {"bot": [f"the automated assistant of {HOSTILE}", f"welcome to {HOSTILE}"]},
    {"visitor": "hello"},
    {"visitor": "what does your company do?"},
    {"bot": f"This is {HOSTILE}."},
    {"visitor": "tell me a joke"},
    {"bot": "outside what I know"},
    {"visitor": "could somebody contact me please?"},
    {"bot": "name?"},
    {"visitor": "are you human?"},
    {"bot": ["I'm", "name?"]},
    {"visitor": "I'm Ana Silva"},
    {"visitor": "ana@example"},
    {"bot": "complete e-mail address"},
    {"visitor": "ana@example.com"},
    {"visitor presses": "Now"},
    {"bot": ["Thank you, Ana Silva", "follow up by text"]},
    {"visitor": "07700 900123"},
    {"bot": f"May {HOSTILE} send automated marketing texts"},
    {"offered": ["Yes, text me", "No texts"]},
    {"visitor presses": "Yes, text me"},
    {"bot": ["hear from us by text", "asked a colleague"]},
    {"desk": ["Wants to be contacted: wants to start within a month", "Ana Silva"]},
    {"crm": {"email": "ana@example.com", "firstname": "Ana"}},
    {"later": "1d"},
    "phone hears nothing",
    {"later": "1d"},
    {"phone hears": [HOSTILE, "STOP"]},
    {"phone": "please stop texting me"},
    {"phone hears": ["opted out", HOSTILE]},
]

_IN_GERMAN = [
    "visitor opens the chat",
    {"bot": ["der automatische Assistent von Müller & Söhne", "willkommen bei Müller & Söhne"]},
    {"visitor": "Guten Tag"},
    {"visitor": "was machen Sie denn?"},
    {"bot": "Hier ist Müller & Söhne."},
    {"visitor": "erzähl mir mal einen Witz"},
    {"bot": "kenne ich mich nicht aus"},
    {"visitor": "könnte sich bitte jemand bei mir melden?"},
    {"bot": "Name?"},
    {"visitor": "bist du ein Mensch?"},
    {"bot": ["automatische", "Ihr Name?"]},
    {"visitor": "ich heiße Jürgen Weiß"},
    {"visitor": "juergen@example"},
    {"bot": "vollständigen E-Mail-Adresse"},
    {"visitor": "juergen@example.com"},
    {"visitor": "so in etwa sechs Wochen"},
    {"bot": ["Vielen Dank, Jürgen Weiß", "SMS"]},
    {"visitor": "+44 7700 900123"},
    {"bot": "Darf Müller & Söhne Ihnen automatische Werbe-SMS"},
    {"offered": ["Ja, schreiben Sie mir", "Keine SMS"]},
    {"visitor presses": "Ja, schreiben Sie mir"},
    {"bot": ["per SMS", "jemanden aus dem Team gebeten"]},
    {"desk": ["about three months", "Jürgen Weiß"]},
    {"crm": {"email": "juergen@example.com", "firstname": "Jürgen"}},
    {"later": "2d"},
    {"phone hears": ["Müller & Söhne", "STOP"]},
    {"phone": "bitte schreiben Sie mir nicht mehr"},
    {"phone hears": ["abgemeldet", "Müller & Söhne"]},
]

_IN_FRENCH = [
    "visitor opens the chat",
    {"bot": ["l'assistant automatique de Müller & Söhne", "bienvenue chez Müller & Söhne"]},
    {"visitor": "bonjour"},
    {"visitor": "vous faites quoi exactement ?"},
    {"bot": "Ici Müller & Söhne"},
    {"visitor": "raconte-moi une blague stp"},
    {"bot": "Je ne m'y connais pas"},
    {"visitor": "est-ce que quelqu'un pourrait me rappeler svp ?"},
    {"bot": "nom ?"},
    {"visitor": "t'es humain ou pas ?"},
    {"bot": ["automatique", "votre nom ?"]},
    {"visitor": "moi c'est Jérôme Lefèvre"},
    {"visitor": "jerome@example"},
    {"bot": "adresse e-mail complète"},
    {"visitor": "jerome.lefevre arobase example point com"},
    {"visitor": "d'ici cinq ou six semaines"},
    {"bot": ["Merci, Jérôme Lefèvre", "SMS"]},
    {"visitor": "+44 7700 900123"},
    {"bot": "Acceptez-vous que Müller & Söhne envoie"},
    {"offered": ["Oui, écrivez-moi", "Pas de SMS"]},
    {"visitor presses": "Oui, écrivez-moi"},
    {"bot": ["par SMS", "quelqu'un de l'équipe"]},
    {"desk": ["about three months", "Jérôme Lefèvre"]},
    {"crm": {"email": "jerome.lefevre@example.com", "firstname": "Jérôme"}},
    {"later": "2d"},
    {"phone hears": ["Müller & Söhne", "STOP"]},
    {"phone": "merci de ne plus m'écrire"},
    {"phone hears": ["vous ne recevrez plus", "Müller & Söhne"]},
]

_IN_SPANISH = [
    "visitor opens the chat",
    {"bot": ["el asistente automático de Müller & Söhne", "le damos la bienvenida a Müller & Söhne"]},
    {"visitor": "hola buenas tardes"},
    {"visitor": "a que se dedica su empresa?"},
    {"bot": "Somos Müller & Söhne."},
    {"visitor": "cuéntame otro chiste"},
    {"bot": "De eso no entiendo"},
    {"visitor": "quisiera que alguien me contactara por favor"},
    {"bot": ["¿", "?"]},
    {"visitor": "eres una persona real?"},
    {"bot": ["automático", "nombre"]},
    {"visitor": "me llamo Lucía Peña"},
    {"visitor": "lucia@example"},
    {"bot": "dirección de correo completa"},
    {"visitor": "lucia@example.com"},
    {"visitor": "en unas seis semanas"},
    {"bot": ["Muchas gracias, Lucía Peña", "SMS"]},
    {"visitor": "+44 7700 900123"},
    {"bot": "¿Autoriza a Müller & Söhne a enviarle SMS publicitarios automáticos"},
    {"offered": ["Sí, autorizo", "No quiero SMS"]},
    {"visitor presses": "Sí, autorizo"},
    {"bot": ["por SMS", "alguien del equipo que le responda"]},
    {"desk": ["about three months", "Lucía Peña"]},
    {"crm": {"email": "lucia@example.com", "firstname": "Lucía"}},
    {"later": "2d"},
    {"phone hears": ["Müller & Söhne", "STOP"]},
    {"phone": "ya no me manden mas mensajes por favor"},
    {"phone hears": ["baja", "Müller & Söhne"]},
]

TALKS = {"de": _IN_GERMAN, "es": _IN_SPANISH, "fr": _IN_FRENCH}
"""What is said with an assistant that begins in another language: one for each."""
