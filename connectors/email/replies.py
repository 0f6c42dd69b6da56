"""What somebody wrote in a reply: without the message they answer, and without their signature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

LONGEST_REPLY = 8_000
"""Characters that are read; nobody answers a question in more."""

MOST_LINES = 5_000
_ATTRIBUTION = re.compile(
    r"(wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu|napisał(\(a\))?|kirjoitti) ?(:|-{2,4})$"
    r"|^(am|on|le|el|il|op|den|em|w dniu) .{4,300} (schrieb|wrote|écrit|escribió|scritto|schreef|skrev|escreveu)"
    r" .{1,200}:$",
    re.IGNORECASE,
)
_DATED_WITH_ADDRESS = re.compile(r"(?=.*(?:\b(?:19|20)\d\d|\d:\d\d)).*<[^<>\s@]+@[^<>\s@]+>.{0,80}[:：]$")
"""In whatever language: a date, and whose it was. It counts only where a marked quote follows."""

_ENDS_ATTRIBUTION = re.compile(r"^(<.*|[^\s:]{3,20} ?:)$")
"""Of one that takes two lines: the address, or the verb alone."""

_MARKS_OF_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BEGINS_ATTRIBUTION = re.compile(r"^(on|am|le|el|il|op|den|em|w|\d{4}-\d\d-\d\d)\b", re.IGNORECASE)
_DIVIDER = re.compile(
    r"^[-_]{3,} ?(original|ursprüngliche|message|mensaje|messaggio|oorspronkelijk|原始[邮郵]件|元のメ|원본)"
    r".{0,40}[-_]{3,}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^_{10,}$")
_FROM = re.compile(
    r"^\*?(from|von|de|da|van|från|fra|od|lähettäjä|发件人|寄件者|差出人|보낸 ?사람) ?[:：]\*?\s*\S", re.IGNORECASE
)
_FURTHER = re.compile(
    r"^\*?(sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto|inviato|a|oggetto"
    r"|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|wysłan[eo]|do|temat|lähetetty|vastaanottaja|aihe"
    r"|发送时间|收件人|主题|寄件日期|收件者|主旨|送信日時|宛先|件名|보낸 ?날짜|받는 ?사람|제목)"
    r" ?[:：]",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^(--|—)$")
_DEVICE = re.compile(
    r"^(sent (from (my|outlook|mail|yahoo|proton)|with \[?proton|via superhuman)"
    r"|von meinem .{1,40} gesendet|gesendet von|envoyé (de(puis)? mon|à partir de (mon|outlook|yahoo))"
    r"|enviado (desde mi|do meu)|inviato da|verstuurd vanaf|skickat från min|sendt fra min|wysłan[eo] z (mojego|iphone)"
    r"|lähetetty iphonesta|(get|holen sie sich|obtenir|télécharger|obtener|obter|scarica|ottieni|download|hent|hämta"
    r"|pobierz) outlook (for|für|pour|para|per|voor|til|för|dla))\b.{0,80}$"
    r"|^(发自我的|發自我的).{1,20}$|^.{1,20}(から送信|에서 보냄)$",
    re.IGNORECASE,
)


def reply_of(text: str) -> str:
    """The words of this message alone. It looks at each line once, whatever is in it."""
    lines = [line.strip() for line in text[: 20 * LONGEST_REPLY].splitlines()[:MOST_LINES]]
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if length := _attribution(lines, number):
            if not _is_quoted_after(lines, number + length):
                break
            number += length
            continue
        if _ends_here(lines, number):
            break
        if not line.startswith(">"):
            kept.append(line)
        number += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()[:LONGEST_REPLY]


def _attribution(lines: Sequence[str], number: int) -> int:
    """How many lines "On Monday, Ana wrote:" takes here; programs wrap it. 0 where it is not here."""
    line = lines[number][:500]
    if _ATTRIBUTION.search(line) or _is_dated(lines, number, 1):
        return 1
    if number + 1 < len(lines) and _ENDS_ATTRIBUTION.match(lines[number + 1][:500]) and _is_dated(lines, number, 2):
        return 2
    if not _BEGINS_ATTRIBUTION.match(line):
        return 0
    for length in (2, 3):
        wrapped = lines[number : number + length]
        if len(wrapped) == length and all(wrapped) and _ATTRIBUTION.search(" ".join(wrapped)[:500]):
            return length
    return 0


def _is_dated(lines: Sequence[str], number: int, length: int) -> bool:
    """Whether so many lines say when it was and who wrote it, and what they wrote is marked beneath."""
    said = _MARKS_OF_DIRECTION.sub("", " ".join(lines[number : number + length])[:500])
    return _DATED_WITH_ADDRESS.match(said) is not None and _is_quoted_after(lines, number + length)


def _is_quoted_after(lines: Sequence[str], number: int) -> bool:
    """Whether what was quoted is marked, so that an answer beneath it can be told from it."""
    return next((line.startswith(">") for line in lines[number : number + 5] if line), False)


def _ends_here(lines: Sequence[str], number: int) -> bool:
    line = lines[number][:500]
    if _SIGNATURE.match(line) or _DEVICE.match(line) or _DIVIDER.match(line):
        return True
    below = [one[:500] for one in lines[number + 1 : number + 6] if one]
    if _RULE.match(line):
        return bool(below) and bool(_FROM.match(below[0]))
    begins = _FROM.match(line) or (_FURTHER.match(line) and any(_FROM.match(one) and "@" in one for one in below))
    return bool(begins) and sum(bool(_FURTHER.match(one)) for one in [line, *below]) >= 2


_SILENT = frozenset({"style", "script", "head", "title", "template"})
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote", "table", "ul", "ol", "hr"})
_TAG_OR_WORDS = re.compile(r"<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<[^<>]*>|(?P<words>[^<]+|<(?:<+(?=<))?)")
_BLANKS = re.compile(r"\s+")


def text_of_html(html: str) -> str:
    """The words of a message that came in HTML alone; quoted blocks get the mark that plain text has.

    The standard library's parser takes hours over some pages of this length; this looks at each character once.
    """
    parts: list[str] = []
    silent = quoted = 0
    for token in _TAG_OR_WORDS.finditer(_without_comments(html[: 40 * LONGEST_REPLY])):
        tag, change = (token["tag"] or "").lower(), -1 if token["end"] else 1
        if tag in _SILENT:
            silent = max(silent + change, 0)
        if tag == "blockquote":
            quoted = max(quoted + change, 0)
        if tag in _BLOCKS:
            parts.append("\n> " if quoted else "\n")
        if token["words"] and not silent:
            parts.append(_BLANKS.sub(" ", unescape(token["words"])))
    return "".join(parts)


def _without_comments(html: str) -> str:
    parts, at = [], 0
    while (begins := html.find("<!--", at)) >= 0:
        parts.append(html[at:begins])
        ends = html.find("-->", begins + 4)
        if ends < 0:
            return "".join(parts)
        at = ends + 3
    return "".join([*parts, html[at:]])
