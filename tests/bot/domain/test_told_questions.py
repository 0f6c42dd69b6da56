from __future__ import annotations

import pytest

from bot.domain.told_questions import LANGUAGES, asks_what_was_told

# fmt: off
QUESTIONS = (
    ("what's my name?", "person"), ("do you know my name?", "person"), ("who am I?", "person"),
    ("Wie heiße ich?", "person"), ("wie ist mein Name?", "person"), ("comment je m'appelle ?", "person"),
    ("¿cómo me llamo?", "person"), ("¿Cuál es mi nombre?", "person"), ("Hi, what is my first name again?", "person"),
    ("quel est mon nom ?", "person"), ("what's my e-mail?", "email"), ("what is my email address", "email"),
    ("which e-mail did I give you?", "email"), ("do you have my email?", "email"),
    ("wie lautet meine E-Mail-Adresse?", "email"), ("haben Sie meine E-Mail?", "email"),
    ("quelle est mon adresse e-mail ?", "email"), ("¿cuál es mi correo?", "email"),
    ("welche E-Mail-Adresse habe ich angegeben?", "email"), ("did I give you my email address?", "email"),
    ("avez-vous mon adresse mail ?", "email"), ("what's my number?", "phone"),
    ("do you have my phone number?", "phone"), ("which number do you have for me?", "phone"),
    ("Wie ist meine Telefonnummer?", "phone"), ("hast du meine Nummer?", "phone"),
    ("Welche Nummer haben Sie von mir?", "phone"), ("which number do you have of me", "phone"),
    ("what email do you have saved for me?", "email"), ("Welche E-Mail habt ihr von mir gespeichert?", "email"),
    ("Quel numéro avez-vous de moi ?", "phone"), ("¿Qué número tienen de mí?", "phone"),
    ("when is my meeting?", "time"), ("what time is our demo again?", "time"), ("is it booked?", "time"),
    ("what did I book", "time"),
    ("do I have a meeting booked?", "time"), ("have I got an appointment?", "time"),
    ("Wann ist mein Termin?", "time"), ("wann treffen wir uns denn?", "time"),
    ("c'est quand mon rendez-vous ?", "time"),
    ("¿Cuándo es mi cita?", "time"), ("¿a qué hora tengo la reunión?", "time"),
    ("quel est mon numéro ?", "phone"), ("¿tiene mi número?", "phone"), ("what was my mobile number again", "phone"),
)
NONE = (
    "what's your name?", "what is your e-mail?", "what's your number?", "who are you?", "how did you get my number?",
    "who gave you my number?", "why do you need my name?", "what do you need my number for?",
    "my number is 07700900123", "lose my number", "delete my number", "what's my name used for?",
    "what do you know about me?", "can staff see my number?", "what's my number of users?", "is my name visible?",
    "do you sell my e-mail?", "what's my plan?", "change my number", "my name is wrong", "do you have a number?",
    "what number do I call?", "Wie heißt du?", "wie ist Ihre Nummer?", "wie viele Namen",
    "comment vous appelez-vous ?", "quel est votre numéro ?", "¿cómo se llama?", "¿cuál es su correo?",
    "¿cómo me registro?", "when is the next release?", "when can we meet?", "when would my demo be possible?",
    "can I book a meeting?", "wann können wir uns treffen?", "is the room booked?",
)
# fmt: on


@pytest.mark.parametrize(("text", "kind"), QUESTIONS)
def test_a_question_on_what_was_told_is_read(text: str, kind: str) -> None:
    assert asks_what_was_told(text, LANGUAGES) == kind


@pytest.mark.parametrize("text", NONE)
def test_what_asks_something_else_is_none(text: str) -> None:
    assert asks_what_was_told(text, LANGUAGES) is None
