"""What somebody wrote in a reply: without the message they answer, and without their signature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from itertools import takewhile

LONGEST_REPLY = 8_000
"""Characters that are read; nobody answers a question in more."""

MOST_LINES = 5_000
_ATTRIBUTION = re.compile(
    r"(wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu|napisał(\(a\))?|kirjoitti) ?(:|-{2,4})$"
    r"|^(am|on|le|el|il|op|den|em|w dniu) .{4,300} (schrieb|wrote|écrit|escribió|scritto|schreef|skrev|escreveu)"
    r" .{1,200}:$",
    re.IGNORECASE,
)
_BEGINS_ATTRIBUTION = re.compile(r"^(on|am|le|el|il|op|den|em|w|\d{4}-\d\d-\d\d)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()@]{1,64}@[^\s<>()@]{1,200}\.\w\w")
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,4}[./-] ?\d{1,2}[./-] ?\d{1,4}(?!\d)")
_TIME = re.compile(r"(?<![\d.])\d{1,2}[:.]\d\d(?![\d.])")
_UNBROKEN_BLANKS = re.compile("[\u00a0\u2007\u202f]")
"""French has one before each colon."""

_MARKS_OF_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DIVIDER = re.compile(
    r"^[-_]{3,} ?(original|ursprüngliche|message|mensaje|mensagem|messaggio|oorspronkelijk|forwarded|weitergeleitete"
    r"|ursprungligt|opprinnelig|oprindelig|alkuperäinen|wiadomość|původní|pôvodná|eredeti|orijinal|исходное|оригин"
    r"|пересланное|原始[邮郵]件|元のメ|원본).{0,40}[-_]{3,}$"
    r"|^>>> .{1,200} >>>$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^_{10,}$")
_FROM = re.compile(
    r"^\*?(from|von|de|da|van|från|fra|od|lähettäjä|发件人|寄件者|差出人|보낸 ?사람) ?[:：]\*?\s*\S", re.IGNORECASE
)
_FURTHER = re.compile(
    r"^\*?(sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviad[ao]( em| el)?|para|asunto|assunto"
    r"|inviato|a|oggetto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|wysłan[eo]|do|temat|lähetetty"
    r"|vastaanottaja|aihe|发送时间|收件人|主题|寄件日期|收件者|主旨|送信日時|宛先|件名|보낸 ?날짜|받는 ?사람|제목)"
    r" ?[:：]",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"^\*?[^\W\d_][^:：@<>*]{0,24}[:：]\*?\s*\S")
_SENDER = re.compile(r"(?<![\w@.])<[^<>@:]{1,64}@[^<>@]{1,200}>|[^\W\d_]+['\"]? \[mailto:")
"""After a name, as programs write it; not what one makes of a typed address: "a@b.com<mailto:a@b.com>"."""
_MOST_LABELS = 8
_SIGNATURE = re.compile(r"^(--|—)$")
_DEVICE = re.compile(
    r"^(sent (from (my|outlook|mail|gmail|yahoo|proton|samsung)|with \[?proton|via (superhuman|blackberry))"
    r"|von meinem .{1,40} gesendet|gesendet (von|mit der)|diese nachricht wurde von meinem"
    r"|envoyé (de(puis)? mon|à partir de (mon|outlook|courrier|yahoo))"
    r"|enviado (desde (mi|outlook)|(a partir )?do (meu|outlook))|enviat des del meu|inviato da|verstuurd vanaf"
    r"|skickat från min|sendt fra min|wysłan[eo] z (mojego|iphone)|lähetetty iphonesta|odesláno z|odoslané z"
    r"|elküldve az|trimis de pe|отправлено с|надіслано з|στάλθηκε από|נשלח מה|أُرسلت من"
    r"|(get|holen sie sich|obtenir|télécharger|obtener|obter|scarica|ottieni|download|hent|hämta|pobierz( program)?"
    r"|stáhnout|скачать) outlook (for|für|pour|para|per|voor|til|för|dla|pro|для))\b.{0,80}$"
    r"|^(发自我的|發自我的|获取 ?outlook).{1,20}$|^.{1,20}(から送信|에서 보냄)$|^.{0,9}outlook.{0,9}を入手$"
    r"|^i(phone|pad).{1,9} gönderildi$",
    re.IGNORECASE,
)


def reply_of(text: str) -> str:
    """The words of this message alone. It looks at each line once, whatever is in it."""
    told = _UNBROKEN_BLANKS.sub(" ", text[: 20 * LONGEST_REPLY])
    lines = [line.strip() for line in told.splitlines()[:MOST_LINES]]
    seen = [_MARKS_OF_DIRECTION.sub("", line[:500]) for line in lines]
    kept: list[str] = []
    number = 0
    while number < len(lines):
        if length := _attribution(seen, number):
            if not _is_quoted_after(seen, number + length):
                break
            number += length
            continue
        if _ends_here(seen, number):
            break
        if not lines[number].startswith(">"):
            kept.append(lines[number])
        number += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()[:LONGEST_REPLY]


def _attribution(lines: Sequence[str], number: int) -> int:
    """How many lines "On Monday, Ana wrote:" takes here; programs wrap it. 0 where it is not here."""
    begins = _BEGINS_ATTRIBUTION.match(lines[number])
    for length in (1, 2, 3):
        wrapped = lines[number : number + length]
        if len(wrapped) < length or not all(wrapped):
            return 0
        said = " ".join(wrapped)[:500]
        if (begins or length == 1) and _ATTRIBUTION.search(said):
            return length
        if said.endswith((":", "：")) and _says_who_and_when(said, lines, number, length):
            return length
    return 0


def _says_who_and_when(said: str, lines: Sequence[str], number: int, length: int) -> bool:
    """The same in whatever language: by the address and the time in it, of which one will do above a marked quote.

    What takes several lines is a paragraph, has the address, and needs all of them for it.
    """
    address, date, time = (one.search(said) is not None for one in (_ADDRESS, _DATE, _TIME))
    if length > 1:
        last, begins = lines[number + length - 1], number == 0 or not lines[number - 1]
        if not (address and begins) or (_ADDRESS.search(last) and (_DATE.search(last) or _TIME.search(last))):
            return False
    if date and time and _SENDER.search(said):
        return True
    return (address or (date and time)) and _is_quoted_after(lines, number + length)


def _is_quoted_after(lines: Sequence[str], number: int) -> bool:
    """Whether what was quoted is marked, so that an answer beneath it can be told from it."""
    return next((line.startswith(">") for line in lines[number : number + 5] if line), False)


def _ends_here(lines: Sequence[str], number: int) -> bool:
    line = lines[number]
    if _SIGNATURE.match(line) or _DEVICE.match(line) or _DIVIDER.match(line):
        return True
    below = [one for one in lines[number + 1 : number + 6] if one]
    if _RULE.match(line):
        return bool(below) and (bool(_FROM.match(below[0])) or _is_head(below))
    begins = _FROM.match(line) or (_FURTHER.match(line) and any(_FROM.match(one) and "@" in one for one in below))
    if begins and sum(bool(_FURTHER.match(one)) for one in [line, *below]) >= 2:
        return True
    return _is_head(lines[number : number + _MOST_LABELS])


def _is_head(lines: Sequence[str]) -> bool:
    """Whether these lines begin with those of a letter's head, in whatever language: who sent it, with the address as
    programs write it, and when."""
    head = list(takewhile(_LABELLED.match, lines))
    return (
        len(head) >= 3 and any(map(_SENDER.search, head[:2])) and any(_DATE.search(x) and _TIME.search(x) for x in head)
    )


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
