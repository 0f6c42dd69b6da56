"""How six languages say how soon somebody wants to buy. Times ("in zwei Monaten") are for `translated_times`."""

from __future__ import annotations

from typing import Final

NOW, THIS_QUARTER, LATER = "now", "this_quarter", "later"

SURE_PHRASES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "de": (
        (
            r"(?:so|möglichst) (?:bald|schnell|rasch|früh)(?: wie(?: nur)? möglich)|schnellst(?:möglich|ens)|"
            r"baldmöglichst|möglichst (?:bald|schnell|rasch)|(?:ab )?sofort|umgehend|unverzüglich|dringend|es eilt",
            NOW,
        ),
        (r"in (?:ein )?paar wochen|in den (?:nächsten|kommenden) (?:paar )?wochen", NOW),
        (
            r"(?:noch )?(?:in )?diese[smn] quartal|(?:im )?(?:nächste[sn]|kommende[sn]) quartal|"
            r"(?:bis )?(?:zum )?ende (?:des|dieses) quartals|"
            r"in (?:ein )?paar monaten|in den (?:nächsten|kommenden) (?:paar )?monaten",
            THIS_QUARTER,
        ),
        (
            r"(?:schaue?n?|sehe?n?|gucke?n?) (?:mich |uns )?(?:nur|erst ?mal|bloß|bloss)(?: mal)?(?: um)?|"
            r"(?:nur|erst ?mal|bloß|bloss)(?: mal)? (?:schauen|umsehen|umschauen|gucken|informieren)|keine eile|"
            r"(?:(?:es|das) )?eilt nicht|nicht (?:so )?(?:eilig|dringend)|irgendwann|"
            r"(?:später )?(?:im )?nächste[sn] jahr",
            LATER,
        ),
    ),
    "fr": (
        (
            r"d[èe]s que possible|(?:au|le) plus (?:vite|t[ôo]t|rapidement)(?: possible)?|imm[ée]diatement|"
            r"tout de suite|sans (?:attendre|d[ée]lai)|(?:c['’]est )?urgent|en urgence",
            NOW,
        ),
        (r"dans (?:quelques|les prochaines) semaines", NOW),
        (
            r"(?:d['’]ici (?:la fin d[ue] |ce )?|à la fin d[ue] )?(?:ce )?trimestre|(?:le )?trimestre prochain|"
            r"(?:le )?prochain trimestre|dans (?:quelques|les prochains) mois",
            THIS_QUARTER,
        ),
        (
            r"(?:je|on|nous) (?:ne )?(?:fais|fait|faisons) (?:juste |que )?regarder|(?:juste|"
            r"simplement) (?:regarder|curieux|"
            r"curieuse|pour voir|me renseigner)|(?:ce n['’]est )?pas (?:press[ée]e?s?|urgent)|rien ne presse|un jour|"
            r"l['’]ann[ée]e prochaine|l['’]an prochain",
            LATER,
        ),
    ),
    "es": (
        (
            r"(?:lo )?(?:antes|m[áa]s pronto) posible|cuanto antes|de inmediato|inmediatamente|ya mismo|enseguida|"
            r"(?:es )?urgente",
            NOW,
        ),
        (r"en (?:unas|algunas|las pr[óo]ximas) semanas", NOW),
        (
            r"(?:a finales de |antes de que acabe )?este trimestre|(?:el )?(?:pr[óo]ximo trimestre|"
            r"trimestre que viene)|"
            r"en (?:unos|algunos|los pr[óo]ximos) meses",
            THIS_QUARTER,
        ),
        (
            r"(?:s[óo]lo|solamente) (?:estoy |estamos )?mirando|(?:no (?:hay|tengo|tenemos)|sin) prisa|no es urgente|"
            r"alg[úu]n d[íi]a|el (?:año que viene|pr[óo]ximo año)",
            LATER,
        ),
    ),
    "it": (
        (
            r"(?:il )?prima possibile|al pi[ùu] presto|quanto prima|(?:da )?subito|immediatamente|(?:è )?urgente",
            NOW,
        ),
        (r"(?:tra|fra) qualche settimana|nelle prossime settimane", NOW),
        (
            r"(?:entro la fine del |in |entro )?questo trimestre|(?:il )?prossimo trimestre|(?:tra|fra) qualche mese|"
            r"nei prossimi mesi",
            THIS_QUARTER,
        ),
        (
            r"(?:sto|stiamo) solo guardando|solo (?:guardando|per curiosità|curios[oi])|(?:non (?:c['’]è|ho|"
            r"abbiamo)|senza) "
            r"fretta|non è urgente|(?:un|prima o poi un) giorno|(?:l['’]anno prossimo|il prossimo anno)",
            LATER,
        ),
    ),
    "nl": (
        (
            r"zo (?:snel|spoedig|gauw|vlug) mogelijk|z\.?s\.?m\b\.?|direct|meteen|onmiddellijk|(?:het is )?dringend|"
            r"met spoed",
            NOW,
        ),
        (r"over een paar weken|(?:in )?de komende weken", NOW),
        (
            r"(?:(?:aan|voor) het einde van )?dit kwartaal|(?:het )?volgend(?:e)? kwartaal|over een paar maanden|"
            r"(?:in )?de komende maanden",
            THIS_QUARTER,
        ),
        (
            r"(?:kijk|kijken) (?:alleen|even|gewoon)(?: maar)?(?: even)?(?: rond)?|alleen (?:aan het )?(?:kijken|"
            r"rondkijken)|"
            r"(?:er is |heb |hebben )?geen haast|niet dringend|ooit|volgend jaar",
            LATER,
        ),
    ),
    "pt": (
        (
            r"o mais (?:r[áa]pido|breve|cedo|depressa)(?: poss[íi]vel)?|assim que poss[íi]vel|(?:o )?quanto antes|"
            r"imediatamente|de imediato|(?:é )?urgente",
            NOW,
        ),
        (r"(?:daqui a|em) algumas semanas|nas pr[óo]ximas semanas", NOW),
        (
            r"(?:até ao? (?:fim|final) d)?este trimestre|(?:no )?pr[óo]ximo trimestre|(?:daqui a|em) alguns meses|"
            r"nos pr[óo]ximos meses",
            THIS_QUARTER,
        ),
        (
            r"s[óo] (?:estou |estamos )?(?:a ver|olhando|dando uma olhada|por curiosidade)|(?:não (?:h[áa]|tenho|"
            r"temos)|sem) "
            r"pressa|não é urgente|um dia|(?:no )?(?:pr[óo]ximo ano|ano que vem)",
            LATER,
        ),
    ),
}
"""By the assistant's languages (ISO 639-1): they say how soon, whatever else the message says."""

