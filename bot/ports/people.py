"""What the store keeps of people: profiles, consent, scores, segments, the timeline, merges."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.domain.audience import Segment, SegmentChange, Working
from bot.domain.challenge import Challenge, ChallengeId, Outcome
from bot.domain.consent import ConsentRecord, Consequence, Suppression
from bot.domain.crm import CrmWrite
from bot.domain.delivery import Decision
from bot.domain.ids import ProfileId
from bot.domain.importing import ImportProgress
from bot.domain.likelihood import Scorecard
from bot.domain.merging import Claim, Merge
from bot.domain.opt_out_question import OptOutQuestion, OptOutQuestionId, Settled
from bot.domain.person import Identity, Profile
from bot.domain.provenance import Origin
from bot.domain.score import USUAL_GRADES, Dimension, Grades, ScoreChange
from bot.domain.timeline import PersonEvent


@dataclass(frozen=True, slots=True)
class Dated:
    """People of whom `attribute` names one of `days`: 2026-12-24, or ____-12-24 for that day of any year."""

    attribute: str
    days: Sequence[str]


@dataclass(frozen=True, slots=True)
class Outside:
    """People whose own time zone is none of these, or who have none."""

    zones: Collection[str]


@dataclass(frozen=True, slots=True)
class Page:
    """People, and the id up to which was looked; `reached` is None after the last."""

    people: Sequence[ProfileId]
    reached: str | None


class Profiles(Protocol):
    """The people that are known. Asking for an id that nobody has raises PersonGone."""

    async def get(self, profile_id: ProfileId) -> Profile: ...
    async def fresh(self, profile_id: ProfileId) -> Profile:
        """As it is now, read anew even if it was read ahead, and locked as by `lock`: for whoever writes it, which is
        the whole of it."""

    async def add(self, profile: Profile) -> None: ...
    async def add_all(self, profiles: Sequence[Profile]) -> None: ...
    async def save(self, profile: Profile) -> None: ...
    async def page(self, *, after: str, limit: int, only: Dated | Outside | None = None) -> Page:
        """At most `limit` people in the order of their ids, from behind `after`; those only whom `only` may fit.

        It looks at a bounded number of profiles, so that it is quick, and may find nobody among them.
        """

    async def owner_of(self, kind: str, value: str) -> Profile | None:
        """Who has this identity: whoever proved it, else whoever claimed it last."""

    async def find(self, text: str, *, limit: int, besides: Collection[str] = ()) -> Sequence[ProfileId]:
        """People who have this text in an identity, an attribute or a tag. It looks at everybody, and at no attribute
        of these names (`besides`)."""

    async def newest(self, *, segment: str = "", before: str = "", limit: int) -> Sequence[ProfileId]:
        """Everybody, or the members of a segment, who became known last first; from behind `before`, where it is given.

        People who were made known with an id of another program's making stand in the order of those.
        """

    async def count(self, *, segment: str = "", most: int) -> int:
        """How many they are; `most` where there are as many or more, for no more are looked at."""

    async def tags(self, *, among: int, limit: int) -> Mapping[str, int]:
        """The tags that most of so many people (`among`) have, who became known last, with how many have each."""

    async def holders_of(self, identities: Collection[Identity], *, limit: int) -> Sequence[ProfileId]:
        """Everybody who has one of these identities, proved or not, in the order of their ids."""

    async def owners_of(self, identities: Collection[Identity]) -> Mapping[Identity, ProfileId]:
        """The owner of each of these that has one, as `owner_of` finds them."""

    async def claim(
        self, profile_id: ProfileId, identity: Identity, at: datetime, origin: Origin | None = None
    ) -> None:
        """Note the identity, and who told it; a verified one stays verified."""

    async def claim_all(self, claims: Sequence[Claim]) -> None:
        """The same for many at once."""

    async def disclaim(self, profile_id: ProfileId, identity: Identity) -> None:
        """The identity is not theirs."""

    async def identities(self, profile_id: ProfileId) -> Sequence[Identity]: ...
    async def provers_of(self, kind: str, value: str) -> Sequence[ProfileId]:
        """Everybody who has proved this identity, in the order of their ids."""

    async def lock(self, profile_id: ProfileId, *, alone: bool = False) -> None:
        """Until this transaction ends, others who want this lock of the person wait.

        `alone`: so does everybody who adds something that belongs to the person.
        """

    async def lock_all(self, people: Collection[ProfileId]) -> None:
        """The same for many, in the order of their ids."""

    async def lock_identities(self, identities: Collection[Identity]) -> None:
        """Until this transaction ends, others who want this lock of one of them wait, whether anybody has it or not:
        whoever takes it and then finds nobody may make somebody known, and is the only one."""


class Consents(Protocol):
    def expect(self, people: Collection[ProfileId], addresses: Collection[tuple[str, str]]) -> None:
        """What is asked of one of these people or addresses, each with its channel, may be read of all at once."""

    async def add(self, record: ConsentRecord) -> None: ...
    async def add_all(self, records: Sequence[ConsentRecord]) -> None: ...
    async def of(self, profile_id: ProfileId) -> Sequence[ConsentRecord]: ...
    async def of_all(self, people: Collection[ProfileId]) -> Mapping[ProfileId, Sequence[ConsentRecord]]:
        """The same of many at once."""

    async def suppress(self, suppression: Suppression) -> None: ...
    async def suppress_anew(self, suppression: Suppression) -> None:
        """The same of an address that may be suppressed: when they asked for it again is kept beside the first time."""

    async def suppress_all(self, suppressions: Sequence[Suppression]) -> None: ...
    async def opted_out(
        self, addresses: Collection[str], cause: Consequence = Consequence.OPTED_OUT
    ) -> Mapping[str, frozenset[str]]:
        """The channels on which each of these has opted out, where it has; also of those who were erased."""

    async def erased(self, address: str) -> Sequence[Suppression]:
        """How the address of somebody who was erased is left alone; none where nobody with it was."""

    async def suppress_erased(self, suppressions: Sequence[Suppression]) -> None:
        """Leave the address of somebody who was erased alone for this reason; nobody can read it here."""

    async def lift(self, channel: str, address: str, cause: Consequence = Consequence.OPTED_OUT) -> None: ...
    async def suppression(self, channel: str, address: str) -> Suppression | None:
        """The opt-out of this address."""

    async def refusal(self, channel: str, address: str) -> Suppression | None:
        """Why it gets no marketing there: its opt-out, or else that it is not whose it was taken for, or that its owner
        wants none on this channel."""

    async def in_the_way(self, channel: str, address: str) -> Sequence[Suppression]:
        """Whatever keeps a message from this address, one for each cause; also what holds for the whole channel."""

    async def complaints(self, channel: str, since: datetime) -> int:
        """How many called what came there spam."""

    async def stopped(self) -> Sequence[Suppression]:
        """The channels whose sender is stopped."""

    async def decided(self, decision: Decision) -> None: ...
    async def decided_all(self, decisions: Sequence[Decision]) -> None: ...
    async def was_let_go(self, profile_id: ProfileId, key: str) -> bool:
        """Whether the gate has ever let this person's message leave."""

    async def decisions(self, profile_id: ProfileId) -> Sequence[Decision]: ...


