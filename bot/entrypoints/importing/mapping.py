"""What each column of a file of people means: told in a mapping, else guessed from its name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from phonenumbers import SUPPORTED_REGIONS

from bot.documents import Faults, did_you_mean, parse
from bot.domain.audience import AttributeType, ProfileSchema
from bot.domain.errors import Place, SettingsError
from bot.domain.folding import close_up, fold
from bot.entrypoints.importing.dates import ORDERS
from bot.entrypoints.importing.numbers import MARKS
from bot.entrypoints.importing.words import FULL_NAME, meaning_of, rank_of, words
from bot.journeys import wording
from bot.journeys.fields import Fields
from bot.journeys.told.countries import COUNTRY

IDENTITIES = ("user_id", "email", "phone", "anonymous_id")
"""In the order in which a person is looked for by them."""

NAME_PARTS = ("first_name", "last_name")
"""Together they are the attribute `name`."""

COUNTRY_COLUMN = f"profile.{COUNTRY}"
"""What a column of countries is, where there is such an attribute and no other one is called as the column is."""

YES_IS_NO_CONSENT = (
    ": a no is a refusal; a yes is no consent, which is taken with its proof alone (consent.granted, ...)"
)
WISHES = ("opted_out", "subscribed")
"""What somebody wants of marketing; with a channel's name behind it (`subscribed.email`) on that channel."""

OPTED_OUT_ADDRESSES = "opted_out_addresses"
PLAIN = (*IDENTITIES, *NAME_PARTS, "time_zone", "locale", "tags", *WISHES, OPTED_OUT_ADDRESSES, "ignore")
PROOF = ("purpose", "channel", "granted", "how", "at", "text")
PARTS = (*PROOF, "ip")
"""Of a consent. The network address that the form was sent from, `ip`, may be left out."""

REPORTED = ("overture_row", "overture_result", "overture_why")
"""Columns of our own reports, which may be read again once they were put right."""

STATES = (OPTED_OUT_ADDRESSES, "objected_at", "restricted_at")
"""Columns of our own exports that tell how it stands here."""

OWN: Mapping[str, str] = {
    **{f"consent_{name}": f"consent.{name}" for name in PARTS},
    **dict.fromkeys((*REPORTED, "restricted_at"), "ignore"),
    OPTED_OUT_ADDRESSES: OPTED_OUT_ADDRESSES,
    "objected_at": "opted_out",
}
"""Names of our own exports and reports. What others call their columns stands in `words.yml`."""

