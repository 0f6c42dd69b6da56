"""How languages say what somebody is called: "call me Bob", "nennen Sie mich Robert", "je m'appelle Claire"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class NamingPhrases:
    """Patterns: a name stands behind its `cue`. Where nothing is said besides, there may be words `before` the cue and
    `behind` the name."""

    cue: str
    before: str = ""
    behind: str = ""


_ENGLISH: Final = NamingPhrases(
    cue=(
        r"(?:my (?:full |first )?name(?: is|'s|:)|name(?: is|'s|:))(?: actually| really)?(?: spel(?:led|t))?|"
        r"call me|(?:to be|i am|i'm|im) called|my name'?s|i go by"
    ),
    before=(
        r"(?:(?:no|nope|oh|oops|sorry|wait|actually|ok(?:ay)?|yes|well|hi|hey|hello|and|but|thanks|thank you)\W+)*"
        r"(?:(?:please|just|you (?:can|may)|i(?:'d| would) (?:prefer|rather|like)|i prefer|everyone|people)\W+)*"
    ),
    behind="instead|please|pls|actually|from now on|thanks|thank you|though|if you like",
)
_GERMAN: Final = NamingPhrases(
    cue=(
        r"mein (?:voller |ganzer )?name (?:ist|lautet)(?: eigentlich| übrigens)?"
        r"|ich hei(?:ß|ss)e(?: eigentlich| übrigens)?"
        r"|(?:nenn(?:en sie|t|e)?|nennst du|nennt ihr|ruf(?:t|en sie)?) mich(?: doch| bitte| einfach| lieber| ruhig)*"
        r"|hier (?:ist|spricht|schreibt)(?: (?:de[rm]|die))?|ich bin['’]?s,?(?: (?:der|die))?"
    ),
    before=(
        r"(?:(?:nein|nee?|oh|ups|sorry|entschuldigung|warte|eigentlich|ok(?:ay)?|ja|also|hi|hey|hallo|moin|servus|und|aber"
        r"|danke|bitte|guten (?:tag|morgen|abend)|grüß gott|sie (?:können|dürfen)|du (?:kannst|darfst))\W+)*"
    ),
    behind="bitte|danke|vielen dank|lieber|ab jetzt|stattdessen|übrigens|eigentlich",
)
_FRENCH: Final = NamingPhrases(
    cue=(
        r"je m['’]appelle|mon (?:petit )?(?:nom|prénom)(?: complet| de famille)?,? (?:c['’]|ce )?est"
        r"|(?:appelez|appelle)[- ]moi(?: (?:donc|plutôt|simplement|juste))?|on m['’]appelle|je me (?:nomme|prénomme)"
        r"|moi,? c['’]est"
    ),
    before=(
        r"(?:(?:non|oh|oups|pardon|désolée?|excusez-moi|attendez|en fait|alors|bien sûr|d['’]accord|bah|ben|euh+"
        r"|ok(?:ay)?|oui|bonjour|bonsoir|salut|coucou|bjr|slt|et|mais|moi|merci|s['’ ]?il (?:vous|te) plaît|svp"
        r"|vous pouvez|tu peux)\W+)*"
    ),
    behind="plutôt|s['’ ]?il (?:vous|te) plaît|svp|stp|merci|enchantée?|désormais|en fait|si vous voulez",
)
_SPANISH: Final = NamingPhrases(
    cue=(
        r"me llamo|mi nombre (?:completo )?es|llámeme|llámame|llamadme"
        r"|(?:puede[ns]?|podéis) (?:llamarme|decirme)|me dicen"
        r"|(?:le|les|te) (?:habla|saluda|escribe)|habla(?= +(?-i:[A-ZÁÉÍÓÚÑ]))|a nombre de"
    ),
    before=(
        r"(?:(?:no|oh|ay|uy|perdón?|disculpe|en realidad|ok(?:ay)?|sí|claro|hola|buenos días|buen día|buenas(?: tardes"
        r"| noches)?|y|pero|gracias|mejor)\W+)*"
    ),
    behind="por favor|gracias|mejor|mucho gusto|para servirle|a sus órdenes|en realidad",
)
_OTHERS: Final = (
    r"mi chiamo|il mio nome è|mijn naam is|ik heet|(?:o )?meu nome é|(?:eu )?me chamo|chamo-me|em dic|el meu nom és|"
    r"jag heter|mitt namn är|mit navn er|jeg hedder|jeg heter|navnet mitt er|nazywam się|mam na imię"
)

PHRASES: Final[Mapping[str, NamingPhrases]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""

CUES_ELSEWHERE: Final = "|".join([*(PHRASES[language].cue for language in ("de", "fr", "es")), _OTHERS])
"""What names come after in other languages, where no cue is a word of English."""

ASKED_ELSEWHERE: Final = (
    r"(?:ich bin|(?:^|(?<=[,.!] ))bin|hei(?:ß|ss)e|je suis|(?:moi )?c['’]est|soy|(?:eu )?sou|sono|ik ben|jag är|jeg er"
    r"|jo sóc|sóc|soc|jestem|ici|aquí) +"
    r"(?:(?:d(?:ie|er)|[ao]|la|el|en|na|de) +)?"
)
"""What is said before much else than a name, so that it is only read where one was asked for."""

ASKED_BEHIND: Final = (
    r"(?:(?:(?:ist|war) )?mein name|am apparat|à l['’]appareil|au (?:téléphone|bout du fil)|est mon nom"
    r"|al (?:habla|aparato|teléfono)|(?:es )?mi nombre|me llamo)"
)
"""What is said behind a name, where one was asked for."""
