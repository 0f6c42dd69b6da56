"""The few words that a voice adds of its own, in the languages that have them; others get the English ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's words. `places` are words for the first, second, ... choice; `fillers` may stand around them."""

    you_can_say: str
    with_key: str
    last_or: str
    text_me: str
    texted: str
    on_the_card: str
    the_link: str
    at: str
    at_sign: str
    dot: str
    plus: str
    to: str
    per: str
    ampersand: str
    thousand: str
    still_there: str
    goodbye: str
    one_moment: str
    once_more: str
    to_accept: str
    no_more_calls: str
    call_back_to_stop: str
    months: tuple[str, ...]
    day_form: str
    places: Mapping[str, int]
    fillers: frozenset[str]
    half_days: tuple[str, str] | None = field(default=None)

    def of_links(self, links: str) -> str:
        """The sentence about a link that was not read out."""
        return {"text": self.texted, "card": self.on_the_card}.get(links, "")

    def day(self, day: date) -> str:
        return self.day_form.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def clock(self, at: time) -> str:
        """A time of day: 3 pm, 3:30 pm; as it is in languages that count to 24."""
        if self.half_days is None:
            return f"{at:%H:%M}"
        half = self.half_days[at.hour >= 12]
        hour = at.hour % 12 or 12
        return f"{hour}:{at.minute:02} {half}" if at.minute else f"{hour} {half}"

    def place(self, words: Sequence[str]) -> int | None:
        """Which choice is meant by "the second one" or "two"; None where more is said than that."""
        told = [word for word in words if word not in self.fillers]
        if not told and words:
            told = [word for word in words if word in self.places]
        numbers = {self.places.get(word) or (int(word) if word in DIGITS else None) for word in told}
        return numbers.pop() if len(numbers) == 1 else None


DIGITS = frozenset("123456789")

ENGLISH = Phrases(
    you_can_say="You can say",
    with_key="{title}, or press {key}",
    last_or="; or ",
    text_me="Text me the link",
    texted="I can text you the link.",
    on_the_card="I have put the link into your app.",
    the_link="the link",
    at="at",
    at_sign="at",
    dot="dot",
    plus="plus",
    to="to",
    per="per",
    ampersand="and",
    thousand="thousand",
    still_there="Sorry, I did not hear anything.",
    goodbye="I cannot hear you, so I will hang up now. Goodbye.",
    one_moment="One moment, please.",
    once_more="Sorry, something went wrong. Please say that again.",
    to_accept="Press 1 to take the call.",
    no_more_calls="For no more calls, say stop, or press 0.",
    call_back_to_stop="For no more calls, call this number and say stop.",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    day_form="{day} {month} {year}",
    places={
        **dict.fromkeys(("one", "first"), 1),
        **dict.fromkeys(("two", "second"), 2),
        **dict.fromkeys(("three", "third"), 3),
        **dict.fromkeys(("four", "fourth"), 4),
        **dict.fromkeys(("five", "fifth"), 5),
        **dict.fromkeys(("six", "sixth"), 6),
        **dict.fromkeys(("seven", "seventh"), 7),
        **dict.fromkeys(("eight", "eighth"), 8),
        **dict.fromkeys(("nine", "ninth"), 9),
    },
    fillers=frozenset(("the", "one", "number", "option", "choice", "please")),
    half_days=("am", "pm"),
)