COLUMNS_TOLD = 20
UNNAMED = re.compile(r"\(column \d+\)")
ANOTHER = re.compile(r" \(column \d+\)\Z")
WISH = re.compile(rf"(?:{'|'.join(WISHES)})(?:\.[a-z0-9_]+)?")
CONSENT = re.compile(rf"consent\.(?:(?P<group>[a-z0-9_]+)\.)?(?P<part>{'|'.join(PARTS)})")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What columns mean, what holds for every row, the country of phone numbers that name none (`is_region_told`: it
    was said of this file), the `decimal` mark of numbers and the order of `dates`, which are empty where each column
    shows its own. `overlooked` are the columns that mean nothing we know, without anybody having said so."""

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    region: str = "GB"
    is_region_told: bool = field(default=False, kw_only=True)
    decimal: str = ""
    overlooked: Collection[str] = ()
    dates: str = ""

    def joined(self, other: ColumnMapping) -> ColumnMapping:
        """With what the other one says besides, which counts where both say something."""
        columns, values = {**self.columns, **other.columns}, {**self.values, **other.values}
        decimal, dates = other.decimal or self.decimal, other.dates or self.dates
        is_told = self.is_region_told or other.is_region_told
        return ColumnMapping(columns, values, other.region, decimal, dates=dates, is_region_told=is_told)


def read_mapping(path: str, text: str, region: str) -> ColumnMapping:
    """The mapping in a YAML file; raises ContentError with every fault."""
    document, faults = parse(path, text), Faults()
    head = Fields(document, faults, document.data, "a mapping of columns")
    head.only("columns", "values", "region", "decimal", "dates")
    found: dict[str, dict[str, str]] = {"columns": {}, "values": {}}
    for part, told in found.items():
        if not head.has(part):
            continue
        inner = head.inner(part, f'"{part}"')
        for key in inner.node:
            value = inner.text(key)
            target = value if part == "columns" else str(key)
            if value is None or target is None:
                continue
            _check_into(faults, inner.place(key), target)
            told[str(key)] = value
    if (told_region := head.text("region")) is not None:
        try:
            region = checked_region(told_region)
        except ValueError as error:
            faults.add(head.place("region"), str(error))
    if (decimal := head.text("decimal") or "") not in ("", *MARKS):
        faults.add(head.place("decimal"), f'"{decimal}" is no decimal mark: write "," or ".".')
    if (dates := head.text("dates") or "") not in ("", *ORDERS):
        faults.add(head.place("dates"), f'"{dates}" is no order of days and months: write dmy or mdy.')
    faults.raise_if_any()
    return ColumnMapping(
        found["columns"], found["values"], region, decimal, dates=dates, is_region_told=told_region is not None
    )


def checked_region(told: str) -> str:
    """The country of numbers that name none; raises ValueError, which says what it may be."""
    if (region := told.strip().upper()) not in SUPPORTED_REGIONS:
        raise ValueError(f'"{told}" is no country: write its two letters, such as GB (ISO 3166).')
    return region


def _check_into(faults: Faults, place: Place, target: str) -> None:
    try:
        check_target(target)
    except ValueError as error:
        faults.add(place, str(error))


def check_target(target: str) -> None:
    """Raises ValueError, whose words say what a column may mean."""
    if target in PLAIN or CONSENT.fullmatch(target) or WISH.fullmatch(target):
        return
    head, _, name = target.partition(".")
    if head == "profile":
        wording.attribute(name)
        return
    near = did_you_mean(target, [*PLAIN, *(f"consent.{one}" for one in PROOF)])
    known = f"{', '.join(PLAIN)}, profile.<attribute>, or consent.purpose and the other parts of a consent."
    raise ValueError(f'a column cannot be "{target}". {near} It is one of {known}'.replace("  ", " "))


def read_options(
    pairs: Iterable[str], values: Iterable[str], region: str, decimal: str = "", dates: str = ""
) -> ColumnMapping:
    """What `--map COLUMN=TARGET`, `--set TARGET=VALUE`, `--region`, `--decimal` and `--dates` say; raises
    SettingsError."""
    columns, constants = {}, {}
    try:
        region = checked_region(region)
    except ValueError as error:
        raise SettingsError(f"--region {error}") from error
    for pair in pairs:
        column, parted, target = pair.rpartition("=")
        _check_option(pair, "--map", parted, target)
        columns[column] = target
    for pair in values:
        target, parted, value = pair.partition("=")
        _check_option(pair, "--set", parted, target)
        constants[target] = value
    return ColumnMapping(columns, constants, region, decimal, dates=dates)


def _check_option(pair: str, option: str, parted: str, target: str) -> None:
    wanted = "COLUMN=TARGET, such as Employees=profile.team_size" if option == "--map" else "TARGET=VALUE"
    if not parted:
        raise SettingsError(f'{option} "{pair}": write {wanted}.')
    try:
        check_target(target)
    except ValueError as error:
        raise SettingsError(f'{option} "{pair}": {error}') from error


def complete(given: ColumnMapping, columns: Sequence[str], schema: ProfileSchema | None) -> ColumnMapping:
    """With a guess for each column of which nothing is told; raises SettingsError where that is no whole mapping, or
    the file lacks a column."""
    mapping = guessed(given, columns, schema)
    check_whole(mapping)
    return mapping


def guessed(given: ColumnMapping, columns: Sequence[str], schema: ProfileSchema | None) -> ColumnMapping:
    """The same, which may lack what a mapping needs; raises SettingsError where the file lacks a column."""
    for column in given.columns:
        if column not in columns:
            raise SettingsError(f'there is no column "{column}". {did_you_mean(column, columns)}'.rstrip())
    found, taken = dict(given.columns), {*given.columns.values(), *given.values}
    for column in sorted(columns, key=rank_of):
        if column in found:
            continue
        target = guess(column, schema)
        found[column] = "ignore" if target in taken and not may_be_several(target) else target
        taken.add(found[column])
    _halve(found, given, taken)
    if useless := _useless_halves(taken):
        found |= {one: "ignore" for one in columns if found[one] in useless and one not in given.columns}
    overlooked = [one for one in columns if one not in given.columns and _is_overlooked(one, found[one], schema)]
    return replace(given, columns={one: found[one] for one in columns}, overlooked=overlooked)


def may_be_several(target: str) -> bool:
    """Whether several columns may tell of it, each of which counts."""
    return target in ("tags", OPTED_OUT_ADDRESSES) or WISH.fullmatch(target) is not None


def _is_overlooked(column: str, target: str, schema: ProfileSchema | None) -> bool:
    """Where no attribute is declared any column is one, also such as nobody has thought of."""
    if target == "ignore":
        return fold(column) not in OWN and meaning_of(column) != "ignore"
    return schema is None and target.startswith("profile.") and not column.strip().startswith("profile.")


def number_columns(mapping: ColumnMapping, schema: ProfileSchema | None) -> Collection[str]:
    """Those whose cells are numbers, by the attributes that are declared."""
    numbers = _declared(schema, AttributeType.NUMBER)
    return [column for column, target in mapping.columns.items() if target in numbers]


def date_columns(mapping: ColumnMapping, schema: ProfileSchema | None) -> Collection[str]:
    """Those whose cells are days: by the attributes that are declared, and when somebody consented."""
    days = _declared(schema, AttributeType.DATE)
    return [column for column, target in mapping.columns.items() if target in days or _is_when(target)]


def _declared(schema: ProfileSchema | None, kind: AttributeType) -> Collection[str]:
    declared = schema.attributes.values() if schema is not None else ()
    return {f"profile.{one.name}" for one in declared if one.type is kind}


def _is_when(target: str) -> bool:
    matched = CONSENT.fullmatch(target)
    return matched is not None and matched["part"] == "at"


def unnamed(place: int) -> str:
    """What a column is called that has no name in the header, as those that a spreadsheet adds on the right."""
    return f"(column {place})"


def named_apart(names: Sequence[str]) -> list[str]:
    """Each with a name of its own: without a name, or with one that stood before, by its place."""
    found: list[str] = []
    for place, name in enumerate(names, 1):
        apart = f"{name} {unnamed(place)}".strip()
        found.append(name if name and name not in found else apart)
    return found


def guess(column: str, schema: ProfileSchema | None) -> str:
    """What a column of this name most likely means. No consent is guessed but from columns that are named for it."""
    if UNNAMED.fullmatch(column):
        return "ignore"
    column = ANOTHER.sub("", column)
    name = fold(column)
    meant = OWN.get(name) or meaning_of(column)
    if meant and meant not in (*NAME_PARTS, FULL_NAME, COUNTRY_COLUMN):
        return meant
    if CONSENT.fullmatch(column.strip()):
        return column.strip()
    name = column.strip().removeprefix("profile.") if column.strip().startswith("profile.") else name
    if schema is None:
        if meant == COUNTRY_COLUMN:
            return meant
        try:
            return f"profile.{wording.attribute(name)}"
        except wording.Unreadable:
            return "ignore"
    declared = {close_up(one.label): one.name for one in schema.attributes.values() if one.label}
    declared |= {close_up(one): one for one in schema.attributes}
    if attribute := declared.get(close_up(name)):
        return f"profile.{attribute}"
    if meant == COUNTRY_COLUMN:
        return meant if COUNTRY in schema.attributes else "ignore"
    if "name" not in schema.attributes:
        return "ignore"
    return "profile.name" if meant == FULL_NAME or name in words().either_name else meant or "ignore"


def _halve(found: dict[str, str], given: ColumnMapping, taken: set[str]) -> None:
    """ "Nom" is the last name beside "Prénom", and "Nombre" the first beside "Apellidos": the other half, where one is
    there."""
    missing = [one for one in NAME_PARTS if one not in taken]
    if len(missing) != 1:
        return
    for column, target in found.items():
        if target == "profile.name" and column not in given.columns and fold(column) in words().either_name:
            found[column] = missing[0]
            taken.add(missing[0])
            return


def _useless_halves(taken: Collection[str]) -> Collection[str]:
    """A first name alone is what people are called by, a last name alone is not, and a whole name tells both."""
    if set(NAME_PARTS) <= set(taken):
        return ()
    return NAME_PARTS if "profile.name" in taken else ("last_name",)


def check_whole(mapping: ColumnMapping) -> None:
    """Raises SettingsError where nothing says who it is, or a consent lacks a part of its proof."""
    targets = {*mapping.columns.values(), *mapping.values}
    if not targets & {*IDENTITIES, "record"}:
        names = list(mapping.columns)
        shown = ", ".join(names[:COLUMNS_TOLD]) + ("..." if len(names) > COLUMNS_TOLD else "")
        raise SettingsError(
            "no column says who it is: none is an e-mail address, a phone number or an id of yours. "
            f'Say which (--map "Contact=email"). The first line of the file names these columns: {shown}.'
        )
    groups: dict[str, set[str]] = {}
    for target in targets:
        if matched := CONSENT.fullmatch(target):
            groups.setdefault(matched["group"] or "", set()).add(matched["part"])
    columns = set(mapping.columns.values())
    for group, parts in groups.items():
        named = f"consent.{group}." if group else "consent."
        missing = [one for one in PROOF if one not in parts]
        if missing:
            raise SettingsError(
                f"a consent is only taken with its proof, and there is no {', '.join(named + one for one in missing)}. "
                "Name a column for it (--map), or a value for all rows (--set)."
            )
        fixed = [one for one in ("granted", "at") if f"{named}{one}" not in columns]
        if fixed:
            raise SettingsError(
                f"{', '.join(named + one for one in fixed)} must be a column: whether and when somebody consented "
                "cannot be the same for everybody."
            )


def told(mapping: ColumnMapping) -> Iterable[str]:
    """The mapping in lines."""
    width = max((len(one) for one in mapping.columns), default=0)
    for column, target in mapping.columns.items():
        means = "left out" if target == "ignore" else target
        warning = YES_IS_NO_CONSENT if target.partition(".")[0] == "subscribed" else ""
        yield f"  {column:{width}}  {means}{warning}"
    for target, value in mapping.values.items():
        yield f"  {'(every row)':{width}}  {target} = {value}"
