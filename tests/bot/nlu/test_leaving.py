"""Being left alone: said in one of the forms of English, with nothing that narrows it down."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.leaving import asks_to_be_left, asks_to_go_on, begins_with_stop, names_another_thing


@pytest.mark.parametrize(
    "text",
    [
        "stop texting me",
        "pls quit sending these",
        "Could you please stop messaging my mother?",
        "I want you to stop writing to us at once, or I call a lawyer",
        "I would appreciate it if you stopped texting me",
        "DON'T TEXT ME AGAIN!!",
        "don't you dare contact this number",
        "Don't keep texting me",
        "please do not continue sending me messages",
        "we demand that you stop",
        "leave me alone",
        "no more of your promotional texts, please",
        "please turn these messages off",
        "how do I stop getting these texts?",
        "I don't want to hear from you any more",
        "i dont wanna hear from u again",
        "we never want to get another message, take us off your mailing list",
        "scratch my name off your list",
        "add my number to your do not call list",
        "Can I be removed from the list?",
        "I thought I had unsubscribed",
        "I told you to stop twice already",
        "I hereby withdraw my consent to marketing",
        "consent revoked",
        "I object to direct marketing",
        "I asked you guys last week to stop messaging",
        "for the last time, stop",
        "why haven't you stopped texting me?",
        "knock it off with the texts",
        "piss off",
        "oh just get lost",
        "go away, please",
    ],
)
def test_a_request_to_be_left_alone_is_one_in_whatever_words(text: str) -> None:
    assert asks_to_be_left(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "don't stop texting me",
        "why did you stop texting me?",
        "don't text me before nine",
        "don't keep texting me before nine",
        "keep texting me",
        "no more messages on Sundays",
        "can you stop by at three?",
        "how do I take an employee off the schedule?",
        "take me off hold",
        "take me off the waiting list",
        "our old tool kept spamming us",
        "I told you to stop by",
        "stop, I meant 50 people",
        "delete my number and use the new one",
        "I withdraw my question",
        "does it stop sending alerts at night?",
        "please don't remove me from your list",
    ],
)
def test_what_only_sounds_like_it_is_left_to_the_classifier(text: str) -> None:
    assert not asks_to_be_left(text)


@pytest.mark.parametrize(
    "text",
    ["stop messaging me i'll message you when ready", "dont text us we have all we need"],
)
def test_what_is_said_next_may_follow_without_a_comma(text: str) -> None:
    assert asks_to_be_left(text)


@pytest.mark.parametrize(
    "text", ["STOP, cancel my meeting please", "STOP - who is this?", "STOPP: Termin absagen", "BAJA, cancela mi cita"]
)
def test_the_word_that_texts_name_is_heeded_in_its_capitals_whatever_follows_unless_something_was_asked(
    text: str,
) -> None:
    assert asks_to_be_left(text)
    assert not asks_to_be_left(text, asked=True)


@pytest.mark.parametrize("text", ["STOP, I MEANT FRIDAY", "stop, i meant friday", "STOP-motion films", "STOPS, please"])
def test_other_stops_that_begin_a_message_are_left_to_the_classifier(text: str) -> None:
    assert not asks_to_be_left(text)


@pytest.mark.parametrize("text", ["why did you stop texting me i miss you", "dont text me before nine im asleep"])
def test_what_narrows_it_down_still_does_without_a_comma(text: str) -> None:
    assert not asks_to_be_left(text)


def test_a_message_that_says_why_and_ends_with_stop_is_an_opt_out_unless_something_was_asked() -> None:
    assert asks_to_be_left("that's too many questions, stop")
    assert not asks_to_be_left("that's too many questions, stop", asked=True)
    assert asks_to_be_left("stop texting me", asked=True)


@given(st.sampled_from(["stop texting me", "take me off your list", "no more texts"]), st.sampled_from("…!?. "))
def test_courtesy_and_punctuation_change_nothing(said: str, mark: str) -> None:
    assert asks_to_be_left(f"Hi, please {said} now, thank you{mark}")
    assert asks_to_be_left(f"{said.upper()}{mark}{mark}")


@pytest.mark.parametrize(
    "text",
    [
        "don't delete my data!",
        "please don't erase me",
        "why did you stop texting me?",
        "why have the texts stopped",
        "I stopped getting your texts, can you check?",
        "I'd hate to stop getting these",
        "if I text STOP will I still get my rota?",
        "what happens if I reply 'stop'?",
        "what does STOP do?",
        "don't stop",
        "please never remove me",
        "I didn't ask to be taken off",
        "no need to stop",
        "I'll stop by at 3",
        "i might stop in tomorrow",
    ],
)
def test_asking_for_the_opposite_is_told_from_it(text: str) -> None:
    assert asks_to_go_on(text)
    assert not asks_to_be_left(text)


def test_however_long_a_message_is_it_is_read_in_no_time() -> None:
    began = time.process_time()
    for word in ("now ", "please ", "stop ", "i would ", "take my ", "\\w+ ", "(", "and "):
        asks_to_be_left(word * 4000 + "x")
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "text",
    [
        "stop the import please",
        "Could you please stop our nightly sync?",
        "remove the second row",
        "revoke my API key",
        "unsubscribe a contact from a list, how?",
        "how do I cancel my plan?",
    ],
)
def test_what_is_to_end_may_be_nothing_that_we_send(text: str) -> None:
    assert names_another_thing(text)


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "stop the texts",
        "stop your damn calls",
        "remove my number",
        "remove my name from the list",
        "cancel my subscription to your messages",
        "stop these",
        "revoke my consent",
        "stop texting me and stop the car",
    ],
)
def test_what_is_to_end_may_be_what_we_send(text: str) -> None:
    assert not names_another_thing(text)


def test_a_stop_that_begins_a_message_says_why_or_goes_on() -> None:
    assert begins_with_stop("Stop, this is another's number now")
    assert not begins_with_stop("stop")
    assert not begins_with_stop("stop by, I am in until three")


@pytest.mark.parametrize(
    "text",
    [
        "schreib mir bitte nie wieder",
        "schreibt mir nicht mehr",
        "schreibts mir nix mehr",
        "Bitte schicken Sie mir keine SMS mehr!",
        "ich hätte gern ein Angebot, aber schickt mir bitte keine Werbung mehr",
        "bitte nicht mehr schreiben",
        "keine nachrichten mehr von euch",
        "Schluss mit der Werbung",
        "stellen Sie bitte die Mails ein",
        "hört bitte auf mir zu schreiben",
        "hoert endlich auf mit dem Spam",
        "lasst mich in ruhe",
        "ich will nichts mehr von euch hören",
        "Ich möchte nicht mehr kontaktiert werden.",
        "ich moechte mich abmelden",
        "wie kann ich mich hier abmelden?",
        "melden Sie mich bitte ab",
        "nehmt mich von eurer liste",
        "löschen Sie bitte meine Nummer",
        "hiermit widerrufe ich meine einwilligung zur werbung",
        "ich widerspreche der Werbung",
        "Danke, aber melden Sie sich bitte nicht mehr bei mir",
        "kein interesse, meldet euch nie wieder",
    ],
)
def test_to_be_left_alone_is_asked_for_in_the_forms_of_german_where_it_is_spoken(text: str) -> None:
    assert asks_to_be_left(text, languages=["de"])
    assert not asks_to_be_left(text)


@pytest.mark.parametrize(
    "text",
    [
        "ich bekomme keine Nachrichten mehr",
        "warum schreibt ihr mir nicht mehr?",
        "bitte hören Sie nicht auf mir zu schreiben",
        "schreiben Sie mir nicht vor neun",
        "schreiben Sie mir nicht mehr per SMS sondern per Mail",
        "nein, keine SMS",
        "keine Werbung",
        "ich möchte mich anmelden",
        "ich will mich nicht abmelden",
        "ich habe keine Mail",
        "kontaktieren Sie mich",
        "ich will nichts mehr",
        "schreibt mir bitte mehr",
        "löschen Sie den Termin",
        "hör auf",
        "ich brauche keine Angebote",
    ],
)
def test_other_german_words_do_not_ask_for_it(text: str) -> None:
    assert not asks_to_be_left(text, languages=["de"])


@pytest.mark.parametrize(
    "text",
    [
        "bitte hören Sie nicht auf mir zu schreiben",
        "nein, nicht abmelden!",
        "ich will mich nicht abmelden",
        "warum schreibt ihr mir nicht mehr?",
        "ich bekomme keine Nachrichten mehr",
        "ich krieg keine sms mehr von euch, warum",
        "wir bekommen nix mehr von euch",
    ],
)
def test_german_asks_for_the_opposite_too(text: str) -> None:
    assert asks_to_go_on(text, ["de"])


@given(st.text(max_size=80))
def test_any_text_can_be_looked_at_in_german(text: str) -> None:
    assert asks_to_be_left(text, languages=["de"]) in (True, False)
    assert asks_to_go_on(text, ["de"]) in (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "ne m'écrivez plus",
        "Ne m’écrivez plus jamais !",
        "m'envoyez plus de sms svp",
        "ne m'envoyez plus rien",
        "bonjour, merci de ne plus me contacter",
        "veuillez ne plus m'envoyer de messages publicitaires",
        "je vous demande de ne plus me solliciter",
        "arretez de m'envoyer des messages",
        "arrête de me harceler",
        "cessez vos envois",
        "j'aimerais un devis, mais plus de pub s'il vous plaît",
        "plus de sms merci",
        "stop aux messages",
        "je ne veux plus recevoir vos promos",
        "je veux plus recevoir de messages de votre part",
        "je ne souhaite plus être contactée",
        "j'en ai marre de vos pubs",
        "desabonnez moi",
        "je voudrais me désabonner de votre newsletter",
        "comment on se désabonne ?",
        "comment puis-je me désinscrire ?",
        "retirez-moi de vos listes",
        "pouvez-vous me retirer de votre fichier ?",
        "supprimez mon numéro svp",
        "laissez-moi tranquille",
        "je retire mon consentement à la publicité",
        "je m'oppose à toute prospection",
        "pas intéressé, ne me recontactez plus",
    ],
)
def test_so_it_is_in_the_forms_of_french(text: str) -> None:
    assert asks_to_be_left(text, languages=["fr"])
    assert not asks_to_be_left(text)


@pytest.mark.parametrize(
    "text",
    [
        "je ne reçois plus vos messages",
        "pourquoi vous ne m'écrivez plus ?",
        "n'arrêtez pas de m'écrire",
        "ne m'écrivez pas avant neuf heures",
        "ne m'écrivez plus par sms mais par mail",
        "non, pas de sms",
        "pas de publicité",
        "je voudrais plus de messages",
        "je voudrais m'abonner",
        "je ne veux pas me désabonner",
        "contactez-moi",
        "appelez-moi plus tard",
        "je ne veux plus rien",
        "supprimez le rendez-vous",
        "arrêtez",
        "je n'ai pas besoin de promotions",
        "envoyez-moi plus d'infos",
        "arrêtez de poser des questions",
        "plus de questions",
    ],
)
def test_other_french_words_do_not_ask_for_it(text: str) -> None:
    assert not asks_to_be_left(text, languages=["fr"])


@pytest.mark.parametrize(
    "text",
    [
        "n'arrêtez pas de m'écrire",
        "arretez pas svp, continuez",
        "je ne veux pas me désabonner",
        "ne me désabonnez pas",
        "pourquoi vous ne m'écrivez plus ?",
        "je ne reçois plus de messages",
        "continuez à m'écrire",
        "jai plus recu vos messages pk",
        "je n'ai rien reçu depuis lundi",
        "nous n'avons reçu aucun message",
    ],
)
def test_french_asks_for_the_opposite_too(text: str) -> None:
    assert asks_to_go_on(text, ["fr"])


@pytest.mark.parametrize(
    "text",
    [
        "je n'ai pas donné mon accord pour vos messages",
        "je n'ai pas demandé vos sms",
        "nous n'avons plus envie de vos pubs",
    ],
)
def test_who_never_agreed_to_messages_in_french_does_not_ask_for_them(text: str) -> None:
    assert not asks_to_go_on(text, ["fr"])


@given(st.text(max_size=80))
def test_any_text_can_be_looked_at_in_french(text: str) -> None:
    assert asks_to_be_left(text, languages=["fr"]) in (True, False)
    assert asks_to_go_on(text, ["fr"]) in (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "no me escriban más",
        "no me escriban mas por favor",
        "no me escribais mas",
        "Ya no me manden mensajes!",
        "por favor ya no me mandes mas sms",
        "no molesten más",
        "no vuelvan a escribirme",
        "no me envíen nada más a este número",
        "oigan, dejen de molestarme",
        "¿Pueden dejar de escribirme?",
        "Le ruego que deje de enviarme estos mensajes, no me interesan.",
        "les pido que dejen de mandar mensajes",
        "dejad de enviarme publicidad",
        "paren ya con los mensajes",
        "basta de publicidad",
        "ni un mensaje más",
        "ya no quiero recibir mensajes de ustedes",
        "no quiero más publicidad",
        "no deseo recibir más comunicaciones comerciales",
        "no quiero saber nada más de ustedes",
        "ya no quiero que me escriban",
        "Déjenme en paz",
        "dejenme tranquila",
        "quiero darme de baja",
        "como me doy de baja?",
        "me den de baja por favor",
        "solicito la baja inmediata",
        "quisiera desuscribirme de su lista",
        "cancelen mi suscripcion",
        "quítenme de su lista",
        "quitenme ya de su base de datos",
        "borren mi número",
        "me pueden sacar de la lista de contactos?",
        "retiro mi consentimiento para recibir publicidad",
        "ya no tienen mi permiso",
        "me opongo a recibir publicidad",
        "no me interesa, no me contacten",
    ],
)
def test_to_be_left_alone_is_asked_for_in_the_forms_of_spanish_where_it_is_spoken(text: str) -> None:
    assert asks_to_be_left(text, languages=["es"])
    assert not asks_to_be_left(text)


@pytest.mark.parametrize(
    "text",
    [
        "ya no recibo mensajes",
        "¿por qué ya no me escriben?",
        "por favor no dejen de escribirme",
        "no me escriban antes de las nueve",
        "no me escriban por sms, mejor por correo",
        "no, no quiero SMS",
        "no quiero publicidad",
        "no me llamen por la mañana",
        "quiero darme de alta",
        "no quiero darme de baja",
        "no tengo correo",
        "contáctenme",
        "ya no quiero nada",
        "escríbanme más",
        "borren la cita del jueves",
        "paren",
        "quiero dar de baja mi línea de internet",
        "dejen el paquete en la puerta",
        "no necesito ofertas",
        "mándenme un mensaje más tarde",
    ],
)
def test_other_spanish_words_do_not_ask_for_it(text: str) -> None:
    assert not asks_to_be_left(text, languages=["es"])


@pytest.mark.parametrize(
    "text",
    [
        "por favor no dejen de escribirme",
        "no paren",
        "No quiero darme de baja",
        "¡no me den de baja!",
        "¿por qué ya no me escriben?",
        "porque dejaron de mandarme ofertas",
        "ya no me llegan los mensajes",
        "no he recibido nada",
        "¿qué pasa si respondo BAJA?",
    ],
)
def test_spanish_asks_for_the_opposite_too(text: str) -> None:
    assert asks_to_go_on(text, ["es"])


@pytest.mark.parametrize("text", ["¿por qué no dejan de escribirme?", "no dejan de molestarme", "no paran de escribir"])
def test_a_complaint_in_spanish_does_not_ask_for_the_opposite(text: str) -> None:
    assert not asks_to_go_on(text, ["es"])


@given(st.text(max_size=80))
def test_any_text_can_be_looked_at_in_spanish(text: str) -> None:
    assert asks_to_be_left(text, languages=["es"]) in (True, False)
    assert asks_to_go_on(text, ["es"]) in (True, False)
