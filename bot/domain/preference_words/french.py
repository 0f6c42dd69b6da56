"""How people ask for all this in French."""

from __future__ import annotations

from typing import Final

from bot.domain.preference_words.words import PreferenceWords

FRENCH: Final = PreferenceWords(
    kinds={
        "OFTEN": (
            "(?:(?:une|deux|trois|[1-4])(?: (?:seule )?(?:fois|sms|messages?|textos?|e ?mails?|mails?))?"
            " (?:par|tous les|toutes les|chaque|dans (?:la|le)) (?:jour|semaine|mois|trimestre|an|annee)"
            "|un (?:seul )?(?:sms|message|texto|e ?mail|mail) par (?:jour|semaine|mois|trimestre|an)"
            "|tou(?:s|tes) les (?:deux|trois|six|[236]) (?:jours|semaines|mois)|chaque (?:semaine|mois)"
            "|quotidien(?:nement)?|hebdomadaire|mensuel(?:lement)?)"
        ),
        "AT_MOST": "(?:seulement|uniquement|pas plus de|pas plus d|pas plus souvent que|au (?:plus|maximum|max)"
        "|maximum|maxi|juste)",
        "ENOUGH": "(?:(?:me |ca |cela )?(?:suffit|suffirait|suffira)(?: (?:amplement|largement|bien))?|(?:cest|c est"
        "|serait|est) (?:assez|suffisant|bien|parfait))",
        "SENT": (
            "(?:(?:de|vos|les|des|ces|votre|la|tous|cette|autres) ){0,4}d? ?"
            "(?:sms|textos?|messages?(?: (?:publicitaires|promotionnels|commerciaux|marketing))?|publicites?|pubs?"
            "|e ?mails?|mails?"
            "|courriels?|newsletters?|lettres? d ?information|offres|demarchage|prospection|whatsapps?)(?: de"
            " (?:votre|ta) part)?"
        ),
        "TO_ME": "(?:mecrire|m ecrire|menvoyer|m envoyer|me contacter|mappeler|m appeler|me texter|me solliciter"
        "|nous ecrire|nous contacter)(?: SENT)?",
        "CONSENT": "(?:consentement|accord|permission|autorisation)",
        "EVER": "(?: (?:deja|vraiment|un jour|encore|toujours|bien|exactement|au juste|jamais)){0,4}",
        "HAVE_I": "(?:(?:est ce que |quand |depuis quand |ou )?(?:ai je|jai|j ai|est ce que jai|est ce que j ai)EVER"
        "|si (?:jai|j ai)EVER)",
        "YOU_CAN": "(?:pouvez vous|pourriez vous|peux tu|pourrais tu|vous pouvez|vous pourriez|tu peux|puis je"
        "|comment|merci de|est ce que vous pouvez)",
        "RARER": "(?:moins(?: souvent| frequemment)?|pas (?:aussi|si) souvent)",
    },
    beside=(
        "bonjour|bonsoir|salut|s ?il (?:vous|te) plait|svp|stp|merci|ok|alors|et|mais|donc|non|euh|pardon|desolee?"
        "|au fait"
        "|dites moi|dis moi|une question|je voudrais savoir|jaimerais savoir|pouvez vous me dire|savez vous"
        "|a lavenir|desormais"
        "|ou non|ou pas|si possible"
    ),
    standing=(
        "(?:qui vous a(?: donc)? donne|dou avez vous|d ou avez vous|ou avez vous (?:eu|trouve)|comment avez vous (?:eu"
        "|obtenu)) (?:mon|ce|mes) (?:numero(?: de telephone)?|coordonnees|adresse(?: e ?mail)?|e ?mail|mail)",
        "HAVE_I (?:(?:consenti|donne(?: mon| mon)? CONSENT|donne mon CONSENT)(?: (?:a|pour|aux?) (?:ca|cela|ceci"
        "|recevoir SENT|etre contactee?|SENT))?"
        "|(?:accepte|autorise)(?: de| d| a)? ?(?:recevoir |etre contactee?|vos |des |les )?(?:SENT|ca|cela)?)",
        "(?:suis je|est ce que je suis|si je suis|je suis)EVER (?:abonnee?|inscrite?|desabonnee?|desinscrite?)(?:"
        " (?:a|aux?|pour|de|des) SENT| sur (?:votre|une|la) liste| chez vous)",
        "(?:suis je|est ce que je suis)EVER (?:abonnee?|desabonnee?|desinscrite?)",
        "(?:avez vous|est ce que vous avez|vous avez|as tu)EVER (?:mon|un) CONSENT(?: (?:de ma part )?(?:pour|de)"
        " (?:TO_ME|SENT|cela|ca))?",
        "(?:avez vous|est ce que vous avez|vous avez|as tu)EVER le droit de TO_ME",
        "(?:a quoi|a quels SENT|pour quoi)EVER (?:ai je|jai|j ai|est ce que jai|est ce que j ai)EVER (?:consenti"
        "|dit oui|donne mon CONSENT)EVER",
        "(?:quest ce que|qu ?ai je|qu est ce que|que)EVER ?(?:jai|j ai|ai je)?EVER (?:accepte|autorise)(?: (?:de"
        "|a) (?:recevoir|vous))?EVER",
        "a quoi (?:suis je|est ce que je suis|je suis)EVER (?:abonnee?|inscrite?)EVER",
        "qui vous aEVER (?:donne (?:mon|l|le|la|une)? ?CONSENT|autorise)(?: (?:a|pour|de) TO_ME)?",
    ),
    fewer=(
        "(?:(?:(?:ah )?(?:super|genial|chouette|parfait|formidable|joie)|oh (?:super|joie)) encore|encore) une?"
        " (?:autre )?SENT",
        "(?:(?:je (?:voudrais|veux|souhaite|prefere|prefererais)|jaimerais)(?: (?:recevoir|avoir))? "
        "|(?:YOU_CAN )?(?:menvoyer|m envoyer|envoyez moi|envoie moi) )?"
        "(?:un peu )?moins SENT(?: (?:serait|seraient) (?:bien|mieux|parfait))?",
        "(?:YOU_CAN )?(?:TO_ME|(?:ecrivez|contactez|ecris|contacte|envoyez) moi(?: SENT)?) (?:un peu )?RARER",
        "(?:ne )?(?:mecrivez|m ecrivez|mecris|menvoyez|m envoyez|me contactez) pas (?:si|aussi|trop) souvent(?: SENT)?",
        "(?:(?:ne )?(?:menvoyez|m envoyez) )?pas (?:autant|tant) SENT",
        "(?:vous|tu) (?:mecrivez|m ecrivez|mecris|me contactez|menvoyez|m envoyez|me textez)(?: SENT)? (?:beaucoup "
        "|bien |vraiment )?(?:trop|si)(?: souvent)?",
        "(?:vous|tu) (?:menvoyez|m envoyez|envoyez|menvoies) (?:beaucoup |bien |vraiment )?(?:trop|tant) (?:de "
        "|d )SENT",
        "(?:(?:je recois|jai|cest|c est|il y a|ca fait) )?(?:beaucoup |bien )?trop (?:de |d )SENT",
        "(?:YOU_CAN )?(?:reduire|limiter|suspendre|mettre en pause|espacer)(?: (?:le nombre|la frequence) de)? SENT",
        "(?:YOU_CAN )?(?:TO_ME|(?:ecrivez|contactez|envoyez|ecris) moi(?: SENT)?) (?:AT_MOST )?OFTEN(?: AT_MOST)?",
        "SENT (?:AT_MOST )?OFTEN(?: (?:AT_MOST|ENOUGH))?", "(?:AT_MOST )?OFTEN ENOUGH pour SENT",
    ),
    bare=(
        "(?:un peu )?moins (?:souvent|frequemment)", "pas (?:si|aussi) souvent",
        "(?:(?:cest|c est|ca fait) (?:beaucoup |bien |vraiment )?trop )?(?:AT_MOST )?OFTEN (?:ca "
        "|cela )?ENOUGH",
        "AT_MOST OFTEN", "OFTEN AT_MOST",
    ),
    often=(
        "(?P<count>une?|deux|trois|[1-4])(?: \\w+){0,2}? (?:par|tous les|toutes les|chaque|dans (?:la|le)) "
        "(?P<unit>jour|semaine|mois|trimestre|an|annee)"
        "|tou(?:s|tes) les (?P<each>deux|trois|six|[236]) (?P<of>jours|semaines|mois)"
        "|(?P<said>chaque semaine|chaque mois|quotidien|hebdomadaire|mensuel)"
    ),
    numbers={"un": 1, "une": 1, "deux": 2, "trois": 3, "six": 6},
    days={
        "jour": 1, "semaine": 7, "mois": 30, "trimestre": 90, "an": 365, "annee": 365, "jours": 1, "semaines": 7,
        "chaque semaine": 7, "chaque mois": 30, "quotidien": 1, "hebdomadaire": 7, "mensuel": 30,
    },
)  # fmt: skip
