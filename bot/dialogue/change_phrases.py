"""How four languages put another value in the place of an answer: "can we make it 11?", "nein, ich meinte 60".

`VALUE` stands for the new value. Umlauts, ß and accents may be missing (`also_in_plain_letters`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ChangePhrases:
    """Patterns: what may stand `behind` each; `proposals` of a time; `corrections`, whose value may be a name
    where it has a capital, and those of `plain_values`, whose value is none: in German all nouns have one. The value of
    `times` is one of day: "and at 10". Several times for choice are parted by `either`.

    `beside` are words that add nothing to a value.
    """

    behind: str
    proposals: tuple[str, ...]
    corrections: tuple[str, ...]
    times: tuple[str, ...]
    either: str
    plain_values: tuple[str, ...] = ()
    beside: frozenset[str] = frozenset()


# ---------------------------------------------------------------- English

_CORRECTING: Final = (
    r"(?:(?:oh|ah|um+|hm+|well)\W+)*(?:no|nope|nah|oops|sorry|wait|actually|correction|rather|hang on|hold on)\W+"
    r"(?:(?:sorry|wait|actually|rather|make it|i mean|i meant|it'?s|it is|that'?s)\W+)*"
)
_IT: Final = r"(?: (?:it|that|this|the (?:call|demo|meeting|appointment|visit|time|date|hour)))?"
_ASKED: Final = (
    r"(?:(?:can|could|may|might|shall|should|would) (?:we|you|i)(?: (?:please|maybe|perhaps|also))?"
    r"|(?:is it|would it be) possible to|let'?s|let us|(?:i|we)(?:'d| would) (?:rather|prefer to|like to)|please)"
)
_VERB: Final = (
    r"(?:make|do|say|have|take|move|change|push|shift|switch|bring|put|set|reschedule|postpone|go (?:for|with))"
)
_TO: Final = r"(?: (?:forward|back|up))?(?: (?:to|for|until|till))?"
_IT_IS: Final = r"(?:(?:it'?s|it is|that'?s|i'?m|i am|we'?re|we are) )?"
_OPENING: Final = (
    r"(?:(?:no|nope|nah|oh|oops|sorry|wait|hang on|hold on|actually|hm+|um+|well|ok(?:ay)?|hey|and|but|so|then|thanks|"
    r"thank you)\W+)*"
)
_ENGLISH: Final = ChangePhrases(
    behind=(
        r"(?:[\s,.]+(?:instead|rather|please|pls|then|if (?:possible|that works|you can|that'?s ok(?:ay)?)|thanks"
        r"|thank you|for (?:me|us|you)|work|works|be (?:ok|okay|fine|possible|better)))*[\s?!.]*"
    ),
    proposals=(
        rf"{_OPENING}{_ASKED} {_VERB}{_IT}{_TO} VALUE",
        rf"{_OPENING}(?:{_ASKED} )?(?:cancel|scrap|drop|forget|delete){_IT},? and (?:book|do|make it|take|have)(?: me)?"
        r"(?: (?:in|for|on))? VALUE",
        rf"{_OPENING}(?:how|what) about VALUE",
        rf"{_OPENING}(?:would|does|is|could) VALUE (?:work|suit|be (?:ok|okay|fine|possible|better)|possible|better)",
        rf"{_OPENING}VALUE (?:(?:works|suits|is|would be|would work|would suit|'d be) (?:me |us )?"
        r"(?:much |even |a bit )?(?:better|best|easier|nicer))",
    ),
    corrections=(
        rf"{_CORRECTING}VALUE",
        rf"{_OPENING}(?:i mean|i meant|make (?:it|that)|change (?:it|that) to|that should (?:be|have been)) VALUE",
        rf"{_OPENING}{_IT_IS}VALUE\W+(?:i mean|i meant|sorry|rather|actually|i should have said)",
        rf"{_OPENING}(?:or )?(?:maybe|perhaps|rather|more like|closer to) VALUE",
        rf"{_OPENING}(?:it'?s|it is|i'?m|i am|we'?re|we are) (?:actually|really|rather|more like) VALUE",
        rf"{_OPENING}{_IT_IS}VALUE,? (?:and )?not [^?!;\n]{{1,40}}",
    ),
    times=(rf"{_OPENING}(?:at|around|about|by) VALUE(?:ish)?", rf"{_OPENING}VALUE ?ish"),
    either=r"\s+or\s+|\s*/\s*",
    beside=frozenset(("at", "on", "the", "to", "for", "about", "around", "say", "just", "only", "it", "s")),
)

# ---------------------------------------------------------------- German

_OPENING_DE: Final = (
    r"(?:(?:nein|ne|nee|nö|oh|ups|sorry|entschuldigung|pardon|verzeihung|warte|warten sie|moment(?: mal)?|halt|stopp"
    r"|äh+m*|ach(?: so)?|hm+|also|ok(?:ay)?|und|aber|ja|danke|na)\W+)*"
)
_CORRECTING_DE: Final = (
    r"(?:(?:oh|ach|äh+m*|hm+|na|also)\W+)*(?:nein|ne|nee|nö|doch|ups|sorry|entschuldigung|pardon|verzeihung|quatsch|halt"
    r"|warte|warten sie|moment(?: mal)?|korrektur|falsch|tippfehler|eigentlich|vertippt)\W+"
    r"(?:(?:sorry|moment(?: mal)?|warte|doch|eher|lieber|eigentlich|ich mein(?:t)?e|gemeint (?:war|waren)"
    r"|es sind|das sind|wir sind|es ist|das ist|ich wollte sagen|besser)\W+)*"
)
_SOFTLY_DE: Final = r"(?: (?:bitte|vielleicht|doch|auch|lieber|gern|gerne|eventuell))*"
_ASKED_DE: Final = (
    r"(?:(?:können|könnten|könnte|kann|kann|darf|dürfen|möchte|möchten|würde|würden|sollen|wollen|lassen|lass)"
    r"(?: (?:wir|ich|sie|du|ihr|man|uns))?|(?:ich|wir) (?:möchte|möchten|würde|würden|hätte|hätten)"
    r"|(?:ist|wäre) es möglich,?|bitte)"
    rf"{_SOFTLY_DE}"
)
_IT_DE: Final = (
    r"(?: (?:es|das|ihn|den termin|das (?:gespräch|treffen|meeting|telefonat)|die (?:demo|vorführung|zeit|uhrzeit)))?"
)
_IT_IS_DE: Final = r"(?:(?:es sind|das sind|wir sind|wir wären|es wären|es ist|das ist|ich bin|ich heiße) )?"

_GERMAN: Final = ChangePhrases(
    behind=(
        r"(?:[\s,.]+(?:bitte|danke|lieber|stattdessen|dann|wenn (?:das|es) (?:geht|möglich ist)|falls möglich|geht das"
        r"|passt das|wäre (?:das|es) möglich|für (?:mich|uns)))*[\s?!.]*"
    ),
    proposals=(
        rf"{_OPENING_DE}{_ASKED_DE}{_IT_DE}{_SOFTLY_DE}(?: (?:auf|zu))? VALUE "
        r"(?:(?:zu )?(?:machen|verschieben|verlegen|legen|nehmen|treffen|sagen|ausmachen|haben|schieben))",
        rf"{_OPENING_DE}{_ASKED_DE}{_IT_DE}{_SOFTLY_DE} (?:absagen|streichen|stornieren|canceln) und"
        r"(?: (?:mir|lieber|stattdessen|dafür|für))* VALUE (?:buchen|nehmen|eintragen|machen)",
        rf"{_OPENING_DE}(?:wie (?:wäre es|wäre|wär'?s|wärs|sieht es|sieht'?s|ist es)|was (?:ist|wäre))(?: denn)?"
        r"(?: mit)? VALUE(?: aus)?",
        rf"{_OPENING_DE}(?:ginge|geht|passt|passte|klappt|klappte)(?: (?:es|das|ihnen|dir|euch|denn|vielleicht))*"
        r"(?: auch)? VALUE(?: auch)?",
        rf"{_OPENING_DE}VALUE (?:wäre|passt|passte|ist|würde|ginge|geht|klappt)(?: (?:es|mir|uns))*"
        r"(?: (?:viel|noch|etwas|doch|aber))* (?:besser|lieber|am besten)(?: passen)?",
    ),
    corrections=(
        rf"{_OPENING_DE}(?:(?:ich|man) (?:heiße|heißt)|mein name ist|es heißt)(?: (?:eigentlich|doch))? VALUE",
        rf"{_OPENING_DE}{_IT_IS_DE}VALUE,? (?:und )?nicht [^?!;\n]{{1,40}}",
        rf"{_OPENING_DE}nicht [^?!;\n,]{{1,40}},? sondern VALUE",
    ),
    plain_values=(
        rf"{_CORRECTING_DE}VALUE",
        rf"{_OPENING_DE}(?:ich mein(?:t)?e|gemeint (?:war|waren)|ich wollte sagen|mach(?:en sie|en wir|t)? (?:daraus"
        r"|es|das)?|ändern? (?:sie )?(?:das|es) (?:auf|in|zu)|das (?:sollte|sollten|müsste|müssten)) VALUE"
        r"(?: (?:sein|heißen))?",
        rf"{_OPENING_DE}{_IT_IS_DE}VALUE\W+(?:mein(?:t)?e ich|sorry|eigentlich|wollte ich sagen|natürlich)",
        rf"{_OPENING_DE}(?:oder )?(?:doch |dann )?(?:lieber|eher|vielleicht|besser|doch|eigentlich|genauer)(?: doch)?"
        r" VALUE",
        rf"{_OPENING_DE}(?:wir sind|es sind|das sind|es ist|das ist|wir wären) (?:eigentlich|doch|eher|in wirklichkeit)"
        r" VALUE",
    ),
    times=(rf"{_OPENING_DE}(?:so )?(?:um|gegen|ab) VALUE(?: uhr)?",),
    either=r"\s+oder\s+|\s*/\s*",
    beside=frozenset(
        "um am an auf für mit zu zum so etwa ungefähr circa ca rund nur der die das den es sind wir so gegen".split()  # noqa: SIM905
    ),
)

# ---------------------------------------------------------------- French

_OPENING_FR: Final = (
    r"(?:(?:non|ah non|nan|oh|ah|oups|zut|mince|pardon|désolée?|excusez-moi|excuse-moi|attendez|attends|une (?:minute"
    r"|seconde)|un instant|en fait|finalement|enfin|du coup|euh+|hum|ben|bah|bon|ok(?:ay)?|d['’]accord|oui|et|mais|ou"
    r"|alors|merci)\W+)*"
)
_CORRECTING_FR: Final = (
    r"(?:(?:oh|ah|euh+|hum|ben|bah|bon|mais)\W+)*(?:non|nan|oups|zut|mince|pardon|désolée?|excusez-moi|excuse-moi"
    r"|attendez|attends|en fait|finalement|enfin|correction|erreur|rectification|faute de frappe|plutôt|faux"
    r"|je me (?:suis )?trompée?|je corrige)\W+"
    r"(?:(?:non|pardon|plutôt|en fait|finalement|je me suis trompée?|je veux dire|je voulais (?:dire|mettre|écrire)"
    r"|c['’]est|c['’]était"
    r"|ce (?:sera|serait)|nous (?:sommes|serons|serions)|on (?:est|sera|serait)|mettez|disons)\W+)*"
)
_ASKED_FR: Final = (
    r"(?:(?:peut|pourrait|pouvons|pourrions|puis|pouvez|pourriez|peux|pourrais)[- ](?:on|nous|je|vous|tu)"
    r"|(?:est-ce qu['’]|est-ce que )?(?:on|nous|je|vous|tu|j['’]) ?(?:peut|peux|pourrait|pourrais|pouvons|pourrions"
    r"|pouvez|pourriez|voudrais|voudrions|souhaiterais|aimerais|préfère|préférerais|préférerions)"
    r"|(?:serait-il|est-il|c['’]est|ce serait|il serait) possible d['’e])"
)
_VERB_FR: Final = (
    r"(?:faire|dire|mettre|prendre|déplacer|décaler|reporter|avancer|repousser|changer|voir|fixer|caler|retrouver"
    r"|passer)"
)
_IT_IS_FR: Final = r"(?:(?:c['’]est|ce sera|nous sommes|nous serons|on est|on sera|je suis|je m['’]appelle) )?"
_FRENCH: Final = ChangePhrases(
    behind=(
        r"(?:[\s,.]+(?:plutôt|alors|finalement|s['’ ]?il (?:vous|te) pla[iî]t|svp|stp|merci|si possible|possible"
        r"|si (?:c['’]est possible|ça vous (?:va|convient)|vous pouvez)|c['’]est possible|pour (?:moi|nous)"
        r"|[cç]a (?:vous )?(?:va|irait|convient|conviendrait)))*[\s?!.]*"
    ),
    proposals=(
        rf"{_OPENING_FR}{_ASKED_FR}(?: (?:le|la|se|nous))?(?: plutôt)?(?: l['’]| ?){_VERB_FR}"
        r"(?: (?:ça|cela|le rendez-vous|le rdv|la réunion|l['’]appel|la démo|l['’]heure))?(?: plutôt)?"
        r"(?: (?:à|au|pour|sur|vers))? VALUE",
        rf"{_OPENING_FR}(?:{_ASKED_FR} )?(?:l['’])?annul(?:er|ez|e)"
        r"(?: (?:[cç]a|cela|le rendez-vous|le rdv|la réunion|la démo))?"
        r" et (?:réserv(?:er|ez|e)|prendre|prenez|mettre|mettez)(?: plutôt| moi)? VALUE",
        rf"{_OPENING_FR}(?:que diriez-vous|que dirais-tu|qu['’]en dites-vous|et si on (?:disait|faisait|prenait"
        rf"|mettait)"
        r"|pourquoi pas|on (?:dit|fait) plutôt|[cç]a (?:vous )?(?:irait|va|dirait))(?: (?:de|du|à|pour))? VALUE",
        rf"{_OPENING_FR}(?:je|nous|on) (?:préfère|préférerais|préférons|préférerions|préférerait) VALUE",
        rf"{_OPENING_FR}VALUE(?: [cç]a| ce| cela)? (?:serait|sera|est|me conviendrait|me convient|m['’]arrangerait"
        r"|m['’]arrange|m['’]irait|me va|irait)(?: (?:bien|beaucoup|encore|un peu))*"
        r" (?:mieux|plus pratique|plus simple|préférable)",
        rf"{_OPENING_FR}VALUE(?: [cç]a| cela)? (?:m['’]arrangerait|me conviendrait|m['’]irait)",
    ),
    corrections=(
        rf"{_CORRECTING_FR}VALUE",
        rf"{_OPENING_FR}(?:je veux dire|je voulais (?:dire|mettre|écrire)|mettez(?: plutôt)?|mets|disons|plutôt"
        r"|peut-être|il fa(?:ut|llait) (?:lire|mettre|comprendre)|(?:changez|corrigez|remplacez)(?: (?:[cç]a|cela))?"
        r" (?:en|par|pour)|c['’]était) VALUE",
        rf"{_OPENING_FR}{_IT_IS_FR}VALUE\W+(?:pardon|désolée?|en fait|finalement|je veux dire|je voulais dire)",
        rf"{_OPENING_FR}{_IT_IS_FR}VALUE,? (?:et )?(?:non )?pas [^?!;\n]{{1,40}}",
        rf"{_OPENING_FR}(?:ce n['’]est |c['’]est )?pas [^?!;\n,]{{1,40}},? (?:mais|c['’]est|plutôt) VALUE",
        rf"{_OPENING_FR}(?:c['’]est|ce sera|nous sommes|nous serons|on est|on sera) (?:en fait|plutôt"
        rf"|finalement) VALUE",
        rf"{_OPENING_FR}(?:je m['’]appelle|mon (?:nom|prénom),? (?:c['’])?est|on dit)(?: (?:en fait|plutôt))? VALUE",
    ),
    times=(rf"{_OPENING_FR}(?:à|vers) VALUE",),
    either=r"\s+ou\s+|\s*/\s*",
    beside=frozenset(
        (
            "à",
            "a",
            "le",
            "la",
            "au",
            "de",
            "du",
            "vers",
            "environ",
            "pour",
            "pas",
            "plutôt",
            "dans",
            "les",
            "ce",
            "en",
            "on",
            "est",
            "sera",
            "nous",
            "sommes",
            "seulement",
            "juste",
        )
    ),
)

# ---------------------------------------------------------------- Spanish

_OPENING_ES: Final = (
    r"(?:(?:no|oh|ay|uy|ups|perdón?|perdone|perdona|disculpe|disculpa|espere|espera|un momento|en realidad|eh+|bueno"
    r"|ok(?:ay)?|me (?:equivoqué|he equivocado|confundí)|digo|a ver|y|pero|entonces|gracias)\W+)*"
)
_CORRECTING_ES: Final = (
    r"(?:(?:oh|ay|eh+|bueno)\W+)*(?:no|uy|ups|perdón?|perdone|perdona|disculpe|disculpa|espere|espera|en realidad"
    r"|corrección|corrijo|digo|mejor(?: dicho)?|me (?:equivoqué|he equivocado|confundí))\W+"
    r"(?:(?:no|perdón|mejor|digo|me (?:equivoqué|he equivocado|confundí)|en realidad|quiero decir|quise (?:decir|poner)"
    r"|quería (?:decir|poner)|es|son|somos|era|eran)\W+)*"
)
_SPANISH: Final = ChangePhrases(
    behind=r"(?:[\s,.]+(?:mejor|entonces|por favor|gracias|si es posible|si se puede|para (?:mí|nosotros)))*[\s?!.]*",
    proposals=(
        rf"{_OPENING_ES}¿?(?:podemos|podríamos|puede|puedes|podría|se puede|se podría)"
        r"(?: (?:hacerl[oa]|ponerl[oa]|cambiarl[oa]|moverl[oa]|dejarl[oa]|pasarl[oa]|quedar|vernos|hacer|decir|ser))"
        r"(?: (?:a|para|en))? VALUE",
        rf"{_OPENING_ES}¿?(?:(?:puede|puedes|podría|podemos) )?(?:cancel|anul)(?:ar|e|a|en)(?:l[oa])?"
        r"(?: (?:la cita|la reunión|la demo|eso))? y (?:reserv|agend)(?:ar|e|a|en)(?:me)?"
        r"(?: mejor)?(?: (?:para|en))? VALUE",
        rf"{_OPENING_ES}¿?(?:se puede|se podría) VALUE",
        rf"{_OPENING_ES}¿?(?:y(?: si)?|qué tal|qué le parece|qué te parece|qué les parece)(?: si)?"
        r"(?: (?:fuera|lo dejamos para))? VALUE\?",
        rf"{_OPENING_ES}¿?(?:qué tal|qué le parece|qué te parece)(?: si)? VALUE",
        rf"{_OPENING_ES}(?:prefiero|preferiría|mejor sería) VALUE",
        rf"{_OPENING_ES}VALUE (?:sería|es|estaría|(?:me|nos) (?:viene|va|queda|conviene|acomoda))"
        r"(?: (?:mucho|bastante))? mejor",
    ),
    corrections=(
        rf"{_CORRECTING_ES}VALUE",
        rf"{_OPENING_ES}(?:quiero decir|quise (?:decir|poner)|quería (?:decir|poner)|ponga|pon|mejor(?: dicho)?"
        r"|más bien|quizás?|tal vez|eran?|debería ser|(?:cámbi[ae]lo|cambi[ae]|corríj[ae]lo) (?:a|por)"
        r"|que sean?) VALUE",
        rf"{_OPENING_ES}no [^?!;\n,]{{1,40}},? sino VALUE",
        rf"{_OPENING_ES}(?:(?:es|son|somos) )?VALUE,? (?:y )?no [^?!;\n]{{1,40}}",
        rf"{_OPENING_ES}(?:es|son|somos) (?:en realidad|más bien) VALUE",
    ),
    times=(rf"{_OPENING_ES}(?:a|sobre|hacia) las? VALUE",),
    either=r"\s+o\s+|\s*/\s*",
    beside=frozenset(("a", "el", "la", "las", "los", "de", "en", "para", "unos", "unas", "sobre", "son")),
)

PHRASES: Final[Mapping[str, ChangePhrases]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""
