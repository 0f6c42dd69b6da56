"""What surrounds a question, and what joins two, by language: greetings, thanks, "could you tell me", "and"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """Patterns of words: what may stand `before` a question and `behind` it ("then", "mate"), and `thanks` with up to
    three words of a name after them; "for about a team of" (`counting`, before a number), and what follows on a number
    that is `uncounted`; and what joins two clauses (`joining`, with words that may follow it). `whole_in_two` are
    questions of two words, in languages whose verb says who: "dónde están".
    """

    before: str
    behind: str
    thanks: str
    counting: str
    uncounted: str
    joining: str
    behind_joining: str
    whole_in_two: str = "(?!)"


_LITTLE: Final = r"a|an|the|my|our|about|around|roughly|some|up to|just|only"
_ENGLISH: Final = QuestionWords(
    before=(
        r"(?:(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day))"
        r"(?: (?:there|all|team|everyone|guys))?|dear (?:all|team|sirs?|madam|sir or madam)|thanks|thank you|please"
        r"|ok(?:ay)?|alright|yeah|yes|yep|sure|well|so|but|and|also|oh|ah|hm+|um+|er+m*|lol|haha|actually|sorry|cool|great"
        r"|bro|mate|dude|man|(?:one|just one) (?:more|last|other) (?:question|thing)"
        r"|quick question|(?:(?:i was|i'm|i am) (?:just )?wondering|i(?:'d| would) (?:like|love) to know|do you know"
        r"|(?:can|could|would|may) (?:you|i|we) (?:please )?(?:tell me|know|ask(?: you)?)|(?:please )?tell me)"
        r"(?: (?:if|whether))?)"
    ),
    behind="then|though|tho|mate|bro|dude|man|lol|haha|exactly|actually|again|anyway|btw|by the way|right now",
    thanks=(
        r"(?:(?:many |much )?thanks|thank you|thx|ty|cheers|please|pls)"
        r"(?: (?:you|very much|so much|a lot|a million|in advance|again|for (?:your|the) \w+))*"
        r"|(?:(?:kind|best|warm) )?regards|best wishes|(?:yours )?sincerely"
    ),
    counting=(
        r"(?:for|with|at|in|of|if (?:(?:i|we) (?:have|had|are|were)|we['’]re|there (?:are|were)))"
        rf"(?:\s(?:{_LITTLE}))*(?:\s[^\W\d_]+\s(?:of|with))?(?:\s(?:{_LITTLE}))*"
    ),
    uncounted="for|in|at|on|with|per|and|or|to|from",
    joining="and|but|plus|also",
    behind_joining="also|then|please",
)

_LITTLE_DE: Final = (
    r"ein(?:e[nmr]?)?|de[nmr]|das|die|unser(?:e[nmr]?)?|mein(?:e[nmr]?)?|etwa|ungefähr|circa|ca\.?|rund|nur|bis zu|so"
)
_ASK_ME_DE: Final = r"(?:(?:können|könnten|könntet|könnt|kannst|würden|würdest) (?:sie|ihr|du)|können|könnten)"
_GERMAN: Final = QuestionWords(
    before=(
        r"(?:(?:hallo|hi|hey|moin|servus|grüß gott|grüezi|liebes team|(?:einen )?(?:schönen )?"
        r"guten (?:tag|morgen|abend)|sehr geehrte (?:damen und herren|damen|herren))"
        r"(?: (?:zusammen|ihr|an alle|liebes team|team))?"
        r"|danke|vielen dank|bitte|ok(?:ay)?|ja|gut|na ja|naja|also|so|und|aber|ach(?: so)?|oh|ähm?|hm+|sorry|super"
        r"|alles klar|noch (?:eine frage|etwas|was)|(?:eine )?(?:kurze |schnelle )?frage"
        r"|(?:ich hätte|ich habe|hätte|habe|hab)"
        r"(?: (?:da|mal|noch|auch|nur))* (?:eine |ne )?(?:kurze |schnelle )?frage"
        rf"|(?:{_ASK_ME_DE}(?: (?:mir|uns|bitte|vielleicht|kurz|mal))* (?:sagen|erklären|verraten|mitteilen)"
        r"|sag(?:en sie|t)?(?: (?:mir|mal|bitte|uns))+|wissen sie|weißt du|wisst ihr"
        r"|(?:ich|wir) (?:wollte|wollten|möchte|möchten|würde|würden|will)(?: (?:gerne?|mal|nur|kurz|einfach))*"
        r" (?:fragen|wissen|nachfragen|erfahren)|(?:mich|uns) (?:würde|interessiert)"
        r"(?: (?:mal|nur))*(?: interessieren)?"
        r"|(?:darf|kann|dürfte|könnte) ich (?:sie |dich |euch )?(?:mal |kurz )*fragen)(?:,? (?:ob|denn))?)"
    ),
    behind="denn|eigentlich|dann|genau|nochmal|noch mal|übrigens|jetzt|so",
    thanks=(
        r"(?:danke|vielen dank|besten dank|herzlichen dank|dankeschön|merci|bitte)"
        r"(?: (?:schön|sehr|im voraus|vorab|schon mal|nochmals|für (?:ihre|die|eure|deine) \w+))*"
        r"|(?:mit )?(?:(?:viele|beste|freundliche|liebe|herzliche|schöne)[nr]? )?gr[üu](?:ß|ss)e[n]?|mfg|lg|vg"
    ),
    counting=(
        r"(?:für|mit|bei|von|ab|wenn wir|wenn ich)"
        rf"(?:\s(?:{_LITTLE_DE}))*(?:\s[^\W\d_]+\s(?:von|mit|aus))?(?:\s(?:{_LITTLE_DE}))*"
    ),
    uncounted="für|in|im|am|mit|pro|je|und|oder|zu|ab|bei",
    joining="und|aber|sowie|außerdem|zudem|noch etwas",
    behind_joining="auch|dann|bitte|noch|außerdem",
)

_LITTLE_FR: Final = (
    r"une?|les?|la|notre|nos|mon|ma|mes|environ|à peu près|seulement|jusqu['’]à|plus de|moins de|près de|genre"
)
_TELL_ME_FR: Final = r"(?:me |nous |m['’])?(?:dire|expliquer|indiquer|préciser|renseigner sur|informer sur)"
_FRENCH: Final = QuestionWords(
    before=(
        r"(?:(?:bonjour|bonsoir|salut|coucou|re-?bonjour|bjr|bsr|slt|hello|allô)"
        r"(?: (?:à (?:tous|vous|toutes et à tous)|(?:toute )?l['’]équipe|madame|monsieur|mesdames|messieurs))*"
        r"|madame,? monsieur|chère équipe|ok(?:ay)?|oui|d['’]accord|bon|ben|bah|alors|donc|et|mais|du coup|ah|oh|euh+"
        r"|hum|super|pardon|merci|s['’ ]?il (?:vous|te) plaît|svp|stp"
        r"|(?:j['’]ai |j['’]aurais )?(?:une )?(?:petite |autre |dernière )?question"
        rf"|(?:(?:pouvez|pourriez|peux|pourrais)[- ](?:vous|tu) {_TELL_ME_FR}"
        rf"|(?:est-ce que )?(?:vous (?:pouvez|pourriez)|tu (?:peux|pourrais)) {_TELL_ME_FR}"
        r"|dites[- ]moi|dis[- ]moi|savez[- ]vous|vous savez|sais-tu|tu sais"
        r"|(?:je|nous|on|j['’]) ?(?:voudrais|voudrions|voudrait|aimerais|aimerions|aimerait|souhaiterais|souhaiterions"
        r"|souhaite|voulais|cherche à|veux)"
        r"(?: (?:juste|simplement|bien))* (?:savoir|connaître|demander)"
        r"|puis-je (?:vous )?demander|je peux (?:vous )?demander|je me demand(?:e|ais))(?: (?:si|s['’]))?)"
    ),
    behind="alors|du coup|en fait|au juste|exactement|finalement|donc|déjà",
    thanks=(
        r"(?:merci|s['’ ]?il (?:vous|te) plaît|svp|stp)"
        r"(?: (?:beaucoup|d['’]avance|par avance|bien|infiniment|encore|à vous|bcp|pour (?:votre|la|l['’]|ta) ?\w+))*"
        r"|je vous remercie(?: (?:d['’]avance|par avance))?|(?:bien |très )?cordialement|cdt|cdlt|bien à vous"
        r"|(?:bonne|belle) (?:journée|soirée|continuation|fin de journée)|(?:(?:meilleures|sincères) )?salutations"
    ),
    counting=(
        r"(?:pour|avec|à|de|si (?:on|nous) (?:est|sommes)|si j['’]ai)"
        rf"(?:\s(?:{_LITTLE_FR}))*(?:\s[^\W\d_]+\s(?:de|avec))?(?:\s(?:{_LITTLE_FR}))*"
    ),
    uncounted="pour|en|dans|avec|par|et|ou|à|chez",
    joining="et|mais|puis|ainsi que|sinon",
    behind_joining="aussi|puis|alors|si|sinon|ensuite|en plus|également",
)

_LITTLE_ES: Final = r"un[ao]?s?|el|la|los|las|nuestr[oa]|mi|alrededor de|aproximadamente|solo|hasta"
_SPANISH: Final = QuestionWords(
    before=(
        r"(?:(?:hola|buenos días|buen d[ií]a|buenas(?: tardes| noches)?)(?: (?:a todos|equipo|amigos?))?|gracias"
        r"|ok(?:ay)?|sí|vale|bueno|bien|pues|entonces|y|pero|ah|oh|eh+|mm+|genial|perfecto|otra cosa"
        r"|por ?favor|(?:qué|que|q) tal|saludos(?! cordial)|oigan?|oye|disculpen?|disculpa|perdone?|perdón"
        r"|(?:(?:tengo )?una )?(?:pregunta|consulta|duda)(?: rápida)?"
        r"|(?:(?:me |nos )?(?:podría[ns]?|podrías|puede[ns]?|puedes|podéis|podríais)(?: ustede?s?)?"
        r" (?:decir|explicar|indicar|confirmar|informar)(?:me|nos)?(?: sobre| de)?|díganme|dígame|dime|sabe[ns]?|sabes"
        r"|sabrían?|(?:(?:le|les|te) )?(?:quería|quisiera|querría|quiero|necesito|me gustaría)"
        r" (?:saber|preguntar|consultar)(?:les?|te)?"
        r"|(?:puedo|podría) preguntar(?:les?|te)?)(?: si)?)"
    ),
    behind="entonces|pues|exactamente|al final|más o menos|en total",
    thanks=(
        r"(?:(?:muchas |mil )?gracias|por ?favor|porfa|porfis)(?: (?:de antemano|por (?:su|la|tu) \w+))*"
        r"|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|atentamente|quedo (?:atent[oa]|a la espera)"
    ),
    counting=(
        r"(?:para|con|de|si somos|si tengo|si tenemos)"
        rf"(?:\s(?:{_LITTLE_ES}))*(?:\s[^\W\d_]+\s(?:de|con))?(?:\s(?:{_LITTLE_ES}))*"
    ),
    uncounted="para|en|con|por|y|o|a|al",
    joining="y|pero|además|también|aparte",
    behind_joining="también|luego|además|por favor",
    whole_in_two=r"(?:cuánt[oa]s?|cómo|cuándo|dónde|quién(?:es)?|qué|cuál(?:es)?|cuanto|donde) \w+",
)

WORDS: Final[Mapping[str, QuestionWords]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""

ASKING: Final = (
    "how", "what", "when", "where", "which", "who", "why", "can", "do", "does", "is", "are", "will",
    "wie", "was", "wann", "wo", "woher", "wohin", "welche", "welcher", "welches", "welchen", "wer", "wen", "warum",
    "wieso", "weshalb", "wozu", "wofür", "kann", "können", "könnt", "kannst", "könnten", "gibt", "haben", "habt",
    "hast", "bietet", "bieten", "liefert", "liefern", "sind", "ist", "darf", "dürfen", "muss", "müssen",
    "combien", "comment", "quand", "où", "quel", "quelle", "quels", "quelles", "qui", "pourquoi", "est-ce", "puis-je",
    "peut-on", "pouvez-vous", "avez-vous", "faites-vous", "qu'est-ce",
    "pourriez-vous", "êtes-vous", "livrez-vous", "proposez-vous", "acceptez-vous", "vendez-vous", "existe-t-il",
    "y a-t-il",
    "faut-il", "dois-je", "peux-tu", "as-tu", "es-tu", "lequel", "laquelle", "lesquels", "lesquelles",
    "cuánto", "cuánta", "cuántos", "cómo", "cuándo", "dónde", "qué", "quién", "cuál", "cuáles", "tienen", "puedo",
)  # fmt: skip
"""Words that begin a question in these languages; none is another word of another one that often begins a sentence."""
