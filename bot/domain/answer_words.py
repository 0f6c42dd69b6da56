"""Words beside an answer in languages other than English: those that add nothing to it, and those that correct it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.domain.folding import in_plain_letters


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """`fillers` add nothing ("so etwa 80, würde ich sagen"), `correcting` say that an earlier answer was another, and
    `no_names` are no name of a person, however they are written; fillers are none either. What is `behind` a name ends
    it, where it is an answer: "Robert Maier aus Wien"."""

    fillers: frozenset[str]
    correcting: frozenset[str]
    no_names: frozenset[str]
    behind: frozenset[str]


_GERMAN: Final = AnswerWords(
    fillers=_words(
        "ach äh ähm eventuell evtl vllt vlt aktuell alle alles allem also am an auch auf aus bei besten bin bitte "
        "bräuchten ca circa da danke dann das dass den denn der derzeit die du ein eine einen er es etwa für gegen "
        "genau gern gerne gesamt glaube gut gute guten haben habe hallo hätte hey hi hier hm ich heiße heisse ihnen "
        "im in insgesamt ist ja jetzt jo klar knapp lautet mal man mein meine meiner mich mir mit möglichst moin "
        "momentan na natürlich noch nun nur ok okay oder rund sage sagen sagte schätze schon schönen sicher sie "
        "sind so sollen tag um und uns unser unsere ungefähr vielleicht von voraussichtlich wäre wären "
        "wahrscheinlich wir wird wohl wollen würde würden zirka zu zum zur"
    ),
    correcting=_words(
        "doch eher eigentlich entschuldigung falsch korrektur lieber meinte moment nee nein nö nicht pardon quatsch "
        "sondern sorry ups verzeihung warte"
    ),
    no_names=_words(
        "aber ab ahnung als andere anderen angebot anruf bald beim bekannt besser bis bisschen bloß brauche "
        "brauchen braucht chat danach dein deine dem deshalb dies diese dieser dieses dir doch drei durch egal eher "
        "eigentlich einem einer eines einfach email entschuldigung erst erstmal euch euer eure falsch firma frage "
        "fragen gar geht gehört gerade geschäft gibt gleich habt hab hast hat heute hilfe ihm ihn ihr ihre immer "
        "interesse jein jemand kann kein keine keinen keiner kommt können könnte kosten lass lasst lieber mache "
        "machen mehr mensch mitarbeiter moment morgen muss müssen nach nachher name namen ne nee nein nicht nichts "
        "nie niemand nix nö ob preis preise privat rückruf sehr sein sofort sondern sonst später stimmt telefon "
        "termin über unternehmen vergiss viel vielen vor wann war warum was weiter welche wenn wer werden wie "
        "wieder wieso willkommen wo woher wollte wozu wurde zurück zwei "
        "diesem diesen herbst jahr jahre kommende kommenden kommendes kommender monat monate nächste nächsten nächster "
        "nächstes quartal sommer stunde stunden tage wochen woche"
    ),
    behind=_words("aus vom bei und aber hier ich wir mein mit"),
)  # fmt: skip

_FRENCH: Final = AnswerWords(
    fillers=_words(
        "à actuellement ah alors approximativement au aurons autour avec avoir avons bah ben bien bon bonjour bonsoir "
        "c c'est c'était ça ce ces d d'accord d'environ dans de des dire disons donc du elle en environ eh est et "
        "être euh exactement fait fois genre grosso hein hum il j j'ai j'aurais j'en je jusqu'à l la le les m "
        "m'appelle ma mais me merci modo moi moins mon n nos notre nous oh ok okay on ou ouais oui par pense "
        "personnes peu peut-être plaisir plaît plus pour presque près probablement qu'on quelque quelques s s'il "
        "salut seulement sera serai serait seraient serions serons simplement sommes sont stp suis sûr sûrement sur "
        "svp te total toujours tous tout tu un une vers veux voilà volontiers vont voudrais voulais vous y"
    ),
    correcting=_words(
        "correction faux non oups pardon pas plutôt désolé désolée attendez attends erreur excusez-moi finalement nan "
        "rectification zut mince"
    ),
    no_names=_words(
        "abord aucun aucune aujourd'hui automne autre avant aucunement besoin bientôt bof chez cher combien comment "
        "confidentiel coûte demain depuis dépend devis déjà email encore ensuite entreprise faut gratuit hiver idée "
        "impossible importe inconnu intéressé intéressée j'aimerais jamais jour journée lequel laquelle laissez "
        "maintenant merci mieux mois monde année numéro offre parce partir pas passe passer peux personne plutôt "
        "possible pourquoi pourriez pouvez préfère printemps prix privé problème prochain prochaine puis quand "
        "question quel quelle quelqu'un qui quoi rappel rappelez rappeler regarde rdv rendez-vous rien sais sans "
        "secret semaine service société soir suite tarif tarifs tard téléphone temps tiens tomber trop urgent vite "
        "voir vraiment "
        "cette heures jours prochains semaines trimestre"
    ),
    behind=_words("de du des chez et mais ici je nous depuis à au pour"),
)  # fmt: skip

_SPANISH: Final = AnswerWords(
    fillers=_words(
        "a actualmente al alrededor aproximadamente bueno buenas buenos casi claro como con creo de decir del "
        "digamos e el en entonces es está este estamos gracias hay hola la las lo los me mi mis más nos o para "
        "pienso por favor pues quería quiero quise quizá quizás realidad seríamos ser sería si sí sobre somos son "
        "soy su tenemos total un una unas unos vale y ya yo"
    ),
    correcting=_words(
        "confundí corrección corrijo digo dicho disculpa disculpe equivoqué error mejor no perdón perdona perdone "
        "espera espere ups uy"
    ),
    no_names=_words(
        "agente ahora ahorita algo alguien anónima anónimo antes asesor ayuda busco cancelar cita cliente comprar "
        "consulta contacto correo cotización cuál cuándo cuánto cómo datos depende después día días dígame dime "
        "dónde duda empresa equivocado estoy favor gusto humano idea información interesa interesada interesado "
        "llamada luego mañana mejor mensaje momento mucho necesito nada nadie ninguna ninguno no noches nombre "
        "nunca número oferta operador otra otro perdón persona porque precio precios prefiero pregunta presupuesto "
        "privado puede puedo que qué quién quisiera reunión salir sé servicio siguiente sin también tampoco tarde "
        "tardes teléfono tengo tienen todo turno usted ustedes vendedor "
        "año esta este horas mes meses próxima próximo semana semanas trimestre"
    ),
    behind=_words("desde y pero para aquí yo nosotros mucho gracias"),
)  # fmt: skip

WORDS: Final[Mapping[str, AnswerWords]] = {"de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1)."""

