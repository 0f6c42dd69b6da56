"""Tell provenance: who told what is known of a person, as programs and people read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.domain.merging import Claim
from bot.domain.person import Profile
from bot.domain.provenance import LOCALE, TIME_ZONE, Origin, Provenance, Source, Statement, of_tag

KEPT_SINCE = "0.1.0"
"""The first version that kept it."""

NOT_KNOWN = f"not known, before {KEPT_SINCE}"

Shown = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""The values by name, as whoever asks may see them."""

WORDS: Mapping[Source, str] = {
    Source.CORRECTION: "put right by",
    Source.CONVERSATION: "said by the person on",
    Source.PAGE: "told by the page of",
    Source.CRM: "CRM",
    Source.IMPORT: "import of",
    Source.API: "API,",
    Source.JOURNEY: "journey",
    Source.ACTION: "worked out on",
    Source.SERVICE: "the service",
}


def in_words(origin: Origin | None) -> str:
    """`import of fair.csv: row 3`."""
    if origin is None:
        return NOT_KNOWN
    named = f"{WORDS[origin.source]} {origin.by}" if origin.by else WORDS[origin.source].removesuffix(",")
    return f"{named}: {origin.where}" if origin.where else named


def told_of(name: str, told: Provenance | None, shown: Shown) -> Mapping[str, Any]:
    """Of one value."""
    if told is None:
        return _origin(None)
    found = dict(_origin(told.origin))
    for what, one in (("replaced", told.replaced), ("differing", told.differing)):
        if one is not None:
            found[what] = _statement(name, one, shown)
    return found


def provenance_of(profile: Profile, shown: Shown = dict) -> Mapping[str, Any]:
    """Of all that is known of a person, but for their identities."""
    known = dict(profile.provenance)
    own = {"time_zone": (TIME_ZONE, profile.time_zone), "locale": (LOCALE, profile.locale)}
    return {
        "attributes": {name: told_of(name, known.get(name), shown) for name in sorted(profile.attributes)},
        **{name: told_of(name, known.get(key), shown) for name, (key, value) in own.items() if value},
        "tags": {tag: told_of(tag, known.get(of_tag(tag)), shown) for tag in sorted(profile.tags)},
    }


def identities_of(claims: Iterable[Claim]) -> list[Mapping[str, Any]]:
    """Each identity, with who told it, and when it was told last."""
    return [
        {
            "kind": one.identity.kind,
            "value": one.identity.value,
            "proved": one.identity.verified,
            **_origin(one.origin),
            "at": one.at.isoformat(),
        }
        for one in claims
    ]


def _origin(origin: Origin | None) -> Mapping[str, Any]:
    if origin is None:
        return {"source": None, "words": NOT_KNOWN}
    return {
        "source": origin.source.value,
        "by": origin.by,
        "where": origin.where,
        "at": origin.at.isoformat(),
        "words": in_words(origin),
    }


def _statement(name: str, one: Statement, shown: Shown) -> Mapping[str, Any]:
    """Without a value where it was not kept."""
    return {**_origin(one.origin), **({"value": shown({name: one.value})[name]} if one.kept else {})}
