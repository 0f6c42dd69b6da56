"""The register of processing (GDPR article 30(1)), from what is set up here and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.adapters.content.library import Contents
from bot.domain.access import RIGHTS, SEES, Right, Sensitivity
from bot.domain.audience import ProfileSchema
from bot.domain.journey import Journey
from bot.domain.privacy import LawfulBasis, RequestKind
from bot.domain.retention import COUNTED_FROM, DataClass
from bot.domain.sending_rules import LEAST_TIME, ConsentRule, RetentionRule, SendingRules
from bot.domain.steps import SendStep
from bot.entrypoints.wiring.connectors import channel_identities, connector_module, is_sandboxed
from bot.settings import Settings

NOT_SAID = "not said"
BASES = {
    LawfulBasis.CONSENT: "consent (GDPR article 6(1)(a))",
    LawfulBasis.CONTRACT: "a contract with them, or steps that they asked for before one (GDPR article 6(1)(b))",
    LawfulBasis.LEGAL_OBLIGATION: "a legal obligation (GDPR article 6(1)(c))",
    LawfulBasis.VITAL_INTERESTS: "vital interests (GDPR article 6(1)(d))",
    LawfulBasis.PUBLIC_TASK: "a task in the public interest (GDPR article 6(1)(e))",
    LawfulBasis.LEGITIMATE_INTEREST: "legitimate interest (GDPR article 6(1)(f))",
}
FOLLOWING = "consent to it (GDPR article 6(1)(a), ePrivacy Directive article 5(3)); ends with an objection"
UNTIL_ERASED = "until the person is erased"
KEPT = {
    "identities": "phone numbers, e-mail addresses and ids by which people are known",
    "consent": (
        "what they consented to or refused, in which words, when, how and from which network address; "
        "addresses that are left alone"
    ),
    "scores": "points with their reasons, and grades; a likelihood where one is in force",
    "requests": "what they asked for under their rights",
    **{kind.value: COUNTED_FROM[kind].partition(": ")[2] for kind in DataClass if kind not in ("visitors", "people")},
}
"""What the product keeps of people beside the attributes that a profile declares."""


def register(settings: Settings, contents: Contents, values: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """As plain data. `values` are the connectors' own settings: they say which are only sandboxes."""
    schema = contents.profile or ProfileSchema()
    told = {
        "register": "record of processing activities, GDPR article 30(1)",
        "made_at": now.isoformat(),
        "controller": settings.controller or NOT_SAID,
        "purposes": _purposes(contents, schema),
        "people": ["visitors", "people who write or are written to", "leads and customers"],
        "attributes": [
            {
                "name": one.name,
                "label": one.label or one.name,
                "type": one.type.value,
                "sensitivity": one.sensitivity.value,
                "purpose": one.purpose or NOT_SAID,
                "seen_by": sorted(role.value for role, seen in SEES.items() if one.sensitivity in seen),
            }
            for one in schema.attributes.values()
        ],
        "kept": _kept(contents.rules, now),
        "recipients": [*_recipients(settings, contents, values)],
        "rights": _rights(contents.rules, now),
        "consent_rules": [_row(one) for one in contents.rules.consents if one.in_force(now)],
        "access": {role.value: sorted(right.value for right in rights) for role, rights in RIGHTS.items()},
        "protection": [*_protection(settings, contents)],
    }
    return {**told, "incomplete": [*_incomplete(told)]}


def _purposes(contents: Contents, schema: ProfileSchema) -> list[dict[str, Any]]:
    found = [
        {
            "purpose": "to answer people who write",
            "basis": "their message (GDPR article 6(1)(b) or (f))",
            "by": ["conversations"],
        }
    ]
    for purpose, basis in (
        ("marketing", "consent, or a soft opt-in where a rule below allows it (GDPR article 6(1)(a) or (f))"),
        ("service", "what they asked for (GDPR article 6(1)(b))"),
    ):
        journeys = sorted(one.id for one in contents.journeys.values() if one.purpose.value == purpose)
        if journeys:
            found.append({"purpose": purpose, "basis": basis, "by": [f"journey {name}" for name in journeys]})
    followed = sorted(one.id for one in contents.journeys.values() if _follows_links(one, contents.rules))
    if followed:
        by = [f"journey {name}" for name in followed]
        found.append({"purpose": "to know who opens the links in messages", "basis": FOLLOWING, "by": by})
    if contents.score_rules:
        reasons = [f"score rule {one.id.removeprefix('score:')}" for one in contents.score_rules]
        basis = "legitimate interest; ends with an objection (GDPR articles 6(1)(f) and 21)"
        found.append({"purpose": "to see who should be helped first", "basis": basis, "by": reasons})
    declared = {(one.purpose, one.basis) for one in schema.attributes.values() if one.purpose}
    for purpose, rests_on in sorted(declared, key=lambda one: (one[0], one[1] or "")):
        by = [
            one.label or one.name
            for one in schema.attributes.values()
            if (one.purpose, one.basis) == (purpose, rests_on)
        ]
        found.append({"purpose": purpose, "basis": BASES[rests_on] if rests_on else NOT_SAID, "by": by})
    return found