NO_NAMES: Final = frozenset(
    written for words in WORDS.values() for word in words.no_names for written in {word, *in_plain_letters(word)}
)
"""What is no name in any of them, whatever language is spoken; fillers may be part of one: "Maria de la Cruz"."""

_ELIDED: Final = re.compile(r"(?:[cdjlmnst]|qu)['’](?=\w)", re.IGNORECASE)

NONE: Final = AnswerWords(frozenset(), frozenset(), frozenset(), frozenset())


def unelided(word: str) -> str:
    """The word without the one that French and others write together with it: "année" of "l'année"."""
    joined = _ELIDED.match(word)
    return word if joined is None else word[joined.end() :]


def answer_words(languages: Collection[str]) -> AnswerWords:
    """Those of all these languages, also without the letters that a keyboard may not have."""
    return _of_all(frozenset(WORDS.keys() & set(languages)))


@cache
def _of_all(languages: frozenset[str]) -> AnswerWords:
    spoken = [WORDS[language] for language in sorted(languages)]
    fillers, correcting, no_names, behind = (
        frozenset(written for words in of_kind for word in words for written in {word, *in_plain_letters(word)})
        for of_kind in (
            [one.fillers for one in spoken],
            [one.correcting for one in spoken],
            [one.no_names | one.fillers for one in spoken],
            [one.behind for one in spoken],
        )
    )
    return AnswerWords(fillers, correcting, no_names, behind)
