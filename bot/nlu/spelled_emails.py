"""Finds e-mail addresses that are written as they are said: "jane dot doe at example dot com"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from email_validator import validate_email

from bot.domain.understanding import Entity
from bot.nlu.contacts import POSSIBLE, SURE, TOP_LEVELS

_AT, _DOT = "at|ät+|aet|klammeraffe|arr?obase?|a commercial|arroba", "dot|punkt|point|punto|ponto"
_MARKS = {
    ".": _DOT,
    "_": "underscore|unterstrich|tiefstrich|tiret (?:du )?bas|tiret du (?:huit|8)|soulign[ée]|gui[oó]n bajo",
    "-": "dash|hyphen|minus|bindestrich|tiret(?: du (?:six|6)| du milieu)?|trait d['’]union"
    "|gui[oó]n medio|guion|guión|hífen",
}
_SAID_AT = rf" ?[\[({{] ?(?:{_AT}|@) ?[\])}}] ?| (?:{_AT}) | ?@ ?"
_SAID_DOT = rf" ?[\[({{] ?(?:{_DOT}|\.) ?[\])}}] ?| (?:{_DOT}) |\."
_SAID_MARK = rf"{_SAID_DOT}| (?:{_MARKS['_']}|{_MARKS['-']}) "
_LABEL = rf"[a-z0-9-]{{1,63}}(?: (?:{_MARKS['-']}) [a-z0-9-]{{1,63}}){{0,2}}"
_SPELLED = re.compile(
    rf"(?<![\w.@+-])(?P<name>[\w+-]{{1,64}}(?:(?:{_SAID_MARK})[\w+-]{{1,64}}){{0,4}})(?P<at>{_SAID_AT})"
    rf"(?P<domain>{_LABEL}(?:(?:{_SAID_DOT}){_LABEL}){{0,3}}(?:{_SAID_DOT})(?:{TOP_LEVELS}))"
    rf"(?![\w@-]|(?:{_SAID_DOT})\w)",
    re.IGNORECASE,
)
_HAS_AT = re.compile(_SAID_AT, re.IGNORECASE)
_HESITATING = "actually|ähm?|eh|erm?|euh|no|oh|so|u[hm]+|well|yeah"
_BEGINS = re.compile(rf"(?:[:,;.!?]|\b(?:is|it['’]?s|ist|est|es|é|{_HESITATING}))\W*$", re.IGNORECASE)
"""What an address of one word may stand behind; of "I work at example dot com" it is none."""
_LEADS = re.compile(
    r"(?:^|[^\w\s]|\b(?:to|under|via|at|on|by|in|for|me|us|my|is|be|its|it['’]s|as|and|or|use|try|contact|reach|ping|mail|e-?mails?"
    rf"|{_HESITATING}|address|sent?d?|writes?|hi|hello|yes|sure|ok(?:ay)?|please|thanks"
    r"|an|auf|unter|bei|über|ist|lautet|wäre|und|oder|mir|mich|uns|meine?|adresse|schreib(?:en|t)?|sie|bitte|ja|gern|gerne"
    r"|à|a|au|sur|chez|est|c['’]est|et|ou|mon|ma|moi|mel|courriel|écri(?:vez|re|s)|par|oui|voici|voilà"
    r"|al|en|es|y|o|mi|correo|dirección|direccion|escrib(?:a|e|an|ir)|son|con|por|sí|si|claro|e))\W*$",
    re.IGNORECASE,
)
"""What ends before an address begins. Any other word may be of it: of "juan perez arroba ..." only a part is read."""
_INITIAL = re.compile(r"\b[^\W\d_]\. *$")
_LOOKS_BACK = 20


def find_spelled_emails(text: str, *, in_part: bool = False) -> Iterator[Entity]:
    """Where nothing but "at" speaks for an address, it is one only as an answer. One that may begin with the word
    before it is none, unless what is read `in_part` is wanted, too: its owner has to write it anew."""
    if not _HAS_AT.search(text):
        return
    for match in _SPELLED.finditer(text):
        name, sign = _written(match["name"]), match["at"].strip().lower()
        if match[0] == f"{name}@{match['domain']}":
            continue  # it is written as addresses are
        sure = sign != "at" or name != match["name"]
        if not sure and not _may_begin(text, match.start()):
            continue
        if not in_part and name == match["name"] and not _is_whole(text, match.start()):
            continue
        try:
            value = validate_email(f"{name}@{_written(match['domain'])}".lower(), check_deliverability=False).normalized
        except ValueError:
            continue
        confidence = SURE if sure else POSSIBLE
        yield Entity("email", value, match[0], match.start(), match.end(), confidence, extractor="contacts")


def _may_begin(text: str, start: int) -> bool:
    """Whether an address of one word may begin here. However long the text is, only so much before it is looked at."""
    before = text[max(0, start - _LOOKS_BACK) : start]
    return _BEGINS.search(before) is not None or (start < _LOOKS_BACK and re.search(r"\w", before) is None)


def _is_whole(text: str, start: int) -> bool:
    """Whether what stands before it is no word or initial that the address may begin with."""
    before = text[max(0, start - _LOOKS_BACK) : start]
    return _LEADS.search(before) is not None and _INITIAL.search(before) is None


def _written(said: str) -> str:
    """The marks that were said as they are written."""
    for mark, words in _MARKS.items():
        said = re.sub(rf" ?[\[({{] ?(?:{words}|\{mark}) ?[\])}}] ?| (?:{words}) ", mark, said, flags=re.IGNORECASE)
    return said
