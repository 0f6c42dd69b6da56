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
        r"(?:ich|wir) (?:bekomm|erhalt|krieg)(?:en?)? (?:\w+ ){0,3}(?:keine?|nichts|nix)\b",
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
        r"(?:je|nous|on) (?:ne |n )?(?:reçois|recevons|reçoit) (?:\w+ ){0,2}(?:plus|pas|rien|aucun)\b",
        r"(?:j ?|je |nous |on )(?:ne |n ?)?(?:ai|avons|a) (?:(?:plus|pas|rien|jamais) (?:\w+ ){0,2}reçu"
        r"|reçu (?:\w+ )?(?:plus|pas|rien|aucun))\b",
    ),
)  # fmt: skip

# ---------------------------------------------------------------- Spanish

_SOFT_ES: Final = r"(?: (?:por ?favor|porfa|ya|inmediatamente|de una vez|de inmediato|ahora mismo))*"
_MESSAGES_ES: Final = (
    r"(?:(?:esos?|estos?|esas?|estas?|sus?|tus?|vuestr[oa]s|los|las|m[aá]s|tant[oa]s?|un|una) )*"
    r"(?:mensajes?|mensajitos?|sms|textos?|publicidad|propaganda|promociones|ofertas|correos?|e?mails?|spam|anuncios?"
    r"|comunicaciones|notificaciones|newsletter|boletín|boletines|whatsapps?)"
    r"(?: (?:de texto|publicitarios?|comerciales|promocionales|suyos?|tuyos?|vuestros?"
    r"|de (?:ustedes|usted|vosotros|su parte|publicidad|su empresa)))*"
)
_NO_MORE_ES: Final = r"(?: (?:m[aá]s|nunca m[aá]s|nunca|jamás|a este número|a mi (?:número|celular|móvil|teléfono)))+"
_WRITING_ES: Final = (
    r"(?:escribir|contactar|molestar|mandar|enviar|acosar|fastidiar|textear|spamear|joder|chingar|hostigar|insistir)"
    r"(?:me|nos|le|les)?(?:l[oa]s)?"
)
_WRITE_ES: Final = (
    r"(?:escrib(?:a[ns]?|[aá]is)|mand(?:e[ns]?|[eé]is)|envíe[ns]?|enviéis|contacte[ns]?|contactéis|moleste[ns]?|molestéis"
    r"|textee[ns]?|busque[ns]?)"
)
_ASKED_ES: Final = (
    r"(?:(?:(?:me |nos )?(?:pueden|puede|puedes|podrían|podría|podrías|podéis|podríais)"
    r"|(?:quiero|quisiera|necesito|exijo|solicito) que"
    r"|(?:les?|te|os) (?:pido|ruego|exijo|agradezco|agradecería) que|favor de|cuándo van a|a ver si)(?: ya)? )?"
)
_WANT_ES: Final = (
    r"(?:(?:quiero|queremos|quisiera|necesito|deseo|solicito|pido|me gustaría|cómo (?:puedo|podría|hago para)"
    r"|puedo|podría|para)(?: por favor)? )?"
)
_LIST_ES: Final = (
    r"(?:(?:la|las|su|sus|tu|tus|esta|esa|vuestra) )?(?:listas?|bases? de datos|sistemas?|registros?|agenda|contactos"
    r"|envíos)(?: de (?:envíos?|contactos?|correos?|difusión|distribución|mensajes|sms))?"
)
_MY_NUMBER_ES: Final = (
    r"(?:mi|este) (?:número|teléfono|celular|móvil|correo|contacto)(?: de (?:teléfono|celular|móvil))?"
)
_CONSENT_ES: Final = r"(?:consentimiento|permiso|autorización)"

