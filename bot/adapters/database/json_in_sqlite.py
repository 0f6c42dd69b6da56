"""How SQLite looks into JSON, which it keeps as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import BigInteger, Float, Text, case, cast, exists, func, literal, literal_column, select
from sqlalchemy import Boolean as Bool

from bot.adapters.database.views import Sql, Views, bounded

A_DAY: Sql = literal_column("86400000000", BigInteger)


class SqliteJson:
    def at(self, document: Sql, path: Sequence[str]) -> Views:
        """What stands at this path of a JSON object."""
        where = literal("$" + "".join(f'."{part}"' for part in path), Text)
        return _views(func.json_type(document, where), func.json_extract(document, where))

    def holds(self, box: Sql, is_wanted: Callable[[Views], Sql], only: Sql | None) -> Sql:
        """Whether an item of the list is wanted. `only` is the text that is looked for, where it is known."""
        item = func.json_each(box).table_valued("type", "atom", name="item")
        wanted = is_wanted(_views(item.c.type, item.c.atom))
        return exists(select(literal_column("1")).select_from(item).where(wanted))

    def says(self, document: Sql, is_wanted: Callable[[Sql], Sql]) -> Sql:
        """Whether a text or a number is wanted, however deep in the document it stands: as text, and never a key."""
        part = func.json_tree(document).table_valued("type", "atom", name="part")
        is_said = part.c.type.in_(("text", "integer", "real"))
        return exists(select(literal_column("1")).select_from(part).where(is_said, is_wanted(cast(part.c.atom, Text))))

    def without(self, group: Sql, names: Sql) -> Sql:
        """A JSON object without its members of these names, which are given as an object that has them all as null."""
        return func.json_patch(group, names)

    def count_items(self, box: Sql) -> Sql:
        return func.json_array_length(box)

    def count_names(self, group: Sql) -> Sql:
        names = func.json_each(group).table_valued("key", name="name")
        return select(func.count()).select_from(names).scalar_subquery()

    def find(self, text: Sql, part: Sql) -> Sql:
        return func.instr(text, part) > 0

    def ordered(self, text: Sql) -> Sql:
        """The text as it is compared: by its characters' code points, which is how SQLite does it."""
        return text

    def starts(self, text: Sql, beginning: Sql) -> Sql:
        return func.substr(text, 1, func.length(beginning)) == beginning

    def days_between(self, text: Sql, today: Sql) -> Sql:
        """From the day that the text begins with to today; NULL where it begins with none."""
        day = func.substr(text, 1, 10)
        is_day = (
            text.op("GLOB", is_comparison=True)("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*")
            & func.substr(text, 11, 1).in_(("", "T", " "))
            & (day >= "0001")
            & (func.date(day, "+0 days") == day)
        )
        return case((is_day, func.julianday(today) - func.julianday(day)))

    def day_of(self, microseconds: Sql) -> Sql:
        """The day of a moment, as text."""
        return func.date(_day_number(microseconds) * 86400, "unixepoch")

    def days_after(self, microseconds: Sql, today: Sql) -> Sql:
        """From the day of a moment to today."""
        return func.julianday(today) - func.julianday("1970-01-01") - _day_number(microseconds)

    def start_of_day(self, today: Sql, days_before: int) -> Sql:
        """The moment at which the day begins that is so many days before today."""
        days = cast(func.julianday(today) - func.julianday("1970-01-01"), BigInteger) - days_before
        return days * A_DAY


def _day_number(microseconds: Sql) -> Sql:
    """Days since 1970, also before it."""
    into_the_day = (microseconds % A_DAY + A_DAY) % A_DAY
    return (microseconds - into_the_day) // A_DAY


def _views(type_: Sql, value: Sql) -> Views:
    return Views(
        boolean=case((type_ == "true", literal_column("1", Bool)), (type_ == "false", literal_column("0", Bool))),
        number=case((type_.in_(("integer", "real")), bounded(cast(value, Float)))),
        text=case((type_ == "text", value)),
        items=case((type_ == "array", value)),
        group=case((type_ == "object", value)),
    )