def _follows_links(journey: Journey, rules: SendingRules) -> bool:
    sent = (step for step in journey.steps.values() if isinstance(step, SendStep) and journey.follows(step))
    return any(rules.may_follow_links(channel) for step in sent for channel in step.channels)


def _kept(rules: SendingRules, now: datetime) -> list[dict[str, Any]]:
    times = rules.retention_of(now)
    found = []
    for name, what in KEPT.items():
        rule = times.get(DataClass(name)) if name in list(DataClass) else None
        found.append({"what": name, "holds": what, **_time(rule)})
    for kind in (DataClass.VISITORS, DataClass.PEOPLE):
        rule = times.get(kind)
        found.append({"what": kind.value, "holds": COUNTED_FROM[kind], **_time(rule)})
    return found


def _time(rule: RetentionRule | None) -> dict[str, Any]:
    """How long, by which rule and why; until erasure where no rule deletes."""
    if rule is None:
        return {"days": None, "until": UNTIL_ERASED, "rule": None, "source": None}
    if not rule.deletes:
        until = f"{UNTIL_ERASED}; {rule.keep.days} days are intended, and nothing is deleted by it"
        return {"days": None, "until": until, "rule": rule.id, "source": rule.source}
    return {"days": rule.keep.days, "until": f"{rule.keep.days} days", "rule": rule.id, "source": rule.source}


