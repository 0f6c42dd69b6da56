"""The words of files of people: one meaning each, in every language that the preference pages have, and Japanese."""

from __future__ import annotations

import pytest

from bot.documents import parse
from bot.domain.folding import fold
from bot.entrypoints.importing.mapping import WISHES, check_target
from bot.entrypoints.importing.words import FILE, FULL_NAME, meaning_of, says_yes, speaks_of, words
from bot.entrypoints.web.preferences.words import LANGUAGES

TOLD = parse(FILE.name, FILE.read_text(encoding="utf-8")).data


@pytest.mark.parametrize("part", ["columns", "answers", "status"])
def test_no_word_means_two_things(part: str) -> None:
    meanings: dict[str, str] = {}
    for meaning, by_language in TOLD[part].items():
        for word in (one for said in by_language.values() for one in said):
            assert meanings.setdefault(fold(str(word)), meaning) == meaning, word


def test_a_column_may_be_told_to_mean_what_it_is_guessed_to_mean() -> None:
    for target in {*words().columns.values(), *words().begins.values()} - {FULL_NAME}:
        check_target(target)
    assert set(words().speaks_of.values()) == {*WISHES}


@pytest.mark.parametrize("target", ["email", "phone", "first_name", "last_name", "opted_out"])
def test_who_somebody_is_and_what_they_refused_is_named_in_every_language(target: str) -> None:
    assert {*LANGUAGES, "ja"} <= TOLD["columns"][target].keys()


def test_yes_and_no_are_read_in_each_language() -> None:
    assert [says_yes(one) for one in ("OUI", "nein", "はい", "perhaps")] == [True, False, True, None]


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("Consent SMS", "subscribed.sms"),
        ("opt-out: WhatsApp", "opted_out.whatsapp"),
        ("Name, last", "last_name"),
        ("Do not text", "opted_out.sms"),
        ("Text", ""),
        ("Not", ""),
    ],
)
def test_the_words_of_a_columns_name_may_stand_in_another_order(column: str, target: str) -> None:
    assert meaning_of(column) == target


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("Billing Email", "email"),
        ("Contact: Mobile", "phone"),
        ("Invitee First Name", "first_name"),
        ("Invitee Name", FULL_NAME),
        ("Your phone number", "phone"),
        ("customer_email", "email"),
        ("Shipping Email", ""),
        ("Contact: Unsubscribed", ""),
        ("Customer Note", ""),
        ("Contact", ""),
    ],
)
def test_a_name_may_begin_with_whose_it_is(column: str, target: str) -> None:
    assert meaning_of(column) == target


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Nyhetsbrev", "nej"),
        ("Uutiskirje", "ei"),
        ("E-bülten", "hayır"),
        ("Hírlevél", "nem"),
        ("Рассылка", "нет"),
        ("광고 수신 동의", "아니오"),
    ],
)
def test_a_refusal_is_heard_in_languages_that_we_do_not_speak(column: str, cell: str) -> None:
    assert (speaks_of(column), says_yes(cell)) == ("subscribed", False)
