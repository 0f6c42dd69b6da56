"""Second thoughts: how an answer is taken back right after it was given, and how somebody asks for texts after all.

In English, German, French and Spanish, whichever is spoken, in plain letters without apostrophes.
"""

from __future__ import annotations

import re
from typing import Final

from bot.domain.agreement import Agreement, agreement_in
from bot.domain.folding import plain_letters

WANTED: Final = "the customer seems to want messages, so the question is asked"
"""Why a question on consent is put, though it was answered with a no in the same conversation."""

_MOST_WORDS: Final = 8
"""What is longer says something else."""

_CHANGED: Final = (
    "changed? (?:my|our) mind", "(?:on|having) second thoughts?",
    "anders uberlegt", "change davis", "tout compte fait", "cambi(?:e|ado) de (?:idea|opinion)",
    "pensandolo (?:bien|mejor)",
)  # fmt: skip
"""Says that the answer is the other one, whichever it was."""

_NO_AFTER_ALL: Final = (
    "(?:actually|wait|sorry|oops|ups|hang on|hold on)(?: (?:actually|wait|sorry|i))? (?:no|nope|nah|not|dont)",
    "no (?:wait|sorry|actually)", "(?:meant|mean|said|say|make (?:it|that)|was)(?: a)? (?:no|nope)", "not yes",
    "(?:didnt|did not|dont)(?: really)? (?:mean|want to say|want) (?:yes|that|it|to)", "(?:rather|better) not",
    "not after all", "wrong (?:button|answer)", "finger slipped", "clicked wrong", "by (?:mistake|accident)",
    "take (?:it|that|this|my yes) back", "scratch that", "no (?:texts|sms|messages|marketing)",
    "doch (?:lieber )?(?:nicht|nein|keine)", "(?:meinte?|wollte|heisst|hiess) nein", "nein (?:doch|sorry|halt|moment)",
    "(?:moment|halt|sorry|warte|ups)(?: doch)? (?:nein|nicht)", "verklickt", "vertippt", "aus versehen",
    "falsche[rn]? (?:knopf|taste|button)", "zuruck(?:nehmen|ziehen)", "lieber (?:doch )?nicht",
    "(?:finalement|en fait|pardon|plutot|attendez|oups) non", "voulais dire non", "non (?:pardon|attendez|finalement)",
    "par erreur", "mauvais bouton", "je me suis trompee?",
    "(?:mejor|perdon|en realidad|espera|al final) no", "(?:queria|quise) decir no", "no (?:perdon|espera|mejor)",
    "por error", "boton equivocado", "me (?:he equivocado|equivoque)",
)  # fmt: skip

_BESIDE_A_YES: Final = (
    "actually", "after all", "sorry", "oops", "(?:no )?wait", "i mean(?:t)?", "make (?:it|that) a?", "instead", "now",
    "doch", "meinte", "moment", "jetzt", "finalement", "en fait", "pardon", "je voulais dire",
    "en realidad", "al final", "perdon", "(?:queria|quise) decir",
)  # fmt: skip
"""What stands beside a yes that takes back a no."""

_TEXTS: Final = "(?:texts|sms|textos|text messages|mensajes|messages)"
_WISHES: Final = (
    f"text me|send me (?:the |some |your )?{_TEXTS}|(?:re ?)?subscribe(?: me)?|unstop|sign me (?:up|back up)"
    "|opt (?:me )?(?:back )?in|(?:id like|wed like|(?:i|we) (?:want|need|would like))(?: to (?:get|receive))?"
    f"(?: the| your| some)? {_TEXTS}",
    "(?:schreib|schick)(?:en sie|t)? mir (?:(?:doch|bitte|wieder|eine|per) )*sms"
    "|(?:melden sie|meld) mich (?:wieder )?an|ich (?:mochte|will|hatte gern) (?:(?:doch|wieder|eure|ihre) )*sms"
    "|wieder (?:anmelden|abonnieren)",
    f"(?:envoyez moi|je veux (?:bien )?(?:recevoir )?)(?: ?des| ?les| ?vos)? {_TEXTS}"
    "|reinscrivez moi|(?:re)?abonnez moi",
    f"(?:enviame|enviadme|envienme|mandame|quiero(?: recibir)?)(?: los| unos| sus)? {_TEXTS}|suscrib(?:ame|anme|irme)",
)
_AROUND: Final = (
    "(?:yes|ok|okay|please|actually|then|so|do|but|well|now|just|you (?:can|may)|feel free to|again|after all|too"
    "|instead|thanks|ja|bitte|doch|dann|wieder|oui|daccord|svp|finalement|si|vale|por favor|de nuevo)"
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


_HAS_CHANGED, _SAYS_NO, _BESIDE = _any(_CHANGED), _any(_NO_AFTER_ALL), _any((*_BESIDE_A_YES, *_CHANGED))
_WISH: Final = re.compile(rf"(?:{_AROUND} )*(?:{'|'.join(_WISHES)})(?: {_AROUND})*")


def takes_back_a_yes(text: str) -> bool:
    """Whether it says that a yes was none, or is none any more: "actually no", "I meant no", "wrong button"."""
    said = _said(text)
    if said is None or agreement_in(_BESIDE.sub(" ", said), "") is not Agreement.NONE:
        return False
    return _SAYS_NO.search(said) is not None or _HAS_CHANGED.search(said) is not None


def takes_back_a_no(text: str, question: str) -> bool:
    """Whether it is a yes to the question, after a no: "actually yes", "you can text me after all"."""
    said = _said(text)
    if said is None:
        return False
    yes = agreement_in(_BESIDE.sub(" ", said), question) is not Agreement.NONE
    return yes or (_HAS_CHANGED.search(said) is not None and _SAYS_NO.search(said) is None)


def wants_texts(text: str) -> bool:
    """Whether it asks for text messages, and for nothing besides: "text me", "sign me up again"."""
    said = _said(text)
    return said is not None and _WISH.fullmatch(said) is not None


def _said(text: str) -> str | None:
    """The words; none of a question, or where they are many or have figures."""
    if "?" in text or len(text) > 200 or re.search(r"\d", text):
        return None
    words = re.findall(r"\w+", re.sub(r"['’`]", "", plain_letters(text)))
    return " ".join(words) if 0 < len(words) <= _MOST_WORDS else None