class Challenges(Protocol):
    """Proof that was asked of people."""

    async def add(self, challenge: Challenge) -> None: ...
    async def get(self, challenge_id: ChallengeId) -> Challenge | None: ...
    async def of(self, profile_id: ProfileId) -> Sequence[Challenge]:
        """Each, the oldest first."""

    async def at(self, channel: str, address: str, since: datetime) -> Sequence[Challenge]:
        """Those that went to this address since then, whoever asked for them, the oldest first."""

    async def settle(self, challenge_id: ChallengeId, outcome: Outcome, at: datetime) -> bool:
        """False when it was settled before."""

    async def take_try(self, challenge_id: ChallengeId) -> bool:
        """One try less; False where none was left."""


class OptOutQuestions(Protocol):
    """What was asked of people who opted out, or may have meant to."""

    def expect(self, people: Collection[ProfileId]) -> None:
        """What is asked of one of these people may be read of all of them at once."""

    async def add(self, question: OptOutQuestion) -> None: ...
    async def of(self, profile_id: ProfileId) -> Sequence[OptOutQuestion]:
        """Each, the oldest first."""

    async def unsettled(self, profile_id: ProfileId) -> Sequence[OptOutQuestion]:
        """Those that were not answered, the oldest first."""

    async def settle(self, question_id: OptOutQuestionId, outcome: Settled, at: datetime) -> bool:
        """False when it was settled before."""


