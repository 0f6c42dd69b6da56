"""The words by which people ask for what the law gives them, as they come with Overture."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.documents import Faults, parse
from bot.domain.errors import ContentError
from bot.domain.privacy import RequestKind
from bot.domain.sending_rules import SendingRules
from bot.journeys.rules import read_rules
from tests.bot.journeys.test_rules import STOP

SHIPPED = Path(__file__).parents[3] / "journeys" / "rules"
ROW = "id: a, jurisdiction: default, language: en, from: 2026-01-01, source: a law"


def rules_of(row: str) -> SendingRules:
    text = f"request_words:\n  - {{{ROW}, {row}}}\n"
    return read_rules([parse("journeys/rules/a.yml", text), parse("journeys/rules/opt_out.yml", STOP)])


@pytest.fixture(scope="module")
def shipped() -> SendingRules:
    return read_rules(parse(str(path), path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.yml")))


ERASURE = """
delete my data
I don't want you to keep my data, delete all my information
Löschen Sie meine Daten, ich will nicht, dass Sie sie behalten
Ich will meine Daten nicht mehr bei Ihnen haben, bitte löschen
DELETE MY DATA!!!
Hi, could you please delete all of the personal data that you have stored about me?
I'd like to exercise my right to be forgotten
can u wipe my details
erase everything you have on me
I want my data deleted, and no more contact
As per GDPR, remove my information from your systems
Löschen Sie bitte alle meine Daten.
Können Sie bitte alles löschen, was Sie über mich gespeichert haben
Veuillez supprimer toutes mes données personnelles
quiero que borren todo lo que tienen sobre mí
cancellate i miei dati
quero que apaguem todos os meus dados
verwijder al mijn gegevens
proszę usunąć moje dane osobowe
احذفوا بياناتي
מחקו את המידע שלי
cancel my account and delete everything
Delete everything please.
STOP and delete everything
kündigen Sie mein Konto und löschen Sie alles
Résiliez mon compte et supprimez tout
den de baja mi cuenta y borren todo
请删除我的个人信息
個人情報を削除してください
"""
ACCESS = """
send me a copy of my data
What data do you have about me?
Can I get a copy of everything you know about me?
subject access request
send me a copy of everything
send me a copy of everything you have about me
Schicken Sie mir eine Kopie von allem
Envoyez-moi une copie de tout
mándenme una copia de todo
I'd like to know what you have stored on me
Welche Daten haben Sie über mich gespeichert?
Ich hätte gern eine Kopie meiner Daten
Que savez-vous de moi ?
quiero una copia de mis datos
che dati avete su di me?
quais dados vocês têm sobre mim?
welke gegevens hebben jullie over mij?
jakie dane o mnie macie?
نسخة من بياناتي
עותק של המידע שלי
個人情報の開示をお願いします
"""
RECTIFICATION = """
please correct my data
my details are wrong
you've got my name wrong
my surname is misspelled
Bitte berichtigen Sie meine Daten
corrigez mes données
corrijan mis datos
correggete i miei dati
corrijam os meus dados
corrigeer mijn gegevens
poprawcie moje dane
"""
NOTHING = """
delete everything and start over
can I delete everything in my rota?
does cancelling delete everything?
I deleted everything by mistake
don't delete everything
send me a copy of everything in my last order
wie kann ich alles löschen
comment tout supprimer ?
¿cómo borro todo?
hello there
is my data safe with you?
what happens to my data when I leave?
who has access to my data?
don't delete my data
I don't want you to delete my data
I never asked you to delete my data
Löschen Sie meine Daten bitte nicht!
Ich möchte nicht, dass Sie meine Daten löschen
je ne veux pas que vous supprimiez mes données
no quiero que borren mis datos
verwijder mijn gegevens niet
how do I delete my account data when the contract ends?
do you delete my data when I leave?
can you delete my data when I cancel?
can I delete a shift without losing my data?
how long do you keep my data?
what data do you collect?
what data do you need from me?
what do you know about scheduling?
what do you have on Tuesdays?
can you send me the details?
send me information about prices
delete my comment
delete my last booking
forget it
sorry, wrong number, my email is ana@example.com
can I get a copy of my invoice?
wie sicher sind meine Daten?
mes données sont-elles en sécurité ?
was passiert mit meinen Daten?
delete my details from your marketing list
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("text", lines(ERASURE))
def test_erasure_is_asked_for_in_many_words_and_languages(shipped: SendingRules, text: str) -> None:
    assert shipped.requests_in(text) == (RequestKind.ERASURE,)


@pytest.mark.parametrize("text", lines(ACCESS))
def test_so_is_a_copy(shipped: SendingRules, text: str) -> None:
    assert shipped.requests_in(text) == (RequestKind.ACCESS,)


@pytest.mark.parametrize("text", lines(RECTIFICATION))
def test_so_is_a_correction(shipped: SendingRules, text: str) -> None:
    assert shipped.requests_in(text) == (RequestKind.RECTIFICATION,)


@pytest.mark.parametrize("text", lines(NOTHING))
def test_a_question_on_data_asks_for_none_of_it(shipped: SendingRules, text: str) -> None:
    assert shipped.requests_in(text) == ()


def test_one_message_may_ask_for_two_things(shipped: SendingRules) -> None:
    both = (RequestKind.ACCESS, RequestKind.ERASURE)
    assert shipped.requests_in("Send me a copy of my data. After that delete my data.") == both


def test_the_two_halves_stand_near_to_each_other_in_one_sentence() -> None:
    rules = rules_of("request: erasure, say: [delete], of: [my data], unless: [never]")
    assert rules.requests_in("my data? delete") == ()
    assert rules.requests_in("my data please delete") == (RequestKind.ERASURE,)
    assert rules.requests_in("delete one two three four five six my data") == (RequestKind.ERASURE,)
    assert rules.requests_in("delete one two three four five six seven my data") == ()
    assert rules.requests_in("never delete my data") == ()


def test_a_star_stands_for_a_few_words() -> None:
    rules = rules_of('request: access, words: ["data * about me"]')
    assert rules.requests_in("the data about me") == (RequestKind.ACCESS,)
    assert rules.requests_in("the data you have about me") == (RequestKind.ACCESS,)
    assert rules.requests_in("the data that is not of use about me") == ()


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ("request: erasure, say: [delete]", "Write words: [erasure request], or say: [delete] and of: [my data]."),
        ("request: erasure", 'a request is told by "words"'),
        ("request: objection, words: [i object]", "objection"),
        ('request: access, words: ["* about me"]', "A star stands between words"),
    ],
)
def test_a_row_that_could_match_nothing_is_refused(row: str, part: str) -> None:
    with pytest.raises(ContentError) as caught:
        rules_of(row)
    assert part in str(caught.value)


def test_a_new_assistant_begins_with_the_same_words() -> None:
    starter = (
        Path(__file__).parents[3]
        / "bot"
        / "adapters"
        / "content"
        / "starter"
        / "journeys"
        / "rules"
        / "request_words.yml"
    )
    assert starter.read_text(encoding="utf-8") == (SHIPPED / "request_words.yml").read_text(encoding="utf-8")


def test_rules_without_such_words_are_warned_of() -> None:
    warnings = Faults()
    read_rules([parse("journeys/rules/opt_out.yml", STOP)], warnings=warnings)
    what = "no rule says by which words people ask for their data"
    assert any(what in one.message for one in warnings.in_order())
    rules = f"request_words: [{{{ROW}, request: access, words: [my file]}}]"
    read_rules([parse("a.yml", STOP), parse("b.yml", rules)], warnings=(none := Faults()))
    assert not any(what in one.message for one in none.in_order())
