from __future__ import annotations

from datetime import timedelta
from time import process_time

import pytest

from bot.domain.preference import Preference, preference_in

# fmt: off
STANDING = (
        "who gave you my number??", "where did you get my number from", "how do you even have this number",
        "Woher haben Sie meine Nummer?", "wer hat euch meine nummer gegeben", "Qui vous a donné mon numéro ?",
        "¿De dónde sacaron mi número?",
        "did I consent to texts?", "am I subscribed?", "do you have my permission to text me?",
        "what did I agree to?", "Did I ever agree to get texts from you?", "have I given you permission to text me",
        "when did I consent to this?", "did I opt in?", "have I opted out?",
        "am I still subscribed to your newsletter", "can you tell me if I am subscribed?", "what did I sign up for?",
        "what messages did I agree to?", "who gave you permission to text me?", "are you allowed to text me?",
        "hi, am I on your mailing list?", "whats my consent status", "tell me what I agreed to",
        "did I say yes to texts?", "Habe ich SMS zugestimmt?", "Habe ich der Werbung zugestimmt?",
        "bin ich noch abonniert?", "Haben Sie meine Einwilligung, mir zu schreiben?", "Wem habe ich zugestimmt?",
        "Was habe ich erlaubt?", "wann habe ich eingewilligt?", "dürfen Sie mir überhaupt SMS schicken?",
        "habe ich Ihnen erlaubt, mir SMS zu schicken?", "bin ich für den Newsletter angemeldet?",
        "Ai-je donné mon accord ?", "ai-je consenti à recevoir des SMS ?", "Suis-je abonné ?",
        "Avez-vous mon consentement ?", "à quoi ai-je consenti ?",
        "Est-ce que j'ai accepté de recevoir vos messages ?", "avez-vous le droit de m'écrire ?",
        "¿He dado mi consentimiento?", "¿Estoy suscrito?", "¿Tienen mi permiso para escribirme?",
        "¿Acepté recibir mensajes?", "¿a qué he dado mi consentimiento?", "¿a qué dije que sí?",
    "did I ever sign up for your texts?", "have I agreed to receive marketing?", "do you have consent to email me?",
    "did I give you consent", "am I opted in or not?", "which texts did I sign up for?",
    "what exactly did I consent to", "since when do you have my permission", "did I say you could text me?",
    "did I allow you to text me?", "is my consent on file?", "when did I opt in?",
    "did I tick the box for marketing?", "am I signed up for texts?", "what have I subscribed to?",
    "do I get your newsletter?", "am I on the list?",
    "habe ich dem Newsletter zugestimmt?", "bin ich bei euch angemeldet für SMS?",
    "habt ihr meine Erlaubnis mir zu schreiben?", "Wann habe ich dem zugestimmt?",
    "Dürft ihr mir überhaupt schreiben?", "Habe ich Werbung erlaubt?", "est-ce que j'ai donné mon accord ?",
    "suis-je inscrit à vos SMS ?", "ai-je accepté vos messages ?", "vous avez mon autorisation ?",
    "¿he aceptado recibir SMS?", "¿di permiso para esto?", "¿tienen mi autorización?",
    "¿estoy suscrito a sus mensajes?",
)
FEWER = (
    "great, another text", "oh joy, another one of these", "Not another text!",
    "just what I needed, another message from you",
    "is there a way to get less of these", "Na toll, noch eine SMS", "schon wieder eine Nachricht von euch",
    "Super, encore un SMS", "Genial, otro mensaje más",
        "fewer texts, please", "not so often", "you text me too much", "once a month is enough",
        "that's too many, once a month is enough", "das ist mir zu viel, einmal im Monat reicht",
        "c'est trop, une fois par mois ça suffit", "es demasiado, una vez al mes es suficiente",
        "you send me too many messages", "less texts pls", "can you write less often?", "write to me less",
        "fewer messages would be nice", "once a month is enough for messages", "texts less often please",
        "less frequent please", "too many texts", "I'd like fewer e-mails", "can I get fewer texts?",
        "please don't text me so often", "don't text me every day", "text me once a month",
        "only text me once a week please", "at most once a week", "At most once a month",
        "no more than one text a week", "can you pause the texts for a month?",
        "how can I change how often you text me?", "can you slow down with the messages", "I want one text a month",
        "you guys email me way too often", "you're texting me too much", "every two weeks is enough",
        "bitte weniger SMS", "nicht so oft bitte", "Ihr schreibt mir zu oft", "einmal im Monat reicht",
        "Einmal im Monat reicht mir völlig", "schreiben Sie mir bitte seltener", "Können Sie mir seltener schreiben?",
        "zu viele SMS", "Höchstens einmal pro Woche", "weniger Nachrichten wären schön",
        "moins de SMS, s'il vous plaît", "pas si souvent", "vous m'écrivez trop", "vous m'envoyez trop de messages",
        "une fois par mois suffit", "une fois par mois, ça suffit", "au maximum une fois par semaine",
        "pouvez-vous m'écrire moins souvent ?", "trop de messages", "menos mensajes, por favor", "no tan a menudo",
        "me escriben demasiado", "una vez al mes es suficiente", "con una vez al mes basta",
        "como mucho una vez por semana", "¿pueden escribirme menos?", "demasiados mensajes",
    "too many messages", "could you send fewer emails please", "can you text less", "please message me less often",
    "I get too many texts from you", "you're sending me too much stuff", "that's too many texts",
    "a text a month is plenty", "only once a week please", "no more than 2 a month", "weekly would be enough",
    "text me less", "not so many texts please", "I don't need a text every day", "don't message me so much",
    "once every two weeks is fine", "one message per month is enough", "how can I get fewer texts?",
    "can I pause the messages", "I'd rather hear from you once a month", "please only contact me once a month",
    "every other week is enough", "cut back on the texts", "weniger Werbung bitte", "zu viele Nachrichten von euch",
    "ihr schickt zu viele SMS", "nur einmal im Monat bitte", "einmal pro Woche würde reichen",
    "könnt ihr weniger schreiben?", "schreibt mir nicht so oft", "nicht so viele SMS bitte", "moins de messages svp",
    "écrivez-moi moins souvent", "trop de SMS", "pas autant de messages",
    "une fois par semaine maximum", "menos SMS por favor", "me mandan demasiados mensajes", "no me escriban tanto",
    "con una vez a la semana me basta", "solo una vez al mes", "escríbanme menos",
)
NEITHER = (
        "did I consent to the terms of the employment contract?", "did I sign up for the demo?",
        "am I subscribed to the Pro plan?", "do you have a mobile app?", "what did I say?",
        "did I agree to the price?", "what am I agreeing to?", "can you text me?", "stop texting me",
        "stop texting me so much, I want out", "I never agreed to this", "I did not consent",
        "you don't have my permission to text me", "do you have permission management?",
        "can staff consent to texts?", "did my employees consent?", "am I late?", "what did we agree on the phone?",
        "unsubscribe", "how do I unsubscribe?", "remove my consent", "no more texts", "don't text me",
        "we have too many empty shifts", "I get too many calls from staff", "how often do you send texts?",
        "staff text me too much", "once a month we plan", "we pay once a month", "can I pay once a month?",
        "less work please", "fewer clicks would be nice", "not so good", "too much paperwork", "text me tomorrow",
        "text me the link", "send me one text with the price", "we meet once a week", "how much is it a month?",
        "every day", "is once a month enough to back up?", "do your texts cost anything?", "what is consent?",
        "Habe ich den Termin bestätigt?", "Was habe ich gesagt?", "bin ich angemeldet für das Webinar?",
        "einmal im Monat haben wir Inventur", "zu viele Schichten", "weniger Arbeit", "keine SMS mehr",
        "schreib mir nicht mehr", "ich stimme zu", "trop de travail", "plus de messages", "arrêtez les SMS",
        "une fois par mois on planifie", "j'accepte", "más mensajes no", "no me escriban más", "demasiado trabajo",
        "una vez al mes pagamos", "acepto", "estoy de acuerdo", "que he dicho",
    "did I leave my bag there?", "am I too late?", "am I on the waiting list?", "do you have my invoice?",
    "do you have permission from my boss?", "what did I order?", "when did I sign up for the trial?",
    "did I subscribe to the yearly plan?", "are you allowed to do that?", "who gave you the price?",
    "have I booked already?", "what do I agree to if I buy?", "do my staff consent to tracking?",
    "do I have to agree to the terms?", "did I pay?", "can I send fewer texts to my staff?",
    "less staff means fewer shifts", "can I text my team less often?", "we write too many rotas",
    "once a week is enough for payroll", "is once a week enough?", "how many texts do you send?",
    "can you text me less information?", "too many clicks", "text my boss once a week",
    "we get too many calls at the desk", "send a weekly report", "can I get a weekly report?",
    "I want a monthly plan", "monthly please", "can we pay monthly instead?", "do you bill once a month?",
    "a demo once a month is enough", "not so fast", "not so good", "I don't need a demo every day",
    "remind me once a week", "every two weeks we make a rota", "send me the rota once a week",
    "can the app send fewer notifications?", "habe ich einen Termin?", "bin ich zu spät?", "haben Sie meine Nummer?",
    "was habe ich bestellt?", "nicht so schnell", "zu viele Mitarbeiter", "einmal im Monat zahlen wir",
    "weniger Schichten bitte", "schicken Sie mir die Preise", "ai-je un rendez-vous ?", "suis-je en retard ?",
    "trop de travail", "une fois par mois on paie", "moins de stress", "estoy ocupado", "menos trabajo",
    "tienen mi factura?", "una vez al mes pagamos", "he pagado?",
)
# fmt: on