class Scores(Protocol):
    async def add(self, change: ScoreChange) -> bool:
        """False when this key was counted before."""

    async def add_all(self, changes: Sequence[ScoreChange]) -> None:
        """Add them at once; those whose key was counted before change nothing."""

    async def add_at_end(self, change: ScoreChange) -> None:
        """The same with the others at the end of the transaction."""

    async def of(self, profile_id: ProfileId) -> Sequence[ScoreChange]: ...
    async def people_of_rules(self) -> Mapping[str, int]:
        """How many people each rule has given points to, without those from whom it took them all back."""

    async def people_of_grades(self, now: datetime, grades: Grades) -> Mapping[str, int]:
        """How many people have each grade by now; a grade that nobody has is left out."""

    # How far the points of each rule that looks at what is known are put right.
    async def workings(self) -> Sequence[Working]:
        """One for each rule that is, or was, in force; in no order."""

    async def claim(self, rule: str) -> Working | None:
        """The same of one rule; None where it has none, or another transaction works at it."""

    async def save(self, working: Working) -> None: ...
    async def drop(self, rule: str) -> None: ...
    async def not_right(
        self,
        rule: str,
        condition: str,
        points: int,
        dimension: Dimension,
        after: str,
        now: datetime,
        *,
        among: int,
        limit: int,
    ) -> tuple[Sequence[ProfileId], str | None]:
        """Of the next so many people (`among`) behind `after`, in the order of their ids, those whom the rule has not
        given what it is to give: `points` of the dimension where the condition is true, else none, and of the other
        none. At most `limit`. And up to where that looked; None where it has come to the end. Nobody who objects or is
        restricted."""


class Segments(Protocol):
    """Who is in which segment, and which changes of that journeys are still to be told."""

    async def of(self, profile_id: ProfileId) -> Mapping[str, datetime]:
        """The segments that the person is in, in the order of their ids, and since when."""

    async def enter(self, profile_id: ProfileId, segment: str, at: datetime) -> None: ...
    async def leave(self, profile_id: ProfileId, segment: str) -> None: ...
    async def members(self, segment: str, *, after: str = "", limit: int) -> Sequence[ProfileId]:
        """In the order of their ids, from behind `after`."""

    async def count_members(self, segment: str) -> int: ...
    async def find(
        self,
        condition: str,
        now: datetime,
        *,
        limit: int,
        cards: tuple[Scorecard, ...] = (),
        grades: Grades = USUAL_GRADES,
    ) -> Sequence[ProfileId]:
        """Some of the people for whom the condition is true, by the database itself."""

    async def count(
        self, condition: str, now: datetime, *, cards: tuple[Scorecard, ...] = (), grades: Grades = USUAL_GRADES
    ) -> int:
        """For how many people the condition is true, by the database itself."""

    async def workings(self) -> Sequence[Working]: ...
    async def claim(self, segment: str) -> Working | None:
        """The work on it, for this transaction; None while somebody else has it, or if there is none."""

    async def save(self, working: Working) -> None: ...
    async def drop(self, segment: str) -> None:
        """Forget the working of a segment that is no more."""

    async def work_out(self, segment: Segment, after: str, now: datetime, *, limit: int) -> tuple[str | None, int]:
        """Bring the members among the next `limit` people behind `after` up to date, and queue what changed.

        The last of these people, None where there are no more behind them; and how many changes there were.
        """

    async def queue(self, profile_id: ProfileId, segment: str, *, entered: bool, at: datetime) -> None: ...
    async def claim_changes(self, limit: int) -> Sequence[SegmentChange]:
        """The oldest changes that are queued and still true, locked for this transaction; other workers skip them."""

    async def next_due(self) -> datetime | None:
        """Since when the oldest of the changes that are queued has been; None where none is."""

    async def told(self, positions: Sequence[int]) -> int:
        """Journeys have heard of these; how many were still to be told."""

    async def failed(self, position: int, error: str) -> None:
        """Leave this change where it is, with the error; it is not claimed again."""

    async def tell_again(self, segment: str, error: str) -> int:
        """The changes of this segment that were left with this error are queued again; how many."""

    async def drop_unheard(self, limit: int) -> int:
        """Of the oldest changes, those of people who wait in no journey go onto their timelines only; how many."""


