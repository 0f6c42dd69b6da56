"""How other languages ask in plain words to be left alone, and for the opposite; English has a module of its own
(`leaving`).

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


# ---------------------------------------------------------------- German

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

# ---------------------------------------------------------------- French
# An apostrophe is left out, or stands as a blank where it is a typographic one.

_SOFT_FR: Final = (
    r"(?: (?:s ?il (?:vous|te) pla[iî]t|svp|stp|merci|maintenant|tout de suite|de suite|immédiatement|enfin|donc"
    r"|désormais|dorénavant|définitivement))*"
)
_MESSAGES_FR: Final = (
    r"(?:messages?|sms|textos?|pubs?|publicités?|e?mails?|e mails?|courriels?|newsletters?|spams?|whatsapps?"
    r"|promos?|promotions?|relances?|sollicitations?|démarchage|envois?|notifications?)"
    r"(?: (?:publicitaires?|commerciaux|promotionnels?|automatiques?))?"
)
_THEM_FR: Final = rf"(?:de|des|d|vos|tes|ces|les|aucune?|cette|votre|la) ?{_MESSAGES_FR}"
_OF_THEM_FR: Final = rf"(?:{_THEM_FR}|rien)"
_FROM_YOU_FR: Final = r"(?: (?:de (?:votre|ta) part|de vous|venant de vous))?"
_NO_MORE_FR: Final = r"(?:plus(?: jamais)?|jamais plus)"
_BOTHER_FR: Final = (
    r"(?:m ?(?:écri(?:vez|s|ve)|envoy(?:ez|er)|envoie|embêtez?|importunez?|appelez|appelle)"
    r"|me (?:(?:re)?contactez?|sollicitez?|relancez?|dérangez?|harcelez?|spammez?|téléphonez?|textotez?|démarchez?)"
    r"|nous (?:écrivez|envoyez|(?:re)?contactez|sollicitez|relancez|dérangez|harcelez|appelez))"
)
_BOTHERING_FR: Final = (
    rf"(?:(?:m ?|nous )(?:écrire|envoyer(?: {_OF_THEM_FR})?|embêter|importuner|appeler)"
    r"|(?:me|nous) (?:(?:re)?contacter|solliciter|relancer|déranger|harceler|spammer|téléphoner|textoter|démarcher))"
    rf"{_FROM_YOU_FR}"
)
_PLEASE_FR: Final = (
    r"(?:(?:merci|veuillez|prière)(?: de)?|je (?:vous|te) (?:demande|prie|remercie) de|(?:pouvez|pourriez|peux"
    r"|pourrais)"
    r" (?:vous|tu)(?: (?:arrêter de|cesser de))?|je (?:veux|voudrais|souhaite) que vous)"
)
_CEASE_FR: Final = r"(?:arrêt(?:ez|e|er)|cess(?:ez|e|er)|stopp(?:ez|e|er)|stop)"
_WANT_FR: Final = r"(?:je|nous|on) (?:ne |n ?)?(?:veux|voulons|veut|souhaite|souhaitons|désire|désirons)"
_NO_LONGER_WANT_FR: Final = r"(?:je|nous|on) (?:ne |n )(?:veux|voulons|veut|souhaite|souhaitons|désire|désirons) plus"
_LIST_FR: Final = (
    r"(?:de|des|du) (?:(?:votre|vos|ta|tes|la|cette|ce|toutes vos) )?(?:\w+ )?"
    r"(?:listes?|fichiers?|bases?(?: de données)?|contacts|répertoire|newsletters?|mailing|abonnés)"
)
_TAKE_OFF_FR: Final = (
    r"(?:retir(?:ez|e|er)|enlev(?:ez|e|er)|enlève|supprim(?:ez|e|er)|ray(?:ez|e|er)|effac(?:ez|e|er)|sort(?:ez|ir)|ôtez"
    r"|radi(?:ez|er))"
)
_LEAVE_LIST_FR: Final = r"(?:désabonner|désinscrire)"

_FRENCH: Final = LeavingPhrases(
    forms=(
        # ne m'écrivez plus jamais, m'envoyez plus de sms
        rf"(?:ne )?{_BOTHER_FR}{_SOFT_FR} {_NO_MORE_FR}(?: {_OF_THEM_FR})?{_FROM_YOU_FR}",
        # merci de ne plus me contacter, arrêtez de m'envoyer des messages
        rf"(?:{_PLEASE_FR} )?(?:de )?ne {_NO_MORE_FR} {_BOTHERING_FR}",
        rf"(?:{_PLEASE_FR} )?(?:d ?)?{_CEASE_FR}{_SOFT_FR} de {_BOTHERING_FR}",
        rf"{_PLEASE_FR} {_BOTHERING_FR} plus",
        rf"{_CEASE_FR}{_SOFT_FR} (?:avec |à |aux )?(?:(?:vos|tes|les|ces|la|cette|votre|tous (?:vos"
        rf"|ces)) )?{_MESSAGES_FR}",
        # plus de messages, je ne veux plus recevoir vos pubs
        rf"{_NO_MORE_FR} (?:de|d|aucune?) ?{_MESSAGES_FR}{_FROM_YOU_FR}",
        rf"{_WANT_FR} plus (?:rien )?recevoir(?: {_OF_THEM_FR})?{_FROM_YOU_FR}",
        rf"{_NO_LONGER_WANT_FR} (?:{_THEM_FR}{_FROM_YOU_FR}|rien de (?:vous|(?:votre|ta) part))",
        rf"{_WANT_FR} plus être (?:(?:re)?contactée?s?|sollicitée?s?|dérangée?s?|relancée?s?|démarchée?s?|harcelée?s?)",
        rf"{_WANT_FR} plus (?:(?:jamais )?entendre parler de vous|avoir (?:affaire à vous|de vos nouvelles))",
        rf"(?:j ?en ai|on en a) (?:marre|assez|ras le bol) (?:de|d) ?(?:vos |tes |ces |tous ces )?{_MESSAGES_FR}",
        # désabonnez-moi, je veux me désinscrire, comment me désabonner ?
        r"(?:désabonnez?|désinscrivez|désinscris) (?:moi|nous)" rf"(?: {_LIST_FR})?",
        rf"(?:{_PLEASE_FR}|je (?:veux|voudrais|souhaite|désire|demande à)|j ?aimerais) (?:me|nous) {_LEAVE_LIST_FR}"
        rf"(?: {_LIST_FR})?",
        rf"(?:je me (?:désabonne|désinscris))(?: {_LIST_FR})?",
        rf"(?:comment|où) (?:(?:puis je|je peux|je fais pour|on fait pour|faire pour|on peut) )?(?:me"
        rf"|se) {_LEAVE_LIST_FR}"
        rf"(?: {_LIST_FR})?",
        r"comment (?:on se|je me) (?:désabonne|désinscris|désinscrit)",
        # retirez-moi de votre liste, supprimez mon numéro
        rf"(?:{_PLEASE_FR} (?:me )?)?(?:{_TAKE_OFF_FR} )(?:(?:moi|nous|mon (?:numéro|nom|adresse|contact|mail)"
        rf"|ce numéro)"
        rf"{_SOFT_FR} )?{_LIST_FR}",
        r"(?:supprimez|supprime|effacez|efface|oubliez|oublie|retirez|enlevez)" rf"{_SOFT_FR} (?:mon|ce) numéro"
        r"(?: de téléphone)?",
        r"(?:laisse[zr]?|foute?z?|fiche[zr]?|fous) (?:moi|nous) (?:tranquilles?|en paix|la paix)|lâche[zr]? (?:moi"
        r"|nous)",
        # je retire mon consentement
        r"(?:je|nous) (?:retire|retirons|révoque|révoquons|annule|annulons)" rf"{_SOFT_FR} (?:mon|notre|tout)"
        r" (?:consentement|accord|autorisation)(?: .*)?",
        r"(?:je m ?oppose|nous nous opposons) (?:à|au|aux) (?:\w+ ){0,2}(?:prospection|publicité|démarchage|envois?)"
        r"(?: .*)?",
    ),
    clause_end=r"[.!?;:,()\"\n]+|\s-+\s|\b(?:et|mais|ou|sinon|car|parce|alors)\b",
    before=(
        r"(?:(?:bonjour|bonsoir|salut|merci|svp|stp|s ?il (?:vous|te) pla[iî]t|ok|okay|non|oui|oh|bon|maintenant"
        r"|désolée?"
        r"|pardon|franchement|vraiment|hé|enfin|je (?:vous|t) ?ai (?:déjà )?dit) )*"
    ),
    behind=(
        r"(?: (?:s ?il (?:vous|te) pla[iî]t|svp|stp|merci(?: d ?avance| beaucoup)?|maintenant|tout de suite"
        r"|immédiatement"
        r"|désormais|à l ?avenir|cordialement|putain|bordel|là))*"
    ),
    going_on=(
        r"(?:ne |n ?)?(?:vous )?(?:m )?(?:arrêtez|arrête|cessez) (?:surtout )?pas\b",
        r"(?:ne )(?:me |nous )?(?:désabonnez|désinscrivez|retirez|supprimez|enlevez) (?:surtout )?pas\b",
        r"(?:je|nous) (?:ne |n )?(?:veux|voulons|souhaite|souhaitons|voulais|voudrais) (?:surtout )?pas (?:(?:me|nous"
        r"|que) )?"
        r"(?:désabonner|désinscrire|arrêter|vous arrêtiez)\b",
        r"continuez (?:à|de) (?:m|nous|me) ?\w+",
        r"pourquoi\b.*\b(?:plus|arrêté|rien)\b",
        r"(?:je|nous|on) (?:ne |n )?(?:reçois|recevons|reçoit|ai|avons) (?:\w+ ){0,2}(?:plus|pas|rien|aucun)\b",
    ),
)  # fmt: skip

PHRASES: Final[Mapping[str, LeavingPhrases]] = {"de": _GERMAN, "fr": _FRENCH}
"""By language (ISO 639-1). Others have phrases of their own in the rules (`opt_out_words`)."""
