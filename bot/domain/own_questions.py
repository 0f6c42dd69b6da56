"""Questions of whoever writes about what they may do or have to, or what we would: "can I stop later" and "will you
spam me", also without a question mark.

"Can you stop" is none: without a question mark that asks to.
"""

from __future__ import annotations

import re
from typing import Final

from bot.domain.folding import plain_letters

_ENDS: Final = re.compile(r".*\b(?:to what|(?:a|de) quoi|zu was|in was|a que)\W*", re.DOTALL)
_BEGINS: Final = re.compile(
    r"\W*(?:(?:hi|hello|ok|okay|well|so|and|but|wait|um+|hm+|hallo|und|aber|also|moment|bonjour|et|mais|alors|hola|y|pero)"
    r"\W+){0,3}"
    r"(?:"
    r"(?:can|could|may|do|did|will|would|am|must|should) i\b|is it possible\b|how (?:can|do|could|would|will) i\b"
    r"|what (?:(?:exactly )?(?:am|do|did|would|will) i|happens if i)\b|what if i\b|will i be able\b"
    r"|(?:will|are|do) you (?:going to |gonna )?(?:spam|sell|share|text|send|bother|call|annoy|pester|give)\b"
    r"|(?:kann|konnte|darf|muss|werde|bin|stimme) ich\b|(?:wie|wann|wo) (?:kann|konnte|darf) ich\b"
    r"|(?:was|wem|wozu|wofur|worin)(?: genau)? \w+(?: wenn)? ich\b"
    r"|was (?:ist|passiert) wenn ich\b"
    r"|(?:puis|pourrais|pourrai|dois|suis) je\b|est ce que je\b|comment (?:puis je|je peux|faire pour)\b"
    r"|a quoi (?:est ce que je|dis je|je)\b|(?:je peux|je pourrai)(?= .*\b(?:plus tard|apres|quand)\b)"
    r"|(?:puedo|podre|podria|tengo que|debo)\b|como (?:puedo|hago)\b|a que (?:estoy|me)\b|que pasa si\b"
    r")"
)


def asks(text: str) -> bool:
    """Whether it ends on a question mark, or begins or ends as such a question."""
    if text.rstrip().endswith("?"):
        return True
    said = re.sub(r"[-‑]", " ", plain_letters(text).replace("’", "'"))
    return _BEGINS.match(said) is not None or _ENDS.fullmatch(said) is not None
