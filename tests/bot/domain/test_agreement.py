from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agreement import Agreement, agreement_in, begins_with_yes, knows

TEXTS = "May Harbourline send automated marketing texts about your demo to +447700900123? Reply STOP to opt out."
MAILS = "May we e-mail you our newsletter?"

PLAIN = [
    *("yes", "Yes!!!", "yesss", "yse", "yep", "y", "sure", "of course", "absolutely", "yes please, thanks", "👍 yes"),
    *("no problem", "No problem at all", "not a problem", "no worries", "no objections", "no issue", "sure, why not?"),
    *("I don't mind", "I wouldn’t mind", "don't see why not", "I have nothing against it", "that's fine", "fine by me"),
    *(
        "go ahead",
        "be my guest",
        "you may",
        "yes you can text me",
        "text me please",
        "I do",
        "I'm ok with that",
        "count me in",
    ),
    *("I do", "you have my permission", "sounds good", "works for me", "please do", "I consent", "I'd like that"),
    *("ja", "Ja, gerne", "jaaa", "aber gern", "kein Problem", "warum nicht", "geht klar", "von mir aus", "meinetwegen"),
    *("habe nichts dagegen", "ich stimme zu", "ich willige ein", "dürfen Sie", "in Ordnung", "passt schon", "nur zu"),
    *("oui", "d'accord", "pas de souci", "pas de problème", "bien sûr", "pourquoi pas", "avec plaisir", "j'accepte"),
    *("ça me va", "je veux bien", "allez-y", "ça ne me dérange pas", "volontiers", "oui, merci"),
    *("sí", "claro que sí", "por mí bien", "por supuesto", "no hay problema", "¿por qué no?", "de acuerdo", "vale"),
    *("no tengo inconveniente", "adelante", "con mucho gusto", "me parece bien", "no me importa", "¡cómo no!"),
]
MILD = ["ok", "OK thanks", "k", "fine", "alright then", "bueno", "ok danke"]
NONE = [
    *("no", "nope", "not now", "maybe", "I guess", "I suppose", "whatever", "hmm", "🤷", "👍", "🙄 sure", "yes 😂"),
    *("yeah right", "yeah, sure, like I'd ever agree to that", "oh yes, exactly what I needed, more spam", "as if"),
    *(
        "yes?",
        "ok?",
        "do I have to?",
        "should I say yes?",
        "yes or no?",
        "what for?",
        "how do I do it?",
        "can you do it?",
    ),
    *("yes, email me", "she said yes", "my wife agrees", "he's ok with it", "my boss says ok", "ask my boss"),
    *(
        "yes to email",
        "yes, email me",
        "just email me",
        "email me",
        "yes you can call me",
        "yes by whatsapp",
        "email is fine",
    ),
    *("yes, but only by e-mail", "ok but no spam", "yes if it is free", "yes for now", "yes once", "yes until Friday"),
    *("yes, to my other number", "yes. Use 07700 900124", "yes I'm 16", "yes, STOP", "yes stop", "yes don't"),
    *(
        "yes, I mind",
        "I would mind",
        "I do mind",
        "I'm fine, thanks",
        "ok I'm good",
        "we're all set",
        "great",
        "thanks",
    ),
    *("I do not consent", "I can't agree to that", "yes I mean no", "no yes", "if you like", "yes is not what I mean"),
    *(
        "vielleicht",
        "jein",
        "ja?",
        "ja klar, als ob",
        "meine Frau ist einverstanden",
        "sie hat ja gesagt",
        "ja, einmal",
    ),
    *("ja per WhatsApp", "ja, schreiben Sie mir eine E-Mail", "ich stimme nicht zu", "das stört mich", "ja für heute"),
    *(
        "oui mais pas trop souvent",
        "peut-être",
        "non",
        "pas maintenant",
        "oui si c'est gratuit",
        "ma femme est d'accord",
    ),
    *("sí, pero solo por correo", "quizás", "no gracias", "sí si es gratis", "mi jefe dice que sí", "ahora no"),
    *("", "   ", "?", "yes " * 100),
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_yes_is_told_by_its_words_even_if_there_is_a_no_in_them(text: str) -> None:
    assert agreement_in(text, TEXTS) is Agreement.PLAIN


@pytest.mark.parametrize("text", MILD)
def test_an_ok_counts_only_where_it_is_taken_for_a_yes(text: str) -> None:
    assert agreement_in(text, TEXTS) is Agreement.MILD


@pytest.mark.parametrize("text", NONE)
def test_what_says_anything_besides_is_no_yes(text: str) -> None:
    assert agreement_in(text, TEXTS) is Agreement.NONE


def test_a_yes_may_name_the_channel_that_is_asked_for_and_no_other() -> None:
    assert agreement_in("yes, e-mail me", MAILS) is Agreement.PLAIN
    assert agreement_in("yes, text me", MAILS) is Agreement.NONE
    assert agreement_in("yes, text me", TEXTS) is Agreement.PLAIN


@pytest.mark.parametrize(
    "letter",
    [
        "Yes please.\n\nBest regards\nSam Lee\nHead of Operations, Acme Ltd",
        "Hi Ana,\n\nyes, that's fine.\n\nThanks\nSam",
        "Sure\n\nSent from my iPhone",
        "Hallo Frau Weber,\n\nja, gern.\n\nMit freundlichen Grüßen\nSam Lee",
        "Yes\n--\nSam Lee\nAcme Ltd\n1 High Street\n\nIf you are not the intended recipient, delete this mail.",
    ],
)
def test_a_letter_may_greet_and_be_signed(letter: str) -> None:
    assert agreement_in(letter, TEXTS) is Agreement.PLAIN


@pytest.mark.parametrize(
    "letter",
    [
        "Yes please.\n\nThanks, but only by e-mail\nSam",
        "Yes\n\nBest regards\nSam\n\nPS: not more than once a month",
        "Hi Ana,\n\nno.\n\nYes regards\nSam",
        "Yes\nmy boss said\n\nBest\nSam",
        "Yes\n\nThanks\nno texts please",
    ],
)
def test_what_is_beneath_a_yes_may_take_it_back(letter: str) -> None:
    assert agreement_in(letter, TEXTS) is Agreement.NONE


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_a_yes_with_a_no_is_never_one_whatever_stands_between(between: str) -> None:
    assert agreement_in(f"yes {between} no, never", TEXTS) is Agreement.NONE


def test_a_message_begins_with_yes_or_does_not() -> None:
    assert begins_with_yes("Ok, but no spam")
    assert begins_with_yes("ja aber")
    assert not begins_with_yes("can I stop later?")


def test_a_language_without_words_is_not_known() -> None:
    assert knows({"en", "de-AT"})
    assert not knows({"en", "pl"})