ANSWERS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "de": (
        (
            r"jetzt|heute|(?<!guten )morgen|diese[nr]? (?:woche|monat)|bald|gleich|schnell|nächste[rn]? woche|"
            r"zeitnah|demnächst",
            NOW,
        ),
        (r"(?:im )?nächste[rn]? monat", THIS_QUARTER),
        (
            r"später|in (?:einem jahr|(?:\d{1,2}|zwei|drei|ein paar) jahren)|weiß (?:ich |"
            r"wir )?(?:es )?(?:noch )?nicht|keine ahnung|noch (?:nicht (?:sicher|klar)|unklar|"
            r"offen|"
            r"unentschieden)|unentschlossen|neugierig|(?:aus )?neugier(?:de)?|egal|kein (?:plan|termin)",
            LATER,
        ),
    ),
    "fr": (
        (
            r"maintenant|aujourd['’]hui|demain|cette semaine|ce mois(?:-ci)?|bient[ôo]t|rapidement|"
            r"la semaine prochaine",
            NOW,
        ),
        (r"le mois prochain", THIS_QUARTER),
        (
            r"dans (?:un|deux|trois|quelques|\d{1,2}) ans?|plus tard|(?:je )?(?:ne )?sais pas(?: encore)?|"
            r"aucune id[ée]e|pas encore(?: d[ée]cid[ée])?|curieux|"
            r"curieuse",
            LATER,
        ),
    ),
    "es": (
        (r"ahora|hoy|mañana|esta semana|este mes|pronto|la (?:pr[óo]xima semana|semana que viene)", NOW),
        (r"el (?:pr[óo]ximo mes|mes que viene)", THIS_QUARTER),
        (
            r"(?:en|dentro de) (?:un|dos|tres|unos|\d{1,2}) años?|m[áa]s (?:tarde|adelante)|"
            r"(?:todav[íi]a |aún )?no (?:lo )?s[ée]|ni idea|por curiosidad|despu[ée]s",
            LATER,
        ),
    ),
    "it": (
        (
            r"adesso|ora|oggi|domani|questa settimana|questo mese|presto|la (?:prossima settimana|"
            r"settimana prossima)",
            NOW,
        ),
        (r"il (?:mese prossimo|prossimo mese)", THIS_QUARTER),
        (
            r"(?:tra|fra) (?:un|due|tre|qualche|\d{1,2}) ann[oi]|pi[ùu] (?:tardi|avanti)|"
            r"(?:ancora )?non (?:lo )?so|nessuna idea|non (?:ho|abbiamo) ancora deciso|curioso",
            LATER,
        ),
    ),
    "nl": (
        (r"nu|vandaag|morgen|deze (?:week|maand)|binnenkort|snel|volgende week", NOW),
        (r"volgende maand", THIS_QUARTER),
        (
            r"later|over (?:een|twee|drie|een paar|\d{1,2}) jaar|weet (?:ik |we )?(?:het )?(?:nog )?niet|"
            r"geen idee|nog niet (?:besloten|zeker)|nieuwsgierig",
            LATER,
        ),
    ),
    "pt": (
        (
            r"agora|j[áa]|hoje|amanhã|esta semana|este mês|(?:em )?breve|logo|(?:na )?(?:pr[óo]xima semana|"
            r"semana que vem)",
            NOW,
        ),
        (r"(?:no )?(?:pr[óo]ximo mês|mês que vem)", THIS_QUARTER),
        (
            r"(?:daqui a|em|dentro de) (?:um|dois|três|alguns|\d{1,2}) anos?|(?:mais )?(?:tarde|adiante)|"
            r"(?:ainda )?não sei|sem ideia|não decidi(?:mos)?|curioso|depois",
            LATER,
        ),
    ),
}
"""What says it where it was asked for, and may be something else in other messages."""