class Timeline(Protocol):
    """What happened to people. Lines are added, and never changed."""

    async def add(self, event: PersonEvent) -> None:
        """With the others at the end of the transaction, or when a timeline is read. It has no key."""

    async def add_new(self, events: Sequence[PersonEvent]) -> frozenset[str]:
        """Add those whose key was not taken before; their keys."""

    async def of(self, profile_id: ProfileId, *, limit: int) -> Sequence[PersonEvent]:
        """The latest, newest first."""

    async def who_did(self, events: Collection[str], *, after: str, limit: int) -> Sequence[ProfileId]:
        """Those to whom any of these happened, in the order of their ids, from behind `after`."""

    async def names(self, *, limit: int) -> Sequence[str]:
        """Of what has happened to anybody, by their letters."""

    async def of_many(
        self, people: Collection[ProfileId], events: Collection[str]
    ) -> Mapping[ProfileId, Sequence[PersonEvent]]:
        """Of each of them these events, the oldest first."""

    async def counts(self, profile_id: ProfileId, events: Collection[str]) -> Mapping[str, Mapping[date, int]]:
        """Of each of these events, how often it happened to the person on which day (UTC)."""


class Merges(Protocol):
    """Profiles that were made one."""

    async def add(self, merge: Merge) -> None: ...
    async def latest(self, profile_id: ProfileId) -> Merge | None:
        """The latest merge that this person was in, on either side, and that was not undone."""

    async def all_of(self, profile_id: ProfileId) -> Sequence[Merge]:
        """Every one, the oldest first."""

    async def undone(self, merge_id: str, at: datetime) -> None: ...
    async def claims(self, profile_id: ProfileId) -> Sequence[Claim]:
        """The person's identities, each with when it was claimed."""

    async def count(self, profile_id: ProfileId) -> Mapping[str, int]:
        """How many rows of each table are the person's."""

    async def carry(self, source: ProfileId, target: ProfileId) -> Mapping[str, tuple[str, ...]]:
        """Make all that is the one person's the other's, but the profile; the keys of the rows by table.

        Conversations and hand-offs get a new version, so that whoever is at work on one looks again.
        """

    async def carry_back(self, moved: Mapping[str, Sequence[str]], source: ProfileId, target: ProfileId) -> None:
        """Make those of these rows that are still the one person's the other's again."""

    async def rekey(self, keys: Mapping[str, str]) -> None:
        """Give score changes other keys, by the ones that they have."""

    async def uncount(self, keys: Sequence[str]) -> None:
        """Take out the score changes of these keys."""

    async def remove(self, profile_id: ProfileId) -> None:
        """Remove a profile that nothing refers to but identities, segments and CRM links, and those with it."""


class CrmWrites(Protocol):
    """The ledger of what CRMs were given of people."""

    async def add(self, write: CrmWrite) -> None: ...

    async def taken(self, key: str, record: str) -> None:
        """The CRM has answered to what was sent last under this key: it has it, in this record."""

    async def of(self, profile_id: ProfileId) -> Sequence[CrmWrite]:
        """In the order in which it left."""


class CrmLinks(Protocol):
    async def get(self, crm: str, profile_id: ProfileId) -> str | None: ...
    async def put(self, crm: str, profile_id: ProfileId, crm_id: str) -> None: ...
    async def put_all(self, crm: str, records: Mapping[ProfileId, str]) -> None: ...
    async def remove(self, crm: str, profile_id: ProfileId) -> None: ...
    async def of(self, profile_id: ProfileId) -> Mapping[str, str]:
        """The id in each CRM that has a record of the person."""

    async def people(self, crm: str, records: Collection[str]) -> Mapping[str, Sequence[ProfileId]]:
        """Whose each of these CRM records is. A record that was found by e-mail may belong to several."""


class Imports(Protocol):
    """How far imports of people have come."""

    async def get(self, import_id: str) -> ImportProgress | None: ...
    async def latest(self, limit: int) -> Sequence[ImportProgress]:
        """Those that began last, the latest first."""

    async def save(self, progress: ImportProgress) -> None: ...
    async def forget(self, import_id: str) -> None: ...
