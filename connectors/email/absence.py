"""Absence notices without the headers that say so, told by their words: only where nothing else is said in them."""

from __future__ import annotations

import re

_SUBJECT = re.compile(
    r"^\[?((automatic|automated|auto)[- ]?(reply|response)|out of (the )?office([- ]auto-?reply)?|ooo|vacation reply"
    r"|automatische antwort|abwesenheits(notiz|meldung)|réponse automatique|absence du bureau|respuesta automática"
    r"|fuera de la oficina|risposta automatica|fuori sede|resposta automática|fora do escritório|automatisch antwoord"
    r"|afwezigheidsbericht|autosvar|automatiskt? svar|automaattinen vastaus|odpowiedź automatyczna"
    r"|automatyczna odpowiedź|automatická odpov[eě][dď]|automatikus válasz|otomatik yanıt|автоматический ответ"
    r"|автоответ|автоматична відповідь|автоматичен отговор|răspuns automat|αυτόματη απάντηση|resposta automàtica"
    r"|automatski odgovor|samodejni odgovor|תשובה אוטומטית|رد تلقائي"
    r"|自動応答|自動返信|自动答复|自动回复|自動回覆|자동 ?(회신|응답)) *([:：\]]|$)",
    re.IGNORECASE,
)
"""What programs put before the subject that they answer."""

_AWAY = re.compile(
    r"^(i am|i'm|i will be|i'll be) (currently |now )?(away|out of (the )?office|on (holiday|vacation"
    r"|(annual |parental )?leave))\b.{0,20}\b(until|till|from|and (will be )?back|returning)\b"
    r"|^ich bin (derzeit |zurzeit |momentan |aktuell )?.{0,20}\bbis\b.{1,40}\b(abwesend|außer haus|im urlaub"
    r"|nicht im büro|nicht erreichbar)\b"
    r"|^ich bin (derzeit |zurzeit |momentan |aktuell )?(abwesend|im urlaub|außer haus|nicht im büro) bis\b"
    r"|^je (suis|serai) (actuellement )?(absente?|en (congés?|vacances))\b.{0,20}\b(jusqu|du\b)"
    r"|^(estoy|estaré) (actualmente )?(ausente|de vacaciones|fuera de la oficina)\b.{0,20}\b(hasta|del?\b)"
    r"|^(sono|sarò) (attualmente )?(assente|in ferie|fuori (sede|ufficio))\b.{0,20}\b(fino|dal)\b"
    r"|^(estou|estarei) (atualmente )?(ausente|de férias|fora do escritório)\b.{0,20}\b(até|de)\b"
    r"|^ik ben (momenteel |op dit moment )?(afwezig|met (vakantie|verlof)|niet op kantoor)\b.{0,20}\b(tot|van)\b"
    r"|^(jestem|będę) (obecnie )?(nieobecn[ya]|na urlopie|poza biurem)\b.{0,20}\b(do|od)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 5
"""Of the day that comes after it, such as "3 to 10 December"."""

_GOES_ON = re.compile(
    r"\b(but|so|and|then|after|please|can|could|works?|call|aber|danach|bitte|und|mais|puis|et|pero|luego|y|ma|poi|e|mas"
    r"|depois|maar|daarna|en|ale|potem|i)\b|\?",
    re.IGNORECASE,
)

_GOES_WITH_IT = re.compile(
    r"^(hi|hello|dear|thank(s| you) for your (e-?mail|message)|hallo|guten tag|sehr geehrte|(vielen )?danke? für ihre"
    r"|bonjour|merci (de|pour) votre|hola|buenos días|gracias por (su|tu)|buongiorno|salve|grazie per|olá|bom dia"
    r"|obrigad[oa] p|beste|geachte|bedankt voor|dzień dobry|dziękuję za)\b.{0,80}$",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"[\n!]+|(?<!\d)[.,] +(?=[^\W\d_])|\.$")


def is_absence_notice(subject: str, text: str) -> bool:
    """Whether the e-mail only tells that its writer is away.

    By a subject that only programs write, or by a text that is a greeting, perhaps, and the one sentence. Whoever says
    more ("I am away until Monday, how about Tuesday?") is a customer who wants an answer.
    """
    if _SUBJECT.match(subject.strip()):
        return True
    said = [one.strip() for one in _SENTENCES.split(text.replace("\u2019", "'")) if one.strip()]
    rest = [one for one in said if not _GOES_WITH_IT.match(one)]
    if len(rest) != 1 or (told := _AWAY.match(rest[0])) is None:
        return False
    day = rest[0][told.end() :]
    return len(day.split()) <= _MOST_WORDS and _GOES_ON.search(day) is None