_SPANISH: Final = LeavingPhrases(
    forms=(
        # no me escriban más, ya no me manden mensajes, no molesten más, no vuelvan a escribirme
        rf"(?:ya no|nunca) (?:me|nos) {_WRITE_ES}(?: {_MESSAGES_ES}| nada)?(?:{_NO_MORE_ES})?",
        rf"no (?:me|nos) {_WRITE_ES}(?: {_MESSAGES_ES}| nada)?{_NO_MORE_ES}",
        r"no me (?:contacte[ns]?|contactéis|moleste[ns]?|molestéis)",
        rf"no (?:{_WRITE_ES}|insistan|insista|insistas)(?: {_MESSAGES_ES}| nada)? (?:m[aá]s|nunca m[aá]s)"
        rf"(?: {_MESSAGES_ES})?",
        rf"no (?:me |nos )?(?:vuelvan|vuelva|vuelvas|volváis) a {_WRITING_ES}(?: {_MESSAGES_ES}| nada)?(?: m[aá]s)?",
        # dejen de escribirme, paren los mensajes, basta de publicidad, ni un mensaje más
        rf"{_ASKED_ES}(?:dejen|deja|deje|dejes|dejad|dejéis|dejar|paren|pare|pares|parar|para|parad|cesen|cese)"
        rf"{_SOFT_ES} de {_WRITING_ES}(?: con)?(?: {_MESSAGES_ES})?",
        rf"{_ASKED_ES}(?:paren|pare|parad|detengan|detenga|suspendan|suspenda|cesen|cese|dejen|deje){_SOFT_ES}"
        rf"(?: (?:ya )?(?:de|con))? {_MESSAGES_ES}",
        rf"(?:ya )?basta(?: ya)? (?:de|con) {_MESSAGES_ES}",
        rf"(?:no m[aá]s|ni un|ni una|cero) {_MESSAGES_ES}(?: m[aá]s)?",
        # ya no quiero mensajes, no quiero recibir más publicidad, no quiero saber nada de ustedes
        rf"ya no (?:quiero|queremos|deseo|deseamos|necesito|autorizo)(?: (?:recibir|seguir recibiendo|ver|tener))?"
        rf" {_MESSAGES_ES}(?: m[aá]s)?",
        rf"no (?:quiero|queremos|deseo|deseamos)(?: (?:recibir|seguir recibiendo|ver|tener))?"
        rf" (?:{_MESSAGES_ES} m[aá]s|m[aá]s {_MESSAGES_ES})",
        rf"no (?:quiero|queremos|deseo|deseamos) seguir recibiendo (?:nada|{_MESSAGES_ES})",
        r"(?:ya )?no (?:quiero|queremos|deseo) (?:saber|recibir|oír|escuchar) (?:m[aá]s )?nada (?:m[aá]s )?de"
        r" (?:ustedes|usted|vosotros|ti|su empresa)(?: m[aá]s)?",
        rf"(?:ya no (?:quiero|queremos|deseo|autorizo) que (?:me|nos) {_WRITE_ES}(?: {_MESSAGES_ES}| nada)?(?: m[aá]s)?"
        rf"|no (?:quiero|queremos|deseo) que (?:me|nos) {_WRITE_ES}(?: {_MESSAGES_ES}| nada)?{_NO_MORE_ES})",
        r"(?:(?:quiero|pido|exijo) que )?(?:ya )?(?:(?:me|nos) dejen|(?:déjenme|déjeme|déjame|dejadme|déjennos))"
        r"(?: ya)? (?:en paz|tranquil[oa]s?)",
        # quiero darme de baja, cómo me doy de baja, cancelen mi suscripción
        rf"{_WANT_ES}(?:darme|darnos|dame|deme|denme|dadme|(?:que )?me (?:den|dé)) de baja"
        rf"(?: de (?:{_LIST_ES}|{_MESSAGES_ES}))?",
        rf"(?:(?:cómo|dónde) )?me doy de baja(?: de (?:{_LIST_ES}|{_MESSAGES_ES}))?",
        rf"(?:den|dé|dar) de baja {_MY_NUMBER_ES}",
        r"(?:quiero|quisiera|solicito|pido|deseo|exijo) (?:la |mi )?baja(?: inmediata)?",
        rf"{_WANT_ES}(?:desuscribirme|desuscríbanme|desuscríbeme|desuscribir)(?: de (?:{_LIST_ES}|{_MESSAGES_ES}))?",
        rf"{_WANT_ES}(?:cancelar|cancelen|cancele|cancela|cancelo|anular|anulen|anule|anulo) (?:mi|la|esta) suscripción"
        rf"(?: (?:a|de) (?:{_LIST_ES}|{_MESSAGES_ES}))?",
        # quítenme de su lista, borren mi número
        rf"{_ASKED_ES}(?:(?:quítenme|quíteme|quítame|quitadme|bórrenme|bórreme|bórrame|sáquenme|sáqueme|sácame|elimínenme"
        rf"|elimíneme|elimíname|retírenme|retíreme)|(?:me )?(?:quiten|quite|quitar|borren|borre|borrar|saquen|saque"
        rf"|sacar|eliminen|elimine|eliminar)(?:me)?(?: {_MY_NUMBER_ES})?){_SOFT_ES} de {_LIST_ES}",
        rf"{_ASKED_ES}(?:quiten|quite|borren|borre|borra|saquen|saque|saca|eliminen|elimine|elimina|olviden|olvide|olvida)"
        rf"{_SOFT_ES} {_MY_NUMBER_ES}",
        rf"{_WANT_ES}(?:salir|salirme) de {_LIST_ES}",
        # retiro mi consentimiento, me opongo a recibir publicidad
        rf"(?:quiero |deseo )?(?:retiro|revoco|retirar|revocar|retiramos|revocamos|anulo)"
        rf" (?:mi|el|todo|cualquier|nuestro) {_CONSENT_ES}(?: .*)?",
        rf"ya no (?:tienen?|tienes|tenéis) mi {_CONSENT_ES}(?: .*)?",
        rf"(?:me opongo|nos oponemos) (?:a|al) (?:.{{0,40}} )?{_MESSAGES_ES}(?: .*)?",
    ),
    clause_end=r"[.!?¿¡;:,()\"\n]+|\s-+\s|\b(?:y|pero|o|porque|pues|sino|así que|entonces)\b",
    before=(
        r"(?:(?:por ?favor|porfa|hola|oigan?|oye|miren?|ya|ok|vale|bueno|gracias|disculpen?|perdón|señor(?:es|a|ita)?"
        r"|he dicho|ya (?:les )?dije|dije|que|buen[oa]s|días|tardes|noches|ustedes|también|nuevamente|otra vez|stop"
        r"|alto|basta|paren) )*"
    ),
    behind=(
        r"(?: (?:por ?favor|porfa|gracias|muchas gracias|ya|m[aá]s|nunca|jamás|inmediatamente|de inmediato|ahora mismo"
        r"|hoy|hoy mismo|de una vez|carajo|joder|coño|señores|ok))*"
    ),
    going_on=(
        r"no (?:paren?|pares|paréis|dejen?|dejes|dejéis|cesen?)(?: ya)? de\b",
        r"no (?:paren?|pares|paréis)(?: por favor| eh)?$",
        r"no (?:quiero|quería|quisiera|queremos|necesito) (?:darme|darnos|dar|que me den) de baja\b",
        r"no me (?:den|dé|des|deis) de baja\b",
        r"no (?:quiero|quería) (?:cancelar|anular) (?:mi|la) suscripción\b",
        r"(?:por qu[eé]|porqu[eé]|c[oó]mo es que)\b.*\b(?:dejaron|dejaste|dejó|dejasteis|han dejado|ya no|no me (?:han"
        r"|llegan?|escriben|mandan|envían|contactan))\b",
        r"(?:ya )?no (?:me|nos) (?:llegan?|han llegado|llegaron)\b",
        r"(?:ya )?no (?:recibo|recibimos|he recibido|hemos recibido|recibí)\b",
        r"(?:(?:he|hemos) dejado|dej[eé]|dejamos) de recibir\b",
        r"(?:qu[eé] (?:pasa|ocurre|sucede)|qu[eé] significa|para qu[eé] (?:sirve|es))\b.*\b(?:stop|baja)\b",
    ),
)  # fmt: skip

PHRASES: Final[Mapping[str, LeavingPhrases]] = {"de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
"""By language (ISO 639-1). Others have phrases of their own in the rules (`opt_out_words`)."""
