from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.meeting_phrases import PHRASES
from bot.domain.meeting_wish import MeetingWish, meeting_wish


@pytest.mark.parametrize(
    "text",
    [
        "can we move our meeting?",
        "Can we reschedule?",
        "could you move the demo to Friday?",
        "something came up, can we find another time?",
        "I need to change the time of our call, sorry",
        "let's postpone the call to next week",
        "something has come up, can we move it?",
    ],
)
def test_a_meeting_is_to_be_moved(text: str) -> None:
    assert meeting_wish(text) is MeetingWish.MOVE


@pytest.mark.parametrize(
    "text",
    [
        "cancel my demo",
        "please cancel the meeting",
        "how do I cancel my appointment?",
        "I can’t make Tuesday any more",
        "Hi, I'm afraid I won't be able to attend the call on Wednesday.",
        "something's come up, I can't make it",
        "actually something's come up, call it off please",
        "can we call our meeting off?",
        "can't make it after all",
        "something came up",
        "sorry that time doesn't work for me any more",
    ],
)
def test_somebody_cannot_come(text: str) -> None:
    assert meeting_wish(text) is MeetingWish.GIVE_UP


GERMAN_MOVES = [
    "können wir unseren Termin verschieben?",
    "koennen wir den termin am dienstag auf mittwoch verschieben",
    "Könnten wir das auf Freitag verschieben?",
    "Wäre es möglich, unser Gespräch am Mittwoch auf Donnerstag zu verlegen?",
    "den termin morgen müsste ich verschieben",
    "bitte verschieben Sie meinen Termin auf nächste Woche",
    "mir ist was dazwischengekommen, können wir verschieben?",
    "lässt sich der Termin verschieben?",
    "geht auch ein anderer Tag?",
    "ich brauche einen anderen Termin",
    "Hallo, ich müsste unseren Termin am 25.11. um 9 Uhr leider auf die nächste Woche verschieben.",
]
GERMAN_GIVING_UP = [
    "am Dienstag kann ich nicht",
    "Mir ist leider etwas dazwischengekommen.",
    "die Zeit passt mir doch nicht",
    "Termin absagen",
    "Ich muss leider absagen.",
    "sag den termin bitte ab",
    "Guten Tag, ich möchte meinen Termin am 25.11. stornieren. Vielen Dank",
    "den Termin am Mittwoch kann ich leider nicht wahrnehmen",
    "ich kann leider nicht kommen",
    "ich schaffe es am Dienstag leider nicht",
    "mittwoch passt mir doch nicht",
    "morgen klappt es leider nicht",
]
FRENCH_MOVES = [
    "on peut déplacer notre rdv ?",
    "est-ce qu'on pourrait le decaler à vendredi svp",
    "Serait-il possible de reporter notre entretien de mercredi à jeudi ?",
    "je voudrais changer l'heure du rendez-vous",
    "décalez mon rendez-vous à la semaine prochaine svp",
    "j'ai un empêchement, pouvons-nous reporter ?",
    "le rdv peut-il être déplacé ?",
    "il me faudrait un autre créneau",
    "auriez-vous une autre date ?",
    "une autre heure serait possible ?",
    "Bonjour, je dois malheureusement reporter notre rendez-vous du 25/11 à 9h. Merci d'avance",
]
FRENCH_GIVING_UP = [
    "je ne peux pas mardi",
    "annuler le rendez-vous",
    "je dois malheureusement annuler",
    "annulez le rdv svp",
    "Bonjour, je souhaiterais annuler mon rendez-vous du 25/11. Merci beaucoup",
    "je pourrai pas venir finalement",
    "je ne vais pas pouvoir venir mercredi",
    "je ne peux plus me libérer demain",
    "mercredi ne me convient plus",
    "mardi je peux pas",
    "demain ça ne va pas",
    "je ne serai pas disponible mardi",
    "désolée, j'ai un imprévu, je n'arriverai pas à venir demain",
]
SPANISH_MOVES = [
    "hola, necesito reagendar mi cita",
    "¿se puede cambiar la cita para otro día?",
    "podemos correr la reunion una hora?",
    "quiero cambiar el turno del martes",
    "me surgió un imprevisto, ¿podemos cambiar la cita?",
    "¿podríamos dejarlo para el viernes?",
    "¿la podemos aplazar?",
    "¿tienen otra hora disponible?",
    "prefiero otro día",
    "necesito cambiar la hora por favor",
]
SPANISH_GIVING_UP = [
    "no voy a poder ir mañana",
    "El martes no puedo",
    "el jueves no me viene bien",
    "mañana no puedo ir a la cita",
    "cancele mi turno",
    "Disculpe, anulen la reunión de mañana",
    "lo siento, no llego a la cita",
    "me es imposible asistir",
    "la cita de mañana no podré",
    "ya no puedo el miercoles",
]
FRENCH_AND_SPANISH = [
    ("pouvons-nous déplacer notre rendez-vous ?", "fr", MeetingWish.MOVE),
    ("est-ce qu'on peut decaler le rdv à vendredi", "fr", MeetingWish.MOVE),
    ("je dois annuler mon rendez-vous", "fr", MeetingWish.GIVE_UP),
    ("désolé, je ne pourrai pas venir", "fr", MeetingWish.GIVE_UP),
    ("¿podemos cambiar nuestra cita?", "es", MeetingWish.MOVE),
    ("quisiera mover la reunion al viernes", "es", MeetingWish.MOVE),
    ("tengo que cancelar la cita", "es", MeetingWish.GIVE_UP),
    ("no puedo el martes", "es", MeetingWish.GIVE_UP),
]


