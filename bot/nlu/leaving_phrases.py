"""How German asks in plain words to be left alone, and for the opposite; English has a module of its own (`leaving`).

What is heard here needs no example that is near, nor a page that answers nothing: "schreib mir bitte nie wieder".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class LeavingPhrases:
    """Patterns, of words in small letters with one blank between them: `forms` that a clause says and nothing besides,
    where a clause ends (`clause_end`), and the polite or urgent words `before` and `behind` it. A message that is a
    report, or begins with one of `going_on`, asks for the opposite.
    """

    forms: tuple[str, ...]
    clause_end: str
    before: str
    behind: str
    going_on: tuple[str, ...]


_SOFT: Final = r"(?: (?:bitte|endlich|jetzt|doch|einfach|sofort|ab sofort|ab jetzt|hiermit|umgehend|gefälligst))*"
_SORT: Final = r"(?:(?:solchen?|diese[rn]?|weiteren?|eure[nr]?|ihre[nr]?|blöden?|ständigen?|automatischen?) )?"
_MESSAGES: Final = (
    rf"{_SORT}(?:(?:werbe|text|kurz)?nachricht(?:en)?|(?:werbe)?sms|werbung|(?:werbe)?e?mails?|e mails?|newsletter|spam"
    r"|angebote|whatsapps?|kontaktversuche|kontaktaufnahmen?|anrufe?)"
)
_YOU: Final = r"(?:von (?:euch|ihnen|dir))"
_LIST: Final = (
    r"(?:(?:de[rm]|(?:eure|ihre|deine|diese|alle)[rmn]?) )?(?:\w+ )?(?:listen?|verteilern?|mailinglisten?|datenbank"
    r"|kartei|newsletter)"
)
_WRITE: Final = (
    r"(?:schreib(?:e|t|ts|en sie)?|schick(?:e|t|ts|en sie)?|sende?(?:t|n sie)?|text(?:e|et|en sie)?"
    r"|kontaktier(?:e|t|en sie)?|belästig(?:e|t|en sie)?|nerv(?:e|t|en sie)?|ruf(?:e|t|en sie)?"
    r"|melde? dich|meldet euch|melden sie sich)"
)
_TO_WHOM: Final = r"(?: (?:mir|uns|mich|hier|an mich|an uns|an diese nummer|bei mir|bei uns))?"
_NEVER: Final = (
    rf"(?:nicht mehr|nie wieder|nie mehr|niemals (?:wieder|mehr)|(?:gar )?nichts mehr|nix mehr|nicht länger"
    rf"|keine {_MESSAGES}(?: mehr)?)"
)
_WANT: Final = r"(?:ich|wir) (?:will|wollen|möchte|möchten|wünsche|wünschen|würde|würden|mag|brauche|brauchen)"
_ME: Final = r"(?:mich|uns|meine (?:telefon|handy|mobil)?nummer|diese (?:telefon|handy)?nummer)"
_CONSENT: Final = r"(?:einwilligung|zustimmung|erlaubnis|genehmigung|einverständnis(?:erklärung)?)"
_TO_WRITE: Final = (
    rf"(?:{_MESSAGES} )?(?:zu (?:schreiben|schicken|senden|kontaktieren|nerven|belästigen|texten|spammen)"
    r"|anzuschreiben|anzurufen|zuzutexten|zuzuspammen|zuzusenden|zuzuschicken)"
)

_GERMAN: Final = LeavingPhrases(
    forms=(
        # schreib mir bitte nie wieder, schicken Sie mir keine SMS mehr, bitte nicht mehr schreiben
        rf"{_WRITE}{_SOFT}{_TO_WHOM}{_SOFT} {_NEVER}{_TO_WHOM}(?: an)?(?: {_YOU})?",
        r"(?:nicht mehr|nie wieder|nie mehr) (?:schreiben|anschreiben|kontaktieren|texten|anrufen|melden|belästigen)",
        # keine Nachrichten mehr, Schluss mit der Werbung, stellen Sie die Mails ein
        rf"keine (?:{_MESSAGES} mehr|weiteren {_MESSAGES})(?: {_YOU}| an (?:mich|uns|diese nummer)| schicken| senden)*",
        rf"(?:schluss|genug) mit (?:(?:de[rmn]|diese[rmn]|eure[rmn]|ihre[rmn]) )?{_MESSAGES}",
        rf"(?:stopp?t?|stoppen sie|beendet?|beenden sie){_SOFT} (?:(?:die|den|alle|das) )?{_MESSAGES}",
        rf"(?:stellt?|stellen sie){_SOFT} (?:(?:die|den|alle|das) )?{_MESSAGES}{_SOFT} ein",
        rf"h(?:ö|oe|o)r(?:t|ts|en sie)?{_SOFT} auf{_SOFT}(?: damit)? (?:mir|mich|uns) {_TO_WRITE}",
        rf"h(?:ö|oe|o)r(?:t|ts|en sie)?{_SOFT} (?:(?:damit )?auf mit|mit)"
        rf"(?: (?:de[rmn]|diese[rmn]|eure[rmn]|ihre[rmn]))? {_MESSAGES}(?: auf)?",
        rf"lass(?:t|en sie|ts)? (?:mich|uns){_SOFT} in (?:ruhe|frieden)",
        # ich will nichts mehr von euch hören, ich möchte nicht mehr kontaktiert werden
        rf"{_WANT}{_SOFT}(?: {_YOU})? (?:nichts|nix|keine {_MESSAGES}) mehr(?: {_YOU})?"
        r" (?:hören|bekommen|erhalten|lesen|kriegen)",
        rf"{_WANT}{_SOFT} (?:nichts|nix) mehr {_YOU}(?: wissen)?",
        rf"{_WANT}{_SOFT} keine (?:{_MESSAGES} mehr|weiteren {_MESSAGES})(?: {_YOU})?(?: haben)?",
        rf"{_WANT}{_SOFT} nicht (?:mehr|länger|weiter)(?: {_YOU})?"
        r" (?:kontaktiert|angeschrieben|belästigt|angerufen) werden",
        # melden Sie mich ab, ich möchte mich abmelden, wie kann ich mich abmelden
        rf"meld(?:e|et|en sie)? (?:mich|uns){_SOFT}(?: (?:von|vom|aus) {_LIST})? ab",
        rf"(?:ich melde mich|wir melden uns){_SOFT}(?: (?:von|vom|aus) {_LIST})? ab",
        rf"{_WANT}{_SOFT} (?:mich|uns){_SOFT}(?: gern| gerne)?(?: (?:von|vom|aus) {_LIST})? (?:abmelden|austragen)",
        rf"(?:{_WANT}{_SOFT} )?(?:(?:die|den|das|alle) )?{_MESSAGES}{_SOFT} abbestellen",
        r"(?:wie|wo) (?:kann|können) (?:ich mich|wir uns) (?:hier |bei euch |bei ihnen )?(?:wieder )?"
        r"(?:abmelden|austragen)",
        r"(?:wie|wo) melde ich mich (?:hier |bei euch |bei ihnen )?(?:wieder )?ab",
        # nehmen Sie mich von der Liste, löschen Sie meine Nummer
        rf"(?:nimm|nehmt|nehmen sie|streich(?:t|en sie)?|lösch(?:e|t|en sie)?|entfern(?:e|t|en sie)?|trag(?:t|en sie)?"
        rf"|werft|werfen sie) {_ME}{_SOFT} (?:von|vom|aus) {_LIST}(?: raus| runter| aus)?",
        rf"(?:lösch(?:e|t|en sie)?|vergiss|vergesst|vergessen sie){_SOFT} (?:meine|diese)"
        r" (?:telefon|handy|mobil)?nummer",
        # ich widerrufe meine Einwilligung
        rf"(?:ich|wir) (?:hiermit )?(?:widerrufen?|ziehen?|nehmen?){_SOFT} (?:meine|unsere|die|jede|jegliche)"
        rf" {_CONSENT}(?: .*)?",
        rf"(?:hiermit )?(?:widerrufe ich|widerrufen wir){_SOFT} (?:meine|unsere|die|jede|jegliche) {_CONSENT}(?: .*)?",
        r"(?:ich|wir) widersprechen? (?:hiermit )?(?:de[rm]|jede[rm]|jeglicher|weiterer|ihrer|eurer) (?:\w+ )?"
        r"(?:werbung|zusendung|kontaktaufnahme)(?: .*)?",
    ),
    clause_end=r"[.!?;:,()\"\n]+|\s-+\s|\b(?:und|aber|oder|sonst|weil|denn|sondern|also)\b",
    before=r"(?:(?:bitte|jetzt|ok|okay|hi|hey|hallo|oh|nein|nee|sorry|so|einfach|endlich|leute|ja|danke|ich sagte) )*",
    behind=r"(?: (?:bitte|danke|sofort|jetzt|endlich|nochmal|verdammt|vielen dank|ab sofort|in zukunft|künftig))*",
    going_on=(
        r"h(?:ö|oe|o)r(?:e|t|ts|en sie)? (?:bitte |bloß |ja )?(?:damit )?nicht (?:damit )?auf\b",
        r"(?:stoppt?|stoppen sie) (?:bitte |bloß )?nicht\b",
        r"nicht (?:aufhören|abmelden|abbestellen|stoppen|austragen)\b",
        r"(?:ich|wir) (?:will|wollen|möchte|möchten|wollte|wollten) (?:(?:mich|uns|das|es|den newsletter) )?"
        r"(?:\w+ )?nicht (?:abmelden|abbestellen|austragen)\b",
        r"(?:meldet|melde|melden sie) (?:mich|uns) (?:bitte |bloß )?nicht ab\b",
        r"(?:warum|wieso|weshalb)\b.*\b(?:nicht mehr|nichts mehr|keine \w+ mehr|aufgehört)\b",
        r"(?:ich|wir) (?:bekommen?|erhalten?|kriegen?) (?:\w+ ){0,3}(?:keine|nichts)\b",
    ),
)  # fmt: skip

PHRASES: Final[Mapping[str, LeavingPhrases]] = {"de": _GERMAN}
"""By language (ISO 639-1). Others have phrases of their own in the rules (`opt_out_words`)."""
