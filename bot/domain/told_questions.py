"""Questions on what was told: "what's my e-mail?", "do you have my number?", by language.

In plain letters without apostrophes. WHAT stands for how each is called, MEETING for how a meeting is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.domain.folding import plain_letters

_LONGEST: Final = 120

TIME: Final = "time"
"""What a question when a meeting is asks for, as entities name it."""


@dataclass(frozen=True, slots=True)
class _Questions:
    """What each kind of answer is `called`, as entities name the kinds; the `forms` of a question, in which WHAT is
    that, and those that ask for a name by other words (`for_a_name`), or for the time of a `meeting`
    (`for_a_time`). `beside` adds nothing."""

    called: Mapping[str, str]
    forms: tuple[str, ...]
    for_a_name: tuple[str, ...]
    meeting: str
    for_a_time: tuple[str, ...]
    beside: str


_QUESTIONS: Final[Mapping[str, _Questions]] = {
    "en": _Questions(
        called={
            "person": "(?:(?:first|last|full|sur) ?)?name", "email": "e ?mail(?: address)?|mail address",
            "phone": "(?:(?:phone|mobile|telephone|cell|contact) )?number|phone|mobile",
        },
        forms=(
            "(?:whats|what is|what was|which is) my WHAT",
            "do you (?:still |already |even )?(?:know|remember|have) my WHAT",
            "(?:what|which) WHAT (?:did i (?:give|tell|leave|write)(?: you)?|(?:do )?(?:you|u) have"
            "(?:(?: saved| stored| noted)? (?:for me|of me|about me|from me|of mine|on file|on record)| saved| stored)?"
            "|have i given(?: you)?)",
            "(?:did|have) i (?:already )?(?:give|given|tell|told) you my WHAT",
            "(?:can|could) you (?:tell me|repeat|remind me of|read back) my WHAT",
        ),
        for_a_name=("what am i called", "who am i", "do you know who i am"),
        meeting="(?:meeting|demo|appointment|call|booking|slot)",
        for_a_time=(
            "when(?: is|s| was)(?: it| that) booked",
            "when(?: is|s| was) (?:my|our|the) MEETING(?: booked| scheduled)?",
            "(?:what|which) (?:time|day|date)(?: is|s| was) (?:my|our|the) MEETING",
            "when are we (?:meeting|talking|speaking)",
            "(?:is|has) (?:it|(?:my|our|the) MEETING)(?: been)?(?: already)? (?:booked|scheduled|arranged)(?: in)?",
            "(?:have|do) i (?:have |got )?(?:an?|any) MEETING(?: booked| scheduled)?",
            "when (?:am i booked|did i book)(?: in)?", "what (?:did i book|have i booked)",
            "(?:what|which) (?:time|day) (?:did|have) (?:i|we) (?:book|booked|choose|chosen|agree|agreed)(?: on)?",
        ),
        beside="hi|hello|hey|and|so|ok|okay|well|please|again|then|sorry|thanks|btw|by the way|actually|you have"
        "|that you have",
    ),
    "de": _Questions(
        called={
            "person": "(?:vor|nach)?namen?", "email": "(?:e ?)?mail(?: ?adresse)?",
            "phone": "(?:telefon|handy|mobil|mobilfunk|ruf)?nummer",
        },
        forms=(
            "(?:wie|was) (?:ist|lautet|war)(?: noch ?mal)? meine? WHAT",
            "(?:kennst du|kennen sie|weisst du|wissen sie|hast du|haben sie|habt ihr)(?: noch| schon)? meine?n? WHAT",
            "welchen? WHAT (?:habe ich(?: ihnen| dir| euch)? (?:angegeben|gegeben|genannt)|(?:haben sie|hast du"
            "|habt ihr)(?: (?:von|fur|uber|zu) m(?:ir|ich))?(?: (?:gespeichert|hinterlegt|notiert|vorliegen))?)",
            "(?:habe|hab) ich(?: ihnen| dir| euch)? (?:schon )?meine?n? WHAT (?:schon )?(?:angegeben|gegeben|genannt"
            "|gesagt)",
        ),
        for_a_name=("wie heisse ich", "wer bin ich", "weisst du(?: noch)? wie ich heisse",
        "wissen sie(?: noch)? wie ich heisse"),
        meeting="(?:termin|gesprach|demo|treffen|anruf|meeting|vorfuhrung)",
        for_a_time=(
            "wann (?:ist|war|findet)(?: noch ?mal)? (?:meine?|unsere?|der|die|das) MEETING(?: statt)?",
            "(?:an welchem tag|um wie ?viel uhr|um welche uhrzeit) (?:ist|war) (?:meine?|unsere?|der|die|das) MEETING",
            "wann (?:treffen|sprechen|sehen|telefonieren) wir(?: uns)?",
            "ist (?:es|das|(?:meine?|der|die) MEETING)(?: schon)? gebucht",
            "(?:habe|hab) ich(?: schon)? einen? MEETING(?: gebucht)?",
            "(?:wann|welchen termin) habe ich(?: denn)? gebucht",
        ),
        beside="hallo|hi|und|ok|also|bitte|nochmal|noch mal|eigentlich|denn|danke|sorry",
    ),
    "fr": _Questions(
        called={
            "person": "(?:pre)?nom", "email": "(?:adresse )?(?:e ?)?mail|(?:adresse )?courriel",
            "phone": "(?:numero(?: de (?:telephone|portable|mobile))?|telephone|portable)",
        },
        forms=(
            "(?:quel|quelle) (?:est|etait) mon WHAT", "cest quoi mon WHAT",
            "(?:avez vous|as tu|vous avez|connaissez vous|connais tu|vous connaissez)(?: toujours| deja"
            "| bien)? mon WHAT",
            "(?:quel|quelle) WHAT (?:ai je donnee?|jai donnee?|avez vous(?: (?:pour|de|sur) moi)?"
            "(?: enregistree?| notee?)?|vous ai je donnee?)",
            "(?:ai je|est ce que je vous ai|vous ai je)(?: deja)? donne mon WHAT",
        ),
        for_a_name=("comment je mappelle", "comment (?:est ce que )?je mappelle", "qui suis je"),
        meeting="(?:rendez vous|rdv|reunion|appel|demo|demonstration|entretien)",
        for_a_time=(
            "(?:quand|a quelle heure|quel jour) (?:est|a lieu|aura lieu) (?:mon|ma|notre|le|la) MEETING",
            "cest (?:quand|a quelle heure) (?:mon|ma|notre|le|la) MEETING", "quand (?:est ce quon se voit|se voit on)",
            "(?:ai je|jai)(?: deja)? (?:un|une) MEETING(?: de prevue?)?",
            "(?:mon|ma|le|la) MEETING est(?: il| elle)?(?: bien| deja)? (?:reservee?|prise?|notee?)",
        ),
        beside="bonjour|et|ok|alors|deja|svp|stp|s ?il (?:vous|te) plait|merci|pardon|au fait|encore",
    ),
    "es": _Questions(
        called={
            "person": "(?:nombre|apellido)", "email": "(?:correo(?: electronico)?|e ?mail|mail)",
            "phone": "(?:(?:numero(?: de (?:telefono|movil|celular))?)|telefono|movil|celular)",
        },
        forms=(
            "(?:cual|que) (?:es|era) mi WHAT",
            "(?:tiene|tienen|tienes|teneis|sabe|sabes|conoce|conoces|recuerda|recuerdas)(?: ya)? mi WHAT",
            "que WHAT (?:le di|les di|te di|tiene(?:n|s)?(?: mio| (?:de|para|sobre) mi)?"
            "(?: (?:guardado|registrado|anotado))?)",
            "(?:ya )?(?:le|les|te|os) (?:di|he dado) mi WHAT",
        ),
        for_a_name=("como me llamo", "quien soy"),
        meeting="(?:cita|reunion|llamada|demo|demostracion)",
        for_a_time=(
            "(?:cuando|a que hora|que dia) (?:es|era) (?:mi|nuestra|la) MEETING",
            "(?:cuando|a que hora) tengo (?:la )?MEETING",
            "cuando nos (?:vemos|reunimos)", "(?:ya )?(?:tengo|tenemos) (?:una )?MEETING(?: reservada)?",
            "(?:ya )?esta reservada (?:mi|la) MEETING", "(?:mi|la) MEETING(?: ya)? esta reservada",
        ),
        beside="hola|y|ok|vale|por ?favor|gracias|perdon|oye|entonces",
    ),
}  # fmt: skip


LANGUAGES: Final = frozenset(_QUESTIONS)
"""By their two letters (ISO 639-1)."""


def asks_what_was_told(text: str, languages: Collection[str] = ()) -> str | None:
    """Which answer of theirs the text asks for, by the name of its entity, and nothing besides; in English or one of
    `languages` (ISO 639-1)."""
    if len(text) > _LONGEST:
        return None
    said = " ".join(re.findall(r"\w+", re.sub(r"['’`´]", "", plain_letters(text))))
    for language in ("en", *sorted(_QUESTIONS.keys() & set(languages) - {"en"})):
        for kind, pattern in _patterns(language):
            if pattern.fullmatch(said):
                return kind
    return None


@cache
def _patterns(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(_written_out(_QUESTIONS[language]))


def _written_out(questions: _Questions) -> Iterator[tuple[str, re.Pattern[str]]]:
    for kind, called in (*questions.called.items(), (TIME, "")):
        forms = [form.replace("WHAT", f"(?:{called})") for form in questions.forms if called]
        if kind == "person":
            forms += questions.for_a_name
        if kind == TIME:
            forms += [form.replace("MEETING", questions.meeting) for form in questions.for_a_time]
        before, behind = (f"(?:{words}){{0,6}}" for words in (f"(?:{questions.beside}) ", f" (?:{questions.beside})"))
        yield kind, re.compile(f"{before}(?:{'|'.join(forms)}){behind}")