@pytest.mark.parametrize("text", STANDING)
def test_a_question_what_one_has_agreed_to_is_heard(text: str) -> None:
    found = preference_in(text)
    assert found is not None
    assert (found.wants, found.rest) == (Preference.STANDING, "")


@pytest.mark.parametrize("text", FEWER)
def test_a_wish_for_fewer_messages_is_heard(text: str) -> None:
    found = preference_in(text)
    assert found is not None
    assert (found.wants, found.rest) == (Preference.FEWER, "")


@pytest.mark.parametrize("text", NEITHER)
def test_what_sounds_alike_is_neither(text: str) -> None:
    assert preference_in(text) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        *(("once a month is enough", 30), ("twice a month is enough", 15), ("every two weeks is enough", 14)),
        *(("once every two weeks is fine", 14), ("every other week is enough", 14)),
        *(
            ("text me no more than once a week", 7),
            ("fewer texts, please", None),
            ("You text me too much. Weekly is fine.", 7),
        ),
        *(("einmal im Monat reicht", 30), ("höchstens alle zwei Wochen", 14), ("weniger SMS bitte", None)),
        *(("une fois par semaine suffit", 7), ("cada dos semanas es suficiente", 14)),
    ],
)
def test_how_often_at_most_is_read(text: str, days: int | None) -> None:
    found = preference_in(text)
    assert found is not None
    assert found.pause == (timedelta(days=days) if days is not None else None)


def test_while_another_question_is_open_a_wish_says_of_what() -> None:
    assert preference_in("not so often", asked=True) is None
    assert preference_in("once a month is enough", asked=True) is None
    assert preference_in("fewer texts, please", asked=True) is not None


def test_how_often_alone_is_the_answer_to_the_offer_only() -> None:
    assert preference_in("monthly") is None
    answer = preference_in("monthly", asked=True, offered=True)
    assert answer is not None
    assert answer.pause == timedelta(days=30)


@pytest.mark.parametrize("words", ["einfach echt viel ", "vos de ", "your the ", "habe ich bitte ", "no, "])
def test_words_over_and_over_take_no_time(words: str) -> None:
    preference_in("")
    begun = process_time()
    preference_in((words * 150)[:300])
    assert process_time() - begun < 1


def test_what_is_said_besides_is_left_over() -> None:
    found = preference_in("did I consent to texts? what does it cost?")
    assert found is not None
    assert found.rest == "what does it cost?"
