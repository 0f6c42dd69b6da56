"""Reactions to a text of ours, which phones write out in words where the other side cannot show them: Liked “Hello!”.

The words that they quote are ours, and "reply STOP" is in many of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_BEFORE: Mapping[str, str] = {
    "👍": "liked|le gustó|le gusta|a aimé|a bien aimé|gefällt|gefiel|mag|mochte|curtiu|gostou de|"
    'ha apprezzato|ha messo (?:"mi piace"|mi piace) a|piace|понравилось',
    "❤️": "loved|le encantó|le encanta|a adoré|liebt|liebte|amou|adorou|ha adorato|ha amato|adora|ama",
    "👎": "disliked|no le gustó|no le gusta|n'a pas aimé|não curtiu|não gostou de|descurtiu|non ha apprezzato|"
    "non ha gradito|gefällt nicht|gefiel nicht",
    "😂": "laughed at|le dio risa|se rió de|a ri de|a ri à|lacht über|lachte über|riu de|riu-se de|achou graça de|"
    "ha riso di|ha riso per|ha riso a",
    "‼️": "emphasized|emphasised|exclamó por|enfatizó|destacó|a souligné|a mis l'accent sur|betont|betonte|"
    "enfatizou|destacou|ha enfatizzato|ha evidenziato",
    "❓": "questioned|dudó sobre|cuestionó|a questionné|s'est interrogé sur|hinterfragt|hinterfragte|fragt sich|"
    "questionou|ha messo in dubbio",
}
"""How iPhones begin to write those of their own in English, Spanish, French, German, Portuguese, Italian and Russian,
as far as we know; all others they name, and Android's phones do so always."""

_AROUND: Sequence[tuple[str, str, str]] = (
    ("gefällt|gefiel|mag|mochte", "nicht", "👎"),
    ("hebt|hob", "hervor", "‼️"),
    ("stellt|stellte", "in frage", "❓"),
)
"""Those that have words behind the quotation, too."""

_EMOJI = r"(?P<emoji>[\u203c\u2049\u2122-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff][^\w\s\"“”„«]{0,15})"
_WORD = r"[^\W\d_]+"
_FILE = (
    r"an? (?:image|photo|picture|video|movie|attachment|link|(?:audio |voice )?message)|"
    r"una? (?:imagen|foto|v[ií]deo|enlace|archivo|mensaje|allegato|link)|un'immagine|"
    r"une? (?:image|photo|vidéo|lien|pièce jointe|message)|"
    r"eine?n? (?:bild|foto|video|film|link|anhang|nachricht)|uma? (?:imagem|foto|vídeo|link|anexo|mensagem)"
)
_QUOTED = rf"(?:[\"“„].*[\"”“]|« ?.* ?»|{_FILE})"
_UNSEEN = "\u200a\u200b\u200c\u2060\ufeff "
_AS = re.IGNORECASE | re.DOTALL
_TAKEN_BACK = re.compile(
    rf"(?:removed|quitó|eliminó|a supprimé|a retiré|a enlevé|removeu|retirou|ha rimosso|ha tolto|entfernte|hat)"
    rf"(?: (?:{_WORD}|{_EMOJI})){{1,4}} {_QUOTED}(?P<removed> entfernt)?",
    _AS,
)
_WITH_EMOJI = re.compile(rf"(?:{_WORD} ){{0,3}}{_EMOJI} (?:{_WORD} ){{0,2}}{_WORD} {_QUOTED}", _AS)
"""Whatever the language: few words, the emoji, a word or two, and nothing behind what is quoted."""

_IN_WORDS = [
    *((re.compile(rf"(?:{before}) {_QUOTED} {after}", _AS), emoji) for before, after, emoji in _AROUND),
    *((re.compile(rf"(?:{before}) {_QUOTED}", _AS), emoji) for emoji, before in _BEFORE.items()),
]


def reaction_in(text: str) -> str:
    """The emoji that somebody reacted with; empty where the text is no reaction."""
    seen = _seen(text)
    if takes_back_reaction(text):
        return ""
    if (match := _WITH_EMOJI.fullmatch(seen)) is not None:
        return match["emoji"]
    return next((emoji for pattern, emoji in _IN_WORDS if pattern.fullmatch(seen)), "")


def takes_back_reaction(text: str) -> bool:
    match = _TAKEN_BACK.fullmatch(seen := _seen(text))
    return match is not None and (match["removed"] is not None) == seen.lower().startswith("hat ")


def _seen(text: str) -> str:
    """Without the blanks of no width with which Android's phones mark a reaction, and with plain apostrophes."""
    text = text.replace("’", "'")
    return " ".join(text.translate(dict.fromkeys(map(ord, _UNSEEN), " ")).split())
