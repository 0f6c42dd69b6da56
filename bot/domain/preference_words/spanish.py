"""How people ask for all this in Spanish."""

from __future__ import annotations

from typing import Final

from bot.domain.preference_words.words import PreferenceWords

SPANISH: Final = PreferenceWords(
    kinds={
        "OFTEN": (
            "(?:(?:una|un|dos|tres|[1-4])(?: (?:sola |solo )?(?:vez|veces|sms|mensajes?|correos?|e ?mails?))?"
            " (?:al|a la|por|cada|en el) (?:dia|semana|mes|trimestre|ano)"
            "|cada (?:dos|tres|seis|[236]) (?:dias|semanas|meses)|cada (?:semana|mes)"
            "|diariamente|semanalmente|mensualmente)"
        ),
        "AT_MOST": "(?:solo|solamente|unicamente|como (?:mucho|maximo)|maximo|al maximo|no mas de|a lo sumo)",
        "ENOUGH": "(?:(?:me |nos )?(?:basta|bastaria|alcanza|sobra)|(?:es|seria|esta) (?:suficiente|bastante|bien))",
        "SENT": (
            "(?:(?:sus|los|las|tus|estos|estas|esos|de|la|el|su|mas) ){0,4}"
            "(?:sms|mensajes?(?: (?:de texto|publicitarios|promocionales|comerciales))?|publicidad|propaganda"
            "|correos?(?: electronicos)?|e ?mails?"
            "|mails?|boletin(?:es)?|newsletters?|ofertas|promociones|whatsapps?)(?: (?:suyos|de ustedes|vuestros))?"
        ),
        "TO_ME": "(?:escribirme|enviarme|mandarme|contactarme|contactar conmigo|llamarme|escribirnos"
        "|enviarnos)(?: SENT)?",
        "CONSENT": "(?:consentimiento|permiso|autorizacion)",
        "EVER": "(?: (?:alguna vez|ya|realmente|todavia|aun|exactamente|de verdad|yo)){0,4}",
        "YOU_CAN": "(?:(?:me |nos )?(?:puede|puedes|pueden|podria|podrias|podrian|podeis)|puedo|como puedo|quiero"
        "|quisiera|me gustaria)",
        "RARER": "(?:menos(?: a menudo| seguido| frecuentemente| veces)?|con menos frecuencia|no tan (?:a menudo"
        "|seguido))",
    },
    beside=(
        "hola|buenas(?: tardes| noches)?|buenos dias|por ?favor|porfa|gracias|muchas gracias|ok|vale|bueno|y|pero"
        "|pues|entonces"
        "|no|oye|oiga|perdon|disculpe|una pregunta|digame|dime|quisiera saber|quiero saber|me gustaria saber"
        "|puede decirme"
        "|sabe|o no|si es posible|en adelante|a partir de ahora"
    ),
    standing=(
        "(?:quien (?:les|os|le|te) (?:dio|ha dado)|de donde (?:sacaron|han sacado|tienen|tiene|habeis sacado)"
        "|como (?:consiguieron|tienen|han conseguido)) (?:mi|mis|este) (?:numero(?: de telefono)?|telefono|datos|correo"
        "|e ?mail)",
        "(?:(?:cuando |donde |desde cuando )?(?:he|habia)EVER|si (?:he|habia)EVER) (?:(?:consentido"
        "|dado(?: mi)? CONSENT)(?: (?:a|para|de) (?:eso|esto|recibir SENT|SENT|TO_ME))?"
        "|(?:aceptado|autorizado|permitido|acordado)(?: (?:a|para|que|de))? (?:eso|esto|recibir SENT|SENT|TO_ME"
        "|me (?:escriban|manden|envien)(?: SENT)?))",
        "(?:(?:cuando |donde )?(?:yo )?|si )(?:di|acepte|autorice|consenti|permiti)EVER(?: (?:(?:mi|el) )?CONSENT)?(?:"
        " (?:a|para|de|en|que))? ?"
        "(?:eso|esto|recibir SENT|SENT|TO_ME|me (?:escribieran|mandaran|enviaran|escriban|manden|envien)(?: SENT)?)",
        "(?:(?:yo )?)?(?:di|le di|les di|os di)EVER mi CONSENT",
        "(?:estoy|sigo|si estoy|si sigo)EVER (?:suscrit[oa]|apuntad[oa]|dad[oa] de (?:alta|baja)"
        "|registrad[oa])(?: (?:a|en|de|para) (?:SENT|(?:su|la|una) lista(?: de \\w+)?)){1,2}",
        "(?:estoy|sigo)EVER (?:suscrit[oa]|dad[oa] de baja)",
        "(?:tiene|tienen|tienes|teneis)EVER mi CONSENT(?: para (?:TO_ME|SENT|eso|esto))?",
        "(?:tienen|tiene|tienes) (?:permiso|derecho)(?: a| para| de)? TO_ME", "estan? autorizad[oa]s? (?:a|para) TO_ME",
        "(?:a que|que|en que|a que SENT|que SENT)EVER (?:he|habia)EVER (?:aceptado|autorizado|consentido|acordado"
        "|dicho que si|dado mi CONSENT)EVER",
        "(?:a que|que|en que|a que SENT)EVER (?:acepte|autorice|consenti|accedi|dije que si|di mi CONSENT)EVER",
        "a que (?:SENT )?(?:estoy|sigo)EVER (?:suscrit[oa]|apuntad[oa])",
        "quien (?:les|os|le|te) (?:dio|ha dado)EVER (?:mi |el )?CONSENT(?: para TO_ME)?",
    ),
    fewer=(
        "(?:(?:genial|que bien|estupendo|fantastico|vaya|que alegria|perfecto) )otr[oa] (?:mas|SENT)(?: mas)?",
        "(?:(?:quiero|quisiera|prefiero|preferiria|me gustaria)(?: recibir)? |(?:YOU_CAN )?(?:enviarme|mandarme"
        "|enviar|mandar|envienme|mandenme|enviame|mandame) )?"
        "(?:un poco )?menos SENT(?: (?:estaria|seria) (?:bien|mejor))?",
        "(?:YOU_CAN )?(?:TO_ME|escribanme|escribame|escribeme|escriban|contactenme|envienme SENT|mandenme SENT"
        "|escribir) (?:un poco )?RARER",
        "(?:no )?(?:me|nos) (?:escriban|escriba|escribas|manden|mande|mandes|envien|envie) (?:tanto|tantos SENT"
        "|tan (?:a menudo|seguido)|tantas veces)",
        "(?:ustedes |me |nos ){0,4}(?:escriben|escribe|escribes|mandan|manda|mandas|envian|envia|contactan)"
        " (?:demasiado"
        "|mucho|tanto|demasiad[oa]s SENT|muchos SENT|tantos SENT|demasiadas veces|tan (?:a menudo|seguido))",
        "(?:(?:son|es|recibo|me llegan|hay) )?demasiad[oa]s? SENT",
        "(?:YOU_CAN )?(?:reducir|limitar|pausar|suspender)(?: (?:la cantidad|el numero|la frecuencia) de)? SENT",
        "(?:YOU_CAN )?(?:TO_ME|escribanme|escribame|escribeme|envienme|mandenme)(?: SENT)?"
        " (?:AT_MOST )?OFTEN(?: AT_MOST)?",
        "SENT (?:AT_MOST )?OFTEN(?: (?:AT_MOST|ENOUGH))?", "(?:AT_MOST )?OFTEN ENOUGH para SENT",
    ),
    bare=(
        "(?:un poco )?menos (?:a menudo|seguido|frecuente)", "con menos frecuencia", "no tan (?:a menudo|seguido)",
        "(?:(?:eso )?(?:es|son) demasiad[oa]s? )?(?:AT_MOST )?OFTEN ENOUGH",
        "(?:con|ENOUGH(?: con)?) OFTEN(?: ENOUGH)?", "AT_MOST OFTEN", "OFTEN AT_MOST",
    ),
    often=(
        "(?P<count>una?|dos|tres|[1-4])(?: \\w+){0,2}? (?:al|a la|por|cada|en el) (?P<unit>dia|semana|mes|trimestre"
        "|ano)"
        "|cada (?P<each>dos|tres|seis|[236]) (?P<of>dias|semanas|meses)"
        "|(?P<said>cada semana|cada mes|diariamente|semanalmente|mensualmente)"
    ),
    numbers={"un": 1, "una": 1, "dos": 2, "tres": 3, "seis": 6},
    days={
        "dia": 1, "semana": 7, "mes": 30, "trimestre": 90, "ano": 365, "dias": 1, "semanas": 7, "meses": 30,
        "cada semana": 7, "cada mes": 30, "diariamente": 1, "semanalmente": 7, "mensualmente": 30,
    },
)  # fmt: skip