@pytest.mark.parametrize(
    ("text", "language", "wish"),
    [
        *((text, "de", MeetingWish.MOVE) for text in GERMAN_MOVES),
        *((text, "de", MeetingWish.GIVE_UP) for text in GERMAN_GIVING_UP),
        *((text, "fr", MeetingWish.MOVE) for text in FRENCH_MOVES),
        *((text, "fr", MeetingWish.GIVE_UP) for text in FRENCH_GIVING_UP),
        *FRENCH_AND_SPANISH,
        *((text, "es", MeetingWish.MOVE) for text in SPANISH_MOVES),
        *((text, "es", MeetingWish.GIVE_UP) for text in SPANISH_GIVING_UP),
    ],
)
def test_so_it_is_in_other_languages_that_are_read(text: str, language: str, wish: MeetingWish) -> None:
    assert meeting_wish(text, {language}) is wish
    assert meeting_wish(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ich kann nicht", "de"),
        ("absagen", "de"),
        ("das passt mir nicht", "de"),
        ("ich möchte mein Abo kündigen", "de"),
        ("sagen Sie den Termin ab und schreiben Sie mir nicht mehr", "de"),
        ("am Dienstag kann ich nicht und bitte keine SMS mehr", "de"),
        ("können wir uns am Dienstag treffen?", "de"),
        ("am Dienstag kann ich", "de"),
        ("ich möchte einen Termin vereinbaren", "de"),
        ("kann ich meine Adresse ändern?", "de"),
        ("am Dienstag geht das Fenster nicht auf", "de"),
        ("je veux annuler mon abonnement", "fr"),
        ("je ne peux pas", "fr"),
        ("annuler", "fr"),
        ("ça ne me va pas", "fr"),
        ("annulez le rendez-vous et ne m'écrivez plus", "fr"),
        ("mardi je ne peux pas et plus de sms svp", "fr"),
        ("on peut se voir mardi ?", "fr"),
        ("mardi je peux", "fr"),
        ("je voudrais prendre rendez-vous", "fr"),
        ("je voudrais changer mon adresse", "fr"),
        ("mardi la fenêtre ne va pas", "fr"),
        ("je ne suis pas intéressé", "fr"),
        ("quiero cancelar mi suscripción", "es"),
        ("no puedo", "es"),
        ("no puedo entrar en mi cuenta", "es"),
        ("cancela la cita y no me escriban más", "es"),
        ("¿podemos vernos el martes?", "es"),
        ("¿puedo cambiar mi correo?", "es"),
        ("no me va bien el negocio", "es"),
        ("quiero una cita", "es"),
    ],
)
def test_what_says_something_else_in_them_is_none(text: str, language: str) -> None:
    assert meeting_wish(text, {language}) is None


@pytest.mark.parametrize(
    "text",
    [
        "cancel",
        "stop",
        "cancel my subscription",
        "cancel the meeting and stop texting me",
        "cancel the meeting at 5 and stop texting me",
        "cancel my meeting reminders",
        "I can't make it cheaper",
        "can I reschedule shifts?",
        "change the team size to 90",
        "can we meet on Tuesday?",
    ],
)
def test_what_says_something_else_or_more_is_none(text: str) -> None:
    assert meeting_wish(text) is None


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert meeting_wish(text, PHRASES) in {None, *MeetingWish}
