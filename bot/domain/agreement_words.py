"""How people say yes to a question on consent, and nothing besides, by language.

Phrases are in plain letters without apostrophes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class AgreementWords:
    """`agreeing` words are a yes, as `phrases` are, whatever words they have ("why not"). `mild` ones are a yes only
    where they are taken for one: "ok, thanks" may only take note of the question. `fillers`, and what is said `beside`
    in several words, add nothing to a yes, and take nothing from it. What has one of `others` in it is a no, or says
    how somebody is: "I'm fine"."""

    agreeing: frozenset[str]
    mild: frozenset[str]
    phrases: tuple[str, ...]
    fillers: frozenset[str]
    beside: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


_ENGLISH: Final = AgreementWords(
    agreeing=_words(
        "yes yse eys yez yas ys yea yeah yeh yep yup yah yh ye y aye sure surely absolutely definitely certainly "
        "affirmative agreed agree accept accepted consent approve approved confirm confirmed granted deal unstop"
    ),
    mild=_words("ok okay okey oki okie k kk fine alright"),
    phrases=(
        "why (?:ever )?not",
        "(?:(?:there is|theres|i have|ive got) )?no(?:t an?y?)? "
        "(?:problems?|probs?|worries|issues?|objections?|bother|doubt)"
        "(?: (?:at all|with (?:that|it|this)|here|from (?:me|us)))?",
        "(?:i |we )?(?:do not|dont|would not|wouldnt|wont) mind(?: (?:at all|that|it|this|if (?:you|u) do))*",
        "(?:i )?(?:do not|dont|cant|cannot|can not) see (?:any reason )?why (?:you )?(?:not|couldnt|shouldnt)",
        "(?:(?:i )?(?:have|ive(?: got)?) )?nothing against (?:it|that|this)(?: at all)?",
        "go (?:right |straight )?ahead", "go for it", "by all means", "be my guest",
        "(?:please )?feel free(?: to(?: do (?:so|that|it))?)?", "(?:please|yes|yeah|sure) do(?: (?:so|that|it))?",
        "(?:that|it|this)(?:s| is)? (?:absolutely |totally |perfectly |all )?"
        "(?:fine|ok|okay|alright|all right|cool)(?: (?:by|with|for) (?:me|us))?",
        "(?:that|it|this)(?: would be|d be| sounds| will be| works) "
        "(?:fine|ok|okay|alright|all right|good|great|perfect|lovely|cool)(?: (?:by|with|for) (?:me|us))?",
        "(?:sounds|looks) (?:good|great|fine|perfect|ok|okay|lovely|cool)(?: to me)?",
        "(?:that |this |it )?works(?: (?:for|with) (?:me|us))?",
        "(?:good|fine|ok|okay|cool|alright|all right) (?:for|by|with) (?:me|us)",
        "(?:im|i am|were|we are) (?:\\w+ly )?(?:fine|ok|okay|good|happy|cool|alright) (?:with|for) (?:that|it|this)",
        "(?:id|i would|wed|we would) (?:really )?(?:like|love) (?:that|it|this|to(?= *$))",
        "(?:you|u) (?:can|may|could)(?: do (?:so|that|it))?", "do (?:so|that|it)", "lets do (?:it|that)",
        "(?:you|u) have (?:my|our) (?:full )?(?:permission|consent|ok|okay|agreement|blessing)",
        "(?:i |we )?(?:hereby )?(?:give|grant) (?:you )?(?:my|our) (?:permission|consent|ok|okay)",
        "permission granted",
        "(?:count|sign|opt) me (?:in|up)", "im in", "opt in", "subscribe(?: me)?", "all right", "of course",
        "for sure",
        "i (?:do|will)(?= *$)",
    ),
    beside=("if (?:you|u) (?:like|want|wish)", "only because you asked(?: so)?(?: nicely)?"),
    fillers=_words(
        "please pls plz pleas thanks thank thx ty cheers i we me us my our you u im id ill well to the a an and of so "
        "oh ah uh um erm er ehm hey hi hello there then that it this really very much quite totally completely "
        "happy happily gladly glad great cool nice perfect lovely awesome excellent again any anytime time always send "
        "sending message messages msg msgs contact contacting write writing reach out receive receiving get getting "
        "want in by via way mate sir madam dear"
    ),
    others=(
        "\\b(?:im|i am|were|we are) (?:\\w+ly )?(?:fine|ok|okay|alright|all right|good|cool|set|all set)"
        "(?! (?:with|for) (?:that|it|this))",
    ),
)  # fmt: skip

_GERMAN: Final = AgreementWords(
    agreeing=_words(
        "ja jo jep jup jap jawohl yes klar gern gerne freilich natürlich natuerlich selbstverständlich "
        "selbstverstaendlich einverstanden genehmigt erlaubt unbedingt meinetwegen zugestimmt bestätigt"
    ),
    mild=_words("ok okay okey k sicher passt genau gut doch"),
    phrases=(
        "(?:warum|wieso|weshalb) (?:denn |auch )?nicht",
        "keine? (?:problem|thema|ding|stress|einwande|einwaende|frage|sorge)",
        "(?:ich )?(?:hab|habe|hatte|haette) (?:da |ja )?(?:nichts|nix) dagegen",
        "(?:spricht |da spricht )?(?:nichts|nix) dagegen",
        "(?:das )?(?:stort|stoert) mich (?:gar |uberhaupt |ueberhaupt )?nicht",
        "(?:das )?macht (?:mir )?nichts(?: aus)?",
        "nur zu", "(?:das )?geht (?:klar|in ordnung|ok|okay)", "(?:das ist |ist )?in ordnung", "von mir aus",
        "auf (?:jeden fall|alle falle|alle faelle)", "ich stimme (?:dem )?(?:gerne? )?zu", "stimme (?:gerne? )?zu",
        "(?:ich )?(?:willige|bin) (?:gerne? )?(?:ein|einverstanden|dabei)",
        "(?:das )?(?:ist|ware|waere) (?:ok|okay|gut|super|prima|fein|recht)(?: fur mich)?",
        "passt(?: schon| mir| so)+",
        "(?:sie|du|ihr) (?:durfen|duerfen|durft|duerft|darfst|konnen|koennen|konnt|koennt|kannst)"
        "(?: (?:das|gerne?|machen|tun))*",
        "(?:durfen|duerfen|konnen|koennen|kannst|darfst) (?:sie|du)(?: (?:das|gerne?|machen|tun))*",
        "machen sie(?: (?:das|nur|ruhig|gerne?))*", "mach(?:t)?(?: (?:das|nur|ruhig|gerne?))+",
        "aber (?:ja|gerne?|sicher|klar|naturlich)",
        "(?:meine )?(?:erlaubnis|zustimmung|einwilligung) (?:haben sie|hast du|habt ihr)",
    ),
    beside=("nur weil sie (?:so )?nett fragen", "wenn sie (?:mogen|moegen|mochten|moechten|wollen)"),
    fillers=_words(
        "bitte danke sehr vielen dank das dem ich wir mir mich uns sie du ihr es so na ach oh äh aeh ähm also dann mal "
        "schon ganz einfach herzlich hallo hi auch und zu per will möchte moechte schicken schicke schick schickt "
        "schreiben schreib schreibt senden sende nachricht nachrichten bekommen erhalten haben toll super prima"
    ),
)  # fmt: skip

_FRENCH: Final = AgreementWords(
    agreeing=_words(
        "oui ouais ouaip ouep daccord dac absolument certainement volontiers évidemment jaccepte accepte entendu "
        "jautorise autorise yes accord"
    ),
    mild=_words("ok okay bon bien parfait si"),
    phrases=(
        "bien (?:sur|entendu)", "pourquoi pas", "(?:il n)?(?:y a )?(?:pas de|aucun|sans) (?:problemes?|soucis?)",
        "avec (?:grand )?plaisir",
        "(?:ca|cela|cest|c est|ca me|cela me) (?:va|convient|marche|roule|bon|ok|parfait|daccord)",
        "je (?:suis daccord|consens|veux bien|le veux bien|lautorise|vous autorise|donne mon (?:accord|consentement))",
        "vous avez mon (?:accord|consentement)", "allez y", "vas y", "faites(?: donc)?",
        "(?:vous pouvez|tu peux|pouvez vous)",
        "(?:ca|cela) ne me (?:derange|gene) (?:pas|en rien)",
        "je nai (?:rien contre|pas dobjections?|aucune objection)",
        "je ny vois (?:pas dinconvenient|aucun inconvenient)", "(?:pas d|aucune )objections?", "aucun inconvenient",
        "tout a fait", "mais (?:oui|bien sur|certainement)", "je suis pour",
    ),
    fillers=_words(
        "sil vous plait svp stp merci beaucoup je j moi me m vous tu nous le la les l des de du un une à et alors bah "
        "ben eh très tres par message messages envoyer envoyez envoie écrire écrivez recevoir bonjour ça cela cest"
    ),
)  # fmt: skip

_SPANISH: Final = AgreementWords(
    agreeing=_words(
        "sí sip claro vale dale adelante acepto consiento autorizo confirmo aceptado encantado encantada yes venga "
        "efectivamente afirmativo"
    ),
    mild=_words("si ok okay okey bueno perfecto"),
    phrases=(
        "(?:y )?por ?que no", "como no", "por supuesto", "desde luego", "(?:estoy )?de acuerdo",
        "(?:no hay|sin|ningun|no tengo) (?:ningun )?(?:problemas?|inconvenientes?)",
        "no (?:me importa|me molesta|tengo (?:objecion|objeciones|nada en contra))", "sin objecion(?:es)?",
        "por mi(?: parte)?(?: (?:bien|vale|ok|perfecto|si|encantado))?",
        "me parece (?:bien|perfecto|genial|correcto)",
        "(?:esta|todo) bien", "con (?:mucho )?gusto", "(?:puede|puedes|pueden|podeis)(?: (?:hacerlo|escribirme))?",
        "doy mi (?:consentimiento|permiso|autorizacion)", "(?:hagalo|hazlo|haganlo)", "claro que si", "pero claro",
    ),
    fillers=_words(
        "por favor gracias muchas muchísimas yo me mi nos lo la los las eso esto muy bien con y pues hola enviar "
        "enviarme mandar mandarme manden envíen envíame escribir escribirme mensaje mensajes recibir quiero a"
    ),
)  # fmt: skip

WORDS: Final[Mapping[str, AgreementWords]] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""

CHANNEL_WORDS: Final = (
    "text", "txt", "sms", "mms", "email", "mail", "courriel", "correo", "call", "ring", "phone", "telephon", "anruf",
    "rufen", "ruf", "appel", "llam", "whatsapp", "newsletter", "post", "signal", "telegram", "messenger", "slack",
)  # fmt: skip
"""How words of channels begin: a yes may name that which the question names, and no other."""
