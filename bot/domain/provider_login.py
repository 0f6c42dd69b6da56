"""What an identity provider says of somebody, and which role that gives them here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.domain.access import Role


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """`subject` never changes and is unique with its `issuer`; the address may be given to somebody else one day."""

    issuer: str
    subject: str
    email: str
    email_verified: bool
    groups: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return f"{self.issuer}|{self.subject}"


@dataclass(frozen=True, slots=True)
class ProviderRules:
    """`domains` are those of which addresses may be; `roles` go by groups, and the first that somebody is in counts."""

    domains: Collection[str] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)

    def refusal(self, identity: ProviderIdentity) -> str | None:
        """Why they may not come in at all; None where they may.

        Accounts do not tell letters apart by their size, by which a few from afar (K of the Kelvin, the long s) become
        plain ones: whoever has such an address proved would be taken for the owner of another.
        """
        if not identity.email_verified or "@" not in identity.email:
            return "your provider does not say that your e-mail address is proved to be yours"
        if identity.email.casefold().isascii() and not identity.email.isascii():
            return "your e-mail address has letters that only look like those of another"
        domain = identity.email.rpartition("@")[2].casefold()
        if self.domains and domain not in self.domains:
            return "addresses of your domain may not log in here"
        if self.roles and self.role(identity) is None:
            return "none of your groups has a role here"
        return None

    def role(self, identity: ProviderIdentity) -> Role | None:
        return next((role for group, role in self.roles.items() if group in identity.groups), None)