GERMAN = Phrases(
    you_can_say="Sie können sagen:",
    with_key="{title}, oder drücken Sie die {key}",
    last_or="; oder ",
    text_me="Schick mir den Link",
    texted="Ich kann Ihnen den Link als SMS schicken.",
    on_the_card="Den Link finden Sie in Ihrer App.",
    the_link="der Link",
    at="um",
    at_sign="ät",
    dot="Punkt",
    plus="plus",
    to="bis",
    per="",
    ampersand="und",
    thousand="tausend",
    still_there="Entschuldigung, ich habe nichts gehört.",
    goodbye="Ich kann Sie nicht hören und lege jetzt auf. Auf Wiederhören.",
    one_moment="Einen Moment, bitte.",
    once_more="Entschuldigung, da ist etwas schiefgegangen. Bitte sagen Sie es noch einmal.",
    to_accept="Drücken Sie die 1, um den Anruf anzunehmen.",
    no_more_calls="Wenn Sie keine Anrufe mehr wünschen, sagen Sie Stopp oder drücken Sie die 0.",
    call_back_to_stop="Wenn Sie keine Anrufe mehr wünschen, rufen Sie diese Nummer an und sagen Sie Stopp.",
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    day_form="{day}. {month} {year}",
    places={
        **dict.fromkeys(("eins", "erste", "erstes", "ersten"), 1),
        **dict.fromkeys(("zwei", "zweite", "zweites", "zweiten"), 2),
        **dict.fromkeys(("drei", "dritte", "drittes", "dritten"), 3),
        **dict.fromkeys(("vier", "vierte", "viertes", "vierten"), 4),
        **dict.fromkeys(("funf", "funfte", "funftes", "funften"), 5),
    },
    fillers=frozenset(("die", "der", "das", "den", "nummer", "bitte", "option")),
)

FRENCH = Phrases(
    you_can_say="Vous pouvez dire :",
    with_key="{title}, ou taper {key}",
    last_or=" ; ou ",
    text_me="Envoyez-moi le lien",
    texted="Je peux vous envoyer le lien par SMS.",
    on_the_card="Le lien se trouve dans votre application.",
    the_link="le lien",
    at="à",
    at_sign="arobase",
    dot="point",
    plus="plus",
    to="à",
    per="",
    ampersand="et",
    thousand="mille",
    still_there="Pardon, je n'ai rien entendu.",
    goodbye="Je ne vous entends pas, je vais raccrocher. Au revoir.",
    one_moment="Un instant, s'il vous plaît.",
    once_more="Pardon, un problème est survenu. Pouvez-vous répéter ?",
    to_accept="Tapez 1 pour prendre l'appel.",
    no_more_calls="Pour ne plus recevoir d'appels, dites stop ou tapez 0.",
    call_back_to_stop="Pour ne plus recevoir d'appels, appelez ce numéro et dites stop.",
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    day_form="{day} {month} {year}",
    places={
        **dict.fromkeys(("un", "premier", "premiere"), 1),
        **dict.fromkeys(("deux", "deuxieme", "second", "seconde"), 2),
        **dict.fromkeys(("trois", "troisieme"), 3),
        **dict.fromkeys(("quatre", "quatrieme"), 4),
        **dict.fromkeys(("cinq", "cinquieme"), 5),
    },
    fillers=frozenset(("le", "la", "numero", "option", "choix")),
)

SPANISH = Phrases(
    you_can_say="Puede decir:",
    with_key="{title}, o pulsar {key}",
    last_or="; o ",
    text_me="Envíame el enlace",
    texted="Le puedo enviar el enlace por SMS.",
    on_the_card="El enlace está en su aplicación.",
    the_link="el enlace",
    at="a las",
    at_sign="arroba",
    dot="punto",
    plus="más",
    to="a",
    per="",
    ampersand="y",
    thousand="mil",
    still_there="Perdone, no he oído nada.",
    goodbye="No le oigo, así que voy a colgar. Adiós.",
    one_moment="Un momento, por favor.",
    once_more="Perdone, algo ha fallado. ¿Puede repetirlo?",
    to_accept="Pulse 1 para aceptar la llamada.",
    no_more_calls="Para no recibir más llamadas, diga stop o pulse 0.",
    call_back_to_stop="Para no recibir más llamadas, llame a este número y diga stop.",
    months=(
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ),
    day_form="{day} de {month} de {year}",
    places={
        **dict.fromkeys(("uno", "primero", "primera"), 1),
        **dict.fromkeys(("dos", "segundo", "segunda"), 2),
        **dict.fromkeys(("tres", "tercero", "tercera"), 3),
        **dict.fromkeys(("cuatro", "cuarto", "cuarta"), 4),
        **dict.fromkeys(("cinco", "quinto", "quinta"), 5),
    },
    fillers=frozenset(("el", "la", "numero", "opcion")),
)

_LANGUAGES = {"en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH}


def phrases_of(language: str) -> Phrases:
    """By ISO 639 or a locale such as de-AT."""
    return _LANGUAGES.get(language[:2].lower(), ENGLISH)