def _recipients(settings: Settings, contents: Contents, values: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Who gets something of people by what is set up; where that lies, and under which contract, is not known here."""
    kinds = channel_identities(settings)
    for name in settings.connector_names:
        module = connector_module(name)
        gets = [f"messages, and {_addresses(kinds[one])}" for one in getattr(module, "CHANNELS", ()) if one in kinds]
        gets += ["hand-offs with what was said" for one in getattr(module, "CHANNELS", ()) if one not in kinds]
        for crm in getattr(module, "CRMS", ()):
            mapping = contents.crm_mappings.get(crm)
            gets += [f"{one.name} ({one.source})" for one in (mapping.fields if mapping is not None else ())]
        if gets:
            about = (module.__doc__ or "").strip().splitlines()[0]
            sandboxed = is_sandboxed(module, values)
            yield {"recipient": name, "about": about, "gets": sorted(set(gets)), "in_sandbox": sandboxed}
    for name, (url, _) in settings.endpoints_by_name.items():
        about = f"an endpoint of yours at {urlsplit(url).hostname}"
        yield {"recipient": name, "about": about, "gets": ["what steps of journeys tell it"], "in_sandbox": False}
    if settings.model_url:
        about = f"the language model {settings.model_name} at {urlsplit(settings.model_url).hostname}"
        gets = [f"words of conversations, for {settings.model_uses}; what is masked in them is not sent"]
        yield {"recipient": "language model", "about": about, "gets": gets, "in_sandbox": False}
    if settings.oidc_issuer:
        about = f"the identity provider at {urlsplit(settings.oidc_issuer).hostname}"
        yield {"recipient": "login", "about": about, "gets": ["who of your own people logs in"], "in_sandbox": False}


def _addresses(kind: str) -> str:
    return {"phone": "phone numbers", "email": "e-mail addresses"}.get(kind, f"ids of {kind}")


def _rights(rules: SendingRules, now: datetime) -> list[dict[str, Any]]:
    rows = [one for one in rules.deadlines if one.in_force(now)]
    found = []
    for kind in RequestKind:
        within = {one.jurisdiction: one.within.days for one in rows if kind in one.kinds}
        sources = [one.source for one in rows if kind in one.kinds]
        found.append({"right": kind.value, "days": within or {"default": LEAST_TIME.days}, "sources": sources})
    return found


def _row(rule: ConsentRule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "country": rule.jurisdiction,
        "channels": sorted(rule.channels),
        "confirmed": rule.confirm_within is not None,
        "soft_opt_in": rule.soft_opt_in,
        "source": rule.source,
    }


def _protection(settings: Settings, contents: Contents) -> Iterator[str]:
    honours = sorted(role.value for role, rights in RIGHTS.items() if Right.HONOUR_WISHES in rights)
    yield f"roles say who sees what; {' and '.join(honours)} may erase people and note what they object to"
    if settings.oidc_issuer:
        yield "people log in through your identity provider"
    sensitive = [one for one in (contents.profile or ProfileSchema()).attributes.values() if one.sensitive]
    if sensitive:
        names = ", ".join(one.name for one in sensitive)
        yield f"{names}: nothing is learnt from {'it' if len(sensitive) == 1 else 'them'} ({Sensitivity.SENSITIVE})"
    yield "each look at a person and each change of what they wish is in an audit log with a chain of digests"
    yield "logs hold ids, no names, numbers or words"
    yield "addresses of people who were erased are kept as salted digests"
    if settings.service_url.startswith("https://"):
        yield "webhooks and pages are reached over TLS"
    if settings.scanner:
        yield "files of customers are looked through for viruses"


def _incomplete(told: Mapping[str, Any]) -> Iterator[str]:
    """What the law wants in the register, and nothing here says."""
    if told["controller"] == NOT_SAID:
        yield "the controller, with an address and whom to ask: set OVERTURE_CONTROLLER"
    without = [one["name"] for one in told["attributes"] if one["purpose"] == NOT_SAID]
    if without:
        yield f"what these attributes are kept for: {', '.join(without)} (purpose in journeys/profile.yml)"
    if groundless := [one["purpose"] for one in told["purposes"] if one["basis"] == NOT_SAID]:
        yield f"on which legal basis this is done: {'; '.join(groundless)} (basis in journeys/profile.yml)"
    if not told["attributes"]:
        yield "which attributes people have: declare them in journeys/profile.yml"
    if unbounded := [one["what"] for one in told["kept"] if one["days"] is None and one["what"] in list(DataClass)]:
        yield f"how long these are kept: {', '.join(unbounded)} (journeys/rules/retention.yml)"
    yield "in which countries the recipients are, and by which contracts: that is not known here"


# ---------------------------------------------------------------- for people to read


def as_markdown(told: Mapping[str, Any]) -> str:
    lines = [
        "# Register of processing",
        f"{told['register']}. Made {told['made_at'][:16].replace('T', ' ')} UTC from what is set up.",
        "",
        f"**Controller:** {told['controller']}",
        "",
        f"**People:** {', '.join(told['people'])}",
        "",
        "## Purposes",
        *_table(("purpose", "legal basis", "by"), ((p["purpose"], p["basis"], p["by"]) for p in told["purposes"])),
        "## What is known of people",
        *_table(
            ("attribute", "type", "sensitivity", "kept for", "seen by"),
            ((a["label"], a["type"], a["sensitivity"], a["purpose"], a["seen_by"]) for a in told["attributes"]),
        ),
        "## What else is kept, and how long",
        *_table(
            ("what", "holds", "how long", "rule", "source"),
            ((k["what"], k["holds"], k["until"], k["rule"], k["source"]) for k in told["kept"]),
        ),
        "## Recipients",
        *_table(
            ("recipient", "what it is", "gets", ""),
            (
                (r["recipient"], r["about"], r["gets"], "in its sandbox: nothing leaves" if r["in_sandbox"] else "")
                for r in told["recipients"]
            ),
        ),
        "## Consent by country",
        *_table(
            ("rule", "country", "channels", "confirmed first", "soft opt-in", "source"),
            (
                (c["rule"], c["country"], c["channels"], _yes(c["confirmed"]), _yes(c["soft_opt_in"]), c["source"])
                for c in told["consent_rules"]
            ),
        ),
        "## Rights, and by when they are honoured",
        *_table(
            ("right", "days, by country", "source"),
            (
                (r["right"], [f"{where}: {days}" for where, days in r["days"].items()], r["sources"])
                for r in told["rights"]
            ),
        ),
        "## Protection",
        *(f"- {one}" for one in told["protection"]),
        "",
        "## What is still to be said",
        *(f"- {one}" for one in told["incomplete"]),
    ]
    return "\n".join(lines)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"
    yield ""


def _cell(value: Any) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return text.replace("|", "\\|").replace("\n", " ")
